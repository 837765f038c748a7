use proptest::prelude::*;

use super::super::tests::{preview, view};
use super::super::{Body, Preview, PreviewKind, Row, Scroll, Viewport};
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
    let expected = [" a  b     c", " 1  x, y", "not json", "33        [1,{\"d\":2}]", " 4"];
    assert_eq!(texts(&preview, preview.top(), 60, 9), expected);
}

#[test]
fn objects_of_a_list_stand_in_columns() {
    let text = " [\n{\"a\": 1, \"b\": \"x], y\"} ,[3, {}],\n{\"c\":[1,\n  {\"d\":2}],\"a\":22}\n] ";
    let form = Form::array(text.as_bytes()).unwrap();
    let table = Table::new(text.into(), form, &|| true).unwrap();
    let rows = table.seen(Scroll::default(), view(60, 9, true), None);
    let rows: Vec<_> = rows.iter().map(|row| row.text().trim_end().to_owned()).collect();
    assert_eq!(rows, [" a  b      c", " 1  x], y", "[3, {}]", "22         [1, {\"d\": 2}]"]);
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

const SHOP: &str =
    "name,price,note\ncup,9,\npot,10,new\n\"b\"\"x\",,new\npan,-1.5,old\ncup,x,new\n";

fn shop(how: &Arrangement) -> Preview {
    table(SHOP, "text/csv").arranged(how, &|| true).unwrap()
}

fn names(preview: &Preview) -> Vec<String> {
    (0..preview.lines())
        .map(|line| String::from_utf8(preview.cell(line, 0).to_vec()).unwrap())
        .collect()
}

#[test]
fn rows_are_sorted_by_what_a_column_holds_and_what_holds_nothing_comes_last() {
    let by = |column, direction| {
        names(&shop(&Arrangement { sort: Some((column, direction)), ..Arrangement::default() }))
    };
    assert_eq!(by(0, Direction::Up), ["b\"x", "cup", "cup", "pan", "pot"]);
    // Numbers are in order of their value, texts come behind them.
    assert_eq!(by(1, Direction::Up), ["pan", "cup", "pot", "cup", "b\"x"]);
    assert_eq!(by(1, Direction::Down), ["cup", "pot", "cup", "pan", "b\"x"]);
    assert_eq!(by(2, Direction::Down), ["pan", "pot", "b\"x", "cup", "cup"]);
    let rows = "[{\"a\": 10}, {\"b\": 1}, {\"a\": 9}, {\"a\": null}, {\"a\": \"8\"}]";
    let list = table("{\"a\": 1}\n", "application/x-ndjson");
    let form = Form::array(rows.as_bytes()).unwrap();
    let list =
        Preview { body: Body::Table(Table::new(rows.into(), form, &|| true).unwrap()), ..list };
    let how = Arrangement { sort: Some((0, Direction::Up)), ..Arrangement::default() };
    let sorted = list.arranged(&how, &|| true).unwrap();
    let rows = sorted.rows(sorted.top(), view(20, 9, true), None);
    assert_eq!(rows.iter().filter_map(|row| row.number).collect::<Vec<_>>(), [5, 3, 1, 2, 4]);
    assert!(list.arranged(&how, &|| false).is_none());
}

#[test]
fn numbers_are_sorted_as_the_table_writes_them() {
    let sorted = |text: &str, kind: &str| {
        let how = Arrangement { sort: Some((0, Direction::Up)), ..Arrangement::default() };
        let sorted = table(text, kind).arranged(&how, &|| true).unwrap();
        names(&sorted).join(" ")
    };
    let english = "n,x\n\"1,200\",\n90.5,\nn/a,\n-3,\n";
    assert_eq!(sorted(english, "text/csv"), "-3 90.5 1,200 n/a");
    assert_eq!(sorted("n;x\n1.200,5;\n90,5;\n90,05;\n", "text/csv"), "90,05 90,5 1.200,5");
    let ids = "n,x\n90071992547409932,\n90071992547409931,\n9,\n";
    assert_eq!(sorted(ids, "text/csv"), "9 90071992547409931 90071992547409932");
}

#[test]
fn rows_are_kept_by_filters_and_values_counted_among_them() {
    let mut how = Arrangement::default();
    how.set_filter(2, Some(ColumnFilter::Typed("=new".to_owned())));
    let kept = shop(&how);
    assert_eq!(names(&kept), ["pot", "b\"x", "cup"]);
    let values = kept.column_values(0, &|| true).unwrap();
    assert_eq!((values.rows, values.distinct, values.others), (3, 3, 0));
    how.set_filter(1, Some(ColumnFilter::Typed(">5".to_owned())));
    assert_eq!(names(&shop(&how)), ["pot"]);
    how.set_filter(2, None);
    assert_eq!(names(&shop(&how)), ["cup", "pot"]);
    let none = Some(ColumnFilter::Is("none".into()));
    how.set_filter(0, none);
    let none = shop(&how);
    assert_eq!((none.lines(), none.rows(none.top(), view(20, 9, true), None).len()), (0, 1));
    assert_eq!(none.column_values(0, &|| true).unwrap(), ColumnValues::default());
    let values = shop(&Arrangement::default()).column_values(0, &|| true).unwrap();
    assert_eq!(values.values[0], ("cup".into(), 2));
    assert_eq!(values.values[1], ("b\"x".into(), 1));
    assert!(kept.column_values(0, &|| false).is_none());
}

#[test]
fn values_that_are_as_frequent_stand_by_what_they_are_worth() {
    let counted = table("n\n11.5\n2.5\nx\n21.5\n2.5\n", "text/csv").column_values(0, &|| true);
    let values: Vec<_> = counted.unwrap().values.into_iter().map(|(value, _)| value).collect();
    assert_eq!(values, ["2.5", "11.5", "21.5", "x"]);
}

#[test]
fn too_many_values_are_counted_together() {
    let rows = (0..100_010).fold("n\nlast\n".to_owned(), |text, at| text + &format!("{at}\n"));
    let values = table(&(rows + "last\n"), "text/csv").column_values(0, &|| true).unwrap();
    assert_eq!((values.distinct, values.rows, values.others), (100_000, 100_012, 11));
    assert_eq!((values.values.len(), &values.values[0]), (1000, &("last".into(), 2)));
}

#[test]
fn a_row_is_a_record_with_all_that_stands_in_it() {
    let fields = |preview: &Preview, line| {
        let fields = preview.row_fields(line).into_iter();
        fields.map(|(name, value, _)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(
        fields(&table(CSV, "text/csv"), 1),
        ["name=a, b", "price=12", "a \"note\"=two␊lines"]
    );
    let more = fields(&table(CSV, "text/csv"), 3);
    assert_eq!(more, ["name=5\" pipe", "price=7", "a \"note\"=x", "column 4=more"]);
    let text = "{\"a\": 1}\nno\u{202e} row\n{\"a\": {\"b\": \"\"}, \"\": \"\", \"a\": 2}\n";
    let rows = table(text, "application/x-ndjson");
    let other = fields(&rows, 1).concat();
    assert!(other.starts_with("=no") && !other.contains('\u{202e}'), "{other}");
    assert_eq!(fields(&rows, 2), ["a={\"b\": \"\"}", "=", "a=2"]);
}

#[test]
fn a_cell_is_found_where_it_is_drawn() {
    let rows =
        (0..99).fold(String::new(), |text, at| text + &format!("{at},long name {at},z{at}\n"));
    let preview = table(&("n,name,last\n".to_owned() + &rows), "text/csv");
    let narrow = view(14, 4, false);
    let mut scroll = preview.top();
    for at in [(0, 0), (50, 1), (51, 2), (98, 0), (98, 2), (3, 1), (2, 2)] {
        scroll = preview.reveal_cell(scroll, narrow, at);
        let (row, from, width) = preview.cell_area(scroll, narrow, at).unwrap();
        let drawn = &texts(&preview, scroll, 14, 4)[usize::from(row)];
        let cell: String = drawn.chars().skip(from.into()).take(width.into()).collect();
        let held = String::from_utf8(preview.cell(at.0, at.1).to_vec()).unwrap();
        let shown = cell.trim().trim_end_matches('…');
        assert!(!shown.is_empty() && held.starts_with(shown), "{at:?} {drawn} {cell} {held}");
    }
    assert_eq!(preview.cell_area(preview.top(), narrow, (50, 0)), None);
    assert_eq!(preview.cell_area(preview.top(), narrow, (0, 2)), None);
}

#[test]
fn empty_lines_are_no_rows() {
    let lines = table("\n\n{\"a\":1}\n\r\n\n{\"a\":2}\n\n", "application/x-ndjson");
    assert_eq!(
        (lines.lines(), texts(&lines, lines.top(), 9, 9).join("|")),
        (2, "a|1|2".to_owned())
    );
    let rows = table("a,b\r\n\r\n1,2\r\n\r\n\n3,4\n\n", "text/csv");
    assert_eq!(texts(&rows, rows.top(), 9, 9), ["a  b", "1  2", "3  4"]);
    assert_eq!(rows.rows(rows.top(), view(9, 9, true), None)[2].number, Some(2));
    // Very many empty lines are not all skipped at once, in each frame.
    assert_eq!(table(&format!("a\n1{}2\n", "\n".repeat(10_000)), "text/csv").lines(), 4);
    assert_eq!(table("a,b\n\n\n", "text/csv").lines(), 0);
}

#[test]
fn columns_that_are_left_out_are_told() {
    let told = |text: &str, kind: &str| table(text, kind).note().unwrap_or_default().to_owned();
    let line = |columns: usize| (0..columns).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    let csv = |head: usize, row: usize| format!("{}\n{}\n", line(head), line(row));
    assert_eq!(told(&csv(COLUMNS, COLUMNS), "text/csv"), "");
    for (head, row) in [(COLUMNS + 1, 1), (2, COLUMNS + 1)] {
        assert_eq!(told(&csv(head, row), "text/csv"), "the first 500 columns", "{head}, {row}");
    }
    let members = (0..=COLUMNS).map(|at| format!("\"{at}\": 1")).collect::<Vec<_>>();
    let object = |count: usize| format!("{{{}}}\n", members[..count].join(", ")).repeat(2);
    assert_eq!(told(&object(COLUMNS), "application/x-ndjson"), "");
    assert_eq!(told(&object(COLUMNS + 1), "application/x-ndjson"), "the first 500 columns");
}

#[test]
fn carriage_returns_end_lines_where_nothing_else_does() {
    let rows = table("a,b\r\r1,\"2\r3\"\r4,5\r", "text/csv");
    assert_eq!(texts(&rows, rows.top(), 9, 9), ["a  b", "1  2␍3", "4  5"]);
    let one = table("a,b\r1,2\r3,4", "text/csv");
    assert_eq!((one.lines(), texts(&one, one.top(), 9, 9).join("|")), (2, "a  b|1  2|3  4".into()));
}

#[test]
fn lines_of_json_are_rows_also_where_the_type_says_one_value() {
    let rows = table("{\"a\": 1}\n{\"a\": 2}\n", "application/json");
    assert_eq!(rows.note(), Some("JSON Lines: Crawlee for Python reads None"));
    assert_eq!(texts(&rows, rows.top(), 9, 9), ["a", "1", "2"]);
    let other = preview("{\"a\": 1}\nmore\n", "application/json");
    assert_eq!(other.kind(), PreviewKind::Text);
}

#[test]
fn what_is_told_of_a_table_is_so() {
    let lines = "{\"a\":1}\n{\"a\":2}\n";
    // Crawlee reads any type that contains `application/json` as JSON.
    let note = |preview: &Preview| preview.note().map(str::to_owned);
    let told = note(&table(lines, "application/jsonl"));
    assert_eq!(told.as_deref(), Some("JSON Lines: Crawlee for Python reads None"));
    assert_eq!(note(&table(lines, "application/x-ndjson")), None);
    let page = table("<!doctype html>\n<p>Not found</p>", "text/csv");
    assert_eq!((page.kind(), page.note()), (PreviewKind::Page, Some("no table but HTML")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn rows_that_are_arranged_are_the_same_rows(
        rows in proptest::collection::vec(("[0-9]{0,2}|[a-c]", "[a-c]{0,2}"), 1..120),
        down in any::<bool>(), column in 0_usize..2, least in 0_u8..9,
    ) {
        let text = rows.iter().fold("n,t\n".to_owned(), |text, (n, t)| text + &format!("{n},{t}\n"));
        let all = table(&text, "text/csv");
        let direction = if down { Direction::Down } else { Direction::Up };
        let mut how = Arrangement { sort: Some((column, direction)), ..Arrangement::default() };
        how.set_filter(0, Some(ColumnFilter::Typed(format!(">={least}"))));
        let shown = all.arranged(&how, &|| true).unwrap();
        let cells = |preview: &Preview, line: usize| (preview.cell(line, 0), preview.cell(line, 1));
        let keeps = |(n, _): &(Bytes, Bytes)| value::value(n, b'.').is_some_and(|n| n >= f64::from(least));
        let mut kept: Vec<_> = (0..all.lines()).map(|line| cells(&all, line)).filter(keeps).collect();
        let mut made: Vec<_> = (0..shown.lines()).map(|line| cells(&shown, line)).collect();
        if column == 1 {
            let texts: Vec<_> = made.iter().map(|(_, t)| t).filter(|t| !t.is_empty()).collect();
            let sorted = texts.is_sorted_by(|a, b| if down { a >= b } else { a <= b });
            prop_assert!(sorted, "out of order");
        }
        kept.sort();
        made.sort();
        prop_assert_eq!(made, kept);
        for line in 0..shown.lines() {
            prop_assert_eq!(all.line_in(&shown, shown.line_in(&all, line)), line);
        }
        let view = view(30, 200, false);
        let drawn = shown.rows(shown.top(), view, None);
        prop_assert_eq!(drawn.len(), shown.lines() + 1);
        for row in drawn {
            let Some(number) = row.number else { continue };
            let whole = all.rows(Scroll { line: number - 1, ..Scroll::default() }, Viewport { height: 1, ..view }, None);
            prop_assert_eq!(row.text(), whole[0].text());
        }
    }

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
        let table = Table::new(text.clone().into(), form, &|| true).unwrap();
        let mut next = form.first_row(&table.bytes);
        prop_assert_eq!(next, [csv::past_blank(text.as_bytes(), 4), 0, 4][which]);
        for row in 0..table.rows() {
            prop_assert_eq!(table.row_start(row), next);
            prop_assert_eq!(table.row_of(next), row);
            next = table.form.next_row(&table.bytes, next);
            prop_assert_eq!(table.row_of(next - 1), row);
        }
        let value: bytes::Bytes = text.into();
        let body = Body::Table(Table::new(value.clone(), form, &|| true).unwrap());
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

#[test]
fn a_line_may_say_how_fields_are_parted() {
    let seen = |text: &str| {
        let preview = table(text, "text/csv");
        assert_eq!(preview.lines(), 1, "{text}");
        texts(&preview, preview.top(), 60, 9)
    };
    for told in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\n"] {
        let rows = seen(&format!("{told}id;a, b, c;price\n1;x, y, z;1,50\n"));
        assert_eq!(rows, ["id  a, b, c  price", " 1  x, y, z   1,50"], "{told}");
    }
    assert_eq!(seen("sep=\t\nid\tname\n1\tx"), ["id  name", " 1  x"]);
    assert_eq!(seen("sep=,x\n1,2\n"), ["sep=  x", "   1  2"]);
    let alone = table("sep=;", "text/csv");
    assert_eq!((alone.lines(), texts(&alone, alone.top(), 60, 9).concat()), (0, String::new()));
}

#[test]
fn of_signs_that_are_as_frequent_the_one_that_stays_so_parts_fields() {
    let head = |text: &str| {
        let preview = table(text, "text/csv");
        texts(&preview, preview.top(), 60, 9).remove(0)
    };
    assert_eq!(head("a\tb,c\td,e\n1\t2,3\t4,5\n"), "a  b,c  d,e");
    assert_eq!(head("a,b\tx;c\n1,2;3\n4,5;6\n7,\n"), "a  b␉x;c");
    assert_eq!(head("a;b,c\n1;x,y,z\n"), "a  b,c");
    assert_eq!(head("a|b,c\n1|2,3\n"), "a|b  c");
    assert_eq!(head("url\nx\ty\n"), "url");
}
