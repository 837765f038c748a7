//! Editing of text: a document with a cursor and a selection.

mod changes;
mod places;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::clusters;
use super::document::Document;
use super::find;
use super::rows::{Known, Row, Rows};

pub use places::Places;

/// A move of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// To the previous cluster.
    Left,
    /// To the next cluster.
    Right,
    /// To the start of the word, or of the previous one.
    WordLeft,
    /// To the next word.
    WordRight,
    /// This number of rows up.
    Up(usize),
    /// This number of rows down.
    Down(usize),
    /// To the start of the row; from there to the start of the line.
    Home,
    /// To the end of the row; from there to the end of the line.
    End,
    /// To the start of the document.
    Start,
    /// To the end of the document.
    Finish,
    /// To an offset.
    To(usize),
}

/// A document with a cursor.
#[derive(Debug, Clone)]
pub struct TextEdit {
    document: Document,
    cursor: usize,
    /// Offset at which the selection began; its other end is the cursor.
    anchor: Option<usize>,
    /// The cell that the cursor aims for while it moves up and down.
    goal: Option<usize>,
    /// Whether every line of the original ends in a carriage return and a line feed.
    returns: bool,
    /// The layout so far.
    known: Known,
}

impl TextEdit {
    /// A text with the cursor at its start.
    pub fn new(text: Bytes) -> Self {
        let feeds = memchr::memchr_iter(b'\n', &text).count();
        let returns = feeds > 0 && memchr::memmem::find_iter(&text, b"\r\n").count() == feeds;
        let document = Document::new(text);
        Self { document, cursor: 0, anchor: None, goal: None, returns, known: Known::default() }
    }

    /// A copy for work off the loop, without the steps to undo.
    #[must_use]
    pub fn without_history(&self) -> Self {
        let document = self.document.without_history();
        Self { document, known: Known::default(), ..*self }
    }

    /// Takes text and cursor of such a copy, in which something was found or changed.
    pub fn take(&mut self, copy: Self) {
        self.document.end_step();
        (self.cursor, self.anchor, self.goal) = (copy.cursor, copy.anchor, None);
        self.document.take(copy.document);
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Whether a carriage return before each line feed is part of the line's end, and not shown.
    pub fn has_returns(&self) -> bool {
        self.returns
    }

    /// The line end that a new line gets.
    pub fn line_end(&self) -> &'static str {
        if self.returns { "\r\n" } else { "\n" }
    }

