//! Settings with a unit: sizes (`"2 MiB"`) and times in seconds.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};

/// Limit on a time, in seconds: a day.
const LONGEST: f64 = 86_400.0;

const UNITS: [(&str, u64); 8] = [
    ("b", 1),
    ("", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];

/// Reads a size in bytes: a whole number with or without `B`, `KB`, `MB`, `GB` (powers of 1,000) or
/// `KiB`, `MiB`, `GiB` (powers of 1,024).
///
/// # Errors
/// A sentence that says what a size looks like.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let trimmed = text.trim();
    let end = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(end);
    let unit = unit.trim().to_ascii_lowercase();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let bytes = number.parse::<u64>().ok().zip(factor).and_then(|(n, f)| n.checked_mul(f));
    bytes.ok_or_else(|| format!("`{text}` is not a size; write it as \"2 MiB\" or \"500 KB\""))
}

/// Reads a time in seconds: above 0, at most a day, with or without a fraction.
///
/// # Errors
/// A sentence that says what a time looks like.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse::<f64>().ok();
    seconds
        .and_then(from_seconds)
        .ok_or_else(|| format!("`{text}` is not a time in seconds, such as 10 or 0.5"))
}

/// Reads a share: `2 %`, `0.5 %`, from none to all.
///
/// # Errors
/// A sentence that says what a share looks like.
fn parse_share(text: &str) -> Result<f32, String> {
    let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
    percent
        .filter(|percent| (0.0..=100.0_f32).contains(percent))
        .map(|percent| percent / 100.0)
        .ok_or_else(|| format!("`{text}` is not a share from \"0 %\" to \"100 %\""))
}

/// For `#[serde(deserialize_with)]`: a share, as a text in percent.
pub(super) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    parse_share(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn from_seconds(seconds: f64) -> Option<Duration> {
    let fits = seconds > 0.0 && seconds <= LONGEST;
    // A time below a nanosecond would be rounded to zero.
    fits.then(|| Duration::from_secs_f64(seconds)).filter(|time| !time.is_zero())
}

/// For `#[serde(deserialize_with)]`: a size as a number of bytes or a text with a unit.
pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Size;

    impl Visitor<'_> for Size {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a size such as \"2 MiB\"")
        }

        fn visit_i64<E: serde::de::Error>(self, bytes: i64) -> Result<u64, E> {
            u64::try_from(bytes).map_err(|_| E::custom("a size cannot be negative"))
        }

        fn visit_u64<E: serde::de::Error>(self, bytes: u64) -> Result<u64, E> {
            Ok(bytes)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<u64, E> {
            parse_size(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_any(Size)
}

/// For `#[serde(deserialize_with)]`: a time in seconds, whole or with a fraction.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    from_seconds(seconds).ok_or_else(|| {
        D::Error::custom(format!("{seconds} s is not a time above 0 and up to a day"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in
            [("0", 0), ("17", 17), ("2 MiB", 2 << 20), ("500KB", 500_000), ("1 gib", 1 << 30)]
        {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "2 MiBs", "-1", "1.5 MB", "99999999999 GiB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_above_zero_and_end() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "inf", "NaN", "1e9", "1e-30", "soon", ""] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
    }
}
