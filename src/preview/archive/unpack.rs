//! One entry of an archive, found by its place in the list and unpacked.

use std::borrow::Cow;

use flate2::Crc;

use super::super::coding::{Fault, Limits, deflate};
use super::{Data, Entry, Kind, Packed, entries, zip};

/// Ways of packing in a ZIP: none, and deflate.
const STORED: u32 = 0;
const DEFLATED: u32 = 8;
/// Zstandard in a ZIP, which is opened as it is in other values.
const ZSTD: u32 = 93;

/// Which entry of an archive is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::preview) enum Step<'a> {
    /// The one of this number and name, else the first one of this name.
    To(usize, &'a [u8]),
    /// The file next to the one of this number, behind it if `true`.
    Neighbour(usize, bool),
}

/// An entry that was found and unpacked.
#[derive(Debug)]
pub(in crate::preview) struct Found<'a> {
    /// Its number in the list, from 0.
    pub(in crate::preview) number: usize,
    /// Its name.
    pub(in crate::preview) name: Vec<u8>,
    /// Its bytes.
    pub(in crate::preview) bytes: Cow<'a, [u8]>,
    /// The reason why they are incomplete.
    pub(in crate::preview) fault: Option<Fault>,
    /// Number of entries in the list.
    pub(in crate::preview) count: usize,
}

/// Finds and unpacks an entry; else a sentence says why not.
pub(in crate::preview) fn find<'a>(
    archive: &'a [u8],
    step: Step<'_>,
    limits: Limits<'_>,
) -> Result<Found<'a>, String> {
    let Some((_, entries)) = entries(archive) else {
        return Err("there is no archive here any more".to_owned());
    };
    let list = &entries.list;
    let number = match step {
        Step::To(number, name) => {
            let is_it = |entry: &&Entry<'_>| *entry.name == *name;
            let there = list.get(number).filter(is_it).map(|_| number);
            there
                .or_else(|| list.iter().position(|entry| is_it(&entry)))
                .ok_or("the archive has no such entry now")?
        }
        Step::Neighbour(number, true) => {
            let mut behind = (number + 1)..list.len();
            behind.find(|at| list[*at].is_opened()).ok_or("this is the last entry")?
        }
        Step::Neighbour(number, false) => {
            let mut before = (0..number.min(list.len())).rev();
            before.find(|at| list[*at].is_opened()).ok_or("this is the first entry")?
        }
    };
    let entry = &list[number];
    let (bytes, fault) = unpack(archive, entry, limits)?;
    Ok(Found { number, name: entry.name.to_vec(), bytes, fault, count: list.len() })
}

impl Entry<'_> {
    /// Whether the entry is a file that can be opened.
    pub(super) fn is_opened(&self) -> bool {
        let known = |data: &Data| match data {
            Data::Plain(_) => true,
            Data::Packed(packed) => matches!(packed.method, STORED | DEFLATED | ZSTD),
        };
        self.kind == Kind::File && self.data.as_ref().is_some_and(known)
    }
}

/// The bytes of an entry, and why they are incomplete; else a sentence says why there are none.
pub(super) fn unpack<'a>(
    archive: &'a [u8],
    entry: &Entry<'_>,
    limits: Limits<'_>,
) -> Result<(Cow<'a, [u8]>, Option<Fault>), &'static str> {
    match &entry.kind {
        Kind::File => {}
        Kind::Locked => return Err("encrypted: it is not opened"),
        Kind::Folder => return Err("a folder: its files stand in the list by themselves"),
        Kind::Link(_) => return Err("a link, which holds no bytes"),
        Kind::Other => return Err("no file, so that it holds no bytes"),
    }
    match &entry.data {
        None => Err("a file with holes, which is not opened"),
        Some(Data::Plain(at)) => {
            let bytes = archive.get(at.start..).unwrap_or_default();
            let fault = (bytes.len() < at.len()).then_some(Fault::CutOff);
            Ok((Cow::Borrowed(&bytes[..bytes.len().min(at.len())]), fault))
        }
        Some(Data::Packed(packed)) => {
            let data = zip::packed(archive, packed);
            let data = data.ok_or("not where the archive's list says: nothing readable")?;
            of_zip(data, packed, limits)
        }
    }
}

fn of_zip<'a>(
    data: &'a [u8],
    of: &Packed,
    limits: Limits<'_>,
) -> Result<(Cow<'a, [u8]>, Option<Fault>), &'static str> {
    let is_cut = of.size.is_some_and(|size| (data.len() as u64) < size);
    let (bytes, fault) = match of.method {
        STORED if of.size.is_none() => {
            return Err("stored without its length: nothing readable");
        }
        STORED => (Cow::Borrowed(data), is_cut.then_some(Fault::CutOff)),
        ZSTD => return Ok((Cow::Borrowed(data), is_cut.then_some(Fault::CutOff))),
        DEFLATED => {
            let (bytes, fault) = deflate(data, limits);
            let fault = match fault {
                Some(Fault::Rest(_)) if of.size.is_none() => None,
                other => other,
            };
            (Cow::Owned(bytes), fault)
        }
        9 => return Err("packed by Deflate64, which is not opened"),
        12 => return Err("packed by bzip2, which is not opened"),
        14 => return Err("packed by LZMA, which is not opened"),
        95 => return Err("packed by XZ, which is not opened"),
        _ => return Err("packed in a way that is not opened"),
    };
    let fits = |sum: u32| {
        let mut own = Crc::new();
        own.update(&bytes);
        own.sum() == sum
    };
    let fault = fault.or_else(|| of.sum.filter(|sum| !fits(*sum)).map(|_| Fault::Checksum));
    Ok((bytes, fault))
}
