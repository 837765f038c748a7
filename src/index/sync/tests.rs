//! Pages, reported changes, restarts and lost connections in any order: in the end the index equals the
//! store.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Facts, KeySync, Phase, Step, SyncEvent, WorkId};
use crate::index::{Builder, Change, Index, RescanState, ScanEvent};
use crate::model::{Error, ErrorKind, Key, KeyPage, RecordMeta, Timestamp};

/// Number of cases in a usual run; `LARDER_SYNC_CASES=1000000` for a long one.
const CASES: u32 = 10_000;
/// Number of keys in the store: few, so that events concern the same ones.
const KEYS: u8 = 6;

/// A store: keys with the sizes of their values.
type Store = BTreeMap<u8, u64>;

fn key(name: u8) -> Key {
    Key::from(&[b'a' + name][..])
}

fn meta(name: u8, size: u64) -> RecordMeta {
    RecordMeta { key: key(name), size, ..RecordMeta::default() }
}

fn page(rows: &Store) -> KeyPage {
    let mut page = KeyPage::default();
    for (name, size) in rows {
        page.push(key(*name).as_bytes(), "", *size, None);
    }
    page
}

fn index(rows: &Store) -> Index {
    let mut builder = Builder::new();
    builder.add(&page(rows));
    builder.finish()
}

/// Work that the state machine requested and that has not ended.
enum Job {
    Walk { id: WorkId, next: u8, seen: Store, early: bool },
    Apply { id: WorkId, index: Arc<Index>, changes: Arc<Vec<Change>> },
    Compare { id: WorkId, index: Arc<Index>, events: Vec<ScanEvent>, state: RescanState },
}

/// The rescans of a watcher.
#[derive(Default)]
struct Rescan {
    /// The next key, while a rescan is under way.
    at: Option<u8>,
    wanted: bool,
    /// Whether the store has changed since the current rescan began.
    moved: bool,
    /// The last request that was seen.
    request: u32,
}

/// A server, its watcher, and the driver of the state machine.
struct World {
    store: Store,
    versions: u64,
    /// Whether the watcher names each record; else it rescans after changes.
    named: bool,
    up: bool,
    rescan: Rescan,
    /// Events on their way from the watcher.
    stream: VecDeque<SyncEvent>,
    /// The number of records that the watcher counted, for each event on its way.
    counts: VecDeque<usize>,
    records: Option<u64>,
    sync: KeySync,
    jobs: Vec<Job>,
    /// Replies of work that was given up.
    late: Vec<SyncEvent>,
}

impl World {
    fn new(named: bool, records: u8) -> Self {
        let mut world = Self {
            store: (0..records % KEYS).map(|name| (name, 0)).collect(),
            versions: 0,
            named,
            up: true,
            rescan: Rescan { wanted: true, ..Rescan::default() },
            stream: VecDeque::new(),
            counts: VecDeque::new(),
            records: None,
            sync: KeySync::default(),
            jobs: Vec::new(),
            late: Vec::new(),
        };
        world.tell(SyncEvent::Restart);
        world.count();
        world
    }

    fn tell(&mut self, event: SyncEvent) {
        let facts =
            Facts { now: Timestamp::from_micros(0), records: self.records, named: self.named };
        for step in self.sync.handle(event, &facts) {
            match step {
                Step::Walk { id, early } => {
                    self.give_up(|job| !matches!(job, Job::Compare { .. }));
                    self.jobs.push(Job::Walk { id, next: 0, seen: Store::new(), early });
                }
                Step::Apply { id, index, changes } => {
                    self.give_up(|job| matches!(job, Job::Apply { .. }));
                    assert!(self.jobs.is_empty(), "one at a time");
                    self.jobs.push(Job::Apply { id, index, changes });
                }
                Step::Compare { id, index, events, state } => {
                    assert!(self.jobs.is_empty(), "one at a time");
                    self.jobs.push(Job::Compare { id, index, events, state });
                }
                Step::CancelCompare => self.give_up(|job| matches!(job, Job::Compare { .. })),
                Step::CancelKeys => self.give_up(|job| !matches!(job, Job::Compare { .. })),
                Step::Index | Step::Complete | Step::Found(_) => {}
            }
        }
    }

    /// Gives up work, which may have ended already: its reply comes late.
    fn give_up(&mut self, given_up: impl Fn(&Job) -> bool) {
        let (old, jobs) = self.jobs.drain(..).partition::<Vec<_>, _>(given_up);
        self.jobs = jobs;
        for job in old {
            let reply = match job {
                Job::Walk { id, seen, .. } => SyncEvent::Walked(id, Arc::new(index(&seen)), 1.0),
                job => ended(job),
            };
            self.late.push(reply);
        }
    }

