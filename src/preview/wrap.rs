//! The places at which a long line is broken: behind a space or before a tag, where one is near, else behind
//! a part of a word, and never before a character that closes or continues something, such as `,` and `}`.

use super::line::{Placed, Units};

/// Width of the sign before the further rows of a line, with the gap behind it, in cells.
pub(super) const HANG: usize = 2;
/// Width of a row below which there is no room for the sign, in cells.
const LEAST_ROOM: usize = 16;
/// Divisor of the width: a row is broken behind a word only where at least half of it is filled.
const FILLED: usize = 2;

/// The way of filling the rows of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrap {
    width: usize,
    /// Cells that the further rows leave free.
    pub(super) hang: usize,
}

/// The start of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowStart {
    /// Offset in the line.
    pub(super) at: usize,
    /// Whether a row must begin here.
    pub(super) page: bool,
}

impl Wrap {
    /// Wrapping into rows of this width, in cells.
    pub(super) fn new(width: usize) -> Self {
        Self { width, hang: if width < LEAST_ROOM { 0 } else { HANG } }
    }

    /// Width of a row for text, in cells; `first`: the row is the line's first.
    pub(super) fn room(self, first: bool) -> usize {
        if first { self.width } else { self.width - self.hang }
    }

    /// Moves from the start of a row to that of the next.
    pub(super) fn next_row(self, units: &mut Units<'_, '_>, first: bool) -> Option<RowStart> {
        let width = self.room(first);
        let (mut used, mut empty, mut hangs_over) = (0, true, false);
        // The last break behind a word, with the cells before it, and the last possible break of any kind.
        let (mut word, mut anywhere) = (None, None);
        // The same behind a space or before a tag, with text before it: a date or an id is moved whole.
        let (mut space, mut is_spaced, mut has_text) = (None, false, false);
        let mut is_behind = false;
        loop {
            let before = units.clone();
            let plain = before.plain();
            let count = units.leap(width.saturating_sub(used));
            let leapt = &plain[..count.min(plain.len())];
            let ended = |at: usize| if at > 0 { ends_words(&leapt[..at]) } else { is_behind };
            let behind = |at: usize| ended(at) || begins_word(leapt[at]);
            let begins = |at: usize| (at > 0 || !empty) && may_begin(leapt[at], behind(at));
            let spaced = |at: usize| {
                let is_spaced = if at > 0 { leapt[at - 1] == b' ' } else { is_spaced };
                (is_spaced || begins_word(leapt[at]))
                    && (has_text || leapt[..at].iter().any(|byte| *byte != b' '))
            };
            if let Some(at) = (0..count).rev().find(|at| begins(*at) && spaced(*at)) {
                space = Some((before.behind_plain(at), used + at));
            }
            if let Some(at) = (0..count).rev().find(|at| begins(*at) && behind(*at)) {
                word = Some((before.behind_plain(at), used + at));
            }
            if let Some(at) = (0..count).rev().find(|at| begins(*at)) {
                anywhere = Some(before.behind_plain(at));
            }
            if !leapt.is_empty() {
                is_behind = ends_words(leapt);
                is_spaced = leapt.ends_with(b" ");
                has_text |= leapt.iter().any(|byte| *byte != b' ');
                empty = false;
            }
            used += count;

            let here = units.clone();
            let placed = units.next()?;
            if !empty && placed.page {
                *units = here;
                return Some(RowStart { at: placed.at, page: true });
            }
            let is_tag = matches!(placed.unit.text.as_bytes(), [byte] if begins_word(*byte));
            (is_behind, is_spaced) = (is_behind || is_tag, is_spaced || is_tag);
            let begins = may_begin_unit(&placed, is_behind);
            if !empty && used + placed.unit.cells > width {
                // A space at the end of a row is invisible.
                if placed.unit.text == " " && !hangs_over {
                    (hangs_over, is_behind, is_spaced) = (true, true, true);
                    continue;
                }
                let filled = |cells: &usize| cells * FILLED >= width;
                // A token that has room in a row of its own is not broken.
                let is_whole =
                    |space: &Units<'_, '_>| begins_whole(space.clone(), self.room(false));
                *units = match (word, anywhere) {
                    _ if begins && is_spaced => here,
                    _ if space
                        .as_ref()
                        .is_some_and(|(at, cells)| filled(cells) || is_whole(at)) =>
                    {
                        space.map_or(here, |(space, _)| space)
                    }
                    _ if begins && is_behind => here,
                    (Some((word, cells)), _) if filled(&cells) => word,
                    _ if begins => here,
                    (_, Some(anywhere)) => anywhere,
                    (_, None) => here,
                };
                let start = units.clone().next()?;
                return Some(RowStart { at: start.at, page: start.page });
            }
            if !empty && begins {
                if is_spaced && has_text {
                    space = Some((here.clone(), used));
                }
                if is_behind {
                    word = Some((here.clone(), used));
                }
                anywhere = Some(here);
            }
            is_behind = ends_word_unit(&placed);
            // Wide scripts are broken anywhere, as if between words.
            is_spaced = placed.unit.text == " " || placed.unit.cells > 1;
            has_text |= placed.unit.text != " ";
            used += placed.unit.cells;
            empty = false;
        }
    }
}

