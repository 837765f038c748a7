//! A line to type: filters, searches, names of stores and files.

use std::path::PathBuf;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::OpenBy;
use crate::ops::Plan;
use crate::preview::ColumnFilter;

use super::super::ctx::{Ctx, OfTable, Request};
use super::super::event::Password;
use super::super::input::LineInput;
use super::super::notice::Notice;
use super::super::question::{Prompt, PromptKind};
use super::dialog::Dialog;
use super::overlay::Then;

/// Common content types.
const TYPES: [&str; 8] = [
    "application/json; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/html; charset=utf-8",
    "text/csv; charset=utf-8",
    "image/png",
    "image/jpeg",
    "application/pdf",
    "application/octet-stream",
];

impl Dialog for Prompt {
    fn context(&self) -> Context {
        Context::Prompt
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        match action {
            // A line that is wrong is not accepted: what is wrong is said.
            Some(Action::Accept) if !self.allows(Action::Accept) => {}
            Some(Action::Accept) => {
                self.answer(ctx);
                return Then::Close;
            }
            Some(Action::Cancel | Action::Back) if self.kind.changes_leaf() => {
                ctx.request(Request::LeaveLeaf(self.input.text().to_owned()));
            }
            Some(Action::Cancel | Action::Back) => {
                // A list that was filtered while typing is shown whole again.
                if self.filters() {
                    ctx.request(Request::Filter(self.kind, String::new()));
                }
                return Then::Close;
            }
            Some(Action::Stage) if self.kind.changes_leaf() => {
                ctx.request(Request::StageLeaf(self.input.text().to_owned()));
                return Then::Close;
            }
            Some(Action::Previous) if !self.last.is_empty() => {
                self.input = LineInput::new(&self.last);
            }
            Some(action @ (Action::Next | Action::Previous)) => {
                if self.kind == PromptKind::RecordType {
                    self.suggest(action == Action::Next);
                    self.typed(ctx);
                }
                if self.kind == PromptKind::CopyKey {
                    ctx.request(Request::ChooseStore);
                }
                self.kind = match self.kind {
                    PromptKind::StoreName => PromptKind::StoreAlias,
                    PromptKind::StoreAlias => PromptKind::StoreName,
                    PromptKind::ReplaceWith => PromptKind::ReplaceEach,
                    PromptKind::ReplaceEach => PromptKind::ReplaceWith,
                    other => other,
                };
            }
            other => {
                if !ctx.common(other) && self.input.key(key) {
                    self.typed(ctx);
                }
            }
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::Stage => self.kind.changes_leaf(),
            Action::Accept if self.filters() => self.fault.is_none(),
            // The same is said beside the line while it is typed.
            Action::Accept if matches!(self.kind, PromptKind::RecordKey | PromptKind::CopyKey) => {
                !self.input.text().is_empty()
            }
            _ => true,
        }
    }

    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        self.input.paste(text);
        if self.kind.changes_leaf() && text.contains(['\n', '\r']) {
            ctx.say(Notice::info("line breaks were pasted as spaces"));
        }
        self.typed(ctx);
    }
}

impl Prompt {
    /// Whether the line narrows a list while it is typed.
    pub fn filters(&self) -> bool {
        matches!(self.kind, PromptKind::FilterKeys | PromptKind::FilterStores)
    }

    /// Applies a filter as it is typed.
    fn typed(&self, ctx: &mut Ctx<'_>) {
        if self.filters() {
            ctx.request(Request::Filter(self.kind, self.input.text().to_owned()));
        }
        let checked = [PromptKind::RecordKey, PromptKind::CopyKey, PromptKind::RecordType];
        if checked.contains(&self.kind) {
            ctx.request(Request::CheckKey);
        }
    }

    /// Puts the next or previous common content type in place of the text.
    fn suggest(&mut self, is_next: bool) {
        let at = TYPES.iter().position(|kind| *kind == self.input.text());
        let step = if is_next { 1 } else { TYPES.len() - 1 };
        let next = at.map_or(0, |at| (at + step) % TYPES.len());
        self.input = LineInput::new(TYPES.get(next).copied().unwrap_or_default());
    }

    fn answer(&self, ctx: &mut Ctx<'_>) {
        let text = self.input.text();
        match self.kind {
            PromptKind::FilterStores | PromptKind::FilterKeys => self.typed(ctx),
            PromptKind::Search => ctx.request(Request::Search(text.to_owned())),
            PromptKind::FindPath => ctx.request(Request::FindPath(text.to_owned())),
            PromptKind::FilterColumn => {
                let filter = ColumnFilter::Typed(text.to_owned());
                ctx.request(Request::OfTable(OfTable::Filter(filter)));
            }
            PromptKind::SearchText
            | PromptKind::ReplaceText
            | PromptKind::ReplaceWith
            | PromptKind::ReplaceEach
            | PromptKind::GoTo
            | PromptKind::GoToOffset => ctx.request(Request::InEditor(self.kind, text.to_owned())),
            PromptKind::SaveValue => {
                if !text.is_empty() {
                    ctx.save_file(PathBuf::from(text), self.value.clone(), false);
                }
            }
            PromptKind::CompareFile => {
                if let Some((store, meta)) = self.about.clone().filter(|_| !text.is_empty()) {
                    ctx.request(Request::CompareFile(store, meta.key, PathBuf::from(text)));
                }
            }
            PromptKind::Password if text.is_empty() => {}
            PromptKind::Password => ctx.request(Request::LogIn(Password::new(text))),
            PromptKind::LeafValue
            | PromptKind::LeafKey
            | PromptKind::LeafMember
            | PromptKind::LeafItem => ctx.request(Request::SaveLeaf(text.to_owned())),
            PromptKind::RecordKey | PromptKind::CopyKey | PromptKind::RecordType => {
                ctx.request(Request::Rewrite(Box::new(self.clone())));
            }
            PromptKind::StoreName | PromptKind::StoreAlias => {
                let by = match (self.kind, text) {
                    (_, "") => OpenBy::Default,
                    (PromptKind::StoreName, name) => OpenBy::Name(name.to_owned()),
                    (_, alias) => OpenBy::Alias(alias.to_owned()),
                };
                ctx.send(Plan::create(by));
            }
        }
    }
}
