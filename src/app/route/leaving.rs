//! The end of larder: the questions before it, and what is said afterwards.

use crate::ops::words;

use super::super::App;
use super::super::drafting;
use super::super::editor::Editor;
use super::super::event::Effect;
use super::super::layers::Layer;
use super::super::notice::Notice;
use super::super::question::{Confirm, Confirmed, WAIT};
use super::leaves;

/// Ends larder, after a question where something would be lost.
pub(super) fn quit(app: &mut App) {
    if drafting::is_changed(app) {
        let what = unsaved(app);
        let (verb, state) = match (is_saving(app), app.drafting.is_failing()) {
            (true, false) => ("quit", "is being saved. A draft is kept."),
            (true, true) => ("quit", "is being saved, without a draft."),
            (false, _) => ("quit and discard", "is not saved."),
        };
        let keeps = !is_saving(app) && drafting::can_keep(app);
        let asked = Confirm::new("Quit", verb, Confirmed::Quit).line(format!("{what} {state}"));
        let mut asked = asked.or_keep(keeps);
        asked.lines.extend(app.staged.at_stake());
        app.layers.push(Layer::Confirm(Box::new(asked)));
        return;
    }
    if let Some(line) = app.staged.at_stake().filter(|_| app.staged.saving.is_none()) {
        let asked = Confirm::new("Quit", "quit", Confirmed::Quit).line(line);
        app.layers.push(Layer::Confirm(Box::new(asked)));
        return;
    }
    if let Some((_, pending)) = app.writes.pending.first_key_value() {
        let more = app.writes.pending.len() - 1;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let asked = Confirm::new("Quit", WAIT, Confirmed::Quit)
            .line(format!("Under way: {}{more}.", words::doing(&pending.plan)))
            .line("larder ends once it is answered.");
        app.layers.push(Layer::Confirm(Box::new(asked)));
        return;
    }
    leave(app);
}

/// What would be lost, in words.
fn unsaved(app: &App) -> String {
    let key = match &app.editor {
        Some(editor) => Some(editor.typed_key().escaped()).filter(|key| !key.is_empty()),
        None => app.unsaved_leaf().map(|unsaved| unsaved.record.meta.key.escaped()),
    };
    key.map_or_else(|| "The new record".to_owned(), |key| format!("What was typed for {key}"))
}

/// Whether the edited record or value is being saved.
fn is_saving(app: &App) -> bool {
    let leaf = || app.unsaved_leaf().is_some_and(|unsaved| unsaved.saving.is_busy());
    app.editor.as_ref().map_or_else(leaf, Editor::is_busy)
}

/// Ends larder as the user has agreed to. An edit that is being saved stays until that is answered: if it
/// fails, its draft is there.
pub(super) fn agreed(app: &mut App) {
    if !is_saving(app) {
        app.editor = None;
        leaves::give_up(app);
    }
    leave(app);
}

/// Ends larder as soon as no write is under way.
pub(super) fn leave(app: &mut App) {
    app.ending();
    if !app.writes.pending.is_empty() {
        app.tell(Notice::info("waiting for the write under way, then quitting"));
    }
    app.out.effects.push(Effect::Quit);
}

/// A failure that the user could not see any more, if there is one: a write failed, or larder was ended while
/// text in the editor was not saved.
pub(in crate::app) fn unseen_failure(app: &App) -> Option<String> {
    if !app.quitting {
        return None;
    }
    let failed = app.notice.as_ref().filter(|notice| notice.lasting);
    let unsaved = match (&app.editor, app.unsaved_leaf()) {
        (Some(editor), _) => Some((editor.typed_key(), &editor.store)),
        (None, Some(leaf)) => Some((leaf.record.meta.key.clone(), &leaf.store)),
        (None, None) => None,
    };
    let unsaved = unsaved.filter(|_| drafting::is_changed(app)).map(|(key, store)| {
        let kept = if app.drafting.is_kept() { "; a draft of it is kept" } else { "" };
        format!("{} in {} was not saved{kept}", key.named(), store.escaped())
    });
    let failed = failed.map(|notice| notice.text.clone());
    let parts: Vec<_> = failed.into_iter().chain(unsaved).chain(app.staged.unsaved()).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}
