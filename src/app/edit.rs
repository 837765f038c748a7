//! What keys and answers do in the editor, and the way to the user's own editor.

mod back;

use std::sync::Arc;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent};

use crate::edit::{InnerValue, may_hold};
use crate::keymap::{Action, Context};
use crate::model::{Expect, Family, Record, StoreName};
use crate::text;

use super::ctx::{Ctx, Request};
use super::editor::{Blocked, Content, Editor, Field, Purpose};
use super::event::{Effect, NotEdited, Slot};
use super::layers::Then;
use super::notice::Notice;
use super::opening::{Opened, inside};
use super::question::{Confirm, Confirmed};

impl Editor {
    /// Opens the editor for a new record of this store.
    pub(super) fn new_record(store: StoreName, ctx: &Ctx<'_>) -> Self {
        let mut new = Self::create(store);
        new.json_layout = ctx.json_layout;
        new.wrap = ctx.settings.wrap;
        new
    }

    /// Opens the editor for a record that was read, here or at once in the user's own editor; `None` if it
    /// cannot be edited, which is said with the reason. `opened`: its value, if that was opened already.
    pub(super) fn open(
        store: StoreName,
        record: Record,
        opened: Option<Opened>,
        outside: bool,
        ctx: &mut Ctx<'_>,
    ) -> Option<Self> {
        let size = record.value.len() as u64;
        let packed = !outside && may_hold(&record.value);
        let no_key = unnamed(&record);
        let opened = opened.unwrap_or_else(|| Opened::of(&record, ctx.settings.editor_limit));
        let mut editor = Self::opened(store, record, opened);
        let too_large = !outside && matches!(editor.value, Content::Bytes(_));
        if let Some(why) = no_key.or_else(|| too_large.then(|| too_much(size, ctx))) {
            ctx.say(Notice::warning(why));
            return None;
        }
        let opens = ctx.says(Action::OpenInner, "opens them");
        if let Some(note) = editor.note.take() {
            ctx.say(Notice::info(note));
        } else if let Some(opens) = opens.filter(|_| packed && editor.value.hex().is_some()) {
            ctx.say(Notice::info(format!("packed bytes · in the list {opens}")));
        }
        editor.json_layout = ctx.json_layout;
        editor.wrap = ctx.settings.wrap;
        if outside {
            editor.hand_out(ctx);
        }
        Some(editor)
    }

    /// Opens the editor for a value in a value of a record; `None` if it cannot be edited, which is said with
    /// the reason.
    pub(super) fn open_inner(
        store: StoreName,
        record: Record,
        value: Arc<InnerValue>,
        ctx: &mut Ctx<'_>,
    ) -> Option<Self> {
        let (limit, size) = (ctx.settings.editor_limit, value.inner().value().len() as u64);
        let too_much = || {
            let size = text::size(size);
            format!("{size} inside: too much for the editor")
        };
        let why = unnamed(&record).or_else(|| (size > limit).then(too_much));
        if let Some(why) = why {
            ctx.say(Notice::warning(why));
            return None;
        }
        let opened = Opened::of(&inside(&record, &value), limit);
        let mut editor = Self::of_inner(store, record, value, opened);
        if let Some(note) = editor.note.take() {
            ctx.say(Notice::info(note));
        }
        editor.wrap = ctx.settings.wrap;
        Some(editor)
    }

    /// Hands the value to the user's own editor.
    fn hand_out(&mut self, ctx: &mut Ctx<'_>) {
        self.outside = true;
        let suffix = match self.typed_content_type().family() {
            Family::Json => ".json".to_owned(),
            Family::Text | Family::Image => {
                let content_type = self.typed_content_type();
                let short: String =
                    content_type.short().chars().filter(char::is_ascii_alphanumeric).collect();
                if short == "text" { ".txt".to_owned() } else { format!(".{short}") }
            }
            _ if matches!(self.value, Content::Text(..)) => ".txt".to_owned(),
            _ => ".bin".to_owned(),
        };
        ctx.effect(Effect::OpenEditor { text: self.value.draft_text(), suffix, draft: None });
    }

    /// Takes what the user's own editor left: it is saved at once, or stays here if it cannot be. `shown`:
    /// the record in the pane behind.
    pub(super) fn returned(
        &mut self,
        result: Result<Bytes, NotEdited>,
        shown: Option<&Record>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        self.outside = false;
        match result {
            Ok(text) => self.take_back(text, true, shown, ctx),
            Err(NotEdited { why, left }) => {
                ctx.tell(Notice::failure(why).lasting());
                match left {
                    // The text may be half of what was meant, so it is kept here and not saved.
                    Some(left) => self.take_back(left, false, shown, ctx),
                    None if self.is_untouched() => Then::Close,
                    None => Then::Stay,
                }
            }
        }
    }

