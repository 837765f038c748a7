//! Objects and lists of JSON that are folded while one value is chosen.

use larder::app::{Effect, Event, Loaded, RecordView, Slot};
use larder::model::WatchEvent;

use super::leaf::select;
use super::{JSON, done};
use crate::stage::{Stage, computed, record, store};

const TEXT: &str = r#"{"a": [1, {"b": 2, "c": [3]}, []], "d": {"e": null}, "f": "g"}"#;

fn on(text: &str) -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("a", JSON, text)]);
    stage.keys("<tab>");
    select(&mut stage);
    stage
}

fn path(stage: &Stage) -> String {
    stage.app.leaf().unwrap().path()
}

/// Replaces the record with another one, which is read again.
fn changed(stage: &mut Stage, text: &str) {
    let record = record("a", JSON, text);
    let set = vec![record.meta.clone()];
    stage.noticed(WatchEvent::Records { set, removed: Vec::new() });
    stage.show(&[record]);
}

/// The lines of the value as they are shown, without what is left of it.
fn shown(stage: &Stage) -> Vec<String> {
    let Some(RecordView::Whole(_, preview)) = &stage.app.record.shown else { panic!() };
    preview.whole_lines().map(|row| row.text().trim().to_owned()).collect()
}

#[test]
fn a_key_folds_and_the_cursor_goes_past_what_is_folded() {
    let mut stage = on(TEXT);
    stage.keys("j<space>");
    assert_eq!(shown(&stage)[1], "\"a\": [… 3 items],");
    assert_eq!(shown(&stage).len(), 7);
    assert!(stage.frame().contains("\"a\": [… 3 items],"));
    stage.keys("j");
    assert_eq!(path(&stage), "$.d", "what is folded is passed over");
    stage.keys("k");
    assert_eq!(path(&stage), "$.a");
    stage.keys("G");
    assert_eq!(path(&stage), "$.f");
    stage.keys("gj<right>");
    assert_eq!(shown(&stage).len(), 16, "to go into it unfolds it");
    assert_eq!(path(&stage), "$.a", "and then one is still on it");
    stage.keys("<right>");
    assert_eq!(path(&stage), "$.a[0]");
    stage.keys("<space>");
    assert_eq!(stage.notice(), "this value holds no others to fold");
}

#[test]
fn json_that_is_packed_in_a_value_is_folded_and_not_changed() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 1)]);
    let packed =
        "eyJhIjogWzEsIHsiYiI6IDIsICJjIjogWzNdfSwgW11dLCAiZCI6IHsiZSI6IG51bGx9LCAiZiI6ICJnIn0=";
    stage.open(&[record("a", "text/plain", packed)]);
    stage.keys("<tab>");
    select(&mut stage);
    stage.keys("j<space>");
    assert_eq!((shown(&stage)[1].as_str(), path(&stage).as_str()), ("\"a\": [… 3 items],", "$.a"));
    assert!(stage.frame().contains("\"a\": [… 3 items],"));
    stage.keys("Y");
    let spelled = "[1, {\"b\": 2, \"c\": [3]}, []]";
    let copied = |effect: &Effect| matches!(effect, Effect::Copy { bytes, .. } if bytes == spelled);
    assert!(stage.asked.iter().any(copied));
    let why = "not stored as shown; edit the whole record";
    for key in ["<enter>", "a", "o", "R", "d"] {
        stage.keys(key);
        assert_eq!(stage.notice(), why, "{key}");
    }
    stage.keys("<esc>");
    assert_eq!(shown(&stage).len(), 16);
}

#[test]
fn a_level_is_folded_at_once_and_what_was_folded_inside_stays_so() {
    let mut stage = on(TEXT);
    stage.keys("jjj<space>h");
    assert_eq!(path(&stage), "$.a");
    stage.keys("-");
    assert_eq!(
        shown(&stage),
        ["{", "\"a\": [… 3 items],", "\"d\": {… 1 member},", "\"f\": \"g\"", "}"]
    );
    stage.keys("-");
    assert_eq!(stage.notice(), "nothing more is folded at this level");
    stage.keys("<space>");
    assert_eq!(shown(&stage)[3], "{… 2 members},");
    stage.keys("+");
    assert_eq!(shown(&stage).len(), 16);
    stage.keys("+");
    assert_eq!(stage.notice(), "nothing is folded");
    stage.keys("g<space>");
    assert_eq!(shown(&stage), ["{… 3 members}"]);
    stage.keys("G");
    assert_eq!(path(&stage), "$", "nothing else is shown");
}

#[test]
fn the_cursor_goes_to_what_stands_beside() {
    let mut stage = on(TEXT);
    stage.keys("jJ");
    assert_eq!(path(&stage), "$.d");
    stage.keys("J");
    assert_eq!(path(&stage), "$.f");
    stage.keys("J");
    assert_eq!(stage.notice(), "no further value at this level");
    stage.keys("KK");
    assert_eq!(path(&stage), "$.a");
}

