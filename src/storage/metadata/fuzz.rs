//! A fuzz target for both kinds of metadata.

use super::{ContentType, Key, StoreMetadata, parse_plain, parse_record, write_record};

/// A record's metadata is written and read again; the quick reader agrees with the thorough one; and a
/// store's metadata comes back unchanged.
pub(crate) fn parse(data: &[u8]) {
    if let Some(parsed) = parse_record(data) {
        let content_type = ContentType::from(&*parsed.content_type);
        let size = usize::try_from(parsed.size.unwrap_or(0)).unwrap_or(usize::MAX);
        let key = Key::from("page-1");
        if let Ok(written) = write_record(&key, &content_type, size) {
            let again = parse_record(written.as_bytes());
            assert!(again.is_some_and(|again| again.content_type == content_type.as_str()));
            let plain = parse_plain(key.as_bytes(), written.as_bytes());
            assert!(plain.is_none_or(|plain| plain.size == Some(size as u64)), "{written}");
        }
    }
    for key in ["a", "page-1", ""] {
        if let Some(plain) = parse_plain(key.as_bytes(), data) {
            assert_eq!(Some(plain), parse_record(data), "in another way for {key:?}");
        }
    }
    match StoreMetadata::parse(data) {
        Ok(store) => {
            let again = StoreMetadata::parse(store.to_json().as_bytes());
            assert_eq!(again.as_ref(), Ok(&store), "{}", store.to_json());
        }
        Err(why) => assert!(!why.is_empty()),
    }
}

pub(crate) const SAMPLES: &[&[u8]] = &[
    br#"{"key":"page-1","content_type":"application/json; charset=utf-8","size":12}"#,
    br#"{"key":"a","content_type":"text/html","size":0}"#,
    br#"{"size": "12", "contentType": "text/\u0068tml", "key": "\ud83d\ude00", "size": 1.0}"#,
    br#"{"key":"","content_type":"","size":null}"#,
    br#"{"id":"x","name":null,"accessed_at":"2026-11-22T13:57:47.827633+00:00","created_at":"2026-11-22T13:57:47Z","modified_at":"2026-11-22T13:57:47.827633+02:00"}"#,
    br#"[{"id":"x","name":"shop","accessedAt":"2026-11-22T13:57:47.827Z","createdAt":"2026-11-22T13:57:47.827Z","modifiedAt":"2026-11-22T13:57:47.827Z"}]"#,
];
