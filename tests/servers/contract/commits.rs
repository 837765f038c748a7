//! Changes of records that are what they are expected to be.

use bytes::Bytes;
use futures::future::join_all;
use larder::model::{
    Change, Commit, Committed, ContentType, Done, ErrorKind, Expect, Key, Reading, RecordState,
    StoreName, Version, Want, WriteId,
};
use larder::storage::Storage;

use super::{put, scan, store, value};
use crate::short::Short as _;

fn remove(id: u64, key: &str, expect: Expect) -> Commit {
    Commit { id: WriteId(id), key: Key::from(key), expect, change: Change::Remove }
}

fn set(id: u64, key: &str, expect: Expect, value: impl Into<Bytes>) -> Commit {
    let change = Change::Put(value.into(), ContentType::TEXT);
    Commit { id: WriteId(id), key: Key::from(key), expect, change }
}

async fn version(storage: &dyn Storage, store: &StoreName, key: &str) -> Expect {
    let record = storage.get_value(store, &Key::from(key)).await.unwrap().unwrap();
    Expect::Is(Version::of(&record))
}

/// A word for each, and that each bears its number.
fn told(commits: &[Commit], committed: &[Committed]) -> Vec<&'static str> {
    let ids = |ids: Vec<WriteId>| ids;
    assert_eq!(
        ids(commits.iter().map(|commit| commit.id).collect()),
        ids(committed.iter().map(|commit| commit.id).collect()),
    );
    let word = |commit: &Committed| match &commit.result {
        Ok(Done::Put(meta)) => {
            assert_eq!(meta.state, RecordState::Whole);
            "put"
        }
        Ok(Done::Removed) => "removed",
        Ok(Done::NothingThere) => "nothing",
        Err(error) if error.kind == ErrorKind::Conflict => "conflict",
        Err(error) if error.kind == ErrorKind::NotFound => "no store",
        Err(error) => panic!("{error}"),
    };
    committed.iter().map(word).collect()
}

async fn made(storage: &dyn Storage, store: &StoreName, commits: &[Commit]) -> Vec<&'static str> {
    told(commits, &storage.commit(store, commits).await.unwrap())
}

pub async fn records_are_put_and_removed_in_one_call(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "old", "x").await;
    let before = storage.get_metadata(&shop).await.unwrap().modified_at;
    let commits = [
        set(1, "new", Expect::Anything, "one"),
        set(2, "old", Expect::Anything, "two"),
        remove(3, "new", Expect::Anything),
        remove(4, "never", Expect::Anything),
        set(5, "new", Expect::Absent, "three"),
    ];
    let words = made(storage, &shop, &commits).await;
    assert_eq!(words, ["put", "put", "removed", "nothing", "put"]);
    assert_eq!(value(storage, &shop, &Key::from("new")).await, "three");
    assert_eq!(value(storage, &shop, &Key::from("old")).await, "two");
    let meta = storage.get_record_metadata(&shop, &Key::from("new")).await.unwrap().unwrap();
    assert_eq!((meta.content_type, meta.size), (ContentType::TEXT, 5));
    assert!(storage.get_metadata(&shop).await.unwrap().modified_at > before);
    assert_eq!(storage.commit(&shop, &[]).await.unwrap(), []);
}

pub async fn a_record_that_is_there_is_not_made_again(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "there", "old").await;
    let commits = [set(1, "there", Expect::Absent, "new"), remove(2, "there", Expect::Absent)];
    assert_eq!(made(storage, &shop, &commits).await, ["conflict", "conflict"]);
    assert_eq!(value(storage, &shop, &Key::from("there")).await, "old");
}

