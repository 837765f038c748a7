//! Which files are written to set a record, and how: as the program reads them that the record or
//! its store belongs to. All of this blocks.

use bytes::Bytes;

use super::endings;
use super::fault;
use super::find::{Found, Reach, find};
use super::folder::Folder;
use super::names;
use super::place::{Beside, Place, Stated};
use super::record::metadata_name;
use super::sidecar::{self, Form, News};
use super::style::{self, Style};
use crate::model::Family;
use crate::model::{
    ContentType, Error, ErrorKind, Expected, Key, RecordMeta, RecordState, Result, SetValue,
};

/// What is to be written.
#[derive(Debug)]
pub(super) struct Plan {
    /// The value's file.
    pub(super) name: Vec<u8>,
    /// The value.
    pub(super) value: Bytes,
    /// The metadata's file.
    pub(super) beside: Option<Vec<u8>>,
    /// Its new text, where it changes.
    pub(super) text: Option<String>,
    /// A file with the old value that goes when the new one is there.
    pub(super) replaced: Option<Vec<u8>>,
    /// The record as it will be read.
    pub(super) meta: RecordMeta,
}

/// How the record is to be set.
///
/// # Errors
/// [`ErrorKind::Usage`] for a key that the store's program could not read, and
/// [`ErrorKind::Damaged`] where several files are the record.
pub(super) fn plan(folder: &Folder, set: &SetValue) -> Result<Plan> {
    let quoted = names::writable(&set.key)?.into_owned();
    let style = style::of(folder)?;
    let reach = if style == Style::Python { Reach::Near } else { Reach::Far };
    let place = find(folder, &set.key, reach)?.map(Found::only).transpose()?;
    let Some(place) = place else { return New::of(set, style).record(style, quoted) };
    if let Some(beside) = &place.beside {
        return New::of(set, written_by(beside)).stated(folder, &place, beside);
    }
    let new = New::of(set, style);
    // What somebody placed without metadata, and edits as such, stays so.
    let edited = matches!(set.expected, Expected::Unchanged { .. })
        && endings::is_read_as(&place.name, &new.content_type);
    let ended = place.key == set.key && endings::stem(&place.name).is_some();
    if style == Style::Python && !edited && !ended {
        return Ok(new.python(place.name));
    }
    New::of(set, Style::Bare).bare(Some(place))
}

/// The program whose metadata this is.
fn written_by(beside: &Beside) -> Style {
    match &beside.stated {
        Stated::Sound(sidecar, _) => match sidecar.form {
            Form::Python => Style::Python,
            Form::Named(_) => Style::Named,
            Form::Nested(_) => Style::Nested,
        },
        Stated::Malformed(_) | Stated::Unreadable(_) => Style::Python,
    }
}

/// The record that is to be.
struct New<'a> {
    key: &'a Key,
    value: Bytes,
    content_type: ContentType,
}

impl<'a> New<'a> {
    fn of(set: &'a SetValue, style: Style) -> Self {
        let (value, content_type) = match set.content_type.family() {
            // As Crawlee infers a type from the value where none is given; here it is bytes.
            Family::Unknown => (set.value.clone(), ContentType::BINARY),
            // As Crawlee for JavaScript stores null.
            Family::None if style != Style::Python => ("null".into(), ContentType::JSON),
            _ => (set.value.clone(), set.content_type.clone()),
        };
        Self { key: &set.key, value, content_type }
    }

