//! Documents, fonts, databases, programs, and compressed formats that are not opened.

use memchr::memmem;

use super::{big, little};
use crate::preview::is_readable;
use crate::text;

/// Limit on the bytes of a document that are searched.
const SEARCHED: usize = 16 << 20;
/// Offset of the first sector with facts in a disc image, in bytes.
const ISO: usize = 32_768;
/// Limit on the bytes of a name that are read.
const NAME: usize = 200;

pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    Some(match bytes {
        [b'%', b'P', b'D', b'F', b'-', rest @ ..] => pdf(bytes, rest),
        [b'w', b'O', b'F', b'F', 0 | 1 | b'O' | b't', ..] => woff("WOFF", bytes),
        [b'w', b'O', b'F', b'2', 0 | 1 | b'O' | b't', ..] => woff("WOFF2", bytes),
        [0, 1, 0, 0, 0, 1..=99, ..] => font("TrueType font", bytes)?,
        [b'O', b'T', b'T', b'O', 0, 1..=99, ..] => font("OpenType font", bytes)?,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => "bzip2".into(),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => "xz".into(),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => "7-Zip".into(),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => "RAR".into(),
        [4, 0x22, 0x4d, 0x18, ..] => "LZ4".into(),
        [b't', b't', b'c', b'f', 0, ..] => "collection of fonts".into(),
        [0xff, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => "Snappy".into(),
        [0x89, b'H', b'D', b'F', b'\r', b'\n', 0x1a, b'\n', ..] => "HDF5".into(),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "NumPy array".into(),
        [b'O', b'R', b'C', .., b'O', b'R', b'C', _] => "ORC".into(),
        [0x80, protocol @ 2..=3, .., b'.'] | [0x80, protocol @ 4..=5, 0x95, .., b'.'] => {
            format!("Python pickle, protocol {protocol}")
        }
        [0xca, 0xfe, 0xba, 0xbe, _, _, 0, 45..=99, ..] => "Java class".into(),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xcf | 0xce, ..] => {
            "Mach-O program".into()
        }
        [b'M', b'Z', ..] if pe(bytes) => "Windows program".into(),
        _ if bytes.starts_with(b"!<arch>\ndebian-binary") => "Debian package".into(),
        _ if bytes.starts_with(b"!<arch>\n") => "ar archive".into(),
        [b'P', b'A', b'R', b'1', .., b'P', b'A', b'R', b'1'] => "Parquet".into(),
        [b'O', b'b', b'j', 1, ..] => "Avro".into(),
        [b'g', b'l', b'T', b'F', version @ 1..=9, 0, 0, 0, ..] => format!("glTF {version}, binary"),
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, 0, ..] => "Arrow".into(),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => {
            "OLE file, as of Office before 2007".into()
        }
        [0, b'a', b's', b'm', version, 0, 0, 0, ..] => format!("WebAssembly, version {version}"),
        [0x7f, b'E', b'L', b'F', class @ 1..=2, order @ 1..=2, ..] => elf(*class, *order, bytes),
        _ if bytes.starts_with(b"SQLite format 3\0") => sqlite(bytes),
        _ if bytes.get(257..262) == Some(b"ustar") => "tar".into(),
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => "UTF-32 text".into(),
        _ if bytes.get(ISO..ISO + 6) == Some(b"\x01CD001") => iso(bytes),
        _ => return None,
    })
}

/// Whether this is a compressed format or an archive that is not opened.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    let told = describe(bytes);
    matches!(told.as_deref(), Some("bzip2" | "xz" | "7-Zip" | "RAR" | "LZ4" | "Snappy"))
}

/// A disc image, with its name and the size of its contents.
fn iso(bytes: &[u8]) -> String {
    let name = bytes.get(ISO + 40..ISO + 72).unwrap_or_default().trim_ascii();
    let blocks = little(bytes, ISO + 80, 4).zip(little(bytes, ISO + 128, 2));
    let size = blocks.map(|(count, size)| u64::from(count) * u64::from(size));
    let named = if name.is_empty() || !is_readable(name) {
        String::new()
    } else {
        format!(", {}", text::visible(&String::from_utf8_lossy(name)))
    };
    let size = size.filter(|size| *size > 0);
    let size = size.map(|size| format!(", {}", text::size(size))).unwrap_or_default();
    format!("ISO 9660 image{named}{size}")
}

