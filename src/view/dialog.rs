//! The looks of dialogs: what the screen and the footer ask each of them.

use ratatui::buffer::Buffer;

use crate::app::layers::with_layers;
use crate::app::{App, Area, Layer, LeafCursor, Overlay, PlacesDialog, Prompt};

use super::Appearance;
use super::named::{self, Named};

/// Column and row of a cell.
pub(super) type Cell = (u16, u16);

/// The screen and the state that a dialog is drawn on and from.
pub(super) struct Scene<'a> {
    /// The screen.
    pub(super) buf: &'a mut Buffer,
    /// The part of the screen that the panes have.
    pub(super) body: Area,
    /// The state.
    pub(super) app: &'a App,
    /// Colours and symbols.
    pub(super) appearance: &'a Appearance,
}

/// A dialog that can be drawn.
pub(super) trait Drawn {
    /// Draws the dialog over the panes; gives the cell of the cursor, if it has one.
    fn draw(&self, scene: Scene<'_>) -> Option<Cell>;

    /// The scroll position, if the dialog can be scrolled.
    fn overlay(&self) -> Option<&Overlay> {
        None
    }

    /// The keys that the dialog names itself: the footer does not name them again.
    fn named(&self, _app: &App, _appearance: &Appearance) -> Vec<Named> {
        self.overlay().map_or_else(Vec::new, |overlay| named::overlay(overlay.is_long()))
    }

    /// The number of the row at a cell, if the dialog has rows to choose from; `area`: what it covers.
    fn row_at(&self, _area: Area, _app: &App, _cell: Cell) -> Option<usize> {
        None
    }

    /// Whether there is something to scroll or to move through.
    fn scrolls(&self, _app: &App) -> bool {
        self.overlay().is_none_or(Overlay::is_long)
    }

    /// Whether the dialog has a border of its own over the panes.
    fn is_box(&self) -> bool {
        true
    }
}

/// Finds how each dialog of the list is drawn.
macro_rules! looks {
    ($(#[$meta:meta])* Layer; $($(#[$doc:meta])* $name:ident($content:ty) $(by $action:ident)?,)*) => {
        /// How a dialog is drawn.
        pub(super) fn drawn(layer: &Layer) -> &dyn Drawn {
            match layer {
                $(Layer::$name(shown) => shown.as_drawn(),)*
            }
        }
    };
}

with_layers!(looks);

/// Something that can be drawn, or is in a box.
trait AsDrawn {
    fn as_drawn(&self) -> &dyn Drawn;
}

impl<T: Drawn> AsDrawn for T {
    fn as_drawn(&self) -> &dyn Drawn {
        self
    }
}

/// The line is drawn by the footer.
impl Drawn for Prompt {
    fn draw(&self, _: Scene<'_>) -> Option<Cell> {
        None
    }

    fn is_box(&self) -> bool {
        false
    }
}

/// The place is selected in the editor.
impl Drawn for PlacesDialog {
    fn draw(&self, _: Scene<'_>) -> Option<Cell> {
        None
    }

    fn is_box(&self) -> bool {
        false
    }
}

/// The cursor is lit in the pane.
impl Drawn for LeafCursor {
    fn draw(&self, _: Scene<'_>) -> Option<Cell> {
        None
    }

    fn is_box(&self) -> bool {
        false
    }
}
