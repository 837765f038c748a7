//! One side of a comparison: the value of a record, or a file.

use std::path::PathBuf;

use crate::model::{Error, ErrorKind, Key, StoreName};
use crate::text;

/// One of two values that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// A record.
    Record(StoreName, Key),
    /// A file, read as if it had the content type of the other side.
    File(PathBuf),
}

impl Side {
    /// Limit on a value that is read to be compared, in bytes.
    pub const MOST: u64 = 64 << 20;

    /// The side's name; may be hostile text.
    pub fn named(&self) -> String {
        match self {
            Self::Record(_, key) => key.named(),
            Self::File(path) => format!("the file {}", path.display()),
        }
    }

    /// The error that the side is too large to be compared.
    pub fn too_large(&self, size: u64) -> Error {
        let (size, most) = (text::size(size), text::size(Self::MOST));
        let problem = format!("{} is {size}: at most {most} are compared", self.named());
        Error::new(ErrorKind::NotSupported, problem)
    }

    /// The error that the side is missing or cannot be read.
    pub fn unreadable(&self, why: &str) -> Error {
        Error::new(ErrorKind::Io, format!("{} cannot be read: {why}", self.named()))
    }
}
