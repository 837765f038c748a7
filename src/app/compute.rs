//! Computations that take time and need no storage: they run on a thread beside the loop.

use std::sync::Arc;

use crate::edit::{Choice, Come, Diff, InnerValue, Joined, Leaves, Merge, TypedValue};
use crate::index::{RowOrder, groups, totals};
use crate::model::SetValue;
use crate::preview::{Entry, Preview, json};

use super::keys::linked;
use super::load::{
    Compute, FoldedLeaves, LeavesShown, Loaded, Ordered, PageLink, RecordView, StepDiff, Summary,
};
use super::opening::Opened;

impl Compute {
    /// Computes the answer. Asks `wanted` from time to time, and gives `None` as soon as that says no. Parts
    /// of the answer that are known before the rest go to `early`.
    pub fn run(self, wanted: &dyn Fn() -> bool, early: &mut dyn FnMut(Loaded)) -> Option<Loaded> {
        Some(match self {
            Self::Apply { index, changes, query } => {
                let index = Arc::new(index.apply(&changes));
                let ordered = Ordered::make(&index, query, wanted, early);
                if !wanted() {
                    return None;
                }
                Loaded::Applied(index, ordered)
            }
            Self::Compare(index, scanned, round) => Loaded::Compared(round.pass(&index, &scanned)),
            Self::Totals(index) => Loaded::Totals(totals(&index)),
            Self::Groups(index, scope) => {
                let groups = groups(&index, &scope.prefix, scope.numbered);
                Loaded::Groups(index, scope, groups)
            }
            Self::Summary(index, scope) => {
                Loaded::Summary(Box::new(Summary::of_group(&index, scope, wanted)?))
            }
            Self::Select(index, query) => {
                let partial = Arc::clone(&index);
                let mut show = |found| early(Loaded::Partial(Arc::clone(&partial), found));
                let selection = RowOrder::with_early(&index, &query, wanted, &mut show)?;
                Loaded::Selected(index, selection)
            }
            Self::Preview(record, mode) => {
                let preview = Arc::new(Preview::build_while(&record, mode, wanted));
                Loaded::Record(RecordView::Whole(record, preview))
            }
            Self::Leaves(record, preview) => {
                let index = Leaves::seen(preview.shown());
                let index = index.map(|leaves| leaves.index());
                Loaded::Leaves(index.map(|index| LeavesShown { record, preview, index }))
            }
            Self::Fold(shown, mut folded, beside) => {
                let more = beside.is_none_or(|node| folded.fold_beside(&shown.leaves(), node));
                let preview = shown.folded(&folded);
                Loaded::Folded(FoldedLeaves { shown, folded, preview, more })
            }
            Self::Inner(record, place) => {
                let opened = InnerValue::open(&record.value, place).map(Arc::new);
                Loaded::Inner(record, opened)
            }
            Self::Open(record, limit, outside) => {
                let opened = Box::new(Opened::of(&record, limit));
                Loaded::Opened(record, opened, outside)
            }
            Self::Work(work, mut value, now) => {
                let found = work.done(&mut value, now);
                Loaded::Worked(value, found)
            }
            Self::Store(typed) => Loaded::Stored(typed.stored()),
            Self::PutBack(set, inner) => {
                let whole = inner.put_back(&set.value);
                Loaded::PutBack(whole.map(|value| Box::new(SetValue { value, ..*set })))
            }
            Self::Diff(versions) => {
                let [before, after] = &*versions;
                Loaded::Diff(Box::new(Diff::of(Some(before), Some(after))))
            }
            Self::Versions(numbers, typed) => {
                let [before, after] = &*typed;
                let diff = Box::new(Diff::of_contents(before, after));
                Loaded::Versions(numbers, diff, Come::of(before, after))
            }
            Self::Step(plan, turn) => Loaded::Step(Box::new(StepDiff::of(&plan, turn))),
            Self::DiffOver(versions) => {
                let [base, typed, now] = &*versions;
                let merge = Merge::of(base, typed, now);
                let mine = vec![Choice::Mine; merge.conflicts.len()];
                let after = merge.resolve(&mine).unwrap_or_else(|_| typed.clone());
                Loaded::Diff(Box::new(Diff::of(Some(now), Some(&after))))
            }
            Self::Diffs(versions) => {
                let diff = |[before, after]: &[Option<TypedValue>; 2]| {
                    Diff::of(before.as_ref(), after.as_ref())
                };
                Loaded::Diffs(versions.iter().map(diff).collect())
            }
            Self::Merge(versions) => {
                let [base, mine, theirs] = &*versions;
                Loaded::Merged(Box::new(Merge::of(base, mine, theirs)))
            }
            Self::Resolve(merge, choices) => Loaded::Resolved(merge.resolve(&choices)),
            Self::Join(versions, inner, typed) => match inner.join(&typed, &versions) {
                Joined::Whole(merge) => Loaded::Merged(merge),
                Joined::Inside(merge) => Loaded::Inside(merge),
            },
            Self::Search(preview, needle) => Loaded::Found(preview.find(&needle)),
            Self::SearchPath(shown, path) => Loaded::Found(shown.lit(&shown.find_path(&path))),
            Self::FindPath(shown, path) => Loaded::PathFound(shown.find_path(&path)),
            Self::PageLinks(page, key, index) => {
                let links = page.links();
                let base = linked::base(&key, &links);
                let link = |address: Vec<u8>| {
                    let key = wanted().then(|| linked::key(&index, &address, base.as_ref()));
                    PageLink { address: address.into(), key: key.flatten() }
                };
                Loaded::PageLinks(links.addresses.into_iter().map(link).collect())
            }
            Self::Entries(archive) => Loaded::Entries(archive.entries()),
            Self::Entry(record, place, mode) => {
                let opened = Entry::open(&record, &place, wanted).map(|entry| {
                    let preview = entry.preview(&record, mode, wanted);
                    (Arc::new(entry), Arc::new(preview), mode)
                });
                Loaded::Entry(Box::new(record), opened)
            }
            Self::EntryFace(record, entry, mode) => {
                let preview = Arc::new(entry.preview(&record, mode, wanted));
                Loaded::Entry(Box::new(record), Ok((entry, preview, mode)))
            }
            Self::Arrange(table, how) => {
                let shown = Arc::new(table.arranged(&how, wanted)?);
                Loaded::Arranged(table, how, shown)
            }
            Self::ColumnValues(table, column) => {
                Loaded::ColumnValues(table.column_values(column, wanted)?)
            }
            Self::Check(text, state) => Loaded::Checked(state, json::check(&text.bytes()).err()),
        })
    }
}
