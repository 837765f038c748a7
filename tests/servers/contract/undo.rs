//! Changes can be undone and done again, if nobody has written in between.

use larder::model::{
    Aside, AsideList, ContentType, ErrorKind, Expect, Key, OpenBy, Reading, Record, SetValue,
    StoreName, Want,
};
use larder::ops::{self, OldValues, Outcome, Plan, PlannedRecord, Progress, Weight};
use larder::storage::Storage;

use super::{put, scan, store};
use crate::short::Short as _;

/// A folder for large values, and what keeps them there.
fn old_values() -> (tempfile::TempDir, OldValues) {
    let folder = tempfile::tempdir().unwrap();
    let old_values = OldValues::in_folder(folder.path().to_owned());
    (folder, old_values)
}

/// All records of a store, with their values.
async fn all(storage: &dyn Storage, store: &StoreName) -> Vec<Record> {
    let mut records = Vec::new();
    for meta in scan(storage, store).await {
        let read = storage.read(store, &meta.key, Want::Whole).await.unwrap();
        let Some(Reading::Whole(record)) = read else { panic!("{:?}", meta.key) };
        records.push(record);
    }
    records
}

async fn made(storage: &dyn Storage, plan: &Plan, old_values: &OldValues) -> Outcome {
    ops::perform_kept(storage, plan, old_values).await.unwrap()
}

/// Carries out a plan, undoes it, does it again and undoes it: twice, all is as before, byte for byte.
async fn to_and_fro(storage: &dyn Storage, store: &StoreName, plan: Plan) {
    let (_folder, old_values) = old_values();
    let before = all(storage, store).await;
    let outcome = made(storage, &plan, &old_values).await;
    let after = all(storage, store).await;
    assert_ne!(after, before);
    let undo = outcome.inverse.unwrap();
    let undone = made(storage, &undo, &old_values).await;
    assert_eq!(all(storage, store).await, before);
    let again = made(storage, &undone.inverse.unwrap(), &old_values).await;
    assert_eq!(all(storage, store).await, after);
    made(storage, &again.inverse.unwrap(), &old_values).await;
    assert_eq!(all(storage, store).await, before);
}

fn set(store: &StoreName, key: &str, value: impl Into<bytes::Bytes>, expected: Expect) -> Plan {
    let (store, key, value) = (store.clone(), Key::from(key), value.into());
    Plan::set(SetValue { store, key, value, content_type: ContentType::TEXT, expected })
        .undoable(false)
}

async fn delete(storage: &dyn Storage, store: &StoreName) -> Plan {
    let shown = scan(storage, store).await.into_iter().map(PlannedRecord::There).collect();
    Plan::delete(store.clone(), shown).undoable(false)
}

pub async fn a_record_that_was_set_is_what_it_was_again(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "there", "old").await;
    let old = Expect::unchanged("old".into(), ContentType::TEXT);
    to_and_fro(storage, &shop, set(&shop, "there", "new", old)).await;
    to_and_fro(storage, &shop, set(&shop, "new", "first", Expect::Absent)).await;
    // Over what is compared byte for byte, and over what is kept in memory.
    let large = "x".repeat(3 << 20);
    put(storage, &shop, "large", &large).await;
    let old = Expect::unchanged(large.into(), ContentType::TEXT);
    to_and_fro(storage, &shop, set(&shop, "large", "y".repeat(2 << 20), old)).await;
}

pub async fn records_that_were_deleted_come_back(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for at in 0..130 {
        put(storage, &shop, &format!("k{at:03}"), &"v".repeat(at * 40)).await;
    }
    let plan = delete(storage, &shop).await;
    assert!(plan.reversible);
    to_and_fro(storage, &shop, plan).await;
}

