//! The smallest pieces in which a text is shown: a grapheme cluster, or one symbol in place of something that
//! cannot be shown.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use super::width::{cells, cluster_cells};

/// Limit on the marks that are piled on one character.
const MARKS: usize = 4;
/// Limit on the characters of a unit.
const CHARS: usize = 16;
/// Limit on the width of a unit, in cells; that of a symbol like `⟨U+202E⟩`.
const CELLS: usize = 8;
/// Bytes in which the end of a cluster is searched for: a cluster can be as long as the text.
const WINDOW: usize = 96;
/// Limit on the bytes that a unit stands for.
pub(crate) const MOST_BYTES: usize = WINDOW;

/// A piece of text as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit<'a> {
    /// Number of bytes of the text that it stands for; at least 1.
    pub(crate) len: usize,
    /// The shown text; takes at least one cell.
    pub(crate) text: Cow<'a, str>,
    /// Width of the shown text, in cells.
    pub(crate) cells: usize,
    /// Whether the unit is shown as a symbol instead of itself.
    pub(crate) symbol: bool,
}

/// The first unit of `text`, which must not be empty: what is shown for an empty one would be empty too.
pub(crate) fn first(text: &str) -> Unit<'_> {
    let mut chars = text.chars();
    let Some(c) = chars.next() else {
        return Unit { len: 0, text: Cow::Borrowed(""), cells: 0, symbol: false };
    };
    if is_hidden(c) {
        return symbol(c);
    }
    if let Some(cells) = alone(c)
        && chars.next().is_none_or(ends)
    {
        return plain(text, c.len_utf8(), cells);
    }
    marked(text, c).unwrap_or_else(|| cluster(text, c))
}

/// A unit that is shown as itself, of this number of bytes and cells.
fn plain(text: &str, len: usize, cells: usize) -> Unit<'_> {
    Unit { len, text: Cow::Borrowed(&text[..len]), cells, symbol: false }
}

/// The unit of a usual character with a few usual marks on it, if `text` begins with one; found without the
/// tables of clusters.
fn marked(text: &str, c: char) -> Option<Unit<'_>> {
    let cells = simple(c)?;
    let (mut len, mut marks) = (c.len_utf8(), 0);
    for next in text[len..].chars() {
        if !is_mark(next) {
            return (marks > 0 && ends(next)).then(|| plain(text, len, cells));
        }
        marks += 1;
        if marks > MARKS {
            return None;
        }
        len += next.len_utf8();
    }
    (marks > 0).then(|| plain(text, len, cells))
}

/// The unit of the cluster at the start of `text`, whose first character is `c`.
fn cluster(text: &str, c: char) -> Unit<'_> {
    let near = (0..=WINDOW.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    let window = &text[..near.unwrap_or(text.len())];
    let cluster = window.graphemes(true).next().unwrap_or(window);
    let marks = cluster.chars().take_while(|&c| zero_width(c) && !is_hidden(c));
    let (count, len) = marks.fold((0, 0), |(count, len), c| (count + 1, len + c.len_utf8()));
    if count > MARKS {
        let text = format!("⟨+{count}⟩");
        return Unit { len, cells: cells(&text), text: Cow::Owned(text), symbol: true };
    }
    let mut shown = &cluster[..bound(cluster, 0)];
    let mut text = Cow::Borrowed(shown);
    if joins(c, shown) {
        // The circle takes some of the room, so that the shown text would be shown as itself again.
        shown = &cluster[..bound(cluster, 1)];
        text = Cow::Owned(format!("◌{shown}"));
    }
    match cluster_cells(&text) {
        0 => symbol(c),
        cells => Unit { len: shown.len(), text, cells, symbol: false },
    }
}

/// The symbol for a byte that is not part of any character.
pub(crate) fn stray(byte: u8) -> Unit<'static> {
    Unit { len: 1, text: Cow::Owned(format!("\\x{byte:02x}")), cells: 4, symbol: true }
}

/// A quick estimate of the width of the unit that begins with `c`, in cells.
pub(crate) fn estimate(c: char) -> usize {
    /// Widths of the characters of the first plane, in cells: looked up tens of millions of times.
    static WIDTHS: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let width = |code| char::from_u32(code).map_or(1, |c| char_cells(c) as u8);
        (0..=0xffff).map(width).collect()
    });
    match WIDTHS.get(u32::from(c) as usize) {
        Some(&cells) => usize::from(cells),
        None => char_cells(c),
    }
}

fn char_cells(c: char) -> usize {
    match c {
        '\0'..='\u{1f}' | '\u{7f}' => 1,
        c if is_hidden(c) => CELLS,
        c => c.width().unwrap_or(1),
    }
}

/// The symbol for a character that is not shown.
fn symbol(c: char) -> Unit<'static> {
    let (text, cells) = match c {
        '\0'..='\u{1f}' => {
            (char::from_u32(0x2400 + u32::from(c)).map_or_else(String::new, String::from), 1)
        }
        '\u{7f}' => ("␡".to_owned(), 1),
        c => {
            let digits = format!("{:04X}", u32::from(c));
            (format!("⟨U+{digits}⟩"), "⟨U+⟩".chars().count() + digits.len())
        }
    };
    Unit { len: c.len_utf8(), cells, text: Cow::Owned(text), symbol: true }
}

