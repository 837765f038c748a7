//! The rest of a crawl on a server: found by its indexes, cheaply, whatever else is there.

use larder::model::Timestamp;
use larder::storage::Options;

use super::Redis;
use crate::fill::TIME;
use crate::server::Server;

/// Makes a request queue as Crawlee does.
fn queue(server: &Server, name: &str, handled: u64) {
    let metadata = format!(
        r#"{{"id":"a1","name":null,"accessed_at":"{TIME}","created_at":"{TIME}","modified_at":"{TIME}","had_multiple_clients":false,"handled_request_count":{handled},"pending_request_count":2,"total_request_count":{}}}"#,
        handled + 2
    );
    server.cli(&["HSET", "request_queues:name_to_id", name, "a1"]);
    server.cli(&["JSON.SET", &format!("request_queues:{name}:metadata"), "$", &metadata]);
}

/// Makes a dataset as Crawlee does.
fn dataset(server: &Server, name: &str, items: u64) {
    let metadata =
        format!(r#"{{"id":"a1","name":"{name}","modified_at":"{TIME}","item_count":{items}}}"#);
    server.cli(&["HSET", "datasets:name_to_id", name, "a1"]);
    server.cli(&["JSON.SET", &format!("datasets:{name}:metadata"), "$", &metadata]);
}

#[tokio::test]
async fn queues_and_datasets_are_found_by_their_indexes() {
    let redis = Redis::new().await;
    queue(&redis.server, "default", 40);
    queue(&redis.server, "a:*[b]", 0);
    dataset(&redis.server, "products", 7);
    let crawl = redis.storage().crawl().await.unwrap();
    let queues: Vec<_> = crawl
        .queues
        .rows
        .iter()
        .map(|row| (row.name.escaped(), row.pending, row.handled, row.total, row.modified_at))
        .collect();
    let time = Timestamp::parse(TIME);
    assert_eq!(
        queues,
        [
            ("a:*[b]".to_owned(), Some(2), Some(0), Some(2), time),
            ("default".to_owned(), Some(2), Some(40), Some(42), time),
        ]
    );
    assert_eq!((crawl.queues.total, crawl.datasets.total), (2, 1));
    let products = &crawl.datasets.rows[0];
    assert_eq!((products.name.escaped().as_str(), products.items), ("products", Some(7)));
    assert_eq!((products.modified_at, &products.fault), (time, &None));
}

#[tokio::test]
async fn what_is_broken_is_told_in_its_row_and_the_rest_shows() {
    let redis = Redis::new().await;
    let server = &redis.server;
    for name in ["gone", "list", "text", "whole"] {
        queue(server, name, 1);
    }
    server.cli(&["UNLINK", "request_queues:gone:metadata", "request_queues:text:metadata"]);
    server.cli(&["SET", "request_queues:text:metadata", "another program's"]);
    server.cli(&["JSON.SET", "request_queues:list:metadata", "$", "[1]"]);
    server.cli(&["SET", "datasets:name_to_id", "another program's"]);
    server.cli(&["SET", "key_value_stores:default:items", "another program's"]);
    let crawl = redis.storage().crawl().await.unwrap();
    let fault = |at: usize| crawl.queues.rows[at].fault.as_deref();
    assert_eq!(fault(0), Some("it has no metadata"));
    assert_eq!(fault(1), Some("the metadata is not an object"));
    assert!(fault(2).unwrap().contains("another type"), "{:?}", fault(2));
    assert_eq!((fault(3), crawl.queues.rows[3].handled), (None, Some(1)));
    assert!(crawl.datasets.fault.unwrap().contains("another type"));
    assert!(crawl.crawlers.fault.unwrap().contains("another type"));
}

#[tokio::test]
async fn what_a_user_may_not_read_is_named_and_the_rest_shows() {
    let rights = ["~key_value_stores:*", "~request_queues:*", "~datasets:name_to_id", "+@all"];
    let redis = Redis::as_user(&rights).await;
    queue(&redis.server, "default", 40);
    dataset(&redis.server, "products", 7);
    let crawl = redis.storage().crawl().await.unwrap();
    assert_eq!((crawl.queues.rows[0].handled, crawl.datasets.total), (Some(40), 1));
    assert!(crawl.datasets.rows[0].fault.is_some(), "{:?}", crawl.datasets);

    let redis = Redis::as_user(&["~key_value_stores:*", "+@all"]).await;
    queue(&redis.server, "default", 40);
    let crawl = redis.storage().crawl().await.unwrap();
    assert!(crawl.queues.fault.is_some() && crawl.datasets.fault.is_some());
    assert_eq!(crawl.crawlers.fault, None);
}

#[tokio::test]
async fn of_very_many_only_some_are_looked_at() {
    let redis = Redis::new().await;
    for number in 0..700 {
        queue(&redis.server, &format!("queue-{number:03}"), number);
    }
    let mut monitor = redis.server.monitor();
    let crawl = redis.storage().crawl().await.unwrap();
    assert_eq!((crawl.queues.rows.len(), crawl.queues.total), (100, 700));
    assert!(crawl.queues.rows.is_sorted_by(|a, b| a.name < b.name));
    let lines = monitor.lines();
    let sent = |name: &str| lines.iter().filter(|line| line.contains(name)).count();
    assert_eq!(sent("\"JSON.GET\""), 100);
    assert!(sent("\"HSCAN\"") == 2, "{lines:?}");
}

#[tokio::test]
async fn a_look_costs_little_and_writes_nothing() {
    let redis = Redis::with(&Options { touch: true, ..Options::default() }).await;
    queue(&redis.server, "default", 40);
    dataset(&redis.server, "products", 7);
    let items = "key_value_stores:default:items";
    let small = r#"{"requestsFinished": 3}"#;
    redis.server.cli(&["HSET", items, "__CRAWLER_STATISTICS_0", small]);
    redis.server.cli(&["HSET", items, "__CRAWLER_STATISTICS_1", &"x".repeat(1 << 20)]);
    // The second connection is opened by the first look.
    redis.storage().crawl().await.unwrap();
    let mut monitor = redis.server.monitor();
    let crawl = redis.storage().crawl().await.unwrap();
    let [large, small] = &crawl.crawlers.rows[..] else { panic!("{:?}", crawl.crawlers) };
    assert_eq!((small.finished, &small.fault), (Some(3), &None));
    assert!(large.fault.as_ref().unwrap().contains("too large"));
    let lines = monitor.lines();
    for line in &lines {
        let known = ["HLEN", "HSCAN", "HSTRLEN", "JSON.GET", "HMGET"];
        assert!(known.iter().any(|name| line.contains(&format!("\"{name}\""))), "{line}");
        assert!(!line.contains("HMGET") || !line.contains("STATISTICS_1"), "{line}");
    }
    assert_eq!(lines.len(), 2 + 2 + 20 + 2 + 1, "{lines:?}");
}

#[tokio::test]
async fn without_redisjson_the_rows_say_so() {
    let server = Server::start_without_module(&[]);
    let storage = super::connect(&server.url(), &Options::default()).await;
    server.cli(&["HSET", "request_queues:name_to_id", "default", "a1"]);
    let crawl = storage.crawl().await.unwrap();
    assert!(crawl.queues.rows[0].fault.as_ref().unwrap().contains("RedisJSON"));
    assert_eq!(crawl.datasets.total, 0);
}
