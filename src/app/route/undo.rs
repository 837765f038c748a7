//! Undoing, doing again, and the log of what was done.

use crate::index::Change;
use crate::keymap::{Action, Context};
use crate::model::{ErrorKind, Key, StoreInfo, StoreName};
use crate::ops::journal::{Step, StepId};
use crate::ops::{Outcome, Plan, Swap, Turn, Weight, WriteId, words};
use crate::text;

use super::super::App;
use super::super::event::Slot;
use super::super::layers::{Layer, StepView};
use super::super::load::{Compute, Load};
use super::super::notice::Notice;
use super::super::question::Confirm;
use super::super::stores::StoresPane;
use super::super::writes::{Answer, Turning};
use super::{opened, questions, replies};

/// Undoes the newest step that can be undone, or does the last undone step again.
pub(in crate::app) fn turn(app: &mut App, turn: Turn) {
    if let Some(why) = app.session.refused(&app.settings) {
        app.notice = Some(Notice::warning(why));
        return;
    }
    if app.turning.is_some() {
        app.notice = Some(Notice::info("an undo or redo is under way; wait"));
        return;
    }
    // What is meant is what was asked for last, and not a step before it.
    if let Some(pending) = app.writes.pending.values().rfind(|pending| !pending.in_doubt) {
        let doing = format!("still {}", words::doing(&pending.plan));
        let lists = app.keymap.says(Context::Global, Action::Jobs, "lists it");
        let told = text::then(&doing, " · ", lists);
        app.notice = Some(Notice::info(told));
        return;
    }
    let Some((step, plan)) = app.journal.next(turn) else {
        app.notice = Some(Notice::info(words::nothing_to(turn)));
        return;
    };
    let told = told_before(app, step, plan);
    if !told.is_empty() {
        let place = words::place(app.session.server.is_directory());
        let asked = Confirm::turn_anyway((turn, step), plan.clone(), told, place);
        app.layers.push(Layer::Confirm(Box::new(asked)));
        return;
    }
    let id = step.id;
    if turn == Turn::Redo && is_written_since(app, plan) {
        ask_anew(app, id);
    } else {
        make(app, turn, id);
    }
}

/// Whether a store that a plan empties or removes is known to have been written to since it was put back.
fn is_written_since(app: &App, plan: &Plan) -> bool {
    let Some(planned) = plan.empties() else { return false };
    let now = app.stores.get(&planned.name).and_then(|info| info.modified_at);
    planned.modified_at.is_none_or(|then| now.is_some_and(|now| now > then))
}

/// Asks before a step that empties or removes a store is done again, with what is there now.
pub(in crate::app) fn ask_anew(app: &mut App, id: StepId) {
    let next = app.journal.next(Turn::Redo).filter(|(step, _)| step.id == id);
    let Some(name) = next.and_then(|(_, plan)| plan.empties()).map(|store| store.name.clone())
    else {
        return;
    };
    let info = app.stores.get(&name).cloned();
    app.journal.ask_before(id, info.as_ref());
    let Some((step, plan)) = app.journal.next(Turn::Redo) else { return };
    let info = info.unwrap_or_else(|| StoreInfo { store: name, ..StoreInfo::default() });
    let weight = questions::weight(app, &info);
    let place = words::place(app.session.server.is_directory());
    let asked = Confirm::again(step, plan, &info, weight, place);
    if weight == Weight::Unknown {
        app.out.read(Slot::Store, Load::Store(info.store));
    }
    app.layers.push(Layer::Confirm(Box::new(asked)));
}

/// Warnings before a step is turned; none where all is as it was.
fn told_before(app: &App, step: &Step, plan: &Plan) -> Vec<String> {
    let now = come_since(app, plan).map(|now| match now {
        ComeSince::Records(now) => format!("The store has {} by now.", text::plural(now, "record")),
        ComeSince::NotKnown => "The store may have other records by now.".to_owned(),
    });
    let others = step.in_others(|store| id_of(&app.stores, store)).map(words::is_another_store);
    others.chain(step.asks.clone()).chain(now).collect()
}

