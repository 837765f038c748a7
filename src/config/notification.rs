//! How the user is told of what happens while he looks elsewhere.

use serde::de::{Deserialize, Deserializer};

use super::choice::one_of;

/// What is sent to the terminal.
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

#[cfg(test)]
mod tests {
    use crate::config::{Config, Notify};

    #[test]
    fn an_unknown_way_to_tell_names_those_that_there_are() {
        assert_eq!(Config::parse("notify = \"desktop\"").unwrap().notify, Notify::Desktop);
        let why = Config::parse("notify = \"horn\"").unwrap_err();
        assert!(why.contains("off, bell, desktop"), "{why}");
    }
}
