//! Stores, records and the writes that change them, as data.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::content::ContentType;
use super::upkeep::Ignored;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(Bytes);

        impl $name {
            /// The bytes as they are stored.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The text, if the bytes are UTF-8.
            pub fn as_str(&self) -> Option<&str> {
                std::str::from_utf8(&self.0).ok()
            }

            /// The text, with what is not UTF-8 as `\xNN`; reversible only for UTF-8.
            pub fn escaped(&self) -> String {
                escape_bytes(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Bytes::copy_from_slice(text.as_bytes()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Bytes::from(text))
            }
        }

        impl From<&[u8]> for $name {
            fn from(bytes: &[u8]) -> Self {
                Self(Bytes::copy_from_slice(bytes))
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self(Bytes::from(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.escaped())
            }
        }
    };
}

opaque! {
    /// A record's key: any bytes, though Crawlee writes only UTF-8. Ordered by bytes, as Crawlee
    /// orders keys.
    Key
}

opaque! {
    /// A store's internal name: its name, else its alias, else `default`. Opaque: it can hold
    /// `:` and glob characters.
    StoreName
}

fn escape_bytes(bytes: &[u8]) -> String {
    use fmt::Write as _;
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// A moment in UTC, to the microsecond, as Python's `datetime` keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970-01-01 UTC.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01 UTC.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The clock's present time.
    pub fn now() -> Self {
        let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000;
        Self(i64::try_from(now).unwrap_or(i64::MAX))
    }

    /// Reads RFC 3339 in all its forms: `Z` or an offset, with or without a fraction; a space may
    /// stand for the `T`, as Python's `str()` writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = match text.split_once(' ') {
            Some((date, clock)) => OffsetDateTime::parse(&format!("{date}T{clock}"), &Rfc3339),
            None => OffsetDateTime::parse(text, &Rfc3339),
        };
        let moment = moment.ok()?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1000)).ok().map(Self)
    }
}

/// As Python's `isoformat()` writes it: `2026-11-22T13:57:47.827633+00:00`, without a fraction
/// where it is zero.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(moment) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
        else {
            return f.write_str("(out of range)");
        };
        let moment = moment.to_offset(UtcOffset::UTC);
        let (date, clock) = (moment.date(), moment.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.year(),
            u8::from(date.month()),
            date.day(),
            clock.hour(),
            clock.minute(),
            clock.second()
        )?;
        if clock.microsecond() != 0 {
            write!(f, ".{:06}", clock.microsecond())?;
        }
        f.write_str("+00:00")
    }
}

/// Whether a store is all there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StoreState {
    /// Metadata and index entries agree. So is a directory without metadata, as Crawlee for
    /// JavaScript and people make them: it has no id.
    #[default]
    Whole,
    /// An index names it, but it has no metadata: its maker died on the way. Crawlee waits 30 s
    /// on such a store and fails.
    HalfMade,
    /// Records without metadata and without an index entry: a crawler went on writing after the
    /// store was dropped.
    Ghost,
    /// Metadata is there, but no index entry leads to it (Crawlee before 1.7.2 lost them).
    NotIndexed,
    /// `id_to_name` names this store under an id that is not its own.
    StaleId,
    /// The metadata cannot be read; says why.
    Damaged(String),
    /// This user may not read the metadata; says what is forbidden.
    Forbidden(String),
    /// The system cannot read the store; says why. That is no damage.
    Unreadable(String),
}

/// A store and what is known of it without reading its records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreInfo {
    /// The internal name, by which users know it.
    pub store: StoreName,
    /// 17 letters and digits; `None` where neither metadata nor an index tells it.
    pub id: Option<String>,
    /// The name; `None` for an alias or the default store.
    pub name: Option<String>,
    /// How many records the metadata lists; `None` where the server refused to tell.
    pub records: Option<u64>,
    /// How many values there are, where it differs from `records`: orphans.
    pub values: Option<u64>,
    /// Memory the values take on the server, or bytes on disk, where it is cheap to know.
    pub bytes: Option<u64>,
    /// When the store was made.
    pub created_at: Option<Timestamp>,
    /// When a record was last written or deleted.
    pub modified_at: Option<Timestamp>,
    /// When Crawlee last used it.
    pub accessed_at: Option<Timestamp>,
    /// Whether it is all there.
    pub state: StoreState,
    /// What lies in the store's directory and is no record.
    pub ignored: Ignored,
}

