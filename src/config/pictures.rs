//! How pictures are drawn.

use serde::de::{Deserialize, Deserializer};

use super::choice::one_of;

/// Who draws pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pictures {
    /// The terminal, where it can and the line is not slow; else larder, in characters.
    #[default]
    Auto,
    /// larder, in characters.
    Cells,
    /// The terminal, by kitty's protocol with placeholders.
    Kitty,
    /// The terminal, by the protocol of iTerm2.
    Iterm,
    /// The terminal, by sixels.
    Sixel,
    /// Nobody.
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

#[cfg(test)]
mod tests {
    use crate::config::{Config, Pictures};

    #[test]
    fn an_unknown_way_to_draw_names_those_that_there_are() {
        assert_eq!(Config::parse("").unwrap().pictures, Pictures::Auto);
        assert_eq!(Config::parse("pictures = \"sixel\"").unwrap().pictures, Pictures::Sixel);
        let why = Config::parse("pictures = \"oil\"").unwrap_err();
        assert!(why.contains("auto, cells, kitty, iterm, sixel, off"), "{why}");
    }
}
