//! What the actions do in the panes.

use crate::index::sync::SyncEvent;
use crate::keymap::{Action, Context};

use super::event::Effect;
use super::layers::Help;
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
            _ => {
                let own = match self.focus {
                    Pane::Stores => {
                        self.stores.act(action, &mut ctx!(self));
                        true
                    }
                    Pane::Keys => self.keys.act(action, &mut ctx!(self)),
                    Pane::Record => self.record.act(action, &mut ctx!(self)),
                };
                if !own {
                    self.act_on_one_record(action);
                }
            }
        }
    }

    fn back(&mut self) {
        match self.focus {
            Pane::Stores => self.stores.back(&mut ctx!(self)),
            Pane::Keys if self.keys.back(&mut ctx!(self)) => {}
            Pane::Keys if self.record.stop_fetching(&mut ctx!(self)) => {}
            Pane::Keys if self.keys.sync.walk().is_some_and(|walk| !walk.paused) => {
                self.pause_walk();
            }
            Pane::Keys => self.focus_on(Pane::Stores),
            Pane::Record => {
                if !self.record.back(&mut ctx!(self)) {
                    self.focus_on(Pane::Keys);
                }
            }
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
