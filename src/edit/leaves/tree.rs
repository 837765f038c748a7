//! The values of a text as a tree: siblings of a node, and its lines.

use super::{Kind, Leaves};
use crate::preview::Fold;

impl Leaves<'_> {
    /// The next sibling of a node.
    pub fn next_beside(&self, node: usize) -> Option<usize> {
        let next = self.after(node);
        (node != 0 && next < self.after(self.parent(node))).then_some(next)
    }

    /// The previous sibling of a node.
    pub fn previous_beside(&self, node: usize) -> Option<usize> {
        let parent = self.parent(node);
        let mut before = node.checked_sub(1).filter(|before| *before > parent)?;
        while self.parent(before) != parent {
            before = self.parent(before);
        }
        Some(before)
    }

    /// The number of the first node behind a node and its contents.
    pub fn after(&self, node: usize) -> usize {
        self.nodes[node].next as usize
    }

    /// Whether a node holds something, so that it can be folded.
    pub fn can_fold(&self, node: usize) -> bool {
        self.after(node) > node + 1
    }

    /// The lines of an object or a list with contents, for folding. Takes time in proportion to the depth of
    /// the last value in it.
    pub fn fold(&self, node: usize) -> Option<Fold> {
        if !self.can_fold(node) {
            return None;
        }
        let open = self.nodes[node].line as usize;
        // Counted from its last value upwards: each closing bracket has a line.
        let mut last = self.after(node) - 1;
        let mut close = self.nodes[last].line as usize + 1;
        while self.parent(last) != node {
            last = self.parent(last);
            close += 1;
        }
        let len = self.nodes[last].position as usize + 1;
        Some(Fold { open, close, len, list: self.kind(node) == Kind::List })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Digests, Leaves};
    use crate::model::{Record, RecordMeta};
    use crate::preview::Preview;
    use crate::preview::json::tests::json;

    #[test]
    fn nodes_beside_each_other_are_found_both_ways() {
        let text = r#"[{"a": [1, 2]}, [], {"b": {}}, 3]"#;
        let leaves = Leaves::of(text.as_bytes(), &Digests::default()).unwrap();
        let mut at = leaves.children(0).next();
        let mut beside = Vec::new();
        while let Some(node) = at {
            beside.push(leaves.path(node));
            at = leaves.next_beside(node);
            assert_eq!(at.and_then(|next| leaves.previous_beside(next)), at.map(|_| node));
        }
        assert_eq!(beside, ["$[0]", "$[1]", "$[2]", "$[3]"]);
        assert_eq!((leaves.next_beside(0), leaves.previous_beside(0)), (None, None));
        assert_eq!(leaves.previous_beside(1), None);
    }

    proptest! {
        #[test]
        fn folds_take_the_lines_that_the_preview_has(text in json()) {
            let leaves = Leaves::of(text.as_bytes(), &Digests::default()).unwrap();
            let meta = RecordMeta {
                content_type: "application/json".into(),
                ..RecordMeta::default()
            };
            let preview = Preview::build(&Record { meta, value: text.clone().into() });
            let all: Vec<_> = preview.whole_lines().map(|row| row.text()).collect();
            for node in 0..leaves.len() {
                let Some(fold) = leaves.fold(node) else { continue };
                let bracket = if fold.list { "[" } else { "{" };
                prop_assert!(all[fold.open].ends_with(bracket));
                let close = all[fold.close].trim_start();
                let end = if fold.list { ']' } else { '}' };
                prop_assert!(close.starts_with(end));
                prop_assert_eq!(fold.len, leaves.children(node).count());
                let indent = |line: &str| line.len() - line.trim_start().len();
                prop_assert_eq!(indent(&all[fold.open]), indent(&all[fold.close]));
                prop_assert!(all[fold.open + 1..fold.close]
                    .iter().all(|line| indent(line) > indent(&all[fold.open])));
            }
        }
    }
}
