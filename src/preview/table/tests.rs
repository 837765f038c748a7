use proptest::prelude::*;

use super::super::tests::view;
use super::super::{Body, Preview, PreviewKind, Row, Scroll};
use super::*;
use crate::model::{Key, Record, RecordMeta};

fn record(text: &str, kind: &str, key: &str) -> Record {
    let key = Key::from(key);
    let meta = RecordMeta { content_type: kind.into(), key, ..RecordMeta::default() };
    Record { meta, value: text.to_owned().into() }
}

fn table(text: &str, kind: &str) -> Preview {
    Preview::build(&record(text, kind, "x"))
}

fn texts(preview: &Preview, scroll: Scroll, width: u16, height: u16) -> Vec<String> {
    let rows = preview.rows(scroll, view(width, height, true), None);
    rows.iter().map(|row| row.text().trim_end().to_owned()).collect()
}

const CSV: &str = "name,price,\"a \"\"note\"\"\"\r\ncup,1.50,\r\n\"a, b\",12,\"two\nlines\"\r\nshort\r\n5\" pipe,7,x,more\r\n";

#[test]
fn rows_of_csv_stand_in_columns() {
    let preview = table(CSV, "text/csv; charset=utf-8");
    assert_eq!(preview.kind(), PreviewKind::Table);
    let expected = [
        "name     price  a \"note\"",
        "cup       1.50",
        "a, b        12  two␊lines",
        "short",
        "5\" pipe      7  x          more",
    ];
    assert_eq!(texts(&preview, preview.top(), 60, 9), expected);
    assert_eq!(preview.lines(), 4);
    assert!(!preview.is_converted());
}

#[test]
fn rows_of_json_stand_in_columns() {
    let text = "{\"a\": 1, \"b\": \"x, y\"}\nnot json\n\n{\"c\":[1,{\"d\":2}],\"a\":22,\"a\":33}\n{\"a\": 4, \"b";
    let preview = table(text, "application/x-ndjson");
    let expected = [" a  b     c", " 1  x, y", "not json", "", "33        [1,{\"d\":2}]", " 4"];
    assert_eq!(texts(&preview, preview.top(), 60, 9), expected);
}

#[test]
fn objects_of_a_list_stand_in_columns() {
    let text = " [\n{\"a\": 1, \"b\": \"x], y\"} ,[3, {}],\n{\"c\":[1,{\"d\":2}],\"a\":22}\n] ";
    let form = Form::array(text.as_bytes()).unwrap();
    let table = Table::new(text.into(), form).unwrap();
    let rows = table.seen(Scroll::default(), view(60, 9, true), None);
    let rows: Vec<_> = rows.iter().map(|row| row.text().trim_end().to_owned()).collect();
    assert_eq!(rows, [" a  b      c", " 1  x], y", "[3, {}]", "22         [1,{\"d\":2}]"]);
}

#[test]
fn numbers_that_grow_keep_their_digits() {
    let rows = (0..12_000).fold(String::new(), |text, at| text + &format!("{at},x\n"));
    let preview = table(&("n,x\n".to_owned() + &rows), "text/csv");
    let down = preview.bottom(view(20, 3, false));
    assert_eq!(texts(&preview, down, 20, 3), ["    n  x", "11998  x", "11999  x"]);
}

#[test]
fn the_head_stays_and_columns_go_sideways() {
    let rows =
        (0..1000).fold(String::new(), |text, at| text + &format!("{at}\tname {at}\tz{at}\n"));
    let preview = table(&("n\tname\tlast\n".to_owned() + &rows), "text/tab-separated-values");
    let narrow = view(12, 3, false);
    let down = preview.bottom(narrow);
    assert_eq!(texts(&preview, down, 12, 3), ["  n  name", "998  name 9…", "999  name 9…"]);
    let right = preview.sideways(down, 1, narrow);
    assert_eq!(texts(&preview, right, 12, 3), ["name      l…", "name 998  z…", "name 999  z…"]);
    let end = preview.sideways(down, 99, narrow);
    assert!(texts(&preview, end, 12, 3)[0].ends_with("last"));
    assert_eq!(preview.sideways(end, -99, narrow), down);
    let found = preview.find("z500");
    let there = preview.reveal(preview.top(), found.get(0).unwrap().start, narrow);
    let rows = preview.rows(there, narrow, Some(&found));
    let hits: Vec<_> = rows
        .iter()
        .flat_map(|row| &row.spans)
        .filter(|span| span.hit != crate::preview::Hit::No)
        .collect();
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].text, "z500");
}

#[test]
fn types_and_endings_tell_tables() {
    let kind = |text: &str, kind: &str, key: &str| Preview::build(&record(text, kind, key)).kind();
    assert_eq!(kind("a;b\n1;2\n", "text/plain", "x.CSV"), PreviewKind::Table);
    assert_eq!(kind("{\"a\":1}\n{\"a\":2}\n", "", "x.jsonl"), PreviewKind::Table);
    assert_eq!(kind("a,b\n", "text/plain", "x"), PreviewKind::Text);
    assert_eq!(kind("words\nand words\n", "application/x-ndjson", "x"), PreviewKind::Text);
    assert_eq!(kind("[{\"a\":1},{\"a\":2}]", "application/json", "x"), PreviewKind::Json);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn rows_are_the_same_wherever_they_are_reached_from(
        fields in proptest::collection::vec("([a-z0-9,;\"\\r\\n\\\\{}:é日]{0,9}|\"\"[a-z,\\n]{0,9}\"\")", 0..300),
        ends in proptest::collection::vec(any::<bool>(), 300),
        which in 0_usize..3, at in 0_usize..1000, width in 0_u16..40, height in 0_u16..9,
    ) {
        let [json, array] = [which > 0, which == 2];
        let first = ["a,b\n", "{\"a\":1}\n", "\n [ {\"a\":1} ,\n"][which];
        let mut text = first.to_owned();
        for (field, end) in fields.iter().zip(ends) {
            text += field;
            text += if end { "\n" } else { "," };
        }
        let kind = if json { "application/x-ndjson" } else { "text/csv" };
        let told = Form::of(&record(&text, kind, "x").meta, text.as_bytes()).unwrap();
        let form = if array { Form::array(text.as_bytes()).unwrap() } else { told };
        let table = Table::new(text.clone().into(), form).unwrap();
        let mut next = form.first_row(&table.bytes);
        prop_assert_eq!(next, [4, 0, 4][which]);
        for row in 0..table.rows() {
            prop_assert_eq!(table.row_start(row), next);
            prop_assert_eq!(table.row_of(next), row);
            next = table.form.next_row(&table.bytes, next);
            prop_assert_eq!(table.row_of(next - 1), row);
        }
        let value: bytes::Bytes = text.into();
        let body = Body::Table(Table::new(value.clone(), form).unwrap());
        let preview = Preview { value, kind: PreviewKind::Table, note: None, body };
        let view = view(width, height, false);
        let scroll = preview.sideways(preview.scroll_by(preview.top(), at.cast_signed(), view), at.cast_signed(), view);
        let scroll = preview.reveal(scroll, at, view);
        for row in preview.rows(scroll, view, Some(&preview.find("a"))) {
            let used: usize = row.spans.iter().map(|span| cells(&span.text)).sum();
            prop_assert!(used <= usize::from(width), "{:?}", row);
        }
        let all: Vec<Row> = preview.whole_lines().collect();
        prop_assert_eq!(all.len(), preview.lines());
    }
}
