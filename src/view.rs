//! Draws the state; one file per region of the screen.
//!
//! ```text
//! status     target · server · badges                     latency
//! ╭ stores ──┬ keys ───────────┬ record ──────────────────╮
//! │          │                 │  (or the editor over     │
//! ╰──────────┴─────────────────┴──── all three) ──────────╯
//! footer     what can be done here and now, or a prompt          notice
//! ```

mod border;
mod compare;
mod contents;
mod crawl;
mod details;
mod dialog;
mod draft;
mod editor;
mod footer;
mod grid;
mod keys;
mod links;
mod list;
mod menu;
mod merge;
mod modal;
mod named;
mod numbers;
mod paint;
mod pixels;
mod placed;
mod record;
mod review;
mod scrolled;
mod seen;
mod spots;
mod staged;
mod start;
mod status;
mod step;
mod stores;
mod summary;
mod table;
mod targets;
mod title;
mod totals;
mod typed;
mod value_links;
mod versions;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier, Style};

use crate::app::{App, Layout, TWO_PANES, outdated};
use crate::theme::{Role, Symbols, Theme};

use dialog::{Scene, drawn};

pub use links::{Link, links};
pub use paint::even_out;
pub use pixels::PIXEL;
pub use placed::{PictureCell, Pictures, Placed, ShownPicture, shown_picture};
pub use seen::{SeenRows, seen_rows};
pub use spots::spot_at;
pub use title::title;

/// Colours and symbols, and how pictures are drawn.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// Styles by role.
    pub theme: Theme,
    /// Marks and borders.
    pub symbols: Symbols,
    /// Who draws pictures.
    pub pictures: Pictures,
}

impl Appearance {
    /// The style of a role.
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The style of what must not be overlooked: the reverse of danger. Where its colour is the terminal's own
    /// red, dark letters on that are hard to read, so they are white.
    fn alarm(&self) -> Style {
        let danger = self.style(Role::Danger);
        match danger.fg {
            Some(Color::Red) => danger.fg(Color::White).bg(Color::Red),
            _ => danger.add_modifier(Modifier::REVERSED),
        }
    }
}

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, app: &App, appearance: &Appearance) {
    draw_with(frame, app, appearance, &seen_rows(app));
}

/// The same, of a value whose rows have been made.
pub fn draw_with(frame: &mut Frame<'_>, app: &App, appearance: &Appearance, rows: &SeenRows) {
    let area = frame.area();
    let layout = app.layout();
    let buf = frame.buffer_mut();
    buf.set_style(area, appearance.style(Role::Text));
    status::draw(buf, layout.status, app, appearance);
    let mut cursor = None;
    if let Some(editor) = &app.editor {
        let warning = outdated::warning(app, editor);
        cursor = editor::draw(buf, layout.body, editor, warning, appearance);
    } else {
        panes(buf, &layout, app, (rows, appearance));
    }
    let in_footer = footer::draw(buf, layout.footer, app, appearance);
    for layer in &app.layers {
        let layer = drawn(layer);
        if layer.is_box() {
            paint::dim(buf, layout.body, appearance);
        }
        cursor = layer.draw(Scene { buf, body: layout.body, app, appearance });
    }
    if let Some(layer) = app.layers.last() {
        let context = layer.dialog().context();
        let named = drawn(layer).named(app, appearance);
        named::light_keys(buf, layout.body, (&named, context), app, appearance);
    }
    cursor = in_footer.or(cursor);
    footer::finish(buf, layout.footer, app, appearance);
    even_out(buf);
    if let Some((x, y)) = cursor.filter(|(x, y)| area.contains(Position { x: *x, y: *y })) {
        frame.set_cursor_position(Position { x, y });
    }
}

/// Draws the panes, and what lies over them where nothing is open.
fn panes(
    buf: &mut Buffer,
    layout: &Layout,
    app: &App,
    (rows, appearance): (&SeenRows, &Appearance),
) {
    if let Some(area) = layout.stores {
        stores::draw(buf, area, app, appearance);
    }
    if let Some(area) = layout.keys
        && !summary::in_place_of_keys(buf, area, app, appearance)
    {
        keys::draw(buf, area, app, appearance);
    }
    if let Some(area) = layout.record
        && !summary::in_place_of_value(buf, area, app, appearance)
    {
        record::draw(buf, area, app, (rows, appearance));
    }
    border::join(buf, layout, app.focus, appearance);
    if app.split.sizes.zoomed && layout.body.width >= TWO_PANES {
        border::zoomed(buf, layout.body, app, appearance);
    }
    start::draw(buf, layout.body, app, appearance);
}
