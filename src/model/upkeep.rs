//! Files in a store's directory that are not records, and the repair of its metadata.

use std::fmt;

use bytes::Bytes;

use super::{Key, StoreName};

/// Files and folders that are neither records nor stores.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ignored {
    /// Number of files and folders.
    pub count: u64,
    /// Names of some; folders end with a slash.
    pub names: Vec<String>,
}

impl Ignored {
    /// Limit on the names that are kept.
    const NAMES: usize = 5;

    /// Adds a file or a folder.
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

/// New metadata for a store with damaged metadata, to be shown and then written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    /// The store.
    pub store: StoreName,
    /// Path of the file that is written.
    pub file: String,
    /// A sentence on what is wrong with it.
    pub problem: String,
    /// Its present contents; it is not written if they have changed.
    pub before: Bytes,
    /// Its new contents.
    pub after: Bytes,
}
