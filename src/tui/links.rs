//! The links that the terminal gets.

use crate::app::App;
use crate::text::takes_links;
use crate::view::{self, Link, SeenRows};

/// The links in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// No links: the terminal takes none, or the user wants none.
    Off,
    /// Links to the web only: the screen is another machine's, which has other files.
    Web,
    /// All links.
    All,
}

impl Links {
    /// The links that the terminal can use.
    pub(super) fn for_terminal(wanted: bool, env: &dyn Fn(&str) -> Option<String>) -> Self {
        match (wanted && takes_links(env), env("SSH_CONNECTION")) {
            (false, _) => Self::Off,
            (true, Some(_)) => Self::Web,
            (true, None) => Self::All,
        }
    }

    /// The links in a frame of this state.
    pub(super) fn of(self, app: &App, rows: &SeenRows) -> Vec<Link> {
        let is_wanted = |link: &Link| match self {
            Self::Off => false,
            Self::Web => !link.url.starts_with("file:"),
            Self::All => true,
        };
        match self {
            Self::Off => Vec::new(),
            Self::Web | Self::All => view::links(app, rows).into_iter().filter(is_wanted).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_of_another_machine_gets_no_links_to_files() {
        let of = |wanted, names: &'static [&'static str]| {
            let env = move |name: &str| names.contains(&name).then(|| "xterm".to_owned());
            Links::for_terminal(wanted, &env)
        };
        assert_eq!(of(true, &["TERM"]), Links::All);
        assert_eq!(of(true, &["TERM", "SSH_CONNECTION"]), Links::Web);
        assert_eq!(of(true, &["TERM", "STY"]), Links::Off);
        assert_eq!(of(true, &[]), Links::Off);
        assert_eq!(of(false, &["TERM"]), Links::Off);
    }
}
