//! The value that is seen in the right pane, for what is laid over its cells: links, and pictures that the
//! terminal itself draws.

use std::sync::Arc;

use crate::app::summaries::{RightSide, right_side};
use crate::app::{App, Area, LeafCursor};
use crate::preview::{Matches, Preview, PreviewKind, Row, Viewport};

use super::paint::below;

/// The rows of the value that is seen, and one more where it goes on: made once a frame, to be drawn and
/// to be looked through for links.
#[derive(Debug, Default)]
pub struct SeenRows(Option<Vec<Row>>);

/// A value that is seen.
pub(super) struct SeenValue<'a> {
    /// The value made ready.
    pub(super) preview: &'a Arc<Preview>,
    /// The rows and columns that show it.
    pub(super) view: Viewport,
    /// Where these are on the screen.
    pub(super) area: Area,
}

/// The value in the right pane; none where that shows something else, as another store or a group under
/// the cursor, a failure, or that the record is on its way.
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

/// The rows of a frame of this state.
pub fn seen_rows(app: &App) -> SeenRows {
    let seen = seen_value(app).filter(|seen| is_text(seen.preview));
    SeenRows(seen.map(|SeenValue { preview, view, .. }| {
        let more = Viewport { height: view.height.saturating_add(1), ..view };
        preview.rows(app.record.scroll, more, lit(app, preview))
    }))
}

impl SeenRows {
    /// The rows, where a value is seen in text.
    pub(super) fn get(&self) -> Option<&[Row]> {
        self.0.as_deref()
    }
}

/// What is lit in it: the value under the cursor, what a search found, else what has just come.
pub(super) fn lit<'a>(app: &'a App, preview: &Arc<Preview>) -> Option<&'a Matches> {
    let leaf = app.leaf().filter(|leaf| leaf.is_over(preview));
    let came = || {
        // A page's text is made of what the value holds; the places in it are others.
        let inside = preview.is_converted();
        let same = !inside || preview.kind() != PreviewKind::Page;
        app.record.versions.lit(app.now, inside).filter(|_| same)
    };
    leaf.map(LeafCursor::lit).or(app.record.matches.as_ref()).or_else(came)
}

/// Whether it is shown in text.
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

/// The part of the pane that is written in: one free column on both sides, as the lists have.
pub(super) fn inside(pane: Area) -> Area {
    let inner = pane.inner();
    Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
