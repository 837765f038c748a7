//! Values of JSON that are changed one at a time, in the pane that shows them.

use larder::app::{Effect, Event, Layer, Loaded, RecordView, Settings, Slot};
use larder::model::{Error, ErrorKind, Expect, Record, SetValue, Write};

use super::{JSON, done};
use crate::stage::{Stage, computed, record, store};

const TEXT: &str = r#"{"price": 1.10, "tags": ["sale",  "new"], "n": {"deep": -0}}"#;

fn on(text: &str) -> Stage {
    with(Settings::default(), text)
}

fn with(settings: Settings, text: &str) -> Stage {
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("a", JSON, text)]);
    stage.keys("<tab>");
    stage
}

/// Puts the cursor on the values.
pub(super) fn select(stage: &mut Stage) {
    stage.keys("<enter>");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    assert!(stage.app.leaf().is_some());
}

fn path(stage: &Stage) -> String {
    stage.app.leaf().unwrap().path()
}

/// The text that is being saved, and the save with its condition.
fn saved(stage: &mut Stage) -> (String, SetValue) {
    let Write::Set(set) = stage.write() else { panic!() };
    (String::from_utf8(set.value.to_vec()).unwrap(), set)
}

fn expects(set: &SetValue, text: &str) {
    let there = Expect::unchanged(text.as_bytes().to_vec().into(), set.content_type.clone());
    assert_eq!(set.expected, there);
}

fn conflict() -> Error {
    Error::new(ErrorKind::Conflict, "changed")
}

#[test]
fn the_cursor_goes_from_value_to_value_and_says_where_it_is() {
    let mut stage = on(TEXT);
    select(&mut stage);
    let mut paths = vec![path(&stage)];
    for _ in 0..6 {
        stage.keys("j");
        paths.push(path(&stage));
    }
    let all = ["$", "$.price", "$.tags", "$.tags[0]", "$.tags[1]", "$.n", "$.n.deep"];
    assert_eq!(paths, all);
    stage.keys("j");
    assert_eq!(path(&stage), "$.n.deep", "the last one is the last");
    stage.keys("h");
    assert_eq!(path(&stage), "$.n");
    stage.keys("gj");
    assert_eq!(path(&stage), "$.price");
    assert!(stage.frame().contains("$.price"), "the border says where");
    stage.keys("yY");
    let copied = stage.asked.iter().filter_map(|effect| match effect {
        Effect::Copy { bytes, .. } => Some(String::from_utf8(bytes.to_vec()).unwrap()),
        _ => None,
    });
    assert_eq!(copied.collect::<Vec<_>>(), ["$.price", "1.10"]);
    stage.keys("<esc>");
    assert!(stage.app.leaf().is_none());
}

#[test]
fn one_value_is_edited_and_every_other_byte_stays() {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("j<enter>");
    let Some(Layer::Prompt(prompt)) = stage.app.layer() else { panic!() };
    assert_eq!(prompt.input.text(), "1.10", "as it is spelled");
    stage.keys("<backspace><backspace>20<enter>");
    let (text, set) = saved(&mut stage);
    assert_eq!(text, TEXT.replace("1.10", "1.20"));
    expects(&set, TEXT);
    stage.keys("<enter>");
    assert_eq!(stage.notice(), "being saved; the answer is awaited");
    stage.written(Write::Set(set), Ok(done()));
    stage.show(&[record("a", JSON, &text)]);
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    assert_eq!(path(&stage), "$.price", "the cursor stays");
    stage.keys("<enter>");
    let Some(Layer::Prompt(prompt)) = stage.app.layer() else { panic!() };
    assert_eq!(prompt.input.text(), "1.20");
}

#[test]
fn what_is_no_value_is_asked_for_again_with_what_was_typed() {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("j<enter><ctrl-u>cheap<enter>");
    assert!(stage.writes().is_empty());
    assert!(stage.notice().starts_with("not JSON"), "{}", stage.notice());
    let Some(Layer::Prompt(prompt)) = stage.app.layer() else { panic!() };
    assert_eq!(prompt.input.text(), "cheap");
    stage.keys("<esc>y<enter><enter>");
    assert_eq!(stage.notice(), "nothing was changed");
    assert!(stage.writes().is_empty());
}

