//! Scripts for the core: keys and replies go in, state and effects come out.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/stage.rs"]
mod stage;

use larder::app::{
    Effect, Event, Link, Loaded, Modal, Pane, Read, Settings, Shown, Slot, TargetChoice,
};
use larder::storage::{
    Connection, Error, ErrorKind, Expected, Fate, JsonLayout, Key, RecordMeta, ServerInfo,
    StoreInfo, StoreState, Write, Written,
};
use stage::{Stage, index, record, shown, store};

const JSON: &str = "application/json; charset=utf-8";

fn shop() -> Vec<larder::storage::Record> {
    vec![
        record("a", JSON, r#"{"price": 1}"#),
        record("b", JSON, r#"{"price": 2}"#),
        record("c", "text/plain; charset=utf-8", "three"),
    ]
}

fn opened() -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    stage
}

fn done() -> Written {
    Written { records: 1, meta: None }
}

#[test]
fn the_only_store_is_opened_at_once() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2)]);
    assert_eq!(stage.app.focus, Pane::Keys);
    assert!(matches!(stage.take(Slot::Keys).1, Read::Keys { early: true, .. }));
}

#[test]
fn the_first_record_is_read_as_soon_as_its_key_is_known() {
    let stage = opened();
    assert_eq!(stage.app.record.meta().unwrap().key, Key::from("a"));
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Read(Slot::Record, ..))));
}

#[test]
fn a_late_record_is_not_shown() {
    let mut stage = opened();
    stage.keys("j");
    let (first, _) = stage.take(Slot::Record);
    stage.keys("j");
    stage.event(Event::Loaded(
        Slot::Record,
        first,
        Ok(Loaded::Record(shown(record("b", JSON, "2")))),
    ));
    assert_eq!(stage.app.record.shown.as_ref().unwrap().key(), &Key::from("a"));
    stage.show(&shop());
    assert_eq!(stage.app.record.meta().unwrap().key, Key::from("c"));
}

#[test]
fn the_cursor_stays_on_its_key_while_records_come_and_go() {
    let mut stage = opened();
    stage.keys("j").show(&shop());
    stage.keys("r");
    let mut more = shop();
    more.insert(0, record("0", JSON, "0"));
    more.insert(0, record("00", JSON, "0"));
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&more), 1.0)));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("b"));
    assert_eq!(stage.app.keys.cursor.at, 3);
    // Its key gone, the cursor is on the next one.
    stage.keys("r");
    let fewer = vec![record("a", JSON, "1"), record("c", JSON, "3")];
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&fewer), 1.0)));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("c"));
}

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
fn a_filter_works_as_one_types_and_esc_clears_it() {
    let mut stage = opened();
    stage.keys("/B");
    let (ticket, read) = stage.take(Slot::Select);
    let Read::Select(index, query) = read else { panic!() };
    assert_eq!(query.filter, "B");
    let none = larder::index::Selection::new(&index, &query, &|| true).unwrap();
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(Loaded::Selected(index, none))));
    assert!(stage.app.keys.is_empty());
    stage.keys("<esc>");
    assert_eq!((stage.app.keys.filter.as_str(), stage.app.keys.len()), ("", 3));
}

#[test]
fn a_large_value_is_fetched_only_when_asked_for() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("big", 1)]);
    let big = RecordMeta { key: "big".into(), size: 200_000_000, ..RecordMeta::default() };
    let records = [record("big", "application/octet-stream", "")];
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&records), 1.0)));
    let (ticket, read) = stage.take(Slot::Record);
    assert!(matches!(read, Read::Record { limit: 2_097_152, .. }));
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(Shown::TooLarge(big)))));
    stage.keys("Yw");
    assert!(stage.notice().contains("fetch it first"));
    stage.keys("f");
    assert!(matches!(stage.take(Slot::Record).1, Read::Whole { .. }));
    stage.keys("<esc>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Cancel(Slot::Record))));
    assert_eq!(stage.notice(), "the fetch was cancelled");
}

#[test]
fn a_refused_connection_can_be_tried_again() {
    let mut stage = Stage::new(120, 36);
    stage.asked.clear();
    let error = Error::new(ErrorKind::Connection, "nothing listens at 127.0.0.1:1");
    stage.event(Event::Connected(Err(error)));
    assert!(matches!(stage.app.link, Link::Failed(_)));
    stage.asked.clear();
    stage.keys("r");
    assert!(matches!(stage.asked[..], [Effect::Connect]));
}

