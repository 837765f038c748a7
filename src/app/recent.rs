//! Items that can be run by their names, and those that were run or looked at lately.

use crate::edit::draft::DraftId;
use crate::keymap::{Action, Context};
use crate::model::{Key, StoreName};

use super::App;
use super::layout::Pane;

/// Limit on the items that are kept.
const MOST: usize = 24;

/// An item that can be run by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Run an action; the context is the keymap's table with its key.
    Act(Context, Action),
    /// Open a store.
    Store(StoreName),
    /// Go to a record.
    Record(StoreName, Key),
    /// Go to the row of this number, from 1, in the list of stores or of keys, or in the value.
    Row(usize),
    /// Go on with a draft of this store and record; no key for the draft of a new record.
    Draft(DraftId, StoreName, Option<Key>),
    /// Copy the record in question to this store.
    CopyTo(StoreName),
    /// Open a target, by its number in [`Settings::targets`](crate::app::Settings::targets).
    Target(usize),
    /// Switch whether saves are shown before they are made.
    ReviewSaves,
}

impl Item {
    /// Whether the item belongs to one target alone.
    fn is_of_target(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Record(..) | Self::Draft(..) | Self::CopyTo(_))
    }
}

/// Items that were run or looked at lately, the newest first.
#[derive(Debug, Clone, Default)]
pub struct Recent(Vec<Item>);

impl Recent {
    /// The items, from the newest to the oldest.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.0.iter()
    }

    /// Puts an item in front.
    pub(super) fn note(&mut self, item: Item) {
        self.0.retain(|known| *known != item);
        self.0.insert(0, item);
        self.0.truncate(MOST);
    }

    /// Forgets the items of the target that is left.
    pub(super) fn leave_target(&mut self) {
        self.0.retain(|item| !item.is_of_target());
    }
}

/// Takes note of the record that is read or edited.
pub(super) fn look(app: &mut App) {
    if app.focus != Pane::Record && app.editor.is_none() {
        return;
    }
    let Some((store, key)) = &app.record.wanted else { return };
    if !matches!(app.recent.0.first(), Some(Item::Record(of, is)) if of == store && is == key) {
        app.recent.note(Item::Record(store.clone(), key.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_run_last_comes_first_and_once() {
        let mut recent = Recent::default();
        let act = |action| Item::Act(Context::Keys, action);
        for item in [act(Action::Sort), Item::Store("shop".into()), act(Action::Sort)] {
            recent.note(item);
        }
        let items: Vec<_> = recent.items().cloned().collect();
        assert_eq!(items, [act(Action::Sort), Item::Store("shop".into())]);
        recent.leave_target();
        assert_eq!(recent.items().count(), 1);
    }
}
