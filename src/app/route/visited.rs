//! Goes back to the place that was left by a jump, and forward again.

use super::super::App;
use super::super::ctx::KeysShown;
use super::super::layout::Pane;
use super::super::visited::here;
use super::{opened, panes};

/// Goes a step back, or forward.
pub(in crate::app) fn go(app: &mut App, back: bool) {
    let here = here(app);
    let Some(place) = app.visited.step(back, here) else { return };
    // The step itself is no jump.
    let visited = std::mem::take(&mut app.visited);
    opened::enter(app, place.store, place.key.map(KeysShown::At));
    panes::focus_on(app, Pane::Keys);
    app.visited = visited;
}
