//! Files of other users: what may not be read is no damage, and what root makes in somebody's
//! storage is theirs. What may not be read is looked at by a process without root's rights.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use larder::model::{ErrorKind, Key, OpenBy, RecordState, StoreName, StoreState, Value};
use larder::storage::Options;

use super::refused::{as_nobody, can_give_files_away, is_root, place, run};
use super::{Directory, connect};
use crate::contract::{put, scan, set, store};
use crate::short::Short as _;

const NOBODY: u32 = 65534;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn what_may_not_be_read_is_told_as_such() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    put(made.storage(), &shop, "a", "v").await;
    for path in [made.folder.path(), &made.folder.path().join("key_value_stores")] {
        mode(path, 0o755);
    }
    mode(&made.store("shop"), 0o755);
    // Crawlee writes with mode 600. To its owner, too, where the tests do not run as root.
    for name in ["a", "a.__metadata__.json", "__metadata__.json"] {
        mode(&made.store("shop").join(name), if is_root() { 0o600 } else { 0 });
    }
    let program = tempfile::tempdir().unwrap();
    let function = "strangers::as_nobody_what_is_closed_is_no_damage";
    run(&mut as_nobody(&program), function, made.folder.path());
}

#[tokio::test]
#[ignore = "run by what_may_not_be_read_is_told_as_such"]
async fn as_nobody_what_is_closed_is_no_damage() {
    let storage = connect(&place(), &Options::default()).await;
    let shop = StoreName::from("shop");
    let listed = storage.all_stores().await.unwrap();
    let StoreState::Forbidden(why) = &listed[0].state else { panic!("{listed:?}") };
    assert!(why.contains("__metadata__.json") && why.contains("Permission denied"), "{why}");
    let found = scan(&*storage, &shop).await;
    let RecordState::Unreadable(why) = &found[0].state else { panic!("{found:?}") };
    assert!(why.contains("Permission denied"), "{why}");
    let key = Key::from("a");
    for error in [
        storage.get_value(&shop, &key).await.unwrap_err(),
        storage.set_value(&set(&shop, &key, Value::Text("new".into()), None)).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ErrorKind::Permission, "{error}");
        assert!(error.remedy().contains("owner"), "{error}");
    }
    let error = storage.plan_repair(&shop).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Permission, "{error}");
}

#[tokio::test]
async fn what_is_made_in_a_storage_belongs_to_its_owner() {
    let made = Directory::new().await;
    // Without root's rights the storage stays this user's; all else is checked.
    let gives_away = can_give_files_away("that what root makes in a storage is its owner's");
    let own = fs::metadata(made.folder.path()).unwrap();
    let (user, group) = if gives_away { (NOBODY, NOBODY) } else { (own.uid(), own.gid()) };
    let other = if gives_away { (1, 1) } else { (user, group) };
    chown(made.folder.path(), Some(user), Some(group)).unwrap();
    mode(made.folder.path(), 0o750);
    let shop = store(made.storage(), "shop").await;
    put(made.storage(), &shop, "key", "x").await;
    let facts = |path: &Path| {
        let facts = fs::metadata(path).unwrap();
        (facts.uid(), facts.gid(), facts.mode() & 0o777)
    };
    let path = made.store("shop");
    // A folder of this user's own is made as any other program makes it.
    let outside = tempfile::tempdir().unwrap();
    let plain = outside.path().join("plain");
    fs::create_dir(&plain).unwrap();
    let folders = if gives_away { 0o750 } else { facts(&plain).2 };
    for folder in [&made.folder.path().join("key_value_stores"), &path] {
        assert_eq!(facts(folder), (user, group, folders), "{}", folder.display());
    }
    for name in ["__metadata__.json", "key", "key.__metadata__.json"] {
        assert_eq!(facts(&path.join(name)), (user, group, 0o600), "{name}");
    }
    // New files are like those that are there; one that is replaced stays whose it was.
    mode(&path.join("__metadata__.json"), 0o664);
    chown(path.join("key"), Some(other.0), Some(other.1)).unwrap();
    put(made.storage(), &shop, "key", "y").await;
    put(made.storage(), &shop, "new", "x").await;
    assert_eq!(facts(&path.join("key")), (other.0, other.1, 0o600));
    assert_eq!(facts(&path.join("new")), (user, group, 0o664));
    assert_eq!(facts(&path.join("new.__metadata__.json")), (user, group, 0o664));
    made.storage().open(&OpenBy::Default).await.unwrap();
    assert_eq!(facts(&made.store("default")), (user, group, folders));
}
