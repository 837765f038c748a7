//! Films: length and size of the picture, if they are in the header.

use super::{big, duration, little};

/// Limit on the boxes or elements that are read.
const MOST: usize = 2000;

pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Some(mp4(bytes, brand)),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(matroska(bytes)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some(avi(bytes)),
        [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, ..] => Some("ASF (WMV, WMA)".to_owned()),
        [b'F', b'L', b'V', 1, ..] => Some("Flash video".to_owned()),
        [0x47, ..] if bytes.get(188) == Some(&0x47) && bytes.get(376) == Some(&0x47) => {
            Some("MPEG transport stream".to_owned())
        }
        [0, 0, 1, 0xba, ..] => Some("MPEG program stream".to_owned()),
        _ => None,
    }
}

fn facts(name: &str, seconds: Option<f64>, size: Option<(u32, u32)>) -> String {
    let size = size.filter(|&(width, height)| width > 0 && height > 0);
    let mut facts = vec![name.to_owned()];
    facts.extend(seconds.and_then(duration));
    facts.extend(size.map(|(width, height)| format!("{width} × {height} pixels")));
    facts.join(", ")
}

/// An AVI, whose main header comes first.
fn avi(bytes: &[u8]) -> String {
    if bytes.get(24..28) != Some(b"avih") {
        return "AVI".to_owned();
    }
    let number = |at: usize| little(bytes, 32 + at, 4);
    let seconds = number(0).zip(number(16));
    let seconds = seconds.map(|(frame, frames)| f64::from(frame) * f64::from(frames) / 1e6);
    facts("AVI", seconds, number(32).zip(number(36)))
}

fn mp4(bytes: &[u8], brand: &[u8]) -> String {
    let name = match brand.get(..4).unwrap_or_default() {
        b"M4A " | b"M4B " => "M4A",
        b"qt  " => "QuickTime",
        [b'3', b'g', b'p' | b'2', _] => "3GPP",
        _ => "MP4",
    };
    let (mut at, mut seconds, mut size) = (0_usize, None, None);
    for _ in 0..MOST {
        let (Some(length), Some(kind)) = (big(bytes, at, 4), bytes.get(at + 4..at + 8)) else {
            break;
        };
        let body = at + 8;
        let version = bytes.get(body).copied().unwrap_or_default();
        match kind {
            // The contents of the box come next.
            b"moov" | b"trak" => {
                at = body;
                continue;
            }
            b"mvhd" => {
                let (scale, length) = if version == 0 { (12, 16) } else { (20, 28) };
                let told = big(bytes, body + scale, 4).zip(big(bytes, body + length, 4));
                let told = told.filter(|&(scale, length)| scale > 0 && length < u32::MAX);
                seconds = told.map(|(scale, length)| f64::from(length) / f64::from(scale));
            }
            b"tkhd" => {
                let end = body + if version == 0 { 76 } else { 88 };
                let told = big(bytes, end, 4).zip(big(bytes, end + 4, 4));
                let told = told.map(|(width, height)| (width >> 16, height >> 16));
                size = size.or(told.filter(|&(width, _)| width > 0));
            }
            _ => {}
        }
        let length = match length {
            0 => break,
            1 => match (big(bytes, at + 8, 4), big(bytes, at + 12, 4)) {
                (Some(0), Some(low)) => low as usize,
                _ => break,
            },
            length => length as usize,
        };
        at = at.saturating_add(length.max(8));
        if at >= bytes.len() {
            break;
        }
    }
    facts(name, seconds, size)
}

/// An element's id and length, and the start of its content.
fn element(bytes: &[u8], at: usize) -> Option<(u64, Option<u64>, usize)> {
    let number = |at: usize, keep: bool| {
        let first = *bytes.get(at)?;
        let length = first.leading_zeros() as usize + 1;
        if length > 8 {
            return None;
        }
        let rest = bytes.get(at + 1..at + length)?;
        let first = u64::from(first);
        let first = if keep { first } else { first & ((1 << (8 - length)) - 1) };
        let value = rest.iter().fold(first, |value, &byte| value << 8 | u64::from(byte));
        let unknown = !keep && value == (1 << (7 * length)) - 1;
        Some((value, length, unknown))
    };
    let (id, id_length, _) = number(at, true)?;
    let (size, length, unknown) = number(at + id_length, false)?;
    Some((id, (!unknown).then_some(size), at + id_length + length))
}

fn matroska(bytes: &[u8]) -> String {
    let (mut at, mut name, mut scale, mut length) = (0, "Matroska", 1_000_000, None);
    let (mut width, mut height) = (None, None);
    for _ in 0..MOST {
        let Some((id, size, body)) = element(bytes, at) else { break };
        let size = size.and_then(|size| usize::try_from(size).ok());
        let content = size.and_then(|size| bytes.get(body..body.checked_add(size)?));
        let whole = content.filter(|content| content.len() <= 8);
        let number =
            whole.map(|bytes| bytes.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)));
        match id {
            // The head, the segment, its facts, its tracks, a track, its picture: their contents come next.
            0x1a45_dfa3 | 0x1853_8067 | 0x1549_a966 | 0x1654_ae6b | 0xae | 0xe0 => {
                at = body;
                continue;
            }
            // The film itself begins here.
            0x1f43_b675 => break,
            0x4282 if content.is_some_and(|kind| kind.starts_with(b"webm")) => name = "WebM",
            0x002a_d7b1 => scale = number.unwrap_or(scale),
            0x4489 => {
                length = match (whole.map(<[u8]>::len), number) {
                    (Some(4), Some(bits)) => Some(f64::from(f32::from_bits(bits as u32))),
                    (Some(8), Some(bits)) => Some(f64::from_bits(bits)),
                    _ => None,
                };
            }
            0xb0 => width = width.or(number),
            0xba => height = height.or(number),
            _ => {}
        }
        let Some(size) = size else { break };
        at = body.saturating_add(size);
        if at >= bytes.len() {
            break;
        }
    }
    let seconds = length.map(|length| length * scale as f64 / 1e9);
    let pixels = |side: Option<u64>| side.and_then(|side| u32::try_from(side).ok());
    facts(name, seconds, pixels(width).zip(pixels(height)))
}
