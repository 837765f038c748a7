//! msgpack and CBOR as lines like those of JSON, in the diagnostic notation of CBOR (RFC 8949): bytes as
//! `h'0a0b'`, tags as `32("…")`, keys of any kind, numbers of 64 bits to the last digit.

mod cbor;
mod msgpack;
mod writer;

use super::index::Index;
use super::line_layout::Lines;
use super::{is_readable, json};
use crate::model::ContentType;
use crate::model::endings;
use writer::Tree;

/// Limit on the nesting of objects and lists; deeper ones are not read.
const DEEPEST: usize = 256;

/// The next item of the bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Item<'a> {
    /// `null`, `undefined`, `true`, `simple(99)`, by name.
    Word(&'static str),
    Simple(u8),
    Int(i128),
    Float(f64),
    /// A number of 32 bits, which has fewer digits.
    Single(f32),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    /// A list, with the number of its items; `None` where a break ends it.
    Array(Option<u64>),
    /// A map, with the number of its pairs; `None` where a break ends it.
    Map(Option<u64>),
    /// Pieces of text or bytes, up to a break.
    Chunks,
    /// A tag of the item that follows.
    Tag(u64),
    /// One of msgpack's own kinds.
    Ext(i8, &'a [u8]),
    Break,
}

/// Why reading stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    CutOff,
    /// Bytes that are in no format.
    Broken,
    TooDeep,
    TooMuch,
}

/// The bytes still to be read.
#[derive(Debug, Clone, Copy)]
struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Source<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], Fault> {
        let count = usize::try_from(count).map_err(|_| Fault::CutOff)?;
        let end = self.at.checked_add(count).ok_or(Fault::CutOff)?;
        let taken = self.bytes.get(self.at..end).ok_or(Fault::CutOff)?;
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        Ok(self.take(1)?[0])
    }

    /// A number of this many bytes, highest byte first.
    fn number(&mut self, bytes: u64) -> Result<u64, Fault> {
        Ok(self.take(bytes)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }
}

/// A value that is read, as lines.
#[derive(Debug)]
pub(super) struct Notation {
    pub(super) lines: Lines,
    pub(super) note: String,
    /// Name of the format, if all of the value was read.
    pub(super) whole: Option<&'static str>,
}

impl Notation {
    /// A remark and the index of the lines, where the whole notation is valid JSON as it is shown.
    pub(super) fn json(&self) -> Option<(String, Index)> {
        let name = self.whole?;
        let (index, shape) = json::lines::index(&self.lines.bytes).ok()?;
        let told = [format!("{name}, laid out as JSON")].into_iter();
        Some((told.chain(json::remarks(shape, false)).collect::<Vec<_>>().join("; "), index))
    }
}

type Next = for<'a> fn(&mut Source<'a>) -> Result<Item<'a>, Fault>;

/// The format that a content type names.
fn format(content_type: &ContentType) -> Option<(&'static str, Next)> {
    let essence = endings::essence(content_type).to_ascii_lowercase();
    let name = essence.strip_prefix("application/")?;
    Some(match name.strip_prefix("x-").unwrap_or(name) {
        "msgpack" | "messagepack" | "vnd.msgpack" => ("msgpack", msgpack::next),
        "cbor" | "cbor-seq" => ("CBOR", cbor::next),
        name if name.ends_with("+cbor") => ("CBOR", cbor::next),
        name if name.ends_with("+msgpack") => ("msgpack", msgpack::next),
        _ => return None,
    })
}

/// Name of the format that a value of this type should have.
pub(super) fn name(content_type: &ContentType) -> Option<&'static str> {
    format(content_type).map(|(name, _)| name)
}

/// Reads a value whose content type names one of these formats; `None` for other types, and for text. With
/// `head`, a missing end is no fault.
pub(super) fn read(content_type: &ContentType, bytes: &[u8], head: bool) -> Option<Notation> {
    let (word, next) = format(content_type)?;
    let mut source = Source { bytes, at: 0 };
    let mut tree = Tree::default();
    let fault = loop {
        if source.at == bytes.len() && tree.is_whole() {
            break None;
        }
        let item = match next(&mut source) {
            Ok(item) => item,
            Err(fault) => break Some(fault),
        };
        if let Err(fault) = tree.add(item) {
            break Some(fault);
        }
    };
    // Nearly every text can be read as some numbers of msgpack, one after another.
    if tree.is_empty() || is_readable(bytes) && (tree.roots() != 1 || fault.is_some()) {
        return None;
    }
    let what = match word {
        "CBOR" => "CBOR in diagnostic notation".to_owned(),
        word => format!("{word} in the diagnostic notation of CBOR"),
    };
    let fault = fault.filter(|fault| !(head && *fault == Fault::CutOff));
    let why = fault.map(|fault| match fault {
        Fault::CutOff => format!("; the {word} is cut off: shown in part"),
        Fault::Broken => {
            format!("; no {word} from byte {}: shown in part", source.at)
        }
        Fault::TooDeep => format!("; nested over {DEEPEST} levels: not shown"),
        Fault::TooMuch => "; only the beginning is shown".to_owned(),
    });
    let note = what + &why.unwrap_or_default();
    let whole = fault.is_none().then_some(word);
    Some(Notation { lines: tree.finish(fault.is_some() || head), note, whole })
}

#[cfg(test)]
mod tests;
