//! What lies beside the stores.

use larder::model::{ContentType, Crawl, Key, OpenBy, Timestamp, Value};
use larder::storage::Storage;

use super::set;
use crate::short::Short as _;

pub async fn beside_nothing_there_is_no_crawl(storage: &dyn Storage) {
    assert_eq!(storage.crawl().await.unwrap(), Crawl::default());
    storage.open(&OpenBy::Default).await.unwrap();
    assert_eq!(storage.crawl().await.unwrap(), Crawl::default());
}

pub async fn crawlers_tell_of_themselves_in_the_default_store(storage: &dyn Storage) {
    let store = storage.open(&OpenBy::Default).await.unwrap().info.store;
    let statistics = |finished: u64, end: &str| {
        format!(
            r#"{{"requestsFinished": {finished}, "requestsFailed": 2, "requestsRetries": 5,
                "requestsFinishedPerMinute": 0.0, "crawlerRuntimeMillis": "PT30S",
                "crawlerStartedAt": "2026-11-27T15:02:19.460426Z", "crawlerFinishedAt": {end},
                "statsPersistedAt": "2026-11-27T15:02:21.869858Z"}}"#
        )
    };
    let time = "2026-11-27T15:02:21.869806Z";
    for (key, json) in [
        ("__CRAWLER_STATISTICS_0", statistics(40, &format!("\"{time}\""))),
        ("__CRAWLER_STATISTICS_1", statistics(7, "null")),
        ("__CRAWLER_STATISTICS_2", "[]".to_owned()),
        ("SDK_CRAWLER_STATISTICS_3", statistics(1, "null")),
        ("__CRAWLER_STATISTICS_x", statistics(9, "null")),
        ("OUTPUT", statistics(9, "null")),
    ] {
        let value = Value::Json(json);
        let json = ContentType::from("application/json");
        storage.set_value(&set(&store, &Key::from(key), value, Some(json))).await.unwrap();
    }
    let before = storage.all_stores().await.unwrap();
    let crawl = storage.crawl().await.unwrap();
    assert_eq!(storage.all_stores().await.unwrap(), before);

    let crawlers = &crawl.crawlers;
    assert_eq!((crawlers.total, &crawlers.fault), (4, &None));
    let numbers: Vec<_> = crawlers.rows.iter().map(|row| (row.number, row.javascript)).collect();
    assert_eq!(numbers, [(0, false), (1, false), (2, false), (3, true)]);
    let [first, second, third, fourth] = &crawlers.rows[..] else { panic!("{crawlers:?}") };
    assert_eq!((first.finished, first.failed, first.retries), (Some(40), Some(2), Some(5)));
    assert_eq!((first.finished_per_minute, first.failed_per_minute), (Some(80.0), Some(4.0)));
    assert_eq!(first.finished_at, Timestamp::parse(time));
    assert_eq!((second.finished, second.finished_at), (Some(7), None));
    assert!(second.persisted_at.is_some());
    assert!(third.fault.as_ref().unwrap().contains("not an object"), "{third:?}");
    assert_eq!((fourth.finished, &fourth.fault), (Some(1), &None));
}
