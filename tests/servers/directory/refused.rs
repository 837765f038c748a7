//! Writes that the system refuses: no permission, no room, a file system for reading only. Each
//! runs in a process of its own, with what is taken from it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use larder::model::{
    Aside, AsideList, Change, Commit, ErrorKind, Expect, Key, OpenBy, Record, StoreName,
    StoreState, Value, WriteId,
};
use larder::storage::Options;

use tempfile::TempDir;

use super::damaged::no_temporary_files;
use super::{Directory, connect};
use crate::contract::{put, set, store};
use crate::programs;
use crate::short::Short as _;

/// The variable that tells the process of one of these tests its directory.
const PLACE: &str = "LARDER_TEST_PLACE";

/// Runs one of the ignored functions below in a process of its own.
#[track_caller]
pub(crate) fn run(command: &mut Command, function: &str, place: &Path) {
    let output = command
        .args(["--exact", &format!("directory::{function}"), "--ignored", "--nocapture"])
        .env(PLACE, place)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{errors}");
}

pub(crate) fn place() -> PathBuf {
    std::env::var_os(PLACE).expect("started by a test").into()
}

fn this() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// A store with a record, and what must be there after each refused write.
async fn filled(made: &Directory) -> Record {
    let shop = store(made.storage(), "shop").await;
    put(made.storage(), &shop, "key", "old").await;
    made.storage().get_value(&shop, &Key::from("key")).await.unwrap().unwrap()
}

/// Checks that every write is refused in this way, and changes nothing.
async fn all_refused(place: &Path, kind: ErrorKind, size: usize) {
    let storage = connect(place, &Options::default()).await;
    let shop = StoreName::from("shop");
    let files = |path: &Path| fs::read_dir(path).unwrap().count();
    let path = place.join("key_value_stores/shop");
    let before = (files(&path), fs::read(path.join("__metadata__.json")).unwrap());
    for key in ["key", "new"] {
        let write = set(&shop, &Key::from(key), Value::Bytes(vec![1; size].into()), None);
        let error = storage.set_value(&write).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(!error.to_string().contains("os error"), "{error}");
    }
    // On a full disk there may be room for the few bytes that describe what was set aside.
    if kind != ErrorKind::DiskFull {
        for aside in [Aside::Records(shop.clone()), Aside::Store(shop.clone())] {
            let error = storage.set_aside(&aside).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.hint.is_some(), "what to do is said: {error}");
        }
        assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
    }
    assert_eq!((files(&path), fs::read(path.join("__metadata__.json")).unwrap()), before);
    assert!(no_temporary_files(&path));
    let record = storage.get_value(&shop, &Key::from("key")).await.unwrap().unwrap();
    assert_eq!(record.value, "old");
    assert_eq!(storage.get_value(&shop, &Key::from("new")).await.unwrap(), None);
}

#[tokio::test]
async fn without_permission_nothing_is_changed() {
    let made = Directory::new().await;
    filled(&made).await;
    let open = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    for (path, mode) in [
        (made.folder.path().to_owned(), 0o755),
        (made.store("shop").join("key"), 0o644),
        (made.store("shop").join("key.__metadata__.json"), 0o644),
        (made.store("shop").join("__metadata__.json"), 0o644),
    ] {
        open(&path, mode);
    }
    fs::create_dir(made.store("closed")).unwrap();
    fs::write(made.store("shop").join("closed.txt"), "x").unwrap();
    open(&made.store("closed"), 0);
    open(&made.store("shop").join("closed.txt"), 0);
    // To its owner, too, where the tests do not run as root.
    open(&made.store("shop"), 0o555);
    open(&made.folder.path().join("key_value_stores"), 0o555);
    let program = tempfile::tempdir().unwrap();
    run(&mut as_nobody(&program), "refused::as_nobody_writes_are_refused", made.folder.path());
    for path in
        [made.folder.path().join("key_value_stores"), made.store("shop"), made.store("closed")]
    {
        open(&path, 0o755);
    }
}

