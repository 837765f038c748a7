use proptest::prelude::*;

use super::*;
use crate::model::RecordMeta;

const VIEW: Viewport = Viewport { width: 80, height: 20, wrap: true };

fn record(bytes: &[u8], content_type: &str) -> Record {
    let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
    Record { meta, value: Bytes::copy_from_slice(bytes) }
}

/// A preview of a text.
pub(super) fn preview(text: &str, content_type: &str) -> Preview {
    let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
    Preview::build(&Record { meta, value: text.to_owned().into() })
}

pub(super) fn view(width: u16, height: u16, wrap: bool) -> Viewport {
    Viewport { width, height, wrap }
}

/// Values of all kinds, some with long lines, as text or JSON.
pub(super) fn values() -> impl Strategy<Value = (String, &'static str)> {
    let piece = prop_oneof![
        "[a-z ]{0,40}",
        "[\\t\\ra-züé日本\u{301}\u{200d}\u{202e}👨ཀ]{0,20}",
        Just("\u{301}".repeat(200)),
        ("[a-zé日]{1,7}", 1_usize..7000).prop_map(|(word, times)| word.repeat(times)),
    ];
    let text = proptest::collection::vec(piece, 0..12).prop_map(|lines| lines.join("\n"));
    (text, any::<bool>()).prop_map(|(text, json)| {
        if json {
            let strings: Vec<_> =
                text.lines().map(|line| serde_json::Value::from(line).to_string()).collect();
            let text = format!(
                "[{}, {{\"deep\": [[[-0, NaN]]]}}]",
                [strings, vec!["1".into()]].concat().join(",")
            );
            (text, "application/json")
        } else {
            (text, "text/plain")
        }
    })
}

fn seen(bytes: &[u8], content_type: &str) -> (PreviewKind, Option<String>) {
    let preview = Preview::build(&record(bytes, content_type));
    (preview.kind(), preview.note().map(str::to_owned))
}

fn texts(preview: &Preview) -> Vec<String> {
    preview.rows(preview.top(), VIEW, None).iter().map(Row::text).collect()
}

#[test]
fn the_beginning_of_a_value_is_shown_without_complaint() {
    let head = |bytes: &[u8], content_type| {
        let preview = Preview::build_head(record(bytes, content_type), Mode::Auto);
        (preview.kind(), preview.note().map(str::to_owned), texts(&preview).join("|"))
    };
    let cut = (PreviewKind::Text, None, "{\"a\": \"é".to_owned());
    assert_eq!(head(b"{\"a\": \"\xc3\xa9\xc3", "application/json"), cut);
    assert_eq!(head(b"\xe2\x82", "text/plain"), (PreviewKind::Empty, None, String::new()));
    assert_eq!(head(b"\x89PNG\r\n\x1a\n\0\0", "image/png").0, PreviewKind::Hex);
}

#[test]
fn a_preview_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Preview>();
}

#[test]
fn content_types_decide_what_is_shown() {
    assert_eq!(seen(b"[1]", "application/json; charset=utf-8"), (PreviewKind::Json, None));
    assert_eq!(seen(b"[1]", "text/plain; charset=utf-8"), (PreviewKind::Text, None));
    assert_eq!(seen(b"[1]", "application/ld+json"), (PreviewKind::Json, None));
    assert_eq!(seen(b"[1]", ""), (PreviewKind::Json, None));
    assert_eq!(seen(b"<svg/>", "image/svg+xml"), (PreviewKind::Text, None));
    assert_eq!(seen(b"a\0b", "application/octet-stream"), (PreviewKind::Hex, None));
    assert_eq!(seen(b"\xff", ""), (PreviewKind::Hex, None));
}

#[test]
fn none_is_not_an_empty_text() {
    assert_eq!(seen(b"", "application/x-none"), (PreviewKind::None, None));
    assert_eq!(seen(b"", "text/plain"), (PreviewKind::Empty, None));
    assert_eq!(seen(b"", "application/octet-stream"), (PreviewKind::Empty, None));
    let note = "holds 2 bytes although its type says None";
    assert_eq!(seen(b"ab", "application/x-none"), (PreviewKind::None, Some(note.to_owned())));
    let nothing = Preview::build(&record(b"", "application/x-none"));
    assert_eq!((nothing.lines(), texts(&nothing).len()), (0, 0));
}

