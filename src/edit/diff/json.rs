//! Comparison of JSON by leaf; members are paired by key, items by alignment.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::model::sort;

use super::super::align::hunks;
use super::super::leaves::{Digests, Kind, Leaves};
use super::excerpt::{cut, middle};
use super::{DiffBody, LISTED, LeafChange};

/// The differences, and the number of changes that are not listed; `None` if one side has too many leaves.
pub(super) fn compare(before: &[u8], after: &[u8], digests: &Digests) -> Option<(DiffBody, usize)> {
    let old = Leaves::of(before, digests)?;
    let new = Leaves::of(after, digests)?;
    let compared = Compared::all(&old, &new);
    let found: Vec<_> =
        compared.found.iter().filter_map(|pair| compared.change_of(*pair)).collect();
    let body = if found.is_empty() { DiffBody::Layout } else { DiffBody::Leaves(found) };
    Some((body, compared.more))
}

/// Places after the change of new or changed values, with their keys, in order; as many as are listed. `None`
/// if one side has too many leaves.
pub(super) fn come(before: &[u8], after: &[u8], digests: &Digests) -> Option<Vec<Range<usize>>> {
    let old = Leaves::of(before, digests)?;
    let new = Leaves::of(after, digests)?;
    let found = Compared::all(&old, &new).found;
    let mut come: Vec<_> = found.iter().filter_map(|(_, node)| Some(new.whole((*node)?))).collect();
    sort::sort_by_key(&mut come, |range| range.start);
    Some(come)
}

/// A node before the change and after it; one of them may be missing.
type Pair = (Option<usize>, Option<usize>);

struct Compared<'a> {
    old: &'a Leaves<'a>,
    new: &'a Leaves<'a>,
    found: Vec<Pair>,
    more: usize,
}

impl<'a> Compared<'a> {
    /// Collects all differences.
    fn all(old: &'a Leaves<'a>, new: &'a Leaves<'a>) -> Self {
        let mut compared = Self { old, new, found: Vec::new(), more: 0 };
        let mut rest = vec![(0, 0)];
        while let Some((a, b)) = rest.pop() {
            compared.at(a, b, &mut rest);
        }
        compared
    }

    fn at(&mut self, a: usize, b: usize, rest: &mut Vec<(usize, usize)>) {
        let (old, new) = (self.old, self.new);
        if old.digest(a) == new.digest(b) {
            return;
        }
        match (old.kind(a), new.kind(b)) {
            (Kind::Object, Kind::Object) => self.members(a, b, rest),
            (Kind::List, Kind::List) => self.items(a, b, rest),
            _ => self.change(Some(a), Some(b)),
        }
    }

    fn members(&mut self, a: usize, b: usize, rest: &mut Vec<(usize, usize)>) {
        let (old, new) = (self.old, self.new);
        let before = keyed(old, a);
        let after: HashMap<_, _> = keyed(new, b).into_iter().collect();
        let mut pairs = Vec::new();
        let mut seen = HashSet::with_capacity(before.len());
        for (name, node) in before {
            match after.get(&name) {
                Some(now) => pairs.push((node, *now)),
                None => self.change(Some(node), None),
            }
            seen.insert(name);
        }
        for (name, node) in keyed(new, b) {
            if !seen.contains(&name) {
                self.change(None, Some(node));
            }
        }
        rest.extend(pairs.into_iter().rev());
    }

    fn items(&mut self, a: usize, b: usize, rest: &mut Vec<(usize, usize)>) {
        let (old, new) = (self.old, self.new);
        let (before, after): (Vec<_>, Vec<_>) =
            (old.children(a).collect(), new.children(b).collect());
        let of_old: Vec<_> = before.iter().map(|node| old.digest(*node)).collect();
        let of_new: Vec<_> = after.iter().map(|node| new.digest(*node)).collect();
        let mut pairs = Vec::new();
        for (gone, come) in hunks(&of_old, &of_new) {
            // As many items go as come: they are paired as changed ones.
            if gone.len() == come.len() {
                pairs.extend(before[gone].iter().copied().zip(after[come].iter().copied()));
                continue;
            }
            before[gone].iter().for_each(|node| self.change(Some(*node), None));
            after[come].iter().for_each(|node| self.change(None, Some(*node)));
        }
        rest.extend(pairs.into_iter().rev());
    }

    fn change(&mut self, before: Option<usize>, after: Option<usize>) {
        if self.found.len() == LISTED {
            self.more += 1;
            return;
        }
        self.found.push((before, after));
    }

    fn change_of(&self, (before, after): Pair) -> Option<LeafChange> {
        let path = match (before, after) {
            (_, Some(node)) => self.new.path(node),
            (Some(node), None) => self.old.path(node),
            (None, None) => return None,
        };
        let old = before.map(|node| self.old.value(node));
        let new = after.map(|node| self.new.value(node));
        let (gone, come): (Range<usize>, Range<usize>) = match (old, new) {
            (Some(old), Some(new)) => middle(old, new),
            _ => (0..0, 0..0),
        };
        let (before, after) = (old.map(|old| cut(old, &gone)), new.map(|new| cut(new, &come)));
        Some(LeafChange { path, before, after })
    }
}

/// Members by their key as it is spelled, and by the number of earlier members with that key.
fn keyed<'a>(leaves: &'a Leaves<'_>, object: usize) -> Vec<((&'a [u8], u32), usize)> {
    let mut seen: HashMap<&[u8], u32> = HashMap::new();
    let mut members = Vec::new();
    for node in leaves.children(object) {
        let count = seen.entry(leaves.key(node)).or_default();
        members.push(((leaves.key(node), *count), node));
        *count += 1;
    }
    members
}