/// This test program as a user to whom permissions matter: not as root. A copy of it lies in
/// `folder`, since nobody may look into the folders of root, where it can have been built.
pub(crate) fn as_nobody(folder: &TempDir) -> Command {
    if !is_root() {
        return Command::new(this());
    }
    let copy = folder.path().join("test");
    programs::copy(&this(), &copy);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(copy);
    command.uid(65534).gid(65534).current_dir("/");
    command
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Whether this may give files to others, which only root can. Where it may not, says what is not
/// checked; straight to standard error, for what a test prints is kept back when it passes.
pub(crate) fn can_give_files_away(what: &str) -> bool {
    let can = is_root();
    if !can {
        let line = format!("NOT CHECKED: {what}: only root can give files to other users\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    can
}

#[tokio::test]
async fn a_record_of_which_only_one_half_may_be_replaced_stays_whole() {
    if !can_give_files_away("a record of which only one half may be replaced") {
        return;
    }
    let made = Directory::new().await;
    let record = filled(&made).await;
    let path = made.store("shop");
    // In a directory such as /tmp nobody may replace what is not theirs.
    for (path, mode) in [
        (made.folder.path().to_owned(), 0o755),
        (made.folder.path().join("key_value_stores"), 0o755),
        (path.clone(), 0o1777),
        (path.join("key"), 0o666),
        (path.join("key.__metadata__.json"), 0o666),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    std::os::unix::fs::chown(path.join("key"), Some(65534), Some(65534)).unwrap();
    let program = tempfile::tempdir().unwrap();
    run(
        &mut as_nobody(&program),
        "refused::as_nobody_half_a_record_is_refused",
        made.folder.path(),
    );
    let left = made.storage().get_value(&StoreName::from("shop"), &record.meta.key).await.unwrap();
    assert_eq!(left, Some(record));
    assert!(no_temporary_files(&path));
}

#[tokio::test]
#[ignore = "run by a_record_of_which_only_one_half_may_be_replaced_stays_whole"]
async fn as_nobody_half_a_record_is_refused() {
    let storage = connect(&place(), &Options::default()).await;
    let write =
        set(&StoreName::from("shop"), &Key::from("key"), Value::Text("longer".into()), None);
    let error = storage.set_value(&write).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Permission, "{error}");
}

#[tokio::test]
#[ignore = "run by without_permission_nothing_is_changed"]
async fn as_nobody_writes_are_refused() {
    let place = place();
    let storage = connect(&place, &Options::default()).await;
    let shop = StoreName::from("shop");
    let stores = storage.all_stores().await.unwrap();
    assert!(matches!(stores[0].state, StoreState::Forbidden(_)), "{stores:?}");
    let closed = Key::from("closed.txt");
    let error = storage.get_value(&shop, &closed).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Permission, "{error}");
    assert_eq!(crate::contract::scan(&*storage, &shop).await.len(), 2);
    all_refused(&place, ErrorKind::Permission, 10).await;
    for kind in [
        storage.purge(&shop).await.unwrap_err().kind,
        storage.drop_store(&shop).await.unwrap_err().kind,
        storage.delete_value(&shop, &[Key::from("key")]).await.unwrap_err().kind,
        storage.open(&larder::model::OpenBy::Default).await.unwrap_err().kind,
    ] {
        assert_eq!(kind, ErrorKind::Permission);
    }
    all_refused(&place, ErrorKind::Permission, 10).await;
}

#[tokio::test]
async fn without_room_nothing_is_changed() {
    let made = Directory::new().await;
    filled(&made).await;
    // No file may be larger than 8 blocks; who writes more is told so, instead of being ended.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(this());
    run(&mut command, "refused::over_the_limit_writes_are_refused", made.folder.path());
}

#[tokio::test]
#[ignore = "run by without_room_nothing_is_changed"]
async fn over_the_limit_writes_are_refused() {
    all_refused(&place(), ErrorKind::DiskFull, 100_000).await;
}

/// On a small file system of its own, where this user may mount one.
#[tokio::test]
async fn on_a_full_disk_nothing_is_changed_and_records_can_be_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=256k none \"$1\"";
    let mut may = Command::new("unshare");
    may.args(["-m", "sh", "-c", mount, "sh"]).arg(folder.path());
    if !may.output().is_ok_and(|output| output.status.success()) {
        eprintln!("no file system can be mounted here; the limit on files' sizes is tested alone");
        return;
    }
    let mut command = Command::new("unshare");
    let script = format!("{mount} && shift && exec \"$@\"");
    command.args(["-m", "sh", "-c", &script, "sh"]).arg(folder.path()).arg(this());
    run(&mut command, "refused::on_a_small_disk_writes_are_refused", folder.path());
}

#[tokio::test]
#[ignore = "run by on_a_full_disk_nothing_is_changed_and_records_can_be_deleted"]
async fn on_a_small_disk_writes_are_refused() {
    let place = place();
    let storage = connect(&place, &Options::default()).await;
    let shop = store(&*storage, "shop").await;
    put(&*storage, &shop, "key", "old").await;
    all_refused(&place, ErrorKind::DiskFull, 1_000_000).await;
    // To the last block.
    let mut filler = Vec::new();
    for at in 0..1000 {
        let key = Key::from(format!("filler {at}"));
        let write = set(&shop, &key, Value::Bytes(vec![1; 3000].into()), None);
        match storage.set_value(&write).await {
            Ok(_) => filler.push(key),
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::DiskFull, "{error}");
                break;
            }
        }
    }
    assert!(!filler.is_empty());
    while fs::write(place.join(format!("more {}", filler.len())), [1; 4096]).is_ok() {
        filler.push(Key::from("not there"));
    }
    all_refused(&place, ErrorKind::DiskFull, 10).await;
    let new = OpenBy::Name("new".into());
    assert_eq!(storage.open(&new).await.unwrap_err().kind, ErrorKind::DiskFull);
    assert!(!place.join("key_value_stores/new").exists(), "no folder without metadata");
    let deleted = storage.delete_value(&shop, &filler).await.unwrap();
    assert!(deleted.records > 0);
    put(&*storage, &shop, "new", "x").await;
}

