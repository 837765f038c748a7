//! Scripts for the core: the crawl as a list that one can enter, read while it is open and no longer.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use larder::app::{
    App, ContentsPage, Effect, Event, FailedBeyond, Help, Layer, Load, Loaded, Pane, Read,
    Settings, Slot, Ticket,
};
use larder::keymap::KeyMap;
use larder::model::{
    Contents, Crawl, Crawler, Error, ErrorKind, OtherStorage, StorageInfo, Timestamp,
};
use larder::theme::{Role, Theme};

use crate::stage::{NOW, Stage, computed, index, record, store};

fn connected() -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 6)]);
    stage
}

/// A stage with the overview open, and the ticket of its read.
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

/// Answers a reading at this second.
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
        assert!(stage.frame().contains("request queue"), "{}", stage.frame());
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
fn names_that_begin_alike_are_told_apart() {
    let months = ["2026-11-africa", "2026-11-europe", "2026-12-europe"];
    let of = |what: &str| months.map(|month| format!("outlet-market-{what}-{month}-of-kitchens"));
    for size in [(200, 50), (120, 36), (80, 24), (40, 10)] {
        let mut stage = Stage::new(size.0, size.1);
        stage.connect(of("snapshots").iter().map(|name| store(name, 2)).collect());
        stage.keys("C");
        let (ticket, _) = stage.take(Slot::Crawl);
        let mut crawl = Crawl::default();
        let named = |name: &String| StorageInfo {
            name: name.as_str().into(),
            pending: Some(5),
            ..StorageInfo::default()
        };
        crawl.queues.rows.extend(of("requests").iter().map(named));
        crawl.datasets.rows.extend(of("products").iter().map(named));
        reads(&mut stage, ticket, 1, Ok(crawl));
        stage.keys("g");
        let mut rows = Vec::new();
        for _ in 0..9 {
            let frame = stage.frame();
            // The pane behind has a cursor too.
            let row = frame.lines().rfind(|line| line.contains('▌')).unwrap();
            let row = row[row.rfind('▌').unwrap()..].to_owned();
            assert!(size.0 < 120 || row.contains("-of-kitchens "), "{frame}");
            assert!(!rows.contains(&row), "{row} twice: {frame}");
            rows.push(row);
            stage.keys("j");
        }
    }
}

/// A page of requests, one of which failed, or of items.
fn page(of: OtherStorage, from: u64, next: Option<u64>) -> Loaded {
    let values = match &of {
        OtherStorage::Queue(_) => vec![
            r#"{"url": "https://shop.example/", "handled_at": null}"#,
            r#"{"url": "https://shop.example/bad", "handled_at": "2026-11-27T15:02:21Z", "retry_count": 3,
                "user_data": {"__crawlee": {"state": 6}}}"#,
        ],
        OtherStorage::Dataset(_) => vec![r#"{"name": "cup", "price": 1.50}"#],
    };
    let values = values.into_iter().map(Into::into).collect();
    let held = Contents { values, total: 43_000, next, left_out: 0 };
    Loaded::Contents(Box::new(ContentsPage::new(of, from, held)))
}

