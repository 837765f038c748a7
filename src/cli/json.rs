//! Stores and records as JSON, with Crawlee's field names, and their states in words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::model::{
    ErrorKind, Ignored, Key, RecordMeta, RecordState, Replicas, StoreInfo, StoreState, Timestamp,
};

/// The name of an error's kind in JSON.
pub(super) fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Usage => "usage",
        ErrorKind::NotFound => "not_found",
        ErrorKind::ReadOnly => "read_only",
        ErrorKind::Permission => "permission",
        ErrorKind::Conflict => "conflict",
        ErrorKind::NotSupported => "not_supported",
        ErrorKind::Connection => "connection",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Auth => "auth",
        ErrorKind::Tls => "tls",
        ErrorKind::Loading => "loading",
        ErrorKind::OutOfMemory => "out_of_memory",
        ErrorKind::DiskFull => "disk_full",
        ErrorKind::CannotPersist => "cannot_persist",
        ErrorKind::WrongType => "wrong_type",
        ErrorKind::NoJsonModule => "no_json_module",
        ErrorKind::Damaged => "damaged",
        ErrorKind::InDoubt => "in_doubt",
        ErrorKind::Cluster => "cluster",
        ErrorKind::Io => "io",
        ErrorKind::Server => "server",
    }
}

/// Adds the number of replicas that have a write, if it was asked for.
pub(super) fn put_replicas(map: &mut Map<String, Value>, replicas: Option<Replicas>) {
    if let Some(Replicas { wanted, have }) = replicas {
        map.insert("replicas".into(), json!(have));
        map.insert("replicas_wanted".into(), json!(wanted));
    }
}

/// The fields `store`, `id`, `name`, `accessed_at`, `created_at`, `modified_at`, `records`, `bytes`,
/// `metadata_key`; `values` where it differs from `records`; `expires_at` and `ignored` where they apply;
/// `state` and `problem` if the store is not whole. In a list of stores, fields that are null were not looked
/// up.
pub(super) fn store(info: &StoreInfo) -> Map<String, Value> {
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    let mut map = Map::new();
    put_text(&mut map, "store", info.store.as_bytes());
    map.insert("id".into(), json!(info.id));
    map.insert("name".into(), json!(info.name));
    map.insert("accessed_at".into(), json!(time(info.accessed_at)));
    map.insert("created_at".into(), json!(time(info.created_at)));
    map.insert("modified_at".into(), json!(time(info.modified_at)));
    map.insert("records".into(), json!(info.records));
    if let Some(values) = info.values {
        map.insert("values".into(), json!(values));
    }
    map.insert("bytes".into(), json!(info.bytes));
    map.insert("metadata_key".into(), json!(info.metadata_key));
    if let Some(end) = info.expires_at {
        map.insert("expires_at".into(), json!(end.to_string()));
    }
    put_ignored(&mut map, "ignored", &info.ignored);
    let (state, problem) = match &info.state {
        StoreState::Whole => return map,
        StoreState::HalfMade => ("half_made", None),
        StoreState::Ghost => ("ghost", None),
        StoreState::NotIndexed => ("not_indexed", None),
        StoreState::StaleId => ("stale_id", None),
        StoreState::Damaged(why) => ("damaged", Some(why)),
        StoreState::Forbidden(why) => ("forbidden", Some(why)),
        StoreState::Unreadable(why) => ("unreadable", Some(why)),
    };
    map.insert("state".into(), json!(state));
    if let Some(problem) = problem {
        map.insert("problem".into(), json!(problem));
    }
    map
}

/// Adds the names that are no record or no store, if there are any.
pub(super) fn put_ignored(map: &mut Map<String, Value>, name: &str, ignored: &Ignored) {
    let Ignored { count, names } = ignored;
    if *count > 0 {
        map.insert(name.into(), json!({"count": count, "names": names}));
    }
}

/// The fields `key`, `content_type`, `size`; and `state` if the record is not whole.
pub(super) fn record(meta: &RecordMeta) -> Map<String, Value> {
    let mut map = Map::new();
    put_text(&mut map, "key", meta.key.as_bytes());
    let known = !meta.content_type.as_str().is_empty();
    map.insert("content_type".into(), json!(known.then(|| meta.content_type.as_str())));
    let known = !matches!(meta.state, RecordState::BadMetadata(_)) || meta.size > 0;
    map.insert("size".into(), json!(known.then_some(meta.size)));
    if let Some(state) = record_state(&meta.state) {
        map.insert("state".into(), json!(state));
    }
    map
}

/// The problem of a record, in a word; `None` if there is none.
pub(super) fn record_state(state: &RecordState) -> Option<&'static str> {
    Some(match state {
        RecordState::Whole => return None,
        RecordState::NoMetadata => "no_metadata",
        RecordState::NoValue => "no_value",
        RecordState::BadMetadata(_) => "bad_metadata",
        RecordState::WrongSize(_) => "wrong_size",
        RecordState::BareFile => "bare_file",
        RecordState::NotRead => "not_read",
        RecordState::Unreadable(_) => "unreadable",
        RecordState::SeveralFiles(_) => "several_files",
    })
}

