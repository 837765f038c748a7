//! Two values, and what is different about them.

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
    /// What they are.
    pub sides: [Side; 2],
    /// What is different, or why that is not known; none until they were read.
    pub found: Option<Result<Diff, Error>>,
    /// How far it is scrolled.
    pub overlay: Overlay,
}

impl CompareView {
    /// Two values that are to be read.
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
