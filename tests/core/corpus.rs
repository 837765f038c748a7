//! A corpus of values as crawls store them: each kind sound, cut off, under another type, and hostile. All
//! are shown in every way and at every size, and none of their bytes reach the terminal as they are. With
//! `LARDER_FRAMES=FOLDER` they are drawn, to be looked at.

pub(crate) mod coded;
mod kinds;

use std::sync::Arc;

use larder::app::{Event, Pane, RecordView};
use larder::model::Record;
use larder::preview::{Mode, Preview, PreviewKind};
use larder::text::visible;
use ratatui::buffer::Cell;

use crate::drawn;
use crate::stage::{Stage, plain, record, store};
use kinds::{Kind, kinds};

/// Screens with three, two and one panes.
const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (40, 10)];

/// Ways to show a value: by its type, as text, as bytes.
const FACES: [Mode; 3] = [Mode::Auto, Mode::Text, Mode::Hex];

/// Bytes on which a terminal would act, and characters that hide others.
const HOSTILE: &[u8] =
    b"\x1b[2J\x1b]0;owned\x07\x1bPq\x1b\\\x9b31m\xc2\x9b31m\x00\r\x08\xe2\x80\xae\
    \xe2\x80\x8b\xef\xbb\xbf\xf3\xa0\x81\x81\xff\xfe\xf4\x8e\xbb\xae\xcc\x85\xcc\x8d";

/// The values: each kind with each change.
fn values() -> Vec<(String, Record)> {
    let kinds = kinds();
    let mut values = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        let Kind { name, content_type, bytes, .. } = kind;
        let other = kinds[(at + 7) % kinds.len()].content_type;
        let cut = &bytes[..bytes.len() * 3 / 5];
        let forms = [
            ("good", *content_type, bytes.clone()),
            ("cut", content_type, cut.to_vec()),
            ("mistyped", other, bytes.clone()),
            ("hostile", content_type, hostile(bytes, at as u64)),
        ];
        for (form, content_type, bytes) in forms {
            let key = format!("{name}, {form}");
            values.push((key.clone(), record(&key, content_type, bytes)));
        }
    }
    values
}

/// The bytes with [`HOSTILE`] in three places, and with too large numbers in the head. Always the same for a
/// seed.
fn hostile(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |most: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most.max(1)
    };
    for _ in 0..3 {
        let at = below(bytes.len());
        bytes.splice(at..at, HOSTILE.iter().copied());
    }
    // The bytes that identify the format stay.
    for _ in 0..2 {
        let at = 12 + below(60);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = 0xff;
        }
    }
    bytes
}

/// A stage that lists these records, with the first one open.
fn stage(records: &[Record]) -> Stage {
    let mut stage = Stage::new(SIZES[0].0, SIZES[0].1);
    stage.connect(vec![store("shop", records.len() as u64)]);
    stage.open(&records[..1]);
    stage.app.focus = Pane::Record;
    stage
}

#[test]
fn nothing_of_a_hundred_and_fifty_values_reaches_the_terminal_as_it_is() {
    let values = values();
    assert!(values.len() >= 150, "{} values", values.len());
    let records: Vec<Record> = values.iter().map(|(_, record)| record.clone()).collect();
    let mut stage = stage(&records);
    for (name, record) in values {
        for face in FACES {
            let preview = Arc::new(Preview::build_as(&record, face));
            let key = record.meta.key.clone();
            stage.app.record.wanted = Some(("shop".into(), key));
            stage.app.record.mode = face;
            stage.app.record.shown = Some(RecordView::Whole(record.clone(), preview));
            for (columns, rows) in SIZES {
                stage.event(Event::Resize(columns, rows));
                stage.asked.clear();
                let buffer = stage.buffer(plain());
                drawn::draw_one(&format!("corpus, {name}, {face:?}, {columns}"), &mut stage);
                for cell in buffer.content() {
                    let symbol = cell.symbol();
                    let ascii = matches!(symbol.as_bytes(), [b' '..=b'~']);
                    let plain = ascii || *visible(symbol) == *symbol;
                    assert!(plain, "{name}, {face:?}, {columns}: {symbol:?}");
                }
                let seen: String = buffer.content().iter().map(Cell::symbol).collect();
                let told = larder::text::size(record.meta.size);
                assert!(seen.contains(&told), "{name}, {face:?}, {columns}: no {told}");
            }
        }
    }
}

