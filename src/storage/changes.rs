//! What changes in a store, record by record, the same on every backend: also where a server is only looked
//! at again and again, and tells pages of keys.

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

/// The changes of one store, as they are found out. Dropping it stops the watching.
pub struct Changes<'a> {
    storage: &'a dyn Storage,
    store: StoreName,
    events: BoxStream<'static, WatchEvent>,
    /// The first of these, which has been waited for.
    first: Option<WatchEvent>,
    sync: KeySync,
    /// How changes are found out, and how many records the store has; both as told.
    source: Option<WatchSource>,
    records: Option<u64>,
    /// Asks the watcher for another rescan.
    interest: channel::Sender<Interest>,
    /// What has been found out and not been given.
    found: Vec<RecordEvent>,
}

impl<'a> Changes<'a> {
    /// Begins to watch and reads the keys that there are; with `told`, these come first, as new records.
    ///
    /// # Errors
    /// The store is not there or cannot be read.
    pub(super) async fn begin(
        storage: &'a dyn Storage,
        store: StoreName,
        told: bool,
    ) -> Result<Self> {
        storage.get_metadata(&store).await?;
        // Before the walk, and with its first look done: nothing falls between the two.
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

    /// What has been found out since, in its order: waits until there is something. `None` once nothing more
    /// will come.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] once the store is gone, [`ErrorKind::NotSupported`] where nothing can be
    /// watched; or what is in the way of reading keys. Nothing comes after an error.
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

    /// The same as a stream, which ends after an error.
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
                let problem = format!("the store `{}` is gone", self.store);
                return Err(Error::new(ErrorKind::NotFound, problem));
            }
            WatchEvent::Store(_) | WatchEvent::StoreGone(_) => {}
        }
        Ok(())
    }

    /// Does what the state machine of the keys asks for, until it asks for nothing more.
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

    /// Reads all keys, and notes what is different.
    async fn walk(&mut self, id: WorkId) -> Result<SyncEvent> {
        let index = match walk(self.storage, &self.store).await {
            Ok(index) => Arc::new(index),
            // It says itself when the store is gone.
            Err(why) if why.kind == ErrorKind::NotFound && self.sync.is_complete() => {
                return Ok(SyncEvent::Failed(id, why));
            }
            Err(why) => return Err(why),
        };
        self.changed(differences(self.sync.index(), &index));
        Ok(SyncEvent::Walked(id, index, 1.0))
    }

    /// Notes changes, by what is known before them.
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
    // In the form that is changed at little cost.
    Ok(builder.finish().apply(&[]))
}

/// What makes the second of the first: both are sorted.
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
