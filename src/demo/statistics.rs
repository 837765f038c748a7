//! The records that a crawler keeps about itself: statistics and sessions, with Crawlee's field names.

use super::json::Json;
use super::random::Random;
use crate::model::Timestamp;

/// Crawlee's `__CRAWLER_STATISTICS_0`, which grows as the crawl goes on.
#[derive(Debug)]
pub(super) struct Statistics {
    started: i64,
    finished: u64,
    failed: u64,
    retries: u64,
    shortest: Option<u64>,
    longest: u64,
    total_finished: u64,
    total_failed: u64,
    /// The count of each status: 200, 403, 500, 503.
    statuses: [(u16, u64); 4],
    /// Number of requests, by the number of retries that they needed.
    histogram: [u64; 4],
    ended: bool,
}

impl Statistics {
    /// The statistics of a crawl that starts at this moment, in microseconds.
    pub(super) fn new(started: i64) -> Self {
        Self {
            started,
            finished: 0,
            failed: 0,
            retries: 0,
            shortest: None,
            longest: 0,
            total_finished: 0,
            total_failed: 0,
            statuses: [(200, 0), (403, 0), (500, 0), (503, 0)],
            histogram: [0; 4],
            ended: false,
        }
    }

    /// Counts a request that was answered after `retries` retries, and took `millis` milliseconds.
    pub(super) fn succeed(&mut self, retries: u64, millis: u64) {
        self.finished += 1;
        self.total_finished += millis;
        self.shortest = Some(self.shortest.map_or(millis, |shortest| shortest.min(millis)));
        self.longest = self.longest.max(millis);
        self.answer(200, retries);
    }

    /// Counts a request that was given up, with the status of its answers, or 0 if there were none.
    pub(super) fn fail(&mut self, status: u16, millis: u64) {
        self.failed += 1;
        self.total_failed += millis;
        self.answer(status, 3);
    }

    fn answer(&mut self, status: u16, retries: u64) {
        self.retries += retries;
        self.histogram[retries.min(3) as usize] += 1;
        for (known, count) in &mut self.statuses {
            if *known == status {
                *count += 1;
            }
        }
    }

    /// Takes note that the crawl is over.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// The number of requests that were answered, and of those that were given up.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.finished, self.failed)
    }

    /// The record as it is persisted at this moment, in microseconds.
    pub(super) fn json(&self, now: i64) -> Json {
        let millis = |number: u64| Json::raw(format!("{number}.0"));
        // The longest moment is one that JSON shows as Python would: without an exponent.
        let runtime = now.saturating_sub(self.started).max(1).unsigned_abs();
        let per_minute = |count: u64| Json::raw(tenths(count * 600_000_000 / runtime));
        let average = |total: u64, count: u64| match total.checked_mul(10) {
            Some(total) if count > 0 => Json::raw(tenths(total / count)),
            _ => Json::raw("null"),
        };
        let statuses = self.statuses.iter().filter(|(_, count)| *count > 0);
        let statuses =
            statuses.map(|(status, count)| (status.to_string(), Json::raw(count))).collect();
        let used = self.histogram.iter().rposition(|count| *count > 0).unwrap_or(0);
        let histogram = self.histogram[..=used].iter().map(Json::raw).collect();
        let ended = if self.ended { time(now) } else { Json::raw("null") };
        Json::map([
            ("statsId", Json::raw(0)),
            ("requestsFinished", Json::raw(self.finished)),
            ("requestsFailed", Json::raw(self.failed)),
            ("requestsRetries", Json::raw(self.retries)),
            ("requestsFailedPerMinute", per_minute(self.failed)),
            ("requestsFinishedPerMinute", per_minute(self.finished)),
            ("requestMinDurationMillis", self.shortest.map_or(Json::raw("null"), millis)),
            (
                "requestMaxDurationMillis",
                self.shortest.map_or(Json::raw("null"), |_| millis(self.longest)),
            ),
            ("requestTotalFailedDurationMillis", millis(self.total_failed)),
            ("requestTotalFinishedDurationMillis", millis(self.total_finished)),
            ("crawlerStartedAt", time(self.started)),
            ("crawlerLastStartTimestamp", time(self.started)),
            ("crawlerFinishedAt", ended),
            ("errors", Json::map([])),
            ("retryErrors", Json::map([])),
            ("requestsWithStatusCode", Json::Map(statuses)),
            ("statsPersistedAt", time(now)),
            ("requestRetryHistogram", Json::List(histogram)),
            ("crawlerRuntimeMillis", Json::text(duration(runtime))),
            ("requestTotalDurationMillis", millis(self.total_failed + self.total_finished)),
            ("requestAvgFailedDurationMillis", average(self.total_failed, self.failed)),
            ("requestAvgFinishedDurationMillis", average(self.total_finished, self.finished)),
            ("requestsTotal", Json::raw(self.failed + self.finished)),
        ])
    }
}

