//! Reads what Crawlee wrote, in both its spellings: that of Python and that of JavaScript.

use std::time::Duration;

use serde_json::Value as Json;

use crate::model::{Crawler, StorageInfo, StoreName, Timestamp};

/// Number of crawlers that are searched for; those of one process are numbered from 0.
const CRAWLERS: u8 = 10;

impl StorageInfo {
    /// The facts in the metadata, or why there are none.
    pub(in crate::storage) fn read(name: StoreName, metadata: Result<&[u8], String>) -> Self {
        let fields = match metadata.and_then(|json| parse(json, "the metadata")) {
            Ok(fields) => fields,
            Err(fault) => return Self { name, fault: Some(fault), ..Self::default() },
        };
        Self {
            name,
            pending: count(&fields, &["pending_request_count", "pendingRequestCount"]),
            handled: count(&fields, &["handled_request_count", "handledRequestCount"]),
            total: count(&fields, &["total_request_count", "totalRequestCount"]),
            items: count(&fields, &["item_count", "itemCount"]),
            had_multiple_clients: field(&fields, &["had_multiple_clients", "hadMultipleClients"])
                .is_some_and(|several| *several == Json::Bool(true)),
            modified_at: time(&fields, &["modified_at", "modifiedAt"]),
            fault: None,
        }
    }
}

impl Crawler {
    /// The keys under which crawlers keep their statistics, with the crawler of each: those of Python and
    /// those of JavaScript.
    pub(in crate::storage) fn places() -> Vec<(String, Self)> {
        let place = |at: u8| {
            let (number, javascript) = (at % CRAWLERS, at >= CRAWLERS);
            let crawler = Self { number, javascript, ..Self::default() };
            (crawler.key(), crawler)
        };
        (0..2 * CRAWLERS).map(place).collect()
    }

    /// Adds the facts in the record, or why it cannot be read.
    ///
    /// Crawlee for Python never fills in its rates, so they are computed here as it does for its log.
    pub(in crate::storage) fn read(mut self, record: Result<&[u8], String>) -> Self {
        let fields = match record.and_then(|json| parse(json, "the record")) {
            Ok(fields) => fields,
            Err(fault) => {
                self.fault = Some(fault);
                return self;
            }
        };
        let count = |name| count(&fields, &[name]);
        let time = |name| time(&fields, &[name]);
        self.finished = count("requestsFinished");
        self.failed = count("requestsFailed");
        self.retries = count("requestsRetries");
        self.request_time =
            field(&fields, &["requestAvgFinishedDurationMillis"]).and_then(duration);
        self.runtime = field(&fields, &["crawlerRuntimeMillis"]).and_then(duration);
        let minutes = self.runtime.map(|runtime| runtime.as_secs_f64() / 60.0);
        let rate = |name, count: Option<u64>| {
            let own = field(&fields, &[name]).and_then(Json::as_f64).filter(|own| *own > 0.0);
            let minutes = minutes.filter(|minutes| *minutes > 0.0);
            own.or_else(|| Some(count? as f64 / minutes?))
        };
        self.finished_per_minute = rate("requestsFinishedPerMinute", self.finished);
        self.failed_per_minute = rate("requestsFailedPerMinute", self.failed);
        // An end before the last start belongs to an earlier run.
        let started = time("crawlerLastStartTimestamp");
        self.finished_at = time("crawlerFinishedAt").filter(|finished| started <= Some(*finished));
        self.persisted_at = time("statsPersistedAt");
        self
    }
}

fn parse(json: &[u8], what: &str) -> Result<Json, String> {
    let parsed = serde_json::from_slice(json).or_else(|error| {
        // Python's `json` writes these, in the times of a crawler that has handled no request.
        let text = String::from_utf8_lossy(json).replace("Infinity", "0").replace("NaN", "0");
        serde_json::from_slice(text.as_bytes()).map_err(|_| error)
    });
    match parsed {
        Ok(fields @ Json::Object(_)) => Ok(fields),
        Ok(_) => Err(format!("{what} is not an object")),
        Err(error) => Err(format!("{what} is not JSON: {error}")),
    }
}

/// A field, by the first of its names that exists.
fn field<'a>(fields: &'a Json, names: &[&str]) -> Option<&'a Json> {
    names.iter().find_map(|name| fields.get(name))
}

/// A negative count becomes 0: a queue that was purged while it was worked on counts so.
fn count(fields: &Json, names: &[&str]) -> Option<u64> {
    let number = field(fields, names)?;
    #[expect(clippy::cast_sign_loss, reason = "the cast clamps, as wanted")]
    number.as_u64().or_else(|| number.as_f64().map(|number| number as u64))
}

/// A time, as a text, or in milliseconds since 1970-01-01 UTC.
fn time(fields: &Json, names: &[&str]) -> Option<Timestamp> {
    let value = field(fields, names)?;
    match value.as_str() {
        Some(text) => Timestamp::parse(text),
        None => value.as_f64().map(|millis| Timestamp::from_micros((millis * 1000.0) as i64)),
    }
}