    /// Sets or removes a record; returns the watcher's report of it.
    fn change(&mut self, name: u8, remove: bool) -> SyncEvent {
        let name = name % KEYS;
        self.versions += 1;
        self.rescan.moved = true;
        self.rescan.wanted |= self.rescan.at.is_none();
        if remove {
            self.store.remove(&name);
            SyncEvent::Told { set: Vec::new(), removed: vec![key(name)] }
        } else {
            // Sometimes the size stays as it was.
            let size = self.versions % 3;
            self.store.insert(name, size);
            SyncEvent::Told { set: vec![meta(name, size)], removed: Vec::new() }
        }
    }

    /// Lets the watcher count the records.
    fn count(&mut self) {
        if self.up {
            self.stream.push_back(SyncEvent::Counted(6));
            self.counts.push_back(self.store.len());
        }
    }

    /// Loses everything on its way from the watcher.
    fn lose_stream(&mut self) {
        self.stream.clear();
        self.counts.clear();
        self.rescan = Rescan { request: self.rescan.request, wanted: true, ..Rescan::default() };
    }

    /// Lets the watcher report a change, unless it is away.
    fn told(&mut self, told: SyncEvent) {
        if self.up {
            self.stream.push_back(told);
        }
    }

    /// Lets the watcher continue its rescan, if it has a reason for one. Like the real one, it forgets a
    /// request that comes while a rescan is under way.
    fn rescan(&mut self, keys: u8) -> bool {
        if !self.up {
            return false;
        }
        if self.sync.rescan_requests() != self.rescan.request {
            self.rescan.request = self.sync.rescan_requests();
            self.rescan.wanted = true;
        }
        let Some(at) = self.rescan.at else {
            if !self.rescan.wanted {
                return false;
            }
            self.rescan.moved = false;
            self.rescan.at = Some(0);
            self.stream.push_back(SyncEvent::Scan(ScanEvent::Started));
            return true;
        };
        let end = (at + 1 + keys % 3).min(KEYS);
        let rows = self.store.range(at..end).map(|(name, size)| (*name, *size)).collect();
        self.stream.push_back(SyncEvent::Scan(ScanEvent::Page(Arc::new(page(&rows)))));
        self.rescan.at = (end < KEYS).then_some(end);
        if self.rescan.at.is_none() {
            self.stream.push_back(SyncEvent::Scan(ScanEvent::Finished));
            self.rescan.wanted = self.rescan.moved && !self.named;
        }
        true
    }

    /// Continues work: a walk by some keys, other work to its end.
    fn work(&mut self, keys: u8) -> bool {
        let Some(job) = self.jobs.pop() else { return false };
        let Job::Walk { id, next, mut seen, early } = job else {
            self.tell(ended(job));
            return true;
        };
        if !self.up {
            self.tell(SyncEvent::Failed(id, lost()));
            return true;
        }
        let end = (next + 1 + keys % 3).min(KEYS);
        seen.extend(self.store.range(next..end));
        if end == KEYS {
            self.tell(SyncEvent::Walked(id, Arc::new(index(&seen)), 1.0));
            return true;
        }
        let shown = early.then(|| Arc::new(index(&seen)));
        self.jobs.push(Job::Walk { id, next: end, seen, early });
        self.tell(match shown {
            Some(shown) => SyncEvent::Walked(id, shown, 0.5),
            None => SyncEvent::Progress(id, end.into(), 0.5),
        });
        true
    }

    fn deliver(&mut self) -> bool {
        let Some(event) = self.stream.pop_front() else { return false };
        if matches!(event, SyncEvent::Counted(_)) {
            self.records = self.counts.pop_front().map(|count| count as u64);
        }
        self.tell(event);
        true
    }

    /// Loses the connection, or restores it. Events until then are lost, which the watcher reports.
    fn connect(&mut self, up: bool) {
        if std::mem::replace(&mut self.up, up) != up {
            self.rescan = Rescan { request: self.rescan.request, ..Rescan::default() };
            if up {
                self.stream.push_back(SyncEvent::Lagged);
                self.count();
            }
        }
    }

