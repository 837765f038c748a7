//! The editor, from the record that was read to the write that stores it.

use larder::app::editor::Field;
use larder::app::{Effect, Event, Layer, Loaded, NotEdited, Slot};
use larder::model::{
    ConnectionState, Content, Error, ErrorKind, Expect, JsonLayout, Key, ServerInfo, Version,
    Write, WriteOutcome,
};
use larder::ops::Resolution;

use super::{JSON, done, opened, shop};
use crate::stage::{Stage, computed, index, key as key_of, record, store};

#[test]
fn an_edit_expects_what_was_read_and_keeps_crawlees_form() {
    let mut stage = opened();
    stage.keys("e");
    let text = stage.app.editor.as_ref().unwrap().value.bytes();
    assert_eq!(text, "{\n  \"price\": 1\n}");
    stage.keys("<down><end>2<ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"price": 12}"#);
    let Expect::Is(Version { content: Content::Bytes(value), .. }) = &set.expected else {
        panic!("{:?}", set.expected)
    };
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
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records), 1.0)));
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
    assert!(fault.starts_with("not saved: not JSON at line 2, column 13"), "{fault}");
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
    assert!(stage.app.layers.is_empty(), "nothing is asked before it is known what is there");
    stage.keys("y");
    assert!(stage.writes().is_empty(), "nobody knows yet what would be overwritten");
    stage.theirs(Some(record("a", "text/plain", "new"))).compared();
    let frame = stage.frame();
    for part in ["Merge a · 0 of 1 decided", "1 of 1  line 1", "{\"price\": 12}", "new", "was "] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    // The pane behind shows the new value too.
    stage.show(&[record("a", "text/plain", "new")]);
    assert_eq!(stage.app.record.record().unwrap().value, "new");
    stage.keys("<enter>");
    assert!(stage.writes().is_empty(), "nothing is decided");
    stage.keys("<esc>");
    assert!(stage.app.editor.as_ref().is_some_and(|editor| editor.saving.write.is_none()));
    stage.keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("a", "text/plain", "newer"))).compared();
    // A third writer's change while the question is open is not part of the question.
    stage.show(&[record("a", "text/plain", "newest")]);
    stage.keys("m<enter>");
    let Write::Set(set) = stage.write() else { panic!() };
    let newer = Expect::unchanged("newer".into(), "text/plain".into());
    assert_eq!((&set.expected, &set.value[..]), (&newer, &br#"{"price": 12}"#[..]));
    stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("a", "text/plain", "the newest"))).compared();
    assert!(stage.frame().contains("the newest"), "{}", stage.frame());
}

#[test]
fn keys_that_are_on_their_way_do_not_answer_what_opens_by_itself() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    let id = stage.sent_id(&write);
    let conflict = Error::new(ErrorKind::Conflict, "changed");
    // Nobody has had time to see the dialog.
    stage.asked.extend(stage.app.handle(Event::Written(id, Err(conflict))));
    stage.theirs(Some(record("a", "text/plain", "new")));
    let (ticket, read) = stage.take(Slot::Saving);
    let joined = Event::Loaded(Slot::Saving, ticket, Ok(computed(read)));
    stage.asked.extend(stage.app.handle(joined));
    for key in ["m", "enter", "t", "esc"] {
        stage.asked.extend(stage.app.handle(Event::Keys(vec![key_of(key)])));
        assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))), "{key}");
    }
    stage.asked.extend(stage.app.handle(Event::Paste("m".to_owned())));
    stage.asked.extend(stage.app.handle(Event::Keys(vec![key_of("enter")])));
    assert!(stage.writes().is_empty());
    stage.app.now = stage.app.wake().expect("the footer offers the keys then");
    stage.keys("m<enter>");
    assert_eq!(stage.writes().len(), 1);
}

