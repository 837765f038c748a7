//! Comparison of a walk's round with the index: unknown keys are new, and keys that a whole round does not
//! see are gone.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{BloomFilter, Change, Index, compare};
use crate::model::{Key, KeyPage, RecordState};

/// An event to compare with the index, in the order in which it was seen.
#[derive(Debug, Clone)]
pub enum ScanEvent {
    /// A round begins.
    Started,
    /// A page that the walk has just seen.
    Page(Arc<KeyPage>),
    /// Keys that another source reports to be there; newer than any page before.
    Told(Vec<Key>),
    /// Keys that are reported to be gone.
    Gone(Vec<Key>),
    /// Some pages were left out: keys are not gone for not having been seen.
    Incomplete,
    /// The round has ended.
    Finished,
}

/// Keys and state of the current round; shared with the thread that compares.
#[derive(Debug, Clone, Default)]
pub struct RescanState(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    seen: BloomFilter,
    /// Whether the round is seen from its beginning.
    whole: bool,
}

impl RescanState {
    /// Compares the events with the index and returns the differences. Takes time.
    pub fn pass(&self, index: &Index, scanned: &[ScanEvent]) -> Vec<Change> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changes = Vec::new();
        for scanned in scanned {
            match scanned {
                ScanEvent::Started => {
                    // Room for the keys that arrive during the round.
                    state.seen.restart(index.len() + index.len() / 8 + 1024);
                    state.whole = true;
                }
                ScanEvent::Page(page) => {
                    for row in page.iter() {
                        state.seen.insert(row.key);
                    }
                    let rows = page.iter().filter(|row| row.state != Some(&RecordState::NotRead));
                    supersede(&mut changes, || rows.map(|row| row.key));
                    changes.extend(compare(index, page));
                }
                ScanEvent::Told(keys) => {
                    for key in keys {
                        state.seen.insert(key.as_bytes());
                    }
                    supersede(&mut changes, || keys.iter().map(Key::as_bytes));
                }
                ScanEvent::Gone(keys) => {
                    supersede(&mut changes, || keys.iter().map(Key::as_bytes));
                }
                ScanEvent::Incomplete => state.whole = false,
                ScanEvent::Finished => {
                    if std::mem::take(&mut state.whole) {
                        changes.extend(state.seen.missing(index).into_iter().map(Change::Remove));
                    }
                }
            }
        }
        changes
    }
}

/// Drops the earlier changes of these keys: something newer is known, even where it agrees with the index.
fn supersede<'a, K: Iterator<Item = &'a [u8]>>(
    changes: &mut Vec<Change>,
    keys: impl FnOnce() -> K,
) {
    if !changes.is_empty() {
        let keys: HashSet<&[u8]> = keys().collect();
        changes.retain(|change| !keys.contains(change.key().as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Builder;

    fn page(keys: &[&str]) -> KeyPage {
        let mut page = KeyPage::default();
        for key in keys {
            page.push(key.as_bytes(), "text/plain", 1, None);
        }
        page
    }

    fn index(keys: &[&str]) -> Index {
        let mut builder = Builder::new();
        builder.add(&page(keys));
        builder.finish()
    }

    fn seen(keys: &[&str]) -> ScanEvent {
        ScanEvent::Page(Arc::new(page(keys)))
    }

    fn removed(changes: &[Change]) -> Vec<String> {
        let gone = changes.iter().filter_map(|change| match change {
            Change::Remove(key) => Some(key.escaped()),
            Change::Set(_) => None,
        });
        gone.collect()
    }

    #[test]
    fn what_a_whole_round_does_not_see_is_gone() {
        let (index, round) = (index(&["a", "b", "c"]), RescanState::default());
        let told = ScanEvent::Told(vec![Key::from("c")]);
        let first = round.pass(&index, &[ScanEvent::Started, seen(&["a"])]);
        assert!(first.is_empty(), "{first:?}");
        assert_eq!(removed(&round.pass(&index, &[told, ScanEvent::Finished])), ["b"]);
        assert!(round.pass(&index, &[ScanEvent::Finished]).is_empty(), "no round began");
    }

    #[test]
    fn what_is_new_on_a_page_is_told_and_a_spoilt_round_takes_nothing_away() {
        let (index, round) = (index(&["a", "b"]), RescanState::default());
        let new = round.pass(&index, &[ScanEvent::Started, seen(&["a", "x"])]);
        assert!(matches!(&new[..], [Change::Set(meta)] if meta.key == Key::from("x")));
        assert!(round.pass(&index, &[ScanEvent::Incomplete, ScanEvent::Finished]).is_empty());
    }

    #[test]
    fn what_is_told_is_newer_than_the_pages_before() {
        let (index, round) = (index(&["a", "b"]), RescanState::default());
        let (told, gone) = (vec![Key::from("x")], vec![Key::from("y")]);
        let page = seen(&["a", "b", "x", "y", "z"]);
        let scanned = [ScanEvent::Started, page, ScanEvent::Told(told), ScanEvent::Gone(gone)];
        let new = round.pass(&index, &scanned);
        assert!(matches!(&new[..], [Change::Set(meta)] if meta.key == Key::from("z")), "{new:?}");
    }

    #[test]
    fn a_page_is_newer_than_all_that_was_found_before() {
        let (index, round) = (index(&["a", "b"]), RescanState::default());
        // `b` is removed after the first rescan began, and set again before the second one.
        let first = [ScanEvent::Started, seen(&["a", "x"]), ScanEvent::Finished];
        assert_eq!(removed(&round.pass(&index, &first)), ["b"]);
        let both = first.into_iter().chain([ScanEvent::Started, seen(&["a", "b"])]);
        let found = round.pass(&index, &both.collect::<Vec<_>>());
        assert!(
            matches!(&found[..], [Change::Set(meta)] if meta.key == Key::from("x")),
            "{found:?}"
        );
    }
}
