//! Records that get another key or another content type.

use bytes::Bytes;
use larder::model::{ContentType, ErrorKind, Key, Record, RecordMeta, SetValue, StoreName, Want};
use larder::ops::{self, OldValues, Operation, Outcome, PlannedChange, words};
use larder::storage::Storage;

use super::{put, scan, store};
use crate::short::Short as _;

fn rename(store: &StoreName, key: &str, to: &str, overwrite: bool) -> Operation {
    Operation::Rename { store: store.clone(), key: key.into(), to: to.into(), overwrite }
}

fn copy(store: &StoreName, key: &str, to: &str, overwrite: bool) -> Operation {
    let (store, to_store) = (store.clone(), store.clone());
    Operation::Copy { store, key: key.into(), to_store, to: to.into(), overwrite }
}

async fn put_bytes(storage: &dyn Storage, store: &StoreName, key: &str, value: &[u8], kind: &str) {
    let set = SetValue {
        store: store.clone(),
        key: key.into(),
        value: Bytes::copy_from_slice(value),
        content_type: kind.into(),
        expected: larder::model::Expect::Anything,
    };
    storage.set_value(&set).await.unwrap();
}

async fn read(storage: &dyn Storage, store: &StoreName, key: &str) -> Option<Record> {
    let read = storage.read(store, &Key::from(key), Want::Whole).await.unwrap();
    read.map(larder::model::Reading::into_record)
}

async fn keys(storage: &dyn Storage, store: &StoreName) -> Vec<String> {
    scan(storage, store).await.iter().map(|meta| meta.key.escaped()).collect()
}

/// Large values are kept in files without a name.
fn old_values() -> OldValues {
    OldValues::in_folder(std::env::temp_dir())
}

async fn make(storage: &dyn Storage, operation: &Operation) -> Outcome {
    let plan = ops::plan(storage, operation).await.unwrap().undoable(false);
    ops::perform_kept(storage, &plan, &old_values()).await.unwrap()
}

async fn undo(storage: &dyn Storage, outcome: Outcome) -> Outcome {
    let plan = outcome.inverse.expect("what was there is kept");
    ops::perform_kept(storage, &plan, &old_values()).await.unwrap()
}

/// Values of every kind: of none, of few and of many bytes, none of them text.
fn values() -> Vec<(Vec<u8>, &'static str)> {
    let bytes = |size: usize| (0..size).map(|at| (at * 7 % 256) as u8).collect::<Vec<_>>();
    vec![
        (Vec::new(), "application/octet-stream"),
        (b"{\"a\": 1.50}\n".to_vec(), "application/json; charset=utf-8"),
        (bytes(300), "image/png"),
        (bytes(70 << 10), "text/plain; charset=latin1"),
    ]
}

pub async fn a_renamed_record_has_its_bytes_and_its_type_and_goes_back(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for (value, kind) in values() {
        put_bytes(storage, &shop, "old", &value, kind).await;
        let before = read(storage, &shop, "old").await.unwrap();
        let outcome = make(storage, &rename(&shop, "old", "new", false)).await;
        assert_eq!(keys(storage, &shop).await, ["new"]);
        let after = read(storage, &shop, "new").await.unwrap();
        assert_eq!((&after.value[..], after.meta.content_type.as_str()), (&value[..], kind));
        assert_eq!(after.meta, RecordMeta { key: "new".into(), ..before.meta.clone() });
        let again = undo(storage, outcome).await;
        assert_eq!(keys(storage, &shop).await, ["old"]);
        assert_eq!(read(storage, &shop, "old").await.unwrap(), before);
        let back = undo(storage, again).await;
        assert_eq!(keys(storage, &shop).await, ["new"]);
        undo(storage, back).await;
        storage.delete_value(&shop, &["old".into()]).await.unwrap();
    }
}

pub async fn a_copy_is_the_same_and_the_first_record_stays(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for (value, kind) in values() {
        put_bytes(storage, &shop, "one", &value, kind).await;
        let outcome = make(storage, &copy(&shop, "one", "two", false)).await;
        let (one, two) = (
            read(storage, &shop, "one").await.unwrap(),
            read(storage, &shop, "two").await.unwrap(),
        );
        assert_eq!((&two.value, &two.value[..]), (&one.value, &value[..]));
        assert_eq!(two.meta, RecordMeta { key: "two".into(), ..one.meta });
        undo(storage, outcome).await;
        assert_eq!(keys(storage, &shop).await, ["one"]);
    }
}

