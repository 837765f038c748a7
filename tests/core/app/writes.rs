//! Writes: confirmed, refused, and answered late.

use larder::app::{
    Compute, Confirmed, Effect, Event, Layer, ListDialog, Loaded, Pane, Read, Settings, Slot,
};
use larder::index::Change;
use larder::model::{
    ConnectionState, Error, ErrorKind, Key, ServerInfo, StoreInfo, WatchEvent, Write, WriteOutcome,
    Written,
};
use larder::ops::{Outcome, PlannedChange, PlannedRecord};

use super::{done, opened, shop};
use crate::stage::{Stage, store};

#[test]
fn delete_asks_first_and_its_default_is_no() {
    let mut stage = opened();
    stage.keys("d");
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
    stage.keys("<enter>");
    assert!(stage.app.layers.is_empty());
    assert!(stage.writes().is_empty());
    stage.keys("dn");
    assert!(stage.writes().is_empty());
    stage.keys("dy");
    let write = stage.write();
    assert_eq!(write, Write::Delete { store: "shop".into(), keys: vec![Key::from("a")] });
    stage.written(write, Ok(done()));
    assert_eq!(stage.notice(), "deleted a");
    let (ticket, read) = stage.take(Slot::Keys);
    let Read::Compute(Compute::Apply { index: old, changes, .. }) = read else {
        panic!("{read:?}")
    };
    let applied = Loaded::Applied(std::sync::Arc::new(old.apply(&changes)), None);
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(applied)));
    assert_eq!(stage.app.keys.len(), 2);
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("b"));
}

#[test]
fn marked_records_are_deleted_together() {
    let mut stage = opened();
    stage.keys("<space><space>dy");
    let Write::Delete { keys, .. } = stage.write() else { panic!() };
    assert_eq!(keys, [Key::from("a"), Key::from("b")]);
}

#[test]
fn a_record_that_changed_since_it_was_shown_stays_in_the_list_and_is_named() {
    let mut stage = opened();
    stage.keys("<space><space>dy");
    let write = stage.write();
    let outcome = Outcome { records: 1, skipped: vec!["b".into()], ..Outcome::default() };
    stage.event(Event::Written(stage.sent_id(&write), Ok(outcome)));
    assert_eq!(stage.notice(), "deleted 1 record; b changed since it was shown, and stays");
    let (_, read) = stage.take(Slot::Keys);
    let Read::Compute(Compute::Apply { changes, .. }) = read else { panic!("{read:?}") };
    assert!(matches!(&changes[..], [Change::Remove(key)] if *key == Key::from("a")), "{changes:?}");
    assert_eq!(stage.app.keys.marks.keys.iter().collect::<Vec<_>>(), [&Key::from("b")]);
}

#[test]
fn a_plan_holds_what_the_list_showed_when_it_was_asked_for() {
    let mut stage = opened();
    stage.keys("d");
    let Some(Layer::Confirm(asked)) = stage.app.layer() else { panic!() };
    let Confirmed::Plan(plan) = &asked.confirmed else { panic!() };
    let PlannedChange::Delete { records, .. } = &plan.change else { panic!() };
    assert_eq!(**records, [PlannedRecord::There(shop()[0].meta.clone())]);
}

#[test]
fn a_directory_keeps_its_values_on_the_disk() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![StoreInfo { bytes: Some(5000), ..store("shop", 3) }]);
    for (product, place) in [("Redis", "of server memory"), ("directory", "on the disk")] {
        let server = ServerInfo { product: product.to_owned(), ..ServerInfo::default() };
        stage.event(Event::Server(Ok(server)));
        stage.keys("P");
        let Some(Layer::Confirm(asked)) = stage.app.layer() else { panic!() };
        assert_eq!(asked.lines[1], format!("3 records · about 5.0 KB {place}"));
        stage.keys("<esc>");
    }
}

#[test]
fn drop_wants_the_name_typed() {
    let mut stage = opened();
    stage.keys("<tab><tab>");
    assert_eq!(stage.app.focus, Pane::Stores);
    let mistyped = |stage: &Stage| {
        let Some(Layer::Confirm(asked)) = stage.app.layer() else { panic!("it asks") };
        asked.is_mistyped()
    };
    stage.keys("D");
    assert!(!mistyped(&stage), "nothing is typed yet");
    stage.keys("<enter>");
    assert!(mistyped(&stage), "Enter wants all of it");
    stage.keys("s");
    assert!(!mistyped(&stage), "it may still become the name");
    stage.keys("<backspace>y");
    assert!(mistyped(&stage), "no name begins so");
    stage.keys("<enter>");
    assert!(stage.writes().is_empty(), "neither Enter nor y drops");
    stage.keys("<ctrl-u>no shop<ctrl-w><ctrl-w>shop<enter>");
    assert_eq!(stage.write(), Write::Drop("shop".into()));
}

