//! Plans, and what is left out of them when they are made.

use futures::StreamExt as _;
use larder::model::{
    Change, Commit, Comparison, ContentType, ErrorKind, Expect, Key, OpenBy, Progress, RecordMeta,
    StoreName, Value, WriteId,
};
use larder::ops::{
    self, OldValues, Operation, Outcome, Plan, PlannedChange, PlannedRecord, Weight, words,
};
use larder::storage::Storage;
use larder::text::count;

use super::{kept_keys, put, scan, set, store};
use crate::short::Short as _;

async fn plan(storage: &dyn Storage, operation: Operation) -> Plan {
    ops::plan(storage, &operation).await.unwrap()
}

async fn plan_delete(storage: &dyn Storage, store: &StoreName, keys: &[&str]) -> Plan {
    let keys = keys.iter().map(|key| Key::from(*key)).collect();
    plan(storage, Operation::Delete { store: store.clone(), keys }).await
}

/// Makes the records with one text, in one call.
async fn put_all(storage: &dyn Storage, store: &StoreName, keys: &[String]) {
    let (value, content_type) = Value::Text("text".into()).encode(None);
    let put = |(key, id): (&String, u64)| Commit {
        id: WriteId(id),
        key: Key::from(key.as_str()),
        expect: Expect::Absent,
        change: Change::Put(value.clone(), content_type.clone()),
    };
    let commits: Vec<_> = keys.iter().zip(0..).map(put).collect();
    let committed = storage.commit(store, &commits).await.unwrap();
    assert!(committed.iter().all(|it| it.result.is_ok()));
}

async fn keys(storage: &dyn Storage, store: &StoreName) -> Vec<String> {
    scan(storage, store).await.iter().map(|meta| meta.key.escaped()).collect()
}

pub async fn a_plan_holds_what_is_there_and_changes_nothing(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "a", "one").await;
    put(storage, &shop, "b", "three").await;
    let before = storage.get_metadata(&shop).await.unwrap();

    let delete = plan_delete(storage, &shop, &["a", "b", "missing"]).await;
    assert_eq!((delete.records, delete.weight), (Some(2), Weight::Values(8)));
    let PlannedChange::Delete { records, .. } = &delete.change else { panic!() };
    assert!(matches!(&records[0], PlannedRecord::There(meta) if meta.size == 3));
    assert_eq!(records[2], PlannedRecord::Absent("missing".into()));
    let purge = plan(storage, Operation::Purge(shop.clone())).await;
    let drop = plan(storage, Operation::Drop(shop.clone())).await;
    for plan in [&purge, &drop] {
        assert_eq!((plan.records, plan.reversible), (Some(2), false));
        assert_eq!(plan.weight.bytes(), before.bytes);
    }
    assert_eq!(storage.get_metadata(&shop).await.unwrap(), before);
    let missing = plan(storage, Operation::Drop("missing".into())).await;
    assert_eq!(missing.problem.unwrap().kind, ErrorKind::NotFound);
}

pub async fn a_deletion_that_is_stopped_tells_what_is_gone_and_goes_on(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    // Several calls remove them: time decides how many are answered before it stops. In a directory, a call
    // takes long enough for three to suffice.
    let in_directory = &*storage.server().await.unwrap().product == "directory";
    let records = if in_directory { 1050 } else { 2550 };
    let all: Vec<_> = (0..records).map(|at| format!("k{at}")).collect();
    put_all(storage, &shop, &all).await;
    let names: Vec<_> = all.iter().map(String::as_str).chain(["missing"]).collect();
    let delete = plan_delete(storage, &shop, &names).await;
    assert!(delete.is_in_steps() && !delete.reversible);
    let progress = Progress::default();
    let cancel = async {
        while progress.share().is_none_or(|share| share == 0.0) {
            tokio::task::yield_now().await;
        }
        progress.cancel();
    };
    let nothing = OldValues::nothing();
    let made = ops::perform_in_steps(storage, &delete, &nothing, &progress);
    let made = tokio::join!(made, cancel).0.unwrap();
    let there = keys(storage, &shop).await.len() as u64;
    assert_eq!((made.records, made.all()), (records - there, records));
    let none = Progress::default();
    none.cancel();
    let rest = made.rest.expect("it was stopped");
    assert!(there > 0 && there < records, "{there}");
    let made = ops::perform_in_steps(storage, &rest, &nothing, &none).await.unwrap();
    assert_eq!((made.records, made.rest.is_some()), (0, true));
    assert_eq!(
        words::done(&rest, &made),
        format!(
            "deleted 0 records; cancelled after 0 of {} records; the others stay",
            count(there)
        )
    );
    assert_eq!(ops::perform(storage, &rest).await.unwrap().records, there);
    assert_eq!(keys(storage, &shop).await, [""; 0]);
}