pub async fn what_a_crawl_has_written_since_is_skipped_and_named(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let (_folder, old_values) = old_values();
    for key in ["a", "b", "c"] {
        put(storage, &shop, key, "old").await;
    }
    let deleted = made(storage, &delete(storage, &shop).await, &old_values).await;
    put(storage, &shop, "b", "crawled").await;
    let undone = made(storage, &deleted.inverse.unwrap(), &old_values).await;
    assert_eq!((undone.records, undone.skipped), (2, vec![Key::from("b")]));
    let values: Vec<_> = all(storage, &shop).await.into_iter().map(|it| it.value).collect();
    assert_eq!(values, ["old", "crawled", "old"]);
    // What is done again is what was undone, and nothing that came since.
    put(storage, &shop, "c", "crawled").await;
    let again = made(storage, &undone.inverse.unwrap(), &old_values).await;
    assert_eq!((again.records, again.skipped), (1, vec![Key::from("c")]));

    let old = Expect::unchanged("crawled".into(), ContentType::TEXT);
    let outcome = made(storage, &set(&shop, "b", "mine", old), &old_values).await;
    put(storage, &shop, "b", "crawled again").await;
    let failed = ops::perform_kept(storage, &outcome.inverse.unwrap(), &old_values).await;
    let failed = failed.unwrap_err();
    assert_eq!(failed.error.kind, ErrorKind::Conflict);
    assert!(failed.error.problem.contains('b'), "{}", failed.error);
    assert_eq!(super::value(storage, &shop, &Key::from("b")).await, "crawled again");
}

/// Carries out a plan until this share of it is done, then stops it.
async fn stopped(storage: &dyn Storage, plan: &Plan, share: f32) -> Outcome {
    let (_folder, old_values) = old_values();
    let progress = Progress::default();
    let made = ops::perform_in_steps(storage, plan, &old_values, &progress);
    let stop = async {
        while progress.share().is_none_or(|made| made < share) {
            tokio::task::yield_now().await;
        }
        progress.cancel();
    };
    tokio::join!(made, stop).0.unwrap()
}

pub async fn an_undo_that_is_stopped_tells_how_far_it_came_and_goes_on(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for at in 0..100 {
        put(storage, &shop, &format!("k{at:03}"), &format!("value {at}")).await;
    }
    let (before, (_folder, old_values)) = (all(storage, &shop).await, old_values());
    let plan = delete(storage, &shop).await;
    assert!(plan.is_in_steps());
    let undo = made(storage, &plan, &old_values).await.inverse.unwrap();
    put(storage, &shop, "k005", "crawled").await;
    let undone = stopped(storage, &undo, 0.2).await;
    let rest = undone.rest.clone().expect("it was stopped");
    let there = all(storage, &shop).await.len() as u64;
    // One record is the crawl's, whatever its place in the order.
    assert_eq!(undone.records, there - 1, "what is told is there");
    assert!(there > 1 && there < 100, "{there}");
    assert_eq!(undone.all(), 100, "each is told of");
    assert!(
        rest.is_in_steps()
            && rest.records == Some(100 - undone.records - undone.skipped.len() as u64)
    );
    let goes_on = made(storage, &rest, &old_values).await;
    assert!(goes_on.rest.is_none());
    let skipped: Vec<_> = undone.skipped.iter().chain(&goes_on.skipped).collect();
    assert_eq!(skipped, [&Key::from("k005")]);
    assert_eq!(goes_on.records + undone.records, 99);
    let now = all(storage, &shop).await;
    let others = before.iter().zip(&now).filter(|(_, now)| now.meta.key != Key::from("k005"));
    assert!(now.len() == 100 && others.clone().all(|(before, now)| before == now));
    // Done again, both parts.
    for part in [goes_on, undone] {
        made(storage, &part.inverse.unwrap(), &old_values).await;
    }
    assert_eq!(all(storage, &shop).await.len(), 1);
    // One that is stopped before its first record is removed changes nothing.
    let plan = delete(storage, &shop).await;
    let progress = Progress::default();
    progress.cancel();
    let none = ops::perform_in_steps(storage, &plan, &old_values, &progress).await.unwrap();
    assert_eq!((none.records, none.rest.is_some(), none.inverse), (0, true, None));
    assert_eq!(all(storage, &shop).await.len(), 1);
}