pub async fn what_is_in_the_way_of_a_rename_stays_unless_it_was_shown(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "old", "mine").await;
    put(storage, &shop, "new", "theirs").await;
    for operation in [rename(&shop, "old", "new", false), copy(&shop, "old", "new", false)] {
        let refused = ops::plan(storage, &operation).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Conflict, "{refused}");
    }
    // What comes after the plan was made is in the way too.
    let late = ops::plan(storage, &rename(&shop, "old", "late", false)).await.unwrap();
    put(storage, &shop, "late", "theirs").await;
    let refused = ops::perform(storage, &late).await.unwrap_err().error;
    assert_eq!(refused.kind, ErrorKind::Conflict, "{refused}");
    assert_eq!(keys(storage, &shop).await, ["late", "new", "old"]);
    assert_eq!(read(storage, &shop, "late").await.unwrap().value, "theirs");
    // What was shown is written over, and comes back.
    let plan = ops::plan(storage, &rename(&shop, "old", "new", true)).await.unwrap();
    let PlannedChange::Rewrite(it) = &plan.change else { panic!() };
    assert_eq!(it.replaced.as_ref().unwrap().size, 6);
    let outcome = make(storage, &rename(&shop, "old", "new", true)).await;
    assert_eq!(keys(storage, &shop).await, ["late", "new"]);
    assert_eq!(read(storage, &shop, "new").await.unwrap().value, "mine");
    undo(storage, outcome).await;
    assert_eq!(read(storage, &shop, "new").await.unwrap().value, "theirs");
    assert_eq!(read(storage, &shop, "old").await.unwrap().value, "mine");
    // But not another that has come in its place since.
    put(storage, &shop, "new", "changed").await;
    let refused = ops::perform(storage, &plan).await.unwrap_err().error;
    assert_eq!(refused.kind, ErrorKind::Conflict, "{refused}");
    assert_eq!(read(storage, &shop, "new").await.unwrap().value, "changed");
    assert_eq!(read(storage, &shop, "old").await.unwrap().value, "mine");
}

pub async fn a_record_that_changed_since_is_not_renamed(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "old", "one").await;
    let plan = ops::plan(storage, &rename(&shop, "old", "new", false)).await.unwrap();
    put(storage, &shop, "old", "another").await;
    let refused = ops::perform(storage, &plan).await.unwrap_err().error;
    assert_eq!(refused.kind, ErrorKind::Conflict, "{refused}");
    assert!(refused.problem.contains("old"), "{refused}");
    assert_eq!(keys(storage, &shop).await, ["old"]);
    let missing = ops::plan(storage, &rename(&shop, "none", "new", false)).await.unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
    let same = ops::plan(storage, &rename(&shop, "old", "old", false)).await.unwrap_err();
    assert_eq!(same.kind, ErrorKind::Usage);
}

pub async fn an_undone_rename_loses_nothing_that_came_since(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "old", "mine").await;
    let outcome = make(storage, &rename(&shop, "old", "new", false)).await;
    // Somebody takes the old key: then the value stays under the new one.
    put(storage, &shop, "old", "theirs").await;
    let plan = outcome.inverse.unwrap();
    let refused = ops::perform(storage, &plan).await.unwrap_err().error;
    assert_eq!(refused.kind, ErrorKind::Conflict, "{refused}");
    assert_eq!(read(storage, &shop, "old").await.unwrap().value, "theirs");
    assert_eq!(read(storage, &shop, "new").await.unwrap().value, "mine");
}

pub async fn a_rename_over_another_record_gives_both_back_in_one_step(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for (mine, mine_type) in values() {
        for (theirs, theirs_type) in values() {
            put_bytes(storage, &shop, "old", &mine, mine_type).await;
            put_bytes(storage, &shop, "new", &theirs, theirs_type).await;
            let before = [read(storage, &shop, "old").await, read(storage, &shop, "new").await];
            let outcome = make(storage, &rename(&shop, "old", "new", true)).await;
            let after = read(storage, &shop, "new").await.unwrap();
            assert_eq!(
                (&after.value[..], keys(storage, &shop).await),
                (&mine[..], vec!["new".into()])
            );
            let undone = undo(storage, outcome).await;
            let now = [read(storage, &shop, "old").await, read(storage, &shop, "new").await];
            assert_eq!(now, before, "{mine_type} over {theirs_type}");
            let again = undo(storage, undone).await;
            assert_eq!(read(storage, &shop, "new").await.unwrap(), after);
            assert_eq!(keys(storage, &shop).await, ["new"]);
            undo(storage, again).await;
            let now = [read(storage, &shop, "old").await, read(storage, &shop, "new").await];
            assert_eq!(now, before, "{mine_type} over {theirs_type}");
            storage.delete_value(&shop, &["old".into(), "new".into()]).await.unwrap();
        }
    }
}

