//! Colours and symbols by role.
//!
//! A theme file gives each [`Role`] a style in words: `"#7fb4ff bold"`, `"reverse"`,
//! `"black on yellow"`. Nothing on the screen is told by colour alone.

mod color;
mod role;
mod sgr;
mod symbols;

use std::fs;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};

pub use color::ColorDepth;
pub use role::Role;
pub use sgr::RESET;
pub use symbols::Symbols;

const DARK: &str = include_str!("../assets/themes/dark.toml");
const LIGHT: &str = include_str!("../assets/themes/light.toml");
const ANSI: &str = include_str!("../assets/themes/ansi.toml");

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
    /// One for each of [`Role::ALL`], in that order.
    styles: Vec<Style>,
    /// How many colours the terminal has.
    depth: ColorDepth,
}

/// A theme for each kind of background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemePair {
    /// For dark backgrounds.
    pub dark: Theme,
    /// For light ones.
    pub light: Theme,
}

impl Theme {
    /// No colours, only bold, underline and reverse.
    pub fn plain() -> Self {
        // The embedded files are held sound by a test; no input reaches this.
        Self::build(ANSI, &toml::Table::new(), ColorDepth::None)
            .unwrap_or_else(|why| unreachable!("the embedded theme: {why}"))
    }

    /// The theme that the settings ask for, in as many colours as the terminal has.
    ///
    /// `name` is `dark`, `light`, `ansi` (the terminal's own sixteen colours, for any
    /// background), `none`, `auto`: dark or light where `COLORFGBG` tells, else ansi; or the path
    /// of a file of the user's, which ends in `.toml`, and whose missing roles are as in ansi.
    /// With sixteen colours dark and light are ansi too. `overrides` gives roles other styles.
    /// `NO_COLOR` takes all colours away.
    ///
    /// # Errors
    /// A sentence that names the unknown theme or role, the style that cannot be read, or the
    /// file.
    pub fn from_settings(
        name: &str,
        overrides: &toml::Table,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let depth = ColorDepth::of_terminal(env);
        let (file, depth) = match name {
            "none" => (ANSI, ColorDepth::None),
            "ansi" => (ANSI, depth),
            "dark" => (DARK, depth),
            "light" => (LIGHT, depth),
            "auto" => (background(env).unwrap_or(ANSI), depth),
            _ if is_file(name) => {
                let mut styles = own(name)?;
                styles.extend(overrides.clone());
                return Self::build(ANSI, &styles, depth);
            }
            _ => {
                return Err(format!(
                    "there is no theme `{name}`; there are auto, dark, light, ansi, none, and \
                     files that end in .toml"
                ));
            }
        };
        let file = if depth <= ColorDepth::Sixteen { ANSI } else { file };
        Self::build(file, overrides, depth)
    }

    /// The themes to choose from where only the terminal itself can tell its background: with
    /// `auto`, more than sixteen colours and no `COLORFGBG` that tells.
    ///
    /// # Errors
    /// As [`Theme::from_settings`].
    pub fn pair(
        name: &str,
        overrides: &toml::Table,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<ThemePair>, String> {
        let depth = ColorDepth::of_terminal(env);
        if name != "auto" || depth <= ColorDepth::Sixteen || background(env).is_some() {
            return Ok(None);
        }
        let dark = Self::build(DARK, overrides, depth)?;
        Ok(Some(ThemePair { dark, light: Self::build(LIGHT, overrides, depth)? }))
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// How many colours there are for what has no role, such as pictures.
    pub fn depth(&self) -> ColorDepth {
        self.depth
    }

    /// What begins a role's style on a terminal, to be ended by [`RESET`]; nothing where it has none.
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

/// Whether the name of a theme is that of a file.
pub fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "toml")
}

/// A user's own theme file.
fn own(path: &str) -> Result<toml::Table, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("the theme file {path}: {why}");
    let text = fs::read_to_string(path).map_err(|why| wrong(&why))?;
    let table = text.parse().map_err(|why: toml::de::Error| {
        let before = why.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        wrong(&format!("line {line}: {}", why.message().replace('\n', " ")))
    })?;
    // Here rather than later, so that what is wrong in it is told with its name.
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
        // A badge told only by its background would be lost.
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
mod tests {
    use super::*;