/// Crawlee's `CRAWLEE_SESSION_POOL_STATE`, with a few of its thousand sessions.
pub(super) fn sessions(now: i64, random: &mut Random) -> Json {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let count = random.between(4, 8);
    let sessions: Vec<Json> = (0..count)
        .map(|_| {
            let id: String = (0..10).map(|_| char::from(random.pick(LETTERS))).collect();
            let made = now - random.between(0, 30_000_000).cast_signed();
            let cookie = Json::map([
                ("name", Json::text("basket")),
                ("value", Json::text(format!("{:016x}", random.next()))),
                ("domain", Json::text(".shop.example")),
                ("path", Json::text("/")),
                ("secure", Json::raw(true)),
            ]);
            let score = if random.once_in(4) { "1.0" } else { "0.0" };
            Json::map([
                ("id", Json::text(id)),
                ("maxAge", Json::text("PT50M")),
                ("userData", Json::map([])),
                ("maxErrorScore", Json::raw("3.0")),
                ("errorScoreDecrement", Json::raw("0.5")),
                ("createdAt", time(made)),
                ("usageCount", Json::raw(random.between(0, 49))),
                ("maxUsageCount", Json::raw(50)),
                ("errorScore", Json::raw(score)),
                ("cookies", Json::List(vec![cookie])),
                ("blockedStatusCodes", Json::List([401, 403, 429].map(Json::raw).to_vec())),
            ])
        })
        .collect();
    Json::map([
        ("maxPoolSize", Json::raw(1000)),
        ("sessions", Json::List(sessions)),
        ("sessionCount", Json::raw(count)),
        ("usableSessionCount", Json::raw(count)),
        ("retiredSessionCount", Json::raw(0)),
    ])
}

/// A moment as Crawlee's models write it, with a `Z`.
pub(super) fn time(micros: i64) -> Json {
    Json::text(Timestamp::from_micros(micros).to_string().replace("+00:00", "Z"))
}

fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// A duration in ISO 8601, which is how Crawlee writes this one: `PT1M5.25S`.
fn duration(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    let mut text = String::from("PT");
    for (part, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
        if part > 0 {
            text.push_str(&part.to_string());
            text.push(unit);
        }
    }
    let fraction = format!("{:06}", micros % 1_000_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    text + &format!("{}{point}{fraction}S", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::json::JsonStyle;

    #[test]
    fn durations_are_iso_8601() {
        assert_eq!(duration(500_000), "PT0.5S");
        assert_eq!(duration(65_250_000), "PT1M5.25S");
        assert_eq!(duration(3_600_000_000 + 2_000_001), "PT1H2.000001S");
    }

    #[test]
    fn statistics_add_up() {
        let mut statistics = Statistics::new(0);
        statistics.succeed(0, 100);
        statistics.succeed(1, 300);
        statistics.fail(503, 50);
        let text = statistics.json(60_000_000).render(JsonStyle::OneLine);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["requestsTotal"], 3);
        assert_eq!(read["requestsRetries"], 4);
        assert_eq!(read["requestAvgFinishedDurationMillis"].to_string(), "200.0");
        assert_eq!(read["requestsFinishedPerMinute"].to_string(), "2.0");
        assert_eq!(read["requestRetryHistogram"].to_string(), "[1,1,0,1]");
        assert_eq!(read["requestsWithStatusCode"].to_string(), r#"{"200":2,"503":1}"#);
        assert_eq!(read["crawlerFinishedAt"], serde_json::Value::Null);
        statistics.end();
        let text = statistics.json(60_000_000).render(JsonStyle::OneLine);
        assert!(text.contains(r#""crawlerFinishedAt": "1970-01-01T00:01:00Z""#), "{text}");
    }
}