#[test]
fn a_queue_opens_its_requests_the_failed_ones_first_and_a_dataset_its_items() {
    let (mut stage, ticket) = opened();
    reads(&mut stage, ticket, 1, Ok(crawl(10)));
    stage.keys("g<enter>");
    assert!(stage.frame().contains("default · request queue"), "{}", stage.frame());
    let queue = OtherStorage::Queue("default".into());
    let (ticket, read) = stage.take(Slot::Contents);
    assert!(matches!(read, Read::Load(Load::Contents(of, 0)) if of == queue));
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page(queue.clone(), 0, Some(70)))));
    let frame = stage.frame();
    assert!(frame.contains("43,000 requests") && frame.contains("requests 1–2"), "{frame}");
    assert!(frame.contains("1 failed, first"), "{frame}");
    let at = |text: &str| frame.find(text).unwrap_or_else(|| panic!("{text}: {frame}"));
    assert!(at("shop.example/bad") < at("waiting"), "{frame}");
    let bad = r#"{"url": "https://shop.example/far", "handled_at": "x", "user_data": {"__crawlee": {"state": 6}}}"#;
    let beyond = FailedBeyond { failed: vec![bad.into()], looked_at: 40_000 };
    let held = Contents {
        values: vec!["{\"url\": \"u\"}".into()],
        total: 43_000,
        next: Some(70),
        left_out: 0,
    };
    let far = ContentsPage::with_failed(queue.clone(), 0, held, beyond);
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(Loaded::Contents(Box::new(far)))));
    let frame = stage.frame();
    assert!(frame.contains("requests 1–1, 40,000 more looked at · 1 failed, first"), "{frame}");
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page(queue.clone(), 0, Some(70)))));
    stage.keys("<enter>");
    assert!(stage.frame().contains("retry_count  3"), "{}", stage.frame());
    stage.keys("<right>");
    assert!(stage.frame().contains("Row 2 of 2"), "{}", stage.frame());
    stage.keys("<esc>]");
    let (ticket, read) = stage.take(Slot::Contents);
    assert!(matches!(read, Read::Load(Load::Contents(_, 70))));
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page(queue, 70, None))));
    assert!(stage.frame().contains("3–4"), "{}", stage.frame());
    stage.keys("]");
    assert_eq!(stage.notice(), "this is the last page");
    stage.keys("[");
    let (ticket, read) = stage.take(Slot::Contents);
    assert!(matches!(read, Read::Load(Load::Contents(_, 0))));
    let gone = Error::new(ErrorKind::Connection, "the server closed the connection");
    stage.event(Event::Loaded(Slot::Contents, ticket, Err(gone)));
    assert!(stage.frame().contains("closed the connection"), "{}", stage.frame());
    stage.keys("<esc>j<enter>");
    let dataset = OtherStorage::Dataset("products".into());
    let (ticket, _) = stage.take(Slot::Contents);
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page(dataset, 0, None))));
    let frame = stage.frame();
    assert!(frame.contains("43,000 items") && frame.contains("cup    1.50"), "{frame}");
    stage.keys("<esc><esc>");
    assert!(stage.app.layers.is_empty());
}

