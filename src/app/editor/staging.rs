//! An edit that is staged instead of saved.

use bytes::Bytes;

use super::super::ctx::Ctx;
use super::{Editor, Purpose};

/// What stood in an editor that was opened with a staged edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct AsStaged {
    text: Bytes,
    content_type: String,
}

impl Editor {
    /// Has what was typed kept to be saved with other edits.
    pub(in crate::app) fn stage(&mut self, ctx: &mut Ctx<'_>) {
        if let Err(why) = self.prepare(false, None, Purpose::Stage, ctx) {
            self.blocked(why, Purpose::Stage, ctx);
        }
        self.show_cursor(ctx.layout().body);
    }

    /// Takes note that the editor's content is a staged edit.
    pub(in crate::app) fn opened_staged(&mut self) {
        self.staged = Some(self.now());
    }

    /// Whether the content is still the staged edit that the editor was opened with: then closing it stages
    /// that again.
    pub(in crate::app) fn is_as_staged(&self) -> bool {
        self.staged.as_ref().is_some_and(|staged| *staged == self.now())
    }

    fn now(&self) -> AsStaged {
        let content_type = self.content_type.text().to_owned();
        AsStaged { text: self.value.bytes(), content_type }
    }
}
