//! The places where what was typed meets what someone else wrote: for each, the user takes one or the other,
//! or types something new.

use std::sync::Arc;

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::edit::{
    Choice, Conflict, InnerMerge, InnerValue, Merge, MergedText, TextEdit, TypedValue, Unresolved,
};
use crate::keymap::{Action, Context};
use crate::model::{Comparison, SetValue};
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::editor::{LONG, type_into};
use super::super::event::Slot;
use super::super::load::Compute;
use super::super::notice::Notice;
use super::super::question::{Confirm, Confirmed};
use super::super::saving::only_over;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// A save that met what someone else wrote in the same place.
#[derive(Debug, Clone)]
pub struct MergeView {
    /// The save as it was asked for.
    pub set: SetValue,
    /// What was read, what was typed and what is there now.
    pub merge: Arc<Merge>,
    /// The choice for each conflict.
    pub choices: Vec<Option<Choice>>,
    /// Number of the conflict that is shown.
    pub at: usize,
    /// The text that is being typed for it.
    pub typed: Option<TextEdit>,
    /// For each conflict, a text that was typed and is not taken.
    left: Vec<Option<Bytes>>,
    /// What is wrong with the typed text.
    pub fault: Option<String>,
    /// How the record is compared before it is written.
    pub comparison: Comparison,
    /// Number of times that someone else wrote the record again while it was decided.
    pub again: u32,
    /// The scroll position of the pieces.
    pub overlay: Overlay,
    /// Whether the decided outcome is being made, off the loop.
    resolving: bool,
    /// For a value in a value: the record as it is there now, and the value in it.
    pub inside: Option<(TypedValue, Arc<InnerValue>)>,
}

impl MergeView {
    /// The dialog of a save, in which nothing is chosen yet.
    pub fn new(set: SetValue, merge: Merge, comparison: Comparison) -> Self {
        let choices = vec![None; merge.conflicts.len()];
        let left = vec![None; merge.conflicts.len()];
        let overlay = Overlay::default();
        Self {
            set,
            merge: Arc::new(merge),
            choices,
            at: 0,
            typed: None,
            left,
            fault: None,
            comparison,
            again: 0,
            overlay,
            resolving: false,
            inside: None,
        }
    }

    /// The same for a value in a value, which is joined by itself.
    pub fn inside(set: SetValue, inside: InnerMerge, comparison: Comparison) -> Self {
        let InnerMerge { merge, theirs, value } = inside;
        Self { inside: Some((theirs, value)), ..Self::new(set, merge, comparison) }
    }

    /// The same dialog, for a save that has been decided this number of times already.
    #[must_use]
    pub(in crate::app) fn again(self, again: u32) -> Self {
        Self { again, ..self }
    }

    /// The conflict that is shown.
    pub fn conflict(&self) -> Option<&Conflict> {
        self.merge.conflicts.get(self.at)
    }

    /// Number of decided conflicts.
    pub fn decided(&self) -> usize {
        self.choices.iter().flatten().count()
    }

    /// The text that was typed for the conflict of this number, as it stands.
    fn typed_for(&self, at: usize) -> Option<Bytes> {
        let typing = self.typed.as_ref().filter(|_| at == self.at);
        let typing = typing.map(|typed| typed.document().bytes());
        typing.or_else(|| match self.choices.get(at)? {
            Some(Choice::Edited(text)) => Some(text.clone()),
            Some(Choice::Mine | Choice::Theirs) => None,
            None => self.left(at).cloned(),
        })
    }

    /// The text that was typed for the conflict of this number and is not taken.
    pub fn left(&self, at: usize) -> Option<&Bytes> {
        self.left.get(at)?.as_ref()
    }

    /// Whether something was typed here.
    fn is_typed(&self) -> bool {
        let edited = |choice: &Option<Choice>| matches!(choice, Some(Choice::Edited(_)));
        self.choices.iter().any(edited) || self.left.iter().any(Option::is_some)
    }

    /// The text that was typed for the conflict at this path.
    pub(in crate::app) fn typed_at(&self, path: &str) -> Option<Bytes> {
        let at = self.merge.conflicts.iter().position(|conflict| conflict.at == path)?;
        self.typed_for(at)
    }