/// How `open` finds or makes a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenBy {
    /// The default store.
    Default,
    /// A named store, kept between runs. Letters, digits, and `-` inside.
    Name(String),
    /// An alias, for one run. Anything but `/`, `\` and NUL.
    Alias(String),
    /// The id of a store that exists.
    Id(String),
}

/// What `open` gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The store.
    pub info: StoreInfo,
    /// Whether this call made it.
    pub created: bool,
}

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

/// What must be there for a write to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expected {
    /// Write whatever is there.
    #[default]
    Anything,
    /// Write only if there is no such record.
    Absent,
    /// Write only if value and content type are still these.
    Unchanged {
        /// The bytes that were read; none for a record without a value.
        value: Bytes,
        /// The content type that was read; where it was unknown, only the value is compared.
        content_type: ContentType,
    },
}

/// A record to set. The bytes are stored as they are: encode with
/// [`Value::encode`](super::Value::encode) first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetValue {
    /// The store; it must have metadata, so that no ghost is made.
    pub store: StoreName,
    /// The key.
    pub key: Key,
    /// The value's bytes.
    pub value: Bytes,
    /// The content type. As in Crawlee an empty one is inferred: of bytes,
    /// `application/octet-stream`.
    pub content_type: ContentType,
    /// What must be there before.
    pub expected: Expected,
}

/// A write as data: what is sent, shown and settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Open or create a store.
    Create(OpenBy),
    /// Set one record.
    Set(SetValue),
    /// Delete records.
    Delete {
        /// The store.
        store: StoreName,
        /// The keys.
        keys: Vec<Key>,
    },
    /// Remove all records of a store.
    Purge(StoreName),
    /// Remove a store.
    Drop(StoreName),
}

/// On how many replicas a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    /// On how many the user wants it.
    pub wanted: u32,
    /// How many have told that they have it; `None` where that could not be found out.
    pub have: Option<u32>,
}

impl Replicas {
    /// Whether it is on all that are wanted.
    pub fn are_enough(self) -> bool {
        self.have.is_some_and(|have| have >= self.wanted)
    }

    /// That it is on fewer, if so.
    pub fn in_words(self) -> Option<String> {
        match self.have {
            _ if self.are_enough() => None,
            Some(have) => Some(format!("only on {have} of {} replicas", self.wanted)),
            None => Some("on how many replicas is not known".to_owned()),
        }
    }
}

/// What a write did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// How many records (or stores, for `Create` and `Drop`) it changed.
    pub records: u64,
    /// The metadata of the record that was set.
    pub meta: Option<RecordMeta>,
    /// On how many replicas it is, where the user wants it on some.
    pub replicas: Option<Replicas>,
}

/// How JSON values are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JsonLayout {
    /// On one line, as Python's `json.dumps` writes it.
    #[default]
    OneLine,
    /// A line for each field and item, indented by two spaces for each level.
    Indented,
}

/// The state of a storage's connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Connection {
    /// Commands are answered.
    #[default]
    Up,
    /// The connection is gone; larder is trying to get it back.
    Down {
        /// How often it has tried.
        tries: u32,
        /// Why, in a sentence.
        reason: String,
    },
}

/// What is known of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerInfo {
    /// `Redis`, `Valkey`, …; empty if unknown.
    pub product: String,
    /// Such as `8.2.1`; empty if unknown.
    pub version: String,
    /// A replica takes no writes.
    pub replica: bool,
    /// A cluster takes no write that touches several keys.
    pub cluster: bool,
    /// Whether writes are refused, for whichever reason.
    pub read_only: bool,
    /// How Crawlee lays out the JSON that it stores here: what is edited should look alike.
    pub json_layout: JsonLayout,
    /// One round trip.
    pub latency: Option<Duration>,
    /// What the server refused or lacks, a short sentence each.
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_python_writes_them() {
        for text in ["2026-11-22T13:57:47.827633+00:00", "2026-11-22T13:57:47+00:00"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn every_form_of_rfc_3339_is_read() {
        let expected = Timestamp::parse("2026-11-22T13:57:47.500000+00:00");
        for text in [
            "2026-11-22T13:57:47.5Z",
            "2026-11-22T15:57:47.5+02:00",
            "2026-11-22 13:57:47.500000+00:00",
        ] {
            assert_eq!(Timestamp::parse(text), expected, "{text}");
        }
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn keys_that_are_not_utf8_are_escaped() {
        assert_eq!(Key::from(&b"a\xff\xfeb"[..]).escaped(), "a\\xff\\xfeb");
        assert_eq!(Key::from("ä").escaped(), "ä");
    }
}
