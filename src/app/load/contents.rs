//! A page of a request queue or a dataset as a table: failed requests first.

use std::cmp::Reverse;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value as Json;

use crate::model::{Contents, OtherStorage, sort};
use crate::preview::{Preview, json};

/// Crawlee's numbers for the states of a request: those that are named in the table.
const ERROR: u64 = 6;
const SKIPPED: u64 = 7;

/// Columns that come first in a table of requests, in both spellings. The unique key is not among them:
/// nearly always it is the address.
const FIRST_COLUMNS: [&str; 7] =
    ["state", "error", "url", "retry_count", "retryCount", "handled_at", "handledAt"];

/// A page of requests or items.
#[derive(Debug, Clone)]
pub struct ContentsPage {
    /// The queue or dataset.
    pub of: OtherStorage,
    /// Where the page begins.
    pub from: u64,
    /// The page as a table, if there are objects in it.
    pub table: Arc<Preview>,
    /// The requests or items as they are spelled, in the order of the table's rows.
    pub values: Vec<Bytes>,
    /// Number of failed requests.
    pub failed: u64,
    /// Number of requests or items in the whole storage.
    pub total: u64,
    /// Where the next page begins; none at the end.
    pub next: Option<u64>,
    /// Number of values at the beginning that come from behind this page.
    pub beyond: usize,
    /// Number of requests behind this page that were looked at for failed ones.
    pub searched: u64,
    /// Number of values of this page that are not shown, as they are too large or cannot be read.
    pub left_out: u64,
}

/// Failed requests behind a page of a queue.
#[derive(Debug, Clone, Default)]
pub struct FailedBeyond {
    /// The failed requests, as they are stored.
    pub failed: Vec<Bytes>,
    /// Number of requests that were looked at.
    pub looked_at: u64,
}

/// Whether a request has failed.
pub fn is_failed(request: &[u8]) -> bool {
    memchr::memmem::find(request, b"__crawlee").is_some() && read(request).0 == State::Failed
}

/// The state of a request, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Failed,
    Retried,
    Waiting,
    Skipped,
    Done,
}

impl ContentsPage {
    /// Makes a page ready. Takes time in proportion to its size: for the background.
    pub fn new(of: OtherStorage, from: u64, contents: Contents) -> Self {
        Self::with_failed(of, from, contents, FailedBeyond::default())
    }

    /// Like `new`, with failed requests from behind the page.
    pub fn with_failed(
        of: OtherStorage,
        from: u64,
        contents: Contents,
        beyond: FailedBeyond,
    ) -> Self {
        let Contents { mut values, total, next, mut left_out } = contents;
        // An empty value would not become a row of the table.
        let all = values.len();
        values.retain(|value| !value.trim_ascii().is_empty());
        left_out += (all - values.len()) as u64;
        let (searched, beyond) = (beyond.looked_at, beyond.failed);
        let behind = beyond.len();
        values.extend(beyond);
        let (mut failed, mut lines) = (0, Vec::new());
        let values = match &of {
            OtherStorage::Dataset(_) => values,
            OtherStorage::Queue(_) => {
                let mut requests: Vec<_> =
                    values.into_iter().map(|request| (read(&request), request)).collect();
                // The column of errors stands in front if any request has an error.
                let errors = requests.iter().any(|((.., error), _)| !error.is_empty());
                sort::sort_by_key(&mut requests, |((state, retries, _), _)| {
                    (*state, Reverse(*retries))
                });
                requests
                    .into_iter()
                    .map(|((state, _, error), request)| {
                        failed += u64::from(state == State::Failed);
                        told(state, errors.then_some(&*error), &request)
                    })
                    .collect()
            }
        };
        for value in &values {
            lines.extend(json::compact(value).into_iter().map(|byte| {
                // A value that is not JSON keeps to its line too.
                if byte == b'\n' { b' ' } else { byte }
            }));
            lines.push(b'\n');
        }
        let first = match &of {
            OtherStorage::Dataset(_) => &[][..],
            OtherStorage::Queue(_) => &FIRST_COLUMNS,
        };
        let table = Arc::new(Preview::of_lines(lines.into(), first));
        let beyond = behind;
        Self { of, from, table, values, failed, total, next, beyond, searched, left_out }
    }
}

/// The state of a request, how often it was tried again, and its last error, in either of Crawlee's
/// spellings.
fn read(request: &[u8]) -> (State, u64, String) {
    let Ok(mut fields) = serde_json::from_slice::<Json>(request) else {
        return (State::Waiting, 0, String::new());
    };
    // Crawlee for JavaScript keeps the whole request as a text in this field.
    let inner = fields.get("json").and_then(Json::as_str);
    if let Some(inner) = inner.and_then(|inner| serde_json::from_str(inner).ok()) {
        fields = inner;
    }
    let field = |names: [&str; 2]| {
        names.iter().find_map(|name| fields.get(name)).filter(|value| !value.is_null())
    };
    let own = field(["user_data", "userData"]).and_then(|data| data.get("__crawlee"));
    let number = own.and_then(|own| own.get("state")).and_then(Json::as_u64);
    let retries = field(["retry_count", "retryCount"]).and_then(Json::as_u64).unwrap_or(0);
    let errors = field(["error_messages", "errorMessages"]).and_then(Json::as_array);
    let error = errors.and_then(|errors| errors.last()?.as_str()).unwrap_or_default();
    let state = match (field(["handled_at", "handledAt"]).is_some(), number) {
        (true, Some(ERROR)) => State::Failed,
        (_, Some(SKIPPED)) => State::Skipped,
        (true, _) => State::Done,
        (false, _) if retries > 0 => State::Retried,
        (false, _) => State::Waiting,
    };
    (state, retries, error.to_owned())
}

