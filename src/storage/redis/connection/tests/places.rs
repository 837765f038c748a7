use super::*;
use crate::model::ErrorKind;

#[tokio::test]
async fn a_unix_socket_works_as_url_and_as_path() {
    let server = Server::start_without_module(&["--unixsocket", "{dir}/redis.sock"]);
    let path = server.dir().join("redis.sock");
    let connections = connect(&format!("redis+unix://{}?db=1", path.display())).await.unwrap();
    connections
        .script("return redis.call('SET', KEYS[1], 'x')", vec![text("k")], vec![])
        .await
        .unwrap();
    let plain = connect(&path.to_string_lossy()).await.unwrap();
    assert_eq!(plain.run(command("GET", &["k"])).await, Ok(Value::Null));
    assert_eq!(connections.run(command("GET", &["k"])).await, Ok(text("x")));
}

#[tokio::test]
async fn a_server_tells_what_it_is() {
    let server = Server::start();
    let facts = connect(&server.url()).await.unwrap().facts().await.unwrap();
    assert!(!facts.version.is_empty() && !facts.product.is_empty());
    assert_eq!((facts.replica, facts.cluster, facts.json), (false, false, Some(true)));
    assert!(facts.notes.is_empty());
    let bare = Server::start_without_module(&[]);
    let facts = connect(&bare.url()).await.unwrap().facts().await.unwrap();
    assert_eq!((facts.json, facts.notes.len()), (Some(false), 1));
}

#[tokio::test]
async fn a_replica_is_recognised_and_takes_no_write() {
    let primary = Server::start_without_module(&[]);
    let port = primary.port().to_string();
    let replica = Server::start_without_module(&["--replicaof", "127.0.0.1", &port]);
    let info = || String::from_utf8_lossy(&replica.cli(&["INFO", "replication"])).into_owned();
    while !info().contains("master_link_status:up") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let connections = connect(&replica.url()).await.unwrap();
    assert!(connections.facts().await.unwrap().replica);
    let write =
        connections.script("return redis.call('SET', KEYS[1], 'x')", vec![text("k")], vec![]);
    assert_eq!(write.await.unwrap_err().kind, ErrorKind::ReadOnly);
    let write = connections.transaction(vec![command("SET", &["k", "x"])]);
    assert_eq!(write.await.unwrap_err().kind, ErrorKind::ReadOnly);
}

#[tokio::test]
async fn sentinel_names_the_primary() {
    let server = Server::start_without_module(&[]);
    let sentinel = Server::start_sentinel("shop", server.port());
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = |service: &str| {
        let port = sentinel.port();
        format!(
            "redis-sentinel://127.0.0.1:{gone},127.0.0.1:{port}/1?sentinelServiceName={service}"
        )
    };
    let connections = connect(&url("shop")).await.unwrap();
    connections
        .script("return redis.call('SET', KEYS[1], 'x')", vec![text("k")], vec![])
        .await
        .unwrap();
    let direct = connect(&format!("{}/1", server.url())).await.unwrap();
    assert_eq!(direct.run(command("GET", &["k"])).await, Ok(text("x")));
    assert_eq!(
        connections.dedicated(1).await.unwrap().run(command("GET", &["k"])).await,
        Ok(text("x"))
    );
    let unknown = refusal(&url("other")).await;
    assert!(unknown.problem.contains("`other`"), "{unknown}");
    let away =
        refusal(&format!("redis-sentinel://127.0.0.1:{gone}?sentinelServiceName=shop")).await;
    assert_eq!(away.kind, ErrorKind::Connection);
    assert!(away.problem.starts_with("no Sentinel answers"), "{away}");
}

#[tokio::test]
async fn after_a_failover_the_link_goes_to_the_new_primary() {
    let mut old = Server::start_without_module(&[]);
    let sentinel = Server::start_sentinel("shop", old.port());
    let url = format!("redis-sentinel://127.0.0.1:{}?sentinelServiceName=shop", sentinel.port());
    let connections = connect(&url).await.unwrap();
    let new = Server::start_without_module(&[]);
    new.cli(&["SET", "who", "new"]);
    // The effect of a failover for a client: the Sentinel names another server.
    let port = new.port().to_string();
    sentinel.cli(&["SENTINEL", "REMOVE", "shop"]);
    sentinel.cli(&["SENTINEL", "MONITOR", "shop", "127.0.0.1", &port, "1"]);
    old.kill();
    until_down(&connections).await;
    until_up(&connections).await;
    assert_eq!(connections.run(command("GET", &["who"])).await, Ok(text("new")));
}

