//! What a save changes is shown against what is there when it is made, not against what was read.

use larder::app::{Effect, Event, Layer, Load, Loaded, Read, Settings, Slot};
use larder::edit::TypedValue;
use larder::model::{Error, ErrorKind, Expect, Record, RecordMeta, SetValue, WatchEvent, Write};

use super::{JSON, done};
use crate::stage::{Stage, computed, record, store};

const TEXT: &str = r#"{"price": 1.10, "n": 1E5, "tags": ["a", "b"]}"#;

fn page(value: &str) -> Record {
    record("page", JSON, value)
}

/// An edit of the price, whose save is asked for.
fn edited() -> Stage {
    let settings = Settings { review_saves: true, ..Settings::default() };
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[page(TEXT)]);
    stage.keys("e<down><end><left><backspace>2<ctrl-s>");
    stage
}

/// Answers the look at what is there now.
fn looked(stage: &mut Stage, now: Option<&str>) {
    let (ticket, Read::Load(Load::Review(look))) = stage.take(Slot::Saving) else { panic!() };
    let now = now.map(|now| TypedValue::from(&page(now)));
    let found = Loaded::Reviewed(Box::new(look.over(now)));
    stage.event(Event::Loaded(Slot::Saving, ticket, Ok(found)));
}

fn looks(stage: &Stage) -> usize {
    let look = |effect: &&Effect| matches!(effect, Effect::Read(_, _, Read::Load(Load::Review(_))));
    stage.asked.iter().filter(look).count()
}

fn set(stage: &mut Stage) -> SetValue {
    let Write::Set(set) = stage.write() else { panic!() };
    set
}

fn written_by_someone(stage: &mut Stage) {
    let meta = RecordMeta { size: 9, ..page(TEXT).meta };
    stage.noticed(WatchEvent::Records { set: vec![meta], removed: Vec::new() });
}

#[test]
fn a_save_is_shown_against_what_someone_else_wrote_meanwhile() {
    let mut stage = edited();
    let now = TEXT.replace("1E5", "2E5").replace("\"b\"", "\"b\", \"c\"");
    looked(&mut stage, Some(&now));
    let frame = stage.frame();
    for part in
        ["$.price  1.10 → 1.12", "Someone else changed $.n, $.tags", "50 B, application/json"]
    {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    assert!(!frame.contains("2E5 → 1E5") && !frame.contains("1E5 → 2E5"), "{frame}");
    stage.keys("<enter>");
    let set = set(&mut stage);
    assert_eq!(set.value, now.replace("1.10", "1.12"));
    assert_eq!(set.expected, Expect::unchanged(now.into(), JSON.into()));
    stage.written(Write::Set(set), Ok(done()));
    assert_eq!(stage.notice(), "saved page, merged with theirs: $.n, $.tags");
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
}

#[test]
fn the_same_place_is_decided_before_anything_is_saved() {
    let mut stage = edited();
    looked(&mut stage, Some(&TEXT.replace("1.10", "1.30")));
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))), "{}", stage.frame());
    stage.keys("m<enter>");
    let set = set(&mut stage);
    assert_eq!(set.value, TEXT.replace("1.10", "1.12"));
    assert_eq!(set.expected, Expect::unchanged(TEXT.replace("1.10", "1.30").into(), JSON.into()));
    stage.written(Write::Set(set), Ok(done()));
    assert_eq!(stage.notice(), "saved page, merged with theirs");
}

#[test]
fn a_save_that_is_stored_already_or_whose_record_is_gone_is_told() {
    let mut stage = edited();
    looked(&mut stage, Some(&TEXT.replace("1.10", "1.12")));
    assert!(stage.app.layers.is_empty() && stage.app.editor.is_none());
    assert_eq!(stage.notice(), "someone else has stored the very same");
    let mut stage = edited();
    looked(&mut stage, None);
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))), "{}", stage.frame());
    assert!(stage.app.editor.is_some());
}

#[test]
fn what_is_written_while_a_save_is_shown_is_looked_at() {
    let mut stage = edited();
    looked(&mut stage, Some(TEXT));
    assert!(!stage.frame().contains("Someone else"), "{}", stage.frame());
    written_by_someone(&mut stage);
    // However often it is written meanwhile, one look follows the other.
    written_by_someone(&mut stage);
    assert_eq!(looks(&stage), 1);
    looked(&mut stage, Some(&TEXT.replace("1E5", "2E5")));
    assert!(stage.frame().contains("Someone else changed $.n"), "{}", stage.frame());
    assert_eq!(looks(&stage), 1);
    // It is as it was read again.
    looked(&mut stage, Some(TEXT));
    assert!(!stage.frame().contains("Someone else"), "{}", stage.frame());
    assert_eq!(looks(&stage), 0);
    stage.keys("<enter>");
    let set = set(&mut stage);
    assert_eq!(set.expected, Expect::unchanged(TEXT.into(), JSON.into()));
    stage.written(Write::Set(set), Ok(done()));
    assert!(!stage.notice().contains("merged"), "{}", stage.notice());
}

#[test]
fn what_is_there_now_and_cannot_be_read_is_said() {
    let mut stage = edited();
    let (ticket, _) = stage.take(Slot::Saving);
    let lost = Error::new(ErrorKind::Timeout, "no answer within 5 s");
    stage.event(Event::Loaded(Slot::Saving, ticket, Err(lost)));
    stage.compared();
    let frame = stage.frame();
    for part in ["$.price  1.10 → 1.12", "what is there now is not known: no answer"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<enter>");
    assert_eq!(set(&mut stage).expected, Expect::unchanged(TEXT.into(), JSON.into()));
}

#[test]
fn an_edit_of_one_value_is_shown_against_what_is_there_now() {
    let settings = Settings { review_saves: true, ..Settings::default() };
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[page(TEXT)]);
    stage.keys("<tab><enter>");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    stage.keys("je<backspace>5<enter>");
    looked(&mut stage, Some(&TEXT.replace("1E5", "2E5")));
    assert!(stage.frame().contains("$.price  1.10 → 1.15"), "{}", stage.frame());
    assert!(stage.frame().contains("Someone else changed $.n"), "{}", stage.frame());
    stage.keys("<enter>");
    assert_eq!(set(&mut stage).value, TEXT.replace("1E5", "2E5").replace("1.10", "1.15"));
}
