//! Effects of HTML elements on the text.

/// An element, by its effect.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// No effect.
    #[default]
    Other,
    /// Begins and ends lines.
    Block,
    /// Is set off by empty lines.
    Paragraph,
    /// Heading of this level.
    Heading(usize),
    /// List, numbered or not.
    List(bool),
    Item,
    Quote,
    Pre,
    Table,
    Row,
    Cell,
    /// Is set apart from the words next to it.
    Control,
    Rule,
    Break,
    Link,
    /// Address that links are relative to.
    Base,
    /// Relation between the page and others, in its head.
    Relation,
    Image,
    Title,
    Noscript,
}

impl Element {
    pub(super) fn of(name: &[u8]) -> Self {
        let mut small = [0; 10];
        let Some(small) = small.get_mut(..name.len()) else { return Self::Other };
        small.copy_from_slice(name);
        small.make_ascii_lowercase();
        match &*small {
            b"a" => Self::Link,
            b"base" => Self::Base,
            b"link" => Self::Relation,
            b"br" => Self::Break,
            b"img" => Self::Image,
            b"hr" => Self::Rule,
            b"li" => Self::Item,
            b"ul" | b"menu" => Self::List(false),
            b"ol" => Self::List(true),
            b"table" => Self::Table,
            b"button" | b"textarea" | b"label" | b"input" => Self::Control,
            b"tr" => Self::Row,
            b"td" | b"th" => Self::Cell,
            b"pre" | b"listing" => Self::Pre,
            b"title" => Self::Title,
            b"blockquote" => Self::Quote,
            b"noscript" => Self::Noscript,
            [b'h', level @ b'1'..=b'6'] => Self::Heading(usize::from(level - b'0')),
            b"p" | b"dl" | b"figure" | b"fieldset" | b"details" => Self::Paragraph,
            b"div" | b"section" | b"article" | b"header" | b"footer" | b"nav" | b"aside"
            | b"main" | b"form" | b"address" | b"dt" | b"dd" | b"option" | b"caption"
            | b"legend" | b"summary" | b"figcaption" | b"body" | b"head" | b"html" | b"select"
            | b"thead" | b"tbody" | b"tfoot" | b"dialog" | b"center" | b"search" | b"hgroup" => {
                Self::Block
            }
            _ => Self::Other,
        }
    }
}
