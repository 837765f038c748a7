//! Tells the outcome of a write whose answer was lost, from what is read; the same for every backend.
//!
//! `closed` says that no part of the write can arrive any more.

use crate::model::{
    Content, Error, Expect, OpenBy, Reading, RecordRewrite, Repair, SetValue, StoreInfo, StoreName,
    StoreState, Version, Want, WriteOutcome, Written,
};

/// The state before a write.
#[derive(Debug)]
pub(super) enum Before<'a, T> {
    /// Unknown: it could not be read.
    Unknown,
    /// There was nothing.
    Nothing,
    /// This was there.
    Thing(&'a T),
}

// A copy only copies the reference.
impl<T> Clone for Before<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Before<'_, T> {}

impl<'a, T> From<Option<&'a T>> for Before<'a, T> {
    fn from(found: Option<&'a T>) -> Self {
        found.map_or(Self::Nothing, Self::Thing)
    }
}

/// The store that an opening would have created; `None` for one that creates none.
pub(super) fn created_store(by: &OpenBy) -> Option<StoreName> {
    match by {
        OpenBy::Default => Some(StoreName::from("default")),
        OpenBy::Name(name) | OpenBy::Alias(name) => Some(StoreName::from(name.as_str())),
        OpenBy::Id(_) => None,
    }
}

/// The outcome of an opening: an existing store can be opened, whoever made it.
pub(super) fn of_create(info: Option<&StoreInfo>, closed: bool) -> WriteOutcome {
    match info.map(|info| &info.state) {
        None | Some(StoreState::Ghost) => WriteOutcome::not_made(closed),
        Some(StoreState::HalfMade | StoreState::StaleId) => WriteOutcome::Unclear,
        Some(_) => WriteOutcome::There(Written::default()),
    }
}

/// Number of bytes of the value that must be read to tell the outcome of a set.
pub(super) fn limit(set: &SetValue) -> u64 {
    let old = match &set.expected {
        Expect::Is(Version { content: Content::Bytes(value), .. }) => value.len() as u64,
        Expect::Is(Version { content: Content::Digest(size, _), .. }) => *size,
        _ => 0,
    };
    old.max(set.value.len() as u64)
}

/// The outcome of a set, from the record before it, where that is known, and now. It never says that the set
/// was made: another writer may have set the same.
pub(super) fn of_set(
    set: &SetValue,
    before: Before<'_, Reading>,
    now: Option<&Reading>,
    closed: bool,
) -> WriteOutcome {
    let is = |value: &[u8], content_type: &str| {
        matches!(now, Some(Reading::Whole(record)) if record.value == value
            && (content_type.is_empty() || record.meta.content_type.as_str() == content_type))
    };
    let written = is(&set.value, set.content_type.as_str());
    let there = || {
        let meta = now.map(Reading::meta).cloned();
        WriteOutcome::There(Written { records: 1, meta, ..Written::default() })
    };
    let had = matches!(before, Before::Thing(_));
    match &set.expected {
        // The new value may equal the old one; a set that requires an absent record has failed then.
        Expect::Absent if had && now.is_some() && (!written || same(before, now)) => {
            WriteOutcome::refused(set.expected.conflict(&set.key), closed)
        }
        _ if written => there(),
        Expect::Is(_) if set.expected.is_met(now) => WriteOutcome::not_made(closed),
        Expect::Absent | Expect::Anything if !had && now.is_none() => {
            WriteOutcome::not_made(closed)
        }
        Expect::Anything if same(before, now) => WriteOutcome::not_made(closed),
        // A part that still arrives is refused, except where anything may be there.
        Expect::Is(_) | Expect::Absent => WriteOutcome::Other,
        Expect::Anything if closed => WriteOutcome::Other,
        Expect::Anything => WriteOutcome::Unclear,
    }
}

/// The part that must be read of the record that a rewrite writes.
pub(super) fn wanted_of(it: &RecordRewrite) -> Want {
    let of = |version: &Version| match &version.content {
        Content::Bytes(value) => Some(value.len() as u64),
        Content::Digest(size, _) => Some(*size),
        Content::Size(_) => None,
    };
    let over = if let Expect::Is(version) = &it.over { of(version) } else { None };
    let most = it.written().as_ref().and_then(of).max(over);
    most.map_or(Want::Meta, Want::UpTo)
}

/// Result of a rewrite, from the record that it wrote.
pub(super) fn rewritten(to: Option<&Reading>) -> Written {
    Written { records: 1, meta: to.map(Reading::meta).cloned(), ..Written::default() }
}

/// The outcome of a rewrite, from both records now; `to` is read as [`wanted_of`] says.
pub(super) fn of_rewrite(
    it: &RecordRewrite,
    from: Option<&Reading>,
    to: Option<&Reading>,
    closed: bool,
) -> WriteOutcome {
    let written = it.written().zip(to).is_some_and(|(version, to)| version.is(to));
    let there = || WriteOutcome::There(rewritten(to));
    if it.is_in_place() {
        return match it.expect.is_met(from) {
            _ if written => there(),
            true => WriteOutcome::not_made(closed),
            false => WriteOutcome::Other,
        };
    }
    // One step does both, so that one of the records shows the state of the other.
    if it.removes && from.is_none() {
        return if written { there() } else { WriteOutcome::Other };
    }
    match (written, it.over.is_met(to), it.expect.is_met(from)) {
        (true, false, _) if !it.removes => there(),
        // The same record was there before, or is there again.
        (true, ..) if !it.removes => WriteOutcome::Unclear,
        (_, true, true) => WriteOutcome::not_made(closed),
        (_, true, false) => WriteOutcome::refused(it.expect.conflict(&it.key), closed),
        (_, false, true) => WriteOutcome::refused(it.over.conflict(&it.to), closed),
        (true, false, false) => WriteOutcome::Unclear,
        (false, false, false) => WriteOutcome::Other,
    }
}

