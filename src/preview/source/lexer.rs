//! The lexer of all languages: one token at a time, with a small state in between.

use std::ops::Range;

use super::markdown::Markdown;
use super::markup::{Markup, Piece, Raw};
use super::script::Script;
use super::style::Style;
use super::yaml::Yaml;
use super::{Language, Role, markdown, markup, script, style, yaml};

/// A piece of the text. Tokens follow one another without gaps.
#[derive(Debug, Clone)]
pub(in crate::preview) struct Token {
    pub(in crate::preview) at: Range<usize>,
    pub(in crate::preview) kind: Kind,
}

/// Kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::preview) enum Kind {
    /// A piece of HTML or XML.
    Markup(Piece),
    /// A token of a script or a style inside HTML.
    Embedded(Role),
    /// A token of any other language.
    Other(Role),
}

impl Token {
    pub(in crate::preview) fn role(&self) -> Role {
        match self.kind {
            Kind::Markup(piece) => piece.role(),
            Kind::Embedded(role) | Kind::Other(role) => role,
        }
    }
}

/// All that is needed to continue between two tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    mode: Mode,
    xml: bool,
    /// End of an embedded script or style, in bytes from the text's beginning.
    end: usize,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Markup(Markup),
    Embedded(Embedded),
    Script(Script),
    Style(Style),
    Markdown(Markdown),
    Yaml(Yaml),
}

#[derive(Debug, Clone, Copy)]
enum Embedded {
    Script(Script),
    Style(Style),
}

impl State {
    pub(super) fn resume(self, text: &[u8], at: usize) -> Tokens<'_> {
        Tokens { text, at, state: self }
    }
}

/// The tokens of a text, from its beginning.
pub(in crate::preview) fn tokens(language: Language, text: &[u8]) -> Tokens<'_> {
    let mode = match language {
        Language::Html | Language::Xml => Mode::Markup(Markup::Text),
        Language::Script => Mode::Script(Script::default()),
        Language::Css => Mode::Style(Style::default()),
        Language::Markdown => Mode::Markdown(Markdown::default()),
        Language::Yaml => Mode::Yaml(Yaml::default()),
    };
    let state = State { mode, xml: language == Language::Xml, end: 0 };
    state.resume(text, 0)
}

/// The tokens of a text; each takes time in proportion to its length.
#[derive(Debug)]
pub(in crate::preview) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    state: State,
}

impl Tokens<'_> {
    pub(super) fn state(&self) -> State {
        self.state
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        let (text, at) = (self.text, self.at);
        if at >= text.len() {
            return None;
        }
        let state = &mut self.state;
        if matches!(state.mode, Mode::Embedded(_)) && at >= state.end {
            state.mode = Mode::Markup(Markup::Text);
        }
        let (end, kind) = match &mut state.mode {
            Mode::Markup(mode) => {
                let (end, piece) = markup::step(text, at, mode, state.xml);
                if let Markup::Enter(raw) = *mode {
                    state.end = markup::raw_end(text, end, raw);
                    state.mode = match raw {
                        Raw::Script => Mode::Embedded(Embedded::Script(Script::default())),
                        Raw::Style => Mode::Embedded(Embedded::Style(Style::default())),
                        Raw::Text(_) | Raw::None => Mode::Markup(Markup::Raw(state.end)),
                    };
                }
                (end, Kind::Markup(piece))
            }
            Mode::Embedded(embedded) => {
                let inside = &text[..state.end.min(text.len())];
                let (end, role) = match embedded {
                    Embedded::Script(mode) => script::step(inside, at, mode),
                    Embedded::Style(mode) => style::step(inside, at, mode),
                };
                (end, Kind::Embedded(role))
            }
            Mode::Script(mode) => other(script::step(text, at, mode)),
            Mode::Style(mode) => other(style::step(text, at, mode)),
            Mode::Markdown(mode) => other(markdown::step(text, at, mode)),
            Mode::Yaml(mode) => other(yaml::step(text, at, mode)),
        };
        // Each step takes at least one byte, whatever it found.
        self.at = end.clamp(at + 1, text.len());
        Some(Token { at: at..self.at, kind })
    }
}

fn other((end, role): (usize, Role)) -> (usize, Kind) {
    (end, Kind::Other(role))
}