/// A duration, in milliseconds or as Python's pydantic writes it: `P1DT2H3M4.5S`.
fn duration(value: &Json) -> Option<Duration> {
    let Some(text) = value.as_str() else {
        return Duration::try_from_secs_f64(value.as_f64()? / 1000.0).ok();
    };
    let (mut seconds, mut digits) = (0.0, String::new());
    for c in text.strip_prefix('P')?.chars() {
        let unit = match c {
            'D' => 86_400.0,
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            'T' => continue,
            digit => {
                digits.push(digit);
                continue;
            }
        };
        seconds += std::mem::take(&mut digits).parse::<f64>().ok()? * unit;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crawler(json: &str) -> Crawler {
        Crawler::default().read(Ok(json.as_bytes()))
    }

    #[test]
    fn both_spellings_of_metadata_are_read() {
        for json in [
            r#"{"id":"a","name":null,"modified_at":"2026-11-27T15:02:21.868690+00:00",
                "had_multiple_clients":true,"handled_request_count":43,"pending_request_count":2,
                "total_request_count":45}"#,
            r#"{"modifiedAt":"2026-11-27T15:02:21.868690Z","hadMultipleClients":true,
                "handledRequestCount":43,"pendingRequestCount":2,"totalRequestCount":45}"#,
        ] {
            let queue = StorageInfo::read("default".into(), Ok(json.as_bytes()));
            assert_eq!((queue.pending, queue.handled, queue.total), (Some(2), Some(43), Some(45)));
            assert!(queue.had_multiple_clients && queue.fault.is_none());
            assert_eq!(queue.modified_at.unwrap().micros(), 1_795_791_741_868_690);
        }
        let dataset = StorageInfo::read("default".into(), Ok(br#"{"itemCount":7.0}"#));
        assert_eq!((dataset.items, dataset.modified_at), (Some(7), None));
        let negative = StorageInfo::read("a".into(), Ok(br#"{"pending_request_count":-3}"#));
        assert_eq!((negative.pending, negative.handled), (Some(0), None));
    }

    #[test]
    fn what_is_not_metadata_is_told() {
        for (json, fault) in [
            (&b"{"[..], "is not JSON"),
            (b"[]", "is not an object"),
            (b"\xff", "is not JSON"),
            (b"", "is not JSON"),
        ] {
            let info = StorageInfo::read("a".into(), Ok(json));
            assert!(info.fault.unwrap().contains(fault));
            let crawler = Crawler::default().read(Ok(json));
            assert!(crawler.fault.unwrap().contains(fault));
        }
    }

    #[test]
    fn the_rates_that_python_leaves_at_zero_are_worked_out() {
        // As Crawlee for Python 1.11 writes it, shortened.
        let crawler = crawler(
            r#"{"statsId": 0, "requestsFinished": 90, "requestsFailed": 3, "requestsRetries": 5,
                "requestsFailedPerMinute": 0.0, "requestsFinishedPerMinute": 0.0,
                "requestMinDurationMillis": Infinity, "requestAvgFinishedDurationMillis": 1800.5,
                "crawlerStartedAt": "2026-11-27T15:02:19.460426Z",
                "crawlerLastStartTimestamp": "2026-11-27T15:02:19.460426Z",
                "crawlerFinishedAt": null, "statsPersistedAt": "2026-11-27T15:02:21.869858Z",
                "crawlerRuntimeMillis": "PT1M30S"}"#,
        );
        assert_eq!(crawler.fault, None);
        assert_eq!(
            (crawler.finished, crawler.failed, crawler.retries),
            (Some(90), Some(3), Some(5))
        );
        assert_eq!(crawler.runtime, Some(Duration::from_secs(90)));
        assert_eq!(crawler.request_time, Some(Duration::from_micros(1_800_500)));
        assert_eq!(
            (crawler.finished_per_minute, crawler.failed_per_minute),
            (Some(60.0), Some(2.0))
        );
        assert_eq!(crawler.finished_at, None);
        assert!(crawler.persisted_at.is_some());
    }

    #[test]
    fn a_crawler_that_runs_again_is_not_finished() {
        let json = |started: &str, finished: &str| {
            format!(r#"{{"crawlerLastStartTimestamp":{started},"crawlerFinishedAt":{finished}}}"#)
        };
        let (before, after) = ("\"2026-11-27T15:00:00Z\"", "\"2026-11-27T16:00:00Z\"");
        assert!(crawler(&json(before, after)).finished_at.is_some());
        assert!(crawler(&json(after, before)).finished_at.is_none());
        // Crawlee for JavaScript counts milliseconds.
        assert!(crawler(&json("1795791600000", after)).finished_at.is_some());
        assert!(crawler(&json("1795799999000", after)).finished_at.is_none());
        assert!(crawler(&json("1795791600000", "null")).finished_at.is_none());
    }

    #[test]
    fn spans_of_time_are_read_in_both_forms() {
        for (json, millis) in [
            ("2409.38", Some(2409)),
            (r#""PT2.40938S""#, Some(2409)),
            (r#""P1DT2H3M4.5S""#, Some(93_784_500)),
            (r#""PT0S""#, Some(0)),
            (r#""-PT1S""#, None),
            (r#""PTxS""#, None),
            ("-1", None),
            ("1e300", None),
            ("null", None),
        ] {
            let value: Json = serde_json::from_str(json).unwrap();
            let span = millis.map(Duration::from_millis);
            let read = duration(&value);
            assert_eq!(
                read.map(|read| read.as_millis()),
                span.map(|span| span.as_millis()),
                "{json}"
            );
        }
    }

    #[test]
    fn crawlers_have_their_places() {
        let places = Crawler::places();
        assert_eq!(places.len(), 20);
        assert_eq!(places[0].0, "__CRAWLER_STATISTICS_0");
        assert_eq!((places[13].0.as_str(), places[13].1.number), ("SDK_CRAWLER_STATISTICS_3", 3));
        assert!(places[13].1.javascript && !places[0].1.javascript);
    }
}
