//! Writes words, blocks, lists and tables as lines of text.

use std::ops::Range;

use super::super::row::Role;
use super::MOST;

/// Limit on the indentation of nested lists and quotes, in levels.
const DEEPEST: usize = 8;

/// The text so far, and the white space due before the next word.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
pub(super) struct Writer {
    out: Vec<u8>,
    roles: Vec<(Range<usize>, Role)>,
    /// Number of line ends due before the next word; 2 makes an empty line.
    breaks: usize,
    /// Whether a space is due before the next word.
    space: bool,
    heading: Option<usize>,
    /// Level of a heading that has no text yet.
    sign: Option<usize>,
    /// Whether preformatted text has just begun.
    fresh: bool,
    /// Number of the current item in each open list; 0 for lists without numbers.
    lists: [usize; DEEPEST],
    /// Whether each open list has had an item.
    begun: [bool; DEEPEST],
    depth: usize,
    quotes: usize,
    /// Sign that is due before the next word of an item.
    bullet: Option<usize>,
    /// Whether a cell is open, and the number of cells in this row so far.
    in_cell: bool,
    cells: usize,
    /// Whether `│` is due before the next word.
    parted: bool,
}

impl Writer {
    /// Whether the limit is reached, so that nothing more is written.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= MOST
    }

    /// Ends a block: the next word is this number of lines further down. A cell stays on one line.
    pub(super) fn end_block(&mut self, breaks: usize) {
        // The first text of an item stays behind its sign.
        let breaks = if self.bullet.is_some() { breaks.min(1) } else { breaks };
        match breaks.saturating_sub(usize::from(self.in_cell)) {
            0 => self.space = true,
            breaks => self.breaks = self.breaks.max(breaks),
        }
    }

    /// Ends the line.
    pub(super) fn line_break(&mut self) {
        if self.in_cell {
            self.space = true;
        } else {
            self.breaks = (self.breaks + 1).min(2);
        }
    }

    /// Writes text with single spaces between its words.
    pub(super) fn text(&mut self, text: &[u8]) {
        let mut rest = text;
        while !rest.is_empty() && !self.is_full() {
            let word = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            if word > 0 {
                let role = self.heading.map(|_| Role::Key);
                self.put(&rest[..word], role);
                rest = &rest[word..];
            }
            if let Some(first) = rest.first()
                && first.is_ascii_whitespace()
            {
                self.space = true;
                rest = rest.trim_ascii_start();
            }
        }
    }

    /// Begins or ends text that is written with its own white space.
    pub(super) fn preformatted(&mut self, closing: bool) {
        // The line end at the end of its last line makes no empty line.
        self.breaks = self.breaks.min(1);
        self.end_block(2);
        self.fresh = !closing;
    }

    /// Writes text with its own white space.
    pub(super) fn verbatim(&mut self, text: &[u8]) {
        for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
            // A line end at its very beginning does not count.
            if index > 0 && !std::mem::take(&mut self.fresh) {
                self.breaks += 1;
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.is_empty() {
                self.fresh = false;
                self.space = false;
                self.put(line, None);
            }
            if self.is_full() {
                return;
            }
        }
    }

    /// Writes text that is never split.
    pub(super) fn word(&mut self, word: &[u8], role: Role) {
        self.put(word, Some(role));
    }

    /// Number of bytes that have been written.
    pub(super) fn written(&self) -> usize {
        self.out.len()
    }

    /// Writes a sign, with `behind` right after the word before it.
    pub(super) fn mark(&mut self, mark: &str, behind: bool) {
        let (breaks, space) = (self.breaks, self.space);
        if behind {
            (self.breaks, self.space) = (0, false);
        }
        self.put(mark.as_bytes(), Some(Role::Number));
        if behind {
            (self.breaks, self.space) = (breaks, space);
        }
    }

    /// Begins a heading of a level, or ends it.
    pub(super) fn heading(&mut self, level: Option<usize>) {
        self.heading = level;
        self.sign = level;
    }

    /// Begins or ends a list.
    pub(super) fn list(&mut self, closing: bool, numbered: bool) {
        self.end_block(if self.depth > 0 { 1 } else { 2 });
        self.bullet = None;
        if closing {
            self.depth = self.depth.saturating_sub(1);
        } else {
            self.depth += 1;
            if let Some(number) = self.lists.get_mut(self.depth - 1) {
                *number = usize::from(numbered);
                self.begun[self.depth - 1] = false;
            }
        }
    }

    /// Begins an item.
    pub(super) fn item(&mut self) {
        let list = self.depth.saturating_sub(1).min(DEEPEST - 1);
        if std::mem::replace(&mut self.begun[list], true) {
            self.breaks = 1;
        }
        self.end_block(1);
        let number = self.depth.checked_sub(1).and_then(|list| self.lists.get_mut(list));
        self.bullet = Some(number.as_deref().copied().unwrap_or(0));
        if let Some(number) = number.filter(|number| **number > 0) {
            *number += 1;
        }
    }

    /// Begins or ends a quotation.
    pub(super) fn quote(&mut self, closing: bool) {
        self.end_block(2);
        self.quotes = if closing { self.quotes.saturating_sub(1) } else { self.quotes + 1 };
    }

    /// Begins or ends a row of a table.
    pub(super) fn row(&mut self) {
        (self.in_cell, self.cells, self.parted) = (false, 0, false);
        self.end_block(1);
    }

    /// Begins or ends a cell.
    pub(super) fn cell(&mut self, closing: bool) {
        self.in_cell = !closing;
        if !closing {
            self.parted |= self.cells > 0;
            self.cells += 1;
            self.space = true;
        }
    }

    /// Draws a line.
    pub(super) fn rule(&mut self) {
        self.end_block(1);
        self.put("────────".as_bytes(), Some(Role::Dim));
        self.end_block(1);
    }

    /// Leaves lists, quotations, headings and tables, wherever the page has ended.
    pub(super) fn leave(&mut self) {
        (self.depth, self.quotes, self.heading, self.bullet) = (0, 0, None, None);
        (self.in_cell, self.parted, self.sign) = (false, false, None);
    }

    /// The text, and its pieces that are not plain text.
    pub(super) fn finish(mut self) -> (Vec<u8>, Vec<(Range<usize>, Role)>) {
        if !self.out.is_empty() && self.out.last() != Some(&b'\n') {
            self.out.push(b'\n');
        }
        (self.out, self.roles)
    }

    fn put(&mut self, word: &[u8], role: Option<Role>) {
        if self.is_full() {
            return;
        }
        if let Some(level) = self.sign.take() {
            self.put(&b"######"[..level.clamp(1, 6)], Some(Role::Key));
            self.space = true;
        }
        let breaks = std::mem::take(&mut self.breaks);
        if breaks > 0 && !self.out.is_empty() {
            self.out.extend(std::iter::repeat_n(b'\n', breaks.min(MOST - self.out.len())));
        }
        let space = std::mem::take(&mut self.space);
        if self.out.last().is_none_or(|&last| last == b'\n') {
            self.begin_line();
        } else if std::mem::take(&mut self.parted) {
            self.signed(" │ ", Role::Punctuation);
        } else if space {
            let at = self.out.len();
            self.out.push(b' ');
            self.stretch(at, role);
        }
        self.parted = false;
        let at = self.out.len();
        self.out.extend_from_slice(&word[..word.len().min(MOST)]);
        if let Some(role) = role {
            self.told(at..self.out.len(), role);
        }
    }

    fn begin_line(&mut self) {
        for _ in 0..self.quotes.min(DEEPEST) {
            self.signed("> ", Role::Dim);
        }
        let bullet = self.bullet.take();
        let depth = self.depth.min(DEEPEST);
        let inner = if bullet.is_some() { depth.saturating_sub(1) } else { depth };
        self.out.extend(std::iter::repeat_n(b' ', inner * 2));
        match bullet {
            None => {}
            Some(0) => self.signed("• ", Role::Punctuation),
            Some(number) => self.signed(&format!("{number}. "), Role::Punctuation),
        }
    }

    fn signed(&mut self, sign: &str, role: Role) {
        let at = self.out.len();
        self.out.extend_from_slice(sign.as_bytes());
        self.told(at..self.out.len(), role);
    }

    /// Extends a role over the space between two words that both have it.
    fn stretch(&mut self, at: usize, role: Option<Role>) {
        if let Some((last, of)) = self.roles.last_mut()
            && Some(*of) == role
            && last.end == at
        {
            last.end += 1;
        }
    }

    fn told(&mut self, at: Range<usize>, role: Role) {
        match self.roles.last_mut() {
            Some((last, of)) if *of == role && last.end == at.start => last.end = at.end,
            _ => self.roles.push((at, role)),
        }
    }
}
