//! What is known of stores and records, name by name.

use bytes::Bytes;

use crate::model::{RecordMeta, RecordState, StoreInfo, StoreState, Timestamp};
use crate::text;

/// Name and value; values may hold hostile text.
pub type Facts = Vec<(&'static str, String)>;

/// What is known of a record.
pub(super) fn record_facts(meta: &RecordMeta, facts: &mut Facts) {
    let key = meta.key.escaped();
    facts.push(("key", if key.is_empty() { "(empty)".to_owned() } else { key }));
    facts.push(("content type", meta.content_type.as_str().to_owned()));
    let exact = text::plural(meta.size, "byte");
    let short =
        if meta.size < 1000 { String::new() } else { format!(" ({})", text::size(meta.size)) };
    facts.push(("size", format!("{exact}{short}")));
    // The state is told only if it is unusual.
    if meta.state != RecordState::Whole {
        facts.push(("record state", record_state(&meta.state)));
    }
}

/// What a record's state means, in words.
fn record_state(state: &RecordState) -> String {
    match state {
        RecordState::Whole => "whole".to_owned(),
        RecordState::NoMetadata => "a value without metadata: Crawlee reads None".to_owned(),
        RecordState::NoValue => "metadata without a value: Crawlee reads None".to_owned(),
        RecordState::BadMetadata(raw) => {
            format!("malformed metadata, which breaks Crawlee's listing: {raw}")
        }
        RecordState::WrongSize(said) => format!("the metadata says {said} bytes"),
        RecordState::BareFile => "file without metadata: Crawlee for Python reads None".to_owned(),
        RecordState::Unreadable(why) => {
            format!("the metadata cannot be read: {why}; change its permissions")
        }
        RecordState::SeveralFiles(files) => {
            format!("{files} are one record to Crawlee for JavaScript; keep one")
        }
        RecordState::NotRead => "not read yet".to_owned(),
    }
}

/// What is known of a store, name by name.
pub(crate) fn store_facts(info: &StoreInfo, now: Timestamp, facts: &mut Facts) {
    let none = || "—".to_owned();
    let named = info.name.as_deref().map(|name| name == info.store.escaped());
    facts.push(("store", info.store.escaped()));
    facts.push(("id", info.id.clone().unwrap_or_else(none)));
    // A named store is called by its name.
    match named {
        Some(true) => {}
        Some(false) => facts.push(("name", info.name.clone().unwrap_or_default())),
        // Without metadata the name is not known.
        None if info.accessed_at.is_none() => facts.push(("name", none())),
        None => facts.push(("name", "none (an alias or the default)".to_owned())),
    }
    facts.push(("records", info.records.map_or_else(none, text::count)));
    if let Some(values) = info.values {
        let told = "some records are not whole (listed from Redis 7.4)";
        facts.push(("values", format!("{}: {told}", text::count(values))));
    }
    let when = |at: Option<Timestamp>| {
        at.map_or_else(none, |at| text::moment(&at.to_string(), at.micros(), now.micros()))
    };
    facts.push(("created_at", when(info.created_at)));
    facts.push(("modified_at", when(info.modified_at)));
    facts.push(("accessed_at", when(info.accessed_at)));
    if info.state != StoreState::Whole {
        facts.push(("store state", store_state(&info.state)));
    }
    if info.ignored.count > 0 {
        facts.push(("ignored", info.ignored.to_string()));
    }
    if let Some(beside) = info.beside.as_ref().filter(|beside| beside.count > 0) {
        facts.push(("no stores", format!("{beside} (beside the stores)")));
    }
}

/// Facts of a store that are copied otherwise than they are shown: its name as bytes, and times as they are
/// stored.
pub(super) fn exact_facts(info: &StoreInfo) -> impl Iterator<Item = (&'static str, Bytes)> {
    let times = [
        ("created_at", info.created_at),
        ("modified_at", info.modified_at),
        ("accessed_at", info.accessed_at),
    ];
    let times = times.into_iter().filter_map(|(name, at)| Some((name, at?.to_string().into())));
    [("store", Bytes::copy_from_slice(info.store.as_bytes()))].into_iter().chain(times)
}

/// When a server will remove a store, or a part of it, by itself.
pub(super) fn end(at: Timestamp) -> String {
    let exact = at.to_string().replace('T', " ").replace("+00:00", " UTC");
    format!("{exact}: removed then, or a part; PERSIST keeps it")
}

/// What a store's state means, in words.
pub(crate) fn store_state(state: &StoreState) -> String {
    match state {
        StoreState::Whole => "whole".to_owned(),
        StoreState::HalfMade => "half-made: no metadata; Crawlee waits 30 s, then fails".to_owned(),
        StoreState::Ghost => "ghost: records without metadata, written after a drop".to_owned(),
        StoreState::NotIndexed => "whole, but missing in an index".to_owned(),
        StoreState::StaleId => "stale id: an index has another one".to_owned(),
        StoreState::Damaged(why) => format!("damaged: {why}"),
        StoreState::Forbidden(why) => {
            format!("not permitted: {why}; use another user")
        }
        StoreState::Unreadable(why) => why.clone(),
    }
}
