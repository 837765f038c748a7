use std::io::Write as _;

use ::base64::Engine as _;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

const PAGE: &str = "<html><p>hello hello hello hello</p></html>";
/// `<html>`, 40 times `hello brotli `, `</html>`.
const BROTLI: &str =
    "1b1402f89d09364ea87737bc7ee1114393206c745526976c696f59c824046603c698e462be76595f2419";
/// 64 MiB of zeros.
const BROTLI_BOMB: &str = "cbffff3ff82700e2b14020f7fe8fffff7ff04f00c4611180eefd1fffffffe09f0088c30200ddfb3ffeffffc13f0110870500baf77ffcffff837f02200e0b0074effff8ffff07ff04401c1600e8defff1ffff0ffe0980382c00d0bdffcbffff3ffc1300715800a07bff07";

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

pub(in crate::preview) fn gzip(value: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(value).unwrap();
    encoder.finish().unwrap()
}

pub(in crate::preview) fn zlib(value: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(value).unwrap();
    encoder.finish().unwrap()
}

pub(in crate::preview) fn zstd(value: &[u8]) -> Vec<u8> {
    compress_to_vec(value, CompressionLevel::Fastest)
}

pub(in crate::preview) fn brotli() -> Vec<u8> {
    bytes(BROTLI)
}

fn base64(value: &[u8]) -> Vec<u8> {
    ::base64::engine::general_purpose::STANDARD.encode(value).into_bytes()
}

/// Text that does not compress well, over several blocks of Zstandard.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + u8::try_from(state >> 24).unwrap() % 26
    };
    (0..bytes).map(next).collect()
}

fn opened(value: &[u8], content_type: &str, name: &str) -> Option<Opened> {
    let opened = open(&Bytes::copy_from_slice(value), content_type, name, Limits::new(&|| true));
    (!opened.layers.is_empty()).then_some(opened)
}

fn words(value: &[u8], content_type: &str, name: &str) -> String {
    opened(value, content_type, name).map_or_else(String::new, |opened| {
        assert_eq!(opened.fault, None);
        opened.layers.iter().map(Layer::word).collect::<Vec<_>>().join(" ")
    })
}

#[test]
fn layers_are_opened_by_their_marks() {
    let page = PAGE.as_bytes();
    for (value, name) in [(gzip(page), "gzip"), (zlib(page), "zlib"), (zstd(page), "zstd")] {
        for content_type in ["", "application/octet-stream", "text/html", "application/gzip"] {
            let opened = opened(&value, content_type, "key").unwrap();
            assert_eq!((opened.layers[0].word(), opened.fault), (name, None));
            assert_eq!(&*opened.bytes, page, "{name} as {content_type}");
        }
    }
    let chained = base64(&gzip(&zstd(&zlib(page))));
    assert_eq!(words(&chained, "text/plain; charset=utf-8", ""), "base64 gzip zstd zlib");
    let five = gzip(&gzip(&gzip(&gzip(&gzip(page)))));
    assert_eq!(words(&five, "", ""), "gzip gzip gzip gzip");
}

#[test]
fn brotli_is_read_where_something_says_so() {
    let value = brotli();
    let page = format!("<html>{}</html>", "hello brotli ".repeat(40));
    for (content_type, name) in [("application/brotli", ""), ("text/html", "page.html.br")] {
        let opened = opened(&value, content_type, name).unwrap();
        assert_eq!((&*opened.bytes, opened.fault), (page.as_bytes(), None));
    }
    assert_eq!(words(&value, "text/html", "page.html"), "brotli", "no text by itself");
    assert_eq!(words(&value, "application/octet-stream", "page.html"), "");
    assert_eq!(words(&gzip(&value), "", "a.br.gz"), "gzip brotli");
    assert_eq!(words(&gzip(&value), "application/octet-stream", "a"), "gzip brotli", "whole text");
    assert_eq!(words(&gzip(&value[..40]), "application/octet-stream", "a"), "gzip", "not sure");
    assert_eq!(words(&gzip(&[7; 900]), "application/octet-stream", "a"), "gzip");
    assert_eq!(words(b"no brotli at all, just text", "application/x-brotli", ""), "");
}

