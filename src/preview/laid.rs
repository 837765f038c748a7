//! Source on few long lines, laid out by its tags and braces: where its lines begin and end, and how deep they
//! stand. The bytes stay as they are; only white space at a line's ends is not shown.

mod braces;
mod tags;

use super::index::Index;
use super::line::{Fragment, Line};
use super::row::Role;
use super::source::{Kind, Language, tokens};

/// Length from which a line is a long one, in bytes.
const LONG: usize = 400;
/// Limit on a text that is laid out, in bytes.
const MOST: usize = 64 << 20;
/// Deepest line, so that what is nested further stays within reach.
const DEEPEST: usize = 24;

/// Lines of a text that is laid out.
#[derive(Debug, Default)]
pub(super) struct Laid {
    /// Begin and end of each line, and its depth.
    lines: Vec<(u32, u32, u16)>,
}

/// Lays out a text of tags or braces; `None` where its own lines are short enough, or `wanted` says no.
pub(super) fn lay_out(
    language: Language,
    text: &[u8],
    wanted: &dyn Fn() -> bool,
) -> Option<(Index, Laid)> {
    match language {
        Language::Html | Language::Xml | Language::Script | Language::Css => {}
        Language::Markdown | Language::Yaml => return None,
    }
    if text.len() > MOST || !is_long(text) {
        return None;
    }
    let mut sheet = Sheet { text, ..Sheet::default() };
    let mut tags = tags::Tags::new(language == Language::Xml);
    let mut braces = braces::Braces::default();
    let (mut embedded, mut seen) = (false, 0);
    for token in tokens(language, text) {
        if token.at.end - seen > 1 << 20 {
            seen = token.at.end;
            if !wanted() {
                return None;
            }
        }
        match token.kind {
            Kind::Markup(piece) => {
                if std::mem::take(&mut embedded) {
                    tags.embedded(sheet.lines.len());
                }
                tags.take(&mut sheet, token.at, piece);
            }
            Kind::Embedded(role) => {
                if !std::mem::replace(&mut embedded, true) {
                    braces = braces::Braces::inside(tags.depth());
                    tags.begin_embedded(sheet.lines.len());
                }
                braces.take(&mut sheet, token.at, role);
            }
            Kind::Other(role) => braces.take(&mut sheet, token.at, role),
        }
    }
    sheet.cut(0);
    let mut index = Index::default();
    for &(begin, end, depth) in &sheet.lines {
        let at = begin as usize..end as usize;
        index.push_line(at.start, depth.into());
        index.push_piece(text, at, true);
    }
    sheet.lines.shrink_to_fit();
    Some((index.finish(), Laid { lines: sheet.lines }))
}

/// Whether at least half of a text stands in long lines.
fn is_long(text: &[u8]) -> bool {
    let (mut start, mut long) = (0, 0);
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        if end - start > LONG {
            long += end - start;
        }
        start = end + 1;
    }
    long * 2 > text.len()
}

impl Laid {
    /// Start of line `number`, from 0.
    pub(super) fn line_start(&self, number: usize) -> usize {
        let last = || self.lines.last().map_or(0, |(_, end, _)| *end);
        self.lines.get(number).map_or_else(last, |(begin, ..)| *begin) as usize
    }

    /// The line that holds a byte, or is before it.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|(begin, ..)| *begin as usize <= offset).saturating_sub(1)
    }

    /// Line `number`, from 0.
    pub(super) fn line<'a>(&self, bytes: &'a [u8], index: &'a Index, number: usize) -> Line<'a> {
        let &(begin, end, depth) = self.lines.get(number).unwrap_or(&(0, 0, 0));
        let (start, end) = (begin as usize, end as usize);
        let long = index.long_at(start);
        let part =
            Fragment { bytes: &bytes[start..end], source: Some(start), role: Role::Plain, long };
        Line { depth: depth.into(), parts: vec![part], tabs: true }
    }
}

/// Lines that are being made.
#[derive(Debug, Default)]
struct Sheet<'a> {
    text: &'a [u8],
    lines: Vec<(u32, u32, u16)>,
    /// Begin and end of the present line; none while it is empty.
    at: Option<(usize, usize)>,
    /// Depth of the present line.
    depth: usize,
}

impl Sheet<'_> {
    /// Adds bytes to the line.
    fn put(&mut self, from: usize, to: usize) {
        let begin = self.at.map_or(from, |(begin, _)| begin);
        self.at = Some((begin, to));
    }

    /// Adds text to the line, its own lines each on one; white space around it is left out.
    fn put_lines(&mut self, from: usize, to: usize, depth: usize) {
        let mut from = from;
        loop {
            let end = memchr::memchr(b'\n', &self.text[from..to]).map_or(to, |at| from + at);
            let part = &self.text[from..end];
            let rest = part.trim_ascii_start();
            if !rest.is_empty() {
                let begin = end - rest.len();
                self.put(begin, begin + rest.trim_ascii_end().len());
            }
            if end == to {
                return;
            }
            self.cut(depth);
            from = end + 1;
        }
    }

    /// Ends the line, unless it is empty; the next one has this depth.
    fn cut(&mut self, depth: usize) {
        if let Some((begin, end)) = self.at.take() {
            let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let deep = u16::try_from(self.depth.min(DEEPEST)).unwrap_or(u16::MAX);
            self.lines.push((number(begin), number(end), deep));
        }
        self.depth = depth;
    }

    /// Number of bytes in the line.
    fn len(&self) -> usize {
        self.at.map_or(0, |(begin, end)| end - begin)
    }
}

#[cfg(test)]
mod tests;
