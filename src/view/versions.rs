//! Two versions of a record, and the difference between them.

use ratatui::buffer::Buffer;

use crate::app::layers::VersionsView;
use crate::app::{App, Area, Overlay};
use crate::keymap::{Action, Context};
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::dialog::{Cell, Drawn, Scene};
use super::named;
use super::review::{changes, weights};
use super::scrolled::{self, Line, columns};

/// Height below which there is little room, in rows.
const LOW: u16 = 14;

impl Drawn for VersionsView {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
    }
}

fn draw(buf: &mut Buffer, body: Area, shown: &VersionsView, app: &App, appearance: &Appearance) {
    let lines = lines(shown, columns(body), app, appearance);
    let titles = || {
        let (at, all) = shown.of();
        let named = named::overlay(shown.overlay.is_long());
        let title = match shown.chosen() {
            Some([older, newer]) => format!("Versions {older} and {newer} of {all}"),
            None => format!("Version {at} of {all}"),
        };
        let title = match &app.record.wanted {
            Some((_, key)) => format!("{title} · {}", key.named()),
            None => title,
        };
        (title, named::line(&named, Context::Versions, app, appearance))
    };
    scrolled::draw(buf, body, &shown.overlay, &lines, titles, Role::BorderFocus, appearance);
}

fn lines(shown: &VersionsView, width: usize, app: &App, appearance: &Appearance) -> Vec<Line> {
    let said = |text: &str, role| scrolled::said(text, role, width, appearance);
    let when = |micros: i64| match &*text::ago(micros, app.now.micros()) {
        "now" => format!("{}, just now", text::clock(micros)),
        // The clock was set back meanwhile.
        age if age.starts_with("in ") => text::clock(micros),
        age => format!("{}, {age} ago", text::clock(micros)),
    };
    let Some(version) = shown.version() else { return said("nothing was read yet", Role::Dim) };
    let Some([from, to]) = shown.pair() else {
        let mut lines = said(&format!("Read at {}", when(version.at.micros())), Role::Text);
        lines.extend(said(&alone(shown, app), Role::Dim));
        return lines;
    };
    let from = text::clock(from.at.micros());
    let mut lines = said(&format!("From {from} to {}", when(to.at.micros())), Role::Text);
    let Some(diff) = shown.diff() else {
        lines.extend(said("looking for what is different…", Role::Dim));
        return lines;
    };
    lines.push(weights(diff, appearance));
    if app.layout().body.height >= LOW {
        lines.push(Vec::new());
    }
    lines.extend(changes(diff, width, appearance));
    lines
}

/// Why a version is compared with no other one, and what to do.
fn alone(shown: &VersionsView, app: &App) -> String {
    let says = |action, words| app.keymap.says(Context::Versions, action, words);
    let (at, all) = shown.of();
    if all < 2 {
        "No other version since it was opened.".to_owned()
    } else if shown.is_base() {
        let remedy = if at == all {
            says(Action::Previous, "compares it with the one before")
        } else {
            says(Action::Next, "compares it with the next one")
        };
        text::then("The others are compared with this one", "; ", remedy)
    } else {
        let remedy = says(Action::Next, "shows the next one");
        text::then("The first one that was seen", "; ", remedy)
    }
}
