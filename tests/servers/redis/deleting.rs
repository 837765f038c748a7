//! Deleted on a server in steps that end by its own clock, whatever the values cost it to free.

use larder::model::{Change, Commit, Done, Expect, Key, StoreName, Write, WriteId};
use larder::storage::Storage;

use super::Redis;
use super::watching::calls;
use crate::contract::store;
use crate::fill;

/// Number of large values, which take a server several times as long to free as one step may take.
const LARGE: usize = 16;
const LARGE_BYTES: usize = 8 << 20;

fn key(at: usize) -> Key {
    Key::from(format!("k{at:04}").as_str())
}

/// A store with records of this many bytes.
async fn filled(made: &Redis, count: usize, bytes: usize) -> StoreName {
    let shop = store(made.storage(), "shop").await;
    let mut client = made.server.client();
    let record = |at| (key(at).to_string(), "text/plain".to_owned(), b"x".to_vec());
    fill::records(&mut client, "shop", (0..count).map(record));
    if bytes > 1 {
        fill::enlarge(&mut client, "shop", (0..count).map(|at| key(at).to_string()), bytes);
    }
    shop
}

async fn left(storage: &dyn Storage, shop: &StoreName) -> Option<u64> {
    storage.get_metadata(shop).await.unwrap().records
}

fn removals(count: usize) -> Vec<Commit> {
    let removal = |(at, id)| {
        let (expect, change) = (Expect::Anything, Change::Remove);
        Commit { id: WriteId(id), key: key(at), expect, change }
    };
    (0..count).zip(0..).map(removal).collect()
}

#[tokio::test]
async fn many_large_values_are_deleted_by_more_than_one_script() {
    let made = Redis::new().await;
    let storage = made.storage();
    let shop = filled(&made, LARGE, LARGE_BYTES).await;
    let before = calls(&made.server, "eval");
    let keys: Vec<_> = (0..LARGE).chain([LARGE]).map(key).collect();
    let written = storage.write(&Write::Delete { store: shop.clone(), keys }).await.unwrap();
    assert_eq!(written.records, LARGE as u64, "one was not there");
    assert!(calls(&made.server, "eval") - before > 1, "all fit into one script");
    assert_eq!(left(storage, &shop).await, Some(0));

    let shop = filled(&made, LARGE, LARGE_BYTES).await;
    let before = calls(&made.server, "eval");
    let committed = storage.commit(&shop, &removals(LARGE + 1)).await.unwrap();
    let told: Vec<_> = committed.iter().map(|one| (one.id, one.result.clone())).collect();
    let mut wanted: Vec<_> = (0..LARGE as u64).map(|at| (WriteId(at), Ok(Done::Removed))).collect();
    wanted.push((WriteId(LARGE as u64), Ok(Done::NothingThere)));
    assert_eq!(told, wanted, "each once, in order");
    assert!(calls(&made.server, "eval") - before > 1, "all fit into one script");
    assert_eq!(left(storage, &shop).await, Some(0));
}

#[tokio::test]
async fn small_ones_are_deleted_by_few_transactions_where_scripts_are_forbidden() {
    let made = Redis::without_scripts().await;
    let storage = made.storage();
    let shop = filled(&made, 100, 1).await;
    let before = calls(&made.server, "exec");
    let keys = (0..50).map(key).collect();
    let written = storage.write(&Write::Delete { store: shop.clone(), keys }).await.unwrap();
    assert_eq!((written.records, calls(&made.server, "exec") - before), (50, 3));
    let committed = storage.commit(&shop, &removals(100)).await.unwrap();
    let [removed, nothing] = [Done::Removed, Done::NothingThere]
        .map(|done| committed.iter().filter(|one| one.result == Ok(done.clone())).count());
    assert_eq!((removed, nothing), (50, 50));
    assert_eq!(calls(&made.server, "exec") - before, 3 + 5);
    assert_eq!(left(storage, &shop).await, Some(0));
}
