//! Properties of an edited value that are kept: its charset, its spacing, its type.

use larder::app::{Effect, Event, Settings};
use larder::model::{JsonLayout, ServerInfo, SetValue, Timestamp, Write};

use super::{JSON, done};
use crate::stage::{Stage, record, store};

/// The editor with the only record.
fn editing(content_type: &str, value: &[u8]) -> Stage {
    editing_with(content_type, value, Settings::default())
}

fn editing_with(content_type: &str, value: &[u8], settings: Settings) -> Stage {
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 1), store("shop", 1)]);
    stage.keys("j").open(&[record("k", content_type, value)]);
    stage.keys("e");
    stage
}

fn notice(stage: &Stage) -> String {
    stage.app.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

fn saved(stage: &mut Stage) -> SetValue {
    stage.keys("<ctrl-s>");
    match stage.write() {
        Write::Set(set) => set,
        other => panic!("{other:?}"),
    }
}

fn written(stage: &mut Stage) -> String {
    stage.keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Ok(done()));
    assert!(stage.app.editor.is_none());
    notice(stage)
}

#[test]
fn text_is_edited_in_its_charset_and_what_is_not_typed_over_stays() {
    let russian = b"\xcf\xf0\xe8\xe2\xe5\xf2\r\n\xec\xe8\xf0\r\n";
    let utf16: Vec<u8> = "\u{feff}мир\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (content_type, value, shown, after) in [
        ("text/html; charset=windows-1251", &russian[..], "Привет\r\nмир\r\n", &b"\xff"[..]),
        ("text/plain; charset=utf-16", &utf16, "мир\r\n", b"\x04\x4f"),
        ("text/plain", b"\xef\xbb\xbfa\n", "a\n", "я".as_bytes()),
    ] {
        let mut stage = editing(content_type, value);
        assert_eq!(stage.edited(), shown);
        stage.keys("я");
        let set = saved(&mut stage);
        let mark = value.len() - value.strip_prefix(b"\xfe\xff").unwrap_or(value).len();
        let mark = if value.starts_with(b"\xef\xbb\xbf") { 3 } else { mark };
        assert_eq!(set.value, [&value[..mark], after, &value[mark..]].concat());
        assert_eq!(set.content_type.as_str(), content_type);
    }
}

