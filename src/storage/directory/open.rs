//! Opens and creates stores, while other larders and Crawlee's own openers do so. All of this blocks.
//!
//! If several larders create one store at once, one puts its metadata in place and the others find it.
//! Crawlee replaces whatever is there: if a larder and a Crawlee create one store in the same instant, the
//! later one wins.

use super::folder::{Folder, no_folder_left};
use super::lock::{WriteOptions, lock_current};
use super::names;
use super::names::TemporaryKind;
use super::root::Root;
use super::store_info::{self, StoreMetadataFile};
use super::style::{self, Style};
use super::temporary::{Like, TemporaryFile, sync};
use super::times::{self, note_access};
use crate::model::{
    Error, ErrorKind, OpenBy, Opened, Result, StoreInfo, StoreName, StoreState, Timestamp,
};
use crate::storage::fields::Fields;
use crate::storage::metadata::StoreMetadata;
use crate::storage::naming::{check_alias, check_name, new_id};
use crate::storage::read_only;

/// Number of tries to make a store that vanishes right after it was made.
const TRIES: usize = 20;

/// Limits on opening a store.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenOptions {
    /// Whether nothing may be written.
    pub(super) read_only: bool,
    /// Whether opening counts as an access, as in Crawlee.
    pub(super) touch: bool,
    /// Options of the writes.
    pub(super) write: WriteOptions,
}

/// Opens a store as Crawlee does; creates it where it is missing, except by id.
pub(super) fn open(root: &Root, by: &OpenBy, options: OpenOptions) -> Result<Opened> {
    let (store, name) = match by {
        OpenBy::Id(id) => (by_id(root, id)?, None),
        OpenBy::Default => (StoreName::from("default"), None),
        OpenBy::Name(name) => (StoreName::from(check_name(name)?), Some(name.as_str())),
        OpenBy::Alias(alias) => (StoreName::from(check_alias(alias)?), None),
    };
    if store.as_bytes().len() > 255 {
        let problem = "too long a name: over 255 bytes";
        return Err(Error::new(ErrorKind::Usage, problem).hint("choose a shorter name"));
    }
    for _ in 0..TRIES {
        if let Some(folder) = root.store(&store)?
            && is_a_store(&folder)?
        {
            if options.touch
                && !options.read_only
                && let Err(error) = note_access(root, &store, options.write)
            {
                crate::logs::warn!("accessed_at of {} was not updated: {error}", store.escaped());
            }
            let info = store_info::of_folder(&folder, store)?;
            return match &info.state {
                StoreState::Damaged(why) => Err(store_info::damaged(&info.store, why)),
                StoreState::Forbidden(why) => Err(Error::new(ErrorKind::Permission, why)
                    .hint("change its permissions, or run as its owner")),
                StoreState::Unreadable(why) => Err(Error::new(ErrorKind::Io, why)),
                _ => Ok(Opened { info, created: false }),
            };
        }
        if matches!(by, OpenBy::Id(_)) {
            return Err(Error::no_store(&store));
        }
        if options.read_only {
            return Err(read_only::refused(&format!("creating the store {}", store.escaped())));
        }
        match create(root, &store, name, options.write) {
            Ok(Some(info)) => return Ok(Opened { info, created: true }),
            Ok(None) => {}
            // The store was dropped again by someone else; the storage itself is there.
            Err(error) if error.kind == ErrorKind::NotFound && root.path().is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::no_store(&store))
}

/// Whether a folder counts as a store without new metadata: it has some, or it is a store of Crawlee for
/// JavaScript, which metadata of Python's would mark as another's.
fn is_a_store(folder: &Folder) -> Result<bool> {
    Ok(folder.stat(names::METADATA)?.is_some() || style::of(folder)? != Style::Python)
}

/// Creates a store; `None` if another was faster.
fn create(
    root: &Root,
    store: &StoreName,
    name: Option<&str>,
    options: WriteOptions,
) -> Result<Option<StoreInfo>> {
    let (stores, made_stores) = root.make_stores(options.durable)?;
    let (_, made) = stores.make_folder(store.as_bytes())?;
    let created = lock_current(&stores, store.as_bytes(), options.lock_timeout)
        .and_then(|folder| folder.ok_or_else(|| Error::no_store(store)))
        .and_then(|folder| {
            let text = if style::is_javascript_s(root)? {
                new_javascript_metadata(store)?
            } else {
                new_metadata(name)?
            };
            let made = create_metadata(&folder, &text, options)?;
            Ok(made.then_some(folder))
        });
    let folder = match created {
        Ok(Some(folder)) => folder,
        Ok(None) => return Ok(None),
        Err(error) => {
            // Only if nobody has put anything there.
            if made {
                stores.remove_if_empty(store.as_bytes());
            }
            if made_stores {
                root.remove_stores_if_empty();
            }
            return Err(error);
        }
    };
    if options.durable {
        sync(&stores)?;
    }
    // Files that were there before now belong to it.
    store_info::of_folder(&folder, store.clone()).map(Some)
}

/// Puts the store's metadata in place if there is none; returns whether it did.
fn create_metadata(folder: &Folder, text: &str, options: WriteOptions) -> Result<bool> {
    let like = Like::Sibling(None);
    let new =
        TemporaryFile::write(folder, TemporaryKind::Store, text.as_bytes(), like, options.durable)?;
    let made = new.place_new(names::METADATA)?;
    if made && options.durable {
        sync(folder)?;
    }
    if folder.stat(names::METADATA)?.is_none() {
        return Err(no_folder_left(folder));
    }
    Ok(made)
}

/// A new store's metadata, as Crawlee's `json.dumps` writes it to a file.
fn new_metadata(name: Option<&str>) -> Result<String> {
    let now = Timestamp::now();
    let new = StoreMetadata::new(new_id()?, name.map(str::to_owned), now);
    let (id, name) = (serde_json::Value::from(new.id), serde_json::Value::from(new.name));
    let now = times::python(now);
    Ok(format!(
        "{{\n  \"id\": {id},\n  \"name\": {name},\n  \"accessed_at\": \"{now}\",\n  \
         \"created_at\": \"{now}\",\n  \"modified_at\": \"{now}\"\n}}"
    ))
}

/// Metadata of a new store as Crawlee for JavaScript writes it, which names every store. It reads only
/// records without metadata of their own: it stumbles over its own.
fn new_javascript_metadata(store: &StoreName) -> Result<String> {
    let now = times::javascript(Timestamp::now());
    let mut fields = Fields::new();
    fields.put("id", new_id()?);
    fields.put("name", store.escaped());
    for name in ["accessedAt", "createdAt", "modifiedAt"] {
        fields.put(name, now.as_str());
    }
    fields.put("userId", "1");
    Ok(fields.to_lines())
}

/// The store whose metadata has this id.
fn by_id(root: &Root, id: &str) -> Result<StoreName> {
    let mut found = None;
    if let Some(stores) = root.stores()? {
        let mut names = Vec::new();
        stores.each_name(|name, kind| {
            if kind.is_dir() {
                names.push(name.to_vec());
            }
        })?;
        names.sort_unstable();
        found = names.into_iter().find(|name| has_id(&stores, name, id));
    }
    found.map(StoreName::from).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("there is no store with the id {id}"))
    })
}

fn has_id(stores: &Folder, name: &[u8], id: &str) -> bool {
    let folder = stores.folder(name).ok().flatten();
    let found = folder.and_then(|folder| store_info::metadata(&folder).ok());
    matches!(found, Some(StoreMetadataFile::Parsed(metadata, _)) if metadata.id == id)
}
