//! JSON that is shown, with its values and with some of it folded.

use std::sync::Arc;

use crate::edit::{Folded, LeafIndex, Leaves};
use crate::model::Record;
use crate::preview::Preview;

/// JSON that is shown, and the places of its values.
#[derive(Debug, Clone)]
pub struct LeavesShown {
    /// The record as it was read.
    pub record: Record,
    /// The preview of the record.
    pub preview: Arc<Preview>,
    /// The places of its values.
    pub index: LeafIndex,
}

impl LeavesShown {
    /// The values, over the JSON: the record's bytes, or what is packed in them.
    pub fn leaves(&self) -> Leaves<'_> {
        self.index.over(self.preview.shown())
    }

    /// The preview with these objects and lists folded; none where nothing is folded.
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
    /// The folded objects and lists.
    pub folded: Folded,
    /// The preview with those folded; none where nothing is folded.
    pub preview: Option<Arc<Preview>>,
    /// Whether more is folded than before, where more was asked for.
    pub more: bool,
}