/// Whether what stands up to the next space has room in a row of this width.
fn begins_whole(units: Units<'_, '_>, width: usize) -> bool {
    let mut used = 0;
    for (at, placed) in units.enumerate() {
        if placed.unit.text == " " || (at > 0 && placed.page) {
            return true;
        }
        used += placed.unit.cells;
        if used > width {
            return false;
        }
    }
    true
}

/// Whether this byte ends a word or a token.
fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b',' | b';' | b'/' | b'?' | b'&' | b'-' | b'|' | b'>' | b')' | b']' | b'}'
    )
}

/// Whether the last of these bytes ends a word or a token; a tag's name stays with its `</`.
fn ends_words(bytes: &[u8]) -> bool {
    !bytes.ends_with(b"</") && bytes.last().is_some_and(|last| ends_word(*last))
}

/// Whether a row may be broken between bytes, behind a word or a token; `wide`: the character before is wide.
pub(crate) fn breaks(before: &[u8], wide: bool, next: u8) -> bool {
    (wide || ends_words(before) || begins_word(next)) && may_begin(next, true)
}

/// Whether this byte begins a token, whatever is before it: that of a tag.
fn begins_word(byte: u8) -> bool {
    byte == b'<'
}

/// Whether a row may begin with this byte; `behind`: a word has ended before it.
fn may_begin(byte: u8, behind: bool) -> bool {
    match byte {
        b' ' | b',' | b':' | b';' | b']' | b'}' | b')' | b'>' | b'/' => false,
        b'"' | b'\'' | b'.' | b'!' | b'?' => behind,
        _ => true,
    }
}

fn may_begin_unit(placed: &Placed, behind: bool) -> bool {
    match placed.unit.text.as_bytes() {
        [byte] => may_begin(*byte, behind),
        _ => true,
    }
}

