//! Where a server's memory is slow, what is put back is looked at in steps that end by its own clock.

use larder::model::{Aside, StoreName};
use larder::storage::Storage;

use super::Redis;
use super::watching::calls;
use crate::contract::store;
use crate::fill;
use crate::server::{Client, Reply};

/// A clock for which all takes longer than it may.
const SLOW: &str = "local begun = 0\nlocal function clock() return 1 end\n";
const RESTORE: &str = concat!(
    include_str!("../../../src/storage/redis/scripts/changes.lua"),
    include_str!("../../../src/storage/redis/scripts/restore.lua")
);
const STEP: &str = include_str!("../../../src/storage/redis/scripts/restore_step.lua");

fn run(client: &mut Client, script: &str, keys: &[String], args: &[&str]) -> Reply {
    let refused = include_str!("../../../src/storage/redis/scripts/refused.lua");
    let script = [refused, SLOW, script].concat();
    let count = keys.len().to_string();
    let mut call = vec![&b"EVAL"[..], script.as_bytes(), count.as_bytes()];
    call.extend(keys.iter().map(String::as_bytes));
    call.extend(args.iter().map(|arg| arg.as_bytes()));
    client.call(&call)
}

fn parts<'a>(parts: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    parts.iter().map(|part| format!("key_value_stores:shop:{part}"))
}

/// The records of the store and of the aside, and the number of keys on the server, as text.
fn all(client: &mut Client, id: &str) -> Vec<String> {
    let hashes =
        ["items", "metadata_items"].map(|part| [part.to_owned(), format!("{part}:aside:{id}")]);
    let hashes = hashes.concat().into_iter().map(|part| format!("key_value_stores:shop:{part}"));
    let mut all: Vec<_> =
        hashes.map(|hash| format!("{:?}", client.call(&[b"HGETALL", hash.as_bytes()]))).collect();
    all.push(format!("{:?}", client.call(&[b"DBSIZE"])));
    all
}

#[tokio::test]
async fn a_look_that_takes_long_changes_nothing_and_is_told() {
    let made = Redis::new().await;
    let mut client = made.server.client();
    let (shop, id) = set_aside(made.storage(), &mut client).await;
    let mut keys: Vec<_> =
        parts(&["metadata", "created_signal", "items", "metadata_items"]).collect();
    let own = ["items", "metadata_items"].map(|part| format!("{part}:aside:{id}"));
    let own = [own.as_slice(), &[format!("aside:{id}"), "asides".to_owned()]].concat();
    keys.extend(own.iter().map(|part| format!("key_value_stores:shop:{part}")));
    let lists = ["asides", "id_to_name", "name_to_id"];
    keys.extend(lists.map(|list| format!("key_value_stores:{list}")));
    let before = all(&mut client, &id);
    let args = [id.as_str(), "shop", "now", "100", "then", "", "40", "1000000"];
    let slow = run(&mut client, RESTORE, &keys, &[&args[..], &["0.5"]].concat());
    assert_eq!(slow, Reply::Int(-5));
    assert_eq!(all(&mut client, &id), before, "nothing is changed before all has been looked at");
    let quick = run(&mut client, RESTORE, &keys, &[&args[..], &["2"]].concat());
    assert_eq!(quick, Reply::Array(vec![Reply::Int(99), Reply::Int(1)]));
    assert_eq!(made.storage().get_metadata(&shop).await.unwrap().records, Some(100));
}

/// Makes a step of a restore, from a cursor on and for this number of seconds; the answer.
fn step(client: &mut Client, id: &str, cursor: &str, seconds: &str) -> (String, i64) {
    let mut keys: Vec<_> = parts(&["items", "metadata_items", "metadata"]).collect();
    let own = ["items", "metadata_items"].map(|part| format!("{part}:aside:{id}"));
    let own = [own.as_slice(), &[format!("aside:{id}"), "asides".to_owned()]].concat();
    keys.extend(own.iter().map(|part| format!("key_value_stores:shop:{part}")));
    keys.push("key_value_stores:asides".to_owned());
    let args = [id, "shop", "\"now\"", "metadata", cursor, "200", "100000", seconds];
    let answer = run(client, STEP, &keys, &args).items();
    (String::from_utf8(answer[0].clone().bytes().unwrap()).unwrap(), answer[1].int())
}

#[tokio::test]
async fn a_step_whose_time_is_over_ends_with_the_few_records_that_it_has_listed() {
    let made = Redis::new().await;
    let mut client = made.server.client();
    // More than a hash keeps in one piece, which would be listed as a whole.
    let (_, id) = set_aside_of(made.storage(), &mut client, 1_000).await;
    let listed = |server| calls(server, "hscan");
    let before = listed(&made.server);
    let (mut cursor, mut moved, mut steps) = (String::from("0"), 0, 0);
    loop {
        let (next, few) = step(&mut client, &id, &cursor, "0.5");
        // Ten are listed at once; of a hash that shrinks meanwhile, servers list several buckets as one.
        assert!(few < 150, "{few} records after the time is over, of 200 that were asked for");
        (steps, moved) = (steps + 1, moved + few);
        if next == "0" {
            break;
        }
        assert!(next.parse::<u64>().is_ok(), "nothing is listed twice: {next}");
        cursor = next;
    }
    assert_eq!(moved, 999, "all but the one that is there");
    assert_eq!(listed(&made.server) - before, steps);
}

#[tokio::test]
async fn a_step_that_is_far_over_its_time_ends_at_once_and_goes_on_where_it_was() {
    let made = Redis::new().await;
    let mut client = made.server.client();
    let (_, id) = set_aside(made.storage(), &mut client).await;
    let mut moved = 0;
    while moved < 99 {
        // A small hash is listed as a whole.
        let (next, one) = step(&mut client, &id, "0", "0.1");
        assert!(one == 1, "{one} records, then {next}");
        moved += one;
    }
    assert_eq!(step(&mut client, &id, "0", "0.1"), ("0".to_owned(), 0));
}

fn records(value: &'static str, count: usize) -> impl Iterator<Item = (String, String, Vec<u8>)> {
    (0..count).map(move |at| (format!("k{at:04}"), "text/plain".to_owned(), value.into()))
}

/// A store of 100 records that are set aside, and in which one of them is there again.
async fn set_aside(storage: &dyn Storage, client: &mut Client) -> (StoreName, String) {
    set_aside_of(storage, client, 100).await
}

/// The same with another number of records.
async fn set_aside_of(
    storage: &dyn Storage,
    client: &mut Client,
    count: usize,
) -> (StoreName, String) {
    let shop = store(storage, "shop").await;
    fill::records(client, "shop", records("old", count));
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    fill::records(client, "shop", records("new", 1));
    (shop, info.id.to_string())
}