#[test]
fn purge_names_count_and_bytes() {
    let mut stage = opened();
    stage.keys("P");
    let Some(Layer::Confirm(confirm)) = stage.app.layer() else { panic!() };
    assert!(confirm.lines.contains(&"3 records · 29 B".to_owned()), "{:?}", confirm.lines);
    stage.keys("shop<enter>");
    let write = stage.write();
    assert_eq!(write, Write::Purge("shop".into()));
    stage.written(write, Ok(Written { records: 3, ..Written::default() }));
    assert_eq!(stage.notice(), "purged shop: 3 records removed");
}

#[test]
fn the_question_before_a_purge_is_whole_on_a_small_screen() {
    let mut stage = Stage::new(40, 10);
    let info = StoreInfo { bytes: Some(12_345_678), ..store("shop", 1_234_567) };
    stage.connect(vec![info, store("two", 1)]);
    stage.keys("Psh");
    let frame = stage.frame();
    for part in ["1,234,567 records", "server memory", "the store stays.", "Its name: sh", "esc No"]
    {
        assert!(frame.contains(part), "{part}: {frame}");
    }
}

#[test]
fn dropping_the_open_store_closes_it() {
    let mut stage = opened();
    stage.keys("<tab><tab>Dshop<enter>");
    let write = stage.write();
    stage.written(write, Ok(done()));
    assert_eq!(stage.app.focus, Pane::Stores);
    assert!(stage.app.keys.store.is_none() && stage.app.record.shown.is_none());
    // The store is no longer watched either: one that is made anew is another store.
    let watched = stage.asked.iter().rev().find_map(|effect| match effect {
        Effect::Watch(_, store) => Some(store),
        _ => None,
    });
    assert_eq!(watched, Some(&None));
}

#[test]
fn a_write_of_unknown_fate_is_told_and_then_settled() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write.clone(), Err(Error::new(ErrorKind::InDoubt, "the connection broke")));
    assert!(stage.notice().contains("looking what became of it"));
    assert!(matches!(stage.asked.last(), Some(Effect::Resolve(..))));
    stage.resolved(write.clone(), Ok(WriteOutcome::NotApplied));
    assert!(stage.notice().contains("the write was not made"));
    assert!(stage.app.editor.is_some(), "the text is still there");
    stage.keys("<ctrl-s>");
    assert_eq!(stage.write(), write);
    stage.written(write.clone(), Err(Error::new(ErrorKind::InDoubt, "the connection broke")));
    stage.resolved(write, Ok(WriteOutcome::Applied(done())));
    assert!(stage.app.editor.is_none());
}

#[test]
fn read_only_refuses_every_write() {
    let read_only_why = "read-only (--read-only)";
    let settings = Settings { read_only: true, read_only_why, ..Settings::default() };
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("nPD").open(&shop());
    stage.keys("neEdP");
    assert!(stage.writes().is_empty());
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
    assert_eq!(stage.notice(), read_only_why, "it names the one that holds");
}

#[test]
fn a_name_that_cannot_be_seen_is_typed_as_it_is_shown() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("a\nb", 0), store("c", 0)]);
    stage.keys("D");
    stage.event(Event::Paste("a␊b".to_owned()));
    stage.keys("<enter>");
    assert_eq!(stage.write(), Write::Drop("a\nb".into()));
}

#[test]
fn a_failed_write_is_not_hidden_by_quitting() {
    let mut stage = opened();
    stage.keys("dyqy");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::OutOfMemory, "no memory")));
    assert!(stage.app.unseen_failure().unwrap().starts_with("no memory"));
}

#[test]
fn a_failure_stays_until_a_key_whatever_is_done_after_it() {
    let mut stage = opened();
    stage.keys("dy");
    let first = stage.write();
    stage.keys("jdy");
    let second = stage.write();
    stage.keys("jdy");
    let third = stage.write();
    stage.written(first, Err(Error::new(ErrorKind::OutOfMemory, "no memory")));
    stage.written(second, Ok(done()));
    assert!(stage.notice().starts_with("no memory; "), "{}", stage.notice());
    let down = ConnectionState::Down { tries: 1, reason: "gone".into(), wants_password: false };
    stage.event(Event::Connection(down)).event(Event::Connection(ConnectionState::Up));
    assert!(stage.notice().starts_with("no memory; "), "{}", stage.notice());
    stage.written(third, Err(Error::new(ErrorKind::Permission, "the server forbids HDEL")));
    assert!(stage.notice().starts_with("no memory; "), "{}", stage.notice());
    assert!(stage.notice().contains("; the server forbids HDEL; "), "{}", stage.notice());
    stage.keys("j");
    assert_eq!(stage.notice(), "");
}

#[test]
fn a_question_does_what_it_showed_whatever_changes_under_it() {
    let mut stage = opened();
    stage.keys("<space><space>d");
    // The marked records are removed, the cursor moves, and another store is opened.
    let gone = [Key::from("a"), Key::from("b")];
    stage.noticed(WatchEvent::Records { set: vec![], removed: gone.to_vec() });
    stage.keys("jjl<space>");
    let mut info = store("shop", 1);
    stage.noticed(WatchEvent::Store(info.clone())).noticed(WatchEvent::StoreGone("default".into()));
    stage.keys("y");
    assert_eq!(stage.write(), Write::Delete { store: "shop".into(), keys: gone.to_vec() });

    let mut stage = opened();
    stage.keys("<tab><tab>P");
    info.records = Some(7);
    stage.noticed(WatchEvent::StoreGone("default".into())).noticed(WatchEvent::Store(info));
    stage.keys("shop<enter>");
    assert_eq!(stage.write(), Write::Purge("shop".into()));
}

