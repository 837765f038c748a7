//! Writes: asked about, refused, and answered late.

use larder::app::{Effect, Event, Loaded, Modal, Pane, Read, Settings, Slot};
use larder::storage::{Error, ErrorKind, Fate, Key, StoreInfo, Write, Written};

use super::stage::{Stage, store};
use super::{done, opened, shop};

#[test]
fn delete_asks_first_and_its_default_is_no() {
    let mut stage = opened();
    stage.keys("d");
    assert!(matches!(stage.app.modal, Some(Modal::Confirm(_))));
    stage.keys("<enter>");
    assert!(stage.app.modal.is_none());
    assert!(stage.writes().is_empty());
    stage.keys("dn");
    assert!(stage.writes().is_empty());
    stage.keys("dy");
    let write = stage.write();
    assert_eq!(write, Write::Delete { store: "shop".into(), keys: vec![Key::from("a")] });
    stage.written(write, Ok(done()));
    assert_eq!(stage.notice(), "deleted a");
    let (ticket, read) = stage.take(Slot::Keys);
    let Read::Apply(old, changes) = read else { panic!("{read:?}") };
    let applied = Loaded::Applied(std::sync::Arc::new(old.apply(&changes)), changes.len());
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
fn drop_wants_the_name_typed() {
    let mut stage = opened();
    stage.keys("<tab><tab>");
    assert_eq!(stage.app.focus, Pane::Stores);
    stage.keys("D<enter>y<enter>");
    assert!(stage.writes().is_empty(), "neither Enter nor y drops");
    stage.keys("<ctrl-u>no shop<ctrl-w><ctrl-w>shop<enter>");
    assert_eq!(stage.write(), Write::Drop("shop".into()));
}

#[test]
fn purge_names_count_and_bytes() {
    let mut stage = opened();
    stage.keys("P");
    let Some(Modal::Confirm(confirm)) = &stage.app.modal else { panic!() };
    assert!(confirm.lines.contains(&"3 records · 29 B".to_owned()), "{:?}", confirm.lines);
    stage.keys("shop<enter>");
    let write = stage.write();
    assert_eq!(write, Write::Purge("shop".into()));
    stage.written(write, Ok(Written { records: 3, meta: None }));
    assert_eq!(stage.notice(), "purged shop: 3 records removed");
}

#[test]
fn the_question_before_a_purge_is_whole_on_a_small_screen() {
    let mut stage = Stage::new(40, 10);
    let info = StoreInfo { bytes: Some(12_345_678), ..store("shop", 1_234_567) };
    stage.connect(vec![info, store("two", 1)]);
    stage.keys("Psh");
    let frame = stage.frame();
    for part in
        ["1,234,567 records", "server's memory", "the store stays.", "Its name: sh", "Esc No"]
    {
        assert!(frame.contains(part), "{part}: {frame}");
    }
}

#[test]
fn dropping_the_open_store_closes_it() {
    let mut stage = opened();
    stage.written(Write::Drop("shop".into()), Ok(done()));
    assert_eq!(stage.app.focus, Pane::Stores);
    assert!(stage.app.keys.store.is_none() && stage.app.record.shown.is_none());
}

#[test]
fn a_write_of_unknown_fate_is_told_and_then_settled() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write.clone(), Err(Error::new(ErrorKind::FateUnknown, "the connection broke")));
    assert!(stage.notice().contains("looking whether the write was applied"));
    assert!(matches!(stage.asked.last(), Some(Effect::Settle(_))));
    stage.event(Event::Settled(write.clone(), Ok(Fate::NotApplied)));
    assert!(stage.notice().contains("it was not applied"));
    assert!(stage.app.editor.is_some(), "the text is still there");
    stage.keys("<ctrl-s>");
    stage.event(Event::Settled(write, Ok(Fate::Applied)));
    assert!(stage.app.editor.is_none());
}

#[test]
fn read_only_refuses_every_write() {
    let mut stage = Stage::with(120, 36, Settings { read_only: true, ..Settings::default() });
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("nPD").open(&shop());
    stage.keys("neEdP");
    assert!(stage.writes().is_empty());
    assert!(stage.app.editor.is_none() && stage.app.modal.is_none());
    assert_eq!(
        stage.notice(),
        "larder is read-only here: by --read-only, LARDER_READ_ONLY, the settings or the profile"
    );
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
    stage.keys("dyq");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::OutOfMemory, "no memory")));
    assert!(stage.app.unseen_failure().unwrap().starts_with("no memory"));
}