pub async fn a_content_type_changes_alone_and_goes_back(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for (value, kind) in values() {
        put_bytes(storage, &shop, "k", &value, kind).await;
        let before = read(storage, &shop, "k").await.unwrap();
        let operation = Operation::Retype {
            store: shop.clone(),
            key: "k".into(),
            content_type: ContentType::from("text/x-other"),
        };
        let outcome = make(storage, &operation).await;
        let after = read(storage, &shop, "k").await.unwrap();
        assert_eq!(after.value, before.value);
        assert_eq!(after.meta.content_type.as_str(), "text/x-other");
        undo(storage, outcome).await;
        assert_eq!(read(storage, &shop, "k").await.unwrap(), before);
        // Not over what has changed since it was shown.
        let plan = ops::plan(storage, &operation).await.unwrap();
        put(storage, &shop, "k", "changed").await;
        let refused = ops::perform(storage, &plan).await.unwrap_err().error;
        assert_eq!(refused.kind, ErrorKind::Conflict, "{}", words::doing(&plan));
    }
}

pub async fn a_copy_in_another_store_leaves_the_first_store_alone(storage: &dyn Storage) {
    let (shop, other) = (store(storage, "shop").await, store(storage, "other").await);
    put(storage, &shop, "one", "mine").await;
    let before = storage.get_metadata(&shop).await.unwrap();
    let to_other = |to_store: &StoreName, overwrite| Operation::Copy {
        store: shop.clone(),
        key: "one".into(),
        to_store: to_store.clone(),
        to: "one".into(),
        overwrite,
    };
    let outcome = make(storage, &to_other(&other, false)).await;
    assert_eq!(read(storage, &other, "one").await.unwrap().value, "mine");
    assert_eq!(read(storage, &shop, "one").await.unwrap().value, "mine");
    let after = storage.get_metadata(&shop).await.unwrap();
    assert_eq!(after.modified_at, before.modified_at);
    let refused = ops::plan(storage, &to_other(&other, false)).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);
    undo(storage, outcome).await;
    assert_eq!(keys(storage, &other).await, <[&str; 0]>::default());
    // Over what is there, which comes back.
    put(storage, &other, "one", "theirs").await;
    let outcome = make(storage, &to_other(&other, true)).await;
    assert_eq!(read(storage, &other, "one").await.unwrap().value, "mine");
    undo(storage, outcome).await;
    assert_eq!(read(storage, &other, "one").await.unwrap().value, "theirs");
    let missing = ops::plan(storage, &to_other(&"nowhere".into(), false)).await.unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound, "{missing}");
    assert!(missing.problem.contains("no store"), "{missing}");
}

pub async fn a_large_record_gets_another_key_and_goes_back(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let value: Vec<_> = (0..9 << 20).map(|at: u32| (at % 251) as u8).collect();
    put_bytes(storage, &shop, "old", &value, "image/png").await;
    let retype = Operation::Retype {
        store: shop.clone(),
        key: "old".into(),
        content_type: ContentType::from("image/gif"),
    };
    for operation in [rename(&shop, "old", "new", false), copy(&shop, "old", "new", false), retype]
    {
        let before = scan(storage, &shop).await;
        let outcome = make(storage, &operation).await;
        let after = scan(storage, &shop).await;
        assert_ne!(before, after);
        let there = after.last().unwrap().key.escaped();
        assert!(read(storage, &shop, &there).await.unwrap().value == value);
        let again = undo(storage, outcome).await;
        assert_eq!(scan(storage, &shop).await, before);
        let back = undo(storage, again).await;
        assert_eq!(scan(storage, &shop).await, after);
        undo(storage, back).await;
        assert!(read(storage, &shop, "old").await.unwrap().value == value);
    }
}

pub async fn a_copy_that_changed_since_is_not_taken_back(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "one", "mine").await;
    let outcome = make(storage, &copy(&shop, "one", "two", false)).await;
    put(storage, &shop, "two", "them").await;
    let refused = ops::perform(storage, &outcome.inverse.unwrap()).await.unwrap_err().error;
    assert_eq!(refused.kind, ErrorKind::Conflict, "{refused}");
    assert_eq!(read(storage, &shop, "two").await.unwrap().value, "them");
}
