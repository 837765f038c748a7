//! The log of what was done.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::ops::Turn;
use crate::ops::journal::{Step, StepState};

use super::super::ctx::{Ctx, Request};
use super::super::list::{Cursor, Move};
use super::dialog::{Dialog, Then};

/// What was done, and the step under the cursor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    /// As they are now, the newest first.
    pub steps: Vec<Step>,
    /// The cursor among them.
    pub cursor: Cursor,
}

impl Log {
    /// Takes the steps as they are now; the cursor stays on its step.
    pub(in crate::app) fn update(&mut self, steps: &[Step], height: usize) {
        let held = self.steps.get(self.cursor.at).map(|step| step.id);
        self.steps = steps.iter().rev().cloned().collect();
        let at = held.and_then(|held| self.steps.iter().position(|step| step.id == held));
        self.cursor.hold(at.unwrap_or(self.cursor.at), self.steps.len(), height);
    }
}

impl Dialog for Log {
    fn context(&self) -> Context {
        Context::Journal
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if let Some(to) = action.and_then(Move::of) {
            self.cursor.go(to, self.steps.len(), ctx.layout().jobs_height());
            return Then::Stay;
        }
        match action {
            Some(Action::Undo) => ctx.request(Request::Turn(Turn::Undo)),
            Some(Action::Redo) => ctx.request(Request::Turn(Turn::Redo)),
            Some(Action::Close | Action::Back | Action::Cancel) => return Then::Close,
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        let any = |is: fn(&StepState) -> bool| self.steps.iter().any(|step| is(&step.state));
        match action {
            Action::Undo => any(|state| matches!(state, StepState::Done(_))),
            Action::Redo => any(|state| matches!(state, StepState::Undone(Some(_)))),
            _ => true,
        }
    }

    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        self.cursor.scroll(rows, self.steps.len(), ctx.layout().jobs_height());
    }
}
