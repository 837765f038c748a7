//! The log of what was done.

use std::borrow::Cow;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::ops::journal::{Journal, Step, StepState};
use crate::ops::{Turn, words};

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::list::Cursor;
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Look, Place, Row, below_heads};
use super::overlay::Then;
use super::step;

/// What was done, and the step under the cursor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    /// The steps as they are now, the newest first.
    pub steps: Vec<Step>,
    /// Whether older steps are forgotten, which the last row says.
    pub is_full: bool,
    /// The cursor among the steps.
    pub cursor: Cursor,
}

impl Log {
    /// Takes the steps as they are now; the cursor stays on its step.
    fn update(&mut self, journal: &Journal, height: usize) {
        let held = self.steps.get(self.cursor.at).map(|step| step.id);
        self.steps = journal.steps().iter().rev().cloned().collect();
        self.is_full = journal.is_full();
        let at = held.and_then(|held| self.steps.iter().position(|step| step.id == held));
        self.cursor.hold(at.unwrap_or(self.cursor.at), self.len(), height);
    }

    /// Number of rows.
    fn len(&self) -> usize {
        self.steps.len() + usize::from(self.is_full)
    }

    fn current(&self) -> Option<&Step> {
        self.steps.get(self.cursor.at)
    }

    /// The words for a turn: the first, if it takes the step under the cursor; otherwise the second.
    fn turns(&self, turn: Turn, [this, other]: [&'static str; 2]) -> &'static str {
        let mut able = self.steps.iter().filter(|step| step.can(turn)).map(|step| step.id);
        let next = match turn {
            Turn::Undo => able.next(),
            Turn::Redo => able.last(),
        };
        if next == self.current().map(|step| step.id) { this } else { other }
    }

    /// Why the step under the cursor cannot be undone or done again.
    fn why(&self) -> Option<Cow<'_, str>> {
        let step = self.current()?;
        let turn = match &step.state {
            StepState::Fixed(why) => return Some(why.into()),
            StepState::Undone(None) if self.cursor.at == 0 => {
                return Some("what it had made was gone already".into());
            }
            StepState::Undone(None) => return Some("something else was done since".into()),
            StepState::Done(_) => Turn::Undo,
            StepState::Undone(Some(_)) => Turn::Redo,
        };
        Some(words::waits_for(step.waits.as_ref()?, turn).into())
    }
}

impl Dialog for Log {
    fn context(&self) -> Context {
        Context::Journal
    }

    fn look(&mut self, app: &App) {
        self.update(&app.journal, below_heads(app.layout().dialog_rows()));
    }

    fn listing(&self) -> Option<Listing<'_>> {
        let turns = [
            (Action::Undo, self.turns(Turn::Undo, ["undo", "undo newest"])),
            (Action::Redo, self.turns(Turn::Redo, ["redo", "redo oldest"])),
        ];
        let shows = [(Action::Accept, "show what it changed")];
        let keys = turns.into_iter().chain(shows).filter(|(action, _)| self.allows(*action));
        let why = self.why();
        let older = self.is_full.then(|| Row {
            text: words::OLDER_STEPS.into(),
            look: Look::Dim,
            ..Row::default()
        });
        Some(Listing {
            title: "What was done".into(),
            width: 90,
            heads: Some(["When", "What", "State"]),
            none: "Nothing was changed so far.",
            rows: self.steps.iter().map(row).chain(older).collect(),
            place: Place::Cursor(self.cursor),
            keys: keys.chain([(Action::Close, "close")]).collect(),
            why,
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.len(), below_heads(ctx.layout().dialog_rows()));
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match action {
            Some(Action::Accept) if self.allows(Action::Accept) => {
                if let Some(step) = self.current() {
                    ctx.request(Request::ShowStep(step.id));
                }
            }
            Some(Action::Undo) => ctx.request(Request::Turn(Turn::Undo)),
            Some(Action::Redo) => ctx.request(Request::Turn(Turn::Redo)),
            Some(Action::Close | Action::Back | Action::Cancel) => return Then::Close,
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        let any = |turn| self.steps.iter().any(|step| step.can(turn));
        match action {
            Action::Undo => any(Turn::Undo),
            Action::Redo => any(Turn::Redo),
            Action::Accept => self.current().is_some_and(|step| step::plan(step).is_some()),
            _ => true,
        }
    }
}

fn row(step: &Step) -> Row<'_> {
    let (state, look) = match &step.state {
        StepState::Done(_) if step.waits.is_some() => ("waits", Look::Dim),
        StepState::Done(_) => ("undoable", Look::Plain),
        // The border says why the step cannot be done again.
        StepState::Undone(_) => ("undone", Look::Dim),
        StepState::Fixed(_) => ("final", Look::Dim),
    };
    Row { at: Some(step.at), text: step.words().into(), state: state.into(), look }
}
