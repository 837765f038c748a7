//! What changes in the storage under the reader: the lists follow, the cursor stays on its key.

use std::collections::HashMap;

use crate::index::{Change, ScanEvent};
use crate::keymap::Action;
use crate::model::{Key, RecordMeta, StoreInfo, StoreName, Timestamp, WatchEvent, WatchSource};

use super::event::{Effect, Slot, Ticket};
use super::{App, Notice, Pane};
use crate::text;

/// For so long a record that came or changed is marked, in microseconds.
const HIGHLIGHTED: i64 = 3_000_000;
/// At most so many records are marked at a time; nobody sees more.
const MOST_HIGHLIGHTS: usize = 4096;
/// At most so many changes wait for a walk to end; beyond, another walk is cheaper.
const MOST_LATE: usize = 100_000;
/// After the last change of a store, at most so many more rounds are wanted if the list does not add
/// up.
const MOST_DOUBTS: u32 = 6;
/// Where each record is told, so many: the server checks itself what it tells.
const FEW_DOUBTS: u32 = 1;
/// Seconds that one bar of the chart stands for.
const BAR: i64 = 5;
/// Bars of the chart: a minute.
const BARS: usize = 12;
/// Seconds that the chart shows.
const MINUTE: i64 = 60;
/// Seconds over which the rate is taken.
const SPAN: i32 = 5;

/// Why a record is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight {
    /// It has just come.
    New,
    /// It has just changed.
    Changed,
}

/// How changes are found out, and which there were lately.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Whether the user wants to watch.
    pub on: bool,
    /// How changes are found out, once that is known.
    pub source: Option<WatchSource>,
    highlights: HashMap<Key, (Highlight, Timestamp)>,
    /// Changed records of the last minute, by second.
    seconds: Vec<(i64, u32)>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { on: true, source: None, highlights: HashMap::new(), seconds: Vec::new() }
    }
}

