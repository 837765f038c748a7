//! Values in values: JSON in strings, base64, gzip; opened, edited, and put back into their record.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use larder::app::editor::Editor;
use larder::app::{Effect, Event, Layer, Settings, Slot};
use larder::edit::draft::Draft;
use larder::model::{Error, ErrorKind, Expect, SetValue, Timestamp, Write};

use super::drafts::read_back;
use super::{JSON, done};
use crate::stage::{Stage, computed, record, store};

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn unzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

pub(super) fn string(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

pub(super) fn opened(value: &[u8], content_type: &str) -> Stage {
    let mut stage = Stage::with(120, 36, Settings { process: 7, ..Settings::default() });
    stage.app.now = Timestamp::from_micros(10_000_000);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("page", content_type, value)]);
    stage.keys("<tab>");
    stage
}

fn answered(stage: &mut Stage, slot: Slot) {
    let (ticket, read) = stage.take(slot);
    stage.event(Event::Loaded(slot, ticket, Ok(computed(read))));
}

/// Opens the value inside the value whose path ends like this.
pub(super) fn inside(stage: &mut Stage, path: &str) {
    stage.keys("<enter>");
    answered(stage, Slot::Leaves);
    let mut steps = 0;
    while !stage.app.leaf().unwrap().path().ends_with(path) {
        stage.keys("j");
        steps += 1;
        assert!(steps < 1000, "there is no {path}");
    }
    stage.keys("o");
    answered(stage, Slot::Leaves);
}

/// Saves the text that was typed inside.
pub(super) fn saved(stage: &mut Stage) -> SetValue {
    stage.keys("<ctrl-s>");
    answered(stage, Slot::Saving);
    let Write::Set(set) = stage.write() else { panic!() };
    set
}

pub(super) fn text(set: &SetValue) -> &str {
    std::str::from_utf8(&set.value).unwrap()
}

fn editor(stage: &Stage) -> &Editor {
    stage.app.editor.as_ref().unwrap()
}

const BODY: &str = r#"{"price": 1.10, "name": "a"}"#;

