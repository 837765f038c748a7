//! What reading tells of a write whose answer was lost; the same for every backend.

use super::{Expected, Fate, OpenBy, Reading, SetValue, StoreInfo, StoreName, StoreState};

/// The store that an opening would have created; `None` for one that creates nothing.
pub(super) fn created_store(by: &OpenBy) -> Option<StoreName> {
    match by {
        OpenBy::Default => Some(StoreName::from("default")),
        OpenBy::Name(name) | OpenBy::Alias(name) => Some(StoreName::from(name.as_str())),
        OpenBy::Id(_) => None,
    }
}

/// A store that is there was asked for and can be opened, whoever made it.
pub(super) fn of_create(info: Option<&StoreInfo>) -> Fate {
    match info.map(|info| &info.state) {
        None | Some(StoreState::Ghost) => Fate::NotApplied,
        Some(StoreState::HalfMade | StoreState::StaleId) => Fate::Unclear,
        Some(_) => Fate::Applied,
    }
}

/// How many bytes of the value must be read to tell what became of a set.
pub(super) fn limit(set: &SetValue) -> u64 {
    let old = match &set.expected {
        Expected::Unchanged { value, .. } => value.len(),
        _ => 0,
    };
    old.max(set.value.len()) as u64
}

/// What became of a set, by what is there now.
pub(super) fn of_set(set: &SetValue, reading: Option<&Reading>) -> Fate {
    let Some(Reading::Whole(record)) = reading else {
        return match (reading, &set.expected) {
            (None, Expected::Absent) | (_, Expected::Anything) => Fate::NotApplied,
            _ => Fate::Unclear,
        };
    };
    let is = |value: &[u8], content_type: &str| {
        record.value == value
            && (content_type.is_empty() || record.meta.content_type.as_str() == content_type)
    };
    if is(&set.value, set.content_type.as_str()) {
        return Fate::Applied;
    }
    match &set.expected {
        Expected::Unchanged { value, content_type } if is(value, content_type.as_str()) => {
            Fate::NotApplied
        }
        // Whatever was there before, the value is not there now.
        Expected::Anything => Fate::NotApplied,
        _ => Fate::Unclear,
    }
}

/// What became of deleting `all` records, of which `there` are there.
pub(super) fn of_delete(there: usize, all: usize) -> Fate {
    match there {
        0 => Fate::Applied,
        there if there == all => Fate::NotApplied,
        _ => Fate::Unclear,
    }
}

/// What became of a purge, by the store as it is now.
pub(super) fn of_purge(info: Option<&StoreInfo>) -> Fate {
    match info {
        Some(info) if info.records.max(info.values) > Some(0) => Fate::NotApplied,
        _ => Fate::Applied,
    }
}

/// What became of a drop, by the store as it is now.
pub(super) fn of_drop(info: Option<&StoreInfo>) -> Fate {
    match info {
        None => Fate::Applied,
        // Nothing but records: a crawler may have written them since.
        Some(info) if info.state == StoreState::Ghost => Fate::Unclear,
        Some(_) => Fate::NotApplied,
    }
}
