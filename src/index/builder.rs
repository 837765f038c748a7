//! Collects pages of keys into an index.

use super::Index;
use super::columns::{Columns, Names};
use super::order;
use crate::storage::{ContentType, KeyPage, RecordState};

/// Collects the pages of a walk: any order, keys twice or more; the last one seen counts.
///
/// Adding is cheap; each [`Builder::snapshot`] sorts everything. Taken only when
/// [`Builder::is_due`], all snapshots together cost about as much as the last one twice; whoever
/// takes more has to mind the time.
#[derive(Debug, Clone)]
pub struct Builder {
    /// As they came.
    rows: Columns,
    names: Names,
    /// How many rows the last snapshot had.
    shown: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// A builder without rows.
    pub fn new() -> Self {
        Self { rows: Columns::default(), names: Names::new(&[ContentType::UNKNOWN]), shown: 0 }
    }

    /// Adds the rows of a page.
    pub fn add(&mut self, page: &KeyPage) {
        for row in page.iter() {
            let name = self.names.place(row.content_type);
            self.rows.push(row.key, name, row.size, row.state.cloned());
        }
    }

    /// How many rows were added; a key that came twice counts twice.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether another snapshot is worth its cost: there are rows, and twice as many as in the
    /// last one.
    pub fn is_due(&self) -> bool {
        !self.is_empty() && self.len() >= self.shown.saturating_mul(2)
    }

    /// An index of the rows so far; more can be added after.
    pub fn snapshot(&mut self) -> Index {
        self.shown = self.len();
        self.sorted()
    }

    /// An index of all rows, but not of those whose metadata was never read: they were gone
    /// before that.
    pub fn finish(self) -> Index {
        let mut order = order::by_key(&self.rows);
        if self.rows.damage().any(|state| *state == RecordState::NotRead) {
            let read = |row: usize| self.rows.state(row) != Some(&RecordState::NotRead);
            order.retain(|row| read(*row as usize));
        }
        self.gathered(&order)
    }

    fn sorted(&self) -> Index {
        self.gathered(&order::by_key(&self.rows))
    }

    fn gathered(&self, order: &[u32]) -> Index {
        let mut columns = self.rows.gathered(order, self.names.list());
        columns.shrink();
        Index { columns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            names.push(key.as_bytes(), "", 0, Some(RecordState::NotRead));
        }
        builder.add(&names);
        builder.add(&page(&["c", "a"]));
        let early = builder.snapshot();
        assert_eq!(early.row(1).state, Some(&RecordState::NotRead));
        assert_eq!((early.row(0).state, early.row(2).state), (None, None));
        let keys: Vec<_> = builder.finish().iter().map(|row| row.key.to_vec()).collect();
        assert_eq!(keys, [b"a", b"c"]);
    }

    #[test]
    fn snapshots_are_due_at_doubling_sizes() {
        let mut builder = Builder::new();
        assert!(!builder.is_due());
        builder.add(&page(&["c", "a"]));
        assert!(builder.is_due());
        assert_eq!(builder.snapshot().len(), 2);
        builder.add(&page(&["b"]));
        assert!(!builder.is_due());
        builder.add(&page(&["a"]));
        assert!(builder.is_due());
        assert_eq!(builder.snapshot().len(), 3);
        assert_eq!(builder.finish().len(), 3);
    }
}
