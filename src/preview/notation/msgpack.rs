//! msgpack, item by item.

use super::{Fault, Item, Source};

/// Reads the next item.
pub(super) fn next<'a>(source: &mut Source<'a>) -> Result<Item<'a>, Fault> {
    let first = source.byte()?;
    Ok(match first {
        0x00..=0x7f => Item::Int(first.into()),
        0x80..=0x8f => Item::Map(Some(u64::from(first & 0x0f))),
        0x90..=0x9f => Item::Array(Some(u64::from(first & 0x0f))),
        0xa0..=0xbf => Item::Text(source.take(u64::from(first & 0x1f))?),
        0xc0 => Item::Word("null"),
        0xc1 => return Err(Fault::Broken),
        0xc2 => Item::Word("false"),
        0xc3 => Item::Word("true"),
        0xc4..=0xc6 => {
            let length = source.number(1 << (first - 0xc4))?;
            Item::Bytes(source.take(length)?)
        }
        0xc7..=0xc9 => {
            let length = source.number(1 << (first - 0xc7))?;
            ext(length, source)?
        }
        0xca => Item::Single(f32::from_bits(source.number(4)? as u32)),
        0xcb => Item::Float(f64::from_bits(source.number(8)?)),
        0xcc..=0xcf => Item::Int(source.number(1 << (first - 0xcc))?.into()),
        0xd0 => Item::Int((source.number(1)? as u8).cast_signed().into()),
        0xd1 => Item::Int((source.number(2)? as u16).cast_signed().into()),
        0xd2 => Item::Int((source.number(4)? as u32).cast_signed().into()),
        0xd3 => Item::Int(source.number(8)?.cast_signed().into()),
        0xd4..=0xd8 => ext(1 << (first - 0xd4), source)?,
        0xd9..=0xdb => {
            let length = source.number(1 << (first - 0xd9))?;
            Item::Text(source.take(length)?)
        }
        0xdc | 0xdd => Item::Array(Some(source.number(2 << (first - 0xdc))?)),
        0xde | 0xdf => Item::Map(Some(source.number(2 << (first - 0xde))?)),
        0xe0..=0xff => Item::Int(first.cast_signed().into()),
    })
}

fn ext<'a>(length: u64, source: &mut Source<'a>) -> Result<Item<'a>, Fault> {
    let kind = source.byte()?.cast_signed();
    Ok(Item::Ext(kind, source.take(length)?))
}
