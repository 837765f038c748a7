//! A picture as the terminal gets it, that draws it itself.

use crate::view::PictureCell;

/// A picture in the form of some protocol.
#[derive(Debug, Default)]
pub struct TerminalPicture {
    /// Its number, which its cells have too.
    pub id: u8,
    /// What is sent before its cells, each in a slice of its own; then the cells are written as text.
    pub commands: Vec<String>,
    /// What ends commands of which not all are sent.
    pub breaks_off: String,
    /// What has the terminal forget it.
    pub frees: String,
    /// Whether its slices go by the time, and not by answers: tmux answers before the terminal has them,
    /// which is far.
    pub paced: bool,
    /// What is drawn in place of its cells, where there are no commands: by row and column.
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
    /// What draws it where the cursor is.
    pub text: String,
}

impl TerminalPicture {
    /// Whether its cells are text for the terminal.
    pub(super) fn is_of_text(&self) -> bool {
        !self.commands.is_empty()
    }

    /// The part that shows this cell.
    pub(super) fn tile(&self, at: PictureCell) -> Option<&Tile> {
        let after =
            self.tiles.partition_point(|tile| (tile.row, tile.column) <= (at.row, at.column));
        let tile = self.tiles.get(after.checked_sub(1)?)?;
        let is_in = tile.row == at.row && at.column < tile.column + tile.columns;
        (is_in && self.id == at.id).then_some(tile)
    }

    /// What has the terminal forget all that it may have been sent.
    pub fn gives_up(&self) -> String {
        format!("{}{}", self.breaks_off, self.frees)
    }
}