#[test]
fn what_does_not_decode_says_so() {
    let note = "not valid JSON at line 1, column 5 (Expecting value): shown as text";
    assert_eq!(seen(b"[1, }", "application/json"), (PreviewKind::Text, Some(note.to_owned())));
    let note = "not UTF-8: shown as hex";
    assert_eq!(seen(b"[\xff", "application/json"), (PreviewKind::Hex, Some(note.to_owned())));
    assert_eq!(seen(b"\xff\0\x01\xfe", "text/plain"), (PreviewKind::Hex, Some(note.to_owned())));
    let note = "not UTF-8 but gzip: shown as hex";
    assert_eq!(seen(b"\x1f\x8b\x08\0\xff", "text/html"), (PreviewKind::Hex, Some(note.to_owned())));
    let note = "empty, which is not valid JSON";
    assert_eq!(seen(b"", "application/json"), (PreviewKind::Empty, Some(note.to_owned())));
}

#[test]
fn text_of_other_charsets_is_text() {
    let guessed = Some("windows-1252, a guess".to_owned());
    assert_eq!(seen(b"gr\xfc\xdfe", "text/plain"), (PreviewKind::Text, guessed.clone()));
    assert_eq!(seen(b"\"\xff\"", "application/ld+json"), (PreviewKind::Json, guessed));
    let declared = "text/html; charset=windows-1251";
    let preview = Preview::build(&record(b"\xcf\xf0\xe8\xe2\xe5\xf2", declared));
    assert_eq!(texts(&preview), ["Привет"]);
    assert_eq!(preview.note(), Some("windows-1251, declared"));
    assert_eq!(preview.find("приВЕТ").len() + preview.find("ивет").len(), 1);
    // A search that finds something leads to where the match is shown.
    let at = preview.find("ивет").get(0).unwrap();
    assert_eq!(preview.reveal(preview.top(), at.start, VIEW), preview.top());
    let windows = b"\xef\xbb\xbf{\r\n  \"a\": 1\r\n}\r\n";
    let mark = "UTF-8, by its byte order mark";
    let note = format!("{mark}; not plain UTF-8: Crawlee for Python reads None");
    assert_eq!(seen(windows, "application/json"), (PreviewKind::Json, Some(note)));
    let wide: Vec<u8> = "\u{feff}{\"a\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(seen(&wide, "application/json; charset=utf-8").0, PreviewKind::Json);
    let note = Some("UTF-16LE, by its byte order mark".to_owned());
    assert_eq!(seen(&wide, ""), (PreviewKind::Json, note));
    assert_eq!(seen(&wide, "application/octet-stream").0, PreviewKind::Hex);
    let wide: Vec<u8> = "\u{feff}not found".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let note = Some("says image/png, is text; UTF-16LE, by its byte order mark".to_owned());
    assert_eq!(seen(&wide, "image/png"), (PreviewKind::Text, note));
}

#[test]
fn headers_are_read() {
    let gif = seen(b"GIF89a\x0a\0\x14\0", "image/gif");
    let note = "GIF, 10 × 20 pixels; no picture: its end is missing";
    assert_eq!(gif, (PreviewKind::Hex, Some(note.to_owned())));
}

#[test]
fn json_that_is_too_deep_for_python_says_so() {
    let note = |levels: usize, content_type| {
        let text = "[".repeat(levels) + &"]".repeat(levels);
        seen(text.as_bytes(), content_type)
    };
    assert_eq!(note(950, "application/json"), (PreviewKind::Json, None));
    let (kind, told) = note(1200, "application/json");
    assert_eq!(kind, PreviewKind::Json);
    assert!(told.unwrap().starts_with("nested 1,200 deep: "));
    // Crawlee reads other types as bytes.
    assert_eq!(note(1200, "application/ld+json").1, None);
}

#[test]
fn line_ends_of_windows_are_noted_not_shown() {
    let preview = Preview::build(&record(b"a\r\nb\r\n", "text/plain"));
    assert_eq!(preview.note(), Some("lines end with CR LF"));
    assert_eq!(texts(&preview), ["a", "b"]);
    let mixed = Preview::build(&record(b"a\r\nb\n", "text/plain"));
    assert_eq!((mixed.note(), texts(&mixed)), (None, vec!["a␍".to_owned(), "b".to_owned()]));
}

#[test]
fn the_user_may_see_it_otherwise() {
    let record = record(b"[1,\t2]\r\n\xff\n", "application/json");
    let lines = |mode| texts(&Preview::build_as(&record, mode));
    assert_eq!(lines(Mode::Text), ["[1, 2]␍", "\\xff"]);
    assert_eq!(lines(Mode::Raw), ["[1,␉2]␍␊", "\\xff␊"]);
    assert!(lines(Mode::Hex)[0].starts_with("00000000  5b 31 2c 09"));
    assert!(lines(Mode::Auto)[0].starts_with("00000000  5b"));
}
