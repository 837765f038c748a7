//! A value inside a value that was edited while someone else wrote the record: it is merged by itself, where
//! for the layers around it only one or the other could be chosen.

use std::sync::Arc;

use bytes::Bytes;

use super::super::{Digests, Leaves, Merge, TypedValue};
use super::{InnerPlace, InnerValue};

/// Result of the merge.
#[derive(Debug, Clone)]
pub enum Joined {
    /// The record is merged as a whole.
    Whole(Box<Merge>),
    /// The inner value is merged, and has conflicts to decide.
    Inside(Box<InnerMerge>),
}

/// Two changes of an inner value that meet in one place.
#[derive(Debug, Clone)]
pub struct InnerMerge {
    /// The three values.
    pub merge: Merge,
    /// The record as it is stored now.
    pub theirs: TypedValue,
    /// Its inner value, through whose layers the outcome is put back.
    pub value: Arc<InnerValue>,
}

impl InnerValue {
    /// Merges the typed text with the current record. `records` are the record as it was read, the same with
    /// the typed text put back, and the record as it is stored now.
    pub fn join(&self, typed: &Bytes, records: &[TypedValue; 3]) -> Joined {
        let [base, mine, theirs] = records;
        let whole = Merge::of(base, mine, theirs);
        if whole.is_clean() {
            return Joined::Whole(Box::new(whole));
        }
        let Some(other) = self.found_in(&theirs.value) else {
            return Joined::Whole(Box::new(whole));
        };
        let in_record = |inner: &Self, value: &Bytes| {
            let content_type = inner.inner.content_type();
            TypedValue { content_type, value: value.clone() }
        };
        let read = in_record(self, self.inner.value());
        let own = TypedValue { value: typed.clone(), ..read.clone() };
        let merge = Merge::of(&read, &own, &in_record(&other, other.inner.value()));
        if merge.is_whole() && !merge.is_clean() {
            // Only one or the other can be chosen there, too.
            return Joined::Whole(Box::new(whole));
        }
        let put_back = merge.resolve(&[]).ok().map(|joined| other.put_back(&joined.value));
        match put_back {
            Some(Ok(value)) => {
                let joined = TypedValue { value, ..theirs.clone() };
                let mut record = Merge::of(theirs, &joined, theirs);
                record.theirs_at = merge.theirs_at.iter().map(|at| self.inside(at)).collect();
                Joined::Whole(Box::new(record))
            }
            Some(Err(_)) => Joined::Whole(Box::new(whole)),
            None => {
                let (theirs, value) = (theirs.clone(), Arc::new(other));
                Joined::Inside(Box::new(InnerMerge { merge, theirs, value }))
            }
        }
    }

    /// The text of the same value in another version of the record.
    pub fn text_in(&self, record: &Bytes) -> Option<Bytes> {
        Some(self.found_in(record)?.inner.value().clone())
    }

    /// The same value in another version of the record.
    fn found_in(&self, record: &Bytes) -> Option<Self> {
        let at = match &self.place.at {
            None => None,
            Some(at) => {
                let digests = Digests::default();
                let read = Leaves::of(&self.outer, &digests)?;
                let now = Leaves::of(record, &digests)?;
                let found = now.follow(&read.trail(read.at(at.start)?))?;
                Some(now.range(found))
            }
        };
        Self::open(record, InnerPlace { path: self.place.path.clone(), at }).ok()
    }

    /// A place in the value, told as one in the record.
    fn inside(&self, at: &str) -> String {
        if self.place.path.is_empty() {
            at.to_owned()
        } else {
            format!("{at} in {}", self.place.path)
        }
    }
}
