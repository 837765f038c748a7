//! The contents of an archive: the entries of a ZIP or a tar, one a line, with their totals at the end.
//! Nothing is unpacked; one entry alone is, where it is opened (`unpack`).

mod compared;
mod office;
mod tar;
mod unpack;
mod zip;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::line_layout::Lines;
use super::listed::{SIZE, TIME, width_of};
use super::row::Role;
use super::styled::Writer;
use super::{format, is_readable};
use crate::text;

pub(super) use compared::compared;
pub(super) use unpack::{Step, find};

/// Name of a ZIP that does not begin where the value does, as in a program that unpacks itself.
const BEHIND: &str = "ZIP behind other bytes";
/// Limit on the entries that are listed.
const MOST: usize = 100_000;
/// Longest name, in bytes; a longer one is cut.
const LONGEST: usize = 4096;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    name: Cow<'a, [u8]>,
    /// Unpacked size, in bytes.
    size: u64,
    /// Time of the last change, as `2024-01-31 12:30`.
    time: Option<String>,
    kind: Kind,
    /// Where its bytes are; `None` for what has none of its own, or not as they are read.
    data: Option<Data>,
}

/// The place of an entry in its archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryAt {
    /// Its number in the list, from 0.
    pub number: usize,
    /// Its name; hostile text.
    pub name: Bytes,
}

/// An entry in a list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its place.
    pub at: EntryAt,
    /// The name, safe to show.
    pub name: String,
    /// Its size, or why it is not opened.
    pub state: String,
    /// Whether it is opened.
    pub opens: bool,
}

impl EntryRow {
    /// Limit on the entries to choose from; the others are reached from their neighbours.
    pub const MOST: usize = 10_000;
}

/// Where the bytes of an entry are in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// As they are.
    Plain(Range<usize>),
    /// In a ZIP.
    Packed(Packed),
}

/// An entry of a ZIP, as its list of contents describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed {
    /// Offset of the header before the entry's bytes.
    header: u64,
    /// Packed size, in bytes; `None` where it is not known.
    size: Option<u64>,
    /// Number of the way of packing.
    method: u32,
    /// Checksum of the unpacked bytes, if it is known.
    sum: Option<u32>,
}

/// Kind of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    File,
    /// A file that needs a password to be read.
    Locked,
    Folder,
    /// A link, with its target.
    Link(Vec<u8>),
    /// Another kind, such as a device or a pipe.
    Other,
}

/// The entries of an archive.
#[derive(Debug, Default)]
pub(super) struct Entries<'a> {
    list: Vec<Entry<'a>>,
    /// Number of entries, also of those that are not listed.
    count: u64,
    /// Size of all entries unpacked, in bytes.
    bytes: u64,
    /// Why the list ends before the archive does.
    fault: Option<&'static str>,
}

impl<'a> Entries<'a> {
    fn push(&mut self, entry: Entry<'a>) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(entry.size);
        if self.list.len() < MOST {
            self.list.push(entry);
        }
    }
}

/// An archive made ready to be shown.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) lines: Lines,
    /// A remark on the archive.
    pub(super) note: String,
    /// Whether there is a column of times.
    pub(super) timed: bool,
    /// Width of the widest name, in cells, with what is told of it.
    pub(super) widest: usize,
}

/// The archive's format and its entries; `None` for anything else.
fn entries(bytes: &[u8]) -> Option<(&'static str, Entries<'_>)> {
    let (word, entries) = match (zip::entries(bytes), tar::entries(bytes)) {
        (Some(entries), _) => ("ZIP", entries),
        (None, Some(entries)) => ("tar", entries),
        (None, None) => (BEHIND, behind(bytes)?),
    };
    (entries.count > 0 || entries.fault.is_none()).then_some((word, entries))
}

/// Lists an archive; `None` for anything else. With `head`, a missing end is no fault.
pub(super) fn list(bytes: &[u8], head: bool) -> Option<Listing> {
    let (word, entries) = entries(bytes)?;
    let sum = sum(&entries);
    let office = (word != "tar").then(|| office::describe(bytes, &entries)).flatten();
    let fault =
        entries.fault.filter(|_| !head).map(|fault| format!("{fault}: this is what could be read"));
    let notes = [Some(office.unwrap_or_else(|| word.to_owned())), Some(sum), fault];
    let note = notes.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Some(listing(&entries, note))
}

