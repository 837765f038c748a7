//! Settings whose values are words from a list.

use serde::de::{Deserialize, Deserializer, Error as _};

/// The way pictures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pictures {
    /// By the terminal, if it can and the line is not slow; otherwise by larder, in characters.
    #[default]
    Auto,
    /// By larder, in characters.
    Cells,
    /// By the terminal, with kitty's protocol and its placeholders.
    Kitty,
    /// By the terminal, with iTerm2's protocol.
    Iterm,
    /// By the terminal, with sixels.
    Sixel,
    /// Not at all.
    Off,
}

impl Pictures {
    const ALL: [(&'static str, Self); 6] = [
        ("auto", Self::Auto),
        ("cells", Self::Cells),
        ("kitty", Self::Kitty),
        ("iterm", Self::Iterm),
        ("sixel", Self::Sixel),
        ("off", Self::Off),
    ];
}

impl<'de> Deserialize<'de> for Pictures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_of(&Self::ALL, deserializer)
    }
}

/// The sequence by which the terminal tells the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notify {
    /// Nothing.
    #[default]
    Off,
    /// The bell.
    TerminalBell,
    /// A notification of the desktop (OSC 9), and the bell.
    Desktop,
}

impl Notify {
    const ALL: [(&'static str, Self); 3] =
        [("off", Self::Off), ("bell", Self::TerminalBell), ("desktop", Self::Desktop)];
}

impl<'de> Deserialize<'de> for Notify {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_of(&Self::ALL, deserializer)
    }
}

/// Reads one of the words of a list; the error for any other names all of them.
fn one_of<'de, T: Copy, D: Deserializer<'de>>(
    choices: &[(&str, T)],
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let found = choices.iter().find(|(name, _)| *name == text);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        D::Error::custom(format!("`{text}` is not one of {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;
    use crate::config::Config;

    fn read(text: &str) -> Result<u8, Error> {
        let deserializer: StrDeserializer<'_, Error> = text.into_deserializer();
        one_of(&[("one", 1), ("two", 2)], deserializer)
    }

    #[test]
    fn another_word_is_told_with_those_that_there_are() {
        assert_eq!(read("two"), Ok(2));
        assert_eq!(read("three").unwrap_err().to_string(), "`three` is not one of one, two");
    }

    #[test]
    fn an_unknown_way_to_draw_names_those_that_there_are() {
        assert_eq!(Config::parse("").unwrap().pictures, Pictures::Auto);
        assert_eq!(Config::parse("pictures = \"sixel\"").unwrap().pictures, Pictures::Sixel);
        let why = Config::parse("pictures = \"oil\"").unwrap_err();
        assert!(why.contains("auto, cells, kitty, iterm, sixel, off"), "{why}");
    }

    #[test]
    fn an_unknown_way_to_tell_names_those_that_there_are() {
        assert_eq!(Config::parse("notify = \"desktop\"").unwrap().notify, Notify::Desktop);
        let why = Config::parse("notify = \"horn\"").unwrap_err();
        assert!(why.contains("off, bell, desktop"), "{why}");
    }
}
