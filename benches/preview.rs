//! The preview of 50 MB: made ready, shown, scrolled and searched.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use larder::model::{Record, RecordMeta};
use larder::preview::{Preview, Viewport};

const SIZE: usize = 50_000_000;
const WRAP: Viewport = Viewport { width: 100, height: 50, wrap: true };
const NO_WRAP: Viewport = Viewport { wrap: false, ..WRAP };

fn record(text: String, content_type: &str) -> Record {
    let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
    Record { meta, value: text.into() }
}

fn repeated(piece: &str) -> String {
    piece.repeat(SIZE / piece.len())
}

/// Values of the size, each hard in its own way.
fn records() -> Vec<(&'static str, Record)> {
    let item = r#"{"url": "https://shop.example/page/42", "price": 46.2, "tags": ["a", null]},"#;
    let many = format!("[{}0]", repeated(item));
    let string = format!("[\"{}\"]", repeated("a long, long string "));
    vec![
        ("json/one line", record(many, "application/json")),
        ("json/one string", record(string, "application/json")),
        ("json/deep", record("[".repeat(SIZE / 2) + &"]".repeat(SIZE / 2), "application/json")),
        ("text/lines", record(repeated("a line of 25 characters.\n"), "text/plain")),
        ("text/one line", record(repeated("words and words, "), "text/plain")),
        ("text/one wide line", record(repeated("日本語のテキスト、нет"), "text/plain")),
        ("text/marks", record(repeated("a\u{301}\u{302}\u{303}\u{304}\u{305}"), "text/plain")),
        ("text/thousands", record(repeated(&("日本語и".repeat(2500) + "\n")), "text/plain")),
    ]
}

fn previews(criterion: &mut Criterion) {
    for (name, record) in records() {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).measurement_time(Duration::from_secs(1));
        group.warm_up_time(Duration::from_millis(200));
        group.bench_function("build", |bencher| bencher.iter(|| Preview::build(&record)));
        let preview = Preview::build(&record);
        for (how, view) in [("wrapped", WRAP), ("cut", NO_WRAP)] {
            let middle = preview.at_fraction(0.5, view);
            let middle = preview.sideways(middle, 40_000_000, view);
            group.bench_function(format!("rows {how}"), |bencher| {
                bencher.iter(|| preview.rows(black_box(middle), view, None));
            });
            group.bench_function(format!("page up {how}"), |bencher| {
                bencher.iter(|| preview.scroll_by(black_box(middle), -49, view));
            });
            group.bench_function(format!("down {how}"), |bencher| {
                bencher.iter(|| preview.scroll_by(black_box(middle), 1, view));
            });
            group.bench_function(format!("reveal {how}"), |bencher| {
                bencher.iter(|| preview.reveal(black_box(middle), SIZE / 3, view));
            });
        }
        group.bench_function("sideways", |bencher| {
            bencher.iter(|| preview.sideways(black_box(preview.top()), 10, NO_WRAP));
        });
        for needle in ["nowhere", "Nowhere", "нигде"] {
            group.bench_function(format!("find {needle}"), |bencher| {
                bencher.iter(|| preview.find(black_box(needle)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, previews);
criterion_main!(benches);
