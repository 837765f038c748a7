//! The right side shows the thing under the cursor: a store, a group of keys, or a record.

use crossterm::event::{MouseButton, MouseEventKind};
use larder::app::{Effect, Event, Load, Loaded, Read, Slot, Summary};
use larder::model::{Error, ErrorKind, KeyPage, Record, StoreName, Timestamp, WatchEvent};
use larder::view::{links, seen_rows};

use crate::stage::{NOW, Stage, computed, index, record, store};

use super::mouse::pointed;
use super::{JSON, shop};

fn three() -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.app.now = Timestamp::from_micros(NOW);
    stage.connect(vec![store("a", 3), store("b", 900), store("c", 3)]);
    stage
}

/// The stores whose first keys are asked for.
fn asked(stage: &Stage) -> Vec<String> {
    let asked = stage.asked.iter().filter_map(|effect| match effect {
        Effect::Read(Slot::Summary, _, Read::Load(Load::Summary(store))) => Some(store.escaped()),
        _ => None,
    });
    asked.collect()
}

fn held(name: &str, records: &[Record], share: f32) -> Loaded {
    let mut page = KeyPage::default();
    for record in records {
        page.push_meta(&record.meta);
    }
    page.progress = share;
    Loaded::Summary(Box::new(Summary::of_page(StoreName::from(name), &page)))
}

fn rest(stage: &mut Stage) -> &mut Stage {
    let due = stage.app.wake().unwrap();
    assert!(due.micros() - stage.app.now.micros() >= 80_000, "it rests first");
    stage.app.now = due;
    stage.event(Event::Time)
}

