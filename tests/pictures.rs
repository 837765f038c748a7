//! The pictures in the README are real frames of the real program, and stay so.
//!
//! `LARDER_PICTURES=1 cargo test --test pictures` draws them anew; without it, each test compares
//! the text of the picture with that of the screen.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

#[path = "support/fill.rs"]
mod fill;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/server.rs"]
mod server;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anstyle_svg::Term;
use larder::storage::Timestamp;
use pty::Screen;
use serde_json::json;
use server::Server;

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const TITLES: [&str; 5] =
    ["Café «Uno»", "Söhne & Co.", "Plain paper", "Clay mug, 0.3 l", "Quote \" mark"];

/// What a crawl of a small shop leaves, the same each time.
fn crawled() -> Server {
    let server = Server::start();
    let mut client = server.client();
    // Names, and how many minutes ago something was written there.
    let stores = [("default", 2), ("prices", 95), ("scratch", 51), ("snapshots", 2)];
    fill::stores(&mut client, stores.map(|(name, _)| name));
    let record = |key: &str, content_type: &str, value: Vec<u8>| {
        (key.to_owned(), content_type.to_owned(), value)
    };
    let mut pages = vec![record("shelf.png", "image/png", b"\x89PNG\r\n\x1a\n".repeat(300))];
    for number in 0..36_u32 {
        let key = format!("page-{number:06}");
        pages.push(record(&key, JSON, page(number).into_bytes()));
        let body = "<p>…</p>".repeat(number as usize * 37 % 200);
        let html = format!("<html><h1>{}</h1>{body}</html>", title(number));
        pages.push(record(&format!("{key}.html"), HTML, html.into_bytes()));
    }
    fill::records(&mut client, "snapshots", pages);
    let input = json!({"startUrls": ["http://127.0.0.1:8000/"], "maxPages": 100}).to_string();
    fill::records(
        &mut client,
        "default",
        [
            record("INPUT", JSON, input.into_bytes()),
            record("OUTPUT", JSON, br#"{"products": 36, "total": 694.8}"#.to_vec()),
        ],
    );
    let prices = (0..240).map(|day| record(&format!("day-{day:03}"), JSON, b"[46.2]".to_vec()));
    fill::records(&mut client, "prices", prices);
    let note = record("notes", "text/plain; charset=utf-8", b"ask about the tags".to_vec());
    fill::records(&mut client, "scratch", [note]);
    for (name, minutes) in stores {
        // Half a minute more, so that a slow machine shows no other number.
        let ago = i64::from(minutes) * 60_000_000 + 30_000_000;
        let time = Timestamp::from_micros(Timestamp::now().micros() - ago);
        let key = format!("key_value_stores:{name}:metadata");
        for field in ["$.accessed_at", "$.modified_at"] {
            server.cli(&["JSON.SET", &key, field, &format!("\"{time}\"")]);
        }
    }
    server
}

fn title(number: u32) -> &'static str {
    TITLES[number as usize % TITLES.len()]
}

/// A record as a crawler stores it. Written out, since Python would not sort or respell it.
fn page(number: u32) -> String {
    format!(
        concat!(
            r#"{{"url": "http://127.0.0.1:8000/p/{}", "title": {}, "price": {}.20, "#,
            r#""currency": "EUR", "tags": ["sale", "new"], "stock": {}, "rating": NaN, "#,
            r#""sku": 900719925474099{:03}1, "seller": {{"id": {}, "name": "Shelf {}"}}, "#,
            r#""images": [], "loadedAt": "2026-11-22T13:57:47Z"}}"#
        ),
        number,
        json!(title(number)),
        number * 11 % 60,
        if number.is_multiple_of(4) { "null".to_owned() } else { (number * 7).to_string() },
        number,
        number / 6 + 3,
        number / 6,
    )
}

/// The browser in 120 columns and 30 rows, with the cursor on a page of the crawl.
fn browse(server: &Server) -> Screen {
    let colours = [("COLORTERM", "truecolor"), ("COLORFGBG", "15;0")];
    let mut screen = Screen::start(&[&server.url()], &colours, 30, 120);
    screen.wait_for_text("snapshots");
    screen.keys("G\r");
    screen.wait_for_text("snapshots · 73 records");
    screen.keys(&"j".repeat(14));
    screen.wait_for_text("/p/7\"");
    screen.wait_for_text("15 / 73");
    screen
}

#[test]
fn the_picture_of_the_browser_is_a_real_frame() {
    let server = crawled();
    let screen = browse(&server);
    check("browser.svg", &server, &screen);
}

