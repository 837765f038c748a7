//! The value being edited: as lines of text, or as bytes that are only held.

use bytes::Bytes;
use ratatui_textarea::TextArea;

/// What is edited.
#[derive(Debug)]
pub enum Content {
    /// Text, line by line, and what stands at a line's end.
    Text(Box<TextArea<'static>>, LineEnd),
    /// Bytes that are not text: only the user's own editor can change them.
    Bytes(Bytes),
}

/// What stands at the end of every line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// `\n`, or no line end at all.
    Lf,
    /// `\r\n` without exception.
    CrLf,
}

impl Content {
    pub(super) fn new(bytes: &Bytes) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else { return Self::Bytes(bytes.clone()) };
        let breaks = text.matches('\n').count();
        let (end, separator) = if breaks > 0 && text.matches("\r\n").count() == breaks {
            (LineEnd::CrLf, "\r\n")
        } else {
            (LineEnd::Lf, "\n")
        };
        let mut area = TextArea::new(text.split(separator).map(str::to_owned).collect());
        area.set_max_histories(1000);
        area.set_tab_length(2);
        Self::Text(Box::new(area), end)
    }

    /// The value's bytes, as they would be stored.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Text(area, LineEnd::Lf) => Bytes::from(area.lines().join("\n")),
            Self::Text(area, LineEnd::CrLf) => Bytes::from(area.lines().join("\r\n")),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Whether these would be the value's bytes.
    pub(super) fn is(&self, bytes: &Bytes) -> bool {
        match self {
            Self::Text(..) => self.bytes() == *bytes,
            // Mostly the very same bytes, which need not be compared.
            Self::Bytes(own) => {
                own.len() == bytes.len() && (own.as_ptr() == bytes.as_ptr() || own == bytes)
            }
        }
    }

    /// What ends a line, as other editors would add it at the end.
    pub fn line_end(&self) -> &'static [u8] {
        match self {
            Self::Text(_, LineEnd::CrLf) => b"\r\n",
            Self::Text(_, LineEnd::Lf) | Self::Bytes(_) => b"\n",
        }
    }

    /// The text being edited.
    pub fn text(&self) -> Option<&TextArea<'static>> {
        match self {
            Self::Text(area, _) => Some(area),
            Self::Bytes(_) => None,
        }
    }
}
