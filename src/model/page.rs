//! A page of keys with their metadata, in one allocation instead of one for each key.

use super::{ContentType, Key, RecordMeta, RecordState};

/// Keys with their metadata from one step of a walk: in no order, perhaps with a key twice, unless the walk
/// promises more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyPage {
    keys: Vec<u8>,
    rows: Vec<PackedRow>,
    types: Vec<ContentType>,
    bad: Vec<(usize, RecordState)>,
    /// Rows whose metadata has no size.
    sizeless: Vec<usize>,
    /// Share of the store that has been walked with this page, from 0 to 1; 0 where it is not known.
    pub progress: f32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct PackedRow {
    end: u32,
    content_type: u16,
    size: u64,
}

static UNKNOWN: ContentType = ContentType::UNKNOWN;

/// One row of a page, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageRow<'a> {
    /// The key's bytes.
    pub key: &'a [u8],
    /// The content type.
    pub content_type: &'a ContentType,
    /// Size of the value in bytes, as in the metadata.
    pub size: u64,
    /// State of a damaged record; `None` for others.
    pub state: Option<&'a RecordState>,
}

impl PageRow<'_> {
    /// An owned copy.
    pub fn to_meta(&self) -> RecordMeta {
        RecordMeta {
            key: Key::from(self.key),
            content_type: self.content_type.clone(),
            size: self.size,
            state: self.state.cloned().unwrap_or_default(),
        }
    }
}

impl KeyPage {
    /// Adds a row. `state` is that of a damaged record; `None` means whole.
    ///
    /// A page holds at most 4 GiB of keys and 65,536 content types; rows of further types are listed as
    /// unknown.
    pub fn push(&mut self, key: &[u8], content_type: &str, size: u64, state: Option<RecordState>) {
        let known = self.types.iter().rposition(|known| known.as_str() == content_type);
        let content_type = known.unwrap_or_else(|| {
            self.types.push(ContentType::from(content_type));
            self.types.len() - 1
        });
        self.keys.extend_from_slice(key);
        if let Some(state) = state {
            self.bad.push((self.rows.len(), state));
        }
        self.rows.push(PackedRow {
            end: u32::try_from(self.keys.len()).unwrap_or(u32::MAX),
            content_type: u16::try_from(content_type).unwrap_or(u16::MAX),
            size,
        });
    }

    /// Records that the size of the last row is not known.
    pub(crate) fn last_is_sizeless(&mut self) {
        self.sizeless.extend(self.rows.len().checked_sub(1));
    }

    /// The keys of the rows whose size is not known.
    pub(crate) fn sizeless(&self) -> Vec<Key> {
        self.sizeless.iter().filter_map(|at| Some(Key::from(self.get(*at)?.key))).collect()
    }

    /// Sets the sizes of the rows whose size is not known, in their order.
    pub(crate) fn set_sizes(&mut self, sizes: impl IntoIterator<Item = u64>) {
        for (at, size) in std::mem::take(&mut self.sizeless).into_iter().zip(sizes) {
            if let Some(row) = self.rows.get_mut(at) {
                row.size = size;
            }
        }
    }

    /// Adds a copy of a row.
    pub fn push_row(&mut self, row: &PageRow<'_>) {
        self.push(row.key, row.content_type.as_str(), row.size, row.state.cloned());
    }

    /// Adds a record.
    pub fn push_meta(&mut self, meta: &RecordMeta) {
        let state = (meta.state != RecordState::Whole).then(|| meta.state.clone());
        self.push(meta.key.as_bytes(), meta.content_type.as_str(), meta.size, state);
    }

    /// Owned copies of the rows, in the order of the walk.
    pub fn to_metas(&self) -> Vec<RecordMeta> {
        self.iter().map(|row| row.to_meta()).collect()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at this index, from 0 in the order of the walk.
    pub fn get(&self, at: usize) -> Option<PageRow<'_>> {
        let row = self.rows.get(at)?;
        let start = at.checked_sub(1).and_then(|before| self.rows.get(before));
        let start = start.map_or(0, |before| before.end as usize);
        let bad = self.bad.binary_search_by_key(&at, |(at, _)| *at).ok();
        Some(PageRow {
            key: &self.keys[start..row.end as usize],
            content_type: self.types.get(usize::from(row.content_type)).unwrap_or(&UNKNOWN),
            size: row.size,
            state: bad.and_then(|at| self.bad.get(at)).map(|(_, state)| state),
        })
    }

    /// The rows, in the order of the walk.
    pub fn iter(&self) -> impl Iterator<Item = PageRow<'_>> {
        let mut start = 0;
        let mut bad = self.bad.iter().peekable();
        self.rows.iter().enumerate().map(move |(at, row)| {
            let end = row.end as usize;
            let key = &self.keys[start..end];
            start = end;
            let state = bad.next_if(|(bad_at, _)| *bad_at == at).map(|(_, state)| state);
            let content_type = self.types.get(usize::from(row.content_type)).unwrap_or(&UNKNOWN);
            PageRow { key, content_type, size: row.size, state }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_round_trip_through_a_page() {
        let mut page = KeyPage::default();
        page.push(b"a", "text/plain", 3, None);
        page.push(b"", "", 0, Some(RecordState::NoMetadata));
        page.push(b"bc", "text/plain", 9, None);
        let rows = page.to_metas();
        assert_eq!(rows.len(), 3);
        assert_eq!((rows[0].key.as_bytes(), rows[0].size), (&b"a"[..], 3));
        assert_eq!(rows[1].state, RecordState::NoMetadata);
        assert_eq!(rows[2].content_type.as_str(), "text/plain");
        assert_eq!(rows[2].state, RecordState::Whole);
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(page.get(at).unwrap().to_meta(), *row);
        }
        assert!(page.get(3).is_none());
    }
}
