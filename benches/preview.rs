//! The preview of 50 MB: making it ready, showing, scrolling and searching; and the decoding of pictures.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use larder::model::{Record, RecordMeta};
use larder::preview::{Mode, Preview, Viewport};

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

/// Values of this size, each difficult in its own way.
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

/// Columns and rows of pictures with 20 megapixels.
const PICTURE: (u16, u16) = (5472, 3648);

/// Pictures with lines, areas and some noise, as PNG, JPEG and progressive JPEG; and a PNG of 20,000 × 20,000
/// pixels in a megabyte.
fn pictures(criterion: &mut Criterion) {
    let (columns, rows) = (usize::from(PICTURE.0), usize::from(PICTURE.1));
    let pixel = |x: usize, y: usize| {
        let noise = ((x * 7919) ^ (y * 104_729)) % 5;
        [x * 255 / columns, y * 255 / rows, x / 300 * 40 % 251].map(|part| (part + noise) as u8)
    };
    let pixels: Vec<u8> =
        (0..rows).flat_map(|y| (0..columns).flat_map(move |x| pixel(x, y))).collect();
    let png = encoded((columns as u32, rows as u32), |writer| {
        writer.write_all(&pixels).expect("it is memory");
    });
    let line = vec![0; 3 * 20_000];
    let bomb = encoded((20_000, 20_000), |writer| {
        (0..20_000).for_each(|_| writer.write_all(&line).expect("it is memory"));
    });
    let jpeg = |progressive| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
        encoder.set_progressive(progressive);
        encoder
            .encode(&pixels, PICTURE.0, PICTURE.1, jpeg_encoder::ColorType::Rgb)
            .expect("it is memory");
        bytes
    };
    let mut group = criterion.benchmark_group("picture");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    group.warm_up_time(Duration::from_millis(200));
    for (name, bytes) in
        [("png", png), ("jpeg", jpeg(false)), ("jpeg, progressive", jpeg(true)), ("bomb", bomb)]
    {
        let record = Record { value: bytes.into(), ..Record::default() };
        group.bench_function(name, |bencher| bencher.iter(|| Preview::build(&record)));
    }
    group.finish();
}

fn encoded(size: (u32, u32), write: impl FnOnce(&mut dyn std::io::Write)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("it is memory");
    let mut stream = writer.stream_writer().expect("it is memory");
    write(&mut stream);
    stream.finish().expect("it is memory");
    drop(writer);
    bytes
}

/// Pages, scripts and styles of 5 MB, and a table of 100 MB, from their bytes to the screen.
fn faces(criterion: &mut Criterion) {
    let item = "<div class=\"item\" data-id='42'><a href=\"/p/42?a=1&amp;b=2\">A cup &amp; a plate</a>\
        <p>Some words of a text, some more of them.</p>\n<script>var a = {\"b\": [1, /c/]}; // d\n\
        </script><style>.a { color: #fff }</style></div>\n";
    let page = format!("<!doctype html><title>T</title>{}", item.repeat(5_000_000 / item.len()));
    let of = |piece: &str| piece.repeat(5_000_000 / piece.len());
    let sitemap = of(
        "<url><loc>https://shop.example/page/42?a=1&amp;b=2</loc><lastmod>2026-11-22</lastmod></url>\n",
    );
    let script = of(
        "const price = (a, b) => `€${a}` + b['x'] / 1.5e3; // a comment\nif (/a+[/]/i.test(b)) { return null; }\n",
    );
    let style = of(
        "@media (min-width: 40em) { .shelf > p::before { content: \"x\"; color: #fa0 } } /* b */\n",
    );
    let row = "https://shop.example/page/42,\"A cup, a plate\",46.20,EUR,,true\n";
    let table =
        format!("url,name,price,currency,note,sold\n{}", row.repeat(100_000_000 / row.len()));
    let mut group = criterion.benchmark_group("faces");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    for (name, record, mode) in [
        ("html 5 MB as source", record(page.clone(), "text/html"), Mode::Text),
        ("html 5 MB as text", record(page, "text/html"), Mode::Auto),
        ("xml 5 MB", record(sitemap, "application/xml"), Mode::Auto),
        ("js 5 MB", record(script, "application/javascript"), Mode::Auto),
        ("css 5 MB", record(style, "text/css"), Mode::Auto),
        ("csv 100 MB", record(table, "text/csv"), Mode::Auto),
    ] {
        group.bench_function(format!("{name}: shown"), |bencher| {
            bencher.iter(|| {
                let preview = Preview::build_as(&record, mode);
                preview.rows(preview.at_fraction(0.5, WRAP), WRAP, None)
            });
        });
        let preview = Preview::build_as(&record, mode);
        let middle = preview.at_fraction(0.5, WRAP);
        group.bench_function(format!("{name}: rows"), |bencher| {
            bencher.iter(|| preview.rows(black_box(middle), WRAP, None));
        });
    }
    group.finish();
}

criterion_group!(benches, previews, pictures, faces);
criterion_main!(benches);
