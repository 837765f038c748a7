//! Collects pages of keys into an index.

use std::sync::Arc;

use super::arena::{Arena, Sorted};
use super::interner::Interner;
use super::{Form, Index, codec, sort};
use crate::model::KeyPage;

/// Limit on the rows of a snapshot, which are the first that arrived.
const SNAPSHOT: usize = 100_000;

/// Collects the pages of a walk, in any order and with repeated keys; the last row of a key counts.
///
/// Adding is cheap, and a row takes its key and some 9 bytes; each [`Builder::snapshot`] sorts. Taken only
/// when [`Builder::is_due`], all snapshots together cost about twice as much as the last one; a caller that
/// takes more has to mind the time.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    /// Rows in the order of arrival.
    arena: Arena,
    content_types: Interner,
    /// Number of rows of the last snapshot.
    shown: usize,
}

impl Builder {
    /// A builder without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the rows of a page.
    pub fn add(&mut self, page: &KeyPage) {
        // Most rows have the type of the row before.
        let mut last = None;
        for row in page.iter() {
            let name = match last {
                Some((known, name)) if known == row.content_type => name,
                _ => self.content_types.intern(row.content_type),
            };
            last = Some((row.content_type, name));
            self.arena.push(row.key, name, row.size, row.state);
        }
    }

    /// Number of added rows; a repeated key counts again.
    pub fn len(&self) -> usize {
        self.arena.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory of the builder, in bytes. [`Builder::finish`] takes 4 more bytes a row while it sorts.
    pub fn heap_bytes(&self) -> usize {
        self.arena.heap_bytes() + self.content_types.heap_bytes()
    }

    /// Whether another snapshot would show more than the last one.
    pub fn has_more(&self) -> bool {
        self.len().min(SNAPSHOT) > self.shown
    }

    /// Whether another snapshot is worth its cost: it would show twice as much as the last one, or as much as
    /// a snapshot can show.
    pub fn is_due(&self) -> bool {
        let now = self.len().min(SNAPSHOT);
        now > self.shown && (now == SNAPSHOT || now >= self.shown.saturating_mul(2))
    }

    /// An index of the first rows that arrived, at most 100,000: a reader looks at the top of the list while
    /// a store is walked, and a copy of millions of keys would take their memory again. More rows can be
    /// added after this.
    pub fn snapshot(&mut self) -> Index {
        self.shown = self.len().min(SNAPSHOT);
        index(self.arena.head(SNAPSHOT), self.content_types.clone())
    }

    /// An index of all rows, except those whose metadata was never read: they were gone before that. It is
    /// packed only if many rows were repeated and would go on taking memory.
    pub fn finish(self) -> Index {
        let came = self.arena.len();
        let mut index = index(self.arena, self.content_types);
        if let Form::Sorted(sorted) = &mut index.form {
            if sorted.arena.has_not_read() {
                let Sorted { arena, order, total } = sorted;
                order.retain(|offset| {
                    let tail = arena.tail(*offset);
                    let gone = tail.state.is_some_and(|at| codec::is_not_read(arena.bytes(), at));
                    *total -= if gone { u128::from(tail.size) } else { 0 };
                    !gone
                });
            }
            if sorted.order.len() < came - came / 8 {
                return index.packed();
            }
        }
        index
    }
}

fn index(mut arena: Arena, content_types: Interner) -> Index {
    arena.shrink();
    let mut order = arena.take_offsets();
    let total = arena.total() - sort::by_key(&arena, &mut order);
    let left_out = arena.left_out();
    Index {
        form: Form::Sorted(Sorted { arena, order, total }),
        content_types: Arc::new(content_types),
        left_out,
        usual_key: 0,
    }
    .sampled()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordState;

    fn page(keys: &[&str]) -> KeyPage {
        let mut page = KeyPage::default();
        for key in keys {
            page.push(key.as_bytes(), "text/plain", 1, None);
        }
        page
    }

    #[test]
    fn keys_whose_metadata_never_came_are_left_out_at_the_end() {
        let mut builder = Builder::new();
        let mut names = KeyPage::default();
        for key in ["a", "b", "c"] {
            names.push(key.as_bytes(), "", 7, Some(RecordState::NotRead));
        }
        builder.add(&names);
        builder.add(&page(&["c", "a"]));
        let early = builder.snapshot();
        assert_eq!(early.row(1).state, RecordState::NotRead);
        assert_eq!(early.row(0).state, RecordState::Whole);
        assert_eq!((early.row(2).state, early.total_bytes()), (RecordState::Whole, 9));
        let index = builder.finish();
        assert_eq!(index.iter().map(|row| row.key).collect::<Vec<_>>(), ["a".into(), "c".into()]);
        assert_eq!(index.total_bytes(), 2);
    }

    #[test]
    fn snapshots_are_due_at_doubling_sizes() {
        let mut builder = Builder::new();
        assert!(!builder.is_due());
        builder.add(&page(&["c", "a"]));
        assert!(builder.is_due());
        assert_eq!(builder.snapshot().len(), 2);
        builder.add(&page(&["b"]));
        assert!(!builder.is_due() && builder.has_more());
        builder.add(&page(&["a"]));
        assert!(builder.is_due());
        assert_eq!(builder.snapshot().len(), 3);
        assert_eq!(builder.finish().len(), 3);
    }

    #[test]
    fn a_snapshot_holds_the_rows_that_came_first_and_no_other_is_due() {
        let mut builder = Builder::new();
        let mut page = KeyPage::default();
        for number in 0..SNAPSHOT as u32 + 10 {
            page.push(&(u32::MAX - number).to_be_bytes(), "", 1, None);
        }
        builder.add(&page);
        let early = builder.snapshot();
        assert_eq!((early.len(), early.total_bytes()), (SNAPSHOT, SNAPSHOT as u64));
        assert!(early.find(&u32::MAX.to_be_bytes()).is_ok());
        builder.add(&page);
        builder.add(&page);
        assert!(!builder.is_due() && !builder.has_more());
        assert_eq!(builder.finish().len(), SNAPSHOT + 10);
    }
}
