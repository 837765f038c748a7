//! Turns a value's bytes and content type into rows to show, without losing a byte.
//!
//! A [`Preview`] holds the value as it is and knows where its lines begin; what is shown is made
//! from the bytes, row by row, when it is seen. So a value of any size is shown at once.

mod chunk;
mod draw;
mod find;
mod format;
mod hex;
mod index;
pub mod json;
mod layout;
mod line;
mod reveal;
mod row;
#[cfg(test)]
mod samples;
mod scroll;
mod text;
mod unit;
mod visible;
mod width;

use bytes::Bytes;

use self::layout::{Format, Lines};
use self::text::Style;
use crate::storage::content::Family;
use crate::storage::model::Record;

pub use find::Matches;
pub use json::JsonFault;
pub use row::{Hit, Role, Row, Span};
pub use scroll::{Scroll, Viewport};
pub use visible::{visible, visible_bytes};
pub use width::{cells, fit, fit_middle};

/// A value made ready to be shown. It never changes, and holds no copy of the value.
#[derive(Debug)]
pub struct Preview {
    value: Bytes,
    kind: Kind,
    note: Option<String>,
    body: Body,
}

/// What a value is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// JSON, pretty-printed.
    Json,
    /// Text in lines.
    Text,
    /// Offsets, hexadecimal and characters.
    Hex,
    /// The value is None: there is nothing to show.
    None,
    /// There are no bytes.
    Empty,
}

/// How the user wants a value shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// As its content type and its bytes suggest.
    #[default]
    Auto,
    /// As text in the lines it has; bytes that are not UTF-8 as `\xNN`.
    Text,
    /// As bytes.
    Hex,
    /// As text, with line ends and tabs as symbols.
    Raw,
}

#[derive(Debug)]
enum Body {
    Nothing,
    Lines(Lines),
    Hex,
}

impl Preview {
    /// Makes a record's value ready, as its content type and its bytes suggest. Takes time in
    /// proportion to the value: for the background.
    pub fn build(record: &Record) -> Self {
        Self::build_as(record, Mode::Auto)
    }

    /// Makes a record's value ready, as the user wants it.
    pub fn build_as(record: &Record, mode: Mode) -> Self {
        let value = record.value.clone();
        if value.is_empty()
            && (mode != Mode::Auto || record.meta.content_type.family() != Family::None)
        {
            let json = mode == Mode::Auto && record.meta.content_type.family() == Family::Json;
            let note = json.then(|| "empty, which is not valid JSON".to_owned());
            return Self { value, kind: Kind::Empty, note, body: Body::Nothing };
        }
        match mode {
            Mode::Auto => Self::guess(record),
            Mode::Text => Self::text(value, None),
            Mode::Hex => Self::hex(value, None),
            Mode::Raw => {
                let style = Style { raw: true, crlf: false };
                Self::lines_of(value, Kind::Text, None, style)
            }
        }
    }

    /// Makes the beginning of a value ready; `record` holds only that of its bytes.
    pub fn build_head(mut record: Record, mode: Mode) -> Self {
        if let Err(why) = std::str::from_utf8(&record.value)
            && why.error_len().is_none()
        {
            // A character was cut in two.
            record.value.truncate(why.valid_up_to());
        }
        let json = mode == Mode::Auto && record.meta.content_type.family() == Family::Json;
        // Half of a JSON value is none.
        let text = json && std::str::from_utf8(&record.value).is_ok();
        Self::build_as(&record, if text { Mode::Text } else { mode })
    }

    /// Whether both show the same bytes.
    pub fn is_of_same_bytes(&self, other: &Self) -> bool {
        self.value == other.value
    }

