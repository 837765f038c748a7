//! The scans of a progressive JPEG. Those with details that are too fine for the kept size are left out,
//! since they are most of the work.

use std::borrow::Cow;

/// Limit on the scans that are left out; a picture with more of them is not decoded.
const MOST: usize = 64;

/// Bytes of a marker, and of the length behind it.
const MARKER: usize = 2;

/// A JPEG whose columns are reduced by this factor (`scale`, at most 1), without its finest scans.
///
/// A block has 8 columns; more than 4 × `scale` waves in it are averaged out. The coefficients of a scan are
/// in zigzag order: 1 to 4 are those up to one whole wave in both directions.
pub(super) fn without_detail(bytes: &[u8], scale: f64) -> Cow<'_, [u8]> {
    let reach = match scale {
        ..0.125 => 0,
        0.125..0.25 => 4,
        _ => return Cow::Borrowed(bytes),
    };
    let (mut kept, mut from, mut at) = (Vec::new(), 0, MARKER);
    while let Some((start, kind)) = marker(bytes, at) {
        let Some(len) = length(bytes, start) else { break };
        let behind = start + MARKER + len;
        at = behind;
        match kind {
            0xd9 => break,
            // The start of a picture, and the marker without a meaning, have no length.
            0x01 | 0xd8 => at = start + MARKER,
            0xda => {
                let end = marker(bytes, behind).map_or(bytes.len(), |(end, _)| end);
                if is_detail(bytes, start + 2 * MARKER, reach) && kept.len() < MOST {
                    kept.push(&bytes[from..start]);
                    from = end;
                }
                at = end;
            }
            _ => {}
        }
    }
    if kept.is_empty() {
        return Cow::Borrowed(bytes);
    }
    kept.push(&bytes[from..]);
    Cow::Owned(kept.concat())
}

/// Whether a scan has only coefficients beyond these, or a refinement of an earlier scan.
fn is_detail(bytes: &[u8], body: usize, reach: u8) -> bool {
    let Some(&parts) = bytes.get(body) else { return false };
    let told = body + 1 + 2 * usize::from(parts);
    let Some(&[first, _, exactness]) = bytes.get(told..).and_then(|rest| rest.first_chunk()) else {
        return false;
    };
    // The averages of blocks are always kept.
    first > 0 && (first > reach || exactness >> 4 > 0)
}

/// The next marker that is neither a byte of pixels nor a restart marker.
fn marker(bytes: &[u8], at: usize) -> Option<(usize, u8)> {
    memchr::memchr_iter(0xff, bytes.get(at..)?).find_map(|found| {
        let kind = *bytes.get(at + found + 1)?;
        (!matches!(kind, 0x00 | 0xff | 0xd0..=0xd7)).then_some((at + found, kind))
    })
}

/// Bytes behind a marker, including its length.
fn length(bytes: &[u8], marker: usize) -> Option<usize> {
    let length = bytes.get(marker + MARKER..)?.first_chunk()?;
    Some(usize::from(u16::from_be_bytes(*length)).max(2))
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder};

    use super::super::super::kept::{Kept, Room};
    use super::*;

    const SIDE: u16 = 512;

    /// A picture of soft waves with fine lines over them.
    fn jpeg(progressive: bool) -> Vec<u8> {
        let pixel = |at: u32| {
            let (x, y) = (at % u32::from(SIDE), at / u32::from(SIDE));
            let line = if (x + y).is_multiple_of(3) { 40 } else { 0 };
            [x / 3 + line, y / 3 + line, (x ^ y) / 3].map(|part| part as u8)
        };
        let pixels: Vec<u8> = (0..u32::from(SIDE).pow(2)).flat_map(pixel).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
        encoder.set_progressive(progressive);
        encoder.encode(&pixels, SIDE, SIDE, ColorType::Rgb).unwrap();
        bytes
    }

    fn scans(bytes: &[u8]) -> usize {
        let mut at = 2;
        let mut count = 0;
        while let Some((start, kind)) = marker(bytes, at).filter(|(_, kind)| *kind != 0xd9) {
            count += usize::from(kind == 0xda);
            at = start + MARKER + length(bytes, start).unwrap();
        }
        count
    }

    #[test]
    fn a_small_picture_is_made_of_few_scans_and_looks_the_same() {
        let whole = jpeg(true);
        let room = |area| Room { columns: 4096.0, rows: 4096.0, area };
        for (scale, area, most) in [(0.2, 10_000.0, 0.8), (0.1, 2_500.0, 0.4)] {
            let few = without_detail(&whole, scale);
            assert!(scans(&few) < scans(&whole), "{scale}: {}", scans(&few));
            assert!((few.len() as f64) < most * whole.len() as f64, "{scale}: {}", few.len());
            // `decode` leaves the fine scans out by itself: its result is near the average of all pixels.
            let kept = super::super::decode(&whole, room(area), &|| true).unwrap().kept;
            let all =
                super::super::decode(&whole, room(1e9), &|| true).unwrap().kept.smaller(room(area));
            assert_eq!((kept.columns, kept.rows), (all.columns, all.rows));
            assert!(off(&kept, &all) < 3.0, "{scale}: off by {}", off(&kept, &all));
        }
    }

    /// Average difference between the colour parts.
    fn off(one: &Kept, other: &Kept) -> f64 {
        let parts = one.pixels.iter().flatten().zip(other.pixels.iter().flatten());
        let sum: u64 = parts.map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
        sum as f64 / (4 * one.pixels.len()) as f64
    }

    #[test]
    fn what_is_seen_as_large_as_it_is_keeps_all_scans() {
        for (bytes, scale) in [(jpeg(true), 0.25), (jpeg(true), 1.0), (jpeg(false), 0.01)] {
            assert!(matches!(without_detail(&bytes, scale), Cow::Borrowed(_)), "{scale}");
        }
    }

    #[test]
    fn what_is_damaged_is_left_as_it_is_or_has_less() {
        let whole = jpeg(true);
        for at in (0..whole.len()).step_by(977) {
            assert!(without_detail(&whole[..at], 0.1).len() <= at);
            let mut damaged = whole.clone();
            damaged[at..].iter_mut().take(3).for_each(|byte| *byte = 0xff);
            assert!(without_detail(&damaged, 0.1).len() <= damaged.len());
        }
        for end in
            [&b"\xff"[..], b"\xff\xda", b"\xff\xda\0\0", b"\xff\xda\0\x08\xff", b"\xff\xe0\xff\xff"]
        {
            let bytes = [b"\xff\xd8", end].concat();
            assert_eq!(&*without_detail(&bytes, 0.1), &bytes);
        }
    }
}
