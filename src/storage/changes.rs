//! Changes in a store, record by record, the same on every backend, even where a server is only polled and
//! reports pages of keys.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::watch as channel;

use super::Storage;
use crate::index::sync::{Facts, KeySync, Step, SyncEvent, WorkId};
use crate::index::{Builder, Change, Index, ScanEvent};
use crate::model::{
    Error, ErrorKind, Interest, RecordEvent, RecordMeta, Result, Scan, StoreName, Timestamp,
    WatchEvent, WatchSource,
};

/// The changes of one store, as they are found. Dropping it stops the watching.
pub struct Changes<'a> {
    storage: &'a dyn Storage,
    store: StoreName,
    events: BoxStream<'static, WatchEvent>,
    /// The first event, which was waited for.
    first: Option<WatchEvent>,
    sync: KeySync,
    /// The way of finding changes, and the number of records in the store, both as reported.
    source: Option<WatchSource>,
    records: Option<u64>,
    /// Asks the watcher for another rescan.
    interest: channel::Sender<Interest>,
    /// Changes that were found and not yet returned.
    found: Vec<RecordEvent>,
}

impl<'a> Changes<'a> {
    /// Begins to watch and reads the present keys; with `told`, these come first, as new records.
    ///
    /// # Errors
    /// The store is not there or cannot be read.
    pub(super) async fn begin(
        storage: &'a dyn Storage,
        store: StoreName,
        told: bool,
    ) -> Result<Self> {
        storage.get_metadata(&store).await?;
        // Watching begins before the walk, with its first look done, so that no change is missed in between.
        let interest = channel::Sender::new(Interest::default());
        let mut events = storage.watch(Some(&store), interest.subscribe());
        let first = events.next().await;
        let mut changes = Self {
            storage,
            store,
            events,
            first,
            sync: KeySync::default(),
            source: None,
            records: None,
            interest,
            found: Vec::new(),
        };
        changes.sync(SyncEvent::Restart).await?;
        if !told {
            changes.found.clear();
        }
        Ok(changes)
    }

    /// The changes found since the last call, in order; waits until there are some. `None` once no more will
    /// come.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] once the store is gone, [`ErrorKind::NotSupported`] where watching is
    /// impossible; or why keys cannot be read. Nothing comes after an error.
    pub async fn next(&mut self) -> Result<Option<Vec<RecordEvent>>> {
        while self.found.is_empty() {
            let event = match self.first.take() {
                Some(event) => event,
                None => match self.events.next().await {
                    Some(event) => event,
                    None => return Ok(None),
                },
            };
            self.take(event).await?;
        }
        Ok(Some(std::mem::take(&mut self.found)))
    }

