//! The editor, from the record that was read to the write that stores it.

use larder::app::{Effect, Event, Loaded, Modal, Slot};
use larder::storage::{Error, ErrorKind, Expected, JsonLayout, Key, ServerInfo, Write};

use super::stage::{Stage, index, record, store};
use super::{JSON, done, opened};

#[test]
fn an_edit_expects_what_was_read_and_keeps_crawlees_form() {
    let mut stage = opened();
    stage.keys("e");
    let text = stage.app.editor.as_ref().unwrap().value.bytes();
    assert_eq!(text, "{\n  \"price\": 1\n}");
    stage.keys("<down><end>2<ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"price": 12}"#);
    let Expected::Unchanged { value, .. } = &set.expected else { panic!("{:?}", set.expected) };
    assert_eq!(value, r#"{"price": 1}"#);
    assert!(stage.app.editor.is_some(), "the editor waits for the answer");
    stage.written(Write::Set(set), Ok(done()));
    assert!(stage.app.editor.is_none());
    assert_eq!(stage.notice(), "saved a");
}

#[test]
fn json_that_was_not_in_crawlees_form_is_left_as_it_is() {
    let text = "{\n\t\"n\": 1.50,\n\t\"n\": 1E5 }\n";
    let records = [record("odd", JSON, text)];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 1)]);
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&records), 1.0)));
    stage.show(&records);
    stage.keys("e<ctrl-end>").keys(" <ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    let value = String::from_utf8(set.value.to_vec()).unwrap();
    assert_eq!(value.replace(' ', ""), text.replace(' ', ""));
    assert_eq!(value.len(), text.len() + 1);
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let mut stage = opened();
    stage.keys("e<ctrl-s>");
    assert!(stage.writes().is_empty());
    assert!(stage.app.editor.is_none());
    assert_eq!(stage.notice(), "nothing was changed");
}

#[test]
fn broken_json_is_not_sent_but_may_be_saved_as_text() {
    let mut stage = opened();
    stage.keys("e<down><end>x<ctrl-s>");
    assert!(stage.writes().is_empty());
    let editor = stage.app.editor.as_ref().unwrap();
    let fault = editor.fault.as_deref().unwrap();
    assert!(fault.starts_with("not JSON at line 2, column 13"), "{fault}");
    stage.keys("<ctrl-t>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.content_type.as_str(), "text/plain; charset=utf-8");
    assert_eq!(set.value, "{\n  \"price\": 1x\n}");
}

#[test]
fn a_conflict_keeps_the_text_and_asks() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    let lines = |stage: &Stage| match &stage.app.modal {
        Some(Modal::Confirm(asked)) => asked.lines.join("\n"),
        other => panic!("{other:?}"),
    };
    assert!(!lines(&stage).contains("Now:"));
    // What is there now is read for the pane behind, and the question tells of it.
    stage.show(&[record("a", "text/plain", "new")]);
    let said = lines(&stage);
    assert!(said.contains(&format!("Then: 12 B, {JSON}\nNow: 3 B, text/plain")), "{said}");
    assert_eq!(stage.app.record.record().unwrap().value, "new");
    stage.keys("<esc>");
    assert!(stage.app.editor.as_ref().is_some_and(|editor| !editor.saving));
    stage.keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.keys("y");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.expected, Expected::Anything);
}

#[test]
fn a_failed_save_keeps_the_text() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::OutOfMemory, "no memory on the server")));
    assert!(stage.notice().starts_with("no memory on the server; "));
    assert!(stage.app.editor.as_ref().unwrap().is_changed());
}

#[test]
fn unsaved_text_is_not_thrown_away_unasked() {
    let mut stage = opened();
    stage.keys("e<down>x<esc>");
    assert!(matches!(stage.app.modal, Some(Modal::Confirm(_))));
    stage.keys("<enter>");
    assert!(stage.app.editor.is_some());
    stage.keys("<ctrl-c>");
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Quit)));
    stage.keys("y");
    assert!(matches!(stage.asked.last(), Some(Effect::Quit)));
}

