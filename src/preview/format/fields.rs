//! Formats without a mark, made of consecutive fields: BSON and protobuf. They are recognized by whether all
//! fields end where the bytes do.

use super::{little, little64};
use crate::preview::is_readable;
use crate::text;

/// Limit on the fields of BSON that are read, and of protobuf.
const MOST: usize = 100_000;
/// Fields below which nothing is concluded without a content type.
const FEW: usize = 3;

/// A document of BSON, recognized by its bytes alone where all fields fit.
pub(super) fn bson(bytes: &[u8]) -> Option<String> {
    let length = little(bytes, 0, 4)? as usize;
    if length != bytes.len() || bytes.last() != Some(&0) {
        return None;
    }
    let (mut at, mut count) = (4, 0);
    while at + 1 < length {
        let kind = bytes[at];
        at = end_of_name(bytes, at + 1)?;
        let number = || little(bytes, at, 4).map(|number| number as usize);
        let size = match kind {
            0x01 | 0x09 | 0x11 | 0x12 => 8,
            0x02 | 0x0d | 0x0e => number()?.checked_add(4)?,
            0x03 | 0x04 | 0x0f => number().filter(|size| *size > 4)?,
            0x05 => number()?.checked_add(5)?,
            0x06 | 0x0a | 0x7f | 0xff => 0,
            0x07 => 12,
            0x08 => 1,
            0x0b => end_of_name(bytes, end_of_name(bytes, at)?)? - at,
            0x0c => number()?.checked_add(16)?,
            0x10 => 4,
            0x13 => 16,
            _ => return None,
        };
        at = at.checked_add(size).filter(|at| *at < length)?;
        count += 1;
        if count > MOST {
            return None;
        }
    }
    Some(format!("BSON, {}", text::plural(count as u64, "member")))
}

/// The place behind the null character that ends a name.
fn end_of_name(bytes: &[u8], at: usize) -> Option<usize> {
    memchr::memchr(0, bytes.get(at..)?).map(|length| at + length + 1)
}

/// A message of protobuf; nothing is known of it but that its fields end where the message does.
pub(super) fn protobuf(bytes: &[u8]) -> Option<String> {
    let (count, _) = fields(bytes)?;
    Some(format!("protobuf, {}", text::plural(count as u64, "field")))
}

/// A message of protobuf among bytes whose type tells nothing: it needs some fields, and a text in one of
/// them.
pub(super) fn like_protobuf(bytes: &[u8]) -> Option<String> {
    let (count, has_text) = fields(bytes)?;
    let likely = count >= FEW && has_text && !is_readable(bytes);
    likely.then(|| format!("looks like protobuf, {}", text::plural(count as u64, "field")))
}

/// Number of fields, and whether one of them has a text.
fn fields(bytes: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut count, mut has_text) = (0, 0, false);
    while at < bytes.len() {
        let (tag, value) = varint(bytes, at)?;
        if !(1..1 << 12).contains(&(tag >> 3)) || count >= MOST {
            return None;
        }
        at = match tag & 7 {
            0 => varint(bytes, value)?.1,
            1 => little64(bytes, value).map(|_| value + 8)?,
            2 => {
                let (length, start) = varint(bytes, value)?;
                let end = start.checked_add(usize::try_from(length).ok()?)?;
                let inside = bytes.get(start..end)?;
                has_text |= inside.len() > 3 && is_readable(&inside[..inside.len().min(64)]);
                end
            }
            5 => little(bytes, value, 4).map(|_| value + 4)?,
            _ => return None,
        };
        count += 1;
    }
    (count > 0).then_some((count, has_text))
}

/// A number of up to ten bytes of seven bits, and the start of the next one.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for (place, &byte) in bytes.get(at..)?.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f).checked_shl(u32::try_from(place).ok()? * 7)?;
        if byte < 0x80 {
            return Some((number, at + place + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_and_messages_are_told_by_where_their_fields_end() {
        let fields = b"\x02name\0\x06\0\0\0hello\0\x10n\0\x05\0\0\0\x03d\0\x05\0\0\0\0\x08t\0\x01\x0bre\0a.*\0i\0";
        let length = u32::try_from(fields.len() + 5).unwrap().to_le_bytes();
        let document = [&length[..], fields, b"\0"].concat();
        assert_eq!(bson(&document).as_deref(), Some("BSON, 5 members"));
        assert_eq!(bson(b"\x05\0\0\0\0").as_deref(), Some("BSON, 0 members"));
        let message = b"\x0a\x05hello\x10\x96\x01\x1a\x06\x0a\x04abcd\x25\0\0\x80\x3f";
        assert_eq!(protobuf(message).as_deref(), Some("protobuf, 4 fields"));
        assert_eq!(like_protobuf(message).as_deref(), Some("looks like protobuf, 4 fields"));
        assert_eq!(like_protobuf(&message[..10]), None, "two fields are too few");
        assert_eq!(like_protobuf(b"\x08\x01\x10\x02\x18\x03"), None, "no text");
        for end in 0..message.len() {
            let whole = [7, 10, 18].contains(&end);
            assert_eq!(protobuf(&message[..end]).is_some(), whole, "{end}");
        }
        for end in 0..document.len() {
            assert_eq!(bson(&document[..end]), None);
        }
        assert_eq!((bson(b"\xff\xff\xff\xff\0"), protobuf(&[0xff; 20])), (None, None));
    }
}
