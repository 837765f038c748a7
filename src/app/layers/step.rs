//! The changes of a step of the log.

use crate::keymap::Context;
use crate::ops::journal::{Step, StepState};
use crate::ops::{Plan, Turn};

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::StepDiff;
use super::dialog::Dialog;
use super::overlay::Overlay;

/// A step of the log, and its changes.
#[derive(Debug, Clone)]
pub struct StepView {
    /// The step, as it was when it was opened.
    pub step: Step,
    /// The changes; none until the values have been compared.
    pub diff: Option<StepDiff>,
    /// The scroll position.
    pub overlay: Overlay,
}

impl StepView {
    /// The dialog of a step that is being compared, with the plan to compare it by and that plan's direction.
    pub(in crate::app) fn new(step: &Step) -> Option<(Self, Plan, Turn)> {
        let (plan, turn) = plan(step)?;
        let plan = plan.clone();
        Some((Self { step: step.clone(), diff: None, overlay: Overlay::default() }, plan, turn))
    }
}

/// The plan that holds the changes of a step, and its direction.
pub(super) fn plan(step: &Step) -> Option<(&Plan, Turn)> {
    match &step.state {
        StepState::Done(plan) => Some((plan, Turn::Undo)),
        StepState::Undone(Some(plan)) => Some((plan, Turn::Redo)),
        StepState::Undone(None) | StepState::Fixed(_) => None,
    }
}

impl Dialog for StepView {
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
