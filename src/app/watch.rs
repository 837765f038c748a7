//! What changes in the storage under the reader: the lists follow, the cursor stays on its key.

use crate::index::ScanEvent;
use crate::index::sync::SyncEvent;
use crate::keymap::Action;
use crate::model::{
    Interest, Key, RecordMeta, StoreInfo, StoreName, Timestamp, WatchEvent, WatchSource,
};

use super::event::{Effect, Slot, Ticket};
use super::{App, Notice, Pane};
use crate::text;

/// Seconds that one bar of the chart stands for.
const BAR: i64 = 5;
/// Bars of the chart: a minute.
const BARS: usize = 12;
/// Seconds that the chart shows.
const MINUTE: i64 = 60;
/// Seconds over which the rate is taken.
const SPAN: i32 = 5;

/// How changes are found out, and which there were lately.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Whether the user wants to watch.
    pub on: bool,
    /// How changes are found out, once that is known.
    pub source: Option<WatchSource>,
    /// What the watcher was last told to look at.
    pub(super) interest: Interest,
    /// Changed records of the last minute, by second.
    seconds: Vec<(i64, u32)>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { on: true, source: None, interest: Interest::default(), seconds: Vec::new() }
    }
}

impl Watch {
    /// Records a second that came or changed, over the last few seconds.
    pub fn rate(&self, now: Timestamp) -> f64 {
        let now = second(now);
        let recent = self.seconds.iter().filter(|(at, _)| now - at < SPAN.into());
        recent.map(|(_, count)| f64::from(*count)).sum::<f64>() / f64::from(SPAN)
    }

    /// How many records came or changed in each part of the last minute, the oldest first; none
    /// if nothing did.
    pub fn bars(&self, now: Timestamp) -> Option<[u32; BARS]> {
        let mut bars = [0; BARS];
        let now = second(now);
        for (at, count) in &self.seconds {
            if let Ok(age) = usize::try_from((now - at) / BAR)
                && age < BARS
            {
                bars[BARS - 1 - age] += count;
            }
        }
        bars.iter().any(|bar| *bar > 0).then_some(bars)
    }

    /// When what is shown of it will be different although nothing happens.
    pub fn wake(&self) -> Option<Timestamp> {
        // The chart moves on with the seconds.
        self.seconds.last().map(|_| Timestamp::from_micros(i64::MAX))
    }

    /// Forgets what the time has overtaken.
    fn expire(&mut self, now: Timestamp) {
        let now = second(now);
        self.seconds.retain(|(at, _)| (0..MINUTE).contains(&(now - at)));
    }

    /// Whether every record that comes or changes is told by itself.
    fn tells_each(&self) -> bool {
        !matches!(self.source, Some(WatchSource::Polling { .. } | WatchSource::Woken { .. }))
    }

    /// Whether the list may be behind the number of records that is told.
    pub fn is_behind(&self) -> bool {
        !self.tells_each()
    }

    /// How changes of the open store are found out, for the details.
    pub(super) fn fact(&self) -> Option<(&'static str, String)> {
        let told = match &self.source {
            Some(source) => source.in_words(),
            None if self.on => return None,
            None => "no".to_owned(),
        };
        Some(("watched", told))
    }

    fn count(&mut self, changes: usize, now: Timestamp) {
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        let now = second(now);
        match self.seconds.last_mut() {
            Some((at, count)) if *at == now => *count = count.saturating_add(changes),
            _ => self.seconds.push((now, changes)),
        }
    }

    /// Another store is open: what came was about the old one.
    pub(super) fn forget(&mut self) {
        self.seconds.clear();
    }
}

