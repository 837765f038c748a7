//! Real Crawlee and larder write one key at the same time: no write is lost that larder has not seen or
//! reported.
//!
//! Crawlee writes over whatever is there. larder changes the value that it has read, and names that in the
//! new value. The server's own log tells the order: each of larder's values stands right behind the one it
//! names.
//!
//! `LARDER_RACE` is the number of writes of each of them: 10,000 by hand, fewer without it.

use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use larder::model::{
    Change, Commit, Done, ErrorKind, Expect, Key, Reading, StoreName, Version, Want, WriteId,
};
use larder::storage::Storage;

use crate::peer::connect;
use crate::python;
use crate::server::{Client, Server};

/// The results of larder's writes.
#[derive(Debug, Default)]
struct Told {
    /// The writes that were made, by their values.
    made: Vec<String>,
    /// Number of writes that were refused, because someone else had been faster.
    refused: usize,
}

/// Tries `times` times to change the record, each time over the version that was just read.
async fn write(storage: &dyn Storage, who: &str, times: usize) -> Told {
    let (store, key) = (StoreName::from("race"), Key::from("k"));
    let mut told = Told::default();
    for number in 0..times {
        let read = storage.read(&store, &key, Want::Whole).await.unwrap().unwrap();
        let Some(Reading::Whole(record)) = Some(read) else { panic!("a whole record was wanted") };
        let base = String::from_utf8(record.value.to_vec()).unwrap();
        let base = base.split(' ').next().unwrap();
        let value = format!("{who}:{number} over {base}");
        let commit = Commit {
            id: WriteId(number as u64),
            key: key.clone(),
            expect: Expect::Is(Version::of(&record)),
            change: Change::Put(Bytes::from(value.clone()), "text/plain".into()),
        };
        let committed = storage.commit(&store, &[commit]).await.unwrap();
        match &committed[0].result {
            Ok(Done::Put(_)) => told.made.push(value),
            Err(error) if error.kind == ErrorKind::Conflict => told.refused += 1,
            other => panic!("{other:?}"),
        }
    }
    told
}

/// The values that the key was given, in their order, as MONITOR shows them.
fn values(lines: &[String]) -> Vec<String> {
    let set = "\"key_value_stores:race:items\" \"k\" \"";
    let values = lines.iter().filter(|line| line.to_ascii_uppercase().contains("] \"HSET\""));
    let values = values.filter_map(|line| line.split_once(set));
    values.filter_map(|(_, rest)| rest.split_once('"')).map(|(value, _)| value.to_owned()).collect()
}

async fn race(server: &Server, times: usize) {
    let url = server.url();
    let mut crawler = python::program("interop/race.py", &[&url, &times.to_string()]);
    let mut crawler = crawler.stdin(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut client = Client::connect(server.port());
    while client.call(&[b"HEXISTS", b"key_value_stores:race:items", b"k"]).int() == 0 {
        assert!(crawler.try_wait().unwrap().is_none(), "Crawlee wrote nothing");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (one, other) = (connect(server, false).await, connect(server, false).await);
    let mut monitor = server.monitor();
    let (first, second) =
        tokio::join!(write(one.as_ref(), "one", times), write(other.as_ref(), "other", times));
    assert!(crawler.wait().unwrap().success(), "Crawlee failed");
    let order = values(&monitor.lines());
    let made = first.made.len() + second.made.len();
    let ours = order.iter().filter(|value| value.contains(" over ")).count();
    assert_eq!(ours, made, "what was made is what was told");
    for pair in order.windows(2) {
        let id = pair[0].split(' ').next().unwrap();
        if let Some((_, base)) = pair[1].split_once(" over ") {
            assert_eq!(base, id, "{} was written over {}", pair[1], pair[0]);
        }
    }
    assert!(made > 0 && first.refused + second.refused > 0, "nobody was in the other's way");
}

fn times() -> usize {
    std::env::var("LARDER_RACE").map_or(500, |times| times.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_write_of_crawlee_is_overwritten_unseen() {
    race(&Server::start(), times()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_write_of_crawlee_is_overwritten_unseen_without_scripts() {
    let server = Server::start();
    // Crawlee's own client needs scripts only for its queues.
    server.cli(&["ACL", "SETUSER", "default", "-eval", "-evalsha", "-script"]);
    race(&server, times()).await;
}
