//! Text in the form it is meant for: pages to be read, rows in columns, source in colours.

use std::sync::Arc;

use bytes::Bytes;

use super::fold::Fold;
use super::format;
use super::laid;
use super::line_layout::{Format, Lines};
use super::page::{self, PageLinks};
use super::source::{Language, Source};
use super::table::{self, Table};
use super::text::{self, TextForm};
use super::{Body, Preview, PreviewKind};
use crate::model::{Family, Record, RecordMeta};
use crate::text::size;

/// Size from which a page with hardly any text is shown as source, in bytes. A shorter one is shown as its
/// few words, or as source without a remark.
const SHORT: usize = 1024;
/// Remark on lines of JSON whose type Crawlee takes for that of one JSON value.
const LINES: &str = "JSON Lines: Crawlee for Python reads None";
/// Remark on text that should be JSON lines and has no object in the first of them.
const NO_LINES: &str = "no table: no JSON object in its first lines";

impl Preview {
    /// The text of a record in the form it is meant for; only its lines where `wanted` says no.
    pub(super) fn into_meant(self, record: &Record, head: bool, wanted: &dyn Fn() -> bool) -> Self {
        if self.kind != PreviewKind::Text {
            return self;
        }
        let Body::Lines(lines) = &self.body else { return self };
        let form = table::Form::of(&record.meta, &lines.bytes);
        // An error page was stored in place of the file that was asked for.
        if form.is_some() && format::sniff(&lines.bytes) == "text/html" {
            let told = "no table but HTML".to_owned();
            return Self { note: joined(self.note, Some(told)), ..self }.into_page(record, wanted);
        }
        let table = form.and_then(|form| Table::new(lines.bytes.clone(), form, wanted));
        if !wanted() {
            return self;
        }
        if let Some(form) = form
            && let Some(table) = table
        {
            // The reason why it is not JSON is left out: each line is.
            let lines = matches!(form, table::Form::Ndjson)
                && record.meta.content_type.family() == Family::Json;
            let note = if lines { Some(LINES.to_owned()) } else { self.note };
            let note =
                joined(joined(note, table.columns_left_out()), table.odd_lines(head, wanted));
            return Self {
                value: self.value,
                kind: PreviewKind::Table,
                note,
                body: Body::Table(table),
            };
        }
        if matches!(form, Some(table::Form::Ndjson)) && !lines.bytes.trim_ascii().is_empty() {
            let told = Some(NO_LINES.to_owned());
            return Self { note: joined(self.note, told), ..self }.in_colours(record);
        }
        let language = Language::of(&record.meta.content_type, &lines.bytes);
        if language == Some(Language::Html) && is_page(&record.meta) {
            return self.into_page(record, wanted);
        }
        self.laid_out(record, wanted)
    }

    /// The same preview, its source in colours, and laid out where its lines are long.
    fn laid_out(self, record: &Record, wanted: &dyn Fn() -> bool) -> Self {
        let mut shown = self.in_colours(record);
        if let Body::Lines(lines) = &mut shown.body
            && let Some(language) = Language::of(&record.meta.content_type, &lines.bytes)
            && let Some((index, laid)) = laid::lay_out(language, &lines.bytes, wanted)
        {
            (lines.index, lines.format) = (Arc::new(index), Format::Laid(Arc::new(laid)));
        }
        shown
    }

    /// Whether source on long lines is laid out.
    pub fn is_laid_out(&self) -> bool {
        matches!(&self.body, Body::Lines(Lines { format: Format::Laid(_), .. }))
    }

    /// A list of objects as a table; of an incomplete list, the part that is here.
    pub(super) fn into_table(self, head: bool, wanted: &dyn Fn() -> bool) -> Self {
        let Body::Lines(lines) = &self.body else { return self };
        let json = self.kind == PreviewKind::Json || head && self.kind == PreviewKind::Text;
        let form = table::Form::array(&lines.bytes).filter(|_| json);
        match form.and_then(|form| Table::new(lines.bytes.clone(), form, wanted)) {
            Some(table) => {
                let note = joined(self.note.clone(), table.columns_left_out());
                Self { kind: PreviewKind::Table, note, body: Body::Table(table), ..self }
            }
            None => self,
        }
    }

