//! GIF, row by row: its first frame.

use std::io::{Cursor, ErrorKind};

use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};

use super::kept::{Layout, Rgba, Room, Shrink};
use super::turn::Turn;
use super::{Decoded, End, Fault, Header};

/// Limit on the memory of the decoder, in bytes.
const MEMORY: u64 = 64 << 20;

/// The first row of each pass of an interlaced frame, and the step to the next.
const PASSES: [(usize, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];

/// Facts in the header, and in that of the first frame.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(MemoryLimit::Bytes(MEMORY.try_into().ok()?));
    let mut decoder = options.read_info(Cursor::new(bytes)).ok()?;
    decoder.next_frame_info().ok()??;
    let colours = decoder.palette().ok()?.len() / 3;
    let size = (u32::from(decoder.width()), u32::from(decoder.height()));
    Some((size, format!("{colours} colours")))
}

/// Decodes rows, up to this number of bytes in all.
pub(super) fn decode(
    bytes: &[u8],
    room: Room,
    mut budget: u64,
    wanted: &dyn Fn() -> bool,
) -> Result<Decoded, Fault> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(MemoryLimit::Bytes(MEMORY.try_into().map_err(|_| Fault::Bug)?));
    options.check_frame_consistency(true);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|why| fault(&why))?;
    let size = (u32::from(decoder.width()), u32::from(decoder.height()));
    let frame = match decoder.next_frame_info() {
        Ok(Some(frame)) => frame,
        Ok(None) => return Err(Fault::Damaged("it holds no picture".to_owned())),
        Err(why) => return Err(fault(&why)),
    };
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let (interlaced, transparent) = (frame.interlaced, frame.transparent);
    if size.0 == 0 || size.1 == 0 || width == 0 || height == 0 {
        return Err(Fault::Damaged("it has no pixels".to_owned()));
    }
    let palette: Vec<Rgba> = decoder
        .palette()
        .map_err(|why| fault(&why))?
        .chunks_exact(3)
        .map(|part| [part[0], part[1], part[2], 255])
        .collect();
    let colour = |index: u8| match palette.get(usize::from(index)) {
        Some(colour) if transparent != Some(index) => *colour,
        _ => [0; 4],
    };
    let mut shrink = Shrink::new(size, Turn::default(), room);
    let mut line = vec![0; width];
    let mut pixels = Vec::with_capacity(width * 4);
    let passes = if interlaced { &PASSES[..] } else { &[(0, 1)] };
    let order = passes.iter().flat_map(|&(first, step)| (first..height).step_by(step));
    let mut end = End::Whole;
    for (count, y) in order.enumerate() {
        if !wanted() {
            end = End::Unwanted;
            break;
        }
        let Some(less) = budget.checked_sub(64 + 4 * width as u64) else {
            end = End::Rows(y as u64);
            break;
        };
        budget = less;
        let why = match decoder.fill_buffer(&mut line) {
            Ok(true) => {
                pixels.clear();
                pixels.extend(line.iter().flat_map(|&index| colour(index)));
                shrink.some((left, top + y), 1, &pixels, Layout::Rgba);
                continue;
            }
            // All bytes are there, but they have too few pixels.
            Ok(false) if bytes.trim_ascii_end().ends_with(b";") => {
                Fault::Damaged("its pixels end too early".to_owned())
            }
            Ok(false) => Fault::Cut,
            Err(why) => fault(&why),
        };
        if count == 0 {
            return Err(why);
        }
        end = if why == Fault::Cut { End::Cut } else { End::Damaged };
        break;
    }
    let more = end == End::Whole && matches!(decoder.next_frame_info(), Ok(Some(_)));
    let colours = palette.len();
    let facts = format!("{colours} colours{}", if more { ", its first frame" } else { "" });
    Ok(Decoded { kept: shrink.finish(), size, facts, turn: Turn::default(), end })
}

fn fault(why: &DecodingError) -> Fault {
    match why {
        DecodingError::UnexpectedEof => Fault::Cut,
        DecodingError::Io(why) if why.kind() == ErrorKind::UnexpectedEof => Fault::Cut,
        DecodingError::OutOfMemory | DecodingError::MemoryLimit => Fault::TooLarge,
        other => Fault::of(other),
    }
}
