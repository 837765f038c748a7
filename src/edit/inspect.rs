//! Meanings of the bytes at the cursor: integers of both byte orders, floats, a character, a time.

use crate::model::Timestamp;
use crate::text::{self, Visible};

use super::document::Document;

/// A reading of some bytes, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// `u16 le`, `utf-8`, …; `be` alone for the other byte order of the reading before it.
    pub name: &'static str,
    /// The value that is read.
    pub value: Visible<'static>,
}

/// Years in which a number is shown as a time: 1980 to 2100, in seconds.
const TIMES: std::ops::Range<i64> = 315_532_800..4_102_444_800;

/// Readings of the bytes from an offset on, the usual first.
pub fn readings(document: &Document, at: usize) -> Vec<Reading> {
    let bytes = document.read(at..at.saturating_add(8));
    let mut readings = Vec::new();
    let mut tell = |name, value: String| {
        readings.push(Reading { name, value: text::visible(&value).into_static() });
    };
    let Some(&first) = bytes.first() else { return readings };
    tell("u8", first.to_string());
    if first >= 0x80 {
        tell("i8", first.cast_signed().to_string());
    }
    if let Some(&two) = bytes.first_chunk::<2>() {
        tell("u16 le", u16::from_le_bytes(two).to_string());
        tell("be", u16::from_be_bytes(two).to_string());
    }
    if let Some(&four) = bytes.first_chunk::<4>() {
        tell("i32 le", i32::from_le_bytes(four).to_string());
        tell("be", i32::from_be_bytes(four).to_string());
    }
    let character = bytes.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    if let Some(c) = character.filter(|c| !c.is_ascii()) {
        tell("utf-8", format!("{c} U+{:04X}", u32::from(c)));
    }
    if let Some(&eight) = bytes.first_chunk::<8>() {
        tell("i64 le", i64::from_le_bytes(eight).to_string());
        tell("be", i64::from_be_bytes(eight).to_string());
    }
    if let Some(time) = time(&bytes) {
        tell("time", time);
    }
    if let Some(&four) = bytes.first_chunk::<4>() {
        tell("f32 le", float(f32::from_le_bytes(four).into()));
        tell("be", float(f32::from_be_bytes(four).into()));
    }
    if let Some(&eight) = bytes.first_chunk::<8>() {
        tell("f64 le", float(f64::from_le_bytes(eight)));
        tell("be", float(f64::from_be_bytes(eight)));
    }
    readings
}

fn float(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        format!("{value:.4e}")
    } else {
        value.to_string()
    }
}

/// A time of seconds in 4 bytes or milliseconds in 8, of either byte order, if it is in a plausible year.
fn time(bytes: &[u8]) -> Option<String> {
    let millis = bytes.first_chunk::<8>().map(|&eight| {
        [i64::from_le_bytes(eight), i64::from_be_bytes(eight)].map(|millis| millis / 1000)
    });
    let seconds = bytes
        .first_chunk::<4>()
        .map(|&four| [u32::from_le_bytes(four), u32::from_be_bytes(four)].map(i64::from));
    let mut all = millis.into_iter().chain(seconds).flatten();
    let found = all.find(|seconds| TIMES.contains(seconds))?;
    let told = Timestamp::from_micros(found * 1_000_000).to_string();
    Some(told.replace("+00:00", "Z"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn told(bytes: &'static [u8]) -> Vec<String> {
        let document = Document::new(Bytes::from_static(bytes));
        let readings = readings(&document, 0).into_iter();
        readings.map(|reading| format!("{} {}", reading.name, reading.value)).collect()
    }

    #[test]
    fn bytes_are_read_in_both_orders() {
        assert_eq!(told(b""), [""; 0]);
        assert_eq!(told(b"\xff"), ["u8 255", "i8 -1"]);
        assert_eq!(told(b"\x01\x02"), ["u8 1", "u16 le 513", "be 258"]);
        let eight = told(&[0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
        assert!(eight.contains(&"f64 le 1.5".to_owned()), "{eight:?}");
        assert!(told("é!".as_bytes()).contains(&"utf-8 é U+00E9".to_owned()));
        let time = told(b"\x60\xf5\x02\x6b");
        assert!(time.contains(&"time 2026-11-22T14:00:00Z".to_owned()), "{time:?}");
    }
}
