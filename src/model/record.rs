//! Records: metadata, values, and what a read of one gives.

use bytes::Bytes;

use super::{ContentType, Key};

/// Whether a record is all there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
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
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
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
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Record {
    /// The metadata; `size` is the value's real length.
    pub meta: RecordMeta,
    /// The stored bytes, untouched.
    pub value: Bytes,
}

/// What a read gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The whole record.
    Whole(Record),
    /// The metadata alone: the value was not asked for, or is over the limit.
    Meta(RecordMeta),
    /// A part of the value.
    Part {
        /// The metadata; `size` is the whole value's.
        meta: RecordMeta,
        /// Where the part begins, in bytes.
        start: u64,
        /// Its bytes.
        bytes: Bytes,
    },
}

impl Reading {
    /// The metadata.
    pub fn meta(&self) -> &RecordMeta {
        match self {
            Self::Whole(record) => &record.meta,
            Self::Meta(meta) | Self::Part { meta, .. } => meta,
        }
    }

    /// The metadata alone.
    pub fn into_meta(self) -> RecordMeta {
        match self {
            Self::Whole(record) => record.meta,
            Self::Meta(meta) | Self::Part { meta, .. } => meta,
        }
    }

    /// The record, as far as its value was read.
    pub fn into_record(self) -> Record {
        match self {
            Self::Whole(record) => record,
            Self::Meta(meta) => Record { meta, value: Bytes::new() },
            Self::Part { meta, bytes, .. } => Record { meta, value: bytes },
        }
    }

    /// This part of a record that was read whole.
    pub(crate) fn cut(record: Record, range: &std::ops::Range<u64>) -> Self {
        let length = record.value.len() as u64;
        let (start, end) = (range.start.min(length), range.end.min(length));
        // Within the length, which is a `usize`.
        let bytes = record.value.slice(start as usize..end.max(start) as usize);
        Self::Part { meta: record.meta, start, bytes }
    }
}
