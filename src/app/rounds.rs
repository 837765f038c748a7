//! A walk that goes round and round beside the reader: what it sees is compared with the index off
//! the loop.

use crate::index::{Change, ScanEvent};
use crate::model::{Key, RecordMeta, WatchSource};

use super::App;
use super::event::Slot;
use super::load::Compute;
use super::watch::Highlight;
use crate::text;

/// At most so many pages wait to be compared; beyond, the round does not count.
const MOST_PAGES: usize = 4096;

impl App {
    /// Takes what a walk beside the reader saw, or that a round of it began or ended.
    pub(super) fn scanned(&mut self, scanned: ScanEvent) {
        let keys = &mut self.keys;
        // The walk that fills the index sees it too, or too much waits already.
        if !keys.complete || keys.loading.is_some() || keys.scanned.len() >= MOST_PAGES {
            keys.scanned = vec![ScanEvent::Incomplete];
            return;
        }
        keys.rounded |= matches!(scanned, ScanEvent::Ends);
        match scanned {
            ScanEvent::Begins => keys.in_round = true,
            ScanEvent::Ends => keys.in_round = false,
            ScanEvent::Page(_)
            | ScanEvent::Told(_)
            | ScanEvent::Gone(_)
            | ScanEvent::Incomplete => {}
        }
        keys.scanned.push(scanned);
        self.compare_passing();
    }

    /// Whatever is told while a round goes on is newer than what the walk has seen.
    pub(super) fn tell_round(&mut self, set: &[RecordMeta], removed: &[Key]) {
        let told: Vec<Key> = set.iter().map(|meta| meta.key.clone()).collect();
        if self.keys.comparing {
            self.keys.overtaken.extend(told.iter().chain(removed).cloned());
        }
        if self.keys.in_round {
            for scanned in [ScanEvent::Told(told), ScanEvent::Gone(removed.to_vec())] {
                self.scanned(scanned);
            }
        }
    }

    fn compare_passing(&mut self) {
        let keys = &mut self.keys;
        if keys.comparing || keys.scanned.is_empty() {
            return;
        }
        keys.comparing = true;
        keys.overtaken.clear();
        let scanned = std::mem::take(&mut keys.scanned);
        let read = Compute::Compare(keys.newest.clone(), scanned, keys.round.clone());
        self.out.read(Slot::Compare, read);
    }

    /// What is different goes into the index, and is marked.
    pub(super) fn compared(&mut self, mut changes: Vec<Change>) {
        self.keys.comparing = false;
        changes.retain(|change| !self.keys.overtaken.contains(change.key()));
        let mut removed = Vec::new();
        for change in &changes {
            match change {
                Change::Set(meta) => {
                    let there = self.keys.newest.find(meta.key.as_bytes()).is_ok();
                    let highlight = if there { Highlight::Changed } else { Highlight::New };
                    self.highlight(&meta.key, highlight);
                }
                Change::Remove(key) => removed.push(key),
            }
        }
        let open = self.record.wanted.as_ref().map(|(_, key)| key);
        if open.is_some_and(|open| removed.contains(&open)) {
            // It says so itself when it is read again.
            self.record.reload_changed(&mut ctx!(self));
        }
        self.keys.late.extend(changes);
        self.apply_late();
        self.compare_passing();
        self.check_round();
    }

    /// After a round, the index holds as many records as the store, or another one is wanted: what
    /// has been deleted is found with some luck only. A few times: what is damaged never adds up.
    pub(super) fn check_round(&mut self) {
        if !self.keys.rounded || self.keys.is_busy() {
            return;
        }
        self.keys.rounded = false;
        // Where each record is told, there is no next round unless it is wanted, and while records
        // come, the list and the number differ by those under way.
        if !matches!(self.watch.source, Some(WatchSource::SubKeys)) {
            self.doubt();
        }
    }

    /// Where each record is told, the list is compared with the number once nothing has come for
    /// a few seconds.
    pub(super) fn check_quiet(&mut self) {
        let keys = &self.keys;
        let told = matches!(self.watch.source, Some(WatchSource::SubKeys));
        let whole = keys.complete && keys.loading.is_none() && !keys.in_round && !keys.is_busy();
        if told && whole && self.watch.rate(self.now) <= 0.0 {
            self.doubt();
        }
    }

    /// Wants a round if the list does not have as many records as the store.
    fn doubt(&mut self) {
        let keys = &mut self.keys;
        let known = keys.store.as_ref().and_then(|store| self.stores.get(store));
        let records = known.and_then(|info| info.records);
        if keys.doubts > 0 && records.is_some_and(|records| records != keys.newest.len() as u64) {
            keys.doubts -= 1;
            keys.doubt = keys.doubt.wrapping_add(1);
        }
    }

    /// `n of m, x %` while the store is walked; only the share where there is no room.
    pub fn walked(&self, room: bool) -> Option<String> {
        let share = self.keys.loading?;
        let percent = (share * 100.0).floor();
        let store = self.keys.store.as_ref()?;
        let of = self.stores.get(store).and_then(|info| info.records);
        let walked = match of {
            Some(of) if self.keys.walked > 0 && room => {
                let (walked, of) = (self.keys.walked.min(of), text::count(of));
                format!("{} of {of}, {percent:.0} %", text::count(walked))
            }
            _ => format!("{percent:.0} %"),
        };
        Some(if self.keys.paused { format!("stopped at {walked}") } else { walked })
    }
}
