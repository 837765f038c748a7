//! The log of steps that were done, so that they can be undone and done again in order. It only holds the
//! plans, and does nothing itself.

use crate::model::{AsideId, StoreInfo, StoreName, Timestamp};

use super::kept::Held;
use super::record_swap::Swap;
use super::{Followed, Plan, PlannedChange, PlannedStore, Turn, words};

/// Limit on the steps that are remembered; the oldest is forgotten first.
const STEPS: usize = 100;
/// Limit on the old values of all steps, in bytes: the oldest steps lose theirs first. The newest step keeps
/// its own, which are within the limit for one change.
const HELD: Held = Held { memory: 64 << 20, disk: 1 << 30 };
/// Why a step that lost its old values can no longer be undone.
const LET_GO: &str = "its old values made room for newer ones";

/// The number of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(u64);

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// The sentence that said what was done.
    pub title: String,
    /// When it was done.
    pub at: Timestamp,
    /// Number of records, or of stores, that were changed.
    pub records: u64,
    /// Whether it can be undone or done again.
    pub state: StepState,
    /// The store that it waits for, which was not there when the step was to be undone or done again.
    pub waits: Option<StoreName>,
    /// The remark and question before it is turned.
    pub asks: Option<String>,
    /// The stores in which it was made, with their ids.
    made_in: Vec<(StoreName, String)>,
    /// Whether it is a part of a step whose other part was undone, or done again, alone.
    is_part: bool,
    /// Size of its old values, as long as it has them.
    held: Held,
}

impl Step {
    /// What was done; for a part, with the number of records in it.
    pub fn words(&self) -> String {
        if self.is_part { words::part_of(&self.title, self.records) } else { self.title.clone() }
    }

    /// Whether it can be turned this way now.
    pub fn can(&self, turn: Turn) -> bool {
        self.waits.is_none() && self.is_next(turn)
    }

    /// Stores that have another id now than when the step was made in them.
    pub fn in_others<'a>(
        &'a self,
        now: impl Fn(&StoreName) -> Option<String> + 'a,
    ) -> impl Iterator<Item = &'a StoreName> + 'a {
        let others =
            self.made_in.iter().filter(move |(store, id)| now(store).is_some_and(|now| now != *id));
        others.map(|(store, _)| store)
    }

    /// The same, whether its store is there or not.
    fn is_next(&self, turn: Turn) -> bool {
        matches!(
            (&self.state, turn),
            (StepState::Done(_), Turn::Undo) | (StepState::Undone(Some(_)), Turn::Redo)
        )
    }

    /// Present size of its old values.
    fn held(&self) -> Held {
        match self.state {
            StepState::Done(_) | StepState::Undone(Some(_)) => self.held,
            StepState::Undone(None) | StepState::Fixed(_) => Held::default(),
        }
    }
}

/// Whether a step can be undone or done again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// It is done; this plan undoes it.
    Done(Box<Plan>),
    /// It is undone; this plan does it again, if that is still possible.
    Undone(Option<Box<Plan>>),
    /// It cannot be undone; the sentence says why.
    Fixed(String),
}

/// The steps, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    steps: Vec<Step>,
    last: u64,
    is_full: bool,
}

impl Journal {
    /// The steps, the oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether older steps are forgotten.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// Adds a new step. `inverse` undoes it; `why` says why nothing does. Steps that were undone can no
    /// longer be done again.
    pub fn record(
        &mut self,
        title: String,
        at: Timestamp,
        records: u64,
        inverse: Option<Box<Plan>>,
        why: &str,
    ) {
        for step in &mut self.steps {
            if let StepState::Undone(again) = &mut step.state {
                *again = None;
            }
        }
        self.last += 1;
        let (id, is_part) = (StepId(self.last), false);
        let held = inverse.as_deref().map(held).unwrap_or_default();
        let state = inverse.map_or_else(|| StepState::Fixed(why.to_owned()), StepState::Done);
        let (waits, asks, made_in) = (None, None, Vec::new());
        self.steps.push(Step {
            id,
            title,
            at,
            records,
            state,
            waits,
            asks,
            made_in,
            is_part,
            held,
        });
        self.forget();
        self.let_go();
    }

