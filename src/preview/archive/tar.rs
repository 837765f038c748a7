//! tar: the headers before the entries; ustar, pax and GNU's long names.

use std::borrow::Cow;
use std::mem::take;

use time::OffsetDateTime;

use super::{Data, Entries, Entry, Kind};

const BLOCK: usize = 512;
/// Limit on the bytes that are read of a name or an extended header.
const LONGEST: usize = 64 << 10;

/// Facts from the headers before an entry.
#[derive(Debug, Default)]
struct Before<'a> {
    name: Option<&'a [u8]>,
    link: Option<&'a [u8]>,
    size: Option<u64>,
    time: Option<i64>,
    /// Own name and size of a file with holes, which are not stored.
    sparse: (Option<&'a [u8]>, Option<u64>),
}

/// Whether the bytes begin as a tar.
pub(super) fn is_marked(bytes: &[u8]) -> bool {
    bytes.get(..BLOCK).is_some_and(is_header)
}

/// The entries; `None` for what is not a tar.
pub(super) fn entries(bytes: &[u8]) -> Option<Entries<'_>> {
    if !is_marked(bytes) {
        return None;
    }
    let mut entries = Entries::default();
    let mut before = Before::default();
    let mut at = 0_usize;
    while let Some(header) = bytes.get(at..at.saturating_add(BLOCK)) {
        if header.iter().all(|&byte| byte == 0) {
            return Some(entries);
        }
        if !is_header(header) {
            entries.fault = Some("the tar is damaged");
            return Some(entries);
        }
        at += BLOCK;
        let Some(told) = number(&header[124..136]) else {
            entries.fault = Some("the tar is damaged");
            return Some(entries);
        };
        let kind = header[156];
        let size = if matches!(kind, b'x' | b'X' | b'g' | b'L' | b'K') {
            told
        } else {
            before.size.unwrap_or(told)
        };
        // Links and devices have no data, whatever size their header has.
        let stored = if matches!(kind, b'1'..=b'6') { 0 } else { size };
        if kind == b'S' {
            before.sparse.1 = number(&header[483..495]);
            at = past_map(bytes, header, at);
        }
        let stored = usize::try_from(stored).unwrap_or(usize::MAX);
        let data = bytes.get(at..).unwrap_or_default();
        let is_cut = data.len() < stored;
        let data = &data[..data.len().min(stored).min(LONGEST)];
        match kind {
            b'x' | b'X' => pax(data, &mut before),
            b'g' => {}
            b'L' => before.name = Some(text(data)),
            b'K' => before.link = Some(text(data)),
            _ => {
                let own = take(&mut before);
                // What is stored of a file with holes is not what it holds.
                let whole = kind != b'S' && own.sparse == (None, None);
                let data = whole.then(|| Data::Plain(at..at.saturating_add(stored)));
                entries.push(Entry { data, ..entry(header, kind, size, &own) });
            }
        }
        if is_cut {
            entries.fault = Some("the tar is cut off");
            return Some(entries);
        }
        at = stored
            .checked_next_multiple_of(BLOCK)
            .map_or(usize::MAX, |size| at.saturating_add(size));
    }
    if at < bytes.len() {
        entries.fault = Some("the tar is cut off");
    }
    Some(entries)
}

fn entry<'a>(header: &'a [u8], kind: u8, size: u64, before: &Before<'a>) -> Entry<'a> {
    let told = before.sparse.0.or(before.name);
    let name = told.map_or_else(|| name(header), Cow::Borrowed);
    let link = || before.link.unwrap_or_else(|| text(&header[157..257])).to_vec();
    let kind = match kind {
        b'1' | b'2' => Kind::Link(link()),
        b'3' | b'4' | b'6' => Kind::Other,
        b'5' => Kind::Folder,
        _ if name.ends_with(b"/") => Kind::Folder,
        _ => Kind::File,
    };
    let size = if kind == Kind::File { before.sparse.1.unwrap_or(size) } else { 0 };
    let time = before.time.or_else(|| i64::try_from(number(&header[136..148])?).ok());
    Entry { name, size, time: time.and_then(words), kind, data: None }
}

/// The place behind the blocks that list the holes of a GNU file, if its header has no room for all of them.
fn past_map(bytes: &[u8], header: &[u8], at: usize) -> usize {
    let (mut more, mut at) = (header[482] == 1, at);
    while more && let Some(block) = bytes.get(at..at.saturating_add(BLOCK)) {
        more = block[504] == 1;
        at += BLOCK;
    }
    at
}

/// The name, behind the prefix from another field.
fn name(header: &[u8]) -> Cow<'_, [u8]> {
    let name = text(&header[..100]);
    let prefix = if &header[257..263] == b"ustar\0" { text(&header[345..500]) } else { b"" };
    if prefix.is_empty() { Cow::Borrowed(name) } else { Cow::Owned([prefix, b"/", name].concat()) }
}

/// Whether a block's checksum is right.
fn is_header(block: &[u8]) -> bool {
    let Some(told) = number(&block[148..156]) else { return false };
    let sum: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
    let own: u64 = block[148..156].iter().map(|&byte| u64::from(byte)).sum();
    told == sum - own + 8 * u64::from(b' ') && told > 0 && block[0] != 0
}

/// A number in octal digits, or in base 256 for a large one.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let bytes = &field[1..];
        let high = bytes.len().saturating_sub(8);
        let large = bytes[..high].iter().any(|&byte| byte != 0);
        let number = bytes[high..].iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        return (!large).then_some(number);
    }
    let digits = text(field).trim_ascii();
    let octal = digits.iter().all(|byte| matches!(byte, b'0'..=b'7'));
    octal.then(|| digits.iter().fold(0, |sum, &byte| sum << 3 | u64::from(byte - b'0')))
}

/// The bytes before the first null.
fn text(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// Reads the records of an extended header, as `27 path=…` with a line end.
fn pax<'a>(data: &'a [u8], before: &mut Before<'a>) {
    let mut rest = data;
    while let Some(space) = memchr::memchr(b' ', &rest[..rest.len().min(20)]) {
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse().ok());
        let Some(length) = length.filter(|&length: &usize| length > space + 1) else { return };
        let Some(record) = rest.get(space + 1..length) else { return };
        rest = &rest[length..];
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        let Some(equals) = memchr::memchr(b'=', record) else { continue };
        let value = &record[equals + 1..];
        let number = || std::str::from_utf8(value).ok();
        match &record[..equals] {
            b"path" => before.name = Some(value),
            b"linkpath" => before.link = Some(value),
            b"GNU.sparse.name" => before.sparse.0 = Some(value),
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => {
                before.sparse.1 = number().and_then(|text| text.parse().ok());
            }
            b"size" => before.size = number().and_then(|text| text.parse().ok()),
            b"mtime" => {
                let whole = number().and_then(|text| text.split('.').next());
                before.time = whole.and_then(|text| text.parse().ok());
            }
            _ => {}
        }
    }
}

/// A time as `2024-01-31 12:30`, in UTC.
fn words(seconds: i64) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, _) = time.to_hms();
    Some(format!("{year:04}-{:02}-{day:02} {hour:02}:{minute:02}", u8::from(month)))
}
