//! The value that is seen in the right pane, for what is laid over its cells: links, and pictures that the
//! terminal itself draws.

use std::sync::Arc;

use crate::app::summaries::{RightSide, right_side};
use crate::app::{App, Area};
use crate::preview::{Preview, Viewport};

use super::paint::below;

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

/// The part of the pane that is written in: one free column on both sides, as the lists have.
pub(super) fn inside(pane: Area) -> Area {
    let inner = pane.inner();
    Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
