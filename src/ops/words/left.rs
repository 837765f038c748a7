//! The sentences about records that are left as they are, because someone else has written in between.

use std::collections::HashMap;

use crate::model::{Error, ErrorKind, Key};
use crate::text::plural;

use super::super::outcome::Outcome;
use super::super::plan::{Plan, PlannedChange, Turn};
use super::super::record_swap::Fate;
use super::{NAMED, staged, turn};

/// The moment since which a record should not have changed.
#[derive(Clone, Copy)]
enum Since {
    /// The moment when it was shown.
    Shown,
    /// The moment of the step that is undone or done again.
    Step,
}

/// The sentence that a plan has left records as they are; `None` if it has left none.
pub fn left_by(plan: &Plan, outcome: &Outcome) -> Option<String> {
    if matches!(&plan.change, PlannedChange::SetMany(_)) {
        return staged::left(&outcome.skipped, &outcome.fates);
    }
    let since = if plan.step.is_some() { Since::Step } else { Since::Shown };
    told(&outcome.skipped, &outcome.fates, since)
}

/// The sentence that records have changed since they were shown; `None` if none has.
pub fn left(skipped: &[Key]) -> Option<String> {
    told(skipped, &HashMap::new(), Since::Shown)
}

/// The error that nothing in a plan is as it was shown.
pub(in crate::ops) fn all_skipped(skipped: &[Key]) -> Error {
    let problem = left(skipped).unwrap_or_default();
    Error::new(ErrorKind::Conflict, problem).hint(LOOK)
}

/// The error that the only record of a plan is not as it was shown, or not as its step left it.
pub(in crate::ops) fn is_another(key: &Key, fate: Fate, is_step: bool) -> Error {
    let (skipped, fates) = ([key.clone()], HashMap::from([(key.clone(), fate)]));
    let since = if is_step { Since::Step } else { Since::Shown };
    let problem = told(&skipped, &fates, since).unwrap_or_default();
    let remedy = match fate {
        Fate::Gone => UNCHANGED,
        Fate::Changed | Fate::Come | Fate::Unknown if is_step => STAYS,
        Fate::Changed | Fate::Come | Fate::Unknown => LOOK,
    };
    Error::new(ErrorKind::Conflict, problem).hint(remedy)
}

/// The error that nothing is as the step left it, so that it is not turned. `sets_anew`: if it is turned once
/// more, records that are gone are set anew.
pub(in crate::ops) fn all_changed(
    skipped: &[Key],
    fates: &HashMap<Key, Fate>,
    sets_anew: Option<Turn>,
) -> Error {
    let problem = told(skipped, fates, Since::Step).unwrap_or_default();
    let all_gone = skipped.iter().all(|key| fates.get(key) == Some(&Fate::Gone));
    let remedy = match sets_anew {
        Some(turn) => turn::again_sets_anew(turn),
        None if all_gone => UNCHANGED,
        None => STAYS,
    };
    Error::new(ErrorKind::Conflict, problem).hint(remedy)
}

const LOOK: &str = "look at it, then try again";
const STAYS: &str = "what is there now is not overwritten";
const UNCHANGED: &str = "nothing was changed";

/// The records and their fates, those of one fate together.
fn told(skipped: &[Key], fates: &HashMap<Key, Fate>, since: Since) -> Option<String> {
    let of = |fate: Fate| {
        let all = skipped.iter().filter(|key| fates.get(*key).copied().unwrap_or_default() == fate);
        let all: Vec<_> = all.collect();
        (!all.is_empty()).then(|| of_one_fate(&all, fate, since))
    };
    let each = [Fate::Changed, Fate::Come, Fate::Unknown, Fate::Gone].into_iter().filter_map(of);
    let each: Vec<_> = each.collect();
    (!each.is_empty()).then(|| each.join("; "))
}

fn of_one_fate(keys: &[&Key], fate: Fate, since: Since) -> String {
    let named = named(keys);
    let all = plural(keys.len() as u64, "record");
    let is_one = keys.len() == 1;
    match (fate, since) {
        (Fate::Changed, Since::Shown) if is_one => {
            format!("{named} changed since it was shown, and stays")
        }
        (Fate::Changed, Since::Shown) => {
            format!("{all} changed meanwhile, and stay: {named}")
        }
        (Fate::Changed, Since::Step) if is_one => {
            format!("{named} has changed since, and stays")
        }
        (Fate::Changed, Since::Step) => {
            format!("{all} have changed since, and stay: {named}")
        }
        (Fate::Come, _) if is_one => {
            format!("{named} was made by someone else, and stays")
        }
        (Fate::Come, _) => {
            format!("{all} made by someone else stay: {named}")
        }
        (Fate::Unknown, _) if is_one => {
            format!("{named} was changed or deleted by someone else")
        }
        (Fate::Unknown, _) => {
            format!("someone else changed or deleted {all}: {named}")
        }
        (Fate::Gone, _) if is_one => format!("{named} was deleted by someone else"),
        (Fate::Gone, _) => format!("{all} were deleted by someone else: {named}"),
    }
}

/// The names of the first keys.
fn named(keys: &[&Key]) -> String {
    let names: Vec<_> = keys.iter().take(NAMED).map(|key| key.named()).collect();
    let more = if keys.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_told_by_what_became_of_it() {
        let keys = |names: &str| names.split(' ').map(Key::from).collect::<Vec<_>>();
        let fates = |gone: &str, come: &str| -> HashMap<Key, Fate> {
            let gone = keys(gone).into_iter().map(|key| (key, Fate::Gone));
            gone.chain(keys(come).into_iter().map(|key| (key, Fate::Come))).collect()
        };
        let step = |skipped: &str, gone, come| {
            told(&keys(skipped), &fates(gone, come), Since::Step).unwrap()
        };
        assert_eq!(step("a", "a", "-"), "a was deleted by someone else");
        assert_eq!(step("a", "-", "-"), "a has changed since, and stays");
        assert_eq!(
            step("a b c", "b", "c"),
            "a has changed since, and stays; \
             c was made by someone else, and stays; b was deleted by someone else"
        );
        assert_eq!(
            step("a b c d e f g", "a b c d e f g", "-"),
            "7 records were deleted by someone else: a, b, c, d, e, …"
        );
        assert_eq!(told(&[], &HashMap::new(), Since::Shown), None);
    }

    #[test]
    fn what_can_be_done_is_said_by_what_became_of_it() {
        let gone = HashMap::from([(Key::from("a"), Fate::Gone)]);
        let all = [Key::from("a")];
        let remedy = |fates, turn| all_changed(&all, fates, turn).remedy().to_owned();
        assert_eq!(remedy(&gone, Some(Turn::Undo)), "undo it once more to set it anew");
        assert_eq!(remedy(&gone, Some(Turn::Redo)), "redo it once more to set it anew");
        assert_eq!(remedy(&gone, None), UNCHANGED);
        assert_eq!(remedy(&HashMap::new(), None), STAYS);
    }
}