    /// The changes as a stream, which ends after an error.
    pub fn into_stream(self) -> BoxStream<'a, Result<RecordEvent>> {
        let batches = stream::try_unfold(self, |mut changes| async move {
            Ok(changes.next().await?.map(|found| (found, changes)))
        });
        let events = batches.map(|batch: Result<Vec<RecordEvent>>| match batch {
            Ok(found) => stream::iter(found.into_iter().map(Ok).collect::<Vec<_>>()),
            Err(why) => stream::iter(vec![Err(why)]),
        });
        events.flatten().boxed()
    }

    async fn take(&mut self, event: WatchEvent) -> Result<()> {
        match event {
            WatchEvent::Source(WatchSource::None { why }) => {
                let problem = format!("the store cannot be watched: {why}");
                return Err(Error::new(ErrorKind::NotSupported, problem));
            }
            WatchEvent::Source(source) => {
                self.source = Some(source.clone());
                self.found.push(RecordEvent::Source(source));
            }
            WatchEvent::Records { set, removed } => {
                let changes = set.iter().cloned().map(Change::Set);
                self.changed(changes.chain(removed.iter().cloned().map(Change::Remove)));
                self.sync(SyncEvent::Told { set, removed }).await?;
            }
            WatchEvent::ScanStarted => self.sync(SyncEvent::Scan(ScanEvent::Started)).await?,
            WatchEvent::Page(page) => {
                self.sync(SyncEvent::Scan(ScanEvent::Page(Arc::new(page)))).await?;
            }
            WatchEvent::ScanFinished => self.sync(SyncEvent::Scan(ScanEvent::Finished)).await?,
            WatchEvent::Lagged => self.sync(SyncEvent::Lagged).await?,
            WatchEvent::Store(info) if info.store == self.store => {
                self.records = info.records;
                self.sync(SyncEvent::counted(self.source.as_ref())).await?;
            }
            WatchEvent::StoreGone(gone) if gone == self.store => {
                let problem = format!("the store {} is gone", self.store);
                return Err(Error::new(ErrorKind::NotFound, problem));
            }
            WatchEvent::Store(_) | WatchEvent::StoreGone(_) => {}
        }
        Ok(())
    }

    /// Takes the steps that the state machine of the keys wants, until it wants no more.
    async fn sync(&mut self, event: SyncEvent) -> Result<()> {
        let facts = Facts {
            now: Timestamp::now(),
            records: self.records,
            named: matches!(self.source, Some(WatchSource::SubKeys)),
        };
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for step in self.sync.handle(event, &facts) {
                match step {
                    Step::Walk { id, .. } => events.push_back(self.walk(id).await?),
                    Step::Apply { id, index, changes } => {
                        events.push_back(SyncEvent::Applied(id, index.apply(&changes).into()));
                    }
                    Step::Compare { id, index, events: scanned, state } => {
                        let changes = state.pass(&index, &scanned);
                        events.push_back(SyncEvent::Compared(id, changes));
                    }
                    Step::Found(changes) => self.changed(changes),
                    Step::Index | Step::Complete | Step::CancelKeys | Step::CancelCompare => {}
                }
            }
        }
        let rescan_request = self.sync.rescan_requests();
        self.interest.send_if_modified(|old| {
            std::mem::replace(&mut old.rescan_request, rescan_request) != rescan_request
        });
        Ok(())
    }

    /// Reads all keys, and records the differences.
    async fn walk(&mut self, id: WorkId) -> Result<SyncEvent> {
        let index = match walk(self.storage, &self.store).await {
            Ok(index) => Arc::new(index),
            // The watcher itself reports that the store is gone.
            Err(why) if why.kind == ErrorKind::NotFound && self.sync.is_complete() => {
                return Ok(SyncEvent::Failed(id, why));
            }
            Err(why) => return Err(why),
        };
        self.changed(differences(self.sync.index(), &index));
        Ok(SyncEvent::Walked(id, index, 1.0))
    }

    /// Records changes, given what is known before them.
    fn changed(&mut self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            let known = self.sync.index().find(change.key().as_bytes()).is_ok();
            self.found.push(match change {
                Change::Set(meta) if known => RecordEvent::Changed(meta),
                Change::Set(meta) => RecordEvent::New(meta),
                Change::Remove(key) if known => RecordEvent::Deleted(key),
                Change::Remove(_) => continue,
            });
        }
    }
}

async fn walk(storage: &dyn Storage, store: &StoreName) -> Result<Index> {
    let (mut builder, mut pages) = (Builder::new(), storage.scan(store, Scan::default()));
    while let Some(page) = pages.next().await {
        builder.add(&page?);
    }
    // Packed, the form that is cheap to change.
    Ok(builder.finish().apply(&[]))
}

/// The changes from the first index to the second: both are sorted.
fn differences(before: &Index, after: &Index) -> Vec<Change> {
    let mut changes = Vec::new();
    let same = |at: usize, meta: &RecordMeta| before.row(at) == *meta;
    for at in 0..after.len() {
        let meta = after.row(at);
        match before.find(meta.key.as_bytes()) {
            Ok(row) if same(row, &meta) => {}
            _ => changes.push(Change::Set(meta)),
        }
    }
    for at in 0..before.len() {
        let key = before.row(at).key;
        if after.find(key.as_bytes()).is_err() {
            changes.push(Change::Remove(key));
        }
    }
    changes
}
