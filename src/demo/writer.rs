//! Writes the crawl through the storage, at its pace, and removes its store at the end.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::arrivals::Arrivals;
use super::json::JsonStyle;
use super::siblings::Siblings;
use super::simulation::{DemoRecord, Destination, FIRST_PRODUCT, Simulation};
use super::{DemoSettings, cannot};
use crate::model::{
    ConnectionState, Error, ErrorKind, Expect, Key, OpenBy, Result, SetValue, StoreName, Write,
};
use crate::storage::{self, Options, Storage, Target};

/// The store for what the crawl finds, if it has a directory of its own.
pub(super) const FOUND: &str = "shop-snapshots";

/// Limit on the records up to and including the first product.
const FIRST_ENTRIES: usize = 8;

/// Time between two writes of an idle crawler's statistics, as in Crawlee.
const MINUTE: Duration = Duration::from_secs(60);

/// Limit on how far the crawl falls behind its pace; time beyond it is given up.
const LATE: Duration = Duration::from_secs(1);

/// Pause before a failed write is tried again.
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// Limit on the time that the end takes if the storage does not answer: somebody waits for the prompt.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// Writes the records of the crawl to their stores.
pub(super) struct RecordWriter {
    target: Target,
    options: Options,
    crawl: Simulation,
    arrivals: Arrivals,
    seed: u64,
    /// The name of the one store on the user's target; none in a directory of the demo's own.
    only: Option<String>,
}

/// A store that the demo made.
#[derive(Debug, Clone)]
struct CreatedStore {
    store: StoreName,
    id: Option<String>,
    /// Whether somebody, usually the user in the browser, has dropped it since.
    gone: bool,
}

/// The work once the stores are made.
struct Work {
    storage: Arc<dyn Storage>,
    /// The default store and the store for what is found; or one store for both.
    made: Vec<CreatedStore>,
    stopped: Receiver<bool>,
    /// The queue and the dataset next to the stores, if the crawl has a directory of its own.
    siblings: Option<Siblings>,
    /// Number of records that were written.
    records: u64,
}

/// The result of writing a record.
enum SetOutcome {
    Written,
    /// The store is gone, so that the record was not written.
    Skipped,
    /// The user is leaving.
    Stopped,
}

impl RecordWriter {
    /// A writer that fills a directory of its own, or else one store on the target.
    pub(super) fn new(
        settings: &DemoSettings,
        target: Target,
        options: Options,
        own: bool,
    ) -> Self {
        let style = match target {
            Target::Directory(_) => JsonStyle::Indented,
            _ => JsonStyle::OneLine,
        };
        // On a target of the user's, everything that is written follows from the seed.
        let crawl = if own { Simulation::in_real_time } else { Simulation::new };
        Self {
            target,
            options,
            crawl: crawl(settings.seed, style, settings.limits()),
            seed: settings.seed,
            arrivals: Arrivals::new(settings.seed, settings.rate),
            only: (!own).then(|| settings.store.clone()),
        }
    }

    /// Makes the stores, says so through `ready`, and writes until it is stopped or the crawl is finished;
    /// then removes the store, unless the whole directory is removed.
    pub(super) fn run(self, ready: &Sender<()>, stopped: Receiver<bool>) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|why| cannot(&why))?;
        let ended = runtime.block_on(self.work(ready, stopped));
        // Work that a connection still does ends with the process.
        runtime.shutdown_background();
        ended
    }

    /// The queue and the dataset of a crawl with a directory of its own. If they cannot be made, the stores
    /// can still be looked at.
    fn siblings(&self) -> Option<Siblings> {
        let Target::Directory(root) = &self.target else { return None };
        self.only.is_none().then(|| Siblings::make(root, self.seed)).and_then(told)
    }

    async fn work(mut self, ready: &Sender<()>, stopped: Receiver<bool>) -> Result<()> {
        let storage = storage::connect(&self.target, &self.options).await?;
        let made = if let Some(name) = &self.only {
            vec![new_store(&*storage, name).await?]
        } else {
            let found = OpenBy::Name(FOUND.to_owned());
            vec![open(&*storage, &OpenBy::Default).await?.0, open(&*storage, &found).await?.0]
        };
        let mut work = Work { storage, made, stopped, siblings: None, records: 0 };
        if self.only.is_none() {
            work.write_first_product(&mut self.crawl, &mut self.arrivals).await?;
        }
        // If nobody waits any more, a stop is about to be seen.
        let _ = ready.send(());
        work.siblings = self.siblings();
        let ended = work.write(&mut self.crawl, &mut self.arrivals).await;
        if let Err(why) = &ended {
            crate::logs::error!("the demo's crawl ended: {why}");
        }
        // The stores stay until the user leaves.
        let _ = work.stopped.wait_for(|stopped| *stopped).await;
        let removed = match self.only {
            Some(_) => work.take_away().await,
            None => Ok(()),
        };
        ended.and(removed)
    }
}

