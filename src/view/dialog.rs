//! How dialogs look: what the screen and the footer ask of each.

use ratatui::buffer::Buffer;

use crate::app::layers::with_layers;
use crate::app::{App, Area, Layer, LeafCursor, Overlay, Prompt};

use super::Appearance;
use super::named::{self, Named};

/// Column and row of a cell.
pub(super) type Cell = (u16, u16);

/// What a dialog is drawn on and from.
pub(super) struct Scene<'a> {
    /// The screen.
    pub(super) buf: &'a mut Buffer,
    /// The part of it that the panes have.
    pub(super) body: Area,
    /// The state.
    pub(super) app: &'a App,
    /// Colours and symbols.
    pub(super) appearance: &'a Appearance,
}

/// A dialog that can be drawn.
pub(super) trait Drawn {
    /// Draws it over the panes; gives the cursor's cell, if it has one.
    fn draw(&self, scene: Scene<'_>) -> Option<Cell>;

    /// How far it is scrolled, if it can be.
    fn overlay(&self) -> Option<&Overlay> {
        None
    }

    /// What it says itself of its keys: the footer does not name them again.
    fn named(&self, _app: &App, _appearance: &Appearance) -> Vec<Named> {
        self.overlay().map_or_else(Vec::new, |overlay| named::overlay(overlay.is_long()))
    }

    /// The number of the row at a cell of it, where it has rows to choose from; `area`: what it covers.
    fn row_at(&self, _area: Area, _app: &App, _cell: Cell) -> Option<usize> {
        None
    }

    /// Whether there is something to scroll or to go through.
    fn scrolls(&self, _app: &App) -> bool {
        self.overlay().is_none_or(Overlay::is_long)
    }

    /// Whether it has a border of its own over the rest.
    fn is_box(&self) -> bool {
        true
    }
}

/// Finds how each dialog of the list looks.
macro_rules! looks {
    ($(#[$meta:meta])* Layer; $($(#[$doc:meta])* $name:ident($content:ty) $(by $action:ident)?,)*) => {
        /// How a dialog looks.
        pub(super) fn drawn(layer: &Layer) -> &dyn Drawn {
            match layer {
                $(Layer::$name(shown) => shown.as_drawn(),)*
            }
        }
    };
}

with_layers!(looks);

/// What can be drawn, or is in a box.
trait AsDrawn {
    fn as_drawn(&self) -> &dyn Drawn;
}

impl<T: Drawn> AsDrawn for T {
    fn as_drawn(&self) -> &dyn Drawn {
        self
    }
}

/// Drawn by the footer.
impl Drawn for Prompt {
    fn draw(&self, _: Scene<'_>) -> Option<Cell> {
        None
    }

    fn is_box(&self) -> bool {
        false
    }
}

/// Lit in the pane.
impl Drawn for LeafCursor {
    fn draw(&self, _: Scene<'_>) -> Option<Cell> {
        None
    }

    fn is_box(&self) -> bool {
        false
    }
}