    /// The whole text with what was typed here, as it stands; `None` if nothing was typed. It is the text of
    /// the record, or of the value in it where that is joined by itself. With `lays_out`, the parts around it
    /// are laid out as in the editor.
    pub(in crate::app) fn typed_text(&self, lays_out: bool) -> Option<MergedText> {
        let typed = (0..self.choices.len()).map(|at| self.typed_for(at));
        let choices: Vec<_> =
            typed.map(|typed| typed.map_or(Choice::Mine, Choice::Edited)).collect();
        let is_typed = choices.iter().any(|choice| matches!(choice, Choice::Edited(_)));
        is_typed.then(|| MergedText::new(&self.merge, choices, lays_out))?
    }

    /// Takes a choice for the conflict that is shown, and goes on to the next open one.
    fn choose(&mut self, choice: Choice) {
        if let Some(chosen) = self.choices.get_mut(self.at) {
            *chosen = Some(choice);
        }
        let open = |at: &usize| self.choices.get(*at).is_some_and(Option::is_none);
        let count = self.choices.len();
        if let Some(next) = (self.at + 1..count).chain(0..self.at).find(open) {
            self.go(next);
        }
    }

    fn go(&mut self, at: usize) {
        self.at = at.min(self.choices.len().saturating_sub(1));
        self.overlay = Overlay::default();
    }

    /// Begins to type for the conflict that is shown, from what is chosen for it or was typed before.
    fn type_anew(&mut self, ctx: &mut Ctx<'_>) {
        if self.conflict().is_none() {
            return;
        }
        if !self.merge.can_edit(self.at) {
            ctx.say(Notice::info("bytes are taken whole: mine or theirs"));
            return;
        }
        let left = self.left(self.at);
        let piece = left.or_else(|| self.piece()).cloned().unwrap_or_default();
        let end = left.map(|_| piece.len()..piece.len());
        let mut typed = TextEdit::new(piece);
        if let Some(end) = end {
            typed.select(end);
        }
        self.typed = Some(typed);
    }

    /// The piece of the shown conflict that the typed text replaces.
    fn piece(&self) -> Option<&Bytes> {
        let conflict = self.conflict()?;
        match self.choices.get(self.at)? {
            Some(Choice::Edited(text)) => Some(text),
            Some(Choice::Theirs) => conflict.theirs.as_ref(),
            Some(Choice::Mine) | None => conflict.mine.as_ref().or(conflict.theirs.as_ref()),
        }
    }

    /// Ends the typing. A text that differs from the piece it replaces is kept, and is there again when this
    /// conflict is edited again.
    fn leave_typing(&mut self, ctx: &mut Ctx<'_>) {
        let Some(typed) = self.typed.take() else { return };
        let typed = typed.document().bytes();
        let is_new = typed != self.piece().cloned().unwrap_or_default();
        if let Some(left) = self.left.get_mut(self.at) {
            *left = is_new.then_some(typed);
        }
        if is_new {
            let again = ctx.says(Action::Edit, "edits it again");
            ctx.say(Notice::info(text::then("not taken", " · ", again)));
        }
    }