    /// Lines of JSON as a table, where there are objects in them, even in a single line. The columns of these
    /// names come first.
    pub fn of_lines(lines: Bytes, first: &[&str]) -> Self {
        let text = Self::text(lines.clone(), None);
        match Table::new(lines, table::Form::Ndjson, &|| true) {
            Some(mut table) => {
                table.put_first(first);
                Self { kind: PreviewKind::Table, body: Body::Table(table), ..text }
            }
            None => text,
        }
    }

    /// Whether what is shown begins like a list of objects, which can be a table.
    pub fn begins_list(&self) -> bool {
        table::Form::array(self.shown()).is_some()
    }

    fn into_page(mut self, record: &Record, wanted: &dyn Fn() -> bool) -> Self {
        let Body::Lines(lines) = &self.body else { return self };
        let source = lines.bytes.clone();
        let page = page::reduce(&source);
        let long = source.len() > SHORT;
        if page.bare && (long || page.empty) {
            let told = long.then(|| "hardly any text in this page: shown as source".to_owned());
            self.note = joined(self.note, told);
            return self.laid_out(record, wanted);
        }
        let told =
            page.cut.then(|| format!("the first {} of the page's text", size(page::MOST as u64)));
        let style = TextForm { raw: false, crlf: false };
        let index = text::find_lines(&page.text, style);
        let mut lines = Lines::new(page.text.into(), index, Format::Text(style));
        lines.source = Some(Source::told(page.roles));
        lines.made_from = Some(source);
        lines.linked = !page.links.addresses.is_empty();
        Self {
            kind: PreviewKind::Page,
            note: joined(self.note, told),
            body: Body::Lines(lines),
            ..self
        }
    }

    /// The same JSON with only these objects and lists folded, in the order in which they begin, none inside
    /// another; `None` where the value is not shown as JSON.
    pub fn with_folds(&self, folds: &[Fold]) -> Option<Self> {
        let Body::Lines(lines) = &self.body else { return None };
        let body = Body::Lines(lines.folded(folds)?);
        Some(Self { value: self.value.clone(), kind: self.kind, note: self.note.clone(), body })
    }

    /// Whether the value is a page with links.
    pub fn has_links(&self) -> bool {
        matches!(&self.body, Body::Lines(lines) if lines.linked)
    }

    /// The links of a page. Takes time in proportion to the page: for the background.
    pub fn links(&self) -> PageLinks {
        match &self.body {
            Body::Lines(Lines { made_from: Some(source), .. })
                if self.kind == PreviewKind::Page =>
            {
                page::reduce(source).links
            }
            _ => PageLinks::default(),
        }
    }

    /// The same preview, its text coloured where it is source.
    pub(super) fn in_colours(mut self, record: &Record) -> Self {
        if let Body::Lines(lines @ Lines { format: Format::Text(_), .. }) = &mut self.body {
            let language = Language::of(&record.meta.content_type, &lines.bytes);
            lines.source = language.map(|language| Source::new(language, &lines.bytes));
        }
        self
    }

    /// Whether text is shown as source, in colours.
    pub fn is_source(&self) -> bool {
        let Body::Lines(lines) = &self.body else { return false };
        self.kind == PreviewKind::Text && lines.source.is_some()
    }
}

/// Whether HTML of this type is meant to be read: not where the type is that of other text.
fn is_page(meta: &RecordMeta) -> bool {
    let named = meta.content_type.as_str().to_ascii_lowercase().contains("html");
    named || !matches!(meta.content_type.family(), Family::Text | Family::Json)
}

