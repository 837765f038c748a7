//! The rest of a crawl in a directory: by its metadata, or by the number of its files.

use std::fs;
use std::os::unix::fs::symlink;

use larder::model::{ErrorKind, Timestamp};

use super::Directory;

#[tokio::test]
async fn queues_and_datasets_are_the_directories_beside_the_stores() {
    let made = Directory::new().await;
    let root = made.folder.path();
    let time = "2026-11-27 15:02:38.347678+00:00";
    for (path, json) in [
        (
            "request_queues/default",
            format!(
                r#"{{"id": "a", "name": null, "modified_at": "{time}", "had_multiple_clients": true,
                     "handled_request_count": 2, "pending_request_count": 3,
                     "total_request_count": 5}}"#
            ),
        ),
        ("datasets/b", format!(r#"{{"modified_at": "{time}", "item_count": 7}}"#)),
        ("datasets/bad", "{".to_owned()),
    ] {
        fs::create_dir_all(root.join(path)).unwrap();
        fs::write(root.join(path).join("__metadata__.json"), json).unwrap();
    }
    // As Crawlee for JavaScript leaves them.
    for path in ["request_queues/js", "datasets/js"] {
        fs::create_dir_all(root.join(path)).unwrap();
        fs::write(root.join(path).join("000000001.json"), "{}").unwrap();
        fs::write(root.join(path).join("000000002.json"), "{}").unwrap();
    }
    let crawl = made.storage().crawl().await.unwrap();
    let [queue, bare] = &crawl.queues.rows[..] else { panic!("{:?}", crawl.queues) };
    assert_eq!((queue.pending, queue.handled, queue.total), (Some(3), Some(2), Some(5)));
    assert_eq!((queue.modified_at, queue.had_multiple_clients), (Timestamp::parse(time), true));
    assert_eq!((bare.pending, bare.total, &bare.fault), (None, Some(2), &None));
    assert!(bare.modified_at.is_some());
    let [whole, bad, bare] = &crawl.datasets.rows[..] else { panic!("{:?}", crawl.datasets) };
    assert_eq!((whole.items, &whole.fault), (Some(7), &None));
    assert!(bad.fault.as_ref().unwrap().contains("not JSON"));
    assert_eq!((bare.items, &bare.fault), (Some(2), &None));
}

#[tokio::test]
async fn links_are_not_followed() {
    let made = Directory::new().await;
    let root = made.folder.path();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("__metadata__.json"), r#"{"item_count": 7}"#).unwrap();
    fs::create_dir(root.join("datasets")).unwrap();
    symlink(outside.path(), root.join("datasets/link")).unwrap();
    fs::create_dir(root.join("datasets/inside")).unwrap();
    let metadata = outside.path().join("__metadata__.json");
    symlink(&metadata, root.join("datasets/inside/__metadata__.json")).unwrap();
    symlink(outside.path(), root.join("request_queues")).unwrap();
    let crawl = made.storage().crawl().await.unwrap();
    let [inside, link] = &crawl.datasets.rows[..] else { panic!("{:?}", crawl.datasets) };
    assert_eq!((inside.items, link.items), (Some(0), None));
    assert!(link.fault.as_ref().unwrap().contains("follows none"));
    assert!(crawl.queues.fault.unwrap().contains("follows none"));
}

#[tokio::test]
async fn of_very_many_only_some_are_looked_at() {
    let made = Directory::new().await;
    for number in 0..130 {
        fs::create_dir_all(made.folder.path().join(format!("datasets/{number:03}"))).unwrap();
    }
    let crawl = made.storage().crawl().await.unwrap();
    assert_eq!((crawl.datasets.rows.len(), crawl.datasets.total), (100, 130));
}

#[tokio::test]
async fn statistics_are_also_found_as_javascript_names_the_file() {
    let made = Directory::new().await;
    fs::create_dir_all(made.store("default")).unwrap();
    let json = r#"{"requestsFinished": 2, "requestsFinishedPerMinute": 784, "statsId": "0",
                   "crawlerRuntimeMillis": 153, "crawlerLastStartTimestamp": 1795792093812,
                   "crawlerFinishedAt": "2026-11-27T15:08:13.965Z"}"#;
    fs::write(made.store("default").join("SDK_CRAWLER_STATISTICS_0.json"), json).unwrap();
    let crawl = made.storage().crawl().await.unwrap();
    let [crawler] = &crawl.crawlers.rows[..] else { panic!("{:?}", crawl.crawlers) };
    assert!(crawler.javascript && crawler.finished_at.is_some());
    assert_eq!((crawler.finished, crawler.finished_per_minute), (Some(2), Some(784.0)));
}

#[tokio::test]
async fn a_directory_that_is_gone_is_an_error() {
    let made = Directory::new().await;
    fs::remove_dir_all(made.folder.path()).unwrap();
    let error = made.storage().crawl().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}
