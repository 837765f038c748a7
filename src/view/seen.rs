//! The visible value in the right pane, for what is laid over its cells: links, and pictures that the
//! terminal itself draws.

use std::sync::Arc;

use crate::app::summaries::{RightSide, right_side};
use crate::app::{App, Area, LeafCursor};
use crate::preview::{Matches, Preview, PreviewKind, Row, Viewport};

use super::paint::below;

/// The visible rows of the value, and one more if it goes on: made once a frame, to be drawn and to be
/// searched for links.
#[derive(Debug, Default)]
pub struct SeenRows(Option<Vec<Row>>);

/// A value that is visible.
pub(super) struct SeenValue<'a> {
    /// The preview of the value.
    pub(super) preview: &'a Arc<Preview>,
    /// The rows and columns that are visible.
    pub(super) view: Viewport,
    /// Where they are on the screen.
    pub(super) area: Area,
}

/// The value in the right pane; none if the pane shows something else, like another store or a group under
/// the cursor, a failure, or that the record is being read.
pub(super) fn seen_value(app: &App) -> Option<SeenValue<'_>> {
    let pane = app.layout().record?;
    let record = &app.record;
    let beside = !matches!((right_side(app), app.summaries.group()), (RightSide::Open, None));
    let waits = record.is_stale() && record.show_loading;
    if app.editor.is_some() || beside || record.failure.is_some() || waits {
        return None;
    }
    let inner = inside(pane);
    Some(SeenValue {
        preview: record.preview()?,
        view: record.viewport(pane, &app.keymap),
        area: below(inner, record.heading_rows(inner.width, &app.keymap)),
    })
}

/// The rows in a frame of this state.
pub fn seen_rows(app: &App) -> SeenRows {
    let seen = seen_value(app).filter(|seen| is_text(seen.preview));
    SeenRows(seen.map(|SeenValue { preview, view, .. }| {
        let more = Viewport { height: view.height.saturating_add(1), ..view };
        preview.rows(app.record.scroll, more, lit(app, preview))
    }))
}

impl SeenRows {
    /// The rows, if a value is visible as text.
    pub(super) fn get(&self) -> Option<&[Row]> {
        self.0.as_deref()
    }
}

/// The lit bytes of the value: those under the cursor, else those that a search found, else those that have
/// just come.
pub(super) fn lit<'a>(app: &'a App, preview: &Arc<Preview>) -> Option<&'a Matches> {
    let leaf = app.leaf().filter(|leaf| leaf.is_over(preview));
    let came = || {
        let versions = &app.record.versions;
        match app.record.entry() {
            Some(_) => None,
            // Places in a text that is made of the value differ from those in the value.
            None if preview.has_made_lines() => versions.lit_in_text(app.now),
            None => versions.lit(app.now, preview.is_converted()),
        }
    };
    leaf.map(LeafCursor::lit).or(app.record.matches.as_ref()).or_else(came)
}

/// Whether the value is shown as text.
fn is_text(preview: &Preview) -> bool {
    match preview.kind() {
        PreviewKind::Json
        | PreviewKind::Text
        | PreviewKind::Page
        | PreviewKind::Table
        | PreviewKind::Listing
        | PreviewKind::Notation => true,
        PreviewKind::Hex | PreviewKind::Picture | PreviewKind::None | PreviewKind::Empty => false,
    }
}

/// The part of the pane with text in it: one free column on each side, as in the lists.
pub(super) fn inside(pane: Area) -> Area {
    let inner = pane.inner();
    Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
