//! A generated corpus of pictures: each kind, intact, cut, mistyped, hostile.

pub(super) mod corpus_of_tests;

use std::cell::Cell;

use super::super::{Mode, Preview, PreviewKind, Rgb, Scroll, Viewport};
use super::*;
use crate::model::{Record, RecordMeta};
use corpus_of_tests::{Sample, exif, png, png_header, samples};

const VIEW: Viewport = Viewport { width: 40, height: 12, wrap: true };

fn preview(bytes: &[u8], content_type: &str) -> Preview {
    let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
    Preview::build(&Record { meta, value: bytes.to_vec().into() })
}

fn note(preview: &Preview) -> &str {
    preview.note().unwrap_or_default()
}

/// The visible pixels in a pane, by rows.
fn pixels(preview: &Preview, view: Viewport) -> Vec<Vec<Rgb>> {
    let mut pixels = Vec::new();
    for row in preview.rows(Scroll::default(), view, None) {
        let row = row.pixels;
        pixels.push(row.iter().map(|cell| cell.upper).collect::<Vec<_>>());
        pixels.push(row.iter().filter_map(|cell| cell.lower).collect());
    }
    pixels.retain(|row| !row.is_empty());
    pixels
}

fn near(one: Rgb, other: Rgb) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= 12)
}

#[test]
fn each_kind_is_seen_as_it_is() {
    for Sample { name, bytes, content_type, facts } in samples() {
        let preview = preview(&bytes, content_type);
        assert_eq!((preview.kind(), note(&preview)), (PreviewKind::Picture, facts), "{name}");
        let seen = pixels(&preview, VIEW);
        assert_eq!((seen.len(), seen[0].len()), (24, 40), "{name}");
        // Red and green above, blue and white below; their greys have the same order.
        let [red, green, blue, white] = [seen[3][3], seen[3][36], seen[20][3], seen[20][36]];
        if name.contains("grey") {
            let greys = [red[0], green[0], blue[0], white[0]];
            assert_eq!(red, [red[0]; 3], "{name}");
            assert!(greys.is_sorted() && greys[0] < 60 && greys[3] > 200, "{name}: {greys:?}");
        } else {
            assert!(near(red, [255, 0, 0]), "{name}: {red:?}");
            assert!(near(green, [0, 255, 0]), "{name}: {green:?}");
            assert!(near(blue, [0, 0, 255]), "{name}: {blue:?}");
            assert!(near(white, [255; 3]), "{name}: {white:?}");
        }
    }
}

#[test]
fn what_came_of_a_cut_picture_is_shown() {
    for Sample { name, bytes, content_type, .. } in samples() {
        // The cut is in the first of two frames.
        let eighths = if name.contains("animated") { 3 } else { 6 };
        let cut = preview(&bytes[..bytes.len() * eighths / 8], content_type);
        if name.contains("WebP") && cut.kind() == PreviewKind::Hex {
            // A lossless picture shows nothing before its end.
            assert_ne!(name, "WebP, lossy");
            assert!(note(&cut).ends_with("no picture: its end is missing"), "{name}");
        } else {
            assert_eq!(cut.kind(), PreviewKind::Picture, "{name}: {}", note(&cut));
            let end = "cut off: shown in part";
            assert!(note(&cut).ends_with(end), "{name}: {}", note(&cut));
            let red = pixels(&cut, VIEW)[0][1];
            assert!(name.contains("grey") || near(red, [255, 0, 0]), "{name}: {red:?}");
        }
        let header = preview(&bytes[..bytes.len().min(16)], content_type);
        assert_eq!(header.kind(), PreviewKind::Hex, "{name}");
        assert!(note(&header).contains("picture"), "{name}: {}", note(&header));
    }
}

#[test]
fn pixels_whose_sum_does_not_fit_are_told() {
    let mut bytes = png(64, 48, |x, y| [x as u8, y as u8, 9]);
    let end = bytes.windows(4).position(|part| part == b"IEND").unwrap();
    // The last byte of the pixels, before their checksum and the next length.
    bytes[end - 9] ^= 1;
    let shown = preview(&bytes, "image/png");
    let told = "PNG, 64 × 48 pixels, 8-bit RGB; damaged: shown in part";
    assert_eq!((shown.kind(), note(&shown)), (PreviewKind::Picture, told));
}

#[test]
fn pixels_that_end_before_the_picture_does_are_a_fault_of_them() {
    let gif = &samples()[10];
    assert_eq!(gif.name, "GIF");
    // Half of the first block of its pixels, and the sign that there are no more.
    let frame = gif.bytes.windows(5).position(|part| part == b",\0\0\0\0").unwrap();
    let (head, rest) = gif.bytes.split_at(frame + 11);
    let half = rest[0] / 2;
    let damaged = [head, &[half], &rest[1..=usize::from(half)], b"\0;"].concat();
    let shown = preview(&damaged, "image/gif");
    let told = "GIF, 80 × 48 pixels, 4 colours; damaged: shown in part";
    assert_eq!((shown.kind(), note(&shown)), (PreviewKind::Picture, told));
}

