//! Where a server's memory is slow, what is put back is looked at in steps that end by its own clock.

use larder::model::Aside;
use larder::storage::Storage;

use super::Redis;
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

#[tokio::test]
async fn a_step_that_moves_nothing_stops_where_fewer_can_be_looked_at() {
    let made = Redis::new().await;
    let mut client = made.server.client();
    let (_, id) = set_aside(made.storage(), &mut client).await;
    // All of it is there again.
    fill::records(&mut client, "shop", records("new"));
    let mut keys: Vec<_> = parts(&["items", "metadata_items", "metadata"]).collect();
    let own = ["items", "metadata_items"].map(|part| format!("{part}:aside:{id}"));
    let own = [own.as_slice(), &[format!("aside:{id}"), "asides".to_owned()]].concat();
    keys.extend(own.iter().map(|part| format!("key_value_stores:shop:{part}")));
    keys.push("key_value_stores:asides".to_owned());
    let args = [id.as_str(), "shop", "\"now\"", "metadata", "0", "50", "100000", "0.5"];
    let mut step = |fewer: &str| {
        let answer = run(&mut client, STEP, &keys, &[&args[..], &[fewer]].concat()).items();
        (String::from_utf8(answer[0].clone().bytes().unwrap()).unwrap(), answer[1].int())
    };
    assert_eq!(step("fewer"), ("again".to_owned(), 0));
    let (next, moved) = step("");
    assert!(next.parse::<u64>().is_ok() && moved == 0, "it comes to the end of its page: {next}");
}

fn records(value: &'static str) -> impl Iterator<Item = (String, String, Vec<u8>)> {
    (0..100).map(move |at| (format!("k{at:04}"), "text/plain".to_owned(), value.into()))
}

/// A store of 100 records that are set aside, and in which one of them is there again.
async fn set_aside(
    storage: &dyn Storage,
    client: &mut Client,
) -> (larder::model::StoreName, String) {
    let shop = store(storage, "shop").await;
    fill::records(client, "shop", records("old"));
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    fill::records(client, "shop", records("new").take(1));
    (shop, info.id.to_string())
}
