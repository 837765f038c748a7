//! What the keys of some dialogs do, in a word or two: of a line to type, of what can be done,
//! and of a place that may be replaced.

use crate::keymap::Action;

use super::super::question::{Prompt, PromptKind};

/// What an action does in a list of what can be done, in a word or two.
pub(super) fn menu_words(action: Action) -> &'static str {
    match action {
        Action::Accept => "run",
        Action::Filter => "find",
        Action::Pin => "unpin",
        _ => action.hint(),
    }
}

/// What an action does with a place that may be replaced, in a word or two.
pub(super) fn place_words(action: Action) -> &'static str {
    match action {
        Action::ConfirmYes => "replace",
        Action::ConfirmNo => "skip",
        Action::Replace => "all the rest",
        Action::Close => "stop",
        _ => action.hint(),
    }
}

impl Prompt {
    /// What an action does with the line, in a word or two.
    pub(super) fn words(&self, action: Action) -> Option<&'static str> {
        let is_store = matches!(self.kind, PromptKind::StoreName | PromptKind::StoreAlias);
        Some(match (action, self.kind) {
            (Action::Cancel, _) => "cancel",
            (Action::Accept, _) if is_store && self.input.text().is_empty() => "default store",
            (Action::Accept, PromptKind::SaveValue) if is_relative(self.input.text()) => {
                "save in this folder"
            }
            (Action::Accept, _) if self.to_store.is_some() => "copy",
            (Action::Accept, kind) => kind.verb(),
            (Action::Stage, kind) if kind.changes_leaf() => action.hint(),
            (Action::Previous, _) if !self.last.is_empty() => "last search",
            (Action::Next, PromptKind::StoreName) => "alias instead",
            (Action::Next, PromptKind::StoreAlias) => "name instead",
            (Action::Next, PromptKind::ReplaceWith) => "one by one",
            (Action::Next, PromptKind::ReplaceEach) => "all at once",
            (Action::Next, PromptKind::RecordType) => "usual types",
            (Action::Next, PromptKind::CopyKey) => "other store",
            _ => return None,
        })
    }
}

/// Whether a file of this name is put into the directory where larder was started.
fn is_relative(name: &str) -> bool {
    !name.is_empty() && !name.contains('/')
}