pub async fn a_record_of_the_same_size_that_changed_is_not_deleted_unseen(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let (_folder, old_values) = old_values();
    put(storage, &shop, "key", "old").await;
    let plan = delete(storage, &shop).await;
    put(storage, &shop, "key", "new").await;
    let deleted = made(storage, &plan, &old_values).await;
    // Just what was removed comes back.
    made(storage, &deleted.inverse.unwrap(), &old_values).await;
    assert_eq!(super::value(storage, &shop, &Key::from("key")).await, "new");
}

pub async fn a_store_that_was_made_goes_only_while_it_is_empty(storage: &dyn Storage) {
    let (_folder, old_values) = old_values();
    let create = Plan::create(OpenBy::Name("new".into()));
    let undo = made(storage, &create, &old_values).await.inverse.unwrap();
    let undone = made(storage, &undo, &old_values).await;
    assert_eq!(storage.all_stores().await.unwrap(), []);
    let undo = made(storage, &undone.inverse.unwrap(), &old_values).await.inverse.unwrap();
    let new = StoreName::from("new");
    put(storage, &new, "key", "crawled").await;
    let failed = ops::perform_kept(storage, &undo, &old_values).await.unwrap_err();
    assert_eq!(failed.error.kind, ErrorKind::Conflict, "{}", failed.error);
    assert_eq!(all(storage, &new).await.len(), 1);
    // One that was there before has nothing to undo.
    assert_eq!(made(storage, &create, &old_values).await.inverse, None);
}

/// Where stores can be set aside: nowhere else anything is said to be undoable.
pub async fn a_store_that_was_purged_or_dropped_comes_back(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let (_folder, old_values) = old_values();
    for key in ["a", "b"] {
        put(storage, &shop, key, "old").await;
    }
    let sets_aside = storage.server().await.unwrap().sets_aside();
    let before = all(storage, &shop).await;
    let info = storage.get_metadata(&shop).await.unwrap();
    let plans = [Plan::purge(&info, Weight::Unknown), Plan::drop(&info, Weight::Unknown)];
    for plan in plans {
        let plan = plan.undoable(sets_aside);
        assert_eq!(plan.reversible, sets_aside);
        if !sets_aside {
            continue;
        }
        let undo = made(storage, &plan, &old_values).await.inverse.unwrap();
        let gone = storage.get_metadata(&shop).await;
        assert!(gone.is_err() || gone.unwrap().records == Some(0));
        let undone = made(storage, &undo, &old_values).await;
        assert_eq!((undone.records, undone.left), (2, 0));
        assert_eq!(all(storage, &shop).await, before);
        // Not over what came since.
        let again = undone.inverse.unwrap();
        let redone = made(storage, &again, &old_values).await;
        made(storage, &redone.inverse.unwrap(), &old_values).await;
        assert_eq!(all(storage, &shop).await, before);
        assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
    }
    if sets_aside {
        let plan = Plan::purge(&info, Weight::Unknown).undoable(true);
        let undo = made(storage, &plan, &old_values).await.inverse.unwrap();
        put(storage, &shop, "b", "crawled").await;
        let undone = made(storage, &undo, &old_values).await;
        assert_eq!((undone.records, undone.left), (1, 1));
        assert_eq!(super::value(storage, &shop, &Key::from("b")).await, "crawled");
        let aside = Aside::Records(shop.clone());
        assert_eq!(storage.asides(AsideList::All).await.unwrap()[0].aside, aside);
        // Done again, it takes what is there now, which comes back, and leaves what was left.
        let now = all(storage, &shop).await;
        let redone = made(storage, &undone.inverse.unwrap(), &old_values).await;
        assert_eq!((redone.records, all(storage, &shop).await.len()), (2, 0));
        made(storage, &redone.inverse.unwrap(), &old_values).await;
        assert_eq!(all(storage, &shop).await, now);
        let left: Vec<_> = storage.asides(AsideList::All).await.unwrap();
        assert_eq!(left.into_iter().map(|it| it.aside).collect::<Vec<_>>(), [aside]);
        // A store that is to be purged again is followed through own steps, and no others'.
        let purge = Plan::purge(&info, Weight::Unknown).undoable(true);
        let undo = made(storage, &purge, &old_values).await.inverse.unwrap();
        let again = made(storage, &undo, &old_values).await.inverse.unwrap();
        let own = set(&shop, "own", "mine", Expect::Absent);
        let own = Plan { follows: vec![again.empties().unwrap().clone()], ..own };
        let followed = made(storage, &own, &old_values).await.followed;
        assert_eq!(followed.len(), 1, "{followed:?}");
        assert_ne!(followed[0].was, followed[0].now);
        put(storage, &shop, "b", "crawled again").await;
        let next = set(&shop, "next", "mine", Expect::Absent);
        let next = Plan { follows: vec![followed[0].now.clone()], ..next };
        assert!(made(storage, &next, &old_values).await.followed.is_empty());
    }
}

