//! Values, keys and addresses: what is reached through public functions.

use bytes::Bytes;

use crate::index::{Filter, Letters};
use crate::model::{ContentType, Record, RecordMeta};
use crate::preview::charset;
use crate::preview::json::{self, Spacing};
use crate::preview::{Entry, EntryWanted, Mode, Preview, Viewport};
use crate::storage::target;
use crate::text;

/// What hides, turns the direction of writing or moves a cursor.
fn is_hidden(c: char) -> bool {
    let hidden = ['\u{200b}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2060}'..='\u{206f}'];
    // Joiners that join something are drawn.
    let joins = matches!(c, '\u{200c}' | '\u{200d}');
    c.is_control() || c == '\u{feff}' || (!joins && hidden.iter().any(|range| range.contains(&c)))
}

pub(super) fn visible(data: &[u8]) {
    let shown = text::visible_bytes(data);
    assert!(!shown.contains(is_hidden), "{shown:?}");
    assert_eq!(text::visible(&shown), shown);
    for width in [0, 1, 2, 7, 40] {
        assert!(text::cells(&text::fit(&shown, width)) <= width);
        assert!(text::cells(&text::fit_middle(&shown, width)) <= width);
    }
    for row in text::wrap(&shown, 7) {
        assert!(text::cells(&row) <= 7, "{row:?}");
    }
}

pub(super) const VISIBLE: &[&[u8]] = &[
    b"a\tb\r\n\0\x1b[31m\x7f \xff\xc2\x9b",
    "gpj\u{202e}exe pay\u{200b}pal \u{feff}x \u{2066}y\u{2069}".as_bytes(),
    "日本語 한국어 नमस्ते e\u{301}\u{301}\u{301}\u{301}\u{301} \u{34f}".as_bytes(),
    "❤\u{fe0f} 1\u{fe0f}\u{20e3} 🇩🇪 👍🏽 👩\u{200d}👩\u{200d}👧 \u{e0041}".as_bytes(),
    "\u{600}\u{115f}\u{1160}\u{17b4}\u{d7b0} \u{1f1e6}\u{94d}\u{200d}".as_bytes(),
];

/// A filter in the first line, a key in the others.
pub(super) fn filter(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (typed, key) = text.split_once('\n').unwrap_or((&text, ""));
    let (matching, wanted) = Filter::of_records(typed);
    let mut letters = Letters::new(wanted, matching);
    let found = letters.find(key);
    assert!(found.iter().all(|place| !key[place.clone()].is_empty()), "{found:?}");
    assert!(found.is_empty() || letters.score(key).is_some(), "{found:?}");
    if Filter::fault(typed).is_some() {
        assert!(letters.score(key).is_none());
    }
}

pub(super) const FILTER: &[&[u8]] = &[
    b"/^(shop|page)-\\d{2,3}[^a-c]+\\.html$\nshop-page-12x.html",
    "/(?i)ä[[:alpha:]]*?\\b|\\x41{9}\nÄpfel".as_bytes(),
    b"~pg12\npage-000112.html",
    b"\\~pg\n~pg",
    b"@=text/html\nx",
];

pub(super) fn json(data: &[u8]) {
    let depth = json::depth(data);
    if let Err(fault) = json::check(data) {
        assert!(fault.offset <= data.len() && fault.line > 0 && fault.column > 0, "{fault}");
        let other = serde_json::from_slice::<serde::de::IgnoredAny>(data);
        let is_text = std::str::from_utf8(data).is_ok();
        assert!(other.is_err() || !is_text, "JSON to others: {fault}");
        return;
    }
    assert!(depth <= data.len());
    let compact = json::compact(data);
    assert!(json::check(&compact).is_ok() && compact.len() <= 2 * data.len());
    if let Some(pretty) = json::pretty(data) {
        assert!(json::check(pretty.as_bytes()).is_ok() && pretty.len() <= json::most(data.len()));
        assert_eq!(json::compact(pretty.as_bytes()), compact);
        if let Some(spacing) = Spacing::of(data)
            && let Some(spaced) = json::spaced(pretty.as_bytes(), &spacing)
        {
            assert_eq!(Bytes::from(spaced), Bytes::copy_from_slice(data), "{spacing:?}");
        }
    }
}

pub(super) const JSON: &[&[u8]] = &[
        br#"{"a": [1, -2.50, 1E400, NaN, -Infinity], "b": {"c": null, "c": true}, "d": "\u00e9\ud83d\""}"#,
        br#"[ {"a":1} , [ ] , { } , "" , 0 ]"#,
        b"[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n",
        b" \t\r\n\"\xc3\xa9\\/\\b\\f\\n\\r\\t\"",
        b"-0.0e-0",
    ];

