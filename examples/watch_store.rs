//! Prints a line for each record of a store that comes, changes or goes, until it is interrupted:
//!
//! ```sh
//! cargo run --example watch_store -- ./storage default
//! cargo run --example watch_store -- redis://127.0.0.1:6379 shop
//! ```

use std::process::ExitCode;

use larder::model::{RecordEvent, RecordMeta, Result};
use larder::storage::{self, Options, Target};
use larder::text;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(target), Some(store)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: watch_store TARGET STORE");
        return ExitCode::from(2);
    };
    let Err(why) = watch(&target, &store).await else { return ExitCode::SUCCESS };
    eprintln!("watch_store: {}", text::visible(&why.to_string()));
    ExitCode::FAILURE
}

async fn watch(target: &str, store: &str) -> Result<()> {
    // Refuses every write, whatever is called on it.
    let storage = storage::connect(&Target::parse(target)?, &Options::read_only()).await?;
    let mut changes = storage.store(store).changes().await?;
    while let Some(events) = changes.next().await? {
        for event in events {
            match event {
                RecordEvent::New(record) => print("new", &record),
                RecordEvent::Changed(record) => print("changed", &record),
                RecordEvent::Deleted(key) => {
                    println!("{:8} {:>8}  {}", "deleted", "", text::visible_bytes(key.as_bytes()));
                }
                RecordEvent::Source(source) => {
                    println!("watched {}", text::visible(&source.in_words()));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn print(event: &str, record: &RecordMeta) {
    let key = text::visible_bytes(record.key.as_bytes());
    println!("{event:8} {:>8}  {key}", text::size(record.size));
}