#[test]
fn the_picture_of_the_editor_is_a_real_frame() {
    let server = crawled();
    let mut screen = browse(&server);
    screen.keys("e");
    screen.wait_for_text("Edit snapshots");
    // A price with a comma, as people write it, and the try to save it.
    screen.keys(&"\x1b[B".repeat(3));
    screen.keys(&format!("\x1b[F{},50,\x13", "\x7f".repeat(4)));
    screen.wait_for_text("not JSON at line 4");
    check("editor.svg", &server, &screen);
}

/// Compares the picture with the screen, or draws it.
#[track_caller]
fn check(name: &str, server: &Server, screen: &Screen) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    let rows = screen.with(|screen| rows(screen, server.port()));
    if std::env::var_os("LARDER_PICTURES").is_some() {
        let lines: Vec<String> = rows.iter().map(|row| formatted(row)).collect();
        let term =
            Term::new().fg_color((0xd5, 0xd8, 0xdd).into()).bg_color((0x16, 0x18, 0x1d).into());
        fs::write(&path, term.render_svg(&lines.join("\n"))).unwrap();
    }
    let svg = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let shown: Vec<String> = rows.iter().map(|row| text(row)).collect();
    assert_eq!(
        masked(&drawn(&svg)),
        masked(&shown),
        "assets/{name} is not what the screen shows; LARDER_PICTURES=1 draws it anew"
    );
}

/// A cell's text, and the sequence that sets its colours.
type Cell = (String, String);

/// The screen's cells, with the usual port in place of the test's own.
fn rows(screen: &vt100::Screen, port: u16) -> Vec<Vec<Cell>> {
    let (height, width) = screen.size();
    let row = |row: u16| {
        let cells = (0..width.get()).filter_map(|column| screen.cell(row, column));
        cells.filter(|cell| !cell.is_wide_continuation()).map(cell).collect()
    };
    let mut rows: Vec<Vec<Cell>> = (0..height.get()).map(row).collect();
    let (own, usual) = (format!(":{port}/0 "), ":6379/0 ");
    let at = text(&rows[0]).find(&own).expect("the port is in the first row");
    // All of it is ASCII up to there, so that a byte is a cell.
    let style = rows[0][at].1.clone();
    let filled = format!("{usual:<width$}", width = own.len());
    for (cell, letter) in rows[0][at..].iter_mut().zip(filled.chars()) {
        *cell = (letter.to_string(), style.clone());
    }
    rows
}

fn cell(cell: &vt100::Cell) -> Cell {
    let mut style = String::from("\x1b[0");
    for (set, code) in [
        (cell.bold(), 1),
        (cell.dim(), 2),
        (cell.italic(), 3),
        (cell.underline(), 4),
        (cell.inverse(), 7),
    ] {
        if set {
            let _ = write!(style, ";{code}");
        }
    }
    for (color, code) in [(cell.fgcolor(), 38), (cell.bgcolor(), 48)] {
        let _ = match color {
            vt100::Color::Default => Ok(()),
            vt100::Color::Idx(number) => write!(style, ";{code};5;{number}"),
            vt100::Color::Rgb(red, green, blue) => write!(style, ";{code};2;{red};{green};{blue}"),
        };
    }
    let text = if cell.has_contents() { cell.contents() } else { " " };
    (text.to_owned(), format!("{style}m"))
}

/// A row as a terminal takes it.
fn formatted(row: &[Cell]) -> String {
    let mut line = String::new();
    let mut current = "";
    for (text, style) in row {
        if style != current {
            line.push_str(style);
            current = style;
        }
        line.push_str(text);
    }
    line + "\x1b[0m"
}

fn text(row: &[Cell]) -> String {
    row.iter().map(|(text, _)| text.as_str()).collect()
}

/// The lines of text in a picture. A line with backgrounds comes twice, its text last.
fn drawn(svg: &str) -> Vec<String> {
    let mut lines = std::collections::BTreeMap::new();
    for line in svg.lines() {
        let Some((_, line)) = line.split_once("<tspan x=") else { continue };
        let (_, line) = line.split_once("y=\"").unwrap();
        let (y, line) = line.split_once("px\">").unwrap();
        let mut text = String::new();
        for part in line.split('<') {
            text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        }
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        lines.insert(y.parse::<u32>().unwrap(), text);
    }
    lines.into_values().collect()
}

/// The lines without what differs from run to run: the server's version and the latency.
fn masked(lines: &[String]) -> String {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at == 0 {
            let differs = |word: &&str| {
                word.starts_with(|c: char| c.is_ascii_digit()) || ["µs", "ms", "s"].contains(word)
            };
            for word in line.split_whitespace().filter(|word| !differs(word)) {
                let _ = write!(out, "{word} ");
            }
        } else {
            out.push_str(line.trim_end());
        }
        out.push('\n');
    }
    out
}
