//! Scripts for the core: keys by groups, totals, and following the newest.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use larder::app::{Effect, Event, Loaded, Pane, Slot};
use larder::index::Sort;
use larder::model::{Key, Record, WatchEvent, WatchSource};

use crate::stage::{Stage, computed, index, record, store};

const JSON: &str = "application/json; charset=utf-8";

fn shop() -> Vec<Record> {
    let keys = ["INPUT", "page-001", "page-002", "shot-a-1", "shot-a-2", "shot-b-1"];
    keys.iter().map(|key| record(key, JSON, "1")).collect()
}

fn opened() -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 6)]);
    stage.keys("j").open(&shop());
    stage.noticed(WatchEvent::Source(WatchSource::Files));
    stage
}

/// Answers the groups and orders that the core asks for.
fn answer(stage: &mut Stage) {
    let wanted = |effect: &Effect| match effect {
        Effect::Read(slot @ (Slot::Groups | Slot::Select), ..) => Some(*slot),
        _ => None,
    };
    while let Some(slot) = stage.asked.iter().find_map(wanted) {
        let (ticket, read) = stage.take(slot);
        let loaded = computed(read);
        stage.event(Event::Loaded(slot, ticket, Ok(loaded)));
    }
}

fn rows(stage: &Stage) -> Vec<String> {
    let keys = &stage.app.keys;
    let row = |at| match keys.group(at) {
        Some(group) if !group.leaf => {
            format!("{}* {}", group.prefix.escaped(), group.records)
        }
        _ => keys.row(at).unwrap().key.escaped(),
    };
    (0..keys.len()).map(row).collect()
}

