//! The way from the root to a node, for finding it in another text.

use std::ops::Range;
use std::sync::Arc;

use super::build::Node;
use super::{Kind, Leaves};

/// One step from an object or a list to a child.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// The member of this key, as it is spelled; its index among those of the same key, from 0.
    Member(Vec<u8>, usize),
    /// The item at this place, from 0.
    Item(u32),
}

/// The way from the root to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail(Vec<Step>);

/// The nodes of a text, without the text.
#[derive(Debug, Clone)]
pub struct LeafIndex(Arc<Vec<Node>>);

impl LeafIndex {
    /// The root alone, which stands for all of a JSON text while its values are unknown.
    pub fn of_root(bytes: &[u8]) -> Self {
        let start = bytes.len() - bytes.trim_ascii_start().len();
        // Longer texts have no index.
        let [start, end] = [start, bytes.len()].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        Self(Arc::new(vec![Node::root(start..end)]))
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no nodes, which never happens.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The leaves, with the text that they were found in.
    pub fn over<'a>(&self, bytes: &'a [u8]) -> Leaves<'a> {
        Leaves { bytes, nodes: Arc::clone(&self.0), digests: Vec::new() }
    }
}

impl Leaves<'_> {
    /// The nodes alone, to be kept with an owned text.
    pub fn index(&self) -> LeafIndex {
        LeafIndex(Arc::clone(&self.nodes))
    }

    /// The object or list around a node; the root for itself.
    pub fn parent(&self, node: usize) -> usize {
        self.nodes[node].parent as usize
    }

    /// The first node that begins at or behind an offset; else the last node.
    pub fn from(&self, offset: usize) -> usize {
        let after = self.nodes.partition_point(|node| node.range().start < offset);
        // The key of that node may begin before its value.
        let begins_before = |node: &usize| self.whole(*node).start < offset;
        (after..self.len()).find(|node| !begins_before(node)).unwrap_or(self.len() - 1)
    }

    /// The first value that begins in a row, given the start of the row and of the next one; else the
    /// innermost value around the row's start, as for a closing bracket.
    pub fn in_row(&self, row: &Range<usize>) -> usize {
        let next = self.from(row.start);
        if row.contains(&self.whole(next).start) {
            return next;
        }
        let before = if self.range(next).start < row.start { next } else { next.saturating_sub(1) };
        let mut around = before;
        while around > 0 && self.range(around).end <= row.start {
            around = self.parent(around);
        }
        around
    }

    /// The way to a node.
    pub fn trail(&self, node: usize) -> Trail {
        let mut steps = Vec::new();
        let mut node = node;
        while node != 0 {
            let key = self.key(node);
            let parent = self.parent(node);
            steps.push(if key.is_empty() {
                Step::Item(self.nodes[node].position)
            } else {
                let same = self.children(parent).take_while(|child| *child < node);
                Step::Member(key.to_vec(), same.filter(|child| self.key(*child) == key).count())
            });
            node = parent;
        }
        steps.reverse();
        Trail(steps)
    }

    /// The node that a trail leads to; `None` if it is not there.
    pub fn follow(&self, trail: &Trail) -> Option<usize> {
        let mut node = 0;
        for step in &trail.0 {
            node = match step {
                Step::Item(at) => {
                    let is_list = self.kind(node) == Kind::List;
                    self.children(node).nth(*at as usize).filter(|_| is_list)?
                }
                Step::Member(key, nth) => {
                    let mut same = self.children(node).filter(|child| self.key(*child) == key);
                    same.nth(*nth)?
                }
            };
        }
        Some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Digests, Leaves};

    #[test]
    fn a_trail_leads_to_the_same_value_in_another_text() {
        let old = br#"{"a": [1, {"b": 2}], "c": 3, "c": 4}"#;
        let new = br#"{"x": 0, "c": 5, "a": [7, {"y": 1, "b": 9}, 8], "c": 6}"#;
        let (old, new) =
            (Leaves::of(old, &Digests::default()), Leaves::of(new, &Digests::default()));
        let (old, new) = (old.unwrap(), new.unwrap());
        for (value, now) in [("2", Some("9")), ("3", Some("5")), ("4", Some("6")), ("1", Some("7"))]
        {
            let node = (0..old.len()).find(|node| old.value(*node) == value.as_bytes()).unwrap();
            let there = new.follow(&old.trail(node)).map(|node| new.value(node));
            assert_eq!(there, now.map(str::as_bytes), "{value}");
        }
        let gone = (0..new.len()).find(|node| new.value(*node) == b"0").unwrap();
        assert_eq!(old.follow(&new.trail(gone)), None);
        for node in 0..new.len() {
            assert_eq!(new.follow(&new.trail(node)), Some(node), "{}", new.path(node));
        }
    }

    #[test]
    fn the_first_node_behind_an_offset_is_found() {
        let text = br#"{"a": [10, 2]}"#;
        let leaves = Leaves::of(text, &Digests::default()).unwrap();
        let path = |offset| leaves.path(leaves.from(offset));
        assert_eq!((path(0), path(1), path(2)), ("$".into(), "$.a".into(), "$.a[0]".into()));
        assert_eq!((path(8), path(100)), ("$.a[1]".into(), "$.a[1]".into()));
        let kept = leaves.index();
        assert_eq!(kept.over(text).path(2), "$.a[0]");
    }
}
