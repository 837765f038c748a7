//! `get` of many records: a line of JSON for each.

use futures::StreamExt as _;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::arguments::GetArgs;
use super::exit::{DAMAGED, DONE, ExitResult, NOT_THERE, REFUSED};
use super::group::Group;
use super::input::Keys;
use super::messages::say;
use super::output::Output;
use super::progress::Progress;
use super::{digest, json, store};
use crate::model::{
    Budget, Error, ErrorKind, Family, Key, Reading, Record, RecordMeta, RecordState, Result,
    StoreName, Want,
};
use crate::ops::words;
use crate::preview::charset::Charset;
use crate::preview::json::compact;
use crate::storage::{Storage, no_record, no_store};

/// Limit on the keys that are asked for at once.
pub(super) const BATCH: usize = 1000;

/// Problems among the records.
#[derive(Default)]
struct Faults {
    missing: u64,
    /// Records whose values cannot be read.
    not_read: Group,
    refused: u64,
    damaged: u64,
}

impl Faults {
    fn code(&self) -> u8 {
        match self {
            Self { damaged: 1.., .. } => DAMAGED,
            Self { not_read: Group { count: 1.., .. }, .. } | Self { refused: 1.., .. } => REFUSED,
            Self { missing: 1.., .. } => NOT_THERE,
            _ => DONE,
        }
    }
}

/// `get` of more than one record, or with `--json`.
pub(super) async fn print(
    storage: &dyn Storage,
    get: &GetArgs,
    mut keys: Keys,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &get.store).await?;
    let mut faults = Faults::default();
    let (mut is_there, mut is_any) = (false, false);
    loop {
        let batch = keys.next(BATCH)?;
        if batch.is_empty() {
            break;
        }
        let mut found = storage.scan_values(&name, batch.clone(), Budget::default());
        for key in batch {
            let reading = found.next().await.transpose()?.flatten();
            progress.add(1);
            let record = match whole(storage, &name, &key, reading).await {
                Err(why) if is_of_one(&why) => {
                    (is_there, is_any) = (true, true);
                    faults.not_read.add(&key, &why.to_string());
                    continue;
                }
                read => read?,
            };
            let Some(record) = record else {
                if !std::mem::replace(&mut is_there, true)
                    && let Some(why) = no_store(storage, &name).await
                {
                    return Err(why.into());
                }
                if !get.if_exists {
                    if get.keys.len() == 1 {
                        return Err(no_record(storage, &name, &key).await.into());
                    }
                    say(&words::no_record(&key));
                    faults.missing += 1;
                }
                continue;
            };
            (is_there, is_any) = (true, true);
            if json::record_problem(&record.meta.state).is_some() {
                match record.meta.state {
                    RecordState::Unreadable(_) => faults.refused += 1,
                    _ => faults.damaged += 1,
                }
            }
            output.json_text(&line(&record, get.digest))?;
        }
        output.flush()?;
    }
    if let Some(why) = keys.why_none().filter(|_| !is_any && faults.missing > 0) {
        say(&why);
    }
    faults.not_read.told("not read").into_iter().for_each(|said| say(&said));
    let bad = faults.damaged + faults.refused;
    if bad > 0 {
        say(&format!("{bad} not whole: their state says why"));
    }
    Ok(faults.code())
}

/// Whether an error concerns this record's value alone, so that others can still be read.
pub(super) fn is_of_one(why: &Error) -> bool {
    matches!(why.kind, ErrorKind::Permission | ErrorKind::Io)
}

/// The record with its value, also if that was too large to come together with others.
pub(super) async fn whole(
    storage: &dyn Storage,
    store: &StoreName,
    key: &Key,
    reading: Option<Reading>,
) -> Result<Option<Record>> {
    match reading {
        Some(Reading::Meta(meta)) if meta.state != RecordState::NoValue => {
            Ok(storage.read(store, key, Want::Whole).await?.map(Reading::into_record))
        }
        reading => Ok(reading.map(Reading::into_record)),
    }
}

/// The fields that `keys --json` prints of a record, and its value or its digest.
fn line(record: &Record, is_digest: bool) -> String {
    let mut map = json::record(&record.meta);
    if record.meta.state == RecordState::NoValue {
        return Value::from(map).to_string();
    }
    if is_digest {
        map.insert("digest".into(), json!(digest::of(&record.value)));
        return Value::from(map).to_string();
    }
    match Written::of(&record.meta, &record.value) {
        Written::Value(value) => {
            map.insert("value".into(), value);
        }
        Written::Base64 => {
            map.insert("value_base64".into(), json!(json::base64(&record.value)));
        }
        // Numbers and repeated names stay as they are stored.
        Written::Json => {
            let mut line = Value::from(map).to_string();
            line.pop();
            let text = compact(&record.value);
            return format!("{line},\"value\":{}}}", String::from_utf8_lossy(&text));
        }
    }
    Value::from(map).to_string()
}

/// The form of a value in a line.
enum Written {
    /// A value of JSON: a text, or null.
    Value(Value),
    /// The stored JSON as it is.
    Json,
    /// The bytes in base64.
    Base64,
}

impl Written {
    fn of(meta: &RecordMeta, value: &[u8]) -> Self {
        let content_type = &meta.content_type;
        let foreign = || {
            let charset = Charset::declared(content_type.as_str());
            charset.is_some_and(|charset| !charset.is_plain())
        };
        match (content_type.family(), std::str::from_utf8(value)) {
            (Family::None, _) if value.is_empty() => Self::Value(Value::Null),
            (Family::Json, Ok(text)) if serde_json::from_str::<IgnoredAny>(text).is_ok() => {
                Self::Json
            }
            (Family::Text, Ok(text)) if !foreign() => Self::Value(json!(text)),
            _ => Self::Base64,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::ContentType;

    fn written(content_type: &str, value: &'static [u8]) -> String {
        let content_type = ContentType::from(content_type);
        let size = value.len() as u64;
        let meta = RecordMeta { key: "k".into(), content_type, size, ..RecordMeta::default() };
        let line = line(&Record { meta, value: Bytes::from_static(value) }, false);
        assert!(!line.contains('\n') && serde_json::from_str::<Value>(&line).is_ok(), "{line}");
        line.split_once("\"value").unwrap().1.trim_end_matches('}').to_owned()
    }

    #[test]
    fn a_value_stands_as_json_as_text_or_as_base64() {
        let json = "application/json";
        assert_eq!(written(json, b"[1.50,\n 1e400]"), "\":[1.50, 1e400]");
        assert_eq!(written(json, b"[\"a\"]"), "\":[\"a\"]");
        // Python reads it, but no other reader of JSON does.
        assert_eq!(written(json, b"[NaN]"), "_base64\":\"W05hTl0=\"");
        assert_eq!(written("text/html", "<p>ä\n".as_bytes()), "\":\"<p>ä\\n\"");
        assert_eq!(written("text/plain; charset=utf-16le", b"a\0"), "_base64\":\"YQA=\"");
        assert_eq!(written("text/plain", b"\xff"), "_base64\":\"/w==\"");
        assert_eq!(written("image/png", b"abc"), "_base64\":\"YWJj\"");
        assert_eq!(written("application/x-none", b""), "\":null");
    }
}
