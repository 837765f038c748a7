//! The fault of JSON that is being typed, looked for off the loop after a pause.

use crate::model::Timestamp;
use crate::preview::json::JsonFault;

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::Compute;
use super::Editor;

/// A pause of so many microseconds in typing.
const PAUSE: i64 = 250_000;

/// What is known of the text as JSON.
#[derive(Debug, Default)]
pub(super) struct Check {
    /// When it is to be looked at.
    due: Option<Timestamp>,
    /// The state of the text that is known, or is being looked at.
    revision: u64,
    /// What is wrong with that state.
    fault: Option<JsonFault>,
}

impl Editor {
    /// Something may have been typed: it is looked at after a pause.
    pub(in crate::app) fn changed(&mut self, ctx: &Ctx<'_>) {
        let Some(edit) = self.value.text() else { return };
        let revision = edit.document().revision();
        if revision != self.check.revision {
            let due = Timestamp::from_micros(ctx.now.micros() + PAUSE);
            self.check = Check { due: Some(due), revision, fault: None };
        }
    }

    /// When time is to be told.
    pub(in crate::app) fn wake(&self) -> Option<Timestamp> {
        self.check.due
    }

    /// Has the text looked at, if it is JSON and the pause is over.
    pub(in crate::app) fn time_passed(&mut self, ctx: &mut Ctx<'_>) {
        if self.check.due.is_none_or(|due| due > ctx.now) {
            return;
        }
        self.check.due = None;
        if let Some(edit) = self.value.text()
            && self.typed_content_type().is_json()
        {
            ctx.read(Slot::Check, Compute::Check(edit.document().bytes(), self.check.revision));
        }
    }

    /// The text in this state has been looked at.
    pub(in crate::app) fn checked(&mut self, revision: u64, fault: Option<JsonFault>) {
        if revision == self.check.revision {
            self.check.fault = fault;
        }
    }

    /// What is wrong with the JSON as it is typed now, if that is known.
    pub fn json_fault(&self) -> Option<&JsonFault> {
        let revision = self.value.text()?.document().revision();
        self.check.fault.as_ref().filter(|_| revision == self.check.revision)
    }

    /// Whether the text is to be JSON.
    pub fn is_json(&self) -> bool {
        self.typed_content_type().is_json()
    }
}
