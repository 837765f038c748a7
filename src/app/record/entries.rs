//! An entry of the archive that is shown, in place of its list.

use std::sync::Arc;

use crate::model::{Record, RecordMeta};
use crate::preview::{Entry, EntryAt, EntryWanted, Mode, Preview, PreviewKind, Scroll};

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::{Compute, RecordView};
use super::super::notice::Notice;
use super::RecordPane;

/// An entry that is shown, and how the record around it was shown.
#[derive(Debug, Clone)]
pub struct EntryShown {
    /// The entry.
    pub entry: Arc<Entry>,
    /// The way in which values of the record's content type are shown.
    mode: Mode,
}

impl RecordPane {
    /// The entry of an archive that is shown in place of the record.
    pub fn entry(&self) -> Option<&Arc<Entry>> {
        self.inside.as_ref().map(|shown| &shown.entry)
    }

    /// Metadata of what is shown: of the record, or of its entry.
    pub fn shown_meta(&self) -> Option<&RecordMeta> {
        let own = self.entry().map(|entry| &entry.record.meta);
        own.or_else(|| self.shown.as_ref().and_then(RecordView::meta))
    }

    /// The preview, if it lists an archive that is here as a whole.
    pub fn archive(&self) -> Option<&Arc<Preview>> {
        let lists = |preview: &&Arc<Preview>| preview.kind() == PreviewKind::Listing;
        self.preview().filter(lists).filter(|_| self.record().is_some())
    }

    /// The number of the entry that was last open in the archive that is listed.
    pub(in crate::app) fn last_entry(&self) -> usize {
        let depth = self.entry().and_then(|entry| entry.place()).map_or(1, |(_, depth)| depth + 1);
        self.last_entry.filter(|(of, _)| *of == depth).map_or(0, |(_, number)| number)
    }

    /// Opens an entry of the archive that is listed.
    pub(in crate::app) fn open_entry(
        &mut self,
        (listed, at): (Arc<Preview>, EntryAt),
        ctx: &mut Ctx<'_>,
    ) {
        let same = self.archive().is_some_and(|preview| Arc::ptr_eq(preview, &listed));
        let (Some(archive), true) = (listed.archive().cloned(), same) else {
            return ctx.say(Notice::info("the record has changed meanwhile: look again"));
        };
        let inside = self.entry().map(|entry| &**entry);
        self.read_entry(EntryWanted::new(archive, inside, at), Mode::Auto, ctx);
    }

    /// Opens the file beside the entry that is shown, behind it if `true`.
    pub(in crate::app) fn open_beside(&mut self, behind: bool, ctx: &mut Ctx<'_>) {
        if let Some(wanted) = self.entry().map(|entry| entry.beside(behind)) {
            self.read_entry(wanted, self.mode, ctx);
        }
    }

    fn read_entry(&self, wanted: EntryWanted, mode: Mode, ctx: &mut Ctx<'_>) {
        if let Some(record) = self.record().cloned() {
            ctx.read(Slot::Record, Compute::Entry(record, wanted, mode));
        }
    }

    /// Leaves the entry for the archive that it is in; tells whether there was one.
    pub(in crate::app) fn leave_entry(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let Some(entry) = self.entry().cloned() else { return false };
        self.last_entry = entry.place().map(|(at, depth)| (depth, at.number));
        if let Some(around) = entry.around() {
            self.read_entry(around, Mode::Auto, ctx);
        } else {
            self.drop_entry();
            self.show_again(ctx);
        }
        true
    }

    /// Forgets the entry: values of the record's content type are shown as before.
    pub(super) fn drop_entry(&mut self) {
        if let Some(shown) = self.inside.take() {
            self.mode = shown.mode;
        }
    }

    /// Shows what is at hand in the present mode.
    pub(super) fn show_again(&mut self, ctx: &mut Ctx<'_>) {
        let Some(record) = self.record().cloned() else { return };
        ctx.read(
            Slot::Record,
            match self.entry().cloned() {
                Some(entry) => Compute::EntryFace(record, entry, self.mode),
                None => Compute::Preview(record, self.mode),
            },
        );
    }

    /// Takes the record around the entry as it was read again: the entry is looked for in it.
    pub(super) fn reloaded(&self, record: &Record, ctx: &mut Ctx<'_>) -> bool {
        let Some(entry) = self.entry() else { return false };
        ctx.read(
            Slot::Record,
            if self.record() == Some(record) {
                Compute::EntryFace(record.clone(), Arc::clone(entry), self.mode)
            } else {
                Compute::Entry(record.clone(), entry.again(), self.mode)
            },
        );
        true
    }

    /// Takes an entry that was opened in this record, as it is to be shown; or why it was not.
    pub(in crate::app) fn entry_opened(
        &mut self,
        record: Record,
        opened: Result<(Arc<Entry>, Arc<Preview>, Mode), String>,
        ctx: &mut Ctx<'_>,
    ) {
        if !self.is_wanted(&record.meta.key) {
            return;
        }
        match opened {
            Ok((entry, preview, mode)) => {
                let before = self.entry().and_then(|shown| Some(shown.place()?.0.clone()));
                let same = self.entry().is_some_and(|shown| shown.names() == entry.names())
                    && before.as_ref() == entry.place().map(|(at, _)| at);
                let outside = self.inside.take().map_or(self.mode, |shown| shown.mode);
                self.inside = Some(EntryShown { entry, mode: outside });
                self.mode = mode;
                let view = self.view(ctx);
                self.show(RecordView::Whole(record, preview), view);
                if !same {
                    self.matches = None;
                    self.scroll = Scroll::default();
                }
            }
            // The archive has changed, or the entry is none: what is shown stays, if it is still there.
            Err(why) => {
                ctx.say(Notice::warning(why));
                if self.record() == Some(&record) && !self.loading {
                    return;
                }
                self.drop_entry();
                let view = self.view(ctx);
                if let Some(preview) = self.preview().cloned() {
                    self.show(RecordView::Whole(record, preview), view);
                }
                self.show_again(ctx);
            }
        }
        self.settle(ctx);
    }

    /// The record to be copied, saved or opened outside: the entry, where one is shown.
    pub(super) fn taken(&self, ctx: &mut Ctx<'_>) -> Option<Record> {
        let record = self.value_at_hand(ctx)?;
        Some(self.entry().map_or(record, |entry| entry.record.clone()))
    }
}