#[test]
fn what_may_pass_is_tried_again_with_growing_pauses_and_nothing_else_is() {
    let mut stage = Stage::new(120, 36);
    let fail = |stage: &mut Stage, kind| {
        stage.asked.clear();
        stage.event(Event::Connected(Err(Error::new(kind, "no"))));
        let pauses = stage.asked.iter().map(|effect| match effect {
            Effect::ConnectAgain(after) => after.as_millis(),
            other => panic!("{other:?}"),
        });
        pauses.collect::<Vec<_>>()
    };
    for (kind, millis) in [
        (ErrorKind::Connection, 500),
        (ErrorKind::Timeout, 1000),
        (ErrorKind::Loading, 2000),
        (ErrorKind::Connection, 4000),
        (ErrorKind::Connection, 5000),
        (ErrorKind::Connection, 5000),
    ] {
        assert_eq!(fail(&mut stage, kind), [millis], "{kind:?}");
        assert!(stage.frame().contains("trying"));
    }
    for kind in [ErrorKind::Auth, ErrorKind::Usage, ErrorKind::Tls] {
        assert_eq!(fail(&mut stage, kind), [0; 0], "{kind:?}");
        assert!(!stage.frame().contains("trying"));
    }
    stage.keys("r");
    assert_eq!(fail(&mut stage, ErrorKind::Connection), [500], "r begins anew");
    stage.connect(vec![store("shop", 3)]);
    assert_eq!(fail(&mut stage, ErrorKind::Connection), [0; 0], "a late failure");
    assert!(matches!(stage.app.link, Link::Open(_)));
}

#[test]
fn a_store_that_is_not_whole_is_no_empty_one() {
    let mut stage = Stage::new(120, 36);
    let half = StoreInfo { state: StoreState::HalfMade, ..store("half", 0) };
    stage.connect(vec![half]);
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&[]), 1.0)));
    let frame = stage.frame();
    assert!(frame.contains("half-made: indexed") && !frame.contains("no records"), "{frame}");
}

#[test]
fn the_browser_stays_when_the_server_goes_and_refreshes_when_it_is_back() {
    let mut stage = opened();
    let down = Connection::Down { tries: 3, reason: "the server closed the connection".into() };
    stage.event(Event::Connection(down));
    assert_eq!(stage.app.keys.len(), 3);
    assert!(stage.frame().contains("tried 3 times"));
    stage.event(Event::Connection(Connection::Up));
    assert_eq!(stage.notice(), "connected again");
    stage.take(Slot::Stores);
    stage.take(Slot::Keys);
}

#[test]
fn a_failed_read_is_told_in_its_pane() {
    let mut stage = opened();
    stage.keys("j");
    let error = Error::new(ErrorKind::Permission, "the server forbids HGET");
    stage.answer(Slot::Record, Err(error));
    assert!(stage.frame().contains("the server forbids HGET; ask for the"));
    assert_eq!(stage.app.keys.len(), 3);
}

#[test]
fn quitting_goes_through_the_shell() {
    let mut stage = opened();
    stage.keys("q");
    assert!(matches!(stage.asked.last(), Some(Effect::Quit)));
}

#[test]
fn copying_hands_out_the_bytes() {
    let mut stage = opened();
    stage.keys("yY");
    let copied: Vec<_> = stage
        .asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Copy { what, bytes } => Some((*what, bytes.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(copied, [("key", "a".into()), ("value", r#"{"price": 1}"#.into())]);
}

#[test]
fn a_server_that_refuses_something_is_told_with_a_word() {
    let mut stage = Stage::new(120, 36);
    let notes = vec!["INFO is refused".to_owned()];
    stage.event(Event::Connected(Ok(ServerInfo { notes, ..ServerInfo::default() })));
    assert_eq!(stage.notice(), "INFO is refused");
}

#[test]
fn until_the_user_moves_the_cursor_is_on_the_first_row_whatever_arrives() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 3)]);
    let (ticket, _) = stage.take(Slot::Keys);
    let all = shop();
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::Keys(index(&all[2..]), 0.3))));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("c"));
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::Keys(index(&all), 1.0))));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("a"));
    stage.show(&all);
    // From then on it stays on its key.
    stage.keys("r");
    let mut more = vec![record("0", JSON, "0")];
    more.extend(all);
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&more), 1.0)));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("a"));
}

#[test]
fn a_fetch_asked_for_too_early_is_not_forgotten() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("big", 1)]);
    let records = [record("big", "application/octet-stream", "")];
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&records), 1.0)));
    let (ticket, _) = stage.take(Slot::Record);
    stage.keys("f");
    let big = RecordMeta { key: "big".into(), size: 200_000_000, ..RecordMeta::default() };
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(Shown::TooLarge(big)))));
    assert!(matches!(stage.take(Slot::Record).1, Read::Whole { .. }));
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

