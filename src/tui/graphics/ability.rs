//! The terminal's ability to draw: by the user's wish, the environment, and its answers.

use crate::config::Pictures;

use super::kitty;

/// The question for its name, the size of its cells, and its kind; every terminal answers the last part,
/// after all that it answers before.
const QUESTION: &str = "\x1b[>0q\x1b[16t\x1b[c";

/// The kind that xterm.js tells where it draws pictures. It tells no name.
const XTERM_JS: &str = "62;4;9;22";

/// Size of a cell in pixels: width and height.
pub(super) type CellSize = (u32, u32);

/// The size of a cell where it is not known.
const CELL: CellSize = (10, 20);

/// The protocol by which pictures are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Kitty's protocol, with placeholders, in sequences that tmux passes on where it is in between.
    Kitty { tmux: bool },
    /// iTerm2's protocol.
    Iterm,
    /// Sixels.
    Sixel,
}

/// The conclusion about the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It has not been asked, or not answered.
    Nothing,
    /// Pictures are drawn in characters.
    Cells,
    /// Pictures are off.
    Off,
    /// The terminal draws them.
    Own(Protocol),
}

/// The state of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asking {
    Not,
    Under,
    /// The time to answer is over.
    Over,
    Answered,
}

/// The user's wish, and the terminal's ability.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
pub(super) struct Ability {
    wish: Pictures,
    /// Whether the terminal may draw: over SSH, only if the user said so.
    pub(super) allowed: bool,
    /// Whether the terminal can be asked at all.
    askable: bool,
    /// Whether tmux is between larder and the terminal.
    pub(super) tmux: bool,
    /// The terminal's name, in small letters.
    name: String,
    /// Whether the terminal answers kitty's question.
    kitty: bool,
    sixel: bool,
    /// Whether tmux passes sequences on.
    passes: bool,
    cell: Option<CellSize>,
    asking: Asking,
    /// Whether tmux has been asked and has not answered.
    tmux_asked: bool,
}

impl Ability {
    /// The ability as far as the environment tells. `askable`: the terminal understands such questions.
    pub(super) fn new(
        wish: Pictures,
        askable: bool,
        allowed: bool,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let named = [("LC_TERMINAL", ""), ("TERM_PROGRAM", ""), ("TERM", "xterm-")];
        let name = named.into_iter().find_map(|(variable, before)| {
            let name = env(variable)?.to_ascii_lowercase();
            let name = name.strip_prefix(before).unwrap_or(&name).to_owned();
            (is_placing(&name) || is_iterm(&name) || is_xterm_js(&name)).then_some(name)
        });
        Self {
            wish,
            allowed,
            askable,
            tmux: env("TMUX").is_some(),
            name: name.unwrap_or_default(),
            kitty: false,
            sixel: false,
            passes: false,
            cell: None,
            asking: Asking::Not,
            tmux_asked: false,
        }
    }

    /// Whether the user leaves the choice to larder.
    pub(super) fn is_free(&self) -> bool {
        self.wish == Pictures::Auto
    }

    /// The conclusion at present.
    pub(super) fn known(&self) -> Known {
        let (tmux, answers) = (self.tmux, self.asking >= Asking::Over && !self.tmux_asked);
        match self.wish {
            Pictures::Off => Known::Off,
            Pictures::Cells => Known::Cells,
            _ if !self.allowed => Known::Cells,
            Pictures::Kitty => Known::Own(Protocol::Kitty { tmux }),
            Pictures::Iterm => Known::Own(Protocol::Iterm),
            Pictures::Sixel => Known::Own(Protocol::Sixel),
            Pictures::Auto if !self.askable => Known::Cells,
            Pictures::Auto if !answers => Known::Nothing,
            Pictures::Auto => self.protocol().map_or(Known::Cells, Known::Own),
        }
    }

    fn protocol(&self) -> Option<Protocol> {
        let tmux = self.tmux;
        if is_placing(&self.name) && if tmux { self.passes } else { self.kitty } {
            return Some(Protocol::Kitty { tmux });
        }
        // Through tmux, iTerm2's protocol would not know what the terminal shows.
        if !tmux && (is_iterm(&self.name) || self.sixel && is_xterm_js(&self.name)) {
            return Some(Protocol::Iterm);
        }
        (self.sixel && !is_keeping(&self.name)).then_some(Protocol::Sixel)
    }

    /// The questions to the terminal, given once; tmux, if it is in between, must be asked as well.
    pub(super) fn question(&mut self) -> Option<String> {
        if self.asking != Asking::Not {
            return None;
        }
        self.asking = Asking::Under;
        self.tmux_asked = self.tmux;
        let kitty = if self.tmux { "" } else { kitty::QUESTION };
        Some(format!("{kitty}{QUESTION}"))
    }

