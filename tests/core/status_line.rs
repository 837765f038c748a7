//! The line at the top: its parts, and the order in which they are left out.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::time::Duration;

use larder::app::{Effect, Event};
use larder::model::{ConnectionState, Timestamp, WatchEvent, WatchSource};

use crate::stage::{NOW, Stage, record, store};

const JSON: &str = "application/json; charset=utf-8";

fn opened(width: u16, label: &str) -> Stage {
    let mut stage = Stage::new(width, 24);
    label.clone_into(&mut stage.app.settings.label);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("a", JSON, "{\"price\": 12}")]);
    stage
}

fn top(stage: &mut Stage) -> String {
    stage.frame().lines().next().unwrap().trim().to_owned()
}

/// A stage with a watch source, and 120 records in the last seconds, half of which changed before.
fn busy(width: u16, label: &str, source: WatchSource) -> Stage {
    let mut stage = opened(width, label);
    stage.app.now = Timestamp::from_micros(NOW - 2_000_000);
    stage.noticed(WatchEvent::Source(source));
    // There is a chart from two bars on.
    for (ago, keys) in [(20, 0..60), (2, 0..120)] {
        stage.app.now = Timestamp::from_micros(NOW - ago * 1_000_000);
        let set = keys.map(|at| record(&format!("p{at}"), JSON, "{}").meta).collect();
        stage.noticed(WatchEvent::Records { set, removed: Vec::new() });
    }
    stage
}

#[test]
fn what_a_person_asks_stands_at_the_top_and_the_database_and_the_state_go_last() {
    let url = "redis://127.0.0.1:7455/5";
    let line = |width| top(&mut busy(width, url, WatchSource::SubKeys));
    let wide = line(120);
    assert!(wide.starts_with("larder  redis://127.0.0.1:7455/5  Redis 8.2.1"), "{wide}");
    assert!(wide.contains("live · 24/s · 312 B/s  0.3 ms"), "{wide}");
    // The parts that are left out, from the first to the last.
    let gone = ["Redis 8", " ms", "█", "B/s", "larder", "24/s", "redis://"];
    let mut most = 0;
    for width in (20..=120).rev() {
        let line = line(width);
        let shown = gone.map(|part| line.contains(part));
        let first = shown.iter().position(|shown| *shown).unwrap_or(gone.len());
        assert!(shown[first..].iter().all(|shown| *shown), "{width}: {line}");
        assert!(first >= most, "{width}: {line}");
        most = first;
        assert!(line.contains(":7455/5") && line.contains("live"), "{width}: {line}");
        assert!(line.chars().count() < usize::from(width), "{width}: {line}");
    }
    assert_eq!(most, gone.len(), "at 20 columns only the end of the target and the state are left");
}

#[test]
fn what_is_paused_late_or_read_only_is_said_at_every_width() {
    for width in [120, 80, 40] {
        let polling = WatchSource::Polling { within: Duration::from_secs(12), why: String::new() };
        let late = top(&mut busy(width, "redis://127.0.0.1:7455/5", polling.clone()));
        assert!(late.contains("≤ 12 s late") && !late.contains("live"), "{late}");
        let mut stage = busy(width, "redis://127.0.0.1:7455/5", WatchSource::Files);
        stage.app.settings.read_only = true;
        stage.keys("W");
        let paused = top(&mut stage);
        assert!(paused.contains(" read-only   paused"), "{paused}");
        assert!(paused.contains("/5") && !paused.contains("live"), "{paused}");
        stage.keys("W");
        assert!(!top(&mut stage).contains("paused"));
        let none = WatchSource::None { why: "no right".into() };
        assert!(top(&mut busy(width, "redis://127.0.0.1:7455/5", none)).contains("not live"));
    }
}

#[test]
fn a_lost_connection_does_not_hide_the_target() {
    let long = "rediss-sentinel://crawler@sentinel-one.example:26379,sentinel-two.example:26379/7";
    for (width, label) in [(120, "redis://127.0.0.1:7455/5"), (80, long), (40, long), (24, "~/a")] {
        let mut stage = opened(width, label);
        let down = ConnectionState::Down {
            tries: 12,
            reason: "the server closed it".into(),
            wants_password: false,
        };
        stage.event(Event::Connection(down));
        let line = top(&mut stage);
        let end = &label[label.len() - 3..];
        assert!(line.contains(end) && line.contains("! no connection"), "{width}: {line}");
    }
    // A source that was live before is not said to be live either.
    let mut stage = busy(120, "redis://127.0.0.1:7455/5", WatchSource::SubKeys);
    let down = ConnectionState::Down {
        tries: 1,
        reason: "the server closed it".into(),
        wants_password: false,
    };
    stage.event(Event::Connection(down));
    let line = top(&mut stage);
    assert!(!line.contains("live") && !line.contains("24/s"), "{line}");
    let mut stage = opened(120, "redis://127.0.0.1:7455/5");
    stage.asked.retain(|effect| !matches!(effect, Effect::Read(..)));
    stage.keys("i");
    assert!(stage.frame().contains("Redis 8.2.1 · 0.3 ms"), "{}", stage.frame());
}
