//! `get`, `exists`, `delete` and `url`.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::{Map, json};

use super::arguments::{Delete, Get, OneRecord};
use super::failure::{DAMAGED, DONE, Failure, NOT_THERE, Outcome, say};
use super::output::Output;
use super::{atomic, describe, key, store, write};
use crate::storage::content::Family;
use crate::storage::{Error, ErrorKind, Key, Record, RecordState, Storage, StoreName, Write};

/// `get`.
pub(super) async fn get(storage: &dyn Storage, get: &Get, output: &mut Output) -> Outcome {
    let name = store(storage, &get.store).await?;
    let key = key(&get.key);
    let Some(record) = storage.get_value(&name, &key).await? else {
        return Err(no_record(&name, &key).into());
    };
    if record.meta.state == RecordState::NoValue {
        let problem = format!("the record `{key}` has metadata, but no value");
        return Err(Error::new(ErrorKind::Damaged, problem)
            .hint("set it again, or delete it")
            .into());
    }
    print(&record, get, output)?;
    let Some(problem) = describe::record_problem(&record.meta.state) else { return Ok(DONE) };
    say(&format!("the record `{key}` is damaged: {problem}; the value's bytes are as stored"));
    Ok(DAMAGED)
}

fn print(record: &Record, get: &Get, output: &mut Output) -> Result<(), Failure> {
    match get.output.as_deref() {
        Some(file) if file != Path::new("-") => {
            return atomic::write(file, &record.value).map_err(|why| {
                let problem = format!("{} cannot be written: {why}", file.display());
                Failure::Error(Error::new(ErrorKind::Io, problem))
            });
        }
        _ => {}
    }
    if !output.terminal || get.force {
        return Ok(output.raw(&record.value)?);
    }
    if let Some(text) = text(record) {
        return Ok(output.text(text)?);
    }
    let problem = format!(
        "the value is {} bytes of `{}`, which a terminal cannot show",
        record.value.len(),
        record.meta.content_type
    );
    Err(Error::new(ErrorKind::NotSupported, problem)
        .hint("save it with -o FILE, or print it with --force")
        .into())
}

/// The value as text, if it is one.
fn text(record: &Record) -> Option<&str> {
    let text = std::str::from_utf8(&record.value).ok()?;
    let said = matches!(record.meta.content_type.family(), Family::Json | Family::Text);
    let looks = || !text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c));
    (said || looks()).then_some(text)
}

/// `exists`: says nothing, unless `--json` asks.
pub(super) async fn exists(
    storage: &dyn Storage,
    record: &OneRecord,
    output: &mut Output,
) -> Outcome {
    let (name, key) = names(storage, &record.store, &record.key).await?;
    let exists = storage.record_exists(&name, &key).await?;
    if output.json {
        let mut map = Map::new();
        describe::put_text(&mut map, "key", key.as_bytes());
        map.insert("exists".into(), json!(exists));
        output.json_line(&map.into())?;
    }
    Ok(if exists { DONE } else { NOT_THERE })
}

/// `delete`.
pub(super) async fn delete(storage: &dyn Storage, delete: &Delete, output: &mut Output) -> Outcome {
    let name = store(storage, &delete.store).await?;
    let keys: Vec<Key> = delete.keys.iter().map(|argument| key(argument)).collect();
    let one = if let [key] = &*keys { Some(key.clone()) } else { None };
    let written = write(storage, &Write::Delete { store: name.clone(), keys }).await?;
    if output.json {
        output.json_line(&json!({ "deleted": written.records }))?;
    }
    match (written.records, one) {
        (0, Some(key)) => Err(no_record(&name, &key).into()),
        (0, None) => {
            let problem = format!("none of these records is in the store `{name}`");
            Err(Error::new(ErrorKind::NotFound, problem).into())
        }
        _ => Ok(DONE),
    }
}

/// `url`.
pub(super) async fn url(storage: &dyn Storage, record: &OneRecord, output: &mut Output) -> Outcome {
    let (name, key) = names(storage, &record.store, &record.key).await?;
    let url = storage.get_public_url(&name, &key).await?;
    if output.json {
        let mut map = Map::new();
        describe::put_text(&mut map, "key", key.as_bytes());
        map.insert("url".into(), json!(url));
        output.json_line(&map.into())?;
    } else {
        output.last(url.as_bytes())?;
    }
    Ok(DONE)
}

async fn names(
    storage: &dyn Storage,
    of_store: &OsStr,
    of_key: &OsStr,
) -> Result<(StoreName, Key), Error> {
    Ok((store(storage, of_store).await?, key(of_key)))
}

fn no_record(store: &StoreName, key: &Key) -> Error {
    let problem = format!("there is no record `{key}` in the store `{store}`");
    Error::new(ErrorKind::NotFound, problem)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::storage::{ContentType, RecordMeta};

    fn shown(content_type: &str, value: &'static [u8]) -> bool {
        let content_type = ContentType::from(content_type);
        let meta = RecordMeta { content_type, ..RecordMeta::default() };
        text(&Record { meta, value: Bytes::from_static(value) }).is_some()
    }

    #[test]
    fn a_terminal_gets_text_and_what_looks_like_it() {
        assert!(shown("text/plain", b"a\x1b[31mb"));
        assert!(shown("application/json", b"{\"a\": NaN}"));
        assert!(shown("application/xml", b"<a>\r\n\t</a>"));
        assert!(shown("application/x-none", b""));
        assert!(!shown("application/octet-stream", b"a\0b"));
        assert!(!shown("text/plain", b"\xff\xfe"));
    }
}
