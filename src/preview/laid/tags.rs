//! The layout of HTML and XML: each element on a line of its own, one that holds only text on one line.

use std::ops::Range;

use super::super::source::Piece;
use super::Sheet;

/// Elements of HTML that hold nothing and have no end tag.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Elements of HTML that stand in a line of text.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "label",
    "mark", "s", "small", "span", "strong", "sub", "sup", "u",
];
/// Elements of HTML that end where the next one of their kind begins.
const OPEN_ENDED: [&str; 9] = ["p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody"];
/// Length of a line behind which an element of HTML begins a new one in any case, in bytes.
const WIDE: usize = 120;
/// Most elements that are kept open by their names.
const KEPT: usize = 256;
/// Innermost elements among which an end tag looks for its own.
const NEAR: usize = 16;

/// What the present line ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// A start tag.
    Start,
    /// A start tag, and text.
    Text,
    /// Anything else.
    Other,
}

/// State between two pieces of markup.
#[derive(Debug)]
pub(super) struct Tags {
    xml: bool,
    open: Vec<Range<usize>>,
    /// Number of open elements beyond those that are kept.
    more: usize,
    behind: Behind,
    /// The tag that is being read: where it begins, its name, and whether it is an end tag.
    tag: Option<(usize, Range<usize>, bool)>,
    /// Number of lines before an embedded script or style.
    before: usize,
    comment: bool,
}

impl Tags {
    pub(super) fn new(xml: bool) -> Self {
        let (open, behind) = (Vec::new(), Behind::Other);
        Self { xml, open, more: 0, behind, tag: None, before: 0, comment: false }
    }

    /// Number of elements that are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len() + self.more
    }

    /// Takes note that a script or a style begins.
    pub(super) fn begin_embedded(&mut self, lines: usize) {
        self.before = lines;
    }

    /// Takes note that it has ended: if it took several lines, its end tag stands on one of its own.
    pub(super) fn embedded(&mut self, lines: usize) {
        self.behind = if lines > self.before { Behind::Other } else { Behind::Text };
    }

    /// Takes the next piece.
    pub(super) fn take(&mut self, sheet: &mut Sheet<'_>, at: Range<usize>, piece: Piece) {
        let was_comment = std::mem::replace(&mut self.comment, piece == Piece::Comment);
        match piece {
            Piece::Open => self.tag = Some((at.start, at.end..at.end, false)),
            Piece::OpenEnd => self.tag = Some((at.start, at.end..at.end, true)),
            Piece::Name => {
                if let Some((start, _, closing)) = self.tag.take() {
                    self.name(sheet, start, at.clone(), closing);
                    self.tag = Some((start, at.clone(), closing));
                    sheet.put(start, at.end);
                }
            }
            Piece::Attribute | Piece::Value | Piece::Between => {
                // White space before the end of a tag is kept, as it is inside of it.
                sheet.put(at.start, at.end);
            }
            Piece::Close => {
                sheet.put(at.start, at.end);
                self.close(sheet, at.start);
            }
            Piece::Comment => {
                let begins = !was_comment && !sheet.text[at.start..].starts_with(b"<![CDATA[");
                let ends_data = sheet.text[at.clone()].starts_with(b"]]>");
                if begins && !ends_data {
                    sheet.cut(self.depth());
                    self.behind = Behind::Other;
                }
                sheet.put(at.start, at.end);
                if sheet.text[at.clone()].ends_with(b">") && !ends_data {
                    sheet.cut(self.depth());
                }
            }
            Piece::Text | Piece::Entity => {
                if sheet.text[at.clone()].trim_ascii().is_empty() {
                    return;
                }
                if self.behind == Behind::Other && self.xml && !was_comment {
                    sheet.cut(self.depth());
                } else if self.behind == Behind::Start {
                    self.behind = Behind::Text;
                }
                let lines = sheet.lines.len();
                sheet.put_lines(at.start, at.end, self.depth());
                if sheet.lines.len() > lines {
                    self.behind = Behind::Other;
                }
            }
        }
    }

    /// Ends the line before a tag, where the tag begins one.
    fn name(&mut self, sheet: &mut Sheet<'_>, start: usize, name: Range<usize>, closing: bool) {
        let word = &sheet.text[name.clone()];
        let inline = self.is(&INLINE, word);
        if closing {
            let own = self.leave(sheet.text, &name);
            let short = inline || own && matches!(self.behind, Behind::Start | Behind::Text);
            if !short {
                sheet.cut(self.depth());
            }
            return;
        }
        if self.is(&OPEN_ENDED, word)
            && self.open.last().is_some_and(|last| is_same(&sheet.text[last.clone()], word))
        {
            self.open.pop();
        }
        if !inline || sheet.len() > WIDE {
            sheet.cut(self.depth());
        } else if let Some((_, end)) = sheet.at
            && end < start
        {
            // The space before it is shown.
            sheet.put(end, start);
        }
    }

    /// Takes note of the end of a tag.
    fn close(&mut self, sheet: &Sheet<'_>, end: usize) {
        let Some((_, name, closing)) = self.tag.take() else { return };
        let word = &sheet.text[name.clone()];
        let inline = self.is(&INLINE, word);
        let empty = end > 0 && sheet.text[end - 1] == b'/' || self.is(&VOID, word);
        if inline {
            // Text goes on around it.
            self.behind = if self.behind == Behind::Start { Behind::Text } else { self.behind };
        } else if closing || empty {
            self.behind = Behind::Other;
        } else {
            self.behind = Behind::Start;
            if self.open.len() < KEPT { self.open.push(name) } else { self.more += 1 }
        }
    }

    /// Leaves the element that an end tag closes; tells whether it is the innermost one.
    fn leave(&mut self, text: &[u8], name: &Range<usize>) -> bool {
        if self.is(&INLINE, &text[name.clone()]) {
            return false;
        }
        if self.more > 0 {
            self.more -= 1;
            return true;
        }
        let is_it = |open: &Range<usize>| is_same(&text[open.clone()], &text[name.clone()]);
        match self.open.iter().rev().take(NEAR).position(is_it) {
            Some(inside) => {
                self.open.truncate(self.open.len() - inside - 1);
                inside == 0
            }
            None => false,
        }
    }

    fn is(&self, known: &[&str], name: &[u8]) -> bool {
        !self.xml && known.iter().any(|known| is_same(known.as_bytes(), name))
    }
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}
