//! Events of the watcher.

use crate::index::ScanEvent;
use crate::index::sync::SyncEvent;
use crate::keymap::Action;
use crate::model::{Key, RecordMeta, StoreInfo, WatchEvent, WatchSource};
use crate::text;

use super::super::App;
use super::super::event::{Slot, Ticket};
use super::super::layout::Pane;
use super::super::notice::Notice;
use super::{opened, questions, reviewing};

pub(in crate::app) fn toggle_watch(app: &mut App) {
    app.watch.on = !app.watch.on;
    app.watch.source = None;
    if app.watch.on {
        opened::watch(app);
        // Changes from before the watch began are read.
        opened::refresh(app);
        app.notice = Some(Notice::info("live: changes show as they happen"));
    } else {
        app.out.cancel(Slot::Watch);
        app.watch.forget();
        opened::sync_keys(app, SyncEvent::Unwatched, None);
        // The footer names how it goes on.
        let text = text::then("paused", " · ", ctx!(app).says(Action::Refresh, "refreshes once"));
        app.notice = Some(Notice::info(text));
    }
}

pub(in crate::app) fn noticed(app: &mut App, ticket: Ticket, event: WatchEvent) {
    if !app.out.is_live(Slot::Watch, ticket) {
        return;
    }
    app.watch.expire(app.now);
    match event {
        WatchEvent::Source(source) => {
            if let WatchSource::Polling { why, .. } = &source
                && !why.is_empty()
                && app.watch.source.as_ref() != Some(&source)
            {
                app.tell(Notice::info(format!("watched {}", source.in_words())));
            }
            app.watch.source = Some(source);
        }
        WatchEvent::Store(info) => {
            let height = app.list_height(Pane::Stores);
            questions::update_question(app, &info);
            let open = app.keys.store.as_ref() == Some(&info.store);
            if open {
                count_records(app, &info);
            }
            let store = info.store.clone();
            app.stores.grows(&info, app.now);
            app.stores.put(info, height);
            if open {
                let counted = SyncEvent::counted(app.watch.source.as_ref());
                opened::sync_keys(app, counted, None);
            }
            if open && std::mem::take(&mut app.keys.gone) {
                opened::sync_keys(app, SyncEvent::Recreated, None);
            }
            opened::open_wanted(app, &store);
        }
        WatchEvent::StoreGone(store) => {
            let height = app.list_height(Pane::Stores);
            app.stores.remove(&store, height);
            if app.stores.total() == 0 {
                // The storage may be gone with the store.
                opened::read_stores(app);
            }
            if app.keys.store.as_ref() == Some(&store) {
                opened::tell_gone(app);
            }
        }
        WatchEvent::Records { set, removed } => records_noticed(app, set, removed),
        WatchEvent::ScanStarted => scanned(app, ScanEvent::Started),
        WatchEvent::Page(page) => scanned(app, ScanEvent::Page(page.into())),
        WatchEvent::ScanFinished => scanned(app, ScanEvent::Finished),
        WatchEvent::Lagged => missed(app),
    }
}

/// Counts new records by the number of records, where not every change is told.
pub(in crate::app) fn count_records(app: &mut App, info: &StoreInfo) {
    let open = !app.watch.tells_each();
    let before = app.stores.get(&info.store).and_then(|known| known.records);
    if let (true, Some(before), Some(after)) = (open, before, info.records) {
        let came = usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX);
        if came > 0 {
            app.watch.count(came, app.now);
        }
    }
}

/// Takes an event of a rescan.
pub(in crate::app) fn scanned(app: &mut App, event: ScanEvent) {
    opened::sync_keys(app, SyncEvent::Scan(event), None);
}

pub(in crate::app) fn records_noticed(app: &mut App, set: Vec<RecordMeta>, removed: Vec<Key>) {
    if app.keys.store.is_none() {
        return;
    }
    if app.keys.sync.is_complete() {
        app.watch.crawling.changed(app.now);
    }
    // While a first walk goes on, every record is new.
    if app.keys.sync.is_complete() && app.watch.tells_each() {
        app.watch.count(set.len(), app.now);
    }
    if let Some(store) = app.keys.store.clone() {
        let is_told = |key: &Key| removed.contains(key) || set.iter().any(|meta| meta.key == *key);
        reviewing::look_again(app, &store, &is_told);
    }
    let wanted = app.record.wanted.as_ref().map(|(_, key)| key);
    if let Some(key) = wanted {
        let known =
            app.writes.is_removing(app.keys.store.as_ref(), key) || app.keys.sync.is_removing(key);
        if removed.contains(key) && app.focus == Pane::Record && !known {
            let text = format!("{} was deleted by someone else", key.named());
            app.tell(Notice::warning(text));
        } else if set.iter().any(|meta| meta.key == *key) {
            app.record.reload_changed(&mut ctx!(app));
        }
    }
    opened::sync_keys(app, SyncEvent::Told { set, removed }, None);
}

/// Reads everything again, after the reads under way: if these were given up each time, none of them might
/// ever end while a crawl writes.
pub(in crate::app) fn missed(app: &mut App) {
    app.stores.read_again(&mut ctx!(app));
    opened::sync_keys(app, SyncEvent::Lagged, None);
    app.record.reload_changed(&mut ctx!(app));
    if let Some(store) = app.keys.store.clone() {
        reviewing::look_again(app, &store, &|_| true);
    }
}

/// Takes note that time has passed without an event.
pub(in crate::app) fn time_passed(app: &mut App) {
    app.watch.expire(app.now);
    app.stores.expire(app.now);
    app.unseen_until = app.unseen_until();
    if let Some(editor) = &mut app.editor {
        editor.time_passed(&mut ctx!(app));
    }
    opened::sync_keys(app, SyncEvent::Time, None);
    if app.watch.rate(app.now) <= 0.0 {
        opened::sync_keys(app, SyncEvent::Quiet, None);
    }
}