pub async fn a_plan_is_made_as_it_was_shown(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for key in ["a", "b", "c"] {
        put(storage, &shop, key, "text").await;
    }
    let delete = plan_delete(storage, &shop, &["a", "b"]).await;
    assert_eq!(ops::perform(storage, &delete).await.unwrap().records, 2);
    assert_eq!(keys(storage, &shop).await, ["c"]);
    let purge = plan(storage, Operation::Purge(shop.clone())).await;
    assert_eq!(ops::perform(storage, &purge).await.unwrap().records, 1);
    let drop = plan(storage, Operation::Drop(shop.clone())).await;
    assert_eq!(ops::perform(storage, &drop).await.unwrap().records, 1);
    assert_eq!(storage.all_stores().await.unwrap(), []);
    let create = plan(storage, Operation::Create(OpenBy::Name("shop".into()))).await;
    assert_eq!(ops::perform(storage, &create).await.unwrap().records, 1);
    let write = set(&shop, &Key::from("k"), Value::Text("x".into()), None);
    let set = plan(storage, Operation::Set(write)).await;
    assert_eq!(ops::perform(storage, &set).await.unwrap().records, 1);
    assert_eq!(keys(storage, &shop).await, ["k"]);
}

pub async fn a_record_that_changed_since_its_plan_stays_and_is_named(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for key in ["same", "size", "type", "gone"] {
        put(storage, &shop, key, "text").await;
    }
    let delete = plan_delete(storage, &shop, &["same", "size", "type", "gone", "late"]).await;
    put(storage, &shop, "size", "longer text").await;
    let html = ContentType::from("text/html");
    let html = set(&shop, &Key::from("type"), Value::Text("text".into()), Some(html));
    storage.set_value(&html).await.unwrap();
    storage.delete_value(&shop, &["gone".into()]).await.unwrap();
    put(storage, &shop, "late", "text").await;

    let outcome = ops::perform(storage, &delete).await.unwrap();
    let skipped = vec![Key::from("size"), Key::from("type")];
    // A store that is watched and not written to meanwhile is compared in one step.
    let comparison = match storage.server().await.unwrap().comparison {
        Comparison::Watched => Comparison::OneStep,
        other => other,
    };
    assert_eq!(outcome, Outcome { records: 1, skipped, gone: 1, comparison, ..Outcome::default() });
    assert_eq!(keys(storage, &shop).await, ["late", "size", "type"]);
    let told = words::done(&delete, &outcome);
    assert!(told.contains("deleted 1 record; 2 records changed meanwhile, and stay"), "{told}");
    assert!(told.contains("size, type"), "{told}");

    // Of what is left of it, nothing is as it was shown.
    let failed = ops::perform(storage, &delete).await.unwrap_err();
    assert_eq!(failed.error.kind, ErrorKind::Conflict, "{}", failed.error);
    assert_eq!(keys(storage, &shop).await, ["late", "size", "type"]);
}

pub async fn what_a_list_shows_is_deleted_whatever_its_key(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let kept = kept_keys(storage).await;
    for (at, key) in kept.iter().enumerate() {
        let value = Value::Text("x".repeat(at));
        storage.set_value(&set(&shop, key, value, None)).await.unwrap();
    }
    let shown: Vec<RecordMeta> = scan(storage, &shop).await;
    let delete = Plan::delete(shop.clone(), shown.into_iter().map(PlannedRecord::There).collect());
    let outcome = ops::perform(storage, &delete).await.unwrap();
    assert_eq!((outcome.records, outcome.skipped), (kept.len() as u64, Vec::new()));
    assert!(storage.scan_keys(&shop).all(|page| async { page.unwrap().is_empty() }).await);
}

pub async fn a_store_that_was_made_anew_since_its_plan_stays(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "old", "text").await;
    let drop = plan(storage, Operation::Drop(shop.clone())).await;
    let purge = plan(storage, Operation::Purge(shop.clone())).await;
    storage.drop_store(&shop).await.unwrap();
    for plan in [&drop, &purge] {
        let failed = ops::perform(storage, plan).await.unwrap_err();
        assert_eq!(failed.error.kind, ErrorKind::NotFound, "{}", failed.error);
    }
    store(storage, "shop").await;
    put(storage, &shop, "new", "text").await;
    for plan in [&drop, &purge] {
        let failed = ops::perform(storage, plan).await.unwrap_err();
        assert_eq!(failed.error.kind, ErrorKind::Conflict, "{}", failed.error);
    }
    assert_eq!(keys(storage, &shop).await, ["new"]);
}
