use std::time::Instant;

use super::server::Reply;
use super::*;
use crate::model::ErrorKind;
use crate::storage::target::Secret;

#[tokio::test]
async fn a_missing_or_wrong_password_is_told_apart_and_never_quoted() {
    let server = Server::start_without_module(&["--requirepass", "secret"]);
    let port = server.port();
    let none = refusal(&server.url()).await;
    assert_eq!((none.kind, none.problem.contains("password")), (ErrorKind::Auth, true));
    let wrong = refusal(&format!("redis://:hunter2@127.0.0.1:{port}")).await;
    assert_eq!(wrong.kind, ErrorKind::Auth);
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"));
    assert_ne!(none.problem, wrong.problem);
    assert!(connect(&format!("redis://:secret@127.0.0.1:{port}")).await.is_ok());
}

#[tokio::test]
async fn a_user_without_rights_is_told_so() {
    let server = Server::start_without_module(&[]);
    server.cli(&["ACL", "SETUSER", "ann", "on", ">pw"]);
    let error = refusal(&format!("redis://ann:pw@127.0.0.1:{}", server.port())).await;
    assert_eq!(error.kind, ErrorKind::Permission);
    assert!(error.problem.contains("ann") && !error.to_string().contains("pw"), "{error}");
}

#[tokio::test]
async fn a_user_with_few_rights_can_read() {
    let server = Server::start();
    let rights = ["on", "nopass", "~key_value_stores:*", "+hget", "+hlen", "+multi", "+exec"];
    let mut args = vec!["ACL", "SETUSER", "ann"];
    args.extend(rights);
    server.cli(&args);
    let connections = connect(&format!("redis://ann@127.0.0.1:{}", server.port())).await.unwrap();
    assert_eq!(
        connections.run(command("HLEN", &["key_value_stores:x:items"])).await,
        Ok(Value::Integer(0))
    );
    let facts = connections.facts().await.unwrap();
    assert_eq!((facts.product.as_str(), facts.json), ("", None));
    assert_eq!(facts.notes.len(), 3, "{:?}", facts.notes);
    assert!(connections.ping().await.is_ok(), "a refusal is an answer");
    let script = connections.script("return 1", vec![], vec![]).await.unwrap_err();
    assert!(crate::storage::redis::error::forbids_scripts(&script), "{script}");
    let hset =
        connections.transaction(vec![command("HSET", &["key_value_stores:x:items", "a", "b"])]);
    let hset = hset.await.unwrap_err();
    assert_eq!(hset.kind, ErrorKind::Permission);
    assert!(!crate::storage::redis::error::forbids_scripts(&hset), "{hset}");
    assert_eq!(*connections.state().borrow(), ConnectionState::Up);
}

