//! A change of one value is kept as a draft, and continued at that value.

use larder::app::{Effect, Event, Layer, Slot};
use larder::edit::LeafEdit;
use larder::edit::draft::Draft;
use larder::model::{Error, ErrorKind, Expect, Write};

use super::drafts::{dropped, found, kept, opened, read_back, wait};
use super::leaf::{line, select};
use super::{JSON, done};
use crate::stage::{Stage, record};

const TEXT: &str = r#"{"price": 1.10,"tags" :["a",  "b"], "n": -0.0}"#;

/// The stage with the cursor on the price.
fn on_price(text: &str) -> Stage {
    let mut stage = opened(text);
    stage.keys("<tab>");
    select(&mut stage);
    stage.keys("j");
    stage
}

/// The draft of what these keys do to the price.
fn draft_of(keys: &str) -> Draft {
    let mut stage = on_price(TEXT);
    stage.keys(keys);
    wait(&mut stage, 500);
    kept(&stage).pop().unwrap()
}

/// Answers the read of the shown record's values.
fn values(stage: &mut Stage) {
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(crate::stage::computed(read))));
}

#[test]
fn what_is_typed_for_a_value_is_kept_half_a_second_later() {
    let mut stage = on_price(TEXT);
    stage.keys("<enter>");
    wait(&mut stage, 600);
    assert!(kept(&stage).is_empty(), "nothing is typed");
    stage.keys("5");
    let due = stage.app.wake().unwrap();
    assert!(due.micros() - stage.app.now.micros() <= 500_000);
    wait(&mut stage, 500);
    let drafts = kept(&stage);
    let [draft] = &drafts[..] else { panic!("{drafts:?}") };
    let place = draft.head.leaf.as_ref().unwrap();
    assert_eq!((place.path.as_str(), &place.edit), ("$.price", &LeafEdit::Value(String::new())));
    assert_eq!(
        (&draft.text.bytes()[..], &draft.base.as_ref().unwrap().value[..]),
        (&b"1.105"[..], TEXT.as_bytes())
    );
    assert_eq!(&read_back(draft), draft, "it is read as it was written");
    // The end of larder hands out the text that was typed last.
    stage.keys("6");
    let last = stage.app.unkept_draft().expect("it was typed and not kept");
    assert_eq!((&last.text.bytes()[..], last.head.id()), (&b"1.1056"[..], draft.head.id()));
    stage.app.ending();
    let told = stage.app.unseen_failure().unwrap();
    assert!(told.contains("page in shop was not saved; a draft of it is kept"), "{told}");
}

#[test]
fn whatever_is_changed_is_kept_until_it_is_stored_or_given_up() {
    for (keys, typed, edit) in [
        ("<enter>5", "1.105", LeafEdit::Value("1.105".into())),
        ("astock: 4", "stock: 4", LeafEdit::Add("stock: 4".into())),
        ("R<ctrl-u>cost", "cost", LeafEdit::Key("cost".into())),
        ("d", "", LeafEdit::Remove),
    ] {
        let mut stage = on_price(TEXT);
        stage.keys(keys);
        wait(&mut stage, 500);
        let draft = kept(&stage).pop().unwrap();
        assert_eq!(
            (&draft.text.bytes()[..], &draft.leaf.as_ref().unwrap().edit),
            (typed.as_bytes(), &edit)
        );
        assert_eq!(read_back(&draft), draft);
        // The change is given up.
        let mut other = on_price(TEXT);
        other.keys(keys);
        wait(&mut other, 500);
        assert!(dropped(&other).is_empty());
        other.keys(if typed.is_empty() { "<esc>" } else { "<esc>y" });
        assert_eq!(dropped(&other), [draft.head.id()], "{keys}");
        // A save that fails, and one that is made.
        stage.keys(if typed.is_empty() { "y" } else { "<enter>" });
        let write = stage.write();
        stage.written(write, Err(Error::new(ErrorKind::Io, "the disk is full")));
        assert!(dropped(&stage).is_empty(), "{keys}: it was not stored");
        stage.keys(if typed.is_empty() { "y" } else { "<enter>" });
        let write = stage.write();
        stage.written(write, Ok(done()));
        assert_eq!(dropped(&stage), [draft.head.id()], "{keys}");
    }
}

