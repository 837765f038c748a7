//! ZIP: its central directory, or where that is missing, the headers before the entries.

use std::borrow::Cow;

use memchr::memmem;

use super::{Data, Entries, Entry, Kind, Packed};
use crate::preview::format::{little, little64};

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
/// Bytes of these headers before their parts of variable length.
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
/// Limit on the possible ends that are examined.
const ENDS: usize = 64;
/// Longest comment at the very end, in bytes.
const COMMENT: usize = 0xffff;

/// Whether the bytes begin as a ZIP.
pub(super) fn is_marked(bytes: &[u8]) -> bool {
    bytes.starts_with(LOCAL) || bytes.starts_with(END)
}

/// The entries; `None` for bytes that do not begin as a ZIP.
pub(super) fn entries(bytes: &[u8]) -> Option<Entries<'_>> {
    if !is_marked(bytes) {
        return None;
    }
    Some(match directory(bytes, false) {
        Some(directory) => central(bytes, &directory),
        None => local(bytes),
    })
}

/// The entries of a ZIP that ends where the bytes do and has others before it, as in a program that unpacks
/// itself; `None` where there is none.
pub(super) fn behind(bytes: &[u8]) -> Option<Entries<'_>> {
    let directory = directory(bytes, true)?;
    let entries = central(bytes, &directory);
    (entries.count > 0 && entries.fault.is_none()).then_some(entries)
}

/// The central directory.
struct Directory {
    /// Start of the directory.
    start: usize,
    /// Number of bytes before the archive that its offsets do not count.
    before: usize,
}

/// The central directory; with `at_end`, only that of a ZIP that ends where the bytes do.
fn directory(bytes: &[u8], at_end: bool) -> Option<Directory> {
    let from = bytes.len().saturating_sub(END_BYTES + COMMENT);
    let is_whole = |at: &usize| {
        let comment = little(bytes, at + 20, 2).map(|comment| comment as usize);
        let end = comment.map(|comment| at + END_BYTES + comment);
        end.is_some_and(|end| end == bytes.len() || end < bytes.len() && !at_end)
    };
    // A comment, or bytes behind the archive, may contain the same mark.
    let ends = memmem::rfind_iter(&bytes[from..], END).map(|at| from + at);
    ends.filter(is_whole).take(ENDS).find_map(|end| directory_of(bytes, end))
}

/// The central directory that this end points to, if it is there.
fn directory_of(bytes: &[u8], end: usize) -> Option<Directory> {
    let mut size = u64::from(little(bytes, end + 12, 4)?);
    let mut offset = u64::from(little(bytes, end + 16, 4)?);
    let mut behind = end as u64;
    let locator = end.checked_sub(LOCATOR_BYTES).filter(|&at| bytes[at..].starts_with(LOCATOR_64));
    if let Some(at) = locator {
        let there = usize::try_from(little64(bytes, at + 8)?).ok()?;
        if bytes.get(there..)?.starts_with(END_64) {
            (size, offset) = (little64(bytes, there + 40)?, little64(bytes, there + 48)?);
            behind = there as u64;
        }
    }
    // Bytes may stand before the archive that its offsets do not count.
    let near = behind.checked_sub(size).and_then(|at| usize::try_from(at).ok());
    let told = usize::try_from(offset).ok();
    let is_there =
        |at: &usize| *at == end || bytes.get(*at..).is_some_and(|rest| rest.starts_with(CENTRAL));
    let start = [told, near].into_iter().flatten().find(is_there)?;
    Some(Directory { start, before: start.saturating_sub(told.unwrap_or(start)) })
}

fn central<'a>(bytes: &'a [u8], directory: &Directory) -> Entries<'a> {
    let mut entries = Entries::default();
    let mut at = directory.start;
    while let Some(header) = bytes.get(at..at.saturating_add(CENTRAL_BYTES)) {
        if !header.starts_with(CENTRAL) {
            break;
        }
        let length = |field| little(header, field, 2).unwrap_or_default() as usize;
        let (name, extra, comment) = (length(28), length(30), length(32));
        let begin = at + CENTRAL_BYTES;
        let Some(text) = bytes.get(begin..begin + name) else {
            entries.fault = Some("the ZIP is cut off");
            break;
        };
        let extra_bytes = bytes.get(begin + name..begin + name + extra).unwrap_or_default();
        let told = [24, 20, 42].map(|field| little(header, field, 4).unwrap_or_default());
        let [size, packed, own] = large(told, extra_bytes);
        let mode = little(header, 38, 4).unwrap_or_default() >> 16;
        let data = Packed {
            header: own.saturating_add(directory.before as u64),
            size: Some(packed),
            method: little(header, 10, 2).unwrap_or_default(),
            sum: little(header, 16, 4),
        };
        entries.push(entry(text, (size, data), header, 8, mode));
        at = begin + name + extra + comment;
    }
    entries
}

