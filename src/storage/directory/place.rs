//! The files of a record. All of this blocks.
//!
//! A metadata file decides for its record. A bare file, one without metadata, is a record of
//! Crawlee for JavaScript: its key is its name without the ending.

use rustix::io::Errno;

use super::endings;
use super::fault;
use super::folder::{Facts, Folder, is_name};
use super::names;
use super::record::{metadata_name, read_text};
use super::sidecar::{self, Form, Sidecar};
use crate::model::{Key, Result};

/// The files of one record.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The record's key.
    pub(super) key: Key,
    /// The value's file.
    pub(super) name: Vec<u8>,
    /// What is known of it, if it is there.
    pub(super) value: Option<Facts>,
    /// The metadata's file, if it is there.
    pub(super) beside: Option<Beside>,
}

/// A record's metadata file.
#[derive(Debug, Clone)]
pub(super) struct Beside {
    /// Its name.
    pub(super) name: Vec<u8>,
    /// What it says.
    pub(super) stated: Stated,
}

/// What a metadata file holds.
#[derive(Debug, Clone)]
pub(super) enum Stated {
    /// What it says, and its text.
    Sound(Sidecar, Vec<u8>),
    /// It is malformed; its beginning.
    Malformed(String),
    /// The system does not let it be read; says why.
    Unreadable(Errno),
}

/// The record whose metadata file begins with `base`; `None` if there is no such file.
///
/// # Errors
/// Only where the program itself lacks something; what is wrong with the file is in the answer.
pub(super) fn by_metadata(folder: &Folder, base: &[u8]) -> Result<Option<Place>> {
    let beside = metadata_name(base);
    let stated = match read_text(folder, &beside) {
        Ok(None) => return Ok(None),
        Ok(Some((text, true))) => match sidecar::parse(base, &text) {
            Some(sidecar) => Stated::Sound(sidecar, text),
            None => Stated::Malformed(String::from_utf8_lossy(&text).into_owned()),
        },
        Ok(Some((mut text, false))) => {
            text.truncate(1000);
            Stated::Malformed(String::from_utf8_lossy(&text).into_owned())
        }
        Err(why @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM)) => {
            return Err(fault::reading(&folder.path_of(&beside), why));
        }
        Err(why) => Stated::Unreadable(why),
    };
    let mut name = base.to_vec();
    let mut value = None;
    let mut other_key = None;
    if let Stated::Sound(sidecar, _) = &stated {
        other_key.clone_from(&sidecar.other_key);
        match &sidecar.form {
            Form::Python => {
                value = file(folder, base)?;
                if value.is_none() {
                    let ending = endings::ending(&sidecar.content_type);
                    let ended = [base, b".", ending.as_bytes()].concat();
                    // Metadata that leaves out how the value's file is called.
                    if let Some(place) = bare(folder, &ended)? {
                        (name, value) = (ended, place.value);
                    }
                }
            }
            Form::Named(other) => name.clone_from(other),
            Form::Nested(ending) => {
                let whole = [base, b".", ending.as_bytes()].concat();
                value = file(folder, &whole)?;
                // Where the key itself ends so, the file has no other ending.
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
    let beside = Some(Beside { name: beside, stated });
    Ok(Some(Place { key, name, value, beside }))
}

/// The record that is this file alone; `None` if there is no such file, or metadata beside it.
pub(super) fn bare(folder: &Folder, name: &[u8]) -> Result<Option<Place>> {
    if !is_name(name) || !names::is_bare(name) {
        return Ok(None);
    }
    let Some(facts) = file(folder, name)? else { return Ok(None) };
    if file(folder, &metadata_name(name))?.is_some() {
        return Ok(None);
    }
    let key = Key::from(&*names::bare_key(name));
    Ok(Some(Place { key, name: name.to_vec(), value: Some(facts), beside: None }))
}

/// What is known of a file; `None` if there is none of this name.
pub(super) fn file(folder: &Folder, name: &[u8]) -> Result<Option<Facts>> {
    Ok(folder.facts(name)?.filter(|facts| facts.is_file))
}
