//! Undoing, doing again, dropping and forgetting in the journal.

use super::*;
use crate::model::{OpenBy, Record, RecordMeta, StoreName};

fn plan(name: &str) -> Box<Plan> {
    Box::new(Plan::create(OpenBy::Name(name.into())))
}

fn journal(steps: &[&str]) -> Journal {
    let mut journal = Journal::default();
    for step in steps {
        journal.record((*step).to_owned(), Timestamp::now(), 1, Some(plan(step)), "");
    }
    journal
}

fn go(journal: &mut Journal, turn: Turn) -> Option<String> {
    let (step, plan) = journal.next(turn)?;
    let (id, title, plan) = (step.id, step.title.clone(), plan.clone());
    journal.turned(id, turn, Some(Box::new(plan)));
    Some(title)
}

#[test]
fn steps_are_undone_from_the_newest_and_done_again_in_their_order() {
    let mut journal = journal(&["one", "two", "three"]);
    let undo = |journal: &mut Journal| go(journal, Turn::Undo);
    assert_eq!(undo(&mut journal).as_deref(), Some("three"));
    assert_eq!(undo(&mut journal).as_deref(), Some("two"));
    assert_eq!(go(&mut journal, Turn::Redo).as_deref(), Some("two"));
    assert_eq!(undo(&mut journal).as_deref(), Some("two"));
    assert_eq!(undo(&mut journal).as_deref(), Some("one"));
    assert_eq!(undo(&mut journal), None);
    for step in ["one", "two", "three"] {
        assert_eq!(go(&mut journal, Turn::Redo).as_deref(), Some(step));
    }
    assert_eq!(go(&mut journal, Turn::Redo), None);
}

#[test]
fn after_something_new_nothing_older_is_done_again() {
    let mut journal = journal(&["one", "two"]);
    go(&mut journal, Turn::Undo);
    journal.record("three".into(), Timestamp::now(), 1, Some(plan("three")), "");
    assert_eq!(go(&mut journal, Turn::Redo), None);
    assert_eq!(go(&mut journal, Turn::Undo).as_deref(), Some("three"));
    assert_eq!(go(&mut journal, Turn::Undo).as_deref(), Some("one"));
}

#[test]
fn what_cannot_be_undone_is_passed_over_and_says_why() {
    let mut journal = journal(&["one"]);
    journal.record("purged".into(), Timestamp::now(), 5, None, "the memory is freed");
    assert_eq!(journal.steps()[1].state, StepState::Fixed("the memory is freed".into()));
    let (step, _) = journal.next(Turn::Undo).unwrap();
    let id = step.id;
    assert_eq!(step.title, "one");
    journal.failed(id, "someone has changed it since".into());
    assert!(journal.next(Turn::Undo).is_none());
}

#[test]
fn what_was_freed_cannot_be_restored() {
    let mut journal = Journal::default();
    let id = AsideId::new("a").unwrap();
    let info = crate::model::AsideInfo {
        id: id.clone(),
        aside: crate::model::Aside::Records(StoreName::from("shop")),
        records: 3,
        at: Timestamp::now(),
        maker: None,
        expires_at: None,
        in_steps: false,
        replicas: None,
    };
    let inverse = Some(Box::new(Plan::restore(info)));
    journal.record("purged".into(), Timestamp::now(), 3, inverse, "");
    assert!(journal.next(Turn::Undo).is_some());
    journal.freed(&id);
    assert!(journal.next(Turn::Undo).is_none());
}

