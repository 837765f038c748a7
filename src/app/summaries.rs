//! What the right side shows of what the cursor is on, where that is no record: a store's first
//! keys and types, or what is in a group of keys.

use std::sync::Arc;

use crate::index::Index;
use crate::model::{Error, StoreName, Timestamp};

use super::ctx::Ctx;
use super::event::Slot;
use super::load::{Compute, Load, Subject, Summary};

/// Microseconds that the cursor rests on a store before anything of it is read.
const REST: i64 = 80_000;
/// Stores of which is known what they hold.
const KEPT: usize = 32;

/// What tells that a store has changed: how many records it has, and when it changed last.
pub(super) type Stamp = (Option<u64>, Option<Timestamp>);

/// What is known of what the cursor is on. While it moves, what was shown stays.
#[derive(Debug, Default)]
pub struct Summaries {
    /// What the cursor is on.
    on: Option<Subject>,
    /// When what it is on is read.
    due: Option<Timestamp>,
    reading: bool,
    /// Whether it has been on its way for so long that the user is told.
    slow: bool,
    failure: Option<Error>,
    shown: Option<Summary>,
    /// Of stores seen lately, with what they were then; the last is the newest.
    kept: Vec<(Stamp, Summary)>,
    /// What the store under the cursor was when it was asked for.
    stamp: Stamp,
    /// Of which index a group was asked for: its address, for it may be gone.
    index: usize,
    /// Whether anything was ever asked for.
    begun: bool,
}

/// What stands right of the list of stores.
#[derive(Debug)]
pub enum RightSide<'a> {
    /// The open store, if one is open.
    Open,
    /// What a store holds.
    Store(&'a StoreName, &'a Summary),
    /// Nothing yet; whether that is told.
    Waiting(bool),
    /// Why it could not be read.
    Failed(&'a Error),
}

impl Summaries {
    /// What a store was found to hold.
    pub fn of(&self, store: &StoreName) -> Option<&Summary> {
        let kept = self.kept.iter().map(|(_, summary)| summary);
        kept.rev().find(|summary| matches!(&summary.of, Subject::Store(of) if of == store))
    }

    /// What the group under the cursor holds, or the one before it until that is known.
    pub fn group(&self) -> Option<&Summary> {
        let on_group = matches!(self.on, Some(Subject::Group(_)));
        let shown = self.shown.as_ref().filter(|_| on_group);
        shown.filter(|summary| matches!(summary.of, Subject::Group(_)))
    }

    /// What stands beside a store that is not open.
    pub fn beside(&self, any_open: bool) -> RightSide<'_> {
        if let Some(error) = &self.failure {
            return RightSide::Failed(error);
        }
        match &self.shown {
            Some(summary) if !self.slow || Some(&summary.of) == self.on.as_ref() => {
                match &summary.of {
                    Subject::Store(store) => RightSide::Store(store, summary),
                    Subject::Group(_) => RightSide::Waiting(false),
                }
            }
            None if any_open && !self.slow => RightSide::Open,
            _ => RightSide::Waiting(self.slow),
        }
    }

    /// Whether an answer is awaited.
    pub fn is_reading(&self) -> bool {
        self.reading
    }

    /// When the cursor has rested long enough.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.due
    }

    /// The cursor is on this store, perhaps since just now.
    pub(super) fn on_store(&mut self, store: StoreName, stamp: Stamp, ctx: &mut Ctx<'_>) {
        if self.goes_to(Some(Subject::Store(store.clone())), ctx) {
            let kept = self.kept.iter().find(|(_, summary)| Some(&summary.of) == self.on.as_ref());
            if let Some((then, summary)) = kept {
                self.shown = Some(summary.clone());
                if *then == stamp {
                    return;
                }
            }
            let rest = if self.begun { REST } else { 0 };
            self.due = Some(Timestamp::from_micros(ctx.now.micros() + rest));
        }
        if self.due.is_some_and(|due| due <= ctx.now) {
            self.stamp = stamp;
            self.ask();
            ctx.read(Slot::Summary, Load::Summary(store));
        }
    }

    /// The cursor is on this group of the index.
    pub(super) fn on_group(&mut self, subject: Subject, index: &Arc<Index>, ctx: &mut Ctx<'_>) {
        let Subject::Group(scope) = &subject else { return };
        let (scope, address) = (scope.clone(), Arc::as_ptr(index).addr());
        let moved = self.goes_to(Some(subject), ctx);
        if moved || (address != self.index && !self.reading) {
            self.index = address;
            self.ask();
            ctx.read(Slot::Summary, Compute::Summary(Arc::clone(index), scope));
        }
    }

    /// The cursor is on something else.
    pub(super) fn elsewhere(&mut self, ctx: &mut Ctx<'_>) {
        if self.goes_to(None, ctx) {
            self.shown = None;
        }
    }

    /// Tells whether the cursor was on something else before.
    fn goes_to(&mut self, on: Option<Subject>, ctx: &mut Ctx<'_>) -> bool {
        if self.on == on {
            return false;
        }
        if std::mem::take(&mut self.reading) {
            ctx.cancel(Slot::Summary);
        }
        self.on = on;
        (self.due, self.failure, self.slow) = (None, None, false);
        true
    }

    fn ask(&mut self) {
        (self.due, self.reading, self.begun) = (None, true, true);
    }

    /// Takes what was asked for.
    pub(super) fn take(&mut self, summary: Summary) {
        if self.on.as_ref() != Some(&summary.of) {
            return;
        }
        (self.reading, self.slow, self.failure) = (false, false, None);
        if matches!(summary.of, Subject::Store(_)) {
            self.kept.retain(|(_, kept)| kept.of != summary.of);
            self.kept.push((self.stamp, summary.clone()));
            if self.kept.len() > KEPT {
                self.kept.remove(0);
            }
        }
        self.shown = Some(summary);
    }

    /// It could not be read.
    pub(super) fn fail(&mut self, error: Error) {
        (self.reading, self.slow, self.failure) = (false, false, Some(error));
    }

    /// It has been on its way for long.
    pub(super) fn is_slow(&mut self) {
        self.slow = self.reading;
    }

    /// Everything is read again: what the cursor is on at once.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
        // Its answer is late then.
        (self.on, self.begun) = (None, false);
    }
}
