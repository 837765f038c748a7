//! The notices that the footer has shown, to be read again.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::Timestamp;

use super::super::App;
use super::super::ctx::Ctx;
use super::super::notice::{Notice, Tone};
use super::dialog::Dialog;
use super::list::{Listing, Look, Place, Row};
use super::overlay::{Overlay, Then, closes};

/// The notices of this session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Messages {
    /// The notices, each with the time when it was first shown, the newest first.
    notices: Vec<(Timestamp, Notice)>,
    /// The count of changes at which the notices were taken.
    changes: u64,
    /// The scroll position.
    overlay: Overlay,
}

impl Dialog for Messages {
    fn context(&self) -> Context {
        Context::Overlay
    }

    fn look(&mut self, app: &App) {
        if self.changes != app.notices.changes() {
            self.changes = app.notices.changes();
            self.notices = app.notices.kept().rev().cloned().collect();
        }
    }

    fn listing(&self) -> Option<Listing<'_>> {
        Some(Listing {
            title: "Messages".into(),
            width: 90,
            heads: None,
            none: "no messages",
            rows: self.notices.iter().map(row).collect(),
            place: Place::Scrolled(&self.overlay),
            keys: vec![(Action::Close, "close")],
            why: None,
        })
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if closes(&key, action, (Context::Global, Action::Messages), ctx) {
            return Then::Close;
        }
        self.overlay.act(action, ctx)
    }
}

fn row((at, notice): &(Timestamp, Notice)) -> Row<'_> {
    let look = match notice.tone {
        Tone::Info => Look::Plain,
        Tone::Done => Look::Done,
        Tone::Warning => Look::Warning,
        Tone::Failure => Look::Failure,
    };
    Row { at: Some(*at), text: notice.text.as_str().into(), look, ..Row::default() }
}
