//! Turns a value's bytes and content type into rows to show, without losing a byte.
//!
//! A [`Preview`] holds the value as it is and knows where its lines begin; what is shown is made
//! from the bytes, row by row, when it is seen. So a value of any size is shown at once. Text in
//! another charset than UTF-8 is converted once, and then shown in the same way.

mod ahead;
mod archive;
mod cells;
pub mod charset;
pub(crate) mod chunk;
pub(crate) mod coding;
mod contained;
mod draw;
mod entry;
mod faces;
mod find;
mod fold;
mod format;
mod hex;
mod index;
mod inside;
pub mod json;
mod kind;
mod laid;
mod line;
mod line_layout;
mod listed;
mod made;
mod notation;
mod opened;
mod page;
mod path;
mod picture;
mod readable;
mod reveal;
mod row;
mod scroll;
mod source;
mod styled;
mod table;
mod text;
mod viewport;
mod wrap;

use bytes::Bytes;

use self::charset::DecodedText;
use self::kind::{is_markup, is_named_text, is_readable, may_be_json};
use self::line_layout::{Format, Lines};
use self::picture::{Kind as PictureKind, Picture};
use self::table::Table;
use self::text::TextForm;
use crate::model::{Family, Record};

pub use archive::{EntryAt, EntryRow};
pub use contained::is_contained;
pub use entry::{Entry, EntryWanted};
pub use find::Matches;
pub use fold::Fold;
pub(crate) use inside::inside;
pub use json::JsonFault;
pub use kind::{Mode, PreviewKind};
pub(crate) use made::{MadeLines, made_lines};
pub use page::PageLinks;
pub use picture::{PicturePlace, Sharp, decode_apart_by, decoded_apart};
pub use readable::why_none;
pub use row::{Halves, Hit, Rgb, Role, Row, Span};
pub use table::{Arrangement, ColumnFilter, ColumnNumbers, ColumnValues, Direction};
pub use viewport::{Scroll, Viewport};
pub(crate) use wrap::breaks;

/// A value made ready to be shown. It never changes, and holds no copy of the value except its text in UTF-8,
/// where that differs from the stored bytes.
#[derive(Debug)]
pub struct Preview {
    value: Bytes,
    kind: PreviewKind,
    note: Option<String>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Nothing,
    Lines(Lines),
    Table(Table),
    /// The value's bytes in hexadecimal.
    Hex(Bytes),
    Picture(Box<Picture>),
}

impl Preview {
    /// Makes a record's value ready, as its content type and its bytes suggest. Takes time in
    /// proportion to the value: for the background.
    pub fn build(record: &Record) -> Self {
        Self::build_as(record, Mode::Auto)
    }

    /// Makes a record's value ready, as the user wants it.
    pub fn build_as(record: &Record, mode: Mode) -> Self {
        Self::build_while(record, mode, &|| true)
    }

    /// As [`Preview::build_as`]; stops early where `wanted` says no, and then shows only a part.
    pub fn build_while(record: &Record, mode: Mode, wanted: &dyn Fn() -> bool) -> Self {
        Self::make(record, mode, false, wanted)
    }

    /// Makes the beginning of a value ready; `record` holds only that of its bytes.
    pub fn build_head(record: Record, mode: Mode) -> Self {
        Self::build_head_while(record, mode, &|| true)
    }

    /// As [`Preview::build_head`]; stops early where `wanted` says no.
    pub fn build_head_while(mut record: Record, mode: Mode, wanted: &dyn Fn() -> bool) -> Self {
        if let Err(why) = std::str::from_utf8(&record.value)
            && why.error_len().is_none()
        {
            // The cut of the head went through a character.
            record.value.truncate(why.valid_up_to());
        }
        Self::make(&record, mode, true, wanted)
    }

    fn make(record: &Record, mode: Mode, head: bool, wanted: &dyn Fn() -> bool) -> Self {
        let value = record.value.clone();
        let family = record.meta.content_type.family();
        let meant = matches!(mode, Mode::Auto | Mode::Table);
        if value.is_empty() && (!meant || family != Family::None) {
            let json = meant && !head && family == Family::Json;
            let note = json.then(|| "empty, which is not valid JSON".to_owned());
            return Self { value, kind: PreviewKind::Empty, note, body: Body::Nothing };
        }
        if mode == Mode::Text
            && let Some(inside) = Self::source_inside(record, head, wanted)
        {
            return inside;
        }
        let stored = match mode {
            Mode::Auto => return Self::open(record, head, wanted),
            Mode::Table => return Self::open(record, head, wanted).into_table(head, wanted),
            Mode::Text => match charset::read(&record.meta, &value, head) {
                Some(read) if read.charset.is_guessed() && family == Family::Json => {
                    Self::text(value, None)
                }
                Some(read) if !read.charset.is_plain() => Self::read(value, &read, None),
                _ => Self::text(value, None),
            },
            Mode::Hex => Self::hex(value, None),
            Mode::Raw => {
                let style = TextForm { raw: true, crlf: false };
                Self::lines_of(value.clone(), value, PreviewKind::Text, None, style)
            }
        };
        stored.in_colours(record)
    }