impl Work {
    /// Writes the records up to the first product, on which the browser begins.
    async fn write_first_product(
        &mut self,
        crawl: &mut Simulation,
        arrivals: &mut Arrivals,
    ) -> Result<()> {
        for entry in crawl.take(FIRST_ENTRIES) {
            let _ = arrivals.wait();
            self.set(&entry).await?;
            self.records += u64::from(!entry.again);
            if entry.key == FIRST_PRODUCT {
                break;
            }
        }
        Ok(())
    }

    async fn write(&mut self, crawl: &mut Simulation, arrivals: &mut Arrivals) -> Result<()> {
        let mut due = Instant::now();
        let mut told_of_itself = Instant::now();
        while let Some(entry) = crawl.next() {
            due = due.max(Instant::now().checked_sub(LATE).unwrap_or(due)) + arrivals.wait();
            loop {
                let lives = self.siblings.is_some();
                tokio::select! {
                    biased;
                    _ = self.stopped.wait_for(|stopped| *stopped) => return Ok(()),
                    () = until(due) => break,
                    () = sleep_until(told_of_itself + MINUTE), if lives => {}
                }
                told_of_itself = Instant::now();
                // If it cannot be written, the next record tells why.
                let _ = self.set(&crawl.sign_of_life()).await;
            }
            if let Some(siblings) = &mut self.siblings
                && let Err(why) = siblings.follow(crawl.take_visits())
            {
                crate::logs::warn!("the demo's queue and dataset stay as they are: {why}");
                self.siblings = None;
            }
            match self.set(&entry).await {
                Ok(SetOutcome::Written) => self.records += u64::from(!entry.again),
                Ok(SetOutcome::Skipped) => {}
                Ok(SetOutcome::Stopped) => return Ok(()),
                Err(why) => {
                    let (records, why_not) = (self.records, &why.problem);
                    let problem =
                        format!("the demo's crawl ended after {records} records: {why_not}");
                    return Err(Error { problem, ..why });
                }
            }
            if self.made.iter().all(|made| made.gone) {
                crate::logs::info!("the demo's stores are gone after {} records", self.records);
                return Ok(());
            }
        }
        crate::logs::info!("the demo's crawl is finished after {} records", self.records);
        Ok(())
    }

