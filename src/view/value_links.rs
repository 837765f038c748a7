//! Addresses of the web in the visible value, as links.
//!
//! An address is linked only if all of it is known: a part of an address leads elsewhere. So an address is
//! not linked if it goes on beyond the visible part, holds anything that is shown by a sign, or is spelled
//! with escapes.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::app::{App, RecordView};
use crate::preview::{PreviewKind, Role, Row};
use crate::text::cells;

use super::links::{self, Link};
use super::seen::{SeenRows, SeenValue, seen_value};

/// Limit on a linked address, in bytes.
const LONGEST: usize = 500;
/// Limit on the addresses of a frame together, in bytes: on a slow line, links are no reason to wait.
const MOST: usize = 4096;
/// The character for anything that no address can hold.
const OTHER: char = '\u{fffd}';

/// An address, as far as it has been read, and its cells.
#[derive(Debug, Default)]
struct Address {
    text: String,
    parts: Vec<Part>,
    /// Whether the address is in single quotes, which it could otherwise contain.
    quoted: bool,
}

/// Cells of one row: the row, the first column, and their number.
type Part = (u16, u16, u16);

/// The links of the value in the pane, if that is what is visible there.
pub(super) fn links(app: &App, rows: &SeenRows) -> Vec<Link> {
    let Some((rows, seen)) = rows.get().zip(seen_value(app)) else { return Vec::new() };
    let SeenValue { preview, view, area } = seen;
    let is_head = matches!(app.record.shown, Some(RecordView::Head(..)));
    let is_cut = app.record.scroll.column() > 0;
    let is_lines = preview.kind() != PreviewKind::Table;
    let mut found = Finder { is_lines, is_cut, height: view.height, ..Finder::default() };
    for (row, at) in rows.iter().zip(0..) {
        found.row(row, at);
    }
    // The row behind the last one tells whether the address goes on. Where only the first part of a value is
    // held, its end does not end an address.
    if rows.len() <= usize::from(view.height) && !is_head {
        found.end(' ');
    }
    let mut left = MOST;
    let links = found.links.into_iter().filter(|address| {
        let bytes = address.text.len() * address.parts.len();
        left.checked_sub(bytes).map(|rest| left = rest).is_some()
    });
    let links = links.flat_map(|Address { text, parts, .. }| {
        parts.into_iter().map(move |(row, x, width)| {
            let (x, y) = (area.x + x, area.y + row);
            Link {
                x,
                y,
                width: width.min((area.x + area.width).saturating_sub(x)),
                url: text.clone(),
            }
        })
    });
    links.filter(|link| link.width > 0).collect()
}

/// Looks for addresses row by row.
#[derive(Debug, Default)]
struct Finder {
    /// Whether lines continue in the next row.
    is_lines: bool,
    /// Whether something is left out on the left.
    is_cut: bool,
    /// Number of visible rows; addresses in others are not linked.
    height: u16,
    /// The address that has reached the end of a row.
    open: Option<Address>,
    /// Whether the row before ended between two words.
    is_between: bool,
    links: Vec<Address>,
}

impl Finder {
    fn row(&mut self, row: &Row, at: u16) {
        let goes_on = self.is_lines && row.number.is_none();
        let sign = row.spans.iter().position(|span| span.role == Role::Wrapped);
        if !goes_on {
            self.end(' ');
        } else if sign.is_none() {
            // What stands before the text of the row cannot be told apart from it.
            (self.open, self.is_between) = (None, false);
            return;
        }
        let from = sign.map_or(0, |sign| sign + 1);
        let x = row.spans.iter().take(from).map(|span| cells(&span.text)).sum::<usize>();
        let text: Vec<(char, usize)> = letters(row, from, x);
        let mut rest = &text[..];
        let was_between = std::mem::replace(
            &mut self.is_between,
            row.spaced || text.last().is_some_and(|last| address_letters(&[*last], false) == 0),
        );
        if self.is_cut || goes_on && !was_between {
            let quoted = self.open.as_ref().is_some_and(|open| open.quoted);
            let count = address_letters(rest, quoted);
            // Of any other address, the beginning is not known.
            if let Some(open) = &mut self.open {
                open.add(&rest[..count], at);
            }
            rest = &rest[count..];
            if let Some((next, _)) = rest.first() {
                self.end(*next);
            }
        }
        while let Some(start) = beginning(rest) {
            let before = start.checked_sub(1).map(|before| rest[before].0);
            rest = &rest[start..];
            let mut address = Address { quoted: before == Some('\''), ..Address::default() };
            let count = address_letters(rest, address.quoted);
            address.add(&rest[..count], at);
            self.open = Some(address);
            rest = &rest[count..];
            if let Some((next, _)) = rest.first() {
                self.end(*next);
            }
        }
        if row.more {
            self.open = None;
        } else if row.spaced {
            self.end(' ');
        }
    }