/// Whether a unit ends a word. Scripts of wide characters are broken between any two of them.
fn ends_word_unit(placed: &Placed) -> bool {
    match placed.unit.text.as_bytes() {
        [byte] => ends_word(*byte),
        _ => placed.unit.cells > 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{preview, values, view};
    use super::super::{Role, Row};

    fn rows(text: &str, content_type: &str, width: u16) -> Vec<String> {
        let preview = preview(text, content_type);
        preview.rows(preview.top(), view(width, 60, true), None).iter().map(Row::text).collect()
    }

    #[test]
    fn text_is_broken_between_words_and_the_rows_that_go_on_say_so() {
        let text = "The quick brown fox jumps over the lazy dog.";
        assert_eq!(
            rows(text, "text/plain", 20),
            ["The quick brown fox ", "↪ jumps over the ", "↪ lazy dog."]
        );
        assert_eq!(rows("word more words here", "text/plain", 9), ["word more", "words ", "here"]);
    }

    #[test]
    fn what_has_no_space_is_moved_whole_where_a_row_is_half_filled_without_it() {
        let text = r#"{"crawlerStartedAt": "2026-11-30T17:33:36.355663Z"}"#;
        assert_eq!(
            rows(text, "application/json", 37)[1..3],
            ["  \"crawlerStartedAt\": ", "  ↪ \"2026-11-30T17:33:36.355663Z\""]
        );
        assert_eq!(rows("a well-known word here", "text/plain", 20)[0], "a well-known word ");
        let deep =
            r#"{"a": {"b": {"c": {"domain": ".shop.example", "value": "0a2b47e007678435"}}}}"#;
        assert_eq!(
            rows(deep, "application/json", 31)[4..8],
            [
                "        \"domain\": ",
                "        ↪ \".shop.example\",",
                "        \"value\": ",
                "        ↪ \"0a2b47e007678435\"",
            ]
        );
        assert_eq!(rows("one-two-three-four five", "text/plain", 16)[0], "one-two-three-");
        // An indent is no text.
        let deep = format!("{}one-two-three-four", " ".repeat(12));
        assert_eq!(rows(&deep, "text/plain", 20)[0], format!("{}one-two-", " ".repeat(12)));
    }

    #[test]
    fn a_tag_is_broken_before_it_and_not_within_its_end() {
        let text = "<h1>Paper and ink</h1><span class=\"price\">0.05</span>";
        for content_type in ["text/plain", "application/json"] {
            for width in 18..40 {
                let rows = rows(text, content_type, width);
                assert!(rows.iter().all(|row| !row.ends_with("</")), "{width}: {rows:?}");
            }
        }
        assert_eq!(rows(text, "text/plain", 20)[..2], ["<h1>Paper and ink", "↪ </h1><span "]);
    }

    #[test]
    fn no_row_begins_with_what_closes_or_goes_on() {
        let url = format!("[\"https://shop.example/{}\", 1]", "a".repeat(12));
        assert_eq!(
            rows(&url, "application/json", 37)[1..3],
            ["  \"https://shop.example/", "  ↪ aaaaaaaaaaaa\","]
        );
        // Where no word ends near, the comma stays with the character before it.
        let long = format!("[\"{}\", 1]", "a".repeat(33));
        let rows = rows(&long, "application/json", 37);
        assert_eq!(rows[1..3], [format!("  \"{}", "a".repeat(32)), "  ↪ a\",".to_owned()]);
    }

    #[test]
    fn json_goes_on_below_its_beginning_and_a_word_longer_than_a_row_is_broken_anywhere() {
        let text = format!("{{\"key\": \"{}\"}}", "x".repeat(40));
        assert_eq!(
            rows(&text, "application/json", 24),
            [
                "{".to_owned(),
                format!("  \"key\": \"{}", "x".repeat(14)),
                format!("  ↪ {}", "x".repeat(20)),
                format!("  ↪ {}\"", "x".repeat(6)),
                "}".to_owned(),
            ]
        );
    }

    #[test]
    fn a_wide_script_is_broken_between_its_characters() {
        let rows = rows(&"日本語".repeat(8), "text/plain", 20);
        assert_eq!(rows[0], "日本語日本語日本語日");
        assert!(rows[1].starts_with("↪ 本語"), "{rows:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn no_row_is_too_wide_and_none_that_could_be_begun_otherwise_begins_with_a_comma(
            words in prop::collection::vec("[a-z]{1,9}[,:;.]?", 1..40), width in 16_u16..60,
        ) {
            for row in rows(&words.join(" "), "text/plain", width) {
                let text = row.trim_start_matches("↪ ");
                prop_assert!(crate::text::cells(row.trim_end()) <= usize::from(width));
                prop_assert!(!text.starts_with([',', ':', ';', '.', ' ']), "{row:?}");
            }
        }

        #[test]
        fn all_of_a_value_is_shown_whatever_the_width(
            (text, content_type) in values(), width in 16_u16..90,
        ) {
            let preview = preview(&text, content_type);
            let seen = |width| {
                let all = preview.rows(preview.top(), view(width, u16::MAX, true), None);
                let spans = all.iter().flat_map(|row| &row.spans);
                let shown = spans.filter(|span| !matches!(span.role, Role::Wrapped | Role::Dim));
                shown.flat_map(|span| span.text.chars()).filter(|c| !c.is_whitespace()).count()
            };
            prop_assert_eq!(seen(width), seen(u16::MAX));
        }
    }
}