    fn type_key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) {
        let Some(typed) = &mut self.typed else { return };
        self.fault = None;
        match action {
            Some(Action::Save) => {
                let text = typed.document().bytes();
                if let Err(why) = self.merge.check(self.at, &text) {
                    self.fault = Some(why);
                } else {
                    self.typed = None;
                    if let Some(left) = self.left.get_mut(self.at) {
                        *left = None;
                    }
                    self.choose(Choice::Edited(text));
                }
            }
            Some(Action::Cancel) => self.leave_typing(ctx),
            _ if ctx.common(action) => {}
            Some(Action::Undo) => drop(typed.undo(false)),
            Some(Action::Redo) => drop(typed.undo(true)),
            _ => {
                let body = ctx.layout().body.inner();
                let size = (usize::from(body.width), usize::from(body.height));
                type_into(typed, key, size, false, false, ctx.now);
            }
        }
    }

    /// Saves the result, over the version that was shown and no later one.
    fn save(&mut self, ctx: &mut Ctx<'_>) -> Then {
        let choices: Option<Vec<Choice>> = self.choices.iter().cloned().collect();
        let Some(choices) = choices else {
            let open = self.choices.iter().position(Option::is_none).unwrap_or(0);
            self.go(open);
            ctx.say(Notice::info("this place is not decided"));
            return Then::Stay;
        };
        if self.merge.mine.value.len().max(self.merge.theirs.value.len()) >= LONG {
            self.resolving = true;
            ctx.read(Slot::Saving, Compute::Resolve(Arc::clone(&self.merge), choices));
            return Then::Stay;
        }
        let resolved = self.merge.resolve(&choices);
        self.resolved(resolved, ctx)
    }

    /// Takes the outcome: it is saved, unless it cannot be.
    pub(in crate::app) fn resolved(
        &mut self,
        resolved: Result<TypedValue, Unresolved>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        self.resolving = false;
        match resolved {
            Ok(joined) => {
                let onto = self.inside.as_ref().map_or(&self.merge.theirs, |(onto, _)| onto);
                let content_type = match &self.inside {
                    Some((onto, _)) => onto.content_type.clone(),
                    None => joined.content_type,
                };
                let expected = only_over(onto);
                let set =
                    SetValue { value: joined.value, content_type, expected, ..self.set.clone() };
                let value = self.inside.as_ref().map(|(_, value)| Arc::clone(value));
                let onto = Box::new(onto.clone());
                ctx.request(Request::SaveMerged(Box::new(set), onto, value));
                Then::Close
            }
            Err(why) => {
                ctx.say(Notice::warning(why.to_string()));
                Then::Stay
            }
        }
    }

    /// Gives up the outcome; tells whether it was being made.
    pub(in crate::app) fn stop_resolving(&mut self) -> bool {
        std::mem::take(&mut self.resolving)
    }

    /// Takes a key while the outcome is being made: it waits, or is given up.
    fn key_meanwhile(&mut self, action: Option<Action>, ctx: &mut Ctx<'_>) {
        if action == Some(Action::Close) {
            self.resolving = false;
            ctx.cancel(Slot::Saving);
            ctx.say(Notice::info("stopped"));
        } else {
            let stops = ctx.keymap.says(Context::Merge, Action::Close, "stops it");
            ctx.say(Notice::info(text::then("the save is being prepared", " · ", stops)));
        }
    }
}

impl Dialog for MergeView {
    fn context(&self) -> Context {
        if self.typed.is_some() { Context::Editor } else { Context::Merge }
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.typed.is_some() {
            self.type_key(key, action, ctx);
            return Then::Stay;
        }
        if self.resolving {
            self.key_meanwhile(action, ctx);
            return Then::Stay;
        }
        match action {
            Some(Action::Accept) => return self.save(ctx),
            Some(Action::TakeMine) => self.choose(Choice::Mine),
            Some(Action::TakeTheirs) => self.choose(Choice::Theirs),
            Some(Action::Edit) => self.type_anew(ctx),
            Some(Action::Next) => self.go(self.at + 1),
            Some(Action::Previous) => self.go(self.at.saturating_sub(1)),
            Some(Action::NewRecord) => ctx.request(Request::MergeAsNew),
            Some(Action::KeepDraft) => ctx.request(Request::KeepDraft { quits: false }),
            Some(Action::Close) if self.is_typed() => {
                let confirmed = Confirmed::LeaveMerge;
                let asked = Confirm::new("Discard the changes", "discard", confirmed)
                    .line("What was typed here is not saved.")
                    .line("What was typed before it stays.")
                    .or_keep(true);
                ctx.request(Request::Ask(Box::new(asked)));
            }
            Some(Action::Close) => {
                ctx.request(Request::StopMerging);
                return Then::Close;
            }
            action => return self.overlay.act(action, ctx),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        if self.typed.is_some() {
            return matches!(action, Action::Save | Action::Cancel | Action::Undo | Action::Redo);
        }
        match action {
            Action::Accept => self.decided() == self.choices.len(),
            Action::Next => self.at + 1 < self.choices.len(),
            Action::Previous => self.at > 0,
            _ => true,
        }
    }

    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        if let Some(typed) = &mut self.typed {
            typed.paste(text, ctx.now);
        }
    }

    fn wheel(&mut self, rows: isize, _: &mut Ctx<'_>) {
        self.overlay.scroll_by(rows);
    }
}