    /// Whether both previews show the same bytes.
    pub fn is_of_same_bytes(&self, other: &Self) -> bool {
        self.value == other.value
    }

    /// A preview by the bytes themselves, with no layer opened.
    fn guess(record: &Record, head: bool, wanted: &dyn Fn() -> bool) -> Self {
        Self::by_family(record, head, wanted).into_meant(record, head, wanted)
    }

    fn by_family(record: &Record, head: bool, wanted: &dyn Fn() -> bool) -> Self {
        let value = record.value.clone();
        let content_type = &record.meta.content_type;
        let family = content_type.family();
        if family == Family::None {
            let note = (!value.is_empty())
                .then(|| format!("holds {} bytes although its type says None", value.len()));
            return Self { value, kind: PreviewKind::None, note, body: Body::Nothing };
        }
        if let Some(kind) = PictureKind::of(&value) {
            match picture::read(kind, &value, head, wanted) {
                Ok((picture, note)) => {
                    let body = Body::Picture(Box::new(picture.from(kind, value.clone())));
                    return Self { value, kind: PreviewKind::Picture, note: Some(note), body };
                }
                // The mark of a GIF may also begin a text.
                Err(_) if is_readable(&value) => {}
                Err(why) => return Self::hex(value, Some(why)),
            }
        }
        let read = charset::read(&record.meta, &value, head);
        match family {
            Family::Json | Family::Text => match read {
                // JSON is UTF-8 by its own rule: another charset is guessed only where it makes sense.
                Some(read) if family == Family::Json => {
                    match Self::json(&value, &read, family, head) {
                        Ok(json) => json,
                        Err(_) if read.charset.is_guessed() && !head => Self::not_utf8(value),
                        Err(note) => Self::read(value, &read, note),
                    }
                }
                // Crawlee reads every `text/` type as text; JSON among them is laid out all the same.
                Some(read) => match may_be_json(content_type, &read.text)
                    .then(|| Self::json(&value, &read, family, head))
                {
                    Some(Ok(json)) => json,
                    _ => Self::read(value, &read, None),
                },
                None if is_readable(&value) => Self::text(value, None),
                None => Self::not_utf8(value),
            },
            _ => {
                // Bytes of an unknown type are text only if they are UTF-8.
                let read = read.or_else(|| DecodedText::utf8(&value));
                let named = is_named_text(content_type);
                let is_text =
                    |text: &[u8]| is_readable(text) || named && std::str::from_utf8(text).is_ok();
                let known = format::describe(&value);
                let Some(read) = read.filter(|read| is_text(&read.text) && known.is_none()) else {
                    return match known.map(|known| format::unread(&value, known, family)) {
                        None if named => Self::not_utf8(value),
                        unread => Self::hex(value, unread),
                    };
                };
                let maybe_json = may_be_json(content_type, &read.text);
                match maybe_json.then(|| Self::json(&value, &read, family, head)) {
                    Some(Ok(json)) => json,
                    _ => Self::read(value, &read, None),
                }
            }
        }
    }

    /// The value as JSON, or what is wrong with it. Half of a JSON value is not JSON, which needs no remark.
    fn json(
        value: &Bytes,
        read: &DecodedText,
        family: Family,
        head: bool,
    ) -> Result<Self, Option<String>> {
        if head || read.cut {
            return Err(None);
        }
        match json::lines::index(&read.text) {
            Ok((index, shape)) => {
                let lines = Lines::new(read.text.clone(), index, Format::Json);
                let unread = (family == Family::Json && !read.charset.is_plain())
                    .then(|| "not plain UTF-8: Crawlee for Python reads None".to_owned());
                let told = json::remarks(shape, family == Family::Json);
                let notes: Vec<_> = read.note().into_iter().chain(unread).chain(told).collect();
                let note = (!notes.is_empty()).then(|| notes.join("; "));
                Ok(Self {
                    value: value.clone(),
                    kind: PreviewKind::Json,
                    note,
                    body: Body::Lines(lines),
                })
            }
            Err(_) if read.faulty => Err(None),
            Err(fault) => {
                let JsonFault { line, column, .. } = fault;
                let reason = fault.reason();
                Err(Some(format!(
                    "not valid JSON at line {line}, column {column} ({reason}): shown as text"
                )))
            }
        }
    }

