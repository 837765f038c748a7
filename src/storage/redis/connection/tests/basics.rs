use super::*;
use crate::model::ErrorKind;

#[tokio::test]
async fn each_reply_stands_on_its_own() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    server.cli(&["SET", "text", "x"]);
    let replies = connections
        .pipeline(vec![
            command("GET", &["text"]),
            command("HGET", &["text", "field"]),
            command("NONSENSE", &[]),
            command("JSON.GET", &["doc"]),
            command("CLIENT GETNAME", &[]),
        ])
        .await
        .unwrap();
    assert_eq!(replies[0], Ok(text("x")));
    let kinds: Vec<_> = replies[1..4].iter().map(|r| r.as_ref().unwrap_err().kind).collect();
    assert_eq!(kinds, [ErrorKind::WrongType, ErrorKind::NotSupported, ErrorKind::NoJsonModule]);
    assert_eq!(replies[4], Ok(Value::Null));
    assert_eq!(connections.run_bulk(command("GET", &["text"])).await, Ok(text("x")));
    assert!(connections.ping().await.unwrap() < PATIENCE);
}

#[tokio::test]
async fn a_script_takes_keys_and_arguments_of_any_bytes() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    let value = Value::Bytes(vec![0, 255, b'\r', b'\n'].into());
    let source = "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])";
    let reply = connections.script(source, vec![text("k")], vec![value.clone()]).await;
    assert_eq!(reply, Ok(value));
    let failed =
        connections.script("return redis.call('HGET', KEYS[1], 'f')", vec![text("k")], vec![]);
    assert_eq!(failed.await.unwrap_err().kind, ErrorKind::WrongType);
}

#[tokio::test]
async fn a_transaction_gives_each_reply_and_undoes_what_cannot_be_queued() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    for _ in 0..2 {
        let replies = connections
            .transaction(vec![
                command("SET", &["k", "v"]),
                command("HSET", &["k", "f", "v"]),
                command("INCR", &["n"]),
            ])
            .await
            .unwrap();
        assert_eq!(replies[1].as_ref().unwrap_err().kind, ErrorKind::WrongType);
        assert!(replies[0].is_ok() && replies[2].is_ok());
    }
    assert_eq!(server.cli(&["GET", "n"]), b"2");
    let refused =
        connections.transaction(vec![command("INCR", &["n"]), command("NONSENSE", &[])]).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::NotSupported);
    assert_eq!(server.cli(&["GET", "n"]), b"2");
    assert!(connections.transaction(vec![command("INCR", &["n"])]).await.is_ok());
}

#[tokio::test]
async fn a_transaction_whose_start_is_refused_runs_nothing() {
    let server = Server::start_without_module(&[]);
    server.cli(&["ACL", "SETUSER", "ann", "on", ">pw", "~*", "+@all", "-multi"]);
    let connections =
        connect(&format!("redis://ann:pw@127.0.0.1:{}", server.port())).await.unwrap();
    let refused = connections.transaction(vec![command("SET", &["k", "v"])]).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Permission);
    assert_eq!(server.cli(&["EXISTS", "k"]), b"0");
}

/// fred takes such replies for news of a channel.
#[tokio::test]
async fn values_that_look_like_channel_news_arrive() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    for word in ["message", "pmessage", "smessage", "subscribe", "punsubscribe"] {
        server.cli(&["DEL", "h"]);
        server.cli(&["HSET", "h", word, word, "x", "y"]);
        for fields in [vec![word, "x", "x"], vec![word, "x", "x", "x"]] {
            let mut args = vec!["h"];
            args.extend(&fields);
            let Value::Array(values) = connections.run(command("HMGET", &args)).await.unwrap()
            else {
                panic!("an array");
            };
            assert_eq!(values.len(), fields.len());
            assert_eq!(values[..2], [text(word), text("y")]);
        }
        let Value::Array(scan) = connections.run(command("HSCAN", &["h", "0"])).await.unwrap()
        else {
            panic!("an array");
        };
        assert_eq!(scan[1], Value::Array(vec![text(word), text(word), text("x"), text("y")]));
    }
}

#[tokio::test]
async fn a_long_scan_does_not_hold_up_a_read() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    let bulk = connections.clone();
    // A blocking command stands for a slow one: the second connection waits, the first does not.
    let waiting =
        tokio::spawn(async move { bulk.run_bulk(command("BLPOP", &["list", "0"])).await });
    while !String::from_utf8_lossy(&server.cli(&["CLIENT", "LIST"])).contains("cmd=blpop") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
    server.cli(&["LPUSH", "list", "x"]);
    assert!(waiting.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_huge_value_comes_alone_and_dropping_it_closes_its_connection() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    server.cli(&["EVAL", "redis.call('SET', 'big', string.rep('x', 20000000))", "0"]);
    let dedicated = connections.dedicated(20_000_000).await.unwrap();
    let Value::Bytes(value) = dedicated.run(command("GET", &["big"])).await.unwrap() else {
        panic!("bytes");
    };
    assert_eq!(value.len(), 20_000_000);
    drop(dedicated);
    let dedicated = connections.dedicated(20_000_000).await.unwrap();
    let waiting =
        tokio::spawn(async move { dedicated.run(command("BLPOP", &["list", "0"])).await });
    let blocked = |list: &[u8]| String::from_utf8_lossy(list).contains("cmd=blpop");
    while !blocked(&server.cli(&["CLIENT", "LIST"])) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    waiting.abort();
    while blocked(&server.cli(&["CLIENT", "LIST"])) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
}
