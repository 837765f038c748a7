//! Entries of archives: chosen from a list, shown in place of the record, and left again.

use crossterm::event::{MouseButton, MouseEventKind};
use larder::app::{Effect, Event, Loaded, Slot};
use larder::model::Record;
use larder::preview::{Mode, PreviewKind};

use super::JSON;
use super::mouse::pointed;
use crate::corpus::coded::tar;
use crate::stage::{Stage, computed, record, shown, store};

/// Runs the computations that are asked for in a slot.
fn compute(stage: &mut Stage, slot: Slot) {
    while stage.asked.iter().any(|it| matches!(it, Effect::Read(asked, ..) if *asked == slot)) {
        let (ticket, read) = stage.take(slot);
        stage.event(Event::Loaded(slot, ticket, Ok(computed(read))));
    }
}

fn archive() -> Record {
    let page = b"<!doctype html><title>T</title><p>Some words of a page, long enough to be read.";
    let inner = tar(&[("deep.txt", b"the deepest text")]);
    let files: [(&str, &[u8]); 4] = [
        ("a/one.json", b"{\"name\": \"cup\"}"),
        ("a/page.html", page),
        ("inner.tar", &inner),
        ("last.txt", b"the last one"),
    ];
    record("a.tar", "application/x-tar", tar(&files))
}

/// A stage on which the entries of an archive are listed.
fn listed() -> (Stage, Vec<Record>) {
    let records = vec![archive(), record("b.json", JSON, "{\"name\": \"plate\"}")];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 2)]);
    stage.open(&records).keys("<tab>");
    assert!(stage.frame().contains("↵ entries"), "{}", stage.frame());
    stage.keys("<enter>");
    compute(&mut stage, Slot::Entries);
    (stage, records)
}

fn choose(stage: &mut Stage, keys: &str) -> String {
    stage.keys(keys);
    compute(stage, Slot::Record);
    stage.frame()
}

#[test]
fn an_entry_is_opened_as_a_value_of_its_own_and_left_for_its_archive() {
    let (mut stage, _) = listed();
    let frame = stage.frame();
    assert!(frame.contains("4 entries") && frame.contains(" y copy the name"), "{frame}");
    let frame = choose(&mut stage, "<enter>");
    assert!(stage.app.layer().is_none());
    assert!(frame.contains("a.tar › a/one.json") && frame.contains("application/json"), "{frame}");
    assert!(frame.contains("entry 1 of 4") && frame.contains("\"name\": \"cup\""), "{frame}");
    assert!(frame.contains("esc archive") && frame.contains("] next entry"), "{frame}");
    // It is searched, copied and saved as what it is.
    stage.keys("Y");
    let copied = |effect: &Effect| matches!(effect, Effect::Copy { bytes, .. } if *bytes == "{\"name\": \"cup\"}");
    assert!(stage.asked.iter().any(copied), "{:?}", stage.asked);
    stage.keys("w");
    assert!(stage.frame().contains("one.json"), "{}", stage.frame());
    stage.keys("<esc>/");
    stage.keys("cup<enter>");
    compute(&mut stage, Slot::Search);
    assert_eq!(stage.app.record.matches.as_ref().unwrap().len(), 1);
    stage.keys("<esc>");
    let frame = choose(&mut stage, "<esc>");
    assert!(!frame.contains("›") && frame.contains("a/page.html"), "{frame}");
    // The cursor of the list is where it was.
    stage.keys("<enter>");
    compute(&mut stage, Slot::Entries);
    let frame = choose(&mut stage, "jj<enter>");
    assert!(frame.contains("a.tar › inner.tar") && frame.contains("deep.txt"), "{frame}");
    choose(&mut stage, "<esc>");
    stage.keys("<enter>");
    compute(&mut stage, Slot::Entries);
    assert!(choose(&mut stage, "<enter>").contains("a.tar › inner.tar"), "it is remembered");
    stage.keys("<enter>");
    compute(&mut stage, Slot::Entries);
    let frame = choose(&mut stage, "<enter>");
    assert!(frame.contains("inner.tar › deep.txt") && frame.contains("the deepest"), "{frame}");
    let frame = choose(&mut stage, "<esc>");
    assert!(frame.contains("a.tar › inner.tar") && frame.contains("entry 3 of 4"), "{frame}");
    choose(&mut stage, "<esc>");
    assert!(stage.app.record.entry().is_none());
}

