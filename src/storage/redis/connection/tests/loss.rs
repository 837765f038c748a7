use super::proxy::{Proxy, Wire};
use super::*;
use crate::model::ErrorKind;

const COUNT: &str = "return redis.call('INCR', KEYS[1])";

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let mut server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    assert_eq!(*connections.state().borrow(), ConnectionState::Up);
    server.kill();
    let down = until(
        &connections,
        |state| matches!(state, ConnectionState::Down { tries, .. } if *tries >= 2),
    );
    let ConnectionState::Down { reason, .. } = down.await else { panic!("down") };
    assert!(reason.contains("connection refused"), "{reason}");
    let start = std::time::Instant::now();
    for failed in [
        connections.run(command("GET", &["k"])).await,
        connections.run_bulk(command("GET", &["k"])).await,
        connections.script(COUNT, vec![text("n")], vec![]).await,
        connections.transaction(vec![command("INCR", &["n"])]).await.map(|_| Value::Null),
        connections.dedicated(1).await.map(|_| Value::Null),
    ] {
        assert_eq!(failed.unwrap_err().kind, ErrorKind::Connection);
    }
    assert!(start.elapsed() < Duration::from_secs(1), "they fail at once");
    server.restart();
    until_up(&connections).await;
    assert_eq!(connections.run(command("GET", &["n"])).await, Ok(Value::Null), "nothing ran late");
    assert_eq!(connections.run_bulk(command("GET", &["n"])).await, Ok(Value::Null));
    assert_eq!(connections.script(COUNT, vec![text("n")], vec![]).await, Ok(Value::Integer(1)));
}

#[tokio::test]
async fn whoever_is_told_that_there_is_no_connection_can_wait_for_one() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    // No other task runs before the command that finds the connection ended.
    let inner = &connections.0.inner;
    inner.main().unwrap().close(inner.closed());
    let failed = connections.run(command("GET", &["k"])).await.unwrap_err();
    assert_eq!(failed.kind, ErrorKind::Connection);
    assert_ne!(*connections.state().borrow(), ConnectionState::Up);
    until_up(&connections).await;
    assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
}

#[tokio::test]
async fn a_server_that_reads_its_data_is_not_up_yet() {
    let mut server = Server::start_without_module(&["--rdbcompression", "no"]);
    let value = "x".repeat(10_000);
    for key in 0..200 {
        server.cli(&["SET", &key.to_string(), &value]);
    }
    server.cli(&["SAVE"]);
    server.kill();
    let loading = Loading::start(server.dir());
    let error = refusal(&loading.url()).await;
    assert_eq!(error.kind, ErrorKind::Loading, "{error}");
}

/// A server that loads the data of another one, taking 50 ms for each key.
struct Loading {
    child: std::process::Child,
    port: u16,
}

