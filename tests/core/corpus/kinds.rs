//! The kinds: a sound value of each, and how it must be shown.

use larder::preview::PreviewKind as Shown;

use super::coded::{base64, brotli, gif, gzip, jpeg, png, tar, wav, webp, zip, zlib, zstd};

/// A kind of value.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) content_type: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) shown: Shown,
    /// The remark on it.
    pub(super) note: &'static str,
}

const PAGE: &str = "<!doctype html><html><head><title>Shelf</title><style>p{color:red}</style></head><body>\
    <h1>Shelf 7</h1><p>Three clay mugs, <a href=\"https://shop.example/mug\">0.3 l</a>, at 4.20 each.</p>\
    <ul><li>sale</li><li>new</li></ul><script>let a = 1;</script></body></html>";
const JSON: &str = r#"{"url": "https://shop.example/p/7", "price": 17.20, "stock": null, "rating": NaN,
    "tags": ["sale", "new"], "sku": 90071992547409930071, "price": 1E400, "seller": {"id": 4}}"#;
const LIST: &str = r#"[{"sku": "a", "price": 1.5}, {"sku": "b", "price": 20, "x": [1]}]"#;
const CSV: &str = "sku,title,price\na,\"Mug, blue\",4.20\nb,\"Say \"\"hi\"\"\",17\nc,日本語,1\n";
const XML: &str =
    "<?xml version=\"1.0\"?><urlset><url><loc>https://shop.example/1</loc></url></urlset>";
const MARKDOWN: &str = "# Shelf\n\n- *one*\n- `two`\n\n```js\nlet a = 1;\n```\n";
const SCRIPT: &str =
    "const price = (a) => `€${a}`; // a comment\nif (/a+/.test(b)) { return 1.5e3; }\n";
const STYLE: &str =
    "@media (min-width: 40em) { .shelf > p::before { content: \"x\"; color: #fa0; } }\n";
const YAML: &str = "shelf:\n  - mug: 4.20 # each\n  - &a plate\nlong: >\n  folded\n  text\n";
const PDF: &str =
    "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 3>>endobj\n";

