//! Notifications of the platform: the watched directories, and the meaning of events.

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use notify::event::{EventKind, ModifyKind};
use notify::{Config, ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::inbox::{Inbox, Pending};
use super::stat::{self, Stamp};
use crate::model::{StoreName, in_words};
use crate::storage::directory::root::{Root, STORES};

/// Number of searches for the nearest directory when it vanishes meanwhile.
const TRIES: usize = 8;

/// The watched directories: the one of the stores, or the one that will contain it, and each store's.
pub(super) struct Native {
    watcher: RecommendedWatcher,
    root: Root,
    /// The first of these, and its inode: another directory may have taken its place.
    top: Option<(PathBuf, Option<u64>)>,
    stores: HashMap<StoreName, u64>,
}

/// Stores added and removed since the last [`Native::arrange`] or poll.
#[derive(Debug, Default)]
pub(super) struct StoreChanges {
    /// Stores that were not watched before, with the stamps of their directories.
    pub(super) added: Vec<(StoreName, Stamp)>,
    /// Stores that are gone; one that was made again is in `added`, too.
    pub(super) removed: Vec<StoreName>,
}

impl Native {
    /// Watches the existing parts of the storage directory and of `first`; [`Native::arrange`] does the rest.
    ///
    /// # Errors
    /// A few words on why there are no notifications.
    pub(super) fn start(
        root: &Root,
        first: Option<&StoreName>,
        inbox: &Arc<Inbox>,
    ) -> Result<Self, String> {
        let (inbox, stores) = (inbox.clone(), root.path().join(STORES));
        let handler = move |event: notify::Result<Event>| {
            if !matches!(&event, Ok(event) if event.kind.is_access()) {
                inbox.note(|pending| translate(event, &stores, pending, Instant::now()));
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(handler, config).map_err(|error| reason(&error))?;
        let mut native = Self { watcher, root: root.clone(), top: None, stores: HashMap::new() };
        native.find_top()?;
        if let Some(store) = first
            && let Ok(Some(folder)) = native.root.store(store)
            && let Some(stamp) = stat::own(folder)
        {
            native.add(store, stamp)?;
        }
        Ok(native)
    }

    /// Watches everything that exists now. `gone` are directories that were removed or replaced; with `anew`
    /// any directory may be.
    ///
    /// # Errors
    /// A few words on why there are no notifications any more.
    pub(super) fn arrange(
        &mut self,
        gone: &HashSet<PathBuf>,
        anew: bool,
    ) -> Result<StoreChanges, String> {
        let folder = self.root.path().join(STORES);
        // A directory that was moved away keeps sending events, of another place.
        if let Some((top, _)) = self.top.take_if(|(top, _)| anew || gone.contains(top)) {
            let _ = self.watcher.unwatch(&top);
        }
        self.find_top()?;
        let there = stat::list(&self.root).unwrap_or_default();
        let changed = |store: &StoreName, inode: u64| {
            there.get(store).is_none_or(|stamp| stamp.inode != inode)
                || gone.contains(&folder)
                || gone.contains(&self.root.store_path(store))
        };
        let known = self.stores.iter();
        let removed = known.filter(|(store, inode)| changed(store, **inode));
        let removed: Vec<_> = removed.map(|(store, _)| store.clone()).collect();
        let mut before = HashSet::new();
        if anew {
            before.extend(self.stores.keys().filter(|store| !removed.contains(store)).cloned());
        }
        for store in before.iter().chain(&removed) {
            self.stores.remove(store);
            let _ = self.watcher.unwatch(&self.root.store_path(store));
        }
        let mut added = Vec::new();
        for (store, stamp) in there {
            let new = !self.stores.contains_key(&store) && self.add(&store, stamp)?;
            if new && !before.contains(&store) {
                added.push((store, stamp));
            }
        }
        Ok(StoreChanges { added, removed })
    }

    /// Watches the directory of the stores, or the nearest existing one above it.
    fn find_top(&mut self) -> Result<(), String> {
        for _ in 0..TRIES {
            let nearest = stat::nearest(&self.root);
            let inode = stat::inode(&nearest);
            if self.top.as_ref().is_some_and(|top| top.0 == nearest && top.1 == inode) {
                return Ok(());
            }
            if let Some((top, _)) = self.top.take() {
                let _ = self.watcher.unwatch(&top);
            }
            // Searched for again once it is watched: earlier changes were not reported.
            if self.watch(&nearest)? {
                self.top = Some((nearest, inode));
            }
        }
        Ok(())
    }

    fn add(&mut self, store: &StoreName, stamp: Stamp) -> Result<bool, String> {
        let watched = self.watch(&self.root.store_path(store))?;
        if watched {
            self.stores.insert(store.clone(), stamp.inode);
        }
        Ok(watched)
    }

    /// Watches a directory; returns whether it was there.
    fn watch(&mut self, path: &Path) -> Result<bool, String> {
        match self.watcher.watch(path, RecursiveMode::NonRecursive) {
            Ok(()) => Ok(true),
            Err(error) => match &error.kind {
                ErrorKind::PathNotFound => Ok(false),
                ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::NotFound => Ok(false),
                // Crawlee could not read it, either.
                ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::PermissionDenied => Ok(false),
                _ => Err(reason(&error)),
            },
        }
    }
}

/// Why there are no notifications, in a few words.
fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "the limit of watched directories is reached".to_owned(),
        // Error numbers of a process or user that has too many watchers.
        ErrorKind::Io(io) if matches!(io.raw_os_error(), Some(23 | 24)) => {
            "the limit of watchers is reached".to_owned()
        }
        ErrorKind::Io(io) => format!("no notifications: {}", in_words(io)),
        _ => "no notifications".to_owned(),
    }
}

/// Records the meaning of an event; `stores` is the directory of the stores.
fn translate(event: notify::Result<Event>, stores: &Path, pending: &mut Pending, now: Instant) {
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            pending.failed(reason(&error), now);
            return;
        }
    };
    if event.need_rescan() {
        pending.missed(now);
        return;
    }
    let gone = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    let added = matches!(event.kind, EventKind::Create(_));
    for path in &event.paths {
        match path.strip_prefix(stores).map(|inside| (inside, inside.parent())) {
            Ok((file, Some(store))) if !store.as_os_str().is_empty() => {
                let (Some(name), None | Some("")) =
                    (file.file_name(), store.parent().and_then(Path::to_str))
                else {
                    continue;
                };
                let store = StoreName::from(store.as_os_str().as_bytes());
                pending.file(&store, name.as_bytes(), now);
            }
            // A store, the directory of stores, or one above it.
            _ if gone => pending.directories(Some(path.clone()), now),
            _ if added => pending.directories(None, now),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{CreateKind, DataChange, Flag, RemoveKind, RenameMode};

    fn told(kind: EventKind, path: &str) -> super::super::inbox::ChangeBatch {
        let mut pending = Pending::default();
        pending.follow(&StoreName::from("s"));
        let event = Event::new(kind).add_path(path.into());
        translate(Ok(event), Path::new("/r/key_value_stores"), &mut pending, Instant::now());
        pending.take()
    }

    #[test]
    fn file_events_mark_their_store_as_changed() {
        for kind in [
            EventKind::Modify(ModifyKind::Name(RenameMode::To)),
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
            EventKind::Remove(RemoveKind::File),
        ] {
            let batch = told(kind, "/r/key_value_stores/s/page");
            assert!(!batch.directories && batch.gone.is_empty());
            assert!(batch.stores[&StoreName::from("s")].values.contains_key(&b"page"[..]));
        }
    }

    #[test]
    fn removed_directories_are_named() {
        for path in ["/r/key_value_stores/s", "/r/key_value_stores", "/r"] {
            let batch = told(EventKind::Remove(RemoveKind::Folder), path);
            assert!(batch.directories && batch.gone.contains(Path::new(path)), "{path}");
            let batch = told(EventKind::Create(CreateKind::Folder), path);
            assert!(batch.directories && batch.gone.is_empty(), "{path}");
        }
    }

    #[test]
    fn a_replaced_stores_directory_is_watched_again() {
        use std::time::Duration;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("storage");
        let make = || std::fs::create_dir_all(path.join(STORES)).unwrap();
        make();
        let (root, inbox) = (Root::open(&path).unwrap(), Arc::<Inbox>::default());
        let mut native = Native::start(&root, None, &inbox).unwrap();
        // No notification reports that a directory above is moved.
        std::fs::rename(&path, folder.path().join("moved")).unwrap();
        make();
        native.arrange(&HashSet::new(), false).unwrap();
        std::fs::create_dir(path.join(STORES).join("new")).unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        let batch = inbox.wait(None, Some(deadline)).expect("nothing was told");
        assert!(batch.directories);
    }

    #[test]
    fn events_in_subdirectories_of_a_store_are_ignored() {
        let kind = EventKind::Create(CreateKind::File);
        let batch = told(kind, "/r/key_value_stores/s/deeper/page");
        assert!(batch.stores.is_empty() && !batch.directories);
    }

    #[test]
    fn lost_events_and_watcher_failures_are_reported() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        translate(Ok(lost), Path::new("/r/key_value_stores"), &mut pending, now);
        let limit = notify::Error::new(ErrorKind::MaxFilesWatch);
        translate(Err(limit), Path::new("/r/key_value_stores"), &mut pending, now);
        let batch = pending.take();
        assert!(batch.missed);
        assert_eq!(batch.failed.unwrap(), "the limit of watched directories is reached");
    }
}