impl Loading {
    fn start(dir: &std::path::Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dir = dir.to_string_lossy().into_owned();
        let child = std::process::Command::new(super::server::binary())
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir", &dir])
            .args([
                "--save",
                "",
                "--key-load-delay",
                "50000",
                "--loading-process-events-interval-bytes",
            ])
            .arg("1024")
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let loading = Self { child, port };
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        loading
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_script_in_flight_when_the_wire_is_cut_runs_once() {
    let server = Server::start_without_module(&[]);
    let proxy = Proxy::start(server.port()).await;
    let connections = connect(&proxy.url()).await.unwrap();
    proxy.set(Wire::Silent);
    let writing = connections.clone();
    let write = tokio::spawn(async move { writing.script(COUNT, vec![text("n")], vec![]).await });
    while server.cli(&["GET", "n"]) != b"1" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    proxy.set(Wire::Cut);
    assert_eq!(write.await.unwrap().unwrap_err().kind, ErrorKind::InDoubt);
    until_down(&connections).await;
    proxy.set(Wire::Open);
    until_up(&connections).await;
    assert_eq!(connections.run(command("GET", &["n"])).await, Ok(text("1")));
}

#[tokio::test]
async fn a_transaction_in_flight_when_the_wire_is_cut_runs_once() {
    let server = Server::start_without_module(&[]);
    let proxy = Proxy::start(server.port()).await;
    let connections = connect(&proxy.url()).await.unwrap();
    connections.transaction(vec![command("SET", &["warm", "1"])]).await.unwrap();
    // The pause lets MULTI be answered, but not the rest; so the silence begins between the two.
    server.cli(&["CLIENT", "PAUSE", "60000", "WRITE"]);
    let writing = connections.clone();
    let write = tokio::spawn(async move {
        writing.transaction(vec![command("INCR", &["n"]), command("INCR", &["n"])]).await
    });
    while !String::from_utf8_lossy(&server.cli(&["CLIENT", "LIST"])).contains("flags=xb") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    proxy.set(Wire::Silent);
    server.cli(&["CLIENT", "UNPAUSE"]);
    while server.cli(&["GET", "n"]) != b"2" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    proxy.set(Wire::Cut);
    assert_eq!(write.await.unwrap().unwrap_err().kind, ErrorKind::InDoubt);
    until_down(&connections).await;
    proxy.set(Wire::Open);
    until_up(&connections).await;
    assert_eq!(connections.run(command("GET", &["n"])).await, Ok(text("2")));
}

#[tokio::test]
async fn a_server_that_falls_silent_times_out_and_is_found_again() {
    let server = Server::start_without_module(&[]);
    let brief = Options { command_timeout: Duration::from_millis(300), ..options() };
    let brief = Options { connect_timeout: Duration::from_millis(500), ..brief };
    let connected = ConnectionManager::connect(&target(&server.url()), &brief, Vec::new()).await;
    let (connections, _) = connected.unwrap();
    server.stop_process();
    let read = connections.run(command("GET", &["k"])).await.unwrap_err();
    assert_eq!(read.kind, ErrorKind::Timeout);
    let down = until(
        &connections,
        |state| matches!(state, ConnectionState::Down { tries, .. } if *tries >= 1),
    );
    down.await;
    let write = connections.script(COUNT, vec![text("n")], vec![]).await.unwrap_err();
    assert_eq!(write.kind, ErrorKind::Connection, "it was not sent");
    server.continue_process();
    until_up(&connections).await;
    assert_eq!(connections.run(command("GET", &["n"])).await, Ok(Value::Null));
}

#[tokio::test]
async fn a_write_that_a_silent_server_has_got_is_of_unknown_fate_and_runs_once() {
    let server = Server::start_without_module(&[]);
    let brief = Options { command_timeout: Duration::from_millis(300), ..options() };
    let connected = ConnectionManager::connect(&target(&server.url()), &brief, Vec::new()).await;
    let (connections, _) = connected.unwrap();
    server.stop_process();
    let write = connections.script(COUNT, vec![text("n")], vec![]).await.unwrap_err();
    assert_eq!(write.kind, ErrorKind::InDoubt);
    server.continue_process();
    until_up(&connections).await;
    // Connections are served in turn: the data that the old one had sent were read before.
    let count = connections.run(command("GET", &["n"])).await.unwrap();
    assert!(count == Value::Null || count == text("1"), "{count:?}");
}

#[tokio::test]
async fn a_read_that_nobody_waits_for_any_more_still_times_out() {
    let server = Server::start_without_module(&[]);
    let brief = Options { command_timeout: Duration::from_millis(300), ..options() };
    let connected = ConnectionManager::connect(&target(&server.url()), &brief, Vec::new()).await;
    let (connections, _) = connected.unwrap();
    server.stop_process();
    let reading = connections.clone();
    let read = tokio::spawn(async move { reading.run(command("GET", &["k"])).await });
    tokio::task::yield_now().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    read.abort();
    until_down(&connections).await;
    server.continue_process();
    until_up(&connections).await;
}

#[tokio::test]
async fn the_last_clone_closes_the_connections() {
    let server = Server::start_without_module(&[]);
    let connections = connect(&server.url()).await.unwrap();
    connections.run_bulk(command("GET", &["k"])).await.unwrap();
    let clients = || server.cli(&["CLIENT", "LIST"]).split(|byte| *byte == b'\n').count();
    assert!(clients() >= 3);
    drop(connections);
    while String::from_utf8_lossy(&server.cli(&["CLIENT", "LIST"])).lines().count() > 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