#[test]
fn a_double_click_on_an_entry_lists_them_with_the_cursor_on_it() {
    let (mut stage, _) = listed();
    stage.keys("<esc>");
    let frame = stage.frame();
    let row = frame.lines().position(|line| line.contains("inner.tar")).unwrap();
    let row = u16::try_from(row).unwrap();
    for _ in 0..2 {
        for kind in [MouseEventKind::Down(MouseButton::Left), MouseEventKind::Up(MouseButton::Left)]
        {
            let event = pointed(&stage, kind, 60, row);
            stage.event(event);
        }
    }
    compute(&mut stage, Slot::Entries);
    let frame = choose(&mut stage, "<enter>");
    assert!(frame.contains("a.tar › inner.tar"), "{frame}");
}

#[test]
fn entries_follow_one_another_in_the_same_face() {
    let (mut stage, _) = listed();
    choose(&mut stage, "j<enter>");
    assert_eq!(stage.app.record.preview().unwrap().kind(), PreviewKind::Page);
    let frame = choose(&mut stage, "V");
    assert_eq!(stage.app.record.mode, Mode::Hex);
    assert!(frame.contains("|<!doctyp|") || frame.contains("|<!doctype html>"), "{frame}");
    let frame = choose(&mut stage, "[");
    assert!(frame.contains("a.tar › a/one.json") && frame.contains("as hex"), "{frame}");
    choose(&mut stage, "[");
    assert_eq!(stage.notice(), "this is the first entry");
    choose(&mut stage, "<esc>");
    let (mode, kind) = (stage.app.record.mode, stage.app.record.preview().unwrap().kind());
    assert_eq!((mode, kind), (Mode::Auto, PreviewKind::Listing), "the archive has its own face");
    stage.keys("]");
    assert_eq!(stage.notice(), "no entry of an archive is open");
}

#[test]
fn an_entry_is_only_looked_at_and_its_record_stays_the_one_that_is_changed() {
    let (mut stage, records) = listed();
    choose(&mut stage, "<enter>");
    for key in ["e", "E", "o"] {
        stage.keys(key);
        assert!(stage.notice().starts_with("entries are read-only"), "{}", stage.notice());
        assert!(stage.app.editor.is_none());
    }
    // A value of its JSON is chosen, and not changed.
    stage.keys("<enter>");
    compute(&mut stage, Slot::Leaves);
    stage.keys("<enter>");
    assert!(stage.app.unsaved_leaf().is_none());
    stage.keys("<esc>");
    stage.keys("hj");
    stage.show(&records);
    assert!(stage.frame().contains("plate") && stage.app.record.entry().is_none());
    stage.keys("k");
    stage.show(&records);
    let kind = stage.app.record.preview().unwrap().kind();
    assert_eq!((kind, stage.app.record.mode), (PreviewKind::Listing, Mode::Auto));
}

#[test]
fn an_entry_is_looked_for_again_when_its_record_has_changed() {
    let (mut stage, _) = listed();
    choose(&mut stage, "jjj<enter>");
    let reload = |stage: &mut Stage, files: &[(&str, &[u8])]| {
        stage.keys("r");
        let changed = shown(record("a.tar", "application/x-tar", tar(files)));
        stage.answer(Slot::Record, Ok(Loaded::Record(changed)));
        compute(stage, Slot::Record);
        stage.frame()
    };
    let frame = reload(&mut stage, &[("new", b"1"), ("last.txt", b"changed text")]);
    assert!(frame.contains("last.txt") && frame.contains("changed text"), "{frame}");
    assert!(frame.contains("entry 2 of 2") && !stage.app.record.loading, "{frame}");
    let frame = reload(&mut stage, &[("new", b"1")]);
    assert_eq!(stage.notice(), "the archive has no such entry now");
    assert!(stage.app.record.entry().is_none() && !stage.app.record.loading);
    assert!(frame.contains("1 entry") && !frame.contains("last.txt"), "{frame}");
}
