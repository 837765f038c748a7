//! Editing a record: the keys of the editor, and the way to the user's own one.

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::keymap::Action;
use crate::model::Expected;
use crate::model::Family;

use super::editor::{Blocked, Content, Editor, Field, not_editable};
use super::event::{Effect, NotEdited};
use super::modal::{Confirm, Confirmed, Modal};
use super::{App, Notice};
use crate::text;

impl App {
    /// Opens the record under the cursor in the editor, or at once in the user's own.
    pub(super) fn edit(&mut self, outside: bool) {
        let (Some(store), Some(record)) = (self.keys.store.clone(), self.value_at_hand()) else {
            return;
        };
        if record.meta.key.as_str().is_none() {
            self.notice = Some(Notice::warning(
                "this key is not UTF-8: Crawlee's metadata cannot name it, so it cannot be set",
            ));
            return;
        }
        if !outside {
            if record.value.len() as u64 > self.settings.editor_limit {
                let size = text::size(record.value.len() as u64);
                let state = format!("{size} are too much for the built-in editor");
                let remedy = self.says(Action::EditExternal, "opens it in $EDITOR");
                self.notice = Some(Notice::warning(text::then(&state, "; ", remedy)));
                return;
            }
            if let Some(why) = not_editable(&record) {
                let remedy = self.says(Action::EditExternal, "opens its bytes in $EDITOR");
                let state = text::then(&why, "; ", remedy);
                let remedy = self.says(Action::SaveValue, "saves them to a file");
                self.notice = Some(Notice::warning(text::then(&state, ", ", remedy)));
                return;
            }
        }
        let mut editor = Editor::edit(store, record, self.settings.editor_limit);
        if let Some(note) = editor.note.take() {
            self.notice = Some(Notice::info(note));
        }
        self.editor = Some(editor);
        self.lay_out_as_crawlee();
        if outside {
            self.edit_outside();
        }
    }

    /// Tells the editor how Crawlee lays JSON out in this storage.
    pub(super) fn lay_out_as_crawlee(&mut self) {
        if let Some(editor) = &mut self.editor {
            editor.json_layout = self.server.json_layout;
        }
    }

    fn edit_outside(&mut self) {
        if let Some(editor) = &mut self.editor {
            editor.outside = true;
            let suffix = match editor.typed_content_type().family() {
                Family::Json => ".json".to_owned(),
                Family::Text | Family::Image => {
                    let content_type = editor.typed_content_type();
                    let short: String =
                        content_type.short().chars().filter(char::is_ascii_alphanumeric).collect();
                    if short == "text" { ".txt".to_owned() } else { format!(".{short}") }
                }
                _ if matches!(editor.value, Content::Text(..)) => ".txt".to_owned(),
                _ => ".bin".to_owned(),
            };
            self.effects.push(Effect::OpenEditor { text: editor.value.bytes(), suffix });
        }
    }

    /// The user's own editor has ended: what it left is saved at once, or stays in larder's
    /// editor if it cannot be.
    pub(super) fn edited(&mut self, result: Result<Bytes, NotEdited>) {
        let Some(editor) = &mut self.editor else { return };
        editor.outside = false;
        match result {
            Ok(text) => {
                // Editors end the last line with a line break, whether it had one or not.
                let before = editor.value.bytes();
                let end = editor.value.line_end();
                let text = match text.strip_suffix(end) {
                    Some(cut) if !before.ends_with(b"\n") => text.slice(..cut.len()),
                    _ => text,
                };
                if text == before {
                    // What was typed here before is neither saved nor lost.
                    if !editor.is_changed() && editor.original.is_some() {
                        self.editor = None;
                    }
                    self.tell(Notice::info("nothing was changed"));
                    return;
                }
                editor.replace(&text);
                // A new record still needs its key.
                if editor.original.is_some() {
                    self.save_editor(false, None);
                }
            }
            Err(NotEdited { why, left }) => {
                // It may be half of what was meant, so it is kept here and not saved.
                if let Some(left) = &left {
                    editor.replace(left);
                } else if !editor.is_changed() && editor.original.is_some() {
                    self.editor = None;
                }
                self.tell(Notice::failure(why).lasting());
            }
        }
    }

    pub(super) fn editor_key(&mut self, key: KeyEvent, action: Option<Action>) {
        let Some(editor) = &mut self.editor else { return };
        match action {
            Some(Action::Quit) => return self.quit(),
            Some(Action::Redraw) => return self.effects.push(Effect::Redraw),
            Some(Action::Suspend) => return self.effects.push(Effect::Suspend),
            _ if editor.outside => return,
            _ if editor.saving.is_some() => {
                self.notice = Some(Notice::info("being saved; the answer is awaited"));
                return;
            }
            Some(Action::Help) => self.modal = Some(Modal::Help(super::modal::Overlay::default())),
            Some(Action::Save) => self.save_editor(false, None),
            Some(Action::SaveAsText) => self.save_editor(true, None),
            Some(Action::Cancel) => self.cancel_editor(),
            Some(Action::NextField) => editor.next_field(true),
            Some(Action::PreviousField) => editor.next_field(false),
            Some(Action::Undo) => editor.undo(false),
            Some(Action::Redo) => editor.undo(true),
            Some(Action::EditExternal) => self.edit_outside(),
            Some(Action::Format) => {
                if let Err(why) = editor.format() {
                    editor.fault = Some(why);
                }
            }
            _ if editor.field == Field::Value
                && editor.value.text().is_none()
                && key.code != crossterm::event::KeyCode::Tab =>
            {
                self.notice = Some(Notice::info("these bytes are not text; edit them in $EDITOR"));
            }
            _ => editor.key(key),
        }
        self.show_editor_cursor();
    }

    fn cancel_editor(&mut self) {
        if self.editor.as_ref().is_some_and(Editor::is_changed) {
            self.modal = Some(Modal::Confirm(Box::new(
                Confirm::new("Discard the changes", "discard", Confirmed::DiscardEdit)
                    .line("What was typed has not been saved."),
            )));
        } else {
            self.editor = None;
        }
    }

    pub(super) fn save_editor(&mut self, as_text: bool, over: Option<Expected>) {
        let Some(editor) = &mut self.editor else { return };
        match editor.to_write(as_text, over) {
            Ok(write) => {
                editor.fault = None;
                let id = self.send(write);
                if let Some(editor) = &mut self.editor {
                    editor.saving = Some(id);
                }
            }
            Err(Blocked::Unchanged) => {
                let editor = self.editor.take();
                let read = editor.and_then(|editor| editor.original);
                let notice = match (read, self.record.record()) {
                    (Some(read), Some(now)) if read.meta.key == now.meta.key && read != *now => {
                        "nothing was saved: nothing was typed here, but someone else has changed the \
                         record"
                    }
                    _ => "nothing was changed",
                };
                self.tell(Notice::info(notice));
                self.reload_record();
            }
            Err(Blocked::Fault(why)) => {
                editor.fault = Some(why);
                self.show_editor_cursor();
            }
        }
    }

    /// Scrolls the editor so that its cursor is on the screen.
    pub(super) fn show_editor_cursor(&mut self) {
        let body = self.layout().body;
        if let Some(editor) = &mut self.editor {
            editor.show_cursor(body);
        }
    }
}