    fn act(&mut self, kind: u8, what: u8) {
        match kind {
            26 => self.tell(SyncEvent::ApplyAgain),
            0..5 => {
                let told = self.change(what, what & 64 != 0);
                // A polling watcher reports only records on the screen.
                if self.named || what & 128 != 0 {
                    self.told(told);
                }
                self.count();
            }
            5..8 => drop(self.rescan(what)),
            8..14 => drop(self.work(what)),
            14..21 => drop(self.deliver()),
            21 => self.tell(SyncEvent::Restart),
            22 => self.connect(what.is_multiple_of(2)),
            23 if !self.late.is_empty() => {
                let late = self.late.swap_remove(usize::from(what) % self.late.len());
                self.tell(late);
            }
            24 => {
                // A change that is made here, with the fastest possible answer.
                let told = self.change(what, what & 64 != 0);
                let SyncEvent::Told { set, removed } = told.clone() else { unreachable!() };
                self.told(told);
                self.count();
                let set = set.into_iter().map(Change::Set);
                let changes = set.chain(removed.into_iter().map(Change::Remove)).collect();
                self.tell(SyncEvent::Answered { changes, highlight: true });
            }
            25 if what < 64 => {
                let failed = self.jobs.pop().map(|job| match job {
                    Job::Walk { id, .. } | Job::Apply { id, .. } | Job::Compare { id, .. } => id,
                });
                if let Some(id) = failed {
                    self.tell(SyncEvent::Failed(id, lost()));
                }
            }
            25 if what < 128 => {
                // A slow listener only learns that something was lost.
                self.lose_stream();
                self.stream.push_back(SyncEvent::Lagged);
                self.count();
            }
            25 => {
                // The watcher is stopped, and another one started.
                self.lose_stream();
                self.tell(SyncEvent::Unwatched);
                self.tell(SyncEvent::Restart);
                self.count();
            }
            _ => {}
        }
    }

    /// Lets all work come to its end without further changes.
    fn settle(&mut self) {
        self.connect(true);
        for _ in 0..1000 {
            let busy = self.deliver() | self.work(1) | self.rescan(1);
            if busy {
                continue;
            }
            if matches!(self.sync.phase(), Phase::Failed(_)) {
                // Done by the user, or by the browser once the connection is back.
                self.tell(SyncEvent::Restart);
                continue;
            }
            let before = self.sync.rescan_requests();
            self.tell(SyncEvent::Quiet);
            if self.sync.rescan_requests() == before {
                return;
            }
        }
        panic!("it never ends");
    }
}

fn ended(job: Job) -> SyncEvent {
    match job {
        Job::Apply { id, index, changes } => SyncEvent::Applied(id, index.apply(&changes).into()),
        Job::Compare { id, index, events, state } => {
            SyncEvent::Compared(id, state.pass(&index, &events))
        }
        Job::Walk { .. } => unreachable!("a walk ends by its pages"),
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::Connection, "the connection was lost")
}

/// Plays a case; from the move `calm` on, nothing happens except work under way.
fn play(named: bool, records: u8, calm: usize, moves: &[(u8, u8)]) {
    let mut world = World::new(named, records);
    for (at, (kind, what)) in moves.iter().enumerate() {
        if at < calm || (5..21).contains(kind) {
            world.act(*kind, *what);
        }
    }
    world.settle();
    let rows = |index: &Index| -> Vec<_> { index.iter().map(|row| (row.key, row.size)).collect() };
    let store: Vec<_> = world.store.iter().map(|(name, size)| (key(*name), *size)).collect();
    assert_eq!(rows(world.sync.index()), store);
    assert!(world.sync.is_complete() && world.sync.pending().is_empty());
    assert!(world.sync.index().is_packed());
}

#[test]
fn in_whatever_order_things_come_the_index_ends_equal_to_the_store() {
    let cases = std::env::var("LARDER_SYNC_CASES");
    let cases = cases.map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    let moves = prop::collection::vec((0u8..27, any::<u8>()), 1..80);
    let played =
        TestRunner::new(config).run(&(any::<bool>(), 0..KEYS, 0..80usize, moves), |case| {
            play(case.0, case.1, case.2, &case.3);
            Ok(())
        });
    played.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_rescan_that_is_needed_during_another_is_requested_after_its_end() {
    let mut world = World::new(true, 3);
    while world.work(0) {}
    for _ in 0..2 {
        world.rescan(0);
        while world.deliver() {}
    }
    // The differences that the page showed are lost.
    let Some(Job::Compare { id, .. }) = world.jobs.pop() else { panic!("nothing is compared") };
    world.tell(SyncEvent::Failed(id, lost()));
    while world.work(0) {}
    assert_eq!(world.sync.rescan_requests(), 0, "whoever rescans would take it for answered");
    while world.rescan.at.is_some() {
        world.rescan(0);
    }
    while world.deliver() || world.work(0) {}
    assert_eq!(world.sync.rescan_requests(), 1);
}
