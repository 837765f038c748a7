//! The mouse: a click puts the cursor there, a second one opens, the wheel scrolls.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::list::Move;
use super::modal::Modal;
use super::{App, Pane};

/// Rows a step of the wheel scrolls.
const WHEEL: isize = 3;

impl App {
    pub(super) fn on_mouse(&mut self, mouse: MouseEvent) {
        let wheel = match mouse.kind {
            MouseEventKind::ScrollDown => Some(WHEEL),
            MouseEventKind::ScrollUp => Some(-WHEEL),
            MouseEventKind::Down(MouseButton::Left) => None,
            _ => return,
        };
        let height = self.targets_height();
        match (&mut self.modal, &mut self.editor) {
            (Some(Modal::Help(overlay)), _) => overlay.scroll_by(wheel.unwrap_or(0)),
            (Some(Modal::Details(details)), _) => details.overlay.scroll_by(wheel.unwrap_or(0)),
            (Some(Modal::Totals(totals)), _) => totals.overlay.scroll_by(wheel.unwrap_or(0)),
            (Some(Modal::Crawl(overview)), _) => overview.overlay.scroll_by(wheel.unwrap_or(0)),
            (Some(Modal::Targets(cursor)), _) => {
                let rows = wheel.unwrap_or(0).signum();
                cursor.go(Move::By(rows), self.settings.targets.len(), height);
            }
            (Some(_), _) => {}
            (None, Some(editor)) => editor.wheel(wheel.unwrap_or(0)),
            (None, None) => self.mouse_on_panes(mouse, wheel),
        }
    }

    fn mouse_on_panes(&mut self, mouse: MouseEvent, wheel: Option<isize>) {
        let layout = self.layout();
        let Some(pane) = layout.pane_at(mouse.column, mouse.row) else { return };
        let height = self.list_height(pane);
        if let Some(rows) = wheel {
            match pane {
                Pane::Stores => {
                    let len = self.stores.len();
                    self.stores.cursor.scroll(rows, len, height);
                }
                Pane::Keys => {
                    self.keys.scroll(rows, height);
                    self.follow_cursor();
                }
                Pane::Record => {
                    let view = self.viewport();
                    self.record.scroll_by(rows, view);
                }
            }
            return;
        }
        self.notice = None;
        let had_focus = self.focus == pane;
        self.focus_on(pane);
        if self.focus != pane {
            return;
        }
        let Some(area) = layout.area(pane) else { return };
        let inner = area.inner();
        let header = u16::from(pane == Pane::Keys);
        if pane == Pane::Record
            || !inner.contains(mouse.column, mouse.row)
            || mouse.row < inner.y + header
        {
            return;
        }
        let row = usize::from(mouse.row - inner.y - header);
        let (cursor, len) = match pane {
            Pane::Stores => (self.stores.cursor, self.stores.len()),
            _ => (self.keys.cursor, self.keys.len()),
        };
        let row = cursor.top + row;
        if row >= len {
            return;
        }
        let again = had_focus && cursor.at == row;
        // In a layout of fewer panes the focus may have moved things: measure again.
        let height = self.list_height(pane);
        match pane {
            Pane::Stores => self.stores.go(Move::To(row), height),
            _ => self.keys.go(Move::To(row), height),
        }
        if again {
            self.act(crate::keymap::Action::Open);
        } else if pane == Pane::Keys {
            self.follow_cursor();
        }
    }
}