fn joined(note: Option<String>, other: Option<String>) -> Option<String> {
    let notes: Vec<_> = note.into_iter().chain(other).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{preview, view};
    use super::super::{Mode, Row};
    use super::*;

    const PAGE: &str = "<!doctype html><title>T</title><h1>Head</h1><p>Some words of a page that is \
        long enough to be read, with a <a href='/x'>link</a>.</p>";

    fn texts(preview: &Preview) -> Vec<String> {
        let rows = preview.rows(preview.top(), view(200, 20, true), None);
        rows.iter().map(Row::text).collect()
    }

    #[test]
    fn a_page_is_text_first_and_source_by_one_key() {
        let page = preview(PAGE, "text/html");
        assert!(page.has_links());
        assert_eq!(page.kind(), PreviewKind::Page);
        let read = "Some words of a page that is long enough to be read, with a link[1].";
        assert_eq!(texts(&page), ["T", "", "# Head", "", read, "", "Links", "[1] /x"]);
        let meta = RecordMeta { content_type: "text/html".into(), ..RecordMeta::default() };
        let record = Record { meta, value: PAGE.into() };
        let source = Preview::build_as(&record, Mode::Text);
        assert!(source.is_source() && !source.is_converted());
        assert_eq!(texts(&source).concat(), PAGE);
        let rows = source.rows(source.top(), view(200, 20, true), None);
        let key = rows.iter().flat_map(|row| &row.spans).find(|span| span.text == "title");
        assert_eq!(key.unwrap().role, crate::preview::Role::Key);
    }

    #[test]
    fn text_of_a_page_is_never_taken_for_what_is_stored() {
        let page = preview(PAGE, "text/html");
        assert!(page.is_converted() && page.converted_text().is_none());
        let meta = RecordMeta {
            content_type: "text/html; charset=windows-1251".into(),
            ..RecordMeta::default()
        };
        let text = "<p>Привет, мир! Привет, мир! Привет, мир! Привет, мир! Привет, мир! Привет!";
        let value: Vec<u8> = text
            .chars()
            .map(|c| if c.is_ascii() { c as u8 } else { (c as u32 - 0x350) as u8 })
            .collect();
        let page = Preview::build(&Record { meta, value: value.into() });
        assert_eq!(page.kind(), PreviewKind::Page);
        assert_eq!(page.converted_text().unwrap(), text);
    }

    #[test]
    fn a_page_without_text_is_source_and_says_so() {
        let shell =
            format!("<!doctype html><div id=app></div><script>{}</script>", "x();".repeat(400));
        let page = preview(&shell, "text/html");
        assert_eq!(page.kind(), PreviewKind::Text);
        assert_eq!(page.note(), Some("hardly any text in this page: shown as source"));
        assert!(page.is_source());
        let empty = preview("<p>Hi", "text/html");
        assert_eq!((empty.kind(), empty.note()), (PreviewKind::Text, None));
        let short = preview("<html><body>Access denied</body></html>", "text/html");
        assert_eq!(
            (short.kind(), texts(&short)),
            (PreviewKind::Page, vec!["Access denied".to_owned()])
        );
        assert!(!short.has_links());
        assert_eq!(preview(PAGE, "text/plain").kind(), PreviewKind::Text);
        assert_eq!(preview(PAGE, "").kind(), PreviewKind::Page);
    }

    #[test]
    fn lists_of_objects_are_tables_by_a_face_of_their_own() {
        let table = |text: &str, head: bool| {
            let meta =
                RecordMeta { content_type: "application/json".into(), ..RecordMeta::default() };
            let record = Record { meta, value: text.to_owned().into() };
            if head {
                Preview::build_head(record, Mode::Table)
            } else {
                Preview::build_as(&record, Mode::Table)
            }
        };
        let list = r#"[{"a": 1, "b": "x"}, {"a": 22}]"#;
        let shown = table(list, false);
        assert_eq!((shown.kind(), shown.lines()), (PreviewKind::Table, 2));
        assert!(shown.begins_list() && !shown.is_converted());
        assert_eq!(texts(&shown)[..2], [" a  b", " 1  x"].map(|row| format!("{row:<5}")));
        let part = table(&list[..list.len() - 4], true);
        assert_eq!((part.kind(), part.lines()), (PreviewKind::Table, 2));
        for other in ["{\"a\": 1}", "[1, {\"a\": 2}]", "[{}, {}]", "[]", "[{\"a\": 1}", "[{", ""] {
            assert_eq!(table(other, false).kind(), preview(other, "application/json").kind());
        }
    }
}
