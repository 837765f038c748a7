//! Numbers, sizes and ages, as people read them.

use std::time::Duration;

/// Bytes as `98 B`, `1.2 KB`, `3.1 MB`: powers of 1000, at most one decimal.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // 999.5 would be rounded to 1000
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if value < 9.95 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

/// A limit in the unit in which it was most likely set: `2 MiB`, `500 KB`.
pub fn limit(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let whole = units.into_iter().find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit));
    whole.map_or_else(|| size(bytes), |(name, unit)| format!("{} {name}", count(bytes / unit)))
}

/// A count with thin groups: `5,000,000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count in at most `cells`, if thousands are short enough for that: `999,999` or `1,000 k`.
pub fn count_within(number: u64, cells: usize) -> String {
    let exact = count(number);
    if exact.len() <= cells { exact } else { format!("{} k", count(number / 1000)) }
}

/// A count in eight cells; a large one in millions or billions.
pub fn short_count(number: u64) -> String {
    match number {
        0..1_000_000 => count(number),
        1_000_000..1_000_000_000 => format!("{:.1} M", number as f64 / 1e6),
        _ => format!("{:.1} G", number as f64 / 1e9),
    }
}

/// A rate; a small one with a tenth.
pub fn rate(rate: f64) -> String {
    if rate > 0.0 && rate < 9.95 {
        return format!("{rate:.1}");
    }
    #[expect(clippy::cast_sign_loss, reason = "the cast clamps, as wanted")]
    short_count(rate.round() as u64)
}

/// `1 record`, `520 records`.
pub fn plural(number: u64, one: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {one}{s}", count(number))
}

/// A state, and then the remedy, if there is one.
pub fn then(state: &str, gap: &str, remedy: Option<String>) -> String {
    remedy.map_or_else(|| state.to_owned(), |remedy| format!("{state}{gap}{remedy}"))
}

/// The time of day in UTC, from microseconds since 1970: `13:57:47`.
pub fn clock(micros: i64) -> String {
    let seconds = micros.div_euclid(1_000_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The time from `then` to `now`, both in microseconds since 1970: `now`, `12 s`, `5 min`, `3 h`, `2 d`, `7
/// w`, `3 y`; with `in ` for the future.
pub fn ago(then: i64, now: i64) -> String {
    let seconds = (now - then) / 1_000_000;
    let (sign, seconds) = if seconds < -1 { ("in ", -seconds) } else { ("", seconds.max(0)) };
    let (number, unit) = match seconds {
        0..=1 => return "now".to_owned(),
        2..60 => (seconds, "s"),
        60..3600 => (seconds / 60, "min"),
        3600..86_400 => (seconds / 3600, "h"),
        86_400..1_209_600 => (seconds / 86_400, "d"),
        1_209_600..63_072_000 => (seconds / 604_800, "w"),
        _ => (seconds / 31_536_000, "y"),
    };
    format!("{sign}{number} {unit}")
}

/// A span of time: `850 ms`, `1.8 s`, `12 s`, `4 min`.
pub fn span(span: Duration) -> String {
    match span.as_secs_f64() {
        short if short < 0.9995 => format!("{:.0} ms", short * 1000.0),
        some if some < 9.95 => format!("{some:.1} s"),
        _ => ago(0, i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
    }
}

/// The time of a round trip, in milliseconds: `<0.1 ms`, `0.4 ms`, `38 ms`.
pub fn latency(latency: Duration) -> String {
    match latency.as_secs_f64() * 1000.0 {
        short if short < 0.05 => "<0.1 ms".to_owned(),
        some if some < 9.95 => format!("{some:.1} ms"),
        long => format!("{long:.0} ms"),
    }
}

/// As [`ago`], in the form for a sentence: `now`, `5 min ago`, `in 3 h`.
pub fn since(then: i64, now: i64) -> String {
    let words = ago(then, now);
    if words == "now" || words.starts_with("in ") { words } else { format!("{words} ago") }
}

/// A time in its ISO form, made readable: `2026-11-22 13:57:47 UTC · 2 min ago`.
pub fn moment(iso: &str, then: i64, now: i64) -> String {
    // With blanks, at which a narrow column may break it.
    let exact = iso.replace('T', " ").replace("+00:00", " UTC");
    format!("{exact} · {}", since(then, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_as_exact_as_one_reads_them() {
        let spans = [0, 850, 999, 1_800, 9_949, 12_400, 240_000].map(Duration::from_millis);
        let words = ["0 ms", "850 ms", "999 ms", "1.8 s", "9.9 s", "12 s", "4 min"];
        assert_eq!(spans.map(span), words);
    }

    #[test]
    fn numbers_stay_in_their_columns() {
        for (number, text) in
            [(0, "0"), (999_999, "999,999"), (1_234_567, "1.2 M"), (98_765_432_100, "98.8 G")]
        {
            assert_eq!(short_count(number), text);
        }
        for (number, text) in
            [(0.0, "0"), (0.04, "0.0"), (3.44, "3.4"), (9.96, "10"), (618.4, "618")]
        {
            assert_eq!(rate(number), text);
        }
        for (number, text) in [(999_999, "999,999"), (1_234_567, "1,234 k"), (10_000, "10,000")] {
            assert_eq!(count_within(number, 8), text);
        }
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 KB"),
            (9_949, "9.9 KB"),
            (9_950, "10 KB"),
            (999_949, "1.0 MB"),
            (3_100_000, "3.1 MB"),
            (200_000_000, "200 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn limits_are_told_as_they_were_set() {
        let set = [2 << 20, 16 << 20, 3 << 30, 1 << 10, 2_000_000, 500_000, 1_000, 0];
        let told = ["2 MiB", "16 MiB", "3 GiB", "1 KiB", "2.0 MB", "500 KB", "1.0 KB", "0 B"];
        assert_eq!(set.map(limit), told.map(str::to_owned));
        assert_eq!(limit(1 << 40), "1,024 GiB");
    }

    #[test]
    fn no_round_trip_takes_no_time() {
        let told = [0, 49, 50, 400, 9_949, 9_950, 38_000]
            .map(|micros| latency(Duration::from_micros(micros)));
        let words = ["<0.1 ms", "<0.1 ms", "0.1 ms", "0.4 ms", "9.9 ms", "10 ms", "38 ms"];
        assert_eq!(told, words.map(str::to_owned));
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(5_000_000), "5,000,000");
        assert_eq!(plural(1, "record"), "1 record");
    }

    #[test]
    fn moments_are_exact_and_relative() {
        let iso = "2026-11-22T13:57:47.827633+00:00";
        let told = "2026-11-22 13:57:47.827633 UTC · 2 min ago";
        assert_eq!(moment(iso, 1_000_000, 121_000_000), told);
    }

    #[test]
    fn times_are_relative() {
        let now = 1_000_000_000_000_000;
        let before = |seconds: i64| now - seconds * 1_000_000;
        for (seconds, text) in
            [(0, "now"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (-90, "in 1 min")]
        {
            assert_eq!(ago(before(seconds), now), text);
        }
        for (seconds, text) in [(0, "now"), (7200, "2 h ago"), (-90, "in 1 min")] {
            assert_eq!(since(before(seconds), now), text);
        }
    }
}
