//! What was left half done: metadata that was cut off, temporary files of writers that were ended.

use std::fs::{self, File};

use larder::model::{ErrorKind, RecordState, StoreState};

use super::{Directory, damaged};
use crate::contract::{put, store};
use crate::short::Short as _;

#[tokio::test]
async fn damaged_metadata_of_a_store_is_repaired_and_its_records_stay() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    put(made.storage(), &shop, "key", "x").await;
    let storage = made.storage();
    assert_eq!(storage.plan_repair(&shop).await.unwrap(), None);
    let file = made.store("shop").join("__metadata__.json");
    let sound = fs::read_to_string(&file).unwrap();
    let id = storage.get_metadata(&shop).await.unwrap().id.unwrap();
    for (cut, keeps_id) in [(0, false), (10, false), (40, true), (sound.len() - 10, true)] {
        fs::write(&file, &sound[..cut]).unwrap();
        let plan = storage.plan_repair(&shop).await.unwrap().expect("a repair");
        assert_eq!(fs::read_to_string(&file).unwrap(), sound[..cut], "only planned");
        storage.repair(&plan).await.unwrap();
        assert_eq!(fs::read(&file).unwrap(), *plan.after);
        let info = storage.get_metadata(&shop).await.unwrap();
        assert_eq!((&info.state, info.records), (&StoreState::Whole, Some(1)), "{cut}");
        assert_eq!(info.id.as_ref() == Some(&id), keeps_id, "{cut}");
        assert_eq!(info.name.as_deref(), Some("shop"), "a named store is not purged by itself");
        // What was planned is not written over anything else.
        assert_eq!(storage.repair(&plan).await.unwrap_err().kind, ErrorKind::Conflict);
        put(storage, &shop, "key", "x").await;
    }
}

#[tokio::test]
async fn what_a_writer_left_that_was_ended_is_swept_by_the_next() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    put(made.storage(), &shop, "key", "old").await;
    let path = made.store("shop");
    for name in ["value", "metadata", "store"] {
        fs::write(path.join(format!(".larder-{name}.tmp")), "half").unwrap();
    }
    // Of Crawlee's own nothing is touched.
    fs::write(path.join("key.abcd_123.tmp"), "half").unwrap();
    put(made.storage(), &shop, "other", "x").await;
    assert!(damaged::no_temporary_files(&path));
    assert!(path.join("key.abcd_123.tmp").exists());

    // Of other names only what is old: its name alone proves nothing.
    let hour = std::time::Duration::from_secs(3600);
    for (name, age) in [(".larder-0123456789abcdef.tmp", hour), (".larder-new.tmp", hour / 3600)] {
        let file = File::create(path.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
    }
    // A process looks for them once in each store.
    let other = store(made.storage(), "other").await;
    put(made.storage(), &other, "key", "x").await;
    put(made.storage(), &shop, "other", "x").await;
    assert!(!path.join(".larder-0123456789abcdef.tmp").exists());
    fs::remove_file(path.join(".larder-new.tmp")).expect("it stayed");

    // A writer that lives has a lock on its file.
    let living = File::create(path.join(".larder-value.tmp")).unwrap();
    living.lock().unwrap();
    put(made.storage(), &shop, "other", "y").await;
    assert!(path.join(".larder-value.tmp").exists());
    drop(living);
    put(made.storage(), &shop, "other", "z").await;
    assert!(damaged::no_temporary_files(&path));

    // One that was ended between the two halves of a record: the second is put in its place.
    let metadata = r#"{"key": "key", "content_type": "text/html", "size": 5}"#;
    fs::write(path.join("key"), "newer").unwrap();
    fs::write(path.join(".larder-metadata.tmp"), metadata).unwrap();
    put(made.storage(), &shop, "other", "z").await;
    assert!(damaged::no_temporary_files(&path));
    let meta = made.storage().get_record_metadata(&shop, &"key".into()).await.unwrap().unwrap();
    assert_eq!((meta.state, meta.content_type.as_str()), (RecordState::Whole, "text/html"));
    // But not over what somebody has written since.
    let left = path.join(".larder-metadata.tmp");
    fs::write(&left, metadata.replace("html", "plain")).unwrap();
    let left = File::options().append(true).open(left).unwrap();
    left.set_modified(std::time::SystemTime::now() - hour).unwrap();
    fs::write(path.join("key"), "since").unwrap();
    put(made.storage(), &shop, "other", "z").await;
    assert!(damaged::no_temporary_files(&path));
    let meta = made.storage().get_record_metadata(&shop, &"key".into()).await.unwrap().unwrap();
    assert_eq!(meta.content_type.as_str(), "text/html");
}
