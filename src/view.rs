//! Draws the state; one file per region of the screen.
//!
//! ```text
//! status     target · server · badges                     latency
//! ╭ stores ──╮╭ keys ──────────╮╭ record ─────────────────╮
//! │          ││                ││  (or the editor over    │
//! ╰──────────╯╰────────────────╯╰──── all three) ─────────╯
//! footer     prompt, notice, or the keys of the pane in focus
//! ```

mod crawl;
mod editor;
mod footer;
mod frame;
mod help;
mod keys;
mod modal;
mod paint;
mod record;
mod status;
mod stores;
mod targets;
mod totals;

use ratatui::Frame;
use ratatui::layout::Position;
use ratatui::style::Style;

use crate::app::{App, Modal};
use crate::theme::{Role, Symbols, Theme};

pub use paint::even_out;

/// How things look: colours and symbols.
#[derive(Debug, Clone)]
pub struct Look {
    /// Styles by role.
    pub theme: Theme,
    /// Marks and borders.
    pub symbols: Symbols,
}

impl Look {
    /// The style of a role.
    fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, app: &App, look: &Look) {
    let area = frame.area();
    let layout = app.layout();
    let buf = frame.buffer_mut();
    buf.set_style(area, look.style(Role::Text));
    status::draw(buf, layout.status, app, look);
    let mut cursor = None;
    if let Some(editor) = &app.editor {
        cursor = editor::draw(buf, layout.body, editor, look);
    } else {
        if let Some(area) = layout.stores {
            stores::draw(buf, area, app, look);
        }
        if let Some(area) = layout.keys {
            keys::draw(buf, area, app, look);
        }
        if let Some(area) = layout.record {
            record::draw(buf, area, app, look);
        }
    }
    let in_footer = footer::draw(buf, layout.footer, app, look);
    match &app.modal {
        None => {}
        Some(Modal::Prompt(_)) => cursor = in_footer,
        Some(Modal::Confirm(confirm)) => {
            cursor = modal::confirm(buf, layout.body, confirm, app, look);
        }
        Some(Modal::Details(details)) => {
            modal::details(buf, layout.body, details, app, look);
            cursor = None;
        }
        Some(Modal::Totals(shown)) => {
            totals::draw(buf, layout.body, shown, app, look);
            cursor = None;
        }
        Some(Modal::Crawl(overview)) => {
            crawl::draw(buf, layout.body, overview, app, look);
            cursor = None;
        }
        Some(Modal::Targets(at)) => {
            targets::draw(buf, layout.body, *at, app, look);
            cursor = None;
        }
        Some(Modal::Help(overlay)) => {
            help::draw(buf, layout.body, overlay, app, look);
            cursor = None;
        }
    }
    even_out(buf);
    if let Some((x, y)) = cursor.filter(|(x, y)| area.contains(Position { x: *x, y: *y })) {
        frame.set_cursor_position(Position { x, y });
    }
}