    /// Where there is none yet.
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
                let beside = metadata_name(self.key.as_bytes());
                Ok(self.with(name, beside, Some(text), None))
            }
        }
    }

    fn python(self, name: Vec<u8>) -> Plan {
        let text = sidecar::python(self.key, &self.content_type, self.value.len());
        let beside = metadata_name(&name);
        self.with(name, beside, Some(text), None)
    }

    /// Where there is metadata: it keeps its form.
    fn stated(self, folder: &Folder, place: &Place, beside: &Beside) -> Result<Plan> {
        let (sidecar, text) = match &beside.stated {
            Stated::Sound(sidecar, text) => (sidecar, text),
            Stated::Unreadable(why) => {
                return Err(fault::reading(&folder.path_of(&beside.name), *why));
            }
            Stated::Malformed(_) => {
                let text = sidecar::python(self.key, &self.content_type, self.value.len());
                return Ok(self.with(place.name.clone(), beside.name.clone(), Some(text), None));
            }
        };
        let base = beside.name.strip_suffix(names::SUFFIX).unwrap_or_default();
        if sidecar.form == Form::Python && (*place.name == *base || place.value.is_none()) {
            let text = sidecar::python(&place.key, &self.content_type, self.value.len());
            return Ok(self.with(place.name.clone(), beside.name.clone(), Some(text), None));
        }
        let ending = endings::ending(&self.content_type);
        let same = endings::essence(&self.content_type)
            .eq_ignore_ascii_case(endings::essence(&sidecar.content_type));
        // A file that is named for its type gets another name with another type.
        let name = match endings::stem(&place.name) {
            Some(stem) if !same => {
                let stem = if sidecar.form == Form::Python { base } else { stem };
                [stem, b".", ending.as_bytes()].concat()
            }
            _ => place.name.clone(),
        };
        let ending = match &sidecar.form {
            Form::Nested(old) if name == place.name => old,
            _ => ending,
        };
        let content_type = &self.content_type;
        let news = News { content_type, size: self.value.len(), name: &name, ending };
        let text = sidecar::renewed(text, &sidecar.form, &news);
        let replaced = (name != place.name && place.value.is_some()).then(|| place.name.clone());
        Ok(self.with(name, beside.name.clone(), text, replaced))
    }

    /// A file without metadata, which keeps its name as long as it tells the type.
    fn bare(self, place: Option<Place>) -> Result<Plan> {
        let name = match &place {
            Some(place) if endings::is_read_as(&place.name, &self.content_type) => {
                place.name.clone()
            }
            Some(place) => {
                let stem = endings::stem(&place.name).unwrap_or(&place.name);
                let ending = endings::ending(&self.content_type);
                [stem, b".", ending.as_bytes()].concat()
            }
            None => self.ended()?,
        };
        let key = place.as_ref().map_or_else(|| self.key.clone(), |place| place.key.clone());
        let replaced = place.map(|place| place.name).filter(|old| *old != name);
        let meta = RecordMeta {
            key,
            content_type: endings::content_type(&name),
            size: self.value.len() as u64,
            state: RecordState::BareFile,
        };
        Ok(Plan { name, value: self.value, beside: None, text: None, replaced, meta })
    }

    /// The name of a file that is read as a record of this key.
    fn ended(&self) -> Result<Vec<u8>> {
        let key = self.key.as_bytes();
        let ending = endings::ending(&self.content_type);
        let name = [key, b".", ending.as_bytes()].concat();
        let room = name.len() + names::SUFFIX.len();
        let fits = names::is_itself_a_name(key) && room <= 255 && names::is_bare(&name);
        if fits && *names::bare_key(&name) == *key {
            return Ok(name);
        }
        let problem = format!(
            "Crawlee for JavaScript, to which this store belongs, could not read a record of the \
             key {}",
            self.key.escaped()
        );
        Err(Error::new(ErrorKind::Usage, problem)
            .hint("choose a key that can be the name of a file"))
    }

    fn with(
        self,
        name: Vec<u8>,
        beside: Vec<u8>,
        text: Option<String>,
        replaced: Option<Vec<u8>>,
    ) -> Plan {
        let meta = RecordMeta {
            key: self.key.clone(),
            content_type: self.content_type,
            size: self.value.len() as u64,
            state: RecordState::Whole,
        };
        Plan { name, value: self.value, beside: Some(beside), text, replaced, meta }
    }
}