pub async fn a_record_that_changed_since_is_skipped_and_the_others_are_removed(
    storage: &dyn Storage,
) {
    let shop = store(storage, "shop").await;
    for key in ["same", "other", "longer", "gone", "typed", "sized", "resized"] {
        put(storage, &shop, key, "old").await;
    }
    let mut commits = Vec::new();
    for (id, key) in ["same", "other", "longer", "gone", "typed"].into_iter().enumerate() {
        commits.push(remove(id as u64, key, version(storage, &shop, key).await));
    }
    for (id, key) in ["sized", "resized"].into_iter().enumerate() {
        let meta = storage.get_record_metadata(&shop, &Key::from(key)).await.unwrap().unwrap();
        commits.push(remove(id as u64 + 5, key, Expect::Is(Version::of_meta(&meta))));
    }
    put(storage, &shop, "other", "odd").await;
    put(storage, &shop, "longer", "older").await;
    storage.delete_value(&shop, &[Key::from("gone")]).await.unwrap();
    let html = larder::model::Value::Bytes("old".into());
    let typed = super::set(&shop, &Key::from("typed"), html, Some("text/html".into()));
    storage.set_value(&typed).await.unwrap();
    // Of its value nothing but the size was known.
    put(storage, &shop, "sized", "odd").await;
    put(storage, &shop, "resized", "older").await;

    let committed = storage.commit(&shop, &commits).await.unwrap();
    let words = told(&commits, &committed);
    let expected =
        ["removed", "conflict", "conflict", "nothing", "conflict", "removed", "conflict"];
    assert_eq!(words, expected);
    let named = committed[1].result.clone().unwrap_err().problem;
    assert!(named.contains("other"), "{named}");
    let left: Vec<_> = scan(storage, &shop).await.into_iter().map(|meta| meta.key).collect();
    assert_eq!(left, ["longer", "other", "resized", "typed"].map(Key::from));

    // What is there now can be removed and set.
    let commits = [
        remove(1, "other", version(storage, &shop, "other").await),
        set(2, "longer", version(storage, &shop, "longer").await, "new"),
        set(3, "typed", Expect::Is(Version::of_meta(&typed_meta(storage, &shop).await)), "new"),
        set(4, "other", version(storage, &shop, "resized").await, "new"),
    ];
    let words = made(storage, &shop, &commits).await;
    assert_eq!(words, ["removed", "put", "put", "conflict"]);
    assert_eq!(value(storage, &shop, &Key::from("longer")).await, "new");
    assert_eq!(value(storage, &shop, &Key::from("typed")).await, "new");
}

async fn typed_meta(storage: &dyn Storage, store: &StoreName) -> larder::model::RecordMeta {
    storage.get_record_metadata(store, &Key::from("typed")).await.unwrap().unwrap()
}

pub async fn a_large_value_is_compared_by_its_digest(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let large = "x".repeat(100 << 10);
    put(storage, &shop, "large", &large).await;
    let old = version(storage, &shop, "large").await;
    let changed = format!("{}y", &large[1..]);
    put(storage, &shop, "large", &changed).await;
    let words =
        made(storage, &shop, &[remove(1, "large", old.clone()), set(2, "large", old, "new")]).await;
    assert_eq!(words, ["conflict", "conflict"]);
    let read = storage.read(&shop, &Key::from("large"), Want::Whole).await.unwrap();
    assert!(matches!(read, Some(Reading::Whole(record)) if record.value == changed));
    let now = version(storage, &shop, "large").await;
    assert_eq!(made(storage, &shop, &[set(1, "large", now, large.clone())]).await, ["put"]);
    let now = version(storage, &shop, "large").await;
    assert_eq!(made(storage, &shop, &[remove(1, "large", now)]).await, ["removed"]);
}

pub async fn of_many_who_expect_one_version_one_changes_it(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for round in 0..5 {
        put(storage, &shop, "key", "old").await;
        let old = version(storage, &shop, "key").await;
        let commits: Vec<_> = (0..8)
            .map(|id| match id % 2 {
                0 => [set(id, "key", old.clone(), format!("new {id}"))],
                _ => [remove(id, "key", old.clone())],
            })
            .collect();
        let all = commits.iter().map(|commits| made(storage, &shop, commits));
        let words: Vec<_> = join_all(all).await.concat();
        let changes = words.iter().filter(|word| ["put", "removed"].contains(*word)).count();
        assert_eq!(changes, 1, "round {round}: {words:?}");
    }
}

pub async fn many_removals_are_answered_in_their_order(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let keys: Vec<String> = (0..250).map(|at| format!("key-{at:03}")).collect();
    for key in keys.iter().step_by(2) {
        put(storage, &shop, key, "x").await;
    }
    let commits: Vec<_> =
        keys.iter().zip(0..).map(|(key, id)| remove(id, key, Expect::Anything)).collect();
    let words = made(storage, &shop, &commits).await;
    for (at, word) in words.iter().enumerate() {
        assert_eq!(*word, if at % 2 == 0 { "removed" } else { "nothing" }, "{at}");
    }
    assert!(scan(storage, &shop).await.is_empty());
}

pub async fn where_there_is_no_store_nothing_is_put(storage: &dyn Storage) {
    let none = StoreName::from("none");
    let commits = [set(1, "key", Expect::Anything, "x"), remove(2, "key", Expect::Anything)];
    assert_eq!(made(storage, &none, &commits).await, ["no store", "nothing"]);
    assert!(storage.all_stores().await.unwrap().is_empty());
    assert_eq!(storage.get_metadata(&none).await.unwrap_err().kind, ErrorKind::NotFound);
}
