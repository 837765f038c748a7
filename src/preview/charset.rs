//! The charset of a value's text, how it is known, and the text in UTF-8.

mod convert;
mod document;
mod labels;

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::format;
use crate::model::Family;
use crate::model::RecordMeta;
use crate::model::RecordState;

pub use convert::Unwritable;

/// Limit on the bytes of a value that are converted to be shown.
const MOST: usize = 16 << 20;

/// A charset, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset {
    encoding: &'static Encoding,
    source: Source,
    /// Whether a byte order mark stands before the text.
    mark: bool,
    narrow: Narrow,
}

/// How a charset is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// By nothing: UTF-8, as Crawlee stores text.
    Usual,
    /// By the content type.
    Declared,
    /// By the byte order mark.
    Mark,
    /// By the document: `<meta>`, an XML declaration, `@charset`.
    Document,
    /// By what the bytes look like.
    Guess,
}

/// Labels of a narrower charset than the one that they are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Narrow {
    /// A label of the whole charset.
    No,
    /// ISO-8859-1, read as windows-1252.
    Latin1,
    /// US-ASCII, read as windows-1252.
    Ascii,
}

/// A value's text.
#[derive(Debug, Clone)]
pub struct DecodedText {
    /// The charset of the value.
    pub charset: Charset,
    /// The text in UTF-8, without the byte order mark; bytes that should be UTF-8 and are not stay as they
    /// are stored.
    pub text: Bytes,
    /// Whether some bytes of the value do not fit the charset.
    pub faulty: bool,
    /// Whether this is only the beginning, since the value is too large to be converted.
    pub cut: bool,
    /// A remark on the declared content type.
    remark: Option<String>,
}

impl Charset {
    /// UTF-8 without a byte order mark.
    pub const UTF_8: Self = Self::new(UTF_8, Source::Usual);

    const fn new(encoding: &'static Encoding, source: Source) -> Self {
        Self { encoding, source, mark: false, narrow: Narrow::No }
    }

    /// The charset that a content type declares, if it is known.
    pub fn declared(content_type: &str) -> Option<Self> {
        let label = labels::parameter(content_type)?;
        let (encoding, narrow) = labels::encoding(&label)?;
        Some(Self { narrow, ..Self::new(encoding, Source::Declared) })
    }

    /// The charset that a content type declares, if it is unknown.
    pub fn unknown_label(content_type: &str) -> Option<String> {
        labels::parameter(content_type).filter(|label| labels::encoding(label).is_none())
    }

    /// Whether stored bytes and text are the same.
    pub fn is_plain(self) -> bool {
        self.encoding == UTF_8 && !self.mark
    }

    /// Whether it is UTF-8, with a byte order mark or without.
    pub fn is_utf8(self) -> bool {
        self.encoding == UTF_8
    }

    /// Whether the charset is a guess from what the bytes look like.
    pub fn is_guessed(self) -> bool {
        self.source == Source::Guess
    }

    /// Name of the charset.
    pub fn name(self) -> &'static str {
        match self.narrow {
            Narrow::No => self.encoding.name(),
            Narrow::Latin1 => "ISO-8859-1",
            Narrow::Ascii => "US-ASCII",
        }
    }

    /// Name of the charset, and how it is known: `windows-1251, declared`.
    pub fn words(self) -> String {
        let source = match self.source {
            Source::Usual => "",
            Source::Declared => ", declared",
            Source::Mark => ", by its byte order mark",
            Source::Document => ", as the document says",
            Source::Guess => ", a guess",
        };
        let mark =
            if self.mark && self.source != Source::Mark { " with a byte order mark" } else { "" };
        format!("{}{mark}{source}", self.name())
    }
}

impl DecodedText {
    /// The text of a value that is UTF-8, whatever its type is.
    pub fn utf8(value: &Bytes) -> Option<Self> {
        Some(decode(value, Charset::UTF_8, false)).filter(|read| !read.faulty)
    }

