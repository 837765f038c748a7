//! Merge of JSON by leaf: a leaf that only one side changed is taken from that side, whatever is in other
//! places of the same line.

use std::collections::HashMap;
use std::ops::Range;

use bytes::Bytes;

use super::super::align::{By, parts};
use super::super::leaves::{Digests, Kind, Leaves};
use super::conflict::{Choice, Conflict, chosen};
use super::lines::NAMED;
use super::members::{Child, Members};
use crate::model::sort;

/// Two changes of a JSON text, joined by leaf.
#[derive(Debug, Clone)]
pub(super) struct JsonMerge {
    pub(super) mine: Bytes,
    pub(super) theirs: Bytes,
    /// Bytes of `theirs` that are replaced by bytes of `mine`.
    taken: Vec<(Range<usize>, Range<usize>)>,
    /// Conflicts: their numbers, the bytes of `theirs` that the choice replaces, and the bytes of `mine`, for
    /// the choice of `mine`.
    open: Vec<(usize, Range<usize>, Range<usize>)>,
    /// Objects and lists whose members or items were added or removed.
    members: Vec<Members>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) theirs_at: Vec<String>,
}

/// The leaves of the three texts.
struct Three<'a> {
    base: Leaves<'a>,
    mine: Leaves<'a>,
    theirs: Leaves<'a>,
}

/// The same place in all three texts.
#[derive(Clone, Copy)]
struct Place {
    base: usize,
    mine: usize,
    theirs: usize,
}

impl JsonMerge {
    /// Joins the texts; `None` if one is not JSON, or has too many leaves.
    pub(super) fn of([base, mine, theirs]: [Bytes; 3], digests: &Digests) -> Option<Self> {
        let three = Three {
            base: Leaves::of(&base, digests)?,
            mine: Leaves::of(&mine, digests)?,
            theirs: Leaves::of(&theirs, digests)?,
        };
        let mut merge = Self {
            mine: mine.clone(),
            theirs: theirs.clone(),
            taken: Vec::new(),
            open: Vec::new(),
            members: Vec::new(),
            conflicts: Vec::new(),
            theirs_at: Vec::new(),
        };
        let mut rest = vec![Place { base: 0, mine: 0, theirs: 0 }];
        while let Some(place) = rest.pop() {
            merge.at(&three, place, &mut rest);
        }
        Some(merge)
    }

    fn at(&mut self, three: &Three<'_>, place: Place, rest: &mut Vec<Place>) {
        let Three { base, mine, theirs } = three;
        let (b, m, t) =
            (base.digest(place.base), mine.digest(place.mine), theirs.digest(place.theirs));
        if m == b || m == t {
            if t != b && m == b {
                self.name_changes((base, place.base), (theirs, place.theirs));
            }
            return;
        }
        let kind = base.kind(place.base);
        let alike = kind == mine.kind(place.mine) && kind == theirs.kind(place.theirs);
        let done = alike
            && match kind {
                Kind::Object => self.object(three, place, rest),
                Kind::List => self.list(three, place, rest),
                Kind::Leaf => false,
            };
        if !done && t == b {
            self.taken.push((theirs.range(place.theirs), mine.range(place.mine)));
        } else if !done {
            let pieces =
                [base.value(place.base), mine.value(place.mine), theirs.value(place.theirs)]
                    .map(|piece| Some(Bytes::copy_from_slice(piece)));
            let ranges = (theirs.range(place.theirs), mine.range(place.mine));
            self.open.push((self.conflicts.len(), ranges.0, ranges.1));
            self.conflicts.push(Conflict::new(theirs.path(place.theirs), pieces));
        }
    }

