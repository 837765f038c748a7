//! How the panes share the width: what the reader chooses, and what they have to show.

use super::super::App;
use super::super::event::Effect;
use super::super::layout::{PaneSizes, Split};
use super::super::notice::Notice;

/// The panes follow what they have to show.
pub(in crate::app) fn share_width(app: &mut App) {
    let split = Split {
        needed: app.stores.needed_width(),
        only_store: app.stores.is_only(app.keys.store.as_ref()),
        ..app.split
    };
    if split != app.split {
        app.split = split;
        app.measure();
    }
}

/// Makes the pane in focus wider or narrower, beside the others.
pub(in crate::app) fn resize(app: &mut App, wider: bool) {
    match app.split.resized(&app.layout(), app.focus, wider) {
        Some(sizes) => choose(app, sizes),
        None if wider => app.notice = Some(Notice::info("the panes beside it give no more room")),
        None => app.notice = Some(Notice::info("the pane is as narrow as it can be")),
    }
}

/// Gives the pane in focus all the room, or others a part of it again.
pub(in crate::app) fn zoom(app: &mut App) {
    let sizes = app.split.sizes;
    choose(app, PaneSizes { zoomed: !sizes.zoomed, ..sizes });
}

fn choose(app: &mut App, sizes: PaneSizes) {
    app.split.sizes = sizes;
    app.measure();
    app.out.effects.push(Effect::KeepPanes(sizes));
}
