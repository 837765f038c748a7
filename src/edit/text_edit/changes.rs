//! Typing, pasting, deleting, replacing and undoing.

use std::borrow::Cow;

use crate::model::Timestamp;

use super::super::clusters;
use super::super::document::Grouping;
use super::super::find;
use super::super::line_edits::line_edits;
use super::{Motion, TextEdit};

/// Limit on the replaced places that get a piece each: a piece takes memory, and time at every later key.
const MOST_PIECES: usize = 10_000;
/// Indentation of each level of JSON.
const DEEPER: &str = "  ";
/// Limit on the bytes of a line that are searched for its indentation or a bracket.
const NEAR: usize = 1 << 10;
/// Limit on the size of a text after all is replaced, in bytes.
pub(super) const LONGEST: usize = 256 << 20;

impl TextEdit {
    /// Types text over the selection, or at the cursor.
    pub fn insert(&mut self, text: &str, now: Timestamp) {
        self.put(text.as_bytes(), Grouping::Typed, now);
    }

    /// Begins a new line.
    pub fn new_line(&mut self, now: Timestamp) {
        self.put(self.line_end_here().as_bytes(), Grouping::Alone, now);
    }

    /// Begins a new line of JSON: indented as this one, deeper behind an opening bracket, and with the
    /// closing one, if that is next, on a line of its own.
    pub fn new_json_line(&mut self, now: Timestamp) {
        let at = self.selection().unwrap_or(self.cursor..self.cursor);
        let start = self.document.line_start(self.document.line_of(at.start));
        let head = self.document.read(start..at.start.min(start + NEAR));
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let blank: String =
            head.iter().take_while(is_blank).map(|&byte| char::from(byte)).collect();
        let before = self.document.read(at.start.saturating_sub(NEAR).max(start)..at.start);
        let opens = before.trim_ascii_end().last().is_some_and(|byte| b"{[".contains(byte));
        let after = self.document.read(at.end..at.end + NEAR);
        let closes =
            after.iter().find(|byte| !is_blank(byte)).is_some_and(|byte| b"}]".contains(byte));
        let same = format!("{}{blank}", self.line_end_here());
        let (deeper, closing) = match (opens, closes) {
            (true, true) => (DEEPER, same.as_str()),
            (true, false) => (DEEPER, ""),
            (false, _) => ("", ""),
        };
        drop((head, before, after));
        self.put(format!("{same}{deeper}{closing}").as_bytes(), Grouping::Alone, now);
        self.cursor -= closing.len();
    }

    /// Types a character into JSON: a tab becomes an indentation, and a closing bracket that begins its line
    /// moves one level out.
    pub fn insert_json(&mut self, typed: char, now: Timestamp) {
        if typed == '\t' {
            return self.insert(DEEPER, now);
        }
        if matches!(typed, '}' | ']') && self.selection().is_none() {
            let start = self.document.line_start(self.document.line_of(self.cursor));
            let head = self.document.read(start..self.cursor.min(start + NEAR));
            let is_blank =
                head.len() == self.cursor - start && head.iter().all(|byte| *byte == b' ');
            if is_blank && head.len() >= DEEPER.len() {
                self.anchor = Some(self.cursor - DEEPER.len());
            }
        }
        self.insert(typed.encode_utf8(&mut [0; 4]), now);
    }

