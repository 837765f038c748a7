//! The layout of scripts and styles: a line for each statement, property and member, indented by braces.

use std::ops::Range;

use super::super::row::Role;
use super::Sheet;

/// Most brackets that are kept open.
const KEPT: usize = 256;
/// Length of a line behind which a comma begins a new one in any case, in bytes.
const WIDE: usize = 100;

/// A bracket that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// Braces around statements, rules or properties.
    Block,
    /// Braces around members.
    Members,
    /// Any other bracket.
    Other,
}

/// State between two tokens.
#[derive(Debug, Default)]
pub(super) struct Braces {
    /// Depth of what the script or style stands in.
    base: usize,
    open: Vec<Bracket>,
    /// Number of open brackets beyond those that are kept.
    more: usize,
    /// Number of braces that are open.
    curly: usize,
    /// The last byte that is no white space.
    last: u8,
}

impl Braces {
    /// A script or a style that stands in an element of this depth.
    pub(super) fn inside(base: usize) -> Self {
        Self { base, ..Self::default() }
    }

    fn depth(&self) -> usize {
        self.base + self.curly
    }

    /// Takes the next token.
    pub(super) fn take(&mut self, sheet: &mut Sheet<'_>, at: Range<usize>, role: Role) {
        let text = sheet.text;
        let bytes = &text[at.clone()];
        if bytes.iter().all(u8::is_ascii_whitespace) {
            if bytes.contains(&b'\n') {
                sheet.cut(self.depth());
            } else if sheet.at.is_some() {
                sheet.put(at.start, at.end);
            }
            return;
        }
        if role != Role::Punctuation {
            sheet.put_lines(at.start, at.end, self.depth());
            self.last = bytes.last().copied().unwrap_or_default();
            return;
        }
        for (offset, &byte) in bytes.iter().enumerate() {
            self.sign(sheet, at.start + offset, byte);
            self.last = byte;
        }
    }

    fn sign(&mut self, sheet: &mut Sheet<'_>, at: usize, byte: u8) {
        let end = at + 1;
        let next = sheet.text.get(end).copied().unwrap_or_default();
        match byte {
            b'{' => {
                let members = matches!(self.last, 0 | b':' | b'=' | b'(' | b',' | b'[' | b'?');
                self.push(if members { Bracket::Members } else { Bracket::Block });
                self.curly += 1;
                sheet.put(at, end);
                if next != b'}' {
                    sheet.cut(self.depth());
                }
            }
            b'}' => {
                self.pop();
                self.curly = self.curly.saturating_sub(1);
                if self.last == b'{' {
                    sheet.put(at, end);
                } else {
                    sheet.cut(self.depth());
                    sheet.put(at, end);
                }
                if !matches!(next, b';' | b',' | b')' | b']' | b'.' | b'(' | b'}' | b' ' | b'`') {
                    sheet.cut(self.depth());
                }
            }
            b'(' | b'[' => {
                self.push(Bracket::Other);
                sheet.put(at, end);
            }
            b')' | b']' => {
                self.pop();
                sheet.put(at, end);
            }
            b';' => {
                sheet.put(at, end);
                if self.open.last() != Some(&Bracket::Other) {
                    sheet.cut(self.depth());
                }
            }
            b',' => {
                sheet.put(at, end);
                let members = self.open.last() == Some(&Bracket::Members);
                if members || self.last == b'}' || sheet.len() > WIDE {
                    sheet.cut(self.depth());
                }
            }
            _ => sheet.put(at, end),
        }
    }

    fn push(&mut self, bracket: Bracket) {
        if self.open.len() < KEPT { self.open.push(bracket) } else { self.more += 1 }
    }

    fn pop(&mut self) {
        if self.more > 0 {
            self.more -= 1;
        } else {
            self.open.pop();
        }
    }
}