/// The request with its state put in front.
fn told(state: State, error: Option<&str>, request: &Bytes) -> Bytes {
    let word = match state {
        State::Failed => "failed",
        State::Retried => "to be retried",
        State::Waiting => "waiting",
        State::Skipped => "skipped",
        State::Done => "done",
    };
    let Some(rest) = request.trim_ascii_start().strip_prefix(b"{") else { return request.clone() };
    let error = error.map(|error| format!(", \"error\": {}", Json::from(error)));
    let error = error.unwrap_or_default();
    let comma = if rest.trim_ascii_start().starts_with(b"}") { "" } else { ", " };
    let head = format!("{{\"state\": \"{word}\"{error}{comma}");
    [head.as_bytes(), rest].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(values: &[&str]) -> ContentsPage {
        let values: Vec<_> = values.iter().map(|value| Bytes::from((*value).to_owned())).collect();
        let contents = Contents { total: values.len() as u64, values, ..Contents::default() };
        ContentsPage::new(OtherStorage::Queue("default".into()), 0, contents)
    }

    fn column(page: &ContentsPage, name: &str) -> Vec<String> {
        let table = &page.table;
        let column = (0..table.columns()).find(|at| table.column_name(*at) == name).unwrap();
        let cell = |line| String::from_utf8(table.cell(line, column).to_vec()).unwrap();
        (0..table.lines()).map(cell).collect()
    }

    #[test]
    fn what_is_empty_is_left_out_so_that_each_row_is_its_value() {
        let page = page(&["", r#"{"url": "a"}"#, " \n", r#"{"url": "b"}"#]);
        assert_eq!((page.values.len(), page.table.lines(), page.left_out), (2, 2, 2));
    }

    #[test]
    fn failed_requests_come_first_in_the_spelling_of_both_crawlees() {
        let javascript = Json::from(
            r#"{"url":"j","handledAt":"2026-01-01T00:00:00Z","retryCount":3,"errorMessages":["a","Error: \"b\""],
                "userData":{"__crawlee":{"state":6}}}"#,
        );
        let javascript = format!("{{\"id\": 1, \"url\": \"j\", \"json\": {javascript}}}");
        let page = page(&[
            r#"{"url": "d", "handled_at": "2026-01-01T00:00:00Z", "user_data": {"__crawlee": {"state": 4}}}"#,
            "{\n  \"url\": \"w\",\n  \"handled_at\": null\n}",
            r#"{"url": "r", "retry_count": 2, "handled_at": null}"#,
            "no\njson",
            r#"{"url": "s", "user_data": {"__crawlee": {"state": 7}}}"#,
            r#"{"url": "f", "handled_at": "x", "retry_count": 1, "user_data": {"__crawlee": {"state": 6}}}"#,
            &javascript,
            "{}",
        ]);
        assert_eq!(page.failed, 2);
        assert_eq!(column(&page, "url"), ["j", "f", "r", "w", "", "", "s", "d"]);
        let states = column(&page, "state");
        assert_eq!(states[..5], ["failed", "failed", "to be retried", "waiting", ""]);
        assert_eq!(states[5..], ["waiting", "skipped", "done"]);
        assert_eq!(column(&page, "error")[..2], [r#"Error: "b""#, ""]);
        assert_eq!(page.values[4], "no\njson");
    }

    #[test]
    fn errors_stand_in_front_whichever_request_has_one() {
        let failed = r#""handled_at": "x", "user_data": {"__crawlee": {"state": 6}}"#;
        let silent = format!("{{\"url\": \"a\", \"retry_count\": 9, {failed}}}");
        let told = format!("{{\"url\": \"b\", \"error_messages\": [\"Timeout\"], {failed}}}");
        let page = page(&[&told, &silent]);
        assert_eq!([0, 1, 2].map(|at| page.table.column_name(at)), ["state", "error", "url"]);
        assert_eq!(column(&page, "error"), ["", "Timeout"]);
    }

    #[test]
    fn what_one_asks_of_a_request_stands_left_of_its_unique_key() {
        let request = r#"{"unique_key": "a", "method": "GET", "handled_at": "x", "url": "a"}"#;
        let (page, items) = (page(&[request]), Bytes::from(request));
        let names = |page: &ContentsPage| -> Vec<String> {
            (0..page.table.columns()).map(|at| page.table.column_name(at)).collect()
        };
        assert_eq!(names(&page), ["state", "url", "handled_at", "unique_key", "method"]);
        assert_eq!(column(&page, "method"), ["GET"]);
        let contents = Contents { total: 1, values: vec![items], ..Contents::default() };
        let page = ContentsPage::new(OtherStorage::Dataset("default".into()), 0, contents);
        assert_eq!(names(&page), ["unique_key", "method", "handled_at", "url"]);
    }

    #[test]
    fn items_stand_as_they_are_stored() {
        let values =
            vec![Bytes::from_static(b"{\"a\": 1.50}"), Bytes::from_static(b"{\n\"a\": 2}")];
        let contents = Contents { total: 9, values, next: Some(2), left_out: 1 };
        let page = ContentsPage::new(OtherStorage::Dataset("shop".into()), 0, contents);
        assert_eq!(column(&page, "a"), ["1.50", "2"]);
        assert_eq!((page.total, page.next, page.left_out, page.failed), (9, Some(2), 1, 0));
    }
}
