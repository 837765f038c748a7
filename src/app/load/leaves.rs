//! JSON that is shown, with its values and with some of it folded.

use std::sync::Arc;

use crate::edit::{Folded, LeafIndex, Leaves};
use crate::model::Record;
use crate::preview::Preview;

/// JSON that is shown, and which values are where in it.
#[derive(Debug, Clone)]
pub struct LeavesShown {
    /// The record as it was read.
    pub record: Record,
    /// How it is shown.
    pub preview: Arc<Preview>,
    /// Its values.
    pub index: LeafIndex,
}

impl LeavesShown {
    /// The values, over the record's bytes.
    pub fn leaves(&self) -> Leaves<'_> {
        self.index.over(&self.record.value)
    }

    /// How it is shown with this folded; none where nothing is.
    pub fn folded(&self, folded: &Folded) -> Option<Arc<Preview>> {
        let folds = folded.folds(&self.leaves());
        if folds.is_empty() { None } else { self.preview.with_folds(&folds).map(Arc::new) }
    }
}

/// JSON that is shown with some of it folded.
#[derive(Debug, Clone)]
pub struct FoldedLeaves {
    /// The whole.
    pub shown: Arc<LeavesShown>,
    /// What is folded.
    pub folded: Folded,
    /// How it is shown so; none where nothing is folded.
    pub preview: Option<Arc<Preview>>,
    /// Whether more is folded than was, if more was to be.
    pub more: bool,
}
