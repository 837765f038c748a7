//! The comparison of two records, or of a record and a file; a page and its picture.

use std::path::PathBuf;

use larder::app::{Effect, Event, Layer, Load, Loaded, Read, Side, Slot};
use larder::edit::{Diff, TypedValue};
use larder::model::{Error, ErrorKind, Record};

use super::JSON;
use crate::stage::{Stage, computed, record, store};

const HTML: &str = "text/html; charset=utf-8";

fn opened(records: &[Record]) -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", records.len() as u64)]);
    stage.open(records);
    stage
}

/// Answers the comparison that is asked for; gives its sides.
fn compares(stage: &mut Stage, [from, to]: [&str; 2]) -> [Side; 2] {
    let (ticket, read) = stage.take(Slot::Step);
    let Read::Load(Load::Pair(sides)) = read else { panic!("{read:?}") };
    let typed =
        |text: &str| TypedValue { content_type: JSON.into(), value: text.to_owned().into() };
    let diff = Diff::of(Some(&typed(from)), Some(&typed(to)));
    stage.event(Event::Loaded(Slot::Step, ticket, Ok(Loaded::Pair(Box::new(diff)))));
    *sides
}

fn records(keys: [&str; 2]) -> [Side; 2] {
    keys.map(|key| Side::Record("shop".into(), key.into()))
}

#[test]
fn two_marked_records_are_compared() {
    let mut stage = opened(&["a", "b", "c"].map(|key| record(key, JSON, "{}")));
    stage.keys("<space>j<space>");
    assert!(stage.frame().contains("= compare"), "{}", stage.frame());
    stage.keys("=");
    assert!(stage.frame().contains("looking for what is different"));
    let sides = compares(&mut stage, [r#"{"n": 1}"#, r#"{"n": 2}"#]);
    assert_eq!(sides, records(["a", "c"]));
    let frame = stage.frame();
    for part in ["From a to c", "$.n  1 → 2"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<esc>");
    assert!(stage.app.layers.is_empty());
    // The comparison goes from the other record to the one under the cursor.
    stage.keys("g=");
    assert_eq!(compares(&mut stage, ["1", "1"]), records(["c", "a"]));
    assert!(stage.frame().contains("The values are the same."));
    // One marked record, and the one under the cursor.
    stage.keys("<esc><space>=");
    assert_eq!(compares(&mut stage, ["1", "[1 ]"]), records(["c", "b"]));
    stage.keys("<esc><ctrl-a>=");
    assert_eq!(stage.notice(), "two records can be compared; 3 are marked");
}

#[test]
fn a_record_is_compared_with_a_file_and_what_fails_is_told() {
    let mut stage = opened(&[record("page", JSON, "{}")]);
    stage.keys("=");
    assert!(stage.frame().contains("compare with file: page.json"), "{}", stage.frame());
    stage.keys("<ctrl-u>~/old.json<enter>");
    let [record, file] = compares(&mut stage, ["1", "2"]);
    assert_eq!(record, records(["page", "page"])[0]);
    assert_eq!(file, Side::File(PathBuf::from("~/old.json")));
    assert!(stage.frame().contains("From page to the file ~/old.json"), "{}", stage.frame());
    // It works in the pane with the value too.
    stage.keys("<esc><tab>=<enter>");
    let (ticket, _) = stage.take(Slot::Step);
    let why = Error::new(ErrorKind::Io, "the file page.json cannot be read: there is no such file");
    stage.event(Event::Loaded(Slot::Step, ticket, Err(why)));
    assert!(stage.frame().contains("there is no such file"), "{}", stage.frame());
    assert!(matches!(stage.app.layer(), Some(Layer::Compare(_))));
    stage.keys("<esc>=<esc>");
    assert!(stage.app.layers.is_empty());
}

#[test]
fn an_error_page_and_its_picture_lead_to_each_other() {
    let [page, picture] = ["ERROR_SNAPSHOT_ab_Timeout.html", "ERROR_SNAPSHOT_ab_Timeout.jpg"];
    let mut stage = opened(&[
        record(page, HTML, "<h1>Timeout</h1>"),
        record(picture, "image/jpeg", "?"),
        record("INPUT", JSON, "{}"),
        // These are the records of Crawlee for JavaScript without a browser: the page has no ending.
        record("SEEN", HTML, "<p>"),
        record("SEEN.png", "image/png", "?"),
    ]);
    let current = |stage: &Stage| stage.app.keys.current().unwrap().key.escaped();
    assert!(stage.frame().contains("B picture"), "{}", stage.frame());
    stage.keys("B");
    assert_eq!(current(&stage), picture);
    assert!(stage.frame().contains("B page"), "{}", stage.frame());
    stage.keys("B");
    assert_eq!(current(&stage), page);
    // From the pane with the value, the focus stays there.
    stage.keys("<tab>B");
    assert_eq!(current(&stage), picture);
    assert_eq!(stage.app.focus, larder::app::Pane::Record);
    stage.keys("<shift-tab>jB");
    assert_eq!(stage.notice(), "this is neither a page nor a picture");
    stage.keys("jB");
    assert_eq!(current(&stage), "SEEN.png");
    stage.keys("B");
    assert_eq!(current(&stage), "SEEN");
}

#[test]
fn the_other_one_is_shown_where_a_filter_hides_it() {
    let mut stage = opened(&[record("a.html", HTML, "<p>"), record("a.jpg", "image/jpeg", "?")]);
    stage.keys("/html<enter>");
    while stage.asked.iter().any(|it| matches!(it, Effect::Read(Slot::Select, ..))) {
        let (ticket, read) = stage.take(Slot::Select);
        stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
    }
    assert_eq!(stage.app.keys.len(), 1);
    stage.keys("B");
    assert_eq!(stage.app.keys.len(), 2);
    assert_eq!(stage.app.keys.current().unwrap().key, "a.jpg".into());
    assert!(stage.notice().starts_with("all keys are shown"), "{}", stage.notice());
    // A picture that was removed since cannot be gone to.
    let mut stage = opened(&[record("a.html", HTML, "<p>"), record("b.jpg", "image/jpeg", "?")]);
    stage.keys("B");
    assert_eq!(stage.notice(), "no picture has the name of this page");
}