fn pdf(bytes: &[u8], version: &[u8]) -> String {
    let version: String = version
        .iter()
        .take(4)
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .map(|&byte| char::from(byte))
        .collect();
    let bytes = &bytes[..bytes.len().min(SEARCHED)];
    // The root of the pages has the largest count; in a compressed part it cannot be found.
    let roots = [&b"/Type /Pages"[..], b"/Type/Pages"]
        .into_iter()
        .flat_map(|mark| memmem::find_iter(bytes, mark).take(1000));
    let counts = roots.filter_map(|at| {
        let start = memmem::rfind(&bytes[at.saturating_sub(4096)..at], b"<<");
        let start = start.map_or(at, |found| at.saturating_sub(4096) + found);
        let end = bytes.len().min(at + 4096);
        let object = &bytes[start..end];
        let object = &object[..memmem::find(object, b"endobj").unwrap_or(object.len())];
        let count = memmem::find(object, b"/Count")?;
        let digits = object[count + 6..].trim_ascii_start();
        let digits = digits.iter().take(7).take_while(|byte| byte.is_ascii_digit());
        let digits: String = digits.map(|&byte| char::from(byte)).collect();
        digits.parse::<u64>().ok()
    });
    let name = format!("PDF {version}").trim_end().to_owned();
    let pages = counts.max().filter(|&count| count > 0);
    let pages = pages.map(|count| format!(", {}", text::plural(count, "page"))).unwrap_or_default();
    // Named in the trailer, or near the beginning of a document that is sent page by page.
    let locked = if memmem::find(bytes, b"/Encrypt").is_some() { ", encrypted" } else { "" };
    format!("{name}{pages}{locked}")
}

fn woff(name: &str, bytes: &[u8]) -> String {
    let outlines = if bytes.get(4..8) == Some(b"OTTO") { "OpenType" } else { "TrueType" };
    match big(bytes, 16, 4) {
        Some(size) => format!("{name} font, {outlines}, {} unpacked", text::size(size.into())),
        None => format!("{name} font"),
    }
}

/// A font with its name; `None` where its list of tables makes no sense.
fn font(kind: &str, bytes: &[u8]) -> Option<String> {
    let count = big(bytes, 4, 2)? as usize;
    let mut table = None;
    for number in 0..count.min(99) {
        let at = 12 + number * 16;
        let tag = bytes.get(at..at + 4)?;
        if !tag.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return None;
        }
        if tag == b"name" {
            table = big(bytes, at + 8, 4).and_then(|start| bytes.get(start as usize..));
        }
    }
    let name = table.and_then(name);
    Some(name.map_or_else(|| kind.to_owned(), |name| format!("{kind}, {name}")))
}

/// The full name of a font.
fn name(table: &[u8]) -> Option<String> {
    let (count, texts) = (big(table, 2, 2)?, big(table, 4, 2)? as usize);
    (0..count.min(500) as usize).find_map(|number| {
        let at = 6 + number * 12;
        let (platform, kind) = (big(table, at, 2)?, big(table, at + 6, 2)?);
        let (length, start) = (big(table, at + 8, 2)? as usize, big(table, at + 10, 2)? as usize);
        let bytes = table.get(texts + start..)?;
        let bytes = &bytes[..bytes.len().min(length).min(NAME)];
        let name = match (kind, platform) {
            (4, 0 | 3) => {
                let units: Vec<u16> = bytes
                    .chunks_exact(2)
                    .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                    .collect();
                String::from_utf16_lossy(&units)
            }
            (4, 1) if bytes.is_ascii() => String::from_utf8_lossy(bytes).into_owned(),
            _ => return None,
        };
        (!name.is_empty()).then(|| text::visible(&name).to_string())
    })
}

/// Size of a database as its header tells it, in bytes.
pub(super) fn sqlite_size(bytes: &[u8]) -> Option<u64> {
    sqlite_pages(bytes).map(|(size, count)| u64::from(size) * u64::from(count))
}

/// Size of a page of a database, and the number of pages.
fn sqlite_pages(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = big(bytes, 16, 2).map(|size| if size == 1 { 65_536 } else { size });
    size.zip(big(bytes, 28, 4))
}

fn sqlite(bytes: &[u8]) -> String {
    match sqlite_pages(bytes) {
        Some((size, count)) => format!(
            "SQLite database, {} pages of {}",
            text::count(count.into()),
            text::size(size.into())
        ),
        None => "SQLite database".to_owned(),
    }
}

/// Whether the header of a program for Windows is at its declared offset.
fn pe(bytes: &[u8]) -> bool {
    let at = little(bytes, 60, 4).map(|at| at as usize);
    at.and_then(|at| bytes.get(at..at.checked_add(4)?)) == Some(b"PE\0\0")
}

fn elf(class: u8, order: u8, bytes: &[u8]) -> String {
    let machine = if order == 1 { little(bytes, 18, 2) } else { big(bytes, 18, 2) };
    let machine = match machine {
        Some(3) => ", x86",
        Some(40) => ", ARM",
        Some(62) => ", x86-64",
        Some(183) => ", AArch64",
        Some(243) => ", RISC-V",
        _ => "",
    };
    format!("ELF program, {} bits{machine}", if class == 1 { 32 } else { 64 })
}
