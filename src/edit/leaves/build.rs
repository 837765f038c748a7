//! The nodes of a JSON text, made in one pass over its tokens.

use std::hash::{BuildHasher as _, Hash};
use std::ops::Range;

use super::{Digests, Kind};
use crate::preview::json::{self, Sink, Token};

/// A value of a JSON text: a leaf, or a container. There are millions of them, so facts that follow from
/// other nodes and from the text are not kept.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The object or list around it; the root's own number for the root.
    pub(super) parent: u32,
    /// Its index among the children of that one, from 0.
    pub(super) position: u32,
    /// The number of the first node that is not inside it.
    pub(super) next: u32,
    /// Its first line where the text is laid out, from 0.
    pub(super) line: u32,
    /// The bytes of its value.
    start: u32,
    end: u32,
}

impl Node {
    /// A node that is alone in its text.
    pub(super) fn root(range: Range<u32>) -> Self {
        Self { parent: 0, position: 0, next: 1, line: 0, start: range.start, end: range.end }
    }

    /// Range of its bytes.
    pub(super) fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The nodes of a JSON text, and a digest of each where they are to be compared; `None` if the text is not
/// JSON, or has more nodes than the limit.
pub(super) fn nodes(
    bytes: &[u8],
    digests: Option<&Digests>,
    most: usize,
) -> Option<(Vec<Node>, Vec<u64>)> {
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
        open: None,
        key: 0..0,
        line: 0,
    };
    json::scan(bytes, &mut builder).ok()?;
    Some((builder.nodes, builder.made))
}

/// Number of nodes of a text.
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
    /// Digests of the nodes; that of an open one covers its contents so far.
    made: Vec<u64>,
    /// The innermost open object or list; its `next` counts its children so far.
    open: Option<usize>,
    key: Range<usize>,
    line: u32,
}

#[allow(clippy::cast_possible_truncation, reason = "texts of 4 GiB and more are refused before")]
impl Sink for Builder<'_, '_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        match token {
            Token::Gap => {}
            Token::Key => self.key = at,
            Token::Close => {
                let Some(open) = self.open else { return };
                let next = self.nodes.len() as u32;
                let node = &mut self.nodes[open];
                (node.next, node.end) = (next, at.end as u32);
                self.line += 1;
                self.open = Some(node.parent as usize).filter(|parent| *parent != open);
                self.count(open);
            }
            Token::Open | Token::Empty | Token::String | Token::Number | Token::Literal => {
                self.node(token, at);
            }
        }
    }
}

impl Builder<'_, '_> {
    #[allow(clippy::cast_possible_truncation, reason = "a text of less than 4 GiB has fewer nodes")]
    fn node(&mut self, token: Token, value: Range<usize>) {
        let number = self.nodes.len();
        let kind = match (token, self.bytes[value.start]) {
            (Token::Open | Token::Empty, b'{') => Kind::Object,
            (Token::Open | Token::Empty, _) => Kind::List,
            _ => Kind::Leaf,
        };
        let key = std::mem::replace(&mut self.key, 0..0);
        let (mut parent, mut position) = (number, 0);
        if let Some(open) = self.open {
            parent = open;
            position = self.nodes[open].next;
            self.nodes[open].next += 1;
            self.digest(open, &self.bytes[key]);
        }
        if let Some(digests) = self.digests {
            let spelled: &[u8] = if kind == Kind::Leaf { &self.bytes[value.clone()] } else { &[] };
            self.made.push(digests.0.hash_one((kind, spelled)));
        }
        let [parent, start, end] = [parent, value.start, value.end].map(|it| it as u32);
        let next = if token == Token::Open { 0 } else { number as u32 + 1 };
        self.nodes.push(Node { parent, position, next, line: self.line, start, end });
        self.line += 1;
        if token == Token::Open {
            self.open = Some(number);
        } else {
            self.count(number);
        }
    }

    /// Closes a node: its container takes up its digest.
    fn count(&mut self, node: usize) {
        if let (Some(open), Some(digest)) = (self.open, self.made.get(node).copied()) {
            self.digest(open, digest);
        }
    }

    /// Adds to the digest of a node, where there are digests.
    fn digest(&mut self, node: usize, more: impl Hash) {
        if let (Some(digests), Some(made)) = (self.digests, self.made.get_mut(node)) {
            *made = digests.0.hash_one((*made, more));
        }
    }
}
