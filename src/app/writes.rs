//! Writes on their way, answered, and lost.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{Error, ErrorKind, Key, StoreName};
use crate::ops::journal::StepId;
use crate::ops::{Outcome, Plan, PlannedChange, Resolution, Turn, WriteId, words};

use super::ctx::Ctx;
use super::event::Effect;
use super::jobs::{Job, JobId};
use super::notice::Notice;

/// A write that has not been answered.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The plan of the write.
    pub plan: Plan,
    /// Whether the answer was lost, and larder finds out what became of the write.
    pub in_doubt: bool,
    /// Fraction that is done, of a write that is made in steps.
    pub progress: Option<f32>,
    /// Whether the write is to stop after the step that was sent.
    pub is_cancelled: bool,
}

impl Pending {
    fn new(plan: Plan) -> Self {
        Self { plan, in_doubt: false, progress: None, is_cancelled: false }
    }

    /// The write as it is shown in the list of jobs.
    pub(super) fn job(&self, id: WriteId) -> Job {
        let state = match (self.in_doubt, self.is_cancelled) {
            (true, _) => "answer lost, being looked into",
            (false, true) => "stopping",
            (false, false) => "",
        };
        let cancellable = self.plan.is_in_steps() && state.is_empty();
        let progress = self.progress.filter(|_| state.is_empty());
        Job { id: JobId::Write(id), title: words::doing(&self.plan), progress, state, cancellable }
    }
}

/// A step that is being undone or done again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turning {
    /// The write that turns the step.
    pub(super) write: WriteId,
    /// The step.
    pub(super) step: StepId,
    /// The direction.
    pub(super) turn: Turn,
    /// The record that the cursor was on.
    pub(super) cursor: Option<Key>,
}

/// Writes that have not been answered.
#[derive(Debug, Default)]
pub struct Writes {
    /// The writes, by the numbers that their answers bear.
    pub pending: BTreeMap<WriteId, Pending>,
}

/// The result of a write.
#[derive(Debug)]
pub(super) enum Answer {
    /// It was made.
    Done(Plan, Outcome),
    /// It was not made; the error says why.
    Refused(Plan, Error),
    /// Its answer was lost, and so far it was not made. All there is to say has been said.
    NotMade(Plan),
    /// Its answer was lost, and so was the answer to the question about it.
    Unknown,
}

impl Writes {
    /// Hands a plan to the shell.
    pub(super) fn send(&mut self, id: WriteId, plan: Plan, ctx: &mut Ctx<'_>) {
        let is_alone = matches!(&plan.change, PlannedChange::Set(_) | PlannedChange::Create(_));
        let plan = if is_alone { plan.undoable(false) } else { plan };
        self.pending.insert(id, Pending::new(plan.clone()));
        ctx.tell(Notice::info(format!("{}…", words::doing(&plan))));
        ctx.effect(Effect::Write(id, Box::new(plan)));
    }

    /// Takes the answer to a write, or that it was lost and is looked for; gives the result, if it is known
    /// and news.
    pub(super) fn written(
        &mut self,
        id: WriteId,
        result: Result<Outcome, Error>,
        ctx: &mut Ctx<'_>,
    ) -> Option<Answer> {
        let pending = self.pending.get_mut(&id).filter(|pending| !pending.in_doubt)?;
        if let Err(error) = &result
            && error.kind == ErrorKind::InDoubt
        {
            pending.in_doubt = true;
            ctx.tell(Notice::warning(words::in_doubt(error)));
            ctx.effect(Effect::Resolve(id));
            return None;
        }
        let Pending { plan, .. } = self.pending.remove(&id)?;
        Some(match result {
            Ok(outcome) => {
                ctx.tell(done_notice(&plan, &outcome));
                Answer::Done(plan, outcome)
            }
            Err(error) => {
                if error.kind == ErrorKind::ReadOnly {
                    // The server may have become a replica.
                    ctx.effect(Effect::AskServer(Duration::ZERO));
                }
                Answer::Refused(plan, error)
            }
        })
    }

    /// Takes the progress of a write; the sentence about it, if it is shown, is brought up to date.
    pub(super) fn progress(&mut self, id: WriteId, share: f32, told: &mut Option<Notice>) {
        let Some(pending) = self.pending.get_mut(&id) else { return };
        pending.progress = Some(share);
        let doing = format!("{}…", words::doing(&pending.plan));
        if let Some(notice) = told.as_mut().filter(|notice| notice.text.starts_with(&doing)) {
            notice.text = format!("{doing} {:.0} %", share * 100.0);
        }
    }

    /// Stops a write that is made in steps.
    pub(super) fn cancel(&mut self, id: WriteId, ctx: &mut Ctx<'_>) {
        let Some(pending) = self.pending.get_mut(&id) else { return };
        if pending.plan.is_in_steps() && !pending.in_doubt {
            pending.is_cancelled = true;
            ctx.effect(Effect::CancelWrite(id));
        }
    }

    /// Takes what became of a write whose answer was lost.
    pub(super) fn resolved(
        &mut self,
        id: WriteId,
        result: Result<Resolution, Error>,
        ctx: &mut Ctx<'_>,
    ) -> Option<Answer> {
        self.pending.get(&id).filter(|pending| pending.in_doubt)?;
        let Pending { plan, .. } = self.pending.remove(&id)?;
        Some(match result {
            Ok(Resolution::Refused(error)) => Answer::Refused(plan, error),
            Ok(Resolution::Done(outcome, state)) => {
                ctx.tell(match words::left_by(&plan, &outcome) {
                    None => Notice::done(state),
                    Some(left) => Notice::warning(format!("{state}; {left}")),
                });
                Answer::Done(plan, outcome)
            }
            Ok(Resolution::Open(error)) => {
                ctx.tell(Notice::from(&error).lasting());
                Answer::NotMade(plan)
            }
            Err(error) => {
                ctx.tell(Notice::failure(words::not_known(&error)).lasting());
                Answer::Unknown
            }
        })
    }

    /// Whether a write under way removes this record of the open store.
    pub(super) fn is_removing(&self, open: Option<&StoreName>, key: &Key) -> bool {
        open.is_some_and(|store| {
            self.pending.values().any(|pending| pending.plan.removes(store, key))
        })
    }
}

/// A notice of what was done, what was left, and how many replicas do not have it.
fn done_notice(plan: &Plan, outcome: &Outcome) -> Notice {
    let words = words::done(plan, outcome);
    match words::on_few_replicas(&words, outcome.replicas) {
        Some(few) => Notice::warning(few),
        None if outcome.is_whole() && words::unwatched(outcome).is_none() => Notice::done(words),
        None => Notice::warning(words),
    }
}
