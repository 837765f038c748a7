//! Large JSON that has changed under the cursor: the values that were found go before those of what it has
//! become are looked for.

use std::sync::Arc;

use crate::edit::{LeafIndex, Trail};
use crate::model::Record;
use crate::preview::Preview;

use super::super::super::ctx::Ctx;
use super::super::super::event::Slot;
use super::super::super::load::LeavesShown;
use super::LeafCursor;

/// Of JSON of more values, those that were found go before those of what it has become are looked for: 40 bytes
/// each.
const LARGE: usize = 1 << 18;

/// Where the cursor was, and what was folded.
#[derive(Debug, Clone)]
pub(super) struct Left {
    pub(super) at: Trail,
    pub(super) folded: Vec<Trail>,
}

impl LeafCursor {
    /// Where the cursor is, and what is folded.
    pub(super) fn leave(&self) -> Left {
        let leaves = self.shown.leaves();
        Left { at: leaves.trail(self.at), folded: self.tree.trails(&leaves) }
    }

    /// Lets the values of large JSON go that is shown no more, before those of what it has become are found: both
    /// take much memory. This record is all that is known meanwhile.
    pub(in crate::app) fn let_go(
        &mut self,
        record: &Record,
        preview: &Arc<Preview>,
        ctx: &mut Ctx<'_>,
    ) {
        let large = self.left.is_some() || self.shown.index.len() > LARGE;
        if !large || self.unsaved.is_some() {
            return;
        }
        self.left = Some(self.left.take().unwrap_or_else(|| self.leave()));
        ctx.cancel(Slot::Folds);
        self.tree.clear();
        self.folded = None;
        let (record, index) = (record.clone(), LeafIndex::of_root(&record.value));
        self.shown = Arc::new(LeavesShown { record, preview: Arc::clone(preview), index });
        self.go(0);
    }

    /// Whether its values are being found anew.
    pub(in crate::app) fn has_let_go(&self) -> bool {
        self.left.is_some()
    }
}
