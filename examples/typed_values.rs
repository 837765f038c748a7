//! Writes a value of a Rust type to a store, as Crawlee would, and reads it and its neighbours again:
//!
//! ```sh
//! cargo run --example typed_values -- ./storage shop
//! cargo run --example typed_values -- redis://127.0.0.1:6379 shop
//! ```

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use futures::TryStreamExt as _;
use larder::model::OpenBy;
use larder::storage::{self, Options, Target};
use larder::text;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Page {
    title: String,
    price: f64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(target), Some(store)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: typed_values TARGET STORE");
        return ExitCode::from(2);
    };
    let Err(why) = values(&target, store, &mut io::stdout().lock()).await else {
        return ExitCode::SUCCESS;
    };
    eprintln!("typed_values: {}", text::visible(&why.to_string()));
    ExitCode::FAILURE
}

pub(crate) async fn values(
    target: &str,
    store: String,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let storage = storage::connect(&Target::parse(target)?, &Options::default()).await?;
    // Makes the store where it is missing; `storage.store(name)` does not.
    let shop = storage.open_store(&OpenBy::Name(store)).await?;
    shop.set_json("page-1", &Page { title: "Tin".into(), price: 2.5 }).await?;

    let mut pages = shop.keys("page-");
    while let Some(record) = pages.try_next().await? {
        // A crawl may have removed it since, or written another thing.
        match shop.get_json::<Page>(record.key.clone()).await {
            Ok(Some(page)) => writeln!(out, "{}: {}", text::visible(&page.title), page.price)?,
            Ok(None) => {}
            Err(why) => writeln!(out, "{}", text::visible(&why.to_string()))?,
        }
    }
    Ok(())
}
