//! Walking and listing keys.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use larder::model::{Key, Order, Scan, StoreName};
use larder::storage::Storage;

use super::{put, refused_keys, scan, store};
use crate::short::Short as _;

async fn fill(storage: &dyn Storage, store: &StoreName, count: usize) -> Vec<Key> {
    let mut keys = Vec::new();
    for at in 0..count {
        let key = format!("page-{:05}", at * 7919 % 100_000);
        put(storage, store, &key, &"x".repeat(at % 50)).await;
        keys.push(Key::from(key));
    }
    keys.sort();
    keys
}

async fn listed(
    storage: &dyn Storage,
    store: &StoreName,
    prefix: &str,
    after: Option<&str>,
    limit: Option<usize>,
) -> Vec<Key> {
    let after = after.map(Key::from);
    let pages = storage.iterate_keys(store, prefix.as_bytes(), after.as_ref(), limit);
    let pages: Vec<_> = pages.try_collect().await.unwrap();
    pages.iter().flat_map(larder::model::KeyPage::to_metas).map(|meta| meta.key).collect()
}

pub async fn scanning_gives_every_key_once_sorted(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    // More than fits into a small hash, so that it takes several pages.
    let keys = fill(storage, &shop, 1500).await;
    let found: Vec<_> = scan(storage, &shop).await.into_iter().map(|meta| meta.key).collect();
    assert_eq!(found, keys);
    let pages: Vec<_> = storage.scan_keys(&shop).try_collect().await.unwrap();
    assert!(pages.windows(2).all(|two| two[0].progress <= two[1].progress));
    assert!((pages.last().unwrap().progress - 1.0).abs() < f32::EPSILON);
    // The first keys come in one page, which is complete only if there are no others.
    for (count, whole) in [(60, false), (6000, true)] {
        let scan = Scan { order: Order::First(count), ..Scan::default() };
        let pages: Vec<_> = storage.scan(&shop, scan).try_collect().await.unwrap();
        let [page] = &pages[..] else { panic!("{} pages", pages.len()) };
        let mut first: Vec<_> = page.to_metas().into_iter().map(|meta| meta.key).collect();
        first.sort();
        first.dedup();
        assert!(!first.is_empty() && first.iter().all(|key| keys.binary_search(key).is_ok()));
        assert_eq!((page.progress >= 1.0, first.len() == keys.len()), (whole, whole));
    }
}

pub async fn keys_come_in_the_order_of_their_bytes(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let refused = refused_keys(storage).await;
    let mut expected =
        ["", "Z", "a", "a\0", "a ", "b", "z", "é", "\u{ffff}", "😀"].map(Key::from).to_vec();
    expected.retain(|key| !refused.contains(key));
    for key in ["b", "a", "Z", "", "é", "z", "😀", "\u{ffff}", "a\0", "a "] {
        if expected.contains(&Key::from(key)) {
            put(storage, &shop, key, "x").await;
        }
    }
    assert_eq!(listed(storage, &shop, "", None, None).await, expected);
    assert_eq!(listed(storage, &shop, "", None, Some(100)).await, expected);
}

pub async fn prefix_start_and_limit_cut_the_list(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let keys = fill(storage, &shop, 700).await;
    put(storage, &shop, "other", "x").await;
    let pages = |after: usize, count: usize| &keys[after..after + count];
    assert_eq!(listed(storage, &shop, "page-", None, None).await, keys);
    assert_eq!(listed(storage, &shop, "page-", None, Some(5)).await, pages(0, 5));
    let after = keys[99].as_str();
    assert_eq!(listed(storage, &shop, "page-", after, Some(5)).await, pages(100, 5));
    assert_eq!(listed(storage, &shop, "page-", after, None).await, keys[100..]);
    assert_eq!(
        listed(storage, &shop, "", Some("no"), None).await,
        [Key::from("other"), keys[0].clone()]
            .into_iter()
            .chain(keys[1..].iter().cloned())
            .collect::<Vec<_>>()
    );
    assert_eq!(listed(storage, &shop, "", Some("zzz"), None).await, []);
    assert_eq!(listed(storage, &shop, "nothing", None, Some(5)).await, []);
    assert_eq!(listed(storage, &shop, "", None, Some(0)).await, []);
}

pub async fn an_empty_store_has_no_keys(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    assert_eq!(scan(storage, &shop).await, []);
    assert_eq!(listed(storage, &shop, "", None, None).await, []);
    assert_eq!(listed(storage, &shop, "", None, Some(3)).await, []);
}

pub async fn a_prefix_narrows_a_scan_in_any_order(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for key in ["a", "ab", "abc", "b", "Ab"] {
        put(storage, &shop, key, "x").await;
    }
    let scan = Scan { prefix: b"ab".to_vec(), ..Scan::default() };
    let pages: Vec<_> = storage.scan(&shop, scan).try_collect().await.unwrap();
    let metas = pages.iter().flat_map(larder::model::KeyPage::to_metas);
    let found: BTreeSet<_> = metas.map(|meta| meta.key).collect();
    assert_eq!(found, BTreeSet::from(["ab", "abc"].map(Key::from)));
}
