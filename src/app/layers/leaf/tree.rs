//! Which objects and lists are folded, and how the cursor goes past them.

use std::collections::BTreeSet;

use crate::edit::{Leaves, Trail};
use crate::preview::Fold;

/// Folds that are found again in a record that was read anew, at most.
const FOLLOWED: usize = 200;

/// The nodes that are folded. One that is in another stays so when that one is unfolded.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree(BTreeSet<usize>);

impl Tree {
    /// Whether a node is folded.
    pub(super) fn is_folded(&self, node: usize) -> bool {
        self.0.contains(&node)
    }

    /// Whether anything is folded.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Folds a node that holds something, or unfolds it; tells whether it did.
    pub(super) fn toggle(&mut self, leaves: &Leaves<'_>, node: usize) -> bool {
        if self.0.remove(&node) {
            return true;
        }
        leaves.fold(node).is_some() && self.0.insert(node)
    }

    /// Folds a node and all beside it that hold something; tells whether there was one to fold.
    pub(super) fn fold_beside(&mut self, leaves: &Leaves<'_>, node: usize) -> bool {
        let folded = self.0.len();
        if node == 0 {
            self.0.extend(leaves.fold(0).map(|_| 0));
        } else {
            let beside = leaves.children(leaves.parent(node));
            self.0.extend(beside.filter(|node| leaves.fold(*node).is_some()));
        }
        self.0.len() > folded
    }

    /// Unfolds all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Unfolds what hides a node.
    pub(super) fn show(&mut self, leaves: &Leaves<'_>, node: usize) {
        let mut node = node;
        while node != 0 {
            node = leaves.parent(node);
            self.0.remove(&node);
        }
    }

    /// The node that is shown where this one is: the outermost folded one that holds it, or itself.
    pub(super) fn shown(&self, leaves: &Leaves<'_>, node: usize) -> usize {
        let (mut at, mut shown) = (node, node);
        while at != 0 && !self.0.is_empty() {
            at = leaves.parent(at);
            if self.0.contains(&at) {
                shown = at;
            }
        }
        shown
    }

    /// The node so many shown ones further down, or up if negative, at most to the ends.
    pub(super) fn step(&self, leaves: &Leaves<'_>, from: usize, by: isize) -> usize {
        let last = leaves.len() - 1;
        if self.0.is_empty() {
            return from.saturating_add_signed(by).min(last);
        }
        let mut at = from;
        for _ in 0..by.unsigned_abs().min(leaves.len()) {
            let next = match (by < 0, self.0.contains(&at)) {
                (true, _) => at.checked_sub(1).map(|before| self.shown(leaves, before)),
                (false, true) => Some(leaves.after(at)),
                (false, false) => Some(at + 1),
            };
            let Some(next) = next.filter(|next| *next <= last) else { break };
            at = next;
        }
        at
    }

    /// What the preview folds: those that are in no other.
    pub(super) fn folds(&self, leaves: &Leaves<'_>) -> Vec<Fold> {
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

    /// The same folds in a text that has taken the place of this one; of very many, none.
    pub(super) fn follow(&self, old: &Leaves<'_>, new: &Leaves<'_>) -> Self {
        if self.0.len() > FOLLOWED {
            return Self::default();
        }
        let trails: Vec<Trail> = self.0.iter().map(|node| old.trail(*node)).collect();
        let there = trails.iter().filter_map(|trail| new.follow(trail));
        Self(there.filter(|node| new.fold(*node).is_some()).collect())
    }
}
