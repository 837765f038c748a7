//! The rows of a lossy WebP whose end is missing.
//!
//! The decoder wants all announced bytes. So the missing ones are replaced, in two runs with different bytes:
//! the rows that are the same in both hardly depend on them.

use image_webp::vp8::{Frame, Vp8Decoder};

use super::super::kept::{Layout, Rgba, Room, Shrink};
use super::super::turn::Turn;
use super::super::{Decoded, End, take};
use super::{EACH, Part, frame_size, parts};

/// Side of the blocks that the planes are made of, in pixels; the two planes of colour have half of it.
const BLOCK: usize = 16;

/// Limit on the announced bytes of a picture.
const MOST: usize = 64 << 20;

/// Bytes that are added to twice the announced ones.
const SPARE: usize = 4096;

/// Bytes that replace the missing ones, tried in turn: with some of them the decoder finds a fault.
const FILLERS: [u8; 4] = [0x00, 0x55, 0xaa, 0xff];

/// The rows that arrived; `None` where none did, or where decoding takes more memory than a whole picture
/// may.
pub(super) fn decode(bytes: &[u8], room: Room, wanted: &dyn Fn() -> bool) -> Option<Decoded> {
    let has = |name: &[u8; 4]| parts(bytes).any(|part| part.name == name);
    let part = parts(bytes).find(|part| part.name == b"VP8 ")?;
    let size = frame_size(&part)?;
    // It is decoded up to four times, two of them at once; alpha is a part of its own.
    let is_empty = size.0 == 0 || size.1 == 0;
    if is_empty || part.len > MOST || has(b"ALPH") {
        return None;
    }
    let _taken = take(size, 4 * EACH, wanted).ok()?;
    let mut frames =
        FILLERS.iter().take_while(|_| wanted()).filter_map(|filler| frame(&part, *filler));
    let (one, other) = (frames.next()?, frames.next()?);
    if (u32::from(one.width), u32::from(one.height)) != size {
        return None;
    }
    let width = (size.0 as usize).next_multiple_of(BLOCK);
    let rows = same_rows(&one, &other, width).min(size.1 as usize);
    if rows == 0 {
        return None;
    }
    let mut shrink = Shrink::new(size, Turn::default(), room);
    let mut row = Vec::with_capacity(3 * size.0 as usize);
    for y in 0..rows {
        row.clear();
        let at = |x: usize| (y * width + x, y / 2 * (width / 2) + x / 2);
        row.extend((0..size.0 as usize).map(at).flat_map(|(bright, half)| {
            let part = |plane: &[u8], at: usize| plane.get(at).copied().unwrap_or_default();
            let [red, green, blue, _] =
                colour([part(&one.ybuf, bright), part(&one.ubuf, half), part(&one.vbuf, half)]);
            [red, green, blue]
        }));
        shrink.row(y, &row, Layout::Rgb);
    }
    let first = if has(b"ANMF") { ", its first frame" } else { "" };
    let end =
        if rows < size.1 as usize || part.body.len() < part.len { End::Cut } else { End::Whole };
    let facts = format!("lossy{first}");
    Some(Decoded { kept: shrink.finish(), size, facts, turn: Turn::default(), end })
}

/// The picture with this byte in place of the missing ones.
fn frame(part: &Part<'_>, filler: u8) -> Option<Frame> {
    let mut bytes = part.body.to_vec();
    if bytes.len() < part.len {
        // A picture may take more of these bytes than of its own.
        bytes.resize(2 * part.len + SPARE, filler);
    }
    Vp8Decoder::decode_frame(&*bytes).ok()
}

/// Number of equal rows at the top.
fn same_rows(one: &Frame, other: &Frame, width: usize) -> usize {
    let same = |one: &[u8], other: &[u8], width: usize| {
        one.chunks(width).zip(other.chunks(width)).take_while(|(one, other)| one == other).count()
    };
    let [bright, blue, red] = [
        same(&one.ybuf, &other.ybuf, width),
        same(&one.ubuf, &other.ubuf, width / 2),
        same(&one.vbuf, &other.vbuf, width / 2),
    ];
    bright.min(2 * blue).min(2 * red)
}

/// The colour of a brightness and the two differences (BT.601, as in the decoder, in units of 1/64).
fn colour([bright, blue, red]: [u8; 3]) -> Rgba {
    let times = |part: u8, times: i32| (i32::from(part) * times) >> 8;
    let whole = |sum: i32| u8::try_from((sum >> 6).clamp(0, 255)).unwrap_or_default();
    let bright = times(bright, 19_077);
    [
        whole(bright + times(red, 26_149) - 14_234),
        whole(bright - times(blue, 6_419) - times(red, 13_320) + 8_708),
        whole(bright + times(blue, 33_050) - 17_685),
        u8::MAX,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::corpus_of_tests::samples;
    use super::*;

    #[test]
    fn rows_that_came_are_those_of_the_whole_picture() {
        let room = Room { columns: 99.0, rows: 99.0, area: 9999.0 };
        let samples = samples();
        let lossy = samples.iter().find(|sample| sample.name == "WebP, lossy").unwrap();
        let whole = decode(&lossy.bytes, room, &|| true).unwrap();
        assert_eq!(whole.end, End::Whole);
        let (mut before, mut seen) = (0, 0);
        for len in 0..lossy.bytes.len() {
            let Some(cut) = decode(&lossy.bytes[..len], room, &|| true) else { continue };
            assert_eq!((cut.size, cut.end, cut.facts.as_str()), ((80, 48), End::Cut, "lossy"));
            let came = cut.kept.pixels.chunks(80).take_while(|row| row[0][3] > 0).count();
            assert!(came > 0, "{len}");
            before = before.max(came);
            seen += 1;
            for (pixel, of) in cut.kept.pixels[..80 * came].iter().zip(&whole.kept.pixels) {
                let off = pixel.iter().zip(of).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
                assert!(off < 48, "{len}, {came} rows: {pixel:?} and {of:?}");
            }
        }
        assert!(before > 8 && seen > 8, "{before} rows, {seen} times");
    }

    #[test]
    fn what_says_too_much_is_not_read() {
        let room = Room::PANE;
        let of = |size: [u8; 4], len: u32| {
            let body = [b"\0\0\0\x9d\x01\x2a", &size[..]].concat();
            [b"RIFF\0\xff\0\0WEBPVP8 ", &len.to_le_bytes()[..], &body].concat()
        };
        for (size, len) in [
            ([0xff, 0x3f, 0xff, 0x3f], 1000),
            ([0; 4], 1000),
            ([8, 0, 8, 0], u32::MAX),
            ([8, 0, 8, 0], 10),
        ] {
            assert!(decode(&of(size, len), room, &|| true).is_none(), "{size:?}, {len}");
        }
        assert!(decode(b"RIFF\0\xff\0\0WEBPVP8 \0", room, &|| true).is_none());
    }

    #[test]
    fn colours_are_made_of_brightness_and_differences() {
        for (parts, rgb) in [
            ([16, 128, 128], [0; 3]),
            ([235, 128, 128], [255; 3]),
            ([81, 90, 240], [254, 0, 0]),
            ([41, 240, 110], [0, 0, 255]),
        ] {
            let [red, green, blue, alpha] = colour(parts);
            let off = [red.abs_diff(rgb[0]), green.abs_diff(rgb[1]), blue.abs_diff(rgb[2])];
            assert!(
                off.into_iter().all(|off| off <= 2) && alpha == 255,
                "{parts:?}: {red} {green} {blue}"
            );
        }
    }
}
