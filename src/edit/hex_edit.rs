//! Editing of bytes: a document with a cursor on one of its bytes.

use std::ops::Range;

use bytes::Bytes;

use crate::model::Timestamp;

use super::document::{Document, Grouping};
use super::find;
use super::line_edits::between;
use super::text_edit::Motion;

/// The column in which keys are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Two hexadecimal digits a byte.
    Hex,
    /// Characters.
    Text,
}

/// Bytes with a cursor.
#[derive(Debug, Clone)]
pub struct HexEdit {
    document: Document,
    cursor: usize,
    /// Byte at which the selection began; its other end is the cursor.
    anchor: Option<usize>,
    /// First digit of a byte whose second is not typed yet.
    half: Option<u8>,
    /// The column in which keys are typed.
    pub column: Column,
    /// Whether input is inserted before the byte under the cursor; else it replaces that byte.
    pub inserts: bool,
}

impl HexEdit {
    /// Bytes with the cursor on the first, to be typed over in hexadecimal.
    pub fn new(bytes: Bytes) -> Self {
        let document = Document::new(bytes);
        Self { document, cursor: 0, anchor: None, half: None, column: Column::Hex, inserts: false }
    }

    /// A copy for work off the loop, without the steps to undo.
    #[must_use]
    pub fn without_history(&self) -> Self {
        Self { document: self.document.without_history(), ..*self }
    }

    /// Takes bytes and cursor of such a copy, in which something was found.
    pub fn take(&mut self, copy: Self) {
        self.document.end_step();
        (self.cursor, self.anchor, self.half) = (copy.cursor, copy.anchor, copy.half);
        self.document.take(copy.document);
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Offset of the cursor; at the end, one behind the last byte.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// First digit of a byte whose second is not typed yet.
    pub fn half(&self) -> Option<u8> {
        self.half
    }

    /// The selected bytes, including the one under the cursor.
    pub fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor?;
        let end = anchor.max(self.cursor).saturating_add(1).min(self.document.len());
        Some(anchor.min(self.cursor)..end)
    }

    /// Selects everything.
    pub fn select_all(&mut self) {
        self.half = None;
        (self.anchor, self.cursor) = (Some(0), self.document.len().saturating_sub(1));
    }

    /// Moves the cursor in rows of this number of bytes, with the selection or without.
    pub fn go(&mut self, motion: Motion, select: bool, row: usize) {
        self.half = None;
        self.document.end_step();
        if select {
            self.anchor.get_or_insert(self.cursor);
        } else {
            self.anchor = None;
        }
        let (at, len) = (self.cursor, self.document.len());
        let there = match motion {
            Motion::Left => at.saturating_sub(1),
            Motion::Right => at + 1,
            Motion::WordLeft => at.saturating_sub(1) / 4 * 4,
            Motion::WordRight => at / 4 * 4 + 4,
            Motion::Up(rows) => at.checked_sub(rows * row).unwrap_or(at % row),
            Motion::Down(rows) => {
                // The same column of the last row, or the end of the bytes.
                let there = at + rows * row;
                if there <= len { there } else { (len / row * row + at % row).min(len).max(at) }
            }
            Motion::Home => at / row * row,
            Motion::End => at / row * row + row - 1,
            Motion::Start => 0,
            Motion::Finish => len,
            Motion::To(there) => there,
        };
        self.cursor = there.min(len);
    }

    /// Types a character: a digit of a byte, or the bytes of the character. Returns whether it can be typed
    /// here.
    pub fn type_char(&mut self, c: char, now: Timestamp) -> bool {
        if self.column == Column::Text {
            self.put(c.encode_utf8(&mut [0; 4]).as_bytes(), now);
            return true;
        }
        let Some(digit) = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
            return false;
        };
        match self.half.take() {
            None => {
                self.anchor = None;
                self.half = Some(digit);
            }
            Some(first) => self.put(&[first << 4 | digit], now),
        }
        true
    }

    /// Replaces the selection, else the bytes under the cursor, or inserts before them.
    fn put(&mut self, bytes: &[u8], now: Timestamp) {
        let range = match self.selection() {
            Some(selected) if selected.len() > 1 || self.inserts => selected,
            _ if self.inserts => self.cursor..self.cursor,
            _ => self.cursor..self.cursor + bytes.len(),
        };
        self.half = None;
        self.anchor = None;
        self.cursor = range.start + bytes.len();
        self.document.replace(range, bytes, Grouping::Typed, now);
    }

    /// Pastes a text: as bytes where it is spelled in hexadecimal in that column, else as characters.
    pub fn paste(&mut self, text: &str, now: Timestamp) {
        let spelled = (self.column == Column::Hex).then(|| spelled(text)).flatten();
        // Terminals send a pasted line feed as a carriage return.
        let feeds = || if text.contains('\n') { text.to_owned() } else { text.replace('\r', "\n") };
        let bytes = spelled.unwrap_or_else(|| feeds().into_bytes());
        self.document.end_step();
        self.put(&bytes, now);
        self.document.end_step();
    }

    /// Pastes bytes as they are.
    pub fn paste_bytes(&mut self, bytes: &[u8], now: Timestamp) {
        self.document.end_step();
        self.put(bytes, now);
        self.document.end_step();
    }

    /// Deletes the selection, else the byte under the cursor, or the one before it.
    pub fn delete(&mut self, before: bool, now: Timestamp) {
        if self.half.take().is_some() {
            return;
        }
        let range = match self.selection() {
            Some(selected) => selected,
            None if before && self.cursor == 0 => return,
            None if before => self.cursor - 1..self.cursor,
            None => self.cursor..self.cursor + 1,
        };
        self.anchor = None;
        self.cursor = range.start;
        self.document.replace(range, b"", Grouping::Deleted, now);
    }

    /// Undoes a step, or redoes it.
    pub fn undo(&mut self, redo: bool) {
        let place = if redo { self.document.redo() } else { self.document.undo() };
        if let Some(place) = place {
            (self.cursor, self.anchor, self.half) = (place.start, None, None);
        }
    }

    /// Replaces all bytes.
    pub fn replace_bytes(&mut self, bytes: &[u8], now: Timestamp) {
        let was = self.document.read(0..self.document.len());
        let (at, [gone, come]) = between(&was, bytes);
        let (gone, come) = (at..at + gone.len(), at..at + come.len());
        drop(was);
        self.document.replace(gone, &bytes[come], Grouping::Alone, now);
        (self.cursor, self.anchor, self.half) = (0, None, None);
    }

    /// Selects the next match, or the previous one: of bytes where they are spelled in hexadecimal (`de ad`,
    /// `0xdead`), else of a text. Returns whether there is one.
    pub fn find(&mut self, wanted: &str, forward: bool) -> bool {
        let needle = wanted_bytes(wanted).unwrap_or_else(|| wanted.as_bytes().to_vec());
        let from = self.selection().map_or(self.cursor, |selected| selected.start);
        let found = if forward {
            let begun = usize::from(self.anchor.is_some());
            find::next(&self.document, &needle, from + begun)
        } else {
            find::previous(&self.document, &needle, from)
        };
        if let Some(found) = &found {
            (self.anchor, self.cursor, self.half) = (Some(found.start), found.end - 1, None);
        }
        found.is_some()
    }
}

