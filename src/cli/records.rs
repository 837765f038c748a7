//! `get`, `exists` and `url`.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::path::Path;

use serde_json::{Map, json};

use super::arguments::{GetArgs, RecordArgs};
use super::exit::{DAMAGED, DONE, ExitResult, Failure, NOT_THERE, REFUSED};
use super::input::Keys;
use super::messages::{self, say};
use super::output::Output;
use super::progress::Progress;
use super::{digest, json, key, pager, painted, store, values};
use crate::model::Family;
use crate::model::{Error, ErrorKind, Key, Record, RecordState, StoreName, Want};
use crate::outfile;
use crate::preview::charset;
use crate::storage::{Storage, no_record, no_store};
use crate::text;

/// `get`: the bytes of one record; or a line of JSON for each.
pub(super) async fn get(
    storage: &dyn Storage,
    get: &GetArgs,
    keys: Keys,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let as_bytes = get.output.is_some() || get.force;
    let gotten = match &*get.keys {
        [one] if as_bytes || !output.json => get_one(storage, get, one, progress, output).await,
        _ if as_bytes => {
            Err(Error::new(ErrorKind::Usage, "--output and --force are for one record")
                .hint("leave them out: several records are JSON Lines")
                .into())
        }
        _ => values::print(storage, get, keys, progress, output).await,
    };
    match gotten {
        Err(Failure::Error(why)) if get.if_exists && why.kind == ErrorKind::NotFound => Ok(DONE),
        gotten => gotten,
    }
}

async fn get_one(
    storage: &dyn Storage,
    get: &GetArgs,
    argument: &OsStr,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &get.store).await?;
    let key = key(argument);
    progress.comes(storage.session().traffic);
    let Some(record) = storage.read(&name, &key, Want::Whole).await? else {
        return Err(no_record(storage, &name, &key).await.into());
    };
    let record = record.into_record();
    // The output may go to the same terminal.
    messages::erase_progress();
    if record.meta.state == RecordState::NoValue {
        let problem = format!("the record {key} has metadata, but no value");
        let remedy = json::record_remedy(&record.meta.state).unwrap_or_default();
        return Err(Error::new(ErrorKind::Damaged, problem).hint(remedy).into());
    }
    if get.digest {
        print_digest(&record, output)?;
    } else {
        print(&record, get, output)?;
    }
    let Some(problem) = json::record_problem(&record.meta.state) else { return Ok(DONE) };
    match &record.meta.state {
        RecordState::Unreadable(_) => {
            say(&format!("{key}: {problem}; bytes as stored"));
            Ok(REFUSED)
        }
        RecordState::SeveralFiles(_) => {
            let shown = &record.meta.key;
            say(&format!("{problem} to Crawlee for JavaScript; these are the bytes of {shown}"));
            Ok(DAMAGED)
        }
        state => {
            let problem = text::then(
                &format!("{key} is damaged: {problem}; bytes as stored"),
                "; ",
                json::record_remedy(state).map(str::to_owned),
            );
            say(&problem);
            Ok(DAMAGED)
        }
    }
}

fn print_digest(record: &Record, output: &mut Output) -> Result<(), Failure> {
    let digest = digest::of(&record.value);
    Ok(output.last(digest.as_bytes())?)
}

fn print(record: &Record, get: &GetArgs, output: &mut Output) -> Result<(), Failure> {
    match get.output.as_deref() {
        Some(file) if file != Path::new("-") => {
            outfile::write(file, &record.value, false).map_err(|why| {
                // The error is told by its kind: its text names the temporary file, which means nothing to
                // the user.
                let (reason, hint) = match why.kind() {
                    io::ErrorKind::NotFound => {
                        ("there is no such folder".to_owned(), "make the folder first")
                    }
                    kind => {
                        let remedy = "write to another file, or to standard output";
                        (io::Error::from(kind).to_string(), remedy)
                    }
                };
                let problem = format!("{} cannot be written: {reason}", file.display());
                Failure::Error(Error::new(ErrorKind::Io, problem).hint(hint))
            })?;
            let size = text::size(record.value.len() as u64);
            messages::tell(&format!("saved {size} to {}", file.display()));
            return Ok(());
        }
        _ => {}
    }
    if get.force {
        return Ok(output.raw(&record.value)?);
    }
    if (output.terminal || output.theme.is_some())
        && let Some(preview) = painted::preview(record)
    {
        let lines = || preview.whole_lines().map(|row| Cow::Owned(row.text()));
        if output.terminal && !get.no_pager && pager::is_longer(lines()) {
            output.page()?;
        }
        return Ok(painted::print(&preview, output)?);
    }
    if !output.terminal {
        return Ok(output.raw(&record.value)?);
    }
    if let Some(text) = as_text(record) {
        if !get.no_pager && pager::is_longer(text.lines().map(Cow::Borrowed)) {
            output.page()?;
        }
        return Ok(output.text(&text)?);
    }
    let problem = format!(
        "{} bytes of {}, which a terminal cannot show",
        record.value.len(),
        record.meta.content_type
    );
    Err(Error::new(ErrorKind::NotSupported, problem)
        .hint("-o FILE saves it, --force prints it")
        .into())
}

