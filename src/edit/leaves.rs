//! The leaves of a JSON value, each with its bytes: found in one pass, without recursion, by the lexer of the
//! preview. JSON is read as Python reads it: `NaN`, repeated keys, lone surrogates.

mod build;
mod change;
mod folded;
mod member;
mod path;
mod trail;
mod tree;

use std::hash::RandomState;
use std::ops::Range;
use std::sync::Arc;

use crate::preview::json;

use self::build::Node;

pub use change::{EditedLeaf, LeafEdit};
pub use folded::Folded;
pub use member::NotAValue;
pub use path::PathForm;
pub use trail::{LeafIndex, Trail};

/// Limit on the values and containers of a JSON text that is compared.
const MOST: usize = 1 << 20;

/// Kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// `{…}`.
    Object,
    /// `[…]`.
    List,
    /// A string, a number, or a literal.
    Leaf,
}

/// The leaves of a JSON value, and their containers.
///
/// Nodes are numbered in the order in which they begin; 0 is the root.
#[derive(Debug, Clone)]
pub struct Leaves<'a> {
    bytes: &'a [u8],
    nodes: Arc<Vec<Node>>,
    /// One for each node: equal for values that are spelled alike, whatever the white space between their
    /// tokens. Empty for leaves that are only looked at.
    digests: Vec<u64>,
}

/// Makes digests that can be compared, with random keys of this process, so that no value can be made to look
/// like another.
#[derive(Debug, Clone, Default)]
pub struct Digests(RandomState);

impl<'a> Leaves<'a> {
    /// The leaves of a JSON text; `None` if it is not JSON, or has more than a million of them.
    pub fn of(bytes: &'a [u8], digests: &Digests) -> Option<Self> {
        Self::built(bytes, Some(digests), MOST)
    }

    /// The leaves of a text that is only looked at, up to eight million; they cannot be compared.
    pub fn seen(bytes: &'a [u8]) -> Option<Self> {
        Self::built(bytes, None, json::MOST_SEEN)
    }

    fn built(bytes: &'a [u8], digests: Option<&Digests>, most: usize) -> Option<Self> {
        let (nodes, digests) = build::nodes(bytes, digests, most)?;
        Some(Self { bytes, nodes: Arc::new(nodes), digests })
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes, which no JSON text has.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Place of a node's value.
    pub fn range(&self, node: usize) -> Range<usize> {
        self.nodes[node].range()
    }

    /// Place of a node, with its key if it has one.
    pub fn whole(&self, node: usize) -> Range<usize> {
        let (key, value) = (self.key_range(node), self.range(node));
        if key.is_empty() { value } else { key.start..value.end }
    }

    /// The key of a node as it is spelled, with its quotes; empty where it has none.
    pub fn key(&self, node: usize) -> &'a [u8] {
        &self.bytes[self.key_range(node)]
    }

    /// Place of a node's key, before the colon of a member; empty for other nodes.
    fn key_range(&self, node: usize) -> Range<usize> {
        if !self.is_member(node) {
            return 0..0;
        }
        let before = self.bytes[..self.range(node).start].trim_ascii_end();
        let key = before.strip_suffix(b":").unwrap_or(before).trim_ascii_end();
        let Some((_, inside)) = key.split_last() else { return 0..0 };
        // A quote inside the key has an odd number of backslashes before it.
        let begins = |at: &usize| {
            let slashes = inside[..*at].iter().rev().take_while(|byte| **byte == b'\\').count();
            slashes.is_multiple_of(2)
        };
        memchr::memrchr_iter(b'"', inside).find(begins).map_or(0..0, |start| start..key.len())
    }

    /// Whether a node is a member of an object.
    pub fn is_member(&self, node: usize) -> bool {
        node != 0 && self.kind(self.parent(node)) == Kind::Object
    }

