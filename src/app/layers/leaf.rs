//! The cursor in the values of the JSON that is shown: one value is chosen, and changed alone. Every byte
//! outside it stays.

mod left;
mod unsaved;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::edit::{EditedLeaf, Folded, InnerPlace, PathForm};
use crate::keymap::{Action, Context};
use crate::model::{Key, StoreName};
use crate::ops::Turn;
use crate::preview::{Matches, Preview};

use super::super::ctx::{Ctx, Request};
use super::super::event::{Effect, Slot};
use super::super::load::{Compute, FoldedLeaves, LeavesShown};
use super::super::notice::Notice;
use super::dialog::Dialog;
use super::overlay::Then;

use left::Left;

pub use unsaved::UnsavedLeaf;

/// Number of objects and lists up to which they are folded on the loop.
const INLINE: usize = 1000;

/// The cursor in the values of a record's JSON.
#[derive(Debug, Clone)]
pub struct LeafCursor {
    store: StoreName,
    shown: Arc<LeavesShown>,
    /// The objects and lists that are folded.
    tree: Folded,
    /// The record as it is shown, with those folded; `None` where nothing is folded.
    folded: Option<Arc<Preview>>,
    /// The number of the value under the cursor.
    at: usize,
    /// The bytes of that value, to be lit.
    lit: Matches,
    /// Why nothing may be written here, if so.
    refused: Option<&'static str>,
    /// A change of a value, until it is stored.
    pub(in crate::app) unsaved: Option<Box<UnsavedLeaf>>,
    /// The change that was stored: once the record is read again, the cursor goes to the value that it has
    /// added or renamed.
    next: Option<EditedLeaf>,
    /// The action to do once the values of what is shown are there.
    pub(in crate::app) wanted: Option<Action>,
    /// The cursor's place and the folds, while the values are being found anew.
    left: Option<Left>,
}

impl LeafCursor {
    /// A cursor at the first value at or behind this offset.
    pub(in crate::app) fn new(
        store: StoreName,
        shown: LeavesShown,
        offset: usize,
        refused: Option<&'static str>,
    ) -> Self {
        let at = shown.leaves().from(offset);
        let mut cursor = Self {
            store,
            shown: Arc::new(shown),
            tree: Folded::default(),
            folded: None,
            at,
            lit: Matches::default(),
            refused,
            unsaved: None,
            next: None,
            wanted: None,
            left: None,
        };
        cursor.go(at);
        cursor
    }

    /// The bytes of the value under the cursor, to be lit.
    pub fn lit(&self) -> &Matches {
        &self.lit
    }

    /// The path of the value under the cursor, like `$.a[3].b`.
    pub fn path(&self) -> String {
        self.shown.leaves().path(self.at)
    }

    /// Whether this preview is the one that is shown of the record.
    pub fn is_over(&self, preview: &Arc<Preview>) -> bool {
        self.left.is_none() && Arc::ptr_eq(self.preview(), preview)
    }

    /// Whether the values were found in this preview, which may be about to be shown with its folds.
    pub(in crate::app) fn is_found_in(&self, preview: &Arc<Preview>) -> bool {
        self.left.is_none() && Arc::ptr_eq(&self.shown.preview, preview) || self.is_over(preview)
    }

    /// The preview that is shown of the record.
    fn preview(&self) -> &Arc<Preview> {
        self.folded.as_ref().unwrap_or(&self.shown.preview)
    }

    /// Whether the cursor is in this record.
    pub(in crate::app) fn is_about(&self, store: &StoreName, key: &Key) -> bool {
        self.store == *store && self.shown.record.meta.key == *key
    }

    /// Takes the record as it is now; the cursor stays at its path, or goes to what was added.
    pub(in crate::app) fn update(&mut self, shown: LeavesShown, ctx: &mut Ctx<'_>) {
        let left = self.left.take().unwrap_or_else(|| self.leave());
        let leaves = shown.leaves();
        let next = self.next.take().and_then(|made| made.found_in(&leaves));
        let at = next.or_else(|| leaves.follow(&left.at)).unwrap_or(self.at);
        let mut tree = Folded::of_trails(&left.folded, &leaves);
        if next.is_some() {
            tree.show(&leaves, at);
        }
        (self.tree, self.folded) = (tree, None);
        self.shown = Arc::new(shown);
        self.go(at);
        self.fold(ctx);
    }

    fn is_merging(&self) -> bool {
        self.unsaved.as_ref().is_some_and(|unsaved| unsaved.saving.merging.is_some())
    }

