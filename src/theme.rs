//! Colours and symbols by role.
//!
//! A theme file gives each [`Role`] a style in words: `"#7fb4ff bold"`, `"reverse"`,
//! `"black on yellow"`. Nothing on the screen is told by colour alone.

mod color;
mod role;
mod sgr;
mod symbols;

use std::io;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};

use crate::infile;

pub use color::ColorDepth;
pub use role::Role;
pub use sgr::RESET;
pub use symbols::Symbols;

const DARK: &str = include_str!("../assets/themes/dark.toml");
const LIGHT: &str = include_str!("../assets/themes/light.toml");
const ANSI: &str = include_str!("../assets/themes/ansi.toml");
const ANSI_DARK: &str = include_str!("../assets/themes/ansi-dark.toml");
const ANSI_LIGHT: &str = include_str!("../assets/themes/ansi-light.toml");

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// A style for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// The styles, one for each of [`Role::ALL`], in that order.
    styles: Vec<Style>,
    /// The number of colours that the terminal has.
    depth: ColorDepth,
}

/// A theme for each kind of background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemePair {
    /// The theme for dark backgrounds.
    pub dark: Theme,
    /// The theme for light backgrounds.
    pub light: Theme,
}

impl Theme {
    /// The theme without colours, with only bold, underline and reverse.
    pub fn plain() -> Self {
        // A test checks the embedded files; no input reaches this.
        Self::build(ANSI, &toml::Table::new(), ColorDepth::None)
            .unwrap_or_else(|why| unreachable!("the embedded theme: {why}"))
    }

    /// The theme that the settings ask for, in the colours that the terminal has.
    ///
    /// `name` is `dark`, `light`, `ansi` (the terminal's own sixteen colours; which of them depends on the
    /// background that `COLORFGBG` tells), `none`, `auto` (dark or light if `COLORFGBG` tells, else ansi), or the
    /// path of the user's own file, which ends in `.toml`, and whose missing roles are as in ansi. With
    /// sixteen colours, dark and light are ansi too. `overrides` gives roles other styles. `NO_COLOR` removes
    /// all colours.
    ///
    /// # Errors
    /// A sentence that names the unknown theme or role, the style that cannot be read, or the file.
    pub fn from_settings(
        name: &str,
        overrides: &toml::Table,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let depth = ColorDepth::of_terminal(env);
        let ground = background(env);
        let ansi = match (name, ground) {
            ("light", _) => ANSI_LIGHT,
            ("dark", _) | (_, Some(DARK)) => ANSI_DARK,
            (_, Some(_)) => ANSI_LIGHT,
            (_, None) => ANSI,
        };
        let (file, depth) = match name {
            "none" => (ANSI, ColorDepth::None),
            "ansi" => (ansi, depth),
            "dark" => (DARK, depth),
            "light" => (LIGHT, depth),
            "auto" => (ground.unwrap_or(ANSI), depth),
            _ if is_file(name) => {
                let mut styles = own(name)?;
                styles.extend(overrides.clone());
                return Self::build(ansi, &styles, depth);
            }
            _ => {
                return Err(format!(
                    "there is no theme `{name}`; there are auto, dark, light, ansi, none, and \
                     files that end in .toml"
                ));
            }
        };
        let file = if depth <= ColorDepth::Sixteen { ansi } else { file };
        Self::build(file, overrides, depth)
    }

