//! The help: all keys, from the keymap.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Pane};
use crate::keymap::Context;
use crate::preview::cells;
use crate::theme::Role;

use super::Look;
use super::frame::{Titles, bordered};
use super::paint::put;

enum Line {
    Title(&'static str),
    Key(String, &'static str),
    Gap,
}

/// Draws the help over everything; the context one comes from stands first.
pub(super) fn draw(buf: &mut Buffer, body: Area, scroll: usize, app: &App, look: &Look) {
    let lines = lines(app, look);
    let width = body.width.min(78);
    let area = Area { x: body.x + (body.width - width) / 2, width, ..body };
    let inner = area.inner();
    let last = lines.len().saturating_sub(usize::from(inner.height));
    let scroll = scroll.min(last);
    let bottom = if last > 0 {
        format!("{} % · ↑ ↓ scroll · Esc closes", scroll * 100 / last)
    } else {
        "Esc closes".to_owned()
    };
    let (border, title) = (look.style(Role::BorderFocus), look.style(Role::Title));
    bordered(buf, area, &Titles { top: "Keys", bottom: &bottom }, look, border, title);
    let keys = lines.iter().map(|line| if let Line::Key(keys, _) = line { cells(keys) } else { 0 });
    let column = u16::try_from(keys.max().unwrap_or(0)).unwrap_or(20).min(inner.width / 2) + 2;
    for (line, y) in lines.iter().skip(scroll).zip(inner.y..inner.y + inner.height) {
        match line {
            Line::Title(title) => {
                put(buf, inner.x + 1, y, inner.width, title, look.style(Role::Header));
            }
            Line::Key(keys, what) => {
                put(buf, inner.x + 1, y, column - 1, keys, look.style(Role::KeyHint));
                let room = inner.width.saturating_sub(column + 1);
                put(buf, inner.x + 1 + column, y, room, what, look.style(Role::Text));
            }
            Line::Gap => {}
        }
    }
}

fn lines(app: &App, look: &Look) -> Vec<Line> {
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
            lines.push(Line::Gap);
        }
        lines.push(Line::Title(context.title()));
        for (action, chords) in app.keymap.entries(context) {
            if chords.is_empty() {
                continue;
            }
            let unicode = look.symbols.unicode;
            let chords: Vec<_> = chords.iter().map(|chord| chord.label(unicode)).collect();
            lines.push(Line::Key(chords.join("  "), action.description()));
        }
    }
    lines
}