    /// Closes the open address; it is linked only if the next character can end an address.
    fn end(&mut self, next: char) {
        let Some(mut address) = self.open.take() else { return };
        if !matches!(next, ' ' | '\t' | '"' | '\'' | '<' | '>') {
            return;
        }
        address.trim();
        let is_seen = address.parts.iter().all(|(row, ..)| *row < self.height);
        let is_short = address.text.len() <= LONGEST;
        let host = address.text.split_once("://").map(|(_, host)| host);
        let has_host = host
            .is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['));
        if is_seen && is_short && has_host && links::of_fact(&address.text, false).is_some() {
            self.links.push(address);
        }
    }
}

impl Address {
    fn add(&mut self, letters: &[(char, usize)], row: u16) {
        let Some((_, x)) = letters.first() else { return };
        self.text.extend(letters.iter().map(|(letter, _)| letter));
        let number = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
        self.parts.push((row, number(*x), number(letters.len())));
    }

    /// Removes what ends a sentence around the address, and a closing bracket that is not opened in it.
    fn trim(&mut self) {
        while let Some(last) = self.text.chars().next_back() {
            let unopened = |open: char, close: char| {
                last == close && self.text.matches(open).count() < self.text.matches(close).count()
            };
            let is_around = matches!(last, '.' | ',' | ';' | ':' | '!' | '?');
            if !is_around && !unopened('(', ')') && !unopened('[', ']') {
                return;
            }
            self.text.pop();
            if let Some((_, _, width)) = self.parts.last_mut() {
                *width -= 1;
                if *width == 0 {
                    self.parts.pop();
                }
            }
        }
    }
}

/// The letters of a row from a span on, each with its column.
fn letters(row: &Row, from: usize, mut x: usize) -> Vec<(char, usize)> {
    let mut letters = Vec::new();
    for span in row.spans.iter().skip(from) {
        for grapheme in span.text.graphemes(true) {
            let mut chars = grapheme.chars();
            let letter = match (chars.next(), chars.next()) {
                (Some(letter), None) if letter.is_ascii() && span.role != Role::Symbol => letter,
                _ => OTHER,
            };
            letters.push((letter, x));
            x += cells(grapheme);
        }
    }
    letters
}

/// The place of the next address; at the end of a row, the first letters of its scheme are enough.
fn beginning(letters: &[(char, usize)]) -> Option<usize> {
    let is = |at: usize, word: &str| {
        word.chars().zip(&letters[at..]).all(|(letter, known)| known.0 == letter)
    };
    (0..letters.len()).find(|at| {
        let behind = at.checked_sub(1).and_then(|before| letters.get(before));
        let is_word = behind.is_some_and(|(before, _)| before.is_ascii_alphanumeric());
        !is_word && (is(*at, "https://") || is(*at, "http://"))
    })
}

/// Number of letters, from the first on, that an address can have; in quotes, up to the closing one.
fn address_letters(letters: &[(char, usize)], quoted: bool) -> usize {
    let is_of_one = |letter: char| {
        letter.is_ascii_graphic()
            && !matches!(letter, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
            && !(quoted && letter == '\'')
    };
    letters.iter().take_while(|(letter, _)| is_of_one(*letter)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContentType, Record, RecordMeta};
    use crate::preview::{Preview, Viewport};

    /// The linked addresses in the visible part of a text, with the rows that they are in.
    fn found(text: &str, content_type: &str, width: u16, height: u16, wrap: bool) -> Vec<String> {
        let content_type = ContentType::from(content_type);
        let meta = RecordMeta { content_type, size: text.len() as u64, ..RecordMeta::default() };
        let record = Record { meta, value: text.to_owned().into() };
        let preview = Preview::build(&record);
        let view = Viewport { width, height: height + 1, wrap };
        let rows = preview.rows(preview.top(), view, None);
        let is_lines = preview.kind() != PreviewKind::Table;
        let mut finder = Finder { is_lines, height, ..Finder::default() };
        for (row, at) in rows.iter().zip(0..) {
            finder.row(row, at);
        }
        if rows.len() <= usize::from(height) {
            finder.end(' ');
        }
        for address in &finder.links {
            // The cells hold the letters of the address.
            let cells: String = address
                .parts
                .iter()
                .flat_map(|(row, x, width)| {
                    let letters = letters(&rows[usize::from(*row)], 0, 0);
                    let range = usize::from(*x)..usize::from(x + width);
                    letters.into_iter().filter(move |(_, x)| range.contains(x)).map(|(c, _)| c)
                })
                .collect();
            assert_eq!(cells, address.text);
        }
        finder.links.into_iter().map(|address| address.text).collect()
    }

    fn plain(text: &str) -> Vec<String> {
        found(text, "text/plain", 200, 9, true)
    }

    #[test]
    fn an_address_ends_where_a_reader_ends_it() {
        for (text, address) in [
            ("see https://a.org/b?c=1#d.", "https://a.org/b?c=1#d"),
            ("(https://a.org/b_(c))", "https://a.org/b_(c)"),
            ("<http://a.org>", "http://a.org"),
            ("href='https://a.org/b' x", "https://a.org/b"),
            ("https://a.org/it's", "https://a.org/it's"),
            ("https://web.org/https://a.org/", "https://web.org/https://a.org/"),
            ("日本 é https://a.org/", "https://a.org/"),
        ] {
            assert_eq!(plain(text), [address], "{text}");
        }
        assert_eq!(plain("https://a.org/1\nhttps://a.org/2").len(), 2);
        let json = r#"{"url": "https://a.org/b", "list": ["http://c.org"]}"#;
        let both = ["https://a.org/b", "http://c.org"];
        assert_eq!(found(json, "application/json", 200, 9, true), both);
    }

    #[test]
    fn what_is_not_known_whole_leads_nowhere() {
        for text in [
            "https://",
            "xhttps://a.org/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://a.org/\u{202e}gro.b",
            "https://a.org/\x1b]8;;https://b.org/\x1b\\",
            "https://a.org/é",
            "https://a.org/{id}",
            r"https:\/\/a.org\/",
            r"https://a.org/\u0026b",
            &format!("https://a.org/{}", "a".repeat(LONGEST)),
        ] {
            assert_eq!(plain(text), [""; 0], "{text:?}");
        }
        // An address that is cut off on the right, and one cut off by the last row.
        let long = "https://a.org/0123456789012345678901234567890123456789";
        assert_eq!(found(long, "text/plain", 30, 9, false), [""; 0]);
        assert_eq!(found(&format!("{long}\nx"), "text/plain", 30, 1, true), [""; 0]);
    }

    #[test]
    fn one_that_goes_on_in_the_next_rows_is_one() {
        let long = "https://a.org/0123456789012345678901234567890123456789";
        for width in 17..60 {
            let text = format!("see {long} and https://b.org/");
            let both = [long, "https://b.org/"];
            assert_eq!(found(&text, "text/plain", width, 9, true), both, "{width}");
            // A space that has no room at the end of a row counts all the same.
            let text = format!("{} https://c.org/ and", "x".repeat(usize::from(width) - 15));
            assert_eq!(found(&text, "text/plain", width, 9, true), ["https://c.org/"], "{width}");
            let json = format!("{{\"a\": [\"{long}\"]}}");
            assert_eq!(found(&json, "application/json", width + 8, 9, true), [long], "{width}");
        }
    }
}