    /// Names someone else's changes below a node: the values themselves where both have the same members or
    /// the same number of items.
    fn name_changes(&mut self, (base, b): (&Leaves<'_>, usize), (theirs, t): (&Leaves<'_>, usize)) {
        let mut rest = vec![(b, t)];
        while let Some((b, t)) = rest.pop().filter(|_| self.theirs_at.len() < NAMED) {
            let same = base.kind(b) == theirs.kind(t)
                && base.kind(b) != Kind::Leaf
                && base
                    .children(b)
                    .map(|node| base.key(node))
                    .eq(theirs.children(t).map(|node| theirs.key(node)));
            if !same {
                self.name_theirs(theirs, t);
                continue;
            }
            let pairs = base.children(b).zip(theirs.children(t));
            let changed = pairs.filter(|(b, t)| base.digest(*b) != theirs.digest(*t));
            let mut changed: Vec<_> = changed.take(NAMED).collect();
            changed.reverse();
            rest.extend(changed);
        }
    }

    fn name_theirs(&mut self, theirs: &Leaves<'_>, node: usize) {
        if self.theirs_at.len() < NAMED {
            self.theirs_at.push(theirs.path(node));
        }
    }

    /// Joins two objects member by member; `false` if `mine` has members in another order, which would be
    /// lost.
    fn object(&mut self, three: &Three<'_>, place: Place, rest: &mut Vec<Place>) -> bool {
        let Three { base, mine, theirs } = three;
        let (of_base, of_mine) = (by_key(base, place.base), by_key(mine, place.mine));
        let of_theirs = by_key(theirs, place.theirs);
        if in_other_order(base, place.base, &of_mine) {
            return false;
        }
        let mut members = Members::new(theirs, place.theirs, mine, place.mine);
        let mut places = Vec::new();
        // Members of theirs that stay, and those that do not.
        for (name, t) in keyed(theirs, place.theirs) {
            let child = match (of_base.get(&name).copied(), of_mine.get(&name).copied()) {
                (Some(base), Some(mine)) => {
                    places.push(Place { base, mine, theirs: t });
                    Child::Keep(t)
                }
                (Some(b), None) if base.digest(b) == theirs.digest(t) => continue,
                (Some(b), None) => Child::MineRemoved(
                    self.conflict(
                        theirs.path(t),
                        [Some(base.value(b)), None, Some(theirs.value(t))],
                    ),
                    t,
                ),
                (None, Some(m)) if mine.digest(m) != theirs.digest(t) => {
                    let pieces = [None, Some(mine.value(m)), Some(theirs.value(t))];
                    let at = self.conflict(theirs.path(t), pieces);
                    self.open.push((at, theirs.range(t), mine.range(m)));
                    Child::Keep(t)
                }
                (None, _) => {
                    if !of_mine.contains_key(&name) {
                        self.name_theirs(theirs, t);
                    }
                    Child::Keep(t)
                }
            };
            members.push(child);
        }
        // Members of mine that theirs lacks, behind the ones that they follow.
        let mut behind = None;
        for (name, m) in keyed(mine, place.mine) {
            if let Some(t) = of_theirs.get(&name) {
                behind = Some(*t);
                continue;
            }
            let child = match of_base.get(&name).copied() {
                None => Child::Insert(m),
                Some(b) if base.digest(b) == mine.digest(m) => {
                    if self.theirs_at.len() < NAMED {
                        self.theirs_at.push(format!("{} is gone", mine.path(m)));
                    }
                    continue;
                }
                Some(b) => Child::TheirsRemoved(
                    self.conflict(mine.path(m), [Some(base.value(b)), Some(mine.value(m)), None]),
                    m,
                ),
            };
            members.insert(behind, child);
        }
        self.members.extend(members.changed());
        rest.extend(places.into_iter().rev());
        true
    }