/// The id of a store, if it is known.
fn id_of(stores: &StoresPane, store: &StoreName) -> Option<String> {
    stores.get(store)?.id.clone()
}

/// What is now in the store which would get back what was set aside.
enum ComeSince {
    /// Number of its records.
    Records(u64),
    /// The list of its records is not up to date.
    NotKnown,
}

/// What has come to the store which would get back what was set aside; `None` where it has no records.
fn come_since(app: &App, plan: &Plan) -> Option<ComeSince> {
    let store = plan.restores()?.aside.store();
    if app.keys.store.as_ref() != Some(store) {
        let now = app.stores.get(store)?.records?;
        return (now > 0).then_some(ComeSince::Records(now));
    }
    let sync = &app.keys.sync;
    let is_current = sync.walk().is_none()
        && sync.failure().is_none()
        && !sync.is_applying()
        && !sync.is_comparing()
        && sync.pending().is_empty();
    let now = app.keys.index.len() as u64;
    (now > 0).then_some(if is_current { ComeSince::Records(now) } else { ComeSince::NotKnown })
}

/// Undoes this step or does it again, if it still is the next one.
pub(in crate::app) fn make(app: &mut App, turn: Turn, id: StepId) {
    let next = app.journal.next(turn).filter(|(step, _)| step.id == id && app.turning.is_none());
    let Some((step, plan)) = next else {
        app.notice = Some(Notice::info("something else was done since: nothing was changed"));
        return;
    };
    let follows = app.journal.follows();
    let plan = Plan { step: Some((turn, step.words())), follows, ..plan.clone() };
    let step = step.id;
    app.journal.is_asked(step);
    app.journal.made_in(Some(step), |store| id_of(&app.stores, store));
    let write = ctx!(app).send(plan);
    let cursor = app.keys.current().map(|meta| meta.key);
    app.turning = Some(Turning { write, step, turn, cursor });
}

/// Shows the changes of a step, which are computed meanwhile.
pub(in crate::app) fn show(app: &mut App, id: StepId) {
    let step = app.journal.steps().iter().find(|step| step.id == id);
    if let Some((view, plan, turn)) = step.and_then(StepView::new) {
        app.layers.push(view.into());
        app.out.read(Slot::Step, Compute::Step(Box::new(plan), turn));
    }
}

/// Takes note of the answer to a write. Gives the new key of the record that was under the cursor, if the
/// step that was undone or done again has given it another key.
pub(in crate::app) fn note(app: &mut App, id: WriteId, answer: &Answer) -> Option<Key> {
    let turning = app.turning.take_if(|turning| turning.write == id);
    match (answer, turning) {
        (Answer::Done(plan, outcome), Some(Turning { step, turn, cursor, .. })) => {
            for store in &outcome.followed {
                app.journal.followed(store);
            }
            let inverse = outcome.inverse.clone();
            if turn == Turn::Redo && plan.empties().is_some() {
                app.journal.retitle(step, words::made(plan, outcome), outcome.records);
            }
            match (outcome.rest.clone(), outcome.anew.clone()) {
                (Some(rest), _) => app.journal.turned_in_part(step, turn, inverse, rest),
                (None, Some(anew)) => {
                    app.journal.turned_in_part(step, turn, inverse, anew.clone());
                    app.journal.ask_to_set_anew(step, anew);
                }
                (None, None) => app.journal.turned(step, turn, inverse),
            }
            let store = app.keys.store.as_ref()?;
            return plan.moves(store).filter(|_| app.keys.current().map(|meta| meta.key) == cursor);
        }
        (Answer::Refused(plan, error), Some(Turning { step, .. }))
            if matches!(error.kind, ErrorKind::Conflict | ErrorKind::NotFound) =>
        {
            if is_only_written_since(app, plan, error.kind) {
                app.journal.ask_before(step, None);
            } else if let Some(store) = missing(app, plan, error.kind) {
                app.journal.wait(step, store);
                app.stores.read_again(&mut ctx!(app));
            } else {
                app.journal.failed(step, error.problem.clone());
            }
        }
        (Answer::Done(plan, outcome), None) if outcome.records > 0 => {
            let (title, inverse) = (words::made(plan, outcome), outcome.inverse.clone());
            app.journal.record(title, app.now, outcome.records, inverse, words::why_fixed(plan));
            app.journal.made_in(None, |store| id_of(&app.stores, store));
        }
        _ => {}
    }
    None
}

