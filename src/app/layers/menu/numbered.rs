//! What a number that is typed in the palette leads to.

use crate::preview::{Preview, PreviewKind};

use super::super::super::App;
use super::super::super::layout::Pane;
use super::super::Layer;

/// The word for bytes.
pub(super) const BYTE: &str = "byte";

/// Places that have numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbered {
    /// What has numbers: rows of a list, lines of a value.
    pub(super) what: &'static str,
    /// How many there are.
    pub(super) len: usize,
}

impl Numbered {
    /// What has numbers where the cursor is: the value in focus, or the list.
    pub(super) fn here(app: &App) -> Option<Self> {
        let in_value = || app.record.preview().and_then(|preview| Self::of(preview));
        if let Some(Layer::Table(cursor)) = app.layer() {
            return Self::of(cursor.shown()).filter(|_| cursor.record().is_none());
        }
        if matches!(app.layer(), Some(Layer::Leaf(_))) {
            return in_value();
        }
        if !app.layers.is_empty() || app.editor.is_some() {
            return None;
        }
        let (what, len) = match app.focus {
            Pane::Stores => ("store", app.stores.len()),
            Pane::Keys if app.keys.are_grouped() => ("row", app.keys.len()),
            Pane::Keys => ("record", app.keys.len()),
            Pane::Record => return in_value(),
        };
        Some(Self { what, len })
    }

    /// What has numbers in a value.
    fn of(preview: &Preview) -> Option<Self> {
        let (what, len) = match preview.kind() {
            PreviewKind::Json
            | PreviewKind::Text
            | PreviewKind::Page
            | PreviewKind::Listing
            | PreviewKind::Notation => ("line", preview.lines()),
            PreviewKind::Table => ("row", preview.lines()),
            PreviewKind::Hex => (BYTE, preview.shown().len()),
            PreviewKind::Picture | PreviewKind::None | PreviewKind::Empty => return None,
        };
        Some(Self { what, len })
    }
}
