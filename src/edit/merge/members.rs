//! An object or a list whose members or items are added or removed: they are joined with the separators that
//! are there already.

use std::ops::Range;

use super::super::leaves::{Kind, Leaves};
use super::conflict::{Choice, chosen};

/// A member or an item of the outcome, by its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Child {
    /// It stays, perhaps with another value.
    Keep(usize),
    /// It is added from `mine`.
    Insert(usize),
    /// It was changed by `theirs` and removed by `mine`; the conflict of this number.
    MineRemoved(usize, usize),
    /// It was changed by `mine` and removed by `theirs`; the conflict of this number.
    TheirsRemoved(usize, usize),
}

/// A child without its tree.
#[derive(Debug, Clone)]
struct Entry {
    child: Child,
    /// Its bytes in `theirs`, or in `mine` for one that is added from there.
    whole: Range<usize>,
    /// The bytes of its value.
    value: Range<usize>,
}

/// An object or a list of the outcome.
#[derive(Debug, Clone)]
pub(super) struct Members {
    /// Its bytes in `theirs`, and in `mine`.
    outer: [Range<usize>; 2],
    /// From the start of its first member to the end of the last, in both; `None` for an empty one.
    inner: [Option<Range<usize>>; 2],
    /// The range between the first two members, in both.
    gap: [Option<Range<usize>>; 2],
    /// All members of `theirs`, in order.
    all: Vec<Range<usize>>,
    entries: Vec<Entry>,
    kept: usize,
    spans: Spans,
}

/// Places of the nodes that entries are made of.
#[derive(Debug, Clone, Default)]
struct Spans {
    theirs: Vec<(usize, Range<usize>, Range<usize>)>,
    mine: Vec<(usize, Range<usize>, Range<usize>)>,
}

impl Members {
    pub(super) fn new(theirs: &Leaves<'_>, t: usize, mine: &Leaves<'_>, m: usize) -> Self {
        debug_assert!(theirs.kind(t) != Kind::Leaf);
        let span = |leaves: &Leaves<'_>, node| (node, leaves.whole(node), leaves.range(node));
        let of_theirs: Vec<_> = theirs.children(t).map(|node| span(theirs, node)).collect();
        let of_mine: Vec<_> = mine.children(m).map(|node| span(mine, node)).collect();
        let inner = |all: &[(usize, Range<usize>, Range<usize>)]| {
            Some(all.first()?.1.start..all.last()?.1.end)
        };
        let gap = |all: &[(usize, Range<usize>, Range<usize>)]| {
            Some(all.first()?.1.end..all.get(1)?.1.start)
        };
        Self {
            outer: [theirs.range(t), mine.range(m)],
            inner: [inner(&of_theirs), inner(&of_mine)],
            gap: [gap(&of_theirs), gap(&of_mine)],
            all: of_theirs.iter().map(|(_, whole, _)| whole.clone()).collect(),
            entries: Vec::new(),
            kept: 0,
            spans: Spans { theirs: of_theirs, mine: of_mine },
        }
    }

    /// Adds the next child of the outcome.
    pub(super) fn push(&mut self, child: Child) {
        let entry = self.entry(child);
        self.entries.push(entry);
    }

    /// Adds a child of `mine`, after this one of `theirs` and those added behind it before; in front if there
    /// is none.
    pub(super) fn insert(&mut self, behind: Option<usize>, child: Child) {
        let begin = behind.map_or(0, |behind| {
            let there = |entry: &Entry| match entry.child {
                Child::Keep(node) | Child::MineRemoved(_, node) => node <= behind,
                _ => false,
            };
            self.entries.iter().rposition(there).map_or(0, |at| at + 1)
        });
        let comes =
            |entry: &&Entry| matches!(entry.child, Child::Insert(_) | Child::TheirsRemoved(..));
        let others = self.entries[begin..].iter().take_while(comes).count();
        let entry = self.entry(child);
        self.entries.insert(begin + others, entry);
    }

    fn entry(&mut self, child: Child) -> Entry {
        let (spans, node) = match child {
            Child::Keep(node) | Child::MineRemoved(_, node) => {
                self.kept += 1;
                (&self.spans.theirs, node)
            }
            Child::Insert(node) | Child::TheirsRemoved(_, node) => (&self.spans.mine, node),
        };
        // Nodes are numbered in their order.
        let at = spans.partition_point(|(number, ..)| *number < node);
        let (whole, value) =
            spans.get(at).map_or((0..0, 0..0), |(_, whole, value)| (whole.clone(), value.clone()));
        Entry { child, whole, value }
    }

