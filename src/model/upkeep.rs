//! What a store's directory holds beside its records, and what mends its metadata.

use std::fmt;

use bytes::Bytes;

use super::{Key, StoreName};

/// Files and folders that are neither records nor stores.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ignored {
    /// How many there are.
    pub count: u64,
    /// The names of some; folders end with a slash.
    pub names: Vec<String>,
}

impl Ignored {
    /// So many names are kept.
    const NAMES: usize = 5;

    /// Adds one.
    pub(crate) fn add(&mut self, name: &[u8], is_folder: bool) {
        self.count += 1;
        if self.names.len() < Self::NAMES {
            let slash = if is_folder { "/" } else { "" };
            self.names.push(format!("{}{slash}", Key::from(name).escaped()));
        }
    }
}

/// Ignored files in a few words; empty where there are none.
impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return Ok(());
        }
        write!(f, "{}: {}", self.count, self.names.join(", "))?;
        if self.count > self.names.len() as u64 { f.write_str(", …") } else { Ok(()) }
    }
}

/// Metadata for a store whose own is damaged, to be shown and then written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    /// The store.
    pub store: StoreName,
    /// What is written: a file's path.
    pub file: String,
    /// What is wrong with it, in a sentence.
    pub problem: String,
    /// What is in it now; it is left alone if this has changed.
    pub before: Bytes,
    /// What will be in it.
    pub after: Bytes,
}
