//! The leaves of a JSON value, each with its bytes: found in one pass, without recursion, by the lexer of the
//! preview. JSON is read as Python reads it: `NaN`, repeated keys, lone surrogates.

mod change;
mod folded;
mod member;
mod path;
mod trail;
mod tree;

use std::hash::{BuildHasher, Hash, RandomState};
use std::ops::Range;
use std::sync::Arc;

use crate::preview::json::{self, Sink, Token};

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

/// A value of a JSON text: a leaf, or a container.
#[derive(Debug, Clone)]
struct Node {
    /// The object or list around it; the root's own number for the root.
    parent: u32,
    /// Its index among the children of that one, from 0.
    position: u32,
    /// The number of the first node that is not inside it.
    next: u32,
    /// Number of its own children.
    children: u32,
    /// Its first and last line where the text is laid out, from 0.
    lines: [u32; 2],
    /// The bytes of its key with the quotes; empty where it has none.
    key: Range<u32>,
    /// The bytes of its value.
    value: Range<u32>,
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

    /// The leaves of a text that is only looked at, up to three million; they cannot be compared.
    pub fn seen(bytes: &'a [u8]) -> Option<Self> {
        Self::built(bytes, None, json::MOST_SEEN)
    }

    fn built(bytes: &'a [u8], digests: Option<&Digests>, most: usize) -> Option<Self> {
        u32::try_from(bytes.len()).ok()?;
        // Counted first, so that no spare memory is reserved.
        let mut count = Count(0);
        json::scan(bytes, &mut count).ok()?;
        if count.0 > most {
            return None;
        }
        let mut builder = Builder {
            bytes,
            digests,
            nodes: Vec::with_capacity(count.0),
            made: Vec::with_capacity(digests.map_or(0, |_| count.0)),
            open: Vec::new(),
            key: 0..0,
            line: 0,
        };
        json::scan(bytes, &mut builder).ok()?;
        Some(Self { bytes, nodes: Arc::new(builder.nodes), digests: builder.made })
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
        wide(&self.nodes[node].value)
    }

    /// Place of a node, with its key if it has one.
    pub fn whole(&self, node: usize) -> Range<usize> {
        let Node { key, value, .. } = &self.nodes[node];
        if key.is_empty() { wide(value) } else { key.start as usize..value.end as usize }
    }

    /// The key of a node as it is spelled, with its quotes; empty where it has none.
    pub fn key(&self, node: usize) -> &'a [u8] {
        &self.bytes[wide(&self.nodes[node].key)]
    }

    /// The bytes of a node's value.
    pub fn value(&self, node: usize) -> &'a [u8] {
        &self.bytes[self.range(node)]
    }

    pub(super) fn kind(&self, node: usize) -> Kind {
        match self.bytes[self.nodes[node].value.start as usize] {
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
        let after = self.nodes.partition_point(|node| {
            let start = if node.key.is_empty() { node.value.start } else { node.key.start };
            start as usize <= offset
        });
        let mut node = after.checked_sub(1)?;
        while !self.whole(node).contains(&offset) {
            if node == 0 {
                return None;
            }
            node = self.nodes[node].parent as usize;
        }
        Some(node)
    }

    /// Whether a node is an object or a list.
    pub fn is_container(&self, node: usize) -> bool {
        self.kind(node) != Kind::Leaf
    }
}

fn wide(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// An object or a list that is not closed yet.
struct Open {
    node: u32,
    children: u32,
    digest: u64,
}

/// Number of nodes to expect.
struct Count(usize);

impl Sink for Count {
    fn token(&mut self, token: Token, _: Range<usize>) {
        self.0 += match token {
            Token::Gap | Token::Key | Token::Close => 0,
            Token::Open | Token::Empty | Token::String | Token::Number | Token::Literal => 1,
        };
    }
}

struct Builder<'a, 'd> {
    bytes: &'a [u8],
    digests: Option<&'d Digests>,
    nodes: Vec<Node>,
    /// Digests of the nodes.
    made: Vec<u64>,
    open: Vec<Open>,
    key: Range<u32>,
    line: u32,
}

#[allow(clippy::cast_possible_truncation, reason = "texts of 4 GiB and more are refused before")]
impl Sink for Builder<'_, '_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        let range = at.start as u32..at.end as u32;
        match token {
            Token::Gap => {}
            Token::Key => self.key = range,
            Token::Close => {
                let Some(Open { node, children, digest }) = self.open.pop() else { return };
                let next = self.nodes.len() as u32;
                if let Some(made) = self.made.get_mut(node as usize) {
                    *made = digest;
                }
                let node = &mut self.nodes[node as usize];
                (node.next, node.value.end) = (next, range.end);
                (node.children, node.lines[1]) = (children, self.line);
                self.line += 1;
                self.count(digest);
            }
            Token::Open | Token::Empty | Token::String | Token::Number | Token::Literal => {
                self.node(token, range);
            }
        }
    }
}

impl Builder<'_, '_> {
    #[allow(clippy::cast_possible_truncation, reason = "there are at most `MOST_SEEN` nodes")]
    fn node(&mut self, token: Token, value: Range<u32>) {
        let number = self.nodes.len() as u32;
        let kind = match (token, self.bytes[value.start as usize]) {
            (Token::Open | Token::Empty, b'{') => Kind::Object,
            (Token::Open | Token::Empty, _) => Kind::List,
            _ => Kind::Leaf,
        };
        let (parent, position) =
            self.open.last().map_or((number, 0), |open| (open.node, open.children));
        let key = std::mem::replace(&mut self.key, 0..0);
        let spelled = &self.bytes[wide(&key)];
        if let Some(open) = self.open.last_mut() {
            open.digest = hash(self.digests, (open.digest, spelled));
            open.children += 1;
        }
        let spelled: &[u8] = match kind {
            Kind::Leaf => &self.bytes[wide(&value)],
            _ => &[],
        };
        let digest = hash(self.digests, (kind, spelled));
        self.made.extend(self.digests.map(|_| digest));
        let (next, lines) = (number + 1, [self.line; 2]);
        self.line += 1;
        let node = Node { parent, position, next, children: 0, lines, key, value };
        self.nodes.push(node);
        if token == Token::Open {
            self.open.push(Open { node: number, children: 0, digest });
        } else {
            self.count(digest);
        }
    }

    /// Closes a node: its container takes up its digest.
    fn count(&mut self, digest: u64) {
        if let Some(open) = self.open.last_mut() {
            open.digest = hash(self.digests, (open.digest, digest));
        }
    }
}

/// A digest; 0 where none are made.
fn hash(digests: Option<&Digests>, of: impl Hash) -> u64 {
    digests.map_or(0, |digests| digests.0.hash_one(of))
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
        assert_eq!(size_of::<Node>(), 40, "three million of them are 126 MB");
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