/// Content types for which different things are made of the same bytes.
const TYPES: [&str; 21] = [
    "application/json; charset=utf-8",
    "text/html",
    "text/plain; charset=utf-8",
    "text/plain; charset=utf-16",
    "text/xml; charset=iso-8859-1",
    "text/css; charset=shift_jis",
    "text/plain; charset=iso-2022-jp",
    "text/plain; charset=gb18030",
    "application/json; charset=us-ascii",
    "application/octet-stream",
    "image/png",
    "",
    "application/msgpack",
    "application/cbor",
    "application/x-brotli",
    "text/csv",
    "application/x-ndjson",
    "text/markdown",
    "application/yaml",
    "text/javascript",
    "image/svg+xml",
];

/// The first byte chooses the type, the second how it is shown; the rest is the value.
fn record(data: &[u8]) -> Option<(Record, u8)> {
    let (&[kind, how], value) = data.split_first_chunk()?;
    let content_type = ContentType::from(TYPES[usize::from(kind) % TYPES.len()]);
    let meta = RecordMeta { content_type, size: value.len() as u64, ..RecordMeta::default() };
    Some((Record { meta, value: Bytes::copy_from_slice(value) }, how))
}

pub(super) fn charset(data: &[u8]) {
    let Some((record, how)) = record(data) else { return };
    let Some(read) = charset::read(&record.meta, &record.value, how % 2 == 1) else { return };
    let text = std::str::from_utf8(&read.text);
    assert!(read.faulty || text.is_ok(), "{read:?}");
    if let (Ok(text), true) = (text, read.is_exact(&record.value)) {
        let back = read.charset.encode(text);
        assert!(back.is_ok_and(|back| back == record.value), "{read:?}");
    }
    assert!(!read.note().is_some_and(|note| note.is_empty()));
}

pub(super) const CHARSET: &[&[u8]] = &[
    b"\x01\0<meta charset=\"windows-1251\"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>",
    b"\x02\0\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe\r\n",
    b"\x03\0\xff\xfea\0b\0\xac\x20\x3d\xd8\0\xde",
    b"\x03\x01\xfe\xff\0a\0b\xd8\x3d\xde",
    b"\x04\0<?xml version=\"1.0\" encoding=\"latin1\"?><a>\xe9\x80\x81</a>",
    b"\x05\0\x93\xfa\x96\x7b\x8c\xea \xb1\xb2 \\~",
    b"\x06\0a \x1b$BF|K\\\x1b(B b",
    b"\x07\0\xc4\xe3\xba\xc3 \x81\x30\x81\x30",
    b"\x05\0@charset \"big5\"; \xa7\x41\xa6\x6e",
];

pub(super) fn preview(data: &[u8]) {
    let Some((record, how)) = record(data) else { return };
    let mode = [Mode::Auto, Mode::Text, Mode::Hex, Mode::Raw][usize::from(how % 4)];
    let mode = if how % 4 == 0 && how & 8 != 0 { Mode::Table } else { mode };
    let preview = if how & 4 == 0 {
        let preview = Preview::build_as(&record, mode);
        entries(&record, &preview, mode);
        preview
    } else {
        Preview::build_head(record, mode)
    };
    for (width, wrap) in [(1, true), (9, false), (40, true)] {
        let view = Viewport { width, height: 4, wrap };
        let matches = preview.find("a");
        let middle = preview.scroll_by(preview.top(), 5, view);
        for scroll in [preview.top(), middle, preview.bottom(view)] {
            let rows = preview.rows(scroll, view, Some(&matches));
            assert!(rows.len() <= usize::from(view.height));
            for row in rows {
                let text = row.text();
                assert!(!text.contains(is_hidden), "{text:?}");
                assert!(text::cells(&text) <= usize::from(width), "{width}: {text:?}");
            }
        }
    }
}

/// Opens the first entries of an archive.
fn entries(record: &Record, preview: &Preview, mode: Mode) {
    let Some(archive) = preview.archive() else { return };
    for row in preview.entries().into_iter().take(3) {
        let wanted = EntryWanted::new(archive.clone(), None, row.at);
        if let Ok(entry) = Entry::open(record, &wanted, &|| true) {
            let shown = entry.preview(record, mode, &|| true);
            let view = Viewport { width: 40, height: 4, wrap: true };
            for row in shown.rows(shown.top(), view, None) {
                assert!(!row.text().contains(is_hidden), "{:?}", row.text());
            }
        }
    }
}

