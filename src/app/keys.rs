//! The middle pane: the keys of the open store.

mod act;
mod groups;
pub(in crate::app) mod linked;
mod marks;
mod other_half;
mod sync;

use std::sync::Arc;

use crate::index::sync::{Highlight, KeySync};
use crate::index::{Filter, Group, Index, RowOrder, Sort};
use crate::model::{Key, RecordMeta, StoreName};

use super::list::{Cursor, Move};
use super::load::Scope;

pub use groups::Grouping;
pub use marks::Marks;
pub use sync::ShownOrder;

/// The keys of one store, their order and filter, and the one under the cursor.
#[derive(Debug, Default)]
pub struct KeysPane {
    /// The open store.
    pub store: Option<StoreName>,
    /// The store's keys as far as they are known, and the work under way on the rest.
    pub sync: KeySync,
    /// The store's keys as they are shown: an older index than `sync`'s while that is being put in order.
    pub index: Arc<Index>,
    /// Rows of the keys that are shown.
    pub order: ShownOrder,
    /// The cursor among the selected keys.
    pub cursor: Cursor,
    /// The column that orders the keys.
    pub sort: Sort,
    /// Whether the order is backwards.
    pub descending: bool,
    /// The filter: only keys that contain this are shown.
    pub filter: String,
    /// The scope: only keys that begin like this are shown.
    pub scope: Scope,
    /// Groups of keys, if the user wants them.
    pub grouping: Option<Grouping>,
    /// Whether the newest records come in at the top, and the view stays there.
    pub follow: Follow,
    /// The marked keys, with their number and size.
    pub marks: Marks,
    /// Whether the store is no longer listed.
    pub gone: bool,
    held: Held,
}

/// Whether new records are followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Follow {
    /// Whether new records are followed now.
    pub on: bool,
    /// Whether they were followed before, in this store.
    pub before: bool,
}

/// Keys that the cursor is to go to.
#[derive(Debug, Default)]
struct Held {
    /// The key that the cursor stays on, or goes to as soon as it is in the list.
    key: Option<Key>,
    /// The key that the cursor was on before a filter was typed, until the user moves or takes the filter.
    before_filter: Option<Key>,
    /// The key that was asked for by its name, until the keys are read or the user moves.
    sought: Option<Key>,
    /// Moves that were asked for before the first keys were there.
    early: Vec<Move>,
}

/// Columns of the pane that are not the key's: borders, marks, content types, sizes and gaps.
const BESIDE_KEYS: usize = 28;
/// Limit on moves that are kept until the first keys come.
const EARLY: usize = 64;

impl KeysPane {
    /// Columns that the list needs, with its borders: a few more than most keys have bytes, as some keys are
    /// longer.
    pub fn needed_width(&self) -> u16 {
        let usual = self.index.usual_key();
        let columns = usual.saturating_add(usual / 4).saturating_add(BESIDE_KEYS);
        u16::try_from(columns).unwrap_or(u16::MAX)
    }

    /// Number of rows: keys that the filter leaves, or groups.
    pub fn len(&self) -> usize {
        match &self.grouping {
            Some(grouping) if !grouping.flat => grouping.len(),
            _ => self.order.rows.len(),
        }
    }

    /// Whether groups are shown instead of keys.
    pub fn are_grouped(&self) -> bool {
        self.grouping.as_ref().is_some_and(|grouping| !grouping.flat)
    }

    /// Whether all keys are read and the store has none.
    pub(super) fn has_no_records(&self) -> bool {
        self.store.is_some() && self.index.is_empty() && self.sync.is_complete()
    }

    /// The row at a place of the list, if it is a group.
    pub fn group(&self, at: usize) -> Option<Group> {
        self.grouping.as_ref().filter(|grouping| !grouping.flat)?.group(at)
    }

    /// Whether the filter leaves no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record in a row of the list; `None` for a group.
    pub fn row(&self, at: usize) -> Option<RecordMeta> {
        if let Some(grouping) = self.grouping.as_ref().filter(|grouping| !grouping.flat) {
            return grouping.record(at);
        }
        self.index.get(self.order.rows.get(at)?)
    }

    /// The record under the cursor.
    pub fn current(&self) -> Option<RecordMeta> {
        self.row(self.cursor.at)
    }

