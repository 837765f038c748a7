//! The facts in a certificate that a person looks at: its names, and the end of its validity.
//!
//! Only a verified certificate is read. Parts that cannot be read are left out.

use crate::model::Certificate;

const SEQUENCE: u8 = 0x30;
const BIT_TIME: u8 = 0x17;
const LONG_TIME: u8 = 0x18;
/// Id of the extension with the names.
const NAMES: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x11];
/// Id of the extension with the purposes, and the purpose of servers.
const PURPOSES: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x25];
const SERVER: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
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

/// The seconds since 1970 between which a certificate is valid.
pub(super) struct Period {
    pub(super) from: i64,
    pub(super) until: i64,
}

/// The elements of a certificate's body.
struct Body<'a>(Vec<(u8, &'a [u8])>);

impl<'a> Body<'a> {
    /// Reads a certificate in DER.
    fn read(der: &'a [u8]) -> Option<Self> {
        let (_, whole) = Elements(der).next()?;
        let (_, body) = Elements(whole).next()?;
        Some(Self(Elements(body).collect()))
    }

    /// The times, as they stand.
    fn times(&self) -> Option<Elements<'a>> {
        // The version, which may be left out, has a tag of its own.
        let first = usize::from(self.0.first()?.0 == 0xa0);
        let (_, validity) = self.0.get(first + VALIDITY - 1)?;
        Some(Elements(validity))
    }

    /// The elements of the list in an extension's value.
    fn extension(&self, id: &[u8]) -> Option<Elements<'a>> {
        let (_, inner) = self.0.iter().find(|(tag, _)| *tag == 0xa3)?;
        let (_, list) = Elements(inner).next()?;
        let (_, found) = Elements(list).find(|(_, one)| one.starts_with(id))?;
        let (_, value) = Elements(found).last()?;
        let (tag, list) = Elements(value).next()?;
        (tag == SEQUENCE).then_some(Elements(list))
    }
}

/// Reads a certificate in DER.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    let body = Body::read(der)?;
    let until = body.times()?.nth(1).and_then(|(tag, time)| seconds(tag, time));
    let names = body.extension(NAMES).map(|names| names.filter_map(name).collect());
    Some(Certificate { names: names.unwrap_or_default(), until })
}

/// The period of a certificate in DER.
pub(super) fn period(der: &[u8]) -> Option<Period> {
    let body = Body::read(der)?;
    let mut times = body.times()?.map(|(tag, time)| seconds(tag, time));
    Some(Period { from: times.next()??, until: times.next()?? })
}

/// Whether a server may show a certificate in DER: it names no purpose, or this one.
pub(super) fn may_serve(der: &[u8]) -> bool {
    let body = Body::read(der);
    let purposes = body.and_then(|body| body.extension(PURPOSES));
    purposes.is_none_or(|mut purposes| purposes.any(|(_, purpose)| purpose == SERVER))
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
