//! WebP, which is decoded whole, a large lossy one by a child; of an animation, only the first frame.

mod cut;
mod reader;

use std::io::ErrorKind;

use image_webp::{DecodingError, UpsamplingMethod, WebPDecoder};

use super::kept::{Layout, Room, Shrink};
use super::{Decoded, End, Fault, Header, WHOLE, apart, exif, take};
use reader::Reader;

/// Bytes per pixel: the colours, the same before they are combined, and the planes that they come from.
const EACH: u64 = 10;

/// Pixels of a lossy picture above which a child decodes it, as it cannot be stopped before its end: some 20
/// milliseconds of decoding.
const APART: u64 = 1_000_000;

/// Limit on the parts of a file before its first picture.
const PARTS: usize = 1000;

/// Facts in the header.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let mut decoder = WebPDecoder::new(Reader::new(bytes, &|| true)).ok()?;
    Some((decoder.dimensions(), facts(&mut decoder)))
}

pub(super) fn decode(
    bytes: &[u8],
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Result<Decoded, Fault> {
    let lossy = largest(bytes).filter(|size| u64::from(size.0) * u64::from(size.1) > APART);
    if let Some(size) = lossy {
        match take(size, EACH, wanted) {
            Ok(_taken) => {
                if let Some(decoded) = apart::decode(bytes, room, wanted) {
                    return decoded;
                }
            }
            // Why it is too large is told by its other sizes.
            Err(Fault::TooLarge) => {}
            Err(fault) => return Err(fault),
        }
    }
    decode_here(bytes, room, wanted)
}

/// Decodes it in this process.
pub(super) fn decode_here(
    bytes: &[u8],
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Result<Decoded, Fault> {
    decode_whole(bytes, room, wanted).or_else(|fault| match fault {
        _ if !wanted() => Err(Fault::Unwanted),
        // The decoder's fault follows from the missing bytes.
        Fault::Damaged(_) | Fault::Cut if is_cut(bytes) => {
            cut::decode(bytes, room, wanted).ok_or(Fault::Cut)
        }
        fault => Err(fault),
    })
}

/// Whether there are fewer bytes than the first few declare.
fn is_cut(bytes: &[u8]) -> bool {
    let said = bytes.get(4..8).and_then(|said| said.first_chunk());
    said.is_none_or(|said| (bytes.len() as u64) < u64::from(u32::from_le_bytes(*said)) + 8)
}

fn decode_whole(bytes: &[u8], room: Room, wanted: &dyn Fn() -> bool) -> Result<Decoded, Fault> {
    let mut decoder = WebPDecoder::new(Reader::new(bytes, wanted)).map_err(|why| fault(&why))?;
    let size = decoder.dimensions();
    let _taken = take(size, EACH, wanted)?;
    // A picture larger than the canvas would be decoded before the decoder finds that out.
    if let Some((columns, rows)) = largest(bytes)
        && (columns > size.0 || rows > size.1)
    {
        return Err(Fault::Damaged("its picture is larger than it says".to_owned()));
    }
    // Where several pixels become one, the way of interpolating colours is invisible.
    if f64::from(size.0) * f64::from(size.1) > 4.0 * room.area {
        decoder.set_lossy_upsampling(UpsamplingMethod::Simple);
    }
    decoder.set_memory_limit(WHOLE as usize);
    let exif = decoder.exif_metadata().ok().flatten();
    let turn = exif.as_deref().map(exif::turn).unwrap_or_default();
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(Fault::TooLarge)?];
    decoder.read_image(&mut pixels).map_err(|why| fault(&why))?;
    let mut shrink = Shrink::new(size, turn, room);
    for (y, row) in pixels.chunks_exact(size.0 as usize * layout.bytes()).enumerate() {
        if !wanted() {
            return Err(Fault::Unwanted);
        }
        shrink.row(y, row, layout);
    }
    let facts = facts(&mut decoder);
    Ok(Decoded { kept: shrink.finish(), size, facts, turn, end: End::Whole })
}

fn facts(decoder: &mut WebPDecoder<Reader<'_>>) -> String {
    let kind = if decoder.is_lossy() { "lossy" } else { "lossless" };
    let alpha = if decoder.has_alpha() { " with alpha" } else { "" };
    let first = if decoder.is_animated() { ", its first frame" } else { "" };
    format!("{kind}{alpha}{first}")
}

/// A part of a file.
struct Part<'a> {
    name: &'a [u8],
    /// Declared number of bytes.
    len: usize,
    /// The bytes that are there.
    body: &'a [u8],
}

/// The parts of a file, up to the first frame of an animation, and the parts inside that.
fn parts(bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut at = 12;
    let next = move || {
        let (head, body) = bytes.get(at..)?.split_at_checked(8)?;
        let (name, len) = head.split_at(4);
        let len = u32::from_le_bytes(*len.first_chunk()?) as usize;
        at = if name == b"ANMF" { at + 8 + 16 } else { at.checked_add(8 + len + len % 2)? };
        Some(Part { name, len, body: &body[..body.len().min(len)] })
    };
    std::iter::from_fn(next).take(PARTS)
}

/// Columns and rows of a lossy picture.
fn frame_size(part: &Part<'_>) -> Option<(u32, u32)> {
    // Tag of the frame, signature, columns and rows of 14 bits each.
    let [columns_low, columns_high, rows_low, rows_high] = *part.body.get(6..)?.first_chunk()?;
    let size = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some((size(columns_low, columns_high), size(rows_low, rows_high)))
}

/// Largest size of a lossy picture, up to the first frame of an animation.
fn largest(bytes: &[u8]) -> Option<(u32, u32)> {
    let lossy = parts(bytes).filter(|part| part.name == b"VP8 ");
    let sizes = lossy.filter_map(|part| frame_size(&part));
    sizes.reduce(|one, other| (one.0.max(other.0), one.1.max(other.1)))
}

fn fault(why: &DecodingError) -> Fault {
    match why {
        DecodingError::IoError(why) if why.kind() == ErrorKind::UnexpectedEof => Fault::Cut,
        DecodingError::MemoryLimitExceeded | DecodingError::ImageTooLarge => Fault::TooLarge,
        other => Fault::of(other),
    }
}
