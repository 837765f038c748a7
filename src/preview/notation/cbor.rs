//! CBOR, item by item.

use super::{Fault, Item, Source};

/// Reads the next item.
pub(super) fn next<'a>(source: &mut Source<'a>) -> Result<Item<'a>, Fault> {
    let first = source.byte()?;
    let (major, low) = (first >> 5, first & 0x1f);
    if major == 7 {
        return simple(low, source);
    }
    let count = match low {
        0..=23 => Some(u64::from(low)),
        24..=27 => Some(source.number(1 << (low - 24))?),
        31 => None,
        _ => return Err(Fault::Broken),
    };
    Ok(match (major, count) {
        (0, Some(number)) => Item::Int(number.into()),
        (1, Some(number)) => Item::Int(-1 - i128::from(number)),
        (2, Some(length)) => Item::Bytes(source.take(length)?),
        (3, Some(length)) => Item::Text(source.take(length)?),
        (2 | 3, None) => Item::Chunks,
        (4, count) => Item::Array(count),
        (5, count) => Item::Map(count),
        (6, Some(tag)) => Item::Tag(tag),
        _ => return Err(Fault::Broken),
    })
}

fn simple<'a>(low: u8, source: &mut Source<'a>) -> Result<Item<'a>, Fault> {
    Ok(match low {
        20 => Item::Word("false"),
        21 => Item::Word("true"),
        22 => Item::Word("null"),
        23 => Item::Word("undefined"),
        0..=19 => Item::Simple(low),
        24 => Item::Simple(source.byte()?),
        25 => Item::Single(half(source.number(2)? as u16)),
        26 => Item::Single(f32::from_bits(source.number(4)? as u32)),
        27 => Item::Float(f64::from_bits(source.number(8)?)),
        31 => Item::Break,
        _ => return Err(Fault::Broken),
    })
}

/// The number with these 16 bits.
fn half(bits: u16) -> f32 {
    let (sign, exponent) = (u32::from(bits >> 15), u32::from(bits >> 10 & 0x1f));
    let fraction = u32::from(bits & 0x3ff);
    let size = match exponent {
        // Parts of 2^24.
        0 => fraction as f32 / 16_777_216.0,
        31 => f32::from_bits(0x7f80_0000 | fraction << 13),
        _ => f32::from_bits((exponent + 112) << 23 | fraction << 13),
    };
    if sign == 1 { -size } else { size }
}
