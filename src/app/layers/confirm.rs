//! A question, answered by a key or by typing a name.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::keymap::{Action, Context};

use super::super::ctx::{Ctx, Request};
use super::super::event::{Effect, Slot};
use super::super::notice::Notice;
use super::super::question::{Confirm, Confirmed};
use super::dialog::Dialog;
use super::overlay::Then;

impl Dialog for Confirm {
    fn context(&self) -> Context {
        Context::Confirm
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        let plain = matches!(key.code, KeyCode::Char(_))
            && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        // Keys of the line that are bound to nothing here, such as Ctrl-U, belong to it as well.
        let line = plain || key.code == KeyCode::Backspace || action.is_none();
        if let (Some((wanted, input)), true) = (&mut self.typed, line) {
            // Where a name must be typed, letters are letters, not answers.
            input.key(key);
            self.yes = input.text() == wanted;
            self.entered = false;
            return Then::Stay;
        }
        match action {
            Some(Action::ConfirmYes) if self.can_confirm() => return self.confirm(ctx),
            Some(Action::Accept) if self.yes && self.can_confirm() => return self.confirm(ctx),
            Some(Action::Accept) if self.typed.is_some() => self.entered = true,
            Some(Action::Switch | Action::Left | Action::Right | Action::Next) => {
                self.yes = !self.yes && self.can_confirm();
            }
            Some(Action::FreeNow) => self.switch_freeing(),
            Some(Action::KeepDraft) if self.keeps => {
                let quits = matches!(self.confirmed, Confirmed::Quit);
                ctx.request(Request::KeepDraft { quits });
                return Then::Close;
            }
            Some(Action::Stage) if self.removes_leaf() => {
                ctx.request(Request::StageLeaf(String::new()));
                return Then::Close;
            }
            Some(Action::ConfirmYes) if self.is_undecided() => {
                ctx.say(Notice::info("the record is still being read"));
            }
            Some(Action::ConfirmNo | Action::Accept | Action::Cancel | Action::Back) => {
                if self.removes_leaf() {
                    ctx.request(Request::DropLeaf);
                }
                return Then::Close;
            }
            Some(Action::Quit) if matches!(self.confirmed, Confirmed::Quit) => {
                ctx.request(Request::Leave);
                return Then::Close;
            }
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::FreeNow => self.may_free(),
            Action::KeepDraft => self.keeps,
            Action::Stage => self.removes_leaf(),
            _ => true,
        }
    }

    fn paste(&mut self, text: &str, _: &mut Ctx<'_>) {
        if let Some((wanted, input)) = &mut self.typed {
            input.paste(text);
            self.yes = input.text() == wanted;
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        if self.is_undecided() {
            ctx.cancel(Slot::Theirs);
        }
    }
}

impl Confirm {
    /// Whether the question is about removing a value, which can be staged instead.
    fn removes_leaf(&self) -> bool {
        matches!(self.confirmed, Confirmed::RemoveLeaf)
    }

    /// Has the action done that was asked about.
    fn confirm(&mut self, ctx: &mut Ctx<'_>) -> Then {
        // The question is closed next, so what it held may be taken out of it.
        match std::mem::replace(&mut self.confirmed, Confirmed::DiscardEdit) {
            Confirmed::Plan(plan) => drop(ctx.send(*plan)),
            Confirmed::DiscardEdit => ctx.request(Request::DiscardEdit),
            Confirmed::LeaveMerge => ctx.request(Request::StopMerging),
            Confirmed::DropDraft(id) => ctx.request(Request::DropDraft(id)),
            Confirmed::DropStaged(id) => ctx.request(Request::DropStaged(id)),
            Confirmed::Turn(turn, step, _) => ctx.request(Request::TurnStep(turn, step)),
            Confirmed::OverwriteRecord(expected) => ctx.request(Request::SaveOver(expected)),
            Confirmed::OverwriteFile(path, bytes) => ctx.save_file(path, bytes, true),
            Confirmed::OpenExternal(name, bytes) => {
                ctx.effect(Effect::OpenExternal { name, bytes });
            }
            Confirmed::RemoveLeaf => ctx.request(Request::SaveLeaf(String::new())),
            Confirmed::Quit => ctx.request(Request::Leave),
        }
        Then::Close
    }
}