    /// The container itself, if anything is added or removed.
    pub(super) fn changed(mut self) -> Option<Self> {
        self.spans = Spans::default();
        let plain = self.entries.iter().all(|entry| matches!(entry.child, Child::Keep(_)));
        (!plain || self.kept < self.all.len()).then_some(self)
    }

    /// The splices of `theirs`: places, and the bytes to put there. The bytes of members that stay are left
    /// alone.
    pub(super) fn splices(
        &self,
        mine: &[u8],
        theirs: &[u8],
        choices: &[Choice],
        out: &mut Vec<(Range<usize>, Vec<u8>)>,
    ) {
        // Each child of the outcome: its place in theirs, or its bytes.
        let mut there: Vec<Result<&Range<usize>, Vec<u8>>> = Vec::new();
        let of_mine = |range: &Range<usize>| mine[range.clone()].to_vec();
        for Entry { child, whole, value } in &self.entries {
            match child {
                Child::Keep(_) => there.push(Ok(whole)),
                Child::Insert(_) => there.push(Err(of_mine(whole))),
                Child::MineRemoved(number, _) => match chosen(choices, *number) {
                    Choice::Mine => {}
                    Choice::Theirs => there.push(Ok(whole)),
                    Choice::Edited(text) => {
                        there.push(Ok(whole));
                        out.push((value.clone(), text.to_vec()));
                    }
                },
                Child::TheirsRemoved(number, _) => match chosen(choices, *number) {
                    Choice::Mine => there.push(Err(of_mine(whole))),
                    Choice::Theirs => {}
                    Choice::Edited(text) => {
                        let key = of_mine(&(whole.start..value.start));
                        there.push(Err([&key[..], text].concat()));
                    }
                },
            }
        }
        self.join(&there, mine, theirs, out);
    }

    /// Writes the separators between the members that stay.
    fn join(
        &self,
        there: &[Result<&Range<usize>, Vec<u8>>],
        mine: &[u8],
        theirs: &[u8],
        out: &mut Vec<(Range<usize>, Vec<u8>)>,
    ) {
        let outer = &self.outer[0];
        let inside = outer.start + 1..outer.end - 1;
        if there.is_empty() {
            out.push((inside, Vec::new()));
            return;
        }
        let gap = self.gap(mine, theirs);
        let (head, tail) = self.ends(mine, theirs);
        // The bytes to put from `from` on, up to the next member that stays.
        let mut from = inside.start;
        let mut put = head;
        for (at, child) in there.iter().enumerate() {
            match child {
                Ok(range) => {
                    if at > 0 {
                        put.extend_from_slice(&self.before(range, theirs, &gap));
                    }
                    push(from..range.start, std::mem::take(&mut put), theirs, out);
                    from = range.end;
                }
                Err(bytes) => {
                    if at > 0 {
                        put.extend_from_slice(&gap);
                    }
                    put.extend_from_slice(bytes);
                }
            }
        }
        put.extend_from_slice(&tail);
        push(from..inside.end, put, theirs, out);
    }

    /// The separator before a member that stays: the existing one, if there is one.
    fn before(&self, range: &Range<usize>, theirs: &[u8], gap: &[u8]) -> Vec<u8> {
        let at = self.all.partition_point(|member| member.start < range.start);
        match at.checked_sub(1).map(|before| &self.all[before]) {
            Some(before) => theirs[before.end..range.start].to_vec(),
            None => gap.to_vec(),
        }
    }

    /// The separator between two members.
    fn gap(&self, mine: &[u8], theirs: &[u8]) -> Vec<u8> {
        match &self.gap {
            [Some(gap), _] => theirs[gap.clone()].to_vec(),
            [None, Some(gap)] => mine[gap.clone()].to_vec(),
            [None, None] => {
                let (head, _) = self.ends(mine, theirs);
                if head.is_empty() { b", ".to_vec() } else { [b",", &head[..]].concat() }
            }
        }
    }

    /// The white space before the first member and after the last.
    fn ends(&self, mine: &[u8], theirs: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let [of_theirs, of_mine] = &self.inner;
        let ends = |outer: &Range<usize>, inner: &Range<usize>, bytes: &[u8]| {
            let head = bytes[outer.start + 1..inner.start].to_vec();
            (head, bytes[inner.end..outer.end - 1].to_vec())
        };
        match (of_theirs, of_mine) {
            (Some(inner), _) => ends(&self.outer[0], inner, theirs),
            (None, Some(inner)) => ends(&self.outer[1], inner, mine),
            (None, None) => (Vec::new(), Vec::new()),
        }
    }
}

/// Adds a splice, unless its bytes are there already.
fn push(at: Range<usize>, put: Vec<u8>, theirs: &[u8], out: &mut Vec<(Range<usize>, Vec<u8>)>) {
    if theirs[at.clone()] != put[..] {
        out.push((at, put));
    }
}
