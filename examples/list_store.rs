//! Lists a store's records in Crawlee's order, with size and content type, and reads no value:
//!
//! ```sh
//! cargo run --example list_store -- ./storage default
//! cargo run --example list_store -- redis://127.0.0.1:6379 shop page-
//! ```
//!
//! A library user needs `larder` with `default-features = false`.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use futures::StreamExt as _;
use larder::model::{Scan, StoreName};
use larder::storage::{self, Options, Target};
use larder::text;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(target), Some(store)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: list_store TARGET STORE [PREFIX]");
        return ExitCode::from(2);
    };
    let prefix = arguments.next().unwrap_or_default();
    let listed = list(&target, &store, &prefix, &mut io::stdout().lock()).await;
    let Err(why) = listed else { return ExitCode::SUCCESS };
    eprintln!("list_store: {}", text::visible(&why.to_string()));
    ExitCode::FAILURE
}

/// Writes a line for each record whose key starts with the prefix, then how many there were.
pub(crate) async fn list(
    target: &str,
    store: &str,
    prefix: &str,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let store = StoreName::from(store);
    // Refuses every write, whatever is called on it.
    let storage = storage::connect(&Target::parse(target)?, &Options::read_only()).await?;
    let info = storage.get_metadata(&store).await?;
    let modified = info.modified_at.map(|time| time.to_string()).unwrap_or_default();
    writeln!(out, "{}, changed {modified}", text::visible_bytes(store.as_bytes()))?;

    // A page at a time: the memory that this takes does not grow with the values.
    let mut pages = storage.scan(&store, Scan::sorted().with_prefix(prefix));
    let (mut records, mut bytes) = (0, 0);
    while let Some(page) = pages.next().await {
        for row in page?.iter() {
            // Keys and types are whatever a crawl has written: hostile, until made visible.
            let key = text::visible_bytes(row.key);
            let content_type = text::visible(row.content_type.as_str());
            writeln!(out, "{:>8}  {content_type:<40}  {key}", text::size(row.size))?;
            records += 1;
            bytes += row.size;
        }
    }
    writeln!(out, "{}, {}", text::plural(records, "record"), text::size(bytes))?;
    Ok(())
}