    /// Why nothing may be written here, if so.
    pub(in crate::app) fn refused(&self) -> Option<&'static str> {
        self.refused
    }

    /// Goes to the value of this change, if it is there.
    fn follow(&mut self, leaf: &EditedLeaf, ctx: &mut Ctx<'_>) {
        let leaves = self.shown.leaves();
        if let Some(at) = leaves.follow(&leaf.trail()) {
            self.tree.show(&leaves, at);
            self.go(at);
            self.fold(ctx);
        }
    }

    fn go(&mut self, at: usize) {
        let leaves = self.shown.leaves();
        self.at = self.tree.shown(&leaves, at.min(leaves.len() - 1));
        self.lit = Matches::one(self.lit_range());
    }

    /// Goes to the value in a row, given the offsets at which the row and the next one begin.
    pub(in crate::app) fn go_to_row(&mut self, row: &Range<usize>) {
        self.go(self.shown.leaves().in_row(row));
    }

    /// Whether the value under the cursor holds others.
    pub(in crate::app) fn is_on_container(&self) -> bool {
        self.shown.leaves().is_container(self.at)
    }

    /// The bytes to light: of a leaf all, with its key if it has one; of a value that holds others, the key
    /// and the bracket.
    fn lit_range(&self) -> Range<usize> {
        let leaves = self.shown.leaves();
        let whole = leaves.whole(self.at);
        let value = leaves.range(self.at);
        if leaves.is_container(self.at) { whole.start..value.start + 1 } else { whole }
    }

    fn reveal(&self, ctx: &mut Ctx<'_>) {
        ctx.request(Request::Reveal(Arc::clone(self.preview()), self.lit_range().start));
    }

    /// Shows the record with the present folds, and the cursor in it.
    fn fold(&mut self, ctx: &mut Ctx<'_>) {
        let before = Arc::clone(self.preview());
        ctx.cancel(Slot::Folds);
        if self.tree.len() > INLINE {
            return self.fold_beside_loop(None, ctx);
        }
        self.folded = self.shown.folded(&self.tree);
        if !Arc::ptr_eq(&before, self.preview()) {
            ctx.request(Request::ShowFolded(before, Arc::clone(self.preview())));
        }
        self.reveal(ctx);
    }

    /// Like `fold`, but off the loop; with `beside`, this value and all its siblings are folded too.
    fn fold_beside_loop(&mut self, beside: Option<usize>, ctx: &mut Ctx<'_>) {
        let (shown, tree) = (Arc::clone(&self.shown), self.tree.clone());
        ctx.read(Slot::Folds, Compute::Fold(shown, tree, beside));
    }

    /// Takes the folds that were made off the loop, unless the record has been read anew since.
    pub(in crate::app) fn take_folded(&mut self, made: FoldedLeaves, ctx: &mut Ctx<'_>) {
        let FoldedLeaves { shown, folded, preview, more } = made;
        if !Arc::ptr_eq(&shown, &self.shown) {
            return;
        }
        if !more {
            ctx.say(Notice::info("nothing more is folded at this level"));
        }
        let before = Arc::clone(self.preview());
        (self.tree, self.folded) = (folded, preview);
        self.go(self.at);
        ctx.request(Request::ShowFolded(before, Arc::clone(self.preview())));
        self.reveal(ctx);
    }

    /// Does an action on folds, or a step to a sibling; tells whether it was one of these.
    fn in_tree(&mut self, action: Option<Action>, ctx: &mut Ctx<'_>) -> bool {
        let leaves = self.shown.leaves();
        let beside = match action {
            Some(Action::NextBeside) => leaves.next_beside(self.at),
            Some(Action::PreviousBeside) => leaves.previous_beside(self.at),
            Some(Action::Right) if self.tree.has(self.at) => {
                self.tree.toggle(&leaves, self.at);
                self.fold(ctx);
                return true;
            }
            Some(Action::ToggleFold) => {
                if self.tree.toggle(&leaves, self.at) {
                    self.fold(ctx);
                } else {
                    ctx.say(Notice::info("this value holds no others to fold"));
                }
                return true;
            }
            Some(Action::FoldBeside) => {
                let siblings = leaves.fold(leaves.parent(self.at)).map_or(0, |fold| fold.len);
                if siblings.max(self.tree.len()) > INLINE {
                    self.fold_beside_loop(Some(self.at), ctx);
                } else if self.tree.fold_beside(&leaves, self.at) {
                    self.fold(ctx);
                } else {
                    ctx.say(Notice::info("nothing more is folded at this level"));
                }
                return true;
            }
            Some(Action::UnfoldAll) => {
                if self.tree.is_empty() {
                    ctx.say(Notice::info("nothing is folded"));
                }
                self.tree.clear();
                self.fold(ctx);
                return true;
            }
            _ => return false,
        };
        match beside {
            Some(at) => {
                self.go(at);
                self.reveal(ctx);
            }
            None => ctx.say(Notice::info("no further value at this level")),
        }
        true
    }

    fn step(&mut self, by: isize, ctx: &mut Ctx<'_>) {
        self.go(self.tree.step(&self.shown.leaves(), self.at, by));
        self.reveal(ctx);
    }

    fn copy_path(&self, what: &'static str, form: PathForm, ctx: &mut Ctx<'_>) {
        let path = self.shown.leaves().path_as(self.at, form);
        ctx.effect(Effect::Copy { what, bytes: path.into() });
    }

    /// The value under the cursor as it is spelled.
    fn spelled(&self) -> Bytes {
        self.shown.preview.shown().slice(self.shown.leaves().range(self.at))
    }
}