#[test]
fn at_the_start_the_first_store_is_shown_at_once() {
    let mut stage = three();
    assert_eq!(asked(&stage), ["a"]);
    stage.answer(Slot::Summary, Ok(held("a", &shop(), 1.0)));
    let frame = stage.frame();
    for part in ["a · 3 records", "a   ", "json", "┬ Store ", "records  3", "size     29 B"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
}

#[test]
fn a_click_on_a_key_that_is_shown_opens_its_store_there() {
    let mut stage = three();
    stage.answer(Slot::Summary, Ok(held("a", &shop(), 1.0)));
    let frame = stage.frame();
    let row = frame.lines().position(|line| line.contains("   c  ")).unwrap();
    let keys = stage.app.layout().keys.unwrap();
    let kind = MouseEventKind::Down(MouseButton::Left);
    let event = pointed(&stage, kind, keys.x + 5, u16::try_from(row).unwrap());
    stage.event(event);
    assert_eq!(stage.app.keys.store, Some("a".into()));
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    let at = stage.app.keys.current().map(|meta| meta.key);
    assert_eq!(at, Some("c".into()), "{}", stage.frame());
}

#[test]
fn a_store_is_read_once_the_cursor_has_rested_on_it() {
    let mut stage = three();
    stage.answer(Slot::Summary, Ok(held("a", &shop(), 1.0)));
    stage.keys("j");
    assert_eq!(asked(&stage), Vec::<String>::new(), "not before it rests");
    assert!(stage.frame().contains("a · 3 records"), "what was shown stays till then");
    stage.app.now = Timestamp::from_micros(NOW + 40_000);
    stage.keys("j");
    rest(&mut stage);
    assert_eq!(asked(&stage), ["c"], "one page for a rest, and none for what it passed");
    stage.keys("k");
    let (ticket, _) = stage.take(Slot::Summary);
    stage.event(Event::Loaded(Slot::Summary, ticket, Ok(held("c", &shop(), 1.0))));
    assert!(!stage.frame().contains("c · 3 records"), "the cursor has moved on: {}", stage.frame());
    rest(&mut stage);
    stage.answer(Slot::Summary, Ok(held("b", &shop(), 0.01)));
    let frame = stage.frame();
    assert!(frame.contains("b · 900 records") && frame.contains("3 of 900 keys"), "{frame}");
    // A summary that was seen before is shown at once, and not read again while the store is the same.
    stage.keys("k");
    assert!(stage.frame().contains("a · 3 records"));
    assert_eq!((asked(&stage), stage.app.wake()), (Vec::new(), None));
}

#[test]
fn moving_over_stores_wipes_nothing_of_the_open_one() {
    let mut stage = three();
    stage.answer(Slot::Summary, Ok(held("a", &shop(), 1.0)));
    stage.open(&shop()).keys("j").show(&shop());
    let before = stage.frame();
    stage.keys("<tab><tab>");
    stage.keys("j");
    rest(&mut stage).answer(Slot::Summary, Ok(held("b", &shop(), 0.01)));
    assert!(stage.frame().contains("b · 900 records"));
    let asked_before = stage.asked.len();
    stage.keys("k<tab>");
    assert_eq!(stage.frame(), before);
    assert_eq!(stage.asked.len(), asked_before, "nothing is read again: {:?}", stage.asked);
}

/// A link that is laid over the cells of a value belongs to that value alone.
#[test]
fn a_link_of_a_value_goes_where_something_else_is_shown_in_its_place() {
    let mut stage = three();
    stage.answer(Slot::Summary, Ok(held("a", &shop(), 1.0)));
    stage.open(&[record("a", "text/plain", "see https://shop.example/page/42 and more")]);
    let urls = |stage: &Stage| {
        let links = links(&stage.app, &seen_rows(&stage.app)).into_iter();
        links.map(|link| link.url).collect::<Vec<_>>()
    };
    assert_eq!(urls(&stage), ["https://shop.example/page/42"]);
    stage.keys("<tab><tab>j");
    rest(&mut stage).answer(Slot::Summary, Ok(held("b", &shop(), 0.01)));
    assert!(!stage.frame().contains("shop.example"), "{}", stage.frame());
    assert_eq!(urls(&stage), [""; 0]);
    stage.keys("k");
    assert_eq!(urls(&stage), ["https://shop.example/page/42"]);
}

#[test]
fn the_first_keys_stay_while_a_store_is_opened() {
    let mut stage = three();
    stage.answer(Slot::Summary, Ok(held("a", &shop(), 1.0)));
    stage.keys("<enter>");
    let frame = stage.frame();
    assert!(frame.contains("json") && !frame.contains("loading"), "{frame}");
}

#[test]
fn why_a_store_cannot_be_read_is_said_in_its_place() {
    let mut stage = three();
    stage.answer(Slot::Summary, Err(Error::new(ErrorKind::Permission, "no rights to read it")));
    assert!(stage.frame().contains("no rights to read it"), "{}", stage.frame());
    stage.keys("r");
    assert_eq!(asked(&stage), ["a"], "it is tried again");
}

#[test]
fn nothing_is_read_where_nothing_of_it_is_seen() {
    let mut stage = Stage::new(40, 10);
    stage.connect(vec![store("a", 3), store("b", 900)]);
    stage.keys("j");
    assert_eq!((asked(&stage), stage.app.wake()), (Vec::new(), None));
}

#[test]
fn a_group_under_the_cursor_is_shown_on_the_right() {
    let mut records: Vec<_> = (0..40).map(|n| record(&format!("page-{n:03}"), JSON, "1")).collect();
    records.extend((0..5).map(|n| record(&format!("shot-{n}"), "image/png", "123")));
    let mut stage = three();
    stage.answer(Slot::Summary, Ok(held("a", &records, 1.0)));
    stage.open(&records);
    stage.keys("c");
    let (ticket, read) = stage.take(Slot::Groups);
    stage.event(Event::Loaded(Slot::Groups, ticket, Ok(computed(read))));
    let answer = |stage: &mut Stage| {
        let (ticket, read) = stage.take(Slot::Summary);
        stage.event(Event::Loaded(Slot::Summary, ticket, Ok(computed(read))));
    };
    answer(&mut stage);
    let right = |stage: &mut Stage| {
        let frame = stage.frame();
        frame
            .lines()
            .filter_map(|line| line.rsplit(['┃', '┱']).next().map(str::to_owned))
            .collect::<String>()
    };
    let shown = right(&mut stage);
    for part in ["page-…", "records  40", "size     40 B", "page-000", "json"] {
        assert!(shown.contains(part), "{part}: {}", stage.frame());
    }
    stage.keys("j");
    answer(&mut stage);
    let shown = right(&mut stage);
    assert!(
        shown.contains("shot-…") && shown.contains("png") && !shown.contains("page-"),
        "{shown}"
    );
    // On a wide screen, numbers stand close to the keys, and below those of the types.
    stage.event(Event::Resize(200, 50));
    let frame = stage.frame();
    let end_of = |part: &str, size: &str| {
        let row = frame.lines().find(|line| line.contains(part) && line.contains(size));
        let row = row.unwrap_or_else(|| panic!("{part}: {frame}"));
        row.rfind(size).map(|at| row[..at].chars().count())
    };
    assert_eq!(end_of("png        ", "15 B"), end_of("shot-0 ", " 3 B"), "{frame}");
}

#[test]
fn what_has_gone_from_the_store_under_the_cursor_is_not_shown() {
    let mut stage = three();
    stage.answer(Slot::Summary, Ok(held("a", &shop(), 1.0)));
    stage.keys("j");
    rest(&mut stage).answer(Slot::Summary, Ok(held("b", &shop(), 0.01)));
    let holds = |stage: &mut Stage, records| {
        stage.noticed(WatchEvent::Store(store("b", records)));
    };
    let passes = |stage: &mut Stage| {
        stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 2_000_000);
        stage.event(Event::Time);
    };
    // The first of many keys stay while more come.
    holds(&mut stage, 950);
    passes(&mut stage);
    assert_eq!(asked(&stage), Vec::<String>::new());
    holds(&mut stage, 0);
    passes(&mut stage);
    assert_eq!(asked(&stage), ["b"]);
    stage.answer(Slot::Summary, Ok(held("b", &[], 1.0)));
    let now = stage.app.now;
    let frame = stage.frame();
    stage.app.now = now;
    assert!(frame.contains("b · 0 records") && !frame.contains(" json "), "{frame}");
    // What tells of all records tells of new ones, once a second at most.
    holds(&mut stage, 2);
    assert_eq!(asked(&stage), Vec::<String>::new());
    passes(&mut stage);
    assert_eq!(asked(&stage), ["b"]);
}