#[test]
fn requests_of_a_page_are_sorted_and_kept_by_a_column() {
    let (mut stage, ticket) = opened();
    reads(&mut stage, ticket, 1, Ok(crawl(10)));
    stage.keys("g<enter>");
    let queue = OtherStorage::Queue("default".into());
    let (ticket, _) = stage.take(Slot::Contents);
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page(queue.clone(), 0, Some(70)))));
    let urls = |stage: &mut Stage| -> Vec<bool> {
        let frame = stage.frame();
        let rows = frame.lines().filter(|line| line.contains("https://shop.example/"));
        rows.map(|row| row.contains("/bad")).collect()
    };
    let arrange = |stage: &mut Stage| {
        let (ticket, read) = stage.take(Slot::Table);
        stage.event(Event::Loaded(Slot::Table, ticket, Ok(computed(read))));
    };
    assert_eq!(urls(&mut stage), [true, false], "the failed one first");
    let is_url = |stage: &mut Stage| {
        let Some(Layer::Contents(shown)) = stage.app.layer() else { return true };
        shown.table.as_ref().unwrap().words().starts_with("url ")
    };
    while !is_url(&mut stage) {
        stage.keys("l");
    }
    stage.keys("s");
    arrange(&mut stage);
    assert_eq!(urls(&mut stage), [false, true]);
    let frame = stage.frame();
    assert!(frame.contains("1 failed · sorted by url") && frame.contains("url ▲"), "{frame}");
    // The row under the cursor is copied, not the one that was there before.
    stage.keys("Y");
    let copied = stage.asked.iter().find_map(|effect| match effect {
        Effect::Copy { bytes, .. } => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    });
    assert!(copied.as_ref().is_some_and(|row| !row.contains("/bad")), "{copied:?}");
    stage.keys("/bad<enter>");
    arrange(&mut stage);
    assert_eq!(urls(&mut stage), [true]);
    assert!(stage.frame().contains("1 of 2 kept"), "{}", stage.frame());
    stage.keys("x");
    arrange(&mut stage);
    assert_eq!(urls(&mut stage), [true, false]);
    // Another page is shown as it is stored.
    stage.keys("s]");
    let (ticket, _) = stage.take(Slot::Contents);
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page(queue, 70, None))));
    assert!(!stage.frame().contains("sorted"), "{}", stage.frame());
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
    // The numbers of a row: waiting, done, the chart if there is one, the rate and the time of the last
    // change.
    let row = |stage: &mut Stage| -> Vec<String> {
        let frame = stage.frame();
        let row = frame.lines().find(|line| line.contains("request queue ")).unwrap();
        let words: Vec<_> = row.split(['│', '┃', ' ']).filter(|word| !word.is_empty()).collect();
        let words = words.iter().skip_while(|word| **word != "5").map(|word| (*word).to_owned());
        words.collect()
    };
    reads(&mut stage, ticket, 0, Ok(crawl(100)));
    assert_eq!(row(&mut stage), ["5", "100", "—", "—"]);
    for second in 1..=60 {
        reads(&mut stage, ticket, second, Ok(crawl(100 + second.unsigned_abs() * 3)));
    }
    assert_eq!(row(&mut stage), ["5", "280", "████████████", "180", "—"]);
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
    stage.app.layers = vec![Layer::Help(Box::new(Help::new(&stage.app)))];
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
        let mut crawl = crawl(10);
        crawl.queues.rows.extend((0..9).map(|at| StorageInfo {
            name: format!("more-{at}").as_str().into(),
            ..StorageInfo::default()
        }));
        reads(&mut stage, ticket, 2, Ok(crawl));
        stage.keys("g");
        assert!(!stage.frame().contains("products"), "{}", stage.frame());
        stage.keys("Gk");
        assert!(stage.frame().contains("store defau"), "{}", stage.frame());
        stage.keys("k");
        assert!(stage.frame().contains("dataset pro"), "{}", stage.frame());
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

/// The overview with a crawler that has failed requests, a queue, a dataset and the stores; `shop` is open.
fn listed() -> (Stage, Ticket) {
    let mut stage = connected();
    stage.keys("j").open(&[record("a", "text/plain", "1"), record("b", "text/plain", "2")]);
    stage.keys("C");
    let (ticket, _) = stage.take(Slot::Crawl);
    let mut crawl = crawl(10);
    let (finished, failed) = (Some(90), Some(3));
    crawl.crawlers.rows.push(Crawler { finished, failed, ..Crawler::default() });
    crawl.crawlers.total = 1;
    reads(&mut stage, ticket, 1, Ok(crawl));
    stage.asked.clear();
    (stage, ticket)
}

/// The line of the frame under the cursor.
fn under_cursor(stage: &mut Stage) -> String {
    let frame = stage.frame();
    let dialog = frame.lines().skip_while(|line| !line.contains("The crawl"));
    let rows = dialog.filter(|line| line.contains("┃▌"));
    rows.last().unwrap_or_else(|| panic!("no cursor in\n{frame}")).to_owned()
}

