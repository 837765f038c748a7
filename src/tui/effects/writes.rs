//! Carries out plans, reports their progress, and finds out what became of a write whose answer was lost.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt as _, future};
use tokio::sync::mpsc::Sender;

use super::{Tasks, bug, free_later, lock, start};
use crate::app::Event;
use crate::ops::{self, Failed, Plan, Progress, Resolution, WriteId};
use crate::tui::reads;

/// Limit on the time for a connection to come back, in which to find out what became of a write.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(30);

/// Time between two reports of a write's progress.
const REPORTED: Duration = Duration::from_millis(100);

impl Tasks {
    /// Carries out a plan, which nothing gives up.
    pub(in crate::tui) fn write(&mut self, id: WriteId, plan: Plan) {
        let progress = Progress::default();
        self.progress.retain(|_, progress| progress.is_shared());
        self.progress.insert(id, progress.clone());
        let (storage, events) = (self.storage.clone(), self.events.clone());
        let (doubts, old_values) = (Arc::clone(&self.doubts), self.old_values.clone());
        let asides = Arc::clone(&self.asides);
        let write = async move {
            let result = match &storage {
                Some(storage) => {
                    let made = ops::perform_in_steps(&**storage, &plan, &old_values, &progress);
                    let told = tell_progress(id, &progress, &events);
                    match future::select(pin!(made), pin!(told)).await {
                        future::Either::Left((made, _)) => made,
                        future::Either::Right(((), made)) => made.await,
                    }
                }
                None => Err(reads::not_connected().into()),
            };
            let result = match result {
                Ok(outcome) => {
                    let aside = outcome.inverse.as_ref().and_then(|inverse| inverse.restores());
                    if let Some((storage, info)) = storage.zip(aside.cloned()) {
                        let id = info.id.clone();
                        lock(&asides).push((Arc::clone(&storage), info));
                        start(free_later(storage, id, asides, events.clone()));
                    }
                    Ok(outcome)
                }
                Err(Failed { error, doubt, inverse, rest, anew }) => {
                    if let Some(doubt) = doubt {
                        lock(&doubts).insert(id, doubt);
                    } else if let Some(inverse) = inverse {
                        let _ = events.send(Event::MadeInPart(id, inverse, rest)).await;
                    } else if let Some(anew) = anew {
                        let _ = events.send(Event::Gone(id, anew)).await;
                    }
                    Err(error)
                }
            };
            let _ = events.send(Event::Written(id, result)).await;
        };
        self.writes.spawn(write.boxed());
    }

    /// Has a write of many records stop after the part that was sent.
    pub(in crate::tui) fn cancel_write(&mut self, id: WriteId) {
        if let Some(progress) = self.progress.get(&id) {
            progress.cancel();
        }
    }

    /// Finds out what became of a write whose answer was lost.
    pub(in crate::tui) fn resolve(&mut self, id: WriteId) {
        let (storage, events) = (self.storage.clone(), self.events.clone());
        let doubt = lock(&self.doubts).remove(&id);
        let write = async move {
            let result = match (storage, doubt) {
                (Some(storage), Some(mut doubt)) => {
                    let deadline = tokio::time::Instant::now() + RESOLVE_TIMEOUT;
                    let found = ops::resolve(&*storage, &mut doubt, deadline).await;
                    // Perhaps a part was made: the plan that undoes it looks at each record.
                    if let (Ok(Resolution::Open(_)) | Err(_), Some(inverse)) =
                        (&found, doubt.inverse())
                    {
                        let rest = doubt.rest();
                        let _ = events.send(Event::MadeInPart(id, inverse, rest)).await;
                    }
                    found
                }
                (None, _) => Err(reads::not_connected()),
                (_, None) => Err(bug()),
            };
            let _ = events.send(Event::Resolved(id, result)).await;
        };
        self.writes.spawn(write.boxed());
    }
}

/// Reports the progress of a write, at most ten times a second; ends only when nobody receives it.
async fn tell_progress(id: WriteId, progress: &Progress, events: &Sender<Event>) {
    let mut told = None;
    loop {
        tokio::time::sleep(REPORTED).await;
        let share = progress.share().filter(|share| told != Some(*share));
        if let Some(share) = share {
            told = Some(share);
            if events.send(Event::WriteProgress(id, share)).await.is_err() {
                return;
            }
        }
    }
}
