//! `set`.

mod source;

use std::ffi::OsStr;

use bytes::Bytes;
use percent_encoding::{percent_decode, percent_decode_str};

use super::arguments::SetArgs;
use super::exit::{self, ExitResult, Failure};
use super::messages::{self, say};
use super::output::Output;
use super::progress::Progress;
use super::{digest, json, key, perform, store};
use crate::model::Family;
use crate::model::{
    ContentType, Error, ErrorKind, Expect, Key, RecordMeta, RecordState, Result, SetValue,
    StoreName, Value, Want,
};
use crate::ops::{Outcome, Plan, words, written_back};
use crate::preview::charset::Charset;
use crate::preview::json::{PYTHON_DEPTH, check, compact, depth};
use crate::storage::Storage;
pub(super) use source::Limits;

/// The bytes and the content type that the arguments ask for, for a target of this kind.
///
/// # Errors
/// [`ErrorKind::Usage`] for JSON that is none, with its line and column; [`ErrorKind::Io`] for a
/// file that cannot be read.
pub(super) fn value(set: &SetArgs, limits: Limits) -> Result<(Bytes, ContentType)> {
    let given = set.content_type.as_deref().map(ContentType::from);
    if given.as_ref().is_some_and(|given| given.as_str().is_empty()) {
        return Err(Error::new(ErrorKind::Usage, "the content type is empty"));
    }
    let json = given.as_ref().is_some_and(|given| given.family() == Family::Json);
    let value = match (&set.value, &set.file) {
        (Some(text), _) => {
            let text = utf8(text)?;
            if json {
                check_json(text.as_bytes(), "VALUE")?;
                // The JSON as json.dumps would have written it; it was UTF-8 and stays so.
                Value::Json(String::from_utf8_lossy(&compact(text.as_bytes())).into_owned())
            } else {
                Value::Text(text.to_owned())
            }
        }
        (None, Some(file)) => {
            let bytes = source::read(file, limits)?;
            if json {
                check_json(&bytes, &file.display().to_string())?;
            }
            Value::Bytes(bytes.into())
        }
        (None, None) => Value::None,
    };
    let is_typed = set.value.is_some();
    let (bytes, content_type) = value.encode(given);
    let bytes = if is_typed { in_charset(bytes, &content_type)? } else { bytes };
    Ok((bytes, content_type))
}

/// The typed text in the charset that the content type declares.
fn in_charset(bytes: Bytes, content_type: &ContentType) -> Result<Bytes> {
    if let Some(label) = Charset::unknown_label(content_type.as_str()) {
        say(&format!("charset `{label}` not known: stored in UTF-8"));
    }
    let charset = Charset::declared(content_type.as_str()).filter(|charset| !charset.is_plain());
    let (Some(charset), Ok(text)) = (charset, std::str::from_utf8(&bytes)) else {
        return Ok(bytes);
    };
    charset.encode(text).map(Bytes::from).map_err(|why| {
        Error::new(ErrorKind::Usage, format!("VALUE: {why}"))
            .hint("write it otherwise, or declare another charset")
    })
}

/// Warns if Crawlee could not read a value that is to be stored.
fn warn_of(bytes: &[u8], content_type: &ContentType) {
    let is_read = matches!(content_type.family(), Family::Text | Family::Json);
    if is_read && std::str::from_utf8(bytes).is_err() {
        say("not UTF-8: as text, Crawlee reads None");
    }
    let essence = content_type.as_str().split(';').next().unwrap_or("").trim();
    if content_type.family() == Family::Json {
        let depth = depth(bytes);
        if depth > PYTHON_DEPTH {
            say(&format!("nested {depth} deep: Crawlee reads some 1,000 levels"));
        }
    } else if essence.to_ascii_lowercase().ends_with("+json")
        && let Err(fault) = check(bytes)
    {
        say(&format!("not JSON, as {essence} should be: {fault}"));
    }
}

fn utf8(text: &OsStr) -> Result<&str> {
    text.to_str().ok_or_else(|| {
        Error::new(ErrorKind::Usage, "VALUE is not UTF-8")
            .hint("give bytes with --file, - for standard input")
    })
}

fn check_json(bytes: &[u8], what: &str) -> Result<()> {
    check(bytes).map_err(|fault| {
        let problem = format!(
            "{what} is not JSON: line {}, column {}: {}",
            fault.line,
            fault.column,
            fault.reason()
        );
        Error::new(ErrorKind::Usage, problem).hint("mend it, or set it as text/plain")
    })
}

/// `set`, with the result of [`value`].
pub(super) async fn set(
    storage: &dyn Storage,
    set: &SetArgs,
    (value, content_type): (Bytes, ContentType),
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &set.store).await?;
    let key = key(&set.key);
    let (value, content_type) = match kept_type(storage, set, &name, &key).await {
        Some(kept) => as_kept(set, kept, (value, content_type)),
        None => (value, content_type),
    };
    warn_of(&value, &content_type);
    let size = value.len() as u64;
    let expected = match &set.if_unchanged {
        Some(digest) => digest::unchanged(storage, &name, &key, digest).await?,
        None if set.if_absent => Expect::Absent,
        None => Expect::Anything,
    };
    let plan = Plan::set(SetValue {
        store: name.clone(),
        key: key.clone(),
        value,
        content_type: content_type.clone(),
        expected,
    });
    if let Some(warning) = written_back(storage, &name, std::iter::once(&key)).await {
        say(&warning);
    }
    progress.goes(storage.session().traffic, size);
    let written = perform(storage, &plan).await.map_err(|failure| hinted(failure, set))?;
    // In a store without metadata, only the ending of a file tells the type.
    if let Some(meta) = &written.meta
        && essence(&meta.content_type) != essence(&content_type)
        && content_type.family() != Family::None
    {
        say(&format!("the store's program will read it as {}", meta.content_type));
    }
    let replicas = written.replicas;
    if output.json {
        let meta = RecordMeta { key, content_type, size, ..RecordMeta::default() };
        let mut map = json::record(&written.meta.unwrap_or(meta));
        json::put_replicas(&mut map, replicas);
        output.json_line(&map.into())?;
    }
    messages::tell(&words::done(&plan, &Outcome::default()));
    Ok(exit::written(replicas))
}