#[test]
fn the_beginning_of_a_large_value_is_not_taken_for_all_of_it() {
    let mut stage = opened();
    stage.keys("j");
    let head = record("b", "text/plain", "the beginning");
    let meta = RecordMeta { size: 1 << 30, ..head.meta.clone() };
    let preview = larder::preview::Preview::build_head(head, larder::preview::Mode::Auto);
    let head = Shown::Head(meta, preview.into(), 13);
    stage.answer(Slot::Record, Ok(Loaded::Record(head)));
    assert!(stage.app.record.note().unwrap().starts_with("the first 13 B of 1.1 GB"));
    for keys in ["e", "E", "Y", "w"] {
        stage.asked.clear();
        stage.keys(keys);
        assert!(stage.asked.is_empty() && stage.app.editor.is_none(), "{keys}");
        assert!(stage.app.notice.as_ref().unwrap().text.contains("fetch it first"), "{keys}");
    }
    stage.keys("f");
    assert!(matches!(stage.take(Slot::Record).1, Read::Whole { .. }));
}

#[test]
fn a_smaller_window_keeps_the_cursor_on_its_key() {
    let records: Vec<_> = (0..60).map(|n| record(&format!("k{n:02}"), JSON, "1")).collect();
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 60)]);
    stage.answer(Slot::Keys, Ok(Loaded::Keys(index(&records), 1.0)));
    stage.keys("<pgdn>");
    let before = stage.app.keys.current().unwrap().key;
    stage.event(Event::Resize(40, 10));
    assert_eq!(stage.app.keys.current().unwrap().key, before);
    let cursor = stage.app.keys.cursor;
    assert!((cursor.top..cursor.top + 5).contains(&cursor.at), "{cursor:?}");
}

#[test]
fn the_order_of_a_store_left_behind_is_not_shown_for_another() {
    let mut stage = opened();
    stage.keys("s");
    let (ticket, read) = stage.take(Slot::Select);
    let Read::Select(old, _) = read else { panic!() };
    stage.keys("hk<enter>");
    let late = larder::index::Selection::all(&old);
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(Loaded::Selected(old, late))));
    assert!(stage.app.keys.is_empty());
}

#[test]
fn a_value_is_saved_that_was_there_when_the_user_asked() {
    let mut stage = opened();
    stage.keys("w");
    stage.event(Event::Loaded(
        Slot::Record,
        larder::app::Ticket(u64::MAX),
        Ok(Loaded::Record(shown(record("b", JSON, "2")))),
    ));
    stage.keys("<enter>");
    let Some(Effect::SaveFile { bytes, path, .. }) = stage.asked.pop() else { panic!() };
    assert_eq!((bytes, path), (r#"{"price": 1}"#.into(), "a".into()));
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
fn the_end_of_the_help_can_be_left_again() {
    let mut stage = opened();
    stage.keys("?");
    let top = stage.frame();
    stage.keys("G");
    let end = stage.frame();
    assert_ne!(top, end);
    stage.keys("k");
    assert_ne!(stage.frame(), end);
}

#[test]
fn a_failed_write_is_not_hidden_by_quitting() {
    let mut stage = opened();
    stage.keys("dyq");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::OutOfMemory, "no memory")));
    assert!(stage.app.unseen_failure().unwrap().starts_with("no memory"));
}

fn with_targets() -> Stage {
    let choice = |name: &str, label: &str, read_only| TargetChoice {
        name: name.to_owned(),
        label: Ok(label.to_owned()),
        read_only,
    };
    let broken = TargetChoice {
        name: "typo".to_owned(),
        label: Err("`http://` is not a Redis address".to_owned()),
        read_only: false,
    };
    let targets = vec![
        choice("local", "redis://127.0.0.1:6379/0", false),
        choice("production", "redis://127.0.0.1:7000/0", true),
        broken,
    ];
    let mut stage = Stage::with(120, 36, Settings { targets, ..Settings::default() });
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    stage
}

#[test]
fn the_list_of_targets_opens_on_the_present_one_and_closes_without_effect() {
    let mut stage = with_targets();
    stage.asked.clear();
    for close in ["<esc>", "q", "T", "<enter>"] {
        stage.keys("T");
        let Some(Modal::Targets(cursor)) = &stage.app.modal else { panic!("{close}") };
        assert_eq!(cursor.at, 0);
        stage.keys(close);
        assert!(stage.app.modal.is_none() && stage.asked.is_empty(), "{close}");
    }
    assert_eq!(stage.notice(), "local is open already");
}

