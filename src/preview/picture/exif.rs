//! The one EXIF tag that matters: orientation.

use super::turn::Turn;

/// Number of the tag.
const ORIENTATION: u16 = 0x0112;

/// Limit on the entries that are searched.
const ENTRIES: usize = 1000;

/// The turn that EXIF data asks for; the data are a TIFF header, and behind it lists of tags.
pub(super) fn turn(exif: &[u8]) -> Turn {
    // Some writers keep the name from the segment of a JPEG.
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    orientation(exif).map_or_else(Turn::default, Turn::of)
}

fn orientation(exif: &[u8]) -> Option<u16> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize, len: usize| {
        let bytes = exif.get(at..at.checked_add(len)?)?;
        let add = |number: usize, byte: &u8| number << 8 | usize::from(*byte);
        Some(if little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    };
    let list = number(4, 4)?;
    let entries = number(list, 2)?.min(ENTRIES);
    let entry = |at: usize| list.checked_add(2 + at * 12);
    let found = (0..entries)
        .filter_map(entry)
        .find(|&at| number(at, 2) == Some(usize::from(ORIENTATION)))?;
    // One number of 16 bits, which is stored in the entry itself.
    let short = number(found + 2, 2) == Some(3) && number(found + 4, 4) == Some(1);
    short.then(|| number(found + 8, 2)).flatten().and_then(|number| u16::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EXIF data with only this tag.
    fn exif(little: bool, number: u16) -> Vec<u8> {
        let (short, long) = if little {
            (u16::to_le_bytes as fn(u16) -> [u8; 2], u32::to_le_bytes as fn(u32) -> [u8; 4])
        } else {
            (u16::to_be_bytes as fn(u16) -> [u8; 2], u32::to_be_bytes as fn(u32) -> [u8; 4])
        };
        let mut bytes = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
        bytes.extend(long(8));
        bytes.extend(short(1));
        bytes.extend([short(ORIENTATION), short(3)].concat());
        bytes.extend(long(1));
        bytes.extend([short(number), short(0)].concat());
        bytes.extend(long(0));
        bytes
    }

    #[test]
    fn the_tag_is_found_in_either_order_of_bytes() {
        for little in [true, false] {
            assert_eq!(turn(&exif(little, 6)), Turn::of(6));
            assert_eq!(turn(&[b"Exif\0\0", &exif(little, 3)[..]].concat()), Turn::of(3));
            assert_eq!(turn(&exif(little, 9)), Turn::default());
        }
    }

    #[test]
    fn what_is_cut_or_points_outside_is_upright() {
        let whole = exif(true, 6);
        for at in 0..whole.len() - 6 {
            assert_eq!(turn(&whole[..at]), Turn::default(), "{at}");
        }
        let mut outside = whole;
        outside[4..8].copy_from_slice(&[0xff; 4]);
        assert_eq!(turn(&outside), Turn::default());
    }
}