impl Watch {
    /// Whether and why a record is to be marked.
    pub fn highlight(&self, key: &Key) -> Option<Highlight> {
        self.highlights.get(key).map(|(highlight, _)| *highlight)
    }

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
        let fades = self.highlights.values().map(|(_, since)| since.micros() + HIGHLIGHTED).min();
        // The chart moves on with the seconds.
        let moves = self.seconds.last().map(|_| i64::MAX);
        fades.into_iter().chain(moves).min().map(Timestamp::from_micros)
    }

    /// Forgets what the time has overtaken.
    fn expire(&mut self, now: Timestamp) {
        self.highlights.retain(|_, (_, since)| now.micros() - since.micros() < HIGHLIGHTED);
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

    /// A record that the user made is a new one.
    pub(super) fn came(&mut self, key: &Key, now: Timestamp) {
        if self.on {
            self.mark(key, Highlight::New, now);
        }
    }

    fn mark(&mut self, key: &Key, highlight: Highlight, now: Timestamp) {
        let room = self.highlights.len() < MOST_HIGHLIGHTS;
        match self.highlights.get_mut(key) {
            // Written again at once, it is still a new one.
            Some((_, since)) => *since = now,
            None if room => {
                self.highlights.insert(key.clone(), (highlight, now));
            }
            None => {}
        }
    }

    /// Another store is open: what was marked was about the old one.
    pub(super) fn forget(&mut self) {
        self.highlights.clear();
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
                self.count_records(&info);
                let back = self.keys.gone && self.keys.store.as_ref() == Some(&info.store);
                let store = info.store.clone();
                self.stores.put(info, height);
                if back {
                    self.keys.gone = false;
                    // What comes now is neither new nor changed to anybody.
                    self.keys.complete = false;
                    self.read_keys(false);
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
            WatchEvent::Records { set, removed } => self.records_noticed(&set, &removed),
            WatchEvent::ScanStarted => self.scanned(ScanEvent::Begins),
            WatchEvent::Page(page) => self.scanned(ScanEvent::Page(page.into())),
            WatchEvent::ScanFinished => self.scanned(ScanEvent::Ends),
            WatchEvent::Lagged => self.missed(),
        }
    }

    /// Where not every change is told, the number of records tells how many came.
    fn count_records(&mut self, info: &StoreInfo) {
        if self.keys.store.as_ref() != Some(&info.store) {
            return;
        }
        self.keys.doubts = match self.watch.source {
            Some(WatchSource::Files) => 0,
            Some(WatchSource::SubKeys) => FEW_DOUBTS,
            _ => MOST_DOUBTS,
        };
        let open = !self.watch.tells_each();
        let before = self.stores.get(&info.store).and_then(|known| known.records);
        if let (true, Some(before), Some(after)) = (open, before, info.records) {
            let came = usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX);
            if came > 0 {
                self.watch.count(came, self.now);
            }
        }
    }

    /// Marks a record that came or changed.
    pub(super) fn highlight(&mut self, key: &Key, highlight: Highlight) {
        self.watch.mark(key, highlight, self.now);
        self.keys.recent.push(key.clone());
    }

    fn records_noticed(&mut self, set: &[RecordMeta], removed: &[Key]) {
        if self.keys.store.is_none() {
            return;
        }
        // While a first walk goes on, everything is new.
        let known = self.keys.complete;
        if known && self.watch.tells_each() {
            self.watch.count(set.len(), self.now);
        }
        self.tell_round(set, removed);
        for meta in set {
            if known {
                let there = self.keys.newest.find(meta.key.as_bytes()).is_ok();
                let highlight = if there { Highlight::Changed } else { Highlight::New };
                self.highlight(&meta.key, highlight);
            }
            self.keys.late.push(Change::Set(meta.clone()));
        }
        let wanted = self.record.wanted.as_ref().map(|(_, key)| key);
        if let Some(key) = wanted {
            let own = |change: &Change| matches!(change, Change::Remove(late) if late == key);
            let known = self.writes.is_removing(self.keys.store.as_ref(), key)
                || self.keys.late.iter().any(own);
            if removed.contains(key) && self.focus == Pane::Record && !known {
                let text = format!("{} was deleted by someone else", key.named());
                self.tell(Notice::warning(text));
            } else if set.iter().any(|meta| meta.key == *key) {
                self.record.reload_changed(&mut ctx!(self));
            }
        }
        self.keys.late.extend(removed.iter().cloned().map(Change::Remove));
        if self.keys.late.len() > MOST_LATE {
            // A walk that begins after them sees them all.
            self.keys.late.clear();
            self.missed_keys();
        }
        self.apply_late();
    }

    /// Reads everything again, after what is being read: were that given up each time, none of it
    /// might end while a crawl writes.
    fn missed(&mut self) {
        self.keys.in_round = false;
        self.stores.read_again(&mut ctx!(self));
        self.missed_keys();
        self.record.reload_changed(&mut ctx!(self));
    }

    fn missed_keys(&mut self) {
        if self.keys.loading.is_some() {
            self.keys.again = true;
        } else {
            self.read_keys(!self.keys.complete);
        }
    }

    /// Some time has passed without anything happening.
    pub(super) fn time_passed(&mut self) {
        self.watch.expire(self.now);
        self.unseen_until = self.unseen_until();
        self.check_quiet();
    }

    /// When the shell is to send [`Event::Time`](super::Event::Time) if nothing else happens.
    pub fn wake(&self) -> Option<Timestamp> {
        let next_second = Timestamp::from_micros((second(self.now) + 1) * 1_000_000);
        let watch = self.watch.wake().map(|wake| wake.min(next_second));
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

    #[test]
    fn marks_fade_and_a_new_record_stays_new() {
        let mut watch = Watch::default();
        let key = Key::from("a");
        watch.mark(&key, Highlight::New, at(10));
        watch.mark(&key, Highlight::Changed, at(12));
        assert_eq!(watch.highlight(&key), Some(Highlight::New));
        assert_eq!(watch.wake(), Some(at(15)));
        watch.expire(at(14));
        assert_eq!(watch.highlight(&key), Some(Highlight::New));
        watch.expire(at(15));
        assert_eq!(watch.highlight(&key), None);
    }
}
