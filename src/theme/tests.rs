use std::fs;

use super::*;

fn theme(name: &str, overrides: &str, env: &[(&str, &str)]) -> Result<Theme, String> {
    Theme::from_settings(name, &overrides.parse().unwrap(), &|wanted| {
        let found = env.iter().find(|(known, _)| *known == wanted);
        found.map(|(_, value)| (*value).to_owned())
    })
}

const TRUE: (&str, &str) = ("COLORTERM", "truecolor");
const INDEXED: (&str, &str) = ("TERM", "xterm-256color");

/// The contrast as WCAG defines it: 1 for equal colours, 21 for black on white.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let light =
        |[r, g, b]: [u8; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[test]
fn every_theme_names_every_role() {
    for file in [DARK, LIGHT, ANSI, ANSI_DARK, ANSI_LIGHT] {
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
                // Lines, and text that is dim on purpose, need less contrast.
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
    let unknown = [Color::Red, Color::Green, Color::Magenta, Color::Cyan];
    let dark = [Color::LightRed, Color::Green, Color::LightMagenta, Color::Cyan];
    let light = [Color::Red, Color::Blue, Color::Magenta];
    for (name, fine) in [("ansi", &unknown[..]), ("dark", &dark), ("light", &light)] {
        let theme = theme(name, "", &[]).unwrap();
        for role in Role::ALL {
            let style = theme.style(*role);
            assert!(style.fg.is_none_or(|color| fine.contains(&color)), "{role}");
            assert_eq!(style.bg, None, "{role}");
            // A colour that is dimmed as well may become invisible.
            let dim = style.add_modifier.contains(Modifier::DIM);
            assert!(style.fg.is_none() || !dim, "{role}");
        }
    }
}

#[test]
fn ansi_follows_the_background_where_it_is_told() {
    let on_white = theme("light", "", &[]).unwrap();
    let on_dark = theme("dark", "", &[]).unwrap();
    let ansi = theme("ansi", "", &[]).unwrap();
    assert!(on_white != ansi && on_dark != ansi);
    for name in ["ansi", "auto"] {
        assert_eq!(theme(name, "", &[("COLORFGBG", "0;15")]), Ok(on_white.clone()), "{name}");
        assert_eq!(theme(name, "", &[("COLORFGBG", "15;0")]), Ok(on_dark.clone()), "{name}");
    }
    let of_many = theme("ansi", "", &[TRUE, ("COLORFGBG", "0;15")]).unwrap();
    assert_eq!(of_many.styles, on_white.styles);
    assert_eq!(theme("dark", "", &[("COLORFGBG", "0;15")]), Ok(on_dark));
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
    // A symbol that stands for a control character is another sign than the same symbol as text.
    assert_eq!(Theme::plain().style(Role::Symbol), Style::new().underlined());
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
    let own = pair("ansi", &[TRUE]).unwrap();
    assert_eq!(own.dark.styles, theme("dark", "", &[]).unwrap().styles);
    assert_eq!(own.light.styles, theme("light", "", &[]).unwrap().styles);
    let few = pair("auto", &[("TERM", "xterm")]).unwrap();
    assert_eq!(few.dark, theme("dark", "", &[]).unwrap());
    assert_eq!(few.light, theme("light", "", &[]).unwrap());
    for (name, env) in [
        ("dark", &[TRUE][..]),
        ("none", &[TRUE]),
        ("auto", &[TRUE, ("NO_COLOR", "1")]),
        ("auto", &[TRUE, ("COLORFGBG", "0;15")]),
        ("auto", &[("TERM", "linux")]),
        ("auto", &[("TERM", "vt220")]),
        ("dark", &[("TERM", "xterm")]),
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
    assert!(why.contains("mine.toml: there is no such file"), "{why}");
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
