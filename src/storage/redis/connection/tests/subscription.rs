//! Tests of published messages, and of those that a subscription receives.

use bytes::Bytes;

use super::*;
use crate::model::ErrorKind;
use crate::storage::redis::connection::{Message, Subscription};

fn channels(names: &[&str]) -> Vec<Bytes> {
    names.iter().map(|name| Bytes::copy_from_slice(name.as_bytes())).collect()
}

async fn next_message(subscription: &mut Subscription) -> Result<Message> {
    tokio::time::timeout(PATIENCE, subscription.next()).await.expect("something comes in time")
}

fn published(channel: &str, message: &'static [u8]) -> Message {
    let channel = Bytes::copy_from_slice(channel.as_bytes());
    Message::Published { channel, message: Bytes::from_static(message) }
}

#[tokio::test]
async fn what_is_published_is_heard_byte_by_byte() {
    let server = Server::start_without_module(&["--notify-keyspace-events", "Kh"]);
    let connections = connect(&server.url()).await.unwrap();
    let mut subscription =
        connections.subscribe(channels(&["a*", "__keyspace@0__:h"])).await.unwrap();
    server.command(&[b"PUBLISH", b"ab", b"no pattern"]);
    for message in [&b"text"[..], b"\xff\x00\r\n", b"", b"QUEUED"] {
        server.command(&[b"PUBLISH", b"a*", message]);
    }
    for message in [&b"text"[..], b"\xff\x00\r\n", b""] {
        assert_eq!(next_message(&mut subscription).await, Ok(published("a*", message)));
    }
    assert!(
        matches!(next_message(&mut subscription).await, Ok(Message::Published { .. })),
        "it does no harm"
    );
    server.cli(&["HSET", "h", "field", "value"]);
    assert_eq!(next_message(&mut subscription).await, Ok(Message::KeyEvent));
}

#[tokio::test]
async fn a_channel_that_was_left_is_not_heard_any_more() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    let mut subscription = connections.subscribe(channels(&["a", "b"])).await.unwrap();
    subscription.unsubscribe(Bytes::from_static(b"a"));
    while server.command(&[b"PUBLISH", b"a", b"1"]).int() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.command(&[b"PUBLISH", b"b", b"2"]);
    while next_message(&mut subscription).await != Ok(published("b", b"2")) {}
}

#[tokio::test]
async fn who_may_not_listen_is_refused() {
    let server = Server::start_without_module(&[]);
    server.cli(&["ACL", "SETUSER", "user", "on", ">secret", "~*", "+@all", "resetchannels"]);
    let connections =
        connect(&format!("redis://user:secret@127.0.0.1:{}", server.port())).await.unwrap();
    let refused = connections.subscribe(channels(&["a"])).await.err().unwrap();
    assert_eq!(refused.kind, ErrorKind::Permission, "{refused}");
}

#[tokio::test]
async fn who_listens_too_slowly_is_told() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    let mut subscription = connections.subscribe(channels(&["a"])).await.unwrap();
    let publish = [b"PUBLISH".to_vec(), b"a".to_vec(), b"1".to_vec()].to_vec();
    server.client().pipeline(&vec![publish; 3000]);
    // The last one shows that all have come.
    connections.run(command("PUBLISH", &["a", "2"])).await.unwrap();
    let mut told = false;
    loop {
        match next_message(&mut subscription).await.unwrap() {
            Message::Lagged => told = true,
            last if last == published("a", b"2") => break,
            _ => {}
        }
    }
    assert!(told);
}

#[tokio::test]
async fn a_listener_ends_with_the_server() {
    let mut server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    let mut subscription = connections.subscribe(channels(&["a"])).await.unwrap();
    server.kill();
    assert_eq!(next_message(&mut subscription).await.unwrap_err().kind, ErrorKind::Connection);
    until_down(&connections).await;
    assert!(connections.subscribe(channels(&["a"])).await.is_err(), "at once, too");
}
