//! A record that someone else has changed while it was edited: what is there now is read and shown, and
//! only that is overwritten.

use crate::model::{ContentType, Error, Expected, Record, SetValue};

use super::App;
use super::event::{Read, Slot};
use super::modal::{Confirm, Confirmed, Modal};
use crate::text;

/// What stands before that which is there now.
const NOW: &str = "Now: ";

impl App {
    /// Asks whether to write over what was in the way of this write. Yes is possible as soon as that
    /// has been read, and is about that alone.
    pub(super) fn ask_to_overwrite(&mut self, set: &SetValue) {
        let old = self.editor.as_ref().and_then(|editor| editor.original.as_ref());
        let mut confirm =
            Confirm::new("Overwrite the record", "overwrite", Confirmed::OverwriteRecord(None));
        // What is there now comes first, where there is room for little.
        let now = format!("{NOW}being read…");
        confirm = match old {
            Some(old) => confirm
                .line("Someone else has changed or deleted this record since it was read.")
                .line(now)
                .line(format!("When read: {}", weight(old.value.len(), &old.meta.content_type))),
            None => confirm.line("There is a record of this key already.").line(now),
        };
        confirm = confirm.line("No keeps your text in the editor.");
        self.modal = Some(Modal::Confirm(Box::new(confirm)));
        let read = Read::Value { store: set.store.clone(), key: set.key.clone() };
        self.read(Slot::Theirs, read);
        // The pane behind is to show what is there now.
        self.reload_record();
    }

    /// What was in the way has been read. The question holds it from now on, whatever is read later.
    pub(super) fn theirs_read(&mut self, theirs: Option<Record>) {
        let is_new = self.editor.as_ref().is_some_and(|editor| editor.original.is_none());
        let Some(asked) = self.undecided() else { return };
        let done = if theirs.is_some() { "changed" } else { "deleted" };
        if let Some(line) = asked.lines.first_mut().filter(|_| !is_new) {
            *line = format!("Someone else has {done} this record since it was read.");
        }
        let (now, expected) = if let Some(Record { meta, value }) = theirs {
            let content_type = meta.content_type;
            (weight(value.len(), &content_type), Expected::Unchanged { value, content_type })
        } else {
            "Save the record anew".clone_into(&mut asked.title);
            asked.verb = "save";
            (if is_new { "none" } else { "deleted" }.to_owned(), Expected::Absent)
        };
        asked.confirmed = Confirmed::OverwriteRecord(Some(expected));
        say(asked, &now);
    }

    /// What was in the way could not be read, so it cannot be overwritten.
    pub(super) fn theirs_failed(&mut self, error: &Error) {
        if let Some(asked) = self.undecided() {
            say(asked, &format!("not known, so it is not overwritten: {error}"));
        }
    }

    /// Reads what was in the way once more, if that failed or was cut off.
    pub(super) fn read_theirs_again(&mut self) {
        if self.undecided().is_none() {
            return;
        }
        let Some(editor) = &self.editor else { return };
        let read = Read::Value { store: editor.store.clone(), key: editor.typed_key() };
        self.read(Slot::Theirs, read);
    }

    /// The question whose answer still has to wait.
    fn undecided(&mut self) -> Option<&mut Confirm> {
        match &mut self.modal {
            Some(Modal::Confirm(asked))
                if matches!(asked.confirmed, Confirmed::OverwriteRecord(None)) =>
            {
                Some(asked)
            }
            _ => None,
        }
    }
}

fn say(asked: &mut Confirm, now: &str) {
    if let Some(line) = asked.lines.iter_mut().find(|line| line.starts_with(NOW)) {
        *line = format!("{NOW}{now}");
    }
}

fn weight(size: usize, content_type: &ContentType) -> String {
    let kind = content_type.as_str();
    let kind = if kind.is_empty() { "no content type" } else { kind };
    format!("{}, {kind}", text::size(size as u64))
}
