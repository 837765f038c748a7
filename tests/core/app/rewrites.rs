//! Records renamed, duplicated, and given another content type.

use std::sync::Arc;

use larder::app::{Compute, Effect, Event, Layer, Load, Loaded, Read, Slot};
use larder::index::Change;
use larder::model::{Error, ErrorKind, Key, Record};
use larder::ops::{Outcome, Plan, PlannedChange, Rewrite, RewriteKind, WriteId};

use super::opened;
use crate::stage::{Stage, record, store};

/// The write and its rewrite, if one was asked for.
fn asked(stage: &mut Stage) -> Option<(WriteId, Rewrite)> {
    let found = stage.asked.iter().find_map(|effect| match effect {
        Effect::Write(id, plan) => match &plan.change {
            PlannedChange::Rewrite(it) => Some((*id, it.clone())),
            _ => None,
        },
        _ => None,
    });
    stage.asked.retain(|effect| !matches!(effect, Effect::Write(..)));
    found
}

/// Applies the changes that were asked for to the list; gives them.
fn applied(stage: &mut Stage) -> Vec<Change> {
    let (ticket, read) = stage.take(Slot::Keys);
    let Read::Compute(Compute::Apply { index: old, changes, .. }) = read else {
        panic!("{read:?}")
    };
    let applied = Loaded::Applied(Arc::new(old.apply(&changes)), None);
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(applied)));
    changes.to_vec()
}

#[test]
fn a_rename_starts_from_the_old_key_and_the_cursor_goes_with_the_record() {
    let mut stage = opened();
    stage.keys("R");
    assert!(stage.frame().contains("rename to: a"), "{}", stage.frame());
    stage.keys("-new<enter>");
    let (id, it) = asked(&mut stage).unwrap();
    assert_eq!((&it.kind, &it.to), (&RewriteKind::Rename, &Key::from("a-new")));
    assert_eq!((it.record.key, it.replaced), (Key::from("a"), None));
    let outcome = Outcome { records: 2, ..Outcome::default() };
    stage.event(Event::Written(id, Ok(outcome)));
    assert_eq!(stage.notice(), "renamed a to a-new");
    applied(&mut stage);
    assert_eq!(stage.app.keys.len(), 3);
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("a-new"));
}

#[test]
fn a_key_that_is_taken_is_told_while_typing_and_asked_about() {
    let mut stage = opened();
    stage.keys("R<backspace>");
    assert!(stage.frame().contains("a key has at least one character"));
    stage.keys("b");
    assert!(stage.frame().contains("key taken"), "{}", stage.frame());
    stage.keys("<enter>");
    assert_eq!(asked(&mut stage), None);
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
    let frame = stage.frame();
    assert!(frame.contains("Overwrites b: 12 B, application/json"), "{frame}");
    stage.keys("n");
    assert_eq!(asked(&mut stage), None);
    stage.keys("R<backspace>b<enter>y");
    let (_, it) = asked(&mut stage).unwrap();
    assert_eq!(it.replaced.unwrap().size, 12);
}

#[test]
fn what_crawlee_would_not_take_in_a_key_is_told_while_typing() {
    let mut stage = opened();
    stage.keys("R/b");
    let frame = stage.frame();
    assert!(frame.contains("Crawlee for JS: no '/' in a key"), "{frame}");
    stage.keys("<backspace><backspace>");
    assert!(!stage.frame().contains("Crawlee for JS"), "{}", stage.frame());
    stage.event(Event::Paste("x".repeat(300)));
    let frame = stage.frame();
    assert!(frame.contains("256 characters, not 301"), "{frame}");
    // The warning forbids nothing: Crawlee for Python takes any content type.
    stage.keys("<enter>");
    let (_, it) = asked(&mut stage).unwrap();
    assert_eq!(it.to.as_bytes().len(), 301);
}

#[test]
fn a_duplicate_is_offered_a_key_that_is_free() {
    let mut stage = opened();
    stage.keys("A<enter>");
    let (id, it) = asked(&mut stage).unwrap();
    assert_eq!((&it.kind, &it.to), (&RewriteKind::Copy, &Key::from("a-copy")));
    stage.event(Event::Written(id, Ok(Outcome { records: 1, ..Outcome::default() })));
    assert_eq!(stage.notice(), "copied a to a-copy");
    applied(&mut stage);
    assert_eq!(stage.app.keys.len(), 4);
}

/// Answers the read of the other store's record of this key.
fn reads(stage: &mut Stage, key: &str, found: Option<&Record>) {
    let (ticket, read) = stage.take(Slot::Theirs);
    let Read::Load(Load::Meta { store, key: of }) = read else { panic!("{read:?}") };
    assert_eq!((store.escaped().as_str(), of.escaped().as_str()), ("default", key));
    let meta = found.map(|record| record.meta.clone());
    stage.event(Event::Loaded(Slot::Theirs, ticket, Ok(Loaded::Meta(store, of, meta))));
}