pub(super) const PREVIEW: &[&[u8]] = &[
        b"\0\0{\"a\": [1, \"\\u202e\", {\"b\": \"\xe2\x80\xae\"}], \"c\": \"a long text, a long text\"}",
        b"\x01\0<html>\n  <body>\x1b[31m Hi\t</body>\r\n</html>\n",
        b"\x0a\x02\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0\x02\xd0\x08\x06\0\0\0",
        b"\x03\x05\xff\xfea\0b\0\xac\x20",
        // msgpack, CBOR, Brotli.
        b"\x0c\x00\x83\xa1a\x93\x01\xc4\x02ab\xd4\x05x\xa1b\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18\x05\x80",
        b"\x0d\x00\xbf\x61a\x9f\x01\xc1\x1a\x51\x4b\x67\xb0\xff\x20\x7f\x61x\xff\xff",
        b"\x0e\x00\x1b\x16\x00\xf8\x8d\x94\x6e\xde\x44\x55\x86\x96\x6c\x20\x6f\x35\x1f\x21\x4c\xe0\x38",
        // gzip, Zstandard, ZIP, base64, a `data:` URL.
        b"\x01\x00\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3)\xb0\xcbH\xcd\xc9\xc9W@\x22m\xf4\x0b\xec\x00nVce\x18\x00\x00\x00",
        b"\x09\x00\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello",
        b"\x0a\x00PK\x03\x04\x14\x00\x00\x00\x00\x00\x83\x18\x22X\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x08\x00\x00\x00a/b.htmlhiPK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x83\x18\x22X\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00a/b.htmlPK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x006\x00\x00\x00(\x00\x00\x00\x00\x00",
        b"\x02\x00PHA+aGVsbG8gaGVsbG8gaGVsbG8xMjM0PC9wPg==",
        b"\x02\x00data:text/html;base64,PHA+aGVsbG8gaGVsbG8gaGVsbG8xMjM0PC9wPg==",
        b"\x01\0<title>A</title><ul><li>a<li><a href='/b?c&amp;d'>b</a></ul><pre> c\n\n d</pre><table><tr><td>e\
            <td>f</table><blockquote>&eacute;<hr></blockquote><img alt=g><script>if(a</b/)'</p>'</script><h2>words and words",
        b"\x0f\0name,\"a \"\"note\"\"\"\r\ncup,\"two\nlines\"\r\nshort\n\"open,1\n",
        b"\x10\0{\"a\": 1, \"b\": [1, {\"c\": \"}\\\"\"}]}\nno json\n{\"b\": \"x, y\", \"d\": \"open\n",
        b"\x10\0{\"a\": 1}\n{\"a\": 1, \"",
        b"\x11\x01# a\n- b `c` [d](e) **f**\n```\ng\n```\n> h\n",
        b"\x12\x01---\na: &b 'c' # d\n- e: \"f\\\"\n  g: [1, true]\n",
        b"\x13\x01a = /[/]b/g / 2; /* c */ `d ${e}` // f\n'g\n",
        b"\x14\x01<?xml version='1.0'?><svg a=b c='d'><![CDATA[<e>]]></svg><!-- f",
        "\x02\x03日本語 👩\u{200d}👩\u{200d}👧 e\u{301} \u{202e}\n\n\n".as_bytes(),
    ];

/// No password is in a label, in what is printed for debugging, or in an error; of one that is also a
/// part of the address this cannot be said.
pub(super) fn target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (bare, secret) = target::strip_password(&text);
    let secret = secret.filter(|secret| secret.expose().len() >= 8);
    assert!(secret.is_none() || bare != text, "{text:?}");
    // Paths are looked up: what lies there is no matter of the bytes. Tabs are left out of a URL.
    if target::is_path(&text) || text.contains(char::is_control) || !text.contains("://") {
        return;
    }
    match target::Target::parse(&text) {
        Ok(target::Target::Redis(parsed)) => {
            let mut open = parsed.clone();
            let Some(password) = open.password.take() else { return };
            assert_eq!(parsed.label(), open.label());
            let password = password.expose();
            let [shown, known] = [&parsed, &open].map(|target| format!("{target:?}"));
            let short = password.len() < 8 || known.contains(password);
            assert!(short || !shown.contains(password), "{shown}");
        }
        Ok(target::Target::Directory(_) | target::Target::Remote(_)) => {}
        Err(why) => {
            let why = why.problem;
            let secret = secret.as_ref().map(target::Secret::expose).unwrap_or_default();
            // The names of parameters are no part of a password; these have no digits.
            let own = |part: &&str| part.len() >= 8 && part.contains(|c: char| c.is_ascii_digit());
            for part in secret.split(['/', '?', '#', '&', '=', '@']).filter(own) {
                assert!(bare.contains(part) || !why.contains(part), "{text:?}: {why}");
            }
        }
    }
}

pub(super) const TARGET: &[&[u8]] = &[
    b"redis://ann:s3cr%40t-w0rd@db.example.org:6379/1?db=1",
    b"rediss://:p4ssw0rd-1234@[::1]:6380?ca_file=/etc/ca.pem&cert_file=c&key_file=k",
    b"redis+unix://ann:p4ssw0rd-1234@/run/redis.sock?db=2",
    b"valkey-sentinel://h:26379,i/0?sentinelServiceName=my&sentinelPassword=p4ss&node=h:1",
    b"redis-cluster://h:7000,i:7001?node=j:7002",
];
