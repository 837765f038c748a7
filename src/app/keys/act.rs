//! What keys do in the list of keys.

use crate::index::Sort;
use crate::keymap::Action;
use crate::model::Key;
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::layout::Pane;
use super::super::list::Move;
use super::super::notice::Notice;
use super::super::question::PromptKind;
use super::KeysPane;

impl KeysPane {
    /// Does the action that a key is bound to; tells whether it was one of this pane alone.
    pub(in crate::app) fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> bool {
        if let Some(to) = Move::of(action) {
            self.go(to, ctx.list_height(Pane::Keys));
            ctx.request(Request::ShowRecord);
            return true;
        }
        match action {
            Action::Left => {
                if !self.leave_group(ctx) {
                    ctx.request(Request::Focus(Pane::Stores));
                }
            }
            Action::Open | Action::Right => {
                if !self.enter_group(ctx) {
                    ctx.request(Request::Focus(Pane::Record));
                }
            }
            Action::Follow => self.toggle_follow(ctx),
            Action::Groups => self.toggle_groups(ctx),
            Action::Totals => ctx.request(Request::Totals),
            Action::Filter => ctx.prompt(PromptKind::FilterKeys, &self.filter),
            Action::Sort => {
                let next = match self.sort {
                    Sort::Key => Sort::ContentType,
                    Sort::ContentType => Sort::Size,
                    Sort::Size => Sort::Newest,
                    Sort::Newest => Sort::Key,
                };
                self.sort_anew(next, ctx);
            }
            Action::ReverseSort => {
                self.descending = !self.descending;
                self.reselect(ctx);
            }
            Action::Mark => {
                if !self.end_range(ctx) {
                    self.toggle_mark();
                }
                self.go(Move::By(1), ctx.list_height(Pane::Keys));
                ctx.request(Request::ShowRecord);
            }
            Action::MarkRange => self.mark_range(ctx),
            Action::MarkAll => self.mark_shown(false, ctx),
            Action::InvertMarks => self.mark_shown(true, ctx),
            Action::UnmarkAll => self.unmark_all(),
            Action::Purge => ctx.request(Request::AskToPurge),
            _ => return false,
        }
        true
    }

    /// Takes away the filter, the marks or the groups; tells whether there was one of them.
    pub(in crate::app) fn back(&mut self, ctx: &mut Ctx<'_>) -> bool {
        if self.marks.range.is_some() {
            self.marks.range = None;
        } else if !self.filter.is_empty() {
            self.set_filter("", ctx);
        } else if !self.marks.keys.is_empty() {
            self.unmark_all();
        } else {
            return self.grouping.is_some() && self.leave_group(ctx);
        }
        true
    }

    /// What [`back`](Self::back) would do, in a word or two.
    pub(in crate::app) fn undoes(&self) -> Option<&'static str> {
        let walks = self.sync.walk().is_some_and(|walk| !walk.paused && walk.rows > 0);
        if self.marks.range.is_some() {
            Some("end range")
        } else if !self.filter.is_empty() {
            Some("clear filter")
        } else if !self.marks.keys.is_empty() {
            // The key for marks is named by itself.
            None
        } else if let Some(grouping) = &self.grouping {
            Some(match grouping {
                grouping if grouping.flat => "back to groups",
                grouping if grouping.is_entered() => "leave group",
                _ => "ungroup",
            })
        } else {
            walks.then_some("stop reading")
        }
    }

    /// Leaves only the keys that contain this text, with the cursor on the first. An empty text shows all
    /// keys, with the cursor back where it was, if it has not been moved.
    pub(in crate::app) fn set_filter(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        if self.filter == text {
            // The user has taken the filter as it stands.
            self.held.before_filter = None;
            if !self.order.selecting {
                self.settle();
            }
            return;
        }
        if self.filter.is_empty() {
            self.held.before_filter = self.current().map(|meta| meta.key);
        }
        text.clone_into(&mut self.filter);
        if text.is_empty() {
            let held = self.held.before_filter.take().or_else(|| self.held.key.take());
            self.held.key = held.or_else(|| self.current().map(|meta| meta.key));
        } else {
            self.held.key = None;
            self.flatten_groups(ctx);
        }
        self.reselect(ctx);
    }

    /// Shows all keys, with the cursor on this one as soon as it is in the list.
    pub(in crate::app) fn show_at(&mut self, key: Key, ctx: &mut Ctx<'_>) {
        self.filter.clear();
        self.follow.on = false;
        self.held.before_filter = None;
        self.flatten_groups(ctx);
        self.held.sought = Some(key.clone());
        self.hold(key);
        self.reselect(ctx);
    }

    /// Sorts by a column, or reverses the order if it is sorted by it already.
    pub(in crate::app) fn sort_by(&mut self, sort: Sort, ctx: &mut Ctx<'_>) {
        if self.sort != sort {
            return self.sort_anew(sort, ctx);
        }
        self.descending = !self.descending;
        self.reselect(ctx);
    }

    fn sort_anew(&mut self, sort: Sort, ctx: &mut Ctx<'_>) {
        self.sort = sort;
        self.follow.on = false;
        self.flatten_groups(ctx);
        // Sizes are sorted backwards, as one looks for the largest; names forwards.
        self.descending = sort == Sort::Size;
        self.reselect(ctx);
    }

    /// Orders and filters the rows again, after either was changed.
    pub(in crate::app) fn reselect(&mut self, ctx: &mut Ctx<'_>) {
        self.cursor.come_back();
        if self.reorder(ctx) {
            ctx.request(Request::ShowRecord);
        }
    }

    /// Starts or stops following: newest first, and the view stays on top.
    fn toggle_follow(&mut self, ctx: &mut Ctx<'_>) {
        self.follow.on = !self.follow.on;
        if !self.follow.on {
            let remedy = ctx.says(Action::Sort, "sorts by key");
            return ctx.say(Notice::info(text::then("stopped following", " · ", remedy)));
        }
        self.follow.before = true;
        self.flatten_groups(ctx);
        self.sort = Sort::Newest;
        self.descending = false;
        self.go(Move::Home, ctx.list_height(Pane::Keys));
        self.reselect(ctx);
        ctx.say(Notice::info(if ctx.watching {
            "any move stops following".to_owned()
        } else {
            let remedy = ctx.says(Action::ToggleWatch, "resumes");
            text::then("following, but paused", " · ", remedy)
        }));
    }
}
