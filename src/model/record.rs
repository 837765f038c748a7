//! Records: metadata, values, and what a read of one gives.

use bytes::Bytes;

use super::{ContentType, Key};

/// Whether a record is all there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RecordState {
    /// Both halves are there and agree.
    #[default]
    Whole,
    /// A value without metadata: Crawlee says it exists, but reads None.
    NoMetadata,
    /// Metadata without a value: Crawlee lists it, but reads None.
    NoValue,
    /// The metadata is malformed: Crawlee fails to list the whole store. Holds the raw text.
    BadMetadata(String),
    /// The metadata's size is not the value's; holds what the metadata says.
    WrongSize(u64),
    /// A file without metadata beside it, as Crawlee for JavaScript and people place them; the
    /// content type is what its name says, and the key is the name without its ending. Crawlee for
    /// Python reads None.
    BareFile,
    /// The system does not let the metadata be read; says why. That is no damage.
    Unreadable(String),
    /// Several files would be this record: names them, the one that is shown first.
    SeveralFiles(String),
    /// So far only the key is known: its metadata is still to be read. Only in pages of a walk.
    NotRead,
}

/// What is known of a record without its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordMeta {
    /// The key.
    pub key: Key,
    /// The content type; empty where no metadata tells it.
    pub content_type: ContentType,
    /// The value's size in bytes.
    pub size: u64,
    /// Whether the record is all there.
    pub state: RecordState,
}

/// A record with its value's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The metadata; `size` is the value's real length.
    pub meta: RecordMeta,
    /// The stored bytes, untouched.
    pub value: Bytes,
}

/// What a limited read gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The whole record.
    Whole(Record),
    /// The value is over the limit and was not fetched.
    TooLarge(RecordMeta),
    /// The value is over the limit; this is its beginning.
    Head {
        /// The metadata; `size` is the whole value's.
        meta: RecordMeta,
        /// The first bytes.
        head: Bytes,
    },
}