    /// The layout in rows of this width, in cells.
    pub fn rows(&self, width: usize, wrap: bool) -> Rows<'_> {
        Rows::new(&self.document, width, wrap, self.returns).remembered(&self.known)
    }

    /// The cursor's offset.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The line of the cursor, and the number of characters before it in that line, both from 0.
    pub fn position(&self) -> (usize, usize) {
        (self.document.line_of(self.cursor), self.document.column(self.cursor))
    }

    /// The selected range, if there is one.
    pub fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor?;
        let range = anchor.min(self.cursor)..anchor.max(self.cursor);
        (!range.is_empty()).then_some(range)
    }

    /// The selected bytes.
    pub fn selected(&self) -> Option<Cow<'_, [u8]>> {
        Some(self.document.read(self.selection()?))
    }

    /// The selected bytes, shared with the original where they are its own.
    pub fn selected_part(&self) -> Option<Bytes> {
        Some(self.document.part(self.selection()?))
    }

    /// Selects everything.
    pub fn select_all(&mut self) {
        (self.anchor, self.cursor, self.goal) = (Some(0), self.document.len(), None);
    }

    /// Selects a range, with the cursor at its end.
    pub fn select(&mut self, range: Range<usize>) {
        self.document.end_step();
        (self.anchor, self.cursor, self.goal) = (Some(range.start), range.end, None);
    }

    /// Selects the word at the cursor.
    pub fn select_word(&mut self) {
        let word = clusters::word_at(&self.document, self.cursor);
        if !word.is_empty() {
            self.select(word);
        }
    }

    /// Moves the cursor, with the selection (`select`) or without.
    pub fn go(&mut self, motion: Motion, select: bool, width: usize, wrap: bool) {
        self.document.end_step();
        let selection = self.selection();
        if select {
            self.anchor.get_or_insert(self.cursor);
        } else {
            self.anchor = None;
        }
        let goal = self.goal.take();
        let document = &self.document;
        self.cursor = match (motion, selection) {
            (Motion::Left, Some(selected)) if !select => selected.start,
            (Motion::Right, Some(selected)) if !select => selected.end,
            (Motion::Left, _) => clusters::previous(document, self.cursor),
            (Motion::Right, _) => clusters::next(document, self.cursor),
            (Motion::WordLeft, _) => clusters::previous_word(document, self.cursor),
            (Motion::WordRight, _) => clusters::next_word(document, self.cursor),
            (Motion::Start, _) => 0,
            (Motion::Finish, _) => document.len(),
            (Motion::To(at), _) => clusters::settle(document, at),
            (Motion::Home | Motion::End | Motion::Up(_) | Motion::Down(_), _) => {
                let rows = self.rows(width, wrap);
                let row = rows.row_of(self.cursor);
                match motion {
                    Motion::Home if self.cursor > row.at.start => row.at.start,
                    Motion::Home => row.of.start,
                    Motion::End => {
                        let end = rows.at_cell(&row, usize::MAX);
                        if self.cursor == end { row.of.end } else { end }
                    }
                    Motion::Up(count) => {
                        return self.vertical(
                            goal,
                            &row,
                            |rows, row| rows.back(row, count),
                            (width, wrap),
                        );
                    }
                    Motion::Down(count) => {
                        return self.vertical(
                            goal,
                            &row,
                            |rows, row| rows.forward(row, count),
                            (width, wrap),
                        );
                    }
                    _ => self.cursor,
                }
            }
        };
    }

    fn vertical(
        &mut self,
        goal: Option<usize>,
        from: &Row,
        step: impl Fn(&Rows<'_>, &Row) -> Row,
        (width, wrap): (usize, bool),
    ) {
        let rows = self.rows(width, wrap);
        let goal = goal.unwrap_or_else(|| rows.cell_of(from, self.cursor));
        let row = step(&rows, from);
        (self.cursor, self.goal) = (rows.at_cell(&row, goal), Some(goal));
    }

    /// Selects the next match of a text, or the previous one; returns whether there is one.
    pub fn find(&mut self, text: &str, forward: bool) -> bool {
        let selected = self.selection();
        let found = if forward {
            let from = selected.map_or(self.cursor, |selected| selected.start + 1);
            find::next(&self.document, text.as_bytes(), from)
        } else {
            let from = selected.map_or(self.cursor, |selected| selected.start);
            find::previous(&self.document, text.as_bytes(), from)
        };
        if let Some(found) = found.clone() {
            self.select(found);
        }
        found.is_some()
    }

    /// Moves the cursor to a line and a character of it, both from 1.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let line = line.saturating_sub(1).min(self.document.lines() - 1);
        let at = self.document.at_column(line, column.saturating_sub(1));
        self.go(Motion::To(at), false, 1, false);
    }

    /// Moves the cursor to an offset, or to the start of the cluster that contains it.
    pub fn go_to_offset(&mut self, at: usize) {
        self.go(Motion::To(at), false, 1, false);
    }

    /// Moves to the bracket that matches the one at the cursor; returns whether there is one.
    pub fn go_to_bracket(&mut self) -> bool {
        let found = find::matching_bracket(&self.document, self.cursor);
        if let Some(at) = found {
            self.go(Motion::To(at), false, 1, false);
        }
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Timestamp;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_micros(0)
    }

    fn edit(text: &str) -> TextEdit {
        TextEdit::new(Bytes::copy_from_slice(text.as_bytes()))
    }

    fn text(edit: &TextEdit) -> String {
        String::from_utf8(edit.document().bytes().to_vec()).unwrap()
    }

    #[test]
    fn line_ends_are_those_of_the_lines_around() {
        let mut edit = edit("a\r\nb\nc");
        edit.go(Motion::Right, false, 80, false);
        edit.new_line(now());
        edit.go(Motion::Finish, false, 80, false);
        edit.paste("x\ry", now());
        assert_eq!(text(&edit), "a\r\n\r\nb\ncx\ny");
        let mut edit = self::edit("a\r\nb");
        edit.go(Motion::Finish, false, 80, false);
        edit.paste("1\n2\r\n", now());
        assert_eq!(text(&edit), "a\r\nb1\r\n2\r\n");
        edit.delete(Motion::Left, now());
        assert_eq!(text(&edit), "a\r\nb1\r\n2");
    }

    #[test]
    fn the_cursor_keeps_to_its_cell_going_up_and_down() {
        let mut edit = edit("long line\nab\n日本語日本語\n");
        for _ in 0..5 {
            edit.go(Motion::Right, false, 80, false);
        }
        let mut places = Vec::new();
        for motion in
            [Motion::Down(1), Motion::Down(1), Motion::Down(1), Motion::Up(3), Motion::Up(1)]
        {
            edit.go(motion, false, 80, false);
            places.push(edit.position());
        }
        assert_eq!(places, [(1, 2), (2, 2), (3, 0), (0, 5), (0, 5)]);
    }

    #[test]
    fn what_is_selected_is_typed_over_and_comes_back() {
        let mut edit = edit("one two");
        edit.go(Motion::WordRight, true, 80, false);
        assert_eq!(edit.selected().as_deref(), Some(&b"one "[..]));
        edit.insert("x", now());
        assert_eq!(text(&edit), "xtwo");
        edit.undo(false);
        assert_eq!(text(&edit), "one two");
        edit.select_all();
        edit.go(Motion::Left, false, 80, false);
        assert_eq!((edit.cursor(), edit.selection()), (0, None));
    }

    #[test]
    fn half_a_flag_is_never_left() {
        let mut edit = edit("🇩🇪🇫🇷");
        edit.go(Motion::Finish, false, 80, false);
        edit.delete(Motion::Left, now());
        assert_eq!(text(&edit), "🇩🇪");
        edit.delete(Motion::Left, now());
        assert_eq!(text(&edit), "");
    }

    #[test]
    fn all_is_replaced_in_one_step() {
        let mut edit = edit("cat, Cat, cart, cat");
        edit.go(Motion::Finish, false, 80, false);
        assert_eq!(edit.replace_all("cat", "mouse", false, now()), Some(3));
        assert_eq!(text(&edit), "mouse, mouse, cart, mouse");
        assert_eq!(edit.cursor(), edit.document().len());
        edit.undo(false);
        assert_eq!(text(&edit), "cat, Cat, cart, cat");
        assert!(!edit.find("CART", true) && edit.find("cart", false));
        assert_eq!(edit.selection(), Some(10..14));
    }

    #[test]
    fn what_stands_everywhere_is_replaced_in_few_pieces_or_apart() {
        let line = "one two\n";
        let long = line.repeat(20_000);
        for apart in [false, true] {
            let mut edit = edit(&long);
            edit.go(Motion::Finish, false, 80, false);
            assert_eq!(edit.replace_all("o", "00", apart, now()), Some(40_000));
            assert!(text(&edit) == long.replace('o', "00"), "{apart}");
            assert_eq!(edit.cursor(), edit.document().len());
            let parts = edit.document().edits_since_original().len();
            assert_eq!(parts, if apart { 40_000 } else { 1 });
            // Text that is typed next is a step of its own.
            edit.insert("x", now());
            edit.undo(false);
            edit.undo(false);
            assert!(text(&edit) == long, "{apart}");
            assert_eq!(edit.replace_all("o", &"0".repeat(1 << 20), apart, now()), None);
            assert!(!edit.document().is_changed());
        }
    }

    #[test]
    fn lines_and_columns_are_found_and_told() {
        let mut edit = edit("äö\nü日x\n");
        edit.go_to(2, 3);
        assert_eq!(edit.position(), (1, 2));
        edit.go_to(2, 99);
        assert_eq!(edit.position(), (1, 3));
        edit.go_to(99, 1);
        assert_eq!(edit.position(), (2, 0));
    }
}
