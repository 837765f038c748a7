//! The numbers of a column: the least, the greatest, their sum and mean, to the last digit.

use super::value::plain_number;
use crate::text::count;

/// Digits behind the point that a sum keeps; a number with more is not added.
const DIGITS: usize = 12;
/// Parts of 1 in which sums are kept.
const ONE: i128 = 10_i128.pow(DIGITS as u32);

/// The numbers of a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnNumbers {
    /// Number of rows with a number.
    pub rows: u64,
    /// The least and the greatest number, as they are written.
    pub range: [String; 2],
    /// The mean and the sum; `None` where they cannot be told to the last digit.
    pub mean_and_sum: Option<[String; 2]>,
}

/// Adds up numbers.
#[derive(Debug, Default)]
pub(super) struct Sums {
    rows: u64,
    least: Option<(f64, String)>,
    most: Option<(f64, String)>,
    sum: i128,
    digits: usize,
    /// Whether a number could not be added exactly.
    inexact: bool,
}

impl Sums {
    /// Takes a field; what is no number, or a share in percent, is left out.
    pub(super) fn add(&mut self, field: &[u8], decimal: u8) {
        let Some((number, plain)) = plain_number(field, decimal) else { return };
        self.rows += 1;
        let written = || String::from_utf8_lossy(field.trim_ascii()).into_owned();
        if self.least.as_ref().is_none_or(|(least, _)| number < *least) {
            self.least = Some((number, written()));
        }
        if self.most.as_ref().is_none_or(|(most, _)| number > *most) {
            self.most = Some((number, written()));
        }
        match parts(&plain) {
            Some((parts, digits)) => {
                self.digits = self.digits.max(digits);
                let sum = self.sum.checked_add(parts);
                self.inexact |= sum.is_none();
                self.sum = sum.unwrap_or_default();
            }
            None => self.inexact = true,
        }
    }

    /// The result; `None` for less than two numbers.
    pub(super) fn finish(self) -> Option<ColumnNumbers> {
        let (Some((_, least)), Some((_, most))) = (self.least, self.most) else { return None };
        let mean_and_sum = (!self.inexact).then(|| {
            let mean = rounded(self.sum, self.rows.into(), self.digits);
            [written(mean, self.digits), written(self.sum, self.digits)]
        });
        let range = [least, most];
        (self.rows > 1).then_some(ColumnNumbers { rows: self.rows, range, mean_and_sum })
    }
}

/// A number in parts of 1, and its digits behind the point; `None` for a power of ten, and for more digits than
/// are kept.
fn parts(plain: &str) -> Option<(i128, usize)> {
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(plain)),
    };
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if behind.len() > DIGITS || !are_digits(whole) || !are_digits(behind) {
        return None;
    }
    let read = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
    let behind_parts = read(behind)? * 10_i128.pow((DIGITS - behind.len()) as u32);
    let parts = read(whole)?.checked_mul(ONE)?.checked_add(behind_parts)?;
    Some((if negative { -parts } else { parts }, behind.len()))
}

/// A share of a sum, rounded to two digits more than the numbers have.
fn rounded(sum: i128, rows: i128, digits: usize) -> i128 {
    let step = 10_i128.pow((DIGITS - (digits + 2).min(DIGITS)) as u32);
    let half = if sum < 0 { -step * rows / 2 } else { step * rows / 2 };
    (sum + half) / (step * rows) * step
}

/// A number in parts of 1 as text, with at least this many digits behind the point.
fn written(parts: i128, digits: usize) -> String {
    let sign = if parts < 0 { "-" } else { "" };
    let parts = parts.unsigned_abs();
    let one = ONE.unsigned_abs();
    let whole = u64::try_from(parts / one).map_or_else(|_| (parts / one).to_string(), count);
    let mut behind = format!("{:0DIGITS$}", parts % one);
    let end = behind.trim_end_matches('0').len().max(digits);
    behind.truncate(end);
    if behind.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{behind}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &[&str]) -> Option<ColumnNumbers> {
        let mut sums = Sums::default();
        for field in fields {
            sums.add(field.as_bytes(), b'.');
        }
        sums.finish()
    }

    fn told(fields: &[&str]) -> (u64, String) {
        let ColumnNumbers { rows, range: [least, most], mean_and_sum } = of(fields).unwrap();
        let more = mean_and_sum.map(|[mean, sum]| format!(" {mean} {sum}")).unwrap_or_default();
        (rows, format!("{least} {most}{more}"))
    }

    #[test]
    fn numbers_are_added_to_the_last_digit() {
        for (fields, rows, result) in [
            (&["0.1", "0.2"][..], 2, "0.1 0.2 0.15 0.3"),
            (&["4.20", "99.00", "", "sold out", "3.00"], 3, "3.00 99.00 35.40 106.20"),
            (&["1", "2", "2"], 3, "1 2 1.67 5"),
            (&["-1", "-2", "-2"], 3, "-2 -1 -1.67 -5"),
            (&["1,500", "2,500.5"], 2, "1,500 2,500.5 2,000.25 4,000.5"),
            (&["9007199254740993", "1"], 2, "1 9007199254740993"),
            (&["1e3", "2"], 2, "2 1e3"),
            (&["50%", "1", "2"], 2, "1 2 1.5 3"),
        ] {
            let (count, text) = told(fields);
            assert_eq!(count, rows, "{fields:?}");
            if fields[0].len() < 16 {
                assert_eq!(text, result, "{fields:?}");
            } else {
                assert!(text.starts_with(result), "{text}");
            }
        }
        assert_eq!(of(&["1", "x"]), None, "one number is what it is");
        assert_eq!(of(&[]), None);
        let large = "9".repeat(38);
        assert_eq!(of(&[&large, &large]).unwrap().mean_and_sum, None);
        let fine = "0.1234567890123";
        assert_eq!(of(&[fine, fine]).unwrap().mean_and_sum, None);
    }
}
