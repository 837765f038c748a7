//! Marks on records: one by one, a range, or all that are shown; and their number and size.

use std::collections::BTreeSet;

use crate::model::Key;
use crate::text;

use super::super::ctx::Ctx;
use super::super::notice::Notice;
use super::KeysPane;

/// Limit on marked records: with more, each change of the list would take noticeable time.
const MOST: usize = 100_000;

/// Limit on marked records that are looked up one by one: at most a millisecond among a million.
const FEW: usize = 10;

/// Marked records, with their number and size.
#[derive(Debug, Default)]
pub struct Marks {
    /// Their keys.
    pub keys: BTreeSet<Key>,
    /// Size of the records together, in bytes.
    pub bytes: u64,
    /// Number of marked records that the list does not show.
    pub hidden: usize,
    pub(super) range: Option<Range>,
}

/// A range that has been begun: the key at which it was begun, and the row of that.
#[derive(Debug, Clone)]
pub(super) struct Range {
    key: Key,
    at: usize,
}

impl KeysPane {
    /// Marks or unmarks the record under the cursor.
    pub fn toggle_mark(&mut self) {
        if let Some(meta) = self.current()
            && !self.marks.keys.remove(&meta.key)
        {
            self.marks.keys.insert(meta.key);
        }
        self.weigh_marks();
    }

    /// Takes all marks away, and a range that has been begun.
    pub(super) fn unmark_all(&mut self) {
        self.marks.range = None;
        self.marks.keys.clear();
        self.weigh_marks();
    }

    /// Marks all records that are shown; with `invert`, marks the unmarked ones and unmarks the others.
    pub(super) fn mark_shown(&mut self, invert: bool, ctx: &mut Ctx<'_>) {
        self.marks.range = None;
        if self.has_room_for(self.len(), ctx) {
            self.mark_rows(0..self.len(), invert);
        }
    }

    /// Begins a range at the cursor; or marks all rows from where one was begun to here.
    pub(super) fn mark_range(&mut self, ctx: &mut Ctx<'_>) {
        if self.marks.range.is_some() {
            self.end_range(ctx);
        } else if let Some(meta) = self.current() {
            self.marks.range = Some(Range { key: meta.key, at: self.cursor.at });
        }
    }

    /// Marks the range that has been begun, if one has; tells whether one had.
    pub(in crate::app) fn end_range(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let Some(range) = self.range() else { return false };
        self.marks.range = None;
        if self.has_room_for(range.len(), ctx) {
            self.mark_rows(range, false);
        }
        true
    }

    /// The rows of the range that has been begun.
    pub fn range(&self) -> Option<std::ops::Range<usize>> {
        let from = self.marks.range.as_ref()?.at;
        Some(from.min(self.cursor.at)..from.max(self.cursor.at) + 1)
    }

    /// Whether a row is marked, or in the range that has been begun.
    pub fn is_marked(&self, at: usize, key: &Key) -> bool {
        self.marks.keys.contains(key) || self.range().is_some_and(|range| range.contains(&at))
    }

    fn has_room_for(&self, more: usize, ctx: &mut Ctx<'_>) -> bool {
        let fits = more + self.marks.keys.len() <= MOST;
        if !fits {
            let (more, most) = (text::count(more as u64), text::count(MOST as u64));
            ctx.say(Notice::info(format!("{more} are too many; {most} at most")));
        }
        fits
    }

    fn mark_rows(&mut self, rows: std::ops::Range<usize>, invert: bool) {
        for at in rows {
            let Some(meta) = self.row(at) else { continue };
            if invert && self.marks.keys.remove(&meta.key) {
                continue;
            }
            self.marks.keys.insert(meta.key);
        }
        self.weigh_marks();
    }

    /// Counts the marks again and finds the range, after the list has come to show other rows.
    pub(super) fn fit_marks(&mut self) {
        if let Some(Range { key, .. }) = self.marks.range.take() {
            let at = self.index.find(key.as_bytes()).ok();
            let at = at.and_then(|row| self.order.rows.position_of(row));
            let at = at.filter(|_| !self.are_grouped());
            self.marks.range = at.map(|at| Range { key, at });
        }
        self.weigh_marks();
    }

    fn weigh_marks(&mut self) {
        // The marks are in the order of the keys, which is the order of the rows.
        let rows = self.marks.keys.iter().filter_map(|key| self.index.find(key.as_bytes()).ok());
        let rows: Vec<usize> = rows.collect();
        let sizes = rows.iter().filter_map(|row| self.index.get(*row)).map(|meta| meta.size);
        let bytes = sizes.sum();
        let narrowed = !self.filter.is_empty() || !self.scope.prefix.is_empty();
        let hidden = match &self.grouping {
            _ if rows.is_empty() => 0,
            Some(grouping) if !grouping.flat => {
                let shown = |row: &&usize| grouping.shows(**row);
                rows.len() - rows.iter().filter(shown).count()
            }
            // Looking up a few rows costs less than going through all.
            _ if narrowed && rows.len() < FEW => {
                rows.iter().filter(|row| self.order.rows.position_of(**row).is_none()).count()
            }
            _ if narrowed => {
                let shown = self.order.rows.iter().filter(|row| rows.binary_search(row).is_ok());
                rows.len() - shown.count()
            }
            _ => 0,
        };
        self.marks.bytes = bytes;
        self.marks.hidden = hidden;
    }
}
