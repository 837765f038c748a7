//! What a value is shown as, and how the user wants it.

use crate::model::{ContentType, Family, endings};

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

/// Whether it is a type of JSON below `text/`.
pub(super) fn is_json_text(content_type: &ContentType) -> bool {
    let essence = endings::essence(content_type);
    ["text/json", "text/x-json"].iter().any(|json| essence.eq_ignore_ascii_case(json))
}

/// Whether values of this type are text by its name, whatever stands in them.
pub(super) fn is_named_text(content_type: &ContentType) -> bool {
    let essence = endings::essence(content_type);
    essence.eq_ignore_ascii_case("image/svg+xml")
        || matches!(content_type.told_family(), Family::Json | Family::Text)
}

/// Whether the bytes are text that a person wrote or reads.
pub(super) fn is_readable(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1f | 0x7f);
    !bytes.iter().any(odd) && std::str::from_utf8(bytes).is_ok()
}
