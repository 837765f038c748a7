//! HTML and XML.

use super::reach::{run, until, window};
use super::{LONGEST, Role};

/// State between two tokens of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    Text,
    Comment,
    /// In `<!…>`.
    Declaration,
    /// In `<?…?>`.
    Instruction,
    Cdata,
    /// Behind `<` or `</`.
    Name {
        closing: bool,
    },
    /// In a tag, behind its name.
    Tag(Raw),
    /// Behind `=`.
    Value(Raw),
    /// In quotes.
    Quoted(Raw, u8),
    /// Behind the tag of an element that holds no tags; passed to the lexer at once.
    Enter(Raw),
    /// In such an element, up to this byte.
    Raw(usize),
}

/// The elements of HTML whose contents have no tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw {
    None,
    Script,
    Style,
    Text(&'static [u8]),
}

/// Kind of a markup token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::preview) enum Piece {
    Text,
    /// `&amp;` and similar.
    Entity,
    /// Comments, declarations and instructions.
    Comment,
    /// `<`
    Open,
    /// `</`
    OpenEnd,
    /// The name of a tag.
    Name,
    Attribute,
    Value,
    /// The rest of a tag: white space, `=`, quotes, `/`.
    Between,
    /// `>`
    Close,
}

impl Piece {
    pub(super) fn role(self) -> Role {
        match self {
            Self::Text => Role::Plain,
            Self::Entity => Role::Literal,
            Self::Comment => Role::Dim,
            Self::Open | Self::OpenEnd | Self::Between | Self::Close => Role::Punctuation,
            Self::Name => Role::Key,
            Self::Attribute => Role::Number,
            Self::Value => Role::String,
        }
    }
}

/// The longest entity, in bytes: `&CounterClockwiseContourIntegral;`.
const ENTITY: usize = 33;

/// The token that begins at `at`.
#[inline]
pub(super) fn step(text: &[u8], at: usize, mode: &mut Markup, xml: bool) -> (usize, Piece) {
    let space = |byte: u8| byte.is_ascii_whitespace();
    match *mode {
        Markup::Text => match text[at] {
            b'<' => open(text, at, mode, xml),
            b'&' => entity(text, at),
            _ => {
                let near = window(text, at);
                let end = memchr::memchr2(b'<', b'&', near).unwrap_or(near.len());
                (at + end, Piece::Text)
            }
        },
        Markup::Raw(end) => {
            if at >= end {
                *mode = Markup::Text;
                return step(text, at, mode, xml);
            }
            if text[at] == b'&' {
                return entity(text, at);
            }
            let near = &text[at..end.min(at + LONGEST)];
            (at + memchr::memchr(b'&', near).unwrap_or(near.len()), Piece::Text)
        }
        Markup::Comment => to(text, at, b"-->", mode, Piece::Comment),
        Markup::Declaration => to(text, at, b">", mode, Piece::Comment),
        Markup::Instruction => to(text, at, if xml { b"?>" } else { b">" }, mode, Piece::Comment),
        Markup::Cdata => {
            let far = text.len().min(at + 3);
            if text[at..far] == *b"]]>" {
                *mode = Markup::Text;
                return (far, Piece::Comment);
            }
            match until(text, at, b"]]>") {
                Ok(end) => (end - 3, Piece::Text),
                Err(end) => (end, Piece::Text),
            }
        }
        Markup::Name { closing } => {
            let end = at + run(text, at, |byte| !space(byte) && !matches!(byte, b'/' | b'>'));
            let raw = if closing || xml { Raw::None } else { raw(&text[at..end]) };
            *mode = Markup::Tag(raw);
            (end, Piece::Name)
        }
        Markup::Tag(raw) | Markup::Value(raw) if text[at] == b'>' => {
            *mode = if raw == Raw::None { Markup::Text } else { Markup::Enter(raw) };
            (at + 1, Piece::Close)
        }
        Markup::Tag(_) | Markup::Value(_) if space(text[at]) => {
            (at + run(text, at, space), Piece::Between)
        }
        Markup::Tag(raw) => match text[at] {
            b'/' => (at + 1, Piece::Between),
            b'=' => {
                *mode = Markup::Value(raw);
                (at + 1, Piece::Between)
            }
            _ => {
                let part = |byte| !space(byte) && !matches!(byte, b'/' | b'>' | b'=');
                (at + run(text, at, part), Piece::Attribute)
            }
        },
        Markup::Value(raw) => {
            if let quote @ (b'"' | b'\'') = text[at] {
                *mode = Markup::Quoted(raw, quote);
                (at + 1, Piece::Between)
            } else {
                *mode = Markup::Tag(raw);
                (at + run(text, at, |byte| !space(byte) && byte != b'>'), Piece::Value)
            }
        }
        Markup::Quoted(raw, quote) => {
            if text[at] == quote {
                *mode = Markup::Tag(raw);
                return (at + 1, Piece::Between);
            }
            let near = window(text, at);
            (at + memchr::memchr(quote, near).unwrap_or(near.len()), Piece::Value)
        }
        // The lexer has left this mode before it calls this.
        Markup::Enter(_) => {
            *mode = Markup::Text;
            (at + 1, Piece::Text)
        }
    }
}

