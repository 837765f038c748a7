//! Plans which files to write for a record, and how: so that the program to which the record or its store
//! belongs can read them. All of this blocks.

use bytes::Bytes;

use super::find::{FoundRecord, Reach, find};
use super::folder::{Folder, read_text};
use super::names;
use super::names::metadata_name;
use super::os_error;
use super::record_files::{MetadataContent, MetadataFile, RecordFiles};
use super::root::Root;
use super::sidecar::{self, Form, News, Notes};
use super::style::{self, Style};
use crate::model::Family;
use crate::model::endings;
use crate::model::{
    ContentType, Error, ErrorKind, Expect, Key, RecordMeta, RecordState, Result, SetValue,
};

/// The files to write for a record.
#[derive(Debug)]
pub(super) struct Plan {
    /// Name of the value's file.
    pub(super) name: Vec<u8>,
    /// The value.
    pub(super) value: Bytes,
    /// Name of the metadata's file.
    pub(super) metadata: Option<Vec<u8>>,
    /// Its new text, where it changes.
    pub(super) text: Option<String>,
    /// A file with the old value, which is removed once the new one is there.
    pub(super) replaced: Option<Vec<u8>>,
    /// The record as it will be read.
    pub(super) meta: RecordMeta,
}

impl Plan {
    /// Puts these notes into the record's metadata, in place of its own.
    pub(super) fn note(&mut self, folder: &Folder, notes: &Notes) -> Result<()> {
        let Some(metadata) = &self.metadata else { return Ok(()) };
        let new = if let Some(text) = &self.text {
            sidecar::with_notes(text.as_bytes(), notes)
        } else {
            let old = read_text(folder, metadata);
            let old = old.map_err(|why| os_error::reading(&folder.path_of(metadata), why))?;
            old.and_then(|(text, _)| sidecar::with_notes(&text, notes))
        };
        self.text = new.or(self.text.take());
        Ok(())
    }
}

/// Plans the setting of a record.
///
/// # Errors
/// [`ErrorKind::Usage`] for a key that the store's program could not read, and
/// [`ErrorKind::Damaged`] where several files are the record.
pub(super) fn plan(root: &Root, folder: &Folder, set: &SetValue) -> Result<Plan> {
    let quoted = names::writable(&set.key)?.into_owned();
    let style = style::in_storage(root, folder)?;
    let near = if style == Style::Python { find(folder, &set.key, Reach::Near)? } else { None };
    // An edited record exists, and is searched for in the way it was read.
    let edited = matches!(set.expected, Expect::Is(_));
    let found = match near {
        None if style != Style::Python || edited => find(folder, &set.key, Reach::Far)?,
        near => near,
    };
    let files = found.map(FoundRecord::only).transpose()?;
    let Some(files) = files else { return New::of(set, style).record(style, quoted) };
    if let Some(metadata) = &files.metadata {
        return New::of(set, written_by(metadata)).with_metadata(folder, &files, metadata);
    }
    let new = New::of(set, style);
    // A file that somebody placed without metadata stays so when it is edited.
    let edited = edited && endings::is_read_as(&files.name, &new.content_type);
    let ended = files.key == set.key && endings::stem(&files.name).is_some();
    if style == Style::Python && !edited && !ended {
        return Ok(new.python(files.name));
    }
    New::of(set, Style::Bare).bare(Some(files))
}

/// The program that wrote this metadata.
fn written_by(metadata: &MetadataFile) -> Style {
    match &metadata.content {
        MetadataContent::Parsed(sidecar, _) => match sidecar.form {
            Form::Python => Style::Python,
            Form::Named(_) => Style::Named,
            Form::Nested(_) => Style::Nested,
        },
        MetadataContent::Malformed(_) | MetadataContent::Unreadable(_) => Style::Python,
    }
}

/// The new record.
struct New<'a> {
    key: &'a Key,
    value: Bytes,
    content_type: ContentType,
}

impl<'a> New<'a> {
    fn of(set: &'a SetValue, style: Style) -> Self {
        let (value, content_type) = match set.content_type.family() {
            // Crawlee infers a missing type from the value, which is bytes here.
            Family::Unknown => (set.value.clone(), ContentType::BINARY),
            // Crawlee for JavaScript stores None as null.
            Family::None if style != Style::Python => ("null".into(), ContentType::JSON),
            _ => (set.value.clone(), set.content_type.clone()),
        };
        Self { key: &set.key, value, content_type }
    }

