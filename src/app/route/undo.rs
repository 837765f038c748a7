//! Undoing, doing again, and the log of what was done.

use std::collections::HashSet;

use crate::index::Change;
use crate::model::{ErrorKind, Key, StoreName};
use crate::ops::{Outcome, Plan, Swap, Turn, WriteId, words};

use super::super::App;
use super::super::notice::Notice;
use super::super::writes::Answer;
use super::{opened, replies};

/// Undoes the newest step that can be, or does again the one that was undone last.
pub(in crate::app) fn turn(app: &mut App, turn: Turn) {
    if let Some(why) = app.session.refused(&app.settings) {
        app.notice = Some(Notice::warning(why));
        return;
    }
    if app.turning.is_some() {
        app.notice = Some(Notice::info("a step is being undone or done again; wait for it"));
        return;
    }
    let Some((step, plan)) = app.journal.next(turn) else {
        app.notice = Some(Notice::info(words::nothing_to(turn)));
        return;
    };
    let plan = Plan { step: Some((turn, step.title.clone())), ..plan.clone() };
    let of = step.id;
    let id = ctx!(app).send(plan);
    app.turning = Some((id, of, turn));
}

/// Notes what became of a write.
pub(in crate::app) fn note(app: &mut App, id: WriteId, answer: &Answer) {
    let turning = app.turning.take_if(|(turning, ..)| *turning == id);
    match (answer, turning) {
        (Answer::Done(_, outcome), Some((_, step, turn))) => {
            app.journal.turned(step, turn, outcome.inverse.clone());
        }
        (Answer::Refused(_, error), Some((_, step, _)))
            if matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound) =>
        {
            app.journal.failed(step, error.problem.clone());
        }
        (Answer::Done(plan, outcome), None) if outcome.records > 0 => {
            let (title, inverse) = (words::done(plan, outcome), outcome.inverse.clone());
            app.journal.record(title, app.now, outcome.records, inverse, words::why_fixed(plan));
        }
        _ => {}
    }
}

/// Of a write that fails, a part was made.
pub(in crate::app) fn made_in_part(app: &mut App, id: WriteId, inverse: Box<Plan>) {
    if let Some(pending) = app.writes.pending.get(&id) {
        let title = format!("{}, in part", words::doing(&pending.plan));
        let records = inverse.records.unwrap_or(0);
        app.journal.record(title, app.now, records, Some(inverse), "");
    }
}

/// Records were changed to and fro.
pub(in crate::app) fn swapped(app: &mut App, store: &StoreName, swaps: &[Swap], outcome: &Outcome) {
    if app.keys.store.as_ref() != Some(store) {
        return;
    }
    let left: HashSet<&Key> = outcome.skipped.iter().collect();
    let made = swaps.iter().filter(|swap| !left.contains(&swap.key));
    let changes = made.map(|swap| match swap.meta() {
        Some(meta) => Change::Set(meta),
        None => Change::Remove(swap.key.clone()),
    });
    replies::change_list(app, changes.collect());
    let wanted = app.record.wanted.as_ref();
    if wanted.is_some_and(|(of, key)| of == store && swaps.iter().any(|swap| swap.key == *key)) {
        opened::reload_record(app);
    }
    replies::after_change(app, store);
}