    /// The value as text in its charset.
    fn read(value: Bytes, read: &DecodedText, note: Option<String>) -> Self {
        let notes: Vec<_> = read.note().into_iter().chain(note).collect();
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        Self::text_of(value, read.text.clone(), note)
    }

    fn text(value: Bytes, note: Option<String>) -> Self {
        Self::text_of(value.clone(), value, note)
    }

    fn text_of(value: Bytes, text: Bytes, note: Option<String>) -> Self {
        let crlf = text::is_crlf(&text);
        let note = match (note, crlf) {
            (note, false) => note,
            (None, true) => Some("lines end with CR LF".to_owned()),
            (Some(note), true) => Some(format!("{note}; lines end with CR LF")),
        };
        Self::lines_of(value, text, PreviewKind::Text, note, TextForm { raw: false, crlf })
    }

    fn lines_of(
        value: Bytes,
        bytes: Bytes,
        kind: PreviewKind,
        note: Option<String>,
        style: TextForm,
    ) -> Self {
        let index = text::find_lines(&bytes, style);
        let lines = Lines::new(bytes, index, Format::Text(style));
        Self { value, kind, note, body: Body::Lines(lines) }
    }

    fn hex(value: Bytes, note: Option<String>) -> Self {
        Self { value: value.clone(), kind: PreviewKind::Hex, note, body: Body::Hex(value) }
    }

    fn not_utf8(value: Bytes) -> Self {
        let note = match format::describe(&value) {
            Some(format) => format!("not UTF-8 but {format}: shown as hex"),
            None => "not UTF-8: shown as hex".to_owned(),
        };
        Self::hex(value, Some(note))
    }

    /// The form in which the value is shown.
    pub fn kind(&self) -> PreviewKind {
        self.kind
    }

    /// Whether it is shown as a picture, in which there is nothing to read.
    pub fn is_picture(&self) -> bool {
        self.kind == PreviewKind::Picture
    }

    /// A remark on the value: why it is not shown as its content type says, or what its bytes are.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Number of lines; in hex, of 16 bytes each. A picture has none.
    pub fn lines(&self) -> usize {
        match &self.body {
            Body::Nothing | Body::Picture(_) => 0,
            Body::Lines(lines) => lines.len(),
            Body::Table(table) => table.rows(),
            Body::Hex(bytes) => hex::lines(bytes),
        }
    }

    /// The visible rows, at most the viewport's height, with the matches of a search marked in them. Takes
    /// time in proportion to what is seen, not to the value.
    pub fn rows(&self, scroll: Scroll, view: Viewport, marks: Option<&Matches>) -> Vec<Row> {
        match &self.body {
            Body::Nothing => Vec::new(),
            Body::Lines(lines) => draw::rows(lines, scroll, view, marks),
            Body::Table(table) => table.seen(scroll, view, marks),
            Body::Hex(bytes) => hex::rows(bytes, scroll, view, marks),
            Body::Picture(picture) => picture.rows(scroll, view),
        }
    }

    /// All lines, each in one row; a line wider than any terminal is cut, and its row says so.
    pub fn whole_lines(&self) -> impl Iterator<Item = Row> {
        let view = Viewport { width: u16::MAX, height: 1, wrap: false };
        (0..self.lines()).filter_map(move |line| {
            self.rows(Scroll { line, ..Scroll::default() }, view, None).pop()
        })
    }

    /// The shown bytes: the value's text in UTF-8, or the value as it is stored.
    pub fn shown(&self) -> &Bytes {
        match &self.body {
            Body::Lines(lines) => &lines.bytes,
            Body::Table(table) => &table.bytes,
            Body::Hex(bytes) => bytes,
            Body::Nothing | Body::Picture(_) => &self.value,
        }
    }

    /// Whether what is shown differs from the stored value: text converted from another charset to UTF-8, or
    /// without its byte order mark; the contents of a packed value; a text that larder made of it.
    pub fn is_converted(&self) -> bool {
        *self.shown() != self.value
    }

    /// The value's text, where it differs from the stored bytes.
    pub fn converted_text(&self) -> Option<&Bytes> {
        let text = match (&self.body, self.kind) {
            (Body::Lines(Lines { made_from: Some(source), .. }), _) => source,
            (_, PreviewKind::Json | PreviewKind::Text | PreviewKind::Table) => self.shown(),
            _ => return None,
        };
        (*text != self.value).then_some(text)
    }

    /// Searches what is shown. A needle without capitals ignores case. Keeps at most 100,000 matches; finds
    /// none in a picture.
    pub fn find(&self, needle: &str) -> Matches {
        match &self.body {
            Body::Picture(_) => Matches::default(),
            Body::Nothing | Body::Lines(_) | Body::Table(_) | Body::Hex(_) => {
                find::find(self.shown(), needle)
            }
        }
    }
}

#[cfg(test)]
mod tests;
