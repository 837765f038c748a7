//! Repairs the damaged metadata of a store. All of this blocks.
//!
//! Facts that the damaged text still has are kept: id, name and times, and where it is JSON, everything else.
//! The rest is made as for a new store, with the times of its files.

use super::folder::Folder;
use super::folder::read_text;
use super::lock::{WriteOptions, open_locked};
use super::names::METADATA;
use super::names::TemporaryKind;
use super::root::Root;
use super::store_info::{self, StoreMetadataFile};
use super::style::{self, Style};
use super::temporary::{Like, TemporaryFile, sync};
use super::{os_error, times};
use crate::model::{Error, ErrorKind, Repair, Result, StoreName, Timestamp, Written};
use crate::storage::fields::Fields;
use crate::storage::metadata::STORE_FIELDS;
use crate::storage::naming::{check_name, new_id};

/// The repair of a store; `None` where nothing is wrong.
pub(super) fn plan(root: &Root, store: &StoreName) -> Result<Option<Repair>> {
    let folder = root.existing(store)?;
    let path = folder.path_of(METADATA);
    let problem = match store_info::metadata(&folder)? {
        // Without metadata it is a store of Crawlee for JavaScript, or one that Crawlee will make.
        StoreMetadataFile::Parsed(..) | StoreMetadataFile::Missing => return Ok(None),
        StoreMetadataFile::Unreadable(why) => return Err(os_error::reading(&path, why)),
        StoreMetadataFile::Malformed(why) => why,
    };
    let Some((text, _)) =
        read_text(&folder, METADATA).map_err(|why| os_error::reading(&path, why))?
    else {
        let problem = format!("{} is not a file", path.display());
        return Err(Error::new(ErrorKind::Damaged, problem).hint("move it away"));
    };
    let text = String::from_utf8_lossy(&text);
    Ok(Some(Repair {
        store: store.clone(),
        file: path.display().to_string(),
        problem,
        before: text.clone().into_owned().into(),
        after: metadata(&folder, store, &text)?.into(),
    }))
}

/// Writes a repair, if the store's metadata is still as it was when the repair was planned.
pub(super) fn repair(root: &Root, repair: &Repair, options: WriteOptions) -> Result<Written> {
    let folder = open_locked(root, &repair.store, options)?;
    let path = folder.path_of(METADATA);
    let read = read_text(&folder, METADATA).map_err(|why| os_error::reading(&path, why))?;
    let same =
        read.is_some_and(|(text, _)| String::from_utf8_lossy(&text).as_bytes() == &*repair.before);
    if !same {
        let problem = format!("{} has been changed meanwhile", path.display());
        return Err(Error::new(ErrorKind::Conflict, problem).hint("look at the store again"));
    }
    let like = folder.stat(METADATA)?.map_or(Like::Sibling(None), Like::Old);
    TemporaryFile::write(&folder, TemporaryKind::Store, &repair.after, like, options.durable)?
        .replace(METADATA)?;
    if options.durable {
        sync(&folder)?;
    }
    Ok(Written { records: 1, ..Written::default() })
}

/// The new metadata, in the form of the program that wrote the damaged one.
fn metadata(folder: &Folder, store: &StoreName, text: &str) -> Result<String> {
    let camel = text.contains("\"createdAt\"") || text.contains("\"accessedAt\"");
    let javascript = camel || style::of(folder)? != Style::Python;
    let (first, last) = ages(folder)?;
    let id = match string(text, "id").filter(|id| is_id(id)) {
        Some(id) => id,
        None => new_id()?,
    };
    // Without a name in the text: Crawlee never purges a named store by itself.
    let name = match string(text, "name") {
        Some(name) => Some(name),
        None if javascript => store.as_str().map(str::to_owned),
        None if is_null(text, "name") => None,
        None => store
            .as_str()
            .filter(|name| *name != "default" && check_name(name).is_ok())
            .map(str::to_owned),
    };
    let time = |snake: &str, camel: &str, else_: Timestamp| {
        let told = string(text, snake).or_else(|| string(text, camel));
        let time = told.and_then(|told| Timestamp::parse(&told)).unwrap_or(else_);
        if javascript { times::javascript(time) } else { times::python(time) }
    };
    let accessed = time("accessed_at", "accessedAt", last);
    let created = time("created_at", "createdAt", first);
    let modified = time("modified_at", "modifiedAt", last);
    let mut fields = Fields::new();
    fields.put("id", id);
    if !javascript || name.is_some() {
        fields.put("name", name);
    }
    let names = if javascript {
        ["accessedAt", "createdAt", "modifiedAt"]
    } else {
        ["accessed_at", "created_at", "modified_at"]
    };
    for (name, time) in names.into_iter().zip([accessed, created, modified]) {
        fields.put(name, time);
    }
    if javascript {
        fields.put("userId", "1");
    }
    // Fields of other programs, or of a newer Crawlee, where the text can be read at all.
    let told = Fields::parse(text.as_bytes()).unwrap_or_default();
    Ok(fields.with(told.only(|name| !STORE_FIELDS.contains(&name))).to_lines())
}

/// Times of the last change of the oldest and the newest file in the store.
fn ages(folder: &Folder) -> Result<(Timestamp, Timestamp)> {
    let mut ages: Option<(i64, i64)> = None;
    let mut names = Vec::new();
    folder.each_name(|name, kind| {
        if kind.is_file() {
            names.push(name.to_vec());
        }
    })?;
    for name in names {
        if let Some(stat) = folder.stat(&name)? {
            let (first, last) = ages.unwrap_or((stat.modified, stat.modified));
            ages = Some((first.min(stat.modified), last.max(stat.modified)));
        }
    }
    let now = Timestamp::now().micros();
    let (first, last) = ages.unwrap_or((now, now));
    Ok((Timestamp::from_micros(first), Timestamp::from_micros(last)))
}

/// Whether this is an id as Crawlee for Python or for JavaScript makes them.
fn is_id(id: &str) -> bool {
    let letters = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    letters && matches!(id.len(), 17 | 36)
}

/// The text behind a field's name, in JSON that may be cut off anywhere.
fn value<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let name = format!("\"{field}\"");
    let (_, rest) = text.split_once(&name)?;
    Some(rest.trim_start().strip_prefix(':')?.trim_start())
}

fn is_null(text: &str, field: &str) -> bool {
    value(text, field).is_some_and(|value| value.starts_with("null"))
}

/// The text of a field, if it is complete.
fn string(text: &str, field: &str) -> Option<String> {
    let value = value(text, field)?;
    let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
    values.next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_truncated_metadata_are_recovered() {
        let text = "{\n \"id\": \"AbCdEfGhIjKlMnOpQ\", \"name\" :null, \"accessed_at\": \"2026-01";
        assert_eq!(string(text, "id").as_deref(), Some("AbCdEfGhIjKlMnOpQ"));
        assert!(is_null(text, "name"));
        assert_eq!(string(text, "accessed_at"), None);
        assert_eq!(string(text, "created_at"), None);
        assert_eq!(string("{\"id\": 7}", "id"), None);
        assert!(is_id("AbCdEfGhIjKlMnOpQ") && !is_id("../../etc/passwd"));
    }
}
