mod kills;

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

use bytes::Bytes;
use tempfile::TempDir;

pub(super) use self::kills::kill_point;
use super::*;
use crate::model::{ContentType, Expect, Key, Reading, Restored, SetValue, StoreName, Want};
use crate::storage::directory::rename::NO_EXCHANGE;
use crate::storage::directory::{read, remove, set};

const OPTIONS: WriteOptions =
    WriteOptions { durable: false, lock_timeout: Duration::from_secs(20) };

/// A storage with one store of Crawlee for Python, and one of Crawlee for JavaScript.
struct Made {
    place: TempDir,
    root: Root,
}

const STORES: [&str; 2] = ["python", "javascript"];

fn made() -> Made {
    let place = tempfile::tempdir().unwrap();
    let made = Made { root: Root::open(place.path()).unwrap(), place };
    for store in STORES {
        fs::create_dir_all(made.path(store)).unwrap();
    }
    let metadata = "{\"id\": \"AbCdEfGhIjKlMnOpQ\", \"name\": \"python\", \"accessed_at\": \
                    \"2026-11-28 10:00:00+00:00\", \"created_at\": \"2026-11-28 10:00:00+00:00\", \
                    \"modified_at\": \"2026-11-28 10:00:00+00:00\"}";
    fs::write(made.path("python").join("__metadata__.json"), metadata).unwrap();
    for key in ["a", "b/c", "d"] {
        made.put("python", key, key);
    }
    for file in ["INPUT.json", "page.html", "shot.png"] {
        fs::write(made.path("javascript").join(file), file).unwrap();
    }
    made
}

impl Made {
    fn path(&self, store: &str) -> PathBuf {
        self.place.path().join("key_value_stores").join(store)
    }

    fn put(&self, store: &str, key: &str, value: &str) {
        let set = SetValue {
            store: StoreName::from(store),
            key: Key::from(key),
            value: Bytes::from(value.to_owned()),
            content_type: ContentType::TEXT,
            expected: Expect::Anything,
        };
        set::set(&self.root, &set, OPTIONS).unwrap();
    }

    /// The records of a store: each key with content type, state and value.
    fn records(&self, store: &str) -> BTreeMap<String, (String, String)> {
        let store = StoreName::from(store);
        let Some(folder) = self.root.store(&store).unwrap() else { return BTreeMap::new() };
        let listing = Listing::read(&folder).unwrap();
        let mut found = BTreeMap::new();
        for listed in listing.entries(0..listing.len()) {
            let key = Key::from(listed.key);
            let read = read::read(&self.root, &store, &key, &Want::Whole).unwrap();
            let Some(Reading::Whole(record)) = read else { panic!("{key}: {read:?}") };
            let about = format!("{} {:?}", record.meta.content_type, record.meta.state);
            let value = String::from_utf8(record.value.to_vec()).unwrap();
            found.insert(key.escaped(), (about, value));
        }
        found
    }

    fn set_aside(&self, aside: &Aside) -> AsideInfo {
        super::set_aside(&self.root, aside, OPTIONS).unwrap()
    }

    fn asides(&self) -> Vec<AsideInfo> {
        list(&self.root, &AsideList::All, None).unwrap()
    }

    /// The contents of larder's own directory, except the permanent directories.
    fn leftovers(&self) -> Vec<PathBuf> {
        let larder = self.place.path().join(".larder");
        let inside = ["aside", "discarded"].map(|name| fs::read_dir(larder.join(name)));
        inside.into_iter().flatten().flatten().map(|entry| entry.unwrap().path()).collect()
    }
}

fn kinds(store: &str) -> [Aside; 2] {
    [Aside::Records(store.into()), Aside::Store(store.into())]
}