/// Adds a text; if it is not UTF-8, in an escaped form, with the bytes in base64 in a second field.
pub(super) fn put_text(map: &mut Map<String, Value>, name: &str, bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        map.insert(name.into(), json!(text));
    } else {
        map.insert(name.into(), json!(Key::from(bytes).escaped()));
        map.insert(format!("{name}_base64"), json!(base64(bytes)));
    }
}

/// Bytes in base64, for JSON.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The problem of a store, in words; `None` if there is none.
pub(super) fn store_problem(state: &StoreState) -> Option<String> {
    Some(match state {
        StoreState::Whole => return None,
        StoreState::HalfMade => "half-made: its maker died before writing its metadata".into(),
        StoreState::Ghost => "ghost: records of a store that was dropped".into(),
        StoreState::NotIndexed => "not indexed: missing in an index".into(),
        StoreState::StaleId => "stale id: an index has another one".into(),
        StoreState::Damaged(why) => format!("damaged: {why}"),
        StoreState::Forbidden(why) => {
            format!("not permitted: {why}; use another user")
        }
        StoreState::Unreadable(why) => why.clone(),
    })
}

/// The problem of a record, in words; `None` if there is none.
pub(super) fn record_problem(state: &RecordState) -> Option<String> {
    Some(match state {
        // A file that Crawlee for JavaScript or a person has put there is as it should be.
        RecordState::Whole | RecordState::BareFile => return None,
        RecordState::NoMetadata => "no metadata".into(),
        RecordState::NoValue => "no value".into(),
        RecordState::BadMetadata(_) => "malformed metadata".into(),
        RecordState::WrongSize(u64::MAX) => "its metadata says more bytes than can be".into(),
        RecordState::WrongSize(size) => format!("its metadata says {size} bytes"),
        RecordState::NotRead => "its metadata has not been read".into(),
        RecordState::Unreadable(why) => {
            format!("its metadata cannot be read: {why}; change its permissions")
        }
        RecordState::SeveralFiles(files) => format!("the files {files} are one record"),
    })
}

/// The remedy for a record's problem, in words; `None` if there is no problem, or if the problem names it.
pub(super) fn record_remedy(state: &RecordState) -> Option<&'static str> {
    match state {
        RecordState::NoMetadata | RecordState::BadMetadata(_) | RecordState::WrongSize(_) => {
            Some("`larder retype` writes its metadata anew")
        }
        RecordState::NoValue => Some("set it again, or delete it"),
        RecordState::Whole
        | RecordState::BareFile
        | RecordState::NotRead
        | RecordState::Unreadable(_)
        | RecordState::SeveralFiles(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContentType;

    #[test]
    fn records_have_crawlee_s_fields_in_crawlee_s_order() {
        let meta = RecordMeta {
            key: "ä".into(),
            content_type: ContentType::TEXT,
            size: 3,
            ..RecordMeta::default()
        };
        assert_eq!(
            Value::from(record(&meta)).to_string(),
            r#"{"key":"ä","content_type":"text/plain; charset=utf-8","size":3}"#
        );
    }

    #[test]
    fn every_state_and_every_kind_of_error_is_documented() {
        let why = String::new;
        let stores = [
            StoreState::HalfMade,
            StoreState::Ghost,
            StoreState::NotIndexed,
            StoreState::StaleId,
            StoreState::Damaged(why()),
            StoreState::Forbidden(why()),
            StoreState::Unreadable(why()),
        ];
        let of_stores = stores.map(|state| store(&StoreInfo { state, ..StoreInfo::default() }));
        let records = [
            RecordState::NoMetadata,
            RecordState::NoValue,
            RecordState::BadMetadata(why()),
            RecordState::WrongSize(1),
            RecordState::BareFile,
            RecordState::NotRead,
            RecordState::Unreadable(why()),
            RecordState::SeveralFiles(why()),
        ];
        let of_records =
            records.map(|state| record(&RecordMeta { state, ..RecordMeta::default() }));
        let documented = |head: &str, field: &str| {
            let lines = super::super::fields::lines();
            let (_, fields) = *lines.iter().find(|(of, _)| of.starts_with(head)).unwrap();
            fields.iter().find(|(name, _)| *name == field).unwrap().1.to_owned()
        };
        let words =
            |text: &str| -> Vec<String> { text.split([',', ' ']).map(str::to_owned).collect() };
        let of_a_store = words(&documented("stores,", "state"));
        for map in of_stores {
            let state = map["state"].as_str().unwrap();
            assert!(of_a_store.iter().any(|word| word == state), "{state}");
        }
        let of_a_record = words(&documented("keys,", "state"));
        for map in of_records {
            let state = map["state"].as_str().unwrap();
            assert!(of_a_record.iter().any(|word| word == state), "{state}");
        }
    }

    #[test]
    fn a_key_that_is_not_utf8_can_be_told_from_its_escape() {
        let meta = RecordMeta { key: Key::from(&b"a\xff"[..]), ..RecordMeta::default() };
        let map = record(&meta);
        assert_eq!(map["key"], "a\\xff");
        assert_eq!(map["key_base64"], "Yf8=");
        assert_eq!(map["content_type"], Value::Null);
    }
}
