//! What a step of the log has changed.

use crate::keymap::Context;
use crate::ops::journal::{Step, StepState};
use crate::ops::{Plan, Turn};

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::StepDiff;
use super::dialog::Dialog;
use super::overlay::Overlay;

/// A step of the log, and what it has changed.
#[derive(Debug, Clone)]
pub struct StepView {
    /// The step, as it was when it was opened.
    pub step: Step,
    /// What it has changed; none until that has been compared.
    pub diff: Option<StepDiff>,
    /// How far it is scrolled.
    pub overlay: Overlay,
}

impl StepView {
    /// A step that is being compared, with the plan by which it is.
    pub(in crate::app) fn new(step: &Step) -> Option<(Self, Plan, Turn)> {
        let (plan, turn) = plan(step)?;
        let plan = plan.clone();
        Some((Self { step: step.clone(), diff: None, overlay: Overlay::default() }, plan, turn))
    }
}

/// The plan that knows what a step has changed, and which way it goes.
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
