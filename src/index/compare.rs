//! What a walk that goes round sees, compared with what is known.

use super::cursor::Cursor;
use super::{Change, Index};
use crate::model::{KeyPage, RecordState};

/// The records of a page that are not in the index, or differ in size, content type or state; in
/// the order of their keys, and of a key that came twice the last one. Rows whose metadata was
/// not read say nothing.
pub fn compare(index: &Index, page: &KeyPage) -> Vec<Change> {
    let not_read = Some(&RecordState::NotRead);
    let mut rows: Vec<_> = page.iter().filter(|row| row.state != not_read).collect();
    rows.sort_by_key(|row| row.key);
    let mut cursor = Cursor::new(index, 0);
    let mut changes = Vec::new();
    for same in rows.chunk_by(|a, b| a.key == b.key) {
        let Some(seen) = same.last() else { continue };
        cursor.seek(seen.key);
        let whole = |state: Option<&RecordState>| state.cloned().unwrap_or_default();
        let known = cursor.is_on() && cursor.key() == seen.key && {
            let known = cursor.get();
            (known.size, known.content_type) == (seen.size, seen.content_type)
                && whole(known.state) == whole(seen.state)
        };
        if !known {
            changes.push(Change::Set(seen.to_meta()));
        }
    }
    changes
}
