//! Drawing a screen as a picture, and reading the text of one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anstyle_svg::Term;

use crate::pty::Screen;

/// The colours of text and ground where the program leaves them to the terminal.
pub(crate) struct Paper {
    pub(crate) text: (u8, u8, u8),
    pub(crate) ground: (u8, u8, u8),
}

/// A usual dark terminal.
pub(crate) const DARK: Paper = Paper { text: (0xd5, 0xd8, 0xdd), ground: (0x16, 0x18, 0x1d) };
/// A light one.
pub(crate) const LIGHT: Paper = Paper { text: (0x1f, 0x23, 0x28), ground: (0xff, 0xff, 0xff) };

/// What is shown for the time that a command took.
const LATENCY: &str = "0.3 ms";

/// Waits until the screen shows what the picture does; or draws it, where `LARDER_PICTURES` is set.
/// `hide` is a text in the first row that differs each time, and what to show instead.
#[track_caller]
pub(crate) fn check(name: &str, paper: &Paper, hide: (&str, &str), screen: &Screen) {
    if is_drawing() {
        screen.wait_quiet(Duration::from_millis(300));
        draw(name, paper, hide, screen);
    }
    let wanted = masked(&read(name));
    let what = format!("what assets/{name} shows; assets/pictures draws it anew:\n{wanted}");
    screen.wait_for_screen(&what, |screen| {
        let shown = rows(screen, hide).map(|rows| rows.iter().map(|row| text(row)).collect());
        shown.is_some_and(|shown: Vec<String>| masked(&shown) == wanted)
    });
}

/// Whether the pictures are to be drawn anew.
pub(crate) fn is_drawing() -> bool {
    std::env::var_os("LARDER_PICTURES").is_some()
}

/// Draws the screen as it is now.
pub(crate) fn draw(name: &str, paper: &Paper, hide: (&str, &str), screen: &Screen) {
    let rows = screen.with(|screen| rows(screen, hide)).expect("the text to hide is there");
    let lines: Vec<String> = rows.iter().map(|row| formatted(row)).collect();
    let term = Term::new().fg_color(paper.text.into()).bg_color(paper.ground.into());
    fs::write(path(name), term.render_svg(&lines.join("\n"))).unwrap();
}

/// The lines that a picture shows.
pub(crate) fn read(name: &str) -> Vec<String> {
    let path = path(name);
    let svg = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    drawn(&svg)
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

/// A cell's text, and the sequence that sets its colours.
type Cell = (String, String);

/// The screen's cells, with what differs each time hidden, if it is there.
fn rows(screen: &vt100::Screen, (own, usual): (&str, &str)) -> Option<Vec<Vec<Cell>>> {
    let (height, width) = screen.size();
    let row = |row: u16| {
        let cells = (0..width.get()).filter_map(|column| screen.cell(row, column));
        cells.filter(|cell| !cell.is_wide_continuation()).map(cell).collect()
    };
    let mut rows: Vec<Vec<Cell>> = (0..height.get()).map(row).collect();
    let first = text(&rows[0]);
    let at = first[..first.find(own)?].chars().count();
    let style = rows[0][at].1.clone();
    let filled = format!("{usual:<width$}", width = own.chars().count());
    for (cell, letter) in rows[0][at..].iter_mut().zip(filled.chars()) {
        *cell = (letter.to_string(), style.clone());
    }
    // The latency differs too.
    let row = &mut rows[0];
    let end = text(row).trim_end().chars().count();
    if text(row).trim_end().ends_with(" ms") {
        let style = row[end - 1].1.clone();
        for (cell, letter) in row[end - LATENCY.len()..end].iter_mut().zip(LATENCY.chars()) {
            *cell = (letter.to_string(), style.clone());
        }
    }
    Some(rows)
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
            vt100::Color::Idx(number) => write!(style, "m\x1b[{code};5;{number}"),
            // In a sequence of its own: the picture takes the second colour of one for the first.
            vt100::Color::Rgb(red, green, blue) => {
                write!(style, "m\x1b[{code};2;{red};{green};{blue}")
            }
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
