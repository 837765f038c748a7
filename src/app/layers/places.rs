//! One place of a text after the other: whether it is replaced.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::{Ctx, Request};
use super::super::working::PlaceStep;
use super::dialog::Dialog;
use super::overlay::Then;

/// The question for the place that is selected in the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacesDialog;

impl Dialog for PlacesDialog {
    fn context(&self) -> Context {
        Context::Places
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        let step = match action {
            Some(Action::ConfirmYes) => PlaceStep::Replace,
            Some(Action::ConfirmNo) => PlaceStep::Skip,
            Some(Action::Replace) => PlaceStep::ReplaceRest,
            Some(Action::Close) => return Then::Close,
            action => {
                ctx.common(action);
                return Then::Stay;
            }
        };
        // The editor closes the dialog after the last place.
        ctx.request(Request::AnswerPlace(Some(step)));
        Then::Stay
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.request(Request::AnswerPlace(None));
    }
}
