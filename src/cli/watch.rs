//! `watch`: a line for each record that comes, changes or goes.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use serde_json::json;
use tokio::sync::watch as channel;

use super::arguments::WatchArgs;
use super::exit::{DONE, ExitResult, Failure};
use super::listing::Columns;
use super::output::Output;
use super::stores::to_the_second;
use super::{json, messages, store};
use crate::index::sync::{Facts, KeySync, Step, SyncEvent, WorkId};
use crate::index::{Builder, Change, Index, ScanEvent};
use crate::model::{
    Error, ErrorKind, Interest, Key, RecordMeta, Result, Scan, StoreName, Timestamp, WatchEvent,
    WatchSource,
};
use crate::storage::Storage;
use crate::text::visible;

/// What is known of the store, and how much may still be printed.
struct Watched<'a> {
    storage: &'a dyn Storage,
    name: StoreName,
    sync: KeySync,
    /// How changes are found out, and how many records the store has; both as told.
    source: Option<WatchSource>,
    /// Whether it was said that changes come late.
    is_told_late: bool,
    records: Option<u64>,
    /// Asks the watcher for another rescan.
    interest: channel::Sender<Interest>,
    output: &'a mut Output,
    left: Option<usize>,
}

/// Time between two looks for a store that is not there yet.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// `watch`: runs until it is interrupted, its output is closed, or the store is gone.
pub(super) async fn watch(
    storage: &dyn Storage,
    arguments: &WatchArgs,
    output: &mut Output,
) -> ExitResult {
    let mut waited = false;
    let name = loop {
        match found(storage, &arguments.store).await {
            Err(why) if arguments.wait && why.kind == ErrorKind::NotFound => waited = true,
            found => break found?,
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    // Before the walk, so that nothing falls between the two.
    let interest = channel::Sender::new(Interest::default());
    let mut events = storage.watch(Some(&name), interest.subscribe());
    let mut watched = Watched {
        storage,
        name,
        sync: KeySync::default(),
        source: None,
        is_told_late: false,
        records: None,
        interest,
        // What came before the store was seen came while it was waited for.
        left: if waited { arguments.count } else { Some(0) },
        output,
    };
    watched.heads()?;
    watched.sync(SyncEvent::Restart).await?;
    watched.output.flush()?;
    if !waited {
        watched.left = arguments.count;
    }
    while watched.left != Some(0)
        && let Some(event) = events.next().await
    {
        watched.take(event).await?;
        watched.output.flush()?;
    }
    Ok(DONE)
}

/// The store's name, once it is there.
async fn found(storage: &dyn Storage, argument: &OsStr) -> Result<StoreName> {
    let name = store(storage, argument).await?;
    storage.get_metadata(&name).await?;
    Ok(name)
}

async fn walk(storage: &dyn Storage, name: &StoreName) -> Result<Index> {
    let (mut builder, mut pages) = (Builder::new(), storage.scan(name, Scan::default()));
    while let Some(page) = pages.next().await {
        builder.add(&page?);
    }
    // In the form that is changed at little cost.
    Ok(builder.finish().apply(&[]))
}

impl Watched<'_> {
    async fn take(&mut self, event: WatchEvent) -> std::result::Result<(), Failure> {
        match event {
            WatchEvent::Source(WatchSource::None { why }) => {
                let problem = format!("the store cannot be watched: {why}");
                return Err(Error::new(ErrorKind::NotSupported, problem).into());
            }
            WatchEvent::Source(source) => {
                if let (Some(late), false) = (source.late(), self.is_told_late) {
                    messages::note(&format!("changes may come up to {late} late"));
                    self.is_told_late = true;
                }
                self.source = Some(source);
            }
            WatchEvent::Records { set, removed } => {
                let changes = set.iter().cloned().map(Change::Set);
                let changes = changes.chain(removed.iter().cloned().map(Change::Remove));
                self.changed(&changes.collect::<Vec<_>>())?;
                self.sync(SyncEvent::Told { set, removed }).await?;
            }
            WatchEvent::ScanStarted => self.sync(SyncEvent::Scan(ScanEvent::Started)).await?,
            WatchEvent::Page(page) => {
                self.sync(SyncEvent::Scan(ScanEvent::Page(Arc::new(page)))).await?;
            }
            WatchEvent::ScanFinished => self.sync(SyncEvent::Scan(ScanEvent::Finished)).await?,
            WatchEvent::Lagged => self.sync(SyncEvent::Lagged).await?,
            WatchEvent::Store(info) if info.store == self.name => {
                self.records = info.records;
                self.sync(SyncEvent::counted(self.source.as_ref())).await?;
            }
            WatchEvent::StoreGone(gone) if gone == self.name => {
                let problem = format!("the store `{}` is gone", self.name);
                return Err(Error::new(ErrorKind::NotFound, problem).into());
            }
            WatchEvent::Store(_) | WatchEvent::StoreGone(_) => {}
        }
        Ok(())
    }

    /// Does what the state machine of the keys asks for, until it asks for nothing more.
    async fn sync(&mut self, event: SyncEvent) -> std::result::Result<(), Failure> {
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
                    Step::Found(changes) => self.changed(&changes)?,
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

    /// Reads all keys, and prints what is different.
    async fn walk(&mut self, id: WorkId) -> std::result::Result<SyncEvent, Failure> {
        let index = match walk(self.storage, &self.name).await {
            Ok(index) => Arc::new(index),
            // It says itself when the store is gone.
            Err(why) if why.kind == ErrorKind::NotFound && self.sync.is_complete() => {
                return Ok(SyncEvent::Failed(id, why));
            }
            Err(why) => return Err(why.into()),
        };
        let changes = differences(self.sync.index(), &index);
        self.changed(&changes)?;
        Ok(SyncEvent::Walked(id, index, 1.0))
    }

    fn changed(&mut self, changes: &[Change]) -> std::io::Result<()> {
        for change in changes {
            let known = self.sync.index().find(change.key().as_bytes()).is_ok();
            match change {
                Change::Set(meta) => self.print(if known { "changed" } else { "new" }, meta)?,
                Change::Remove(key) if known => {
                    let gone = RecordMeta { key: key.clone(), ..RecordMeta::default() };
                    self.print("deleted", &gone)?;
                }
                Change::Remove(_) => {}
            }
        }
        Ok(())
    }

    /// What a person sees over the lines.
    fn heads(&mut self) -> std::io::Result<()> {
        match Columns::of(self.output).heads().filter(|_| !self.output.json) {
            Some(heads) => {
                self.output.line(&[visible(&format!("{:<8}  {:<8}{heads}", "UTC", "event"))])
            }
            None => Ok(()),
        }
    }

    fn print(&mut self, event: &str, meta: &RecordMeta) -> std::io::Result<()> {
        if self.left == Some(0) {
            return Ok(());
        }
        self.left = self.left.map(|left| left - 1);
        if self.output.json {
            let mut map = if event == "deleted" {
                let mut map = serde_json::Map::new();
                json::put_text(&mut map, "key", meta.key.as_bytes());
                map
            } else {
                json::record(meta)
            };
            map.insert("event".into(), json!(event));
            map.insert("time".into(), json!(Timestamp::now().to_string()));
            return self.output.json_line(&map.into());
        }
        let columns = Columns::of(self.output);
        if self.output.terminal {
            self.output.part(&visible(&format!("{}  ", clock(Timestamp::now()))))?;
        }
        self.output.part(&visible(&format!("{event:<8}")))?;
        if event == "deleted" {
            self.output.part(&columns.note(""))?;
        } else {
            for part in columns.row(meta) {
                self.output.part(&part)?;
            }
        }
        self.output.last(meta.key.as_bytes())
    }
}

/// `13:57:47`, in UTC as all times that larder shows.
fn clock(time: Timestamp) -> String {
    let text = to_the_second(time);
    text.get(11..19).unwrap_or_default().to_owned()
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
        let key: Key = before.row(at).key;
        if after.find(key.as_bytes()).is_err() {
            changes.push(Change::Remove(key));
        }
    }
    changes
}
