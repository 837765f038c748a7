//! Scripts for the core: the rest of the crawl, read while one looks at it and not longer.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use larder::app::{App, Effect, Event, Help, Layer, Load, Loaded, Read, Settings, Slot, Ticket};
use larder::keymap::KeyMap;
use larder::model::{Crawl, Error, ErrorKind, StorageInfo, Timestamp};

use crate::stage::{NOW, Stage, record, store};

fn connected() -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 6)]);
    stage
}

/// With the overview open, and the ticket of its read.
fn opened() -> (Stage, Ticket) {
    let mut stage = connected();
    stage.keys("C");
    let (ticket, read) = stage.take(Slot::Crawl);
    assert!(matches!(read, Read::Load(Load::Crawl)));
    (stage, ticket)
}

fn crawl(handled: u64) -> Crawl {
    let mut crawl = Crawl::default();
    let name = "default".into();
    let (pending, handled) = (Some(5), Some(handled));
    let queue = StorageInfo { name, pending, handled, ..StorageInfo::default() };
    crawl.queues.rows.push(queue);
    crawl.queues.total = 1;
    let name = "products".into();
    let dataset = StorageInfo { name, items: Some(7), ..StorageInfo::default() };
    crawl.datasets.rows.push(dataset);
    crawl.datasets.total = 1;
    crawl
}

/// A reading comes at this second.
fn reads(stage: &mut Stage, ticket: Ticket, second: i64, result: Result<Crawl, Error>) {
    stage.app.now = Timestamp::from_micros(NOW + (second - 60) * 1_000_000);
    let loaded = result.map(|crawl| Loaded::Crawl(Arc::new(crawl)));
    stage.event(Event::Loaded(Slot::Crawl, ticket, loaded));
}

fn is_given_up(stage: &Stage) -> bool {
    stage.asked.iter().any(|effect| matches!(effect, Effect::Cancel(Slot::Crawl)))
}

#[test]
fn it_is_read_while_one_looks_at_it_and_not_longer() {
    for close in ["<esc>", "q", "C"] {
        let (mut stage, ticket) = opened();
        assert!(stage.frame().contains("reading…"));
        reads(&mut stage, ticket, 1, Ok(crawl(10)));
        assert!(stage.frame().contains("Request queues 1"), "{}", stage.frame());
        reads(&mut stage, ticket, 2, Ok(crawl(1234)));
        assert!(stage.frame().contains("1,234"), "{}", stage.frame());
        assert!(!is_given_up(&stage));
        stage.keys(close);
        assert!(stage.app.layers.is_empty() && is_given_up(&stage), "{close}");
        let before = stage.asked.len();
        reads(&mut stage, ticket, 3, Ok(crawl(20)));
        assert!(stage.app.layers.is_empty());
        assert_eq!(stage.asked.len(), before, "a late reading is nobody's");
    }
}

#[test]
fn nothing_wakes_the_program_for_it() {
    let (mut stage, ticket) = opened();
    reads(&mut stage, ticket, 1, Ok(crawl(10)));
    assert_eq!(stage.app.wake(), None, "the readings come by themselves");
    stage.keys("<esc>");
    assert_eq!(stage.app.wake(), None);
}

#[test]
fn the_rate_of_a_queue_comes_from_what_was_handled_lately() {
    let (mut stage, ticket) = opened();
    // Pending, handled, and at the end the rate and the time of the last change.
    let row = |stage: &mut Stage| -> Vec<String> {
        let frame = stage.frame();
        let row = frame.lines().find(|line| line.contains("│ default")).unwrap();
        let words: Vec<_> = row.split(['│', ' ']).filter(|word| !word.is_empty()).collect();
        let words = words.iter().skip_while(|word| **word != "5").map(|word| (*word).to_owned());
        words.collect()
    };
    reads(&mut stage, ticket, 0, Ok(crawl(100)));
    assert_eq!(row(&mut stage), ["5", "100", "—", "—", "—"]);
    for second in 1..=60 {
        reads(&mut stage, ticket, second, Ok(crawl(100 + second.unsigned_abs() * 3)));
    }
    assert_eq!(row(&mut stage), ["5", "280", "—", "180", "—"]);
}

#[test]
fn a_failure_is_told_and_what_was_read_stays() {
    let (mut stage, ticket) = opened();
    reads(&mut stage, ticket, 1, Ok(crawl(1234)));
    let error = Error::new(ErrorKind::Connection, "the server closed the connection");
    reads(&mut stage, ticket, 2, Err(error));
    let frame = stage.frame();
    assert!(frame.contains("closed the connection") && frame.contains("1,234"), "{frame}");
    assert!(stage.app.notice.is_none(), "told in its place");
    reads(&mut stage, ticket, 3, Ok(crawl(1300)));
    let frame = stage.frame();
    assert!(!frame.contains("closed the connection") && frame.contains("1,300"), "{frame}");
}

#[test]
fn before_there_is_a_connection_there_is_nothing_to_look_at() {
    let mut stage = Stage::new(120, 36);
    stage.keys("C");
    assert!(stage.app.layers.is_empty());
    assert!(stage.notice().contains("connected"), "{}", stage.notice());
    let reads = |effect: &Effect| matches!(effect, Effect::Read(Slot::Crawl, ..));
    assert!(!stage.asked.iter().any(reads));
}

#[test]
fn a_dialog_that_takes_its_place_ends_the_readings() {
    let (mut stage, ticket) = opened();
    stage.app.layers = vec![Layer::Help(Help::default())];
    reads(&mut stage, ticket, 1, Ok(crawl(10)));
    assert!(is_given_up(&stage));
}

#[test]
fn nothing_can_be_changed_from_there() {
    let mut stage = connected();
    stage.keys("j").open(&[record("a", "text/plain", "1")]).keys("C");
    stage.asked.clear();
    stage.keys("dyePDnEw<del><enter>y<space>");
    assert!(matches!(stage.app.layer(), Some(Layer::Crawl(_))), "{:?}", stage.app.layer());
    assert!(stage.asked.is_empty(), "{:?}", stage.asked);
}

#[test]
fn it_opens_from_every_pane_and_is_scrolled() {
    let mut stage = Stage::new(40, 10);
    stage.connect(vec![store("default", 2), store("shop", 6)]);
    stage.keys("j").open(&[record("a", "text/plain", "1")]);
    for pane in ["", "<tab>", "<tab>"] {
        stage.keys(pane).keys("C");
        let (ticket, _) = stage.take(Slot::Crawl);
        reads(&mut stage, ticket, 1, Ok(crawl(10)));
        assert!(!stage.frame().contains("products"), "{}", stage.frame());
        stage.keys("G");
        assert!(stage.frame().contains("products"), "{}", stage.frame());
        stage.keys("C");
    }
}

#[test]
fn the_key_that_the_user_chose_opens_and_closes_it() {
    let keys: toml::Table = "[global]\ncrawl = \"X\"".parse().unwrap();
    let keymap = Arc::new(KeyMap::with_overrides(&keys).unwrap());
    let mut stage = connected();
    stage.app = App::new(Settings::default(), keymap, (120, 36));
    stage.connect(vec![store("default", 2), store("shop", 6)]);
    stage.keys("C");
    assert!(stage.app.layers.is_empty());
    stage.keys("X");
    assert!(matches!(stage.app.layer(), Some(Layer::Crawl(_))));
    stage.keys("X");
    assert!(stage.app.layers.is_empty());
}