/// The entries of an archive, to choose from.
pub(super) fn rows(bytes: &[u8]) -> Vec<EntryRow> {
    let list = entries(bytes).map(|(_, entries)| entries.list).unwrap_or_default();
    let row = |(number, entry): (usize, Entry<'_>)| {
        let name = &entry.name[..entry.name.len().min(LONGEST)];
        let size = matches!(entry.kind, Kind::File | Kind::Locked);
        let kind = match &entry.kind {
            Kind::File if entry.is_opened() => None,
            Kind::File => Some("not opened"),
            Kind::Locked => Some("encrypted"),
            Kind::Folder => Some("folder"),
            Kind::Link(_) => Some("link"),
            Kind::Other => Some("no file"),
        };
        let size = size.then(|| text::size(entry.size));
        let state: Vec<_> = size.into_iter().chain(kind.map(str::to_owned)).collect();
        EntryRow {
            name: text::visible_bytes(name).into_owned(),
            state: state.join(" · "),
            opens: kind.is_none(),
            at: EntryAt { number, name: entry.name.into_owned().into() },
        }
    };
    list.into_iter().enumerate().take(EntryRow::MOST).map(row).collect()
}

/// The entries of a ZIP that stands behind bytes without a meaning of their own.
fn behind(bytes: &[u8]) -> Option<Entries<'_>> {
    let is_known = || format::mime(bytes).is_some() || is_readable(bytes);
    zip::behind(bytes).filter(|_| !is_known())
}

/// Name of the archive's format.
pub(super) fn word(bytes: &[u8]) -> &'static str {
    if !zip::is_marked(bytes) && tar::is_marked(bytes) { "tar" } else { "ZIP" }
}

fn sum(entries: &Entries<'_>) -> String {
    let noun = if entries.count == 1 { "entry" } else { "entries" };
    format!("{} {noun}, {} unpacked", text::count(entries.count), text::size(entries.bytes))
}

fn listing(entries: &Entries<'_>, note: String) -> Listing {
    let mut writer = Writer::default();
    let mut widest = 0;
    let any_time = entries.list.iter().any(|entry| entry.time.is_some());
    writer.begin(0);
    writer.push(&format!("{:>SIZE$}  ", "size"), Role::Dim);
    if any_time {
        writer.push(&format!("{:TIME$}", "modified"), Role::Dim);
    }
    writer.push("name", Role::Dim);
    for entry in &entries.list {
        if writer.is_full() {
            break;
        }
        writer.begin(0);
        let size = match entry.kind {
            Kind::File | Kind::Locked => text::size(entry.size),
            Kind::Folder | Kind::Link(_) | Kind::Other => String::new(),
        };
        writer.push(&format!("{size:>SIZE$}  "), Role::Number);
        if any_time {
            let time = entry.time.as_deref().unwrap_or_default();
            writer.push(&format!("{time:TIME$}"), Role::Dim);
        }
        let name = &entry.name[..entry.name.len().min(LONGEST)];
        let role = if entry.kind == Kind::Folder { Role::Key } else { Role::Plain };
        let mut wide = 0;
        let mut push = |text: &str, role| {
            wide += width_of(text.as_bytes());
            writer.push(text, role);
        };
        push(&text::visible_bytes(name), role);
        match &entry.kind {
            Kind::File | Kind::Folder => {}
            Kind::Locked => push("  encrypted", Role::Dim),
            Kind::Other => push("  no file", Role::Dim),
            Kind::Link(target) if target.is_empty() => push("  link", Role::Dim),
            Kind::Link(target) => {
                let target = &target[..target.len().min(LONGEST)];
                push(" → ", Role::Punctuation);
                push(&text::visible_bytes(target), Role::Literal);
            }
        }
        widest = widest.max(wide);
    }
    writer.begin(0);
    writer.push(&format!("{:>SIZE$}  ", text::size(entries.bytes)), Role::Number);
    let left = entries.count - entries.list.len() as u64;
    let noun = if entries.count == 1 { "entry" } else { "entries" };
    let count = text::count(entries.count);
    let sum = if left > 0 {
        format!("in {count} {noun}, of which the first {} are listed", text::count(MOST as u64))
    } else {
        format!("in {count} {noun}")
    };
    writer.push(&sum, Role::Dim);
    Listing { lines: Lines::made(writer), note, timed: any_time, widest }
}

#[cfg(test)]
pub(super) mod tests;
