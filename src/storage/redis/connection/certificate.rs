//! The facts in a certificate that a person looks at: its names, and the end of its validity.
//!
//! Only a verified certificate is read. Parts that cannot be read are left out.

use crate::model::Certificate;

const SEQUENCE: u8 = 0x30;
const BIT_TIME: u8 = 0x17;
const LONG_TIME: u8 = 0x18;
/// Id of the extension with the names.
const NAMES: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x11];
const DNS: u8 = 0x82;
const ADDRESS: u8 = 0x87;
/// Index of the validity in the inner list, behind the names of the issuer, where the version is there.
const VALIDITY: usize = 4;

/// Consecutive elements of DER: their tags and contents.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            let (digits, rest) = rest.split_at_checked(count).filter(|_| count <= 4)?;
            let length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (length, rest)
        };
        let (inner, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, inner))
    }
}

/// Reads a certificate in DER.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    let (_, whole) = Elements(der).next()?;
    let (_, body) = Elements(whole).next()?;
    let elements: Vec<_> = Elements(body).collect();
    // The version, which may be left out, has a tag of its own.
    let first = usize::from(elements.first()?.0 == 0xa0);
    let (_, validity) = elements.get(first + VALIDITY - 1)?;
    let until = Elements(validity).nth(1).and_then(|(tag, time)| seconds(tag, time));
    let extensions = elements.iter().find(|(tag, _)| *tag == 0xa3);
    let list = extensions.and_then(|(_, inner)| Elements(inner).next());
    let list = list.map(|(_, inner)| Elements(inner)).into_iter().flatten();
    let names = list.filter(|(_, one)| one.starts_with(NAMES)).find_map(|(_, one)| {
        let (_, value) = Elements(one).last()?;
        let (tag, names) = Elements(value).next()?;
        (tag == SEQUENCE).then(|| Elements(names).filter_map(name).collect())
    });
    Some(Certificate { names: names.unwrap_or_default(), until })
}

fn name((tag, bytes): (u8, &[u8])) -> Option<String> {
    match tag {
        DNS => std::str::from_utf8(bytes).ok().map(str::to_owned),
        ADDRESS if bytes.len() == 4 => {
            let four: [u8; 4] = bytes.try_into().ok()?;
            Some(std::net::Ipv4Addr::from(four).to_string())
        }
        ADDRESS => {
            let sixteen: [u8; 16] = bytes.try_into().ok()?;
            Some(std::net::Ipv6Addr::from(sixteen).to_string())
        }
        _ => None,
    }
}

/// Seconds since 1970 of `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn seconds(tag: u8, time: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
    let text = match tag {
        // From 1950 on.
        BIT_TIME if text.starts_with(['0', '1', '2', '3', '4']) => format!("20{text}"),
        BIT_TIME => format!("19{text}"),
        LONG_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    // Years that begin in March, so that the leap day is the last one.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(((days - 719_468) * 24 + hour) * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_forms() {
        assert_eq!(seconds(BIT_TIME, b"700101000000Z"), Some(0));
        assert_eq!(seconds(BIT_TIME, b"261129113000Z"), Some(1_795_951_800));
        assert_eq!(seconds(LONG_TIME, b"20000229235959Z"), Some(951_868_799));
        assert_eq!(seconds(LONG_TIME, b"20500101000000Z"), Some(2_524_608_000));
        assert_eq!(seconds(BIT_TIME, b"26112911300"), None);
    }

    #[test]
    fn what_is_cut_or_is_no_certificate_is_not_read() {
        assert!(read(b"").is_none());
        assert!(read(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff]).is_none());
        assert!(read(&[SEQUENCE, 2, SEQUENCE, 0]).is_none());
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(37)).collect();
            let _ = read(&bytes);
        }
    }
}