    /// Whether an answer is awaited.
    pub(super) fn is_awaited(&self) -> bool {
        self.asking == Asking::Under
    }

    /// Whether the last answer has come.
    pub(super) fn has_answered(&self) -> bool {
        self.asking == Asking::Answered
    }

    /// Takes a report of the terminal.
    pub(super) fn heard(&mut self, report: &str) {
        if report == kitty::ANSWER {
            self.kitty = true;
        } else if let Some(name) = report.strip_prefix(">|") {
            // tmux gives its own name.
            if !self.tmux {
                self.name = name.to_ascii_lowercase();
            }
        } else if let Some(size) = report.strip_prefix("6;").and_then(|it| it.strip_suffix('t')) {
            let size = size.split_once(';').map(|(height, width)| (width.parse(), height.parse()));
            if let Some((Ok(width), Ok(height))) = size {
                self.cell = Some((width, height));
            }
        } else if let Some(attributes) =
            report.strip_prefix('?').and_then(|it| it.strip_suffix('c'))
        {
            self.sixel = attributes.split(';').skip(1).any(|attribute| attribute == "4");
            if !self.tmux && self.name.is_empty() && attributes == XTERM_JS {
                "xterm.js".clone_into(&mut self.name);
            }
            if self.asking != Asking::Not {
                self.asking = Asking::Answered;
            }
        }
    }

    /// Takes note that the time to answer is over.
    pub(super) fn give_up(&mut self) {
        if self.asking == Asking::Under {
            self.asking = Asking::Over;
        }
        self.tmux_asked = false;
    }

    /// Takes the answer of tmux: whether it passes sequences on, and what the terminal is.
    pub(super) fn told_by_tmux(&mut self, told: &str) {
        self.tmux_asked = false;
        let mut words = told.split_whitespace();
        self.passes = matches!(words.next(), Some("on" | "all"));
        let named = words.map(|word| word.trim_start_matches("xterm-").to_ascii_lowercase());
        self.name = named.into_iter().find(|name| is_placing(name)).unwrap_or_default();
    }

    /// Size of a cell in pixels: as the system tells, else as the terminal did.
    pub(super) fn cell(&self, system: Option<CellSize>) -> CellSize {
        let is_sane =
            |(width, height): &CellSize| (2..=64).contains(width) && (4..=128).contains(height);
        system.filter(is_sane).or(self.cell.filter(is_sane)).unwrap_or(CELL)
    }
}

/// Whether a terminal of this name knows placeholders: kitty from 0.28 on, Ghostty.
fn is_placing(name: &str) -> bool {
    let old = |version: &str| {
        let minor = version.strip_prefix("0.")?.split(|c: char| !c.is_ascii_digit()).next()?;
        Some(minor.parse::<u32>().ok()? < 28)
    };
    let version = name.strip_prefix("kitty").map(|rest| rest.trim_start_matches([' ', '(']));
    match version {
        Some(version) => old(version) != Some(true),
        None => name.starts_with("ghostty"),
    }
}

/// Whether a terminal of this name keeps parts of a picture after text was written over it, as Konsole 25.04
/// does.
fn is_keeping(name: &str) -> bool {
    name.starts_with("konsole")
}

/// Whether a terminal of this name is made of xterm.js. The width of its cells may have a fraction: sixels,
/// whose width is in pixels, would leave gaps.
fn is_xterm_js(name: &str) -> bool {
    name == "vscode" || name.starts_with("xterm.js")
}

