//! Formats that the first few bytes of a value tell.

mod audio;
mod fields;
mod other;
mod picture;
mod video;

use std::fmt;

use super::is_readable;
use crate::model::{ContentType, Family, endings};

/// Name of the format and the facts in its header: the size of a picture, the length of a film, pages.
pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    let picture = |name: &str, size: Option<(u32, u32)>| match size {
        Some((width, height)) => format!("{name}, {width} × {height} pixels"),
        None => name.to_owned(),
    };
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => {
            let size = big(bytes, 16, 4).zip(big(bytes, 20, 4));
            picture("PNG", size.filter(|_| bytes.get(12..16) == Some(b"IHDR")))
        }
        [0xff, 0xd8, 0xff, ..] => picture("JPEG", jpeg_size(bytes)),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => {
            picture("GIF", little(bytes, 6, 2).zip(little(bytes, 8, 2)))
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            picture("WebP", webp_size(bytes))
        }
        [0x1f, 0x8b, 8, ..] => "gzip".to_owned(),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "Zstandard".to_owned(),
        [b'P', b'K', 3, 4, ..] => "ZIP".to_owned(),
        _ => {
            let media = picture::describe(bytes).or_else(|| audio::describe(bytes));
            let media = media.or_else(|| video::describe(bytes));
            let known = media.or_else(|| other::describe(bytes));
            return known.or_else(|| fields::bson(bytes)).or_else(|| fields::like_protobuf(bytes));
        }
    })
}

/// Remark on a known format that is shown as bytes.
pub(super) fn unread(bytes: &[u8], known: String, family: Family) -> String {
    if other::is_packed(bytes) {
        format!("{known}, which is not opened")
    } else if family == Family::Image && picture::describe(bytes).is_some() {
        format!("{known}; this format is not decoded")
    } else {
        known
    }
}

/// Remark on bytes without a mark under a content type: what they are as such, or that they make no sense as
/// such.
pub(super) fn declared(content_type: &ContentType, bytes: &[u8]) -> Option<String> {
    let essence = endings::essence(content_type).to_ascii_lowercase();
    let name = essence.strip_prefix("application/")?;
    let name = name.strip_prefix("x-").or(name.strip_prefix("vnd.google.")).unwrap_or(name);
    let (word, told) = match name {
        "bson" => ("BSON", fields::bson(bytes)),
        "protobuf" | "proto" | "google-protobuf" => ("protobuf", fields::protobuf(bytes)),
        _ => return None,
    };
    Some(told.unwrap_or_else(|| format!("no {word} that could be read")))
}

/// Length of a content type beyond which it is not told again, in bytes.
const LONG: usize = 40;

/// The content type that the bytes show; empty for possible JSON.
pub(super) fn sniff(bytes: &[u8]) -> &'static str {
    if let Some(known) = mime(bytes) {
        return known;
    }
    let text = bytes.trim_ascii_start();
    let begins = |start: &str| {
        text.get(..start.len()).is_some_and(|first| first.eq_ignore_ascii_case(start.as_bytes()))
    };
    if matches!(text.first(), Some(b'{' | b'[')) {
        ""
    } else if begins("<!doctype html") || begins("<html") {
        "text/html"
    } else if begins("<svg") {
        "image/svg+xml"
    } else if begins("<?xml") {
        "text/xml"
    } else if is_readable(bytes) {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

/// How bytes differ from their declared content type: they are another known format, or text, or just not of
/// that type.
pub(super) struct Contradiction {
    declared: String,
    /// What they are: a content type, or the name of a format; `None` where that is not known.
    pub(super) is: Option<String>,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let declared = &self.declared;
        // A long name would leave no room for what is wrong with it.
        match (&self.is, declared.len() > LONG) {
            (Some(is), false) => write!(out, "says {declared}, is {is}"),
            (Some(is), true) => write!(out, "not what its type says, is {is}"),
            (None, false) => write!(out, "says {declared}, and its bytes begin otherwise"),
            (None, true) => write!(out, "its bytes begin otherwise than its type says"),
        }
    }
}