#[test]
fn the_beginning_of_a_picture_is_no_fault() {
    let whole = png(640, 480, |_, _| [9, 9, 9]);
    let head = |bytes: &[u8]| {
        let value = bytes.to_vec().into();
        Preview::build_head(Record { value, ..Record::default() }, Mode::Auto)
    };
    let part = head(&whole[..whole.len() / 2]);
    assert_eq!(
        (part.kind(), note(&part)),
        (PreviewKind::Picture, "PNG, 640 × 480 pixels, 8-bit RGB")
    );
    let little = head(&whole[..20]);
    assert_eq!(note(&little), "PNG; too little of it for a picture");
}

#[test]
fn a_wrong_type_is_told() {
    let bytes = png(8, 8, |_, _| [1, 2, 3]);
    for (content_type, told) in [
        ("image/jpeg; q=1", "says image/jpeg, is image/png; "),
        ("text/html", "says text/html, is image/png; "),
        ("application/json", "says application/json, is image/png; "),
        ("image/png", ""),
        ("IMAGE/PNG", ""),
        ("application/octet-stream", ""),
        ("", ""),
    ] {
        let preview = preview(&bytes, content_type);
        assert_eq!(preview.kind(), PreviewKind::Picture, "{content_type}");
        assert_eq!(note(&preview), format!("{told}PNG, 8 × 8 pixels, 8-bit RGB"), "{content_type}");
    }
    let page = preview(b"<html>not found</html>", "image/png");
    assert_eq!((page.kind(), note(&page)), (PreviewKind::Page, "says image/png, is text/html"));
    let text = preview(b"GIF89a is a format", "text/plain");
    assert_eq!((text.kind(), note(&text)), (PreviewKind::Text, ""));
}

#[test]
fn other_modes_show_the_bytes() {
    let value = png(8, 8, |_, _| [1, 2, 3]);
    let meta = RecordMeta { content_type: "image/png".into(), ..RecordMeta::default() };
    let record = Record { meta, value: value.into() };
    for (mode, kind) in [(Mode::Hex, PreviewKind::Hex), (Mode::Text, PreviewKind::Text)] {
        assert_eq!(Preview::build_as(&record, mode).kind(), kind);
    }
    assert_eq!(Preview::build(&record).find("PNG").len(), 0, "nothing of it is text");
}

#[test]
fn bombs_are_told_of_and_not_decoded() {
    let side = [20_000_u32.to_be_bytes(), 20_000_u32.to_be_bytes()].concat();
    let wide = [0x7fff_ffff_u32.to_be_bytes(), 1_u32.to_be_bytes()].concat();
    for (size, depth, colour) in [(&side, 16, 6), (&wide, 16, 6), (&wide, 1, 0)] {
        let header = [&size[..], &[depth, colour, 0, 0, 0]].concat();
        let bomb = preview(&png_header(&header), "image/png");
        assert_eq!(bomb.kind(), PreviewKind::Hex);
        assert!(note(&bomb).contains("no picture"), "{}", note(&bomb));
    }
    let large = "; no picture: it would take over 256 MiB";
    let mut jpeg = corpus_of_tests::jpeg(false, false);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    assert_eq!(note(&preview(&jpeg, "")), format!("JPEG, 20000 × 20000 pixels{large}"));
    let canvas = |columns: [u8; 3]| {
        let body = [&[0; 4][..], &columns, &columns].concat();
        let lossy = [b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a".as_slice(), &[0xff, 0x3f, 0xff, 0x3f]];
        let parts = [b"WEBPVP8X\x0a\0\0\0".as_slice(), &body, &lossy.concat()].concat();
        [b"RIFF", &(parts.len() as u32).to_le_bytes()[..], &parts].concat()
    };
    let webp = canvas([0x1f, 0x4e, 0]);
    assert_eq!(note(&preview(&webp, "")), format!("WebP, 20000 × 20000 pixels{large}"));
    let inner = preview(&canvas([9, 0, 0]), "");
    assert!(note(&inner).ends_with("its picture is larger than it says"), "{}", note(&inner));
}

#[test]
fn no_more_rows_are_decoded_than_take_half_a_second() {
    // A row has a fixed cost, and few bytes can hold many rows.
    let tall = png(1, 100, |_, _| [0; 3]);
    let budget = 10 * (64 + 3) + 66;
    let decoded = super::png::decode(&tall, Room::PANE, budget, &|| true).unwrap();
    assert_eq!(decoded.end, End::Rows(10));
    assert_eq!(decoded.end.words(true).unwrap(), "large: only its first 10 rows");
    let gif = &samples()[10];
    assert_eq!(gif.name, "GIF");
    let decoded = super::gif::decode(&gif.bytes, Room::PANE, 3 * (64 + 4 * 80), &|| true).unwrap();
    assert_eq!(decoded.end, End::Rows(3));
}

#[test]
fn what_nobody_wants_is_given_up() {
    let bytes = png(8, 100, |_, _| [0; 3]);
    let rows = Cell::new(0);
    let wanted = || rows.replace(rows.get() + 1) < 10;
    read(Kind::Png, &bytes, false, &wanted).unwrap();
    assert_eq!(rows.get(), 11);
    let why = read(Kind::Jpeg, &corpus_of_tests::jpeg(false, false), false, &|| false).unwrap_err();
    assert!(why.ends_with("given up"), "{why}");
    for sample in samples() {
        let asked = Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) < 3;
        let kind = Kind::of(&sample.bytes).unwrap();
        let seen = read(kind, &sample.bytes, false, &wanted);
        assert!(seen.is_err() || kind != Kind::WebP && kind != Kind::Jpeg, "{}", sample.name);
    }
}

