//! A picture in the form in which the terminal gets it, to draw it itself.

use crate::view::PictureCell;

/// A picture in the form of one of the protocols.
#[derive(Debug, Default)]
pub struct TerminalPicture {
    /// The number of the picture, which its cells have too.
    pub id: u8,
    /// The commands before its cells, each sent in a slice of its own; after them, the cells are written as
    /// text.
    pub commands: Vec<String>,
    /// The sequence that ends the commands if not all of them were sent.
    pub breaks_off: String,
    /// The sequence that has the terminal forget the picture.
    pub frees: String,
    /// Whether its slices are paced by time and not by answers: tmux answers before the bytes have reached
    /// the terminal, which is far away.
    pub paced: bool,
    /// The parts to draw in place of its cells, by row and column, if there are no commands.
    pub tiles: Vec<Tile>,
}

/// A part of a picture, one row high.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The row in the picture.
    pub row: u16,
    /// Its first column in the picture.
    pub column: u16,
    /// Its columns.
    pub columns: u16,
    /// The sequence that draws it at the cursor.
    pub text: String,
}

impl TerminalPicture {
    /// Whether its cells are written to the terminal as text.
    pub(super) fn is_of_text(&self) -> bool {
        !self.commands.is_empty()
    }

    /// The tile that shows this cell.
    pub(super) fn tile(&self, at: PictureCell) -> Option<&Tile> {
        let after =
            self.tiles.partition_point(|tile| (tile.row, tile.column) <= (at.row, at.column));
        let tile = self.tiles.get(after.checked_sub(1)?)?;
        let is_in = tile.row == at.row && at.column < tile.column + tile.columns;
        (is_in && self.id == at.id).then_some(tile)
    }

    /// The sequence that has the terminal forget all that it may have been sent.
    pub fn gives_up(&self) -> String {
        format!("{}{}", self.breaks_off, self.frees)
    }
}
