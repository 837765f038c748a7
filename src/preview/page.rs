//! A page as text to be read: a streaming reducer over the lexer's tokens. No tree, no recursion; what it
//! keeps and what it writes are bounded.

mod elements;
mod entities;
mod links;
mod writer;

use super::row::Role;
use super::source::{Kind, Language, Piece, Token, tokens};
use elements::Element;
use links::Links;
use writer::Writer;

/// Limit on the text that is written, in bytes; the rest is cut.
pub(super) const MOST: usize = 4 << 20;
/// Limit on a title, and on the text in place of a picture, in bytes.
const LABEL: usize = 512;
/// Limit on an address, in bytes.
const ADDRESS: usize = 2048;
/// Characters at which a word may be split: soft hyphen, space without width.
const PARTING: [&str; 2] = ["\u{ad}", "\u{200b}"];
/// Text of a page below which it is nearly empty, as an application that has not run, in bytes without white
/// space.
const LITTLE: usize = 40;
/// As [`LITTLE`], for a page whose source is short too, since that may be a message of a few words.
const WORDS: usize = 8;

/// A page as text.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: Vec<u8>,
    /// The pieces that are not plain text, in order, and their roles.
    pub(super) roles: Vec<(std::ops::Range<usize>, Role)>,
    /// Whether the text has been cut.
    pub(super) cut: bool,
    /// Whether the page has hardly any text.
    pub(super) bare: bool,
    /// Whether the page has less than a few words.
    pub(super) empty: bool,
    pub(super) links: PageLinks,
}

/// The links of a page.
#[derive(Debug, Default)]
pub struct PageLinks {
    /// The addresses, by their numbers, as they stand in the page.
    pub addresses: Vec<Vec<u8>>,
    /// The address that they are relative to, where the page names it.
    pub base: Option<Vec<u8>>,
    /// The address that the page names as its own.
    pub own: Option<Vec<u8>>,
}

