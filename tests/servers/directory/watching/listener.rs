//! A listener to a storage, which remembers all events.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::BoxStream;
use larder::model::{Interest, Key, RecordMeta, RecordState, StoreInfo, StoreName, WatchEvent};
use larder::storage::directory::DirectoryStorage;
use larder::storage::{Options, Storage as _, Timing};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use super::crawl::Crawlee;

/// Limit on the time that anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// All that was told so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) records: BTreeMap<Key, RecordMeta>,
    /// Number of times that each key was told to have come or changed.
    pub(crate) told: HashMap<String, usize>,
    pub(crate) stores: BTreeMap<StoreName, StoreInfo>,
    pub(crate) gone: BTreeSet<StoreName>,
    pub(crate) missed: usize,
}

/// The interest of a user who looks at nothing.
pub(crate) fn interest() -> tokio::sync::watch::Receiver<Interest> {
    tokio::sync::watch::channel(Interest::default()).1
}

pub(crate) struct Listener {
    stream: BoxStream<'static, WatchEvent>,
    runtime: Runtime,
    /// Where the followed store is.
    store: Option<PathBuf>,
    pub(crate) seen: Seen,
}

impl Listener {
    pub(crate) fn start(folder: &Path, polling: bool, store: Option<&str>) -> Self {
        let storage = storage(folder, polling);
        let stream = storage.watch(store.map(StoreName::from).as_ref(), interest());
        Self::of(stream, store.map(|store| folder.join("key_value_stores").join(store)))
    }

    /// Listens first, and then reads what is there, as every user should.
    pub(crate) fn of(stream: BoxStream<'static, WatchEvent>, store: Option<PathBuf>) -> Self {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        let mut listener = Self { stream, runtime, store, seen: Seen::default() };
        listener.seen.read(listener.store.as_deref());
        listener
    }

    /// Waits until a record that Crawlee writes is told as such.
    #[track_caller]
    pub(crate) fn resolve(&mut self, crawlee: &mut Crawlee) {
        let mut tries = 0;
        while !self.seen.told.keys().any(|key| key.starts_with("settle")) {
            let key = format!("settle{tries}");
            let op = json!({"op": "set", "key": key, "value": "1", "content_type": null});
            crawlee.run(&json!([op]));
            let missed = self.seen.missed;
            self.until("a record or a miss", |seen| {
                seen.missed > missed || seen.told.contains_key(&key)
            });
            tries += 1;
        }
    }

    /// The next notice.
    #[track_caller]
    pub(crate) fn next(&mut self) -> WatchEvent {
        self.before(Instant::now() + PATIENCE).expect("something is told, and the stream goes on")
    }

    fn before(&mut self, end: Instant) -> Option<WatchEvent> {
        let stream = &mut self.stream;
        let next = async { tokio::time::timeout_at(end.into(), stream.next()).await };
        self.runtime.block_on(next).ok().flatten()
    }

    /// Listens until the condition holds.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&Seen) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(&self.seen) {
            match self.before(end) {
                Some(WatchEvent::Lagged) => {
                    self.seen.missed += 1;
                    self.seen.read(self.store.as_deref());
                }
                Some(noticed) => self.seen.add(noticed),
                None => panic!("{what} did not come: {:#?}", self.seen),
            }
        }
    }
}

impl Seen {
    /// Reads the store anew: what was told before is nothing any more.
    fn read(&mut self, store: Option<&Path>) {
        self.records.clear();
        let Some(store) = store else { return };
        let Ok(entries) = fs::read_dir(store) else {
            self.gone.insert(store.file_name().unwrap().to_str().unwrap().into());
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().into_string().unwrap();
            let Ok(facts) = entry.metadata() else { continue };
            if name.ends_with("__metadata__.json")
                || name.strip_suffix(".tmp").is_some()
                || !facts.is_file()
            {
                continue;
            }
            let beside = entry.path().with_file_name(format!("{name}.__metadata__.json"));
            let state = if beside.exists() { RecordState::Whole } else { RecordState::BareFile };
            let stem = name.strip_suffix(".json").filter(|_| state == RecordState::BareFile);
            let key = Key::from(stem.unwrap_or(&name));
            let size = facts.len();
            let meta = RecordMeta { key: key.clone(), size, state, ..RecordMeta::default() };
            self.records.insert(key, meta);
        }
    }

    fn add(&mut self, noticed: WatchEvent) {
        match noticed {
            WatchEvent::Store(info) => {
                self.gone.remove(&info.store);
                self.stores.insert(info.store.clone(), info);
            }
            WatchEvent::StoreGone(store) => {
                self.stores.remove(&store);
                self.gone.insert(store);
            }
            WatchEvent::Records { set, removed } => {
                for meta in set {
                    *self.told.entry(meta.key.escaped()).or_default() += 1;
                    self.records.insert(meta.key.clone(), meta);
                }
                for key in removed {
                    self.records.remove(&key);
                }
            }
            // Pages, and how it is watched.
            _ => {}
        }
    }
}

/// The storage in a folder, which uses notifications or only polls.
pub(crate) fn storage(folder: &Path, polling: bool) -> DirectoryStorage {
    let runtime = Builder::new_current_thread().build().unwrap();
    let mut timing = Timing::default().faster(10);
    // A busy machine may make whoever writes a record slower than any crawl is.
    timing.directory.settled *= 5;
    timing.directory.longest_settling *= 5;
    let options = Options { timing, ..Options::default() };
    let storage = runtime.block_on(DirectoryStorage::open(folder, &options)).unwrap();
    if polling { storage.polling() } else { storage }
}

/// Waits for a condition that no event tells of.
#[track_caller]
pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Number of files that this process has open for notifications of a folder, and of files in it.
pub(crate) fn resources(folder: &Path) -> (usize, usize) {
    let mut watching = 0;
    let mut open = 0;
    let inode = |path: &Path| {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).map(|facts| format!("ino:{:x} ", facts.ino())).ok()
    };
    let wanted = inode(&folder.join("key_value_stores"));
    for entry in fs::read_dir("/proc/self/fd").unwrap().flatten() {
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let info = Path::new("/proc/self/fdinfo").join(entry.file_name());
        // Other tests of this process watch other directories.
        let watches = fs::read_to_string(info).unwrap_or_default();
        watching +=
            usize::from(wanted.as_ref().is_some_and(|wanted| watches.contains(wanted.as_str())));
        open += usize::from(target.starts_with(folder));
    }
    (watching, open)
}