#[test]
fn a_draft_of_a_value_is_offered_with_what_it_changes_now_and_gone_on_with_there() {
    let draft = draft_of("<enter><backspace>2");
    let now = TEXT.replace("1.10", "1.30").replace("-0.0", "7");
    let mut stage = opened(&now);
    found(&mut stage, &draft);
    stage.compared();
    let frame = stage.frame();
    let parts =
        ["A draft of page", "The value of $.price, compared with what is there now", "1.30 → 1.12"];
    for part in parts.into_iter().chain(["The record was changed since"]) {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    assert!(!frame.contains("-0.0"), "what the draft does not touch: {frame}");
    stage.keys("<enter>");
    values(&mut stage);
    assert!(stage.app.editor.is_none());
    assert_eq!((stage.app.leaf().unwrap().path().as_str(), line(&stage)), ("$.price", "1.12"));
    // It does not overwrite the present record: the write expects the version that the draft was made from.
    stage.keys("<enter>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.expected, Expect::unchanged(TEXT.into(), JSON.into()));
    stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("page", JSON, &now))).compared();
    stage.keys("m<enter>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, now.replace("1.30", "1.12"));
    stage.written(Write::Set(set), Ok(done()));
    assert_eq!(dropped(&stage), [draft.head.id()]);
}

#[test]
fn what_is_typed_where_a_value_meets_another_change_of_it_is_kept_too() {
    let mut stage = on_price(TEXT);
    stage.keys("<enter><ctrl-u>2<enter>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    let now = TEXT.replace("1.10", "1.30");
    stage.theirs(Some(record("page", JSON, &now))).compared();
    wait(&mut stage, 500);
    assert_eq!(kept(&stage).pop().unwrap().text, "2", "as it meets the other");
    stage.keys("e5");
    wait(&mut stage, 500);
    let draft = kept(&stage).pop().unwrap();
    assert_eq!(draft.text, "52", "as it is typed there");
    // A side is chosen, but not saved yet.
    stage.keys("<ctrl-s>");
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))));
    let mut other = opened(&now);
    found(&mut other, &draft);
    other.compared().keys("<enter>");
    values(&mut other);
    assert_eq!(line(&other), "52");
    // If that is given up, the text in the line is kept again.
    stage.keys("<esc>y");
    wait(&mut stage, 500);
    assert_eq!((line(&stage), &kept(&stage).pop().unwrap().text.bytes()[..]), ("2", &b"2"[..]));
}

#[test]
fn a_value_is_not_changed_before_the_draft_of_its_record_is_looked_at() {
    let draft = draft_of("R<ctrl-u>cost");
    let mut stage = on_price(TEXT);
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("<enter>");
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
    stage.compared();
    assert!(stage.frame().contains("The name of $.price"), "{}", stage.frame());
    // When the draft is thrown away, the cursor is where it was.
    stage.keys("d").keys("y");
    assert_eq!(dropped(&stage), [draft.head.id()]);
    stage.keys("<enter>");
    assert_eq!(line(&stage), "1.10");
    let mut stage = on_price(TEXT);
    stage.keys("jj");
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("<enter>");
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft))));
    stage.compared().keys("<enter>");
    assert_eq!((stage.app.leaf().unwrap().path().as_str(), line(&stage)), ("$.price", "cost"));
}

#[test]
fn a_draft_of_the_whole_record_opens_its_editor_over_the_cursor() {
    let mut typing = opened(TEXT);
    typing.keys("e<down><end><left>5");
    wait(&mut typing, 500);
    let draft = kept(&typing).pop().unwrap();
    let mut stage = on_price(TEXT);
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("<enter>");
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft))));
    stage.compared().keys("<enter>");
    assert!(stage.app.editor.is_some() && stage.app.layers.is_empty());
    stage.keys("<esc>y");
    assert_eq!(stage.app.leaf().unwrap().path(), "$.price", "the cursor comes back");
}

#[test]
fn a_draft_that_is_stored_already_goes_in_silence_and_the_key_does_what_it_does() {
    let draft = draft_of("<enter><backspace>2");
    let mut stage = on_price(&TEXT.replace("1.10", "1.12"));
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("<enter>");
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
    assert_eq!(dropped(&stage), [draft.head.id()]);
    assert_eq!(line(&stage), "1.12");
}

#[test]
fn what_is_no_value_yet_is_kept_and_shown_as_it_was_typed() {
    let draft = draft_of("<enter><ctrl-u>\"half");
    let mut stage = opened(&TEXT.replace("1.10", "1.30"));
    found(&mut stage, &draft);
    stage.compared();
    let frame = stage.frame();
    for part in ["The value of $.price, as far as it was typed", "- 1.10", "+ \"half"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<enter>");
    values(&mut stage);
    assert_eq!(line(&stage), "\"half");
    stage.keys("\"<enter>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, TEXT.replace("1.10", "\"half\""));
}