/// Reduces a page to its text.
pub(super) fn reduce(source: &[u8]) -> Page {
    let mut reader = Reader::default();
    for token in tokens(Language::Html, source) {
        reader.take(source, &token);
        if reader.writer.is_full() {
            break;
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    writer: Writer,
    links: Links,
    base: Option<Vec<u8>>,
    own: Option<Vec<u8>>,
    tag: Tag,
    title: Vec<u8>,
    /// Destination of the text.
    into: Into,
    /// Address of the link that is open.
    link: Option<Vec<u8>>,
    /// Number of bytes that were written when it was opened.
    opened: usize,
    /// Number of `pre` elements around the text.
    verbatim: usize,
    noscript: bool,
    /// Bytes of text so far, without white space; counted up to [`LITTLE`].
    read: usize,
}

#[derive(Default, PartialEq, Eq)]
enum Into {
    #[default]
    Body,
    Title,
}

/// The tag that is being read.
#[derive(Default)]
struct Tag {
    closing: bool,
    element: Element,
    attribute: Attribute,
    address: Option<Vec<u8>>,
    alternative: Vec<u8>,
    relation: Vec<u8>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    #[default]
    Other,
    Href,
    Alt,
    Rel,
}

impl Reader {
    fn take(&mut self, source: &[u8], token: &Token) {
        let Kind::Markup(piece) = token.kind else { return };
        let bytes = &source[token.at.clone()];
        match piece {
            Piece::Text => self.text(bytes),
            Piece::Entity => match entities::decode(bytes) {
                Some(c) => self.text(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => self.text(bytes),
            },
            Piece::Open => self.tag = Tag::default(),
            Piece::OpenEnd => self.tag = Tag { closing: true, ..Tag::default() },
            Piece::Name => self.tag.element = Element::of(bytes),
            Piece::Attribute => {
                let element = self.tag.element;
                let addressed =
                    matches!(element, Element::Link | Element::Base | Element::Relation);
                self.tag.attribute = match (element, bytes) {
                    (_, name) if addressed && name.eq_ignore_ascii_case(b"href") => Attribute::Href,
                    (Element::Relation, name) if name.eq_ignore_ascii_case(b"rel") => {
                        Attribute::Rel
                    }
                    (Element::Image, name) if name.eq_ignore_ascii_case(b"alt") => Attribute::Alt,
                    _ => Attribute::Other,
                };
            }
            Piece::Value => self.value(bytes),
            Piece::Close => self.tag(),
            Piece::Comment | Piece::Between => {}
        }
    }

    fn value(&mut self, bytes: &[u8]) {
        let (into, most) = match self.tag.attribute {
            Attribute::Href => (self.tag.address.get_or_insert_default(), ADDRESS),
            Attribute::Alt => (&mut self.tag.alternative, LABEL),
            Attribute::Rel => (&mut self.tag.relation, LABEL),
            Attribute::Other => return,
        };
        let room = most.saturating_sub(into.len());
        into.extend_from_slice(head(bytes, room));
    }

    fn text(&mut self, bytes: &[u8]) {
        if self.into == Into::Title {
            for part in seen(bytes) {
                let room = LABEL.saturating_sub(self.title.len());
                self.title.extend_from_slice(head(part, room));
            }
            return;
        }
        if !self.noscript && self.read < LITTLE {
            self.read += bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        }
        if self.verbatim > 0 {
            self.writer.verbatim(bytes);
        } else {
            seen(bytes).for_each(|part| self.writer.text(part));
        }
    }

    /// Handles a tag that has been read to its end.
    fn tag(&mut self) {
        let Tag { closing, element, .. } = self.tag;
        match element {
            Element::Title if closing => self.into = Into::Body,
            Element::Title if self.title.is_empty() => self.into = Into::Title,
            Element::Noscript => self.noscript = !closing,
            Element::Link => {
                self.close_link();
                self.opened = self.writer.written();
                self.link = self.address();
            }
            Element::Base if self.base.is_none() => self.base = self.address(),
            Element::Relation if self.own.is_none() => {
                let mut kinds = self.tag.relation.split(u8::is_ascii_whitespace);
                if kinds.any(|kind| kind.eq_ignore_ascii_case(b"canonical")) {
                    self.own = self.address();
                }
            }
            Element::Image => {
                let label = entities::decode_all(&std::mem::take(&mut self.tag.alternative));
                if !label.trim_ascii().is_empty() {
                    self.writer.word(&[b"(image: ", label.trim_ascii(), b")"].concat(), Role::Dim);
                }
            }
            Element::Pre => {
                self.writer.preformatted(closing);
                self.verbatim =
                    if closing { self.verbatim.saturating_sub(1) } else { self.verbatim + 1 };
            }
            Element::Heading(level) => {
                self.writer.end_block(2);
                self.writer.heading(if closing { None } else { Some(level) });
            }
            Element::List(numbered) => self.writer.list(closing, numbered),
            Element::Item if !closing => self.writer.item(),
            Element::Quote => self.writer.quote(closing),
            Element::Table => {
                // A row may end before its last cell does.
                if closing {
                    self.writer.row();
                }
                self.writer.end_block(2);
            }
            Element::Control => self.writer.text(b" "),
            Element::Row => self.writer.row(),
            Element::Cell => self.writer.cell(closing),
            Element::Rule => self.writer.rule(),
            Element::Paragraph => self.writer.end_block(2),
            Element::Block | Element::Item => self.writer.end_block(1),
            Element::Break => self.writer.line_break(),
            Element::Title | Element::Base | Element::Relation | Element::Other => {}
        }
    }

    /// Takes the address of the tag, decoded.
    fn address(&mut self) -> Option<Vec<u8>> {
        self.tag.address.take().map(|address| entities::decode_all(&address))
    }

    fn close_link(&mut self) {
        let number = self.link.take().and_then(|address| self.links.number(address));
        if let Some(number) = number {
            let behind = self.writer.written() > self.opened;
            self.writer.mark(&format!("[{number}]"), behind);
        }
    }

    fn finish(mut self) -> Page {
        self.close_link();
        let (bare, empty) = (self.read < LITTLE, self.read < WORDS);
        self.links.write(&mut self.writer);
        let addresses = self.links.into_addresses();
        let links = PageLinks { addresses, base: self.base.take(), own: self.own.take() };
        let title = collapsed(&self.title);
        let cut = self.writer.is_full();
        let (body, mut roles) = self.writer.finish();
        if title.is_empty() {
            return Page { text: body, roles, cut, bare, empty, links };
        }
        let shift = title.len() + 2;
        for (at, _) in &mut roles {
            *at = at.start + shift..at.end + shift;
        }
        roles.insert(0, (0..title.len(), Role::Literal));
        Page { text: [&title, b"\n\n".as_slice(), &body].concat(), roles, cut, bare, empty, links }
    }
}

/// The text without the characters that only mark where a word may be split.
fn seen(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let next = memchr::memchr2_iter(0xc2, 0xe2, rest).find_map(|at| {
            let sign = PARTING.iter().find(|sign| rest[at..].starts_with(sign.as_bytes()))?;
            Some((at, at + sign.len()))
        });
        let (end, next) = next.unwrap_or((rest.len(), rest.len()));
        let part = (!rest.is_empty()).then_some(&rest[..end]);
        rest = &rest[next..];
        part
    })
}

/// The text with single spaces between its words.
fn collapsed(text: &[u8]) -> Vec<u8> {
    let words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

/// The beginning of a text that fits the room, in bytes; no character is cut in two.
fn head(bytes: &[u8], room: usize) -> &[u8] {
    let mut end = bytes.len().min(room);
    while end > 0 && bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    &bytes[..end]
}

#[cfg(test)]
mod tests;
