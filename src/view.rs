//! Draws the state; one file per region of the screen.
//!
//! ```text
//! status     target · server · badges                     latency
//! ╭ stores ──┬ keys ───────────┬ record ──────────────────╮
//! │          │                 │  (or the editor over     │
//! ╰──────────┴─────────────────┴──── all three) ──────────╯
//! footer     prompt, notice, or the keys of the pane in focus
//! ```

mod border;
mod crawl;
mod draft;
mod editor;
mod footer;
mod help;
mod keys;
mod list;
mod merge;
mod modal;
mod named;
mod paint;
mod record;
mod review;
mod status;
mod stores;
mod targets;
mod totals;

use ratatui::Frame;
use ratatui::layout::Position;
use ratatui::style::Style;

use crate::app::{App, Layer, TWO_PANES};
use crate::theme::{Role, Symbols, Theme};

pub use paint::even_out;

/// Colours and symbols.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// Styles by role.
    pub theme: Theme,
    /// Marks and borders.
    pub symbols: Symbols,
}

impl Appearance {
    /// The style of a role.
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, app: &App, appearance: &Appearance) {
    let area = frame.area();
    let layout = app.layout();
    let buf = frame.buffer_mut();
    buf.set_style(area, appearance.style(Role::Text));
    status::draw(buf, layout.status, app, appearance);
    let mut cursor = None;
    if let Some(editor) = &app.editor {
        let back = app.writes_back(&editor.store, &editor.typed_key());
        cursor = editor::draw(buf, layout.body, editor, back, appearance);
    } else {
        if let Some(area) = layout.stores {
            stores::draw(buf, area, app, appearance);
        }
        if let Some(area) = layout.keys {
            keys::draw(buf, area, app, appearance);
        }
        if let Some(area) = layout.record {
            record::draw(buf, area, app, appearance);
        }
        border::join(buf, &layout, app.focus, appearance);
        if app.split.sizes.zoomed && layout.body.width >= TWO_PANES {
            border::zoomed(buf, layout.body, app, appearance);
        }
    }
    let in_footer = footer::draw(buf, layout.footer, app, appearance);
    for layer in &app.layers {
        cursor = match layer {
            Layer::Prompt(_) => in_footer,
            // Lit in the pane.
            Layer::Leaf(_) => None,
            Layer::Confirm(confirm) => modal::confirm(buf, layout.body, confirm, app, appearance),
            Layer::Details(details) => {
                modal::details(buf, layout.body, details, app, appearance);
                None
            }
            Layer::Totals(shown) => {
                totals::draw(buf, layout.body, shown, app, appearance);
                None
            }
            Layer::Crawl(overview) => {
                crawl::draw(buf, layout.body, overview, app, appearance);
                None
            }
            Layer::List(shown) => {
                list::draw(buf, layout.body, shown.dialog(), app, appearance);
                None
            }
            Layer::Draft(view) => {
                draft::draw(buf, layout.body, view, app, appearance);
                None
            }
            Layer::Review(review) => {
                review::draw(buf, layout.body, review, app, appearance);
                None
            }
            Layer::Merge(shown) => merge::draw(buf, layout.body, shown, app, appearance),
            Layer::Targets(targets) => {
                targets::draw(buf, layout.body, targets.cursor, app, appearance);
                None
            }
            Layer::Help(help) => {
                help::draw(buf, layout.body, &help.overlay, app, appearance);
                None
            }
        };
    }
    footer::hints(buf, layout.footer, app, appearance);
    even_out(buf);
    if let Some((x, y)) = cursor.filter(|(x, y)| area.contains(Position { x: *x, y: *y })) {
        frame.set_cursor_position(Position { x, y });
    }
}