#[test]
fn records_and_stores_are_set_aside_and_restored_whole() {
    for (store, no_exchange) in STORES.into_iter().flat_map(|store| [(store, false), (store, true)])
    {
        NO_EXCHANGE.set(no_exchange);
        for aside in kinds(store) {
            let made = made();
            let path = made.path(store);
            fs::create_dir(path.join("folder")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
            let before = made.records(store);
            let metadata = fs::read(path.join("__metadata__.json")).ok();

            let info = made.set_aside(&aside);
            let stays = matches!(aside, Aside::Records(_));
            assert_eq!((info.records, info.in_steps), (3, stays && no_exchange), "{aside:?}");
            assert_eq!(made.asides(), std::slice::from_ref(&info));
            assert_eq!((path.exists(), made.records(store).len()), (stays, 0), "{aside:?}");
            if stays {
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o751);
                assert!(path.join("folder").exists(), "purging leaves folders");
                let now = fs::read(path.join("__metadata__.json")).ok();
                assert_eq!(now.is_some(), metadata.is_some());
                let id = |text: &[u8]| text.windows(17).any(|it| it == b"AbCdEfGhIjKlMnOpQ");
                assert_eq!(now.as_deref().map(id), metadata.as_deref().map(id));
            }

            let restored =
                restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS).unwrap();
            assert_eq!(
                restored,
                Restored { records: 3, left: 0, replicas: None },
                "{aside:?} {no_exchange}"
            );
            assert_eq!(made.records(store), before);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o751);
            assert!(path.join("folder").exists());
            assert_eq!((made.asides(), made.leftovers()), (vec![], vec![]), "{aside:?}");
            let again = restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS)
                .unwrap_err();
            assert_eq!(again.kind, ErrorKind::NotFound);
        }
    }
    NO_EXCHANGE.set(false);
}

#[test]
fn a_restore_replaces_no_newer_record_and_says_what_is_left() {
    for store in STORES {
        for aside in kinds(store) {
            let made = made();
            let before = made.records(store);
            let key = before.keys().next().unwrap().clone();
            let info = made.set_aside(&aside);
            fs::create_dir_all(made.path(store)).unwrap();
            made.put(store, &key, "newer");
            made.put(store, "other", "new");

            let restored =
                restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS).unwrap();
            assert_eq!(restored, Restored { records: 2, left: 1, replicas: None }, "{aside:?}");
            let now = made.records(store);
            assert_eq!(now[&key].1, "newer");
            assert_eq!(now["other"].1, "new");
            assert!(before.iter().skip(1).all(|(key, record)| now.get(key) == Some(record)));
            let left = made.asides();
            assert_eq!((left.len(), left[0].records), (1, 1), "{aside:?}");

            // Once the newer record is deleted, the older one can come back.
            remove::delete(&made.root, &store.into(), &[Key::from(key.as_str())], OPTIONS).unwrap();
            let restored =
                restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS).unwrap();
            assert_eq!(restored, Restored { records: 1, left: 0, replicas: None }, "{aside:?}");
            assert_eq!(made.records(store)[&key], before[&key]);
            assert_eq!(made.leftovers(), Vec::<PathBuf>::new());
        }
    }
}

#[test]
fn what_is_no_record_comes_back_too_where_records_have_come_since() {
    for aside in kinds("python") {
        let made = made();
        let odd = made.path("python").join(".DS_Store");
        fs::write(&odd, "odd").unwrap();
        let info = made.set_aside(&aside);
        assert!(!odd.exists(), "{aside:?}");
        fs::create_dir_all(made.path("python")).unwrap();
        made.put("python", "other", "new");
        restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS).unwrap();
        assert_eq!(fs::read(&odd).unwrap(), b"odd", "{aside:?}");
        assert_eq!((made.records("python").len(), made.leftovers()), (4, vec![]), "{aside:?}");
    }
}

#[test]
fn a_discarded_aside_is_freed_and_other_asides_stay() {
    let made = made();
    let [one, other] = STORES.map(|store| made.set_aside(&Aside::Records(store.into())));
    discard(&made.root, &one.id, OPTIONS).unwrap();
    assert_eq!(made.asides(), [other]);
    assert_eq!(made.leftovers().len(), 1);
    assert_eq!(discard(&made.root, &one.id, OPTIONS).unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(
        restore(&made.root, &one.id, &crate::model::Progress::default(), OPTIONS).unwrap_err().kind,
        ErrorKind::NotFound
    );
}

#[test]
fn links_are_not_followed_and_nothing_is_changed() {
    let made = made();
    let elsewhere = tempfile::tempdir().unwrap();
    symlink(elsewhere.path(), made.place.path().join(".larder")).unwrap();
    for aside in kinds("python") {
        let before = made.records("python");
        let error = super::set_aside(&made.root, &aside, OPTIONS).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Damaged, "{error}");
        assert_eq!(made.records("python"), before);
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    fs::remove_file(made.place.path().join(".larder")).unwrap();
    symlink(elsewhere.path(), made.path("linked")).unwrap();
    let aside = Aside::Store("linked".into());
    assert_eq!(super::set_aside(&made.root, &aside, OPTIONS).unwrap_err().kind, ErrorKind::Damaged);
    assert!(made.path("linked").is_symlink());
}

#[test]
fn about_that_names_a_store_elsewhere_is_not_believed() {
    let made = made();
    let info = made.set_aside(&Aside::Records("python".into()));
    let about = made.place.path().join(".larder/aside").join(info.id.as_str()).join("about.json");
    let text = fs::read_to_string(&about).unwrap();
    assert!(text.contains("\"python\""));
    for name in ["..%2F..%2Fetc", "..", ""] {
        fs::write(&about, text.replace("\"python\"", &format!("\"{name}\""))).unwrap();
        assert_eq!(
            restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS)
                .unwrap_err()
                .kind,
            ErrorKind::NotFound
        );
    }
    fs::write(&about, text).unwrap();
    assert_eq!(
        restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS).unwrap().records,
        3
    );
}

