//! What a click is on: a key that is named, the head of a column, or what is beside a dialog.
//!
//! Asked only when the mouse is clicked: what is found is what the same functions draw.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{App, Area, Layer, Spot};

use super::dialog::{Scene, drawn};
use super::{Appearance, footer, keys, modal, stores};

/// What no dialog writes.
const UNTOUCHED: &str = "\u{f8ff}";

/// What a click on a cell is on, unless it is on a row, a text or a border.
pub fn spot_at(app: &App, appearance: &Appearance, x: u16, y: u16) -> Option<Spot> {
    let layout = app.layout();
    let (width, height) = app.size;
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let hints = footer::finish(&mut buf, layout.footer, app, appearance);
    if let Some((_, chord)) = hints.into_iter().find(|(area, _)| area.contains(x, y)) {
        return Some(Spot::Key(chord));
    }
    match app.layer() {
        Some(Layer::Prompt(_)) => (!layout.footer.contains(x, y)).then_some(Spot::Outside),
        Some(Layer::Leaf(_)) => {
            let inside = layout.record.is_some_and(|pane| pane.contains(x, y));
            (!inside && layout.body.contains(x, y)).then_some(Spot::Outside)
        }
        Some(layer) => {
            let area = covered(buf, layer, layout.body, app, appearance);
            match layer {
                Layer::Confirm(asked) if area.contains(x, y) => {
                    modal::button_at(area, asked, app, appearance, x, y).map(Spot::Key)
                }
                // A hint that was missed by a cell closes nothing.
                _ => {
                    (!area.contains(x, y) && !layout.footer.contains(x, y)).then_some(Spot::Outside)
                }
            }
        }
        None if app.editor.is_some() => None,
        None => {
            let store = layout.stores.and_then(|area| stores::head_at(area, app, x, y));
            let key = || layout.keys.and_then(|area| keys::head_at(area, app, x, y));
            store.map(Spot::StoreHead).or_else(|| key().map(Spot::KeyHead))
        }
    }
}

/// The cells that a dialog covers.
fn covered(mut buf: Buffer, layer: &Layer, body: Area, app: &App, appearance: &Appearance) -> Area {
    for cell in &mut buf.content {
        cell.set_symbol(UNTOUCHED);
    }
    drawn(layer).draw(Scene { buf: &mut buf, body, app, appearance });
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