    /// A remark for the reader: the charset, unless it is plain UTF-8, and what is wrong.
    pub fn note(&self) -> Option<String> {
        let mut notes = Vec::new();
        if !self.charset.is_plain() || self.faulty {
            notes.push(self.charset.words());
        }
        notes.extend(self.remark.clone());
        if self.faulty {
            let symbol = if self.charset.is_utf8() { "\\xNN" } else { "\u{fffd}" };
            notes.push(format!("some bytes are not in it, shown as {symbol}"));
        }
        if self.cut {
            notes.push(format!("only the first {} MiB are shown", MOST >> 20));
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// Whether the text, converted back, is the value to the byte, so that an edit leaves the rest of it
    /// unchanged.
    pub fn is_exact(&self, value: &Bytes) -> bool {
        let whole = !self.faulty && !self.cut;
        let text = std::str::from_utf8(&self.text);
        whole
            && ((self.charset.is_plain() && self.text.len() == value.len())
                || text
                    .is_ok_and(|text| self.charset.encode(text).is_ok_and(|back| back == *value)))
    }
}

/// The text of a record's value; `None` if it is not known to be text. Of a `head`, the last character may be
/// cut.
///
/// The charset is that of a byte order mark that fits all of the value, else the declared one, else UTF-8 if
/// the value is UTF-8, else that of the document, else a guess.
pub fn read(meta: &RecordMeta, value: &Bytes, head: bool) -> Option<DecodedText> {
    let content_type = meta.content_type.as_str();
    // The ending of a name tells a type, but declares no charset.
    let label = (meta.state != RecordState::BareFile).then_some(content_type);
    let declared = label.and_then(Charset::declared);
    let unknown = label.and_then(Charset::unknown_label);
    let family = meta.content_type.family();
    let text_type = labels::is_text(content_type) || declared.is_some() && family != Family::Image;
    let mistyped = || family == Family::Image && format::is_marked_utf16(value);
    let likely = text_type || family == Family::Unknown || mistyped();
    if !likely || format::describe(value).is_some() {
        return None;
    }
    let fits = |charset: Charset| Some(decode(value, charset, head)).filter(|read| !read.faulty);
    if let Some(found) = mark(value).and_then(fits) {
        let other =
            declared.filter(|declared| !declared.is_utf8() && !found.charset.is_a(*declared));
        let remark = other.map(|declared| format!("although {} is declared", declared.name()));
        // A mark of the declared charset needs no remark.
        let source = if declared.is_some_and(|it| found.charset.is_a(it)) {
            Source::Declared
        } else {
            Source::Mark
        };
        let charset = Charset { source, ..found.charset };
        return Some(DecodedText { charset, remark, ..found });
    }
    if !text_type {
        return None;
    }
    if let Some(declared) = declared {
        let read = decode(value, declared.in_order_of(value), head);
        if !read.faulty {
            let utf8 =
                !declared.is_utf8() && !value.is_ascii() && std::str::from_utf8(value).is_ok();
            let remark = utf8.then(|| "but its bytes are UTF-8".to_owned());
            return Some(DecodedText { remark, ..read });
        }
        let looks = guess(value).filter(|_| declared.is_utf8()).and_then(fits);
        let remark = looks.map(|looks| format!("but it looks like {}", looks.charset.name()));
        return is_clean(&read.text).then_some(DecodedText { remark, ..read });
    }
    let remark = unknown.map(|label| {
        let label: String = label.chars().take(40).collect();
        format!("the declared charset `{label}` is not known")
    });
    undeclared(content_type, value, head).map(|read| DecodedText { remark, ..read })
}

/// As [`read`], for a value without a declared charset and without a byte order mark.
fn undeclared(content_type: &str, value: &Bytes, head: bool) -> Option<DecodedText> {
    let fits = |charset: Charset| Some(decode(value, charset, head)).filter(|read| !read.faulty);
    let written = document::encoding(content_type, value);
    let written = written.map(|encoding| Charset::new(encoding, Source::Document));
    if let Some(read) = wide(value).map(|it| Charset::new(it, Source::Guess)).and_then(fits)
        && is_clean(&read.text)
    {
        return Some(read);
    }
    let plain = decode(value, Charset::UTF_8, head);
    if !plain.faulty {
        // Text that is UTF-8 is what Crawlee has stored, whatever the page says of itself. Only
        // ISO-2022-JP looks like ASCII.
        if !value.is_ascii() || memchr::memchr(0x1b, value).is_none() {
            return Some(plain);
        }
        let shifted = |charset: &Charset| charset.encoding == encoding_rs::ISO_2022_JP;
        let japanese = [written, guess(value)].into_iter().flatten().find(shifted).and_then(fits);
        let clean = |text: &[u8]| is_clean(text) && memchr::memchr(0x1b, text).is_none();
        return japanese.filter(|read| clean(&read.text)).or(Some(plain));
    }
    let clean = |read: &DecodedText| is_clean(&read.text);
    written.and_then(fits).or_else(|| guess(value).and_then(fits)).filter(clean)
}

impl Charset {
    /// The charset of text that was in this one, under another content type: the declared one, if it is known
    /// and differs.
    #[must_use]
    pub fn under(self, content_type: &str) -> Self {
        Self::declared(content_type).filter(|declared| !self.is_a(*declared)).unwrap_or(self)
    }

    fn is_a(self, other: Self) -> bool {
        self.encoding == other.encoding || {
            let wide = |it: Self| it.encoding == UTF_16LE || it.encoding == UTF_16BE;
            wide(self) && wide(other)
        }
    }

    /// Picks the byte order of `UTF-16` without a mark: the one in which the bytes make sense.
    fn in_order_of(self, value: &[u8]) -> Self {
        let turned = self.encoding == UTF_16LE && wide(value) == Some(UTF_16BE);
        if turned { Self { encoding: UTF_16BE, ..self } } else { self }
    }
}

/// The charset of the byte order mark, if there is one.
fn mark(value: &[u8]) -> Option<Charset> {
    // A mark of UTF-16 with a null character behind it is that of UTF-32.
    let (encoding, _) = Encoding::for_bom(value).filter(|_| !value.starts_with(b"\xff\xfe\0\0"))?;
    Some(Charset { mark: true, ..Charset::new(encoding, Source::Mark) })
}

/// The charset that the bytes look like.
fn guess(value: &[u8]) -> Option<Charset> {
    /// Bytes that a guess reads, from the first that is not ASCII.
    const SAMPLE: usize = 16 << 10;
    use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
    let first = value.iter().position(|&byte| byte >= 0x80 || byte == 0x1b)?;
    let start = first.saturating_sub(64);
    let sample = &value[start..value.len().min(first + SAMPLE)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, start + sample.len() == value.len());
    Some(Charset::new(detector.guess(None, Utf8Detection::Deny), Source::Guess))
}

/// The kind of UTF-16 that the null bytes show: they all stand on one side of Latin letters, mostly ASCII.
fn wide(value: &[u8]) -> Option<&'static Encoding> {
    let sample = &value[..value.len().min(4096) & !1];
    // ASCII characters, and those of Latin-1 behind them.
    let (mut little, mut big) = ((0, 0), (0, 0));
    for pair in sample.chunks_exact(2) {
        let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        match *pair {
            [letter, 0] if plain(letter) => little.0 += 1,
            [0, letter] if plain(letter) => big.0 += 1,
            [0xa0..=0xff, 0] => little.1 += 1,
            [0, 0xa0..=0xff] => big.1 += 1,
            // A control character in one order, and a letter such as `Ā` in the other: this decides nothing.
            [0, 1..=8 | 0x0e..=0x1f] | [1..=8 | 0x0e..=0x1f, 0] => {}
            [0, _] | [_, 0] => return None,
            _ => {}
        }
    }
    let enough = |(plain, accented): (usize, usize)| {
        plain >= 2 && plain >= accented && plain * 5 > sample.len()
    };
    match (little, big) {
        (some, (0, 0)) if enough(some) => Some(UTF_16LE),
        ((0, 0), some) if enough(some) => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether a text has none of the characters that only binary data has. Faulty UTF-8 does not matter here.
fn is_clean(text: &[u8]) -> bool {
    let odd = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    // First byte in UTF-8 of U+0080 to U+009F.
    let control = |at: usize| text.get(at + 1).is_some_and(|next| (0x80..=0x9f).contains(next));
    !text.iter().any(odd)
        && (std::str::from_utf8(text).is_err() || !memchr::memchr_iter(0xc2, text).any(control))
}

fn decode(value: &Bytes, charset: Charset, head: bool) -> DecodedText {
    let begin = if charset.mark { charset.mark_bytes().len() } else { 0 };
    let plain = value.slice(begin.min(value.len())..);
    let done = |text: Bytes, faulty: bool, cut: bool, charset: Charset| DecodedText {
        charset,
        text,
        faulty,
        cut,
        remark: None,
    };
    if charset.is_utf8() {
        let fault = std::str::from_utf8(&plain).err();
        return match fault.filter(|fault| head && fault.error_len().is_none()) {
            Some(fault) => done(plain.slice(..fault.valid_up_to()), false, false, charset),
            None => done(plain, fault.is_some(), false, charset),
        };
    }
    let cut = plain.len() > MOST;
    let part = &plain[..plain.len().min(MOST)];
    let (text, faulty) = convert::decode(charset.encoding, part, !head && !cut);
    let narrow = match charset.narrow {
        Narrow::Latin1 if text.chars().all(|c| c <= '\u{ff}') => Narrow::Latin1,
        Narrow::Ascii if text.is_ascii() => Narrow::Ascii,
        _ => Narrow::No,
    };
    done(text.into(), faulty, cut, Charset { narrow, ..charset })
}

#[cfg(test)]
mod tests;
