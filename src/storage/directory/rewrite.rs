//! Writes a record anew under another key, in another store, or with another content type. All of this
//! blocks.
//!
//! The new record is complete before the old one is removed, under one lock of larder's: at whatever point it
//! is killed, the value is there under one of the two keys, or under both.

use super::find::{FoundRecord, Reach, find};
use super::folder::Folder;
use super::lock::{WriteOptions, open_locked};
use super::names;
use super::read::read_in;
use super::record_files::{MetadataContent, MetadataFile, RecordFiles};
use super::remove::delete_record;
use super::root::Root;
use super::set::set_noted;
use super::sidecar::{self, Notes};
use super::temporary::sync;
use crate::model::{
    Comparison, Error, ErrorKind, Key, Reading, RecordRewrite, Result, SetValue, Version, Want,
    Written,
};

/// Writes a record anew, if it and the one that is replaced meet their conditions.
///
/// # Errors
/// As those of setting a record; [`ErrorKind::Usage`] where both keys name one record.
pub(super) fn rewrite(root: &Root, it: &RecordRewrite, options: WriteOptions) -> Result<Written> {
    names::writable(&it.to)?;
    let folder = open_locked(root, &it.to_store, options)?;
    let other = if it.store == it.to_store { None } else { Some(root.existing(&it.store)?) };
    if it.removes && other.is_some() {
        let problem = "a record keeps its store when renamed";
        return Err(Error::new(ErrorKind::NotSupported, problem).hint("copy it instead"));
    }
    let from = other.as_ref().unwrap_or(&folder);
    let changed = || it.expect.conflict(&it.key);
    let files = find(from, &it.key, Reach::Far)?.ok_or_else(changed)?.only()?;
    let read = read_in(from, &it.key, &Want::Whole)?;
    if !it.expect.is_met(read.as_ref()) {
        return Err(changed());
    }
    let Some(Reading::Whole(record)) = read else { return Err(changed()) };
    let version = Version::short_of(&record);
    if !it.is_in_place() && other.is_none() {
        is_another(&folder, it, &files)?;
    }
    let set = SetValue {
        store: it.to_store.clone(),
        key: it.to.clone(),
        value: record.value,
        content_type: it.content_type.clone().unwrap_or(record.meta.content_type),
        expected: if it.is_in_place() { it.expect.clone() } else { it.over.clone() },
    };
    let written = set_noted(root, &folder, &set, Some(&notes(&files)), options)?;
    if it.removes && !it.is_in_place() {
        // Crawlee knows no locks, and may have written the record meanwhile.
        let now = read_in(&folder, &it.key, &version.want())?;
        if now.is_some_and(|now| !version.is(&now)) {
            return Err(changed_since(it));
        }
        delete_record(&folder, &it.key, Reach::Far)?;
        if options.durable {
            sync(&folder)?;
        }
    }
    Ok(Written { comparison: Comparison::TwoSteps, ..written })
}

/// Refuses to write a record over itself: a file without metadata is found both by its key and by its name.
fn is_another(folder: &Folder, it: &RecordRewrite, files: &RecordFiles) -> Result<()> {
    let there = find(folder, &it.to, Reach::Far)?.map(FoundRecord::only).transpose()?;
    if there.is_none_or(|there| there.name != files.name) {
        return Ok(());
    }
    let (key, to) = (it.key.escaped(), it.to.escaped());
    let problem = format!("{key} and {to} share the file {}", named(files));
    Err(Error::new(ErrorKind::Usage, problem).hint("choose another key"))
}

/// The refusal to remove a record that was written while its copy was made.
fn changed_since(it: &RecordRewrite) -> Error {
    let (key, to) = (it.key.escaped(), it.to.escaped());
    let problem = format!("{key} has changed, and stays; {to} has what it was");
    Error::new(ErrorKind::Conflict, problem).hint("look at both, and delete one")
}

fn named(files: &RecordFiles) -> String {
    Key::from(&*files.name).escaped()
}

/// Other programs' notes on the record.
fn notes(files: &RecordFiles) -> Notes {
    match &files.metadata {
        Some(MetadataFile { content: MetadataContent::Parsed(_, text), .. }) => {
            sidecar::notes(text)
        }
        _ => Notes::new(),
    }
}
