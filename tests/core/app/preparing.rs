//! Much text is made ready to be saved off the loop: the screen stays alive, and the user can stop it.

use larder::app::{Compute, Effect, Event, Layer, Loaded, Read, Settings, Slot};
use larder::model::{Expect, SetValue, Write};

use super::JSON;
use crate::stage::{Stage, computed, record, store};

/// A value so large that its save is not made in the loop.
fn much() -> String {
    format!("[{}0]", r#"{"price": 1.10, "n":1E5}, "#.repeat(4000))
}

fn editing(content_type: &str, text: &str) -> Stage {
    let settings = Settings { review_saves: true, ..Settings::default() };
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[record("page", content_type, text)]);
    stage.keys("e");
    stage
}

/// Makes what the editor has asked for.
fn prepared(stage: &mut Stage) {
    let (ticket, read) = stage.take(Slot::Saving);
    assert!(matches!(read, Read::Compute(Compute::Store(_))), "{read:?}");
    stage.event(Event::Loaded(Slot::Saving, ticket, Ok(computed(read))));
}

fn set(stage: &mut Stage) -> SetValue {
    let Write::Set(set) = stage.write() else { panic!() };
    set
}

#[test]
fn a_save_of_much_text_is_made_ready_beside_the_loop() {
    let text = much();
    let mut stage = editing(JSON, &text);
    stage.keys("<down><down><end><left>2<ctrl-s>");
    assert!(stage.frame().contains("preparing the save…"), "{}", stage.frame());
    assert!(stage.app.layers.is_empty() && stage.writes().is_empty());
    let before = stage.edited();
    stage.keys("x<ctrl-s>");
    assert_eq!(stage.edited(), before, "keys wait");
    assert_eq!(stage.notice(), "the save is being prepared; esc stops it");
    prepared(&mut stage);
    assert_eq!(stage.notice(), "");
    stage.compared();
    assert!(stage.frame().contains("$[0].price  1.10 → 1.102"), "{}", stage.frame());
    stage.keys("<enter>");
    let set = set(&mut stage);
    assert!(set.value == text.replacen("1.10", "1.102", 1));
    assert!(set.expected == Expect::unchanged(text.into(), JSON.into()));
}

#[test]
fn a_save_that_is_being_made_ready_can_be_stopped() {
    let mut stage = editing(JSON, &much());
    stage.keys("<down><down><end><left>2<ctrl-s>");
    let (ticket, read) = stage.take(Slot::Saving);
    stage.keys("<esc>");
    assert_eq!(stage.notice(), "not saved; your text is in the editor");
    assert!(stage.asked.iter().any(|asked| matches!(asked, Effect::Cancel(Slot::Saving))));
    // Its answer may have been under way.
    stage.event(Event::Loaded(Slot::Saving, ticket, Ok(computed(read))));
    assert!(stage.app.layers.is_empty() && stage.writes().is_empty());
    stage.keys("7");
    assert!(stage.edited().contains("1.1027,"), "keys are typed again");
    stage.keys("<ctrl-s>");
    prepared(&mut stage);
    assert!(matches!(stage.app.layer(), Some(Layer::Review(_))));
}

#[test]
fn what_cannot_be_stored_is_told_where_it_stands() {
    let mut stage = editing(JSON, &much());
    stage.keys("<ctrl-end><backspace><ctrl-home><ctrl-s>");
    prepared(&mut stage);
    assert!(stage.app.layers.is_empty() && stage.writes().is_empty());
    let frame = stage.frame();
    assert!(frame.contains("not saved: not JSON at line"), "{frame}");
    let editor = stage.app.editor.as_ref().unwrap();
    assert!(!editor.is_busy());
    assert!(editor.value.text().unwrap().position().0 > 1000, "the cursor is at the fault");
}

#[test]
fn much_text_is_staged_as_it_is_saved() {
    let mut stage = editing("text/plain", &"a line\n".repeat(20_000));
    stage.keys("x<ctrl-p>");
    assert!(stage.app.editor.as_ref().is_some_and(|editor| editor.is_busy()));
    let (ticket, read) = stage.take(Slot::Saving);
    let stored = computed(read);
    assert!(matches!(stored, Loaded::Stored(Ok(_))));
    stage.event(Event::Loaded(Slot::Saving, ticket, Ok(stored)));
    assert!(stage.app.editor.is_none());
    assert!(stage.notice().contains("staged page"), "{}", stage.notice());
}
