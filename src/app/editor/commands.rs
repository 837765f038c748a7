//! What actions do in the text of a value: clipboard, search, places.

use crate::keymap::Action;

use super::super::ctx::Ctx;
use super::super::event::Effect;
use super::super::notice::Notice;
use super::super::question::PromptKind;
use super::super::working::Work;
use super::{Editor, Field};

/// Limit on a selection that becomes the next search text, in bytes.
const NEEDLE: usize = 200;

impl Editor {
    /// Does what an action does in the text; tells whether it is one of those.
    pub(in crate::app) fn text_action(&mut self, action: Action, ctx: &mut Ctx<'_>) -> bool {
        if self.hex_action(action, ctx) {
            return true;
        }
        let (selected, last) = (self.selected_needle(), self.needle.clone());
        // The text that was found last is still selected.
        let found = |text: &String| text.to_lowercase() == last.to_lowercase();
        let new = selected.clone().filter(|text| !found(text)).unwrap_or_default();
        let Some(edit) = self.value.text_mut() else { return false };
        match action {
            Action::Wrap => {
                self.wrap = !self.wrap;
                self.scroll.left = 0;
            }
            Action::SelectAll => edit.select_all(),
            Action::CopySelection | Action::Cut => {
                let Some(bytes) = edit.selected_part() else {
                    ctx.say(Notice::info("nothing is selected"));
                    return true;
                };
                ctx.effect(Effect::Copy { what: "Selection", bytes: bytes.clone() });
                if action == Action::Cut {
                    edit.cut(ctx.now);
                }
                self.clipboard = bytes;
            }
            Action::PasteSelection => edit.paste_bytes(&self.clipboard, ctx.now),
            Action::Search => ctx.ask_needle(PromptKind::SearchText, &new, &last),
            Action::Replace => {
                let needle = selected.as_ref().unwrap_or(&last);
                ctx.ask_needle(PromptKind::ReplaceText, needle, &last);
            }
            Action::GoTo => ctx.prompt(PromptKind::GoTo, ""),
            Action::SearchNext | Action::SearchPrevious if self.needle.is_empty() => {
                ctx.prompt(PromptKind::SearchText, &new);
            }
            Action::SearchNext => self.look_for(true, ctx),
            Action::SearchPrevious => self.look_for(false, ctx),
            Action::Bracket => self.work(Work::Bracket, ctx),
            Action::Format => self.work(Work::Format, ctx),
            _ => return false,
        }
        self.field = Field::Value;
        true
    }

    /// The selection, where it can be typed into a line.
    fn selected_needle(&self) -> Option<String> {
        let edit = self.value.text()?;
        edit.selection().filter(|selected| selected.len() <= NEEDLE)?;
        let text = String::from_utf8(edit.selected()?.into_owned()).ok()?;
        (!text.contains('\n')).then_some(text)
    }

    /// Takes the line that was asked for.
    pub(in crate::app) fn answered(&mut self, kind: PromptKind, answer: &str, ctx: &mut Ctx<'_>) {
        if self.answered_for_bytes(kind, answer, ctx) {
            return self.show_cursor(ctx.layout().body);
        }
        match kind {
            PromptKind::SearchText if !answer.is_empty() => {
                answer.clone_into(&mut self.needle);
                self.look_for(true, ctx);
            }
            PromptKind::ReplaceText if !answer.is_empty() => {
                answer.clone_into(&mut self.needle);
                ctx.prompt(PromptKind::ReplaceWith, "");
            }
            PromptKind::ReplaceWith => {
                let (needle, with) = (self.needle.clone(), answer.to_owned());
                // JSON that was laid out is put back piece by piece.
                let apart = self.spacing.is_some();
                self.work(Work::Replace { needle, with, apart }, ctx);
            }
            PromptKind::ReplaceEach => self.ask_for_places(answer, ctx),
            PromptKind::GoTo if !self.go_to_place(answer) => {
                ctx.say(Notice::info("type LINE, LINE:COLUMN or @BYTE"));
            }
            _ => {}
        }
        self.changed(ctx);
        self.show_cursor(ctx.layout().body);
    }

    fn look_for(&mut self, forward: bool, ctx: &mut Ctx<'_>) {
        self.work(Work::Find { needle: self.needle.clone(), forward }, ctx);
    }

    /// Goes to a place like `12`, `12:3` or `@1000`; tells whether the answer was one.
    fn go_to_place(&mut self, answer: &str) -> bool {
        let answer = answer.trim();
        if let Some(offset) = answer.strip_prefix('@') {
            let Ok(offset) = offset.parse() else { return false };
            if let Some(edit) = self.value.text_mut() {
                edit.go_to_offset(offset);
            }
            return true;
        }
        let (line, column) = answer.split_once(':').unwrap_or((answer, "1"));
        let (Ok(line), Ok(column)) = (line.parse(), column.parse()) else { return false };
        self.go_to(line, column);
        true
    }
}
