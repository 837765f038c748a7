//! Pictures that are not decoded: their size, if it is in the header.

use memchr::memmem;

use super::{big, little};
use crate::text;

/// Bytes in which the box with the size is searched for.
const NEAR: usize = 4096;
/// Limit on the boxes, and on the entries of a directory, that are read.
const MOST: usize = 500;

pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    Some(match bytes {
        [b'B', b'M', ..] if matches!(little(bytes, 14, 4), Some(40 | 52 | 56 | 108 | 124)) => {
            // A negative height means that the rows go down.
            let height = little(bytes, 22, 4).map(|height| height.cast_signed().unsigned_abs());
            facts("BMP", little(bytes, 18, 4).zip(height))
        }
        [b'B', b'M', ..] if little(bytes, 14, 4) == Some(12) => {
            facts("BMP", little(bytes, 18, 2).zip(little(bytes, 20, 2)))
        }
        [0, 0, kind @ 1..=2, 0, count @ 1..=64, 0, ..] => {
            icon(if *kind == 1 { ("ICO", "icon") } else { ("CUR", "cursor") }, *count, bytes)?
        }
        [b'I', b'I', 43, 0, 8, 0, ..] | [b'M', b'M', 0, 43, 0, 8, ..] => "BigTIFF".to_owned(),
        [b'I', b'I', 42, 0, ..] => facts("TIFF", tiff(bytes, little)),
        [b'M', b'M', 0, 42, ..] => facts("TIFF", tiff(bytes, big)),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => {
            let near = &bytes[..bytes.len().min(NEAR)];
            let at = memmem::find(near, b"ihdr").map(|at| at + 4);
            let size = at.and_then(|at| big(bytes, at + 4, 4).zip(big(bytes, at, 4)));
            facts("JPEG 2000", size)
        }
        [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => "JPEG XL".to_owned(),
        [b'8', b'B', b'P', b'S', 0, 1 | 2, ..] => {
            facts("Photoshop picture", big(bytes, 18, 4).zip(big(bytes, 14, 4)))
        }
        [0, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4)? {
            b"avif" | b"avis" => facts("AVIF", heif(bytes)),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
                facts("HEIF", heif(bytes))
            }
            b"crx " => "Canon raw picture (CR3)".to_owned(),
            _ => return None,
        },
        _ => return None,
    })
}

fn facts(name: &str, size: Option<(u32, u32)>) -> String {
    match size.filter(|&(width, height)| width > 0 && height > 0) {
        Some((width, height)) => format!("{name}, {width} × {height} pixels"),
        None => name.to_owned(),
    }
}

/// Icons, or cursors, with the size of the largest; `None` where one would be outside of the file.
fn icon((name, noun): (&str, &str), count: u8, bytes: &[u8]) -> Option<String> {
    let mut largest = 0;
    for number in 0..usize::from(count) {
        let at = 6 + 16 * number;
        let end = little(bytes, at + 8, 4)?.checked_add(little(bytes, at + 12, 4)?)?;
        if end as usize > bytes.len() {
            return None;
        }
        // Zero means 256.
        largest = largest.max(u32::from(bytes[at].wrapping_sub(1)) + 1);
    }
    let icons = text::plural(count.into(), noun);
    Some(format!("{name}, {icons}, up to {largest} pixels wide"))
}

type Number = fn(&[u8], usize, usize) -> Option<u32>;

/// Width and height in the first directory.
fn tiff(bytes: &[u8], number: Number) -> Option<(u32, u32)> {
    let directory = number(bytes, 4, 4)? as usize;
    let count = number(bytes, directory, 2)? as usize;
    let (mut width, mut height) = (None, None);
    for entry in 0..count.min(MOST) {
        let at = directory.checked_add(2 + 12 * entry)?;
        let value = match number(bytes, at + 2, 2)? {
            3 => number(bytes, at + 8, 2),
            4 => number(bytes, at + 8, 4),
            _ => None,
        };
        match number(bytes, at, 2)? {
            256 => width = value,
            257 => height = value,
            _ => {}
        }
    }
    width.zip(height)
}

/// Size of the largest item: the others are parts of it, or thumbnails.
fn heif(bytes: &[u8]) -> Option<(u32, u32)> {
    let (mut at, mut largest) = (0_usize, None);
    for _ in 0..MOST {
        let (Some(length), Some(kind)) = (big(bytes, at, 4), bytes.get(at + 4..at + 8)) else {
            break;
        };
        match kind {
            // The contents of the box come next.
            b"meta" => at += 12,
            b"iprp" | b"ipco" => at += 8,
            _ => {
                if kind == b"ispe" {
                    let size = big(bytes, at + 12, 4).zip(big(bytes, at + 16, 4));
                    let area = |size: &(u32, u32)| u64::from(size.0) * u64::from(size.1);
                    largest = largest.into_iter().chain(size).max_by_key(area);
                }
                at = at.saturating_add(length.max(8) as usize);
            }
        }
    }
    largest
}
