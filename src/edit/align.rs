//! Alignment of two, or three, sequences: of lines, or of a list's items.

use std::hash::Hash;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

use crate::model::sort;

/// A change of one part of a sequence: the part before the change and after it.
pub(super) type Hunk = (Range<usize>, Range<usize>);

/// The differences between two sequences, in order.
pub(super) fn hunks<T: Hash + Eq + Copy>(before: &[T], after: &[T]) -> Vec<Hunk> {
    let mut input = InternedInput {
        before: Vec::new(),
        after: Vec::new(),
        interner: Interner::new(before.len()),
    };
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let wide = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| (wide(hunk.before), wide(hunk.after))).collect()
}

/// The sides that changed a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Neither.
    Nobody,
    /// Mine alone.
    Mine,
    /// Theirs alone.
    Theirs,
    /// Both, in the same way.
    Alike,
    /// Both, in different ways.
    Both,
}

/// A part of three sequences, where two of them were made from the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) base: Range<usize>,
    pub(super) mine: Range<usize>,
    pub(super) theirs: Range<usize>,
    pub(super) by: By,
}

/// A run of adjoining changes, of one or both of the sides.
struct Run {
    base: Range<usize>,
    /// Number of items by which each side is longer than the base.
    grown: [isize; 2],
    changed: [bool; 2],
    /// Whether every change in it inserts as many items as it removes, so that places do not shift.
    in_place: bool,
}

/// The parts of three sequences, in order and without a gap.
pub(super) fn parts<T: Hash + Eq + Copy>(base: &[T], mine: &[T], theirs: &[T]) -> Vec<Part> {
    let mut parts = Vec::new();
    // End of the base that is covered so far, and the shift of each side there.
    let (mut told, mut shift) = (0, [0_isize; 2]);
    for run in runs(&hunks(base, mine), &hunks(base, theirs)) {
        let side = |range: &Range<usize>, which: usize, grown: isize| {
            let start = range.start.saturating_add_signed(shift[which]);
            start..range.end.saturating_add_signed(shift[which] + grown)
        };
        push_same(&mut parts, told..run.base.start, shift);
        let part = Part {
            mine: side(&run.base, 0, run.grown[0]),
            theirs: side(&run.base, 1, run.grown[1]),
            by: match run.changed {
                [true, false] => By::Mine,
                [false, _] => By::Theirs,
                [true, true] => By::Both,
            },
            base: run.base.clone(),
        };
        if part.by == By::Both && mine[part.mine.clone()] == theirs[part.theirs.clone()] {
            parts.push(Part { by: By::Alike, ..part });
        } else if part.by == By::Both && run.in_place {
            each(&part, base, mine, theirs, &mut parts);
        } else {
            parts.push(part);
        }
        told = run.base.end;
        shift = [shift[0] + run.grown[0], shift[1] + run.grown[1]];
    }
    push_same(&mut parts, told..base.len(), shift);
    parts
}

fn push_same(parts: &mut Vec<Part>, base: Range<usize>, shift: [isize; 2]) {
    if !base.is_empty() {
        let shifted =
            |by: isize| base.start.saturating_add_signed(by)..base.end.saturating_add_signed(by);
        let (mine, theirs) = (shifted(shift[0]), shifted(shift[1]));
        parts.push(Part { base, mine, theirs, by: By::Nobody });
    }
}

/// Compares changes in place one by one; adjoining ones of a kind stay together.
fn each<T: Eq>(part: &Part, base: &[T], mine: &[T], theirs: &[T], parts: &mut Vec<Part>) {
    let begin = parts.len();
    for at in 0..part.base.len() {
        let (b, m, t) = (part.base.start + at, part.mine.start + at, part.theirs.start + at);
        let by = match (mine[m] == base[b], theirs[t] == base[b]) {
            (true, true) => By::Nobody,
            (false, true) => By::Mine,
            (true, false) => By::Theirs,
            (false, false) if mine[m] == theirs[t] => By::Alike,
            (false, false) => By::Both,
        };
        if let Some(last) = parts[begin..].last_mut().filter(|last| last.by == by) {
            (last.base.end, last.mine.end, last.theirs.end) = (b + 1, m + 1, t + 1);
        } else {
            parts.push(Part { base: b..b + 1, mine: m..m + 1, theirs: t..t + 1, by });
        }
    }
}

