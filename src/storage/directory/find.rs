//! Lookup of a record's files by its key. All of this blocks.
//!
//! Where several files would be one record, none is mistaken for another.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::folder::Folder;
use super::names::{self, FileKind};
use super::record_files::{MetadataContent, MetadataFile, RecordFiles, bare, by_metadata, file};
use super::sidecar::Form;
use super::style;
use crate::model::endings;
use crate::model::{Error, ErrorKind, Key, Result, Timestamp};

/// Endings that are tried for a key, the usual ones of values.
const USUAL: [&str; 24] = [
    "json", "txt", "html", "bin", "jpeg", "png", "pdf", "xml", "csv", "jpg", "gz", "webp", "svg",
    "zip", "markdown", "md", "js", "css", "htm", "xhtml", "yaml", "jsonld", "gif", "mp4",
];

/// Limit on the names of a folder that are read to find further files of a record.
const NEAR: usize = 5000;

/// Names of files.
type Names = Vec<Vec<u8>>;

/// Age below which a bare file may still get its metadata, in microseconds.
const FRESH: i64 = 1_000_000;

/// Extent of the search for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Under its likeliest names: for known changed files, or for many records.
    Near,
    /// Under every name that it can have.
    Far,
}

/// A record that was found under a key.
#[derive(Debug, Clone)]
pub(super) struct FoundRecord {
    /// The files that match the key best.
    pub(super) files: RecordFiles,
    /// Other files that would be the same record.
    pub(super) rivals: Vec<Vec<u8>>,
    /// Whether the key means these files rather than their rivals.
    decided: bool,
}

impl FoundRecord {
    /// The files' names, for a sentence; `None` if there is only one.
    pub(super) fn several(&self) -> Option<String> {
        let (last, rest) = self.rivals.split_last()?;
        let first = std::iter::once(&self.files.name).chain(rest);
        let first: Vec<_> = first.map(|name| Key::from(&**name).escaped()).collect();
        Some(format!("{} and {}", first.join(", "), Key::from(&**last).escaped()))
    }

    /// The files, to be read.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] where the key does not tell which file is meant.
    pub(super) fn readable(self) -> Result<Self> {
        match self.several() {
            Some(names) if !self.decided => Err(several_files(&self.files.key, &names)),
            _ => Ok(self),
        }
    }

    /// The files, to be written.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] where several files are the record.
    pub(super) fn only(self) -> Result<RecordFiles> {
        match self.several() {
            Some(names) => Err(several_files(&self.files.key, &names)),
            None => Ok(self.files),
        }
    }
}

fn several_files(key: &Key, names: &str) -> Error {
    let problem = format!("the files {names} are all one record, {}", key.escaped());
    Error::new(ErrorKind::Damaged, problem).hint("nothing was changed; keep one of the files")
}

/// Finds a record by its key; `None` if no part of it is there.
///
/// Where no record has this key, but a bare file has this name, that file is found: `INPUT.json` finds the
/// record `INPUT` that is in it.
pub(super) fn find(folder: &Folder, key: &Key, reach: Reach) -> Result<Option<FoundRecord>> {
    if let Some(found) = under(folder, key, reach)? {
        return Ok(Some(found));
    }
    let Some(files) = bare(folder, key.as_bytes())? else { return Ok(None) };
    let others = under(folder, &files.key, reach)?;
    Ok(Some(match others {
        Some(others) if others.files.name != files.name && others.rivals.is_empty() => {
            // The value of a record with metadata of its own belongs to that record.
            let rivals = vec![others.files.name];
            FoundRecord { files: RecordFiles { key: key.clone(), ..files }, rivals, decided: true }
        }
        Some(others) if !others.rivals.is_empty() => {
            let all = std::iter::once(others.files.name).chain(others.rivals);
            let rivals = all.filter(|name| *name != files.name).collect();
            FoundRecord { files: RecordFiles { key: key.clone(), ..files }, rivals, decided: true }
        }
        Some(others) => others,
        None => FoundRecord { files, rivals: Vec::new(), decided: true },
    }))
}

