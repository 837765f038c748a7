//! Reading the values of many records.

use futures::{StreamExt as _, TryStreamExt as _};
use larder::model::{Budget, ContentType, Key, Reading, StoreName, Value, Want};
use larder::storage::Storage;

use super::{put, set, store};
use crate::short::Short as _;

/// Larger than what comes together with others.
const LARGE: usize = 5 << 20;

async fn read(
    storage: &dyn Storage,
    store: &StoreName,
    keys: &[Key],
    budget: Budget,
) -> Vec<Option<Reading>> {
    storage.scan_values(store, keys.to_vec(), budget).try_collect().await.unwrap()
}

pub async fn values_come_in_the_order_of_their_keys(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for at in 0..230 {
        put(storage, &shop, &format!("k{at:03}"), &"v".repeat(at * 40)).await;
    }
    // Backwards, one of them twice, and what is not there among them.
    let mut keys: Vec<_> = (0..230).rev().map(|at| Key::from(format!("k{at:03}"))).collect();
    keys.extend(["not there", "k007", ""].map(Key::from));
    keys.insert(3, Key::from("nor this"));
    let mut expected = Vec::new();
    for key in &keys {
        expected.push(storage.read(&shop, key, Want::Whole).await.unwrap());
    }
    assert_eq!(expected.iter().filter(|it| it.is_none()).count(), 3);
    for (bytes, records) in [(1 << 20, 200), (10_000, 1000), (1 << 20, 7), (9200, 1)] {
        let budget = Budget { bytes, records };
        assert_eq!(read(storage, &shop, &keys, budget).await, expected, "{budget:?}");
    }
    assert_eq!(read(storage, &shop, &[], Budget::default()).await, []);
    assert_eq!(read(storage, &"nowhere".into(), &keys[..2], Budget::default()).await, [None, None]);
}

pub async fn of_a_value_over_the_budget_only_the_metadata_comes(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for size in [0, 9, 10, 11, LARGE] {
        put(storage, &shop, &format!("{size:08}"), &"x".repeat(size)).await;
    }
    let keys: Vec<_> = super::scan(storage, &shop).await.into_iter().map(|it| it.key).collect();
    for (bytes, whole) in [(0, 1), (10, 3), (LARGE as u64, 5)] {
        let found = read(storage, &shop, &keys, Budget { bytes, records: 200 }).await;
        for (at, (key, found)) in keys.iter().zip(found).enumerate() {
            let want = if at < whole { Want::Whole } else { Want::Meta };
            let expected = storage.read(&shop, key, want).await.unwrap();
            assert!(expected.is_some() && found == expected, "{key} of {bytes}: {found:?}");
        }
    }
}

pub async fn a_record_comes_as_it_is_when_it_is_wanted(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for key in ["a", "b", "c", "d"] {
        put(storage, &shop, key, "old").await;
    }
    let keys = ["a", "b", "c", "d"].map(Key::from).to_vec();
    let mut values = storage.scan_values(&shop, keys, Budget { bytes: 100, records: 1 });
    let value = |found: Option<Reading>| found.map(|found| found.into_record().value);
    assert_eq!(value(values.next().await.unwrap().unwrap()).unwrap(), "old");
    put(storage, &shop, "b", "a newer one").await;
    storage.delete_value(&shop, &[Key::from("c")]).await.unwrap();
    let rest: Vec<_> = values.try_collect().await.unwrap();
    let rest: Vec<_> = rest.into_iter().map(value).collect();
    assert_eq!(rest, [Some("a newer one".into()), None, Some("old".into())]);
}

pub async fn a_record_that_is_being_written_comes_whole(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let keys: Vec<_> = (0..20).map(|at| Key::from(format!("k{at}"))).collect();
    let write = async |round: usize| {
        for key in &keys {
            let value = "x".repeat(round % 50 + 1);
            let content_type = ContentType::from(format!("text/x{}", value.len()).as_str());
            let set = set(&shop, key, Value::Text(value), Some(content_type));
            storage.set_value(&set).await.unwrap();
        }
    };
    write(0).await;
    let writes = async {
        for round in 1..40 {
            write(round).await;
        }
    };
    let reads = async {
        let mut changes = 0;
        let mut last = Vec::new();
        loop {
            let found = read(storage, &shop, &keys, Budget::default()).await;
            for found in &found {
                let Some(Reading::Whole(record)) = found else { panic!("{found:?}") };
                let content_type = format!("text/x{}", record.value.len());
                // In a directory the value comes first, and then what is said of it.
                let said = &record.meta.content_type;
                let is_directory = storage.server().await.unwrap().is_directory();
                assert!(is_directory || said.as_str() == content_type, "{:?}", record.meta);
            }
            changes += usize::from(found != last);
            last = found;
            let Some(Some(Reading::Whole(record))) = last.last() else { unreachable!() };
            if record.value.len() == 40 {
                return changes;
            }
        }
    };
    let ((), changes) = futures::join!(writes, reads);
    assert!(changes > 2, "they were read while they were written: {changes}");
}

pub async fn a_reader_may_leave_before_the_end(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for at in 0..30 {
        put(storage, &shop, &format!("k{at}"), "value").await;
    }
    let keys: Vec<_> = (0..30).map(|at| Key::from(format!("k{at}"))).collect();
    for taken in [0, 1, 4] {
        let values = storage.scan_values(&shop, keys.clone(), Budget { bytes: 20, records: 3 });
        let some: Vec<_> = values.take(taken).try_collect().await.unwrap();
        assert_eq!(some.len(), taken);
    }
    assert_eq!(super::value(storage, &shop, &keys[29]).await, "value");
}
