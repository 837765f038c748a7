//! The preview of 50 MB: making it ready, showing, scrolling and searching; and the decoding of pictures.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use larder::model::{Record, RecordMeta};
use larder::preview::{Mode, Preview, PreviewKind, Viewport};

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

/// A `MessagePack` list of this number of small maps.
fn msgpack(count: u32) -> Vec<u8> {
    let map =
        b"\x83\xa2id\xcd\x30\x39\xa4name\xa5a cup\xa5price\xcb\x40\x47\x1c\xcc\xcc\xcc\xcc\xcd";
    [&[0xdd][..], &count.to_be_bytes(), &map.repeat(count as usize)].concat()
}

/// The same as CBOR.
fn cbor(count: u32) -> Vec<u8> {
    let map =
        b"\xa3\x62id\x19\x30\x39\x64name\x65a cup\x65price\xfb\x40\x47\x1c\xcc\xcc\xcc\xcc\xcd";
    [&[0x9a][..], &count.to_be_bytes(), &map.repeat(count as usize)].concat()
}

/// A tar of this number of small files.
fn tar(count: usize) -> Vec<u8> {
    let mut head = vec![0; 512];
    head[..8].copy_from_slice(b"file.txt");
    head[124..135].copy_from_slice(b"00000000005");
    head[156] = b'0';
    head[148..156].fill(b' ');
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    head.extend(b"hello");
    head.resize(1024, 0);
    let mut bytes = head.repeat(count);
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("it is memory");
    encoder.finish().expect("it is memory")
}