    fn theme(name: &str, overrides: &str, env: &[(&str, &str)]) -> Result<Theme, String> {
        Theme::from_settings(name, &overrides.parse().unwrap(), &|wanted| {
            let found = env.iter().find(|(known, _)| *known == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    const TRUE: (&str, &str) = ("COLORTERM", "truecolor");
    const INDEXED: (&str, &str) = ("TERM", "xterm-256color");

    /// As WCAG has it: 1 for equal colours, 21 for black on white.
    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let light = |[r, g, b]: [u8; 3]| {
            0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05
        };
        let (one, other) = (light(one), light(other));
        one.max(other) / one.min(other)
    }

    #[test]
    fn every_theme_names_every_role() {
        for file in [DARK, LIGHT, ANSI] {
            let table: toml::Table = file.parse().unwrap();
            for role in Role::ALL {
                assert!(table.contains_key(role.name()), "{role}");
            }
            assert_eq!(table.len(), Role::ALL.len());
        }
    }

    #[test]
    fn dark_and_light_are_readable_on_their_backgrounds() {
        const DARK: [u32; 5] = [0x00_0000, 0x1e_1e2e, 0x28_2828, 0x00_2b36, 0x2e_3440];
        const LIGHT: [u32; 4] = [0xff_ffff, 0xfa_faf5, 0xef_f1f5, 0xfd_f6e3];
        for (name, grounds) in [("dark", &DARK[..]), ("light", &LIGHT)] {
            for (depth, ground) in
                [TRUE, INDEXED].iter().flat_map(|depth| grounds.iter().map(move |g| (depth, g)))
            {
                let theme = theme(name, "", &[*depth]).unwrap();
                let [_, ground @ ..] = ground.to_be_bytes();
                for role in Role::ALL {
                    let style = theme.style(*role);
                    let Some(front) = style.fg.and_then(color::rgb) else { continue };
                    let back = style.bg.and_then(color::rgb).unwrap_or(ground);
                    // Lines and what steps back on purpose need no more.
                    let least = match role {
                        Role::Border => 3.0,
                        _ => 4.5,
                    };
                    let found = contrast(front, back);
                    assert!(found >= least, "{name} {role} {front:?} on {back:?}: {found:.1}");
                }
            }
        }
    }

    #[test]
    fn ansi_uses_no_colour_that_is_lost_on_some_background() {
        let fine = [Color::Red, Color::Green, Color::Magenta, Color::Cyan];
        let theme = theme("ansi", "", &[]).unwrap();
        for role in Role::ALL {
            let style = theme.style(*role);
            assert!(style.fg.is_none_or(|color| fine.contains(&color)), "{role}");
            assert_eq!(style.bg, None, "{role}");
            // Dim colours can vanish.
            assert!(style.fg.is_none() || !style.add_modifier.contains(Modifier::DIM), "{role}");
        }
    }

    #[test]
    fn no_color_leaves_no_colour() {
        let overrides = "ok = 'green on black'\nbadge = '#ffffff on #ff0000 italic'";
        let theme = theme("dark", overrides, &[TRUE, ("NO_COLOR", "1")]).unwrap();
        for role in Role::ALL {
            let style = theme.style(*role);
            assert_eq!((style.fg, style.bg), (None, None), "{role}");
        }
        assert_eq!(theme.style(Role::Badge), Style::new().reversed());
        assert_eq!(Theme::plain().style(Role::Danger), Style::new().bold());
    }

    #[test]
    fn auto_follows_the_background() {
        let auto = |value| theme("auto", "", &[TRUE, ("COLORFGBG", value)]).unwrap();
        let named = |name| theme(name, "", &[TRUE]).unwrap();
        assert_eq!(auto("15;0"), named("dark"));
        assert_eq!(auto("0;default;15"), named("light"));
        assert_eq!(auto("default;default"), named("ansi"));
        assert_eq!(theme("auto", "", &[TRUE]), theme("ansi", "", &[TRUE]));
    }

    #[test]
    fn the_terminal_is_asked_only_where_nothing_else_tells() {
        let pair = |name: &str, env: &[(&str, &str)]| {
            Theme::pair(name, &toml::Table::new(), &|wanted| {
                let found = env.iter().find(|(known, _)| *known == wanted);
                found.map(|(_, value)| (*value).to_owned())
            })
            .unwrap()
        };
        let both = pair("auto", &[TRUE]).unwrap();
        assert_eq!(both.dark, theme("dark", "", &[TRUE]).unwrap());
        assert_eq!(both.light, theme("light", "", &[TRUE]).unwrap());
        assert!(pair("auto", &[INDEXED, ("COLORFGBG", "default;default")]).is_some());
        for (name, env) in [
            ("dark", &[TRUE][..]),
            ("none", &[TRUE]),
            ("auto", &[TRUE, ("NO_COLOR", "1")]),
            ("auto", &[TRUE, ("COLORFGBG", "0;15")]),
            ("auto", &[("TERM", "linux")]),
            ("auto", &[("TERM", "dumb"), TRUE]),
            ("auto", &[]),
        ] {
            assert_eq!(pair(name, env), None, "{name} {env:?}");
        }
    }

    #[test]
    fn a_file_of_the_users_is_a_theme() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        let name = file.to_str().unwrap();
        fs::write(&file, "ok = '#010203 bold'\nborder = 'blue'").unwrap();
        let mine = theme(name, "border = 'red'", &[TRUE]).unwrap();
        assert_eq!(mine.style(Role::Ok), Style::new().fg(Color::Rgb(1, 2, 3)).bold());
        assert_eq!(mine.style(Role::Border).fg, Some(Color::Red));
        let ansi = theme("ansi", "", &[TRUE]).unwrap();
        assert_eq!(mine.style(Role::JsonKey), ansi.style(Role::JsonKey));
        assert_eq!(theme(name, "", &[]).unwrap().style(Role::Ok).fg, Some(Color::Black));

        for (text, named) in [
            ("ok = 'redd'", "ok: `redd`"),
            ("\nok = red", "line 2: "),
            ("kitchen = 'red'", "`kitchen`"),
        ] {
            fs::write(&file, text).unwrap();
            let why = theme(name, "", &[TRUE]).unwrap_err();
            assert!(why.contains(named) && why.contains(name) && !why.contains('\n'), "{why}");
        }
        fs::remove_file(&file).unwrap();
        let why = theme(name, "", &[TRUE]).unwrap_err();
        assert!(why.contains("mine.toml: No such file"), "{why}");
    }

    #[test]
    fn sixteen_colours_are_the_terminals_own() {
        let sixteen = theme("dark", "ok = '#00fa00'", &[("TERM", "xterm")]).unwrap();
        assert_eq!(sixteen.style(Role::Ok).fg, Some(Color::LightGreen));
        let ansi = theme("ansi", "", &[]).unwrap();
        assert_eq!(sixteen.style(Role::JsonKey), ansi.style(Role::JsonKey));
    }

    #[test]
    fn styles_are_read_from_words() {
        let style = parse("bold #ff0000 on bright-blue underline").unwrap();
        let modifiers = Modifier::BOLD | Modifier::UNDERLINED;
        assert_eq!((style.fg, style.bg), (Some(Color::Rgb(255, 0, 0)), Some(Color::LightBlue)));
        assert_eq!(style.add_modifier, modifiers);
        assert_eq!(parse(" ").unwrap(), Style::new());
        assert_eq!(parse("default").unwrap().fg, Some(Color::Reset));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, overrides, named) in [
            ("neon", "", "`neon`"),
            ("dark", "kitchen = 'red'", "`kitchen`"),
            ("dark", "ok = 'redd'", "ok: `redd`"),
            ("dark", "ok = 'red on'", "ends with `on`"),
            ("dark", "ok = 'red blue'", "two colours"),
            ("dark", "ok = 3", "`3`"),
        ] {
            let why = theme(name, overrides, &[TRUE]).unwrap_err();
            assert!(why.contains(named), "{why}");
        }
    }
}