#[test]
fn base64_without_its_end_is_opened_and_told() {
    let text = "[{\"a\": \"long enough\"}, {\"a\": \"long enough too\"}]";
    let whole = base64(text.as_bytes());
    for (prefix, word) in [("", "base64"), ("data:application/json;base64,", "data: URL")] {
        for cut in 1..=8 {
            let value = [prefix.as_bytes(), &whole[..whole.len() - 2 - cut]].concat();
            let opened = opened(&value, "text/plain", "").unwrap();
            assert_eq!(opened.layers[0].word(), word);
            let characters = value.len() - prefix.len();
            let (groups, rest) = (characters / 4, characters % 4);
            // Two or three characters of a group may be its end, without padding.
            let bytes = match opened.fault {
                None => characters * 3 / 4,
                Some(_) => groups * 3,
            };
            assert_eq!(&*opened.bytes, &text.as_bytes()[..bytes], "{cut}");
            assert!(opened.fault == Some(Fault::CutOff) || opened.fault.is_none() && rest != 1);
            assert!(rest != 0 || opened.fault.is_none());
        }
    }
    let packed = base64(&gzip(&noise(1000)));
    let opened = opened(&packed[..=packed.len() / 8 * 4], "text/plain", "").unwrap();
    let layers: Vec<_> = opened.layers.iter().map(Layer::word).collect();
    assert_eq!((layers, opened.fault), (vec!["base64", "gzip"], Some(Fault::CutOff)));
    assert!(opened.bytes.len() > 100 && noise(1000).starts_with(&opened.bytes));
}

#[test]
fn base64_is_opened_where_something_known_comes_out() {
    for value in [base64(b"{\"a\": \"long enough\"}"), base64(b"\x89PNG\r\n\x1a\n0123456789")] {
        assert_eq!(words(&value, "text/plain", ""), "base64");
        assert_eq!(words(&value, "text/html", ""), "", "this is another text");
    }
    for text in ["hello", "aGVsbG8=", "ThisIsTheNameOfAPage2024x", "Zm9v\u{e4}"] {
        assert_eq!(words(text.as_bytes(), "text/plain", ""), "", "{text}");
    }
    for (url, kind, inside) in [
        ("data:,a%20b", "text/plain", "a b"),
        ("data:text/html;base64,PGI+aGk8L2I+\n", "text/html", "<b>hi</b>"),
        ("data:text/html;base64,\r\nPGI+a\n\tGk8L2I+\n", "text/html", "<b>hi</b>"),
        ("DATA:image/svg+xml;charset=utf-8,<svg/>", "image/svg+xml;charset=utf-8", "<svg/>"),
    ] {
        let opened = opened(url.as_bytes(), "text/plain", "").unwrap();
        assert_eq!(opened.layers, [Layer::DataUrl(kind.to_owned())]);
        assert_eq!(&*opened.bytes, inside.as_bytes());
    }
    assert_eq!(words(b"data:base64", "text/plain", ""), "");
    assert_eq!(words(b"data: 1, 2, 3\nmore", "text/plain", ""), "", "not one line");
}

#[test]
fn what_is_cut_off_is_read_as_far_as_it_goes() {
    let text = noise(600_000);
    for (packed, kind) in [(gzip(&text), ""), (zlib(&text), ""), (zstd(&text), "")] {
        let cut = &packed[..packed.len() / 2];
        let opened = opened(cut, kind, "").unwrap();
        assert_eq!(opened.fault, Some(Fault::CutOff), "{:?}", opened.layers);
        let share = opened.bytes.len() * 100 / text.len();
        assert!((25..60).contains(&share), "{:?}: {share} %", opened.layers);
        assert!(text.starts_with(&opened.bytes));
    }
    let brotli = brotli();
    let opened = opened(&brotli[..brotli.len() - 2], "application/brotli", "").unwrap();
    assert_eq!(opened.fault, Some(Fault::CutOff));
    assert!(opened.bytes.starts_with(b"<html>hello"));
}

