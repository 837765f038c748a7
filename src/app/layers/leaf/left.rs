//! Large JSON that has changed under the cursor: its old values are freed before the new ones are looked for.

use std::sync::Arc;

use crate::edit::{LeafIndex, Trail};
use crate::model::Record;
use crate::preview::Preview;

use super::super::super::ctx::Ctx;
use super::super::super::event::Slot;
use super::super::super::load::LeavesShown;
use super::LeafCursor;

/// Number of values from which the old ones are freed before the new ones are looked for: 24 bytes each.
const LARGE: usize = 1 << 18;

/// The cursor's place, and the folds.
#[derive(Debug, Clone)]
pub(super) struct Left {
    pub(super) at: Trail,
    pub(super) folded: Vec<Trail>,
}

impl LeafCursor {
    /// The cursor's present place, and the present folds.
    pub(super) fn leave(&self) -> Left {
        let leaves = self.shown.leaves();
        Left { at: leaves.trail(self.at), folded: self.tree.trails(&leaves) }
    }

    /// Frees the values of large JSON that is no longer shown, before those of the new JSON are found: both
    /// take much memory. Meanwhile this record is all that is known.
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
        let (record, index) = (record.clone(), LeafIndex::of_root(preview.shown()));
        self.shown = Arc::new(LeavesShown { record, preview: Arc::clone(preview), index });
        self.go(0);
    }

    /// Whether the values are being found anew.
    pub(in crate::app) fn has_let_go(&self) -> bool {
        self.left.is_some()
    }
}