/// A page of 5 MB, packed in each of the codings that are opened.
fn packed(page: &str) -> [(&'static str, Vec<u8>); 5] {
    use base64::Engine as _;
    use std::io::Write as _;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(page.as_bytes()).expect("it is memory");
    let fastest = ruzstd::encoding::CompressionLevel::Fastest;
    [
        ("html, 5 MB, in gzip", gzip(page.as_bytes())),
        ("html, 5 MB, in zlib", zlib.finish().expect("it is memory")),
        ("html, 5 MB, in Zstandard", ruzstd::encoding::compress_to_vec(page.as_bytes(), fastest)),
        ("html, 5 MB, in Brotli", BROTLI.to_vec()),
        (
            "html, 5 MB, in base64",
            base64::engine::general_purpose::STANDARD.encode(page).into_bytes(),
        ),
    ]
}

/// A page of 5 MB: [`LINE`] again and again.
const BROTLI: &[u8] = b"\x9b\x15\x4b\x4c\xa0\x9d\x05\x76\x63\xf5\x46\xbb\x10\xcb\xdf\x8c\x14\x37\x79\xea\
    \xeb\x17\x9f\xb1\xba\x15\x06\xd7\x20\x32\x34\x41\x4a\x81\x07\x1c\x72\xc0\x5e\x96\xd2\xb7\x00\x2c\
    \x60\x09\x1c\x87\xdf\x15\x7b\x2b\xa2\x16\xc5\x0a\x89\xd3\x7a\x83\xb2\xd9\xa7\x73\x2b\xdc\x28\x88\
    \x03\x71\x80\x7a\x43\x21\x26\x02";

const LINE: &str = "<div class=item><a href=/p/42>A cup</a><p>Some words of a text.</p></div>\n";

/// Values of each kind from their bytes to the screen, each within its time: their beginning, which is shown
/// first, and then their middle, of all that is read. The best of five.
fn budgets(_: &mut Criterion) {
    let of = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let row = r#"{"url": "https://shop.example/page/42", "name": "A cup", "price": 46.2}"#;
    let url = "<url><loc>https://shop.example/page/42?a=1&amp;b=2</loc><lastmod>2026-11-22</lastmod></url>";
    let script = "function f(a,b){for(var c=0;c<a.length;c++)if(/[;{]x/.test(a[c]))return{ok:!0,n:[a]};return b}";
    let rule = ".a:hover>b,.c{color:#fff;background:url(\"x;y.png\") no-repeat;margin:0 auto}";
    let page = of(LINE, 5_000_000);
    let lines = of(&format!("{row}\n"), 100_000_000);
    let value = |bytes: Vec<u8>, content_type: &str| {
        let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
        Record { meta, value: bytes.into() }
    };
    let list = format!("[{}{row}]", of(&format!("{row},"), SIZE));
    let packed = packed(&page).map(|(name, bytes)| {
        let content_type = match name {
            "html, 5 MB, in Brotli" => "application/brotli",
            "html, 5 MB, in base64" => "text/plain",
            _ => "text/html",
        };
        let mut record = value(bytes, content_type);
        // The ending tells what is inside.
        record.meta.key = "page.html".into();
        assert_eq!(Preview::build(&record).kind(), PreviewKind::Page, "{name}");
        assert_eq!(
            Preview::build(&record).converted_text().map(bytes::Bytes::len),
            Some(page.len()),
            "{name}"
        );
        (name, record, Mode::Auto, [20, 150])
    });
    let mut late = Vec::new();
    let others = [
        (
            "sitemap on one line, 5 MB",
            record(of(url, 5_000_000), "application/xml"),
            Mode::Auto,
            [20, 100],
        ),
        (
            "script on one line, 5 MB",
            record(of(script, 5_000_000), "text/javascript"),
            Mode::Auto,
            [20, 200],
        ),
        ("style on one line, 5 MB", record(of(rule, 5_000_000), "text/css"), Mode::Auto, [20, 150]),
        ("html, 5 MB, as text", record(page.clone(), "text/html"), Mode::Auto, [20, 150]),
        ("NDJSON, 100 MB", record(lines, "application/x-ndjson"), Mode::Auto, [500, 500]),
        (
            "JSON, 50 MB, as a tree",
            record(list.clone(), "application/json"),
            Mode::Auto,
            [500, 500],
        ),
        ("JSON, 50 MB, as a table", record(list, "application/json"), Mode::Table, [1000, 1000]),
        ("msgpack, 5 MB", value(msgpack(160_000), "application/msgpack"), Mode::Auto, [200, 200]),
        ("CBOR, 5 MB", value(cbor(160_000), "application/cbor"), Mode::Auto, [200, 200]),
        ("tar of 20,000 files", value(tar(20_000), "application/x-tar"), Mode::Auto, [60, 60]),
        (
            "tar of 20,000 files, in gzip",
            value(gzip(&tar(20_000)), "application/gzip"),
            Mode::Auto,
            [200, 200],
        ),
    ];
    for (name, record, mode, budget) in others.into_iter().chain(packed) {
        let (mut first, mut all) = (Duration::MAX, Duration::MAX);
        for _ in 0..5 {
            let start = std::time::Instant::now();
            let ahead = Preview::ahead(&record, mode);
            let ahead = ahead.unwrap_or_else(|| Preview::build_as(&record, mode));
            black_box(ahead.rows(ahead.top(), WRAP, None));
            first = first.min(start.elapsed());
            let start = std::time::Instant::now();
            let preview = Preview::build_as(&record, mode);
            black_box(preview.rows(preview.at_fraction(0.5, WRAP), WRAP, None));
            all = all.min(start.elapsed());
        }
        let within = [first, all].iter().zip(budget).all(|(took, most)| took.as_millis() <= most);
        let word = if within { "ok" } else { "LATE" };
        let [first, all] = [first, all].map(|took| took.as_secs_f64() * 1e3);
        let [first_most, all_most] = budget;
        println!(
            "budgets/{name}: its beginning {first:.1} ms of {first_most} ms, its middle {all:.1} ms of {all_most} ms, {word}"
        );
        late.extend((!within).then_some(name));
    }
    assert!(late.is_empty(), "over their budgets: {late:?}");
}

criterion_group!(benches, previews, pictures, faces, budgets);
criterion_main!(benches);