/// The entries as the headers before them describe them.
fn local(bytes: &[u8]) -> Entries<'_> {
    let fault = Some("the ZIP has lost its list of contents");
    let mut entries = Entries { fault, ..Entries::default() };
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memmem::find(rest, LOCAL)) {
        at += found;
        let Some(header) = bytes.get(at..at + LOCAL_BYTES) else { break };
        let length = |field| little(header, field, 2).unwrap_or_default() as usize;
        let begin = at + LOCAL_BYTES;
        let Some(text) = bytes.get(begin..begin + length(26)) else { break };
        let extra = bytes.get(begin + length(26)..).unwrap_or_default();
        let extra = &extra[..extra.len().min(length(28))];
        let told = [22, 18].map(|field| little(header, field, 4).unwrap_or_default());
        let [size, packed, _] = large([told[0], told[1], 0], extra);
        // A stream tells sizes and checksum only behind the bytes.
        let streamed = length(6) & 8 != 0;
        let data = Packed {
            header: at as u64,
            size: (!streamed).then_some(packed),
            method: little(header, 8, 2).unwrap_or_default(),
            sum: little(header, 14, 4).filter(|_| !streamed),
        };
        entries.push(entry(text, (size, data), header, 6, 0));
        let packed = usize::try_from(packed).ok().filter(|_| told[1] != u32::MAX);
        at = (begin + length(26) + length(28)).saturating_add(packed.unwrap_or_default());
    }
    entries
}

/// Numbers, those that do not fit taken from the field for large ones, in which they follow one another.
fn large(told: [u32; 3], extra: &[u8]) -> [u64; 3] {
    let mut rest = extra;
    let mut field = &[][..];
    while let (Some(kind), Some(length)) = (little(rest, 0, 2), little(rest, 2, 2)) {
        let end = (4 + length as usize).min(rest.len());
        if kind == 1 {
            field = &rest[4..end];
            break;
        }
        rest = &rest[end..];
    }
    told.map(|number| {
        let own = (number == u32::MAX).then(|| little64(field, 0)).flatten();
        field = if own.is_some() { &field[8..] } else { field };
        own.unwrap_or_else(|| number.into())
    })
}

/// An entry with its unpacked size and where it is. Flags, method, time and date follow one another in both
/// headers.
fn entry<'a>(
    name: &'a [u8],
    (size, data): (u64, Packed),
    header: &[u8],
    flags: usize,
    mode: u32,
) -> Entry<'a> {
    let field = |at: usize| little(header, at, 2).unwrap_or_default();
    let kind = if mode & 0xf000 == 0xa000 {
        Kind::Link(Vec::new())
    } else if name.ends_with(b"/") {
        Kind::Folder
    } else if field(flags) & 1 != 0 {
        Kind::Locked
    } else {
        Kind::File
    };
    let (clock, day) = (field(flags + 4), field(flags + 6));
    let time = (day != 0).then(|| {
        let (year, month, day) = (1980 + (day >> 9), day >> 5 & 15, day & 31);
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", clock >> 11, clock >> 5 & 63)
    });
    Entry { name: Cow::Borrowed(name), size, time, kind, data: Some(Data::Packed(data)) }
}

/// The packed bytes of an entry, as far as they are there; `None` where its header is not.
pub(super) fn packed<'a>(bytes: &'a [u8], of: &Packed) -> Option<&'a [u8]> {
    let header = bytes.get(usize::try_from(of.header).ok()?..)?;
    let skip = |field| little(header, field, 2).map(|length| length as usize);
    let data = header.starts_with(LOCAL).then_some(header)?;
    let data = data.get(LOCAL_BYTES + skip(26)? + skip(28)?..)?;
    let size = of.size.and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX);
    Some(&data[..data.len().min(size)])
}