#[test]
fn only_so_many_steps_are_remembered() {
    let names: Vec<_> = (0..STEPS + 5).map(|at| at.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let journal = journal(&names);
    assert_eq!(journal.steps().len(), STEPS);
    assert_eq!(journal.steps()[0].title, "5");
}

/// Steps that hold a value of `size` bytes each: in memory if `short`, otherwise in files.
fn holding(steps: usize, short: bool, size: u64) -> Journal {
    let folder = tempfile::tempdir().unwrap();
    let old_values = crate::ops::OldValues::in_folder(folder.path().to_owned());
    let value = vec![b'x'; if short { 1 } else { 2 << 20 }];
    let record = Record { meta: RecordMeta::default(), value: value.into() };
    let mut kept = old_values.change().keep(&record).unwrap();
    kept.size = size;
    let (store, key) = (StoreName::from("shop"), "a".into());
    let swap = Swap { store, key, from: None, to: Some(kept), is_linked: false };
    let plan = Plan::swap(vec![swap].into());
    let mut journal = Journal::default();
    for step in 0..steps {
        let inverse = Some(Box::new(plan.clone()));
        journal.record(step.to_string(), Timestamp::now(), 1, inverse, "");
    }
    journal
}

fn let_go(journal: &Journal) -> Vec<bool> {
    let gone = |step: &Step| step.state == StepState::Fixed(LET_GO.into());
    journal.steps().iter().map(gone).collect()
}

#[test]
fn the_oldest_steps_lose_their_old_values_past_one_bound_for_all_and_say_so() {
    // A quarter of the limit on files each; somewhat more than that in memory.
    let journal = holding(6, false, HELD.disk / 4);
    assert_eq!(let_go(&journal), [true, true, false, false, false, false]);
    let mut journal = holding(6, true, HELD.memory / 4);
    assert_eq!(let_go(&journal), [true, true, true, false, false, false]);
    for step in ["5", "4", "3"] {
        assert_eq!(go(&mut journal, Turn::Undo).as_deref(), Some(step));
    }
    assert_eq!(go(&mut journal, Turn::Undo), None);
}

#[test]
fn the_newest_step_keeps_its_old_values_and_steps_without_any_keep_their_plan() {
    let mut journal = holding(1, true, HELD.memory * 2);
    assert_eq!(let_go(&journal), [false]);
    journal.record("two".into(), Timestamp::now(), 1, Some(plan("two")), "");
    journal.record("three".into(), Timestamp::now(), 1, Some(plan("three")), "");
    assert_eq!(let_go(&journal), [true, false, false]);
}

/// A plan that changes these records.
fn swaps(keys: &[&str]) -> Box<Plan> {
    let swap = |key: &&str| {
        let (store, key) = (StoreName::from("shop"), (*key).into());
        Swap { store, key, from: None, to: None, is_linked: false }
    };
    Box::new(Plan::swap(keys.iter().map(swap).collect()))
}

fn words(journal: &Journal) -> Vec<(String, bool)> {
    let is_done = |step: &Step| matches!(step.state, StepState::Done(_));
    journal.steps().iter().map(|step| (step.words(), is_done(step))).collect()
}

#[test]
fn a_step_that_is_undone_in_part_is_one_step_that_is_undone_and_one_that_is_not() {
    let mut journal = journal(&["one"]);
    journal.record(
        "deleted 3 records".into(),
        Timestamp::now(),
        3,
        Some(swaps(&["a", "b", "c"])),
        "",
    );
    let id = journal.next(Turn::Undo).unwrap().0.id;
    journal.turned_in_part(id, Turn::Undo, Some(swaps(&["a"])), swaps(&["b", "c"]));
    let part = |count: u64| format!("deleted 3 records ({count} of them)");
    let parts = [("one".to_owned(), true), (part(2), true), (part(1), false)];
    assert_eq!(words(&journal), parts);
    // Done again and undone, each part is a step of its own, and the undone part comes first.
    let (step, plan) = journal.next(Turn::Redo).unwrap();
    assert_eq!((step.words(), plan.records), (part(1), Some(1)));
    let (step, plan) = journal.next(Turn::Undo).unwrap();
    assert_eq!((step.id, step.words(), plan.records), (id, part(2), Some(2)));
    assert_eq!(go(&mut journal, Turn::Undo).as_deref(), Some("deleted 3 records"));
    assert_eq!(go(&mut journal, Turn::Undo).as_deref(), Some("one"));
    // And again in part.
    go(&mut journal, Turn::Redo);
    let id = journal.next(Turn::Redo).unwrap().0.id;
    journal.turned_in_part(id, Turn::Redo, Some(swaps(&["b"])), swaps(&["c"]));
    let parts = [("one".to_owned(), true), (part(1), true), (part(1), false), (part(1), false)];
    assert_eq!(words(&journal), parts);
    assert_eq!(journal.next(Turn::Undo).unwrap().1.keys(), [&"b".into()]);
    assert_eq!(journal.next(Turn::Redo).unwrap().1.keys(), [&"c".into()]);
}

#[test]
fn a_step_whose_undone_part_cannot_be_done_again_goes_on_with_the_rest() {
    let mut journal = journal(&[]);
    journal.record("purged".into(), Timestamp::now(), 3, Some(swaps(&["a", "b", "c"])), "");
    let id = journal.next(Turn::Undo).unwrap().0.id;
    journal.turned_in_part(id, Turn::Undo, None, swaps(&["c"]));
    assert_eq!(words(&journal), [("purged".to_owned(), true)]);
    assert_eq!(journal.next(Turn::Undo).unwrap().1.keys(), [&"c".into()]);
}
