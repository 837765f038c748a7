//! A `data:` URL: the part before its comma is kept, and so are characters that are not percent-encoded.

use std::ops::Range;

use super::carry;

/// The spelling of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataUrl {
    /// The part up to the comma, with it.
    head: Box<[u8]>,
    /// The part behind it, percent-encoded; `None` where that is base64.
    spelled: Option<Box<[u8]>>,
}

impl DataUrl {
    /// Opens a text that is a `data:` URL; the contents are bytes, or base64.
    pub(super) fn open(text: &[u8]) -> Option<(Self, Vec<u8>)> {
        let plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        if !Self::is_marked(text) || !text.iter().all(plain) {
            return None;
        }
        let comma = memchr::memchr(b',', text)?;
        let (head, rest) = text.split_at(comma + 1);
        let marked = head[..comma].to_ascii_lowercase().ends_with(b";base64");
        let payload =
            if marked { rest.to_vec() } else { Units(rest).map(|(byte, _)| byte).collect() };
        let spelled = (!marked).then(|| rest.into());
        Some((Self { head: head.into(), spelled }, payload))
    }

    /// Whether a text begins like a `data:` URL.
    pub(super) fn is_marked(text: &[u8]) -> bool {
        text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"data:"))
    }

    /// Whether the contents are base64.
    pub(super) fn is_base64(&self) -> bool {
        self.spelled.is_none()
    }

    pub(super) fn put_back(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = self.head.to_vec();
        let Some(spelled) = &self.spelled else {
            out.extend_from_slice(bytes);
            return out;
        };
        let old: Vec<u8> = Units(spelled).map(|(byte, _)| byte).collect();
        let (from, to) = carry::changed(&old, bytes);
        let units = Units(spelled).map(|(_, width)| (width, 1));
        let Range { start, end } = carry::spelled(units, &from);
        let lower = spelled.windows(3).any(|unit| {
            unit[0] == b'%' && unit[1..].iter().any(|digit| matches!(digit, b'a'..=b'f'))
        });
        out.extend_from_slice(&spelled[..start]);
        for byte in &bytes[to] {
            let free = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
            // A character that was written without encoding stays so.
            let seen = byte.is_ascii_graphic() && spelled.contains(byte);
            if free || (seen && !matches!(byte, b'%' | b'#')) {
                out.push(*byte);
            } else {
                let digits = if lower { format!("%{byte:02x}") } else { format!("%{byte:02X}") };
                out.extend_from_slice(digits.as_bytes());
            }
        }
        out.extend_from_slice(&spelled[end..]);
        out
    }
}

/// The bytes of a percent-encoded text, each with the bytes of its spelling.
struct Units<'a>(&'a [u8]);

impl Iterator for Units<'_> {
    type Item = (u8, usize);

    fn next(&mut self) -> Option<(u8, usize)> {
        let digit =
            |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (byte, width) = match self.0 {
            [b'%', high, low, ..] => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => (high * 16 + low, 3),
                _ => (b'%', 1),
            },
            [byte, ..] => (*byte, 1),
            [] => return None,
        };
        self.0 = &self.0[width..];
        Some((byte, width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_typed_over_keeps_its_percent_signs() {
        let url = b"data:text/html,<b>%41%c3%a9 x</b>";
        let (opened, payload) = DataUrl::open(url).unwrap();
        assert_eq!(payload, "<b>Aé x</b>".as_bytes());
        assert_eq!(opened.put_back(&payload), url);
        assert_eq!(
            opened.put_back("<b>Aé è<b></b>".as_bytes()),
            b"data:text/html,<b>%41%c3%a9 %c3%a8<b></b>"
        );
        assert_eq!(opened.put_back(b"#%"), b"data:text/html,%23%25");
    }

    #[test]
    fn base64_is_left_to_base64() {
        let (opened, payload) = DataUrl::open(b"data:;base64,aGk=").unwrap();
        assert!(opened.is_base64());
        assert_eq!(payload, b"aGk=");
        assert_eq!(opened.put_back(b"aG8="), b"data:;base64,aG8=");
        assert!(DataUrl::open(b"data:text/plain").is_none());
        assert!(DataUrl::open("data:,é".as_bytes()).is_none());
    }
}