    /// Forgets the oldest steps above the limit.
    fn forget(&mut self) {
        let over = self.steps.len().saturating_sub(STEPS);
        self.is_full |= over > 0;
        self.steps.drain(..over);
    }

    /// Drops the old values of the oldest steps until all are within the limit.
    fn let_go(&mut self) {
        let all: Held = self.steps.iter().map(Step::held).sum();
        let mut over = Held {
            memory: all.memory.saturating_sub(HELD.memory),
            disk: all.disk.saturating_sub(HELD.disk),
        };
        let Some((_, older)) = self.steps.split_last_mut() else { return };
        for step in older {
            let held = step.held();
            let helps = over.memory.min(held.memory) > 0 || over.disk.min(held.disk) > 0;
            if helps {
                over.memory = over.memory.saturating_sub(held.memory);
                over.disk = over.disk.saturating_sub(held.disk);
                step.state = StepState::Fixed(LET_GO.to_owned());
            }
        }
    }

    /// The step that is turned next: to undo, the newest one that is done; to do again, the oldest one that
    /// is undone.
    pub fn next(&self, turn: Turn) -> Option<(&Step, &Plan)> {
        let step = match turn {
            Turn::Undo => self.steps.iter().rev().find(|step| step.can(turn)),
            Turn::Redo => self.steps.iter().find(|step| step.can(turn)),
        }?;
        match &step.state {
            StepState::Done(plan) | StepState::Undone(Some(plan)) => Some((step, plan)),
            StepState::Undone(None) | StepState::Fixed(_) => None,
        }
    }

    /// Takes note that a step was turned; `inverse` turns it back.
    pub fn turned(&mut self, id: StepId, turn: Turn, inverse: Option<Box<Plan>>) {
        let Some(step) = self.steps.iter_mut().find(|step| step.id == id) else { return };
        step.state = match (turn, inverse) {
            (Turn::Undo, again) => StepState::Undone(again),
            (Turn::Redo, Some(plan)) => StepState::Done(plan),
            (Turn::Redo, None) => StepState::Fixed("it was done again for good".to_owned()),
        };
    }

    /// Takes note that a part of a step was turned: `inverse` turns that part back, and `rest` turns the
    /// other part. Each is a step from now on; if nothing turns the made part back, only the rest is.
    pub fn turned_in_part(
        &mut self,
        id: StepId,
        turn: Turn,
        inverse: Option<Box<Plan>>,
        rest: Box<Plan>,
    ) {
        let Some(at) = self.steps.iter().position(|step| step.id == id) else { return };
        let Some(inverse) = inverse else {
            self.steps[at].state = match turn {
                Turn::Undo => StepState::Done(rest),
                Turn::Redo => StepState::Undone(Some(rest)),
            };
            return;
        };
        self.last += 1;
        let part = |plan: Box<Plan>, id, state: fn(Box<Plan>) -> StepState| {
            let (old, records) = (&self.steps[at], plan.records.unwrap_or_default());
            let held = held(&plan);
            Step { id, records, state: state(plan), is_part: true, held, ..old.clone() }
        };
        let (done, undone): (fn(_) -> _, fn(_) -> _) =
            (StepState::Done, |plan| StepState::Undone(Some(plan)));
        let (of_made, of_rest) = if turn == Turn::Undo { (undone, done) } else { (done, undone) };
        let (made, left) = (part(inverse, StepId(self.last), of_made), part(rest, id, of_rest));
        // Done parts stand before undone ones.
        let parts = if turn == Turn::Undo { [left, made] } else { [made, left] };
        self.steps.splice(at..=at, parts);
        self.forget();
    }

