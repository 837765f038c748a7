//! Rows that a preview hands to drawing: spans that say what they are, not how they look.

/// One row of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Number of the line, from 1, on its first row.
    pub number: Option<usize>,
    /// Text of the row, left to right; at most as wide as the viewport.
    pub spans: Vec<Span>,
    /// The cells of a picture, right of the spans.
    pub pixels: Vec<Halves>,
    /// Whether the line goes on to the right of what is seen.
    pub more: bool,
    /// Whether a space at the end has no room; the line goes on behind it in the next row.
    pub spaced: bool,
}

/// A piece of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The shown text, already [`visible`](crate::text::visible).
    pub text: String,
    /// Role of the text.
    pub role: Role,
    /// Whether a search found it.
    pub hit: Hit,
}

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// Contents of a cell: one pixel above another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Halves {
    /// The upper pixel.
    pub upper: Rgb,
    /// The lower pixel; none in the last row of a picture with an odd number of rows.
    pub lower: Option<Rgb>,
}

/// Role of a piece of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// Text.
    #[default]
    Plain,
    /// The key of a JSON object.
    Key,
    /// A JSON string.
    String,
    /// A JSON number.
    Number,
    /// `true`, `false`, `null`, `NaN`, `Infinity`.
    Literal,
    /// Brackets, commas, colons.
    Punctuation,
    /// The offset before a row of bytes.
    Offset,
    /// Bytes in hexadecimal.
    Hex,
    /// Bytes as characters.
    Ascii,
    /// A symbol for what cannot be shown as it is.
    Symbol,
    /// Filler without a meaning.
    Dim,
    /// The sign of a further row of a wrapped line, and the gap behind it.
    Wrapped,
}

/// Whether a search found a piece of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Hit {
    /// Not found.
    #[default]
    No,
    /// Part of a match.
    Match,
    /// Part of the current match.
    Current,
}

impl Row {
    /// The text of all spans.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| &*span.text).collect()
    }
}