    /// Joins two lists item by item; `false` if both changed one place and not all three have as many items
    /// there.
    fn list(&mut self, three: &Three<'_>, place: Place, rest: &mut Vec<Place>) -> bool {
        let Three { base, mine, theirs } = three;
        let items = |leaves: &Leaves<'_>, node| leaves.children(node).collect::<Vec<_>>();
        let (bs, ms) = (items(base, place.base), items(mine, place.mine));
        let ts = items(theirs, place.theirs);
        let digests = |leaves: &Leaves<'_>, nodes: &[usize]| {
            nodes.iter().map(|node| leaves.digest(*node)).collect::<Vec<_>>()
        };
        let parts = parts(&digests(base, &bs), &digests(mine, &ms), &digests(theirs, &ts));
        let in_place = |part: &super::super::align::Part| {
            part.base.len() == part.mine.len() && part.base.len() == part.theirs.len()
        };
        if parts.iter().any(|part| part.by == By::Both && !in_place(part)) {
            return false;
        }
        let mut members = Members::new(theirs, place.theirs, mine, place.mine);
        let mut places = Vec::new();
        for part in &parts {
            match part.by {
                By::Mine if !in_place(part) => {
                    ms[part.mine.clone()].iter().for_each(|m| members.push(Child::Insert(*m)));
                    continue;
                }
                By::Mine | By::Both => {
                    let sides = part.base.clone().zip(part.mine.clone()).zip(part.theirs.clone());
                    places.extend(sides.map(|((b, m), t)| Place {
                        base: bs[b],
                        mine: ms[m],
                        theirs: ts[t],
                    }));
                }
                By::Theirs => {
                    if let Some(first) = ts.get(part.theirs.start) {
                        self.name_theirs(theirs, *first);
                    }
                }
                By::Nobody | By::Alike => {}
            }
            ts[part.theirs.clone()].iter().for_each(|t| members.push(Child::Keep(*t)));
        }
        self.members.extend(members.changed());
        rest.extend(places.into_iter().rev());
        true
    }

    /// Whether white space that `mine` changed beside its values is left out. Unknown, and `false`, where
    /// members or items are added or removed, since white space around them changes anyway.
    pub(super) fn leaves_spacing(&self) -> bool {
        self.members.is_empty() && self.resolve(&[]) != self.mine
    }

    fn conflict(&mut self, at: String, pieces: [Option<&[u8]>; 3]) -> usize {
        let pieces = pieces.map(|piece| piece.map(Bytes::copy_from_slice));
        self.conflicts.push(Conflict::new(at, pieces));
        self.conflicts.len() - 1
    }

    pub(super) fn resolve(&self, choices: &[Choice]) -> Bytes {
        let mut splices: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
        let mine = |range: &Range<usize>| self.mine[range.clone()].to_vec();
        splices.extend(self.taken.iter().map(|(at, from)| (at.clone(), mine(from))));
        for (number, at, from) in &self.open {
            match chosen(choices, *number) {
                Choice::Mine => splices.push((at.clone(), mine(from))),
                Choice::Theirs => {}
                Choice::Edited(text) => splices.push((at.clone(), text.to_vec())),
            }
        }
        for members in &self.members {
            members.splices(&self.mine, &self.theirs, choices, &mut splices);
        }
        sort::sort_by_key(&mut splices, |(at, _)| (at.start, at.end));
        let mut out = Vec::with_capacity(self.theirs.len().max(self.mine.len()));
        let mut copied = 0;
        for (at, put) in splices {
            out.extend_from_slice(&self.theirs[copied..at.start]);
            out.extend_from_slice(&put);
            copied = at.end;
        }
        out.extend_from_slice(&self.theirs[copied..]);
        out.into()
    }
}

/// The key of a member as it is spelled, and the number of earlier members with that spelling.
type Name<'a> = (&'a [u8], u32);

fn keyed<'a>(leaves: &'a Leaves<'_>, object: usize) -> impl Iterator<Item = (Name<'a>, usize)> {
    let mut seen: HashMap<&[u8], u32> = HashMap::new();
    leaves.children(object).map(move |node| {
        let count = seen.entry(leaves.key(node)).or_default();
        *count += 1;
        ((leaves.key(node), *count - 1), node)
    })
}

fn by_key<'a>(leaves: &'a Leaves<'_>, object: usize) -> HashMap<Name<'a>, usize> {
    keyed(leaves, object).collect()
}

/// Whether the members that both have are in another order.
fn in_other_order(base: &Leaves<'_>, object: usize, mine: &HashMap<Name<'_>, usize>) -> bool {
    let mut last = 0;
    keyed(base, object).filter_map(|(name, _)| mine.get(&name).copied()).any(|at| {
        let before = at < last;
        last = at;
        before
    })
}
