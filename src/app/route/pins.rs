//! Pins and unpins records, for the present target.

use crate::keymap::{Action, Context};
use crate::text;

use super::super::App;
use super::super::event::Effect;
use super::super::notice::Notice;
use super::super::pins::{MOST_PINS, Pin};

/// Reads the pins of this target.
pub(in crate::app) fn find(app: &mut App) {
    app.out.effects.push(Effect::FindPins(app.settings.label.clone()));
}

/// Takes the pins of a target.
pub(in crate::app) fn found(app: &mut App, target: &str, pins: Vec<Pin>) {
    if target == app.settings.label {
        app.pins.take(pins);
    }
}

/// Pins the record under the cursor, or unpins it.
pub(in crate::app) fn toggle(app: &mut App) {
    let (Some(store), Some(meta)) = (app.keys.store.clone(), app.keys.current()) else { return };
    let is_pinned = app.pins.has(&store, &meta.key);
    if !is_pinned && app.pins.all().len() >= MOST_PINS {
        let full = format!("{MOST_PINS} records are pinned: unpin one first");
        app.notice = Some(Notice::info(full));
        return;
    }
    set(app, Pin { store, key: meta.key }, !is_pinned);
}

/// Pins a record, or unpins it.
pub(in crate::app) fn set(app: &mut App, pin: Pin, is_pinned: bool) {
    app.pins.set(&pin, is_pinned);
    let told = if is_pinned {
        let lists = app.keymap.says(Context::Global, Action::Palette, "lists it first");
        text::then("pinned", " · ", lists)
    } else {
        "unpinned".to_owned()
    };
    app.notice = Some(Notice::info(told));
    let target = app.settings.label.clone();
    app.out.effects.push(Effect::Pin { target, pin, is_pinned });
}