fn details(stage: &Stage) -> Vec<(&'static str, String)> {
    match stage.app.layer() {
        Some(Layer::Details(details)) => details.facts.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_cursor_begins_on_the_open_store_and_stays_on_its_row() {
    let (mut stage, ticket) = listed();
    assert!(under_cursor(&mut stage).contains("shop"), "{}", stage.frame());
    stage.keys("g");
    assert!(under_cursor(&mut stage).contains("request queue"), "{}", stage.frame());
    stage.keys("j");
    assert!(under_cursor(&mut stage).contains("products"), "{}", stage.frame());
    let mut more = crawl(11);
    more.queues.rows.push(StorageInfo { name: "later".into(), ..StorageInfo::default() });
    reads(&mut stage, ticket, 2, Ok(more));
    assert!(under_cursor(&mut stage).contains("products"), "{}", stage.frame());
}

#[test]
fn enter_goes_into_a_store_and_the_cursor_of_the_stores_with_it() {
    let (mut stage, _) = listed();
    stage.keys("k");
    assert!(under_cursor(&mut stage).contains("default"), "{}", stage.frame());
    stage.keys("<enter>");
    assert!(stage.app.layers.is_empty());
    assert_eq!(stage.app.keys.store, Some("default".into()));
    assert_eq!(stage.app.stores.current().unwrap().store, "default".into());
    assert_eq!(stage.app.focus, Pane::Keys);
    assert!(is_given_up(&stage), "nobody looks at it any more");
}

#[test]
fn enter_on_the_open_store_leaves_its_keys_as_they_stand() {
    let (mut stage, _) = listed();
    stage.keys("<enter>");
    assert!(stage.app.layers.is_empty());
    assert_eq!((stage.app.focus, stage.app.keys.len()), (Pane::Keys, 2));
    assert!(!stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Keys, ..))));
}

#[test]
fn enter_on_a_crawler_shows_its_statistics_in_the_default_store() {
    let (mut stage, _) = listed();
    stage.keys("gjj");
    assert!(under_cursor(&mut stage).contains("crawler"), "{}", stage.frame());
    stage.keys("<enter>");
    assert_eq!(stage.app.keys.store, Some("default".into()));
    let records = ["A", "__CRAWLER_STATISTICS_0", "z"].map(|key| record(key, "text/plain", "1"));
    // While the walk goes on, the key may still come.
    let (ticket, _) = stage.take(Slot::Keys);
    let some = Loaded::keys(index(&records[..1]), 0.5);
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(some)));
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::keys(index(&records), 1.0))));
    let at = stage.app.keys.current().unwrap().key;
    assert_eq!(at, "__CRAWLER_STATISTICS_0".into());
}

#[test]
fn of_a_queue_and_a_dataset_the_key_of_details_shows_what_is_known() {
    let (mut stage, _) = listed();
    stage.keys("gi");
    let facts = details(&stage);
    let fact = |name| facts.iter().find(|(known, _)| *known == name).unwrap().1.as_str();
    assert_eq!((fact("name"), fact("waiting"), fact("done")), ("default", "5", "10"));
    stage.keys("<esc>ji");
    assert!(details(&stage).contains(&("items", "7".to_owned())));
    stage.keys("<esc>");
    assert!(matches!(stage.app.layer(), Some(Layer::Crawl(_))), "back in the list");
    let (mut stage, _) = listed();
    stage.keys("gjji");
    assert!(details(&stage).contains(&("failed", "3".to_owned())));
}

#[test]
fn failed_requests_lead_to_their_error_pages_in_the_default_store() {
    let (mut stage, _) = listed();
    assert!(stage.frame().contains("f error pages"), "{}", stage.frame());
    stage.keys("f");
    assert!(stage.app.layers.is_empty());
    assert_eq!(stage.app.keys.store, Some("default".into()));
    assert_eq!(stage.app.keys.filter, "ERROR_SNAPSHOT_");
    let pages = ["ERROR_SNAPSHOT_ab.html", "INPUT"].map(|key| record(key, "text/html", "1"));
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&pages), 1.0)));
    while stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Select, ..))) {
        let (ticket, read) = stage.take(Slot::Select);
        stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
    }
    assert_eq!(stage.app.keys.len(), 1, "{}", stage.frame());
    stage.keys("<esc>");
    assert_eq!(stage.app.keys.filter, "");
}

#[test]
fn where_nothing_failed_it_is_said_what_is_not_there() {
    let (mut stage, _) = listed();
    stage.keys("f");
    let keys = [record("INPUT", "application/json", "1")];
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&keys), 1.0)));
    while stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Select, ..))) {
        let (ticket, read) = stage.take(Slot::Select);
        stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
    }
    let frame = stage.frame();
    assert!(frame.contains("no error pages · esc clears"), "{frame}");
    stage.keys("/x");
    while stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Select, ..))) {
        let (ticket, read) = stage.take(Slot::Select);
        stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
    }
    assert!(stage.frame().contains("no matches · esc clears"), "{}", stage.frame());
}

