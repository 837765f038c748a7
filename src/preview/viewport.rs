//! How much of a preview is seen, and where that begins.

/// How much of a preview is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewport {
    /// Cells for text in a row, without line numbers.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// Whether what is longer than a row goes on in the next.
    pub wrap: bool,
}

/// Where a viewport begins. The default is the top; other positions come from the preview.
/// A position stays meaningful when the viewport changes its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Scroll {
    /// The line, from 0.
    pub(super) line: usize,
    /// Where in the line the row begins.
    pub(super) sub: usize,
    /// Cells that are left out on the left; 0 with wrapping.
    pub(super) column: usize,
}

impl Scroll {
    /// The first line that is seen, from 1. (In hex: of 16 bytes each.)
    pub fn line(self) -> usize {
        self.line + 1
    }

    /// How many cells are left out on the left.
    pub fn column(self) -> usize {
        self.column
    }

    /// The row, for comparing.
    pub(super) fn row(self) -> (usize, usize) {
        (self.line, self.sub)
    }
}
