//! Records that a running crawl writes back: it is said before they are changed, and never in the way.

use std::sync::Arc;

use larder::app::{Effect, Event, Loaded, Slot};
use larder::model::{
    ConnectionState, Crawl, Crawler, Record, RecordMeta, Section, StoreInfo, Timestamp, WatchEvent,
    Write,
};

use super::{JSON, done};
use crate::stage::{NOW, Stage, computed, record, store};

const WARNING: &str = "a running crawl writes this back";

fn records() -> Vec<Record> {
    ["CRAWLEE_STATE_0", "SDK_SESSION_POOL_STATE", "page"]
        .map(|key| record(key, JSON, r#"{"a": 1}"#))
        .into()
}

/// An open store that last changed this number of seconds ago, in a list of keys.
fn opened(changed: i64) -> Stage {
    let mut stage = Stage::new(80, 24);
    stage.app.now = Timestamp::from_micros(NOW);
    stage.app.settings.review_saves = true;
    let modified_at = Some(Timestamp::from_micros(NOW - changed * 1_000_000));
    let shop = StoreInfo { modified_at, ..store("shop", 3) };
    stage.connect(vec![store("default", 2), shop]);
    stage.keys("j").open(&records());
    stage
}

fn change_of(key: &str) -> WatchEvent {
    let meta = RecordMeta { key: key.into(), ..record(key, JSON, "{}").meta };
    WatchEvent::Records { set: vec![meta], removed: Vec::new() }
}

#[test]
fn an_edit_of_a_record_that_is_written_back_is_warned_of_and_made_as_ever() {
    let mut stage = opened(30);
    stage.keys("e");
    assert!(stage.frame().contains(WARNING), "{}", stage.frame());
    stage.keys("<down><end><left>2<ctrl-s>").compared();
    assert!(stage.frame().contains("But a running crawl writes this back"), "{}", stage.frame());
    stage.keys("<enter>");
    assert!(matches!(stage.write(), Write::Set(_)), "no key more than without it");
    for (changed, down) in [(30, "jj"), (130, "")] {
        let mut stage = opened(changed);
        stage.keys(down).show(&records()).keys("e");
        assert!(!stage.frame().contains("running crawl"), "{}", stage.frame());
    }
}

#[test]
fn a_value_alone_and_a_deletion_are_warned_of_too() {
    let mut stage = opened(30);
    stage.keys("l<enter>");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(larder::app::Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    assert!(stage.notice().contains(WARNING), "{}", stage.notice());
    let mut stage = opened(30);
    stage.keys("d");
    assert!(stage.frame().contains("A running crawl writes this back."), "{}", stage.frame());
    stage.keys("y");
    assert!(matches!(stage.write(), Write::Delete { .. }));
    let mut stage = opened(30);
    stage.keys("<space><space><space>d");
    assert!(stage.frame().contains("A running crawl writes 2 of these back"), "{}", stage.frame());
    let mut stage = opened(130);
    stage.keys("d");
    assert!(!stage.frame().contains("running crawl"), "{}", stage.frame());
}

#[test]
fn a_crawl_that_begins_during_an_edit_is_told_and_larders_own_write_is_none() {
    let mut stage = opened(130);
    stage.keys("e");
    stage.noticed(change_of("page"));
    assert!(stage.frame().contains(WARNING), "{}", stage.frame());
    let mut stage = opened(130);
    stage.app.settings.review_saves = false;
    stage.keys("e<down><end><left>2<ctrl-s>");
    let write = stage.write();
    stage.noticed(change_of("CRAWLEE_STATE_0"));
    stage.written(write, Ok(done()));
    stage.asked.retain(|effect| !matches!(effect, Effect::Read(Slot::Record, ..)));
    stage.keys("d");
    assert!(!stage.frame().contains("running crawl"), "{}", stage.frame());
}

/// The crawl with one crawler, which ended at this second or still runs.
fn crawl(finished: Option<i64>) -> Loaded {
    let at = |seconds: i64| Timestamp::from_micros(NOW + seconds * 1_000_000);
    let crawler = Crawler {
        finished: Some(1_200),
        failed: Some(3),
        finished_at: finished.map(at),
        persisted_at: Some(at(0)),
        ..Crawler::default()
    };
    let crawlers = Section { rows: vec![crawler], total: 1, fault: None };
    Loaded::Crawl(Arc::new(Crawl { crawlers, ..Crawl::default() }))
}

#[test]
fn a_crawls_end_and_a_lost_connection_are_told_where_that_is_wanted() {
    for wanted in [true, false] {
        let mut stage = Stage::new(80, 24);
        stage.app.now = Timestamp::from_micros(NOW);
        stage.app.settings.notify = wanted;
        stage.connect(vec![store("default", 2)]);
        let told = |stage: &Stage| -> Vec<String> {
            let told = stage.asked.iter().filter_map(|effect| match effect {
                Effect::Notify(text) => Some(text.clone()),
                _ => None,
            });
            told.collect()
        };
        if wanted {
            let (ticket, _) = stage.take(Slot::CrawlEnd);
            for finished in [None, None, Some(1), Some(1)] {
                stage.event(Event::Loaded(Slot::CrawlEnd, ticket, Ok(crawl(finished))));
            }
            let ended = "the crawl has ended: 1,200 finished, 3 failed";
            assert_eq!(stage.notice(), ended);
            assert_eq!(told(&stage).len(), 1, "{:?}", stage.asked);
            assert!(told(&stage)[0].ends_with(ended));
            stage.asked.clear();
        } else {
            let asks = |effect: &Effect| matches!(effect, Effect::Read(Slot::CrawlEnd, ..));
            assert!(!stage.asked.iter().any(asks), "nobody has asked for it");
        }
        for tries in 1..4 {
            let reason = "away".to_owned();
            stage.event(Event::Connection(ConnectionState::Down {
                tries,
                reason,
                wants_password: false,
            }));
        }
        assert_eq!(told(&stage).len(), usize::from(wanted), "once");
    }
}
