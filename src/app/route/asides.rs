//! What a larder that ended has left set aside: offered when a target is opened.

use crate::model::{AsideInfo, Restored};
use crate::ops::{Plan, words};
use crate::text::plural;

use super::super::App;
use super::super::event::{Effect, Slot};
use super::super::layers::{Asides, Layer, ListDialog};
use super::super::load::Load;
use super::super::notice::Notice;
use super::{questions, unasked};

/// Looks for asides, where the user can do something about them.
pub(super) fn find(app: &mut App) {
    if app.session.refused(&app.settings).is_none() && app.session.server.sets_aside() {
        app.out.read(Slot::Asides, Load::Asides);
    }
}

/// Takes the asides that were found.
pub(super) fn found(app: &mut App, found: Vec<AsideInfo>) {
    app.asides = found;
    if app.asides.is_empty() || app.layers.iter().any(is_list) {
        return;
    }
    if app.layers.is_empty() && app.editor.is_none() && !app.quitting {
        return unasked::open(app, Layer::List(ListDialog::Asides(Asides::default())));
    }
    // A user who answers something else is not interrupted; the next start asks again.
    let stores = plural(app.asides.len() as u64, "store");
    let left = format!("{stores} left set aside; {}", words::LIST_ASIDES);
    app.tell(Notice::warning(left));
}

fn is_list(layer: &Layer) -> bool {
    matches!(layer, Layer::List(ListDialog::Asides(_)))
}

/// Puts an aside back.
pub(super) fn restore(app: &mut App, info: AsideInfo) {
    if let Some(why) = app.session.refused(&app.settings) {
        app.notice = Some(Notice::warning(why));
        return;
    }
    ctx!(app).send(Plan::restore(info));
}

/// Asks before an aside is removed for good.
pub(super) fn ask_to_discard(app: &mut App, info: AsideInfo) {
    match app.session.refused(&app.settings) {
        Some(why) => app.notice = Some(Notice::warning(why)),
        None => questions::ask(app, Plan::discard(info)),
    }
}

/// Leaves the asides that are still there, which are not offered again.
pub(super) fn leave(app: &mut App) {
    let left: Vec<_> = std::mem::take(&mut app.asides).into_iter().map(|info| info.id).collect();
    if !left.is_empty() {
        app.out.effects.push(Effect::LeaveAsides(left));
    }
}

/// Takes note that an aside was restored or discarded; the list closes with the last one.
pub(super) fn ended(app: &mut App, info: &AsideInfo, restored: Restored) {
    if restored.left == 0 {
        app.asides.retain(|other| other.id != info.id);
    }
    for other in app.asides.iter_mut().filter(|other| other.id == info.id) {
        other.records = restored.left;
    }
    if app.asides.is_empty() {
        app.layers.retain(|layer| !is_list(layer));
    }
}