#[test]
fn a_removal_that_was_not_stored_is_asked_for_again() {
    let draft = draft_of("d");
    let mut stage = opened(TEXT);
    found(&mut stage, &draft);
    stage.compared();
    assert!(stage.frame().contains("Without $.price"), "{}", stage.frame());
    stage.keys("<enter>");
    values(&mut stage);
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
    stage.keys("y");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, TEXT.replace("\"price\": 1.10,", ""));
}

#[test]
fn where_the_value_cannot_be_chosen_the_whole_record_is_edited_and_that_is_said() {
    for (keys, typed) in [("<enter><backspace>2", "1.12"), ("<enter><ctrl-u>half", "half")] {
        let draft = draft_of(keys);
        let mut stage = Stage::new(120, 36);
        stage.connect(vec![crate::stage::store("default", 2), crate::stage::store("shop", 1)]);
        stage.keys("j").open(&[record("page", "text/plain", "no JSON any more")]);
        found(&mut stage, &draft);
        stage.compared().keys("<enter>");
        assert!(stage.notice().contains("the whole record is edited"), "{}", stage.notice());
        assert!(stage.edited().contains(&format!("\"price\": {typed},")), "{}", stage.edited());
        if typed == "1.12" {
            stage.keys("<ctrl-s>");
            let Write::Set(set) = stage.write() else { panic!() };
            assert_eq!(set.value, TEXT.replace("1.10", "1.12"), "the rest is as it was");
            assert_eq!(set.expected, Expect::unchanged(TEXT.into(), JSON.into()));
        }
    }
}

#[test]
fn a_draft_of_a_value_becomes_a_new_record_or_a_file() {
    let draft = draft_of("<enter><backspace>2");
    let mut stage = opened("[9]");
    found(&mut stage, &draft);
    stage.compared().keys("nother<enter><ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!((set.key.escaped().as_str(), set.expected), ("other", Expect::Absent));
    let value: serde_json::Value = serde_json::from_slice(&set.value).unwrap();
    assert_eq!(value["price"], 1.12);
    for (draft, file) in [(draft, "1.12"), (draft_of("d"), r#"{"tags" :["a",  "b"], "n": -0.0}"#)] {
        let mut stage = opened(TEXT);
        found(&mut stage, &draft);
        stage.compared().keys("w<enter>");
        let saved = stage.asked.iter().find_map(|effect| match effect {
            Effect::SaveFile { bytes, .. } => Some(bytes.clone()),
            _ => None,
        });
        assert_eq!(saved.unwrap(), file);
    }
}

#[test]
fn a_value_that_is_being_saved_as_larder_ends_leaves_its_draft_where_that_fails() {
    let quits = |text: &str| {
        let mut stage = on_price(text);
        stage.keys("<enter>5<enter>");
        let write = stage.write();
        wait(&mut stage, 500);
        stage.keys("<ctrl-c>");
        let frame = stage.frame();
        for part in ["is being saved. A draft is kept.", "y quit "] {
            assert!(frame.contains(part), "{part}: {frame}");
        }
        stage.keys("y");
        assert!(dropped(&stage).is_empty(), "it is not stored so far");
        (stage, write)
    };
    let (mut stage, write) = quits(TEXT);
    stage.written(write, Ok(done()));
    assert_eq!((dropped(&stage).len(), stage.app.unseen_failure()), (1, None));
    let (mut stage, write) = quits(TEXT);
    stage.written(write, Err(Error::new(ErrorKind::Io, "the disk is full")));
    assert!(dropped(&stage).is_empty());
    let told = stage.app.unseen_failure().unwrap();
    assert!(told.contains("page in shop was not saved; a draft of it is kept"), "{told}");
}

#[test]
fn quitting_asks_before_what_was_typed_for_a_value_is_given_up() {
    let mut stage = on_price(TEXT);
    stage.keys("<enter>5<ctrl-c>");
    assert!(stage.frame().contains("What was typed for page is not saved"), "{}", stage.frame());
    stage.keys("<esc>");
    assert_eq!(line(&stage), "1.105");
    wait(&mut stage, 500);
    let id = kept(&stage)[0].head.id();
    stage.keys("<ctrl-c>y");
    assert_eq!(dropped(&stage), [id]);
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Quit)));
    let mut stage = on_price(TEXT);
    stage.keys("<enter><ctrl-c>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Quit)), "nothing was typed");
}
