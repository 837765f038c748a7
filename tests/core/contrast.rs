//! Every pair of colours on the screen is legible by WCAG: text has at least 4.5 times the luminance of its
//! background or the reverse, lines and blocks three times.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::HashSet;

use larder::theme::Theme;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::stage::Stage;

const TEXT: f64 = 4.5;
const LINES: f64 = 3.0;

type Rgb = (u8, u8, u8);

/// The colours of text and background that a terminal uses where the theme sets none.
struct Ground {
    theme: &'static str,
    text: Rgb,
    grounds: &'static [Rgb],
}

const GROUNDS: [Ground; 2] = [
    Ground {
        theme: "dark",
        text: (0xd4, 0xd4, 0xd4),
        grounds: &[(0, 0, 0), (0x16, 0x18, 0x1d), (0x1e, 0x1e, 0x2e)],
    },
    Ground {
        theme: "light",
        text: (0x1a, 0x1a, 0x1a),
        grounds: &[(0xff, 0xff, 0xff), (0xfa, 0xf4, 0xe8)],
    },
];

/// The themes of sixteen colours, each with its text and background.
const ANSI: [(&str, Rgb, Rgb); 3] = [
    ("ansi", (229, 229, 229), (0, 0, 0)),
    ("dark", (229, 229, 229), (0, 0, 0)),
    ("light", (0, 0, 0), (255, 255, 255)),
];

/// Checks the frame of a state in every theme.
pub(crate) fn check(name: &str, stage: &mut Stage) {
    let true_colour = |variable: &str| match variable {
        "COLORTERM" => Some("truecolor".to_owned()),
        "TERM" => Some("xterm-256color".to_owned()),
        _ => None,
    };
    let sixteen = |variable: &str| (variable == "TERM").then(|| "xterm".to_owned());
    let mut faults = Vec::new();
    for Ground { theme, text, grounds } in &GROUNDS {
        let styles = Theme::from_settings(theme, &toml::Table::new(), &true_colour).unwrap();
        let buffer = stage.buffer(styles);
        for cell in distinct(&buffer) {
            for ground in *grounds {
                faults.extend(low(cell, *text, *ground).map(|why| format!("{theme}: {why}")));
            }
        }
    }
    for (theme, text, ground) in ANSI {
        let styles = Theme::from_settings(theme, &toml::Table::new(), &sixteen).unwrap();
        let buffer = stage.buffer(styles);
        for cell in distinct(&buffer) {
            let why = mixed(cell).or_else(|| weak(cell, text, ground));
            faults.extend(why.map(|why| format!("{theme} in 16 colours: {why}")));
        }
    }
    faults.sort();
    faults.dedup();
    assert_eq!(faults, Vec::<String>::new(), "hard to read in {name}");
}

/// The distinct cells: most are equal.
fn distinct(buffer: &Buffer) -> HashSet<&Cell> {
    buffer.content().iter().collect()
}

/// The visible symbol of a cell, if there is one.
fn ink(cell: &Cell) -> Option<&str> {
    // A picture has the colours that it has.
    let is_picture = cell.modifier.contains(Modifier::HIDDEN);
    Some(cell.symbol()).filter(|symbol| !symbol.trim().is_empty() && !is_picture)
}

/// Why a cell is not legible on this background.
fn low(cell: &Cell, text: Rgb, ground: Rgb) -> Option<String> {
    let symbol = ink(cell)?;
    let mut pair = (rgb(cell.fg).unwrap_or(text), rgb(cell.bg).unwrap_or(ground));
    if cell.modifier.contains(Modifier::REVERSED) {
        pair = (pair.1, pair.0);
    }
    let is_line = symbol.chars().all(|c| ('\u{2500}'..='\u{259f}').contains(&c));
    let least = if is_line { LINES } else { TEXT };
    // Terminals draw dim text in their own ways; a theme of many colours has colours for it.
    let dim = cell.modifier.contains(Modifier::DIM);
    let found = contrast(pair.0, pair.1);
    (dim || found < least).then(|| {
        format!("`{symbol}` {:?} on {:?} {:?}: {found:.1}", cell.fg, cell.bg, cell.modifier)
    })
}

/// Why a cell mixes styles that are legible on no background: dim on a colour, or a colour on a similar one.
fn mixed(cell: &Cell) -> Option<String> {
    let symbol = ink(cell)?;
    let dim = cell.modifier.contains(Modifier::DIM);
    let coloured = cell.bg != Color::Reset
        || cell.modifier.contains(Modifier::REVERSED)
        || cell.fg != Color::Reset;
    let same = cell.fg == cell.bg && cell.fg != Color::Reset;
    let on_colour = match (rgb(cell.fg), rgb(cell.bg)) {
        (Some(fg), Some(bg)) => contrast(fg, bg) < LINES,
        _ => false,
    };
    (dim && coloured || same || on_colour)
        .then(|| format!("`{symbol}` {:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier))
}

/// Why a cell in one of the terminal's own colours, as xterm has them, has too little contrast. The limit is
/// that of lines: palettes vary, and most have made these colours legible.
fn weak(cell: &Cell, text: Rgb, ground: Rgb) -> Option<String> {
    let symbol = ink(cell)?;
    let found = contrast(rgb(cell.fg).unwrap_or(text), rgb(cell.bg).unwrap_or(ground));
    (found < LINES).then(|| format!("`{symbol}` {:?} on {:?}: {found:.1}", cell.fg, cell.bg))
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance((red, green, blue): Rgb) -> f64 {
    let part = |value: u8| {
        let share = f64::from(value) / 255.0;
        if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
}

/// The colour as xterm draws it; `None` for the terminal's default.
fn rgb(color: Color) -> Option<Rgb> {
    Some(match color {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Indexed(index @ 16..=231) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = index - 16;
            (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        Color::Indexed(index @ 232..) => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
        Color::Indexed(index) => named(usize::from(index)),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
    })
}

fn named(index: usize) -> Rgb {
    const NAMED: [Rgb; 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    NAMED[index]
}

#[test]
fn contrast_is_counted_as_wcag_counts_it() {
    assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 1e-9);
    assert!((contrast((0x76, 0x76, 0x76), (255, 255, 255)) - 4.54).abs() < 0.01);
    let mut cell = Cell::new("x");
    cell.set_fg(Color::Rgb(0x77, 0x77, 0x77));
    assert!(low(&cell, (0, 0, 0), (255, 255, 255)).is_some());
    cell.set_symbol("│");
    assert!(low(&cell, (0, 0, 0), (255, 255, 255)).is_none());
    cell.set_style(ratatui::style::Style::new().fg(Color::Reset).bg(Color::Cyan).dim());
    assert!(mixed(&cell).is_some());
    let cyan = Cell::new("x").set_fg(Color::Cyan).clone();
    let [_, dark, light] = ANSI.map(|(_, text, ground)| weak(&cyan, text, ground));
    assert!(dark.is_none() && light.is_some());
}