#[tokio::test]
async fn a_cluster_is_recognised_read_and_refused_writes_over_slots() {
    let server = cluster();
    for scheme in ["redis", "redis-cluster"] {
        let connections =
            connect(&format!("{scheme}://127.0.0.1:{}", server.port())).await.unwrap();
        assert!(connections.cluster());
        assert!(connections.facts().await.unwrap().cluster);
        let (a, b) = (text("{x}a"), text("{x}b"));
        let set = "redis.call('SET', KEYS[1], 'a') return redis.call('SET', KEYS[2], 'b')";
        connections.script(set, vec![a, b], vec![]).await.unwrap();
        let replies =
            connections.pipeline(vec![command("GET", &["{x}a"]), command("GET", &["{x}b"])]);
        assert_eq!(replies.await.unwrap(), [Ok(text("a")), Ok(text("b"))]);
        let apart = connections.script(set, vec![text("a"), text("b")], vec![]).await.unwrap_err();
        assert_eq!(apart.kind, ErrorKind::Cluster);
        let apart =
            connections.transaction(vec![command("SET", &["a", "1"]), command("SET", &["b", "1"])]);
        assert_eq!(apart.await.unwrap_err().kind, ErrorKind::Cluster);
        let same = vec![command("SET", &["{x}a", "1"]), command("SET", &["{x}b", "1"])];
        assert_eq!(connections.transaction(same).await.unwrap().len(), 2);
        assert_eq!(server.cli(&["EXISTS", "a"]), b"0");
    }
    let error = refusal(&format!("redis://127.0.0.1:{}/1", server.port())).await;
    assert_eq!(error.kind, ErrorKind::Usage, "{error}");
}

#[tokio::test]
async fn a_cluster_without_slots_is_not_set_up() {
    let server = Server::start_without_module(&["--cluster-enabled", "yes"]);
    for scheme in ["redis-cluster", "redis"] {
        let error = refusal(&format!("{scheme}://127.0.0.1:{}", server.port())).await;
        assert_eq!(error.kind, ErrorKind::Connection);
        assert!(error.to_string().contains("not set up"), "{error}");
    }
}

#[tokio::test]
async fn a_cluster_that_comes_back_is_found_again() {
    let mut server = cluster();
    let connections =
        connect(&format!("redis-cluster://127.0.0.1:{}", server.port())).await.unwrap();
    server.kill();
    until_down(&connections).await;
    server.restart();
    until_up(&connections).await;
    assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
}

#[tokio::test]
async fn keys_are_read_from_whichever_node_holds_them() {
    let nodes = [(); 2].map(|()| Server::start_without_module(&["--cluster-enabled", "yes"]));
    nodes[0].cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "8000"]);
    nodes[1].cli(&["CLUSTER", "ADDSLOTSRANGE", "8001", "16383"]);
    nodes[0].cli(&["CLUSTER", "MEET", "127.0.0.1", &nodes[1].port().to_string()]);
    nodes.iter().for_each(until_ok);
    // `a` belongs to slot 15495, `b` to slot 3300.
    for url in [nodes[0].url(), format!("redis-cluster://127.0.0.1:{}", nodes[1].port())] {
        let connections = connect(&url).await.unwrap();
        for key in ["a", "b"] {
            let set = "return redis.call('SET', KEYS[1], 'x')";
            connections.script(set, vec![text(key)], vec![]).await.unwrap();
            assert_eq!(connections.run_bulk(command("GET", &[key])).await, Ok(text("x")));
        }
        let refused = connections.run(command("SCAN", &["0"])).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Cluster);
    }
    assert_eq!([nodes[0].cli(&["DBSIZE"]), nodes[1].cli(&["DBSIZE"])], [b"1", b"1"]);
    // A slot that moves unseen is found again.
    let connections = connect(&nodes[0].url()).await.unwrap();
    nodes[0].cli(&["DEL", "b"]);
    let id = String::from_utf8(nodes[1].cli(&["CLUSTER", "MYID"])).unwrap();
    for node in [&nodes[1], &nodes[0]] {
        node.cli(&["CLUSTER", "SETSLOT", "3300", "NODE", &id]);
    }
    assert_eq!(connections.run(command("GET", &["b"])).await, Ok(Value::Null));
    assert_eq!(*connections.state().borrow(), ConnectionState::Up);
}

fn cluster() -> Server {
    let server = Server::start_without_module(&["--cluster-enabled", "yes"]);
    server.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    until_ok(&server);
    server
}

fn until_ok(server: &Server) {
    let info = || String::from_utf8_lossy(&server.cli(&["CLUSTER", "INFO"])).into_owned();
    while !info().contains("cluster_state:ok") {
        std::thread::sleep(Duration::from_millis(10));
    }
}
