//! One read, from the storage to the events of the core.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch as channel;

use crate::app::{
    Compute, ContentsPage, Event, Load, Loaded, Ordered, Read, RecordView, Slot, StagedNow,
    Summary, Ticket,
};
use crate::edit::TypedValue;
use crate::index::{Builder, Query};
use crate::model::{
    Error, ErrorKind, Order, Reading, Record, RecordMeta, Result, Scan, StoreList, StoreName, Want,
};
use crate::preview::{Mode, Preview};
use crate::storage::{Storage, blocking};

use super::{asides, contents, pair};

/// Delay after which a record is reported as loading.
const SLOW_AFTER: Duration = Duration::from_millis(150);
/// Size under which values are prepared where they arrive, in bytes; larger ones on a thread of their own.
const INLINE_LIMIT: usize = 64 << 10;
/// Least time between two checks whether a crawl still runs: crawlers write once a minute.
const CRAWL_END_INTERVAL: Duration = Duration::from_secs(20);
/// Pause before the rest of the crawl is read again: at least this time, and at least this multiple of the
/// time that the read took.
const OVERVIEW_INTERVAL: (Duration, u32) = (Duration::from_secs(1), 4);
/// Approximate number of a store's keys that are read while the cursor rests on it.
const FIRST_KEYS: u32 = 60;
/// Time between two reports of a scan's progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// Where the results of one read go.
pub(super) struct ReadTask {
    pub(super) slot: Slot,
    pub(super) ticket: Ticket,
    pub(super) events: Sender<Event>,
    /// Orders to a walk of the keys.
    pub(super) walk: channel::Receiver<WalkControl>,
}

/// Orders to the walk of the open store's keys.
#[derive(Debug, Clone, Default)]
pub(super) struct WalkControl {
    /// Whether to wait.
    pub(super) paused: bool,
    /// The order to make of what is published.
    pub(super) query: Option<Query>,
}

impl ReadTask {
    /// Reads and reports the result, until the end or until it is given up.
    pub(super) async fn run(self, storage: Option<Arc<dyn Storage>>, read: Read) {
        let result = match storage {
            Some(storage) => self.perform(&*storage, read).await,
            None => Err(not_connected()),
        };
        match result {
            Ok(Some(loaded)) => self.report(Ok(loaded)).await,
            Ok(None) => {}
            Err(error) => self.report(Err(error)).await,
        }
    }

    async fn report(&self, result: Result<Loaded>) {
        let _ = self.events.send(Event::Loaded(self.slot, self.ticket, result)).await;
    }

    async fn perform(&self, storage: &dyn Storage, read: Read) -> Result<Option<Loaded>> {
        match read {
            Read::Load(load) => self.load(storage, load).await,
            Read::Compute(Compute::Preview(record, mode)) => {
                Ok(Some(Loaded::Record(self.prepare(record, mode).await?)))
            }
            Read::Compute(compute) => self.compute(compute).await,
        }
    }

