//! The visible part of a preview, and its start.

/// Size of the visible part of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewport {
    /// Width for text, in cells, without line numbers.
    pub width: u16,
    /// Height, in rows.
    pub height: u16,
    /// Whether a line that is longer than a row goes on in the next.
    pub wrap: bool,
}

/// Start of a viewport. The default is the top; other positions come from the preview. A position stays
/// meaningful when the viewport changes its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Scroll {
    /// The line, from 0.
    pub(super) line: usize,
    /// Offset in the line at which the row begins.
    pub(super) sub: usize,
    /// Cells cut off on the left; 0 with wrapping.
    pub(super) column: usize,
}

impl Scroll {
    /// Number of the first visible line, from 1. (In hex: of 16 bytes each.)
    pub fn line(self) -> usize {
        self.line + 1
    }

    /// Number of cells cut off on the left.
    pub fn column(self) -> usize {
        self.column
    }

    /// Line and offset of the row, for comparing.
    pub(super) fn row(self) -> (usize, usize) {
        (self.line, self.sub)
    }
}