    fn guess(record: &Record) -> Self {
        let value = record.value.clone();
        let content_type = &record.meta.content_type;
        match content_type.family() {
            Family::None => {
                let note = (!value.is_empty())
                    .then(|| format!("holds {} bytes although its type says None", value.len()));
                Self { value, kind: Kind::None, note, body: Body::Nothing }
            }
            Family::Json => match json::lines::index(&value) {
                Ok(index) => Self::json(value, index),
                Err(_) if std::str::from_utf8(&value).is_err() => Self::not_utf8(value),
                Err(fault) => {
                    let JsonFault { line, column, message, .. } = fault;
                    let note = format!(
                        "not valid JSON at line {line}, column {column} ({message}): shown as text"
                    );
                    Self::text(value, Some(note))
                }
            },
            Family::Text if std::str::from_utf8(&value).is_err() => Self::not_utf8(value),
            Family::Text => Self::text(value, None),
            family @ (Family::Image | Family::Binary | Family::Unknown) => {
                let format = format::describe(&value);
                if format.is_none() && is_readable(&value) {
                    let open = value.trim_ascii_start().first();
                    let maybe_json = content_type.as_str().contains("json")
                        || family == Family::Unknown && matches!(open, Some(b'{' | b'['));
                    let index = maybe_json.then(|| json::lines::index(&value).ok()).flatten();
                    return match index {
                        Some(index) => Self::json(value, index),
                        None => Self::text(value, None),
                    };
                }
                Self::hex(value, format)
            }
        }
    }

    fn json(value: Bytes, index: index::Index) -> Self {
        let lines = Lines { bytes: value.clone(), index, format: Format::Json };
        Self { value, kind: Kind::Json, note: None, body: Body::Lines(lines) }
    }

    fn text(value: Bytes, note: Option<String>) -> Self {
        let crlf = text::is_crlf(&value);
        let note = match (note, crlf) {
            (note, false) => note,
            (None, true) => Some("lines end with CR LF".to_owned()),
            (Some(note), true) => Some(format!("{note}; lines end with CR LF")),
        };
        Self::lines_of(value, Kind::Text, note, Style { raw: false, crlf })
    }

    fn lines_of(value: Bytes, kind: Kind, note: Option<String>, style: Style) -> Self {
        let index = text::find_lines(&value, style);
        let lines = Lines { bytes: value.clone(), index, format: Format::Text(style) };
        Self { value, kind, note, body: Body::Lines(lines) }
    }

    fn hex(value: Bytes, note: Option<String>) -> Self {
        Self { value, kind: Kind::Hex, note, body: Body::Hex }
    }

    fn not_utf8(value: Bytes) -> Self {
        let note = match format::describe(&value) {
            Some(format) => format!("not UTF-8 but {format}: shown as hex"),
            None => "not UTF-8: shown as hex".to_owned(),
        };
        Self::hex(value, Some(note))
    }

    /// What the value is shown as.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What the user should know of it: why it is not shown as its content type says, or what
    /// its bytes are.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// How many lines there are; in hex, of 16 bytes each.
    pub fn lines(&self) -> usize {
        match &self.body {
            Body::Nothing => 0,
            Body::Lines(lines) => lines.index.lines(),
            Body::Hex => hex::lines(&self.value),
        }
    }

    /// The rows that are seen, at most as many as the viewport has, with what a search found
    /// marked in them. Takes the time of what is seen, not of the value.
    pub fn rows(&self, scroll: Scroll, view: Viewport, marks: Option<&Matches>) -> Vec<Row> {
        match &self.body {
            Body::Nothing => Vec::new(),
            Body::Lines(lines) => draw::rows(lines, scroll, view, marks),
            Body::Hex => hex::rows(&self.value, scroll, view, marks),
        }
    }

    /// Searches the value as it is stored. A needle without capitals ignores case. At most
    /// 100,000 matches are kept.
    pub fn find(&self, needle: &str) -> Matches {
        find::find(&self.value, needle)
    }
}