impl Dialog for LeafCursor {
    fn context(&self) -> Context {
        Context::Leaf
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        self.wanted = None;
        if self.left.is_some()
            && !matches!(action, Some(Action::Close | Action::Back | Action::Help))
        {
            ctx.say(Notice::info("the record changed: finding its values…"));
            return Then::Stay;
        }
        let page = ctx.layout().record.map_or(1, |pane| pane.inner().height.saturating_sub(2));
        let page = isize::try_from(page.max(1)).unwrap_or(1);
        if self.in_tree(action, ctx) {
            return Then::Stay;
        }
        let leaves = self.shown.leaves();
        match action {
            Some(Action::Up) => self.step(-1, ctx),
            Some(Action::Down) => self.step(1, ctx),
            Some(Action::PageUp) => self.step(-page, ctx),
            Some(Action::PageDown) => self.step(page, ctx),
            Some(Action::Home) => self.step(isize::MIN, ctx),
            Some(Action::End) => self.step(isize::MAX, ctx),
            Some(Action::Left) => {
                let parent = leaves.parent(self.at);
                self.go(parent);
                self.reveal(ctx);
            }
            Some(Action::Right) => {
                let child = leaves.children(self.at).next();
                if let Some(child) = child {
                    self.go(child);
                    self.reveal(ctx);
                }
            }
            Some(Action::CopyPath) => self.copy_path("path", PathForm::Plain, ctx),
            Some(Action::CopyJqPath) => self.copy_path("path for jq", PathForm::Jq, ctx),
            Some(Action::CopyPythonPath) => {
                self.copy_path("path for Python", PathForm::Python, ctx);
            }
            Some(Action::CopyValue) => {
                ctx.effect(Effect::Copy { what: "value", bytes: self.spelled() });
            }
            Some(Action::Close | Action::Back | Action::Cancel) if self.is_merging() => {
                ctx.cancel(Slot::Theirs);
                ctx.cancel(Slot::Saving);
                ctx.request(Request::StopMerging);
            }
            Some(
                Action::EditValue
                | Action::OpenInner
                | Action::AddMember
                | Action::RenameMember
                | Action::RemoveMember
                | Action::Undo
                | Action::Redo
                | Action::Close
                | Action::Back
                | Action::Cancel,
            ) if self.unsaved.is_some() => {
                ctx.say(Notice::info("being saved; the answer is awaited"));
            }
            Some(Action::OpenInner) if self.refused.is_none() => {
                let at = Some(leaves.range(self.at));
                let place = InnerPlace { path: self.path(), at };
                ctx.request(Request::OpenInner(Box::new(self.shown.record.clone()), place));
            }
            Some(
                action @ (Action::EditValue
                | Action::OpenInner
                | Action::AddMember
                | Action::RenameMember
                | Action::RemoveMember),
            ) => match (self.allows(action), self.refused) {
                (true, _) => ctx.request(Request::ChangeLeaf(action)),
                (false, Some(why)) => ctx.say(Notice::warning(why)),
                (false, None) if action == Action::RenameMember => {
                    ctx.say(Notice::info("only members of objects have names"));
                }
                (false, None) if action == Action::AddMember => {
                    ctx.say(Notice::info("this value holds no others; nothing added"));
                }
                (false, None) => ctx.say(Notice::info("the whole value is not removed here")),
            },
            Some(Action::Undo) => ctx.request(Request::Turn(Turn::Undo)),
            Some(Action::Redo) => ctx.request(Request::Turn(Turn::Redo)),
            Some(Action::Palette) => ctx.request(Request::Palette),
            Some(Action::Close | Action::Back | Action::Cancel) => return Then::Close,
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        let leaves = self.shown.leaves();
        match action {
            Action::EditValue => self.refused.is_none(),
            Action::OpenInner => self.refused.is_none() && self.spelled().starts_with(b"\""),
            Action::AddMember => self.refused.is_none() && leaves.is_container(0),
            Action::RenameMember => self.refused.is_none() && leaves.is_member(self.at),
            Action::RemoveMember => self.refused.is_none() && leaves.parent(self.at) != self.at,
            Action::ToggleFold => leaves.can_fold(self.at),
            Action::UnfoldAll => !self.tree.is_empty(),
            _ => true,
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Leaves);
        ctx.cancel(Slot::Folds);
        self.tree.clear();
        if self.left.is_none() {
            self.fold(ctx);
        }
    }
}