#[test]
fn what_was_typed_for_a_value_is_given_up_only_after_a_question() {
    for (keys, typed) in
        [("j<enter><ctrl-u>cheap", "cheap"), ("jastock: 4", "stock: 4"), ("jR<ctrl-u>cost", "cost")]
    {
        let mut stage = on(TEXT);
        select(&mut stage);
        stage.keys(keys).keys("<esc>");
        let frame = stage.frame();
        for part in ["Discard the changes", "What was typed at $.price is not saved", typed] {
            assert!(frame.contains(part), "{part}: {frame}");
        }
        // A second esc does not give the text up.
        stage.keys("<esc>");
        assert_eq!(line(&stage), typed);
        stage.keys("<esc>y");
        assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))), "{typed}");
        assert!(stage.app.unsaved_leaf().is_none() && stage.writes().is_empty());
    }
    // An unchanged line is left at once.
    for keys in ["j<enter>5<backspace><esc>", "ja<esc>", "jR<esc>"] {
        let mut stage = on(TEXT);
        select(&mut stage);
        stage.keys(keys);
        assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))), "{keys}");
    }
}

#[test]
fn line_breaks_that_are_pasted_for_a_value_are_told_of() {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("j<enter><ctrl-u>");
    stage.event(Event::Paste("[1,\r\n2]".to_owned()));
    assert_eq!((line(&stage), stage.notice()), ("[1, 2]", "line breaks were pasted as spaces"));
}

