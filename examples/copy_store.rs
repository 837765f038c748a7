//! Copies the records of one store into another, on any target; what is there under the same key is kept:
//!
//! ```sh
//! cargo run --example copy_store -- ./storage shop redis://127.0.0.1:6379 shop
//! ```

use std::process::ExitCode;

use futures::StreamExt as _;
use larder::model::{Commit, ErrorKind, Expect, OpenBy, Result};
use larder::storage::{self, Options, Target};
use larder::text;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, store, to, copy] = &arguments[..] else {
        eprintln!("usage: copy_store TARGET STORE TO_TARGET TO_STORE");
        return ExitCode::from(2);
    };
    match copied((from.as_str(), store.as_str()), (to.as_str(), copy.as_str())).await {
        Ok((copied, kept)) => {
            println!("{}, {kept} were there", text::plural(copied, "record"));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("copy_store: {}", text::visible(&why.to_string()));
            ExitCode::FAILURE
        }
    }
}

/// How many were copied, and how many were there.
pub(crate) async fn copied(from: (&str, &str), to: (&str, &str)) -> Result<(u64, u64)> {
    let source = storage::connect(&Target::parse(from.0)?, &Options::read_only()).await?;
    let target = storage::connect(&Target::parse(to.0)?, &Options::default()).await?;
    let store = source.store(from.1);
    let copy = target.open_store(&OpenBy::Name(to.1.into())).await?;

    let (mut copied, mut kept) = (0, 0);
    let mut records = store.keys("");
    while let Some(meta) = records.next().await {
        let Some(record) = store.get(meta?.key).await? else { continue };
        // Compared and written in one step: what a crawl sets meanwhile stays.
        let commit = Commit::put(record.meta.key, record.value, record.meta.content_type)
            .expecting(Expect::Absent);
        for committed in target.commit(copy.name(), &[commit]).await? {
            match committed.result {
                Ok(_) => copied += 1,
                Err(why) if why.kind == ErrorKind::Conflict => kept += 1,
                Err(why) => return Err(why),
            }
        }
    }
    Ok((copied, kept))
}
