//! Drafts of the target that were found: they are offered where their records are edited, and marked in the
//! lists.

use std::collections::{HashMap, HashSet};

use crate::edit::draft::{DraftHead, DraftId};
use crate::keymap::{Action, Context, KeyMap};
use crate::model::{Key, StoreName};
use crate::text;

use super::super::notice::Notice;

/// Drafts in which nobody is typing.
#[derive(Debug, Default)]
pub struct Found {
    drafts: Vec<(DraftId, DraftHead)>,
    /// Drafts that are not offered again while larder runs.
    passed: HashSet<DraftId>,
    /// For each store: the number of its drafts, and the records that they are of.
    stores: HashMap<StoreName, (usize, HashSet<Key>)>,
}

impl Found {
    /// Takes the present drafts; gives how many of them are new, and the first of those.
    pub(in crate::app) fn take(
        &mut self,
        drafts: Vec<(DraftId, DraftHead)>,
    ) -> Option<(usize, &DraftHead)> {
        let known: HashSet<DraftId> = self.drafts.drain(..).map(|(id, _)| id).collect();
        self.drafts = drafts;
        self.sort();
        let mut new = self.drafts.iter().filter(|(id, _)| !known.contains(id));
        let (_, first) = new.next()?;
        Some((1 + new.count(), first))
    }

    fn sort(&mut self) {
        self.stores.clear();
        for (_, head) in &self.drafts {
            let (count, keys) = self.stores.entry(head.store.clone()).or_default();
            *count += 1;
            if !head.is_new {
                keys.insert(head.key.clone());
            }
        }
    }

    /// The draft to offer for a record, or for a new one of this store.
    pub(in crate::app) fn of(
        &self,
        target: &str,
        store: &StoreName,
        key: Option<&Key>,
    ) -> Option<&DraftId> {
        let about = |(id, head): &&(DraftId, DraftHead)| {
            head.is_about(target, store, key) && !self.passed.contains(id)
        };
        self.drafts.iter().find(about).map(|(id, _)| id)
    }

    /// All drafts of edits that were not staged, the newest first.
    pub(in crate::app) fn all(&self) -> impl Iterator<Item = &(DraftId, DraftHead)> {
        self.drafts.iter().filter(|(_, head)| !head.staged)
    }

    /// Drafts of edits that were staged before.
    pub(in crate::app) fn staged(&self) -> Vec<DraftId> {
        let staged = self.drafts.iter().filter(|(_, head)| head.staged);
        staged.map(|(id, _)| id.clone()).collect()
    }

    /// Whether there are formerly staged edits to list, where no edit is staged now.
    pub(in crate::app) fn allows_staged(&self, keymap: &KeyMap) -> Result<(), Notice> {
        if self.drafts.iter().any(|(_, head)| head.staged) {
            return Ok(());
        }
        let stages = keymap.says(Context::Editor, Action::Stage, "in the editor stages one");
        Err(Notice::info(text::then("no edit is staged", " · ", stages)))
    }

    /// Whether there is a draft of this record.
    pub fn has(&self, store: &StoreName, key: &Key) -> bool {
        self.stores.get(store).is_some_and(|(_, keys)| keys.contains(key))
    }

    /// Number of drafts of this store's records, with those of new ones.
    pub fn count(&self, store: &StoreName) -> usize {
        self.stores.get(store).map_or(0, |(count, _)| *count)
    }

    /// The number of a store's drafts, for its details.
    pub fn fact(&self, store: &StoreName) -> Option<(&'static str, String)> {
        let count = self.count(store);
        (count > 0).then(|| ("drafts", text::count(count as u64)))
    }

    /// Adds a draft in which nobody types any more.
    pub(in crate::app) fn add(&mut self, id: DraftId, head: DraftHead) {
        self.remove(&id);
        self.drafts.insert(0, (id, head));
        self.sort();
    }

    /// Removes a draft that is no longer there, or is being typed in.
    pub(in crate::app) fn remove(&mut self, id: &DraftId) {
        self.drafts.retain(|(found, _)| found != id);
        self.sort();
    }

    /// Lets a draft not be offered again while larder runs.
    pub(in crate::app) fn pass(&mut self, id: &DraftId) {
        self.passed.insert(id.clone());
    }
}