/// Bytes that are spelled in hexadecimal, with spaces between them or without.
fn spelled(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().strip_prefix("0x").unwrap_or(text.trim());
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| !digits.is_empty() && digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// The bytes to search for, if the text surely means bytes.
fn wanted_bytes(text: &str) -> Option<Vec<u8>> {
    let pairs = text.split(' ').all(|part| part.len() == 2) && text.contains(' ');
    (pairs || text.starts_with("0x")).then(|| spelled(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_micros(0)
    }

    fn typed(edit: &mut HexEdit, text: &str) {
        for c in text.chars() {
            edit.type_char(c, now());
        }
    }

    #[test]
    fn a_byte_is_typed_over_when_its_second_digit_comes() {
        let mut edit = HexEdit::new(Bytes::from_static(b"\0\x01\x02"));
        typed(&mut edit, "f");
        assert_eq!((edit.half(), edit.document().is_changed()), (Some(0xf), false));
        typed(&mut edit, "xE1");
        assert_eq!((&edit.document().bytes()[..], edit.half()), (&b"\xfe\x01\x02"[..], Some(1)));
        edit.delete(true, now());
        assert_eq!((&edit.document().bytes()[..], edit.half()), (&b"\xfe\x01\x02"[..], None));
        edit.go(Motion::Finish, false, 16);
        typed(&mut edit, "aa");
        assert_eq!(edit.document().bytes(), &b"\xfe\x01\x02\xaa"[..]);
    }

    #[test]
    fn bytes_are_inserted_deleted_and_pasted() {
        let mut edit = HexEdit::new(Bytes::from_static(b"abc"));
        edit.inserts = true;
        edit.column = Column::Text;
        typed(&mut edit, "é");
        edit.delete(false, now());
        assert_eq!(edit.document().bytes(), "ébc".as_bytes());
        edit.column = Column::Hex;
        edit.paste("0xDE AD\n", now());
        edit.delete(true, now());
        assert_eq!(edit.document().bytes(), &b"\xc3\xa9\xdebc"[..]);
        edit.inserts = false;
        edit.paste("xyz", now());
        assert_eq!(edit.document().bytes(), &b"\xc3\xa9\xdexyz"[..]);
        edit.paste("x\ry", now());
        edit.paste("z\r\nz", now());
        assert_eq!(edit.document().bytes(), &b"\xc3\xa9\xdexyzx\nyz\r\nz"[..]);
        for _ in 0..7 {
            edit.undo(false);
        }
        assert!(!edit.document().is_changed());
    }

    #[test]
    fn bytes_and_texts_are_found() {
        let mut edit = HexEdit::new(Bytes::from_static(b"de ad\xde\xad\xde\xad"));
        assert!(edit.find("de ad", true));
        assert_eq!(edit.selection(), Some(5..7));
        assert!(edit.find("0xdead", true));
        assert_eq!(edit.selection(), Some(7..9));
        assert!(edit.find("0xdead", false));
        assert_eq!(edit.selection(), Some(5..7));
        assert!(edit.find("e a", true));
        assert_eq!(edit.selection(), Some(1..4));
        assert!(!edit.find("nothing", true));
    }

    #[test]
    fn the_cursor_moves_by_rows_and_ends_behind_the_last_byte() {
        let mut edit = HexEdit::new(Bytes::from(vec![0; 20]));
        let mut at = Vec::new();
        for motion in [Motion::End, Motion::Down(1), Motion::Down(1), Motion::Home, Motion::Up(5)] {
            edit.go(motion, false, 8);
            at.push(edit.cursor());
        }
        assert_eq!(at, [7, 15, 20, 16, 0]);
    }
}