#[test]
fn a_store_that_is_made_late_does_not_open_under_the_editor() {
    let mut stage = opened();
    stage.keys("<tab><tab>nlate<enter>");
    let create = stage.write();
    stage.keys("<tab>e<down>x");
    stage.written(create, Ok(done()));
    assert_eq!(stage.app.keys.store, Some("shop".into()));
    assert!(stage.app.editor.is_some());
    assert_eq!(stage.notice(), "store created");
}

#[test]
fn whoever_ends_larder_is_told_what_was_not_saved() {
    // After a signal, there is no question.
    let mut stage = opened();
    stage.keys("e<down>x").app.ending();
    assert_eq!(stage.app.unseen_failure().unwrap(), "a in shop was not saved");
    // A conflict after the user has quit asks no question.
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s><ctrl-c>y");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "someone was faster")));
    assert!(stage.app.layers.is_empty());
    assert!(stage.app.unseen_failure().unwrap().starts_with("someone was faster"));
    // If a write is in doubt, larder finds out before it ends.
    let mut stage = opened();
    stage.keys("dy");
    let write = stage.write();
    stage.written(write.clone(), Err(Error::new(ErrorKind::InDoubt, "the wire broke")));
    stage.keys("qy");
    assert_eq!(stage.notice(), "waiting for the write under way, then quitting");
    stage.resolved(write, Ok(WriteOutcome::NotApplied));
    assert!(stage.app.unseen_failure().unwrap().contains("was not made"));
    // Text that was discarded on purpose is not told.
    let mut stage = opened();
    stage.keys("e<down>x<ctrl-c>y");
    assert_eq!(stage.app.unseen_failure(), None);
}

#[test]
fn whoever_ends_larder_while_it_writes_is_asked_and_ends_with_the_answer() {
    use larder::app::{Effect, Layer};
    let quits = |stage: &Stage| stage.asked.iter().any(|effect| matches!(effect, Effect::Quit));
    let mut stage = opened();
    stage.keys("dy");
    let write = stage.write();
    stage.keys("q");
    let Some(Layer::Confirm(asked)) = stage.app.layer() else { panic!() };
    assert!(asked.lines[0].starts_with("Under way: deleting "), "{:?}", asked.lines);
    assert!(!quits(&stage));
    stage.written(write, Ok(done()));
    assert!(quits(&stage) && stage.app.layers.is_empty(), "nothing is at stake any more");
    // A write that was not made is told, and keeps larder from ending.
    let mut stage = opened();
    stage.keys("dy");
    let write = stage.write();
    stage.keys("q");
    stage.written(write, Err(Error::new(ErrorKind::Permission, "not permitted")));
    assert!(!quits(&stage) && stage.app.layers.is_empty());
    assert!(stage.notice().contains("not permitted"), "{}", stage.notice());
}

#[test]
fn what_the_last_line_has_said_can_be_read_again() {
    let mut stage = opened();
    let id = stage.keys("dy").write();
    stage.written(id, Err(Error::new(ErrorKind::Permission, "del is not permitted")));
    let failure = stage.notice().to_owned();
    assert!(failure.contains("del is not permitted"), "{failure}");
    let said = |stage: &Stage| {
        let layer = stage.app.layer().unwrap().dialog();
        let rows = layer.listing().unwrap().rows;
        rows.iter().map(|row| row.text.clone().into_owned()).collect::<Vec<_>>()
    };
    stage.keys("m");
    assert_eq!(said(&stage)[0], failure, "the newest first");
    // While the dialog is open, new notices come on top.
    stage.event(Event::Copied("key", Ok(3)));
    assert_eq!(said(&stage)[..2], ["key copied, 3 B".to_owned(), failure]);
    stage.keys("<esc>");
    assert!(stage.app.layer().is_none());
}

#[test]
fn jobs_are_listed_and_cancelled() {
    use larder::app::{Effect, Layer, Loaded, Slot};
    let mut stage = opened();
    stage.keys("dy");
    let write = stage.write();
    stage.keys("r");
    stage.answer(Slot::Keys, Ok(Loaded::Progress(10, 0.25)));
    stage.keys("J");
    let titles = |stage: &Stage| match stage.app.layer() {
        Some(Layer::List(ListDialog::Jobs(shown))) => {
            shown.jobs.iter().map(|job| (job.title.clone(), job.progress)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let reads = ("reading the keys of shop".to_owned(), Some(0.25));
    assert_eq!(titles(&stage), [("deleting a".to_owned(), None), reads.clone()]);
    stage.keys("x");
    assert_eq!(stage.notice(), "a write cannot be cancelled");
    stage.written(write, Ok(done()));
    assert_eq!(titles(&stage), [reads]);
    stage.keys("x");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Pause(true))));
    stage.keys("J");
    assert!(stage.app.layers.is_empty());
}
