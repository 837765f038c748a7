//! The way back from the user's own editor: what it left is taken in, off the loop where that is long, and saved.

use bytes::Bytes;

use crate::model::Record;

use super::super::ctx::{Ctx, Request};
use super::super::editor::{Editor, EditorScroll, LONG};
use super::super::layers::Then;
use super::super::notice::Notice;
use super::super::working::{Edited, Found, Work};

impl Editor {
    /// Takes the result of work that was done off the loop. `shown`: the record in the pane behind.
    pub(in crate::app) fn finished(
        &mut self,
        value: Edited,
        found: Found,
        shown: Option<&Record>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        let Some(whole) = self.end_taking_back() else {
            self.worked(value, found, ctx);
            return Then::Stay;
        };
        let then = self.taken_back(value, &found, whole, shown, ctx);
        self.changed(ctx);
        self.show_cursor(ctx.layout().body);
        then
    }

    /// Takes in the text that the user's own editor left, or begins to, where that or the value is long. It is
    /// saved if it is `whole`.
    pub(in crate::app) fn take_back(
        &mut self,
        text: Bytes,
        whole: bool,
        shown: Option<&Record>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        let long = self.value.len().max(text.len()) >= LONG;
        let mut value = self.copied();
        let work = Work::TakeBack { text, whole };
        if long {
            self.begin_taking_back(work, value, ctx);
            return Then::Stay;
        }
        let found = work.done(&mut value, ctx.now);
        self.taken_back(value, &found, whole, shown, ctx)
    }

    fn taken_back(
        &mut self,
        value: Edited,
        found: &Found,
        whole: bool,
        shown: Option<&Record>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        let untouched = self.is_untouched();
        if *found == Found::Done {
            self.take_value(value);
            (self.scroll, self.fault) = (EditorScroll::default(), None);
        }
        self.came_back(found, untouched, whole, shown, ctx)
    }

    /// Saves what came back, if that is `whole` and not a new record's, which still needs its key.
    fn came_back(
        &mut self,
        found: &Found,
        untouched: bool,
        whole: bool,
        shown: Option<&Record>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        if *found != Found::Done {
            if whole {
                ctx.tell(Notice::info("nothing was changed"));
            }
            return if untouched { Then::Close } else { Then::Stay };
        }
        if !whole || self.original.is_none() {
            return Then::Stay;
        }
        let then = self.save(false, None, shown, ctx);
        // Whatever dialog this opens, no key has asked for it.
        ctx.request(Request::AwaitPause);
        then
    }

    /// Whether nothing was typed here that is neither saved nor lost.
    pub(in crate::app) fn is_untouched(&self) -> bool {
        !self.is_changed() && self.original.is_some()
    }
}
