//! Opening and creating stores, beside other larders and Crawlee's own openers. All of this blocks.
//!
//! Of all larders that create one store at once, one puts its metadata in place and the others
//! find it. Crawlee replaces whatever is there: of a larder and a Crawlee that create one store in
//! the same instant, the later has the last word.

use super::folder::{Folder, Root};
use super::names;
use super::stores::{self, Stored};
use super::write::{Manner, create_metadata, lock, note_access, time_text};
use crate::storage::metadata::StoreMetadata;
use crate::storage::opening::{check_alias, check_name, new_id};
use crate::storage::{Error, ErrorKind, OpenBy, Opened, Result, StoreInfo, StoreName, Timestamp};

/// How often a store that vanishes right after it was made is made again.
const TRIES: usize = 20;

/// How a store may be opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Nothing may be written.
    pub(super) read_only: bool,
    /// Opening counts as an access, as in Crawlee.
    pub(super) touch: bool,
    /// How to write.
    pub(super) manner: Manner,
}

/// Opens a store as Crawlee does; creates it where it is missing, except by id.
pub(super) fn open(root: &Root, by: &OpenBy, terms: Terms) -> Result<Opened> {
    let (store, name) = match by {
        OpenBy::Id(id) => (by_id(root, id)?, None),
        OpenBy::Default => (StoreName::from("default"), None),
        OpenBy::Name(name) => (StoreName::from(check_name(name)?), Some(name.as_str())),
        OpenBy::Alias(alias) => (StoreName::from(check_alias(alias)?), None),
    };
    if store.as_bytes().len() > 255 {
        let problem = "a store's directory cannot have a name of more than 255 bytes";
        return Err(Error::new(ErrorKind::Usage, problem).hint("choose a shorter name"));
    }
    for _ in 0..TRIES {
        if let Some(folder) = root.store(&store)?
            && folder.facts(names::METADATA)?.is_some()
        {
            if terms.touch
                && !terms.read_only
                && let Err(error) = note_access(root, &store, terms.manner)
            {
                log::warn!("accessed_at of {} was not updated: {error}", store.escaped());
            }
            return Ok(Opened { info: stores::look(&folder, store)?, created: false });
        }
        if matches!(by, OpenBy::Id(_)) {
            return Err(Error::no_store(&store));
        }
        if terms.read_only {
            let problem = format!("creating the store {} is refused: read-only", store.escaped());
            return Err(
                Error::new(ErrorKind::ReadOnly, problem).hint("start larder without --read-only")
            );
        }
        match create(root, &store, name, terms.manner) {
            Ok(Some(info)) => return Ok(Opened { info, created: true }),
            Ok(None) => {}
            // Dropped again by someone else; not the storage itself.
            Err(error) if error.kind == ErrorKind::NotFound && root.path().is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::no_store(&store))
}

/// Creates a store; `None` if another was faster.
fn create(
    root: &Root,
    store: &StoreName,
    name: Option<&str>,
    manner: Manner,
) -> Result<Option<StoreInfo>> {
    let stores = root.make_stores(manner.durable)?;
    let folder = stores.make_folder(store.as_bytes())?;
    lock(&folder, manner.patience)?;
    let new = new_metadata(name)?;
    if !create_metadata(&folder, &new, manner)? {
        return Ok(None);
    }
    if manner.durable {
        super::temporary::sync(&stores)?;
    }
    // Files that were there before are its own now.
    stores::look(&folder, store.clone()).map(Some)
}

/// A new store's metadata, as Crawlee's `json.dumps` writes it to a file.
fn new_metadata(name: Option<&str>) -> Result<String> {
    let now = Timestamp::now();
    let new = StoreMetadata::new(new_id()?, name.map(str::to_owned), now);
    let (id, name) = (serde_json::Value::from(new.id), serde_json::Value::from(new.name));
    let now = time_text(now);
    Ok(format!(
        "{{\n  \"id\": {id},\n  \"name\": {name},\n  \"accessed_at\": \"{now}\",\n  \
         \"created_at\": \"{now}\",\n  \"modified_at\": \"{now}\"\n}}"
    ))
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
    let found = folder.and_then(|folder| stores::metadata(&folder).ok());
    matches!(found, Some(Stored::Whole(metadata, _)) if metadata.id == id)
}
