//! A value in a value that was typed over while someone else wrote the record: joined in itself, where the
//! layers around it would only be the one or the other.

use std::sync::Arc;

use bytes::Bytes;

use super::super::{Digests, Leaves, Merge, TypedValue};
use super::{InnerPlace, InnerValue};

/// What comes of it.
#[derive(Debug, Clone)]
pub enum Joined {
    /// The record is joined as a whole.
    Whole(Box<Merge>),
    /// The value in it is, and has still to be decided.
    Inside(Box<InnerMerge>),
}

/// Two changes of a value in a value that meet in one place.
#[derive(Debug, Clone)]
pub struct InnerMerge {
    /// The three values.
    pub merge: Merge,
    /// The record as it is there now.
    pub theirs: TypedValue,
    /// The value in it, which what comes out is put back from.
    pub value: Arc<InnerValue>,
}

impl InnerValue {
    /// Joins what was typed with what is there now: of the record as it was read, with what was typed put
    /// back, and as it is there now.
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
            // It can only be the one or the other there too.
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

    /// A place in the value, as it is told of the record.
    fn inside(&self, at: &str) -> String {
        if self.place.path.is_empty() {
            at.to_owned()
        } else {
            format!("{at} in {}", self.place.path)
        }
    }
}
