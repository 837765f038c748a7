//! Replacing a text place by place: from the cursor on, and around to it again.

use std::ops::Range;

use crate::model::{Timestamp, sort};

use super::super::document::Grouping;
use super::super::{clusters, find};
use super::TextEdit;
use super::changes::LONGEST;

/// The places of a text that are still to be replaced or left. All that are replaced are one step to undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    needle: String,
    with: String,
    /// Number of the step to undo.
    step: u64,
    /// The parts that are still to be looked through, in this order.
    left: Vec<Range<usize>>,
    count: usize,
}

impl Places {
    /// All places of `needle`, to be replaced by `with`, from the cursor on.
    pub fn new(edit: &TextEdit, needle: &str, with: &str) -> Self {
        let document = &edit.document;
        let from = edit.selection().map_or(edit.cursor, |selected| selected.start);
        let before = from.saturating_sub(needle.len().saturating_sub(1));
        // The cursor may be in the middle of a place.
        let around = before..(from + needle.len().saturating_sub(1)).min(document.len());
        let from = find::within(document, needle.as_bytes(), around)
            .map_or(from, |found| found.start.min(from));
        let left = vec![from..document.len(), 0..from];
        let (needle, with) = (needle.to_owned(), with.to_owned());
        Self { needle, with, step: document.revision(), left, count: 0 }
    }

    /// Number of places that were replaced.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Selects the next place; tells whether there is one.
    pub fn next(&mut self, edit: &mut TextEdit) -> bool {
        while let Some(part) = self.left.first_mut() {
            if let Some(found) = find::within(&edit.document, self.needle.as_bytes(), part.clone())
            {
                part.start = found.end;
                edit.select(found);
                return true;
            }
            self.left.remove(0);
        }
        edit.anchor = None;
        false
    }

    /// Replaces the selected place.
    pub fn replace(&mut self, edit: &mut TextEdit, now: Timestamp) {
        let Some(selected) = edit.selection() else { return };
        let (gone, come) = (selected.len(), self.with.len());
        edit.cursor = selected.start + come;
        (edit.anchor, edit.goal) = (None, None);
        let grouping = Grouping::Placed(self.step);
        edit.document.replace(selected, self.with.as_bytes(), grouping, now);
        if let Some(part) = self.left.first_mut() {
            *part = part.start + come - gone..part.end + come - gone;
        }
        self.count += 1;
    }

    /// Replaces the selected place and all that are left; `false` where the text would get too long.
    pub fn replace_rest(&mut self, edit: &mut TextEdit, now: Timestamp) -> bool {
        let mut found = Vec::new();
        let selected = edit.selection();
        for part in self.left.iter().cloned().chain(selected) {
            found.extend(find::all_within(&edit.document, self.needle.as_bytes(), part));
        }
        sort::sort_by_key(&mut found, |place| place.start);
        let count = found.len();
        if count.saturating_mul(self.with.len()).saturating_add(edit.document.len()) > LONGEST {
            return false;
        }
        let before = found.iter().filter(|place| place.end <= edit.cursor).count();
        let moved = edit.cursor + before * self.with.len() - before * self.needle.len();
        let edits: Vec<_> = found.into_iter().map(|place| (place, self.with.as_bytes())).collect();
        edit.document.replace_each(&edits, Grouping::Placed(self.step), now);
        edit.cursor = clusters::settle(&edit.document, moved);
        (edit.anchor, edit.goal) = (None, None);
        self.left.clear();
        self.count += count;
        true
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_micros(0)
    }

    fn edit(text: &'static str, at: usize) -> TextEdit {
        let mut edit = TextEdit::new(Bytes::from_static(text.as_bytes()));
        edit.go_to_offset(at);
        edit
    }

    /// The text after these answers: `y` replaces a place, `n` leaves it, `a` replaces the rest.
    fn answered(edit: &mut TextEdit, with: &str, answers: &str) -> (String, usize) {
        let mut places = Places::new(edit, "ab", with);
        for answer in answers.chars() {
            assert!(places.next(edit), "{answer}");
            match answer {
                'y' => places.replace(edit, now()),
                'a' => assert!(places.replace_rest(edit, now())),
                _ => {}
            }
        }
        assert!(!places.next(edit), "no more places");
        (String::from_utf8(edit.document.bytes().to_vec()).unwrap(), places.count())
    }

    #[test]
    fn each_place_is_asked_for_once_from_the_cursor_around() {
        for (at, answers, text) in [
            (0, "yyyy", "xabx-xabx-xabx-xabx"),
            (0, "ynyn", "xabx-ab-xabx-ab"),
            (4, "ynyn", "ab-xabx-ab-xabx"),
            (4, "ynny", "xabx-xabx-ab-ab"),
            (7, "nnya", "xabx-xabx-ab-ab"),
            (7, "ya", "xabx-xabx-xabx-xabx"),
            (0, "a", "xabx-xabx-xabx-xabx"),
        ] {
            let mut edit = edit("ab-ab-ab-ab", at);
            let (made, count) = answered(&mut edit, "xabx", answers);
            assert_eq!(made, text, "{answers} from {at}");
            assert_eq!(count, text.matches('x').count() / 2);
            assert!(edit.undo(false));
            assert_eq!(edit.document.bytes(), "ab-ab-ab-ab", "it is one step");
            assert!(!edit.undo(false));
            edit.undo(true);
            assert_eq!(edit.document.bytes(), text);
        }
    }

    #[test]
    fn places_are_replaced_in_copies_and_are_still_one_step() {
        let mut edit = edit("ab ab ab", 0);
        let mut places = Places::new(&edit, "ab", "");
        places.next(&mut edit);
        for rest in [false, true] {
            let mut copy = edit.without_history();
            if rest {
                places.replace_rest(&mut copy, now());
            } else {
                places.replace(&mut copy, now());
                places.next(&mut copy);
            }
            edit.take(copy);
        }
        assert_eq!((edit.document.bytes(), places.count()), ("  ".into(), 3));
        edit.undo(false);
        assert_eq!(edit.document.bytes(), "ab ab ab");
        // Another replacement is another step.
        for text in ["xab ab ab", "xxab ab ab"] {
            edit.go_to_offset(0);
            assert_eq!(answered(&mut edit, "xab", "ynn").0, text);
        }
        edit.undo(false);
        assert_eq!(edit.document.bytes(), "xab ab ab");
    }
}