#[test]
fn a_character_that_the_charset_lacks_is_named_and_nothing_is_written() {
    let mut stage = editing("text/html; charset=windows-1251", b"\xcf\n\xf0");
    stage.keys("<down>日<ctrl-s>");
    assert!(stage.writes().is_empty());
    let fault = stage.app.editor.as_ref().unwrap().fault.clone().unwrap();
    assert!(
        fault.starts_with("not saved: `日` at line 2, column 1 cannot be written in windows-1251"),
        "{fault}"
    );
    assert_eq!(stage.app.editor.as_ref().unwrap().cursor_cell(), Some((1, 0)));
    // As plain text, the value is stored in UTF-8.
    stage.keys("<ctrl-t>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, "П\n日р".as_bytes());
    assert_eq!(set.content_type.as_str(), "text/plain; charset=utf-8");
}

#[test]
fn what_would_not_come_back_is_edited_as_bytes() {
    for (content_type, value) in [
        ("text/plain; charset=shift_jis", &b"a\x82\xff\xffb"[..]),
        ("application/octet-stream", b"\0\xff"),
    ] {
        let mut stage = editing(content_type, value);
        assert!(stage.app.editor.as_ref().unwrap().value.hex().is_some());
        stage.keys("<ctrl-s>");
        assert!(stage.writes().is_empty(), "saved without an edit, nothing is written");
        assert!(stage.app.editor.is_none());
        stage.keys("E");
        let Some(Effect::OpenEditor { text, .. }) = stage.asked.pop() else { panic!() };
        assert_eq!(text.bytes(), value);
        stage.event(Event::Edited(Ok(b"\xfe".as_slice().into())));
        let Write::Set(set) = stage.write() else { panic!() };
        assert_eq!(set.value, b"\xfe".as_slice());
    }
}

#[test]
fn bytes_that_are_no_utf8_stay_beside_what_is_typed() {
    let mut stage = editing("text/plain; charset=utf-8", b"a\xff\xc3\r\nb\x80\n");
    assert!(stage.frame().contains("a\\xff\\xc3"), "{}", stage.frame());
    // Each invalid byte is passed and deleted by itself.
    stage.keys("<right><right>é<right>x<down><backspace>");
    assert_eq!(saved(&mut stage).value, b"a\xff\xc3\xa9\xc3x\r\nb\n".as_slice());
}

#[test]
fn json_that_python_cannot_read_keeps_its_mark_and_is_told() {
    let mut stage = editing(JSON, b"\xef\xbb\xbf{\r\n  \"a\": 1\r\n}\r\n");
    assert_eq!(stage.edited(), "{\r\n  \"a\": 1\r\n}\r\n");
    stage.keys("<down><end>2<ctrl-s>");
    let write = stage.write();
    let stored = &b"\xef\xbb\xbf{\r\n  \"a\": 12\r\n}\r\n"[..];
    assert!(matches!(&write, Write::Set(set) if set.value == stored));
    stage.written(write, Ok(done()));
    assert!(notice(&stage).contains("reads only plain UTF-8"), "{}", notice(&stage));
}

#[test]
fn a_value_that_is_only_held_is_stored_byte_for_byte() {
    let settings = Settings { editor_limit: 4, ..Settings::default() };
    let mut stage =
        editing_with("text/plain; charset=windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", settings);
    stage.keys("E");
    let Some(Effect::OpenEditor { text, .. }) = stage.asked.pop() else { panic!() };
    assert_eq!(text.bytes(), b"\xcf\xf0\xe8\xe2\xe5\xf2".as_slice());
    stage.event(Event::Edited(Ok(b"\xcf\xf0\xe8".as_slice().into())));
    let write = stage.write();
    assert!(matches!(&write, Write::Set(set) if set.value == b"\xcf\xf0\xe8".as_slice()));
    stage.written(write, Ok(done()));
    assert_eq!(notice(&stage), "saved k");
}

#[test]
fn bytes_may_be_larger_than_text_to_be_edited() {
    let opened = |content_type: &str, value: &[u8]| {
        let settings = Settings { editor_limit: 4, ..Settings::default() };
        let stage = editing_with(content_type, value, settings);
        stage.app.editor.map(|editor| editor.value.hex().is_some())
    };
    assert_eq!(opened("application/octet-stream", b"\xff\xfe\0\0\0\0"), Some(true));
    assert_eq!(opened("text/plain", b"\xff\xfe\0\0\0\0"), None);
    assert_eq!(opened("application/octet-stream", "Grüße".as_bytes()), None);
}

#[test]
fn the_users_editor_gets_utf8_and_the_charset_is_kept() {
    let mut stage = editing("text/plain; charset=latin1", b"gr\xfc\xdfe");
    stage.keys("<ctrl-o>");
    let asked = stage.asked.pop();
    let Some(Effect::OpenEditor { text, .. }) = asked else { panic!("{asked:?}") };
    assert_eq!(text, "grüße");
    stage.event(Event::Edited(Ok("grüßen\n".into())));
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, b"gr\xfc\xdfen".as_slice());
}

#[test]
fn a_new_type_with_untouched_bytes_says_that_they_are_as_they_were() {
    let mut stage = editing("text/plain; charset=latin1", b"\xfc");
    stage.keys("<shift-tab><ctrl-u>text/plain; charset=utf-8");
    let said = written(&mut stage);
    assert!(said.contains("bytes are still ISO-8859-1"), "{said}");
    let mut stage = editing("text/plain; charset=utf-8", "ü".as_bytes());
    stage.keys("x<shift-tab><ctrl-u>text/plain; charset=latin1");
    assert_eq!(saved(&mut stage).value, b"x\xfc".as_slice());
}

