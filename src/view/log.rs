//! The log of what was done, over the panes.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Log};
use crate::keymap::{Action, Context};
use crate::ops::journal::{Step, StepState};
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{light, put, put_right};

/// Columns of the time, with a gap behind it.
const TIME: u16 = 8;

/// Columns of the log, where there is room.
const WIDTH: u16 = 90;

/// Why the step under the cursor cannot be undone or done again.
fn why(shown: &Log) -> Option<String> {
    match &shown.steps.get(shown.cursor.at)?.state {
        StepState::Fixed(why) => Some(why.clone()),
        StepState::Undone(None) => Some("something else was done since".to_owned()),
        StepState::Done(_) | StepState::Undone(Some(_)) => None,
    }
}

/// What the border says of its keys, unless it says why there is nothing to do.
pub(super) fn named(shown: &Log, app: &App, appearance: &Appearance) -> Vec<Named> {
    if why(shown).is_some() {
        return Vec::new();
    }
    let turns = [(Action::Undo, "undoes"), (Action::Redo, "does again")];
    let turns = turns.into_iter().filter(|(action, _)| app.allowed(*action).is_ok());
    let named = turns.chain([(Action::Close, "closes")]).collect();
    let room = usize::from(app.layout().body.width.min(WIDTH)).saturating_sub(TITLE_FRAME);
    named::fit(named, Context::Journal, room, app, appearance)
}

/// Draws the log; a step has a row, and one that cannot be undone says why under the cursor.
pub(super) fn draw(buf: &mut Buffer, body: Area, shown: &Log, app: &App, appearance: &Appearance) {
    let rows = u16::try_from(shown.steps.len().max(1)).unwrap_or(u16::MAX);
    let area = centred(body, body.width.min(WIDTH), rows.saturating_add(2));
    let keys = || named::line(&named(shown, app, appearance), Context::Journal, app, appearance);
    let bottom = why(shown).unwrap_or_else(keys);
    let titles = Titles { top: "What was done", bottom: &bottom };
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &titles, appearance, border, title);
    let inner = area.inner();
    if shown.steps.is_empty() {
        let (none, width) = ("Nothing was changed so far.", inner.width.saturating_sub(2));
        put(buf, inner.x + 1, inner.y, width, none, appearance.style(Role::Dim));
    }
    let steps = shown.steps.iter().enumerate().skip(shown.cursor.top);
    for ((at, step), y) in steps.zip(inner.y..inner.y + inner.height) {
        row(buf, Area { y, height: 1, ..inner }, step, (at == shown.cursor.at, app), appearance);
    }
}

fn row(
    buf: &mut Buffer,
    area: Area,
    step: &Step,
    (under, app): (bool, &App),
    appearance: &Appearance,
) {
    let role = |role| appearance.style(role);
    let (state, does) = match &step.state {
        StepState::Done(_) => ("undoable", Role::Text),
        // Why it cannot be done again, the border says.
        StepState::Undone(_) => ("undone", Role::Dim),
        StepState::Fixed(_) => ("stays", Role::Dim),
    };
    let time = text::ago(step.at.micros(), app.now.micros());
    put(buf, area.x + 1, area.y, TIME, &time, role(Role::Dim));
    let end = area.x + area.width.saturating_sub(1);
    let room = put_right(buf, end, area.y, area.width / 3, state, role(Role::Dim));
    let from = area.x + 1 + TIME;
    put(buf, from, area.y, room.saturating_sub(from + 1), &step.title, role(does));
    if under {
        light(buf, area, role(Role::Cursor));
    }
}
