//! Opens a store, reads it again, and follows the cursor.

use crate::index::sync::{Facts, SyncEvent};
use crate::model::{StoreName, WatchSource};

use super::super::App;
use super::super::ctx::KeysShown;
use super::super::event::{Effect, Slot};
use super::super::layers::Layer;
use super::super::layout::Pane;
use super::super::load::Ordered;
use super::super::notice::Notice;
use super::super::visited;
use super::{drafts, panes};

pub(in crate::app) fn read_stores(app: &mut App) {
    app.stores.read(&mut ctx!(app));
}

/// Tells the state machine of the keys of an event; an order of rows may come with a new index.
pub(in crate::app) fn sync_keys(app: &mut App, event: SyncEvent, ordered: Option<Ordered>) {
    let facts = facts(app);
    let news = app.keys.handle_sync(event, &facts, &mut ctx!(app));
    if news.index {
        if app.keys.indexed(ordered, &mut ctx!(app)) {
            follow_cursor(app);
        }
        app.keys.regroup(&mut ctx!(app));
        count_totals(app);
    }
    if news.complete {
        app.keys.settle();
        tell_missing(app);
    }
    let open = app.record.wanted.as_ref().map(|(_, key)| key);
    if open.is_some_and(|open| news.removed.contains(open)) {
        // The record pane says that it is gone when it is read again.
        app.record.reload_changed(&mut ctx!(app));
    }
}

/// Says that a record which was asked for by its name is not there.
fn tell_missing(app: &mut App) {
    if let (Some(key), Some(store)) = (app.keys.take_missing(), app.keys.store.clone()) {
        app.tell(Notice::info(format!("{} is not in {store} any more", key.named())));
    }
}

/// The facts that the state machine of the keys needs besides an event.
pub(in crate::app) fn facts(app: &App) -> Facts {
    let known = app.keys.store.as_ref().and_then(|store| app.stores.get(store));
    Facts {
        now: app.now,
        records: known.and_then(|info| info.records),
        named: matches!(app.watch.source, Some(WatchSource::SubKeys)),
    }
}

/// Opens a store: its keys, and the record under the cursor as soon as there is one.
pub(in crate::app) fn open_store(app: &mut App, store: StoreName) {
    visited::leave(app);
    for slot in [Slot::Record, Slot::Search] {
        app.out.cancel(slot);
    }
    app.record.clear();
    app.keys.open(store, &mut ctx!(app));
    app.watch.forget();
    app.focus = Pane::Keys;
    // The watch begins before the walk, so that no change falls between the two.
    watch(app);
    sync_keys(app, SyncEvent::Restart, None);
}

/// Whether this store is open and its keys could be read.
pub(in crate::app) fn is_open(app: &App, store: &StoreName) -> bool {
    app.keys.store.as_ref() == Some(store) && app.keys.sync.failure().is_none()
}

/// Forgets the open store, which no longer exists; its name is no longer watched.
pub(in crate::app) fn close_store(app: &mut App) {
    for slot in [Slot::Record, Slot::Search] {
        app.out.cancel(slot);
    }
    app.record.clear();
    app.keys.close(&mut ctx!(app));
    app.focus = Pane::Stores;
    app.watch.forget();
    watch(app);
}

/// Reads the record under the cursor, unless it is shown or being read.
pub(in crate::app) fn follow_cursor(app: &mut App) {
    let Some(store) = app.keys.store.clone() else { return };
    if let Some(meta) = app.keys.current() {
        return app.record.follow(&store, meta, &mut ctx!(app));
    }
    app.record.leave(&mut ctx!(app));
    if app.focus == Pane::Record {
        app.focus = Pane::Keys;
    }
}

/// Reads the wanted record again.
pub(in crate::app) fn reload_record(app: &mut App) {
    app.record.reload(&mut ctx!(app));
}

