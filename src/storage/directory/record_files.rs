//! Value file and metadata file of a record. All of this blocks.
//!
//! A metadata file decides for its record. A bare file, one without metadata, is a record of
//! Crawlee for JavaScript: its key is its name without the ending.

use rustix::io::Errno;

use super::folder::{FileStat, Folder, is_name, read_text};
use super::names::{self, FileKind, metadata_name};
use super::os_error;
use super::sidecar::{self, Form, Sidecar};
use crate::model::endings;
use crate::model::{Key, Result};

/// Value file and metadata file of one record.
#[derive(Debug, Clone)]
pub(super) struct RecordFiles {
    /// The record's key.
    pub(super) key: Key,
    /// The value's file.
    pub(super) name: Vec<u8>,
    /// Facts about the value's file, if it is there.
    pub(super) value: Option<FileStat>,
    /// The metadata's file, if it is there.
    pub(super) metadata: Option<MetadataFile>,
}

/// A record's metadata file.
#[derive(Debug, Clone)]
pub(super) struct MetadataFile {
    /// Its name.
    pub(super) name: Vec<u8>,
    /// Its contents.
    pub(super) content: MetadataContent,
}

/// Content of a metadata file.
#[derive(Debug, Clone)]
pub(super) enum MetadataContent {
    /// The parsed facts, and the text.
    Parsed(Sidecar, Vec<u8>),
    /// The beginning of a malformed text.
    Malformed(String),
    /// The reason why the system does not let it be read.
    Unreadable(Errno),
}

/// The record whose metadata file begins with `base`; `None` if there is no such file.
///
/// # Errors
/// Only where the program itself lacks a resource; faults of the file are in the answer.
pub(super) fn by_metadata(folder: &Folder, base: &[u8]) -> Result<Option<RecordFiles>> {
    let metadata = metadata_name(base);
    let content = match read_text(folder, &metadata) {
        Ok(None) => return Ok(None),
        Ok(Some((text, true))) => match sidecar::parse(base, &text) {
            Some(sidecar) => MetadataContent::Parsed(sidecar, text),
            None => MetadataContent::Malformed(String::from_utf8_lossy(&text).into_owned()),
        },
        Ok(Some((mut text, false))) => {
            text.truncate(1000);
            MetadataContent::Malformed(String::from_utf8_lossy(&text).into_owned())
        }
        Err(why @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM)) => {
            return Err(os_error::reading(&folder.path_of(&metadata), why));
        }
        Err(why) => MetadataContent::Unreadable(why),
    };
    let mut name = base.to_vec();
    let mut value = None;
    let mut other_key = None;
    if let MetadataContent::Parsed(sidecar, _) = &content {
        other_key.clone_from(&sidecar.other_key);
        match &sidecar.form {
            Form::Python => {
                value = file(folder, base)?;
                if value.is_none() {
                    let ending = endings::ending(&sidecar.content_type);
                    let ended = [base, b".", ending.as_bytes()].concat();
                    // The metadata does not name the value's file.
                    if let Some(files) = bare(folder, &ended)? {
                        (name, value) = (ended, files.value);
                    }
                }
            }
            Form::Named(other) => name.clone_from(other),
            Form::Nested(ending) => {
                let whole = [base, b".", ending.as_bytes()].concat();
                value = file(folder, &whole)?;
                // Where the key itself has this ending, the file has no other one.
                if value.is_some() || file(folder, base)?.is_none() {
                    name = whole;
                }
            }
        }
    }
    if value.is_none() {
        value = file(folder, &name)?;
    }
    let key = other_key.unwrap_or_else(|| Key::from(&*names::key(base)));
    let metadata = Some(MetadataFile { name: metadata, content });
    Ok(Some(RecordFiles { key, name, value, metadata }))
}

/// The record that is this file alone; `None` if there is no such file, or metadata beside it.
pub(super) fn bare(folder: &Folder, name: &[u8]) -> Result<Option<RecordFiles>> {
    if !is_name(name) || !names::is_bare(name) {
        return Ok(None);
    }
    let Some(stat) = file(folder, name)? else { return Ok(None) };
    if file(folder, &metadata_name(name))?.is_some() {
        return Ok(None);
    }
    let key = Key::from(&*names::bare_key(name));
    Ok(Some(RecordFiles { key, name: name.to_vec(), value: Some(stat), metadata: None }))
}

/// The names of all files of a store except its own metadata, sorted: each value right before its metadata,
/// or shortly before it.
pub(super) fn all_names(folder: &Folder) -> Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    folder.each_name(|name, kind| {
        if kind.is_file() && names::classify(name) != FileKind::StoreMetadata {
            found.push(name.to_vec());
        }
    })?;
    found.sort_unstable();
    Ok(found)
}

/// The facts about a file; `None` if there is none of this name.
pub(super) fn file(folder: &Folder, name: &[u8]) -> Result<Option<FileStat>> {
    Ok(folder.stat(name)?.filter(|stat| stat.is_file))
}