/// The remarks on values that are not what their type says, or not whole.
#[test]
fn what_is_wrong_with_a_value_is_told() {
    let values = values();
    let told = |name: &str| {
        let (_, record) = values.iter().find(|(key, _)| key == name).unwrap();
        Preview::build(record).note().unwrap_or_default().to_owned()
    };
    for (name, wanted) in [
        ("JPEG, mistyped", "says application/brotli, is image/jpeg; JPEG"),
        ("JSON list, mistyped", "says text/html, is application/json"),
        ("JSON deep, mistyped", "says application/xml, is application/json"),
        ("PDF, mistyped", "says text/plain, is application/pdf"),
        ("film, mistyped", "says image/jpeg, is MP4"),
        ("sound, mistyped", "says image/png, is WAV, 1.0 s"),
        ("database, mistyped", "says image/webp, is SQLite database, 4,294,967,295 pages"),
        ("brotli, mistyped", "its bytes begin otherwise than its type says"),
        ("font, hostile", "says font/woff2, and its bytes begin otherwise"),
        ("gzip, mistyped", "gzip → text/html, 198 → 261 B; says application/zip, is text/html"),
        ("zlib, mistyped", "zlib → application/json, 145 → 176 B; says application/x-tar"),
        ("office, hostile", "ZIP; damaged: none of its entries could be read"),
        ("tar, hostile", "tar; damaged: none of its entries could be read"),
        ("JavaScript, hostile", "not UTF-8: shown as hex"),
        ("YAML, hostile", "not UTF-8: shown as hex"),
        ("SVG, hostile", "not UTF-8: shown as hex"),
        ("NDJSON, hostile", "not UTF-8: shown as hex"),
        ("sitemap, hostile", "not UTF-8: shown as hex"),
    ] {
        assert!(told(name).starts_with(wanted), "{name}: {}", told(name));
    }
    let (_, script) = values.iter().find(|(key, _)| key == "JavaScript, hostile").unwrap();
    let mut stage = stage(std::slice::from_ref(script));
    let shown = RecordView::Whole(script.clone(), Arc::new(Preview::build(script)));
    stage.app.record.shown = Some(shown);
    assert!(stage.app.record.warns(), "text that is shown as bytes");
    for name in ["sound, cut", "database, cut"] {
        assert!(told(name).ends_with("; cut off"), "{name}: {}", told(name));
    }
    for name in ["zlib, good", "zlib, mistyped"] {
        let (_, record) = values.iter().find(|(key, _)| key == name).unwrap();
        let source = Preview::build_as(record, Mode::Text);
        assert!(source.note().unwrap().starts_with("zlib → application/json"), "{name}");
    }
}

#[test]
fn each_kind_is_shown_as_what_it_is() {
    let mut wrong = Vec::new();
    for Kind { name, content_type, bytes, shown, note } in kinds() {
        let preview = Preview::build(&record(name, content_type, &bytes));
        let told = preview.note().unwrap_or_default();
        if preview.kind() != shown || !told.contains(note) {
            wrong.push(format!("{name}: {:?}, {told}", preview.kind()));
        }
        // Under another type, a value is shown in the same way if its bytes identify it.
        let marked = matches!(shown, PreviewKind::Picture | PreviewKind::Listing);
        if marked {
            let other = Preview::build(&record(name, "application/octet-stream", &bytes));
            assert_eq!(other.kind(), shown, "{name}");
        }
        // Text and bytes can always be shown.
        let text = Preview::build_as(&record(name, content_type, &bytes), Mode::Text);
        let hex = Preview::build_as(&record(name, content_type, &bytes), Mode::Hex);
        assert_eq!((text.kind(), hex.kind()), (PreviewKind::Text, PreviewKind::Hex), "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