/// Of three records in two stores, one has been changed by another client meanwhile.
pub async fn several_records_are_set_and_undone_as_one(storage: &dyn Storage) {
    let (shop, other) = (store(storage, "shop").await, store(storage, "other").await);
    let (_folder, old_values) = old_values();
    let large = "x".repeat(3 << 20);
    for (of, key, text) in [(&shop, "a", "old"), (&shop, "b", "old"), (&other, "a", &large)] {
        put(storage, of, key, text).await;
    }
    let edit = |of: &StoreName, key: &str, was: &str, text: &str| SetValue {
        store: of.clone(),
        key: Key::from(key),
        value: text.to_owned().into(),
        content_type: ContentType::TEXT,
        expected: Expect::unchanged(was.to_owned().into(), ContentType::TEXT),
    };
    let sets = [edit(&shop, "a", "old", "mine"), edit(&shop, "b", "old", "mine")];
    let sets = [&sets[..], &[edit(&other, "a", &large, "short")]].concat();
    put(storage, &shop, "b", "crawled").await;
    let plan = Plan::set_many(sets.into()).undoable(false);
    assert!(plan.reversible);
    let outcome = made(storage, &plan, &old_values).await;
    assert_eq!((outcome.records, &outcome.skipped[..]), (2, &[Key::from("b")][..]));
    assert_eq!(
        ops::words::done(&plan, &outcome),
        "saved 2 records; b stays staged: changed meanwhile"
    );
    let now = async || {
        let (a, b) = (Key::from("a"), Key::from("b"));
        let own = [super::value(storage, &shop, &a).await, super::value(storage, &shop, &b).await];
        (own, super::value(storage, &other, &a).await.len())
    };
    assert_eq!(now().await, (["mine".into(), "crawled".into()], 5));
    // One step takes back both, and does both again.
    let undone = made(storage, &outcome.inverse.unwrap(), &old_values).await;
    assert_eq!(undone.records, 2);
    assert_eq!(now().await, (["old".into(), "crawled".into()], large.len()));
    let again = made(storage, &undone.inverse.unwrap(), &old_values).await;
    assert_eq!(now().await, (["mine".into(), "crawled".into()], 5));
    made(storage, &again.inverse.unwrap(), &old_values).await;
    // Where all have changed, nothing is written.
    put(storage, &shop, "a", "crawled").await;
    put(storage, &other, "a", "crawled").await;
    let failed = ops::perform_kept(storage, &plan, &old_values).await.unwrap_err();
    assert_eq!(failed.error.kind, ErrorKind::Conflict);
    assert!(
        failed.error.problem.starts_with("not saved: 3 stay staged, changed"),
        "{}",
        failed.error
    );
    assert_eq!(now().await, (["crawled".into(), "crawled".into()], 7));
}
