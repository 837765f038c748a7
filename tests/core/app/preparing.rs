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
    assert_eq!(stage.notice(), "the save is being prepared · esc stops it");
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
    assert!(stage.app.editor.as_ref().is_some_and(larder::app::Editor::is_busy));
    let (ticket, read) = stage.take(Slot::Saving);
    let stored = computed(read);
    assert!(matches!(stored, Loaded::Stored(Ok(_))));
    stage.event(Event::Loaded(Slot::Saving, ticket, Ok(stored)));
    assert!(stage.app.editor.is_none());
    assert!(stage.notice().contains("staged page"), "{}", stage.notice());
}

/// Presses keys without doing the work that they ask for.
fn press(stage: &mut Stage, keys: &str) {
    for key in crate::stage::keys(keys) {
        stage.event(Event::Key(key));
    }
}

#[test]
fn a_long_value_is_opened_beside_the_loop() {
    let text = much().repeat(4).replace("0][", "");
    let records = [record("page", JSON, &text), record("other", "text/plain", "x")];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&records);
    press(&mut stage, "je");
    assert!(stage.app.editor.is_none());
    // A key that is pressed meanwhile is one for the list.
    press(&mut stage, "k");
    stage.show(&records).finish_work();
    assert!(stage.app.editor.is_none(), "another record is shown by now");
    press(&mut stage, "j");
    stage.show(&records);
    press(&mut stage, "e");
    stage.finish_work();
    let editor = stage.app.editor.as_ref().unwrap();
    assert!(!editor.is_changed() && editor.value.bytes().starts_with(b"[\n  {\n"));
}

#[test]
fn work_on_a_long_text_is_done_beside_the_loop_and_undone_as_one_step() {
    let text = "one two three\n".repeat(30_000);
    let mut stage = editing("text/plain", &text);
    stage.keys("x<ctrl-end>y");
    press(&mut stage, "<ctrl-r>two<enter>2<enter>");
    assert!(stage.frame().contains("replacing…"), "{}", stage.frame());
    press(&mut stage, "z");
    assert_eq!(stage.notice(), "replacing… esc stops it");
    stage.finish_work();
    assert_eq!(stage.notice(), "replaced in 30,000 places");
    let replaced = format!("x{}y", text.replace("two", "2"));
    assert!(stage.edited() == replaced, "keys wait");
    stage.keys("!");
    assert!(stage.edited() == format!("{replaced}!"), "the cursor is where it was");
    stage.keys("<ctrl-z><ctrl-z>");
    assert!(stage.edited() == format!("x{text}y"));
    stage.keys("<ctrl-y>");
    assert!(stage.edited() == replaced);
    stage.keys("<ctrl-z><ctrl-z><ctrl-z>");
    assert!(stage.edited() == text && !stage.app.editor.as_ref().unwrap().is_changed());
}

#[test]
fn work_on_a_long_text_can_be_stopped() {
    let text = "one two three\n".repeat(30_000);
    let mut stage = editing("text/plain", &text);
    press(&mut stage, "<ctrl-r>two<enter>2<enter>");
    let (ticket, read) = stage.take(Slot::Saving);
    press(&mut stage, "<esc>");
    assert_eq!(stage.notice(), "stopped");
    stage.event(Event::Loaded(Slot::Saving, ticket, Ok(computed(read))));
    assert!(stage.edited() == text);
    stage.keys("x");
    assert!(stage.edited() == format!("x{text}"));
    // A search goes on from the cursor, and selects what it finds.
    press(&mut stage, "<ctrl-f>three<enter>");
    assert!(stage.frame().contains("searching…"), "{}", stage.frame());
    stage.finish_work().keys("3");
    assert!(stage.edited() == format!("x{}", text.replacen("three", "3", 1)));
}

#[test]
fn json_that_is_long_is_laid_out_beside_the_loop() {
    let text = much().repeat(4).replace("0][", "").replace("}, ", "},\n");
    let mut stage = editing(JSON, &text);
    stage.keys("<alt-f>");
    assert!(stage.edited().starts_with("[\n  {\n    \"price\": 1.10,\n"));
    stage.keys("<ctrl-z><ctrl-end>x<alt-f>");
    assert!(stage.frame().contains("line 16"), "{}", stage.frame());
    assert!(stage.edited() == format!("{text}x"));
}
