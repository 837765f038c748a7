//! Rescans of the watched store beside a crawl.

use std::time::{Duration, Instant};

use super::super::keys::{self, Part};
use super::super::{reply, scan};
use super::notification_check::Level;
use super::{Step, Watcher};
use crate::model::{StoreName, WatchEvent};

/// Number of entries that a page asks for: it occupies the server for a tenth of a millisecond.
const COUNT: u32 = 80;
/// Number of pages in a burst: work in one go costs the server less than separate work.
const PAGES: u32 = 60;
/// Longest burst, however far the server is.
const BURST: Duration = Duration::from_millis(150);

/// The rescan that is under way, or wanted.
#[derive(Debug, Default)]
pub(super) struct Rescan {
    /// Whether something has changed that no complete round has seen yet.
    pub(super) requested: bool,
    /// Cursor of the next page, and start of the round; `None` between two rounds.
    at: Option<(u64, Instant)>,
}

impl Watcher {
    /// Time of the next work between two ticks.
    pub(super) fn next_step(&self) -> Option<Instant> {
        self.store.as_ref()?;
        [self.named_due(), self.keys_due(), self.burst_due()].into_iter().flatten().min()
    }

    /// Begins a new round, whatever the last one has seen.
    pub(super) fn request_rescan(&mut self) {
        self.rescan = Rescan { requested: true, at: None };
    }

    fn burst_due(&self) -> Option<Instant> {
        let wanted = self.rescan.requested || self.rescan.at.is_some();
        (wanted && self.budget.may_scan()).then_some(self.budget.next_burst)
    }

    /// Does the work that is due first.
    pub(super) async fn step(&mut self) -> Step {
        let Some(store) = self.store.clone() else { return Ok(()) };
        let first = self.next_step();
        let told = if first == self.named_due() {
            self.look_at_named(&store).await?
        } else if first == self.keys_due() {
            self.look_at_keys(&store).await?
        } else {
            return self.burst(&store).await;
        };
        for event in told {
            self.tell(event).await?;
        }
        Ok(())
    }

    async fn burst(&mut self, store: &StoreName) -> Step {
        let (mut entries, mut pages, mut served) = (0, 0, Duration::ZERO);
        let begun = Instant::now();
        let (mut cursor, since) = if let Some(at) = self.rescan.at {
            at
        } else {
            self.tell(WatchEvent::ScanStarted).await?;
            (0, begun)
        };
        let mut ended = false;
        while pages < PAGES && !ended && begun.elapsed() < BURST {
            let start = Instant::now();
            let page = scan::hscan(keys::key(store, Part::MetadataItems), cursor, COUNT);
            let page = self.storage.connections.run_bulk(page).await?;
            served += start.elapsed();
            pages += 1;
            let (next, fields) = reply::page(page)?;
            let mut page = scan::parse_page(fields)?;
            self.storage.measure(store, &mut page).await?;
            entries += page.len();
            (cursor, ended) = (next, next == 0);
            if !page.is_empty() {
                self.tell(WatchEvent::Page(page)).await?;
            }
        }
        self.budget.walked(entries, pages, served, begun);
        self.costs.walk.did(pages.into(), entries);
        self.rescan.at = Some((cursor, since)).filter(|_| !ended);
        if ended {
            // Changes since the start of this round are left to the next one.
            let moved = self.changed.is_some_and(|changed| changed >= since);
            self.rescan.requested = moved && self.level() < Level::SubKeys;
            self.tell(WatchEvent::ScanFinished).await?;
        }
        Ok(())
    }
}
