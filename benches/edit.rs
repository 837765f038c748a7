//! The built-in editor with large values: the time from a key to its frame, and that of a paste. `cargo bench
//! --bench edit`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/editor_keys.rs"]
mod editor_keys;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/stage.rs"]
mod stage;

use std::process::ExitCode;
use std::time::Instant;

use bytes::Bytes;
use larder::app::{Event, Settings};
use larder::model::Record;
use larder::theme::{Symbols, Theme};
use larder::view::{Appearance, Pictures, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use report::{Report, max, median, ms};
use stage::{Stage, record, store};

const SIZE: usize = 5 << 20;
/// Bound on the time from a key to its frame, in milliseconds.
const KEY: f64 = 5.0;
/// Bound on the time for a paste of 1 MB, in milliseconds.
const PASTE: f64 = 100.0;

fn repeated(piece: &str) -> String {
    piece.repeat(SIZE / piece.len())
}

fn main() -> ExitCode {
    let mut report = Report::default();
    let item = r#"{"url": "https://shop.example/page/42", "price": 46.2, "tags": ["a", null]},"#;
    let json = "application/json";
    for (name, content_type, text) in [
        ("json, laid out", json, format!("[{}0]", repeated(item))),
        ("json, one string", json, format!("[\"{}\"]", repeated("a long, long string "))),
        ("text, lines", "text/plain", repeated("a line of 25 characters.\n")),
        ("text, one line", "text/plain", repeated("words and words, ")),
        ("text, one wide line", "text/plain", repeated("日本語のテキスト、нет")),
        ("text, marks", "text/plain", repeated("a\u{301}\u{302}\u{303}")),
    ] {
        for wrap in [true, false] {
            let how = if wrap { "wrapped" } else { "cut" };
            let text = Bytes::from(text.clone());
            measure(&format!("{name}, {how}"), content_type, text, wrap, &mut report);
        }
    }
    bytes(&mut report);
    editor_keys::merge(
        &format!(r#"{{"price": 1.10, "text": "{}"}}"#, repeated("long ")),
        &mut report,
    );
    report.end()
}

/// 50 MB of bytes that are not text.
fn bytes(report: &mut Report) {
    let value: Vec<u8> = (0..=255_u8).cycle().take(50_000_000).collect();
    measure("50 MB of bytes", "application/octet-stream", value.into(), true, report);
}

fn measure(name: &str, content_type: &str, value: Bytes, wrap: bool, report: &mut Report) {
    let size = value.len();
    let settings =
        Settings { editor_limit: 1 << 26, review_saves: true, wrap, ..Settings::default() };
    let mut stage = Stage::with(120, 40, settings);
    stage.connect(vec![store("default", 1), store("shop", 1)]);
    let value = Record { value, ..record("k", content_type, "") };
    stage.keys("j").open(&[value]);
    let begun = Instant::now();
    stage.event(Event::Key(stage::key("e")));
    let asked = ms(begun.elapsed());
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let appearance =
        Appearance { theme: Theme::plain(), symbols: Symbols::UNICODE, pictures: Pictures::Cells };
    let mut frame = |stage: &Stage| {
        terminal.draw(|frame| draw(frame, &stage.app, &appearance)).unwrap();
    };
    let answered = editor_keys::settled(&mut stage, &mut frame);
    report.line(&format!("{name}: open, in the loop"), asked.max(answered), Some(KEY), "ms");
    report.line(&format!("{name}: open, until it is there"), ms(begun.elapsed()), None, "ms");
    editor_keys::drafts(name, &mut stage, &mut frame, report);
    editor_keys::measure(name, content_type, &mut stage, &mut frame, report);
    // In the middle, at the end, at the start: typed, deleted, moved, undone.
    let places =
        [format!("<ctrl-g>@{}<enter>", size / 2), "<ctrl-end>".into(), "<ctrl-home>".into()];
    let mut times = Vec::new();
    for place in places {
        stage.keys(&place);
        frame(&stage);
        for keys in [
            "x",
            "y",
            " ",
            "<enter>",
            "<down>",
            "<up>",
            "<pgdn>",
            "<pgup>",
            "<left>",
            "<backspace>",
            "<end>",
            "<home>",
            "<shift-down>",
            "z",
            "<ctrl-z>",
            "<ctrl-z>",
            "<ctrl-y>",
        ] {
            // A busy machine is slow now and then: the median of some runs counts.
            let mut repeated = Vec::new();
            for _ in 0..7 {
                for key in stage::keys(keys) {
                    let begun = Instant::now();
                    stage.event(Event::Key(key));
                    frame(&stage);
                    repeated.push(ms(begun.elapsed()));
                }
            }
            times.push(median(&repeated));
        }
    }
    report.line(&format!("{name}: key to frame"), median(&times), Some(KEY), "ms");
    report.line(&format!("{name}: slowest key to frame"), max(&times), Some(KEY), "ms");
    let pasted = "pasted text, 日本語\r".repeat(1_000_000 / 24);
    let begun = Instant::now();
    stage.event(Event::Paste(pasted));
    frame(&stage);
    report.line(&format!("{name}: paste of 1 MB"), ms(begun.elapsed()), Some(PASTE), "ms");
}