#[test]
fn what_is_damaged_says_how() {
    let text = noise(600_000);
    let mut sum = gzip(&text);
    let at = sum.len() - 8;
    sum[at] ^= 1;
    let fault = |value: &[u8]| opened(value, "", "").unwrap().fault;
    assert_eq!(fault(&sum), Some(Fault::Checksum));
    assert_eq!(fault(&[gzip(&text), b"trailing".to_vec()].concat()), Some(Fault::Rest(8)));
    assert_eq!(fault(&[gzip(&text), vec![0; 512]].concat()), None, "filled up to a block");
    assert_eq!(fault(&[zstd(&text), b"trailing".to_vec()].concat()), Some(Fault::Rest(8)));
    assert_eq!(fault(&[zlib(&text), b"trailing".to_vec()].concat()), Some(Fault::Rest(8)));
    for text in [&text[..], PAGE.as_bytes()] {
        let mut sum = zlib(text);
        *sum.last_mut().unwrap() ^= 1;
        let opened = opened(&sum, "", "").unwrap();
        assert_eq!((&*opened.bytes, opened.fault), (text, Some(Fault::Checksum)));
        let mut damaged = gzip(text);
        let (from, end) = (damaged.len() * 2 / 3, damaged.len() - 8);
        damaged[from..end].fill(0xff);
        let opened = open(&damaged.into(), "", "", Limits::new(&|| true));
        assert!(text.len() < 100 || opened.bytes.len() > text.len() / 4, "{}", opened.bytes.len());
    }
    let brotli = brotli();
    for at in [12, 20, 30] {
        let mut damaged = brotli.clone();
        damaged[at..at + 6].fill(0xff);
        let opened = open(&damaged.into(), "application/brotli", "", Limits::new(&|| true));
        let fault = opened.fault.or(opened.closed.map(|(_, fault)| fault));
        assert_eq!(fault, Some(Fault::Broken), "{at}");
    }
    let mut block = zstd(&text);
    let at = block.len() / 2;
    // Blocks of this length, and of this kind, are not allowed.
    block[at..].fill(0xff);
    let opened = opened(&block, "", "").unwrap();
    assert_eq!(opened.fault, Some(Fault::Broken));
    assert!(text.starts_with(&opened.bytes) && opened.bytes.len() > 100_000);
}

#[test]
fn several_parts_are_one_value() {
    let parts = [gzip(b"one "), gzip(b""), gzip(b"two")].concat();
    assert_eq!(&*opened(&parts, "", "").unwrap().bytes, b"one two");
    let skipped = b"\x53\x2a\x4d\x18\x03\0\0\0abc".to_vec();
    let parts =
        [skipped.clone(), skipped.clone(), zstd(b"one "), skipped.clone(), zstd(b"two")].concat();
    assert_eq!(&*opened(&parts, "", "").unwrap().bytes, b"one two");
    assert!(opened(&skipped, "", "").is_none(), "nothing to be read");
}

#[test]
fn a_bomb_gives_no_more_than_its_bound() {
    let bound = 1 << 20;
    let limits = Limits { bytes: bound, ..Limits::new(&|| true) };
    // 1 GiB of zeros in 1 MB.
    let gzip_bomb = gzip(&vec![0; 1 << 20]).repeat(1024);
    assert!(gzip_bomb.len() < 2 << 20, "{}", gzip_bomb.len());
    // A frame of blocks that repeat one byte 128 KiB times.
    let mut zstd_bomb = b"\x28\xb5\x2f\xfd\0\x38".to_vec();
    zstd_bomb.extend(b"\x02\0\x10\0".repeat(8192));
    for (bomb, kind) in [
        (gzip_bomb, ""),
        (zstd_bomb, ""),
        (bytes(BROTLI_BOMB), "application/brotli"),
        (gzip(&gzip(&vec![0; 4 << 20])), ""),
    ] {
        let opened = open(&bomb.into(), kind, "", limits);
        assert_eq!(opened.fault, Some(Fault::TooMuch), "{:?}", opened.layers);
        assert!(opened.bytes.len() <= bound && opened.bytes.len() > bound / 2);
    }
    // A window of gigabytes in a few bytes.
    for window in [0xff, 0xa0] {
        let bytes = [b"\x28\xb5\x2f\xfd\0", &[window, 1, 0, 0][..]].concat();
        let opened = open(&bytes.into(), "", "", limits);
        assert_eq!(opened.closed, Some((Layer::Zstd, Fault::Unsupported)));
    }
}