fn under(folder: &Folder, key: &Key, reach: Reach) -> Result<Option<FoundRecord>> {
    let bytes = key.as_bytes();
    let mut candidates: Vec<RecordFiles> = Vec::new();
    for base in names::spellings(bytes) {
        if let Some(files) = by_metadata(folder, &base)?.filter(|files| files.key == *key) {
            candidates.push(files);
        }
    }
    let stated = candidates.len();
    let add = |name: &[u8], candidates: &mut Vec<RecordFiles>| -> Result<()> {
        if candidates.iter().any(|files| files.name == name) {
            return Ok(());
        }
        let files = match bare(folder, name)? {
            // Crawlee may be about to write its metadata.
            Some(files) if stated > 0 && is_fresh(&files) => None,
            None if file(folder, name)?.is_some() => by_metadata(folder, name)?,
            files => files,
        };
        // Its metadata can name another value file, which was found already.
        let is_new = |files: &RecordFiles| candidates.iter().all(|one| one.name != files.name);
        let files = files.filter(|files| files.key == *key && is_new(files));
        candidates.extend(files);
        Ok(())
    };
    for name in names::bare_names(bytes) {
        add(&name, &mut candidates)?;
    }
    if names::is_itself_a_name(bytes) {
        let mut name = [bytes, b"."].concat();
        for ending in USUAL {
            name.truncate(bytes.len() + 1);
            name.extend_from_slice(ending.as_bytes());
            add(&name, &mut candidates)?;
        }
    }
    let (ended, spelled, all) = others(folder, bytes, scan_limit(folder, &candidates, reach))?;
    for name in ended {
        add(&name, &mut candidates)?;
    }
    for base in spelled {
        if candidates.is_empty()
            && let Some(files) = by_metadata(folder, &base)?.filter(|files| files.key == *key)
        {
            candidates.push(files);
        }
    }
    if candidates.is_empty() && !all && names::is_itself_a_name(bytes) {
        // In a folder of which only the beginning was read, every ending is tried by name.
        for name in endings::names(bytes) {
            if folder.stat(&name)?.is_some() {
                add(&name, &mut candidates)?;
            }
        }
    }
    let mut candidates = candidates.into_iter();
    let Some(files) = candidates.next() else { return Ok(None) };
    let decided =
        files.metadata.is_some() || names::bare_names(bytes).any(|name| *name == files.name);
    let rivals = candidates.map(|files| files.name).collect();
    Ok(Some(FoundRecord { files, rivals, decided }))
}

/// Number of names in the folder that are read to find further files of a record.
fn scan_limit(folder: &Folder, candidates: &[RecordFiles], reach: Reach) -> usize {
    let python = |files: &RecordFiles| match &files.metadata {
        Some(MetadataFile { content: MetadataContent::Parsed(sidecar, _), .. }) => {
            sidecar.form == Form::Python
        }
        Some(_) => true,
        None => false,
    };
    match reach {
        Reach::Near => 0,
        // Crawlee for Python makes no bare files; those that exist have the usual names.
        Reach::Far if candidates.iter().any(python) => 0,
        Reach::Far if candidates.is_empty() && !style::is_python_s(folder) => usize::MAX,
        Reach::Far => NEAR,
    }
}

/// Among the first `most` entries, the files whose name is this key with any ending, and the beginnings of
/// names of metadata files that spell the key in any way; and whether these are all.
fn others(folder: &Folder, key: &[u8], most: usize) -> Result<(Names, Names, bool)> {
    let (mut ended, mut spelled) = (Names::new(), Names::new());
    if most == 0 {
        return Ok((ended, spelled, true));
    }
    let mut left = most;
    folder.names_while(|name, kind| {
        if kind.is_file() {
            match names::classify(name) {
                FileKind::RecordMetadata(base)
                    if base.contains(&b'%') && percent_decode(base).eq(key.iter().copied()) =>
                {
                    spelled.push(base.to_vec());
                }
                FileKind::Value if name.starts_with(key) && *names::bare_key(name) == *key => {
                    ended.push(name.to_vec());
                }
                _ => {}
            }
        }
        left -= 1;
        left > 0
    })?;
    ended.sort_unstable();
    spelled.sort_unstable();
    Ok((ended, spelled, left > 0))
}

fn is_fresh(files: &RecordFiles) -> bool {
    let age = files.value.map(|stat| Timestamp::now().micros().saturating_sub(stat.modified));
    age.is_some_and(|age| (-FRESH..FRESH).contains(&age))
}

/// The keys of records to which this entry may belong, or have belonged, to be searched for after it changed.
/// The first is the likeliest.
pub(super) fn keys_of_entry(folder: &Folder, name: &[u8]) -> Result<Vec<Key>> {
    let base = match names::classify(name) {
        FileKind::RecordMetadata(base) => base,
        FileKind::Value | FileKind::CrawleeTemporary | FileKind::Junk => name,
        FileKind::StoreMetadata | FileKind::LarderTemporary => return Ok(Vec::new()),
    };
    if !names::readable(base) {
        return Ok(Vec::new());
    }
    let mut keys: Vec<Key> = Vec::new();
    let stated = by_metadata(folder, base)?;
    let has_metadata = stated.is_some();
    keys.extend(stated.map(|files| files.key));
    let mut add = |bytes: Cow<'_, [u8]>| {
        if keys.iter().all(|key| key.as_bytes() != &*bytes) {
            keys.push(Key::from(&*bytes));
        }
    };
    if !has_metadata {
        add(names::bare_key(base));
        add(names::key(base));
        add(percent_decode(base).into());
        // Listed so where several files are one record.
        add(Cow::Borrowed(base));
    }
    // Further files of the same record are listed under their names as long as there are several.
    if let Some(key) = keys.first().cloned()
        && let Some(FoundRecord { files, rivals, .. }) = find(folder, &key, Reach::Near)?
    {
        for name in std::iter::once(files.name).chain(rivals) {
            let name = Key::from(name);
            if endings::stem(name.as_bytes()).is_some()
                && files.metadata.is_none()
                && !keys.contains(&name)
            {
                keys.push(name);
            }
        }
    }
    Ok(keys)
}
