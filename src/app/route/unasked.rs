//! Dialogs that open by themselves, in answer to no key: a question after a save, a line that is asked for
//! again.
//!
//! A user who goes on typing does not know of the dialog yet, and must not answer what cannot have been seen.
//! So its first keys are dropped until there has been a pause in them, long enough to see it.

use crate::model::Timestamp;

use super::super::App;
use super::super::layers::Layer;

/// Pause in typing after which a key answers a dialog that opened by itself, in microseconds: longer than
/// between two keys of somebody who types, or of a key that is held down.
const PAUSE: i64 = 400_000;

/// Opens a dialog that no key has asked for.
pub(super) fn open(app: &mut App, layer: Layer) {
    app.layers.push(layer);
    await_pause(app);
}

/// Drops keys until there was a pause: the text of the dialog has just changed.
pub(super) fn await_pause(app: &mut App) {
    app.unseen_until = Some(Timestamp::from_micros(app.now.micros() + PAUSE));
}

/// Whether a key or a paste is dropped, because it may have been typed before the dialog was seen.
pub(super) fn drops_input(app: &mut App) -> bool {
    let drops = app.unseen_until().is_some();
    if drops {
        await_pause(app);
    } else {
        app.unseen_until = None;
    }
    drops
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::layers::Details;
    use crate::app::{Event, Settings};
    use crate::keymap::KeyMap;
    use crossterm::event::{KeyCode, KeyEvent};

    fn at(app: &mut App, millis: i64) {
        app.now = Timestamp::from_micros(millis * 1000);
    }

    #[test]
    fn a_dialog_that_opened_by_itself_takes_keys_after_a_pause_in_them() {
        let mut app = App::new(Settings::default(), Arc::new(KeyMap::default()), (80, 24));
        let escape = || Event::Key(KeyEvent::from(KeyCode::Esc));
        open(&mut app, Details::new("Store", Vec::new()).into());
        assert_eq!(app.wake().map(Timestamp::micros), Some(PAUSE));
        for millis in [10, 100, 450, 800] {
            at(&mut app, millis);
            let _ = app.handle(escape());
            assert_eq!(app.layers.len(), 1, "at {millis} ms");
        }
        at(&mut app, 1250);
        let _ = app.handle(Event::Time);
        assert_eq!(app.wake(), None);
        let _ = app.handle(escape());
        assert!(app.layers.is_empty());
        // A dialog that was opened by a key takes the next key at once.
        let _ = app.handle(Event::Key(KeyEvent::from(KeyCode::Char('?'))));
        assert_eq!((app.layers.len(), app.unseen_until()), (1, None));
        let _ = app.handle(escape());
        assert!(app.layers.is_empty());
    }
}
