//! Lines that are not an object of JSON, where each should be one.

use super::super::json;
use super::{Form, Table};
use crate::text::count;

/// Bytes of lines that are read as JSON; lines behind them are only checked to begin and end like an object.
const READ: usize = 8 << 20;

impl Table {
    /// Whether some of the lines that are here are not objects, and should be.
    pub(in crate::preview) fn has_odd_lines(&self) -> bool {
        self.odd_lines(true, &|| true).is_some()
    }

    /// Remark on the number of lines that are not objects; `None` where all are, and where no line should be
    /// one. The last line is skipped where only its beginning is there. Counting ends when `wanted` says no.
    pub(in crate::preview) fn odd_lines(
        &self,
        head: bool,
        wanted: &dyn Fn() -> bool,
    ) -> Option<String> {
        if !matches!(self.form, Form::Ndjson) {
            return None;
        }
        let first = self.stored_start(0);
        let (mut odd, mut at) = (0_u64, first);
        while at < self.bytes.len() {
            let next = self.form.next_row(&self.bytes, at);
            if head && next == self.bytes.len() || !wanted() {
                break;
            }
            let line = self.bytes[at..next].trim_ascii();
            let is_object = line.starts_with(b"{")
                && line.ends_with(b"}")
                && (next - first > READ || json::check(line).is_ok());
            odd += u64::from(!is_object);
            at = next;
        }
        let least = if at - first > READ { "at least " } else { "" };
        let rows = count(self.rows as u64);
        match odd {
            0 => None,
            1 if self.rows == 1 => Some("the line is no JSON object".to_owned()),
            1 => Some(format!("{least}1 of {rows} lines is no JSON object")),
            odd => Some(format!("{least}{} of {rows} lines are no JSON objects", count(odd))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Mode, Preview, PreviewKind};
    use crate::model::{Record, RecordMeta};

    fn note(text: &str, head: bool) -> Option<String> {
        let content_type = "application/x-ndjson".into();
        let meta = RecordMeta { content_type, ..RecordMeta::default() };
        let record = Record { meta, value: text.to_owned().into() };
        let preview =
            if head { Preview::build_head(record, Mode::Auto) } else { Preview::build(&record) };
        assert_eq!(preview.kind(), PreviewKind::Table, "{text}");
        preview.note().map(ToOwned::to_owned)
    }

    #[test]
    fn lines_that_are_no_objects_are_counted() {
        let told = |text: &str| note(text, false).unwrap_or_default();
        assert_eq!(told("{\"a\": 1}\n\n{\"a\": NaN}\r\n"), "");
        assert_eq!(told("{\"a\": 1}\n{\"a\": 2}"), "");
        assert_eq!(told("{\"a\": 1}\nno\n{\"a\": 2}\n"), "1 of 3 lines is no JSON object");
        let several = "{\"a\": 1}\n{\"b\": \n\n[1]\n<p>{}\n{\"c\": 2}}\n";
        assert_eq!(told(several), "4 of 5 lines are no JSON objects");
        // A line that is cut off does not count, where only the beginning was read.
        let cut = "{\"a\": 1}\n{\"a\": 2}\n{\"a";
        assert_eq!(told(cut), "1 of 3 lines is no JSON object");
        assert_eq!(note(cut, true), None);
    }

    #[test]
    fn text_without_an_object_in_its_lines_is_told() {
        let told = |text: &str| {
            let content_type = "application/x-ndjson".into();
            let meta = RecordMeta { content_type, ..RecordMeta::default() };
            let shown = Preview::build(&Record { meta, value: text.to_owned().into() });
            (shown.kind(), shown.note().unwrap_or_default().to_owned())
        };
        let none = "no table: no JSON object in its first lines".to_owned();
        assert_eq!(told("1\ntwo\n"), (PreviewKind::Text, none));
        assert_eq!(told("\n \n"), (PreviewKind::Text, String::new()));
    }

    #[test]
    fn a_table_that_nobody_wants_any_more_is_given_up_soon() {
        let asked = std::cell::Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) < 3;
        for content_type in ["application/x-ndjson", "text/csv"] {
            asked.set(0);
            let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
            let value = "{\"a\": 1}\n".repeat(100_000).into();
            let shown = Preview::build_while(&Record { meta, value }, Mode::Auto, &wanted);
            assert_eq!((shown.kind(), shown.note()), (PreviewKind::Text, None), "{content_type}");
            assert!(asked.get() < 9, "asked {} times", asked.get());
        }
    }

    #[test]
    fn lines_behind_many_others_are_looked_at_only_at_their_ends() {
        let mut text = format!("{{\"a\": \"{}\"}}\n", "x".repeat(super::READ));
        text.push_str("{\"a\" 1}\nno\n");
        assert_eq!(note(&text, false).unwrap(), "at least 1 of 3 lines is no JSON object");
    }
}