#[test]
fn a_new_record_must_not_overwrite_one() {
    let mut stage = opened();
    stage.keys("nkey<enter><enter>{}<ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!((set.key, set.expected), (Key::from("key"), Expected::Absent));
    assert_eq!((set.content_type.as_str(), &set.value[..]), (JSON, &b"{}"[..]));
}

#[test]
fn none_has_no_value() {
    let mut stage = opened();
    stage.keys("nempty<tab><up><tab>x<ctrl-s>");
    assert!(stage.writes().is_empty());
    assert!(stage.app.editor.as_ref().unwrap().fault.is_some());
    stage.keys("<tab><backspace><ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!((set.content_type.as_str(), set.value.len()), ("application/x-none", 0));
}

#[test]
fn what_the_users_editor_left_is_saved() {
    let mut stage = opened();
    stage.keys("E");
    let Some(Effect::OpenEditor { text, suffix }) = stage.asked.pop() else { panic!() };
    assert_eq!((&text[..], suffix.as_str()), (&b"{\n  \"price\": 1\n}"[..], ".json"));
    // The line break that editors add at the end is not the user's.
    stage.event(Event::Edited(Ok("{\n  \"price\": 7\n}\n".into())));
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"price": 7}"#);
}

#[test]
fn an_outside_edit_without_change_writes_nothing() {
    let mut stage = opened();
    stage.keys("E");
    stage.event(Event::Edited(Ok("{\n  \"price\": 1\n}\n".into())));
    assert!(stage.writes().is_empty() && stage.app.editor.is_none());
}

#[test]
fn ctrl_c_in_a_dialog_does_not_throw_text_away() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.keys("<ctrl-c>");
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Quit)));
    assert!(stage.app.editor.as_ref().unwrap().is_changed());
}

#[test]
fn a_question_is_not_replaced_by_another() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s><ctrl-c>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    let Some(Modal::Confirm(confirm)) = &stage.app.modal else { panic!() };
    assert_eq!(confirm.title, "Quit");
    assert!(stage.app.editor.as_ref().is_some_and(|editor| !editor.saving));
}

#[test]
fn only_the_content_type_changes_where_only_it_was_changed() {
    let records = [record("odd", "application/json ", r#"{"a":1}"#)];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 1)]);
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&records), 1.0)));
    stage.show(&records);
    stage.keys("e<ctrl-t>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"a":1}"#);
    // And a value alone leaves the type as it is, to the last blank.
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 1)]);
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&records), 1.0)));
    stage.show(&records);
    stage.keys("e<end> <ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.content_type.as_str(), "application/json ");
}

#[test]
fn an_outside_editor_that_changes_nothing_saves_nothing_typed_before() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-o>");
    let Some(Effect::OpenEditor { text, .. }) = stage.asked.pop() else { panic!() };
    stage.event(Event::Edited(Ok(text)));
    assert!(stage.writes().is_empty());
    assert!(stage.app.editor.as_ref().unwrap().is_changed(), "nor is it lost");
}

#[test]
fn the_line_end_that_an_editor_adds_to_crlf_text_is_not_the_users() {
    let records = [record("crlf", "text/plain", "one\r\ntwo")];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 1)]);
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&records), 1.0)));
    stage.show(&records);
    stage.keys("E");
    stage.event(Event::Edited(Ok("one\r\ntwo\r\n".into())));
    assert!(stage.writes().is_empty() && stage.app.editor.is_none());
}

#[test]
fn new_json_is_laid_out_as_crawlee_does_it_there() {
    for (json_layout, stored) in [
        (JsonLayout::OneLine, r#"{"a": [1, 2]}"#),
        (JsonLayout::Indented, "{\n  \"a\": [\n    1,\n    2\n  ]\n}"),
    ] {
        let mut stage = Stage::new(120, 36);
        stage.asked.clear();
        stage.event(Event::Connected(Ok(ServerInfo { json_layout, ..ServerInfo::default() })));
        stage.answer(Slot::Stores, Ok(Loaded::Stores(vec![store("one", 1)], None)));
        stage.keys("nkey<tab><tab>");
        stage.event(Event::Paste(r#"{"a":[1,2]}"#.to_owned()));
        stage.keys("<ctrl-s>");
        let Write::Set(set) = stage.write() else { panic!() };
        assert_eq!(set.value, stored);
    }
}