/// The type that a record keeps if none is given: that of a file which is named for it, such as `INPUT.json`.
/// Elsewhere the type depends on the value alone, as in Crawlee for Python.
async fn kept_type(
    storage: &dyn Storage,
    set: &SetArgs,
    store: &StoreName,
    key: &Key,
) -> Option<ContentType> {
    if set.content_type.is_some() || set.if_absent || set.null {
        return None;
    }
    // Only a directory has a file to name.
    let url = storage.get_public_url(store, key).await.ok()?;
    let file: Vec<u8> = percent_decode_str(url.rsplit('/').next()?).collect();
    let named = *percent_decode(&file).collect::<Vec<u8>>() != *key.as_bytes();
    let meta = storage.read(store, key, Want::Meta).await.ok()??.into_meta();
    (named || meta.state == RecordState::BareFile).then_some(meta.content_type)
}

/// The value under the type that its record has, if it can have that type.
fn as_kept(
    set: &SetArgs,
    kept: ContentType,
    (value, inferred): (Bytes, ContentType),
) -> (Bytes, ContentType) {
    let is_typed = set.value.is_some();
    match kept.family() {
        Family::Json if check(&value).is_err() => (value, inferred),
        Family::Json if is_typed => (compact(&value).into(), kept),
        Family::Text if is_typed => match in_charset(value.clone(), &kept) {
            Ok(value) => (value, kept),
            Err(_) => (value, inferred),
        },
        Family::None | Family::Unknown => (value, inferred),
        Family::Image | Family::Binary if is_typed => (value, inferred),
        _ => (value, kept),
    }
}

/// A content type without its parameters.
fn essence(content_type: &ContentType) -> String {
    let text = content_type.as_str();
    text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase()
}

fn hinted(failure: Failure, set: &SetArgs) -> Failure {
    let Failure::Error(why) = failure else { return failure };
    match why.kind {
        ErrorKind::Conflict if set.if_absent => why.hint("leave --if-absent out to replace it"),
        ErrorKind::Conflict if set.if_unchanged.is_some() => why.hint(digest::LOOK),
        _ => why,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    fn value_of(arguments: &[&str]) -> Result<(String, String)> {
        let line = ["larder", "set", "s", "k"].iter().chain(arguments);
        let Some(Command::Set(set)) = Cli::try_parse_from(line).unwrap().command else {
            panic!("not set")
        };
        let (bytes, content_type) = value(&set, Limits::DIRECTORY)?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), content_type.as_str().to_owned()))
    }

    fn ok(arguments: &[&str]) -> (String, String) {
        value_of(arguments).unwrap()
    }

    #[test]
    fn types_are_crawlee_s() {
        let plain = "text/plain; charset=utf-8".to_owned();
        assert_eq!(ok(&["-42"]), ("-42".to_owned(), plain.clone()));
        assert_eq!(ok(&[""]), (String::new(), plain));
        assert_eq!(ok(&["--null"]), (String::new(), "application/x-none".to_owned()));
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "{ }").unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(ok(&["--file", path]).1, "application/octet-stream");
        assert_eq!(ok(&["-f", path, "-c", "application/json"]).0, "{ }");
    }

    #[test]
    fn json_is_checked_and_spaced_as_python_spaces_it() {
        let json = ok(&["{\"a\":[1.50,NaN],\n \"a\" : \"ä\"}", "-c", "application/json"]);
        assert_eq!(json.0, "{\"a\": [1.50, NaN], \"a\": \"ä\"}");
        let why = value_of(&["{\"a\": 1,\n x}", "-c", "application/json"]).unwrap_err();
        assert_eq!(why.kind, ErrorKind::Usage);
        assert!(why.problem.starts_with("VALUE is not JSON: line 2, column 2: "), "{why}");
    }

    #[test]
    fn what_is_typed_is_stored_in_the_declared_charset() {
        let typed = |text: &str, content_type: &str| {
            let arguments = ["larder", "set", "s", "k", text, "-c", content_type];
            let Some(Command::Set(set)) = Cli::try_parse_from(arguments).unwrap().command else {
                panic!("not set")
            };
            value(&set, Limits::DIRECTORY).map(|(bytes, _)| bytes.to_vec())
        };
        assert_eq!(typed("ä", "text/plain; charset=latin1").unwrap(), b"\xe4");
        assert_eq!(typed("ä", "text/plain; charset=utf-16le").unwrap(), b"\xe4\0");
        assert_eq!(typed("ä", "text/plain; charset=klingon").unwrap(), "ä".as_bytes());
        let why = typed("a€", "text/plain; charset=latin1").unwrap_err();
        assert_eq!(why.kind, ErrorKind::Usage);
        assert!(why.problem.contains("`€` at line 1, column 2 cannot be written"), "{why}");
        // The bytes of a file are stored as they are.
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "ä").unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(ok(&["-f", path, "-c", "text/plain; charset=latin1"]).0, "ä");
    }

    #[test]
    fn there_is_one_source_of_the_value() {
        for wrong in [&[][..], &["v", "--null"], &["v", "-f", "x"], &["--null", "-c", "text/plain"]]
        {
            let line = ["larder", "set", "s", "k"].iter().chain(wrong);
            assert_eq!(Cli::try_parse_from(line).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }
}
