//! An undo of many records whose connection is lost in the middle: the part that was put back is reported,
//! and the undo goes on with the others.

use std::time::Duration;

use larder::model::{Expect, Key, SetValue, StoreName};
use larder::ops::{self, Failed, OldValues, Plan, PlannedRecord, Progress, Resolution};
use larder::storage::Storage;
use tokio::time::Instant;

use super::Redis;
use crate::contract::{put, scan, store};

const RECORDS: u64 = 200;

async fn count(storage: &dyn Storage, shop: &StoreName) -> u64 {
    scan(storage, shop).await.len() as u64
}

/// Closes all connections once this share is done.
async fn cut(redis: &Redis, progress: &Progress, share: f32) {
    while progress.share().is_none_or(|made| made < share) {
        tokio::task::yield_now().await;
    }
    redis.server.cli(&["CLIENT", "KILL", "TYPE", "normal"]);
}

/// The plan for the rest, the plan that undoes the part that was made, and the report if some result was in
/// doubt, after the connection was lost.
async fn parts(storage: &dyn Storage, failed: Failed) -> (Plan, Option<Plan>, Option<String>) {
    let Failed { doubt, inverse, rest, .. } = failed;
    let Some(mut doubt) = doubt else {
        return (*rest.expect("something is left"), inverse.map(|plan| *plan), None);
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    let said = match ops::resolve(storage, &mut doubt, deadline).await.unwrap() {
        Resolution::Open(error) => error.to_string(),
        other => panic!("it was said to be made whole: {other:?}"),
    };
    (*doubt.rest().expect("something is left"), doubt.inverse().map(|plan| *plan), Some(said))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_was_cut_off_is_no_whole_one_and_goes_on_with_the_others() {
    let (mut in_doubt, mut in_part) = (0, 0);
    for round in 0..12_u8 {
        let redis = Redis::new().await;
        let storage = redis.storage();
        let shop = store(storage, "shop").await;
        for at in 0..RECORDS {
            put(storage, &shop, &format!("k{at:03}"), &format!("value {at}")).await;
        }
        let shown = scan(storage, &shop).await.into_iter().map(PlannedRecord::There).collect();
        let plan = Plan::delete(shop.clone(), shown).undoable(false);
        let old_values = OldValues::in_memory();
        let undo = ops::perform_kept(storage, &plan, &old_values).await.unwrap().inverse.unwrap();
        let progress = Progress::default();
        let made = ops::perform_in_steps(storage, &undo, &old_values, &progress);
        let share = f32::from(round) / 16.0;
        let Err(failed) = tokio::join!(made, cut(&redis, &progress, share)).0 else { continue };
        let (rest, inverse, said) = parts(storage, failed).await;
        // The connection comes back, whatever is known of its state so far.
        while storage.server().await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let back = count(storage, &shop).await;
        if let Some(said) = &said {
            in_doubt += 1;
            let told = match back {
                0 => format!("none of {RECORDS} records is changed"),
                1 => format!("1 of {RECORDS} records is changed"),
                _ => format!("{back} of {RECORDS} records are changed"),
            };
            assert!(said.contains(&told), "{back}: {said}");
        }
        in_part += u64::from(back > 0);
        let goes_on = ops::perform(storage, &rest).await.unwrap();
        assert!(goes_on.skipped.is_empty(), "{said:?}: {:?}", goes_on.skipped);
        assert_eq!(count(storage, &shop).await, RECORDS);
        // Both parts are done again: nothing is left.
        for plan in inverse.into_iter().chain(goes_on.inverse.map(|plan| *plan)) {
            let _ = ops::perform(storage, &plan).await;
        }
        assert_eq!(count(storage, &shop).await, 0, "{said:?}");
    }
    assert!(in_part > 3, "{in_part} in part, {in_doubt} in doubt");
}

#[tokio::test]
async fn a_record_that_is_put_back_already_is_no_one_that_has_changed() {
    let redis = Redis::new().await;
    let storage = redis.storage();
    let shop = store(storage, "shop").await;
    put(storage, &shop, "key", "old").await;
    let set = SetValue {
        store: shop.clone(),
        key: Key::from("key"),
        value: "new".into(),
        content_type: larder::model::ContentType::TEXT,
        expected: Expect::unchanged("old".into(), larder::model::ContentType::TEXT),
    };
    let plan = Plan::set(set).undoable(false);
    let made = ops::perform_kept(storage, &plan, &OldValues::in_memory()).await.unwrap();
    let undo = made.inverse.unwrap();
    ops::perform(storage, &undo).await.unwrap();
    let again = ops::perform(storage, &undo).await.unwrap();
    assert_eq!((again.records, again.skipped), (1, vec![]));
    put(storage, &shop, "key", "other").await;
    assert!(ops::perform(storage, &undo).await.is_err(), "this one has changed");
}
