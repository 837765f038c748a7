//! What keys, clicks and answers do in the list of stores.

use crate::keymap::Action;
use crate::model::{Error, StoreInfo};
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::layout::Pane;
use super::super::list::Move;
use super::super::load::Load;
use super::super::notice::Notice;
use super::super::question::PromptKind;
use super::StoresPane;

impl StoresPane {
    /// Does the action that a key is bound to.
    pub(in crate::app) fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        if let Some(to) = Move::of(action) {
            return self.go(to, ctx.list_height(Pane::Stores));
        }
        match action {
            Action::Open | Action::Right => {
                if let Some(info) = self.current() {
                    ctx.request(Request::OpenStore(info.store.clone()));
                }
            }
            Action::Filter => ctx.prompt(PromptKind::FilterStores, self.filter()),
            Action::Sort => self.sort_next(ctx.list_height(Pane::Stores)),
            Action::ReverseSort => self.reverse(ctx.list_height(Pane::Stores)),
            Action::NewStore => ctx.prompt(PromptKind::StoreName, ""),
            Action::Purge | Action::Drop => {
                if let Some(info) = self.current() {
                    let info = Box::new(info.clone());
                    ctx.request(Request::AskAboutStore(info, action == Action::Drop));
                }
            }
            Action::FindLost => {
                self.look_for_lost();
                ctx.read(Slot::Lost, Load::Lost);
            }
            _ => {}
        }
    }

    /// Stops the search for lost stores, or takes away the filter.
    pub(in crate::app) fn back(&mut self, ctx: &mut Ctx<'_>) {
        if self.lost.is_none() {
            return self.set_filter("", ctx.list_height(Pane::Stores));
        }
        ctx.cancel(Slot::Lost);
        self.lost = None;
        ctx.say(Notice::info("stopped looking for lost stores"));
    }

    /// What [`back`](Self::back) would do, in a word or two.
    pub(in crate::app) fn undoes(&self) -> Option<&'static str> {
        match &self.lost {
            Some(_) => Some("stop search"),
            None => (!self.filter().is_empty()).then_some("clear filter"),
        }
    }

    /// Reads the list.
    pub(in crate::app) fn read(&mut self, ctx: &mut Ctx<'_>) {
        self.loading = true;
        self.dirty = false;
        ctx.read(Slot::Stores, Load::Stores);
    }

    /// Reads the list once more after the read under way, if there is one: if that were given up each time,
    /// it might never end while a crawl writes.
    pub(in crate::app) fn read_again(&mut self, ctx: &mut Ctx<'_>) {
        if self.loading {
            self.dirty = true;
        } else {
            self.read(ctx);
        }
    }

    /// Takes the names of a list whose other columns are still being read; tells whether they are shown.
    pub(in crate::app) fn begun(&mut self, stores: Vec<StoreInfo>, ctx: &Ctx<'_>) -> bool {
        // An older list is better than one without counts.
        let first = !self.ready;
        if first {
            self.begin(stores, ctx.list_height(Pane::Stores));
        }
        first
    }

    /// Takes lost stores as they are found, with the fraction of the key space that was looked through.
    pub(in crate::app) fn lost_found(
        &mut self,
        share: f32,
        found: Vec<StoreInfo>,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(count) = self.add_lost(share, found, ctx.list_height(Pane::Stores)) else {
            return;
        };
        ctx.tell(match count {
            0 => Notice::done("no unlisted stores found"),
            found => Notice::warning(format!(
                "{} found that no index names",
                text::plural(found as u64, "store")
            )),
        });
    }

    /// Takes note that the list could not be read.
    pub(in crate::app) fn failed(&mut self, error: Error, ctx: &mut Ctx<'_>) {
        let notice = Notice::from(&error);
        if self.fail(error) {
            // The stores that were read before stay, so the failure is told outside the list.
            ctx.tell(notice);
        }
        if self.dirty {
            self.read(ctx);
        }
    }

    /// Takes note that the search for lost stores ended early.
    pub(in crate::app) fn lost_failed(&mut self, error: &Error, ctx: &mut Ctx<'_>) {
        self.lost = None;
        ctx.tell(Notice::from(error));
    }
}
