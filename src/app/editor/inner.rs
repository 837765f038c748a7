//! The edit of a value in a value: edited like a record of its own, and saved as a part of the record that it
//! is in.

use std::sync::Arc;

use bytes::Bytes;

use crate::edit::{InnerValue, NotOpened, TypedValue};
use crate::keymap::Action;
use crate::model::{Record, SetValue, StoreName};
use crate::ops::Plan;

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::load::Compute;
use super::super::opening::{Opened, inside, is_laid_out};
use super::Editor;

/// The record that holds a value, while that value is edited.
#[derive(Debug, Clone)]
pub struct InnerEdit {
    /// The record as it was read.
    pub record: Record,
    /// The value of it that is edited.
    pub value: Arc<InnerValue>,
    /// The text that was typed when the value was last saved, before it was put back.
    typed: Bytes,
    /// What happens next once the value has been put back, while that is under way.
    putting_back: Option<PutBack>,
}

/// What happens next to a value in a value, once it is put back into its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum PutBack {
    /// The changes are shown.
    Review,
    /// The record is saved.
    Save,
    /// The record is staged.
    Stage,
}

impl InnerEdit {
    /// The computation that joins what was typed with what is there now.
    pub(in crate::app) fn join(&self, records: Box<[TypedValue; 3]>) -> Compute {
        Compute::Join(records, Arc::clone(&self.value), self.typed.clone())
    }
}

impl Editor {
    /// Makes the editor of a value in a value of a record, which was opened to be edited.
    pub(in crate::app) fn of_inner(
        store: StoreName,
        record: Record,
        value: Arc<InnerValue>,
        opened: Opened,
    ) -> Self {
        let mut editor = Self::opened(store, inside(&record, &value), opened);
        let edit = InnerEdit { record, value, typed: Bytes::new(), putting_back: None };
        editor.inner = Some(Box::new(edit));
        editor
    }

    /// The record that a save replaces, as it was read; none for a new one.
    pub fn base(&self) -> Option<&Record> {
        self.inner.as_ref().map(|inner| &inner.record).or(self.original.as_ref())
    }

    /// The change that a save makes, as it is shown: for a value in a value, of that one alone.
    pub(in crate::app) fn compared(&self, set: &SetValue) -> Option<[TypedValue; 2]> {
        let read = TypedValue::from(self.original.as_ref()?);
        let typed = match &self.inner {
            Some(inner) => TypedValue { value: inner.typed.clone(), ..read.clone() },
            None => TypedValue { content_type: set.content_type.clone(), value: set.value.clone() },
        };
        Some([read, typed])
    }

    /// Whether the editor lays JSON out in lines: the record's, or that of the value that is edited.
    pub(in crate::app) fn lays_out(&self, of_record: bool) -> bool {
        match &self.inner {
            Some(inner) if of_record => is_laid_out(&inner.record),
            _ => self.spacing.is_some(),
        }
    }

    /// What is to be said of a save before it is made.
    pub(in crate::app) fn note(&self) -> Option<String> {
        let inner = self.inner.as_ref().and_then(|inner| inner.value.inner().note());
        let both: Vec<_> = self.told.clone().into_iter().chain(inner).collect();
        (!both.is_empty()).then(|| both.join("; "))
    }

    /// Whether an action does something here: a value in a value has no fields of its own.
    pub fn allows(&self, action: Action) -> bool {
        let of_fields = [Action::SaveAsText, Action::NextField, Action::PreviousField];
        self.inner.is_none() || !of_fields.contains(&action)
    }

    /// Whether what was typed is being put back into its record.
    pub(in crate::app) fn is_putting_back(&self) -> bool {
        self.inner.as_ref().is_some_and(|inner| inner.putting_back.is_some())
    }

    /// Has what was typed put back into its record, either as that was read or as it is now.
    pub(in crate::app) fn put_back(
        &mut self,
        set: SetValue,
        then: PutBack,
        now: Option<Arc<InnerValue>>,
        ctx: &mut Ctx<'_>,
    ) {
        if let Some(inner) = &mut self.inner {
            inner.typed = set.value.clone();
            inner.putting_back = Some(then);
            let value = now.unwrap_or_else(|| Arc::clone(&inner.value));
            ctx.read(Slot::Saving, Compute::PutBack(Box::new(set), value));
        }
    }

    /// Takes the record with the value put back, or the reason why it cannot be.
    pub(in crate::app) fn is_put_back(
        &mut self,
        result: Result<Box<SetValue>, NotOpened>,
        ctx: &mut Ctx<'_>,
    ) {
        let inner = self.inner.as_mut();
        let Some(then) = inner.and_then(|inner| inner.putting_back.take()) else { return };
        match (result, then) {
            (Ok(set), PutBack::Save) => self.saving.write = Some(ctx.send(Plan::set(*set))),
            (Ok(set), PutBack::Review) => ctx.request(Request::Review(set)),
            (Ok(set), PutBack::Stage) => ctx.request(Request::Stage(set)),
            (Err(NotOpened(why)), _) => self.fail(why, None),
        }
    }

    /// Gives up putting the value back.
    pub(in crate::app) fn stop_putting_back(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.putting_back = None;
        }
    }
}
