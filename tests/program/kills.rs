//! larder is killed while it writes to a directory: no record is torn, and the next write removes the
//! temporary files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::short::Short as _;
use larder::model::{ContentType, Expect, Key, OpenBy, RecordState, SetValue, StoreName};
use larder::storage::{self, Options, Storage, Target};

const KILLS: u32 = 200;
/// Size of a value, large enough for a write to take a while.
const SIZE: usize = 1 << 20;

/// The value of a round, and its type: of two in turn, which differ in every byte, in size and in type.
fn value(round: u32) -> (Vec<u8>, &'static str) {
    let odd = round % 2 == 1;
    let size = if odd { SIZE } else { SIZE + 4711 };
    (vec![if odd { b'o' } else { b'e' }; size], if odd { "text/html" } else { "text/csv" })
}

/// Starts a larder that sets the record to a value.
fn start(folder: &Path, round: u32) -> Child {
    let (bytes, content_type) = value(round);
    let file = folder.join("value");
    fs::write(&file, bytes).unwrap();
    Command::new(env!("CARGO_BIN_EXE_larder"))
        .args(["set", "default", "key", "-c", content_type, "--file"])
        .arg(file)
        .arg("-t")
        .arg(folder)
        .env("HOME", folder)
        .env_remove("LARDER_CONFIG")
        .env_remove("LARDER_READ_ONLY")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts a larder that gives a record another key.
fn start_rename(folder: &Path, from: &str, to: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_larder"))
        .args(["rename", "default", from, to, "-t"])
        .arg(folder)
        .env("HOME", folder)
        .env_remove("LARDER_CONFIG")
        .env_remove("LARDER_READ_ONLY")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Number of temporary files of larder in the store.
fn temporary(store: &Path) -> usize {
    let entries = fs::read_dir(store).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".larder-")).count()
}

async fn write(storage: &dyn Storage, key: &str, value: Vec<u8>, content_type: &str) {
    let set = SetValue {
        store: StoreName::from("default"),
        key: Key::from(key),
        value: value.into(),
        content_type: ContentType::from(content_type),
        expected: Expect::Anything,
    };
    storage.set_value(&set).await.unwrap();
}

/// A storage with an empty default store, and the path of that store.
async fn opened() -> (tempfile::TempDir, Arc<dyn Storage>, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Directory(folder.path().to_owned());
    let options = Options { durable: false, ..Options::default() };
    let storage = storage::connect(&target, &options).await.unwrap();
    storage.open(&OpenBy::Default).await.unwrap();
    let path = folder.path().join("key_value_stores/default");
    (folder, storage, path)
}

#[tokio::test]
async fn a_killed_write_tears_nothing_and_the_next_one_sweeps() {
    let (folder, storage, path) = opened().await;
    let (mut old, mut old_type) = value(0);
    write(&*storage, "key", old.clone(), old_type).await;
    let whole = (1..4).map(|round| {
        let start_of_write = Instant::now();
        assert!(start(folder.path(), round).wait().unwrap().success());
        start_of_write.elapsed()
    });
    let whole = whole.min().unwrap();
    (old, old_type) = value(3);

    let (mut left, mut made) = (0, 0);
    for round in 0..KILLS {
        let (new, new_type) = value(round);
        let mut child = start(folder.path(), round);
        // Half of them are killed at times spread over the whole write, the other half as soon as anything is
        // in the folder.
        let part = if round % 4 < 2 { whole * round / KILLS } else { whole * 4 };
        let until = Instant::now() + part;
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            if round % 4 >= 2 && temporary(&path) > 0 {
                break;
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        left += usize::from(temporary(&path) > 0);

        write(&*storage, "other", vec![b'x'; 10], "text/plain").await;
        assert_eq!(temporary(&path), 0, "round {round}");
        let read = storage.get_value(&"default".into(), &"key".into()).await.unwrap().unwrap();
        assert_eq!(read.meta.state, RecordState::Whole, "round {round}");
        let is = (&*read.value, read.meta.content_type.as_str());
        let is_new = is == (&*new, new_type);
        assert!(is_new || is == (&*old, old_type), "round {round}: {}", read.meta.content_type);
        if is_new {
            made += 1;
            (old, old_type) = (new, new_type);
        }
    }
    // Otherwise nothing was tried.
    assert!(left > 20, "{left} of {KILLS} left something to sweep, {made} were made");
}

#[tokio::test]
async fn a_killed_rename_leaves_the_record_under_one_of_its_keys_or_both() {
    let (folder, storage, path) = opened().await;
    let (value, content_type) = value(1);
    write(&*storage, "a", value.clone(), content_type).await;
    let (mut from, mut to) = ("a", "b");
    let start_of_write = Instant::now();
    assert!(start_rename(folder.path(), from, to).wait().unwrap().success());
    let whole = start_of_write.elapsed();
    std::mem::swap(&mut from, &mut to);

    let (mut made, mut both, mut early) = (0, 0, 0);
    for round in 0..KILLS {
        let mut child = start_rename(folder.path(), from, to);
        // A third of them are killed at times spread over the write, a third as soon as anything is written,
        // and a third as soon as the new record is there.
        let new = path.join(format!("{to}.__metadata__.json"));
        let part = if round % 3 == 0 { whole * round / KILLS } else { whole * 4 };
        let until = Instant::now() + part;
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            let is_there = if round % 3 == 1 { temporary(&path) > 0 } else { new.exists() };
            if round % 3 > 0 && is_there {
                break;
            }
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();

        // It sweeps.
        write(&*storage, "other", vec![b'x'; 10], "text/plain").await;
        assert_eq!(temporary(&path), 0, "round {round}");
        let mut whole = Vec::new();
        for key in [from, to] {
            let read = storage.get_value(&"default".into(), &key.into()).await.unwrap();
            let Some(read) = read.filter(|read| read.meta.state != RecordState::NoValue) else {
                continue;
            };
            assert_eq!(read.meta.state, RecordState::Whole, "round {round}, {key}");
            assert_eq!(read.meta.content_type.as_str(), content_type, "round {round}, {key}");
            assert!(read.value == value, "round {round}, {key}");
            whole.push(key);
        }
        match whole[..] {
            [key] if key == to => made += 1,
            [_] => early += 1,
            [_, _] => both += 1,
            _ => panic!("round {round}: it is gone"),
        }
        // From where it is now.
        storage.delete_value(&"default".into(), &[from.into()]).await.unwrap();
        storage.delete_value(&"default".into(), &[to.into()]).await.unwrap();
        write(&*storage, from, value.clone(), content_type).await;
    }
    // Otherwise nothing was tried.
    assert!(early > 20 && made + both > 20, "{early} not made, {made} made, {both} half");
}
