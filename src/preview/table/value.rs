//! Value of a field by which rows are sorted or filtered.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Longest number, in bytes.
const LONGEST: usize = 400;

/// The number in a field: with a sign, a power of ten or a percent sign, and with its thousands separated, as
/// `12,500.5`, or `12.500,5` where a comma may stand before the decimals. Anything else is text.
pub(super) fn value(field: &[u8], decimal: u8) -> Option<f64> {
    let field = field.trim_ascii();
    let percent = field.strip_suffix(b"%");
    let text = percent.unwrap_or(field);
    // Words that Rust reads as numbers do not count.
    let is_number = text.len() <= LONGEST
        && text.iter().any(u8::is_ascii_digit)
        && text.iter().all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(byte));
    let plain = is_number.then(|| plain(text, decimal)).flatten()?;
    let number: f64 = std::str::from_utf8(&plain).ok()?.parse().ok()?;
    Some(if percent.is_some() { number / 100.0 } else { number })
}

/// The number in a field without a percent sign, and its digits with a point before the decimals.
pub(super) fn plain_number(field: &[u8], decimal: u8) -> Option<(f64, Cow<'_, str>)> {
    let field = field.trim_ascii();
    let number = value(field, decimal).filter(|_| !field.ends_with(b"%"))?;
    let plain = match plain(field, decimal)? {
        Cow::Borrowed(plain) => Cow::Borrowed(std::str::from_utf8(plain).ok()?),
        Cow::Owned(plain) => Cow::Owned(String::from_utf8(plain).ok()?),
    };
    Some((number, plain))
}

/// The digits with a point before the decimals, and without the signs between thousands.
fn plain(text: &[u8], decimal: u8) -> Option<Cow<'_, [u8]>> {
    let count = |sign: u8| memchr::memchr_iter(sign, text).count();
    let (points, commas) = (count(b'.'), count(b','));
    let (decimal, parting) = if decimal == b',' && (commas > 0 || points > 1) {
        (b',', b'.')
    } else if commas > 0 {
        (b'.', b',')
    } else {
        return Some(Cow::Borrowed(text));
    };
    let end = text.iter().position(|&byte| byte == decimal).unwrap_or(text.len());
    if !are_thousands(&text[..end], parting) || text[end..].contains(&parting) {
        return None;
    }
    let digits = text.iter().filter(|&&byte| byte != parting);
    Some(digits.map(|&byte| if byte == decimal { b'.' } else { byte }).collect())
}

/// Whether this is a whole number: in one piece, or with groups of three digits behind one of up to three.
fn are_thousands(whole: &[u8], parting: u8) -> bool {
    let unsigned = whole.strip_prefix(b"-").or_else(|| whole.strip_prefix(b"+")).unwrap_or(whole);
    let are_digits = |group: &[u8]| group.iter().all(u8::is_ascii_digit);
    let mut groups = unsigned.split(|&byte| byte == parting);
    let first = groups.next().unwrap_or_default();
    are_digits(first)
        && (first.len() == unsigned.len() || (1..=3).contains(&first.len()))
        && groups.all(|group| group.len() == 3 && are_digits(group))
}

/// The order of two large numbers that differ only in their last digits.
pub(super) fn exactly(one: &[u8], other: &[u8]) -> Ordering {
    let whole = |number: &[u8]| std::str::from_utf8(number.trim_ascii()).ok()?.parse::<i128>().ok();
    whole(one).cmp(&whole(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_ways_in_which_they_are_written() {
        for (text, number) in [
            ("5", 5.0),
            (" -1.50 ", -1.5),
            ("+2e3", 2000.0),
            (".5", 0.5),
            ("12,500", 12_500.0),
            ("-1,234,567.25", -1_234_567.25),
            ("50%", 0.5),
            ("1.234", 1.234),
        ] {
            assert_eq!(value(text.as_bytes(), b'.'), Some(number), "{text}");
        }
        for (text, number) in [
            ("1,5", 1.5),
            ("1234,5", 1234.5),
            ("-1.234,5", -1234.5),
            ("1.234.567", 1_234_567.0),
            ("12.500", 12.5),
            ("1.5", 1.5),
            ("7", 7.0),
        ] {
            assert_eq!(value(text.as_bytes(), b','), Some(number), "{text}");
        }
        for text in [
            "",
            "x",
            "inf",
            "NaN",
            "infinity",
            "-",
            "%",
            "1,5",
            "1,23,456",
            "2024-01-31",
            "1e",
            "1.2.3",
            "12:30",
            "1 000",
            "4.2.1,5",
            "1.5,000",
            ",",
            "e5",
            "1,,000",
            "1234,567",
        ] {
            assert_eq!(value(text.as_bytes(), b'.'), None, "{text}");
        }
        for text in ["1,5,5", "1,2.3", "1.23,4", "1.2.3"] {
            assert_eq!(value(text.as_bytes(), b','), None, "{text}");
        }
        assert_eq!(value(&[b'1'; LONGEST + 1], b'.'), None);
    }

    #[test]
    fn large_numbers_differ_by_their_last_digit() {
        let [one, other] = [b"90071992547409930071", b"90071992547409930072"];
        assert_eq!(exactly(one, other), Ordering::Less);
        assert_eq!(exactly(b" -9007199254740993", b"-9007199254740992"), Ordering::Less);
        // A number that is not written as a whole one always comes first: a contradictory order would not
        // sort.
        assert_eq!(exactly(b"1e16", b"10000000000000000"), Ordering::Less);
        assert_eq!(exactly(b"1e300", b"1E300"), Ordering::Equal);
    }
}