    /// Takes note that a step can be neither undone nor done again, because something else is there; a step
    /// that asks still can.
    pub fn failed(&mut self, id: StepId, why: String) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.id == id && step.asks.is_none())
        {
            step.state = StepState::Fixed(why);
        }
    }

    /// Sets the ids of the stores in which a step is made, now or when it is turned; `None` stands for the
    /// newest step.
    pub fn made_in(&mut self, id: Option<StepId>, id_of: impl Fn(&StoreName) -> Option<String>) {
        let id = id.unwrap_or(StepId(self.last));
        let Some(step) = self.steps.iter_mut().find(|step| step.id == id) else { return };
        let (StepState::Done(plan) | StepState::Undone(Some(plan))) = &step.state else { return };
        let restored = plan.restores().map(|info| info.aside.store());
        let mut stores: Vec<_> = plan.changes_in().into_iter().chain(restored).collect();
        stores.dedup();
        let by_id = |store: &StoreName| Some((store.clone(), id_of(store)?));
        step.made_in = stores.into_iter().filter_map(by_id).collect();
    }

    /// Takes note that a step was not turned because someone else has deleted its records: the next time, it
    /// sets them anew by this plan, after a question.
    pub fn ask_to_set_anew(&mut self, id: StepId, anew: Box<Plan>) {
        let Some(step) = self.steps.iter_mut().find(|step| step.id == id) else { return };
        step.asks = Some(words::sets_anew(&anew));
        if let StepState::Done(plan) | StepState::Undone(Some(plan)) = &mut step.state {
            *plan = anew;
        }
    }

    /// Takes note that the step is being turned after its question.
    pub fn is_asked(&mut self, id: StepId) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.id == id) {
            step.asks = None;
        }
    }

    /// Lets a step wait for its store, which is not there.
    pub fn wait(&mut self, id: StepId, store: StoreName) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.id == id) {
            step.waits = Some(store);
        }
    }

    /// The store that a step waits for, where that step could be turned this way if the store were there.
    pub fn waits(&self, turn: Turn) -> Option<&StoreName> {
        let mut waiting = self.steps.iter().rev().filter(|step| step.is_next(turn));
        waiting.find_map(|step| step.waits.as_ref())
    }

    /// Lets steps no longer wait for stores that are there again.
    pub fn are_there(&mut self, is_there: impl Fn(&StoreName) -> bool) {
        for step in &mut self.steps {
            step.waits.take_if(|store| is_there(store));
        }
    }

    /// Lets a step that empties or removes a store be done again whatever has been written there since,
    /// because it is asked about first. `shown` is the store as the question shows it.
    pub fn ask_before(&mut self, id: StepId, shown: Option<&StoreInfo>) {
        let step = self.steps.iter_mut().find(|step| step.id == id);
        if let Some(Step { state: StepState::Undone(Some(plan)), .. }) = step
            && let PlannedChange::Purge(store) | PlannedChange::Drop(store) = &mut plan.change
        {
            store.modified_at = None;
            if let Some(id) = shown.and_then(|shown| shown.id.clone()) {
                store.id = Some(id);
            }
        }
    }

    /// The stores that undone steps are to empty or remove again, on the condition that nobody else has
    /// written to them.
    pub fn follows(&self) -> Vec<PlannedStore> {
        let mut all: Vec<PlannedStore> = Vec::new();
        for step in &self.steps {
            let StepState::Undone(Some(plan)) = &step.state else { continue };
            let store = plan.empties().filter(|store| store.modified_at.is_some());
            if let Some(store) = store.filter(|store| !all.contains(store)) {
                all.push(store.clone());
            }
        }
        all
    }

    /// Takes note that such a store was written to by a step of larder's own, and by nobody else.
    pub fn followed(&mut self, store: &Followed) {
        for step in &mut self.steps {
            if let StepState::Undone(Some(plan)) = &mut step.state
                && let PlannedChange::Purge(planned) | PlannedChange::Drop(planned) =
                    &mut plan.change
                && *planned == store.was
            {
                planned.clone_from(&store.now);
            }
        }
    }

    /// Takes note that a step that was done again has done something else than before.
    pub fn retitle(&mut self, id: StepId, title: String, records: u64) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.id == id) {
            (step.title, step.records) = (title, records);
        }
    }

    /// Takes note that an aside has been freed.
    pub fn freed(&mut self, id: &AsideId) {
        for step in &mut self.steps {
            if let StepState::Done(plan) = &step.state
                && matches!(&plan.change, PlannedChange::Restore(info) if info.id == *id)
            {
                step.state =
                    StepState::Fixed("its time is over, and the memory is freed".to_owned());
            }
        }
    }
}

/// Size of a plan's old values.
fn held(plan: &Plan) -> Held {
    let PlannedChange::Swap(swaps) = &plan.change else { return Held::default() };
    swaps.iter().map(Swap::held).sum()
}

#[cfg(test)]
mod tests;
