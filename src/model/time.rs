//! Moments, as Crawlee writes them into metadata.

use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// A moment in UTC, to the microsecond, as Python's `datetime` keeps it.
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

    /// Reads RFC 3339 in all its forms: `Z` or an offset, with or without a fraction; a space may
    /// stand for the `T`, as Python's `str()` writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = match text.split_once(' ') {
            Some((date, clock)) => OffsetDateTime::parse(&format!("{date}T{clock}"), &Rfc3339),
            None => OffsetDateTime::parse(text, &Rfc3339),
        };
        let moment = moment.ok()?;
        i64::try_from(moment.unix_timestamp_nanos().div_euclid(1000)).ok().map(Self)
    }
}

/// As Python's `isoformat()` writes it: `2026-11-22T13:57:47.827633+00:00`, without a fraction
/// where it is zero.
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
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}