fn packed(body: &str) -> String {
    format!(r#"{{"n":1.10,"body": "{}" , "t":"a\/b"}}"#, STANDARD.encode(gzip(body.as_bytes())))
}

#[test]
fn a_value_in_a_value_is_edited_and_put_back_through_its_layers() {
    let outer = packed(BODY);
    let mut stage = opened(outer.as_bytes(), JSON);
    inside(&mut stage, ".body");
    assert!(stage.frame().contains("$.body · base64 → gzip → JSON"), "{}", stage.frame());
    assert!(stage.app.layers.is_empty());
    assert_eq!(stage.edited(), "{\n  \"price\": 1.10,\n  \"name\": \"a\"\n}");
    stage.keys("<down><end><left><backspace>2");
    let set = saved(&mut stage);
    let value = text(&set);
    let (before, after) = (r#"{"n":1.10,"body": ""#, r#"" , "t":"a\/b"}"#);
    let body = value.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap();
    let body = unzip(&STANDARD.decode(body).unwrap());
    // JSON that was laid out for the editor is on one line again.
    assert_eq!(String::from_utf8(body).unwrap(), BODY.replace("1.10", "1.12"));
    assert_eq!(set.content_type.as_str(), JSON);
    assert_eq!(set.expected, Expect::unchanged(outer.into_bytes().into(), JSON.into()));
    let now = record("page", JSON, &set.value);
    stage.written(Write::Set(set), Ok(done()));
    assert!(stage.app.editor.is_none());
    stage.show(&[now]);
    answered(&mut stage, Slot::Leaves);
    assert_eq!(stage.app.leaf().unwrap().path(), "$.body", "the cursor is where it was");
}

#[test]
fn where_there_is_little_room_the_place_of_the_value_is_named_whole() {
    let packed = STANDARD.encode(gzip(BODY.as_bytes()));
    let mut stage = opened(format!(r#"{{"a · b":"{packed}"}}"#).as_bytes(), JSON);
    inside(&mut stage, "\"]");
    stage.event(Event::Resize(40, 10));
    let frame = stage.frame();
    assert!(frame.contains("Edit $[\"a · b\"] ━"), "{frame}");
}

#[test]
fn nothing_typed_inside_writes_nothing() {
    let mut stage = opened(packed(BODY).as_bytes(), JSON);
    inside(&mut stage, ".body");
    stage.keys("<ctrl-s>");
    assert!(stage.app.editor.is_none() && stage.writes().is_empty());
    assert_eq!(stage.notice(), "nothing was changed");
    let mut stage = opened(packed(BODY).as_bytes(), JSON);
    inside(&mut stage, ".body");
    stage.keys("x<ctrl-z><esc>");
    assert!(stage.app.editor.is_none());
    assert_eq!(stage.app.leaf().unwrap().path(), "$.body");
}

#[test]
fn what_is_changed_inside_is_shown_before_it_is_saved() {
    let mut stage = opened(packed(BODY).as_bytes(), JSON);
    stage.app.settings.review_saves = true;
    inside(&mut stage, ".body");
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    answered(&mut stage, Slot::Saving);
    stage.compared();
    let frame = stage.frame();
    for part in [
        "Save page · $.body · base64 → gzip → JSON",
        "$.price  1.10 → 1.12",
        "the gzip around it is compressed anew",
    ] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<enter>");
    assert!(matches!(stage.write(), Write::Set(_)));
}

#[test]
fn a_whole_value_that_is_packed_is_opened_too() {
    let mut stage = opened(&gzip(BODY.as_bytes()), "application/gzip");
    stage.keys("o");
    answered(&mut stage, Slot::Leaves);
    assert!(stage.frame().contains(" gzip → JSON"), "{}", stage.frame());
    stage.keys("<down><end><left><backspace>2");
    let set = saved(&mut stage);
    assert_eq!(unzip(&set.value), BODY.replace("1.10", "1.12").as_bytes());
    assert_eq!(set.content_type.as_str(), "application/gzip");
    let mut stage = opened(&gzip(BODY.as_bytes()), "application/gzip");
    stage.keys("e");
    assert_eq!(stage.notice(), "packed bytes · in the list o opens them");
    for (value, content_type, why) in [
        (&b"plain"[..], "text/plain; charset=utf-8", "nothing is packed here"),
        (b"[1]", JSON, "choose a value first"),
    ] {
        let mut stage = opened(value, content_type);
        stage.keys("o");
        assert!(
            stage.app.editor.is_none() && stage.notice().starts_with(why),
            "{}",
            stage.notice()
        );
    }
}

#[test]
fn what_is_no_string_is_told_and_the_cursor_stays() {
    let mut stage = opened(br#"{"n": 1}"#, JSON);
    inside(&mut stage, ".n");
    assert!(stage.notice().starts_with("no string"), "{}", stage.notice());
    assert!(stage.app.leaf().is_some() && stage.app.editor.is_none());
}

#[test]
fn text_of_many_lines_is_edited_as_it_reads() {
    let mut stage = opened(br#"{"html": "<p>\n\u00e9\/</p>", "n": 1}"#, JSON);
    inside(&mut stage, ".html");
    assert_eq!(stage.edited(), "<p>\né/</p>");
    stage.keys("<down><right>è");
    let set = saved(&mut stage);
    assert_eq!(text(&set), r#"{"html": "<p>\n\u00e9\u00e8\/</p>", "n": 1}"#);
}

#[test]
fn bytes_inside_are_edited_in_hexadecimal() {
    let bytes: Vec<u8> = (0..=255).collect();
    let outer = format!(r#"{{"raw": "{}"}}"#, STANDARD.encode(&bytes));
    let mut stage = opened(outer.as_bytes(), JSON);
    inside(&mut stage, ".raw");
    assert!(editor(&stage).value.hex().is_some());
    stage.keys("ff");
    let set = saved(&mut stage);
    let expected = [&[0xff], &bytes[1..]].concat();
    assert_eq!(text(&set), format!(r#"{{"raw": "{}"}}"#, STANDARD.encode(expected)));
}

#[test]
fn json_that_is_none_any_more_stays_in_the_editor() {
    let mut stage = opened(format!(r#"{{"a": {}}}"#, string("[1]")).as_bytes(), JSON);
    inside(&mut stage, ".a");
    stage.keys("x<ctrl-s>");
    assert!(editor(&stage).fault.as_ref().unwrap().contains("not JSON"));
    assert!(stage.writes().is_empty());
}

#[test]
fn what_someone_else_wrote_beside_it_is_merged_and_in_it_asked_about() {
    let outer = |n: u8, body: &str| format!(r#"{{"n": {n}, "a": {}}}"#, string(body));
    let save = |theirs: String| {
        let mut stage = opened(outer(1, "[1]").as_bytes(), JSON);
        inside(&mut stage, ".a");
        stage.keys("<down><end>2");
        let set = saved(&mut stage);
        assert_eq!(text(&set), outer(1, "[12]"));
        let conflict = Error::new(ErrorKind::Conflict, "changed");
        stage.written(Write::Set(set), Err(conflict));
        stage.theirs(Some(record("page", JSON, theirs))).compared();
        stage
    };
    let mut stage = save(outer(5, "[1]"));
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(text(&set), outer(5, "[12]"));
    let stage = save(outer(1, "[7]"));
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))));
    assert!(stage.writes().is_empty());
}

#[test]
fn two_changes_inside_are_joined_there_and_asked_about_where_they_meet() {
    let body = |price: &str, name: &str| format!(r#"{{"price": {price}, "name": "{name}"}}"#);
    let read = |set: &SetValue| {
        let record: serde_json::Value = serde_json::from_slice(&set.value).unwrap();
        let inner = unzip(&STANDARD.decode(record["body"].as_str().unwrap()).unwrap());
        String::from_utf8(inner).unwrap()
    };
    let save = |theirs: &str| {
        let mut stage = opened(packed(BODY).as_bytes(), JSON);
        inside(&mut stage, ".body");
        stage.keys("<down><end><left><backspace>2");
        let set = saved(&mut stage);
        stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
        let theirs = packed(theirs).replace(r#""n":1.10"#, r#""n":7"#);
        stage.theirs(Some(record("page", JSON, &theirs))).compared();
        (stage, theirs)
    };
    let (mut stage, theirs) = save(&body("1.10", "b"));
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(read(&set), body("1.12", "b"));
    assert_eq!(set.expected, Expect::unchanged(theirs.into_bytes().into(), JSON.into()));
    assert!(text(&set).starts_with(r#"{"n":7,"body": ""#));
    stage.written(Write::Set(set), Ok(done()));
    let told = "merged with theirs: $.name in $.body";
    assert!(stage.notice().contains(told), "{}", stage.notice());

    let (mut stage, theirs) = save(&body("3.00", "b"));
    let frame = stage.frame();
    for part in ["Merge page · $.body · base64 → gzip → JSON", "$.price", "1.12", "3.00"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("m<enter>");
    answered(&mut stage, Slot::Saving);
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(read(&set), body("1.12", "b"));
    assert_eq!(set.expected, Expect::unchanged(theirs.into_bytes().into(), JSON.into()));
    stage.written(Write::Set(set), Ok(done()));
    assert!(stage.app.editor.is_none());
}

#[test]
fn what_the_users_own_editor_left_inside_is_put_back_too() {
    let mut stage = opened(packed(BODY).as_bytes(), JSON);
    inside(&mut stage, ".body");
    stage.keys("<ctrl-o>");
    let handed = stage.asked.iter().find_map(|effect| match effect {
        Effect::OpenEditor { text, suffix, .. } => Some((text.bytes(), suffix.clone())),
        _ => None,
    });
    let (handed, suffix) = handed.unwrap();
    assert_eq!((&handed[..9], &*suffix), (&b"{\n  \"pric"[..], ".json"));
    stage.event(Event::Edited(Ok("[2]\n".into())));
    answered(&mut stage, Slot::Saving);
    let Write::Set(set) = stage.write() else { panic!() };
    let record: serde_json::Value = serde_json::from_slice(&set.value).unwrap();
    assert_eq!(unzip(&STANDARD.decode(record["body"].as_str().unwrap()).unwrap()), b"[2]");
}

fn kept(stage: &mut Stage) -> Draft {
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 600_000);
    stage.event(Event::Time);
    let kept = stage.asked.iter().rev().find_map(|effect| match effect {
        Effect::KeepDraft(draft) => Some(Draft::clone(draft)),
        _ => None,
    });
    kept.unwrap()
}

#[test]
fn a_draft_of_what_is_inside_is_gone_on_with_inside() {
    let outer = packed(BODY);
    let mut stage = opened(outer.as_bytes(), JSON);
    inside(&mut stage, ".body");
    stage.keys("<down><end><left><backspace>2");
    let draft = kept(&mut stage);
    // The draft as it is kept in a file.
    let read = read_back(&draft);
    assert_eq!(read, draft);
    assert_eq!(read.base.as_ref().unwrap().value, outer);
    let mut stage = opened(outer.as_bytes(), JSON);
    stage.event(Event::Drafts(vec![(read.head.id(), read.head.clone())]));
    stage.keys("<enter>");
    answered(&mut stage, Slot::Leaves);
    stage.keys("jjo");
    stage.event(Event::DraftRead(read.head.id(), Ok(Box::new(read.clone()))));
    stage.compared();
    let frame = stage.frame();
    for part in ["In $.body · base64 → gzip → JSON, compared", "$.price  1.10 → 1.12"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<enter>");
    assert!(
        stage.frame().contains("$.body · base64 → gzip → JSON · not saved"),
        "{}",
        stage.frame()
    );
    let set = saved(&mut stage);
    assert!(text(&set).starts_with(r#"{"n":1.10,"body": "H4sI"#), "{}", text(&set));
    let stored = read.text.bytes();
    assert!(!text(&set).contains(std::str::from_utf8(&stored).unwrap()));
}

#[test]
fn what_is_typed_where_two_changes_inside_meet_is_kept_and_gone_on_with_inside() {
    let body = |price: &str| packed(&format!(r#"{{"price": {price}, "name": "b"}}"#));
    let mut stage = opened(packed(BODY).as_bytes(), JSON);
    inside(&mut stage, ".body");
    stage.keys("<down><end><left><backspace>2");
    let set = saved(&mut stage);
    stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("page", JSON, body("3.00")))).compared();
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))));
    stage.keys("e5");
    let draft = kept(&mut stage);
    assert_eq!(
        draft.text, "{\n  \"price\": 51.12,\n  \"name\": \"b\"\n}",
        "as the editor shows it"
    );
    let read = read_back(&draft);
    assert_eq!(read, draft);
    assert_eq!(read.head.inner.as_ref().unwrap().path, "$.body");
    // When the draft is continued, it meets the other change again, and its text is mine.
    let mut stage = opened(body("3.00").as_bytes(), JSON);
    stage.event(Event::Drafts(vec![(read.head.id(), read.head.clone())]));
    stage.keys("<enter>");
    answered(&mut stage, Slot::Leaves);
    stage.keys("jjo");
    stage.event(Event::DraftRead(read.head.id(), Ok(Box::new(read))));
    stage.compared().keys("<enter>");
    let set = saved(&mut stage);
    assert_eq!(set.expected, Expect::unchanged(packed(BODY).into_bytes().into(), JSON.into()));
    stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("page", JSON, body("3.00")))).compared();
    stage.keys("m<enter>");
    answered(&mut stage, Slot::Saving);
    let Write::Set(set) = stage.write() else { panic!() };
    let value: serde_json::Value = serde_json::from_slice(&set.value).unwrap();
    let inner = unzip(&STANDARD.decode(value["body"].as_str().unwrap()).unwrap());
    assert_eq!(String::from_utf8(inner).unwrap(), r#"{"price": 51.12, "name": "b"}"#);
}

#[test]
fn what_is_typed_where_a_value_can_only_be_the_one_or_the_other_is_kept_of_the_record() {
    let value = |text: &str| format!(r#"{{"a" :{text},"n": 1}}"#);
    let mut stage = opened(value(&string("[1]")).as_bytes(), JSON);
    inside(&mut stage, ".a");
    stage.keys("<down><end>2");
    let set = saved(&mut stage);
    stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
    // The present value holds nothing inside.
    stage.theirs(Some(record("page", JSON, value("7")))).compared();
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))));
    stage.keys("e<ctrl-u><del><del>\"x\"");
    let draft = kept(&mut stage);
    let read = read_back(&draft);
    assert_eq!((&read.head.inner, read.head.content_type.as_str()), (&None, JSON));
    let text = String::from_utf8(read.text.bytes().to_vec()).unwrap();
    assert!(text.contains("\"x\"") && text.contains("\"n\": 1"), "{text}");
    // If that is given up, the text is again the one typed inside.
    stage.keys("<esc><esc>y");
    let draft = kept(&mut stage);
    assert_eq!(
        (draft.head.inner.unwrap().path.as_str(), &draft.text.bytes()[..]),
        ("$.a", &b"[\n  12\n]"[..])
    );
}

#[test]
fn a_draft_of_what_is_inside_goes_in_silence_where_it_is_stored_and_to_a_file_as_it_was_typed() {
    let value = |text: &str| format!(r#"{{"a": {}}}"#, string(text));
    let mut stage = opened(value("one").as_bytes(), JSON);
    inside(&mut stage, ".a");
    stage.keys("typed ");
    let draft = kept(&mut stage);
    let offered = |stored: &str| {
        let mut stage = opened(stored.as_bytes(), JSON);
        stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
        stage.keys("e");
        stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
        stage
    };
    let stage = offered(&value("typed one"));
    assert!(stage.app.editor.is_some() && stage.app.layers.is_empty());
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::DropDraft(_))));
    let mut stage = offered(&value("other"));
    stage.compared().keys("w<enter>");
    let file = stage.asked.iter().find_map(|effect| match effect {
        Effect::SaveFile { bytes, .. } => Some(bytes.clone()),
        _ => None,
    });
    assert_eq!(file.unwrap(), "typed one");
}

#[test]
fn an_editor_does_not_open_under_a_dialog_that_has_come_up() {
    let mut stage = opened(packed(BODY).as_bytes(), JSON);
    stage.keys("<enter>");
    answered(&mut stage, Slot::Leaves);
    stage.keys("jjo");
    let (ticket, read) = stage.take(Slot::Leaves);
    let loaded = computed(read);
    stage.keys("<f1>");
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(loaded)));
    assert!(stage.app.editor.is_none(), "not under a dialog that has come up");
}

#[test]
fn a_draft_in_the_way_of_what_is_inside_leaves_the_cursor_where_it_is() {
    let mut typing = opened(packed(BODY).as_bytes(), JSON);
    inside(&mut typing, ".body");
    typing.keys("<down><end><left><backspace>2");
    let draft = kept(&mut typing);
    let offered = |value: &str| {
        let mut stage = opened(value.as_bytes(), JSON);
        stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
        stage.keys("<enter>");
        answered(&mut stage, Slot::Leaves);
        stage.keys("jjo");
        stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
        stage
    };
    let mut stage = offered(&packed(BODY));
    stage.compared().keys("dy");
    assert_eq!(stage.app.leaf().unwrap().path(), "$.body");
    stage.keys("o");
    answered(&mut stage, Slot::Leaves);
    assert!(editor(&stage).inner.is_some());
    // When the draft is continued, the cursor comes back in the end.
    let mut stage = offered(&packed(BODY));
    stage.compared().keys("<enter>");
    assert!(editor(&stage).is_changed() && stage.app.layers.is_empty());
    stage.keys("<esc>y");
    assert_eq!(stage.app.leaf().unwrap().path(), "$.body");
    // A draft of what is stored already is in nobody's way.
    let set = saved(&mut typing);
    let mut stage = offered(text(&set));
    answered(&mut stage, Slot::Leaves);
    assert!(editor(&stage).inner.is_some() && !editor(&stage).is_changed());
}

#[test]
fn what_was_typed_inside_a_record_that_is_gone_is_saved_anew_only_after_a_question() {
    let mut stage = opened(packed(BODY).as_bytes(), JSON);
    inside(&mut stage, ".body");
    stage.keys("<down><end><left><backspace>2");
    let set = saved(&mut stage);
    let whole = set.value.clone();
    stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(None);
    assert!(stage.frame().contains("Save the record anew"), "{}", stage.frame());
    stage.keys("y");
    answered(&mut stage, Slot::Saving);
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!((set.value, set.expected), (whole, Expect::Absent));
}
