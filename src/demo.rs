//! A simulated crawl that fills stores while the browser shows them.
//!
//! ```text
//! simulation               what is written: follows from the seed alone
//!   product, html, picture, statistics, catalogue, json, random
//! arrivals                 when: steadily, with bursts and pauses
//! writer                   writes it through the storage, on a thread of its own
//! siblings                 the request queue and the dataset beside the stores
//! private_folder           the private directory, and those that killed demos left
//! ```
//!
//! [`Demo::begin`] returns as soon as the stores are there to be browsed; [`Demo::finish`] (or
//! dropping) ends the crawl and removes what it made.

pub mod simulation;

mod arrivals;
mod catalogue;
mod html;
mod json;
mod picture;
mod private_folder;
mod product;
mod random;
mod siblings;
mod statistics;
mod writer;

use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::watch;

pub use json::JsonStyle;
pub use simulation::{DemoRecord, Destination, Limits, Simulation};

use crate::model::{Error, ErrorKind, Key, Result, StoreName, in_words};
use crate::storage::{Options, Target};
use private_folder::PrivateFolder;
use writer::RecordWriter;

/// Number of records after which a crawl is finished, unless the user sets another.
pub const MOST_RECORDS: u64 = 100_000;

/// Size of all values after which it is finished too, in bytes.
pub const MOST_BYTES: u64 = 500_000_000;

/// Default rate, in records a second.
pub const RATE: f64 = 12.0;

/// Settings of a demo.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoSettings {
    /// Number of records after which the crawl is finished; `None`: after [`MOST_RECORDS`] or [`MOST_BYTES`].
    pub records: Option<u64>,
    /// Approximate rate, in records a second; above 0.
    pub rate: f64,
    /// The seed, which decides what is written.
    pub seed: u64,
    /// The store to make on a target that the user named.
    pub store: String,
}

impl DemoSettings {
    fn limits(&self) -> Limits {
        match self.records {
            Some(records) => Limits { records, bytes: u64::MAX },
            None => Limits { records: MOST_RECORDS, bytes: MOST_BYTES },
        }
    }
}

/// A running demo.
#[derive(Debug)]
pub struct Demo {
    target: Target,
    store: StoreName,
    stop: watch::Sender<bool>,
    writer: Option<JoinHandle<Result<()>>>,
    /// The private directory, if no target was named. It is removed after the writer's end.
    folder: Option<PrivateFolder>,
}

impl Demo {
    /// Starts the crawl, into a private directory in `temporary`, or else into one new store on `target`.
    /// Returns when the stores are made; the records follow from a thread of its own. At the same time,
    /// directories that killed demos left in `temporary` are removed.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if the target has a store of this name, [`ErrorKind::Io`] if the directory
    /// cannot be made, or the storage's error.
    pub fn begin(
        settings: &DemoSettings,
        target: Option<Target>,
        options: &Options,
        temporary: &Path,
    ) -> Result<Self> {
        let (folder, target) = if let Some(target) = target {
            (None, target)
        } else {
            let folder = private(temporary)?;
            let target = Target::Directory(folder.path().to_owned());
            (Some(folder), target)
        };
        // The browser may be read-only, but the crawl must write, to have something to show. None of it has
        // to survive a power cut.
        let options = Options { read_only: false, touch: false, durable: false, ..options.clone() };
        let (stop, stopped) = watch::channel(false);
        let (ready, is_ready) = mpsc::channel();
        let writer = RecordWriter::new(settings, target.clone(), options, folder.is_some());
        let handle = thread::Builder::new()
            .name("larder-demo".to_owned())
            .spawn(move || writer.run(&ready, stopped))
            .map_err(|why| cannot(&why))?;
        let store = if folder.is_some() { writer::FOUND } else { &settings.store };
        let demo = Self { target, store: store.into(), stop, writer: Some(handle), folder };
        match is_ready.recv() {
            Ok(()) => Ok(demo),
            // The writer ended before it was ready, and says why.
            Err(_) => Err(demo.finish().err().unwrap_or_else(|| cannot(&"no stores were made"))),
        }
    }

    /// The target to browse.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The store that holds what the crawl finds.
    pub fn store(&self) -> &StoreName {
        &self.store
    }

    /// The key of a product to begin on, if the crawl has a directory of its own, with a queue and a dataset.
    pub fn first_product(&self) -> Option<Key> {
        self.folder.as_ref().map(|_| Key::from(simulation::FIRST_PRODUCT))
    }

    /// Ends the crawl and removes what it made: the private directory; or on a target the store, if it is
    /// still the one that the demo made.
    ///
    /// # Errors
    /// Why the crawl ended early, or what could not be removed.
    pub fn finish(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        // If nobody listens, the writer has ended.
        let _ = self.stop.send(true);
        let written = match self.writer.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(written)) => written,
            Some(Err(_)) => Err(cannot(&"its thread panicked")),
        };
        let removed = self.folder.take().map_or(Ok(()), |mut folder| {
            folder.remove().map_err(|why| {
                let problem = format!("{} stays: {}", folder.path().display(), in_words(&why));
                Error::new(ErrorKind::Io, problem)
            })
        });
        written.and(removed)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Err(why) = self.end() {
            crate::logs::error!("the demo: {why}");
        }
    }
}

fn private(temporary: &Path) -> Result<PrivateFolder> {
    let folder = PrivateFolder::make(temporary).map_err(|why| {
        let problem =
            format!("no directory can be made in {}: {}", temporary.display(), in_words(&why));
        Error::new(ErrorKind::Io, problem).hint("name another place in TMPDIR")
    })?;
    let (temporary, owner) = (temporary.to_owned(), folder.owner());
    // Large directories take time to remove, and nothing waits for it; if no thread can be started, the next
    // demo does it.
    let _ = thread::Builder::new().name("larder-sweep".to_owned()).spawn(move || {
        let removed = private_folder::sweep(&temporary, owner);
        if removed > 0 {
            crate::logs::info!("removed what {removed} killed demos left");
        }
    });
    Ok(folder)
}

fn cannot(why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Io, format!("the demo cannot run: {why}"))
}

/// Reads a rate, in records a second.
///
/// # Errors
/// A sentence, for anything but a number between 0.01 and 100,000.
pub fn parse_rate(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.01..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("a number of records a second, from 0.01 to 100000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_above_zero_and_bounded() {
        assert_eq!(parse_rate("0.5"), Ok(0.5));
        assert_eq!(parse_rate("2000"), Ok(2000.0));
        for wrong in ["0", "-1", "NaN", "inf", "1e9", "fast", ""] {
            assert!(parse_rate(wrong).is_err(), "{wrong}");
        }
    }
}