pub(in crate::app) fn refresh(app: &mut App) {
    if !app.session.refresh(&mut ctx!(app)) {
        return;
    }
    if app.keys.sync.walk().is_some_and(|walk| walk.paused) {
        sync_keys(app, SyncEvent::Paused(false), None);
        return app.out.effects.push(Effect::Pause(false));
    }
    drafts::find(app);
    app.summaries.forget();
    read_stores(app);
    if app.keys.store.is_some() {
        sync_keys(app, SyncEvent::Restart, None);
        reload_record(app);
    }
}

/// Counts each content type again, if the user looks at the counts.
pub(in crate::app) fn count_totals(app: &mut App) {
    for layer in &mut app.layers {
        if let Layer::Totals(totals) = layer {
            totals.count(app.keys.sync.index(), &mut ctx!(app));
        }
    }
}

/// Says calmly that the open store is no longer listed, if so; what was read stays readable.
pub(in crate::app) fn told_if_gone(app: &mut App) {
    let Some(store) = &app.keys.store else { return };
    if app.stores.get(store).is_some() {
        app.keys.gone = false;
    } else if app.keys.sync.is_complete() {
        tell_gone(app);
    }
}

pub(in crate::app) fn tell_gone(app: &mut App) {
    if let Some(store) = app.keys.store.as_ref().filter(|_| !app.keys.gone) {
        // A write that failed because of this says more.
        let text = format!("store {store} was removed · what was read stays");
        app.tell(Notice::warning(text));
        app.keys.gone = true;
    }
}

/// Watches the list of stores and the open store, or nothing if the user has turned it off.
pub(in crate::app) fn watch(app: &mut App) {
    if app.watch.on {
        let ticket = app.out.next(Slot::Watch);
        app.out.effects.push(Effect::Watch(ticket, app.keys.store.clone()));
    }
}

/// Opens the store that larder was started for, if it is in the list.
pub(in crate::app) fn open_listed(app: &mut App) {
    if let Some(store) = app.settings.open.clone()
        && app.stores.get(&store).is_some()
    {
        open_wanted(app, &store);
    }
}

/// Opens the store that larder was started for, as soon as it is there.
pub(in crate::app) fn open_wanted(app: &mut App, store: &StoreName) {
    if app.keys.store.is_none() && app.settings.open.as_ref() == Some(store) {
        let height = app.list_height(Pane::Stores);
        if app.stores.get(store).is_none() {
            // The list is still being read.
            app.stores.want(store.clone());
        }
        app.stores.go_to(store, height);
        open_store(app, store.clone());
        if let Some(key) = app.settings.open_at.take() {
            app.keys.show_at(key, &mut ctx!(app));
        }
    }
}

/// Opens a store, puts the cursor of the stores on it, and shows the wanted keys of it.
pub(in crate::app) fn enter(app: &mut App, store: StoreName, shown: Option<KeysShown>) {
    visited::leave(app);
    let height = app.list_height(Pane::Stores);
    if !app.stores.filter().is_empty() {
        app.stores.set_filter("", height);
    }
    app.stores.go_to(&store, height);
    if is_open(app, &store) {
        panes::focus_on(app, Pane::Keys);
    } else {
        open_store(app, store);
    }
    match shown {
        None => {}
        Some(KeysShown::Filtered(filter)) => app.keys.set_filter(&filter, &mut ctx!(app)),
        Some(KeysShown::At(key)) => app.keys.show_at(key, &mut ctx!(app)),
    }
    follow_cursor(app);
    tell_missing(app);
}

/// Goes a step back to a place that was left by a jump, or forward again.
pub(in crate::app) fn step_to_visited(app: &mut App, back: bool) {
    let here = visited::here(app);
    let Some(place) = app.visited.step(back, here) else { return };
    // The step itself is no jump.
    let visited = std::mem::take(&mut app.visited);
    enter(app, place.store, place.key.map(KeysShown::At));
    panes::focus_on(app, Pane::Keys);
    app.visited = visited;
}
