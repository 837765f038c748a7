//! What the cursor is on, for what is shown beside it.

use crate::model::{StoreInfo, Timestamp};

use super::super::App;
use super::super::layout::Pane;
use super::super::load::{Scope, Subject};
use super::super::rate::Rate;
use super::super::summaries::RightSide;

/// Looks what the cursor is on, and has it read once it has rested there.
pub(in crate::app) fn summarise(app: &mut App) {
    let layout = app.layout();
    if let Some(info) = app.elsewhere().filter(|_| layout.keys.is_some()) {
        let (store, stamp) = (info.store.clone(), (info.records, info.modified_at));
        return app.summaries.on_store(store, stamp, &mut ctx!(app));
    }
    let group = app.keys.group(app.keys.cursor.at).filter(|group| !group.leaf);
    let group = group.filter(|_| layout.record.is_some() && !app.is_beside_stores());
    match group {
        Some(group) => {
            let prefix = group.prefix.as_bytes().to_vec();
            let subject = Subject::Group(Scope { prefix, numbered: group.numbered });
            let index = app.keys.sync.index().clone();
            app.summaries.on_group(subject, &index, &mut ctx!(app));
        }
        None => app.summaries.elsewhere(&mut ctx!(app)),
    }
}

impl App {
    /// The store under the cursor, if that is where the user looks and it is not the open one.
    fn elsewhere(&self) -> Option<&StoreInfo> {
        let at = self.stores.current().filter(|_| self.focus == Pane::Stores)?;
        (self.session.is_open() && self.keys.store.as_ref() != Some(&at.store)).then_some(at)
    }

    /// How fast the store grows that is shown beside the list of stores.
    pub fn growing(&self) -> Option<&Rate> {
        match self.beside() {
            RightSide::Store(store, _) => self.stores.growth(store),
            _ => None,
        }
    }

    /// When what is beside the cursor is to be looked at again.
    pub(in crate::app) fn wake_beside(&self, next_second: Timestamp) -> Option<Timestamp> {
        let grows = self.growing().map(|_| next_second);
        self.summaries.wake().into_iter().chain(grows).min()
    }

    fn is_beside_stores(&self) -> bool {
        self.elsewhere().is_some()
    }

    /// What stands right of the list of stores: the right side shows what the cursor is on.
    pub fn beside(&self) -> RightSide<'_> {
        if self.elsewhere().is_some() {
            return self.summaries.beside(self.keys.store.is_some());
        }
        // Until the first keys of a store that is being opened are here.
        let opening = self.keys.store.as_ref().filter(|_| {
            self.keys.index.is_empty()
                && self.keys.filter.is_empty()
                && self.keys.sync.walk().is_some()
        });
        match opening.and_then(|store| Some((store, self.summaries.of(store)?))) {
            Some((store, summary)) => RightSide::Store(store, summary),
            None => RightSide::Open,
        }
    }
}
