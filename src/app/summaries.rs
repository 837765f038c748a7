//! The right side where the cursor is on no record: the first keys and the types of a store, or of a group of
//! keys.

use std::sync::{Arc, Weak};

use crate::index::Index;
use crate::model::{Error, StoreInfo, StoreName, Timestamp};

use super::App;
use super::ctx::Ctx;
use super::event::Slot;
use super::layout::Pane;
use super::load::{Compute, Load, Scope, Subject, Summary};
use super::rate::Rate;

/// Time that the cursor rests on a store before anything of it is read, in microseconds.
const REST: i64 = 80_000;
/// Time from one summary of a store to the next, where the store changes under the cursor, in microseconds.
const AGAIN: i64 = 1_000_000;
/// Limit on stores whose summaries are kept.
const KEPT: usize = 32;

/// The mark of a store's state: its number of records, and its last change.
pub(super) type Stamp = (Option<u64>, Option<Timestamp>);

/// Summaries of what the cursor is on. While it moves, the last one stays on the screen.
#[derive(Debug, Default)]
pub struct Summaries {
    /// The store or group under the cursor.
    on: Option<Subject>,
    /// When that is to be read.
    due: Option<Timestamp>,
    reading: bool,
    /// Whether the read has taken long enough for the user to be told.
    slow: bool,
    failure: Option<Error>,
    shown: Option<Summary>,
    /// Summaries of stores seen lately, with their marks at that time; the last is the newest.
    kept: Vec<(Stamp, Summary)>,
    /// The mark of the store under the cursor when it was asked for.
    stamp: Stamp,
    /// Time at which it was asked for.
    asked: Option<Timestamp>,
    /// The index in which a group was asked for.
    index: Weak<Index>,
    /// Whether anything was ever asked for.
    begun: bool,
}

/// The right side, beside the list of stores.
#[derive(Debug)]
pub enum RightSide<'a> {
    /// The open store, if one is open.
    Open,
    /// The summary of a store.
    Store(&'a StoreName, &'a Summary),
    /// Nothing yet; `true` if the wait is told.
    Waiting(bool),
    /// Why the summary could not be read.
    Failed(&'a Error),
}

/// What is on the right side, beside the list of stores: it follows the cursor.
pub fn right_side(app: &App) -> RightSide<'_> {
    let (summaries, keys) = (&app.summaries, &app.keys);
    if elsewhere(app).is_some() {
        return summaries.beside(keys.store.is_some());
    }
    // This lasts until the first keys of a store that is being opened are here.
    let opening = keys
        .store
        .as_ref()
        .filter(|_| keys.index.is_empty() && keys.filter.is_empty() && keys.sync.walk().is_some());
    match opening.and_then(|store| Some((store, summaries.of(store)?))) {
        Some((store, summary)) => RightSide::Store(store, summary),
        None => RightSide::Open,
    }
}

/// The growth of the store that is shown beside the list of stores.
pub fn growing(app: &App) -> Option<&Rate> {
    match right_side(app) {
        RightSide::Store(store, _) => app.stores.growth(store),
        _ => None,
    }
}

/// The store under the cursor, if the list of stores is in focus and the store is not the open one.
pub(super) fn elsewhere(app: &App) -> Option<&StoreInfo> {
    let at = app.stores.current().filter(|_| app.focus == Pane::Stores)?;
    (app.session.is_open() && app.keys.store.as_ref() != Some(&at.store)).then_some(at)
}

/// When the summary is to be looked at again.
pub(super) fn wake(app: &App, next_second: Timestamp) -> Option<Timestamp> {
    let grows = growing(app).map(|_| next_second);
    app.summaries.due.into_iter().chain(grows).min()
}