/// The piece that ends with `needle`.
fn to(text: &[u8], at: usize, needle: &[u8], mode: &mut Markup, piece: Piece) -> (usize, Piece) {
    match until(text, at, needle) {
        Ok(end) => {
            *mode = Markup::Text;
            (end, piece)
        }
        Err(end) => (end, piece),
    }
}

/// The piece that begins with `<`.
fn open(text: &[u8], at: usize, mode: &mut Markup, xml: bool) -> (usize, Piece) {
    let names = |byte: &u8| byte.is_ascii_alphabetic() || xml && (*byte >= 0x80 || *byte == b'_');
    let rest = &text[at..];
    match rest {
        // The dashes that open a comment may close it as well.
        [_, b'!', b'-', b'-', ..] => {
            *mode = Markup::Comment;
            (at + 2, Piece::Comment)
        }
        _ if xml && rest.starts_with(b"<![CDATA[") => {
            *mode = Markup::Cdata;
            (at + 9, Piece::Comment)
        }
        [_, b'!', ..] => {
            *mode = Markup::Declaration;
            (at + 2, Piece::Comment)
        }
        [_, b'?', ..] => {
            *mode = Markup::Instruction;
            (at + 2, Piece::Comment)
        }
        [_, b'/', first, ..] if names(first) => {
            *mode = Markup::Name { closing: true };
            (at + 2, Piece::OpenEnd)
        }
        [_, first, ..] if names(first) => {
            *mode = Markup::Name { closing: false };
            (at + 1, Piece::Open)
        }
        _ => (at + 1, Piece::Text),
    }
}

/// The piece that begins with `&`: an entity, or this sign alone.
fn entity(text: &[u8], at: usize) -> (usize, Piece) {
    let near = &text[at + 1..text.len().min(at + 1 + ENTITY)];
    let name = near.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#');
    match name.count() {
        count @ 1.. if near.get(count) == Some(&b';') => (at + count + 2, Piece::Entity),
        _ => (at + 1, Piece::Text),
    }
}

fn raw(name: &[u8]) -> Raw {
    let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
    if is(b"script") {
        return Raw::Script;
    }
    if is(b"style") {
        return Raw::Style;
    }
    let texts: [&'static [u8]; 4] = [b"title", b"textarea", b"xmp", b"iframe"];
    texts.into_iter().find(|known| is(known)).map_or(Raw::None, Raw::Text)
}

/// End of an element without tags: at its end tag, or with the text. Each byte is read once.
pub(super) fn raw_end(text: &[u8], from: usize, raw: Raw) -> usize {
    let name = match raw {
        Raw::None => return from,
        Raw::Script => b"script",
        Raw::Style => b"style".as_slice(),
        Raw::Text(name) => name,
    };
    let rest = &text[from.min(text.len())..];
    let ends = |at: &usize| {
        let named = rest.get(at + 2..at + 2 + name.len());
        let after = rest.get(at + 2 + name.len());
        named.is_some_and(|named| named.eq_ignore_ascii_case(name))
            && after.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
    };
    let end = memchr::memmem::find_iter(rest, b"</").find(ends);
    end.map_or(text.len(), |end| from + end)
}
