//! Stores and records that were set aside instead of destroyed, and can be restored.

use std::fmt;

use super::{Replicas, StoreName, Timestamp};

/// Id of something that is set aside: 1 to 32 ASCII letters and digits, so that it can be part of a Redis key
/// and of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AsideId(String);

impl AsideId {
    /// Longest id, in bytes.
    const LONGEST: usize = 32;

    /// An id from its text; `None` where it is not 1 to 32 ASCII letters and digits.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = (1..=Self::LONGEST).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (fits && plain).then_some(Self(text))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AsideId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The thing that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aside {
    /// All records of a store; the store stays, empty, as after a purge.
    Records(StoreName),
    /// The store with its records, as a drop removes it.
    Store(StoreName),
}

impl Aside {
    /// The store.
    pub fn store(&self) -> &StoreName {
        match self {
            Self::Records(store) | Self::Store(store) => store,
        }
    }
}

/// The run of larder that has set something aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    /// Name of the machine.
    pub host: String,
    /// Number of the process.
    pub process: u32,
    /// Letters and digits that are unique to the run.
    pub session: String,
}

impl Maker {
    /// Reads a maker from its text.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(text).ok()?.splitn(3, ' ');
        let process = words.next()?.parse().ok()?;
        let session = words.next()?.to_owned();
        Some(Self { host: words.next()?.to_owned(), process, session })
    }
}

impl fmt::Display for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.process, self.session, self.host)
    }
}

/// The selection of things that are set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsideList {
    /// All of them; on a server, each store is asked.
    All,
    /// On a server, those in its single list, which is cheap to read; where the user may not read it,
    /// all.
    Listed,
    /// The one of this id.
    One(AsideId),
}

/// A thing that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct AsideInfo {
    /// Its id.
    pub id: AsideId,
    /// Its kind, and its store.
    pub aside: Aside,
    /// Number of records that are still to be restored.
    pub records: u64,
    /// Time at which it was set aside.
    pub at: Timestamp,
    /// The run that has set it aside, if that is known.
    pub maker: Option<Maker>,
    /// Time from which the next larder that looks may free it; `None` where it stays until it is restored or
    /// discarded. A restore that leaves some of it moves this time on.
    pub expires_at: Option<Timestamp>,
    /// Whether records were moved one after the other, where one step was impossible: records that a crawler
    /// wrote meanwhile may be among them, or may not.
    pub in_steps: bool,
    /// Replicas that have it, where the user wants it on some; only in the answer of setting it aside.
    pub replicas: Option<Replicas>,
}

/// Result of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Restored {
    /// Number of records that are back.
    pub records: u64,
    /// Number of records that stay set aside, because the store has records with their keys again.
    pub left: u64,
    /// Replicas that have the result, where the user wants it on some.
    pub replicas: Option<Replicas>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maker_is_read_from_its_text() {
        for host in ["here", "two words", ""] {
            let maker = Maker { host: host.into(), process: 7, session: "AbC".into() };
            assert_eq!(Maker::parse(maker.to_string().as_bytes()), Some(maker));
        }
        for text in ["", "7", "7 AbC", "x AbC here"] {
            assert_eq!(Maker::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn an_aside_id_is_letters_and_digits_only() {
        assert_eq!(AsideId::new("AbC123").unwrap().as_str(), "AbC123");
        let long = "a".repeat(33);
        for text in ["", "..", "a/b", "a:b", "*", "é", long.as_str()] {
            assert_eq!(AsideId::new(text), None, "{text}");
        }
    }
}
