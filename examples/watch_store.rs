//! Prints a line for each record of a store that comes, changes or goes, until it is interrupted:
//!
//! ```sh
//! cargo run --example watch_store -- ./storage default
//! cargo run --example watch_store -- redis://127.0.0.1:6379 shop
//! ```

use std::process::ExitCode;
use std::sync::Arc;

use futures::StreamExt as _;
use larder::index::{Builder, Change, Index, RescanState, ScanEvent};
use larder::model::{Interest, Result, Scan, StoreName, WatchEvent};
use larder::storage::{self, Options, Storage, Target};
use larder::text;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(target), Some(store)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: watch_store TARGET STORE");
        return ExitCode::from(2);
    };
    let Err(why) = watch(&target, StoreName::from(store)).await else { return ExitCode::SUCCESS };
    eprintln!("watch_store: {}", text::visible(&why.to_string()));
    ExitCode::FAILURE
}

async fn watch(target: &str, store: StoreName) -> Result<()> {
    let options = Options { read_only: true, ..Options::default() };
    let storage = storage::connect(&Target::parse(target)?, &options).await?;

    // First the watch, then the walk: so nothing falls between the two.
    let (_interest, nothing_shown) = tokio::sync::watch::channel(Interest::default());
    let mut events = storage.watch(Some(&store), nothing_shown);
    let mut index = walk(&*storage, &store).await?;
    println!("{}", text::plural(index.len() as u64, "record"));

    // A server without notifications is walked again and again: what is new on a page, and what a
    // round has not seen, is told by comparison with the index.
    let mut rescan = RescanState::default();
    while let Some(event) = events.next().await {
        let changes = match event {
            WatchEvent::Source(source) => {
                println!("watched {}", text::visible(&source.in_words()));
                continue;
            }
            WatchEvent::Records { set, removed } => {
                let told = set.iter().map(|record| record.key.clone()).collect();
                rescan.pass(&index, &[ScanEvent::Told(told)]);
                let set = set.into_iter().map(Change::Set);
                set.chain(removed.into_iter().map(Change::Remove)).collect()
            }
            WatchEvent::ScanStarted => rescan.pass(&index, &[ScanEvent::Started]),
            WatchEvent::Page(page) => rescan.pass(&index, &[ScanEvent::Page(Arc::new(page))]),
            WatchEvent::ScanFinished => rescan.pass(&index, &[ScanEvent::Finished]),
            WatchEvent::Lagged => {
                rescan = RescanState::default();
                index = walk(&*storage, &store).await?;
                println!("some changes were missed; now {} records", index.len());
                continue;
            }
            WatchEvent::StoreGone(gone) if gone == store => return Ok(()),
            WatchEvent::Store(_) | WatchEvent::StoreGone(_) => continue,
        };
        for change in &changes {
            print(&index, change);
        }
        index = index.apply(&changes);
    }
    Ok(())
}

/// All keys that there are now, with what their metadata says.
async fn walk(storage: &dyn Storage, store: &StoreName) -> Result<Index> {
    let (mut builder, mut pages) = (Builder::new(), storage.scan(store, Scan::default()));
    while let Some(page) = pages.next().await {
        builder.add(&page?);
    }
    Ok(builder.finish())
}

fn print(index: &Index, change: &Change) {
    let key = text::visible_bytes(change.key().as_bytes());
    let known = index.find(change.key().as_bytes()).is_ok();
    match change {
        Change::Set(record) => {
            let event = if known { "changed" } else { "new" };
            println!("{event:8} {:>8}  {key}", text::size(record.size));
        }
        Change::Remove(_) if known => println!("{:8} {:>8}  {key}", "deleted", ""),
        Change::Remove(_) => {}
    }
}
