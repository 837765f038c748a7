//! JPEG, which is decoded whole.

mod scans;
mod segments;
mod source;

use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use self::segments::Header;
use self::source::Source;
use super::kept::{Layout, Room, Shrink, small};
use super::{Decoded, End, Fault, Header as Told, exif, take};

/// Limit on the scans of a progressive picture; more of them only serve to slow down a decoder.
const SCANS: usize = 64;

/// Value of missing pixels, as the decoder fills them.
const FILLED: u8 = 128;

/// Facts in the header.
pub(super) fn header(bytes: &[u8]) -> Option<Told> {
    let header = Header::read(bytes)?;
    Some(((header.columns.into(), header.rows.into()), header.facts()))
}

pub(super) fn decode(
    bytes: &[u8],
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Result<Decoded, Fault> {
    let header = Header::read(bytes).ok_or(Fault::Cut)?;
    let size = (u32::from(header.columns), u32::from(header.rows));
    let _taken = take(size, header.bytes_a_pixel(), wanted)?;
    let layout = if header.parts == 1 { Layout::Grey } else { Layout::Rgb };
    let space = if header.parts == 1 { ColorSpace::Luma } else { ColorSpace::RGB };
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(size.0 as usize)
        .set_max_height(size.1 as usize)
        .jpeg_set_max_scans(SCANS)
        .jpeg_set_out_colorspace(space);
    let seen = scans::without_detail(bytes, scale(size, room));
    let mut decoder = JpegDecoder::new_with_options(Source::new(&seen, wanted), options);
    let pixels = decoder.decode().map_err(|why| fault(&why))?;
    if decoder.dimensions() != Some((size.0 as usize, size.1 as usize)) {
        return Err(Fault::Damaged("it has two sizes".to_owned()));
    }
    let turn = decoder.exif().map(|exif| exif::turn(exif)).unwrap_or_default();
    let row = size.0 as usize * layout.bytes();
    let mut rows = pixels.chunks_exact(row).collect::<Vec<_>>();
    let end = if header.is_ended(bytes) {
        End::Whole
    } else {
        while rows.pop_if(|row| row.iter().all(|&part| part == FILLED)).is_some() {}
        End::Cut
    };
    if rows.is_empty() {
        return Err(Fault::Cut);
    }
    let mut shrink = Shrink::new(size, turn, room);
    for (y, row) in rows.into_iter().enumerate() {
        if !wanted() {
            return Err(Fault::Unwanted);
        }
        shrink.row(y, row, layout);
    }
    Ok(Decoded { kept: shrink.finish(), size, facts: header.facts(), turn, end })
}

/// Share of a picture's columns that is kept, whichever side of it is up.
fn scale((columns, rows): (u32, u32), room: Room) -> f64 {
    let upright = small((columns, rows), room).0 as f64 / f64::from(columns.max(1));
    let sideways = small((rows, columns), room).1 as f64 / f64::from(columns.max(1));
    upright.max(sideways)
}

fn fault(why: &DecodeErrors) -> Fault {
    match why {
        DecodeErrors::ExhaustedData => Fault::Cut,
        other => Fault::of(other),
    }
}
