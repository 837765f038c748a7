//! How much there is of each content type, while the user looks at it.

use std::sync::Arc;

use crate::index::Index;
use crate::keymap::Context;
use crate::model::ContentType;

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::Compute;
use super::dialog::Dialog;
use super::overlay::Overlay;

/// The totals of the open store.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// How far the list is scrolled.
    pub overlay: Overlay,
    /// Content types with their records and bytes, the most bytes first; `None` until counted.
    pub rows: Option<Vec<(ContentType, u64, u64)>>,
    /// Whether they are being counted.
    counting: bool,
    /// Whether the index has changed since.
    outdated: bool,
}

impl Totals {
    /// Counts again; not more than once at a time.
    pub(in crate::app) fn count(&mut self, index: &Arc<Index>, ctx: &mut Ctx<'_>) {
        if self.counting {
            self.outdated = true;
            return;
        }
        self.counting = true;
        self.outdated = false;
        ctx.read(Slot::Totals, Compute::Totals(Arc::clone(index)));
    }

    /// Takes what was counted, and counts again if the index has changed since.
    pub(in crate::app) fn counted(
        &mut self,
        rows: Vec<(ContentType, u64, u64)>,
        index: &Arc<Index>,
        ctx: &mut Ctx<'_>,
    ) {
        self.rows = Some(rows);
        self.counting = false;
        if self.outdated {
            self.count(index, ctx);
        }
    }
}

impl Dialog for Totals {
    fn context(&self) -> Context {
        Context::Help
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Totals);
    }
}
