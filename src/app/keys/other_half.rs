//! From a page to its picture, and back.

use crate::keymap::Action;
use crate::model::{Half, Key};

use super::super::ctx::{Ctx, Request};
use super::super::layout::Pane;
use super::super::list::Move;
use super::super::notice::Notice;
use super::KeysPane;

impl KeysPane {
    /// Whether the record under the cursor is a page or a picture.
    fn half(&self) -> Option<Half> {
        Half::of(&self.current()?.content_type)
    }

    /// The record that has the picture of the page under the cursor, or the page of the picture; and which of
    /// the two it is.
    pub(in crate::app) fn other_half(&self) -> Option<(Half, Key)> {
        let other = self.half()?.other();
        let is_it = |key: &Key| {
            let row = self.index.find(key.as_bytes()).ok();
            row.is_some_and(|row| Half::of(&self.index.row(row).content_type) == Some(other))
        };
        let found = other.other().keys_of_other(&self.current()?.key).find(is_it)?;
        Some((other, found))
    }

    /// Why there is no other half to go to.
    pub(in crate::app) fn no_other_half(&self) -> &'static str {
        match self.half() {
            Some(Half::Page) => "no picture has the name of this page",
            Some(Half::Picture) => "no page has the name of this picture",
            None => "this is neither a page nor a picture",
        }
    }

    /// Goes to the other half; a filter or group that hides it is cleared.
    pub(in crate::app) fn go_to_other_half(&mut self, ctx: &mut Ctx<'_>) {
        let Some((_, key)) = self.other_half() else { return };
        let row = self.index.find(key.as_bytes()).ok();
        let at = row.and_then(|row| self.order.rows.position_of(row));
        if let Some(at) = at.filter(|_| !self.are_grouped()) {
            self.go(Move::To(at), ctx.list_height(Pane::Keys));
        } else {
            let back = ctx.says(Action::OtherHalf, "goes back");
            self.show_at(key, ctx);
            ctx.say(Notice::info(crate::text::then("all keys are shown", " · ", back)));
        }
        ctx.request(Request::ShowRecord);
    }
}