    /// The bytes of a node's value.
    pub fn value(&self, node: usize) -> &'a [u8] {
        &self.bytes[self.range(node)]
    }

    pub(super) fn kind(&self, node: usize) -> Kind {
        match self.bytes[self.range(node).start] {
            b'{' => Kind::Object,
            b'[' => Kind::List,
            _ => Kind::Leaf,
        }
    }

    pub(super) fn digest(&self, node: usize) -> u64 {
        self.digests[node]
    }

    /// The children of an object or a list, in their order.
    pub fn children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes[node].next as usize;
        let first = node + 1;
        std::iter::successors((first < end).then_some(first), move |&child| {
            Some(self.nodes[child].next as usize).filter(|next| *next < end)
        })
    }

    /// The innermost node whose value or key contains this offset.
    pub fn at(&self, offset: usize) -> Option<usize> {
        let after = self.nodes.partition_point(|node| node.range().start <= offset);
        // The key of the next node may be before its value.
        let mut node = after.min(self.len() - 1);
        while !self.whole(node).contains(&offset) {
            node = match node {
                0 => return None,
                node if node == after => node - 1,
                node => self.parent(node),
            };
        }
        Some(node)
    }

    /// Whether a node is an object or a list.
    pub fn is_container(&self, node: usize) -> bool {
        self.kind(node) != Kind::Leaf
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Vec<(String, String)> {
        let leaves = Leaves::of(text.as_bytes(), &Digests::default()).unwrap();
        let all = (0..leaves.len()).filter(|node| leaves.kind(*node) == Kind::Leaf);
        let spelled = |node| String::from_utf8(leaves.value(node).to_vec()).unwrap();
        all.map(|node| (leaves.path(node), spelled(node))).collect()
    }

    #[test]
    fn leaves_are_named_by_their_path_and_spelled_as_they_stand() {
        let found = leaves(
            r#" {"a": [1.10, -0, {"b": NaN}], "a": "\ud800", "x y": {}, "é": 1E5, "\u00e9": null} "#,
        );
        let expected = [
            ("$.a[0]", "1.10"),
            ("$.a[1]", "-0"),
            ("$.a[2].b", "NaN"),
            ("$.a", r#""\ud800""#),
            ("$.é", "1E5"),
            (r#"$["\u00e9"]"#, "null"),
        ];
        assert_eq!(found, expected.map(|(path, value)| (path.to_owned(), value.to_owned())));
        assert_eq!(leaves("7"), [("$".to_owned(), "7".to_owned())]);
    }

    #[test]
    fn an_offset_is_in_its_innermost_value() {
        let text = br#"{"a": [1, {"b": 22}], "c": 3}"#;
        let leaves = Leaves::of(text, &Digests::default()).unwrap();
        let path = |offset| leaves.at(offset).map(|node| leaves.path(node));
        assert_eq!(path(0).as_deref(), Some("$"));
        assert_eq!(path(2).as_deref(), Some("$.a"));
        assert_eq!(path(7).as_deref(), Some("$.a[0]"));
        assert_eq!(path(8).as_deref(), Some("$.a"));
        assert_eq!(path(17).as_deref(), Some("$.a[1].b"));
        assert_eq!(path(text.len()), None);
    }

    #[test]
    fn depth_takes_no_stack_and_masses_are_refused() {
        let deep = "[".repeat(10_000) + "1" + &"]".repeat(10_000);
        let leaves = Leaves::of(deep.as_bytes(), &Digests::default()).unwrap();
        assert_eq!(leaves.len(), 10_001);
        assert!(leaves.path(10_000).ends_with("[0][0]"));
        let masses = format!("[{}1]", "1,".repeat(MOST));
        assert!(Leaves::of(masses.as_bytes(), &Digests::default()).is_none());
        assert_eq!(Leaves::seen(masses.as_bytes()).map(|seen| seen.len()), Some(MOST + 2));
        assert_eq!(size_of::<Node>(), 24, "eight million of them are 201 MB");
        assert!(Leaves::of(b"[1,", &Digests::default()).is_none());
    }

    #[test]
    fn digests_tell_all_but_white_space() {
        let digests = Digests::default();
        let digest = |text: &str| Leaves::of(text.as_bytes(), &digests).unwrap().digest(0);
        assert_eq!(digest("[1, {\"a\": 2}]"), digest("[ 1,{\n\"a\":2}]"));
        for other in ["[1, {\"a\": 2.0}]", "[1, [2]]", "[[1], {\"a\": 2}]", "[1, {\"b\": 2}]", "[]"]
        {
            assert_ne!(digest("[1, {\"a\": 2}]"), digest(other), "{other}");
        }
        assert_ne!(digest("[[], 1]"), digest("[[1]]"));
        assert_ne!(digest("{}"), digest("[]"));
    }
}
