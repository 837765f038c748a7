//! Which program a store belongs to: new records are written as it would read them. All of this
//! blocks.

use super::folder::read_text;
use super::folder::{FileStat, Folder};
use super::names::{self, FileKind, METADATA};
use super::record_files::{self, MetadataContent, MetadataFile};
use super::sidecar::Form;
use crate::model::Result;
use crate::model::endings;

/// So many entries of a folder are looked at.
const ENTRIES: usize = 1000;
/// So many metadata files are read.
const READ: usize = 8;

/// How a program writes records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Crawlee for Python: a value, and metadata beside it.
    Python,
    /// Metadata that names the value's file.
    Named,
    /// Crawlee for JavaScript 3 that writes metadata.
    Nested,
    /// Crawlee for JavaScript 3: values alone.
    Bare,
}

/// Whether the store's metadata is as Crawlee for Python writes it.
pub(super) fn is_python_s(folder: &Folder) -> bool {
    told(folder) == Some(true)
}

/// Whether the store's metadata is of Crawlee for Python (or else for JavaScript); `None` where
/// there is none that tells.
fn told(folder: &Folder) -> Option<bool> {
    let Ok(Some((text, _))) = read_text(folder, METADATA) else {
        // What cannot be read is told where it matters.
        return None;
    };
    let has = |field: &str| memchr::memmem::find(&text, field.as_bytes()).is_some();
    match (has("\"accessed_at\""), has("\"accessedAt\"")) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// How the store's program writes, as its metadata and its records tell.
pub(super) fn of(folder: &Folder) -> Result<Style> {
    let told = told(folder);
    if told == Some(true) {
        return Ok(Style::Python);
    }
    let (mut sidecars, mut bare, mut left) = (Vec::new(), false, ENTRIES);
    folder.names_while(|name, kind| {
        if kind.is_file() {
            match names::classify(name) {
                FileKind::RecordMetadata(of) if sidecars.len() < READ => sidecars.push(of.to_vec()),
                FileKind::Value => bare |= endings::stem(name).is_some(),
                _ => {}
            }
        }
        left -= 1;
        left > 0
    })?;
    sidecars.sort_unstable();
    for name in sidecars {
        let found = record_files::by_metadata(folder, &name)?;
        if let Some(MetadataFile { content: MetadataContent::Parsed(sidecar, _), .. }) =
            found.and_then(|found| found.metadata)
        {
            return Ok(match sidecar.form {
                Form::Python => Style::Python,
                Form::Named(_) => Style::Named,
                Form::Nested(_) => Style::Nested,
            });
        }
    }
    Ok(match told {
        Some(_) => Style::Nested,
        None if bare => Style::Bare,
        None => Style::Python,
    })
}

/// A file in the folder that new ones are to be like: the store's metadata, else any value.
pub(super) fn sibling(folder: &Folder) -> Result<Option<FileStat>> {
    if let Some(stat) = folder.stat(METADATA)?.filter(|stat| stat.is_file) {
        return Ok(Some(stat));
    }
    let mut first = None;
    folder.names_while(|name, kind| {
        let fits = kind.is_file()
            && matches!(names::classify(name), FileKind::Value | FileKind::RecordMetadata(_));
        if fits {
            first = Some(name.to_vec());
        }
        first.is_none()
    })?;
    Ok(match first {
        Some(name) => folder.stat(&name)?,
        None => None,
    })
}