#[test]
fn nothing_is_opened_that_nobody_wants() {
    let packed: Bytes = gzip(&vec![0; 1 << 20]).into();
    let asked = std::cell::Cell::new(0);
    let wanted = || {
        asked.set(asked.get() + 1);
        asked.get() < 3
    };
    let opened = open(&packed, "", "", Limits::new(&wanted));
    assert_eq!((opened.fault, opened.bytes.len()), (Some(Fault::TooLong), 2 * CHUNK));
    let late = Limits { until: Instant::now(), ..Limits::new(&|| true) };
    let opened = open(&packed, "", "", late);
    assert_eq!(opened.closed, Some((Layer::Gzip, Fault::TooLong)));
}

#[test]
fn types_and_names_tell_what_is_inside() {
    let kind = |value: &[u8], content_type: &str, name: &str| {
        let opened = opened(value, content_type, name).unwrap();
        inner_type(&opened.layers, content_type, name, &opened.bytes).as_str().to_owned()
    };
    let page = gzip(PAGE.as_bytes());
    assert_eq!(kind(&page, "text/plain; charset=latin1", "a.html"), "text/plain; charset=latin1");
    assert_eq!(kind(&page, "application/gzip", "a"), "text/html");
    assert_eq!(kind(&page, "application/gzip", "a.gz"), "text/html");
    assert_eq!(kind(&page, "application/octet-stream", "A.CSS.GZ"), "text/css; charset=utf-8");
    assert_eq!(kind(&page, "", "a.tgz"), "application/x-tar");
    assert_eq!(kind(&gzip(b"[1]"), "application/gzip", "a.gz"), "");
    let drawing = base64(b"<svg xmlns='x'></svg>");
    for name in ["a", "a.txt", "a.TXT"] {
        assert_eq!(kind(&drawing, "text/plain", name), "image/svg+xml", "{name}");
    }
    let text = base64(b"nothing but text, some words of it");
    assert_eq!(kind(&text, "text/plain", "a.txt"), "text/plain; charset=utf-8");
    assert_eq!(kind(&page, "application/octet-stream", "a.txt"), "text/plain; charset=utf-8");
    assert_eq!(kind(b"data:text/css,a{}", "text/plain", "a.html"), "text/css");
}

#[test]
fn damaged_values_do_no_harm() {
    let text = noise(2000);
    let samples = [gzip(&text), zlib(&text), zstd(&text), brotli(), base64(&gzip(&text))];
    let mut state = 7_usize;
    for round in 0..160 {
        for sample in &samples {
            let mut value = sample.clone();
            for _ in 0..=round % 4 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (state >> 33) % value.len();
                match state >> 20 & 3 {
                    0 => value.truncate(at.max(1)),
                    1 => value[at] ^= 1 << (state >> 24 & 7),
                    2 => value[at] = 0xff,
                    _ => drop(value.splice(at..at, text[..7].iter().copied())),
                }
            }
            let limits = Limits { bytes: 1 << 16, ..Limits::new(&|| true) };
            for content_type in ["", "application/brotli"] {
                let opened = open(&value.clone().into(), content_type, "", limits);
                assert!(opened.bytes.len() <= 1 << 16 && opened.layers.len() <= MOST_LAYERS);
            }
        }
    }
}