    async fn load(&self, storage: &dyn Storage, load: Load) -> Result<Option<Loaded>> {
        Ok(Some(match load {
            Load::Stores => return self.stores(storage).await,
            Load::Lost => return self.lost(storage).await.map(|()| None),
            Load::Store(store) => Loaded::Store(Box::new(storage.get_metadata(&store).await?)),
            Load::Asides => Loaded::Asides(asides::left(storage).await?),
            Load::Summary(store) => {
                let scan = Scan { order: Order::First(FIRST_KEYS), ..Scan::default() };
                let mut pages = storage.scan(&store, scan);
                let page = self.report_if_slow(pages.next()).await;
                let page = page.transpose()?.unwrap_or_default();
                Loaded::Summary(Box::new(Summary::of_page(store, &page)))
            }
            Load::Contents(of, from) => {
                let held = contents::page(storage, &of, from).await?;
                let page = move || ContentsPage::with_failed(of, from, held.0, held.1);
                let page = on_blocking_thread(page).await?;
                Loaded::Contents(Box::new(page))
            }
            Load::Crawl => return self.crawl(storage, OVERVIEW_INTERVAL.0).await,
            Load::CrawlEnd => return self.crawl(storage, CRAWL_END_INTERVAL).await,
            Load::Keys { store, early, .. } => return self.keys(storage, &store, early).await,
            Load::Record { store, key, limit, mode } => {
                let want = Want::UpTo(limit);
                let reading = self.report_if_slow(storage.read(&store, &key, want)).await?;
                Loaded::Record(match reading {
                    None => RecordView::Missing(key),
                    Some(Reading::Meta(meta)) => RecordView::TooLarge(meta),
                    Some(Reading::Part { meta, bytes, .. }) => {
                        self.report_if_slow(self.prepare_head(meta, bytes, mode)).await?
                    }
                    Some(Reading::Whole(record)) => {
                        self.report_if_slow(self.prepare(record, mode)).await?
                    }
                })
            }
            Load::Whole { store, key, mode } => Loaded::Record(
                match self.report_if_slow(storage.read(&store, &key, Want::Whole)).await? {
                    None => RecordView::Missing(key),
                    Some(read) => {
                        self.report_if_slow(self.prepare(read.into_record(), mode)).await?
                    }
                },
            ),
            Load::Meta { store, key } => {
                let found = storage.read(&store, &key, Want::Meta).await?;
                let meta = found.map(Reading::into_meta);
                Loaded::Meta(store, key, meta)
            }
            Load::Place { store, key: Some(key) } => {
                Loaded::Place(Some(storage.get_public_url(&store, &key).await?), None)
            }
            Load::Place { store, key: None } => {
                let info = storage.get_metadata(&store).await?;
                Loaded::Place(info.metadata_key, info.expires_at)
            }
            Load::Staged(sets) => {
                let mut found = Vec::with_capacity(sets.len());
                for set in &*sets {
                    let want = Want::UpTo(StagedNow::most(set));
                    let now = storage.read(&set.store, &set.key, want).await?;
                    let found_now = if set.value.len() <= INLINE_LIMIT {
                        StagedNow::of(set, now.as_ref())
                    } else {
                        let set = set.clone();
                        on_blocking_thread(move || StagedNow::of(&set, now.as_ref())).await?
                    };
                    found.push((set.store.clone(), set.key.clone(), found_now));
                }
                Loaded::Staged(found)
            }
            Load::Pair(sides) => {
                let records = pair::records(storage, &sides).await?;
                let diff = on_blocking_thread(move || pair::compare(&sides, records)).await??;
                Loaded::Pair(Box::new(diff))
            }
            Load::Review(look) => {
                let read = storage.read(&look.store, &look.key, Want::Whole).await?;
                let now = read.map(|read| TypedValue::from(&read.into_record()));
                Loaded::Reviewed(Box::new(on_blocking_thread(move || look.over(now)).await?))
            }
            Load::Value { store, key } => {
                let read = storage.read(&store, &key, Want::Whole).await?;
                Loaded::Value(read.map(Reading::into_record))
            }
        }))
    }

    /// Computes on a thread of its own; gives nothing if the answer is no longer wanted.
    async fn compute(&self, compute: Compute) -> Result<Option<Loaded>> {
        let cancel = CancelOnDrop::default();
        let flag = cancel.0.clone();
        let mut early = self.early();
        let still = move || flag.load(Ordering::Relaxed);
        let loaded = on_blocking_thread(move || compute.run(&still, &mut early)).await?;
        drop(cancel);
        Ok(loaded)
    }

