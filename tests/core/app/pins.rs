//! Pinned records: first in the palette, marked in the list, kept for each target.

use larder::app::{Effect, Event, Layer, Loaded, Pin, Slot};
use larder::keymap::Action;

use super::{opened, shop};
use crate::stage::{Stage, index, store};

fn pin(key: &str) -> Pin {
    Pin { store: "shop".into(), key: key.into() }
}

/// The pins that the shell is asked to remember, with their targets.
fn remembered(stage: &Stage) -> Vec<(String, Pin, bool)> {
    let told = stage.asked.iter().filter_map(|effect| match effect {
        Effect::Pin { target, pin, is_pinned } => Some((target.clone(), pin.clone(), *is_pinned)),
        _ => None,
    });
    told.collect()
}

/// Texts and sections of the first rows of the palette, and why they cannot be run.
fn first(stage: &Stage, count: usize) -> Vec<(String, &'static str, Option<String>)> {
    let Some(Layer::Palette(palette)) = stage.app.layer() else { panic!("no palette") };
    let rows = palette.0.shown().take(count);
    rows.map(|row| (row.text.clone(), row.section, row.why.clone())).collect()
}

#[test]
fn a_pinned_record_is_marked_kept_and_first_in_the_palette() {
    let mut stage = opened();
    stage.keys("jp");
    let frame = stage.frame();
    assert!(frame.contains("◆ b ") && frame.contains("pinned · : lists it first"), "{frame}");
    let target = stage.app.settings.label.clone();
    assert_eq!(remembered(&stage), [(target.clone(), pin("b"), true)]);
    stage.keys("j:");
    assert_eq!(first(&stage, 1), [("Go to b in shop".to_owned(), "Pinned", None)]);
    stage.keys("<enter>");
    assert_eq!(stage.app.keys.current().unwrap().key, "b".into());
    // The same key unpins it.
    stage.keys("p");
    assert!(!stage.frame().contains('◆'), "{}", stage.frame());
    assert_eq!(remembered(&stage)[1], (target, pin("b"), false));
    // A mark takes the place of the pin, which costs no column.
    stage.keys("p<space>");
    assert!(stage.frame().contains("• b "), "{}", stage.frame());
}

#[test]
fn pins_of_before_are_looked_for_and_those_of_another_target_are_not_taken() {
    let mut stage = opened();
    let target = stage.asked.iter().find_map(|effect| match effect {
        Effect::FindPins(target) => Some(target.clone()),
        _ => None,
    });
    let target = target.unwrap_or_else(|| panic!("they are not looked for"));
    stage.event(Event::Pins("another".into(), vec![pin("a")]));
    assert!(stage.app.pins.all().is_empty());
    stage.event(Event::Pins(target, vec![pin("c"), pin("a")]));
    stage.keys(":");
    let texts: Vec<_> = first(&stage, 2).into_iter().map(|row| row.0).collect();
    assert_eq!(texts, ["Go to c in shop", "Go to a in shop"]);
    // A pinned record that was looked at lately is listed once.
    stage.keys("<esc><enter>:");
    let Some(Layer::Palette(palette)) = stage.app.layer() else { panic!() };
    let rows = palette.0.shown().filter(|row| row.text.starts_with("Go to a "));
    assert_eq!(rows.count(), 1);
}

#[test]
fn a_pinned_record_that_is_gone_is_told_and_can_be_unpinned_there() {
    let mut stage = opened();
    let target = stage.app.settings.label.clone();
    let elsewhere = Pin { store: "default".into(), key: "x".into() };
    let gone = Pin { store: "gone".into(), key: "x".into() };
    stage.event(Event::Pins(target, vec![pin("lost"), gone, elsewhere]));
    stage.keys(":");
    let told: Vec<_> = first(&stage, 3).into_iter().map(|row| row.2).collect();
    let why = |what: &str| Some(format!("the {what} is not there any more"));
    assert_eq!(told, [why("record"), why("store"), None]);
    let hints = larder::app::hints(&stage.app);
    assert!(hints.iter().any(|hint| hint.action == Action::Pin && hint.words == "unpin"));
    stage.keys("<ctrl-x>");
    assert_eq!((first(&stage, 3)[1].1, remembered(&stage).len()), ("Pinned", 1));
    // For a store that is not open, this is known as soon as its keys are read.
    stage.keys("<ctrl-x><enter>");
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    let frame = stage.frame();
    assert!(frame.contains("x is not in default any more"), "{frame}");
}

#[test]
fn what_is_no_record_is_not_pinned() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 3)]);
    stage.keys("p");
    assert!(remembered(&stage).is_empty());
}
