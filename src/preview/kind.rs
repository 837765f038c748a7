//! The forms in which a value is shown, and the user's choice of one.

use crate::model::{ContentType, Family, endings};

/// The form in which a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreviewKind {
    /// JSON, pretty-printed.
    Json,
    /// Text in lines.
    Text,
    /// HTML as text to be read.
    Page,
    /// Rows in columns, below their head.
    Table,
    /// Offsets, hexadecimal and characters.
    Hex,
    /// A picture, as pixels.
    Picture,
    /// The value is None: nothing is shown.
    None,
    /// The value has no bytes.
    Empty,
    /// The entries of an archive, one a line.
    Listing,
    /// msgpack or CBOR, in lines like those of JSON.
    Notation,
}

/// The user's choice of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// As content type and bytes suggest.
    #[default]
    Auto,
    /// A list of objects as a table; other values as their content type and their bytes suggest.
    Table,
    /// As text in its own lines; bytes that are not UTF-8 as `\xNN`.
    Text,
    /// As bytes.
    Hex,
    /// As text, with line ends and tabs as symbols.
    Raw,
}

/// Whether a text may be JSON although its type need not be: bytes as a program stores them, or an answer of
/// JSON where a page or a picture was asked for.
pub(super) fn may_be_json(content_type: &ContentType, text: &[u8]) -> bool {
    let open = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    content_type.as_str().contains("json")
        || open && (is_markup(content_type) || !is_named_text(content_type))
}

/// Whether values of this type begin as HTML and XML do, and never as JSON.
pub(super) fn is_markup(content_type: &ContentType) -> bool {
    let essence = endings::essence(content_type).to_ascii_lowercase();
    essence.ends_with("html") || essence.ends_with("xml")
}

/// Whether the name of this type says that its values are text, whatever their bytes are.
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
