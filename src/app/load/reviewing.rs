//! A save that is looked at before it is made: what it changes in the record as it is now.

use std::sync::Arc;

use crate::edit::{Diff, InnerMerge, InnerValue, Joined, Merge, TypedValue};
use crate::model::{Key, StoreName};

/// A save, and the version of the record that it was made from.
#[derive(Debug, Clone)]
pub struct Reviewing {
    /// The store of the record.
    pub store: StoreName,
    /// The record's key.
    pub key: Key,
    /// The record as it was read, and as the save makes it.
    pub record: [TypedValue; 2],
    /// A value in the record that was edited by itself, and its two versions.
    pub inner: Option<(Arc<InnerValue>, [TypedValue; 2])>,
}

/// What a save changes in the record as it is now.
#[derive(Debug, Clone)]
pub enum Reviewed {
    /// The record is as it was read.
    Same(Diff),
    /// Someone else has changed other places: the merge, its outcome, and what that changes.
    Joined(Box<Merge>, TypedValue, Diff),
    /// Someone else has changed the same places.
    Conflicts(Box<Merge>),
    /// Someone else has changed the same places of the value in the record.
    Inside(Box<InnerMerge>),
    /// The record is no longer there.
    Gone,
}

impl Reviewing {
    /// The change as it was made, whatever is there now: of the value that was edited alone.
    pub fn typed(&self) -> &[TypedValue; 2] {
        self.inner.as_ref().map_or(&self.record, |(_, versions)| versions)
    }

    /// What the save changes in `now`; none where the record is no longer there.
    pub fn over(&self, now: Option<TypedValue>) -> Reviewed {
        let Some(now) = now else { return Reviewed::Gone };
        let [read, mine] = &self.record;
        if *read == now {
            let [before, after] = self.typed();
            return Reviewed::Same(Diff::of(Some(before), Some(after)));
        }
        let merge = match &self.inner {
            None => Merge::of(read, mine, &now),
            Some((inner, [_, typed])) => {
                let versions = [read.clone(), mine.clone(), now.clone()];
                match inner.join(&typed.value, &versions) {
                    Joined::Whole(merge) => *merge,
                    Joined::Inside(merge) => return Reviewed::Inside(merge),
                }
            }
        };
        match merge.resolve(&[]) {
            Ok(joined) => {
                let inside = self.inside([&now, &joined]);
                let [before, after] = inside.unwrap_or_else(|| [now, joined.clone()]);
                let diff = Diff::of(Some(&before), Some(&after));
                Reviewed::Joined(Box::new(merge), joined, diff)
            }
            Err(_) => Reviewed::Conflicts(Box::new(merge)),
        }
    }

    /// The value that was edited by itself, in these versions of the record.
    fn inside(&self, records: [&TypedValue; 2]) -> Option<[TypedValue; 2]> {
        let (inner, [read, _]) = self.inner.as_ref()?;
        let [before, after] = records.map(|record| inner.text_in(&record.value));
        let typed = |value| TypedValue { value, ..read.clone() };
        Some([typed(before?), typed(after?)])
    }
}