#[test]
fn members_are_added_renamed_and_removed_alone() {
    let saves = |keys: &str| {
        let mut stage = on(TEXT);
        select(&mut stage);
        stage.keys(keys);
        saved(&mut stage).0
    };
    assert_eq!(saves("jastock: 4<enter>"), TEXT.replace("1.10,", r#"1.10, "stock": 4,"#));
    assert_eq!(saves("jjja\"x\"<enter>"), TEXT.replace(r#""sale",  "#, r#""sale",  "x",  "#));
    assert_eq!(saves("jR<ctrl-u>cost<enter>"), TEXT.replace("price", "cost"));
    assert_eq!(saves("jdy"), TEXT.replace(r#""price": 1.10, "#, ""));
    assert_eq!(saves("Gdy"), TEXT.replace(r#""deep": -0"#, ""));
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("jjjR");
    assert_eq!(stage.notice(), "only members of objects have names");
    stage.keys("jd<enter>");
    assert!(stage.writes().is_empty(), "No is the default");
}

#[test]
fn what_someone_else_changed_beside_it_is_kept() {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("j<enter><ctrl-u>2<enter>");
    let (_, set) = saved(&mut stage);
    stage.written(Write::Set(set), Err(conflict()));
    let now = r#"{"seen": true, "price": 1.10, "tags": []}"#;
    stage.theirs(Some(record("a", JSON, now))).compared();
    let (text, set) = saved(&mut stage);
    assert_eq!(text, now.replace("1.10", "2"));
    expects(&set, now);
    stage.written(Write::Set(set), Ok(done()));
    let said = "saved a, merged with theirs: $.seen, …";
    assert_eq!(stage.notice(), said);
}

/// A save of `2` for the price that meets this record.
fn meets(theirs: Option<Record>) -> Stage {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("j<enter><ctrl-u>2<enter>");
    let (_, set) = saved(&mut stage);
    stage.asked.clear();
    stage.written(Write::Set(set), Err(conflict()));
    stage.theirs(theirs);
    stage
}

/// The text of the line in which a value is typed.
pub(super) fn line(stage: &Stage) -> &str {
    let Some(Layer::Prompt(prompt)) = stage.app.layer() else { panic!("{:?}", stage.app.layer()) };
    prompt.input.text()
}

#[test]
fn the_same_value_changed_by_someone_else_is_decided_in_the_merge() {
    for (content_type, theirs, at, mine) in [
        (JSON, r#"{"price": 1.30, "n": 7}"#, "$.price", r#"{"price": 2, "n": 7}"#),
        (JSON, r#"{"n": 1}"#, "$.price", r#"{"price": 2, "n": 1}"#),
        ("text/plain", "none", "line 1", &*TEXT.replace("1.10", "2")),
    ] {
        let mut stage = meets(Some(record("a", content_type, theirs)));
        stage.compared();
        assert!(stage.writes().is_empty());
        let Some(Layer::Merge(view)) = stage.app.layer() else { panic!("{theirs}") };
        assert_eq!(view.merge.conflicts.last().unwrap().at, at);
        stage.keys("mm<enter>");
        let (text, set) = saved(&mut stage);
        assert_eq!(text, mine);
        let there = Expect::unchanged(theirs.as_bytes().to_vec().into(), content_type.into());
        assert_eq!(set.expected, there);
        stage.written(Write::Set(set), Ok(done()));
        assert_eq!(stage.notice(), "saved a, merged with theirs");
        assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))));
    }
}

#[test]
fn what_someone_else_wrote_is_taken_also_where_they_write_again_before_it_is_saved() {
    let mut stage = meets(Some(record("a", JSON, r#"{"price": 1.30}"#)));
    stage.compared().keys("t<enter>");
    let (text, set) = saved(&mut stage);
    assert_eq!(text, r#"{"price": 1.30}"#);
    stage.written(Write::Set(set), Err(conflict()));
    stage.theirs(Some(record("a", JSON, r#"{"price": 1.40}"#))).compared();
    assert!(stage.writes().is_empty(), "nothing of what was typed is left");
    let said = "nothing to save: all of theirs is taken";
    assert_eq!(stage.notice(), said);
    assert!(stage.app.unsaved_leaf().is_none());
}

#[test]
fn a_merge_that_is_left_keeps_what_was_typed_in_its_line() {
    let mut stage = meets(Some(record("a", JSON, r#"{"price": 1.30}"#)));
    stage.compared().keys("t<esc>");
    assert_eq!(stage.notice(), "not saved · text kept here");
    assert_eq!(line(&stage), "2");
    assert!(stage.writes().is_empty());
    // A second save meets the same record.
    stage.keys("<enter>");
    let (_, set) = saved(&mut stage);
    expects(&set, TEXT);
}

#[test]
fn what_is_typed_in_the_merge_is_saved() {
    let mut stage = meets(Some(record("a", JSON, r#"{"price": 1.30}"#)));
    stage.compared().keys("e<ctrl-end><backspace>3.0<ctrl-s><enter>");
    assert_eq!(saved(&mut stage).0, r#"{"price": 3.0}"#);
}

#[test]
fn what_is_typed_in_the_merge_and_left_is_there_again_and_not_lost_unasked() {
    let mut stage = meets(Some(record("a", JSON, r#"{"price": 1.30}"#)));
    stage.compared().keys("e<ctrl-end><backspace>3.0<esc>");
    assert_eq!(stage.notice(), "not taken · e edits it again");
    let frame = stage.frame();
    assert!(frame.contains("typed   3.0 · not taken"), "{frame}");
    // Either side can be taken, and the typed text is still there.
    stage.keys("te5<ctrl-s>");
    let Some(Layer::Merge(view)) = stage.app.layer() else { panic!() };
    assert_eq!((view.decided(), view.left(0)), (1, None));
    stage.keys("<esc>");
    let frame = stage.frame();
    assert!(frame.contains("What was typed here is not saved"), "{frame}");
    stage.keys("<esc><enter>");
    assert_eq!(saved(&mut stage).0, r#"{"price": 3.05}"#);
    // If that is given up, the earlier text is in its line.
    let mut stage = meets(Some(record("a", JSON, r#"{"price": 1.30}"#)));
    stage.compared().keys("e7<esc><esc>y");
    assert_eq!((line(&stage), stage.notice()), ("2", "not saved · text kept here"));
    // If nothing else was typed, nothing is asked.
    let mut stage = meets(Some(record("a", JSON, r#"{"price": 1.30}"#)));
    stage.compared().keys("e7<backspace><esc><esc>");
    assert_eq!(line(&stage), "2");
}

#[test]
fn a_removal_that_meets_another_change_of_the_value_is_decided_too() {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("jdy");
    let (_, set) = saved(&mut stage);
    let now = TEXT.replace("1.10", "1.30");
    stage.written(Write::Set(set), Err(conflict()));
    stage.theirs(Some(record("a", JSON, &now))).compared();
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))));
    stage.keys("<esc>");
    assert_eq!(stage.notice(), "not saved");
    assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))), "nothing is left to be typed");
}

#[test]
fn a_value_of_a_record_that_is_gone_is_saved_anew_only_after_a_question() {
    let mut stage = meets(None);
    assert!(stage.frame().contains("Save the record anew"), "{}", stage.frame());
    stage.keys("<esc>");
    assert_eq!(line(&stage), "2");
    let mut stage = meets(None);
    stage.keys("y");
    let (text, set) = saved(&mut stage);
    assert_eq!((text, set.expected), (TEXT.replace("1.10", "2"), Expect::Absent));
}

#[test]
fn a_save_that_fails_asks_again_for_what_was_typed() {
    let fails = |keys: &str| {
        let mut stage = on(TEXT);
        select(&mut stage);
        stage.keys(keys);
        let (_, set) = saved(&mut stage);
        stage.written(Write::Set(set), Err(Error::new(ErrorKind::Io, "the disk is full")));
        assert!(stage.notice().contains("the disk is full"), "{}", stage.notice());
        stage
    };
    assert_eq!(line(&fails("j<enter><ctrl-u>2<enter>")), "2");
    assert_eq!(line(&fails("jastock: 4<enter>")), "stock: 4");
    assert_eq!(line(&fails("jR<ctrl-u>cost<enter>")), "cost");
    assert!(matches!(fails("jdy").app.layer(), Some(Layer::Confirm(_))));
}

#[test]
fn what_someone_else_wrote_that_is_not_read_leaves_nothing_unsaid() {
    let met = || {
        let mut stage = on(TEXT);
        select(&mut stage);
        stage.keys("j<enter><ctrl-u>2<enter>");
        let (_, set) = saved(&mut stage);
        stage.written(Write::Set(set), Err(conflict()));
        stage
    };
    let mut stage = met();
    stage.answer(Slot::Theirs, Err(Error::new(ErrorKind::Connection, "the connection was lost")));
    assert!(stage.notice().starts_with("not saved"), "{}", stage.notice());
    assert!(stage.notice().contains("the connection was lost"), "{}", stage.notice());
    assert_eq!(line(&stage), "2", "it can be tried again");

    let mut stage = met();
    stage.keys("<esc>");
    assert_eq!(line(&stage), "2");
    assert!(stage.notice().starts_with("not saved"), "{}", stage.notice());
    let cancelled = |effect: &Effect| matches!(effect, Effect::Cancel(Slot::Theirs));
    assert!(stage.asked.iter().any(cancelled), "nothing is read for nobody");
}

#[test]
fn the_cursor_stays_while_its_change_is_being_saved() {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("j<enter><ctrl-u>2<enter>");
    let (_, set) = saved(&mut stage);
    for key in ["<esc>", "a", "d", "o"] {
        stage.keys(key);
        assert_eq!(stage.notice(), "being saved; the answer is awaited", "{key}");
        assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))), "{key}");
    }
    stage.written(Write::Set(set), Ok(done()));
    stage.keys("<esc>");
    assert!(stage.app.leaf().is_none());
}

#[test]
fn the_cursor_goes_to_what_was_added_or_named_whatever_was_merged_with_it() {
    let now = r#"{"seen": true, "price": 1.10, "tags": ["new", "sale", "old"], "n": {"deep": -0}}"#;
    for (keys, there) in [
        ("jastock: 4<enter>", "$.stock"),
        ("jR<ctrl-u>cost<enter>", "$.cost"),
        ("jjjja7<enter>", "$.tags[2]"),
        ("ja\"x y\": 4<enter>", "$[\"x y\"]"),
    ] {
        let mut stage = on(&now.replace("\"seen\": true, ", ""));
        select(&mut stage);
        stage.keys(keys);
        let (_, set) = saved(&mut stage);
        stage.written(Write::Set(set), Err(conflict()));
        stage.theirs(Some(record("a", JSON, now))).compared();
        let (text, set) = saved(&mut stage);
        stage.written(Write::Set(set), Ok(done()));
        stage.show(&[record("a", JSON, &text)]);
        let (ticket, read) = stage.take(Slot::Leaves);
        stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
        assert_eq!(path(&stage), there, "{text}");
    }
}

fn reviewed() -> Stage {
    with(Settings { review_saves: true, ..Settings::default() }, TEXT)
}

#[test]
fn what_changes_is_shown_before_one_value_is_saved() {
    let mut stage = reviewed();
    select(&mut stage);
    stage.keys("j<enter><ctrl-u>1.20<enter>");
    assert!(matches!(stage.app.layer(), Some(Layer::Review(_))));
    stage.keys("<enter>");
    assert!(stage.writes().is_empty(), "what is not shown yet is not agreed to");
    stage.compared();
    let frame = stage.frame();
    for part in ["Save a", "$.price  1.10 → 1.20", "esc keep editing"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<esc>");
    let Some(Layer::Prompt(prompt)) = stage.app.layer() else { panic!() };
    assert_eq!(prompt.input.text(), "1.20", "what was typed is there again");
    stage.keys("<enter>").compared().keys("<enter>");
    let (text, set) = saved(&mut stage);
    assert_eq!(text, TEXT.replace("1.10", "1.20"));
    expects(&set, TEXT);
    stage.written(Write::Set(set), Ok(done()));
    assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))));
}

#[test]
fn the_diff_asks_before_a_value_is_removed() {
    let mut stage = reviewed();
    select(&mut stage);
    stage.keys("jd").compared();
    assert!(stage.frame().contains("esc leave it"), "{}", stage.frame());
    stage.keys("<esc>");
    assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))));
    assert!(stage.writes().is_empty());
    stage.keys("d").compared().keys("<enter>");
    assert_eq!(saved(&mut stage).0, TEXT.replace(r#""price": 1.10, "#, ""));
}

#[test]
fn a_value_that_changed_after_it_was_shown_is_not_overwritten() {
    let mut stage = reviewed();
    select(&mut stage);
    stage.keys("<esc>r");
    let (ticket, _) = stage.take(Slot::Record);
    select(&mut stage);
    stage.keys("j<enter><ctrl-u>2<enter>").compared();
    // The pane behind the diff shows the other writer's version.
    let now = record("a", JSON, r#"{"price": 1.30}"#);
    let view = RecordView::Whole(now.clone(), larder::preview::Preview::build(&now).into());
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(view))));
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    stage.keys("<enter>");
    let (_, set) = saved(&mut stage);
    expects(&set, TEXT);
    stage.written(Write::Set(set), Err(conflict()));
    stage.theirs(Some(now)).compared();
    assert!(stage.writes().is_empty());
    let frame = stage.frame();
    for part in ["$.price", "1.30", "was     1.10"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
}

#[test]
fn nothing_is_changed_where_nothing_may_be_written() {
    let mut stage = with(Settings { read_only: true, ..Settings::default() }, TEXT);
    select(&mut stage);
    for key in ["<enter>", "a", "jR", "d"] {
        stage.keys(key);
        assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))), "{key}");
        assert!(stage.notice().contains("read-only"), "{key}: {}", stage.notice());
    }
}

#[test]
fn only_json_has_values() {
    let mut stage = on(TEXT);
    stage.show(&[]);
    let mut text = Stage::new(120, 36);
    text.connect(vec![store("shop", 1)]);
    text.open(&[record("c", "text/plain; charset=utf-8", "three")]);
    text.keys("<tab><enter>");
    assert!(text.app.leaf().is_none());
    assert!(text.app.editor.is_some(), "the whole of it is edited");
}

#[test]
fn the_cursor_follows_the_record_as_it_changes() {
    let mut stage = on(TEXT);
    select(&mut stage);
    stage.keys("G");
    assert_eq!(path(&stage), "$.n.deep");
    let now = record("a", JSON, r#"{"n": {"x": 1, "deep": 7}}"#);
    let (ticket, _) = {
        stage.keys("<esc>r");
        stage.take(Slot::Record)
    };
    select(&mut stage);
    stage.keys("G");
    let view = RecordView::Whole(now.clone(), larder::preview::Preview::build(&now).into());
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(view))));
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    assert_eq!(path(&stage), "$.n.deep");
    stage.keys("<enter>");
    let Some(Layer::Prompt(prompt)) = stage.app.layer() else { panic!() };
    assert_eq!(prompt.input.text(), "7");
}

#[test]
fn a_value_is_changed_as_it_is_shown_also_before_the_values_are_found() {
    let mut stage = on(TEXT);
    stage.keys("r");
    let (ticket, _) = stage.take(Slot::Record);
    select(&mut stage);
    stage.keys("j");
    let now = record("a", JSON, TEXT.replace("1.10", "1.30"));
    let view = RecordView::Whole(now.clone(), larder::preview::Preview::build(&now).into());
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(view))));
    stage.keys("<enter>");
    assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))));
    while stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Leaves, ..))) {
        let (ticket, read) = stage.take(Slot::Leaves);
        stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    }
    assert_eq!(line(&stage), "1.30");
}