#[test]
fn what_would_be_overwritten_is_shown_on_a_small_screen_too() {
    let mut stage = Stage::new(40, 10);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("a", JSON, r#"{"price": 3}"#))).compared();
    let frame = stage.frame();
    for part in ["Merge a", "$.price", "was     1", "yours", "12", "theirs", "3"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
}

#[test]
fn a_record_deleted_meanwhile_is_saved_only_while_there_is_none() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(None);
    let Some(Layer::Confirm(asked)) = stage.app.layer() else { panic!() };
    assert!(asked.lines.contains(&"Now: deleted".to_owned()), "{:?}", asked.lines);
    stage.keys("y");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!((set.expected, set.key), (Expect::Absent, Key::from("a")));
}

#[test]
fn a_new_record_replaces_only_what_the_question_shows() {
    let mut stage = opened();
    stage.keys("nb<enter><enter>{}<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "there is one")));
    stage.theirs(Some(record("b", JSON, "[2]"))).keys("y");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.key, Key::from("b"));
    let Expect::Is(Version { content: Content::Bytes(value), .. }) = set.expected else {
        panic!("{:?}", set.expected)
    };
    assert_eq!(value, "[2]");
}

#[test]
fn what_could_not_be_read_is_not_overwritten_until_the_server_is_back() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.answer(Slot::Theirs, Err(Error::new(ErrorKind::Connection, "the server is away")));
    assert!(stage.writes().is_empty() && stage.app.layers.is_empty());
    let notice = stage.notice();
    assert!(notice.contains("not read: the server is away"), "{notice}");
    let down = ConnectionState::Down {
        tries: 1,
        reason: "the server is away".into(),
        wants_password: false,
    };
    stage.event(Event::Connection(down)).event(Event::Connection(ConnectionState::Up));
    stage.keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("a", JSON, "3"))).compared().keys("m<enter>");
    assert!(matches!(stage.write(), Write::Set(_)));
}

#[test]
fn what_a_save_met_is_read_again_once_the_server_is_back() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    let (lost, _) = stage.take(Slot::Theirs);
    let down = ConnectionState::Down {
        tries: 1,
        reason: "the server is away".into(),
        wants_password: false,
    };
    stage.event(Event::Connection(down)).event(Event::Connection(ConnectionState::Up));
    let late = Loaded::Value(Some(record("a", JSON, "old")));
    stage.event(Event::Loaded(Slot::Theirs, lost, Ok(late)));
    stage.theirs(Some(record("a", JSON, r#"{"price": 1, "n": 2}"#))).compared();
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"price": 12, "n": 2}"#);
}

#[test]
fn a_save_that_was_given_up_takes_no_answer() {
    let mut stage = opened();
    stage.keys("e<down><end>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    let (ticket, _) = stage.take(Slot::Theirs);
    stage.keys("<esc>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Cancel(Slot::Theirs))));
    assert!(stage.app.editor.as_ref().is_some_and(|editor| !editor.is_busy()));
    stage.keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    let old = Loaded::Value(Some(record("a", JSON, "old")));
    stage.event(Event::Loaded(Slot::Theirs, ticket, Ok(old))).keys("m<enter>");
    assert!(stage.writes().is_empty());
}

#[test]
fn the_answer_to_one_write_never_touches_another() {
    let mut stage = opened();
    // A save whose outcome stays unknown gives the text back, which is saved again.
    stage.keys("e<down><end>2<ctrl-s>");
    let first = stage.write();
    let first_id = stage.sent_id(&first);
    stage.written(first.clone(), Err(Error::new(ErrorKind::InDoubt, "the connection broke")));
    stage.resolved(first.clone(), Err(Error::new(ErrorKind::Connection, "still away")));
    stage.keys("3<ctrl-s>");
    let second = stage.write();
    for late in [Ok(done().into()), Err(Error::new(ErrorKind::Conflict, "changed"))] {
        stage.event(Event::Written(first_id, late));
        assert!(
            stage.app.editor.as_ref().unwrap().saving.write.is_some()
                && stage.app.layers.is_empty()
        );
    }
    let made = Resolution::of(&first, WriteOutcome::Applied(done()));
    stage.event(Event::Resolved(first_id, Ok(made)));
    assert!(stage.app.editor.is_some(), "the second save has not been answered");
    stage.written(second, Ok(done()));
    assert!(stage.app.editor.is_none() && stage.app.writes.pending.is_empty());
    // A delete that is answered late does not touch an editor that was opened since.
    stage.keys("dy");
    let delete = stage.write();
    stage.show(&shop());
    stage.keys("e<down><end>4<ctrl-s>");
    let save = stage.write();
    stage.written(delete, Err(Error::new(ErrorKind::Conflict, "changed")));
    assert!(
        stage.app.layers.is_empty() && stage.app.editor.as_ref().unwrap().saving.write.is_some()
    );
    stage.written(save, Ok(done()));
    assert!(stage.app.editor.is_none());
}

#[test]
fn what_another_editor_left_stays_until_it_is_saved() {
    // A conflict, a refusal, no connection, an unknown outcome, and a text that is no JSON.
    let broken = "{\n  \"price\": 7";
    for (text, kind) in [
        ("{\"price\": 7}", Some(ErrorKind::Conflict)),
        ("{\"price\": 7}", Some(ErrorKind::Permission)),
        ("{\"price\": 7}", Some(ErrorKind::Connection)),
        ("{\"price\": 7}", Some(ErrorKind::InDoubt)),
        (broken, None),
    ] {
        let mut stage = opened();
        stage.keys("E").event(Event::Edited(Ok(text.into())));
        if let Some(kind) = kind {
            let write = stage.write();
            stage.written(write.clone(), Err(Error::new(kind, "no")));
            if kind == ErrorKind::InDoubt {
                stage.resolved(write, Err(Error::new(ErrorKind::Connection, "away")));
            }
        }
        assert!(stage.writes().is_empty());
        stage.keys("<esc><esc><esc>");
        let editor = stage.app.editor.as_ref().unwrap_or_else(|| panic!("{kind:?} lost {text}"));
        assert_eq!(editor.value.bytes(), text, "{kind:?}");
    }
    // An editor that failed may have written the file before.
    let mut stage = opened();
    let failed = |left: Option<&str>| {
        let left = left.map(|left| left.to_owned().into());
        Event::Edited(Err(NotEdited { why: "vi failed".to_owned(), left }))
    };
    stage.keys("E").event(failed(Some("half")));
    assert!(stage.writes().is_empty());
    assert_eq!(stage.app.editor.as_ref().unwrap().value.bytes(), "half");
    assert_eq!(stage.notice(), "vi failed");
    // What could be saved may be half of what was meant, too: nobody is asked to save it.
    let mut stage = opened();
    stage.keys("E").event(failed(Some("{}")));
    assert_eq!(stage.app.editor.as_ref().unwrap().value.bytes(), "{}");
    assert!(stage.writes().is_empty() && stage.app.layer().is_none());
    let mut stage = opened();
    stage.keys("E").event(failed(None));
    assert!(stage.app.editor.is_none());
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
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
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
    assert_eq!((set.key, set.expected), (Key::from("key"), Expect::Absent));
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
    let Some(Effect::OpenEditor { text, suffix, .. }) = stage.asked.pop() else { panic!() };
    assert_eq!((&text.bytes()[..], suffix.as_str()), (&b"{\n  \"price\": 1\n}"[..], ".json"));
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
    let Some(Layer::Confirm(confirm)) = stage.app.layer() else { panic!() };
    assert_eq!(confirm.title, "Quit");
    assert!(stage.app.editor.as_ref().is_some_and(|editor| editor.saving.write.is_none()));
}

#[test]
fn only_the_content_type_changes_where_only_it_was_changed() {
    let records = [record("odd", "application/json ", r#"{"a":1}"#)];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 1)]);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records), 1.0)));
    stage.show(&records);
    stage.keys("e<ctrl-t>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"a":1}"#);
    // A changed value alone leaves the content type unchanged, to the last blank.
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 1)]);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records), 1.0)));
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
    stage.event(Event::Edited(Ok(text.bytes())));
    assert!(stage.writes().is_empty());
    assert!(stage.app.editor.as_ref().unwrap().is_changed(), "nor is it lost");
}

