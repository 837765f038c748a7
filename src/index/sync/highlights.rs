//! Records that came or changed lately: highlighted for a few seconds, remembered for the order
//! that shows the newest first.

use std::collections::HashMap;

use crate::index::Recent;
use crate::model::{Key, Timestamp};

/// For so long a record that came or changed is highlighted, in microseconds.
const HIGHLIGHTED: i64 = 3_000_000;
/// At most so many records are highlighted at a time; nobody sees more.
const MOST_HIGHLIGHTS: usize = 4096;

/// Why a record is highlighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight {
    /// It has just come.
    New,
    /// It has just changed.
    Changed,
}

/// The highlighted records, and those that came or changed last.
#[derive(Debug, Clone, Default)]
pub struct Highlights {
    by_key: HashMap<Key, (Highlight, Timestamp)>,
    /// What came or changed last.
    pub recent: Recent,
}

impl Highlights {
    /// Whether and why a record is highlighted.
    pub fn get(&self, key: &Key) -> Option<Highlight> {
        self.by_key.get(key).map(|(highlight, _)| *highlight)
    }

    /// When the first one fades.
    pub fn wake(&self) -> Option<Timestamp> {
        let fades = self.by_key.values().map(|(_, since)| since.micros() + HIGHLIGHTED);
        fades.min().map(Timestamp::from_micros)
    }

    /// Highlights a record.
    pub(super) fn add(&mut self, key: &Key, highlight: Highlight, now: Timestamp) {
        let room = self.by_key.len() < MOST_HIGHLIGHTS;
        match self.by_key.get_mut(key) {
            // Written again at once, it is still a new one.
            Some((_, since)) => *since = now,
            None if room => {
                self.by_key.insert(key.clone(), (highlight, now));
            }
            None => {}
        }
    }

    /// Highlights a record that came or changed, and remembers it as the newest.
    pub(super) fn note(&mut self, key: &Key, highlight: Highlight, now: Timestamp) {
        self.add(key, highlight, now);
        self.recent.push(key.clone());
    }

    /// Forgets those that have faded.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.by_key.retain(|_, (_, since)| now.micros() - since.micros() < HIGHLIGHTED);
    }

    /// Highlights none.
    pub fn clear(&mut self) {
        self.by_key.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn highlights_fade_and_a_new_record_stays_new() {
        let mut highlights = Highlights::default();
        let key = Key::from("a");
        highlights.note(&key, Highlight::New, at(10));
        highlights.note(&key, Highlight::Changed, at(12));
        assert_eq!(highlights.get(&key), Some(Highlight::New));
        assert_eq!(highlights.wake(), Some(at(15)));
        highlights.expire(at(14));
        assert_eq!(highlights.get(&key), Some(Highlight::New));
        highlights.expire(at(15));
        assert_eq!(highlights.get(&key), None);
        assert_eq!(highlights.wake(), None, "an idle program sleeps");
    }
}