#[test]
fn a_duplicate_goes_into_another_store_that_is_chosen_from_a_list() {
    let mut stage = opened();
    stage.keys("A");
    assert!(stage.frame().contains("other store"), "{}", stage.frame());
    stage.keys("<tab>");
    let frame = stage.frame();
    for part in ["Copy to a store", "shop", "this store", "default", "choose"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("dflt");
    assert!(!stage.frame().contains("this store"), "narrowed by its letters: {}", stage.frame());
    let command = "larder -t redis://127.0.0.1:6379/0 copy shop a --to default";
    assert!(stage.frame().contains(command), "{}", stage.frame());
    stage.keys("<enter>");
    assert!(stage.frame().contains("copy to default as: a "), "{}", stage.frame());
    reads(&mut stage, "a", None);
    stage.keys("<enter>");
    let (id, it) = asked(&mut stage).unwrap();
    assert_eq!((&it.kind, it.store.escaped().as_str()), (&RewriteKind::Copy, "shop"));
    assert_eq!((it.to_store.escaped().as_str(), &it.to), ("default", &Key::from("a")));
    assert_eq!(it.replaced, None, "never over what came meanwhile");
    let undo = Plan::rewrite(it);
    let outcome = Outcome { records: 1, inverse: Some(Box::new(undo)), ..Outcome::default() };
    stage.event(Event::Written(id, Ok(outcome)));
    assert_eq!(stage.notice(), "copied a to a in default");
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("a"), "the cursor stays");
    assert_eq!(stage.app.keys.len(), 3);
    // The other store is counted again, and the step can be undone.
    let counts = |effect: &Effect| matches!(effect, Effect::Read(Slot::Store, _, Read::Load(Load::Store(of))) if of.escaped() == "default");
    assert!(stage.asked.iter().any(counts));
    stage.keys("u");
    assert_eq!(stage.notice(), "undoing: copied a to a in default…");
}

#[test]
fn a_record_of_another_store_is_not_overwritten_unasked() {
    let mut stage = opened();
    let there = record("x", "text/plain", "three");
    stage.keys("A<tab>default<enter>");
    reads(&mut stage, "a", None);
    stage.keys("<ctrl-u>x");
    while stage.asked.iter().filter(|ask| matches!(ask, Effect::Read(Slot::Theirs, ..))).count() > 1
    {
        stage.take(Slot::Theirs);
    }
    reads(&mut stage, "x", Some(&there));
    assert!(stage.frame().contains("key taken"), "{}", stage.frame());
    stage.keys("<enter>");
    assert_eq!(asked(&mut stage), None);
    let frame = stage.frame();
    assert!(frame.contains("Overwrites x: 5 B, text/plain"), "{frame}");
    assert!(frame.contains("a → x in default"), "{frame}");
    stage.keys("n");
    assert_eq!(asked(&mut stage), None);
    // A record that was not read yet is not written over: the write expects none there.
    stage.keys("A<tab>default<enter><ctrl-u>x<enter>");
    let (id, it) = asked(&mut stage).unwrap();
    assert_eq!(it.replaced, None);
    let why = Error::new(ErrorKind::Conflict, "there is a record x already");
    stage.event(Event::Written(id, Err(why)));
    assert!(stage.notice().starts_with("there is a record x already"), "{}", stage.notice());
}

#[test]
fn the_store_of_a_duplicate_is_left_as_it_was_and_what_was_typed_stays() {
    let mut stage = opened();
    stage.keys("A<tab><esc>");
    assert!(stage.frame().contains("duplicate as: a-copy"), "{}", stage.frame());
    stage.keys("<ctrl-u>mine<tab>default<enter>");
    assert!(stage.frame().contains("copy to default as: mine"), "{}", stage.frame());
    // The copy goes back to its own store.
    stage.keys("<tab>shop<enter>");
    assert!(stage.frame().contains("duplicate as: mine"), "{}", stage.frame());
    stage.keys("<enter>");
    let (_, it) = asked(&mut stage).unwrap();
    assert_eq!((it.to_store.escaped().as_str(), &it.to), ("shop", &Key::from("mine")));
    // A store's name that is longer than the screen leaves room for the key.
    let long = "s".repeat(90);
    let mut stage = Stage::new(40, 10);
    stage.connect(vec![store("default", 2), store(&long, 3)]);
    stage.open(&super::shop());
    stage.keys("A<tab>sss<enter><ctrl-u>typed");
    assert!(stage.frame().contains(" as: typed"), "{}", stage.frame());
}

#[test]
fn a_content_type_is_typed_or_chosen_and_the_same_changes_nothing() {
    let mut stage = opened();
    stage.keys("K<enter>");
    assert_eq!((asked(&mut stage), stage.notice()), (None, "nothing was changed"));
    stage.keys("K<tab><enter>");
    let (_, it) = asked(&mut stage).unwrap();
    assert_eq!(it.kind, RewriteKind::Retype("text/plain; charset=utf-8".into()));
    assert_eq!((it.record.key, it.to), (Key::from("a"), Key::from("a")));
}

#[test]
fn a_content_type_under_which_crawlee_reads_nothing_is_told_while_it_is_typed() {
    let mut stage = opened();
    let is_told = |stage: &mut Stage| stage.frame().contains("Crawlee reads None");
    stage.keys("K<ctrl-u>text/plain");
    assert!(!is_told(&mut stage), "{}", stage.frame());
    stage.keys("<ctrl-u>application/x-none");
    assert!(is_told(&mut stage), "{}", stage.frame());
    // The warning is shown, and not in the way.
    stage.keys("<enter>");
    let (_, it) = asked(&mut stage).unwrap();
    assert_eq!(it.kind, RewriteKind::Retype("application/x-none".into()));
}