#[test]
fn json_is_stored_in_its_own_spacing() {
    for (value, shown, stored) in [
        (
            r#"{"a":1,"b":[1,2]}"#,
            "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}",
            r#"{"a":7,"b":[1,2]}"#,
        ),
        ("{\"a\":1}\n", "{\n  \"a\": 1\n}", "{\"a\":7}\n"),
        ("{ \"a\" : 1 }\r\n", "{\n  \"a\": 1\n}", "{ \"a\" : 7 }\r\n"),
        ("{\"a\": 1}", "{\n  \"a\": 1\n}", "{\"a\": 7}"),
        // JSON on several lines is edited as it stands.
        ("{\r\n\t\"a\": 1\r\n}\r\n", "{\r\n\t\"a\": 1\r\n}\r\n", "{\r\n\t\"a\": 7\r\n}\r\n"),
        ("{\n    \"a\": 1\n}", "{\n    \"a\": 1\n}", "{\n    \"a\": 7\n}"),
        // JSON with mixed spacing is laid out, and keeps its spacing.
        ("{\"a\": 1,\"b\":2}", "{\n  \"a\": 1,\n  \"b\": 2\n}", "{\"a\": 7,\"b\":2}"),
    ] {
        for content_type in [JSON, "application/ld+json"] {
            let mut stage = editing(content_type, value.as_bytes());
            assert_eq!(stage.edited(), shown);
            let changed = shown.replacen('1', "7", 1);
            stage.keys("<ctrl-o>").asked.pop();
            stage.event(Event::Edited(Ok(changed.into())));
            let Write::Set(set) = stage.write() else { panic!() };
            assert_eq!(set.value, stored, "{content_type}");
        }
    }
}

#[test]
fn json_that_would_be_gigabytes_is_edited_and_stored_as_it_stands() {
    let deep = "[".repeat(40_000) + &"]".repeat(40_000);
    let mut stage = editing(JSON, deep.as_bytes());
    assert_eq!(stage.edited(), deep);
    assert!(notice(&stage).contains("edited as it stands"), "{}", notice(&stage));
    stage.keys("<alt-f>");
    let fault = stage.app.editor.as_ref().unwrap().fault.clone().unwrap();
    assert!(fault.contains("too long"), "{fault}");
    stage.keys(" ");
    let said = written(&mut stage);
    assert!(said.contains("nested 40,000 deep"), "{said}");

    // A new record in a directory, where JSON is indented.
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 1), store("shop", 1)]);
    stage.app.session.server =
        ServerInfo { json_layout: JsonLayout::Indented, ..ServerInfo::default() };
    stage.keys("j").open(&[record("k", JSON, b"1")]);
    stage.keys("nnew");
    stage.app.editor.as_mut().unwrap().replace(&deep.clone().into(), Timestamp::from_micros(0));
    stage.keys("<ctrl-s>");
    let write = stage.write();
    assert!(matches!(&write, Write::Set(set) if set.value == deep));
    stage.written(write, Ok(done()));
    let said = notice(&stage);
    assert!(said.contains("stored as typed") && said.contains("nested"), "{said}");
}

#[test]
fn a_content_type_with_a_line_break_is_kept_when_only_the_value_is_edited() {
    let odd = "text/html;\r\n charset=utf-8";
    let mut stage = editing(odd, b"a");
    assert!(!stage.app.editor.as_ref().unwrap().is_changed());
    stage.keys("x");
    let set = saved(&mut stage);
    assert_eq!((set.content_type.as_str(), &set.value[..]), (odd, &b"xa"[..]));
    let mut stage = editing(odd, b"a");
    stage.keys("<shift-tab>x");
    assert_eq!(saved(&mut stage).content_type.as_str(), "text/html;  charset=utf-8x");
}

#[test]
fn other_json_types_are_checked_and_saved_with_a_word() {
    let mut stage = editing("application/problem+json", b"{\"a\":1}");
    stage.keys(",");
    let said = written(&mut stage);
    assert!(said.contains("saved k; not JSON at line 1, column 1"), "{said}");
    let mut stage = editing("application/problem+json", b"{\"a\":1}");
    stage.keys(" ");
    assert_eq!(written(&mut stage), "saved k");
}

#[test]
fn json_deeper_than_python_reads_is_told() {
    for (depth, told) in [(900, false), (1000, true)] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        let mut stage = editing(JSON, text.as_bytes());
        stage.keys(" ");
        let said = written(&mut stage);
        assert_eq!(
            said.contains(&format!("nested {} deep", if depth == 1000 { "1,000" } else { "900" })),
            told,
            "{said}"
        );
    }
}

#[test]
fn converted_text_is_copied_as_text() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 1), store("shop", 1)]);
    let value = record("k", "text/plain; charset=koi8-r", b"\xcd\xc9\xd2");
    stage.keys("j").open(&[value]);
    stage.keys("Y");
    let Some(Effect::Copy { bytes, .. }) = stage.asked.pop() else { panic!() };
    assert_eq!(bytes, "мир");
}
