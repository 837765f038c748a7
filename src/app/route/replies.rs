//! The results of reads.

use crate::index::Change;
use crate::index::sync::{SyncEvent, WorkId};
use crate::model::{Error, ErrorKind, StoreInfo, StoreName, Timestamp};

use super::super::App;
use super::super::event::{Slot, Ticket};
use super::super::facts;
use super::super::layers::{ContentsView, Layer, Overview, StagedDiff, StepView};
use super::super::layout::Pane;
use super::super::load::{Load, Loaded, RecordView};
use super::super::notice::Notice;
use super::{
    asides, compare, drafts, inner, key_line, leaves, opened, questions, reviewing, saving, staged,
    tables, unasked, values, versions,
};

pub(in crate::app) fn loaded(app: &mut App, loaded: Loaded) {
    match loaded {
        Loaded::SomeStores(stores) => {
            if app.stores.begun(stores, &ctx!(app)) {
                opened::open_listed(app);
            }
        }
        Loaded::Stores(stores, latency) => {
            app.session.latency = latency.or(app.session.latency);
            stores_read(app, stores);
        }
        Loaded::Lost(share, found) => app.stores.lost_found(share, found, &mut ctx!(app)),
        Loaded::Store(info) => {
            questions::update_question(app, &info);
            let height = app.list_height(Pane::Stores);
            app.stores.update(*info, height);
        }
        Loaded::Keys(index, share, ordered) => {
            opened::sync_keys(app, SyncEvent::Walked(work(app, Slot::Keys), index, share), ordered);
        }
        Loaded::Progress(rows, share) => {
            let progress = SyncEvent::Progress(work(app, Slot::Keys), rows, share);
            opened::sync_keys(app, progress, None);
        }
        Loaded::Totals(rows) => {
            for layer in &mut app.layers {
                if let Layer::Totals(totals) = layer {
                    return totals.counted(rows, app.keys.sync.index(), &mut ctx!(app));
                }
            }
        }
        Loaded::Asides(found) => asides::found(app, found),
        Loaded::Crawl(crawl) => {
            app.watch.crawling.read(&crawl, app.now);
            let now = app.now;
            match Layer::find::<Overview>(&mut app.layers) {
                Some(overview) => overview.take(crawl, app.stores.all(), now),
                // The dialog was closed meanwhile.
                None => app.out.cancel(Slot::Crawl),
            }
        }
        Loaded::Groups(index, scope, groups) => {
            app.keys.grouped(index, &scope, groups, &mut ctx!(app));
        }
        Loaded::Summary(summary) => app.summaries.take(*summary),
        Loaded::Partial(index, rows) => {
            if app.keys.selected_in_part(index, rows, &mut ctx!(app)) {
                opened::follow_cursor(app);
            }
        }
        Loaded::Compared(changes) => {
            opened::sync_keys(app, SyncEvent::Compared(work(app, Slot::Compare), changes), None);
        }
        Loaded::Applied(index, ordered) => {
            opened::sync_keys(app, SyncEvent::Applied(work(app, Slot::Keys), index), ordered);
        }
        Loaded::Selected(index, rows) => {
            app.keys.selected(index, rows, &mut ctx!(app));
            opened::follow_cursor(app);
        }
        Loaded::Ahead(shown) => app.record.ahead(shown, &mut ctx!(app)),
        Loaded::Record(shown) => {
            check_against_list(app, &shown);
            app.record.loaded(shown, &mut ctx!(app));
            leaves::follow(app);
            tables::follow(app);
        }
        Loaded::Arranged(base, how, shown) => tables::arranged(app, &base, &how, &shown),
        Loaded::Contents(page) => {
            if let Some(view) = Layer::find::<ContentsView>(&mut app.layers) {
                view.take(*page);
            }
        }
        Loaded::PathFound(finds) => values::found(app, finds),
        Loaded::PageLinks(links) => values::links_found(app, links),
        Loaded::Entries(rows) => values::entries_read(app, rows),
        Loaded::Entry(record, opened) => {
            app.record.entry_opened(*record, opened, &mut ctx!(app));
            leaves::follow(app);
            tables::follow(app);
        }
        Loaded::ColumnValues(values) => tables::counted(app, values),
        Loaded::Value(record) => {
            if drafts::there_read(app, record.as_ref()) || saving::theirs_read(app, record.as_ref())
            {
                return;
            }
            let is_new = app.editor.as_ref().is_some_and(|editor| editor.original.is_none());
            let asked = questions::conflicts(app).next();
            if asked.map(|asked| asked.theirs_read(record, is_new)).is_some() {
                // The question shows only now what Yes is about.
                unasked::await_pause(app);
            }
        }
        Loaded::Meta(store, key, meta) => key_line::there(app, &store, key, meta),
        Loaded::Place(place, end) => placed(app, place, end),
        Loaded::Leaves(shown) => leaves::found(app, shown),
        Loaded::Folded(made) => leaves::folded(app, made),
        Loaded::Inner(record, opened) => inner::opened(app, *record, opened),
        Loaded::Opened(record, opened, outside) => {
            inner::long_opened(app, *record, *opened, outside);
        }
        Loaded::Worked(value, found) => {
            super::super::notice::untell(&mut app.notice);
            if let Some(editor) = &mut app.editor {
                let then = editor.finished(value, found, app.record.record(), &mut ctx!(app));
                app.after_edit(then);
            }
        }
        Loaded::Stored(stored) => {
            super::super::notice::untell(&mut app.notice);
            if let Some(editor) = &mut app.editor {
                editor.prepared(stored, &mut ctx!(app));
            }
        }
        Loaded::PutBack(set) => inner::put_back(app, set),
        Loaded::Checked(state, fault) => {
            if let Some(editor) = &mut app.editor {
                editor.checked(state, fault);
            }
        }
        Loaded::Diff(diff) => {
            for layer in &mut app.layers {
                if let Layer::Review(review) = layer {
                    return review.compared(*diff, None);
                }
                if let Layer::Draft(view) = layer {
                    return view.diff = Some(*diff);
                }
            }
        }
        Loaded::Pair(diff) => drop(compare::found(app, Ok(*diff))),
        Loaded::Versions(of, diff, come) => versions::compared(app, of, *diff, come),
        Loaded::Step(diff) => {
            if let Some(view) = Layer::find::<StepView>(&mut app.layers) {
                view.diff = Some(*diff);
            }
        }
        Loaded::Diffs(diffs) => {
            if let Some(shown) = Layer::find::<StagedDiff>(&mut app.layers) {
                shown.compared(diffs);
            }
        }
        Loaded::Staged(found) => staged::looked_at(app, &found),
        Loaded::Reviewed(found) => reviewing::reviewed(app, *found),
        Loaded::Merged(merge) => saving::merged(app, *merge),
        Loaded::Inside(merge) => saving::merged_inside(app, *merge),
        Loaded::Resolved(resolved) => saving::resolved(app, resolved),
        Loaded::Found(matches) => app.record.searched(matches, &mut ctx!(app)),
    }
}