#[test]
fn exif_says_which_side_is_up() {
    let seen = |turn: u16| {
        let preview = preview(&exif(turn), "image/jpeg");
        let seen = pixels(&preview, VIEW);
        let (top, bottom) = (&seen[2], &seen[seen.len() - 3]);
        let corners = [top[2], top[top.len() - 3], bottom[2], bottom[bottom.len() - 3]];
        let name = |colour: &Rgb| {
            let known = [('r', [255, 0, 0]), ('g', [0, 255, 0]), ('b', [0, 0, 255])];
            known.iter().find(|(_, known)| near(*known, *colour)).map_or('w', |(name, _)| *name)
        };
        corners.iter().map(name).collect::<String>()
    };
    // The stored picture is red and green above, blue and white below.
    let turned = ["rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"];
    for (turn, corners) in (1..).zip(turned) {
        assert_eq!(seen(turn), corners, "{turn}");
    }
    let told = preview(&exif(6), "");
    let facts = "JPEG, 80 × 48 pixels, 8-bit colour, turned as its EXIF data says";
    assert_eq!(note(&told), facts);
}

#[test]
fn a_picture_fits_its_pane() {
    let of = |columns, rows| preview(&png(columns, rows, |_, _| [7; 3]), "");
    let size = |preview: &Preview, view| {
        let rows = pixels(preview, view);
        (rows[0].len(), rows.len())
    };
    assert_eq!(size(&of(320, 180), VIEW), (40, 23));
    assert_eq!(size(&of(60, 120), VIEW), (12, 24), "as high as the pane");
    assert_eq!(size(&of(39, 20), VIEW), (39, 20), "never larger than it is");
    assert_eq!(size(&of(8, 8), VIEW), (24, 24), "but for icons");
    assert_eq!(size(&of(1, 1), VIEW), (4, 4));
    let page = of(50, 500);
    assert_eq!(size(&page, VIEW), (40, 24), "a long page is as wide as the pane");
    assert_eq!(page.bottom(VIEW).line(), 200 - 12 + 1);
    let down = page.scroll_by(page.top(), 1000, VIEW);
    assert_eq!(down, page.bottom(VIEW));
    assert_eq!(page.rows(down, VIEW, None).len(), 12);
    for (width, height) in [(1, 1), (3, 1), (1, 9), (0, 5), (5, 0), (500, 300)] {
        let view = Viewport { width, height, wrap: false };
        for picture in [of(64, 36), of(8, 8), of(1, 700), of(700, 1)] {
            let rows = picture.rows(picture.bottom(view), view, None);
            assert!(rows.len() <= height.into());
            for row in rows {
                let cells = crate::text::cells(&row.text()) + row.pixels.len();
                assert!(cells <= width.into());
            }
        }
    }
}

#[test]
fn squares_are_seen_through_what_is_transparent() {
    let bytes = corpus_of_tests::encoded(16, 16, ::png::ColorType::Rgba, |_, _| vec![255, 0, 0, 0]);
    let seen = pixels(&preview(&bytes, ""), Viewport { width: 16, height: 8, wrap: true });
    assert_eq!((seen[0][0], seen[0][4], seen[4][0]), ([102; 3], [153; 3], [153; 3]));
}

#[test]
fn mutated_pictures_do_no_harm() {
    let mut random = 9_u64;
    let mut next = move |below: usize| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    let mut shown = 0;
    for Sample { bytes, content_type, .. } in samples() {
        for _ in 0..50 {
            let mut bytes = bytes.clone();
            for _ in 0..=next(6) {
                let at = next(bytes.len());
                match next(4) {
                    0 => bytes[at] = next(256) as u8,
                    1 => bytes[at] ^= 1 << next(8),
                    2 => bytes.truncate(at.max(12)),
                    _ => {
                        let piece = bytes[at..(at + next(40)).min(bytes.len())].to_vec();
                        bytes.splice(at..at, piece);
                    }
                }
            }
            let preview = preview(&bytes, content_type);
            assert!(!note(&preview).contains("a bug"), "{}", note(&preview));
            shown += usize::from(preview.kind() == PreviewKind::Picture);
            assert!(preview.rows(preview.bottom(VIEW), VIEW, None).len() <= 12);
        }
    }
    assert!(shown > 100, "{shown} were decoded");
}
