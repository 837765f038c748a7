//! Points in time, as Crawlee writes them into metadata.

use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// A point in time in UTC, with microseconds, as in Python's `datetime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970-01-01 UTC.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01 UTC.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The clock's present time.
    pub fn now() -> Self {
        let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000;
        Self(i64::try_from(now).unwrap_or(i64::MAX))
    }

    /// Reads RFC 3339 in all its forms: `Z` or an offset, with or without a fraction; a space in place of the
    /// `T`, as Python's `str()` writes it. As in Crawlee, an offset may lack its colon, seconds and the whole
    /// time of day may be missing, and a time without an offset is UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replacen(' ', "T", 1);
        let exact = OffsetDateTime::parse(&text, &Rfc3339).ok();
        let moment = exact.or_else(|| {
            let (rest, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
            [
                format!("{text}Z"),
                format!("{text}:00Z"),
                format!("{text}T00:00:00Z"),
                format!("{rest}:{minutes}"),
            ]
            .iter()
            .find_map(|text| OffsetDateTime::parse(text, &Rfc3339).ok())
        })?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1000)).ok().map(Self)
    }

    /// Reads a number as Crawlee does: seconds since 1970-01-01 UTC, or milliseconds if it is large.
    pub fn from_number(number: f64) -> Option<Self> {
        /// Largest number of seconds: the year 2603.
        const MOST: f64 = 2e10;
        let unit = if number.abs() <= MOST { 1e6 } else { 1e3 };
        let micros = (number * unit).round();
        let known = micros.abs() < 2.5e17;
        #[allow(clippy::cast_possible_truncation, reason = "it is looked at before")]
        known.then_some(Self(micros as i64))
    }
}

/// Writes it as Python's `isoformat()` does: `2026-11-22T13:57:47.827633+00:00`, without a fraction where it
/// is zero.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(moment) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
        else {
            return f.write_str("(out of range)");
        };
        let moment = moment.to_offset(UtcOffset::UTC);
        let (date, clock) = (moment.date(), moment.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.year(),
            u8::from(date.month()),
            date.day(),
            clock.hour(),
            clock.minute(),
            clock.second()
        )?;
        if clock.microsecond() != 0 {
            write!(f, ".{:06}", clock.microsecond())?;
        }
        f.write_str("+00:00")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_python_writes_them() {
        for text in ["2026-11-22T13:57:47.827633+00:00", "2026-11-22T13:57:47+00:00"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn every_form_of_rfc_3339_is_read() {
        let expected = Timestamp::parse("2026-11-22T13:57:47.500000+00:00");
        for text in [
            "2026-11-22T13:57:47.5Z",
            "2026-11-22T15:57:47.5+02:00",
            "2026-11-22 13:57:47.500000+00:00",
        ] {
            assert_eq!(Timestamp::parse(text), expected, "{text}");
        }
        for text in ["", "x", "yesterday", "ä", "2026-11-28T10:00:00+25:00", "20261128T100000Z"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_crawlee_takes_for_a_time_is_one() {
        let noon = Timestamp::parse("2026-11-28T10:00:00+00:00");
        for text in ["2026-11-28T10:00:00", "2026-11-28 10:00", "2026-11-28T12:00:00+0200"] {
            assert_eq!(Timestamp::parse(text), noon, "{text}");
        }
        assert_eq!(Timestamp::parse("2026-11-28"), Timestamp::parse("2026-11-28T00:00:00Z"));
        let second = Timestamp::parse("2025-11-24T16:00:00.5Z");
        assert_eq!(Timestamp::from_number(1_764_000_000.5), second);
        assert_eq!(Timestamp::from_number(1_764_000_000_500.0), second);
        for odd in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(Timestamp::from_number(odd), None, "{odd}");
        }
    }
}