/// Takes where the store or the record in the details is stored, and when it is removed by itself, if that is
/// known.
fn placed(app: &mut App, place: Option<String>, end: Option<Timestamp>) {
    for layer in &mut app.layers {
        if let Layer::Details(details) = layer {
            details.placed(place);
            details.facts.extend(end.map(|end| ("expires_at", facts::end(end))));
            return;
        }
    }
}

/// Takes note that a read has taken long enough for the user to be told.
pub(in crate::app) fn slow(app: &mut App, slot: Slot, ticket: Ticket) {
    match slot {
        _ if !app.out.is_live(slot, ticket) => {}
        Slot::Summary => app.summaries.is_slow(),
        Slot::Record => app.record.show_loading |= app.record.loading,
        _ => {}
    }
}

pub(in crate::app) fn failed(app: &mut App, slot: Slot, error: Error) {
    let again = app.session.heard(&error);
    failed_in(app, slot, error);
    if again {
        opened::refresh(app);
    }
}

fn failed_in(app: &mut App, slot: Slot, error: Error) {
    match slot {
        Slot::Stores => app.stores.failed(error, &mut ctx!(app)),
        Slot::Lost => app.stores.lost_failed(&error, &mut ctx!(app)),
        Slot::Store if error.kind == ErrorKind::NotFound => opened::read_stores(app),
        // The user has not asked for asides: the next start looks again.
        Slot::Store | Slot::Asides | Slot::CrawlEnd => {}
        Slot::Place => placed(app, None, None),
        Slot::Keys => {
            opened::sync_keys(app, SyncEvent::Failed(work(app, slot), error), None);
        }
        Slot::Compare => {
            app.tell(Notice::from(&error));
            opened::sync_keys(app, SyncEvent::Failed(work(app, slot), error), None);
        }
        Slot::Summary => app.summaries.fail(error),
        Slot::Record => app.record.failed(error, &mut ctx!(app)),
        Slot::Theirs | Slot::Saving if saving::failed(app, &error) => {}
        Slot::Saving if reviewing::failed(app, &error) => {}
        Slot::Saving if saving::is_not_resolved(app) => app.tell(Notice::from(&error)),
        Slot::Theirs => {
            if let Some(asked) = questions::conflicts(app).next() {
                asked.theirs_failed(&error);
            }
        }
        Slot::Step if compare::found(app, Err(error.clone())) => {}
        Slot::Select => {
            app.keys.order.selecting = false;
            app.tell(Notice::from(&error));
        }
        Slot::Contents => {
            if let Some(view) = Layer::find::<ContentsView>(&mut app.layers) {
                view.failure = Some(error);
            }
        }
        Slot::Crawl => match Layer::find::<Overview>(&mut app.layers) {
            Some(overview) => overview.failure = Some(error),
            // The dialog was closed meanwhile.
            None => app.out.cancel(Slot::Crawl),
        },
        Slot::Groups
        | Slot::Staged
        | Slot::Leaves
        | Slot::Folds
        | Slot::Totals
        | Slot::Search
        | Slot::Path
        | Slot::Links
        | Slot::Entries
        | Slot::Table
        | Slot::Column
        | Slot::Saving
        | Slot::Step
        | Slot::Changed
        | Slot::Watch
        | Slot::Check => {
            app.tell(Notice::from(&error));
        }
    }
}

