//! Forms of a table's rows, and the start of each row.

use std::ops::Range;

use crate::model::RecordMeta;

use super::super::json;
use super::csv::{self, Csv};
use super::members;

/// Bytes of a row that are read to show it.
pub(super) const READ: usize = 64 * 1024;
/// Bytes of a text in which the first object of a list is searched for.
const NEAR: usize = 64 * 1024;

/// Form of the rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::preview) enum Form {
    Csv(Csv),
    /// One object a line.
    Ndjson,
    /// A list of objects.
    Array,
}

/// Whether the first line is a whole object of JSON, and another one begins in the next.
fn is_lines(text: &[u8]) -> bool {
    let near = &text[..text.len().min(NEAR)];
    let mut lines = near.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.next().unwrap_or_default();
    first.starts_with(b"{")
        && lines.next().is_some_and(|line| line.starts_with(b"{"))
        && json::check(first).is_ok()
}

impl Form {
    /// The form, by the content type; by the key's ending where the type tells nothing.
    pub(in crate::preview) fn of(meta: &RecordMeta, text: &[u8]) -> Option<Self> {
        let essence = meta.content_type.as_str().split(';').next().unwrap_or("").trim();
        let kind = match essence.to_ascii_lowercase().as_str() {
            "text/csv" | "application/csv" | "text/x-csv" | "application/x-csv" => "csv",
            "text/tab-separated-values" | "text/tsv" => "tsv",
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines"
            | "application/jsonlines"
            | "application/json-lines"
            | "application/json-seq"
            | "text/x-ndjson"
            | "application/x-jsonl" => "ndjson",
            "" | "text/plain" | "application/octet-stream" => {
                let key = meta.key.escaped().to_ascii_lowercase();
                match key.rsplit_once('.') {
                    Some((_, "csv")) => "csv",
                    Some((_, "tsv")) => "tsv",
                    Some((_, "jsonl" | "ndjson")) => "ndjson",
                    _ => return None,
                }
            }
            "application/json" if is_lines(text) => "ndjson",
            _ => return None,
        };
        Some(match kind {
            "csv" => Self::Csv(Csv::of(text, false)),
            "tsv" => Self::Csv(Csv::of(text, true)),
            _ => Self::Ndjson,
        })
    }

    /// The form of a list that begins with an object.
    pub(in crate::preview) fn array(text: &[u8]) -> Option<Self> {
        let near = &text[..text.len().min(NEAR)];
        let open = near.trim_ascii_start().strip_prefix(b"[")?;
        open.trim_ascii_start().starts_with(b"{").then_some(Self::Array)
    }

    /// Start of the first row, below the head.
    pub(super) fn first_row(self, bytes: &[u8]) -> usize {
        match self {
            Self::Csv(csv) => self.next_row(bytes, csv.head),
            Self::Ndjson => csv::past_blank(bytes, 0),
            Self::Array => {
                let open = members::white(bytes, 0..bytes.len());
                members::white(bytes, (open + 1).min(bytes.len())..bytes.len())
            }
        }
    }

    /// Start of the row behind the one that begins at `at`. Empty lines are not rows.
    pub(super) fn next_row(self, bytes: &[u8], at: usize) -> usize {
        match self {
            Self::Csv(csv) => csv::past_blank(bytes, csv.next_row(bytes, at)),
            Self::Ndjson => csv::past_blank(bytes, csv::line_end(bytes, at)),
            Self::Array => {
                let (_, next) = members::value(bytes, at..bytes.len());
                next.map_or(bytes.len(), |next| members::white(bytes, next..bytes.len()))
            }
        }
    }

    /// The members of the object in the row that begins at `at`.
    pub(super) fn members(
        self,
        bytes: &[u8],
        at: usize,
    ) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let end = match self {
            // The end of an item in a list is found on the way.
            Self::Array => bytes.len(),
            Self::Csv(_) | Self::Ndjson => csv::line_end(bytes, at),
        };
        members::members(bytes, at..end.min(at + READ))
    }

    /// The text of the row at `row`, where it is not a row of columns.
    pub(super) fn text(self, bytes: &[u8], row: Range<usize>) -> Range<usize> {
        let end = match self {
            Self::Array => members::value(bytes, row.start..row.end.min(row.start + READ)).0.end,
            Self::Csv(_) | Self::Ndjson => row.end,
        };
        row.start..row.start + bytes[row.start..end].trim_ascii_end().len()
    }
}