/// Whether the record is as it was before, as far as both were read.
fn same(before: Before<'_, Reading>, now: Option<&Reading>) -> bool {
    let (Before::Thing(before), Some(now)) = (before, now) else { return false };
    let values = match (before, now) {
        (Reading::Whole(before), Reading::Whole(now)) => before.value == now.value,
        _ => true,
    };
    values && before.meta() == now.meta()
}

/// The part of a delete whose answer was lost.
pub(super) struct Batch<'a> {
    /// Whether each record was there before, where that is known.
    pub(super) before: Option<&'a [bool]>,
    /// Whether each record is there now.
    pub(super) now: &'a [bool],
    /// Whether the store has the time that this part gave it.
    pub(super) marked: bool,
    /// Whether no part of it can arrive any more.
    pub(super) closed: bool,
    /// Whether records that do not meet the condition stay.
    pub(super) is_conditional: bool,
}

/// The outcome of deleting `all` records, of which `done` had been deleted when the answer to a part was
/// lost; `ends`: to the last part.
pub(super) fn of_delete(done: u64, all: usize, ends: bool, lost: &Batch<'_>) -> WriteOutcome {
    let before = |at: usize| lost.before.is_none_or(|before| before.get(at) == Some(&true));
    let had = (0..lost.now.len()).filter(|at| before(*at)).count() as u64;
    let left = lost.now.iter().enumerate().filter(|(at, there)| **there && before(*at)).count();
    let gone = had - left as u64;
    let written = |records| Written { records, ..Written::default() };
    let nothing = lost.before.is_some() && had == 0;
    let made = lost.marked || (nothing && done > 0);
    // If it was made, the only records left are those that did not meet the condition.
    let made_gone = if lost.is_conditional { gone } else { had };
    if lost.marked && ends && made_gone == had {
        WriteOutcome::Applied(written(done + had))
    } else if nothing && done == 0 && !lost.closed {
        // It may still meet records that are set meanwhile.
        WriteOutcome::NotSoFar
    } else if left == 0 && ends {
        WriteOutcome::There(written(done + had))
    } else if !made && done == 0 && gone == 0 {
        WriteOutcome::not_made(lost.closed)
    } else {
        WriteOutcome::Partly {
            gone: done + if made { made_gone } else { gone },
            all: all as u64,
            pending: !lost.closed && !made && left > 0,
        }
    }
}

/// The outcome of a repair, from the present text of the metadata.
pub(super) fn of_repair(repair: &Repair, now: Option<&[u8]>) -> WriteOutcome {
    match now {
        Some(now) if now == &*repair.after => {
            WriteOutcome::There(Written { records: 1, ..Written::default() })
        }
        Some(now) if now == &*repair.before => WriteOutcome::NotApplied,
        _ => WriteOutcome::Unclear,
    }
}

/// Number of records of a store, as the answer to a purge counts them.
pub(super) fn records_of(info: &StoreInfo) -> Written {
    Written { records: info.records.max(info.values).unwrap_or(0), ..Written::default() }
}

/// The outcome of a purge, from the store before it, where that is known, and now.
pub(super) fn of_purge(
    store: &StoreName,
    before: Before<'_, StoreInfo>,
    now: Option<&StoreInfo>,
    closed: bool,
) -> WriteOutcome {
    let Some(now) = now else {
        return match before {
            Before::Nothing => WriteOutcome::refused(Error::no_store(store), closed),
            _ => WriteOutcome::Unclear,
        };
    };
    let empty = records_of(now).records == 0;
    match before {
        Before::Thing(before) if empty => WriteOutcome::There(records_of(before)),
        Before::Unknown if empty => WriteOutcome::There(Written::default()),
        Before::Thing(before) if is_same(before, now) => WriteOutcome::not_made(closed),
        _ => WriteOutcome::Unclear,
    }
}

/// The outcome of a drop, from the store before it, where that is known, and now.
pub(super) fn of_drop(
    store: &StoreName,
    before: Before<'_, StoreInfo>,
    now: Option<&StoreInfo>,
    closed: bool,
) -> WriteOutcome {
    match (before, now) {
        (Before::Nothing, None) => WriteOutcome::refused(Error::no_store(store), closed),
        (_, None) => WriteOutcome::There(Written { records: 1, ..Written::default() }),
        // A store that is made anew has another id.
        (Before::Thing(before), Some(now))
            if is_same(before, now) || (now.id.is_some() && before.id == now.id) =>
        {
            WriteOutcome::not_made(closed)
        }
        _ => WriteOutcome::Unclear,
    }
}

/// Whether nobody has written to the store: every writer changes its time.
fn is_same(before: &StoreInfo, now: &StoreInfo) -> bool {
    let seen = |info: &StoreInfo| (info.id.clone(), info.modified_at, info.records, info.values);
    seen(before) == seen(now) && before.state == now.state
}