#[tokio::test]
async fn a_server_that_cannot_save_to_its_disk_can_be_read() {
    // No file can be made there.
    let server = Server::start_without_module(&["--save", "3600 1", "--dir", "/proc"]);
    server.cli(&["HSET", "k", "a", "b"]);
    server.cli(&["BGSAVE"]);
    let deadline = Instant::now() + PATIENCE;
    while !matches!(server.command(&[b"PING"]), Reply::Error(error) if error.contains("MISCONF")) {
        assert!(Instant::now() < deadline, "the server notices");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let connections = connect(&server.url()).await.unwrap();
    assert_eq!(connections.run(command("HLEN", &["k"])).await, Ok(Value::Integer(1)));
    let hset = connections.transaction(vec![command("HSET", &["k", "a", "c"])]).await.unwrap_err();
    assert_eq!(hset.kind, ErrorKind::CannotPersist);
}

#[tokio::test]
async fn a_default_user_without_ping_can_read() {
    let server = Server::start_without_module(&[]);
    server.cli(&["ACL", "SETUSER", "default", "-@all", "+hlen", "+hget"]);
    let connections = connect(&server.url()).await.unwrap();
    assert_eq!(connections.run(command("HLEN", &["k"])).await, Ok(Value::Integer(0)));
}

#[tokio::test]
async fn an_address_where_nothing_listens_is_told_at_once() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refusal(&format!("redis://127.0.0.1:{port}")).await;
    assert_eq!(error.kind, ErrorKind::Connection);
    assert_eq!(error.problem, format!("connection refused: 127.0.0.1:{port}"));
    let error = refusal("redis+unix:///nonexistent/redis.sock").await;
    assert_eq!(error.problem, "there is no socket at /nonexistent/redis.sock");
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_told() {
    let error = refusal("redis://larder.invalid:6379").await;
    assert!(matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_times_out_in_time() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let brief = Options { connect_timeout: Duration::from_millis(400), ..options() };
    for url in ["redis", "rediss", "redis-cluster"].map(|s| format!("{s}://127.0.0.1:{port}")) {
        let start = std::time::Instant::now();
        let error =
            ConnectionManager::connect(&target(&url), &brief, Vec::new()).await.err().unwrap();
        assert!(matches!(error.kind, ErrorKind::Timeout | ErrorKind::Connection), "{url}: {error}");
        assert!(start.elapsed() < Duration::from_secs(2), "{url}: {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn something_else_than_redis_is_told() {
    use std::io::Write as _;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
        std::thread::sleep(Duration::from_millis(200));
    });
    let error = refusal(&format!("redis://127.0.0.1:{port}")).await;
    assert_eq!(error.kind, ErrorKind::Connection);
    assert!(error.problem.contains("not a Redis server"), "{error}");
    serving.join().unwrap();
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told() {
    let server = Server::start_without_module(&["--databases", "300"]);
    let port = server.port();
    let connections = connect(&format!("redis://127.0.0.1:{port}/299")).await.unwrap();
    connections
        .script("return redis.call('SET', KEYS[1], 'x')", vec![text("k")], vec![])
        .await
        .unwrap();
    connections.run_bulk(command("GET", &["k"])).await.unwrap();
    assert_eq!(connections.run_bulk(command("GET", &["k"])).await, Ok(text("x")));
    assert_eq!(
        connections.dedicated(1).await.unwrap().run(command("GET", &["k"])).await,
        Ok(text("x"))
    );
    assert_eq!(server.cli(&["EXISTS", "k"]), b"0");
    let error = refusal(&format!("redis://127.0.0.1:{port}/300")).await;
    assert_eq!(
        (error.kind, error.problem.as_str()),
        (ErrorKind::Usage, "the server has no database 300")
    );
}

#[tokio::test]
async fn a_full_server_is_told() {
    let server = Server::start_without_module(&["--maxclients", "1"]);
    let _first = server.client();
    let error = refusal(&server.url()).await;
    assert_eq!(error.kind, ErrorKind::Connection);
    assert!(error.problem.contains("no more connections"), "{error}");
}

#[tokio::test]
async fn a_password_that_the_server_got_meanwhile_is_taken_at_once_and_a_wrong_one_changes_nothing()
{
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    let mut admin = server.client();
    admin.call(&[b"CONFIG", b"SET", b"requirepass", b"opensesame"]);
    // The present connection stays, but there can be no other.
    assert!(connections.run(command("GET", &["k"])).await.is_ok());
    let another = connections.run_bulk(command("GET", &["k"])).await.unwrap_err();
    assert_eq!(another.kind, ErrorKind::Auth);
    admin.call(&[b"CLIENT", b"KILL", b"TYPE", b"normal", b"SKIPME", b"yes"]);
    let wanted = |state: &ConnectionState| {
        matches!(state, ConnectionState::Down { wants_password: true, .. })
    };
    until(&connections, wanted).await;
    let wrong = connections.log_in(&Secret::new("mistaken")).await.unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::Auth);
    assert!(wanted(&connections.state().borrow()));
    connections.log_in(&Secret::new("opensesame")).await.unwrap();
    until_up(&connections).await;
    assert!(connections.run_bulk(command("GET", &["k"])).await.is_ok());
}