/// The missing store, where a plan changes records of a store that is not there.
fn missing(app: &App, plan: &Plan, kind: ErrorKind) -> Option<StoreName> {
    let stores = plan.changes_in();
    let is_gone = |store: &&&StoreName| app.stores.get(store).is_none();
    let missing = stores.iter().find(is_gone).or(stores.first())?;
    (kind == ErrorKind::NotFound).then(|| StoreName::clone(missing))
}

/// Lets steps no longer wait for stores that are in the list again.
pub(in crate::app) fn look(app: &mut App) {
    if !app.stores.loading {
        app.journal.are_there(|store| app.stores.get(store).is_some());
    }
}

/// Whether a store was not emptied or removed for the only reason that it has been written to since.
fn is_only_written_since(app: &App, plan: &Plan, kind: ErrorKind) -> bool {
    let Some(planned) = plan.empties().filter(|_| kind == ErrorKind::Conflict) else {
        return false;
    };
    let now = app.stores.get(&planned.name).and_then(|info| info.id.as_ref());
    planned.modified_at.is_some() && (now.is_none() || now == planned.id.as_ref())
}

/// Makes the cursor go to the record of this key, as soon as it is in the list.
pub(in crate::app) fn follow(app: &mut App, key: Option<Key>) {
    if let Some(key) = key {
        app.keys.hold(key);
    }
}

/// Takes the part that was made of a write that failed.
pub(in crate::app) fn made_in_part(
    app: &mut App,
    id: WriteId,
    inverse: Box<Plan>,
    rest: Option<Box<Plan>>,
) {
    let turning = app.turning.as_ref().filter(|turning| turning.write == id);
    if let (Some(Turning { step, turn, .. }), Some(rest)) = (turning, rest) {
        app.journal.turned_in_part(*step, *turn, Some(inverse), rest);
    } else if let Some(pending) = app.writes.pending.get(&id) {
        let title = format!("{}, in part", words::doing(&pending.plan));
        let records = inverse.records.unwrap_or(0);
        app.journal.record(title, app.now, records, Some(inverse), "");
        app.journal.made_in(None, |store| id_of(&app.stores, store));
    }
}

/// Takes note that a step was not turned because someone else has deleted its records: `anew` sets them anew
/// when the step is turned once more.
pub(in crate::app) fn gone(app: &mut App, id: WriteId, anew: Box<Plan>) {
    if let Some(Turning { step, .. }) = app.turning.as_ref().filter(|turning| turning.write == id) {
        app.journal.ask_to_set_anew(*step, anew);
    }
}

/// Takes note that records were exchanged with their former versions.
pub(in crate::app) fn swapped(app: &mut App, all: &[Swap], outcome: &Outcome) {
    let Some(store) = app.keys.store.clone() else { return };
    let mut swaps = all.iter().filter(|swap| swap.store == store).peekable();
    if swaps.peek().is_none() {
        if let Some(store) = all.first().map(|swap| swap.store.clone()) {
            replies::after_change(app, &store);
        }
        return;
    }
    let swaps: Vec<_> = swaps.collect();
    let left = outcome.unchanged();
    let made = swaps.iter().filter(|swap| !left.contains(&swap.key));
    let changes = made.map(|swap| match swap.meta() {
        Some(meta) => Change::Set(meta),
        None => Change::Remove(swap.key.clone()),
    });
    replies::change_list(app, changes.collect());
    let wanted = app.record.wanted.as_ref();
    if wanted.is_some_and(|(of, key)| *of == store && swaps.iter().any(|swap| swap.key == *key)) {
        opened::reload_record(app);
    }
    replies::after_change(app, &store);
}