/// Reads the open store's counts, which have changed.
pub(in crate::app) fn after_change(app: &mut App, store: &StoreName) {
    app.out.read(Slot::Store, Load::Store(store.clone()));
}

/// Takes the list of stores.
pub(in crate::app) fn stores_read(app: &mut App, stores: Vec<StoreInfo>) {
    let first = !app.stores.ready;
    let height = app.list_height(Pane::Stores);
    app.stores.set(stores, height);
    opened::open_listed(app);
    // If there is only one store, it is the one that the user came for.
    if first && app.settings.open.is_none() && app.stores.total() == 1 && app.keys.store.is_none() {
        let only = app.stores.current().map(|info| info.store.clone());
        if let Some(store) = only {
            opened::open_store(app, store);
        }
    }
    opened::told_if_gone(app);
    if app.stores.dirty {
        opened::read_stores(app);
    }
}

/// The live read of a slot, as the state machine of the keys numbers it.
pub(in crate::app) fn work(app: &App, slot: Slot) -> WorkId {
    WorkId(app.out.tickets[slot as usize].0)
}

/// Brings the list up to date with a record that has just been read.
pub(in crate::app) fn check_against_list(app: &mut App, shown: &RecordView) {
    // When a store is gone, its list is all that is left.
    if app.keys.gone {
        return;
    }
    let key = shown.key();
    let Ok(row) = app.keys.index.find(key.as_bytes()) else { return };
    let row = app.keys.index.row(row);
    let change = match shown.meta() {
        None => Change::Remove(key.clone()),
        Some(meta) if meta.size != row.size || meta.content_type != row.content_type => {
            Change::Set(meta.clone())
        }
        Some(_) => return,
    };
    opened::sync_keys(app, SyncEvent::Answered { changes: vec![change], highlight: false }, None);
}

/// Brings changes that were made here into the list.
pub(in crate::app) fn change_list(app: &mut App, changes: Vec<Change>) {
    let highlight = app.watch.on;
    opened::sync_keys(app, SyncEvent::Answered { changes, highlight }, None);
}