/// Width of a character that never joins another one like it, in cells; most text is made of these.
fn simple(c: char) -> Option<usize> {
    match c {
        ' '..='~'
        | '\u{a1}'..='\u{a8}'
        | '\u{aa}'..='\u{ac}'
        | '\u{af}'..='\u{2ff}'
        | '\u{370}'..='\u{377}'
        | '\u{391}'..='\u{3a1}'
        | '\u{3a3}'..='\u{481}'
        | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{203b}' => Some(1),
        '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3011}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}' => Some(2),
        _ => None,
    }
}

/// Width in cells of a character that joins no other before it, and one behind it only where that does
/// not end it ([`ends`]).
fn alone(c: char) -> Option<usize> {
    match c {
        c if is_pictograph(c) => c.width(),
        c if is_syllable(c) => Some(2),
        c => simple(c),
    }
}

/// Whether the text before a character is complete without it.
fn ends(c: char) -> bool {
    simple(c).is_some() || is_pictograph(c) || is_syllable(c) || is_hidden(c) && !is_selector(c)
}

/// Whether a character is a whole syllable of Hangul, which only letters of Hangul join.
fn is_syllable(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

/// Whether a character is an accent over or under the one before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}') && !is_hidden(c)
}

/// Whether a character is one of the pictographs that make up nearly all emoji, and neither the colour of one
/// nor half of a flag.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{1f300}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1f9ff}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}

/// Number of bytes of a cluster that can be shown as one unit, behind a circle or none.
fn bound(cluster: &str, circle: usize) -> usize {
    let (mut run, mut used) = (0, circle);
    let mut before = None;
    for (count, (at, c)) in cluster.char_indices().enumerate() {
        let selector = matches!(c, '\u{fe0e}' | '\u{fe0f}') && before.is_some_and(is_emoji);
        run = if zero_width(c) { run + 1 } else { 0 };
        used += c.width().unwrap_or(0);
        let hidden = is_hidden(c) && !selector;
        if at > 0 && (hidden || run > MARKS || count + circle >= CHARS || used > CELLS) {
            return at;
        }
        before = Some(c);
    }
    cluster.len()
}

/// Whether the unit would join the text before it.
fn joins(c: char, shown: &str) -> bool {
    c >= '\u{300}' && format!("◌{shown}").graphemes(true).nth(1).is_none()
}

fn zero_width(c: char) -> bool {
    c.width() == Some(0)
}

/// Whether a presentation selector is usual after this character.
fn is_emoji(c: char) -> bool {
    matches!(c,
        '#' | '*' | '0'..='9' | '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | 'Ⓜ' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{2194}'..='\u{21aa}' | '\u{231a}'..='\u{23ff}' | '\u{25aa}'..='\u{27bf}'
        | '\u{2934}'..='\u{2935}' | '\u{2b05}'..='\u{2b55}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a character has no glyph of its own: controls, line separators, format and default-ignorable
/// characters, tags, noncharacters.
fn is_hidden(c: char) -> bool {
    matches!(u32::from(c),
        0..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f
        | 0x890..=0x891 | 0x8e2 | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f
        | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfdd0..=0xfdef
        | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd
        | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_characters_have_the_width_they_are_said_to_have() {
        for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
            if let Some(width) = simple(c) {
                assert_eq!(cells(&c.to_string()), width, "{c:?}");
                assert!(!is_hidden(c) && !joins(c, &c.to_string()), "{c:?}");
            }
        }
    }

    #[test]
    fn what_needs_no_cluster_is_as_if_it_had_one() {
        let next = [
            "",
            "a",
            "語",
            "👧",
            "한",
            "\u{200d}",
            "\u{200d}👧",
            "\u{fe0f}",
            "\u{300}",
            "\u{1f3fb}",
            "\u{11a8}",
            "\u{903}",
        ];
        let ranges =
            ['a'..='c', '\u{a0}'..='\u{4ff}', '\u{1100}'..='\u{11ff}', '\u{3000}'..='\u{30ff}'];
        let ranges = ranges.into_iter().flatten().chain('\u{1f000}'..='\u{1faff}');
        let syllables = ('\u{ac00}'..='\u{d7a3}').step_by(97);
        for c in ranges.chain(syllables).filter(|&c| !is_hidden(c)) {
            for next in next {
                let text = format!("{c}{next}");
                assert_eq!(first(&text), cluster(&text, c), "{text:?}");
            }
        }
        for c in ['a', '~', '\u{a0}', 'ж', '‼', '語', '한', '👧'] {
            for marks in
                [&"\u{301}".repeat(MARKS), &"\u{301}".repeat(MARKS + 1), "\u{330}\u{34f}\u{301}"]
            {
                for next in next {
                    let text = format!("{c}{marks}{next}");
                    assert_eq!(first(&text), cluster(&text, c), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn every_character_alone_is_shown_in_at_least_one_cell() {
        for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
            let text = c.to_string();
            let unit = first(&text);
            assert_eq!(unit.len, c.len_utf8());
            assert!(unit.cells > 0 && unit.cells == cells(&unit.text), "{c:?} as {:?}", unit.text);
            assert!(!unit.text.contains(is_hidden));
        }
    }

    #[test]
    fn units_are_bounded() {
        for hostile in ["a\u{301}", "क\u{94d}", "\u{1100}", "\u{d4e}", "\u{200d}👨"] {
            let text = hostile.repeat(1000);
            let mut rest = &text[..];
            while !rest.is_empty() {
                let unit = first(rest);
                assert!(unit.cells <= CELLS + 2 && unit.text.chars().count() <= CHARS + 1);
                rest = &rest[unit.len..];
            }
        }
    }
}
