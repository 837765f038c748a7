//! Frames as pictures for people to look at: `LARDER_FRAMES=FOLDER cargo test --test core frames` writes each
//! state at each size into a folder for each theme, as SVG and as text for a terminal
//! (`cat FOLDER/light/keys_80x24.ansi`).
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anstyle_svg::Term;
use larder::theme::Theme;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::stage::Stage;

type Rgb = (u8, u8, u8);

/// Text and background of a usual dark terminal, and of a light one.
const DARK: (Rgb, Rgb) = ((0xd5, 0xd8, 0xdd), (0x16, 0x18, 0x1d));
const LIGHT: (Rgb, Rgb) = ((0x1f, 0x23, 0x28), (0xff, 0xff, 0xff));

/// The folder's name, the theme, the terminal's environment, and its text and background.
type Look = (&'static str, &'static str, &'static [(&'static str, &'static str)], (Rgb, Rgb));

const TRUE: &[(&str, &str)] = &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
const SIXTEEN: &[(&str, &str)] = &[("TERM", "xterm")];
const NONE: &[(&str, &str)] = &[("NO_COLOR", "1")];

const LOOKS: [Look; 6] = [
    ("dark", "dark", TRUE, DARK),
    ("light", "light", TRUE, LIGHT),
    ("ansi", "ansi", SIXTEEN, DARK),
    ("ansi-on-dark", "dark", SIXTEEN, DARK),
    ("ansi-on-white", "light", SIXTEEN, LIGHT),
    ("no-color", "auto", NONE, DARK),
];

/// Draws a state in every theme, if `LARDER_FRAMES` names a folder.
pub(crate) fn draw(name: &str, stage: &mut Stage) {
    draw_in(&LOOKS, name, stage);
}

/// Draws a state in the dark theme alone, if `LARDER_FRAMES` names a folder.
pub(crate) fn draw_one(name: &str, stage: &mut Stage) {
    draw_in(&LOOKS[..1], name, stage);
}

fn draw_in(looks: &[Look], name: &str, stage: &mut Stage) {
    let Some(folder) = std::env::var_os("LARDER_FRAMES").map(PathBuf::from) else { return };
    for &(look, theme, terminal, (text, ground)) in looks {
        let folder = folder.join(look);
        fs::create_dir_all(&folder).unwrap();
        let env = |wanted: &str| {
            let found = terminal.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let theme = Theme::from_settings(theme, &toml::Table::new(), &env).unwrap();
        let lines = formatted(&stage.buffer(theme));
        let term = Term::new().fg_color(text.into()).bg_color(ground.into());
        write(&folder, name, "ansi", &lines);
        write(&folder, name, "svg", &term.render_svg(&lines));
    }
}

fn write(folder: &Path, name: &str, ending: &str, text: &str) {
    fs::write(folder.join(format!("{name}.{ending}")), text).unwrap();
}

/// The rows as a terminal takes them.
fn formatted(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut current = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let cell = &buffer[(x, y)];
            let style = sequence(cell);
            if style != current {
                text.push_str(&style);
                current = style;
            }
            text.push_str(cell.symbol());
            skip = larder::text::cells(cell.symbol()).saturating_sub(1);
        }
        text.push_str("\x1b[0m\n");
    }
    text
}

fn sequence(cell: &Cell) -> String {
    let mut style = String::from("\x1b[0");
    for (modifier, code) in [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
    ] {
        if cell.modifier.contains(modifier) {
            let _ = write!(style, ";{code}");
        }
    }
    for (color, code) in [(cell.fg, 38), (cell.bg, 48)] {
        let _ = match color {
            Color::Reset => Ok(()),
            Color::Rgb(red, green, blue) => write!(style, ";{code};2;{red};{green};{blue}"),
            Color::Indexed(index) => write!(style, ";{code};5;{index}"),
            named => write!(style, ";{code};5;{}", index(named)),
        };
    }
    style.push('m');
    style
}

/// The number of one of the terminal's own sixteen colours.
fn index(color: Color) -> usize {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    NAMED.iter().position(|named| *named == color).unwrap()
}
