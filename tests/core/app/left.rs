//! Typed text is left as a draft instead of being given up: at the question that would discard it, at the
//! end, and after a save that has met other writes repeatedly.

use larder::app::{Effect, Event, Layer, Settings};
use larder::edit::draft::Draft;
use larder::model::{Error, ErrorKind, Timestamp, Write};

use super::drafts::{dropped, found, kept, opened, wait};
use super::leaf::select;
use super::{JSON, done};
use crate::stage::{Stage, record, store};

const TEXT: &str = r#"{"price": 1.10, "n": 1}"#;

/// Answers that the last draft is kept; gives the draft.
fn keeps(stage: &mut Stage) -> Draft {
    let draft = kept(stage).pop().unwrap();
    stage.event(Event::DraftKept(draft.head.id(), Ok(())));
    draft
}

fn leaves(stage: &Stage) -> bool {
    stage.asked.iter().any(|effect| matches!(effect, Effect::Quit))
}

#[test]
fn what_is_typed_is_kept_for_later_instead_of_discarded() {
    let mut stage = opened("[1]");
    stage.keys("e<down><end>2");
    wait(&mut stage, 500);
    let own = kept(&stage)[0].head.id();
    stage.keys("3<esc>");
    let frame = stage.frame();
    assert!(frame.contains("k keep a draft"), "{frame}");
    stage.keys("k");
    assert!(stage.app.editor.is_some(), "it is not on the disk yet");
    let draft = keeps(&mut stage);
    assert!(std::str::from_utf8(&draft.text.bytes()).unwrap().contains("123"), "{draft:?}");
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
    assert_eq!(stage.notice(), "page kept as draft · e offers it");
    assert_eq!(dropped(&stage), [own], "this larder types in it no longer");
    assert!(stage.frame().contains("✎"), "{}", stage.frame());
    // The draft is offered as soon as its record is edited, and continued.
    found(&mut stage, &draft);
    stage.compared().keys("<enter>");
    assert!(stage.edited().contains("123"));
    // If it is left again, it is the same draft.
    stage.keys("4<esc>k");
    assert_eq!(keeps(&mut stage).head.id(), draft.head.id());
    assert!(!dropped(&stage).contains(&draft.head.id()));
}

#[test]
fn what_cannot_be_kept_stays_where_it_was_typed() {
    let mut stage = opened("[1]");
    stage.keys("e<down><end>2<esc>k");
    let draft = kept(&stage).pop().unwrap();
    stage.event(Event::DraftKept(draft.head.id(), Err("the disk is full".into())));
    assert!(stage.edited().contains("12"));
    let told = "draft not kept: the disk is full; your text is here";
    assert_eq!(stage.notice(), told);
}

#[test]
fn what_is_typed_while_it_is_kept_is_kept_too() {
    let mut stage = opened("[1]");
    stage.keys("e<down><end>2<esc>k");
    let first = kept(&stage).pop().unwrap();
    stage.keys("3");
    stage.event(Event::DraftKept(first.head.id(), Ok(())));
    assert!(stage.app.editor.is_some());
    let draft = keeps(&mut stage);
    assert!(std::str::from_utf8(&draft.text.bytes()).unwrap().contains("123"), "{draft:?}");
    assert!(stage.app.editor.is_none());
}

#[test]
fn the_end_keeps_a_draft_where_that_is_wanted() {
    let mut stage = opened("[1]");
    stage.keys("e<down><end>2<ctrl-c>");
    assert!(stage.frame().contains("k keep a draft"), "{}", stage.frame());
    stage.keys("k");
    assert!(!leaves(&stage), "it is not on the disk yet");
    let draft = keeps(&mut stage);
    assert!(leaves(&stage));
    assert!(!dropped(&stage).contains(&draft.head.id()));
}

#[test]
fn a_value_that_is_typed_alone_is_kept_for_later() {
    let mut stage = opened(TEXT);
    stage.keys("<tab>");
    select(&mut stage);
    stage.keys("je9<esc>");
    assert!(stage.frame().contains("k keep a draft"), "{}", stage.frame());
    stage.keys("k");
    let draft = keeps(&mut stage);
    assert_eq!(draft.text, "1.109");
    assert!(stage.app.layers.iter().all(|layer| matches!(layer, Layer::Leaf(_))));
    assert!(!dropped(&stage).contains(&draft.head.id()));
}

/// A save that has met other writes twice while it was decided.
fn overtaken_twice() -> Stage {
    let mut stage = Stage::with(120, 36, Settings { process: 7, ..Settings::default() });
    stage.app.now = Timestamp::from_micros(10_000_000);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[record("page", JSON, TEXT)]);
    stage.keys("e<down><end><left><backspace>2<ctrl-s>");
    for price in ["1.20", "1.30"] {
        let write = stage.write();
        stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
        let theirs = TEXT.replace("1.10", price);
        stage.theirs(Some(record("page", JSON, theirs))).compared();
        if price == "1.20" {
            assert!(!stage.frame().contains("again"), "{}", stage.frame());
            stage.keys("m<enter>");
        }
    }
    stage
}

#[test]
fn whoever_is_asked_again_and_again_is_told_and_can_leave_with_all_that_was_typed() {
    let mut stage = overtaken_twice();
    let frame = stage.frame();
    for part in ["wrote it again while you decided: once so far", "a as new", "K keep a draft"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("K");
    let draft = keeps(&mut stage);
    assert!(std::str::from_utf8(&draft.text.bytes()).unwrap().contains("1.12"), "{draft:?}");
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
}

#[test]
fn what_meets_others_again_and_again_becomes_a_new_record() {
    let mut stage = overtaken_twice();
    stage.keys("a");
    assert!(stage.app.layers.is_empty());
    stage.keys("mine<ctrl-s>");
    let write = stage.write();
    let Write::Set(set) = &write else { panic!("{write:?}") };
    assert_eq!(set.key.escaped(), "mine");
    assert!(set.value.starts_with(b"{\"price\""), "{set:?}");
    assert!(std::str::from_utf8(&set.value).unwrap().contains("1.12"), "{set:?}");
    stage.written(write, Ok(done()));
    assert!(stage.app.editor.is_none());
}

#[test]
fn theirs_is_seen_while_another_value_is_typed() {
    let mut stage = overtaken_twice();
    stage.keys("e");
    let frame = stage.frame();
    assert!(frame.contains("theirs  1.30"), "{frame}");
}
