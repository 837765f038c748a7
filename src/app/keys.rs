//! The middle pane: the keys of the open store.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::index::{Change, Group, Index, Query, Recent, RescanState, RowOrder, ScanEvent, Sort};
use crate::model::{Error, Key, RecordMeta, StoreName};

use super::groups::Grouping;
use super::list::{Cursor, Move};
use super::load::Scope;

/// A filter that begins with this finds keys that have its letters in this order, the best first.
pub const FUZZY: char = '~';

/// The keys of one store, their order and filter, and the one under the cursor.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
pub struct KeysPane {
    /// The open store.
    pub store: Option<StoreName>,
    /// Its keys as they are shown; the selection belongs to them.
    pub index: Arc<Index>,
    /// Its keys as far as they have been read: newer than those shown while these are sorted.
    pub newest: Arc<Index>,
    selection: RowOrder,
    /// The cursor among the selected keys.
    pub cursor: Cursor,
    /// The order.
    pub sort: Sort,
    /// Whether the order is backwards.
    pub descending: bool,
    /// Only keys that contain this.
    pub filter: String,
    /// Only keys that begin so.
    pub scope: Scope,
    /// Groups of keys, if the user wants them.
    pub grouping: Option<Grouping>,
    /// Whether the newest records come in at the top, and the view stays there.
    pub follow: bool,
    /// What came or changed last.
    pub recent: Recent,
    /// The share of the store walked, while it is being walked.
    pub loading: Option<f32>,
    /// Whether the user made the walk wait.
    pub paused: bool,
    /// Whether the selection is older than the index, the order or the filter.
    pub selecting: bool,
    /// What was last selected, and what of that is shown as a whole.
    pub asked: Query,
    /// `None` if another order is shown, or only a part.
    pub shown: Option<Query>,
    /// Whether the store has been walked to its end.
    pub complete: bool,
    /// Whether changes were lost while it is walked, so that another walk follows this one.
    pub again: bool,
    /// Why it could not be.
    pub failure: Option<Error>,
    /// Keys marked for deleting.
    pub marks: BTreeSet<Key>,
    /// Changes, made here or noticed, that the index does not show yet.
    pub late: Vec<Change>,
    /// Whether such changes are being brought into the index.
    pub applying: bool,
    /// What a walk beside the reader saw, until it is compared.
    pub scanned: Vec<ScanEvent>,
    /// Whether some of it is being compared.
    pub comparing: bool,
    /// Keys of which something newer was told since.
    pub overtaken: HashSet<Key>,
    /// What has been seen of that round.
    pub round: RescanState,
    /// Whether that walk is between its beginning and its end.
    pub in_round: bool,
    /// Whether a round has ended whose differences are not all in the index.
    pub rounded: bool,
    /// How often another round was wanted, because the list did not add up.
    pub doubt: u32,
    /// How often that may be until the store changes again.
    pub doubts: u32,
    /// How many rows have come, while the store is walked.
    pub walked: u64,
    /// Whether the store is no longer listed.
    pub gone: bool,
    held: Option<Key>,
}

impl KeysPane {
    /// A pane for this store, which is now to be read; order stays.
    pub fn open(&mut self, store: StoreName) {
        *self = Self {
            store: Some(store),
            loading: Some(0.0),
            sort: self.sort,
            descending: self.descending,
            ..Self::default()
        };
    }

    /// Whether changes are known that the index may not show yet.
    pub fn is_busy(&self) -> bool {
        self.comparing || self.applying || !self.late.is_empty() || !self.scanned.is_empty()
    }

    /// How many rows there are: keys that the filter leaves, or groups.
    pub fn len(&self) -> usize {
        match &self.grouping {
            Some(grouping) if !grouping.flat => grouping.len(),
            _ => self.selection.len(),
        }
    }

    /// Whether groups are shown instead of keys.
    pub fn are_grouped(&self) -> bool {
        self.grouping.as_ref().is_some_and(|grouping| !grouping.flat)
    }

    /// A row of the list as shown, if it is a group.
    pub fn group(&self, at: usize) -> Option<Group> {
        self.grouping.as_ref().filter(|grouping| !grouping.flat)?.group(at)
    }

    /// Whether the filter leaves none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row of the list as shown.
    pub fn row(&self, at: usize) -> Option<RecordMeta> {
        if let Some(grouping) = self.grouping.as_ref().filter(|grouping| !grouping.flat) {
            return grouping.record(at);
        }
        self.index.get(self.selection.get(at)?)
    }

    /// The record under the cursor.
    pub fn current(&self) -> Option<RecordMeta> {
        self.row(self.cursor.at)
    }

    /// What the selected records weigh together, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.selection.total_bytes()
    }

    /// Moves the cursor in a window of `height` rows.
    pub fn go(&mut self, to: Move, height: usize) {
        self.cursor.go(to, self.len(), height);
        self.follow &= self.cursor.at == 0;
        self.held = self.current().map(|meta| meta.key);
    }

    /// Scrolls the window.
    pub fn scroll(&mut self, rows: isize, height: usize) {
        self.cursor.scroll(rows, self.len(), height);
        self.held = self.current().map(|meta| meta.key);
    }

    /// Makes the cursor go to this key as soon as it is in the list.
    pub fn hold(&mut self, key: Key) {
        self.held = Some(key);
    }

    /// Whether the list in its present order needs no sorting of its own.
    pub fn is_plain(&self) -> bool {
        self.sort == Sort::Key
            && !self.descending
            && self.filter.is_empty()
            && self.scope == Scope::default()
    }

    /// Shows this selection of this index; the cursor stays on its key, or goes to its neighbour.
    pub fn show(&mut self, index: Arc<Index>, selection: RowOrder, height: usize) {
        self.index = index;
        self.selection = selection;
        self.selecting = false;
        self.marks.retain(|key| self.index.find(key.as_bytes()).is_ok());
        if self.are_grouped() {
            return;
        }
        if self.follow {
            self.cursor.go(Move::Home, self.len(), height);
            self.held = None;
            return;
        }
        let found = self.held.as_ref().map(|key| self.index.find(key.as_bytes()));
        let at = match found {
            None => 0,
            Some(Ok(row)) => self.selection.position_of(row).unwrap_or(self.cursor.at),
            // In key order the next key takes the place of one that is gone.
            Some(Err(row)) if self.is_plain() => row,
            Some(Err(_)) => self.cursor.at,
        };
        self.cursor.hold(at, self.len(), height);
        if matches!(found, Some(Err(_))) {
            self.held = self.current().map(|meta| meta.key);
        }
    }

    /// From now on the cursor stays on its key. Until the first walk has ended or the user has
    /// moved, it stays on the first row instead, whatever key arrives there.
    pub fn settle(&mut self) {
        self.held = self.current().map(|meta| meta.key);
    }

    /// Shows the index in its own order.
    pub fn show_plain(&mut self, index: Arc<Index>, height: usize) {
        let selection = RowOrder::all(&index);
        self.show(index, selection, height);
    }

    /// Marks or unmarks the record under the cursor.
    pub fn toggle_mark(&mut self) {
        if let Some(meta) = self.current()
            && !self.marks.remove(&meta.key)
        {
            self.marks.insert(meta.key);
        }
    }

    /// The keys that a deletion is about: the marked ones, else the one under the cursor.
    pub fn chosen(&self) -> Vec<Key> {
        if self.marks.is_empty() {
            self.current().map(|meta| meta.key).into_iter().collect()
        } else {
            self.marks.iter().cloned().collect()
        }
    }
}
