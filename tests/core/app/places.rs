//! Replacing a text place by place.

use larder::app::{Effect, Event, Layer};

use super::drafts::opened_text;
use crate::stage::{Stage, key};

/// The text in the editor, and whether a place is asked for.
fn state(stage: &Stage) -> (String, bool) {
    (stage.edited(), matches!(stage.app.layer(), Some(Layer::Places(_))))
}

#[test]
fn each_place_is_asked_for_and_all_that_is_replaced_is_one_step() {
    let mut stage = opened_text("cat, cat, cat, cat");
    stage.keys("e<ctrl-r>cat<enter>");
    assert!(stage.frame().contains("one by one"), "{}", stage.frame());
    stage.keys("<tab>dog<enter>");
    assert!(stage.frame().contains("replace this one?"), "{}", stage.frame());
    assert!(stage.frame().contains("y replace") && stage.frame().contains("n skip"));
    stage.keys("y");
    assert_eq!(state(&stage), ("dog, cat, cat, cat".into(), true));
    assert!(stage.frame().contains("1 replaced"), "{}", stage.frame());
    stage.keys("n<enter>");
    assert_eq!(state(&stage), ("dog, cat, dog, cat".into(), true));
    // Other keys type nothing meanwhile.
    stage.keys("x");
    assert_eq!(state(&stage), ("dog, cat, dog, cat".into(), true));
    stage.keys("y");
    assert_eq!(state(&stage), ("dog, cat, dog, dog".into(), false));
    assert_eq!(stage.notice(), "replaced in 3 places");
    stage.keys("<ctrl-z>");
    assert_eq!(stage.edited(), "cat, cat, cat, cat");
    stage.keys("<ctrl-y>");
    assert_eq!(stage.edited(), "dog, cat, dog, dog");
}

#[test]
fn the_rest_is_replaced_at_once_and_stopping_keeps_what_is_replaced() {
    for (answers, text, told) in [
        ("na", "cat, dog, dog, dog", "replaced in 3 places"),
        ("ya", "dog, dog, dog, dog", "replaced in 4 places"),
        ("y<esc>", "dog, cat, cat, cat", "replaced in 1 place"),
        ("nnnn", "cat, cat, cat, cat", "replaced in 0 places"),
    ] {
        let mut stage = opened_text("cat, cat, cat, cat");
        stage.keys("e<ctrl-r>cat<enter><tab>dog<enter>").keys(answers);
        assert_eq!(state(&stage), (text.into(), false), "{answers}");
        assert_eq!(stage.notice(), told);
        stage.keys("<ctrl-z>");
        assert_eq!(stage.edited(), "cat, cat, cat, cat");
    }
    let mut stage = opened_text("cat");
    stage.keys("e<ctrl-r>dog<enter><tab>cow<enter>");
    assert_eq!((state(&stage).1, stage.notice()), (false, "not found"));
}

#[test]
fn places_of_a_long_text_are_looked_for_beside_the_screen() {
    let text = "cat ".repeat(100_000);
    let mut stage = opened_text(&text);
    stage.keys("e<ctrl-r>cat<enter><tab>dog<enter>");
    let works = |stage: &Stage| {
        stage
            .asked
            .iter()
            .any(|effect| matches!(effect, Effect::Read(larder::app::Slot::Saving, ..)))
    };
    stage.event(Event::Key(key("y")));
    assert!(works(&stage));
    // A key that comes too early answers nothing.
    stage.event(Event::Key(key("y"))).finish_work();
    assert!(stage.edited().starts_with("dog cat cat"));
    stage.event(Event::Key(key("y")));
    stage.event(Event::Key(key("esc")));
    assert!(!state(&stage).1, "it is stopped");
    assert!(stage.edited().starts_with("dog cat cat"));
}
