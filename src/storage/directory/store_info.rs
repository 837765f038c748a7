//! Stores with their metadata and record counts. All of this blocks.

use rustix::io::Errno;

use super::folder::{Folder, read_text};
use super::listing::Listing;
use super::names;
use super::os_error;
use super::root::Root;
use crate::model::{
    Error, ErrorKind, Ignored, Result, StoreInfo, StoreName, StoreState, Timestamp,
};
use crate::storage::metadata::StoreMetadata;

/// All stores, sorted by name: every directory. A link in place of a directory is listed as damaged, since
/// links are not followed.
pub(super) fn list(root: &Root) -> Result<Vec<StoreInfo>> {
    let Some(stores) = root.stores()? else {
        root.check()?;
        return Ok(Vec::new());
    };
    let (names, beside) = sorted(&stores)?;
    let beside = Some(Box::new(beside));
    let mut found = Vec::with_capacity(names.len());
    for store in names {
        match stores.folder(store.as_bytes()) {
            Ok(Some(folder)) => {
                found.push(StoreInfo { beside: beside.clone(), ..of_folder(&folder, store)? });
            }
            // The directory was removed meanwhile.
            Ok(None) => {}
            Err(error) => {
                let state = match error.kind {
                    ErrorKind::Permission => StoreState::Forbidden(error.problem),
                    ErrorKind::Damaged => StoreState::Damaged(error.problem),
                    ErrorKind::Io => StoreState::Unreadable(error.problem),
                    _ => return Err(error),
                };
                let beside = beside.clone();
                found.push(StoreInfo { store, state, beside, ..StoreInfo::default() });
            }
        }
    }
    Ok(found)
}

/// The directories in this one, sorted by name, with links in place of one; hidden ones only where they are
/// stores.
pub(super) fn names(folder: &Folder) -> Result<Vec<StoreName>> {
    sorted(folder).map(|(names, _)| names)
}

/// The files and folders in the directory of the stores that are not stores.
pub(super) fn beside(root: &Root) -> Result<Ignored> {
    root.stores()?.map_or_else(|| Ok(Ignored::default()), |stores| Ok(sorted(&stores)?.1))
}

/// The names of the stores, sorted, and the entries that are not stores.
fn sorted(folder: &Folder) -> Result<(Vec<StoreName>, Ignored)> {
    let mut names = Vec::new();
    let mut hidden = Vec::new();
    let mut beside = Ignored::default();
    folder.each_name(|name, kind| {
        if !kind.is_dir() && !kind.is_symlink() {
            beside.add(name, false);
        } else if name.starts_with(b".") {
            hidden.push(StoreName::from(name));
        } else {
            names.push(StoreName::from(name));
        }
    })?;
    for name in hidden {
        if is_hidden_folder(folder, name.as_bytes())? {
            beside.add(name.as_bytes(), true);
        } else {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok((names, beside))
}

/// Whether a folder among the stores is not one: a hidden folder without a store's metadata.
pub(super) fn is_hidden_folder(folder: &Folder, name: &[u8]) -> Result<bool> {
    if !name.starts_with(b".") {
        return Ok(false);
    }
    Ok(match folder.folder(name) {
        Ok(Some(inside)) => inside.stat(names::METADATA)?.is_none(),
        // Removed, a link, or not accessible.
        Ok(None) | Err(_) => true,
    })
}

/// The facts about one store.
///
/// # Errors
/// [`ErrorKind::NotFound`] if it is not there.
pub(super) fn of_store(root: &Root, store: &StoreName) -> Result<StoreInfo> {
    of_folder(&root.existing(store)?, store.clone())
}

/// The facts about the store in this directory; its records are counted by their names.
///
/// A directory without the store's metadata is a store all the same: Crawlee for JavaScript writes none, and
/// people place files by hand. Its time is the directory's own.
pub(super) fn of_folder(folder: &Folder, store: StoreName) -> Result<StoreInfo> {
    let mut info = StoreInfo { store, ..StoreInfo::default() };
    match metadata(folder)? {
        StoreMetadataFile::Missing => {
            info.modified_at = Some(Timestamp::from_micros(folder.own_stat()?.modified));
        }
        StoreMetadataFile::Parsed(metadata, _) => {
            info.id = Some(metadata.id);
            info.name = metadata.name;
            info.created_at = metadata.created_at;
            info.modified_at = metadata.modified_at;
            info.accessed_at = metadata.accessed_at;
        }
        StoreMetadataFile::Malformed(why) => info.state = StoreState::Damaged(why),
        StoreMetadataFile::Unreadable(Errno::ACCESS | Errno::PERM) => {
            let path = folder.path_of(names::METADATA);
            let why = os_error::reading(&path, Errno::ACCESS);
            info.state = StoreState::Forbidden(why.problem);
        }
        StoreMetadataFile::Unreadable(why) => {
            let why = os_error::reading(&folder.path_of(names::METADATA), why);
            info.state = StoreState::Unreadable(why.problem);
        }
    }
    match Listing::read(folder) {
        Ok(listing) => {
            info.records = Some(listing.len() as u64);
            info.ignored = listing.ignored().clone();
        }
        Err(error) if error.kind == ErrorKind::Permission => {
            info.state = StoreState::Forbidden(error.problem);
        }
        Err(error) if error.kind == ErrorKind::Io => {
            info.state = StoreState::Unreadable(error.problem);
        }
        Err(error) => return Err(error),
    }
    Ok(info)
}

/// A store's metadata file.
pub(super) enum StoreMetadataFile {
    /// There is no such file.
    Missing,
    /// The parsed facts, and the text.
    Parsed(StoreMetadata, Vec<u8>),
    /// It is not as Crawlee writes it, for this reason.
    Malformed(String),
    /// The system does not let it be read, for this reason.
    Unreadable(Errno),
}

/// Reads a store's metadata.
pub(super) fn metadata(folder: &Folder) -> Result<StoreMetadataFile> {
    match read_text(folder, names::METADATA) {
        Ok(Some((text, true))) => Ok(match StoreMetadata::parse(&text) {
            Ok(metadata) => StoreMetadataFile::Parsed(metadata, text),
            Err(why) => StoreMetadataFile::Malformed(why),
        }),
        Ok(Some((_, false))) => {
            Ok(StoreMetadataFile::Malformed("the store's metadata is immense".to_owned()))
        }
        Ok(None) => match folder.stat(names::METADATA)? {
            None => Ok(StoreMetadataFile::Missing),
            Some(stat) if stat.is_file => Ok(StoreMetadataFile::Missing),
            Some(_) => {
                Ok(StoreMetadataFile::Malformed("the store's metadata is not a file".to_owned()))
            }
        },
        // The program itself lacks a resource.
        Err(why @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM)) => {
            Err(os_error::reading(&folder.path_of(names::METADATA), why))
        }
        Err(why) => Ok(StoreMetadataFile::Unreadable(why)),
    }
}

/// The error for a store whose metadata is not as Crawlee writes it.
pub(super) fn damaged(store: &StoreName, why: &str) -> Error {
    let store = store.escaped();
    Error::new(ErrorKind::Damaged, format!("the store {store} is damaged: {why}"))
        .hint(format!("`larder repair {store}` mends it; its records stay"))
}
