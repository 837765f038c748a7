//! What the actions do in the panes.

use crate::index::Sort;
use crate::index::sync::SyncEvent;
use crate::keymap::{Action, Context};
use crate::text;

use super::ctx::Request;
use super::event::Effect;
use super::layers::Help;
use super::list::Move;
use super::question::PromptKind;
use super::{App, Editor, Notice, Pane};

impl App {
    /// Does in the pane in focus what a key asks for.
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Quit => self.quit(),
            Action::Help => self.layers.push(Help::default().into()),
            Action::Refresh => self.refresh(),
            Action::NextPane => self.cycle_focus(1),
            Action::PreviousPane => self.cycle_focus(2),
            Action::Suspend => self.out.effects.push(Effect::Suspend),
            Action::Redraw => self.out.effects.push(Effect::Redraw),
            Action::ToggleMouse => {
                self.mouse = !self.mouse;
                self.notice = Some(Notice::info(if self.mouse {
                    "the mouse works in larder"
                } else {
                    "the mouse is the terminal's: select text as usual"
                }));
                self.out.effects.push(Effect::Mouse(self.mouse));
            }
            Action::ToggleWatch => self.toggle_watch(),
            Action::Back => self.back(),
            Action::Targets => self.show_targets(),
            Action::Crawl => self.show_crawl(),
            Action::Jobs => self.show_jobs(),
            Action::Details => self.show_details(),
            Action::CopyKey => self.copy_key(),
            _ => match self.focus {
                Pane::Stores => self.stores.act(action, &mut ctx!(self)),
                Pane::Keys => self.act_on_keys(action),
                Pane::Record => {
                    if !self.record.act(action, &mut ctx!(self)) {
                        self.act_on_one_record(action);
                    }
                }
            },
        }
    }

    fn back(&mut self) {
        match self.focus {
            Pane::Record => {
                if !self.record.back(&mut ctx!(self)) {
                    self.focus_on(Pane::Keys);
                }
            }
            Pane::Keys if !self.keys.filter.is_empty() => {
                self.keys.filter.clear();
                self.select_keys();
            }
            Pane::Keys if !self.keys.marks.is_empty() => self.keys.marks.clear(),
            Pane::Keys if self.keys.grouping.is_some() => {
                self.leave_group();
            }
            Pane::Keys if self.record.stop_fetching(&mut ctx!(self)) => {}
            Pane::Keys if self.keys.sync.walk().is_some_and(|walk| !walk.paused) => {
                self.pause_walk();
            }
            Pane::Keys => self.focus_on(Pane::Stores),
            Pane::Stores => self.stores.back(&mut ctx!(self)),
        }
    }

    /// Makes the walk of the keys wait until it is refreshed.
    pub(super) fn pause_walk(&mut self) {
        self.sync_keys(SyncEvent::Paused(true), None);
        self.out.effects.push(Effect::Pause(true));
        let resume = self.keymap.chords(Context::Global, Action::Refresh).first();
        let resume = resume.map_or(String::new(), |key| format!("; {key} reads on"));
        self.notice = Some(Notice::info(format!("stopped reading the keys{resume}")));
    }

    fn act_on_keys(&mut self, action: Action) {
        let height = self.list_height(Pane::Keys);
        if let Some(to) = Move::of(action) {
            self.keys.go(to, height);
            return self.follow_cursor();
        }
        match action {
            Action::Left => {
                if !self.leave_group() {
                    self.focus_on(Pane::Stores);
                }
            }
            Action::Open | Action::Right => {
                if !self.enter_group() {
                    self.focus_on(Pane::Record);
                }
            }
            Action::Follow => self.toggle_follow(),
            Action::Groups => self.toggle_groups(),
            Action::Totals => self.out.requests.push_back(Request::Totals),
            Action::Filter => {
                let filter = self.keys.filter.clone();
                ctx!(self).prompt(PromptKind::FilterKeys, &filter);
            }
            Action::Sort => {
                self.keys.sort = match self.keys.sort {
                    Sort::Key => Sort::ContentType,
                    Sort::ContentType => Sort::Size,
                    Sort::Size => Sort::Newest,
                    Sort::Newest => Sort::Key,
                };
                self.keys.follow = false;
                self.flatten_groups();
                // The largest are what one looks for; names read forwards.
                self.keys.descending = self.keys.sort == Sort::Size;
                self.select_keys();
            }
            Action::ReverseSort => {
                self.keys.descending = !self.keys.descending;
                self.select_keys();
            }
            Action::Mark => {
                self.keys.toggle_mark();
                self.keys.go(Move::By(1), height);
                self.follow_cursor();
            }
            Action::UnmarkAll => self.keys.marks.clear(),
            Action::Purge => {
                let store = self.keys.store.clone();
                let known = store.and_then(|store| self.stores.get(&store).cloned());
                if let Some(info) = known {
                    self.ask_about_store(&info, false);
                }
            }
            _ => self.act_on_one_record(action),
        }
    }

    /// Newest first, and the view stays on top, or not any more.
    fn toggle_follow(&mut self) {
        let height = self.list_height(Pane::Keys);
        self.keys.follow = !self.keys.follow;
        if !self.keys.follow {
            let remedy = ctx!(self).says(Action::Sort, "sorts by key");
            let text = text::then("not following any more", "; ", remedy);
            self.notice = Some(Notice::info(text));
            return;
        }
        self.flatten_groups();
        self.keys.sort = Sort::Newest;
        self.keys.descending = false;
        self.keys.go(Move::Home, height);
        self.select_keys();
        self.notice = Some(Notice::info(if self.watch.on {
            "following: what comes or changes is shown at the top".to_owned()
        } else {
            let remedy = ctx!(self).says(Action::ToggleWatch, "turns watching on");
            text::then("following, but nothing is watched", "; ", remedy)
        }));
    }

    /// What keys and record panes have in common.
    fn act_on_one_record(&mut self, action: Action) {
        match action {
            Action::NewRecord => {
                if let Some(store) = self.keys.store.clone() {
                    self.editor = Some(Editor::new_record(store, &ctx!(self)));
                }
            }
            Action::Edit => self.edit(false),
            Action::EditExternal => self.edit(true),
            Action::Delete => self.ask_to_delete(),
            _ => self.record.act_on_value(action, &mut ctx!(self)),
        }
    }

    fn copy_key(&mut self) {
        let name = match self.focus {
            Pane::Stores => self.stores.current().map(|info| info.store.as_bytes().to_vec()),
            _ => self.keys.current().map(|meta| meta.key.as_bytes().to_vec()),
        };
        let what = if self.focus == Pane::Stores { "store name" } else { "key" };
        if let Some(name) = name {
            self.out.effects.push(Effect::Copy { what, bytes: name.into() });
        }
    }
}
