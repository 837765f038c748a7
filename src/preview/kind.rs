//! What a value is shown as, and how the user wants it.

/// What a value is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreviewKind {
    /// JSON, pretty-printed.
    Json,
    /// Text in lines.
    Text,
    /// HTML as the text that is to be read in it.
    Page,
    /// Rows in columns, below their head.
    Table,
    /// Offsets, hexadecimal and characters.
    Hex,
    /// A picture, as pixels.
    Picture,
    /// The value is None: there is nothing to show.
    None,
    /// There are no bytes.
    Empty,
    /// What an archive holds, an entry in a line.
    Listing,
    /// msgpack or CBOR, in lines like those of JSON.
    Notation,
}

/// How the user wants a value shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// As its content type and its bytes suggest.
    #[default]
    Auto,
    /// A list of objects as a table; the rest as its content type and its bytes suggest.
    Table,
    /// As text in the lines it has; bytes that are not UTF-8 as `\xNN`.
    Text,
    /// As bytes.
    Hex,
    /// As text, with line ends and tabs as symbols.
    Raw,
}