    /// Reports a part of what is being computed.
    fn early(&self) -> impl FnMut(Loaded) + Send + 'static {
        let (slot, ticket, events) = (self.slot, self.ticket, self.events.clone());
        move |loaded| {
            // If the loop has no room, it has enough to show.
            let _ = events.try_send(Event::Loaded(slot, ticket, Ok(loaded)));
        }
    }

    /// Reports a read that takes longer than [`SLOW_AFTER`].
    async fn report_if_slow<T>(&self, answer: impl Future<Output = T>) -> T {
        let mut answer = std::pin::pin!(answer);
        tokio::select! {
            biased;
            done = &mut answer => return done,
            () = tokio::time::sleep(SLOW_AFTER) => {}
        }
        let _ = self.events.send(Event::Slow(self.slot, self.ticket)).await;
        answer.await
    }

    async fn stores(&self, storage: &dyn Storage) -> Result<Option<Loaded>> {
        let mut steps = storage.stores(StoreList::Indexed);
        while let Some(step) = steps.next().await {
            match step? {
                (share, some) if share < 1.0 => self.report(Ok(Loaded::SomeStores(some))).await,
                (_, all) => {
                    let latency = storage.server().await.ok().and_then(|server| server.latency);
                    return Ok(Some(Loaded::Stores(all, latency)));
                }
            }
        }
        Ok(None)
    }

    async fn lost(&self, storage: &dyn Storage) -> Result<()> {
        let mut found = storage.stores(StoreList::Orphaned);
        let mut share = 0.0;
        while let Some(step) = found.next().await {
            let (now, stores) = step?;
            share = now.min(0.999);
            self.report(Ok(Loaded::Lost(share, stores))).await;
        }
        self.report(Ok(Loaded::Lost(1.0_f32.max(share), Vec::new()))).await;
        Ok(())
    }

    /// Reads the rest of the crawl repeatedly, until it is cancelled.
    async fn crawl(&self, storage: &dyn Storage, every: Duration) -> Result<Option<Loaded>> {
        loop {
            let start = Instant::now();
            let crawl = storage.crawl().await;
            let pause = (start.elapsed() * OVERVIEW_INTERVAL.1).max(every);
            self.report(crawl.map(|crawl| Loaded::Crawl(Arc::new(crawl)))).await;
            tokio::time::sleep(pause).await;
        }
    }

    /// Walks a store. With `early`, the keys are published with the first page, again each time their number
    /// has doubled, and in between as often as a tenth of the time allows.
    async fn keys(
        &self,
        storage: &dyn Storage,
        store: &StoreName,
        early: bool,
    ) -> Result<Option<Loaded>> {
        let mut pages = storage.scan(store, Scan::default());
        let mut builder = Builder::new();
        let mut told: Option<Instant> = None;
        let mut cost = Duration::ZERO;
        let mut counted = Instant::now();
        while let Some(page) = pages.next().await {
            let page = page?;
            builder.add(&page);
            if counted.elapsed() >= PROGRESS_INTERVAL {
                counted = Instant::now();
                let rows = builder.len() as u64;
                self.report(Ok(Loaded::Progress(rows, page.progress.min(0.999)))).await;
            }
            let due = told.is_none_or(|told| {
                let since = told.elapsed();
                since >= PROGRESS_INTERVAL && (builder.is_due() || since >= cost * 10)
            });
            let stopped = self.walk.borrow().paused;
            // A snapshot does not grow without end; after that, only the share that was walked is reported.
            if early && (due || stopped) && builder.has_more() && page.progress < 1.0 {
                let start = Instant::now();
                let query = self.walk.borrow().query.clone();
                let (back, index, ordered) = on_blocking_thread(move || {
                    let index = Arc::new(builder.snapshot());
                    let ordered = Ordered::make(&index, query, &|| true, &mut |_| {});
                    (builder, index, ordered)
                })
                .await?;
                builder = back;
                cost = start.elapsed();
                told = Some(Instant::now());
                let share = page.progress.min(0.999);
                self.report(Ok(Loaded::Keys(index, share, ordered))).await;
            }
            if stopped {
                let _ = self.walk.clone().wait_for(|walk| !walk.paused).await;
            }
        }
        let query = self.walk.borrow().query.clone();
        let (cancel, mut early) = (CancelOnDrop::default(), self.early());
        let flag = cancel.0.clone();
        let (index, ordered) = on_blocking_thread(move || {
            let index = Arc::new(builder.finish());
            let wanted = move || flag.load(Ordering::Relaxed);
            let ordered = Ordered::make(&index, query, &wanted, &mut early);
            (index, ordered)
        })
        .await?;
        drop(cancel);
        Ok(Some(Loaded::Keys(index, 1.0, ordered)))
    }

    async fn prepare(&self, record: Record, mode: Mode) -> Result<RecordView> {
        let small = record.value.len() <= INLINE_LIMIT && Preview::is_quick(&record);
        let cancel = CancelOnDrop::default();
        let flag = cancel.0.clone();
        let mut early = self.early();
        let build = move || {
            let wanted = || flag.load(Ordering::Relaxed);
            if let Some(ahead) = Preview::ahead(&record, mode) {
                early(Loaded::Ahead(RecordView::Whole(record.clone(), Arc::new(ahead))));
            }
            let preview = Arc::new(Preview::build_while(&record, mode, &wanted));
            RecordView::Whole(record, preview)
        };
        let view = if small { Ok(build()) } else { on_blocking_thread(build).await };
        drop(cancel);
        view
    }

    async fn prepare_head(&self, meta: RecordMeta, head: Bytes, mode: Mode) -> Result<RecordView> {
        let cancel = CancelOnDrop::default();
        let flag = cancel.0.clone();
        let mut early = self.early();
        let view = on_blocking_thread(move || {
            let wanted = || flag.load(Ordering::Relaxed);
            let bytes = head.len();
            let record = Record { meta: meta.clone(), value: head };
            if let Some(ahead) = Preview::ahead(&record, mode) {
                let view = RecordView::Head(meta.clone(), Arc::new(ahead), bytes);
                early(Loaded::Ahead(view));
            }
            let preview = Preview::build_head_while(record, mode, &wanted);
            RecordView::Head(meta, Arc::new(preview), bytes)
        })
        .await;
        drop(cancel);
        view
    }
}

/// Flag that cancels work on another thread when it is dropped.
struct CancelOnDrop(Arc<AtomicBool>);

impl Default for CancelOnDrop {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Runs work off the loop, on a thread that may block.
async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    blocking::run(work).await.map_err(|_| stopped())
}

fn stopped() -> Error {
    Error::new(ErrorKind::Io, "the work was stopped before its end")
}

pub(super) fn not_connected() -> Error {
    Error::new(ErrorKind::Connection, "not connected")
}
