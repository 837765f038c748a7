//! The pane that takes the keys, and the widths of the panes: by the user's choice and by their content.

use super::super::App;
use super::super::event::Effect;
use super::super::layout::{Pane, PaneSizes, Split};
use super::super::notice::Notice;
use super::super::summaries::elsewhere;
use crate::keymap::Action;

/// Fits the widths of the panes to their content.
pub(in crate::app) fn share_width(app: &mut App) {
    let split = Split {
        needed: app.stores.needed_width(),
        // The width only grows, so that the border does not move to and fro.
        keys: app.split.keys.max(app.keys.needed_width()),
        only_store: app.stores.is_only(app.keys.store.as_ref()),
        ..app.split
    };
    if split != app.split {
        app.split = split;
        app.measure();
    }
}

/// Makes the pane in focus wider or narrower, at the cost of the others.
pub(in crate::app) fn resize(app: &mut App, wider: bool) {
    match app.split.resized(&app.layout(), app.focus, wider) {
        Some(sizes) => choose(app, sizes),
        None if wider => app.notice = Some(Notice::info("the panes beside it give no more room")),
        None => app.notice = Some(Notice::info("the pane cannot be narrower")),
    }
}

/// Gives the pane in focus the whole width, or shares it with the others again.
pub(in crate::app) fn zoom(app: &mut App) {
    let sizes = app.split.sizes;
    choose(app, PaneSizes { zoomed: !sizes.zoomed, ..sizes });
}

/// Drags the border between a pane and its right neighbour to a column.
pub(in crate::app) fn drag(app: &mut App, left: Pane, x: u16) {
    if let Some(sizes) = app.split.dragged(&app.layout(), left, x) {
        app.split.sizes = sizes;
        app.measure();
    }
}

/// Has the present widths kept for the next run.
pub(in crate::app) fn keep(app: &mut App) {
    app.out.effects.push(Effect::KeepPanes(app.split.sizes));
}

fn choose(app: &mut App, sizes: PaneSizes) {
    app.split.sizes = sizes;
    app.measure();
    keep(app);
}

/// Gives the keys to another pane, if there is something in it.
pub(super) fn focus_on(app: &mut App, pane: Pane) {
    if app.has(pane) {
        if pane == Pane::Record {
            // A record that is looked at closely is not replaced by new ones.
            app.keys.stop_following();
        }
        app.focus = pane;
        app.measure();
    }
}

/// Opens the store under the cursor, if the right side shows its keys and it is not the open one; tells
/// whether it does.
fn enter_shown(app: &mut App) -> bool {
    let enters = elsewhere(app).is_some();
    if enters {
        app.stores.act(Action::Open, &mut ctx!(app));
    }
    enters
}

/// Like [`focus_on`], but opens the store that the right side shows, and says so if there is nothing in the
/// pane yet.
pub(super) fn go_to(app: &mut App, pane: Pane) {
    if pane != Pane::Stores && enter_shown(app) {
        return;
    }
    focus_on(app, pane);
    if app.focus != pane {
        app.notice = Some(Notice::info("nothing is open there yet"));
    }
}

/// Scrolls the value by half a window; the cursor and the focus stay.
pub(super) fn scroll_value(app: &mut App, down: bool) {
    if app.layout().record.is_none() {
        app.notice = Some(Notice::info("the value is not shown beside the keys"));
        return;
    }
    let view = app.viewport();
    let half = isize::try_from(view.height / 2).unwrap_or(1).max(1);
    app.record.scroll_by(if down { half } else { -half }, view);
}

/// Gives the keys to the next pane, or to the one before it; opens the store that the right side shows.
pub(super) fn cycle_focus(app: &mut App, steps: usize) {
    const PANES: [Pane; 3] = [Pane::Stores, Pane::Keys, Pane::Record];
    if enter_shown(app) {
        return;
    }
    let before = app.focus;
    let at = PANES.iter().position(|pane| *pane == before).unwrap_or(0);
    for turn in 1..=2 {
        focus_on(app, PANES[(at + steps * turn) % 3]);
        if app.focus != before {
            return;
        }
    }
}