#[test]
fn without_a_default_store_there_are_no_error_pages_to_go_to() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 6), store("other", 6)]);
    stage.keys("C");
    let (ticket, _) = stage.take(Slot::Crawl);
    reads(&mut stage, ticket, 1, Ok(crawl(10)));
    assert!(!stage.frame().contains("error pages"), "{}", stage.frame());
    stage.keys("f");
    assert!(stage.notice().contains("no default store"), "{}", stage.notice());
    assert!(matches!(stage.app.layer(), Some(Layer::Crawl(_))));
}

#[test]
fn failed_requests_stand_out_as_danger() {
    let (mut stage, _) = listed();
    let colours = |name: &str| (name == "COLORTERM").then(|| "truecolor".to_owned());
    let theme = Theme::from_settings("dark", &toml::Table::new(), &colours).unwrap();
    let danger = theme.style(Role::Danger).fg.unwrap();
    let buffer = stage.buffer(theme);
    let failed = buffer.content().iter().filter(|cell| cell.symbol() == "3");
    assert!(failed.into_iter().any(|cell| cell.fg == danger), "{}", stage.frame());
}

#[test]
fn failed_requests_stand_out_as_danger_in_their_queue() {
    let (mut stage, ticket) = opened();
    reads(&mut stage, ticket, 1, Ok(crawl(10)));
    stage.keys("g<enter>");
    let queue = OtherStorage::Queue("default".into());
    let (ticket, _) = stage.take(Slot::Contents);
    stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page(queue, 0, None))));
    stage.keys("j");
    let colours = |name: &str| (name == "COLORTERM").then(|| "truecolor".to_owned());
    let theme = Theme::from_settings("dark", &toml::Table::new(), &colours).unwrap();
    let danger = theme.style(Role::Danger).fg.unwrap();
    let buffer = stage.buffer(theme);
    let lit = buffer.content().iter().filter(|cell| cell.fg == danger);
    let lit: String = lit.map(ratatui::buffer::Cell::symbol).collect();
    assert_eq!(lit.trim(), "failed", "{}", stage.frame());
}

#[test]
fn help_opens_over_the_list() {
    let (mut stage, _) = listed();
    stage.keys("?");
    assert!(matches!(stage.app.layer(), Some(Layer::Help(_))));
    assert_eq!(stage.app.layers.len(), 2);
}

#[test]
fn a_content_type_leads_to_its_records_and_its_key_closes_the_list() {
    let mut stage = connected();
    let all = [
        record("a", "text/plain", "long text"),
        record("b", "image/png", "1"),
        record("c", "text/plain; charset=utf-8", "2"),
        record("d", "", "3"),
    ];
    stage.keys("j").open(&all);
    let count = |stage: &mut Stage| {
        stage.keys("t");
        let (ticket, read) = stage.take(Slot::Totals);
        stage.event(Event::Loaded(Slot::Totals, ticket, Ok(computed(read))));
    };
    count(&mut stage);
    assert!(stage.frame().contains("━"), "a bar for each share: {}", stage.frame());
    stage.keys("t");
    assert!(stage.app.layers.is_empty(), "the same key closes it");
    for (keys, filter, found) in [("", "@=text/plain", "a"), ("G", "@=", "d")] {
        count(&mut stage);
        stage.keys(keys).keys("<enter>");
        assert!(stage.app.layers.is_empty());
        if keys.is_empty() {
            assert_eq!(stage.app.keys.filter, filter);
        }
        let (ticket, read) = stage.take(Slot::Select);
        stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
        assert_eq!(stage.app.keys.len(), 1, "{filter}: {}", stage.frame());
        if keys.is_empty() {
            assert_eq!(stage.app.keys.current().unwrap().key, found.into());
        }
        stage.keys("<esc>");
    }
}