/// Runs of changes that meet, from both sides. Changes in place that only touch do not meet.
fn runs(mine: &[Hunk], theirs: &[Hunk]) -> Vec<Run> {
    let sides = mine.iter().map(|hunk| (0, hunk)).chain(theirs.iter().map(|hunk| (1, hunk)));
    let mut all: Vec<(usize, &Hunk)> = sides.collect();
    sort::sort_by_key(&mut all, |(_, (before, _))| (before.start, before.end));
    let mut runs: Vec<Run> = Vec::new();
    for (side, (before, after)) in all {
        let grown = after.len().cast_signed() - before.len().cast_signed();
        let in_place = grown == 0;
        let meets = |run: &&mut Run| {
            before.start < run.base.end
                || before.start == run.base.end && !(in_place && run.in_place)
        };
        if let Some(run) = runs.last_mut().filter(meets) {
            run.base.end = run.base.end.max(before.end);
            run.grown[side] += grown;
            run.changed[side] = true;
            run.in_place &= in_place;
        } else {
            let (mut sides, mut changed) = ([0; 2], [false; 2]);
            (sides[side], changed[side]) = (grown, true);
            runs.push(Run { base: before.clone(), grown: sides, changed, in_place });
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(base: &str, mine: &str, theirs: &str) -> Vec<(String, String, String, By)> {
        let (base, mine, theirs) = (base.as_bytes(), mine.as_bytes(), theirs.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let parts = parts(base, mine, theirs).into_iter();
        parts
            .map(|p| (text(&base[p.base]), text(&mine[p.mine]), text(&theirs[p.theirs]), p.by))
            .collect()
    }

    fn part(base: &str, mine: &str, theirs: &str, by: By) -> (String, String, String, By) {
        (base.to_owned(), mine.to_owned(), theirs.to_owned(), by)
    }

    #[test]
    fn changes_of_other_places_do_not_meet() {
        assert_eq!(
            told("abcde", "aBcde", "abcdE"),
            [
                part("a", "a", "a", By::Nobody),
                part("b", "B", "b", By::Mine),
                part("cd", "cd", "cd", By::Nobody),
                part("e", "e", "E", By::Theirs),
            ]
        );
        // Next to each other, in place.
        assert_eq!(
            told("ab", "Ab", "aB"),
            [part("a", "A", "a", By::Mine), part("b", "b", "B", By::Theirs)]
        );
        assert_eq!(
            told("abc", "XYc", "aZW"),
            [
                part("a", "X", "a", By::Mine),
                part("b", "Y", "Z", By::Both),
                part("c", "c", "W", By::Theirs),
            ]
        );
    }

    #[test]
    fn changes_of_one_place_meet() {
        assert_eq!(told("a", "b", "c"), [part("a", "b", "c", By::Both)]);
        assert_eq!(told("a", "b", "b"), [part("a", "b", "b", By::Alike)]);
        // Two insertions at one place: their order is unknown.
        assert_eq!(
            told("ab", "aXb", "aYb"),
            [
                part("a", "a", "a", By::Nobody),
                part("", "X", "Y", By::Both),
                part("b", "b", "b", By::Nobody),
            ]
        );
        // An insertion next to a change.
        let parts = told("ab", "Ab", "aYb");
        assert!(parts.contains(&part("a", "A", "aY", By::Both)), "{parts:?}");
    }

    proptest! {
        #[test]
        fn parts_cover_all_three_and_say_the_truth(
            base in "[abc]{0,12}", mine in "[abcx]{0,12}", theirs in "[abcy]{0,12}",
        ) {
            let told = told(&base, &mine, &theirs);
            let joined = |which: fn(&(String, String, String, By)) -> &String| {
                told.iter().map(which).cloned().collect::<String>()
            };
            prop_assert_eq!(joined(|part| &part.0), base);
            prop_assert_eq!(joined(|part| &part.1), mine);
            prop_assert_eq!(joined(|part| &part.2), theirs);
            for (base, mine, theirs, by) in &told {
                match by {
                    By::Nobody => prop_assert!(mine == base && theirs == base),
                    By::Mine => prop_assert!(mine != base && theirs == base),
                    By::Theirs => prop_assert!(mine == base && theirs != base),
                    By::Alike => prop_assert!(mine == theirs && mine != base),
                    By::Both => prop_assert!(mine != theirs),
                }
            }
        }
    }
}
