//! Records that were added or changed recently: highlighted for a few seconds, and remembered for the order
//! that shows the newest first.

use std::collections::HashMap;

use crate::index::Recent;
use crate::model::{Key, Timestamp};

/// Time for which an added or changed record is highlighted, in microseconds.
const HIGHLIGHTED: i64 = 3_000_000;
/// Limit on the records that are highlighted at a time, more than anybody sees.
const MOST_HIGHLIGHTS: usize = 4096;

/// Why a record is highlighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight {
    /// The record was just added.
    New,
    /// The record was just changed.
    Changed,
}

/// The highlighted records, and those that were added or changed last.
#[derive(Debug, Clone, Default)]
pub struct Highlights {
    by_key: HashMap<Key, (Highlight, Timestamp)>,
    /// The records that were added or changed last.
    pub recent: Recent,
}

impl Highlights {
    /// The highlight of a record, if it has one.
    pub fn get(&self, key: &Key) -> Option<Highlight> {
        self.by_key.get(key).map(|(highlight, _)| *highlight)
    }

    /// Time at which the first highlight fades.
    pub fn wake(&self) -> Option<Timestamp> {
        let fades = self.by_key.values().map(|(_, since)| since.micros() + HIGHLIGHTED);
        fades.min().map(Timestamp::from_micros)
    }

    /// Highlights a record.
    pub(super) fn add(&mut self, key: &Key, highlight: Highlight, now: Timestamp) {
        let room = self.by_key.len() < MOST_HIGHLIGHTS;
        match self.by_key.get_mut(key) {
            // A new record stays new when it is written again at once.
            Some((_, since)) => *since = now,
            None if room => {
                self.by_key.insert(key.clone(), (highlight, now));
            }
            None => {}
        }
    }

    /// Highlights an added or changed record, and remembers it as the newest.
    pub(super) fn note(&mut self, key: &Key, highlight: Highlight, now: Timestamp) {
        self.add(key, highlight, now);
        self.recent.push(key.clone());
    }

    /// Drops the highlights that have faded.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.by_key.retain(|_, (_, since)| now.micros() - since.micros() < HIGHLIGHTED);
    }

    /// Removes all highlights.
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