    /// Size of the selected records together, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.order.rows.total_bytes()
    }

    /// Moves the cursor in a window of `height` rows.
    pub fn go(&mut self, to: Move, height: usize) {
        // Until the first keys come, moves are kept and made among them.
        if self.is_empty() && self.sync.walk().is_some() && self.held.early.len() < EARLY {
            self.held.early.push(to);
            return;
        }
        self.cursor.go(to, self.len(), height);
        self.held.before_filter = None;
        self.held.sought = None;
        self.follow.on &= self.cursor.at == 0;
        self.held.key = self.current().map(|meta| meta.key);
    }

    /// Scrolls the window; the cursor stays on its key.
    pub fn scroll(&mut self, rows: isize, height: usize) {
        self.cursor.scroll(rows, self.len(), height);
        self.follow.on &= !self.cursor.away;
    }

    /// Stops following new records; the cursor stays on its key.
    pub fn stop_following(&mut self) {
        if std::mem::take(&mut self.follow.on) {
            self.held.key = self.current().map(|meta| meta.key);
        }
    }

    /// Makes the cursor go to this key as soon as it is in the list.
    pub fn hold(&mut self, key: Key) {
        self.held.key = Some(key);
    }

    /// Whether the list in its present order needs no sorting of its own.
    pub fn is_plain(&self) -> bool {
        self.sort == Sort::Key
            && !self.descending
            && self.filter.is_empty()
            && self.scope == Scope::default()
    }

    /// Takes the key that was asked for by its name, once it is known not to be there.
    pub fn take_missing(&mut self) -> Option<Key> {
        if !self.sync.is_complete() {
            return None;
        }
        let sought = self.held.sought.take()?;
        self.sync.index().find(sought.as_bytes()).is_err().then_some(sought)
    }

    /// How the filter finds records, and the text that it looks for.
    pub fn matching(&self) -> (Filter, &str) {
        Filter::of_records(&self.filter)
    }

    /// Whether records have come since the store was opened, so that some of them are the newest.
    pub fn has_newest(&self) -> bool {
        !self.sync.highlights.recent.is_empty()
    }

    /// Why a record is highlighted, if it is.
    pub fn highlight(&self, key: &Key) -> Option<Highlight> {
        self.sync.highlights.get(key)
    }

    /// Shows these rows of this index; the cursor stays on its key, or goes to its neighbour.
    pub fn show(&mut self, index: Arc<Index>, rows: RowOrder, height: usize) {
        self.index = index;
        self.order.rows = rows;
        self.marks.keys.retain(|key| self.index.find(key.as_bytes()).is_ok());
        self.fit_marks();
        if self.are_grouped() {
            return;
        }
        if self.follow.on {
            self.cursor.go(Move::Home, self.len(), height);
            self.held.key = None;
            return;
        }
        let found = self.held.key.as_ref().map(|key| self.index.find(key.as_bytes()));
        let at = match found {
            None => 0,
            Some(Ok(row)) => self.order.rows.position_of(row).unwrap_or(self.cursor.at),
            // In key order the next key takes the place of one that is gone.
            Some(Err(row)) if self.is_plain() => row,
            Some(Err(_)) => self.cursor.at,
        };
        self.cursor.hold(at, self.len(), height);
        if !self.is_empty() {
            for to in std::mem::take(&mut self.held.early) {
                self.go(to, height);
            }
        }
        // While a walk goes on, a wanted key may still come.
        if matches!(found, Some(Err(_))) && self.sync.is_complete() {
            self.held.key = self.current().map(|meta| meta.key);
        }
    }

    /// Lets the cursor stay on its key from now on. Until the first walk has ended or the user has moved, it
    /// stays on the first row instead, whatever key that holds.
    pub fn settle(&mut self) {
        // There are no rows to move among.
        if self.sync.index().is_empty() {
            self.held.early.clear();
        }
        self.held.key = self.current().map(|meta| meta.key);
    }

    /// The keys that a deletion takes: the marked ones, else the one under the cursor.
    pub fn chosen(&self) -> Vec<Key> {
        if self.marks.keys.is_empty() {
            self.current().map(|meta| meta.key).into_iter().collect()
        } else {
            self.marks.keys.iter().cloned().collect()
        }
    }
}
