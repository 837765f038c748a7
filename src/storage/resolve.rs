//! What reading tells of a write whose answer was lost; the same for every backend.
//!
//! `closed` says that nothing of the write can arrive any more.

use crate::model::{
    Content, Error, Expect, OpenBy, Reading, RecordRewrite, Repair, SetValue, StoreInfo, StoreName,
    StoreState, Version, Want, WriteOutcome, Written,
};

/// What was there before a write.
#[derive(Debug)]
pub(super) enum Before<'a, T> {
    /// It could not be read.
    Unknown,
    /// Nothing.
    Nothing,
    /// This.
    Thing(&'a T),
}

// Whatever it borrows, a copy is one of the borrowing.
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

/// The store that an opening would have created; `None` for one that creates nothing.
pub(super) fn created_store(by: &OpenBy) -> Option<StoreName> {
    match by {
        OpenBy::Default => Some(StoreName::from("default")),
        OpenBy::Name(name) | OpenBy::Alias(name) => Some(StoreName::from(name.as_str())),
        OpenBy::Id(_) => None,
    }
}

/// A store that is there was asked for and can be opened, whoever made it.
pub(super) fn of_create(info: Option<&StoreInfo>, closed: bool) -> WriteOutcome {
    match info.map(|info| &info.state) {
        None | Some(StoreState::Ghost) => WriteOutcome::not_made(closed),
        Some(StoreState::HalfMade | StoreState::StaleId) => WriteOutcome::Unclear,
        Some(_) => WriteOutcome::There(Written::default()),
    }
}

/// How many bytes of the value must be read to tell what became of a set.
pub(super) fn limit(set: &SetValue) -> u64 {
    let old = match &set.expected {
        Expect::Is(Version { content: Content::Bytes(value), .. }) => value.len() as u64,
        Expect::Is(Version { content: Content::Digest(size, _), .. }) => *size,
        _ => 0,
    };
    old.max(set.value.len() as u64)
}

/// What became of a set, by the record before it, where that is known, and now. That it was made is
/// not told: another writer may have set the same.
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
        // The new value may be the old one; who wants to be the first is not, then.
        Expect::Absent if had && now.is_some() && (!written || same(before, now)) => {
            WriteOutcome::refused(set.expected.conflict(&set.key), closed)
        }
        _ if written => there(),
        Expect::Is(_) if set.expected.is_met(now) => WriteOutcome::not_made(closed),
        Expect::Absent | Expect::Anything if !had && now.is_none() => {
            WriteOutcome::not_made(closed)
        }
        Expect::Anything if same(before, now) => WriteOutcome::not_made(closed),
        // What still arrives is refused, but where anything may be there.
        Expect::Is(_) | Expect::Absent => WriteOutcome::Other,
        Expect::Anything if closed => WriteOutcome::Other,
        Expect::Anything => WriteOutcome::Unclear,
    }
}

/// How much must be read of the record that a rewrite writes.
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

/// What a rewrite did, by the record that it wrote.
pub(super) fn rewritten(to: Option<&Reading>) -> Written {
    Written { records: 1, meta: to.map(Reading::meta).cloned(), ..Written::default() }
}

/// What became of a rewrite, by both records now; `to` is read as [`wanted_of`] says.
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
    // One step does both, so that one of the records tells of the other.
    if it.removes && from.is_none() {
        return if written { there() } else { WriteOutcome::Other };
    }
    match (written, it.over.is_met(to), it.expect.is_met(from)) {
        (true, false, _) if !it.removes => there(),
        // The very same record was there before, or is there again.
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
    /// For each record whether it was there before, where that is known.
    pub(super) before: Option<&'a [bool]>,
    /// For each record whether it is there now.
    pub(super) now: &'a [bool],
    /// Whether the store has the time that this part gave it.
    pub(super) marked: bool,
    /// Whether nothing of it can arrive any more.
    pub(super) closed: bool,
    /// Whether records that are not as they were expected stay.
    pub(super) is_conditional: bool,
}

/// What became of deleting `all` records, of which `done` had been deleted when the answer to a
/// part was lost; `ends`: to the last part.
pub(super) fn of_delete(done: u64, all: usize, ends: bool, lost: &Batch<'_>) -> WriteOutcome {
    let before = |at: usize| lost.before.is_none_or(|before| before.get(at) == Some(&true));
    let had = (0..lost.now.len()).filter(|at| before(*at)).count() as u64;
    let left = lost.now.iter().enumerate().filter(|(at, there)| **there && before(*at)).count();
    let gone = had - left as u64;
    let written = |records| Written { records, ..Written::default() };
    let nothing = lost.before.is_some() && had == 0;
    let made = lost.marked || (nothing && done > 0);
    // Of what was made, only a record that was not as expected is left.
    let made_gone = if lost.is_conditional { gone } else { had };
    if lost.marked && ends && made_gone == had {
        WriteOutcome::Applied(written(done + had))
    } else if nothing && done == 0 && !lost.closed {
        // It may still meet what is set meanwhile.
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

/// What became of a repair, by the text of the metadata now.
pub(super) fn of_repair(repair: &Repair, now: Option<&[u8]>) -> WriteOutcome {
    match now {
        Some(now) if now == &*repair.after => {
            WriteOutcome::There(Written { records: 1, ..Written::default() })
        }
        Some(now) if now == &*repair.before => WriteOutcome::NotApplied,
        _ => WriteOutcome::Unclear,
    }
}

/// How many records a store had, as the answer to a purge counts them.
pub(super) fn records_of(info: &StoreInfo) -> Written {
    Written { records: info.records.max(info.values).unwrap_or(0), ..Written::default() }
}

/// What became of a purge, by the store before it, where that is known, and now.
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

/// What became of a drop, by the store before it, where that is known, and now.
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

/// Whether nobody has written to the store: every writer moves its time.
fn is_same(before: &StoreInfo, now: &StoreInfo) -> bool {
    let seen = |info: &StoreInfo| (info.id.clone(), info.modified_at, info.records, info.values);
    seen(before) == seen(now) && before.state == now.state
}
