//! Records renamed, duplicated, and given another content type.

use std::sync::Arc;

use larder::app::{Compute, Effect, Event, Layer, Loaded, Read, Slot};
use larder::index::Change;
use larder::model::Key;
use larder::ops::{Outcome, PlannedChange, Rewrite, RewriteKind, WriteId};

use super::opened;
use crate::stage::Stage;

/// The rewrite that was asked for.
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

/// Applies what was changed to the list.
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
    assert!(stage.frame().contains("there is a record of this key"), "{}", stage.frame());
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
    assert!(frame.contains("Crawlee for JavaScript takes no '/' in a key"), "{frame}");
    stage.keys("<backspace><backspace>");
    assert!(!stage.frame().contains("Crawlee for JavaScript"), "{}", stage.frame());
    stage.event(Event::Paste("x".repeat(300)));
    let frame = stage.frame();
    assert!(frame.contains("at most 256 characters, and this has 301"), "{frame}");
    // It is said, and not forbidden: Crawlee for Python takes any.
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
