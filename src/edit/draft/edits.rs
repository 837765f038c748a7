//! What was typed, as it stands in a draft's file; and the digests of the values in which it was typed.

use bytes::Bytes;
use ring::digest::{Context, SHA256};

use super::super::document::Edit;
use crate::model::hex;

/// Bytes of an edit's numbers in a file.
const EDIT: usize = 24;
/// Number of values whose digests are remembered.
const REMEMBERED: usize = 4;

/// Digests of values, remembered while the values are in memory.
#[derive(Debug, Default)]
pub struct Digests(Vec<(Bytes, String)>);

impl Digests {
    /// The digest of a value.
    pub(super) fn of(&mut self, value: &Bytes) -> String {
        // A value that is in memory is the only one at its place.
        let is_it = |(known, _): &&(Bytes, String)| {
            known.as_ptr() == value.as_ptr() && known.len() == value.len()
        };
        if let Some((_, digest)) = self.0.iter().find(is_it) {
            return digest.clone();
        }
        let digest = digest(value, b"");
        self.0.truncate(REMEMBERED - 1);
        self.0.insert(0, (value.clone(), digest.clone()));
        digest
    }
}

/// The edits, as they stand in a file: their numbers, then all that was typed.
pub(super) fn body_of(edits: &[Edit]) -> Vec<u8> {
    let typed: usize = edits.iter().map(|edit| edit.inserted.len()).sum();
    let mut body = Vec::with_capacity(edits.len() * EDIT + typed);
    for edit in edits {
        for number in [edit.at, edit.removed, edit.inserted.len()] {
            body.extend_from_slice(&(number as u64).to_le_bytes());
        }
    }
    for edit in edits {
        body.extend_from_slice(&edit.inserted);
    }
    body
}

/// This number of edits, as they stand in a file; `None` where that is not whole.
pub(super) fn edits_in(body: &Bytes, count: usize) -> Option<Vec<Edit>> {
    let numbers = body.get(..count.checked_mul(EDIT)?)?;
    let mut from = numbers.len();
    let mut edits = Vec::with_capacity(count);
    for edit in numbers.chunks_exact(EDIT) {
        let number = |nth: usize| {
            let bytes = edit.get(nth * 8..nth * 8 + 8)?.try_into().ok()?;
            usize::try_from(u64::from_le_bytes(bytes)).ok()
        };
        let (at, removed, len) = (number(0)?, number(1)?, number(2)?);
        let to = from.checked_add(len).filter(|to| *to <= body.len())?;
        edits.push(Edit { at, removed, inserted: body.slice(from..to) });
        from = to;
    }
    (from == body.len()).then_some(edits)
}

/// The digest of a value, or of two after one another.
pub(super) fn digest(base: &[u8], text: &[u8]) -> String {
    let mut both = Context::new(&SHA256);
    both.update(base);
    both.update(text);
    hex(both.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_read_whole_or_not_at_all() {
        let edit =
            |at, removed, inserted: &'static str| Edit { at, removed, inserted: inserted.into() };
        let edits = [edit(3, 2, "one"), edit(9, 0, ""), edit(12, 1, "three")];
        let body = Bytes::from(body_of(&edits));
        assert_eq!(edits_in(&body, 3).as_deref(), Some(&edits[..]));
        let longer = Bytes::from([&body[..], b"x"].concat());
        for (body, count) in [(&body, 2), (&body, 4), (&body, usize::MAX), (&longer, 3)] {
            assert_eq!(edits_in(body, count), None);
        }
        for cut in 0..body.len() {
            assert_eq!(edits_in(&body.slice(..cut), 3), None, "cut at {cut}");
        }
    }

    #[test]
    fn a_digest_is_remembered_for_its_value_alone() {
        let mut digests = Digests::default();
        let value = Bytes::from_static(b"a value");
        for part in [value.clone(), value.slice(..3), value.slice(2..), value.clone()] {
            assert_eq!(digests.of(&part), digest(&part, b""));
        }
    }
}
