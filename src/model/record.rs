//! Records: metadata, values, and results of reading.

use bytes::Bytes;

use super::{ContentType, Key};

/// Whether a record is complete.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RecordState {
    /// Value and metadata are there and agree.
    #[default]
    Whole,
    /// A value without metadata: Crawlee says it exists, but reads None.
    NoMetadata,
    /// Metadata without a value: Crawlee lists it, but reads None.
    NoValue,
    /// The metadata is malformed, with its raw text: Crawlee fails to list the whole store.
    BadMetadata(String),
    /// The metadata's size, which is not the value's.
    WrongSize(u64),
    /// A file without metadata, as Crawlee for JavaScript and people place them; the content type follows
    /// from its name, and the key is the name without its ending. Crawlee for Python reads None.
    BareFile,
    /// The system does not let the metadata be read, for this reason. That is no damage.
    Unreadable(String),
    /// Several files would be this record: their names, the shown one first.
    SeveralFiles(String),
    /// Only the key is known so far: the metadata is still to be read. Only in pages of a walk.
    NotRead,
}

/// The facts about a record without its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct RecordMeta {
    /// The key.
    pub key: Key,
    /// The content type; empty where no metadata tells it.
    pub content_type: ContentType,
    /// The value's size in bytes.
    pub size: u64,
    /// Whether the record is complete.
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

/// Result of reading a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The whole record.
    Whole(Record),
    /// Only the metadata: the value was not requested, or is over the limit.
    Meta(RecordMeta),
    /// A part of the value.
    Part {
        /// The metadata; `size` is the whole value's.
        meta: RecordMeta,
        /// Start of the part, in bytes.
        start: u64,
        /// The bytes of the part.
        bytes: Bytes,
    },
}

impl Reading {
    /// The metadata of the record.
    pub fn meta(&self) -> &RecordMeta {
        match self {
            Self::Whole(record) => &record.meta,
            Self::Meta(meta) | Self::Part { meta, .. } => meta,
        }
    }

    /// Only the metadata.
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
