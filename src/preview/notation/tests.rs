use bytes::Bytes;

use super::*;
use crate::model::{Record, RecordMeta};
use crate::preview::styled::MOST_LINES;
use crate::preview::{Preview, PreviewKind};

fn shown(content_type: &str, bytes: &[u8]) -> Option<(String, String)> {
    let Notation { lines, note, .. } = read(&content_type.into(), bytes, false)?;
    let text = |number| {
        let line = lines.line(number);
        let parts: Vec<_> = line.parts.iter().map(|part| part.bytes).collect();
        " ".repeat(line.depth) + std::str::from_utf8(&parts.concat()).unwrap()
    };
    let texts: Vec<_> = (0..lines.len()).map(text).collect();
    Some((texts.join("\n"), note))
}

fn cbor(bytes: &[u8]) -> String {
    let (text, note) = shown("application/cbor", bytes).unwrap();
    assert_eq!(note, "CBOR in diagnostic notation", "{text}");
    text
}

fn msgpack(bytes: &[u8]) -> String {
    let (text, note) = shown("application/msgpack", bytes).unwrap();
    assert_eq!(note, "msgpack in the diagnostic notation of CBOR", "{text}");
    text
}

#[test]
fn the_examples_of_the_standard_of_cbor_are_read() {
    // The examples of RFC 8949, appendix A.
    for (bytes, text) in [
        (&b"\x18\x64"[..], "100"),
        (b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
        (b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff", "-18446744073709551616"),
        (b"\xf9\x3c\x00", "1.0"),
        (b"\xf9\x7b\xff", "65504.0"),
        (b"\xf9\x00\x01", "5.9604645e-8"),
        (b"\xf9\xc4\x00", "-4.0"),
        (b"\xfa\x47\xc3\x50\x00", "100000.0"),
        (b"\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a", "1.1"),
        (b"\xf9\x7c\x00", "Infinity"),
        (b"\xf9\x7e\x00", "NaN"),
        (b"\xfa\xff\x80\x00\x00", "-Infinity"),
        (b"\xf7", "undefined"),
        (b"\xf8\xff", "simple(255)"),
        (b"\xc1\x1a\x51\x4b\x67\xb0", "1(1363896240)"),
        (b"\xd7\x44\x01\x02\x03\x04", "23(h'01020304')"),
        (b"\x64\xf0\x90\x85\x91", "\"𐅑\""),
        (b"\x62\x22\x5c", r#""\"\\""#),
        (b"\x80", "[]"),
        (b"\x82\x01\xa1\x02\x03", "[\n 1,\n {\n  2: 3\n }\n]"),
        (b"\xa1\x61a\xf5", "{\n \"a\": true\n}"),
        (b"\x9f\x01\x80\xff", "[\n 1,\n []\n]"),
        (b"\xbf\x61a\x01\xff", "{\n \"a\": 1\n}"),
        (b"\x7f\x65strea\x64ming\xff", "(_ \"strea\", \"ming\")"),
        (b"\x01\xf6", "1\nnull"),
        (b"\xa1\x81\x01\x02", "{\n [\n  1\n ]: 2\n}"),
        (b"\x81\xc1\x81\x01", "[\n 1([\n  1\n ])\n]"),
    ] {
        assert_eq!(cbor(bytes), text, "{}", bytes.escape_ascii());
    }
}

#[test]
fn every_kind_of_msgpack_is_read() {
    for (bytes, text) in [
        (&b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"[..], "18446744073709551615"),
        (b"\xd3\x80\0\0\0\0\0\0\0", "-9223372036854775808"),
        (b"\xd0\x80\xff", "-128\n-1"),
        (b"\xd1\xff\x00", "-256"),
        (b"\xd2\xff\xff\xff\x00", "-256"),
        (b"\xca\x3d\xcc\xcc\xcd", "0.1"),
        (b"\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18", "3.141592653589793"),
        (b"\xa3abc", "\"abc\""),
        (b"\xd9\x03a\xff\n", "\"a\\xff\\n\""),
        (b"\xc4\x02\x0a\x0b", "h'0a0b'"),
        (b"\x93\xc0\xc2\xc3", "[\n null,\n false,\n true\n]"),
        (b"\xdc\x00\x01\x05", "[\n 5\n]"),
        (b"\xde\x00\x01\x05\x80", "{\n 5: {}\n}"),
        (b"\xd4\x05\x99", "ext(5, h'99')"),
        (b"\xc7\x02\xfe\x01\x02", "ext(-2, h'0102')"),
        (b"\xd6\xff\x65\xba\x3d\x48", "timestamp 2024-01-31 12:30:00 UTC"),
        (b"\xd7\xff\x77\x35\x94\x00\x65\xba\x3d\x48", "timestamp 2024-01-31 12:30:00.5 UTC"),
    ] {
        assert_eq!(msgpack(bytes), text, "{}", bytes.escape_ascii());
    }
    let long = [&b"\xc5\x01\x00"[..], &[7; 256]].concat();
    assert_eq!(msgpack(&long), format!("h'{}…' 256 B", "07".repeat(48)));
}

#[test]
fn what_is_cut_off_damaged_or_endless_is_read_as_far_as_it_goes() {
    let said = |content_type: &str, bytes: &[u8]| {
        let (text, note) = shown(content_type, bytes).unwrap();
        (text, note.split_once("; ").unwrap().1.to_owned())
    };
    let what = "shown in part";
    let cut = ("[\n 1,\n \"ab\"\n …".to_owned(), format!("the msgpack is cut off: {what}"));
    assert_eq!(said("application/x-msgpack", b"\x93\x01\xa2ab\xa5abc"), cut);
    let huge = said("application/cbor", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    assert_eq!(huge, ("[\n 1\n …".to_owned(), format!("the CBOR is cut off: {what}")));
    let broken = said("application/vnd.msgpack", b"\x92\x01\xc1");
    assert_eq!(broken.1, format!("no msgpack from byte 3: {what}"));
    let half = said("application/cbor", b"\xa1\x01\xff");
    assert_eq!(half.1, format!("no CBOR from byte 3: {what}"));
    let deep = said("application/senml+cbor", &vec![0x81; 100_000]);
    assert_eq!(deep.1, "nested over 256 levels: not shown");
    let head = read(&"application/cbor".into(), b"\x83\x01", true).unwrap();
    assert_eq!(head.note, "CBOR in diagnostic notation");
}

#[test]
fn more_lines_than_are_shown_end_with_a_word() {
    let many = vec![0xf6; MOST_LINES + 10];
    let note = read(&"application/cbor".into(), &many, false).unwrap().note;
    assert!(note.ends_with("; only the beginning is shown"), "{note}");
}

#[test]
fn text_is_no_msgpack_and_other_types_are_left_alone() {
    assert!(shown("application/msgpack", b"{\"a\": 1}").is_none());
    assert!(shown("application/cbor", b"plain text, of some length").is_none());
    assert_eq!(cbor(b"eHello"), "\"Hello\"");
    assert!(shown("application/octet-stream", b"\x93\x01\x02\x03").is_none());
    assert!(shown("application/msgpack", b"\xc1").is_none());
}

#[test]
fn any_bytes_can_be_read() {
    let mut state = 5_u64;
    for round in 0..400_usize {
        let bytes: Vec<u8> = (0..round % 90)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        for content_type in ["application/msgpack", "application/cbor"] {
            if let Some((text, _)) = shown(content_type, &bytes) {
                assert!(!text.replace('\n', "").contains(char::is_control), "{text:?}");
            }
        }
    }
}

#[test]
fn what_stands_in_one_line_is_bounded() {
    // Many pieces of bytes, which would all be laid out in each frame.
    let pieces = [b"\x5f".to_vec(), b"\x41\x01".repeat(100_000), b"\xff".to_vec()].concat();
    let (text, note) = shown("application/cbor", &pieces).unwrap();
    assert!(text.len() < 10_000 && text.ends_with("h'01'\n…"), "{}", text.len());
    assert!(note.ends_with("only the beginning is shown"), "{note}");
    let (_, note) = shown("application/cbor", b"\x81\x5f\x80\xff").unwrap();
    assert!(note.contains("no CBOR from byte 3"), "{note}");
    // Text whose bytes are all shown as signs of six characters.
    let mut text = b"\xdb\0\x80\0\0".to_vec();
    text.resize(text.len() + (8 << 20), 0x1b);
    let read = read(&"application/msgpack".into(), &text, false).unwrap();
    assert!(read.lines.bytes.len() < 25 << 20, "{}", read.lines.bytes.len());
    assert!(read.lines.bytes.ends_with("\"… 8.4 MB".as_bytes()));
}

#[test]
fn what_is_json_as_it_is_laid_out_is_shown_as_json() {
    let shown = |content_type: &str, bytes: &[u8]| {
        let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
        let preview = Preview::build(&Record { meta, value: Bytes::copy_from_slice(bytes) });
        let text = preview.whole_lines().map(|row| row.text()).collect::<Vec<_>>().join("\n");
        (preview.kind(), preview.note().unwrap_or_default().to_owned(), text)
    };
    let text = "{\n  \"a\": [\n    1,\n    null\n  ]\n}".to_owned();
    let note = "msgpack, laid out as JSON".to_owned();
    let json = (PreviewKind::Json, note, text);
    assert_eq!(shown("application/msgpack", b"\x81\xa1a\x92\x01\xc0"), json);
    let json = (PreviewKind::Json, "CBOR, laid out as JSON".to_owned(), json.2);
    assert_eq!(shown("application/cbor", b"\xa1\x61a\x82\x01\xf6"), json);
    // Keys that are no strings, bytes, tags, several values, and what is cut off.
    for bytes in
        [&b"\xa1\x01\x02"[..], b"\x81\x41\x01", b"\xc1\x01", b"\x01\xf6", b"\x82\x01", b"\xf7"]
    {
        let (kind, note, _) = shown("application/cbor", bytes);
        assert_eq!(kind, PreviewKind::Notation, "{}", bytes.escape_ascii());
        assert!(note.starts_with("CBOR in diagnostic notation"), "{note}");
    }
}

#[test]
fn what_is_not_read_at_all_says_so() {
    // Fewer bytes than are declared.
    for (kind, bytes) in [
        ("application/cbor", &b"\x5b\x7f\0\0\0\0\0\0\0\x01"[..]),
        ("application/msgpack", b"\xc6\xff\0\0\0\x01"),
    ] {
        let meta = RecordMeta { content_type: kind.into(), ..RecordMeta::default() };
        let preview = Preview::build(&Record { meta, value: Bytes::copy_from_slice(bytes) });
        let name = kind.trim_start_matches("application/").replace("cbor", "CBOR");
        assert_eq!(preview.kind(), PreviewKind::Hex);
        assert_eq!(preview.note(), Some(&*format!("no {name} that could be read")));
    }
}
