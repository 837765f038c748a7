//! The condition under which a record is changed.

use std::fmt::Write as _;

use bytes::Bytes;

use super::{ContentType, Error, ErrorKind, Key, Reading, Record, RecordMeta, RecordState, Want};

/// Largest value that is compared byte for byte, in bytes; a larger one is compared by its digest.
const COMPARED_WHOLE: usize = 64 << 10;
/// Size of a digest with the size of its value, in bytes; in a short version, larger values are compared by
/// it.
const COMPARED_SHORT: usize = 48;

/// The condition of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expect {
    /// Anything may be there.
    #[default]
    Anything,
    /// There is no such record.
    Absent,
    /// The record has this version.
    Is(Version),
}

/// A record at one time, as far as is needed to tell whether it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The content type; where it is unknown, only the value is compared.
    pub content_type: ContentType,
    /// The value.
    pub content: Content,
}

/// A value, or a substitute for comparing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The bytes.
    Bytes(Bytes),
    /// The size in bytes, and the SHA-1 digest in hexadecimal digits.
    Digest(u64, String),
    /// The size in bytes alone, where the value was not read: another value of the same size and type counts
    /// as the same.
    Size(u64),
}

impl Content {
    /// The content to compare for this value.
    fn of(value: &Bytes) -> Self {
        if value.len() <= COMPARED_WHOLE {
            Self::Bytes(value.clone())
        } else {
            Self::Digest(value.len() as u64, sha1(value))
        }
    }
}

impl Version {
    /// The version of a record that was read whole.
    pub fn of(record: &Record) -> Self {
        let content_type = record.meta.content_type.clone();
        Self { content_type, content: Content::of(&record.value) }
    }

    /// The version in few bytes, for sending it often: with a digest for all but the shortest values.
    pub fn short_of(record: &Record) -> Self {
        let value = &record.value;
        let content = if value.len() <= COMPARED_SHORT {
            Content::Bytes(value.clone())
        } else {
            Content::Digest(value.len() as u64, sha1(value))
        };
        Self { content_type: record.meta.content_type.clone(), content }
    }

    /// The version of a record whose value was not read.
    pub fn of_meta(meta: &RecordMeta) -> Self {
        Self { content_type: meta.content_type.clone(), content: Content::Size(meta.size) }
    }

    /// Whether a record that was read is the one that a list has shown, as far as the list had read it.
    pub fn is_shown(shown: &RecordMeta, read: &RecordMeta) -> bool {
        shown.state == RecordState::NotRead || Self::of_meta(shown).is(&Reading::Meta(read.clone()))
    }

    /// Size of the value, in bytes.
    pub fn size(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Digest(size, _) | Content::Size(size) => *size,
        }
    }

    /// The part of a record that must be read to compare it.
    pub(crate) fn want(&self) -> Want {
        match &self.content {
            Content::Bytes(bytes) => Want::UpTo(bytes.len() as u64),
            Content::Digest(size, _) => Want::UpTo(*size),
            Content::Size(_) => Want::Meta,
        }
    }

    /// Whether the part that was read, as [`want`](Self::want) says, is of this version.
    pub(crate) fn is(&self, now: &Reading) -> bool {
        let meta = now.meta();
        let types = self.content_type.as_str().is_empty() || self.content_type == meta.content_type;
        types
            && match (&self.content, now) {
                (Content::Bytes(bytes), Reading::Whole(record)) => record.value == *bytes,
                (Content::Digest(size, digest), Reading::Whole(record)) => {
                    record.value.len() as u64 == *size && sha1(&record.value) == *digest
                }
                // A caller that has not read the value may know only the metadata's facts, or nothing where
                // it is malformed.
                (Content::Size(size), _) => {
                    let is_untyped = self.content_type.as_str().is_empty();
                    meta.size == *size
                        || meta.state == RecordState::WrongSize(*size)
                        || is_untyped && meta.content_type.as_str().is_empty()
                }
                _ => false,
            }
    }
}

impl Expect {
    /// The condition that the record still has this value and this content type.
    pub fn unchanged(value: Bytes, content_type: ContentType) -> Self {
        Self::Is(Version { content_type, content: Content::Bytes(value) })
    }

    /// The same condition, with the digest of a large value instead of its bytes.
    #[must_use]
    pub fn shortened(self) -> Self {
        match self {
            Self::Is(Version { content_type, content: Content::Bytes(value) }) => {
                Self::Is(Version { content_type, content: Content::of(&value) })
            }
            other => other,
        }
    }

    /// An error that says that the record does not meet the condition.
    pub(crate) fn conflict(&self, key: &Key) -> Error {
        let key = key.escaped();
        let problem = match self {
            Self::Absent => format!("there is already a record {key}"),
            _ => format!("{key} was changed or deleted meanwhile"),
        };
        Error::new(ErrorKind::Conflict, problem)
    }

    /// Whether the part that was read meets the condition.
    pub(crate) fn is_met(&self, now: Option<&Reading>) -> bool {
        match self {
            Self::Anything => true,
            Self::Absent => now.is_none(),
            Self::Is(version) => now.is_some_and(|now| version.is(now)),
        }
    }

    /// The part of a record that must be read to decide.
    pub(crate) fn want(&self) -> Want {
        match self {
            Self::Anything | Self::Absent => Want::Meta,
            Self::Is(version) => version.want(),
        }
    }
}

/// The SHA-1 digest in hexadecimal digits, as Redis's scripts return it. It detects a change, not an attack.
fn sha1(value: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, value).as_ref())
}

/// The bytes in hexadecimal, two lower-case digits for each.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(content_type: &str, value: Vec<u8>) -> Record {
        let size = value.len() as u64;
        let meta = RecordMeta {
            key: Key::from("k"),
            content_type: content_type.into(),
            size,
            ..RecordMeta::default()
        };
        Record { meta, value: value.into() }
    }

    #[test]
    fn a_digest_is_the_one_that_redis_gives() {
        assert_eq!(sha1(b""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(sha1(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn a_version_is_told_from_every_other() {
        for size in [3, COMPARED_WHOLE, COMPARED_WHOLE + 1] {
            let old = record("text/plain", vec![b'x'; size]);
            let mut other = vec![b'x'; size];
            other[size - 1] = b'y';
            let version = Version::of(&old);
            assert_eq!(matches!(version.content, Content::Bytes(_)), size <= COMPARED_WHOLE);
            assert!(version.is(&Reading::Whole(old.clone())));
            for changed in [
                record("text/plain", other.clone()),
                record("text/html", vec![b'x'; size]),
                record("text/plain", vec![b'x'; size + 1]),
            ] {
                assert!(!version.is(&Reading::Whole(changed)));
            }
            assert!(!version.is(&Reading::Meta(old.meta.clone())), "it was not read");
            // Without a type only the value counts.
            let untyped = Version { content_type: "".into(), ..version };
            assert!(untyped.is(&Reading::Whole(record("text/html", vec![b'x'; size]))));
            assert!(!untyped.is(&Reading::Whole(record("text/html", other))));
        }
        let meta = record("text/plain", vec![b'x'; 9]).meta;
        let version = Version::of_meta(&meta);
        assert!(version.is(&Reading::Meta(meta.clone())));
        assert!(!version.is(&Reading::Meta(RecordMeta { size: 8, ..meta })));
    }
}
