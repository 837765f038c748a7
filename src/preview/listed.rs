//! The list of an archive's entries where lines are wrapped: an entry stays on one row, without its time where there is
//! no room for it, and with the middle of a long name left out.

use std::ops::Range;

use bytes::Bytes;

use super::line::{Fragment, Line};
use super::row::Role;
use crate::text::unit;

/// Width of a size, in cells.
pub(super) const SIZE: usize = 7;

/// Width of a time with the gap behind it, in cells.
pub(super) const TIME: usize = 18;

/// Width of the names beside which the times are shown, in cells, where longer ones are cut.
const NAME: usize = 24;

/// Width of the column of sizes with the gap behind it, in cells.
const BEFORE: usize = SIZE + 2;

/// The sign in place of what is left out.
const GAP: &[u8] = "…".as_bytes();

/// An archive whose entries are listed.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) bytes: Bytes,
    /// Whether there is a column of times.
    pub(super) timed: bool,
    /// Width of the widest name, in cells, with what is told of it.
    pub(super) widest: usize,
}

impl Listed {
    /// Line `number` of `count` as it is shown in rows of this width.
    pub(super) fn narrowed<'a>(
        &self,
        mut line: Line<'a>,
        number: usize,
        count: usize,
        width: u16,
    ) -> Line<'a> {
        let width = usize::from(width);
        // The last line holds the totals.
        if number + 1 >= count || width <= BEFORE {
            return line;
        }
        let mut first = 1;
        if self.timed && line.parts.len() > 1 {
            if width < BEFORE + TIME + self.widest.min(NAME) {
                line.parts.remove(1);
            } else {
                first = 2;
            }
        }
        let named = line.parts.split_off(first.min(line.parts.len()));
        let before: usize = line.parts.iter().map(cells).sum();
        let mut left = width.saturating_sub(before);
        let mut rest: usize = named.iter().map(cells).sum();
        for (at, part) in named.into_iter().enumerate() {
            let own = cells(&part);
            rest -= own;
            // What is told of a name takes up to half of the room.
            let room = if at == 0 { left.saturating_sub(rest.min(left / 2)) } else { left };
            let shown = shortened(part, room);
            left = left.saturating_sub(shown.iter().map(cells).sum());
            line.parts.extend(shown);
        }
        line
    }
}

fn cells(part: &Fragment<'_>) -> usize {
    width_of(part.bytes)
}

/// Width of a piece of the list, in cells.
pub(super) fn width_of(text: &[u8]) -> usize {
    if text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    units(text).map(|(_, cells)| cells).sum()
}

/// The units of a text: the offset behind each, and its width in cells.
fn units(text: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut rest = std::str::from_utf8(text).unwrap_or_default();
    std::iter::from_fn(move || {
        let unit = (!rest.is_empty()).then(|| unit::first(rest))?;
        rest = &rest[unit.len..];
        Some((text.len() - rest.len(), unit.cells))
    })
}

/// A piece in at most `room` cells: whole, or its beginning and its end with a sign between them.
fn shortened(part: Fragment<'_>, room: usize) -> Vec<Fragment<'_>> {
    let all = width_of(part.bytes);
    if all <= room {
        return vec![part];
    }
    let Some(kept) = room.checked_sub(1) else { return Vec::new() };
    // Names that begin alike differ in their ends.
    let (before, behind) = (kept / 2, kept - kept / 2);
    let (mut seen, mut head, mut tail) = (0, 0, part.bytes.len());
    for (end, cells) in units(part.bytes) {
        seen += cells;
        if seen <= before {
            head = end;
        }
        if all - seen <= behind {
            tail = tail.min(end);
        }
    }
    let piece = |of: Range<usize>| Fragment {
        bytes: &part.bytes[of.clone()],
        source: part.source.map(|source| source + of.start),
        role: part.role,
        long: None,
    };
    let gap = Fragment { bytes: GAP, source: None, role: Role::Wrapped, long: None };
    vec![piece(0..head), gap, piece(tail..part.bytes.len())]
}

/// The bytes of the value that the sign at this offset of a line stands for.
pub(super) fn left_out(line: &Line<'_>, at: usize) -> Option<Range<usize>> {
    let mut begin = 0;
    let index = line.parts.iter().position(|part| {
        begin += part.bytes.len();
        at < begin
    })?;
    let before = line.parts.get(index.checked_sub(1)?)?;
    let from = before.source? + before.bytes.len();
    let to = line.parts.get(index + 1)?.source?;
    (from < to).then_some(from..to)
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::{tar, zip};
    use super::super::tests::view;
    use super::super::{Hit, Preview, Row};
    use crate::model::{Record, RecordMeta};
    use crate::text;

    fn of(archive: Vec<u8>) -> Preview {
        Preview::build(&Record { meta: RecordMeta::default(), value: archive.into() })
    }

    #[test]
    fn an_entry_stays_on_one_row_where_the_pane_is_narrow() {
        let long =
            |end: &str| format!("catalogue/pictures/2026/product-with-a-long-name-{end}.png");
        let (one, other) = (long("0001"), long("0002"));
        let files: [(&[u8], &[u8]); 3] =
            [(one.as_bytes(), b"1"), (other.as_bytes(), b"22"), (b"short.txt", b"333")];
        for bytes in [zip(&files), tar(&files)] {
            let preview = of(bytes);
            for width in 10..90 {
                let rows = preview.rows(preview.top(), view(width, 40, true), None);
                let texts: Vec<_> = rows.iter().map(Row::text).collect();
                let entries = &texts[..4];
                let fits = |row: &String| text::cells(row) <= usize::from(width);
                assert!(entries.iter().all(fits) && texts[4].contains(" B"), "{width}: {texts:#?}");
                if width >= 24 {
                    assert!(texts[1].ends_with("1.png"), "{width}: {texts:#?}");
                    assert!(texts[2].ends_with("2.png") && texts[3].ends_with("short.txt"));
                }
                let timed = width >= 9 + 18 + 24;
                assert_eq!(texts[0].contains("modified"), timed, "{width}: {texts:#?}");
            }
            // All of it can be seen without wrapping.
            let rows = preview.rows(preview.top(), view(200, 40, false), None);
            assert!(rows[1].text().ends_with(&one), "{:?}", rows[1]);
        }
    }

    #[test]
    fn widths_are_those_that_are_shown() {
        for text in ["", "plain name.txt", "日本語.png", "e\u{301}té", "a → b", "…"] {
            assert_eq!(super::width_of(text.as_bytes()), text::cells(text), "{text}");
        }
    }

    #[test]
    fn a_match_in_what_is_left_out_of_a_name_is_seen() {
        let name = format!("{}needle{}", "a".repeat(40), "b".repeat(40));
        let preview = of(zip(&[(name.as_bytes(), b"1")]));
        let mut matches = preview.find("needle");
        matches.set_current(Some(0));
        let view = view(30, 10, true);
        let rows = preview.rows(preview.top(), view, Some(&matches));
        let hits: Vec<_> = rows
            .iter()
            .flat_map(|row| &row.spans)
            .filter(|span| span.hit == Hit::Current)
            .map(|span| &*span.text)
            .collect();
        assert_eq!(hits, ["…"], "{rows:#?}");
        // What is matched before and behind it is marked there.
        let rows = preview.rows(preview.top(), view, Some(&preview.find("b")));
        let marked = rows.iter().flat_map(|row| &row.spans).filter(|span| span.hit != Hit::No);
        assert!(marked.map(|span| span.text.as_str()).collect::<String>().contains("…b"));
    }
}
