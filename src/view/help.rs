//! The help: all keys, from the keymap.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Help, Overlay, Pane};
use crate::keymap::Context;
use crate::text;
use crate::text::cells;
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered, overlay_keys};
use super::dialog::{Cell, Drawn, Scene};
use super::paint::put;

enum HelpLine {
    Title(&'static str),
    /// The chords, what they do, and whether that can be done now.
    Key(String, String, bool),
    Gap,
}

impl Drawn for Help {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, &self.overlay, app, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
    }
}

/// Draws the help over everything; the context one comes from stands first.
fn draw(buf: &mut Buffer, body: Area, overlay: &Overlay, app: &App, appearance: &Appearance) {
    let width = body.width.min(78);
    let area = Area { x: body.x + (body.width - width) / 2, width, ..body };
    let inner = area.inner();
    let column = if inner.width >= 60 { 24 } else { inner.width / 3 };
    let rooms = (column.saturating_sub(2), inner.width.saturating_sub(column + 2));
    let lines = lines(app, appearance, rooms);
    let last = lines.len().saturating_sub(usize::from(inner.height));
    let scroll = overlay.first(lines.len(), inner.height.into());
    let bottom = match (scroll * 100).checked_div(last) {
        Some(percent) => format!("{percent} % · {}", overlay_keys(true, app, appearance)),
        None => overlay_keys(false, app, appearance),
    };
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &Titles { top: "Keys", bottom: &bottom }, appearance, border, title);
    for (line, y) in lines.iter().skip(scroll).zip(inner.y..inner.y + inner.height) {
        match line {
            HelpLine::Title(title) => {
                put(buf, inner.x + 1, y, inner.width, title, appearance.style(Role::Header));
            }
            HelpLine::Key(keys, what, now) => {
                let role = |role| appearance.style(if *now { role } else { Role::Dim });
                put(buf, inner.x + 1, y, column - 1, keys, role(Role::KeyHint));
                let room = inner.width.saturating_sub(column + 1);
                put(buf, inner.x + 1 + column, y, room, what, role(Role::Text));
            }
            HelpLine::Gap => {}
        }
    }
}

/// `rooms`: the columns for the keys, and for what they do.
fn lines(app: &App, appearance: &Appearance, rooms: (u16, u16)) -> Vec<HelpLine> {
    let here = match (&app.editor, app.focus) {
        (Some(_), _) => Context::Editor,
        (None, Pane::Stores) => Context::Stores,
        (None, Pane::Keys) => Context::Keys,
        (None, Pane::Record) => Context::Record,
    };
    let rest = Context::ALL.iter().copied().filter(|context| *context != here);
    let mut lines = Vec::new();
    for context in std::iter::once(here).chain(rest) {
        if !lines.is_empty() {
            lines.push(HelpLine::Gap);
        }
        lines.push(HelpLine::Title(context.title()));
        for (action, chords) in app.keymap.entries(context) {
            if chords.is_empty() {
                continue;
            }
            let in_panes = app.editor.is_none() && [here, Context::Global].contains(&context);
            let now = !in_panes || app.allowed_in_panes(action).is_ok();
            let unicode = appearance.symbols.unicode;
            let chords: Vec<_> = chords.iter().map(|chord| chord.label(unicode)).collect();
            let mut keys = rows_of(&chords, rooms.0.into()).into_iter();
            let mut does = text::wrap(action.description(), rooms.1.into()).into_iter();
            loop {
                let (keys, does) = (keys.next(), does.next());
                if keys.is_none() && does.is_none() {
                    break;
                }
                let (keys, does) = (keys.unwrap_or_default(), does.unwrap_or_default());
                lines.push(HelpLine::Key(keys, does, now));
            }
        }
    }
    lines
}

/// Chords side by side, in as many rows as they need.
fn rows_of(chords: &[String], width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for chord in chords {
        match rows.last_mut() {
            Some(row) if cells(row) + 2 + cells(chord) <= width => {
                row.push_str("  ");
                row.push_str(chord);
            }
            _ => rows.push(chord.clone()),
        }
    }
    rows
}
