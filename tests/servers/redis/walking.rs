//! Walking stores that are too large for a glance.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use futures::TryStreamExt as _;
use larder::model::{Key, StoreInfo, StoreList, StoreName};

use super::Redis;
use crate::fill;
use crate::server::Server;
use crate::short::Short as _;

const STORE: &str = "large";
const HASH: &[u8] = b"key_value_stores:large:metadata_items";

fn keys(records: u32) -> impl Iterator<Item = (String, String, Vec<u8>)> {
    (0..records).map(|n| (format!("page-{n:06}"), "text/plain".to_owned(), b"1".to_vec()))
}

fn fill(server: &Server, records: u32) {
    let mut client = server.client();
    fill::stores(&mut client, [STORE]);
    fill::records(&mut client, STORE, keys(records));
}

/// The numbers behind HSCAN and COUNT in what MONITOR saw of the walk.
fn scans(lines: &[String]) -> Vec<(u64, u32)> {
    let scans = lines.iter().filter(|line| line.contains("\"HSCAN\"") && line.contains(STORE));
    let number = |line: &String, at: usize| line.split('"').nth(at).unwrap().parse().unwrap();
    scans.map(|line| (number(line, 5), number(line, 9) as u32)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_store_is_walked_from_two_places_and_comes_whole() {
    let redis = Redis::new().await;
    let records = 200_000;
    fill(&redis.server, records);
    let mut monitor = redis.server.monitor();
    let store = StoreName::from(STORE);
    let (mut found, mut progress) = (BTreeSet::new(), 0.0);
    let mut pages = redis.storage().scan_keys(&store);
    while let Some(page) = pages.try_next().await.unwrap() {
        found.extend(page.iter().map(|row| Key::from(row.key)));
        assert!(page.progress >= progress && page.progress <= 1.0, "{}", page.progress);
        progress = page.progress;
    }
    assert!(found.into_iter().eq(keys(records).map(|(key, ..)| Key::from(key))));
    assert!((progress - 1.0).abs() < 1e-6, "{progress}");
    let scans = scans(&monitor.lines());
    assert_eq!(scans[0], (0, 100), "the first page is a small one");
    // A second beginning, which no page before it told.
    assert!(scans.iter().any(|(cursor, _)| (1..256).contains(cursor)), "{scans:?}");
}

/// Sets or deletes records that are not [`keys`]: enough for the server to take another table.
fn others(server: &Server, command: &[u8]) {
    let value: &[&[u8]] = if command == b"HSET" { &[b"{}"] } else { &[] };
    let fields = (0..200_000_u32).map(|n| format!("other-{n}"));
    let commands: Vec<Vec<Vec<u8>>> = fields
        .map(|field| {
            let parts = [&[command, HASH, field.as_bytes()], value].concat();
            parts.into_iter().map(<[u8]>::to_vec).collect()
        })
        .collect();
    server.client().pipeline(&commands);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_grows_and_shrinks_meanwhile_loses_nothing_that_stays() {
    let redis = Redis::new().await;
    let records = 100_000;
    fill(&redis.server, records);
    let mut changes = [(0.3, &b"HSET"[..]), (0.6, b"HDEL")].into_iter().peekable();
    let store = StoreName::from(STORE);
    let mut stayed = BTreeSet::new();
    let mut pages = redis.storage().scan_keys(&store);
    while let Some(page) = pages.try_next().await.unwrap() {
        let found = page.iter().map(|row| row.key.to_vec());
        stayed.extend(found.filter(|key| key.starts_with(b"page-")));
        if let Some((_, command)) = changes.next_if(|(at, _)| page.progress > *at) {
            others(&redis.server, command);
        }
    }
    assert!(changes.next().is_none(), "both while it was walked");
    assert_eq!(stayed.len(), records as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_crawl_pages_stay_small() {
    let redis = Redis::new().await;
    fill(&redis.server, 30_000);
    let stop = Arc::new(AtomicBool::new(false));
    let (mut client, stopped) = (redis.server.client(), Arc::clone(&stop));
    let crawl = thread::spawn(move || {
        for n in 0_u64.. {
            if stopped.load(Ordering::Relaxed) {
                break;
            }
            let time = format!("\"2026-11-22T13:57:47.{:06}+00:00\"", n % 1_000_000);
            let metadata = format!("key_value_stores:{STORE}:metadata");
            let path: &[u8] = b"$.modified_at";
            client.call(&[b"JSON.SET", metadata.as_bytes(), path, time.as_bytes()]);
        }
    });
    let mut monitor = redis.server.monitor();
    let pages = redis.storage().scan_keys(&StoreName::from(STORE));
    let rows: usize =
        pages.map_ok(|page| page.len()).try_fold(0, |a, b| async move { Ok(a + b) }).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    crawl.join().unwrap();
    assert!(rows >= 30_000);
    let scans = scans(&monitor.lines());
    assert!(scans.len() >= 100 && scans.iter().all(|(_, count)| *count == 100), "{scans:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_stores_the_first_come_with_counts_and_the_others_by_name() {
    let redis = Redis::new().await;
    let names: Vec<String> = (0..500).map(|n| format!("store-{n:03}")).collect();
    fill::stores(&mut redis.server.client(), names.iter().map(String::as_str));
    let steps: Vec<_> = redis.storage().stores(StoreList::Indexed).try_collect().await.unwrap();
    let [(share, some), (whole, all)] = &steps[..] else { panic!("{} steps", steps.len()) };
    assert!(*share > 0.0 && *share < 0.5, "{share}");
    assert!((whole - 1.0).abs() < f32::EPSILON);
    let called =
        |infos: &[StoreInfo]| -> Vec<_> { infos.iter().map(|info| info.store.escaped()).collect() };
    assert_eq!(called(some), names);
    assert_eq!(some[..20], all[..20]);
    assert_eq!((some[499].records, all[499].records), (None, Some(0)));
    assert_eq!(*all, redis.storage().all_stores().await.unwrap());
}