pub(super) fn kinds() -> Vec<Kind> {
    let kind =
        |name, content_type, bytes, shown, note| Kind { name, content_type, bytes, shown, note };
    let text = |text: &str| text.as_bytes().to_vec();
    let utf16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let files: [(&str, &[u8]); 2] = [("a/page.html", PAGE.as_bytes()), ("b.json", JSON.as_bytes())];
    let data_url = format!("data:image/png;base64,{}", base64(&png()));
    let deep = "[".repeat(3000) + &"]".repeat(3000);
    let lines = LIST.trim_matches(['[', ']']).replace("}, {", "}\n{");
    vec![
        kind("PNG", "image/png", png(), Shown::Picture, "PNG, 48 × 32 pixels"),
        kind("JPEG", "image/jpeg", jpeg(), Shown::Picture, "JPEG, 48 × 32 pixels"),
        kind("WebP", "image/webp", webp(), Shown::Picture, "WebP, 48 × 32 pixels"),
        kind("GIF", "image/gif", gif(), Shown::Picture, "GIF, 48 × 32 pixels"),
        kind("SVG", "image/svg+xml", text("<svg><path d=\"M0 0L9 9\"/></svg>"), Shown::Text, ""),
        kind("gzip", "text/html", gzip(PAGE.as_bytes()), Shown::Page, "gzip → text/html"),
        kind(
            "zlib",
            "application/zlib",
            zlib(JSON.as_bytes()),
            Shown::Json,
            "zlib → application/json",
        ),
        kind("zstd", "text/plain", zstd(b"plain text"), Shown::Text, "zstd → text/plain"),
        kind("brotli", "application/brotli", brotli(), Shown::Page, "brotli → text/html"),
        kind(
            "chain",
            "text/plain",
            text(&base64(&gzip(&zlib(LIST.as_bytes())))),
            Shown::Json,
            "base64 → gzip → zlib",
        ),
        kind(
            "base64",
            "text/plain",
            text(&base64(JSON.as_bytes())),
            Shown::Json,
            "base64 → application/json",
        ),
        kind("data URL", "text/plain", text(&data_url), Shown::Picture, "data: URL → image/png"),
        kind("ZIP", "application/zip", zip(&files), Shown::Listing, "ZIP, 2 entries"),
        kind("tar", "application/x-tar", tar(&files), Shown::Listing, "tar, 2 entries"),
        kind("tar.gz", "application/gzip", gzip(&tar(&files)), Shown::Listing, "gzip → tar"),
        kind(
            "office",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            zip(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<w/>")]),
            Shown::Listing,
            "2 entries",
        ),
        kind(
            "book",
            "application/epub+zip",
            zip(&[("mimetype", b"application/epub+zip")]),
            Shown::Listing,
            "1 entr",
        ),
        kind("JSON", "application/json", text(JSON), Shown::Json, ""),
        kind("JSON list", "application/json", text(LIST), Shown::Json, ""),
        kind("JSON deep", "application/json", text(&deep), Shown::Json, ""),
        kind(
            "JSON string",
            "application/json",
            text(&format!("\"{}\"", "word \\u001b[2J ".repeat(400))),
            Shown::Json,
            "",
        ),
        kind(
            "JSON number",
            "application/json; charset=utf-8",
            text("-1.50E+0003"),
            Shown::Json,
            "",
        ),
        kind("CSV", "text/csv", text(CSV), Shown::Table, ""),
        kind("TSV", "text/tab-separated-values", text("a\tb\n1\t2\n3\t4\n"), Shown::Table, ""),
        kind("NDJSON", "application/x-ndjson", text(&lines), Shown::Table, ""),
        kind("HTML", "text/html; charset=utf-8", text(PAGE), Shown::Page, ""),
        kind("sitemap", "application/xml", text(XML), Shown::Text, ""),
        kind("Markdown", "text/markdown", text(MARKDOWN), Shown::Text, ""),
        kind("JavaScript", "application/javascript", text(SCRIPT), Shown::Text, ""),
        kind("CSS", "text/css", text(STYLE), Shown::Text, ""),
        kind("YAML", "application/yaml", text(YAML), Shown::Text, ""),
        kind(
            "msgpack",
            "application/msgpack",
            b"\x82\xa1a\x93\x01\xc0\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18\xa1b\xc4\x03\x01\x02\x03"
                .to_vec(),
            Shown::Notation,
            "",
        ),
        kind(
            "CBOR",
            "application/cbor",
            b"\xa2\x61a\x83\x01\xf6\xfb\x40\x09\x21\xfb\x54\x44\x2d\x18\x61b\x43\x01\x02\x03"
                .to_vec(),
            Shown::Notation,
            "",
        ),
        kind("PDF", "application/pdf", text(PDF), Shown::Hex, "PDF 1.7, 3 pages"),
        kind(
            "font",
            "font/woff2",
            b"wOF2OTTO\0\0\0\0\0\x0a\0\0\0\0\x10\0\xff\xfe\xfd".to_vec(),
            Shown::Hex,
            "WOFF2",
        ),
        kind("sound", "audio/wav", wav(), Shown::Hex, "WAV"),
        kind(
            "film",
            "video/mp4",
            b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x10mdat\xff\xfe\xfd\xfc\0\0\0\0".to_vec(),
            Shown::Hex,
            "MP4",
        ),
        kind(
            "database",
            "application/octet-stream",
            [&b"SQLite format 3\0\x10\0"[..], &[0xff; 100]].concat(),
            Shown::Hex,
            "SQLite",
        ),
        kind(
            "UTF-16",
            "text/plain; charset=utf-16le",
            utf16("Söhne & Co.\nzwei"),
            Shown::Text,
            "UTF-16",
        ),
        kind(
            "Latin-1",
            "text/plain; charset=iso-8859-1",
            b"S\xf6hne & Co.\r\nzwei".to_vec(),
            Shown::Text,
            "ISO-8859-1, declared; lines end with CR LF",
        ),
        kind("text", "text/plain", text("a line\n日本語 и нет\n"), Shown::Text, ""),
        kind("bytes", "application/octet-stream", (0..=255).collect(), Shown::Hex, ""),
    ]
}