    /// Writes one record; waits out failures that pass by themselves.
    async fn set(&mut self, entry: &DemoRecord) -> Result<SetOutcome> {
        let at = match entry.destination {
            Destination::Default => 0,
            Destination::Found => self.made.len() - 1,
        };
        if entry.again && self.is_other(&self.made[at]).await {
            self.made[at].gone = true;
        }
        let made = &self.made[at];
        if made.gone {
            return Ok(SetOutcome::Skipped);
        }
        let write = Write::Set(SetValue {
            store: made.store.clone(),
            key: Key::from(entry.key.as_str()),
            value: entry.value.clone(),
            content_type: entry.content_type.clone(),
            expected: Expect::Anything,
        });
        loop {
            let mut stopped = self.stopped.clone();
            let why = {
                let mut writing = std::pin::pin!(self.storage.write(&write));
                let written = tokio::select! {
                    written = &mut writing => written,
                    // A write under way is waited for, for a limited time.
                    _ = stopped.wait_for(|stopped| *stopped) => {
                        match timeout(STOP_TIMEOUT, writing).await {
                            Ok(written) => written,
                            Err(_) => return Ok(SetOutcome::Stopped),
                        }
                    }
                };
                match written {
                    Ok(_) => return Ok(SetOutcome::Written),
                    Err(why) => why,
                }
            };
            if why.kind == ErrorKind::NotFound {
                self.made[at].gone = true;
                return Ok(SetOutcome::Skipped);
            }
            if !passes(why.kind) {
                return Err(why);
            }
            crate::logs::debug!("the demo's crawl waits: {why}");
            let mut connection = self.storage.session().state;
            let up = async {
                sleep(RETRY_DELAY).await;
                // If the connection never comes back, the stop ends this.
                let _ = connection.wait_for(|state| *state == ConnectionState::Up).await;
            };
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return Ok(SetOutcome::Stopped),
                () = up => {}
            }
        }
    }

    /// Whether the store is another one by now, made by somebody else under the same name.
    async fn is_other(&self, made: &CreatedStore) -> bool {
        match self.storage.get_metadata(&made.store).await {
            Ok(info) => info.id.is_some() && info.id != made.id,
            Err(_) => false,
        }
    }

    /// Drops the store if it is still the one that the demo made.
    async fn take_away(&self) -> Result<()> {
        let Some(made) = self.made.last() else { return Ok(()) };
        let store = &made.store;
        let stays = |why: &str| {
            let problem = format!("the demo's store `{store}` stays: {why}");
            Error::new(ErrorKind::Conflict, problem)
        };
        if let ConnectionState::Down { reason, .. } = &*self.storage.session().state.borrow() {
            return Err(stays(reason).hint(format!("remove it with `larder drop {store}`")));
        }
        let dropping = async {
            match self.storage.get_metadata(store).await {
                Ok(info) if info.id == made.id => {
                    self.storage.write(&Write::Drop(store.clone())).await.map(drop)
                }
                Ok(_) => Err(stays("somebody else made it anew").hint(String::new())),
                // The user dropped it.
                Err(why) if why.kind == ErrorKind::NotFound => Ok(()),
                Err(why) => Err(why),
            }
        };
        match timeout(STOP_TIMEOUT, dropping).await {
            Ok(dropped) => dropped,
            Err(_) => Err(stays("no answer").hint(format!("remove it with `larder drop {store}`"))),
        }
    }
}

fn told(siblings: std::io::Result<Siblings>) -> Option<Siblings> {
    siblings
        .inspect_err(|why| crate::logs::warn!("the demo has no queue and no dataset: {why}"))
        .ok()
}

/// Ends at this time; at once if it has passed, as a timer would take a millisecond.
async fn until(due: Instant) {
    if due > Instant::now() {
        sleep_until(due).await;
    }
}

/// Whether a failure passes by itself: then the crawl waits, as one of Crawlee would.
fn passes(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::InDoubt | ErrorKind::Loading
    )
}

/// Makes a store that must not be there yet.
async fn new_store(storage: &dyn Storage, name: &str) -> Result<CreatedStore> {
    let taken = || {
        let problem = format!("there is already a store `{name}` at {}", storage.session().label);
        Error::new(ErrorKind::Conflict, problem).hint("name another one with --store")
    };
    match storage.get_metadata(&StoreName::from(name)).await {
        Ok(_) => return Err(taken()),
        Err(why) if why.kind == ErrorKind::NotFound => {}
        Err(why) => return Err(why),
    }
    let (made, created) = open(storage, &OpenBy::Name(name.to_owned())).await?;
    // Somebody else was quicker.
    if created { Ok(made) } else { Err(taken()) }
}

async fn open(storage: &dyn Storage, by: &OpenBy) -> Result<(CreatedStore, bool)> {
    let opened = storage.open(by).await?;
    Ok((CreatedStore { store: opened.info.store, id: opened.info.id, gone: false }, opened.created))
}
