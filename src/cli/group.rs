//! Groups of records with the same remark, each told in one line.

use serde_json::{Value, json};

use crate::model::Key;
use crate::text;

/// Limit on the keys of a group that are named.
const NAMED: usize = 10;

/// Records with the same remark.
#[derive(Default)]
pub(super) struct Group {
    pub(super) count: u64,
    first: Vec<Key>,
    /// The remark on the first one, and whether those on the others differ.
    why: Option<String>,
    differ: bool,
}

impl Group {
    pub(super) fn add(&mut self, key: &Key, why: &str) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(key.clone());
        }
        self.differ |= self.why.get_or_insert_with(|| why.to_owned()) != why;
    }

    /// `2 records WHAT: a, b; WHY`; `None` for an empty group.
    pub(super) fn told(&self, what: &str) -> Option<String> {
        let why = self.why.as_deref()?;
        let records = text::plural(self.count, "record");
        let names = self.first.iter().map(Key::named).collect::<Vec<_>>().join(", ");
        let more = if self.count > self.first.len() as u64 { " …" } else { "" };
        let of = if self.differ { "of the first: " } else { "" };
        Some(format!("{records} {what}: {names}{more}; {of}{why}"))
    }

    pub(super) fn json(&self) -> Value {
        let names: Vec<_> = self.first.iter().map(Key::escaped).collect();
        json!({"count": self.count, "names": names})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_why_is_said_of_those_of_which_it_is_true() {
        let mut group = Group::default();
        assert_eq!(group.told("left out"), None);
        group.add(&Key::from("a"), "too large");
        assert_eq!(group.told("left out").unwrap(), "1 record left out: a; too large");
        for _ in 0..NAMED {
            group.add(&Key::from("b"), "too large");
        }
        let told = group.told("left out").unwrap();
        assert!(told.starts_with("11 records left out: a, b, b"), "{told}");
        assert!(told.ends_with(", b …; too large"), "{told}");
        group.add(&Key::from("c"), "no name of a file");
        assert!(group.told("left out").unwrap().ends_with("; of the first: too large"));
        assert_eq!(group.json()["count"], 12);
    }
}