/// How bytes differ from their declared content type, if they do. `json`: they are JSON.
pub(super) fn contradiction(content_type: &str, bytes: &[u8], json: bool) -> Option<Contradiction> {
    let declared = content_type.split(';').next().unwrap_or_default().trim();
    let declared = match &*declared.to_ascii_lowercase() {
        "image/jpg" | "image/pjpeg" => "image/jpeg".to_owned(),
        "image/apng" | "image/x-png" => "image/png".to_owned(),
        "application/x-gzip" => "application/gzip".to_owned(),
        "application/x-zip-compressed" | "application/x-zip" => "application/zip".to_owned(),
        other => other.to_owned(),
    };
    let marked = MARKED.contains(&&*declared);
    let markup = declared.ends_with("html") || declared.ends_with("xml");
    let text = declared.starts_with("text/") || declared.ends_with("json") || markup;
    let own = is_of_bytes(&declared);
    let known = || describe(bytes).filter(|known| !known.starts_with("looks like"));
    let is = match mime(bytes) {
        Some(mime) if marked || text => mime,
        Some(mime) if own && !(mime == "application/zip" && is_zip(&declared)) => mime,
        None if json && markup => "application/json",
        None if (marked || own) && is_readable(bytes) => match sniff(bytes) {
            "" if json => "application/json",
            // Empty: JSON, or other text.
            "" | "text/plain" => "text",
            told => told,
        },
        None if (marked || own) && is_marked_utf16(bytes) => "text",
        // Old tar archives have no mark.
        None if declared == "application/x-tar" => return None,
        None if marked || is_zip(&declared) || is_signed(&declared) => match known() {
            Some(known) if marked => {
                return Some(Contradiction { is: Some(name(&known).to_owned()), declared });
            }
            Some(_) => return None,
            None => return Some(Contradiction { is: None, declared }),
        },
        _ => return None,
    };
    (is != declared).then(|| Contradiction { is: Some(is.to_owned()), declared })
}

/// A contradiction and a remark on the bytes, in one where the latter begins with what the former names.
pub(super) fn told_once(
    told: Option<Contradiction>,
    noted: Option<String>,
) -> (Option<String>, Option<String>) {
    match (told, noted) {
        (Some(told), Some(facts)) if told.is.as_deref() == Some(name(&facts)) => {
            (Some(Contradiction { is: Some(facts), ..told }.to_string()), None)
        }
        (told, noted) => (told.map(|told| told.to_string()), noted),
    }
}

/// The name of a format, without the facts behind it.
fn name(known: &str) -> &str {
    known.split([',', ';']).next().unwrap_or_default()
}

/// Whether values of this type are a ZIP.
fn is_zip(essence: &str) -> bool {
    ["+zip", "java-archive"].iter().any(|end| essence.ends_with(end))
        || essence.contains("vnd.openxmlformats-officedocument.")
}

/// Whether every value of this type begins with its sign, other than those of [`MARKED`].
fn is_signed(essence: &str) -> bool {
    let name = essence.rsplit_once('/').map_or(essence, |(_, name)| name);
    let name = name.strip_prefix("x-").unwrap_or(name);
    ["woff", "woff2", "7z-compressed", "bzip2", "xz", "vnd.sqlite3", "wasm"].contains(&name)
}

/// Whether bytes begin with the mark of UTF-16, and the first few thousand of them are such text.
pub(super) fn is_marked_utf16(bytes: &[u8]) -> bool {
    const SAMPLE: usize = 4096;
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return false,
    };
    let sample = &bytes[2..bytes.len().min(SAMPLE)];
    let units = sample.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|it| it.unwrap_or('\0')).collect();
    // A character of two units may be cut in two by the end of the sample.
    let text = if bytes.len() > SAMPLE { text.trim_end_matches('\0') } else { &*text };
    !text.is_empty() && bytes.len().is_multiple_of(2) && is_readable(text.as_bytes())
}