#[test]
fn a_switch_starts_afresh_and_takes_no_reply_of_before() {
    let mut stage = with_targets();
    stage.keys("Mj");
    let (ticket, _) = stage.take(Slot::Record);
    stage.asked.clear();
    stage.keys("Tj<enter>");
    let [Effect::Switch(at)] = stage.asked[..] else { panic!("{:?}", stage.asked) };
    assert_eq!(at, 1);
    assert_eq!(stage.app.keys.len(), 3, "the old one stays until the shell has let go of it");
    stage.asked.clear();
    stage.event(Event::Switched(Ok(at)));
    assert!(matches!(stage.asked[..], [Effect::Connect]));
    assert!(matches!(stage.app.link, Link::Connecting));
    assert!(stage.app.keys.store.is_none() && stage.app.keys.is_empty());
    assert!(!stage.app.stores.ready && stage.app.record.shown.is_none());
    assert_eq!(stage.app.settings.label, "redis://127.0.0.1:7000/0");
    assert!(stage.app.is_read_only() && !stage.app.mouse);
    assert_eq!(stage.notice(), "opening production…");
    let late = Loaded::Record(shown(record("b", JSON, "2")));
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(late)));
    assert!(stage.app.record.shown.is_none());
    stage.connect(vec![store("theirs", 1), store("others", 1)]);
    assert_eq!((stage.app.stores.total(), stage.notice()), (2, ""));
}

#[test]
fn a_switch_waits_for_the_write_under_way() {
    let mut stage = with_targets();
    stage.keys("dy");
    let write = stage.write();
    stage.keys("Tj<enter>");
    assert!(stage.notice().contains("a write is under way"));
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Switch(_))));
    stage.written(write, Ok(done()));
    stage.keys("Tj<enter>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Switch(1))));
    // The shell may still be saving a file.
    stage.event(Event::Switched(Err("something is being written".to_owned())));
    assert_eq!(stage.notice(), "something is being written");
    assert_eq!(stage.app.settings.target, 0);
}

#[test]
fn a_target_that_cannot_be_opened_can_be_tried_again_or_left() {
    let mut stage = with_targets();
    stage.keys("T<end><enter>");
    assert_eq!(stage.notice(), "`http://` is not a Redis address");
    stage.event(Event::Switched(Ok(1))).asked.clear();
    let error = Error::new(ErrorKind::Connection, "nothing listens at 127.0.0.1:7000");
    stage.event(Event::Connected(Err(error)));
    let frame = stage.frame();
    assert!(frame.contains("T opens"), "{frame}");
    stage.keys("r");
    assert!(matches!(stage.asked.last(), Some(Effect::Connect)));
    stage.event(Event::Connected(Err(Error::new(ErrorKind::Connection, "still nothing"))));
    stage.keys("T<enter>");
    assert!(matches!(stage.asked.last(), Some(Effect::Switch(1))), "it is tried anew");
    stage.keys("Tk<enter>");
    assert!(matches!(stage.asked.last(), Some(Effect::Switch(0))));
}

#[test]
fn the_first_start_shows_one_hint_until_the_first_key() {
    let mut stage = Stage::with(80, 24, Settings { welcome: true, ..Settings::default() });
    assert_eq!(stage.notice(), "? shows all keys · q quits");
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    assert_eq!(stage.notice(), "? shows all keys · q quits");
    stage.keys("j");
    assert_eq!(stage.notice(), "");
    assert_eq!(Stage::new(80, 24).notice(), "");
}

#[test]
fn many_stores_show_before_all_of_them_are_counted() {
    let mut stage = Stage::new(120, 36);
    stage.asked.clear();
    stage.event(Event::Connected(Ok(ServerInfo::default())));
    let (ticket, _) = stage.take(Slot::Stores);
    let bare = StoreInfo { store: "two".into(), ..StoreInfo::default() };
    let some = Loaded::SomeStores(vec![store("one", 7), bare]);
    stage.event(Event::Loaded(Slot::Stores, ticket, Ok(some)));
    assert_eq!(stage.app.stores.len(), 2);
    stage.keys("j");
    let all = Loaded::Stores(vec![store("a", 1), store("one", 7), store("two", 3)], None);
    stage.event(Event::Loaded(Slot::Stores, ticket, Ok(all)));
    let current = stage.app.stores.current().unwrap();
    assert_eq!((current.store.escaped(), current.records), ("two".to_owned(), Some(3)));
    // Read again, a list that is there stays as it is until the new one is whole.
    stage.keys("r");
    let (ticket, _) = stage.take(Slot::Stores);
    let some = Loaded::SomeStores(vec![StoreInfo { store: "two".into(), ..StoreInfo::default() }]);
    stage.event(Event::Loaded(Slot::Stores, ticket, Ok(some)));
    assert_eq!(stage.app.stores.len(), 3);
}