/// The value as text in UTF-8, if it is text in any charset.
fn as_text(record: &Record) -> Option<Cow<'_, str>> {
    let Ok(text) = std::str::from_utf8(&record.value) else {
        return in_its_charset(record).map(Cow::Owned);
    };
    let said = matches!(record.meta.content_type.family(), Family::Json | Family::Text);
    if said && let Some(text) = in_its_charset(record) {
        return Some(Cow::Owned(text));
    }
    let looks = || !text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c));
    (said || looks()).then_some(Cow::Borrowed(text))
}

/// The text of a value in another charset than UTF-8; prints a remark on that.
fn in_its_charset(record: &Record) -> Option<String> {
    let read = charset::read(&record.meta, &record.value, false)?;
    let whole = !read.cut && !read.charset.is_utf8();
    let text = whole.then(|| String::from_utf8(read.text.to_vec()).ok()).flatten()?;
    say(&format!("shown as UTF-8; the value is in {}", read.charset.words()));
    Some(text)
}

/// `exists`: prints nothing, unless `--json` asks for it.
pub(super) async fn exists(
    storage: &dyn Storage,
    record: &RecordArgs,
    output: &mut Output,
) -> ExitResult {
    let (name, key) = names(storage, &record.store, &record.key).await?;
    let read = storage.read(&name, &key, Want::Meta).await?;
    // As in Crawlee, metadata alone does not count.
    let exists = read.is_some_and(|read| read.meta().state != RecordState::NoValue);
    if output.json {
        let mut map = Map::new();
        json::put_text(&mut map, "key", key.as_bytes());
        map.insert("exists".into(), json!(exists));
        output.json_line(&map.into())?;
    }
    Ok(if exists { DONE } else { NOT_THERE })
}

/// `url`.
pub(super) async fn url(
    storage: &dyn Storage,
    record: &RecordArgs,
    output: &mut Output,
) -> ExitResult {
    let (name, key) = names(storage, &record.store, &record.key).await?;
    let url = match storage.get_public_url(&name, &key).await {
        Ok(url) => url,
        // If there is no such store, that is told first.
        Err(why) => return Err(no_store(storage, &name).await.unwrap_or(why).into()),
    };
    if output.json {
        let mut map = Map::new();
        json::put_text(&mut map, "key", key.as_bytes());
        map.insert("url".into(), json!(url));
        output.json_line(&map.into())?;
    } else {
        output.link(url.as_bytes(), Some(&url))?;
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::{ContentType, RecordMeta};

    fn shown(content_type: &str, value: &'static [u8]) -> bool {
        let content_type = ContentType::from(content_type);
        let meta = RecordMeta { content_type, ..RecordMeta::default() };
        as_text(&Record { meta, value: Bytes::from_static(value) }).is_some()
    }

    #[test]
    fn a_terminal_gets_text_and_what_looks_like_it() {
        assert!(shown("text/plain", b"a\x1b[31mb"));
        assert!(shown("application/json", b"{\"a\": NaN}"));
        assert!(shown("application/xml", b"<a>\r\n\t</a>"));
        assert!(shown("application/x-none", b""));
        assert!(!shown("application/octet-stream", b"a\0b"));
        assert!(!shown("text/plain", b"\xff\0\x01"));
        assert!(shown("text/plain; charset=windows-1251", b"\xcf\xf0\xe8"));
    }
}
