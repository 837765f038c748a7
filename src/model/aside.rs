//! Stores and records that were set aside instead of destroyed, and can be restored.

use std::fmt;

use super::{Replicas, StoreName, Timestamp};

/// Id of something set aside: 1 to 32 ASCII letters and digits, so that it can be part of a Redis
/// key and of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AsideId(String);

impl AsideId {
    /// The longest id in bytes.
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

/// What is set aside.
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

/// Something that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsideInfo {
    /// Its id.
    pub id: AsideId,
    /// What it is, and of which store.
    pub aside: Aside,
    /// How many records there are, still to be restored.
    pub records: u64,
    /// When it was set aside.
    pub at: Timestamp,
    /// When it is freed by itself; `None` where it stays until it is restored or discarded. On a
    /// server a restore that leaves some of it makes this later.
    pub expires_at: Option<Timestamp>,
    /// Whether records were moved one after the other, where they could not be in one step: what a
    /// crawler wrote meanwhile may be among them, or may not.
    pub in_steps: bool,
    /// On how many replicas it is, where the user wants it on some; told when it is set aside.
    pub replicas: Option<Replicas>,
}

/// What a restore has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// How many records are back.
    pub records: u64,
    /// How many stay set aside, because the store has records of their keys again.
    pub left: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aside_id_is_letters_and_digits_only() {
        assert_eq!(AsideId::new("AbC123").unwrap().as_str(), "AbC123");
        let long = "a".repeat(33);
        for text in ["", "..", "a/b", "a:b", "*", "é", long.as_str()] {
            assert_eq!(AsideId::new(text), None, "{text}");
        }
    }
}