    /// Pastes text over the selection, or at the cursor, with the line ends that are used here.
    pub fn paste(&mut self, text: &str, now: Timestamp) {
        let end = self.line_end_here();
        // Terminals send a pasted line break as a carriage return.
        let lines = if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(text)
        };
        let text = if end == "\n" { lines } else { Cow::Owned(lines.replace('\n', end)) };
        self.put(text.as_bytes(), Grouping::Alone, now);
    }

    /// The line end that the lines around the cursor use.
    fn line_end_here(&self) -> &'static str {
        let line = self.document.line_of(self.cursor);
        let near = if line + 1 < self.document.lines() { line + 1 } else { line };
        let feed = self.document.line_start(near).checked_sub(1);
        match feed.and_then(|feed| feed.checked_sub(1)).and_then(|at| self.document.byte(at)) {
            Some(b'\r') if near > 0 => "\r\n",
            _ if near == 0 => self.line_end(),
            _ => "\n",
        }
    }

    /// Pastes bytes as they are.
    pub fn paste_bytes(&mut self, bytes: &[u8], now: Timestamp) {
        self.put(bytes, Grouping::Alone, now);
    }

    /// Deletes the selection.
    pub fn cut(&mut self, now: Timestamp) {
        if self.selection().is_some() {
            self.put(b"", Grouping::Alone, now);
        }
    }

    fn put(&mut self, bytes: &[u8], grouping: Grouping, now: Timestamp) {
        let range = self.selection().unwrap_or(self.cursor..self.cursor);
        let end = range.start + bytes.len();
        self.document.replace(range, bytes, grouping, now);
        (self.cursor, self.anchor, self.goal) = (end, None, None);
    }

    /// Deletes the selection, else from the cursor to the place that `motion` leads to.
    pub fn delete(&mut self, motion: Motion, now: Timestamp) {
        let document = &self.document;
        let there = match motion {
            Motion::Left => clusters::previous(document, self.cursor),
            Motion::Right => clusters::next(document, self.cursor),
            Motion::WordLeft => clusters::previous_word(document, self.cursor),
            Motion::WordRight => clusters::next_word(document, self.cursor),
            Motion::End => {
                let line = document.line(document.line_of(self.cursor));
                let end = self.rows(1, false).row_of(line.start).of.end;
                if end > self.cursor { end } else { clusters::next(document, self.cursor) }
            }
            Motion::Home => document.line_start(document.line_of(self.cursor)),
            _ => self.cursor,
        };
        let range = there.min(self.cursor)..there.max(self.cursor);
        let (range, grouping) = match self.selection() {
            Some(selected) => (selected, Grouping::Alone),
            None => (range, Grouping::Deleted),
        };
        self.cursor = range.start;
        (self.anchor, self.goal) = (None, None);
        self.document.replace(range, b"", grouping, now);
        // The rest may join the cluster before it.
        self.cursor = clusters::settle(&self.document, self.cursor);
    }

    /// Undoes a step, or redoes it; returns whether there was one.
    pub fn undo(&mut self, redo: bool) -> bool {
        let place = if redo { self.document.redo() } else { self.document.undo() };
        if let Some(place) = &place {
            self.cursor = clusters::settle(&self.document, place.end);
            (self.anchor, self.goal) = (None, None);
        }
        place.is_some()
    }

    /// Replaces `text` by `with` everywhere, as one step; returns the number of places. Beyond a limit of
    /// places, the text between them is inserted anew too, unless each is to be `apart`. `None` where the
    /// text would get too long.
    pub fn replace_all(
        &mut self,
        text: &str,
        with: &str,
        apart: bool,
        now: Timestamp,
    ) -> Option<usize> {
        let found = find::all(&self.document, text.as_bytes());
        let count = found.len();
        if count.saturating_mul(with.len()).saturating_add(self.document.len()) > LONGEST {
            return None;
        }
        let before = found.iter().filter(|range| range.end <= self.cursor).count();
        let whole = match (found.first(), found.last()) {
            (Some(first), Some(last)) if !apart && count > MOST_PIECES => first.start..last.end,
            _ => 0..0,
        };
        if whole.is_empty() {
            let edits: Vec<_> = found.into_iter().map(|range| (range, with.as_bytes())).collect();
            self.document.replace_each(&edits, Grouping::Alone, now);
        } else {
            let was = self.document.read(whole.clone());
            let (mut new, mut at) = (Vec::with_capacity(was.len()), whole.start);
            for range in found {
                new.extend_from_slice(&was[at - whole.start..range.start - whole.start]);
                new.extend_from_slice(with.as_bytes());
                at = range.end;
            }
            drop(was);
            self.document.replace(whole, &new, Grouping::Alone, now);
        }
        let moved = self.cursor + before * with.len();
        self.cursor = clusters::settle(&self.document, moved.saturating_sub(before * text.len()));
        (self.anchor, self.goal) = (None, None);
        Some(count)
    }

    /// Replaces the text by another, as one step, with the cursor at the start. The lines in common are not
    /// touched.
    pub fn replace_text(&mut self, text: &[u8], now: Timestamp) {
        let was = self.document.read(0..self.document.len());
        let edits = line_edits(&was, text);
        drop(was);
        let edits: Vec<_> = edits.into_iter().map(|(was, now)| (was, &text[now])).collect();
        self.document.replace_each(&edits, Grouping::Alone, now);
        (self.cursor, self.anchor, self.goal) = (0, None, None);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// The text after these keys were typed into JSON, with the cursor as `|`.
    fn typed(text: &str, keys: &str) -> String {
        let at = text.find('|').unwrap();
        let mut edit = TextEdit::new(Bytes::from(text.replace('|', "")));
        edit.go_to_offset(at);
        for key in keys.chars() {
            match key {
                '\n' => edit.new_json_line(Timestamp::from_micros(0)),
                key => edit.insert_json(key, Timestamp::from_micros(0)),
            }
        }
        let mut out = String::from_utf8(edit.document().bytes().to_vec()).unwrap();
        out.insert(edit.cursor, '|');
        out
    }

    #[test]
    fn a_new_line_of_json_is_indented_as_its_neighbours_are() {
        assert_eq!(typed("{\n  \"a\": 1,|\n}", "\n\"b\": 2"), "{\n  \"a\": 1,\n  \"b\": 2|\n}");
        assert_eq!(typed("{\n  \"a\": [|\n}", "\n1"), "{\n  \"a\": [\n    1|\n}");
        assert_eq!(typed("{\r\n  \"a\": {|}\r\n}", "\n"), "{\r\n  \"a\": {\r\n    |\r\n  }\r\n}");
        assert_eq!(typed("{\n  \"a\": [\n    1\n    |\n}", "],"), "{\n  \"a\": [\n    1\n  ],|\n}");
        assert_eq!(typed("[1|]", "}"), "[1}|]", "only where it begins its line");
        assert_eq!(typed("[\n|\n]", "\t1"), "[\n  1|\n]");
        // In a long line, only the part near the cursor is searched.
        let long = format!("[{}|", "1,".repeat(NEAR));
        assert!(typed(&long, "\n").ends_with(",\n|"));
    }

    #[test]
    fn a_new_line_and_its_indentation_are_taken_back_together() {
        let mut edit = TextEdit::new(Bytes::from_static(b"  {}"));
        edit.go_to_offset(3);
        edit.new_json_line(Timestamp::from_micros(0));
        assert_eq!(edit.document().bytes(), "  {\n    \n  }");
        assert!(edit.undo(false));
        assert_eq!(edit.document().bytes(), "  {}");
    }
}
