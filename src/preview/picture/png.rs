//! PNG, row by row.

use std::io::{Cursor, ErrorKind};

use png::{BitDepth, ColorType, Decoder, DecodingError, Limits, Transformations};

use super::kept::{Layout, Room, Shrink};
use super::{Decoded, End, Fault, Header, exif};

/// Limit on the memory of the decoder, for rows and for other chunks, in bytes.
const MEMORY: usize = 64 << 20;

/// For each pass of an interlaced picture: its first column and the step to the next, then its first row and
/// the step to the next.
const PASSES: [[usize; 4]; 7] = [
    [0, 8, 0, 8],
    [4, 8, 0, 8],
    [0, 4, 4, 8],
    [2, 4, 0, 4],
    [0, 2, 2, 4],
    [1, 2, 0, 2],
    [0, 1, 1, 2],
];

/// Facts in the header.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MEMORY });
    let info = decoder.read_header_info().ok()?;
    Some(((info.width, info.height), facts(info.bit_depth, info.color_type, false)))
}

/// Decodes rows, up to this number of bytes in all.
pub(super) fn decode(
    bytes: &[u8],
    room: Room,
    budget: u64,
    wanted: &dyn Fn() -> bool,
) -> Result<Decoded, Fault> {
    let limits = Limits { bytes: MEMORY };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|why| fault(&why))?;
    let info = reader.info();
    let size = (info.width, info.height);
    let (interlaced, animated) = (info.interlaced, info.is_animated());
    let turn = info.exif_metadata.as_deref().map(exif::turn).unwrap_or_default();
    let facts = facts(info.bit_depth, info.color_type, animated);
    let layout = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Layout::Grey,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Layout::GreyAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Layout::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Layout::Rgba,
        (colour, depth) => {
            return Err(Fault::Damaged(format!("{depth:?} bits of {colour:?} are not known")));
        }
    };
    // Checked before it is allocated: a row alone may be gigabytes.
    let row = reader.output_line_size(size.0).filter(|&row| row <= MEMORY);
    if row.is_none() || info_row(size.0, &reader) > MEMORY {
        return Err(Fault::TooLarge);
    }
    let shrink = Shrink::new(size, turn, room);
    let mut rows = Rows { size, interlaced, layout, budget, shrink };
    let mut end = rows.read(&mut reader, wanted)?;
    if end == End::Whole && !sums_fit(bytes) {
        end = End::Damaged;
    }
    if interlaced && end != End::Whole {
        // The rows that arrived give a coarse picture.
        rows.shrink.fill(PASSES[0][3]);
    }
    Ok(Decoded { kept: rows.shrink.finish(), size, facts, turn, end })
}

/// Whether the chunks of pixels have their right checksums, which the decoder only checks when it continues
/// behind the last row.
fn sums_fit(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((head, behind)) = rest.split_first_chunk::<8>() {
        let (length, kind) = (u32::from_be_bytes([head[0], head[1], head[2], head[3]]), &head[4..]);
        let Some((data, behind)) = behind.split_at_checked(length as usize) else { return true };
        let Some((sum, behind)) = behind.split_first_chunk() else { return true };
        if kind == b"IDAT" {
            let mut crc = flate2::Crc::new();
            crc.update(kind);
            crc.update(data);
            if crc.sum() != u32::from_be_bytes(*sum) {
                return false;
            }
        }
        rest = behind;
    }
    true
}

/// Number of bytes of a stored row.
fn info_row(width: u32, reader: &png::Reader<Cursor<&[u8]>>) -> usize {
    reader.info().raw_row_length_from_width(width)
}

/// The rows of a picture, and the number of bytes that may still be decoded.
struct Rows {
    size: (u32, u32),
    interlaced: bool,
    layout: Layout,
    budget: u64,
    shrink: Shrink,
}

impl Rows {
    /// Takes the rows in the order in which they are stored.
    fn read(
        &mut self,
        reader: &mut png::Reader<Cursor<&[u8]>>,
        wanted: &dyn Fn() -> bool,
    ) -> Result<End, Fault> {
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let passes = if self.interlaced { &PASSES[..] } else { &[[0, 1, 0, 1]] };
        let passes = passes.iter().filter(|pass| pass[0] < width && pass[2] < height);
        let mut any = false;
        for &[x, across, y, down] in passes {
            for y in (y..height).step_by(down) {
                if !wanted() {
                    return Ok(End::Unwanted);
                }
                // Each row has a fixed cost, however short it is.
                let cost = 64 + (width / across * self.layout.bytes()) as u64;
                let Some(left) = self.budget.checked_sub(cost) else {
                    return Ok(End::Rows(y as u64));
                };
                self.budget = left;
                let fault = match reader.next_row() {
                    Ok(Some(row)) if across == 1 => {
                        self.shrink.row(y, row.data(), self.layout);
                        any = true;
                        continue;
                    }
                    Ok(Some(row)) => {
                        self.shrink.some((x, y), across, row.data(), self.layout);
                        any = true;
                        continue;
                    }
                    Ok(None) => Fault::Cut,
                    Err(why) => fault(&why),
                };
                return match fault {
                    _ if !any => Err(fault),
                    Fault::Cut => Ok(End::Cut),
                    Fault::TooLarge => Ok(End::Rows(y as u64)),
                    Fault::Damaged(_) | Fault::Bug | Fault::Unwanted => Ok(End::Damaged),
                };
            }
        }
        Ok(End::Whole)
    }
}

fn facts(depth: BitDepth, colour: ColorType, animated: bool) -> String {
    let bits = depth as u8;
    let colour = match colour {
        ColorType::Grayscale => "grey",
        ColorType::GrayscaleAlpha => "grey with alpha",
        ColorType::Rgb => "RGB",
        ColorType::Rgba => "RGBA",
        ColorType::Indexed => "palette",
    };
    let first = if animated { ", its first frame" } else { "" };
    format!("{bits}-bit {colour}{first}")
}

fn fault(why: &DecodingError) -> Fault {
    match why {
        DecodingError::IoError(why) if why.kind() == ErrorKind::UnexpectedEof => Fault::Cut,
        DecodingError::LimitsExceeded => Fault::TooLarge,
        other => Fault::of(&said(other)),
    }
}

/// A fault in the words of the decoder, without the fields of its types.
fn said(why: &DecodingError) -> String {
    let said = why.to_string();
    let Some((before, rest)) = said.split_once("ChunkType { type: ") else { return said };
    let name: String = rest.chars().take_while(|&letter| letter != ',').collect();
    if before.starts_with("CRC error") {
        return format!("the checksum of its {name} chunk is wrong");
    }
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    format!("{before}{name}{}", after.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::corpus_of_tests::samples;
    use super::super::{Kind, read};

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let samples = samples();
        let png = samples.iter().find(|sample| Kind::of(&sample.bytes) == Some(Kind::Png)).unwrap();
        let why = |bytes: &[u8]| read(Kind::Png, bytes, false, &|| true).unwrap_err();
        // Signature, length, name, 13 bytes, checksum.
        let mut checksum = png.bytes.clone();
        checksum[8 + 8 + 13] ^= 1;
        let said = why(&checksum);
        assert!(said.ends_with("damaged (the checksum of its IHDR chunk is wrong)"), "{said}");
        let twice = [&png.bytes[..8 + 12 + 13], &png.bytes[8..]].concat();
        let said = why(&twice);
        assert!(said.contains("IHDR") && !said.contains("ChunkType"), "{said}");
    }
}
