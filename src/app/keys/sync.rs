//! The way between the keys pane and its store: requests of the state machine become reads, and each new
//! index is put in order.

use std::sync::Arc;

use crate::index::sync::{Facts, Step, SyncEvent};
use crate::index::{Change, Index, Query, RowOrder, Sort};
use crate::model::{Key, StoreName};

use super::super::ctx::Ctx;
use super::super::event::{Effect, Slot};
use super::super::layout::Pane;
use super::super::load::{Compute, Load, Ordered};
use super::KeysPane;

/// The order of rows that is shown, and the one that is being made.
#[derive(Debug, Default)]
pub struct ShownOrder {
    /// Rows of the index, in the order that is shown.
    pub(super) rows: RowOrder,
    /// Whether another order is being made by a computation of its own.
    pub selecting: bool,
    /// Whether the changes under way are applied together with the order.
    with_changes: bool,
    /// Order and filter that were last asked for.
    asked: Query,
    /// Order and filter of the rows, if these are complete; none if only a part is shown.
    whole: Option<Query>,
}

/// What an event of the state machine means for the other panes.
#[derive(Debug, Default)]
pub(in super::super) struct News {
    /// Whether there is a new index.
    pub(in super::super) index: bool,
    /// Whether a walk has ended.
    pub(in super::super) complete: bool,
    /// Keys that a rescan no longer found.
    pub(in super::super) removed: Vec<Key>,
}

impl KeysPane {
    /// Opens this store, whose keys are now to be read; the order stays.
    pub(in super::super) fn open(&mut self, store: StoreName, ctx: &mut Ctx<'_>) {
        let (sort, descending) = (self.sort, self.descending);
        self.close(ctx);
        (self.sort, self.descending) = (sort, descending);
        self.store = Some(store);
    }

    /// Closes the store.
    pub(in super::super) fn close(&mut self, ctx: &mut Ctx<'_>) {
        let facts = Facts { now: ctx.now, records: None, named: false };
        self.handle_sync(SyncEvent::Close, &facts, ctx);
        ctx.cancel(Slot::Select);
        ctx.cancel(Slot::Groups);
        let sync = std::mem::take(&mut self.sync);
        *self = Self { sync, ..Self::default() };
    }

    /// Tells the state machine of an event, and has done what it asks for.
    pub(in super::super) fn handle_sync(
        &mut self,
        event: SyncEvent,
        facts: &Facts,
        ctx: &mut Ctx<'_>,
    ) -> News {
        let mut news = News::default();
        for step in self.sync.handle(event, facts) {
            match step {
                Step::Walk { id, early } => {
                    let Some(store) = self.store.clone() else { continue };
                    let query = self.query_for_job();
                    ctx.read_as(Slot::Keys, id.0, Load::Keys { store, early, query });
                }
                Step::Apply { id, index, changes } => {
                    let query = self.query_for_job();
                    self.order.with_changes = query.is_some();
                    ctx.read_as(Slot::Keys, id.0, Compute::Apply { index, changes, query });
                }
                Step::Compare { id, index, events, state } => {
                    ctx.read_as(Slot::Compare, id.0, Compute::Compare(index, events, state));
                }
                Step::CancelCompare => ctx.cancel(Slot::Compare),
                Step::CancelKeys => ctx.cancel(Slot::Keys),
                Step::Index => news.index = true,
                Step::Complete => news.complete = true,
                Step::Found(changes) => {
                    news.removed.extend(changes.into_iter().filter_map(|change| match change {
                        Change::Remove(key) => Some(key),
                        Change::Set(_) => None,
                    }));
                }
            }
        }
        news
    }

    /// Order and filter for which a job is to make the rows besides its own work.
    fn query_for_job(&mut self) -> Option<Query> {
        // An order that is being made already would be made twice.
        (!self.is_plain() && !self.order.selecting).then(|| self.query())
    }