/// Finds what the cursor is on, and has it read once the cursor has rested there.
pub(super) fn summarise(app: &mut App) {
    let layout = app.layout();
    if let Some(info) = elsewhere(app).filter(|_| layout.keys.is_some()) {
        let (store, stamp) = (info.store.clone(), (info.records, info.modified_at));
        return app.summaries.on_store(store, stamp, &mut ctx!(app));
    }
    let group = app.keys.group(app.keys.cursor.at).filter(|group| !group.leaf);
    let group = group.filter(|_| layout.record.is_some() && elsewhere(app).is_none());
    match group {
        Some(group) => {
            let prefix = group.prefix.as_bytes().to_vec();
            let subject = Subject::Group(Scope { prefix, numbered: group.numbered });
            let index = app.keys.sync.index().clone();
            app.summaries.on_group(subject, &index, &mut ctx!(app));
        }
        None => app.summaries.elsewhere(&mut ctx!(app)),
    }
}

impl Summaries {
    /// The summary of a store, if it is known.
    pub fn of(&self, store: &StoreName) -> Option<&Summary> {
        let kept = self.kept.iter().map(|(_, summary)| summary);
        kept.rev().find(|summary| matches!(&summary.of, Subject::Store(of) if of == store))
    }

    /// The summary of the group under the cursor, or of the one before it until that is known.
    pub fn group(&self) -> Option<&Summary> {
        let on_group = matches!(self.on, Some(Subject::Group(_)));
        let shown = self.shown.as_ref().filter(|_| on_group);
        shown.filter(|summary| matches!(summary.of, Subject::Group(_)))
    }

    /// What is shown beside a store that is not open.
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

    /// Takes note that the cursor is on this store, perhaps since just now.
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
        } else if self.due.is_none() && !self.reading && self.is_outdated(stamp) {
            let next = self.asked.map_or(0, |asked| asked.micros() + AGAIN);
            self.due = Some(Timestamp::from_micros(next.max(ctx.now.micros() + REST)));
        }
        if self.due.is_some_and(|due| due <= ctx.now) {
            (self.stamp, self.asked) = (stamp, Some(ctx.now));
            self.ask();
            ctx.read(Slot::Summary, Load::Summary(store));
        }
    }

    /// Whether what is shown of the store under the cursor is not true any more: records have gone, or it told
    /// of all of them. The first of many stay while more come.
    fn is_outdated(&self, (records, changed): Stamp) -> bool {
        let shown = self.kept.iter().find(|(_, summary)| Some(&summary.of) == self.on.as_ref());
        shown.is_some_and(|((then, at), summary)| {
            let fewer = then.zip(records).is_some_and(|(then, now)| now < then);
            fewer || summary.whole && (*then, *at) != (records, changed)
        })
    }

    /// Takes note that the cursor is on this group of the index.
    pub(super) fn on_group(&mut self, subject: Subject, index: &Arc<Index>, ctx: &mut Ctx<'_>) {
        let Subject::Group(scope) = &subject else { return };
        let (scope, asked) = (scope.clone(), Arc::downgrade(index));
        let moved = self.goes_to(Some(subject), ctx);
        if moved || (!asked.ptr_eq(&self.index) && !self.reading) {
            self.index = asked;
            self.ask();
            ctx.read(Slot::Summary, Compute::Summary(Arc::clone(index), scope));
        }
    }

    /// Takes note that the cursor is on something else.
    pub(super) fn elsewhere(&mut self, ctx: &mut Ctx<'_>) {
        if self.goes_to(None, ctx) {
            self.shown = None;
        }
    }

    /// Sets what the cursor is on; tells whether that was something else before.
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

    /// Takes the summary that was asked for.
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

    /// Takes note that the summary could not be read.
    pub(super) fn fail(&mut self, error: Error) {
        (self.reading, self.slow, self.failure) = (false, false, Some(error));
    }

    /// Takes note that the read takes long.
    pub(super) fn is_slow(&mut self) {
        self.slow = self.reading;
    }

    /// Forgets all summaries, so that they are read again, the one under the cursor at once.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
        // An answer that is under way then comes too late.
        (self.on, self.begun) = (None, false);
    }
}
