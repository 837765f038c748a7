//! Metadata as pydantic writes it, and in all forms that it accepts.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn bytes_are_verbatim_if_none_of_them_is_escaped(
        bytes in proptest::collection::vec(prop_oneof![8 => 0x20..=u8::MAX, 1 => any::<u8>()], 0..40)
    ) {
        let escaped = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
        prop_assert_eq!(is_verbatim(&bytes), !bytes.iter().any(escaped));
    }
}

#[test]
fn record_metadata_is_written_as_pydantic_writes_it() {
    // The output of `KeyValueStoreRecordMetadata(key=…).model_dump_json()`, character by character.
    let key = Key::from("\0\u{8}\t\n\u{b}\u{c}\r\u{1f}\"\\/\u{7f}\u{80}\u{2028}\u{feff}😀<>&'");
    let json = write_record(&key, &ContentType::from("text/plain"), 12).unwrap();
    assert_eq!(
        json,
        "{\"key\":\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/\u{7f}\u{80}\u{2028}\u{feff}😀<>&'\",\
         \"content_type\":\"text/plain\",\"size\":12}"
    );
    let error = write_record(&Key::from(&b"\xff"[..]), &ContentType::TEXT, 0).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage);
}

#[test]
fn metadata_that_is_written_anew_keeps_what_others_noted_in_it() {
    let renew = |old: &str| {
        let (key, content_type) = (Key::from("ä\n"), ContentType::from("b"));
        rewrite_record(Some(old.as_bytes()), &key, &content_type, 7).unwrap()
    };
    let usual = r#"{"key":"old","content_type":"a","size":7}"#;
    let new = r#"{"key":"ä\n","content_type":"b","size":7}"#;
    assert_eq!(renew(usual), new);
    assert_eq!(
        renew(r#"{"by":"me","key":"old","content_type":"a","n":[1.10,{}],"size":7,"k":null}"#),
        r#"{"by":"me","key":"ä\n","content_type":"b","n":[1.10,{}],"size":7,"k":null}"#
    );
    assert_eq!(renew(r#"{"key":"old","contentType":"a"}"#), r#"{"key":"ä\n","contentType":"b"}"#);
    for damaged in ["", "[]", "{", r#"{"key":"old"}"#] {
        assert_eq!(renew(damaged), new, "{damaged}");
    }
}

#[test]
fn record_metadata_is_read_as_leniently_as_pydantic_reads_it() {
    for (json, size) in [
        (r#"{"key":"a","content_type":"b","size":1}"#, Some(1)),
        (r#"{"key":"a","contentType":"b","size":1}"#, Some(1)),
        (r#" {"size" : "12", "key":"a","content_type":"b"}"#, Some(12)),
        (r#"{"key":"a","content_type":"b","size":1.0,"x":[]}"#, Some(1)),
        (r#"{"key":"a","content_type":"b","size":1e2}"#, Some(100)),
        (r#"{"key":"a","content_type":"b","size":-1}"#, Some(0)),
        (r#"{"key":"a","content_type":"b","size":1,"size":2}"#, Some(2)),
        (r#"{"key":"a","content_type":"b","size":true}"#, Some(1)),
        (r#"{"key":"a","content_type":"b","size":null}"#, None),
        (r#"{"key":"a","content_type":"b"}"#, None),
        (r#"{"key":"\u00e4","content_type":"\u0062"}"#, None),
    ] {
        let stated = parse_record(json.as_bytes()).unwrap_or_else(|| panic!("{json}"));
        assert_eq!((&*stated.content_type, stated.size), ("b", size), "{json}");
    }
    for json in [
        "",
        "null",
        "[\"a\"]",
        r#"{"key":"a","size":1}"#,
        r#"{"content_type":"b","size":1}"#,
        r#"{"key":"a","content_type":null,"size":1}"#,
        r#"{"key":"a","content_type":"b","size":1.5}"#,
        r#"{"key":"a","content_type":"b","size":""}"#,
        r#"{"key":"\ud800","content_type":"b","size":1}"#,
    ] {
        assert_eq!(parse_record(json.as_bytes()), None, "{json}");
    }
    assert_eq!(parse_record(b"{\"key\":\"\xff\",\"content_type\":\"b\",\"size\":1}"), None);
}

#[test]
fn parse_plain_agrees_with_parse_record() {
    let usual = r#"{"key":"ä b","content_type":"text/html; charset=utf-8","size":120}"#;
    let plain = parse_plain("ä b".as_bytes(), usual.as_bytes());
    assert!(plain.is_some() && plain == parse_record(usual.as_bytes()));
    for (key, content_type, size) in [
        ("a\"b", "b", "1"),
        ("a\\b", "b", "1"),
        ("a", "b\n", "1"),
        ("a", "b\",\"size\":2,\"x\":\"", "1"),
        ("a", "b", "01"),
        ("a", "b", "-1"),
        ("a", "b", "1.0"),
        ("a", "b", ""),
        ("a", "b", "99999999999999999999"),
    ] {
        let json = format!(r#"{{"key":"{key}","content_type":"{content_type}","size":{size}}}"#);
        assert_eq!(parse_plain(key.as_bytes(), json.as_bytes()), None, "{json}");
    }
    let other = parse_plain(b"other", usual.as_bytes());
    assert_eq!(other, None, "metadata that names another key");
}

proptest::proptest! {
    #[test]
    fn metadata_as_it_is_written_is_read_in_short_or_at_length(
        key: String, content_type: String, size: u32,
    ) {
        let (name, kind) = (Key::from(&*key), ContentType::from(&*content_type));
        let json = write_record(&name, &kind, size as usize).unwrap();
        let stated = parse_record(json.as_bytes()).unwrap();
        let plain = parse_plain(key.as_bytes(), json.as_bytes());
        proptest::prop_assert_eq!((&*stated.content_type, stated.size), (&*content_type, Some(size.into())));
        proptest::prop_assert!(plain.is_none_or(|plain| plain == stated));
    }
}

#[test]
fn store_metadata_round_trips() {
    let new = StoreMetadata::new("a1".into(), Some("shop".into()), Timestamp::from_micros(1));
    assert_eq!(StoreMetadata::parse(new.to_json().as_bytes()), Ok(new));
    for (json, fault) in [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ("{}", "no id"),
        (r#"{"id":"a"}"#, "no created_at"),
        (r#"{"id":"a","created_at":"now"}"#, "not a time"),
    ] {
        let error = StoreMetadata::parse(json.as_bytes()).unwrap_err();
        assert!(error.contains(fault), "{error}");
    }
}

#[test]
fn a_store_s_times_are_read_as_crawlee_reads_them() {
    let json = r#"{"id":"a","accessed_at":"2026-11-28T10:00:00","created_at":1764000000,
        "modified_at":"1764000000"}"#;
    let read = StoreMetadata::parse(json.as_bytes()).unwrap();
    assert_eq!(read.accessed_at, Timestamp::parse("2026-11-28T10:00:00Z"));
    let second = Timestamp::parse("2025-11-24T16:00:00Z");
    assert_eq!((read.created_at, read.modified_at), (second, second));
}

#[test]
fn a_newer_crawlee_is_suspected_where_one_field_lacks_and_another_is_not_known() {
    let why = |json: &str| StoreMetadata::parse(json.as_bytes()).unwrap_err();
    let none = why(r#"{"name":"a","accessed_at":"x"}"#);
    assert_eq!(none, "the store's metadata has no id");
    let newer = why(r#"{"schema":2,"id":"a","created":"2030-01-01T00:00:00Z"}"#);
    assert!(newer.contains("no created_at (it has schema, created, which"), "{newer}");
    assert!(newer.contains("newer Crawlee?"), "{newer}");
    let long = format!(r#"{{"id":"a","created_at":"{}"}}"#, "ä".repeat(9000));
    assert!(why(&long).len() < 200);
}
