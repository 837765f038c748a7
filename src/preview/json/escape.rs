//! Escapes in JSON strings.

/// The character that the escape at the beginning stands for, and the number of bytes that it takes, 12 for a
/// pair of surrogates. `None` for what is no escape, one that is cut off, and half of a pair.
pub fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let letter = match bytes.get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        letter @ (b'"' | b'\\' | b'/') => char::from(*letter),
        b'u' => {
            let first = unit(bytes)?;
            if let Some(letter) = char::from_u32(first) {
                return Some((letter, 6));
            }
            // The second half of a pair follows the first.
            let second = bytes.get(6..).and_then(unit)?;
            let pair = [first, second].map(|unit| u16::try_from(unit).unwrap_or_default());
            let letter = char::decode_utf16(pair).next()?.ok()?;
            return Some((letter, 12));
        }
        _ => return None,
    };
    Some((letter, 2))
}

/// The number in `\u0041`.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    let digit = |number: u32, byte: &u8| Some(number << 4 | char::from(*byte).to_digit(16)?);
    digits.iter().try_fold(0, digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_characters_and_what_is_none_is_told() {
        for (spelled, is) in [
            (r"\n..", Some(('\n', 2))),
            (r"\/", Some(('/', 2))),
            (r"\u00e9x", Some(('é', 6))),
            (r"\ud83e\uDD81 lion", Some(('🦁', 12))),
            (r"\ud83e\u0041", None),
            (r"\udd81", None),
            (r"\u00g0", None),
            (r"\u00", None),
            (r"\q", None),
            ("\\", None),
            ("", None),
        ] {
            assert_eq!(escape(spelled.as_bytes()), is, "{spelled}");
        }
    }
}