/// Whether the bytes are text that a person wrote or reads.
fn is_readable(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1f | 0x7f);
    !bytes.iter().any(odd) && std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::model::RecordMeta;

    const VIEW: Viewport = Viewport { width: 80, height: 20, wrap: true };

    fn record(bytes: &[u8], content_type: &str) -> Record {
        let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
        Record { meta, value: Bytes::copy_from_slice(bytes) }
    }

    fn seen(bytes: &[u8], content_type: &str) -> (Kind, Option<String>) {
        let preview = Preview::build(&record(bytes, content_type));
        (preview.kind(), preview.note().map(str::to_owned))
    }

    fn texts(preview: &Preview) -> Vec<String> {
        preview.rows(preview.top(), VIEW, None).iter().map(Row::text).collect()
    }

    #[test]
    fn the_beginning_of_a_value_is_shown_without_complaint() {
        let head = |bytes: &[u8], content_type| {
            let preview = Preview::build_head(record(bytes, content_type), Mode::Auto);
            (preview.kind(), preview.note().map(str::to_owned), texts(&preview).join("|"))
        };
        let cut = (Kind::Text, None, "{\"a\": \"é".to_owned());
        assert_eq!(head(b"{\"a\": \"\xc3\xa9\xc3", "application/json"), cut);
        assert_eq!(head(b"\xe2\x82", "text/plain"), (Kind::Empty, None, String::new()));
        assert_eq!(head(b"\x89PNG\r\n\x1a\n\0\0", "image/png").0, Kind::Hex);
    }

    #[test]
    fn a_preview_can_be_shared_between_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Preview>();
    }

    #[test]
    fn content_types_decide_what_is_shown() {
        assert_eq!(seen(b"[1]", "application/json; charset=utf-8"), (Kind::Json, None));
        assert_eq!(seen(b"[1]", "text/plain; charset=utf-8"), (Kind::Text, None));
        assert_eq!(seen(b"[1]", "application/ld+json"), (Kind::Json, None));
        assert_eq!(seen(b"[1]", ""), (Kind::Json, None));
        assert_eq!(seen(b"<svg/>", "image/svg+xml"), (Kind::Text, None));
        assert_eq!(seen(b"a\0b", "application/octet-stream"), (Kind::Hex, None));
        assert_eq!(seen(b"\xff", ""), (Kind::Hex, None));
    }

    #[test]
    fn none_is_not_an_empty_text() {
        assert_eq!(seen(b"", "application/x-none"), (Kind::None, None));
        assert_eq!(seen(b"", "text/plain"), (Kind::Empty, None));
        assert_eq!(seen(b"", "application/octet-stream"), (Kind::Empty, None));
        let note = "holds 2 bytes although its type says None";
        assert_eq!(seen(b"ab", "application/x-none"), (Kind::None, Some(note.to_owned())));
        let nothing = Preview::build(&record(b"", "application/x-none"));
        assert_eq!((nothing.lines(), texts(&nothing).len()), (0, 0));
    }

    #[test]
    fn what_does_not_decode_says_so() {
        let note = "not valid JSON at line 1, column 5 (Expecting value): shown as text";
        assert_eq!(seen(b"[1, }", "application/json"), (Kind::Text, Some(note.to_owned())));
        let note = "not UTF-8: shown as hex";
        assert_eq!(seen(b"\"\xff\"", "application/json"), (Kind::Hex, Some(note.to_owned())));
        assert_eq!(seen(b"gr\xfc\xdfe", "text/plain"), (Kind::Hex, Some(note.to_owned())));
        let note = "not UTF-8 but gzip: shown as hex";
        assert_eq!(seen(b"\x1f\x8b\x08\0\xff", "text/html"), (Kind::Hex, Some(note.to_owned())));
        let note = "empty, which is not valid JSON";
        assert_eq!(seen(b"", "application/json"), (Kind::Empty, Some(note.to_owned())));
    }

    #[test]
    fn headers_are_read() {
        let gif = seen(b"GIF89a\x0a\0\x14\0", "image/gif");
        assert_eq!(gif, (Kind::Hex, Some("GIF, 10 × 20 pixels".to_owned())));
    }

    #[test]
    fn line_ends_of_windows_are_noted_not_shown() {
        let preview = Preview::build(&record(b"a\r\nb\r\n", "text/plain"));
        assert_eq!(preview.note(), Some("lines end with CR LF"));
        assert_eq!(texts(&preview), ["a", "b"]);
        let mixed = Preview::build(&record(b"a\r\nb\n", "text/plain"));
        assert_eq!((mixed.note(), texts(&mixed)), (None, vec!["a␍".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn the_user_may_see_it_otherwise() {
        let record = record(b"[1,\t2]\r\n\xff\n", "application/json");
        let lines = |mode| texts(&Preview::build_as(&record, mode));
        assert_eq!(lines(Mode::Text), ["[1, 2]␍", "\\xff"]);
        assert_eq!(lines(Mode::Raw), ["[1,␉2]␍␊", "\\xff␊"]);
        assert!(lines(Mode::Hex)[0].starts_with("00000000  5b 31 2c 09"));
        assert!(lines(Mode::Auto)[0].starts_with("00000000  5b"));
    }
}
