//! The changes of a step of the log, over the log.

use ratatui::buffer::Buffer;

use crate::app::layers::StepView;
use crate::app::{App, Area, Overlay, RecordDiff, StepDiff};
use crate::edit::Diff;
use crate::keymap::Context;
use crate::ops::journal::StepState;
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::dialog::{Cell, Drawn, Scene};
use super::named;
use super::review::{changes, weights};
use super::scrolled::{self, Line, columns};

/// Height below which there is little room, in rows.
const LOW: u16 = 14;

impl Drawn for StepView {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
    }
}

fn draw(buf: &mut Buffer, body: Area, shown: &StepView, app: &App, appearance: &Appearance) {
    let lines = lines(shown, columns(body), app, appearance);
    let titles = || {
        let named = named::overlay(shown.overlay.is_long());
        (shown.step.words(), named::line(&named, Context::Overlay, app, appearance))
    };
    scrolled::draw(buf, body, &shown.overlay, &lines, titles, Role::BorderFocus, appearance);
}

fn lines(shown: &StepView, width: usize, app: &App, appearance: &Appearance) -> Vec<Line> {
    let said = |text: &str, role| scrolled::said(text, role, width, appearance);
    let age = match &*text::ago(shown.step.at.micros(), app.now.micros()) {
        "now" => "Just now".to_owned(),
        age => format!("{age} ago"),
    };
    let state = match shown.step.state {
        StepState::Undone(_) => "and undone since: what it had changed",
        StepState::Done(_) | StepState::Fixed(_) => "what it has changed",
    };
    let mut lines = said(&format!("{age}, {state}:"), Role::Dim);
    if app.layout().body.height >= LOW {
        lines.push(Vec::new());
    }
    let Some(StepDiff { lines: words, records, more }) = &shown.diff else {
        lines.extend(said("looking for what is changed…", Role::Dim));
        return lines;
    };
    lines.extend(words.iter().flat_map(|words| said(words, Role::Text)));
    let is_only = records.len() == 1;
    // A record with lines below it is set apart from others.
    let mut apart = false;
    for (at, RecordDiff { key, diff }) in records.iter().enumerate() {
        let diff = match diff {
            Ok(diff) => diff,
            Err(why) => {
                lines.extend(said(&format!("{}: {why}", key.escaped()), Role::Warning));
                apart = false;
                continue;
            }
        };
        if at > 0 && (apart || both(diff)) {
            lines.push(Vec::new());
        }
        apart = both(diff);
        lines.push(head(&key.escaped(), diff, appearance));
        if is_only || both(diff) {
            lines.extend(changes(diff, width, appearance));
        }
    }
    if *more > 0 {
        if apart {
            lines.push(Vec::new());
        }
        let more = format!("+ {} more", text::plural(*more as u64, "record"));
        lines.extend(said(&more, Role::Dim));
    }
    lines
}

/// Whether the record was there before and is there after.
fn both(diff: &Diff) -> bool {
    diff.before.is_some() && diff.after.is_some()
}

/// The key, whether the record came or went, and its size and type.
fn head(key: &str, diff: &Diff, appearance: &Appearance) -> Line {
    let mut line = vec![(format!("{key}  "), appearance.style(Role::Title))];
    match (&diff.before, &diff.after) {
        (Some(_), None) => line.push(("removed  ".to_owned(), appearance.style(Role::Danger))),
        (None, Some(_)) => line.push(("added  ".to_owned(), appearance.style(Role::Ok))),
        _ => {}
    }
    line.extend(weights(diff, appearance));
    line
}
