//! The versions of a record that were seen while it was open, and the bytes that its last change brought.

use std::collections::VecDeque;

use crate::edit::{Come, Diff, DiffBody, Row, TypedValue};
use crate::model::{Key, StoreName, Timestamp};
use crate::preview::Matches;
use crate::text;

/// Limit on versions that are kept; the oldest are dropped.
const MOST: usize = 100;
/// Limit on the size of all versions but the last, in bytes.
const BYTES: usize = 16 << 20;
/// Time for which the bytes of a change are lit, in microseconds.
const LIT: i64 = 3_000_000;

/// A record at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number among those that were seen, from 1.
    pub number: u64,
    /// When it was read.
    pub at: Timestamp,
    /// The value that was stored.
    pub typed: TypedValue,
}

/// The bytes that a change brought.
#[derive(Debug, Clone)]
struct Change {
    /// Number of the version that the change made.
    number: u64,
    /// The bytes, which are lit until `until`.
    lit: Matches,
    until: Timestamp,
    /// The size of the change, in words.
    words: String,
    /// Whether they are bytes of the unpacked content of the value.
    inside: bool,
    /// The lines that came in the text that is shown in place of the value.
    shown: Option<Matches>,
}

/// The versions of the record that is shown, as far as they were seen while it was open.
#[derive(Debug, Clone, Default)]
pub struct Versions {
    of: Option<(StoreName, Key)>,
    kept: VecDeque<Version>,
    change: Option<Change>,
}

impl Versions {
    /// Takes the record as it was read; gives its last two versions if it has changed. For another record,
    /// the versions begin anew.
    pub(in crate::app) fn take(
        &mut self,
        of: &(StoreName, Key),
        typed: TypedValue,
        at: Timestamp,
    ) -> Option<[Version; 2]> {
        if self.of.as_ref() != Some(of) {
            *self = Self { of: Some(of.clone()), ..Self::default() };
        }
        let before = self.kept.back().cloned();
        if before.as_ref().is_some_and(|before| before.typed == typed) {
            return None;
        }
        let number = before.as_ref().map_or(1, |before| before.number + 1);
        let after = Version { number, at, typed };
        self.kept.push_back(after.clone());
        let mut bytes: usize = self.kept.iter().map(|version| version.typed.value.len()).sum();
        bytes -= after.typed.value.len();
        while self.kept.len() > MOST || bytes > BYTES && self.kept.len() > 1 {
            bytes -= self.kept.pop_front().map_or(0, |gone| gone.typed.value.len());
        }
        Some([before?, after])
    }

    /// The versions that are kept, the oldest first; the last one is the present one.
    pub fn kept(&self) -> impl ExactSizeIterator<Item = &Version> {
        self.kept.iter()
    }

    /// Takes what came with the change that made a version.
    pub(in crate::app) fn came(&mut self, number: u64, diff: &Diff, come: Come) {
        if let Some(last) = self.kept.back().filter(|last| last.number == number) {
            let until = Timestamp::from_micros(last.at.micros() + LIT);
            let (lit, words) = (Matches::of(come.bytes), words(diff));
            let (inside, shown) = (diff.inside.is_some(), come.shown.map(Matches::of));
            self.change = Some(Change { number, lit, until, words, inside, shown });
        }
    }

    fn change(&self) -> Option<&Change> {
        let last = self.kept.back()?.number;
        self.change.as_ref().filter(|change| change.number == last)
    }

    /// The bytes that are lit now: of the value, or with `inside` of its unpacked content.
    pub fn lit(&self, now: Timestamp, inside: bool) -> Option<&Matches> {
        let change = self.change().filter(|change| now < change.until);
        change.filter(|change| change.inside == inside).map(|change| &change.lit)
    }

    /// The places that are lit now in the text that is shown in place of the value.
    pub fn lit_in_text(&self, now: Timestamp) -> Option<&Matches> {
        self.change().filter(|change| now < change.until)?.shown.as_ref()
    }

    /// When the lit bytes go out.
    pub(in crate::app) fn wake(&self, now: Timestamp) -> Option<Timestamp> {
        self.change().map(|change| change.until).filter(|until| now < *until)
    }

    /// A sentence about the last change and its time: `2 values changed at 13:57:47`.
    pub fn told(&self) -> Option<String> {
        let change = self.change()?;
        Some(format!("{} changed at {}", change.words, text::clock(self.kept.back()?.at.micros())))
    }
}

/// The size of a change: `2 values`, `1 line`, `30 B`.
fn words(diff: &Diff) -> String {
    let many = |count: usize, what| text::plural((count + diff.more) as u64, what);
    match &diff.body {
        DiffBody::Same if diff.inside.is_some() => "packing".to_owned(),
        DiffBody::Same => "content type".to_owned(),
        DiffBody::Layout => "spacing".to_owned(),
        DiffBody::Leaves(changes) => many(changes.len(), "value"),
        DiffBody::Lines(rows) => {
            let count = |is: fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
            let gone = count(|row| matches!(row, Row::Removed(..)));
            let come = count(|row| matches!(row, Row::Added(..)));
            many(gone.max(come), "line")
        }
        DiffBody::Ranges(ranges) => many(ranges.len(), "range"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> TypedValue {
        TypedValue { content_type: "application/json".into(), value: text.to_owned().into() }
    }

    fn seconds(at: i64) -> Timestamp {
        Timestamp::from_micros(at * 1_000_000)
    }

    #[test]
    fn what_is_read_again_the_same_is_no_version_and_another_record_begins_anew() {
        let mut versions = Versions::default();
        let of = |key: &str| (StoreName::from("shop"), Key::from(key));
        assert_eq!(versions.take(&of("a"), typed("1"), seconds(1)), None);
        assert_eq!(versions.take(&of("a"), typed("1"), seconds(2)), None);
        let [before, after] = versions.take(&of("a"), typed("2"), seconds(3)).unwrap();
        assert_eq!((before.number, before.at, after.number), (1, seconds(1), 2));
        assert_eq!(versions.kept().len(), 2);
        let diff = Diff::of(Some(&before.typed), Some(&after.typed));
        versions.came(2, &diff, Come::default());
        assert_eq!(versions.told().as_deref(), Some("1 value changed at 00:00:03"));
        assert!(
            versions.lit(seconds(5), false).is_some() && versions.lit(seconds(6), false).is_none()
        );
        assert_eq!(versions.wake(seconds(5)), Some(seconds(6)));
        assert_eq!(versions.take(&of("b"), typed("2"), seconds(7)), None);
        assert_eq!((versions.kept().len(), versions.told()), (1, None));
    }

    #[test]
    fn versions_take_bounded_room() {
        let mut versions = Versions::default();
        let of = (StoreName::from("shop"), Key::from("a"));
        for number in 0..150 {
            versions.take(&of, typed(&number.to_string()), seconds(number));
        }
        assert_eq!((versions.kept().len(), versions.kept().next().unwrap().number), (100, 51));
        for number in 0..4 {
            versions.take(&of, typed(&number.to_string().repeat(7 << 20)), seconds(number));
        }
        assert_eq!(versions.kept().len(), 3, "two of 7 MiB and the last");
        versions.take(&of, typed(&"x".repeat(BYTES + 1)), seconds(9));
        versions.take(&of, typed("y"), seconds(10));
        assert_eq!(
            versions.kept().len(),
            1,
            "what is too large to be kept goes with what was before it"
        );
    }
}
