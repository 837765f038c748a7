//! Long work under way, as one list: writes, reads and searches.

use crate::ops::WriteId;

use super::App;
use super::event::Slot;

/// Identity of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobId {
    /// A write.
    Write(WriteId),
    /// The read of this slot.
    Read(Slot),
}

/// Work under way that may take its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Identity of the job.
    pub id: JobId,
    /// What is being done; may hold hostile text.
    pub title: String,
    /// Fraction that is done, from 0.0 to 1.0; `None` where that is not known.
    pub progress: Option<f32>,
    /// A remark on the job's state, such as that it waits.
    pub state: &'static str,
    /// Whether it can be cancelled. A write of one step cannot: it ends by itself.
    pub cancellable: bool,
}

impl Job {
    /// A read, which can be given up.
    pub(super) fn read(slot: Slot, title: String, progress: Option<f32>) -> Self {
        Self { id: JobId::Read(slot), title, progress, state: "", cancellable: true }
    }
}

/// Long work under way: writes, reads and searches.
pub(super) fn of(app: &App) -> Vec<Job> {
    let writes = app.writes.pending.iter().map(|(id, pending)| pending.job(*id));
    let keys = app.keys.sync.walk().zip(app.keys.store.as_ref()).map(|(walk, store)| {
        let state = if walk.paused { "paused" } else { "" };
        let title = format!("reading the keys of {store}");
        let progress = (!walk.paused).then_some(walk.share);
        Job { state, cancellable: !walk.paused, ..Job::read(Slot::Keys, title, progress) }
    });
    let lost = app
        .stores
        .lost
        .map(|share| Job::read(Slot::Lost, "looking for lost stores".to_owned(), Some(share)));
    let wanted = app.record.wanted.as_ref().filter(|_| app.record.fetching);
    let fetch =
        wanted.map(|(_, key)| Job::read(Slot::Record, format!("fetching {}", key.named()), None));
    writes.chain(keys).chain(lost).chain(fetch).collect()
}
