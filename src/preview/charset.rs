//! In which charset a value's text is stored, from where that is known, and its text in UTF-8.

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

/// No more of a value than this is converted to be shown.
const MOST: usize = 16 << 20;

/// A charset, and from where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset {
    encoding: &'static Encoding,
    source: Source,
    /// Whether a byte order mark stands before the text.
    mark: bool,
    narrow: Narrow,
}

/// From where a charset is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nothing tells: UTF-8, as Crawlee stores text.
    Usual,
    /// The content type.
    Declared,
    /// The byte order mark.
    Mark,
    /// The document: `<meta>`, an XML declaration, `@charset`.
    Document,
    /// What the bytes look like.
    Guess,
}

/// Labels that promise less than the charset they are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Narrow {
    /// All of the charset.
    No,
    /// ISO-8859-1, read as windows-1252.
    Latin1,
    /// US-ASCII, read as windows-1252.
    Ascii,
}

/// A value's text.
#[derive(Debug, Clone)]
pub struct DecodedText {
    /// The charset it is in.
    pub charset: Charset,
    /// The text in UTF-8, without the byte order mark; with the bytes as stored where
    /// they are not the UTF-8 that they should be.
    pub text: Bytes,
    /// Whether bytes of the value are not in the charset.
    pub faulty: bool,
    /// Whether this is only the beginning, for the value is too large to be converted.
    pub cut: bool,
    /// What is to be said of what the content type declares.
    remark: Option<String>,
}

impl Charset {
    /// UTF-8 without a byte order mark.
    pub const UTF_8: Self = Self::new(UTF_8, Source::Usual);

    const fn new(encoding: &'static Encoding, source: Source) -> Self {
        Self { encoding, source, mark: false, narrow: Narrow::No }
    }

    /// The charset that a content type declares, if it is a known one.
    pub fn declared(content_type: &str) -> Option<Self> {
        let label = labels::parameter(content_type)?;
        let (encoding, narrow) = labels::encoding(&label)?;
        Some(Self { narrow, ..Self::new(encoding, Source::Declared) })
    }

    /// The charset that a content type declares and nobody knows.
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

    /// Whether nothing tells it but what the bytes look like.
    pub fn is_guessed(self) -> bool {
        self.source == Source::Guess
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self.narrow {
            Narrow::No => self.encoding.name(),
            Narrow::Latin1 => "ISO-8859-1",
            Narrow::Ascii => "US-ASCII",
        }
    }

    /// Its name, and from where it is known: `windows-1251, declared`.
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
    /// A value that is UTF-8, whatever its type is.
    pub fn utf8(value: &Bytes) -> Option<Self> {
        Some(decode(value, Charset::UTF_8, false)).filter(|read| !read.faulty)
    }

    /// What the reader should know: the charset, unless it is plain UTF-8, and what is wrong.
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

    /// Whether the text, converted back, is the value to the byte, so that what is not typed
    /// over stays what it was.
    pub fn is_exact(&self, value: &Bytes) -> bool {
        let whole = !self.faulty && !self.cut;
        let text = std::str::from_utf8(&self.text);
        whole
            && ((self.charset.is_plain() && self.text.len() == value.len())
                || text
                    .is_ok_and(|text| self.charset.encode(text).is_ok_and(|back| back == *value)))
    }
}

/// The text that a record's value is; `None` if it is not known to be text. Of a `head`, the
/// last character may be cut.
///
/// The charset is the declared one, else that of the byte order mark, of the document, else a
/// guess. A byte order mark that is right for all of the value is believed before all.
pub fn read(meta: &RecordMeta, value: &Bytes, head: bool) -> Option<DecodedText> {
    let content_type = meta.content_type.as_str();
    // A name's ending tells a type, but nobody has declared a charset by it.
    let label = (meta.state != RecordState::BareFile).then_some(content_type);
    let declared = label.and_then(Charset::declared);
    let unknown = label.and_then(Charset::unknown_label);
    let family = meta.content_type.family();
    let text_type = labels::is_text(content_type) || declared.is_some() && family != Family::Image;
    if !(text_type || family == Family::Unknown) || format::describe(value).is_some() {
        return None;
    }
    let fits = |charset: Charset| Some(decode(value, charset, head)).filter(|read| !read.faulty);
    if let Some(found) = mark(value).and_then(fits) {
        let other =
            declared.filter(|declared| !declared.is_utf8() && !found.charset.is_a(*declared));
        let remark = other.map(|declared| format!("although {} is declared", declared.name()));
        // A mark that the declared charset has too is no news.
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

/// As [`read`], where nothing is declared and there is no byte order mark.
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
    /// The charset of text that was in this one, under another content type: the declared one, if
    /// it is known and another.
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

    /// `UTF-16` without a mark is in the order in which its bytes make sense.
    fn in_order_of(self, value: &[u8]) -> Self {
        let turned = self.encoding == UTF_16LE && wide(value) == Some(UTF_16BE);
        if turned { Self { encoding: UTF_16BE, ..self } } else { self }
    }
}

/// The charset of the byte order mark.
fn mark(value: &[u8]) -> Option<Charset> {
    // What looks like UTF-16 with a null character first is UTF-32.
    let (encoding, _) = Encoding::for_bom(value).filter(|_| !value.starts_with(b"\xff\xfe\0\0"))?;
    Some(Charset { mark: true, ..Charset::new(encoding, Source::Mark) })
}

/// What the bytes look like.
fn guess(value: &[u8]) -> Option<Charset> {
    /// So much from the first byte on that is not ASCII tells the charset.
    const SAMPLE: usize = 16 << 10;
    use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
    let first = value.iter().position(|&byte| byte >= 0x80 || byte == 0x1b)?;
    let start = first.saturating_sub(64);
    let sample = &value[start..value.len().min(first + SAMPLE)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, start + sample.len() == value.len());
    Some(Charset::new(detector.guess(None, Utf8Detection::Deny), Source::Guess))
}

/// UTF-16 as its null bytes tell it: all on one side, beside plain Latin letters.
fn wide(value: &[u8]) -> Option<&'static Encoding> {
    let sample = &value[..value.len().min(4096) & !1];
    let (mut little, mut big) = (0, 0);
    for pair in sample.chunks_exact(2) {
        let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        match *pair {
            [letter, 0] if plain(letter) => little += 1,
            [0, letter] if plain(letter) => big += 1,
            [0, _] | [_, 0] => return None,
            _ => {}
        }
    }
    match (little, big) {
        (some @ 2.., 0) if some * 5 > sample.len() => Some(UTF_16LE),
        (0, some @ 2..) if some * 5 > sample.len() => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether a text has no characters that only binary data has. What is not UTF-8 in it is no
/// matter here.
fn is_clean(text: &[u8]) -> bool {
    let odd = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    // U+0080 to U+009F begin with this byte in UTF-8.
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
