//! The list of targets, and starting afresh with another one.

use crate::keymap::Action;

use super::event::Effect;
use super::list::{Cursor, Move};
use super::modal::Modal;
use super::{App, Notice, SessionState, act};

/// A target that can be switched to, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChoice {
    /// A profile's name, or that of the place where the target is written.
    pub name: String,
    /// The target without its secret; or what is wrong with it, in one sentence.
    pub label: Result<String, String>,
    /// Whether writes to it are refused.
    pub read_only: bool,
}

impl App {
    /// Opens the list, with the cursor on the present target.
    pub(super) fn show_targets(&mut self) {
        if self.settings.targets.is_empty() {
            let words = "there is nothing to switch to here; larder targets lists what there is";
            self.notice = Some(Notice::info(words));
            return;
        }
        let mut cursor = Cursor::default();
        cursor.go(
            Move::To(self.settings.target),
            self.settings.targets.len(),
            self.targets_height(),
        );
        self.modal = Some(Modal::Targets(cursor));
    }

    /// How many targets the list shows at once; each has two rows.
    pub fn targets_height(&self) -> usize {
        usize::from(self.layout().body.inner().height / 2).max(1)
    }

    pub(super) fn targets_key(&mut self, action: Option<Action>) {
        let (len, height) = (self.settings.targets.len(), self.targets_height());
        let Some(Modal::Targets(cursor)) = &mut self.modal else { return };
        if let Some(to) = action.and_then(act::movement) {
            return cursor.go(to, len, height);
        }
        match action {
            Some(Action::Accept) => {
                let at = cursor.at;
                self.modal = None;
                self.switch(at);
            }
            Some(Action::Close | Action::Back | Action::Cancel) => self.modal = None,
            Some(Action::Quit) => self.quit(),
            Some(Action::Redraw) => self.effects.push(Effect::Redraw),
            Some(Action::Suspend) => self.effects.push(Effect::Suspend),
            _ => {}
        }
    }

    fn switch(&mut self, at: usize) {
        let Some(choice) = self.settings.targets.get(at) else { return };
        if let Err(problem) = &choice.label {
            self.notice = Some(Notice::failure(problem.clone()));
        } else if at == self.settings.target && !matches!(self.session, SessionState::Failed(_)) {
            self.notice = Some(Notice::info(format!("{} is open already", choice.name)));
        } else if !self.writing.is_empty() {
            // Its answer would come to another target's screen.
            let why = "a write is under way; switch when it has been answered";
            self.notice = Some(Notice::warning(why));
        } else {
            self.effects.push(Effect::Switch(at));
        }
    }

    /// The shell has let go of the old storage, or cannot yet. Nothing of the old one stays but
    /// what is the user's own: the mouse, and whether changes are watched.
    pub(super) fn switched(&mut self, result: Result<usize, String>) {
        let at = match result {
            Ok(at) => at,
            Err(why) => {
                self.notice = Some(Notice::warning(why));
                return;
            }
        };
        let mut settings = self.settings.clone();
        let Some(choice) = settings.targets.get(at).cloned() else { return };
        settings.target = at;
        settings.label = choice.label.unwrap_or_default();
        settings.read_only = choice.read_only;
        settings.welcome = false;
        settings.open = None;
        settings.wrap = self.record.wrap;
        let mut fresh = Self::new(settings, self.keymap.clone(), self.size);
        fresh.mouse = self.mouse;
        fresh.watch.on = self.watch.on;
        fresh.now = self.now;
        fresh.last_write = self.last_write;
        fresh.quitting = self.quitting;
        fresh.effects = std::mem::take(&mut self.effects);
        // No reply to a question of before is taken for an answer.
        fresh.tickets = self.tickets;
        for ticket in &mut fresh.tickets {
            ticket.0 += 1;
        }
        fresh.notice = Some(Notice::info(format!("opening {}…", choice.name)));
        fresh.switching = true;
        *self = fresh;
        self.effects.push(Effect::Connect);
    }
}
