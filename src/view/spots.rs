//! The spot of a click: the name of a key, a row of a dialog, the head of a column, or a place outside a
//! dialog.
//!
//! Looked for only when the mouse is clicked, by the functions that also draw.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{App, Area, Layer, Spot};
use crate::keymap::Chord;

use super::dialog::{Scene, drawn};
use super::paint::UNTOUCHED;
use super::{Appearance, footer, grid, keys, modal, named, stores};

/// The spot of a click on a cell, unless it is on a row, a text or a border.
pub fn spot_at(app: &App, appearance: &Appearance, x: u16, y: u16) -> Option<Spot> {
    let layout = app.layout();
    let (width, height) = app.size;
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    if app.layers.is_empty() && app.editor.is_none() && y + 1 == layout.footer.y {
        // Some hints stand next to the texts in the border.
        super::panes(&mut buf, &layout, app, (&super::seen_rows(app), appearance));
    }
    let hints = footer::finish(&mut buf, layout.footer, app, appearance);
    if let Some((_, chord)) = hints.into_iter().find(|(area, _)| area.contains(x, y)) {
        return Some(Spot::Key(chord));
    }
    match app.layer() {
        Some(Layer::Prompt(_)) => (!layout.footer.contains(x, y)).then_some(Spot::Outside),
        Some(layer) if !drawn(layer).is_box() => {
            let inside = layout.record.is_some_and(|pane| pane.contains(x, y));
            let cell = || grid::in_pane(app, (x, y)).filter(|_| app.table().is_some());
            let outside = !inside && layout.body.contains(x, y);
            let value = || grid::value_in_pane(app, (x, y)).filter(|_| app.leaf().is_some());
            outside.then_some(Spot::Outside).or_else(cell).or_else(value)
        }
        Some(layer) => {
            let area = covered(&mut buf, layer, layout.body, app, appearance);
            if !area.contains(x, y) {
                // A click just next to a hint closes nothing.
                return (!layout.footer.contains(x, y)).then_some(Spot::Outside);
            }
            if let Layer::Contents(shown) = layer
                && shown.record().is_none()
                && let Some(cell) = grid::in_contents(layout.body, shown, (x, y))
            {
                return Some(cell);
            }
            let button = if let Layer::Confirm(asked) = layer {
                modal::button_at(area, asked, app, appearance, x, y)
            } else {
                key_at(&buf, layer, app, appearance, (x, y))
            };
            let row = || drawn(layer).row_at(area, app, (x, y)).map(Spot::Row);
            button.map(Spot::Key).or_else(row)
        }
        None if app.editor.is_some() => None,
        None => {
            let store = layout.stores.and_then(|area| stores::head_at(area, app, x, y));
            let key = || layout.keys.and_then(|area| keys::head_at(area, app, x, y));
            let head = store.map(Spot::StoreHead).or_else(|| key().map(Spot::KeyHead));
            let cell = || grid::in_pane(app, (x, y));
            head.or_else(cell).or_else(|| grid::value_in_pane(app, (x, y)))
        }
    }
}

/// The key that a dialog names at a cell: in the line of its keys, or in its text.
fn key_at(
    buf: &Buffer,
    layer: &Layer,
    app: &App,
    appearance: &Appearance,
    (x, y): (u16, u16),
) -> Option<Chord> {
    let named = drawn(layer).named(app, appearance);
    let context = layer.dialog().context();
    let (line, places) = named::places(&named, context, app, appearance);
    let (row, cells) = named::row_of(buf, y);
    let at = *cells.get(usize::from(x))?;
    let whole = row.find(&line).filter(|_| !line.is_empty());
    let found = places.into_iter().find(|(place, _)| {
        let words = &line[place.clone()];
        let start = match whole {
            Some(start) => Some(start + place.start),
            // A key without words may be part of another text.
            None if words.ends_with(' ') => None,
            None => row.find(words),
        };
        start.is_some_and(|start| (start..start + words.len()).contains(&at))
    });
    found.map(|(_, chord)| chord)
}

/// The cells that a dialog covers.
fn covered(
    buf: &mut Buffer,
    layer: &Layer,
    body: Area,
    app: &App,
    appearance: &Appearance,
) -> Area {
    for cell in &mut buf.content {
        cell.set_symbol(UNTOUCHED);
    }
    drawn(layer).draw(Scene { buf, body, app, appearance });
    let drawn = |x: u16, y: u16| buf.cell((x, y)).is_some_and(|cell| cell.symbol() != UNTOUCHED);
    let (columns, rows) = (body.x..body.x + body.width, body.y..body.y + body.height);
    let cells = || rows.clone().flat_map(|y| columns.clone().map(move |x| (x, y)));
    let ends = cells().filter(|(x, y)| drawn(*x, *y)).fold(None, |ends, (x, y)| {
        let (left, top, right, bottom) = ends.unwrap_or((x, y, x, y));
        Some((left.min(x), top.min(y), right.max(x), bottom.max(y)))
    });
    let Some((x, y, right, bottom)) = ends else { return Area::default() };
    Area { x, y, width: right - x + 1, height: bottom - y + 1 }
}
