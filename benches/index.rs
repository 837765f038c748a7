//! The memory of an index of 1,000,000 and of 5,000,000 keys, and the times of its operations: the fastest
//! and the median of some runs.

use std::hint::black_box;
use std::time::Instant;

use larder::index::{
    BloomFilter, Builder, Change, Filter, Index, Query, RowOrder, Sort, compare, groups, totals,
};
use larder::model::{Key, KeyPage, RecordMeta};

fn mixed(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A key of 26 bytes.
fn key(number: u64) -> String {
    format!("shop-page-{:016x}", mixed(number))
}

/// Pages of keys in the order of a hash, as from a walk.
fn pages(records: u64) -> impl Iterator<Item = KeyPage> {
    (0..records).step_by(1000).map(move |first| {
        let mut page = KeyPage::default();
        for number in first..(first + 1000).min(records) {
            let size = mixed(number) % 100_000;
            let content_type = "application/json; charset=utf-8";
            page.push(key(number).as_bytes(), content_type, size, None);
        }
        page
    })
}

fn filled(records: u64) -> Builder {
    let mut builder = Builder::new();
    pages(records).for_each(|page| builder.add(&page));
    builder
}

/// Runs some work several times, and prints its least and its median time, in milliseconds.
fn time<T>(what: &str, runs: usize, mut work: impl FnMut() -> T) {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("  {what:<36} {:>9.2} ms {:>9.2} ms", times[0], times[runs / 2]);
}

fn per_record(what: &str, bytes: usize, records: u64) {
    println!("  {what:<36} {:>9.1} bytes a record", bytes as f64 / records as f64);
}

/// Changes of a thousand records anywhere, half of them new.
fn changes(records: u64) -> Vec<Change> {
    let number = |at: u64| if at.is_multiple_of(2) { mixed(at) % records } else { records + at };
    let meta = |at| RecordMeta { key: Key::from(key(number(at))), size: at, ..Default::default() };
    (0..1000).map(|at| Change::Set(meta(at))).collect()
}

fn select(index: &Index, query: &Query) {
    let mut first = None;
    let start = Instant::now();
    let early = &mut |early: RowOrder| first = Some((early.len(), start.elapsed()));
    black_box(RowOrder::with_early(index, query, &|| true, early));
    black_box(first);
}

fn measure(records: u64) {
    println!("{records} records                            fastest       middle");
    let runs = if records > 1_000_000 { 3 } else { 7 };
    let builder = filled(records);
    per_record("while loading", builder.heap_bytes(), records);
    let mut builders: Vec<Builder> = (1..runs).map(|_| builder.clone()).collect();
    builders.push(builder);
    let mut index = Index::default();
    time("sort", runs, || index = builders.pop().map(Builder::finish).unwrap_or_default());
    per_record("while sorting", index.heap_bytes() + 4 * records as usize, records);
    per_record("sorted", index.heap_bytes(), records);
    time("pack", runs, || index.packed());
    let index = index.packed();
    per_record("packed", index.heap_bytes(), records);
    let changes = changes(records);
    time("apply one change", runs, || index.apply(&changes[..1]));
    time("apply 1,000 changes", runs, || index.apply(&changes));
    let all = |filter: &str| Query { filter: filter.into(), ..Query::default() };
    let fuzzy = |filter: &str| Query { matching: Filter::Fuzzy, ..all(filter) };
    let regex = |filter: &str| Query { matching: Filter::Expression, ..all(filter) };
    for (what, query) in [
        ("filter with few matches", all("abcde")),
        ("filter with all matches", all("page")),
        ("filter in any case, beyond ascii", all("ä")),
        ("fuzzy with few matches", fuzzy("abcdef")),
        ("fuzzy with many matches", fuzzy("pga1")),
        ("fuzzy with all matches", fuzzy("shpg")),
        ("expression with few matches", regex(r"abc\d+[a-f]$")),
        ("expression with many matches", regex(r"page-\d")),
        ("expression without a text", regex(r"\d{6}")),
        ("expression of plain text", regex("^shop-page-ab")),
        ("sort by size", Query { sort: Sort::Size, ..all("") }),
        ("sort by content type", Query { sort: Sort::ContentType, ..all("") }),
    ] {
        time(what, runs, || select(&index, &query));
    }
    let recent = changes.iter().map(|change| change.key().clone()).collect();
    let newest = Query { sort: Sort::Newest, recent, ..all("") };
    time("1,000 newest first", runs, || select(&index, &newest));
    time("groups", runs, || groups(&index, b"", false));
    time("groups, all of them records", runs, || groups(&index, b"shop-page-", false));
    time("totals", runs, || totals(&index));
    time("go through all rows", runs, || {
        let mut sum = 0;
        index.for_each_row(0..index.len(), |row| sum += row.key.len());
        sum
    });
    let keys: Vec<String> = (0..1000).map(|at| key(mixed(at) % records)).collect();
    time("find 1,000 keys", runs, || {
        keys.iter().filter(|key| index.find(key.as_bytes()).is_ok()).count()
    });
    let page = pages(records).last().unwrap_or_default();
    time("compare a page of 1,000", runs, || compare(&index, &page));
    let mut seen = BloomFilter::new(index.len());
    index.for_each_row(0..index.len(), |row| seen.insert(row.key));
    time("what a round has not seen", runs, || seen.missing(&index));
}

fn main() {
    for records in [1_000_000, 5_000_000] {
        measure(records);
    }
}