    /// Order and filter as they are set.
    fn query(&mut self) -> Query {
        let (matching, filter) = self.matching();
        let filter = filter.to_owned();
        let newest = self.sort == Sort::Newest;
        let query = Query {
            sort: self.sort,
            descending: self.descending,
            filter,
            matching,
            recent: if newest { self.sync.highlights.recent.snapshot() } else { Arc::default() },
            prefix: self.scope.prefix.clone(),
            numbered: self.scope.numbered,
        };
        self.order.asked = without_recent(&query);
        query
    }

    /// Takes a new index: shows its rows, if their order came with it or needs no work, and asks for the
    /// order otherwise. Tells whether the rows are shown.
    pub(in super::super) fn indexed(
        &mut self,
        ordered: Option<Ordered>,
        ctx: &mut Ctx<'_>,
    ) -> bool {
        if self.is_plain() {
            self.show_plain(ctx);
            return true;
        }
        let asked = |ordered: &Ordered| without_recent(&ordered.query) == self.order.asked;
        let Some(Ordered { rows, .. }) = ordered.filter(asked) else {
            self.order_again(ctx);
            return false;
        };
        if std::mem::take(&mut self.order.selecting) {
            ctx.cancel(Slot::Select);
        }
        let index = self.sync.index().clone();
        self.show(index, rows, ctx.list_height(Pane::Keys));
        self.order.whole = Some(self.order.asked.clone());
        true
    }

    /// Makes the rows anew after order or filter were changed. Tells whether they are shown already.
    pub(in super::super) fn reorder(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let plain = self.is_plain();
        if plain {
            self.show_plain(ctx);
        } else {
            self.select(ctx);
        }
        if self.sync.walk().is_some() {
            let query = (!plain).then(|| self.query());
            ctx.effect(Effect::OrderWalk(query));
        }
        if self.sync.is_applying() && self.order.with_changes {
            // The changes are applied without the order, which is no longer wanted.
            let facts = Facts { now: ctx.now, records: None, named: false };
            self.handle_sync(SyncEvent::ApplyAgain, &facts, ctx);
        }
        plain
    }

    fn show_plain(&mut self, ctx: &mut Ctx<'_>) {
        if std::mem::take(&mut self.order.selecting) {
            ctx.cancel(Slot::Select);
        }
        self.order.whole = None;
        let index = self.sync.index().clone();
        let rows = RowOrder::all(&index);
        self.show(index, rows, ctx.list_height(Pane::Keys));
    }

    /// Makes the order of the newest index, unless it is being made, by itself or with the next changes. If
    /// it were given up at each change, none might ever be shown while a crawl writes.
    fn order_again(&mut self, ctx: &mut Ctx<'_>) {
        if !self.order.selecting && !self.sync.is_applying() {
            self.select(ctx);
        }
    }

    fn select(&mut self, ctx: &mut Ctx<'_>) {
        self.order.selecting = true;
        let query = self.query();
        ctx.read(Slot::Select, Compute::Select(self.sync.index().clone(), query));
    }

    /// Takes an order that has been made.
    pub(in super::super) fn selected(
        &mut self,
        index: Arc<Index>,
        rows: RowOrder,
        ctx: &mut Ctx<'_>,
    ) {
        let newest = Arc::ptr_eq(&index, self.sync.index());
        self.order.selecting = false;
        self.show(index, rows, ctx.list_height(Pane::Keys));
        self.order.whole = Some(self.order.asked.clone());
        if !newest {
            self.order_again(ctx);
        }
    }

    /// Takes the first rows of an order. Tells whether they are shown: not where the whole list of the same
    /// order is shown already and only lacks the newest changes.
    pub(in super::super) fn selected_in_part(
        &mut self,
        index: Arc<Index>,
        rows: RowOrder,
        ctx: &mut Ctx<'_>,
    ) -> bool {
        let shows = self.order.whole.as_ref() != Some(&self.order.asked);
        if shows {
            self.show(index, rows, ctx.list_height(Pane::Keys));
        }
        shows
    }
}

/// The query without the newest records: they differ each time, which is no reason to begin anew.
fn without_recent(query: &Query) -> Query {
    Query { recent: Arc::default(), ..query.clone() }
}
