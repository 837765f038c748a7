//! Moving about in a preview.

use super::hex;
use super::line_layout::Lines;
use super::{Body, PicturePlace, Preview, Scroll, Viewport};

impl Preview {
    /// The first row.
    pub fn top(&self) -> Scroll {
        Scroll::default()
    }

    /// Start of the last full page.
    pub fn bottom(&self, view: Viewport) -> Scroll {
        match &self.body {
            Body::Nothing => Scroll::default(),
            Body::Lines(lines) => lines.bottom(view),
            Body::Table(table) => table.bottom(view),
            Body::Hex(bytes) => hex::bottom(bytes, view),
            Body::Picture(picture) => picture.bottom(view),
        }
    }

    /// The position `rows` rows down, or up if negative, between top and bottom. Over 1,000 rows, a wrapped
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
            Body::Table(table) => return table.moved(scroll, rows, view),
            Body::Hex(_) => hex::moved(scroll, rows, view),
            Body::Picture(_) => {
                let line = scroll.line.saturating_add_signed(rows);
                Scroll { line, ..Scroll::default() }
            }
        };
        self.at_most_bottom(moved, view)
    }

    /// The position that begins with this line; of hex, with the row that holds this byte.
    pub fn at_line(&self, number: usize, view: Viewport) -> Scroll {
        let there = match &self.body {
            Body::Nothing | Body::Picture(_) => Scroll::default(),
            Body::Lines(_) | Body::Table(_) => Scroll { line: number, ..Scroll::default() },
            Body::Hex(_) => hex::at(number, view),
        };
        self.at_most_bottom(there, view)
    }

    /// The bytes of a line, up to where the next one begins.
    pub fn line_range(&self, number: usize, view: Viewport) -> std::ops::Range<usize> {
        let at = |line| self.offset(Scroll { line, ..Scroll::default() }, view);
        let end = if number + 1 < self.lines() { at(number + 1) } else { self.shown().len() };
        at(number)..end
    }

    /// Offset in the value of the first visible row.
    pub fn offset(&self, scroll: Scroll, view: Viewport) -> usize {
        match &self.body {
            Body::Nothing | Body::Picture(_) => 0,
            Body::Lines(lines) => lines.source_of(lines.settle(scroll, view)),
            Body::Table(table) => table.row_start(scroll.line),
            Body::Hex(_) => hex::offset(scroll),
        }
    }

    /// Place of the picture on the screen; `None` for other values.
    pub fn picture_place(&self, scroll: Scroll, view: Viewport) -> Option<PicturePlace> {
        match &self.body {
            Body::Picture(picture) => Some(picture.place(scroll, view)),
            Body::Nothing | Body::Lines(_) | Body::Table(_) | Body::Hex(_) => None,
        }
    }

    /// The position `cells` cells to the right, or to the left if negative, up to the end of the text in the
    /// visible lines. Only without wrapping.
    pub fn sideways(&self, scroll: Scroll, cells: isize, view: Viewport) -> Scroll {
        if let Body::Table(table) = &self.body {
            return table.sideways(scroll, cells, view);
        }
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

    /// Distance of a position from the top, from 0 (top) to 1 (bottom), for a scroll bar.
    pub fn fraction(&self, scroll: Scroll, view: Viewport) -> f32 {
        let bottom = self.bottom(view);
        let (part, whole) = match &self.body {
            Body::Lines(lines) if view.wrap => {
                (lines.source_of(lines.settle(scroll, view)), lines.source_of(bottom))
            }
            Body::Hex(_) => (hex::offset(scroll), hex::offset(bottom)),
            Body::Nothing | Body::Lines(_) | Body::Table(_) | Body::Picture(_) => {
                (scroll.line, bottom.line)
            }
        };
        if whole == 0 { 0.0 } else { (part as f32 / whole as f32).clamp(0.0, 1.0) }
    }

    /// The position that is `fraction` (0 to 1) down, for a click on a scroll bar.
    #[expect(clippy::cast_sign_loss, reason = "neither factor is negative")]
    pub fn at_fraction(&self, fraction: f32, view: Viewport) -> Scroll {
        let bottom = self.bottom(view);
        let share = |whole: usize| (whole as f64 * f64::from(fraction.clamp(0.0, 1.0))) as usize;
        let there = match &self.body {
            Body::Nothing => bottom,
            Body::Lines(lines) if view.wrap => {
                Self::row_with(lines, share(lines.source_of(bottom)), view)
            }
            Body::Lines(_) | Body::Table(_) | Body::Picture(_) => {
                Scroll { line: share(bottom.line), ..Scroll::default() }
            }
            Body::Hex(_) => hex::at(share(hex::offset(bottom)), view),
        };
        self.at_most_bottom(there, view)
    }

    /// The position, or the bottom if it is further up.
    pub(super) fn at_most_bottom(&self, scroll: Scroll, view: Viewport) -> Scroll {
        if let Body::Lines(lines) = &self.body
            && lines.is_far_from_end(scroll, view)
        {
            return scroll;
        }
        let bottom = self.bottom(view);
        if scroll.row() > bottom.row() {
            Scroll { column: scroll.column, ..bottom }
        } else {
            scroll
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{preview, values, view};
    use super::super::{Mode, Preview, Row};
    use super::*;
    use crate::model::Record;
    use crate::text::cells;

    fn first(preview: &Preview, scroll: Scroll, view: Viewport) -> Option<Row> {
        preview.rows(scroll, Viewport { height: 1, ..view }, None).pop()
    }

    #[test]
    fn the_last_page_stays_full() {
        let text = (0..100).fold(String::new(), |text, number| text + &format!("line {number}\n"));
        let preview = preview(&text, "text/plain");
        for wrap in [false, true] {
            let view = view(20, 10, wrap);
            let down = preview.scroll_by(preview.top(), isize::MAX, view);
            assert_eq!(down, preview.bottom(view));
            assert_eq!(down.line(), 91);
            assert_eq!(preview.rows(down, view, None).len(), 10);
            assert!((preview.fraction(down, view) - 1.0).abs() < f32::EPSILON);
            assert_eq!(preview.at_fraction(1.0, view), down);
            assert_eq!(preview.scroll_by(down, isize::MIN, view), preview.top());
            assert!(preview.fraction(preview.top(), view) == 0.0);
        }
    }

    #[test]
    fn what_fits_does_not_scroll() {
        for text in ["", "one", "one\ntwo"] {
            let preview = preview(text, "text/plain");
            let view = view(20, 10, true);
            assert_eq!(preview.scroll_by(preview.top(), 1, view), preview.top());
            assert_eq!(preview.bottom(view), preview.top());
        }
    }

    #[test]
    fn sideways_ends_where_the_text_ends() {
        let preview = preview("short\n0123456789\n日本語日本語日本語\n", "text/plain");
        let view = view(6, 3, false);
        let right = preview.sideways(preview.top(), 99, view);
        assert_eq!(right.column(), 12);
        let texts: Vec<_> = preview.rows(right, view, None).iter().map(Row::text).collect();
        assert_eq!(texts, ["", "", "日本語"]);
        let back = preview.sideways(right, -9, view);
        let texts: Vec<_> = preview.rows(back, view, None).iter().map(Row::text).collect();
        assert_eq!(texts, ["rt", "345678", " 語日"]);
        assert_eq!(preview.sideways(right, 5, Viewport { wrap: true, ..view }).column(), 0);
    }

    #[test]
    fn a_resize_keeps_the_place() {
        let preview = preview(&"0123456789".repeat(100), "text/plain");
        let narrow = view(10, 5, true);
        let there = preview.scroll_by(preview.top(), 50, narrow);
        let wide = preview.rows(there, view(100, 5, true), None);
        assert_eq!(wide.len(), 5);
        assert_eq!(preview.rows(there, narrow, None)[0].number, None);
        assert_eq!(preview.rows(there, view(100, 5, false), None)[0].number, Some(1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn every_row_is_reached_from_every_other(
            (text, content_type) in values(),
            width in 1_u16..90, height in 1_u16..30, wrap in any::<bool>(), step in 1_isize..200,
        ) {
            let preview = preview(&text, content_type);
            let view = view(width, height, wrap);
            let all = preview.rows(preview.top(), Viewport { height: 3000, ..view }, None);
            prop_assume!(all.len() < 3000);
            for row in &all {
                let used: usize = row.spans.iter().map(|span| cells(&span.text)).sum();
                prop_assert!(used <= usize::from(width), "{row:?}");
            }
            let numbers = all.iter().filter_map(|row| row.number);
            prop_assert!(numbers.eq(1..=preview.lines()));

            let last = all.len().saturating_sub(usize::from(height));
            let bottom = preview.bottom(view);
            prop_assert_eq!(preview.rows(bottom, view, None), &all[last..]);

            let (mut at, mut index) = (preview.top(), 0);
            for _ in 0..40 {
                if index == last {
                    prop_assert_eq!(at, bottom);
                    break;
                }
                let next = preview.scroll_by(at, step, view);
                let moved = step.unsigned_abs().min(last - index);
                index += moved;
                prop_assert_eq!(first(&preview, next, view), all.get(index).cloned());
                prop_assert_eq!(preview.scroll_by(next, -(moved.cast_signed()), view), at);
                at = next;
            }
        }

        #[test]
        fn sideways_steps_show_the_whole_line(word in "[a-zé日\\t]{1,9}", times in 1_usize..900) {
            let preview = preview(&word.repeat(times), "text/plain");
            let view = view(50, 1, false);
            let whole = preview.rows(preview.top(), Viewport { width: u16::MAX, ..view }, None);
            prop_assume!(cells(&whole[0].text()) + 2 < usize::from(u16::MAX));
            let mut shown = String::new();
            let mut scroll = preview.top();
            loop {
                shown += &first(&preview, scroll, view).unwrap().text();
                let next = preview.sideways(scroll, 50, Viewport { width: 1, ..view });
                let next = Scroll { column: next.column / 50 * 50, ..next };
                if next == scroll {
                    break;
                }
                scroll = next;
            }
            let blank = |text: &str| text.replace(['日', ' '], "");
            prop_assert_eq!(blank(&shown), blank(&whole[0].text()));
        }

        #[test]
        fn no_bytes_do_harm(
            value in any::<Vec<u8>>(), hex in any::<bool>(), raw in any::<bool>(),
            width in 0_u16..90, height in 0_u16..30, wrap in any::<bool>(), rows in any::<isize>(),
        ) {
            let mode = if hex { Mode::Hex } else if raw { Mode::Raw } else { Mode::Text };
            let record = Record { value: value.into(), ..Record::default() };
            for preview in [Preview::build(&record), Preview::build_as(&record, mode)] {
                let view = view(width, height, wrap);
                let there = preview.scroll_by(preview.top(), rows, view);
                let there = preview.sideways(there, rows, view);
                prop_assert!(preview.rows(there, view, None).len() <= usize::from(height));
                preview.reveal(there, rows.unsigned_abs(), view);
                let fraction = preview.fraction(there, view);
                prop_assert!((0.0..=1.0).contains(&fraction));
            }
        }
    }
}
