//! A storage whose server goes away, comes back, or is of a kind that takes no writes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use larder::model::{
    Change, Commit, ConnectionState, ContentType, ErrorKind, Expect, Key, SetValue, StoreName,
    Write, WriteId, WriteOutcome,
};
use larder::storage::{self, Options, Storage, Target};

use crate::fill;
use crate::proxy::{Proxy, Wire};
use crate::server::Server;
use crate::short::Short as _;

const PATIENCE: Duration = Duration::from_secs(20);

async fn connect(url: &str) -> larder::model::Result<Arc<dyn Storage>> {
    let options = Options {
        connect_timeout: Duration::from_secs(3),
        command_timeout: Duration::from_secs(5),
        ..Options::default()
    };
    storage::connect(&Target::parse(url)?, &options).await
}

async fn until(storage: &dyn Storage, what: impl FnMut(&ConnectionState) -> bool) {
    let mut connection = storage.session().state;
    let waited = tokio::time::timeout(PATIENCE, connection.wait_for(what)).await;
    assert!(waited.is_ok_and(|state| state.is_ok()), "the connection does not change");
}

fn set(key: &str) -> SetValue {
    SetValue {
        store: StoreName::from("shop"),
        key: Key::from(key),
        value: b"value".to_vec().into(),
        content_type: ContentType::from("text/plain; charset=utf-8"),
        expected: Expect::Anything,
    }
}