#[tokio::test]
async fn a_storage_for_reading_only_refuses_every_write() {
    let made = Directory::new().await;
    filled(&made).await;
    let storage =
        connect(made.folder.path(), &Options { read_only: true, ..Options::default() }).await;
    let shop = StoreName::from("shop");
    let write = set(&shop, &Key::from("key"), Value::Text("new".into()), None);
    let removal = Commit {
        id: WriteId(1),
        key: Key::from("key"),
        expect: Expect::Anything,
        change: Change::Remove,
    };
    for kind in [
        storage.set_value(&write).await.unwrap_err().kind,
        storage.purge(&shop).await.unwrap_err().kind,
        storage.drop_store(&shop).await.unwrap_err().kind,
        storage.delete_value(&shop, &[Key::from("key")]).await.unwrap_err().kind,
        storage.open(&larder::model::OpenBy::Default).await.unwrap_err().kind,
        storage.commit(&shop, &[removal]).await.unwrap_err().kind,
    ] {
        assert_eq!(kind, ErrorKind::ReadOnly);
    }
    assert!(storage.server().await.unwrap().read_only);
    assert_eq!(storage.all_stores().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_directory_that_cannot_be_opened_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for (name, kind) in [("missing", ErrorKind::NotFound), ("file", ErrorKind::Usage)] {
        let target = larder::storage::Target::Directory(folder.path().join(name));
        let Err(error) = larder::storage::connect(&target, &Options::default()).await else {
            panic!("{name} was opened");
        };
        assert_eq!(error.kind, kind);
        assert!(error.to_string().contains(name) && !error.remedy().is_empty(), "{error}");
    }
}