#[test]
fn groups_are_entered_and_left() {
    let mut stage = opened();
    stage.keys("c");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["INPUT", "page-* 2", "shot-* 3"]);
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("INPUT"));
    stage.keys("jj<enter>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["shot-a-* 2", "shot-b-1"]);
    assert!(stage.frame().contains("shot-… · 3 records"), "{}", stage.frame());
    stage.keys("<enter>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["shot-a-1", "shot-a-2"]);
    assert_eq!(stage.app.focus, Pane::Keys);
    stage.keys("<left>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["shot-a-* 2", "shot-b-1"]);
    stage.keys("<esc>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["INPUT", "page-* 2", "shot-* 3"]);
    assert_eq!(stage.app.keys.cursor.at, 2, "on the group that was left");
    stage.keys("<esc>");
    answer(&mut stage);
    assert_eq!(rows(&stage).len(), 6);
    assert_eq!(stage.app.focus, Pane::Keys);
}

#[test]
fn a_filter_looks_among_the_keys_of_the_group() {
    let mut stage = opened();
    stage.keys("c");
    answer(&mut stage);
    stage.keys("jj<enter>");
    answer(&mut stage);
    stage.keys("/-1<enter>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["shot-a-1", "shot-b-1"]);
    stage.keys("<esc>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["shot-a-1", "shot-a-2", "shot-b-1"]);
    stage.keys("<esc>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["shot-a-* 2", "shot-b-1"]);
}

#[test]
fn groups_follow_what_changes() {
    let mut stage = opened();
    stage.keys("c");
    answer(&mut stage);
    stage.keys("jj");
    let set = vec![record("page-003", JSON, "1").meta, record("map-1", JSON, "1").meta];
    stage.noticed(WatchEvent::Records { set, removed: vec![Key::from("INPUT")] });
    let (ticket, read) = stage.take(Slot::Keys);
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(computed(read))));
    answer(&mut stage);
    assert_eq!(rows(&stage), ["map-1", "page-* 3", "shot-* 3"]);
    assert_eq!(stage.app.keys.cursor.at, 2, "the cursor stays on its group");
}

#[test]
fn totals_are_counted_while_one_looks_at_them() {
    let mut stage = opened();
    stage.keys("t");
    let (ticket, read) = stage.take(Slot::Totals);
    stage.event(Event::Loaded(Slot::Totals, ticket, Ok(computed(read))));
    let frame = stage.frame();
    let all = frame.lines().find_map(|line| line.split("┃ all ").nth(1));
    let all: Vec<_> = all.unwrap_or_else(|| panic!("{frame}")).split_whitespace().collect();
    assert_eq!(all[..3], ["6", "6", "B"], "{frame}");
    stage.asked.clear();
    stage.keys("<esc>r").answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    let counts = |effect: &Effect| matches!(effect, Effect::Read(Slot::Totals, ..));
    assert!(!stage.asked.iter().any(counts), "nobody looks");
}

#[test]
fn following_keeps_the_view_on_the_newest() {
    let mut stage = opened();
    stage.keys("jjF");
    answer(&mut stage);
    assert!(stage.app.keys.follow.on);
    assert_eq!((stage.app.keys.sort, stage.app.keys.cursor.at), (Sort::Newest, 0));
    let frame = stage.frame();
    assert!(frame.contains("Nothing new yet") && frame.contains("following"), "{frame}");
    let set = vec![record("page-009", JSON, "1").meta];
    stage.noticed(WatchEvent::Records { set, removed: vec![] });
    let (ticket, read) = stage.take(Slot::Keys);
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(computed(read))));
    answer(&mut stage);
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("page-009"));
    stage.keys("j");
    assert!(!stage.app.keys.follow.on, "whoever goes elsewhere wants to read");
    assert_eq!(stage.app.keys.sort, Sort::Newest);
    let frame = stage.frame();
    assert!(frame.contains("Newest first") && frame.contains(" F follows again "), "{frame}");
    stage.event(Event::Resize(120, 7));
    stage.keys("<end>");
    assert!(stage.frame().contains(" newer above · F follows again "), "{}", stage.frame());
}

#[test]
fn a_record_that_is_looked_at_closely_is_not_taken_away_by_newer_ones() {
    let comes = |stage: &mut Stage, key: &str| {
        let set = vec![record(key, JSON, "1").meta];
        stage.noticed(WatchEvent::Records { set, removed: vec![] });
        let (ticket, read) = stage.take(Slot::Keys);
        stage.event(Event::Loaded(Slot::Keys, ticket, Ok(computed(read))));
        answer(stage);
    };
    let current = |stage: &Stage| stage.app.keys.current().unwrap().key.escaped();
    for into in ["<enter>", "<tab>"] {
        let mut stage = opened();
        stage.keys("F");
        answer(&mut stage);
        comes(&mut stage, "page-009");
        assert_eq!(current(&stage), "page-009");
        stage.keys(into);
        assert_eq!(stage.app.focus, Pane::Record);
        comes(&mut stage, "page-010");
        assert_eq!(current(&stage), "page-009", "{into}");
        assert!(stage.frame().contains("F follows again"), "{}", stage.frame());
        // The key for following is one of the list.
        stage.keys("<left>F");
        answer(&mut stage);
        assert_eq!(current(&stage), "page-010");
    }
}

#[test]
fn what_is_said_around_groups_is_true_of_groups() {
    let mut stage = opened();
    // In groups, following does not go on.
    stage.keys("F");
    answer(&mut stage);
    assert!(stage.frame().contains("following"));
    stage.keys("c");
    answer(&mut stage);
    let frame = stage.frame();
    assert!(frame.contains("Groups, keys") && !frame.contains("following"), "{frame}");
    // The count has a head too.
    let heads = frame.lines().nth(2).unwrap().split('┃').nth(1).unwrap();
    assert!(heads.contains("Records  "), "{frame}");
    // The cursor is on a record, and then on a group.
    stage.keys("<home>");
    assert!(stage.frame().contains("e edit"));
    stage.keys("j");
    let footer = |stage: &mut Stage| stage.frame().lines().last().unwrap().to_owned();
    let on_group = footer(&mut stage);
    for nothing in ["edit", "delete", "mark", "details"] {
        assert!(!on_group.contains(nothing), "{on_group}");
    }
    for something in ["open", "new", "filter", "sort", "help"] {
        assert!(on_group.contains(something), "{on_group}");
    }
    // In a group with only keys, the columns are those of keys.
    stage.keys("<enter>");
    answer(&mut stage);
    assert_eq!(rows(&stage), ["page-001", "page-002"]);
    let frame = stage.frame();
    let heads = frame.lines().nth(2).unwrap().split('┃').nth(1).unwrap();
    assert!(heads.contains(" Key ") && heads.contains("Type"), "{frame}");
    assert!(!heads.contains("Groups") && !heads.contains("Records"), "{frame}");
    assert!(footer(&mut stage).contains("edit"));
}