/// What is missing of a known format that is shown as bytes.
pub(super) fn lacking(bytes: &[u8]) -> Option<&'static str> {
    let len = bytes.len() as u64;
    let told = match bytes {
        // Of a WebP, its own decoder tells.
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', ..]
        | [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', ..] => {
            little(bytes, 4, 4).map(|rest| u64::from(rest) + 8)
        }
        _ if bytes.starts_with(b"SQLite format 3\0") => other::sqlite_size(bytes),
        _ => None,
    };
    match mime(bytes) {
        Some("application/zip" | "application/x-tar") => {
            Some("damaged: none of its entries could be read")
        }
        _ if told.is_some_and(|told| told > len) => Some("cut off"),
        _ => None,
    }
}

/// Whether values of this type are never text, as far as is known.
fn is_of_bytes(essence: &str) -> bool {
    let Some((kind, name)) = essence.split_once('/') else { return false };
    let name = name.strip_prefix("x-").unwrap_or(name);
    match kind {
        "image" => {
            let text = ["+xml", "pixmap", "bitmap", "dxf"].iter().any(|end| name.ends_with(end));
            !text && !name.starts_with("portable-")
        }
        // Playlists are the exception: they are text.
        "audio" | "video" => !["mpegurl", "scpls"].iter().any(|end| name.ends_with(end)),
        "font" => true,
        "application" => {
            OF_BYTES.contains(&name) || name.starts_with("vnd.openxmlformats-officedocument.")
        }
        _ => false,
    }
}

/// Types below `application/` whose values are never text.
const OF_BYTES: [&str; 21] = [
    "7z-compressed",
    "br",
    "brotli",
    "bson",
    "bzip2",
    "cbor",
    "epub+zip",
    "java-archive",
    "msgpack",
    "msword",
    "rar",
    "vnd.apache.parquet",
    "vnd.ms-excel",
    "vnd.ms-powerpoint",
    "vnd.msgpack",
    "vnd.rar",
    "vnd.sqlite3",
    "wasm",
    "xz",
    "zlib",
    "zstd",
];

/// Types of which every value has a mark.
const MARKED: [&str; 9] = [
    "application/gzip",
    "application/pdf",
    "application/x-tar",
    "application/zip",
    "application/zstd",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
];

/// The content type of a format that has a mark.
pub(super) fn mime(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [0x1f, 0x8b, 8, ..] => "application/gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "application/zstd",
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => "application/zip",
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        _ if bytes.get(257..262) == Some(b"ustar") => "application/x-tar",
        _ => return None,
    })
}

fn big(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(len)?)?;
    Some(bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

/// The number in these bytes, lowest byte first.
pub(super) fn little(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(len)?)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

/// A duration in words; `None` where it makes no sense.
fn duration(seconds: f64) -> Option<String> {
    if !(0.05..1e7).contains(&seconds) {
        return None;
    }
    if seconds < 10.0 {
        return Some(format!("{seconds:.1} s"));
    }
    // The check above keeps the number in range.
    #[expect(clippy::cast_sign_loss, reason = "not negative")]
    let seconds = seconds.round() as u64;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    Some(if hours > 0 {
        format!("{hours} h {minutes} min")
    } else if minutes > 0 {
        format!("{minutes} min {} s", seconds % 60)
    } else {
        format!("{seconds} s")
    })
}

/// The number in eight bytes, lowest byte first.
pub(super) fn little64(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// Walks over the segments of a JPEG to its first frame header.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    // Each step moves on by at least two bytes; a header with more segments is not looked into.
    for _ in 0..1000 {
        let [0xff, kind] = *bytes.get(at..at + 2)? else { return None };
        match kind {
            0xff => at += 1,
            0xc0..=0xcf if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => {
                return big(bytes, at + 7, 2).zip(big(bytes, at + 5, 2));
            }
            0x01 | 0xd0..=0xd7 => at += 2,
            0xd9 | 0xda => return None,
            _ => at += 2 + big(bytes, at + 2, 2).filter(|&len| len >= 2)? as usize,
        }
    }
    None
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8L" => {
            let bits = little(bytes, 21, 4).filter(|_| bytes[20] == 0x2f)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " if bytes.get(23..26)? == [0x9d, 0x01, 0x2a] => {
            Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
