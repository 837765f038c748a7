//! Debouncing of records that are still being written, and of changes already reported.

use std::collections::HashMap;
use std::time::Instant;

use super::inbox::Span;
use super::stat::Stamp;
use crate::model::{RecordMeta, RecordState, StoreName};
use crate::storage::DirectoryTiming;

/// Limit on the records that are remembered as reported.
const MOST: usize = 20_000;

/// The stamps of a value's file and of its metadata's.
pub(super) type Stamps = (Option<Stamp>, Option<Stamp>);

/// A store and the file name of a value in it.
pub(super) type ValueFile = (StoreName, Vec<u8>);

/// The time at which a record that was read is to be looked at again, since its files are written and deleted
/// one after the other; `None`: it is reported at once.
pub(super) fn again(
    record: Option<&RecordMeta>,
    span: Span,
    now: Instant,
    timing: &DirectoryTiming,
) -> Option<Instant> {
    match record.map(|meta| &meta.state) {
        None | Some(RecordState::Whole) => None,
        Some(_) => {
            let until = (span.last + timing.settled).min(span.first + timing.longest_settling);
            (until > now).then_some(until)
        }
    }
}

/// Stamps of recently reported files, so that a change is reported once.
#[derive(Debug, Default)]
pub(super) struct Reported {
    records: HashMap<ValueFile, (Stamps, Instant)>,
}

impl Reported {
    /// Whether a change to exactly these stamps was reported.
    pub(super) fn has(&self, value: &ValueFile, stamps: Stamps) -> bool {
        let reported = self.records.get(value);
        reported.is_some_and(|(reported, _)| *reported == stamps)
    }

    /// Remembers a reported change.
    pub(super) fn add(&mut self, value: ValueFile, stamps: Stamps, now: Instant) {
        if self.records.len() >= MOST {
            self.records.clear();
        }
        self.records.insert(value, (stamps, now));
    }

    /// Drops old entries.
    pub(super) fn tidy(&mut self, now: Instant, timing: &DirectoryTiming) {
        self.records.retain(|_, (_, at)| *at + timing.remembered > now);
        self.records.shrink_to(1024);
    }

    /// Drops all entries, since new listeners know nothing.
    pub(super) fn clear(&mut self) {
        self.records = HashMap::new();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_bare_value_is_debounced_until_its_metadata_can_arrive() {
        let (timing, start) = (DirectoryTiming::default(), Instant::now());
        let bare = RecordMeta { state: RecordState::BareFile, ..RecordMeta::default() };
        let span = Span { first: start, last: start };
        assert_eq!(again(Some(&bare), span, start + MS, &timing), Some(start + timing.settled));
        assert_eq!(again(Some(&bare), span, start + timing.settled, &timing), None);
        let span = Span { first: start, last: start + MS * 280 };
        assert_eq!(
            again(Some(&bare), span, start + MS * 290, &timing),
            Some(start + timing.longest_settling)
        );
        assert_eq!(again(Some(&bare), span, start + timing.longest_settling, &timing), None);
    }

    #[test]
    fn whole_and_removed_records_are_reported_at_once() {
        let (timing, start) = (DirectoryTiming::default(), Instant::now());
        let span = Span { first: start, last: start };
        assert_eq!(again(None, span, start, &timing), None);
        assert_eq!(again(Some(&RecordMeta::default()), span, start, &timing), None);
    }

    #[test]
    fn unchanged_stamps_are_reported_once() {
        let (mut reported, now) = (Reported::default(), Instant::now());
        let timing = DirectoryTiming::default();
        let slot: ValueFile = ("s".into(), b"a".to_vec());
        let stamp = Stamp { inode: 1, ..Stamp::default() };
        assert!(!reported.has(&slot, (None, None)));
        reported.add(slot.clone(), (Some(stamp), None), now);
        assert!(reported.has(&slot, (Some(stamp), None)));
        assert!(!reported.has(&slot, (Some(stamp), Some(stamp))));
        reported.tidy(now + MS, &timing);
        assert!(reported.has(&slot, (Some(stamp), None)));
        reported.tidy(now + timing.remembered, &timing);
        assert!(!reported.has(&slot, (Some(stamp), None)));
    }
}