    /// Takes a key and the action it is bound to. `shown`: the record in the pane behind.
    pub(super) fn act(
        &mut self,
        key: KeyEvent,
        action: Option<Action>,
        shown: Option<&Record>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        if ctx.common(action) || self.outside {
            return Then::Stay;
        }
        if self.saving.merging.is_some() && action == Some(Action::Cancel) {
            ctx.cancel(Slot::Theirs);
            ctx.cancel(Slot::Saving);
            ctx.request(Request::StopMerging);
            return Then::Stay;
        }
        if (self.is_putting_back() || self.is_preparing()) && action == Some(Action::Cancel) {
            self.stop_putting_back();
            self.stop_preparing();
            ctx.cancel(Slot::Saving);
            ctx.say(Notice::warning("not saved; your text is in the editor"));
            return Then::Stay;
        }
        if let Some(doing) = self.working() {
            if self.is_taking_back() {
                ctx.say(Notice::info(doing));
            } else if action == Some(Action::Cancel) {
                self.stop_working();
                ctx.cancel(Slot::Saving);
                ctx.say(Notice::info("stopped"));
            } else {
                let stops = ctx.keymap.says(Context::Editor, Action::Cancel, "stops it");
                ctx.say(Notice::info(text::then(doing, " ", stops)));
            }
            return Then::Stay;
        }
        if self.is_preparing() {
            let stops = ctx.keymap.says(Context::Editor, Action::Cancel, "stops it");
            ctx.say(Notice::info(text::then("the save is being prepared", " · ", stops)));
            return Then::Stay;
        }
        if self.is_busy() {
            ctx.say(Notice::info("being saved; the answer is awaited"));
            return Then::Stay;
        }
        match action {
            Some(Action::Help) => ctx.request(Request::Help),
            Some(Action::Save) => return self.save(false, None, shown, ctx),
            Some(Action::Stage) => self.stage(ctx),
            Some(Action::Cancel) if self.is_as_staged() => self.stage(ctx),
            Some(action) if !self.allows(action) => {
                ctx.say(Notice::info("a value inside another has no content type"));
            }
            Some(Action::SaveAsText) => return self.save(true, None, shown, ctx),
            Some(Action::Cancel) if !self.is_changed() && !self.value.is_half_typed() => {
                return Then::Close;
            }
            Some(Action::Cancel) => {
                let key = self.typed_key().escaped();
                let asked = Confirm::new("Discard the changes", "discard", Confirmed::DiscardEdit)
                    .line(format!("What was typed for {key} is not saved."))
                    .or_keep(self.can_be_draft());
                ctx.request(Request::Ask(Box::new(asked)));
            }
            Some(Action::NextField) => self.next_field(true),
            Some(Action::PreviousField) => self.next_field(false),
            Some(Action::Undo) => self.undo(false),
            Some(Action::Redo) => self.undo(true),
            Some(Action::EditExternal) => self.hand_out(ctx),
            Some(action) if self.text_action(action, ctx) => {}
            _ if self.field == Field::Value
                && matches!(self.value, Content::Bytes(_))
                && key.code != KeyCode::Tab =>
            {
                ctx.say(Notice::info("too many bytes to edit here; use $EDITOR"));
            }
            _ => self.key(key, ctx.layout().body, ctx.now),
        }
        self.changed(ctx);
        self.show_cursor(ctx.layout().body);
        Then::Stay
    }

    /// Saves what was typed, over what was read, or over `over` if that is given. `shown`: the record in the
    /// pane behind.
    pub(super) fn save(
        &mut self,
        as_text: bool,
        over: Option<Expect>,
        shown: Option<&Record>,
        ctx: &mut Ctx<'_>,
    ) -> Then {
        let asked = over.is_some() || self.original.is_none();
        let purpose = Purpose::Save { asked };
        match self.prepare(as_text, over, purpose, ctx) {
            Ok(()) => {}
            Err(Blocked::Unchanged) => {
                let notice = match (self.base(), shown) {
                    (Some(read), Some(now)) if read.meta.key == now.meta.key && read != now => {
                        "nothing to save; someone else changed the record"
                    }
                    _ => "nothing was changed",
                };
                ctx.tell(Notice::info(notice));
                ctx.request(Request::ReloadRecord);
                return Then::Close;
            }
            Err(why) => self.blocked(why, purpose, ctx),
        }
        self.show_cursor(ctx.layout().body);
        Then::Stay
    }

    /// Whether the next keys are text for the value.
    pub(super) fn takes_text(&self) -> bool {
        let idle = !self.is_busy() && !self.outside;
        idle && self.field == Field::Value && self.value.text().is_some()
    }

    /// Takes pasted text, unless it is being saved or edited elsewhere.
    pub(super) fn take_text(&mut self, text: &str, ctx: &Ctx<'_>) {
        if !self.is_busy() && !self.outside {
            self.paste(text, ctx.now);
            self.changed(ctx);
            self.show_cursor(ctx.layout().body);
        }
    }
}

/// Why a record cannot be edited at all.
fn unnamed(record: &Record) -> Option<String> {
    let why = "key not UTF-8: Crawlee cannot name it";
    record.meta.key.as_str().is_none().then(|| why.to_owned())
}

/// The sentence that a value of this size, in bytes, cannot be edited here.
fn too_much(size: u64, ctx: &Ctx<'_>) -> String {
    let state = format!("too large to edit ({})", text::size(size));
    let remedy = ctx.says(Action::EditExternal, "opens $EDITOR");
    text::then(&state, " · ", remedy)
}