#[tokio::test]
async fn a_storage_outlives_its_server() -> larder::model::Result<()> {
    let mut server = Server::start();
    let storage = connect(&server.url()).await?;
    server.kill();
    until(&*storage, |state| matches!(state, ConnectionState::Down { tries: 1.., .. })).await;
    let start = Instant::now();
    for failed in [
        storage.all_stores().await.map(|_| ()),
        storage.read_up_to(&StoreName::from("shop"), &Key::from("k"), 1000).await.map(|_| ()),
        storage.set_value(&set("k")).await.map(|_| ()),
        storage.purge(&StoreName::from("shop")).await.map(|_| ()),
    ] {
        assert_eq!(failed.map_err(|error| error.kind), Err(ErrorKind::Connection));
    }
    assert!(start.elapsed() < Duration::from_secs(1), "they fail at once");
    server.restart();
    fill::stores(&mut server.client(), ["shop"]);
    until(&*storage, |state| *state == ConnectionState::Up).await;
    assert_eq!(storage.all_stores().await?.len(), 1);
    storage.set_value(&set("k")).await?;
    Ok(())
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_made_once_and_settled_by_reading()
-> larder::model::Result<()> {
    let server = Server::start();
    fill::stores(&mut server.client(), ["shop"]);
    let mut monitor = server.monitor();
    let wire = Proxy::start(server.port()).await;
    let storage = connect(&wire.url()).await?;
    let old = set("k");
    storage.set_value(&old).await?;
    // What it expects is all that must be known of before, so the script is all that is sent.
    let expected = Expect::unchanged(old.value.clone(), old.content_type.clone());
    let new = SetValue { value: Bytes::from_static(b"new"), expected, ..old };
    wire.set(Wire::Silent);
    let (writing, write) = (Arc::clone(&storage), new.clone());
    let write = tokio::spawn(async move { writing.set_value(&write).await });
    let items = "key_value_stores:shop:items";
    let start = Instant::now();
    while server.cli(&["HGET", items, "k"]) != b"new" && start.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wire.set(Wire::Cut);
    let lost = write.await.expect("the write ends");
    assert_eq!(lost.map_err(|error| error.kind), Err(ErrorKind::InDoubt));
    until(&*storage, |state| *state != ConnectionState::Up).await;
    wire.set(Wire::Open);
    until(&*storage, |state| *state == ConnectionState::Up).await;
    let outcome = storage.resolve(&Write::Set(new.clone())).await?;
    assert!(matches!(outcome, WriteOutcome::Applied(_)), "{outcome:?}");
    // Of one that is not remembered any more it is not told who made it.
    let outcome = storage.resolve(&Write::Set(new)).await?;
    assert!(matches!(outcome, WriteOutcome::There(_)), "{outcome:?}");
    assert_eq!(storage.resolve(&Write::Set(set("never"))).await?, WriteOutcome::NotApplied);
    let made = |line: &String| line.contains("lua") && line.contains("\"HSET\"");
    let made: Vec<_> = monitor.lines().into_iter().filter(made).collect();
    let set_k = format!("\"{items}\" \"k\" \"new\"");
    let of_k = made.iter().filter(|line| line.contains(&set_k)).count();
    assert_eq!(of_k, 1, "{made:#?}");
    Ok(())
}

#[tokio::test]
async fn a_replica_is_browsed_read_only() -> larder::model::Result<()> {
    let primary = Server::start();
    fill::stores(&mut primary.client(), ["shop"]);
    let replica = Server::start_with(&["--replicaof", "127.0.0.1", &primary.port().to_string()]);
    let storage = connect(&replica.url()).await?;
    let start = Instant::now();
    while storage.all_stores().await.map_or(0, |stores| stores.len()) == 0
        && start.elapsed() < PATIENCE
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(storage.all_stores().await?.len(), 1);
    let server = storage.server().await?;
    assert!(server.replica && server.read_only);
    let refused = storage.set_value(&set("k")).await;
    assert_eq!(refused.map_err(|error| error.kind), Err(ErrorKind::ReadOnly));
    Ok(())
}

#[tokio::test]
async fn a_cluster_is_read_and_refuses_what_cannot_be_one_step() -> larder::model::Result<()> {
    let server = Server::start_with(&["--cluster-enabled", "yes"]);
    server.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    let start = Instant::now();
    while connect(&server.url()).await.is_err() && start.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut client = server.client();
    fill::stores(&mut client, ["shop"]);
    fill::records(&mut client, "shop", [("k".into(), "text/plain".into(), b"v".to_vec())]);
    let storage = connect(&server.url()).await?;
    assert!(storage.server().await?.cluster);
    assert_eq!(storage.all_stores().await?[0].records, Some(1));
    let record = storage.get_value(&StoreName::from("shop"), &Key::from("k")).await?;
    assert_eq!(record.map(|record| record.value), Some(b"v".to_vec().into()));
    let refused = storage.set_value(&set("new")).await;
    assert_eq!(refused.map_err(|error| error.kind), Err(ErrorKind::Cluster));
    let refused = storage.drop_store(&StoreName::from("shop")).await;
    assert_eq!(refused.map_err(|error| error.kind), Err(ErrorKind::Cluster));
    assert_eq!(storage.all_stores().await?[0].records, Some(1));
    Ok(())
}

#[tokio::test]
async fn a_password_never_reaches_a_label_or_an_error() -> larder::model::Result<()> {
    let server = Server::start_with(&["--requirepass", "hunter2"]);
    let port = server.port();
    let storage = connect(&format!("redis://:hunter2@127.0.0.1:{port}")).await?;
    assert_eq!(storage.session().label, format!("redis://127.0.0.1:{port}/0"));
    let wrong = connect(&format!("redis://:hunter3@127.0.0.1:{port}")).await;
    let Err(error) = wrong else { panic!("a wrong password is refused") };
    assert_eq!(error.kind, ErrorKind::Auth);
    assert!(!format!("{error} {error:?}").contains("hunter"), "{error}");
    Ok(())
}

#[tokio::test]
async fn of_commits_whose_answer_is_lost_none_is_told_to_be_done() -> larder::model::Result<()> {
    let server = Server::start();
    fill::stores(&mut server.client(), ["shop"]);
    let wire = Proxy::start(server.port()).await;
    let storage = connect(&wire.url()).await?;
    for key in ["first", "second"] {
        storage.set_value(&set(key)).await?;
    }
    let change = |id, key: &str, change| Commit {
        id: WriteId(id),
        key: Key::from(key),
        expect: Expect::Anything,
        change,
    };
    let commits = [
        change(1, "first", Change::Remove),
        change(2, "second", Change::Remove),
        change(3, "third", Change::Put("new".into(), ContentType::TEXT)),
    ];
    let shop = StoreName::from("shop");
    wire.set(Wire::Silent);
    let (writing, sent) = (Arc::clone(&storage), commits.clone());
    let store = shop.clone();
    let write = tokio::spawn(async move { writing.commit(&store, &sent).await });
    let start = Instant::now();
    let items = "key_value_stores:shop:items";
    while server.cli(&["HLEN", items]) != b"0" && start.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wire.set(Wire::Cut);
    let committed = write.await.expect("the write ends")?;
    let kinds: Vec<_> =
        committed.iter().map(|commit| commit.result.clone().map_err(|error| error.kind)).collect();
    // Of the last nothing was sent.
    let [doubt, never] = [Err(ErrorKind::InDoubt), Err(ErrorKind::Connection)];
    assert_eq!(kinds, [doubt.clone(), doubt, never]);
    until(&*storage, |state| *state != ConnectionState::Up).await;
    wire.set(Wire::Open);
    until(&*storage, |state| *state == ConnectionState::Up).await;
    for commit in &commits[..2] {
        let outcome = storage.resolve(&commit.as_write(&shop)).await?;
        assert!(matches!(outcome, WriteOutcome::Applied(_)), "{outcome:?}");
    }
    let outcome = storage.resolve(&commits[2].as_write(&shop)).await?;
    assert_eq!(outcome, WriteOutcome::NotApplied);
    Ok(())
}