    /// Plans a record that does not exist yet.
    fn record(self, style: Style, quoted: Vec<u8>) -> Result<Plan> {
        let ending = endings::ending(&self.content_type);
        match style {
            Style::Python => Ok(self.python(quoted)),
            Style::Bare => self.bare(None),
            Style::Named => {
                let name = [&*quoted, b".", ending.as_bytes()].concat();
                let text = sidecar::named(self.key, &self.content_type, &name);
                Ok(self.with(name, metadata_name(&quoted), Some(text), None))
            }
            Style::Nested => {
                let name = self.ended()?;
                let text = sidecar::in_a_string(self.key, &self.content_type, ending);
                let metadata = metadata_name(self.key.as_bytes());
                Ok(self.with(name, metadata, Some(text), None))
            }
        }
    }

    fn python(self, name: Vec<u8>) -> Plan {
        let text = sidecar::python(self.key, &self.content_type, self.value.len());
        let metadata = metadata_name(&name);
        self.with(name, metadata, Some(text), None)
    }

    /// Plans a record with metadata, which keeps its form.
    fn with_metadata(
        self,
        folder: &Folder,
        files: &RecordFiles,
        metadata: &MetadataFile,
    ) -> Result<Plan> {
        let (sidecar, text) = match &metadata.content {
            MetadataContent::Parsed(sidecar, text) => (sidecar, text),
            MetadataContent::Unreadable(why) => {
                return Err(os_error::reading(&folder.path_of(&metadata.name), *why));
            }
            MetadataContent::Malformed(_) => {
                let text = sidecar::python(self.key, &self.content_type, self.value.len());
                return Ok(self.with(files.name.clone(), metadata.name.clone(), Some(text), None));
            }
        };
        let base = metadata.name.strip_suffix(names::METADATA_SUFFIX).unwrap_or_default();
        if sidecar.form == Form::Python && (*files.name == *base || files.value.is_none()) {
            let text = sidecar::python(&files.key, &self.content_type, self.value.len());
            return Ok(self.with(files.name.clone(), metadata.name.clone(), Some(text), None));
        }
        let ending = endings::ending(&self.content_type);
        let same = endings::essence(&self.content_type)
            .eq_ignore_ascii_case(endings::essence(&sidecar.content_type));
        // A file whose name has the ending of its type gets another name with another type.
        let name = match endings::stem(&files.name) {
            Some(stem) if !same => {
                let stem = if sidecar.form == Form::Python { base } else { stem };
                [stem, b".", ending.as_bytes()].concat()
            }
            _ => files.name.clone(),
        };
        let ending = match &sidecar.form {
            Form::Nested(old) if name == files.name => old,
            _ => ending,
        };
        let content_type = &self.content_type;
        let news = News { content_type, size: self.value.len(), name: &name, ending };
        let text = sidecar::renewed(text, &sidecar.form, &news);
        let replaced = (name != files.name && files.value.is_some()).then(|| files.name.clone());
        Ok(self.with(name, metadata.name.clone(), text, replaced))
    }

    /// Plans a file without metadata, which keeps its name as long as that tells the type.
    fn bare(self, files: Option<RecordFiles>) -> Result<Plan> {
        let name = match &files {
            Some(files) if endings::is_read_as(&files.name, &self.content_type) => {
                files.name.clone()
            }
            Some(files) => {
                let stem = endings::stem(&files.name).unwrap_or(&files.name);
                let ending = endings::ending(&self.content_type);
                [stem, b".", ending.as_bytes()].concat()
            }
            None => self.ended()?,
        };
        let key = files.as_ref().map_or_else(|| self.key.clone(), |files| files.key.clone());
        let replaced = files.map(|files| files.name).filter(|old| *old != name);
        let meta = RecordMeta {
            key,
            content_type: endings::content_type(&name),
            size: self.value.len() as u64,
            state: RecordState::BareFile,
        };
        Ok(Plan { name, value: self.value, metadata: None, text: None, replaced, meta })
    }

    /// Name of a file that is read as a record of this key.
    fn ended(&self) -> Result<Vec<u8>> {
        let key = self.key.as_bytes();
        let ending = endings::ending(&self.content_type);
        let name = [key, b".", ending.as_bytes()].concat();
        let room = name.len() + names::METADATA_SUFFIX.len();
        let fits = names::is_itself_a_name(key) && room <= 255 && names::is_bare(&name);
        if fits && *names::bare_key(&name) == *key {
            return Ok(name);
        }
        let problem =
            format!("Crawlee for JavaScript could not read the key {}", self.key.escaped());
        Err(Error::new(ErrorKind::Usage, problem).hint("choose a key that a file can have"))
    }

    fn with(
        self,
        name: Vec<u8>,
        metadata: Vec<u8>,
        text: Option<String>,
        replaced: Option<Vec<u8>>,
    ) -> Plan {
        let meta = RecordMeta {
            key: self.key.clone(),
            content_type: self.content_type,
            size: self.value.len() as u64,
            state: RecordState::Whole,
        };
        Plan { name, value: self.value, metadata: Some(metadata), text, replaced, meta }
    }
}
