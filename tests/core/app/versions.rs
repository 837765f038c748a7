//! Versions of a record that were seen while it was open.

use larder::app::{Effect, Event, Layer, Slot};
use larder::model::{Timestamp, WatchEvent};
use larder::theme::Theme;

use super::JSON;
use crate::stage::{NOW, Stage, computed, record, store};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(NOW + seconds * 1_000_000)
}

fn on(text: &str) -> Stage {
    of_type(JSON, text)
}

fn of_type(content_type: &str, text: &str) -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.app.now = at(0);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("a", content_type, text)]);
    stage.keys("<tab>");
    stage
}

/// Reads the record again, this number of seconds later, and compares it with the former version.
fn reads(stage: &mut Stage, seconds: i64, text: &str) {
    stage.app.now = at(seconds);
    let content_type = stage.app.record.meta().unwrap().content_type.clone();
    let record = record("a", content_type.as_str(), text);
    let set = vec![record.meta.clone()];
    stage.noticed(WatchEvent::Records { set, removed: Vec::new() });
    stage.show(&[record]);
    let asks = |effect: &Effect| matches!(effect, Effect::Read(Slot::Changed, ..));
    if stage.asked.iter().any(asks) {
        let (ticket, read) = stage.take(Slot::Changed);
        stage.event(Event::Loaded(Slot::Changed, ticket, Ok(computed(read))));
    }
}

/// Answers the comparison that the dialog asks for.
fn compares(stage: &mut Stage) {
    let asks = |effect: &Effect| matches!(effect, Effect::Read(Slot::Step, ..));
    assert!(stage.asked.iter().any(asks));
    while stage.asked.iter().any(asks) {
        let (ticket, read) = stage.take(Slot::Step);
        stage.event(Event::Loaded(Slot::Step, ticket, Ok(computed(read))));
    }
}

#[test]
fn what_changed_is_lit_for_some_seconds_and_told_after() {
    let mut stage = on(r#"{"page": 7, "ok": true}"#);
    reads(&mut stage, 1, r#"{"page": 7, "ok": true}"#);
    assert!(!stage.frame().contains("changed at"), "the same is no change");
    reads(&mut stage, 2, r#"{"page": 8, "ok": true, "new": []}"#);
    let time = larder::text::clock(at(2).micros());
    assert!(stage.frame().contains(&format!("2 values changed at {time}")), "{}", stage.frame());
    let versions = &stage.app.record.versions;
    let lit = versions.lit(at(2), false).unwrap();
    let shown = stage.app.record.preview().unwrap().shown().clone();
    let lit: Vec<_> = (0..lit.len()).map(|at| shown.slice(lit.get(at).unwrap())).collect();
    assert_eq!(lit, [&b"\"page\": 8"[..], b"\"new\": []"]);
    assert!(stage.app.wake().is_some_and(|wake| wake <= at(5)), "then they are lit no more");
    assert!(stage.app.record.versions.lit(at(5), false).is_none());
    stage.app.now = at(9);
    assert!(stage.frame().contains("2 values changed at"), "the border still tells");
}

#[test]
fn versions_are_gone_through_and_compared() {
    let mut stage = on("1");
    stage.keys("H");
    assert_eq!(stage.notice(), "not changed since it was opened");
    for number in 2..5 {
        reads(&mut stage, number, &number.to_string());
    }
    stage.keys("H");
    assert!(stage.frame().contains("Version 4 of 4"));
    assert!(stage.frame().contains("looking for what is different"));
    compares(&mut stage);
    let frame = stage.frame();
    assert!(frame.contains("3 → 4"), "{frame}");
    stage.keys("[");
    compares(&mut stage);
    assert!(stage.frame().contains("Version 3 of 4"));
    // From the third one, which is marked, to the first: the older one is on the left.
    stage.keys("<space>");
    let frame = stage.frame();
    assert!(frame.contains("The others are compared with this one; →"), "{frame}");
    assert!(!frame.contains("Nothing is changed"), "{frame}");
    stage.keys("[[[");
    compares(&mut stage);
    let frame = stage.frame();
    assert!(frame.contains("Versions 1 and 3 of 4") && frame.contains("1 → 3"), "{frame}");
    stage.keys("]]]]");
    compares(&mut stage);
    assert!(stage.frame().contains("Versions 3 and 4 of 4") && stage.frame().contains("3 → 4"));
    assert!(matches!(stage.app.layer(), Some(Layer::Versions(_))));
    stage.keys("<esc>");
    assert!(stage.app.layer().is_none());
}

#[test]
fn a_version_that_comes_while_the_last_one_is_looked_at_is_looked_at() {
    let mut stage = on("1");
    reads(&mut stage, 1, "2");
    stage.keys("H");
    compares(&mut stage);
    assert!(stage.frame().contains("Version 2 of 2"));
    reads(&mut stage, 2, "3");
    let frame = stage.frame();
    assert!(frame.contains("Version 3 of 3") && frame.contains("2 → 3"), "{frame}");
    // The number of the version that is looked at stays.
    stage.keys("[");
    compares(&mut stage);
    reads(&mut stage, 3, "4");
    let frame = stage.frame();
    assert!(frame.contains("Version 2 of 4") && frame.contains("1 → 2"), "{frame}");
}

#[test]
fn lines_that_changed_are_lit_in_a_page_that_is_shown_as_text() {
    let page = |word: &str| {
        let first = "<!doctype html><title>T</title><p>The first words, to be read.</p>";
        format!("{first}<p>{word} words of a page.</p><p>The end of it.</p>")
    };
    let mut stage = of_type("text/html", &page("Some"));
    reads(&mut stage, 2, &page("Other"));
    assert!(stage.frame().contains("1 line changed at"), "{}", stage.frame());
    let colours = |name: &str| (name == "COLORTERM").then(|| "truecolor".to_owned());
    let theme = Theme::from_settings("dark", &toml::Table::new(), &colours).unwrap();
    let buffer = stage.buffer(theme);
    let marked = buffer.content().iter().filter(|cell| cell.bg != ratatui::style::Color::Reset);
    let lit: String = marked.map(ratatui::buffer::Cell::symbol).collect();
    assert!(lit.contains("Other words of a page."), "{lit}");
    assert!(!lit.contains("The first words"), "{lit}");
    assert!(stage.app.record.versions.lit_in_text(at(6)).is_none(), "for some seconds");
}
