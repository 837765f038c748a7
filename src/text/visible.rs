//! Hostile text made visible: no shown text can move the cursor, turn the direction of writing, or hide.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::unit;
use super::width::{fit, is_plain};

/// Text in which nothing is hidden, the only kind that painters and the commands' output accept. It is made
/// by [`visible`] and [`visible_bytes`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible<'a>(Cow<'a, str>);

impl Visible<'_> {
    /// Whether it is equal to the text that it was made from.
    pub fn is_unchanged(&self) -> bool {
        matches!(self.0, Cow::Borrowed(_))
    }

    /// Cuts it to at most `width` cells; see [`fit`].
    #[must_use]
    pub fn fit(&self, width: usize) -> Visible<'_> {
        Visible(fit(&self.0, width))
    }

    /// The plain string.
    pub fn into_owned(self) -> String {
        self.0.into_owned()
    }

    /// A copy that owns its text.
    #[must_use]
    pub fn into_static(self) -> Visible<'static> {
        Visible(Cow::Owned(self.0.into_owned()))
    }

    /// The parts one after the other; none joins the one before.
    #[must_use]
    pub fn concat(parts: &[Visible<'_>]) -> Visible<'static> {
        Visible(Cow::Owned(parts.iter().map(|part| &**part).collect()))
    }
}

impl Deref for Visible<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<str> for Visible<'_> {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for Visible<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

/// `text` with everything invisible as a symbol: control characters as their pictures (`␛`, `␊`), others
/// without a glyph (bidirectional marks, zero-width and format characters, tags) as `⟨U+202E⟩`, marks without
/// a letter on a dotted circle, and too many marks on one letter as their count (`⟨+40⟩`).
///
/// The result has no line end and no tab, and [`cells`](super::cells) tells its width exactly.
pub fn visible(text: &str) -> Visible<'_> {
    if is_plain(text.as_bytes()) {
        return Visible(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    push(text, &mut out);
    Visible(if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) })
}

/// As [`visible`], with bytes that are not UTF-8 as `\xNN`.
pub fn visible_bytes(bytes: &[u8]) -> Visible<'_> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return visible(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push(chunk.valid(), &mut out);
        for &byte in chunk.invalid() {
            out.push_str(&unit::stray(byte).text);
        }
    }
    Visible(Cow::Owned(out))
}

fn push(mut text: &str, out: &mut String) {
    while !text.is_empty() {
        let unit = unit::first(text);
        out.push_str(&unit.text);
        text = &text[unit.len..];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::super::cells;
    use super::*;

    /// All of Cc, Cf, Zl and Zp as the Unicode character database lists them, and the noncharacters and
    /// fillers without a glyph.
    const INVISIBLE: &[(u32, u32)] = &[
        (0x0, 0x1f),
        (0x7f, 0x9f),
        (0xad, 0xad),
        (0x600, 0x605),
        (0x61c, 0x61c),
        (0x6dd, 0x6dd),
        (0x70f, 0x70f),
        (0x890, 0x891),
        (0x8e2, 0x8e2),
        (0x180e, 0x180e),
        (0x200b, 0x200f),
        (0x2028, 0x202e),
        (0x2060, 0x2064),
        (0x2066, 0x206f),
        (0xfeff, 0xfeff),
        (0xfff9, 0xfffb),
        (0x110bd, 0x110bd),
        (0x110cd, 0x110cd),
        (0x13430, 0x13438),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0001, 0xe0001),
        (0xe0020, 0xe007f),
        (0x34f, 0x34f),
        (0x115f, 0x1160),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x3164, 0x3164),
        (0xfe00, 0xfe0d),
        (0xffa0, 0xffa0),
        (0xfffe, 0xffff),
        (0xe0100, 0xe01ef),
    ];

    fn is_invisible(c: char) -> bool {
        INVISIBLE.iter().any(|&(first, last)| (first..=last).contains(&u32::from(c)))
    }

    #[test]
    fn control_characters_become_pictures() {
        assert_eq!(visible("a\tb\r\n\0\u{1b}[31m\u{7f}"), "a␉b␍␊␀␛[31m␡");
        assert_eq!(visible("\u{9b}31m"), "⟨U+009B⟩31m");
    }

    #[test]
    fn marks_that_turn_or_hide_text_become_symbols() {
        assert_eq!(visible("gpj\u{202e}exe"), "gpj⟨U+202E⟩exe");
        assert_eq!(visible("pay\u{200b}pal"), "pay⟨U+200B⟩pal");
        assert_eq!(visible("\u{feff}{}"), "⟨U+FEFF⟩{}");
        assert_eq!(visible("x\u{e0041}"), "x⟨U+E0041⟩");
        assert_eq!(visible("a\u{fe0f}"), "a⟨U+FE0F⟩");
    }

    #[test]
    fn honest_text_stays_as_it_is() {
        for text in [
            "",
            "plain",
            "Grüße",
            "日本語",
            "❤\u{fe0f} 1\u{fe0f}\u{20e3} 🇩🇪 👍🏽",
            "e\u{301}",
            "नमस्ते",
            "한국어",
        ] {
            assert!(visible(text).is_unchanged(), "{text}");
        }
    }

    #[test]
    fn piled_marks_are_counted_and_lone_ones_get_a_circle() {
        let zalgo = format!("a{}b", "\u{335}".repeat(30));
        assert_eq!(visible(&zalgo), "a\u{335}\u{335}\u{335}\u{335}⟨+26⟩b");
        assert_eq!(visible("\u{301}x"), "◌\u{301}x");
        assert_eq!(visible("\n\u{301}"), "␊◌\u{301}");
    }

    #[test]
    fn what_is_visible_stays_as_it_is() {
        for hostile in ["🏽", "\u{301}", "\u{1160}\u{1161}", "\u{200d}🏽", "\u{94d}क", "\u{e34}"]
        {
            let shown = visible(&hostile.repeat(40)).into_owned();
            assert_eq!(&*visible(&shown), shown);
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_spelled() {
        assert_eq!(visible_bytes(b"a\xff\xfe\x1bz"), "a\\xff\\xfe␛z");
        assert_eq!(visible_bytes("ü".as_bytes()), "ü");
    }

    /// Strings with many hostile characters.
    fn hostile() -> impl Strategy<Value = String> {
        let c = prop_oneof![
            any::<char>(),
            proptest::char::range('\0', '\u{ff}'),
            proptest::char::range('\u{300}', '\u{36f}'),
            proptest::char::range('\u{600}', '\u{6ff}'),
            proptest::char::range('\u{900}', '\u{dff}'),
            proptest::char::range('\u{1100}', '\u{11ff}'),
            proptest::char::range('\u{1780}', '\u{17ff}'),
            proptest::char::range('\u{2000}', '\u{206f}'),
            proptest::char::range('\u{fe00}', '\u{fe0f}'),
            proptest::char::range('\u{1f1e6}', '\u{1f64f}'),
            Just('\u{200d}'),
            Just('\u{94d}'),
        ];
        proptest::collection::vec(c, 0..60).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn nothing_visible_is_invisible(text in hostile()) {
            let shown = visible(&text);
            prop_assert!(!shown.contains(is_invisible), "{shown:?}");
            for cluster in shown.graphemes(true) {
                prop_assert!(cells(cluster) > 0, "{cluster:?} would not be drawn");
            }
            prop_assert_eq!(visible(&shown), &*shown);
        }

        #[test]
        fn any_bytes_become_visible(bytes in any::<Vec<u8>>()) {
            prop_assert!(!visible_bytes(&bytes).contains(is_invisible));
        }
    }
}
