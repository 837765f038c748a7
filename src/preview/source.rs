//! Source in colours: a linear lexer tells the role of each byte. Its state is kept at intervals, so that any
//! line is coloured without reading what is before it.

mod lexer;
mod markdown;
mod markup;
mod reach;
mod script;
mod style;
mod yaml;

use std::ops::Range;

use crate::model::{ContentType, endings};

use super::row::Role;
use lexer::State;

pub(super) use lexer::{Kind, Token, tokens};
pub(super) use markup::Piece;

/// Most bytes between two kept states; at most these and one token more are read again.
const SPACING: usize = 8192;
/// Longest token, in bytes; a longer one goes on in the next, so that little is read at a time.
const LONGEST: usize = 4096;

/// The languages that are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// HTML, with the script and the style in it.
    Html,
    Xml,
    /// JavaScript, and JSON.
    Script,
    Css,
    Markdown,
    Yaml,
}

impl Language {
    /// The language, by the content type, else by the first bytes.
    pub(super) fn of(content_type: &ContentType, text: &[u8]) -> Option<Self> {
        let essence = endings::essence(content_type).to_ascii_lowercase();
        let kind = essence.rsplit('/').next().unwrap_or("");
        let kind = kind.strip_prefix("x-").unwrap_or(kind);
        match kind {
            "html" | "xhtml+xml" => Some(Self::Html),
            "xml" | "xslt" => Some(Self::Xml),
            "javascript" | "ecmascript" | "typescript" | "json" | "json5" | "ndjson" | "jsonl"
            | "jsonlines" | "jsonc" => Some(Self::Script),
            "css" => Some(Self::Css),
            "markdown" => Some(Self::Markdown),
            "yaml" => Some(Self::Yaml),
            _ if kind.ends_with("+xml") => Some(Self::Xml),
            _ if kind.ends_with("+json") => Some(Self::Script),
            _ if kind.ends_with("+yaml") => Some(Self::Yaml),
            "csv" | "tab-separated-values" => None,
            _ => Self::by_first_bytes(text),
        }
    }

    fn by_first_bytes(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii_start();
        let begins = |with: &[u8]| {
            text.get(..with.len()).is_some_and(|text| text.eq_ignore_ascii_case(with))
        };
        if begins(b"<!doctype html") || begins(b"<html") {
            Some(Self::Html)
        } else if begins(b"<?xml") || begins(b"<svg") {
            Some(Self::Xml)
        } else {
            None
        }
    }
}

/// The colours of a text: the states of the lexer, at intervals.
#[derive(Debug)]
pub(super) struct Source {
    marks: Vec<(usize, State)>,
    /// The pieces that are not plain text, where they are known already.
    told: Vec<(Range<usize>, Role)>,
}

impl Source {
    /// Reads the whole text once.
    pub(super) fn new(language: Language, text: &[u8]) -> Self {
        let mut marks = Vec::with_capacity(text.len() / SPACING + 1);
        let mut lexer = tokens(language, text);
        marks.push((0, lexer.state()));
        let mut due = SPACING;
        while let Some(token) = lexer.next() {
            if token.at.end >= due {
                marks.push((token.at.end, lexer.state()));
                due = token.at.end + SPACING;
            }
        }
        Self { marks, told: Vec::new() }
    }

    /// The colours of a text whose pieces other than plain text are known, in order.
    pub(super) fn told(told: Vec<(Range<usize>, Role)>) -> Self {
        Self { marks: Vec::new(), told }
    }

    /// A painter that tells the roles of this text's bytes.
    pub(super) fn painter<'a>(&'a self, text: &'a [u8]) -> Painter<'a> {
        Painter { source: self, text, token: None, state: None }
    }
}

/// Tells the roles of bytes; quick where the next byte asked for is a little further on.
#[derive(Debug)]
pub(super) struct Painter<'a> {
    source: &'a Source,
    text: &'a [u8],
    token: Option<Token>,
    state: Option<State>,
}

impl Painter<'_> {
    /// Role of a byte.
    pub(super) fn role_at(&mut self, offset: usize) -> Role {
        if self.source.marks.is_empty() {
            let told = &self.source.told;
            let after = told.partition_point(|(at, _)| at.end <= offset);
            let told = told.get(after).filter(|(at, _)| at.start <= offset);
            return told.map_or(Role::Plain, |told| told.1);
        }
        let near = self.token.as_ref().filter(|token| {
            token.at.start <= offset && offset < token.at.end.saturating_add(SPACING)
        });
        let (mut at, mut state) = match (near, self.state) {
            (Some(token), _) if offset < token.at.end => return token.role(),
            (Some(token), Some(state)) => (token.at.end, state),
            _ => {
                let after = self.source.marks.partition_point(|&(mark, _)| mark <= offset);
                match self.source.marks.get(after.saturating_sub(1)) {
                    Some(&mark) => mark,
                    None => return Role::Plain,
                }
            }
        };
        loop {
            let mut lexer = state.resume(self.text, at);
            let Some(token) = lexer.next() else { return Role::Plain };
            (at, state) = (token.at.end, lexer.state());
            if offset < at {
                let role = token.role();
                (self.token, self.state) = (Some(token), Some(state));
                return role;
            }
        }
    }
}

#[cfg(test)]
mod tests;
