//! The help and the palette: what can be done, with which keys, and why not.

mod help;
mod palette;

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Help, Item, Menu, MenuRow, Palette};
use crate::keymap::Chord;
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::paint::{below, put};
use super::typed::put_typed;

impl Drawn for Help {
    fn draw(&self, scene: Scene<'_>) -> Option<Cell> {
        help::draw(scene, &self.0)
    }

    fn scrolls(&self, _: &App) -> bool {
        self.0.shown().nth(1).is_some()
    }

    fn row_at(&self, _: Area, _: &App, cell: Cell) -> Option<usize> {
        self.0.places.row_at(cell)
    }
}

impl Drawn for Palette {
    fn draw(&self, scene: Scene<'_>) -> Option<Cell> {
        palette::draw(scene, &self.0)
    }

    fn scrolls(&self, _: &App) -> bool {
        self.0.shown().nth(1).is_some()
    }

    fn row_at(&self, _: Area, _: &App, cell: Cell) -> Option<usize> {
        self.0.places.row_at(cell)
    }
}

/// The text in the border about the row under the cursor: why it cannot be run, or the command that does the
/// same.
fn bottom(menu: &Menu, area: Area) -> &str {
    let room = usize::from(area.width).saturating_sub(TITLE_FRAME);
    match menu.current().map(|row| row.why.as_deref()) {
        Some(Some(why)) => why,
        Some(None) => command(menu.command().unwrap_or_default(), room),
        None => "",
    }
}

/// The place of the cursor, behind the title, if there are more rows than lines for them.
fn place(menu: &Menu, lines: usize) -> String {
    let all = menu.shown().len();
    if all <= lines {
        return String::new();
    }
    format!(" · {} / {}", text::count(menu.at() as u64 + 1), text::count(all as u64))
}

/// Draws the border with its title and the text below, and the typed line; gives the area that is left, and
/// the cell of the cursor.
fn frame(
    buf: &mut Buffer,
    area: Area,
    (top, bottom): (&str, &str),
    menu: &Menu,
    appearance: &Appearance,
) -> (Area, Option<Cell>) {
    let (border, style) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &Titles { top, bottom }, appearance, border, style);
    let inner = area.inner();
    let typed = menu.input.text();
    if !menu.typing && typed.is_empty() || inner.height < 2 {
        return (inner, None);
    }
    let used = put(buf, inner.x + 1, inner.y, 2, "> ", appearance.style(Role::KeyHint));
    let x = inner.x + 1 + used;
    let room = inner.width.saturating_sub(used + 2);
    let line = (typed, menu.input.cursor());
    let cursor = put_typed(buf, (x, inner.y), room, line, appearance.style(Role::Input));
    (below(inner, 1), menu.typing.then_some(cursor))
}

/// Marks a row that cannot be run, which dimness alone does not tell without colours.
fn impossible(buf: &mut Buffer, area: Area, appearance: &Appearance) {
    put(buf, area.x, area.y, 1, appearance.symbols.impossible, appearance.style(Role::Dim));
}

/// A text, or as many of its words as have room.
fn whole_words(text: &str, room: usize) -> String {
    if cells(text) <= room {
        return text.to_owned();
    }
    let words = text::wrap(text, room.saturating_sub(1)).into_iter().next().unwrap_or_default();
    format!("{words}…")
}

/// A command if it has room whole; otherwise an empty text.
fn command(command: &str, room: usize) -> &str {
    if cells(&visible(command)) <= room { command } else { "" }
}

/// The keys of a row, as they are written.
fn labels(row: &MenuRow, app: &App, appearance: &Appearance) -> Vec<String> {
    let Item::Act(context, action) = row.item else { return Vec::new() };
    let works = |chord: &Chord| row.keys.split(' ').any(|key| key == chord.to_string());
    let chords = app.keymap.chords(context, action).iter().filter(|chord| works(chord));
    chords.map(|chord| chord.label(appearance.symbols.unicode)).collect()
}

/// Writes a part of a row's words, which begins at byte `start` of them, and lights the letters that were
/// found in the whole.
fn put_words(
    buf: &mut Buffer,
    area: Area,
    words: &str,
    start: usize,
    lit: &[std::ops::Range<usize>],
    role: Role,
    appearance: &Appearance,
) {
    let used = put(buf, area.x, area.y, area.width, words, appearance.style(role));
    let column = |place: usize| {
        let end = place.saturating_sub(start).min(words.len());
        words.get(..end).map_or(0, |before| u16::try_from(cells(before)).unwrap_or(u16::MAX))
    };
    for place in lit {
        for x in column(place.start)..column(place.end).min(used) {
            if let Some(cell) = buf.cell_mut((area.x + x, area.y)) {
                cell.set_style(appearance.style(Role::KeyMatch));
            }
        }
    }
}
