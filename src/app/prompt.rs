//! Keys while something lies over the panes: prompts, help and details.

use std::path::PathBuf;

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::keymap::Action;
use crate::model::{OpenBy, Write};

use super::event::{Effect, SaveError, Slot};
use super::modal::{Confirm, Confirmed, Modal, PromptKind};
use super::{App, Notice, Pane};
use crate::text;

impl App {
    pub(super) fn prompt_key(&mut self, key: KeyEvent, action: Option<Action>) {
        let Some(Modal::Prompt(prompt)) = &mut self.modal else { return };
        match action {
            Some(Action::Accept) => {
                let (kind, text) = (prompt.kind, prompt.input.text().to_owned());
                let value = prompt.value.clone();
                self.modal = None;
                self.answer(kind, &text, value);
            }
            Some(Action::Cancel | Action::Back) => {
                let kind = prompt.kind;
                self.modal = None;
                // What was filtered while typing is shown whole again.
                if matches!(kind, PromptKind::FilterKeys | PromptKind::FilterStores) {
                    self.filter(kind, "");
                }
            }
            Some(Action::Next | Action::Previous) => {
                prompt.kind = match prompt.kind {
                    PromptKind::StoreName => PromptKind::StoreAlias,
                    PromptKind::StoreAlias => PromptKind::StoreName,
                    other => other,
                };
            }
            Some(Action::Quit) => self.quit(),
            Some(Action::Redraw) => self.effects.push(Effect::Redraw),
            Some(Action::Suspend) => self.effects.push(Effect::Suspend),
            _ => {
                if prompt.input.key(key) {
                    let (kind, text) = (prompt.kind, prompt.input.text().to_owned());
                    self.typed(kind, &text);
                }
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        match (&mut self.modal, &mut self.editor) {
            (Some(Modal::Prompt(prompt)), _) => {
                prompt.input.paste(text);
                let (kind, text) = (prompt.kind, prompt.input.text().to_owned());
                self.typed(kind, &text);
            }
            (Some(Modal::Confirm(confirm)), _) => {
                if let Some((wanted, input)) = &mut confirm.typed {
                    input.paste(text);
                    confirm.yes = input.text() == wanted;
                }
            }
            (None, Some(editor)) if editor.saving.is_none() && !editor.outside => {
                editor.paste(text);
                self.show_editor_cursor();
            }
            _ => {}
        }
    }

    /// Filters show their effect as one types.
    fn typed(&mut self, kind: PromptKind, text: &str) {
        if matches!(kind, PromptKind::FilterKeys | PromptKind::FilterStores) {
            self.filter(kind, text);
        }
    }

    fn filter(&mut self, kind: PromptKind, text: &str) {
        if kind == PromptKind::FilterStores {
            let height = self.list_height(Pane::Stores);
            self.stores.set_filter(text, height);
        } else if self.keys.filter != text {
            text.clone_into(&mut self.keys.filter);
            if !text.is_empty() {
                self.flatten_groups();
            }
            self.select_keys();
        }
    }

    fn answer(&mut self, kind: PromptKind, text: &str, value: Bytes) {
        match kind {
            PromptKind::FilterStores | PromptKind::FilterKeys => self.filter(kind, text),
            PromptKind::Search => {
                text.clone_into(&mut self.record.search);
                self.record.matches = None;
                self.cancel(Slot::Search);
                if !text.is_empty() {
                    self.search();
                }
            }
            PromptKind::SaveValue => {
                if !text.is_empty() {
                    let path = expand_home(text);
                    self.effects.push(Effect::SaveFile { path, bytes: value, overwrite: false });
                }
            }
            PromptKind::StoreName | PromptKind::StoreAlias => {
                let by = match (kind, text) {
                    (_, "") => OpenBy::Default,
                    (PromptKind::StoreName, name) => OpenBy::Name(name.to_owned()),
                    (_, alias) => OpenBy::Alias(alias.to_owned()),
                };
                self.send(Write::Create(by));
            }
        }
    }

    /// Asks for the file that is to hold this value.
    pub(super) fn prompt_for_file(&mut self, path: &str, value: Bytes) {
        self.prompt(PromptKind::SaveValue, path);
        if let Some(Modal::Prompt(prompt)) = &mut self.modal {
            prompt.value = value;
        }
    }

    pub(super) fn saved(&mut self, path: PathBuf, bytes: Bytes, result: Result<usize, SaveError>) {
        let shown = path.display().to_string();
        // Whoever types in the editor or answers something else is not interrupted.
        let asks = self.modal.is_none() && self.editor.is_none() && !self.quitting;
        match result {
            Ok(bytes) => {
                let size = text::size(bytes as u64);
                self.tell(Notice::done(format!("{size} saved to {shown}")));
            }
            Err(SaveError::Exists) if asks => {
                let confirmed = Confirmed::OverwriteFile(path, bytes);
                let question = Confirm::new("Replace the file", "replace", confirmed);
                self.modal = Some(Modal::Confirm(Box::new(
                    question.line(shown).line("There is one already."),
                )));
            }
            Err(SaveError::Exists) => {
                let why = format!("{shown} was not saved: there is one already");
                self.tell(Notice::failure(why).lasting());
            }
            Err(SaveError::Failed(why)) => {
                if asks {
                    self.prompt_for_file(&shown, bytes);
                }
                let why = format!("{shown} was not saved: {why}");
                self.tell(Notice::failure(why).lasting());
            }
        }
    }

    pub(super) fn overlay_key(&mut self, action: Option<Action>) {
        let page = self.layout().body.inner().height.saturating_sub(2).max(1);
        let page = isize::try_from(page).unwrap_or(1);
        let overlay = match &mut self.modal {
            Some(Modal::Help(overlay)) => overlay,
            Some(Modal::Details(details)) => &mut details.overlay,
            Some(Modal::Totals(totals)) => &mut totals.overlay,
            Some(Modal::Crawl(overview)) => &mut overview.overlay,
            _ => return,
        };
        match action {
            Some(Action::Close | Action::Back | Action::Help | Action::Cancel) => {
                self.cancel(Slot::Totals);
                self.cancel(Slot::Crawl);
                self.modal = None;
            }
            Some(Action::Up) => overlay.scroll_by(-1),
            Some(Action::Down) => overlay.scroll_by(1),
            Some(Action::PageUp) => overlay.scroll_by(-page),
            Some(Action::PageDown) => overlay.scroll_by(page),
            Some(Action::Home) => overlay.scroll_by(isize::MIN),
            Some(Action::End) => overlay.scroll_by(isize::MAX),
            Some(Action::Quit) => self.quit(),
            Some(Action::Redraw) => self.effects.push(Effect::Redraw),
            Some(Action::Suspend) => self.effects.push(Effect::Suspend),
            _ => {}
        }
    }
}

/// `~/` at the start is the home directory, as in a shell.
fn expand_home(text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(text),
    }
}