/// Whether a terminal of this name takes pictures by iTerm2's protocol.
fn is_iterm(name: &str) -> bool {
    ["iterm", "wezterm", "warp"].iter().any(|known| name.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn ability(wish: Pictures, variables: Variables<'_>) -> Ability {
        let env = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Ability::new(wish, true, true, &env)
    }

    /// The conclusion after these answers.
    fn after(variables: Variables<'_>, answers: &[&str]) -> Known {
        let mut ability = ability(Pictures::Auto, variables);
        assert_eq!(ability.known(), Known::Nothing);
        assert!(ability.question().is_some_and(|asked| asked.ends_with("\x1b[c")));
        assert_eq!((ability.question(), ability.known()), (None, Known::Nothing), "once");
        for answer in answers {
            ability.heard(answer);
        }
        ability.known()
    }

    #[test]
    fn terminals_are_known_by_what_they_answer() {
        let kitty = Known::Own(Protocol::Kitty { tmux: false });
        let yes = "Gi=31;OK";
        assert_eq!(after(&[], &[yes, ">|kitty(0.35.2)", "?62;c"]), kitty);
        assert_eq!(after(&[], &[yes, ">|ghostty 1.1.3", "?62;22;52c"]), kitty);
        assert_eq!(after(&[("TERM", "xterm-kitty")], &[yes, "?62;c"]), kitty);
        // The terminal lacks these placeholders, or refuses.
        assert_eq!(after(&[], &[yes, ">|kitty(0.27.1)", "?62;c"]), Known::Cells);
        assert_eq!(after(&[], &[yes, ">|Konsole 25.04", "?62;4c"]), Known::Cells);
        assert_eq!(after(&[], &["Gi=31;ENOTSUPPORTED", ">|kitty(0.35)", "?62;c"]), Known::Cells);
        let iterm = Known::Own(Protocol::Iterm);
        assert_eq!(after(&[], &[">|iTerm2 3.5.0", "?62;4c"]), iterm);
        assert_eq!(after(&[], &[yes, ">|WezTerm 20240203", "?65;4;6;18;22c"]), iterm);
        assert_eq!(after(&[("LC_TERMINAL", "iTerm2")], &["?62;c"]), iterm);
        assert_eq!(after(&[("TERM_PROGRAM", "vscode")], &["?62;4;22c"]), iterm);
        assert_eq!(after(&[("TERM_PROGRAM", "vscode")], &["?62;22c"]), Known::Cells);
        assert_eq!(after(&[], &["?62;4;9;22c"]), iterm, "xterm.js in a browser");
        assert_eq!(after(&[], &[">|foot(1.16)", "?62;4;22c"]), Known::Own(Protocol::Sixel));
        assert_eq!(after(&[], &["?64;1;2;14c", "?62;14;44c"]), Known::Cells);
        assert_eq!(after(&[], &[">|kitty(0.35)", yes]), Known::Nothing, "more may come");
    }

    #[test]
    fn one_that_does_not_answer_draws_nothing_until_it_does() {
        let mut ability = ability(Pictures::Auto, &[]);
        ability.question();
        assert!(ability.is_awaited());
        ability.give_up();
        assert_eq!((ability.known(), ability.is_awaited()), (Known::Cells, false));
        ability.heard("?62;4c");
        assert_eq!(ability.known(), Known::Own(Protocol::Sixel), "late, but it has");
    }

    #[test]
    fn tmux_tells_of_the_terminal_that_it_is_in() {
        let after = |told: &str, kind: &str| {
            let mut ability = ability(Pictures::Auto, &[("TMUX", "/tmp/x,1,0")]);
            assert!(!ability.question().unwrap().contains("_G"), "tmux would not pass it on");
            ability.heard(">|kitty(0.35)");
            ability.heard(kind);
            assert_eq!(ability.known(), Known::Nothing);
            ability.told_by_tmux(told);
            ability.known()
        };
        let kitty = Known::Own(Protocol::Kitty { tmux: true });
        assert_eq!(after("on xterm-kitty kitty(0.35.2)", "?1;2c"), kitty);
        assert_eq!(after("all xterm-256color ghostty 1.1", "?1;2c"), kitty);
        assert_eq!(after("off xterm-kitty", "?1;2c"), Known::Cells);
        assert_eq!(after("off xterm-kitty", "?1;2;4c"), Known::Own(Protocol::Sixel));
        assert_eq!(after("", "?1;2c"), Known::Cells);
        assert_eq!(after("on xterm-256color iTerm2", "?1;2c"), Known::Cells);
    }

    #[test]
    fn what_the_user_says_holds() {
        let known = |wish| ability(wish, &[]).known();
        assert_eq!(known(Pictures::Off), Known::Off);
        assert_eq!(known(Pictures::Cells), Known::Cells);
        assert_eq!(known(Pictures::Kitty), Known::Own(Protocol::Kitty { tmux: false }));
        let mut far = ability(Pictures::Auto, &[]);
        far.allowed = false;
        assert_eq!(far.known(), Known::Cells, "not asked over SSH");
        far.allowed = true;
        assert_eq!(far.known(), Known::Nothing);
    }

    #[test]
    fn a_cell_has_the_size_that_is_told_unless_that_is_nonsense() {
        let mut ability = ability(Pictures::Auto, &[]);
        assert_eq!(ability.cell(None), CELL);
        ability.heard("6;18;9t");
        assert_eq!((ability.cell(None), ability.cell(Some((7, 14)))), ((9, 18), (7, 14)));
        for nonsense in ["6;0;0t", "6;99999;9t", "6;x;yt", "6;t", "6;1;2;3t"] {
            ability.heard(nonsense);
            assert!([(9, 18), CELL].contains(&ability.cell(Some((0, 0)))), "{nonsense}");
        }
    }
}
