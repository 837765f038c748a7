//! `watch`: a line for each record that comes, changes or goes.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use serde_json::json;
use tokio::sync::watch as channel;

use super::arguments::WatchArgs;
use super::exit::{DONE, ExitResult};
use super::listing::columns;
use super::output::Output;
use super::{json, store};
use crate::index::{Builder, Change, Index, RescanState, ScanEvent};
use crate::model::{
    Error, ErrorKind, Interest, Key, RecordMeta, Result, Scan, StoreName, Timestamp, WatchEvent,
    WatchSource,
};
use crate::storage::Storage;

/// What is known of the store, and how much may still be printed.
struct Watched<'a> {
    storage: &'a dyn Storage,
    name: StoreName,
    index: Index,
    round: RescanState,
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
    let nobody_looks = channel::Sender::new(Interest::default());
    let mut event = storage.watch(Some(&name), nobody_looks.subscribe());
    let there = walk(storage, &name).await?;
    let round = RescanState::default();
    let index = Builder::new().finish().apply(&[]);
    let mut watched = Watched { storage, name, index, round, output, left: arguments.count };
    if waited {
        // What came before the store was seen came while it was waited for.
        let changes = differences(&watched.index, &there);
        watched.changed(&changes)?;
        watched.output.flush()?;
    } else {
        watched.index = there;
    }
    while watched.left != Some(0)
        && let Some(event) = event.next().await
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
    async fn take(&mut self, event: WatchEvent) -> std::result::Result<(), super::exit::Failure> {
        match event {
            WatchEvent::Source(WatchSource::None { why }) => {
                let problem = format!("the store cannot be watched: {why}");
                return Err(Error::new(ErrorKind::NotSupported, problem).into());
            }
            WatchEvent::Records { set, removed } => {
                let told = set.iter().map(|meta| meta.key.clone()).collect();
                self.round.pass(&self.index, &[ScanEvent::Told(told)]);
                let set = set.into_iter().map(Change::Set);
                let changes: Vec<_> = set.chain(removed.into_iter().map(Change::Remove)).collect();
                self.changed(&changes)?;
            }
            WatchEvent::ScanStarted => self.passed(ScanEvent::Begins)?,
            WatchEvent::Page(page) => self.passed(ScanEvent::Page(Arc::new(page)))?,
            WatchEvent::ScanFinished => self.passed(ScanEvent::Ends)?,
            WatchEvent::Lagged => {
                let now = match walk(self.storage, &self.name).await {
                    Ok(now) => now,
                    // It says itself when the store is gone.
                    Err(why) if why.kind == ErrorKind::NotFound => return Ok(()),
                    Err(why) => return Err(why.into()),
                };
                self.round.pass(&self.index, &[ScanEvent::Incomplete]);
                let changes = differences(&self.index, &now);
                self.changed(&changes)?;
            }
            WatchEvent::StoreGone(gone) if gone == self.name => {
                let problem = format!("the store `{}` is gone", self.name);
                return Err(Error::new(ErrorKind::NotFound, problem).into());
            }
            WatchEvent::Source(_) | WatchEvent::Store(_) | WatchEvent::StoreGone(_) => {}
        }
        Ok(())
    }

    fn passed(&mut self, scanned: ScanEvent) -> std::io::Result<()> {
        let changes = self.round.pass(&self.index, &[scanned]);
        self.changed(&changes)
    }

    fn changed(&mut self, changes: &[Change]) -> std::io::Result<()> {
        for change in changes {
            let known = self.index.find(change.key().as_bytes()).is_ok();
            match change {
                Change::Set(meta) => self.print(if known { "changed" } else { "new" }, meta)?,
                Change::Remove(key) if known => {
                    let gone = RecordMeta { key: key.clone(), ..RecordMeta::default() };
                    self.print("deleted", &gone)?;
                }
                Change::Remove(_) => {}
            }
        }
        if !changes.is_empty() {
            self.index = self.index.apply(changes);
        }
        Ok(())
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
        let columns = if event == "deleted" { format!("{:45}", "") } else { columns(meta) };
        self.output.raw(format!("{event:<8}{columns}").as_bytes())?;
        self.output.last(meta.key.as_bytes())
    }
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
