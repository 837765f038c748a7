//! Brings a place of the value into view.

use super::hex;
use super::line_layout::Lines;
use super::{Body, Preview, Scroll, Viewport};

impl Preview {
    /// Moves as little as needed to bring byte `offset` of what is shown into view: not at all if it is seen.
    pub fn reveal(&self, scroll: Scroll, offset: usize, view: Viewport) -> Scroll {
        let offset = offset.min(self.shown().len().saturating_sub(1));
        match &self.body {
            Body::Nothing => Scroll::default(),
            Body::Picture(_) => self.at_most_bottom(scroll, view),
            Body::Table(table) => table.reveal(scroll, offset, view),
            Body::Hex(_) => {
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
                let target = Self::row_with(lines, offset, view);
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
                Scroll { column: Self::column_with(lines, scroll.column, offset, view), ..row }
            }
        }
    }

    /// A position with the row of byte `offset` of what is shown at the top, or the bottom if that is further
    /// up.
    pub fn from_offset(&self, scroll: Scroll, offset: usize, view: Viewport) -> Scroll {
        match &self.body {
            Body::Nothing => Scroll::default(),
            Body::Picture(_) => self.at_most_bottom(scroll, view),
            Body::Table(table) => {
                let line = table.row_of(offset);
                table.moved(Scroll { line, ..scroll }, 0, view)
            }
            Body::Hex(_) => self.at_most_bottom(hex::at(offset, view), view),
            Body::Lines(lines) => {
                let row = Self::row_with(lines, offset, view);
                self.at_most_bottom(Scroll { column: scroll.column, ..row }, view)
            }
        }
    }

    /// The row that shows a byte of the value.
    pub(super) fn row_with(lines: &Lines, offset: usize, view: Viewport) -> Scroll {
        let number = lines.line_of(offset);
        let line = lines.seen(number, view);
        let sub = Lines::row_of(&line, line.offset_of(offset), view);
        Scroll { line: number, sub, column: 0 }
    }

    /// The column from which a byte of the value is seen.
    fn column_with(lines: &Lines, column: usize, offset: usize, view: Viewport) -> usize {
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{preview, values, view};
    use super::super::{Hit, Span};

    #[test]
    fn what_is_searched_comes_into_view() {
        let text = format!("{{\"a\": [{}\"needle\"], \"b\": 1}}", "1,".repeat(5000));
        let preview = preview(&text, "application/json");
        let matches = preview.find("needle");
        let offset = matches.get(0).unwrap().start;
        for wrap in [false, true] {
            let view = view(30, 10, wrap);
            let there = preview.reveal(preview.top(), offset, view);
            let rows = preview.rows(there, view, Some(&matches));
            let hits = rows.iter().flat_map(|row| &row.spans);
            let hits: Vec<_> = hits.filter(|span| span.hit != Hit::No).collect();
            assert_eq!(hits.len(), 1);
            assert_eq!(hits[0].text, "needle");
            assert_eq!(preview.reveal(there, offset, view), there);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn any_byte_comes_into_view(
            (text, content_type) in values(), at in 0_usize..1000,
            width in 12_u16..90, height in 1_u16..30, wrap in any::<bool>(),
        ) {
            let preview = preview(&text, content_type);
            let view = view(width, height, wrap);
            let at = text.len() * at / 1000;
            let after = (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            let word: String = text[after..]
                .chars().take(1).filter(|c| c.is_ascii_lowercase() || *c == '日').collect();
            let mut matches = preview.find(&word);
            if let Some(index) = matches.next(at) {
                matches.set_current(Some(index));
                let scroll = preview.reveal(preview.top(), matches.get(index).unwrap().start, view);
                let rows = preview.rows(scroll, view, Some(&matches));
                let current = |span: &Span| span.hit == Hit::Current;
                prop_assert!(rows.iter().flat_map(|row| &row.spans).any(current));
            }
        }
    }
}
