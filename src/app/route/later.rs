//! Typed text that is neither saved nor given up: kept as a draft, or made into a new record.

use crate::edit::draft::DraftId;
use crate::keymap::{Action, Context};
use crate::text;

use super::super::App;
use super::super::drafting::{self, Leaving, TakenAs};
use super::super::event::Effect;
use super::super::layers::Layer;
use super::super::notice::Notice;
use super::{drafts, leaves, leaving, opened, saving};

/// Has the typed text kept as a draft in which nobody types, and leaves it as soon as that is done.
pub(super) fn keep(app: &mut App, quits: bool) {
    let Some(draft) = drafting::draft(app).filter(|_| drafting::can_keep(app)) else {
        return app.tell(Notice::warning("not kept as a draft: too large"));
    };
    let leaving = Leaving::new(draft, quits);
    app.out.effects.push(Effect::KeepDraft(Box::new(leaving.draft().clone())));
    app.drafting.leaving = Some(leaving);
}

/// Takes whether the draft was kept; tells whether it is the one that is being left.
pub(super) fn kept(app: &mut App, id: &DraftId, result: &Result<(), String>) -> bool {
    let Some(left) = app.drafting.leaving.take_if(|left| left.id() == *id) else { return false };
    if let Err(why) = result {
        let text = format!("draft not kept: {why}; your text is here");
        app.tell(Notice::warning(text).lasting());
        return true;
    }
    match drafting::draft(app) {
        // Further text was typed meanwhile.
        Some(now) if !left.is_all_of(&now) => keep(app, left.quits),
        _ => leave(app, &left),
    }
    true
}

/// Leaves the typed text to its draft.
fn leave(app: &mut App, left: &Leaving) {
    let (id, head) = (left.id(), left.draft().head.clone());
    drafting::hand_on(app, &id);
    let of = if head.is_new { "new record".to_owned() } else { head.key.named() };
    app.drafting.found.add(id, head);
    close(app);
    if left.quits {
        return leaving::leave(app);
    }
    let offers = app.keymap.says(Context::Keys, Action::Edit, "offers it");
    app.tell(Notice::done(text::then(&format!("{of} kept as draft"), " · ", offers)));
    opened::reload_record(app);
}

/// Closes whatever is being edited.
fn close(app: &mut App) {
    app.layers.retain(|layer| !matches!(layer, Layer::Merge(_)));
    app.editor = None;
    leaves::discard(app);
}

/// Makes a new record of the text whose save met what someone else wrote.
pub(super) fn as_new(app: &mut App) {
    let Some(draft) = drafting::draft(app) else { return };
    let id = draft.head.id();
    saving::unmerge(app);
    drafting::hand_on(app, &id);
    close(app);
    drafts::take_as(app, &id, draft, TakenAs::New, true);
}
