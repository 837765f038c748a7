//! The palette: a line to type, and the rows that it finds.

use crate::app::{App, Area, Item, Menu, MenuRow};
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::super::Appearance;
use super::super::dialog::{Cell, Scene};
use super::super::modal::centred;
use super::super::paint::{light, marker, put, put_right};
use super::{bottom, frame, impossible, labels, place, put_words, whole_words};

/// Width of the palette, where there is room, in columns.
const WIDTH: u16 = 92;
/// Width of the key, in columns.
const KEY: u16 = 6;
/// Height of the screen below which the palette takes all rows.
const LOW: u16 = 16;
/// Width from which a row says why it cannot be run, or which section it belongs to, in columns.
const TELLS: u16 = 60;

/// Draws the palette; gives the cell of the cursor.
pub(super) fn draw(scene: Scene<'_>, menu: &Menu) -> Option<Cell> {
    let Scene { buf, body, app, appearance } = scene;
    // The top stays in its place while rows come and go.
    let gap = if body.height < LOW { 0 } else { body.height / 8 };
    let rows = u16::try_from(menu.shown().len().max(1)).unwrap_or(u16::MAX);
    let height = rows.saturating_add(3).min(body.height - 2 * gap);
    let area = Area { y: body.y + gap, height, ..centred(body, WIDTH, height) };
    // A reason that the row under the cursor shows whole is not repeated in the border.
    let told = menu.current().is_some_and(|row| says_why(row, area.inner().width));
    let bottom = if told { "" } else { bottom(menu, area) };
    let place = place(menu, area.height.saturating_sub(3).into());
    let title = format!("{}{place}", menu.title);
    let (inner, cursor) = frame(buf, area, (&title, bottom), menu, appearance);
    let height = usize::from(inner.height.max(1));
    menu.places.measure((0..menu.shown().len()).collect(), height, 1);
    let top = menu.places.window(menu.at(), menu.at() + 1, menu.shown().len());
    if menu.shown().len() == 0 {
        let none = menu.none_found(app);
        put(buf, inner.x + 1, inner.y, inner.width, &none, appearance.style(Role::Dim));
    }
    let mut letters = menu.letters();
    let rows = menu.shown().enumerate().skip(top).zip(inner.y..inner.y + inner.height);
    let rows: Vec<_> = rows
        .map(|((at, row), y)| {
            let area = Area { y, height: 1, ..inner };
            let end = right_side(buf, area, row, app, appearance);
            let x = inner.x + 1;
            (at, row, Area { x, width: end.saturating_sub(x), ..area })
        })
        .collect();
    let cut = cut(&rows, inner.width, menu, app);
    for ((at, row, room), words) in rows.into_iter().zip(cut) {
        let area = Area { x: inner.x, width: inner.width, ..room };
        menu.places.draw((area.x, area.y), area.width, at);
        if row.why.is_some() {
            impossible(buf, area, appearance);
        }
        if at == menu.at() {
            marker(buf, area, true, appearance);
            light(buf, area, appearance.style(Role::Cursor));
        }
        // Dim text on the background of the cursor is hard to read; the reason next to it says that the row
        // cannot be run.
        let dim = row.why.is_some() && at != menu.at();
        let role = if dim { Role::Dim } else { Role::Text };
        let lit: Vec<_> = letters.iter_mut().flat_map(|word| word.find(&words)).collect();
        put_words(buf, room, &words, 0, &lit, role, appearance);
    }
    cursor
}

/// Writes the key and the remark of a row; gives the column at which they begin.
fn right_side(
    buf: &mut ratatui::buffer::Buffer,
    area: Area,
    row: &MenuRow,
    app: &App,
    appearance: &Appearance,
) -> u16 {
    let end = area.x + area.width.saturating_sub(1);
    let key = labels(row, app, appearance).into_iter().next().unwrap_or_default();
    let role = if row.why.is_some() { Role::Dim } else { Role::KeyHint };
    put_right(buf, end, area.y, KEY, &key, appearance.style(role));
    if let Item::CopyTo(_) = row.item {
        // No key leads to a store.
        let dim = appearance.style(Role::Dim);
        return put_right(buf, end, area.y, area.width / 2, row.section, dim).saturating_sub(1);
    }
    if area.width < TELLS {
        return end.saturating_sub(1 + u16::try_from(cells(&key)).unwrap_or(KEY));
    }
    let end = end.saturating_sub(KEY + 1);
    let room = beside(row, area.width);
    let told = whole_words(row.why.as_deref().unwrap_or(row.section), room.into());
    put_right(buf, end, area.y, room, &told, appearance.style(Role::Dim)).saturating_sub(1)
}

/// Width of the remark in a row of this width, in columns: what its words leave, or two fifths.
fn beside(row: &MenuRow, width: u16) -> u16 {
    let words = match row.item {
        Item::Act(context, action) if row.why.is_some() => action.clause_in(context),
        _ => &row.text,
    };
    let words = u16::try_from(cells(&visible(words))).unwrap_or(u16::MAX);
    let left = width.saturating_sub(KEY + 5).saturating_sub(words);
    left.max(width * 2 / 5)
}

/// Whether a row of this width says whole why it cannot be run.
fn says_why(row: &MenuRow, width: u16) -> bool {
    let why = row.why.as_deref().filter(|_| width >= TELLS);
    why.is_some_and(|why| cells(why) <= beside(row, width).into())
}

/// The words of rows, each cut to its room: an action in few words if needed, and names that begin alike so
/// that they differ. `width`: width of a row, in columns.
fn cut(rows: &[(usize, &MenuRow, Area)], width: u16, menu: &Menu, app: &App) -> Vec<String> {
    let mut words: Vec<_> =
        rows.iter().map(|(_, row, _)| visible(&row.text).into_owned()).collect();
    let mut long = Vec::new();
    let mut least = usize::MAX;
    for (place, (_, row, room)) in rows.iter().enumerate() {
        let room = usize::from(room.width);
        match row.item {
            Item::Act(context, action) => {
                let twin = if width < TELLS { elsewhere(row, menu, app) } else { None };
                let pane = twin.map_or_else(String::new, |pane| format!(" · {pane}"));
                if cells(&words[place]) + cells(&pane) > room {
                    let room = room.saturating_sub(cells(&pane));
                    words[place] = whole_words(action.clause_in(context), room);
                }
                words[place].push_str(&pane);
            }
            _ if cells(&words[place]) > room => {
                long.push(place);
                least = least.min(room);
            }
            _ => {}
        }
    }
    let texts: Vec<_> = long.iter().map(|place| words[*place].clone()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for (place, cut) in long.into_iter().zip(text::cut_apart(&texts, least)) {
        words[place] = cut.text.into_owned();
    }
    words
}

/// The pane of an action, if another action with the same words is done here.
fn elsewhere(row: &MenuRow, menu: &Menu, app: &App) -> Option<String> {
    let Item::Act(context, _) = row.item else { return None };
    let here = app.focus.context();
    let is_twin = |other: &MenuRow| match other.item {
        Item::Act(of, _) => of != context && other.text == row.text,
        _ => false,
    };
    (context != here && menu.all().any(is_twin)).then(|| context.title().to_lowercase())
}
