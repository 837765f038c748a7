//! Two values, and the difference between them.

use crate::edit::Diff;
use crate::keymap::Context;
use crate::model::Error;

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::Side;
use super::dialog::Dialog;
use super::overlay::Overlay;

/// Two values that are compared.
#[derive(Debug, Clone)]
pub struct CompareView {
    /// Where the two values come from.
    pub sides: [Side; 2],
    /// The difference, or why it is not known; none until both are read.
    pub found: Option<Result<Diff, Error>>,
    /// The scroll position.
    pub overlay: Overlay,
}

impl CompareView {
    /// The dialog of two values that are still to be read.
    pub fn new(sides: [Side; 2]) -> Self {
        Self { sides, found: None, overlay: Overlay::default() }
    }
}

impl Dialog for CompareView {
    fn context(&self) -> Context {
        Context::Overlay
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Step);
    }
}