#[test]
fn the_line_end_that_an_editor_adds_to_crlf_text_is_not_the_users() {
    let records = [record("crlf", "text/plain", "one\r\ntwo")];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 1)]);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records), 1.0)));
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

#[test]
fn tab_is_typed_in_a_value_and_leaves_every_other_field() {
    let mut stage = opened();
    stage.keys("nkey<tab><tab>a<tab>b<shift-tab>");
    let editor = stage.app.editor.as_ref().unwrap();
    assert_eq!(
        (&editor.value.bytes()[..], editor.field),
        (&b"a  b"[..], Field::ContentType),
        "indented in JSON"
    );
    stage.keys("<alt-up><alt-down><alt-down><alt-down><alt-down>");
    assert_eq!(stage.app.editor.as_ref().unwrap().field, Field::ContentType);
}

#[test]
fn keys_that_come_at_once_are_text_up_to_one_that_does_something() {
    let mut stage = opened();
    stage.keys("nkey<enter><enter>");
    let all = crate::stage::keys;
    // A line feed that a program sends is one line break, also with a carriage return before it.
    stage.event(Event::Keys(all("[1,<ctrl-j><tab>2,<enter><ctrl-j>Ü]x<left><backspace>y<ctrl-s>")));
    assert!(stage.app.editor.as_ref().unwrap().fault.is_some());
    let value = |stage: &Stage| stage.app.editor.as_ref().unwrap().value.bytes();
    assert_eq!(value(&stage), "[1,\n\t2,\nÜyx");
    // Text that came at once is undone at once.
    stage.keys("<ctrl-z><ctrl-z><ctrl-z>");
    assert_eq!(value(&stage), "");
    // Outside the editor, keys are keys.
    stage.keys("<esc>y");
    stage.event(Event::Keys(all("jd")));
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
}
