//! Folded objects and lists, and the steps of a cursor past them.

use std::sync::Arc;

use super::{Leaves, Trail};
use crate::preview::Fold;

/// Limit on the folds that are restored in a record that was read anew.
const FOLLOWED: usize = 200;

/// The folded nodes, in order. A fold inside another stays when that one is unfolded.
#[derive(Debug, Clone, Default)]
pub struct Folded(Arc<Vec<usize>>);

impl Folded {
    /// Number of folded nodes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is folded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a node is folded.
    pub fn has(&self, node: usize) -> bool {
        self.0.binary_search(&node).is_ok()
    }

    /// Folds a node that contains something, or unfolds it; returns whether it could.
    pub fn toggle(&mut self, leaves: &Leaves<'_>, node: usize) -> bool {
        match self.0.binary_search(&node) {
            Ok(at) => drop(Arc::make_mut(&mut self.0).remove(at)),
            Err(_) if !leaves.can_fold(node) => return false,
            Err(at) => Arc::make_mut(&mut self.0).insert(at, node),
        }
        true
    }

    /// Folds a node and all its siblings that contain something; returns whether there was one to fold. Takes
    /// time in proportion to the siblings.
    pub fn fold_beside(&mut self, leaves: &Leaves<'_>, node: usize) -> bool {
        let before = self.0.len();
        let folded = Arc::make_mut(&mut self.0);
        if node == 0 {
            folded.extend(leaves.can_fold(0).then_some(0));
        } else {
            let beside = leaves.children(leaves.parent(node));
            folded.extend(beside.filter(|node| leaves.can_fold(*node)));
        }
        folded.sort_unstable();
        folded.dedup();
        folded.len() > before
    }

    /// Unfolds all.
    pub fn clear(&mut self) {
        self.0 = Arc::default();
    }

    /// Unfolds everything that hides a node.
    pub fn show(&mut self, leaves: &Leaves<'_>, node: usize) {
        let mut node = node;
        while node != 0 {
            node = leaves.parent(node);
            if let Ok(at) = self.0.binary_search(&node) {
                Arc::make_mut(&mut self.0).remove(at);
            }
        }
    }

    /// The node that is shown in place of this one: the outermost folded one around it, or itself.
    pub fn shown(&self, leaves: &Leaves<'_>, node: usize) -> usize {
        let (mut at, mut shown) = (node, node);
        while at != 0 && !self.0.is_empty() {
            at = leaves.parent(at);
            if self.has(at) {
                shown = at;
            }
        }
        shown
    }

    /// The node this number of shown ones further down, or up if negative, at most at the ends.
    pub fn step(&self, leaves: &Leaves<'_>, from: usize, by: isize) -> usize {
        let last = leaves.len() - 1;
        if self.0.is_empty() {
            return from.saturating_add_signed(by).min(last);
        }
        if by.unsigned_abs() >= leaves.len() {
            return if by < 0 { 0 } else { self.shown(leaves, last) };
        }
        let mut at = from;
        for _ in 0..by.unsigned_abs() {
            let next = match (by < 0, self.has(at)) {
                (true, _) => at.checked_sub(1).map(|before| self.shown(leaves, before)),
                (false, true) => Some(leaves.after(at)),
                (false, false) => Some(at + 1),
            };
            let Some(next) = next.filter(|next| *next <= last) else { break };
            at = next;
        }
        at
    }

    /// The folds that a preview applies: those that are inside no other.
    pub fn folds(&self, leaves: &Leaves<'_>) -> Vec<Fold> {
        let mut behind = 0;
        let outermost = self.0.iter().filter(|node| {
            let is_outermost = **node >= behind;
            if is_outermost {
                behind = leaves.after(**node);
            }
            is_outermost
        });
        outermost.filter_map(|node| leaves.fold(*node)).collect()
    }

    /// The ways to the folded nodes, to fold them in a text that replaces this one; none where there are very
    /// many.
    pub fn trails(&self, leaves: &Leaves<'_>) -> Vec<Trail> {
        if self.0.len() > FOLLOWED {
            return Vec::new();
        }
        self.0.iter().map(|node| leaves.trail(*node)).collect()
    }

    /// The nodes that these ways lead to, as far as they can be folded.
    pub fn of_trails(trails: &[Trail], new: &Leaves<'_>) -> Self {
        let there = trails.iter().filter_map(|trail| new.follow(trail));
        let mut there: Vec<_> = there.filter(|node| new.can_fold(*node)).collect();
        there.sort_unstable();
        Self(Arc::new(there))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_reached_past_what_is_folded() {
        let text = br#"{"a": [1, 2], "b": {"c": [3]}}"#;
        let leaves = Leaves::seen(text).unwrap();
        let of = |value: &[u8]| (0..leaves.len()).find(|node| leaves.value(*node) == value);
        let (items, last) = (of(b"[1, 2]").unwrap(), of(br#"{"c": [3]}"#).unwrap());
        let mut folded = Folded::default();
        assert_eq!(folded.step(&leaves, items, isize::MAX), leaves.len() - 1);
        assert!(folded.fold_beside(&leaves, items) && !folded.fold_beside(&leaves, last));
        assert_eq!((folded.len(), folded.step(&leaves, 0, isize::MAX)), (2, last));
        assert_eq!(folded.step(&leaves, last, isize::MIN), 0);
        assert_eq!((folded.step(&leaves, 0, 2), folded.step(&leaves, last, -1)), (last, items));
        folded.show(&leaves, leaves.len() - 1);
        assert!(folded.has(items) && !folded.has(last));
        assert!(folded.toggle(&leaves, items) && folded.is_empty());
        assert!(!folded.toggle(&leaves, items + 1), "a number holds nothing");
    }
}
