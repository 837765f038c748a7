//! The check of JSON that is being typed: its fault is looked for off the loop, after a pause.

use crate::model::Timestamp;
use crate::preview::json::JsonFault;

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::Compute;
use super::Editor;

/// Pause in typing after which the JSON is checked, in microseconds.
const PAUSE: i64 = 250_000;

/// What is known of the text as JSON.
#[derive(Debug, Default)]
pub(super) struct Check {
    /// When the text is to be checked.
    due: Option<Timestamp>,
    /// The revision of the text that was checked, or is being checked.
    revision: u64,
    /// The fault that was found in that revision.
    fault: Option<JsonFault>,
}

impl Editor {
    /// Takes note that something may have been typed: the text is checked after a pause.
    pub(in crate::app) fn changed(&mut self, ctx: &Ctx<'_>) {
        let Some(edit) = self.value.text() else { return };
        let revision = edit.document().revision();
        if revision != self.check.revision {
            let due = Timestamp::from_micros(ctx.now.micros() + PAUSE);
            self.check = Check { due: Some(due), revision, fault: None };
        }
    }

    /// When the editor wants to be told the time.
    pub(in crate::app) fn wake(&self) -> Option<Timestamp> {
        self.check.due
    }

    /// Has the text checked, if it is JSON and the pause is over.
    pub(in crate::app) fn time_passed(&mut self, ctx: &mut Ctx<'_>) {
        if self.check.due.is_none_or(|due| due > ctx.now) {
            return;
        }
        self.check.due = None;
        if let Some(edit) = self.value.text()
            && self.typed_content_type().is_json()
        {
            ctx.read(
                Slot::Check,
                Compute::Check(Box::new(edit.document().without_history()), self.check.revision),
            );
        }
    }

    /// Takes the result of the check of a revision.
    pub(in crate::app) fn checked(&mut self, revision: u64, fault: Option<JsonFault>) {
        if revision == self.check.revision {
            self.check.fault = fault;
        }
    }

    /// The fault of the JSON as it is typed now, if it is known.
    pub fn json_fault(&self) -> Option<&JsonFault> {
        let revision = self.value.text()?.document().revision();
        self.check.fault.as_ref().filter(|_| revision == self.check.revision)
    }

    /// Whether the text is to be JSON.
    pub fn is_json(&self) -> bool {
        self.typed_content_type().is_json()
    }
}
