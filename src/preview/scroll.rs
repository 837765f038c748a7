//! Moving about in a preview.

use super::hex;
use super::layout::Lines;
use super::{Body, Preview};

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

    fn row(self) -> (usize, usize) {
        (self.line, self.sub)
    }
}

impl Preview {
    /// The first row.
    #[expect(clippy::unused_self, reason = "the counterpart of bottom")]
    pub fn top(&self) -> Scroll {
        Scroll::default()
    }

    /// Where the last page begins, so that it is full.
    pub fn bottom(&self, view: Viewport) -> Scroll {
        match &self.body {
            Body::Nothing => Scroll::default(),
            Body::Lines(lines) => lines.bottom(view),
            Body::Hex => hex::bottom(&self.value, view),
        }
    }

    /// `rows` rows down, or up if negative, within top and bottom. Over 1,000 rows, a wrapped
    /// line counts as one.
    pub fn scroll_by(&self, scroll: Scroll, rows: isize, view: Viewport) -> Scroll {
        let distance = rows.unsigned_abs();
        let moved = match &self.body {
            Body::Nothing => return Scroll::default(),
            Body::Lines(lines) => {
                let settled = lines.settle(scroll, view);
                if rows < 0 {
                    lines.back(settled, distance, view)
                } else {
                    lines.forward(settled, distance, view)
                }
            }
            Body::Hex => hex::moved(scroll, rows, view),
        };
        self.at_most_bottom(moved, view)
    }

    /// The byte of the value that the first row seen begins with.
    pub fn offset(&self, scroll: Scroll, view: Viewport) -> usize {
        match &self.body {
            Body::Nothing => 0,
            Body::Lines(lines) => lines.source_of(lines.settle(scroll, view)),
            Body::Hex => hex::offset(scroll),
        }
    }

    /// `cells` cells to the right, or to the left if negative, as far as there is text in the
    /// lines seen. Without wrapping only.
    pub fn sideways(&self, scroll: Scroll, cells: isize, view: Viewport) -> Scroll {
        let Body::Lines(lines) = &self.body else { return Scroll { column: 0, ..scroll } };
        if view.wrap {
            return Scroll { column: 0, ..scroll };
        }
        let seen = scroll.line..(scroll.line + usize::from(view.height)).min(self.lines());
        let widths = seen.map(|number| {
            let line = lines.line(number);
            Lines::indent(&line, view) + line.cells()
        });
        let widest = widths.max().unwrap_or(0).saturating_sub(usize::from(view.width));
        let column = scroll.column.saturating_add_signed(cells).min(widest.max(scroll.column));
        Scroll { column, ..scroll }
    }

    /// How far down a position is, from 0 (top) to 1 (bottom), for a scroll bar.
    pub fn fraction(&self, scroll: Scroll, view: Viewport) -> f32 {
        let bottom = self.bottom(view);
        let (part, whole) = match &self.body {
            Body::Lines(lines) if view.wrap => {
                (lines.source_of(lines.settle(scroll, view)), lines.source_of(bottom))
            }
            Body::Hex => (hex::offset(scroll), hex::offset(bottom)),
            Body::Nothing | Body::Lines(_) => (scroll.line, bottom.line),
        };
        if whole == 0 { 0.0 } else { (part as f32 / whole as f32).clamp(0.0, 1.0) }
    }

    /// The position that is `fraction` (0 to 1) down: where a scroll bar is clicked.
    pub fn at_fraction(&self, fraction: f32, view: Viewport) -> Scroll {
        let bottom = self.bottom(view);
        let share = |whole: usize| (whole as f64 * f64::from(fraction.clamp(0.0, 1.0))) as usize;
        let there = match &self.body {
            Body::Nothing => bottom,
            Body::Lines(lines) if view.wrap => {
                self.row_with(lines, share(lines.source_of(bottom)), view)
            }
            Body::Lines(_) => Scroll { line: share(bottom.line), ..Scroll::default() },
            Body::Hex => hex::at(share(hex::offset(bottom)), view),
        };
        self.at_most_bottom(there, view)
    }

    /// Moves as little as need be to see byte `offset` of the value: not at all if it is seen.
    pub fn reveal(&self, scroll: Scroll, offset: usize, view: Viewport) -> Scroll {
        let offset = offset.min(self.value.len().saturating_sub(1));
        match &self.body {
            Body::Nothing => Scroll::default(),
            Body::Hex => {
                let row = hex::at(offset, view);
                let third = isize::from(i16::try_from(view.height / 3).unwrap_or(0));
                let (first, after) = (
                    hex::moved(scroll, 0, view),
                    hex::moved(scroll, isize::try_from(view.height).unwrap_or(0), view),
                );
                let seen = (first.row()..after.row()).contains(&row.row());
                self.at_most_bottom(if seen { first } else { hex::moved(row, -third, view) }, view)
            }
            Body::Lines(lines) => {
                let target = self.row_with(lines, offset, view);
                let first = self.at_most_bottom(lines.settle(scroll, view), view);
                let last = lines.forward(first, usize::from(view.height).saturating_sub(1), view);
                let seen = (first.row()..=last.row()).contains(&target.row());
                let row = if seen {
                    first
                } else {
                    self.at_most_bottom(
                        lines.back(target, usize::from(view.height / 3), view),
                        view,
                    )
                };
                Scroll { column: self.column_with(lines, scroll.column, offset, view), ..row }
            }
        }
    }

    /// The row that shows a byte of the value.
    #[expect(clippy::unused_self, reason = "belongs to the others")]
    fn row_with(&self, lines: &Lines, offset: usize, view: Viewport) -> Scroll {
        let number = lines.line_of(offset);
        let line = lines.line(number);
        let sub = Lines::row_of(&line, line.offset_of(offset), view);
        Scroll { line: number, sub, column: 0 }
    }

    /// The column from which a byte of the value is seen.
    #[expect(clippy::unused_self, reason = "belongs to the others")]
    fn column_with(&self, lines: &Lines, column: usize, offset: usize, view: Viewport) -> usize {
        if view.wrap {
            return 0;
        }
        let line = lines.line(lines.line_of(offset));
        let there = Lines::indent(&line, view) + line.column_of(line.offset_of(offset));
        let width = usize::from(view.width);
        if (column..(column + width).saturating_sub(1)).contains(&there) {
            column
        } else if there + 1 < width {
            0
        } else {
            there - width / 3
        }
    }

    fn at_most_bottom(&self, scroll: Scroll, view: Viewport) -> Scroll {
        let bottom = self.bottom(view);
        if scroll.row() > bottom.row() {
            Scroll { column: scroll.column, ..bottom }
        } else {
            scroll
        }
    }
}