    /// The themes to choose from, if only the terminal itself can tell its background: with `auto` or `ansi`,
    /// and no `COLORFGBG` that tells it. A terminal of sixteen colours is asked only if it is of a kind that
    /// answers.
    ///
    /// # Errors
    /// As [`Theme::from_settings`].
    pub fn pair(
        name: &str,
        overrides: &toml::Table,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<ThemePair>, String> {
        let depth = ColorDepth::of_terminal(env);
        let is_asked = match depth {
            ColorDepth::None => false,
            ColorDepth::Sixteen => answers(env),
            ColorDepth::Indexed | ColorDepth::True => true,
        };
        if !is_asked || background(env).is_some() {
            return Ok(None);
        }
        let (dark, light) = match name {
            "auto" if depth > ColorDepth::Sixteen => (DARK, LIGHT),
            "auto" | "ansi" => (ANSI_DARK, ANSI_LIGHT),
            _ => return Ok(None),
        };
        let dark = Self::build(dark, overrides, depth)?;
        Ok(Some(ThemePair { dark, light: Self::build(light, overrides, depth)? }))
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The number of colours for what has no role, such as pictures.
    pub fn depth(&self) -> ColorDepth {
        self.depth
    }

    /// The sequence that begins a role's style on a terminal, to be ended by [`RESET`]; empty for a plain
    /// style.
    pub fn begin(&self, role: Role) -> String {
        sgr::begin(self.style(role))
    }

    fn build(file: &str, overrides: &toml::Table, depth: ColorDepth) -> Result<Self, String> {
        let table: toml::Table = file.parse().map_err(|why: toml::de::Error| why.to_string())?;
        let mut styles = vec![Style::new(); Role::ALL.len()];
        for (name, value) in table.iter().chain(overrides) {
            let role: Role = name.parse()?;
            let Some(text) = value.as_str() else {
                return Err(format!("{role}: `{value}` is not a style; write it as \"red bold\""));
            };
            let style = parse(text).map_err(|why| format!("{role}: {why}"))?;
            styles[role as usize] = reduced(style, depth);
        }
        Ok(Self { styles, depth })
    }
}

/// Whether the name of a theme is a file name.
pub fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "toml")
}

/// Reads a user's own theme file.
fn own(path: &str) -> Result<toml::Table, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("the theme file {path}: {why}");
    let text =
        infile::read_text(Path::new(path), infile::SETTINGS).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => wrong(&"there is no such file"),
            kind => wrong(&io::Error::from(kind)),
        })?;
    let table = text.parse().map_err(|why: toml::de::Error| {
        let before = why.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        wrong(&format!("line {line}: {}", why.message().replace('\n', " ")))
    })?;
    // The file is checked here, so that an error in it is reported with its name.
    Theme::build(ANSI, &table, ColorDepth::True).map_err(|why| wrong(&why))?;
    Ok(table)
}

/// The theme for the background that `COLORFGBG` names, such as `15;0`.
fn background(env: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    let colors = env("COLORFGBG")?;
    let background: u8 = colors.rsplit(';').next()?.trim().parse().ok()?;
    match background {
        0..=6 | 8 => Some(DARK),
        7 | 9..=15 => Some(LIGHT),
        _ => None,
    }
}

/// Whether a terminal of few colours is of a kind that understands a question: a console may print it
/// instead.
fn answers(env: &dyn Fn(&str) -> Option<String>) -> bool {
    const KINDS: [&str; 7] = ["xterm", "rxvt", "screen", "tmux", "vte", "konsole", "mlterm"];
    let term = env("TERM").unwrap_or_default();
    KINDS.iter().any(|kind| term.starts_with(kind))
}

fn parse(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut behind = false;
    for word in text.split_whitespace() {
        if word == "on" && !behind && style.bg.is_none() {
            behind = true;
        } else if let Some((_, modifier)) =
            MODIFIERS.iter().find(|(name, _)| *name == word && !behind)
        {
            style = style.add_modifier(*modifier);
        } else {
            let color = if word == "default" { Ok(Color::Reset) } else { word.parse() };
            let color = color.map_err(|_| {
                format!(
                    "`{word}` is no colour; write a name, #rrggbb or 0 to 255, and bold, dim, \
                         italic, underline, reverse"
                )
            })?;
            match (behind, style.fg) {
                (true, _) => style.bg = Some(color),
                (false, None) => style.fg = Some(color),
                (false, Some(_)) => {
                    return Err(format!("`{text}` has two colours; put `on` between"));
                }
            }
            behind = false;
        }
    }
    if behind { Err(format!("`{text}` ends with `on`")) } else { Ok(style) }
}

fn reduced(style: Style, depth: ColorDepth) -> Style {
    if depth == ColorDepth::None {
        // A badge with only a background would be lost.
        let behind = style.bg.is_some_and(|color| color != Color::Reset);
        let kept = Modifier::BOLD | Modifier::UNDERLINED | Modifier::REVERSED;
        let mut modifiers = style.add_modifier & kept;
        modifiers.set(Modifier::REVERSED, modifiers.contains(Modifier::REVERSED) || behind);
        return Style::new().add_modifier(modifiers);
    }
    let nearest = |color: Option<Color>| color.map(|color| depth.nearest(color));
    Style { fg: nearest(style.fg), bg: nearest(style.bg), ..style }
}

#[cfg(test)]
mod tests;