fn second(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

impl App {
    /// Watches the list of stores and the open store, or nothing if the user does not want it.
    pub(super) fn watch(&mut self) {
        if self.watch.on {
            let ticket = self.out.next(Slot::Watch);
            self.out.effects.push(Effect::Watch(ticket, self.keys.store.clone()));
        }
    }

    pub(super) fn toggle_watch(&mut self) {
        self.watch.on = !self.watch.on;
        self.watch.source = None;
        if self.watch.on {
            self.watch();
            // What happened meanwhile.
            self.refresh();
            self.notice = Some(Notice::info("watching: changes show as they happen"));
        } else {
            self.out.cancel(Slot::Watch);
            self.watch.forget();
            self.sync_keys(SyncEvent::Unwatched, None);
            let remedy = ctx!(self).says(Action::Refresh, "reads again");
            let text = text::then("not watching any more", "; ", remedy);
            self.notice = Some(Notice::info(text));
        }
    }

    pub(super) fn noticed(&mut self, ticket: Ticket, event: WatchEvent) {
        if !self.out.is_live(Slot::Watch, ticket) {
            return;
        }
        self.watch.expire(self.now);
        match event {
            WatchEvent::Source(source) => {
                if let WatchSource::Polling { why, .. } = &source
                    && !why.is_empty()
                    && self.watch.source.as_ref() != Some(&source)
                {
                    self.tell(Notice::info(format!("{source}: {why}")));
                }
                self.watch.source = Some(source);
            }
            WatchEvent::Store(info) => {
                let height = self.list_height(Pane::Stores);
                self.update_question(&info);
                let open = self.keys.store.as_ref() == Some(&info.store);
                if open {
                    self.count_records(&info);
                }
                let store = info.store.clone();
                self.stores.put(info, height);
                if open {
                    let counted = SyncEvent::counted(self.watch.source.as_ref());
                    self.sync_keys(counted, None);
                }
                if open && std::mem::take(&mut self.keys.gone) {
                    self.sync_keys(SyncEvent::Recreated, None);
                }
                self.open_wanted(&store);
            }
            WatchEvent::StoreGone(store) => {
                let height = self.list_height(Pane::Stores);
                self.stores.remove(&store, height);
                if self.stores.total() == 0 {
                    // Perhaps the storage is gone with it.
                    self.read_stores();
                }
                if self.keys.store.as_ref() == Some(&store) {
                    self.tell_gone();
                }
            }
            WatchEvent::Records { set, removed } => self.records_noticed(set, removed),
            WatchEvent::ScanStarted => self.scanned(ScanEvent::Begins),
            WatchEvent::Page(page) => self.scanned(ScanEvent::Page(page.into())),
            WatchEvent::ScanFinished => self.scanned(ScanEvent::Ends),
            WatchEvent::Lagged => self.missed(),
        }
    }

    /// Where not every change is told, the number of records tells how many came.
    fn count_records(&mut self, info: &StoreInfo) {
        let open = !self.watch.tells_each();
        let before = self.stores.get(&info.store).and_then(|known| known.records);
        if let (true, Some(before), Some(after)) = (open, before, info.records) {
            let came = usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX);
            if came > 0 {
                self.watch.count(came, self.now);
            }
        }
    }

    /// A rescan has gone on.
    fn scanned(&mut self, event: ScanEvent) {
        self.sync_keys(SyncEvent::Scan(event), None);
    }

    fn records_noticed(&mut self, set: Vec<RecordMeta>, removed: Vec<Key>) {
        if self.keys.store.is_none() {
            return;
        }
        // While a first walk goes on, everything is new.
        if self.keys.sync.is_complete() && self.watch.tells_each() {
            self.watch.count(set.len(), self.now);
        }
        let wanted = self.record.wanted.as_ref().map(|(_, key)| key);
        if let Some(key) = wanted {
            let known = self.writes.is_removing(self.keys.store.as_ref(), key)
                || self.keys.sync.is_removing(key);
            if removed.contains(key) && self.focus == Pane::Record && !known {
                let text = format!("{} was deleted by someone else", key.named());
                self.tell(Notice::warning(text));
            } else if set.iter().any(|meta| meta.key == *key) {
                self.record.reload_changed(&mut ctx!(self));
            }
        }
        self.sync_keys(SyncEvent::Told { set, removed }, None);
    }

    /// Reads everything again, after what is being read: were that given up each time, none of it
    /// might end while a crawl writes.
    fn missed(&mut self) {
        self.stores.read_again(&mut ctx!(self));
        self.sync_keys(SyncEvent::Lagged, None);
        self.record.reload_changed(&mut ctx!(self));
    }

    /// Some time has passed without anything happening.
    pub(super) fn time_passed(&mut self) {
        self.watch.expire(self.now);
        self.unseen_until = self.unseen_until();
        self.sync_keys(SyncEvent::Time, None);
        if self.watch.rate(self.now) <= 0.0 {
            self.sync_keys(SyncEvent::Quiet, None);
        }
    }

    /// When the shell is to send [`Event::Time`](super::Event::Time) if nothing else happens.
    pub fn wake(&self) -> Option<Timestamp> {
        let next_second = Timestamp::from_micros((second(self.now) + 1) * 1_000_000);
        let highlights = self.keys.sync.highlights.wake();
        let watch = self.watch.wake().into_iter().chain(highlights).min();
        let watch = watch.map(|wake| wake.min(next_second));
        watch.into_iter().chain(self.unseen_until()).min()
    }

    /// Opens the store that the user started larder for, if it is in the list.
    pub(super) fn open_listed(&mut self) {
        if let Some(store) = self.settings.open.clone()
            && self.stores.get(&store).is_some()
        {
            self.open_wanted(&store);
        }
    }

    /// Opens the store that the user started larder for, as soon as it is there.
    pub(super) fn open_wanted(&mut self, store: &StoreName) {
        if self.keys.store.is_none() && self.settings.open.as_ref() == Some(store) {
            let height = self.list_height(Pane::Stores);
            self.stores.go_to(store, height);
            self.open_store(store.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut watch = Watch::default();
        assert_eq!(watch.bars(at(100)), None);
        watch.count(5, at(100));
        watch.count(5, at(100));
        watch.count(10, at(102));
        assert!((watch.rate(at(102)) - 4.0).abs() < 1e-9);
        assert!((watch.rate(at(105)) - 2.0).abs() < 1e-9);
        assert!(watch.rate(at(110)) < 1e-9);
        assert_eq!(watch.bars(at(102)).map(|bars| bars[BARS - 1]), Some(20));
        assert_eq!(watch.bars(at(107)).map(|bars| (bars[BARS - 2], bars[BARS - 1])), Some((20, 0)));
        watch.expire(at(200));
        assert_eq!(watch.wake(), None, "an idle program sleeps");
    }
}
