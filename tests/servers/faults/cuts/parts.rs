//! A delete of which the server makes a part, since large values take it long to free, and whose answer is
//! cut: what is told is that part.

use std::time::Duration;

use larder::model::{Key, Write, WriteOutcome};
use larder::ops::{Plan, PlannedRecord, find_out};
use larder::storage::{Options, Storage, Target, connect};
use tokio::time::Instant;

use super::sent::Sent;
use super::wire::{Fault, Wire};
use super::{STORE, TEXT, run};
use crate::fill;
use crate::server::{Client, Server};

/// Number of records, fewer than one script is sent, and the size of their values, which take a server some
/// 0.5 ms each to free.
const RECORDS: u64 = 16;
const BYTES: usize = 8 << 20;

fn key(at: u64) -> Key {
    Key::from(format!("large{at:02}").as_str())
}

async fn tell(client: &mut Client, wire: &Wire, storage: &dyn Storage, sent: Sent) {
    client.call(&[b"FLUSHDB"]);
    fill::stores(client, [STORE]);
    let name = format!("key_value_stores:{STORE}:items").into_bytes();
    let keys = || (0..RECORDS).map(|at| key(at).to_string());
    let record = |key| (key, TEXT.to_owned(), b"x".to_vec());
    fill::records(client, STORE, keys().map(record));
    fill::enlarge(client, STORE, keys(), BYTES);
    wire.arm(Fault::CutAnswer(0));
    let failed = sent.make(storage).await.unwrap_err();
    let Some(doubt) = failed.doubt else { panic!("{failed:?}") };
    let deadline = Instant::now() + Duration::from_secs(10);
    let told = find_out(storage, &doubt, deadline).await;
    let gone = RECORDS - client.call(&[b"HLEN", &name]).int().unsigned_abs();
    assert!((1..RECORDS).contains(&gone), "a part was made: {gone}");
    assert_eq!(told, Ok(WriteOutcome::Partly { gone, all: RECORDS, pending: false }));
}

#[test]
fn of_a_delete_that_took_long_the_part_that_was_made_is_told() {
    run(async {
        // Not one that is monitored, for which each value would be written out.
        let server = Server::start();
        let (mut client, wire) = (server.client(), Wire::start(server.port()).await);
        let target = Target::parse(&format!("redis://127.0.0.1:{}", wire.port)).unwrap();
        let storage = connect(&target, &Options::default()).await.unwrap();
        let keys = (0..RECORDS).map(key);
        let write = Write::Delete { store: STORE.into(), keys: keys.clone().collect() };
        let plan = Plan::delete(STORE.into(), keys.map(PlannedRecord::Unknown).collect());
        for sent in [Sent::Write(write), Sent::Plan(plan)] {
            tell(&mut client, &wire, &*storage, sent).await;
        }
    });
}