#[test]
fn folds_stay_when_the_record_is_read_anew_and_go_with_the_cursor() {
    let mut stage = on(TEXT);
    stage.keys("j<space>jjj<enter><ctrl-u>7<enter>");
    let set = stage.write();
    stage.written(set, Ok(done()));
    let text = TEXT.replace("\"a\": [1,", "\"new\": 0, \"a\": [0, 1,");
    stage.show(&[record("a", JSON, &text)]);
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    assert_eq!(shown(&stage)[1..3], ["\"new\": 0,", "\"a\": [… 4 items],"]);
    assert_eq!(path(&stage), "$.f");
    stage.keys("<esc>");
    assert!(stage.app.leaf().is_none());
    assert_eq!(shown(&stage).len(), 18, "all is shown");
}

#[test]
fn what_is_edited_beside_a_fold_is_that_value() {
    let mut stage = on(TEXT);
    stage.keys("j<space>jj<enter>");
    assert_eq!(path(&stage), "$.d.e");
    stage.keys("<ctrl-u>7<enter>");
    let larder::model::Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(String::from_utf8_lossy(&set.value), TEXT.replace("null", "7"));
}

#[test]
fn a_path_is_copied_for_other_programs() {
    let mut stage = on(TEXT);
    stage.keys("jjjj");
    stage.keys("y<ctrl-y><alt-y>");
    let copied = stage.asked.iter().filter_map(|effect| match effect {
        Effect::Copy { bytes, .. } => Some(String::from_utf8(bytes.to_vec()).unwrap()),
        _ => None,
    });
    let expected = ["$.a[1].b", ".a[1].b", "data[\"a\"][1][\"b\"]"];
    assert_eq!(copied.collect::<Vec<_>>(), expected);
}

#[test]
fn a_fold_far_down_is_seen_where_it_was() {
    let items: Vec<_> = (0..200).map(|at| format!("{{\"n\": {at}, \"m\": [1, 2, 3]}}")).collect();
    let mut stage = on(&format!("[{}]", items.join(", ")));
    stage.keys("G<left><left>");
    assert_eq!(path(&stage), "$[199]");
    stage.keys("-");
    let frame = stage.frame();
    assert!(frame.contains("{… 2 members}"), "{frame}");
    assert_eq!(shown(&stage).len(), 202);
}

#[test]
fn what_is_beside_a_thousand_others_is_folded_off_the_loop() {
    let mut stage = on(&format!("[{}7]", "[1],".repeat(1200)));
    stage.keys("j-");
    assert_eq!(shown(&stage).len(), 3603, "not yet");
    let fold = |stage: &mut Stage| {
        let (ticket, read) = stage.take(Slot::Folds);
        stage.event(Event::Loaded(Slot::Folds, ticket, Ok(computed(read))));
    };
    fold(&mut stage);
    assert_eq!((shown(&stage).len(), path(&stage)), (1203, "$[0]".to_owned()));
    stage.keys("-");
    fold(&mut stage);
    assert_eq!(stage.notice(), "nothing more is folded at this level");
    // A value that is unfolded is still one of its siblings.
    stage.keys("J<space>");
    fold(&mut stage);
    assert_eq!((shown(&stage).len(), path(&stage)), (1205, "$[1]".to_owned()));
    stage.keys("G");
    assert_eq!(path(&stage), "$[1200]");
    stage.keys("-<esc>");
    assert_eq!(shown(&stage).len(), 3603, "folds go with the cursor");
    stage.asked.clear();
    stage.keys("<tab>");
    assert!(!stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Folds, ..))));
}

#[test]
fn json_of_many_megabytes_is_folded_and_not_edited_in_parts() {
    let text = format!("[{{\"long\": \"{}\"}}, 7]", "x".repeat(9 << 20));
    let mut stage = on(&text);
    stage.keys("j<space>");
    assert_eq!(shown(&stage), ["[", "{… 1 member},", "7", "]"]);
    stage.keys("j<enter>");
    let why = "JSON over 8 MiB; edit the whole record";
    assert_eq!((stage.notice(), path(&stage)), (why, "$[1]".to_owned()));
}

#[test]
fn values_of_large_json_go_before_those_of_what_it_becomes_are_found() {
    let text = |first: u32| format!("[[{first}, 2], {}7]", "1,".repeat(300_000));
    let mut stage = on(&text(1));
    stage.keys("j<space>jj");
    assert_eq!(path(&stage), "$[2]");
    changed(&mut stage, &text(8));
    assert_eq!(path(&stage), "$", "nothing else is known of it yet");
    stage.keys("j<enter>");
    assert_eq!(stage.notice(), "the record changed: finding its values…");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    assert_eq!(path(&stage), "$[2]");
    assert!(stage.frame().contains("[… 2 items],"));
    // Once left, the values stay left; for JSON with too many values, there is no cursor.
    changed(&mut stage, &text(9));
    let (ticket, _) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(Loaded::Leaves(None))));
    assert!(stage.app.leaf().is_none());
    assert_eq!(stage.notice(), "over 8,388,608 values; edit the whole record");
}
