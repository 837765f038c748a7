//! Items as lines of a tree, one after the other; without recursion.

use std::fmt::Write as _;

use time::OffsetDateTime;

use super::{DEEPEST, Fault, Item};
use crate::preview::line_layout::Lines;
use crate::preview::row::Role;
use crate::preview::styled::Writer;
use crate::text;

/// Bytes that are shown of a byte string; a longer one is cut, and its size shown.
const BYTES: usize = 48;

/// Bytes that are shown of a text; a longer one is cut, and its size shown.
const TEXT: usize = 4 << 20;
/// Limit on the shown pieces of one text or byte string: they are all in one line, which is laid out at once.
const CHUNKS: u64 = 1000;

/// An open list, object or string of pieces.
#[derive(Debug)]
struct Open {
    kind: Kind,
    /// Number of items still to come; `None` where a break ends it.
    left: Option<u64>,
    /// Number of items so far.
    count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Map,
    Tag,
    Chunks,
}

/// The lines so far.
#[derive(Debug, Default)]
pub(super) struct Tree {
    writer: Writer,
    open: Vec<Open>,
    /// Number of open lists and objects.
    depth: usize,
    roots: u64,
}

impl Tree {
    /// Whether nothing is missing.
    pub(super) fn is_whole(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether there are no items.
    pub(super) fn is_empty(&self) -> bool {
        self.roots == 0
    }

    /// Number of values at the top level.
    pub(super) fn roots(&self) -> u64 {
        self.roots
    }

    /// The lines, with a sign in the place of the rest if it is `missing`.
    pub(super) fn finish(mut self, missing: bool) -> Lines {
        if missing {
            self.writer.begin(self.depth);
            self.writer.push("…", Role::Dim);
        }
        Lines::made(self.writer)
    }

    /// Adds the next item.
    pub(super) fn add(&mut self, item: Item<'_>) -> Result<(), Fault> {
        if self.writer.is_full() {
            return Err(Fault::TooMuch);
        }
        if item == Item::Break {
            let open = self.open.last().ok_or(Fault::Broken)?;
            if open.left.is_some() || open.kind == Kind::Map && open.count % 2 == 1 {
                return Err(Fault::Broken);
            }
            self.close();
            return Ok(());
        }
        if self.open.len() >= DEEPEST {
            return Err(Fault::TooDeep);
        }
        if let Some(Open { kind: Kind::Chunks, count, .. }) = self.open.last() {
            let is_piece = matches!(item, Item::Text(_) | Item::Bytes(_));
            match (is_piece, *count < CHUNKS) {
                (true, true) => {}
                (true, false) => return Err(Fault::TooMuch),
                (false, _) => return Err(Fault::Broken),
            }
        }
        let is_key = self.begin();
        match item {
            Item::Array(count) => self.enter(Kind::Array, "[", "]", count),
            Item::Map(count) => {
                let items = count.map(|pairs| pairs.saturating_mul(2));
                self.enter(Kind::Map, "{", "}", items);
            }
            Item::Chunks => self.enter(Kind::Chunks, "(_ ", "", None),
            Item::Tag(tag) => {
                self.writer.push(&tag.to_string(), Role::Literal);
                self.enter(Kind::Tag, "(", "", Some(1));
            }
            scalar => self.scalar(scalar, is_key),
        }
        Ok(())
    }

    /// Adds an item that contains no others.
    fn scalar(&mut self, item: Item<'_>, is_key: bool) {
        let role = |role| if is_key { Role::Key } else { role };
        match item {
            Item::Word(word) => self.writer.push(word, role(Role::Literal)),
            Item::Simple(number) => {
                self.writer.push(&format!("simple({number})"), role(Role::Literal));
            }
            Item::Int(number) => self.writer.push(&number.to_string(), role(Role::Number)),
            Item::Float(number) => self.writer.push(&float(number), role(Role::Number)),
            Item::Single(number) => self.writer.push(&single(number), role(Role::Number)),
            Item::Text(text) => self.text(text, role(Role::String)),
            Item::Bytes(bytes) => self.bytes(bytes, role(Role::Hex)),
            Item::Ext(-1, bytes) if timestamp(bytes).is_some() => {
                self.writer.push("timestamp ", Role::Punctuation);
                self.writer.push(&timestamp(bytes).unwrap_or_default(), role(Role::Literal));
            }
            Item::Ext(kind, bytes) => {
                self.writer.push(&format!("ext({kind}, "), Role::Punctuation);
                self.bytes(bytes, role(Role::Hex));
                self.writer.push(")", Role::Punctuation);
            }
            Item::Array(_) | Item::Map(_) | Item::Chunks | Item::Tag(_) | Item::Break => {}
        }
        self.done();
    }

    /// Moves to the place of the next item; returns whether it is a key.
    fn begin(&mut self) -> bool {
        let Some(open) = self.open.last() else {
            self.roots += 1;
            self.writer.begin(0);
            return false;
        };
        let is_key = open.kind == Kind::Map && open.count % 2 == 0;
        match open.kind {
            Kind::Map if !is_key => self.writer.push(": ", Role::Punctuation),
            Kind::Array | Kind::Map => {
                if open.count > 0 {
                    self.writer.push(",", Role::Punctuation);
                }
                self.writer.begin(self.depth);
            }
            Kind::Chunks if open.count > 0 => self.writer.push(", ", Role::Punctuation),
            Kind::Chunks | Kind::Tag => {}
        }
        is_key
    }

    fn enter(&mut self, kind: Kind, begin: &str, end: &str, left: Option<u64>) {
        self.writer.push(begin, Role::Punctuation);
        if left == Some(0) {
            self.writer.push(end, Role::Punctuation);
            return self.done();
        }
        self.depth += usize::from(matches!(kind, Kind::Array | Kind::Map));
        self.open.push(Open { kind, left, count: 0 });
    }

    /// Counts an item, and closes everything that it completes.
    fn done(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        open.count += 1;
        open.left = open.left.map(|left| left.saturating_sub(1));
        if open.left == Some(0) {
            self.close();
        }
    }

    /// Closes the innermost open item, and everything that this completes.
    fn close(&mut self) {
        while let Some(open) = self.open.pop() {
            let end = match open.kind {
                Kind::Array => "]",
                Kind::Map => "}",
                Kind::Tag | Kind::Chunks => ")",
            };
            if matches!(open.kind, Kind::Array | Kind::Map) {
                self.depth -= 1;
                self.writer.begin(self.depth);
            }
            self.writer.push(end, Role::Punctuation);
            let Some(outer) = self.open.last_mut() else { return };
            outer.count += 1;
            outer.left = outer.left.map(|left| left.saturating_sub(1));
            if outer.left != Some(0) {
                return;
            }
        }
    }

    fn text(&mut self, text: &[u8], role: Role) {
        if text.len() <= TEXT {
            return self.writer.push(&quoted(text), role);
        }
        let is_start = |at: &usize| text[*at] & 0xc0 != 0x80;
        let end = (TEXT - 3..=TEXT).rev().find(is_start).unwrap_or(TEXT);
        self.writer.push(&quoted(&text[..end]), role);
        self.writer.push(&format!("… {}", text::size(text.len() as u64)), Role::Dim);
    }

    fn bytes(&mut self, bytes: &[u8], role: Role) {
        let mut hex = String::from("h'");
        for byte in &bytes[..bytes.len().min(BYTES)] {
            let _ = write!(hex, "{byte:02x}");
        }
        if bytes.len() > BYTES {
            self.writer.push(&format!("{hex}…'"), role);
            self.writer.push(&format!(" {}", text::size(bytes.len() as u64)), Role::Dim);
        } else {
            self.writer.push(&format!("{hex}'"), role);
        }
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() }
    } else {
        format!("{number:?}")
    }
}

fn single(number: f32) -> String {
    if number.is_finite() { format!("{number:?}") } else { float(number.into()) }
}

/// A text as JSON spells it, with bytes that are not UTF-8 as `\xNN`.
fn quoted(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c.is_control() => {
                    let _ = write!(out, "\\u{:04x}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// A time of msgpack's own kind, as `2024-01-31 12:30:00.5 UTC`.
fn timestamp(bytes: &[u8]) -> Option<String> {
    let number =
        |bytes: &[u8]| bytes.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let (seconds, nanos) = match bytes.len() {
        4 => (number(bytes).cast_signed(), 0),
        8 => ((number(bytes) & 0x3_ffff_ffff).cast_signed(), number(bytes) >> 34),
        12 => (number(&bytes[4..]).cast_signed(), number(&bytes[..4])),
        _ => return None,
    };
    let time =
        OffsetDateTime::from_unix_timestamp(seconds).ok().filter(|_| nanos < 1_000_000_000)?;
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    let month = u8::from(month);
    let part = if nanos == 0 { String::new() } else { format!(".{nanos:09}") };
    let part = part.trim_end_matches('0');
    Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{part} UTC"))
}