#[test]
fn a_writer_that_waited_for_the_lock_writes_to_the_store_and_not_to_the_aside() {
    for aside in kinds("python") {
        let made = made();
        let held = open_locked(&made.root, &"python".into(), OPTIONS).unwrap();
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let set = SetValue {
                    store: "python".into(),
                    key: Key::from("late"),
                    value: Bytes::from_static(b"late"),
                    content_type: ContentType::TEXT,
                    expected: Expect::Anything,
                };
                set::set(&made.root, &set, OPTIONS)
            });
            // Waits until it has opened the folder too, and asks for the lock again and again.
            let path = made.path("python");
            let waits = || open_by_this_process(&path) >= 2;
            while !waits() && !writer.is_finished() {
                thread::sleep(Duration::from_millis(1));
            }
            // As in set_aside, which waits for the lock itself.
            let stores = made.root.stores().unwrap().unwrap();
            let entry = Entry::create(&made.root, &aside, &held, OPTIONS).unwrap();
            if matches!(aside, Aside::Records(_)) {
                assert!(swap(&stores, b"python", &held, &entry, OPTIONS).unwrap());
            } else {
                rename_new(&stores, b"python", &entry.folder, STORE).unwrap();
            }
            entry.settle().unwrap();
            drop(held);
            let written = writer.join().unwrap();
            if matches!(aside, Aside::Records(_)) {
                written.unwrap();
                assert_eq!(made.records("python").keys().collect::<Vec<_>>(), ["late"]);
            } else {
                assert_eq!(written.unwrap_err().kind, ErrorKind::NotFound);
            }
        });
        assert_eq!(made.asides()[0].records, 3, "nothing was written to the aside");
    }
}

/// Number of descriptors of this process for a path.
fn open_by_this_process(path: &Path) -> usize {
    let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
    open.filter(|fd| fs::read_link(fd.path()).is_ok_and(|target| target == path)).count()
}

#[test]
fn a_purge_of_an_empty_store_leaves_its_folder_where_it_is() {
    let made = made();
    made.set_aside(&Aside::Records("python".into()));
    let path = made.path("python");
    let before = fs::metadata(&path).unwrap().ino();
    let metadata = fs::read(path.join("__metadata__.json")).unwrap();
    let info = made.set_aside(&Aside::Records("python".into()));
    assert_eq!((info.records, fs::metadata(&path).unwrap().ino()), (0, before));
    assert_ne!(fs::read(path.join("__metadata__.json")).unwrap(), metadata, "it tells its time");
    assert_eq!(made.leftovers().len(), 1, "nothing is left but what the first one took");
}

#[test]
fn a_crawler_never_finds_no_folder_while_its_store_is_purged() {
    let made = made();
    let path = made.path("python");
    let (stop, mut written) = (AtomicBool::new(false), 0);
    thread::scope(|scope| {
        let crawler = scope.spawn(|| {
            let mut written = 0;
            while !stop.load(Ordering::Relaxed) {
                assert!(path.join("__metadata__.json").exists(), "no folder, or no metadata");
                fs::write(path.join(format!("page-{written}")), "x").unwrap();
                written += 1;
            }
            written
        });
        for _ in 0..100 {
            made.set_aside(&Aside::Records("python".into()));
        }
        stop.store(true, Ordering::Relaxed);
        written = crawler.join().unwrap();
    });
    let kept: u64 = made.asides().iter().map(|info| info.records).sum();
    let now = made.records("python").len() as u64;
    assert_eq!(kept + now, written + 3, "each record is in the store or in an aside");
}
