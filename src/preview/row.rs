//! What a preview hands to drawing: rows of spans that say what they are, not how they look.

/// One row of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The line's number, from 1, on the first row of a line.
    pub number: Option<usize>,
    /// What stands in it, left to right; at most as wide as the viewport.
    pub spans: Vec<Span>,
    /// The cells of a picture, right of the spans.
    pub pixels: Vec<Halves>,
    /// Whether the line goes on to the right of what is seen.
    pub more: bool,
    /// Whether a space at its end has no room, behind which the line goes on in the next row.
    pub spaced: bool,
}

/// A piece of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What is shown, already [`visible`](crate::text::visible).
    pub text: String,
    /// What it is.
    pub role: Role,
    /// Whether the search found it.
    pub hit: Hit,
}

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// What a cell shows: a pixel, and below it another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Halves {
    /// The upper one.
    pub upper: Rgb,
    /// The lower one; none in the last row of a picture with an odd number.
    pub lower: Option<Rgb>,
}

/// What a piece of a row is.
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
    /// Filling without meaning.
    Dim,
    /// The sign that a line goes on here, and the gap behind it.
    Wrapped,
}

/// Whether the search found a piece of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Hit {
    /// It did not.
    #[default]
    No,
    /// It did.
    Match,
    /// It is the match the user stands on.
    Current,
}

impl Row {
    /// The text of all spans.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| &*span.text).collect()
    }
}
