//! The right pane: the record under the cursor.

mod act;
mod entries;
mod note;
mod outside;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::keymap::{Action, KeyMap};
use crate::model::{Error, Key, Record, RecordMeta, StoreName};
use crate::preview::charset::Charset;
use crate::preview::json::JsonPath;
use crate::preview::{Matches, Mode, Preview, PreviewKind, Scroll, Viewport};

use super::ctx::Ctx;
use super::layout::Area;
use super::load::RecordView;

pub(in crate::app) use act::takes_value;
pub use entries::EntryShown;
pub(in crate::app) use outside::file_name;
pub use versions::{Version, Versions};

/// A record, how far it has been scrolled, and the search in it.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
pub struct RecordPane {
    /// The record that is wanted.
    pub wanted: Option<(StoreName, Key)>,
    /// What is shown: another record while the wanted one is being read.
    pub shown: Option<RecordView>,
    /// Whether the wanted record is being read.
    pub loading: bool,
    /// Whether that has taken long enough for the user to be told.
    pub show_loading: bool,
    /// Whether the wanted record is fetched although it is large.
    pub fetching: bool,
    /// Whether to fetch the wanted record if it turns out to be large.
    pub fetch_if_large: bool,
    /// The action to do with the value as soon as it is here; any other key drops it.
    pub awaiting: Option<Action>,
    /// Whether the record has changed while it is being read, and is to be read once more.
    pub dirty: bool,
    /// Whether the record has changed since it was read.
    pub outdated: bool,
    /// Why the record could not be read.
    pub failure: Option<Error>,
    /// The scroll position.
    pub scroll: Scroll,
    /// Whether long lines are wrapped.
    pub wrap: bool,
    /// How values of the record's content type are shown.
    pub mode: Mode,
    /// The wanted record's content type, without parameters.
    pub kind: Option<String>,
    /// How values of the other content types were last shown, where that is not as they are meant.
    pub modes: BTreeMap<String, Mode>,
    /// The text searched for; empty for none.
    pub search: String,
    /// The searched text as a path through JSON, if it is one.
    pub path: Option<JsonPath>,
    /// The places of the searched text.
    pub matches: Option<Matches>,
    /// The versions of the record that were seen while it was open.
    pub versions: Versions,
    /// Whether what is shown stands there until all of it is made ready.
    pub(in crate::app) begun: bool,
    /// The entry of the record, an archive, that is shown in its place.
    pub(in crate::app) inside: Option<EntryShown>,
    /// The last entry that was left: the number of archives around it, and its own.
    pub(in crate::app) last_entry: Option<(usize, usize)>,
}

impl RecordPane {
    /// Forgets everything but the settings.
    pub fn clear(&mut self) {
        self.drop_entry();
        let (wrap, mode, kind) = (self.wrap, self.mode, self.kind.take());
        let modes = std::mem::take(&mut self.modes);
        *self = Self { wrap, mode, kind, modes, ..Self::default() };
    }

    /// Sets the wanted record; the shown one stays until it comes.
    pub fn want(&mut self, store: StoreName, key: Key) {
        if !self.wanted.as_ref().is_some_and(|(s, k)| *s == store && *k == key) {
            self.awaiting = None;
            self.drop_entry();
            self.last_entry = None;
        }
        self.wanted = Some((store, key));
        self.loading = true;
        self.show_loading = false;
        self.fetching = false;
        self.fetch_if_large = false;
        self.dirty = false;
        self.outdated = false;
        self.failure = None;
    }

    /// Shows a record. The same record read again keeps its scroll position.
    pub fn show(&mut self, shown: RecordView, view: Viewport) {
        let same = self.shown.as_ref().is_some_and(|old| old.key() == shown.key());
        let unchanged = match (&self.shown, &shown) {
            (Some(RecordView::Whole(old, a)), RecordView::Whole(new, b)) => {
                same && old == new && a.kind() == b.kind()
            }
            (Some(RecordView::Head(old, a, _)), RecordView::Head(new, b, _)) => {
                same && old == new && a.is_of_same_bytes(b) && a.kind() == b.kind()
            }
            _ => false,
        };
        self.loading = false;
        self.show_loading = false;
        self.fetching = false;
        self.failure = None;
        self.begun = false;
        self.shown = Some(shown);
        if unchanged {
            return;
        }
        self.matches = None;
        match self.preview() {
            Some(preview) if same => self.scroll = preview.scroll_by(self.scroll, 0, view),
            _ => self.scroll = Scroll::default(),
        }
    }

    /// Takes note that the wanted record could not be read.
    pub fn fail(&mut self, error: Error) {
        self.loading = false;
        self.show_loading = false;
        self.fetching = false;
        self.awaiting = None;
        self.failure = Some(error);
    }

    /// The preview of the value, if it has been read.
    pub fn preview(&self) -> Option<&Arc<Preview>> {
        match &self.shown {
            Some(RecordView::Whole(_, preview) | RecordView::Head(_, preview, _)) => Some(preview),
            _ => None,
        }
    }

    /// Whether the wanted record is shown as JSON, exactly as it is stored.
    pub fn shows_json(&self) -> bool {
        let plain = |record: &Record| {
            // Typed text is stored as UTF-8, also where the present value is all ASCII.
            let declared = Charset::declared(record.meta.content_type.as_str());
            declared.is_none_or(Charset::is_utf8)
        };
        self.record().is_some_and(plain)
            && self.preview().is_some_and(|preview| {
                preview.kind() == PreviewKind::Json && !preview.is_converted()
            })
    }

    /// Whether the wanted record is shown as JSON, also where that is packed in it.
    pub fn has_values(&self) -> bool {
        let is_json = |preview: &Arc<Preview>| preview.kind() == PreviewKind::Json;
        self.record().is_some() && self.preview().is_some_and(is_json)
    }

    /// Whether the wanted record, or its beginning, is shown as a table.
    pub fn shows_table(&self) -> bool {
        self.preview().is_some_and(|preview| preview.kind() == PreviewKind::Table)
            && !self.is_stale()
    }

    /// The preview, if it is a page shown as text.
    pub fn page(&self) -> Option<&Arc<Preview>> {
        let page = |preview: &&Arc<Preview>| preview.kind() == PreviewKind::Page;
        self.preview().filter(page).filter(|_| !self.is_stale())
    }

    /// Whether the preview is a page with links.
    pub fn shows_links(&self) -> bool {
        self.page().is_some_and(|page| page.has_links())
    }

    /// Whether the preview has parts to choose from: values, cells or links.
    pub fn has_parts(&self) -> bool {
        self.has_values() || self.shows_table() || self.shows_links() || self.archive().is_some()
    }

    /// The record, if it is the wanted one and its value has been read.
    pub fn record(&self) -> Option<&Record> {
        match &self.shown {
            Some(RecordView::Whole(record, _)) if self.is_wanted(&record.meta.key) => Some(record),
            _ => None,
        }
    }

    /// The metadata of the wanted record, if it has been read.
    pub fn meta(&self) -> Option<&RecordMeta> {
        self.shown.as_ref().and_then(RecordView::meta).filter(|meta| self.is_wanted(&meta.key))
    }

    /// Whether the shown record is another than the wanted one.
    pub fn is_stale(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| !self.is_wanted(shown.key()))
    }

    /// Whether what is shown is that there is no such record.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.shown, Some(RecordView::Missing(_)))
    }

    /// Whether this record is wanted and could not be read, or is no longer there.
    pub fn cannot_show(&self, key: &Key) -> bool {
        let is_lost = self.failure.is_some() || self.is_missing() && !self.is_stale();
        is_lost && !self.loading && self.is_wanted(key)
    }

    fn is_wanted(&self, key: &Key) -> bool {
        self.wanted.as_ref().is_some_and(|(_, wanted)| wanted == key)
    }

    /// The part of the pane that shows the value: inside the border and a gap, below the heading.
    pub fn viewport(&self, pane: Area, keymap: &KeyMap) -> Viewport {
        let inner = pane.inner();
        Viewport {
            width: inner.width.saturating_sub(2),
            height: inner
                .height
                .saturating_sub(self.heading_rows(inner.width.saturating_sub(2), keymap)),
            wrap: self.wrap,
        }
    }

    /// Number of rows above the value: type and size, and the note.
    pub fn heading_rows(&self, width: u16, keymap: &KeyMap) -> u16 {
        1 + self.note_rows(width, keymap).len() as u16
    }

    /// Scrolls by rows, down if positive.
    pub fn scroll_by(&mut self, rows: isize, view: Viewport) {
        if let Some(preview) = self.preview() {
            self.scroll = preview.scroll_by(self.scroll, rows, view);
        }
    }

    /// Scrolls sideways by this number of cells; tells whether anything moved.
    pub fn sideways(&mut self, cells: isize, view: Viewport) -> bool {
        let Some(preview) = self.preview() else { return false };
        let moved = preview.sideways(self.scroll, cells, view);
        let changed = moved != self.scroll;
        self.scroll = moved;
        changed
    }

    /// Goes to the first or last row.
    pub fn to_end(&mut self, end: bool, view: Viewport) {
        if let Some(preview) = self.preview() {
            self.scroll = if end { preview.bottom(view) } else { preview.top() };
        }
    }

    /// Scrolls until this offset is seen, if this preview is shown.
    pub(super) fn reveal(&mut self, shown: &Arc<Preview>, offset: usize, ctx: &Ctx<'_>) {
        let view = self.view(ctx);
        if let Some(preview) = self.preview().filter(|preview| Arc::ptr_eq(preview, shown)) {
            self.scroll = preview.reveal(self.scroll, offset, view);
        }
    }

    /// Shows a preview in place of another of the same value; the text at the top stays there.
    pub(super) fn show_folded(&mut self, from: &Arc<Preview>, to: &Arc<Preview>, ctx: &Ctx<'_>) {
        let view = self.view(ctx);
        let top = from.offset(self.scroll, view);
        if self.exchange(from, to) {
            self.scroll = to.from_offset(self.scroll, top, view);
        }
    }

    /// Puts a preview in place of another of the same value; tells whether the other was shown.
    pub(super) fn exchange(&mut self, from: &Arc<Preview>, to: &Arc<Preview>) -> bool {
        match &mut self.shown {
            Some(RecordView::Whole(_, shown) | RecordView::Head(_, shown, _))
                if Arc::ptr_eq(shown, from) =>
            {
                *shown = Arc::clone(to);
                true
            }
            _ => false,
        }
    }

    /// Takes the places of the searched text, and goes to the first one from here on.
    pub fn found(&mut self, matches: Matches, view: Viewport) {
        self.matches = Some(matches);
        self.step(0, view);
    }

    /// Takes the places to which a path leads, one of them the current one, and goes to that.
    pub(super) fn take_path(&mut self, text: String, matches: Matches, view: Viewport) {
        self.path = JsonPath::parse(&text).ok();
        self.search = text;
        let at = matches.current().and_then(|current| matches.get(current));
        if let Some((preview, at)) = self.preview().zip(at) {
            self.scroll = preview.reveal(self.scroll, at.start, view);
        }
        self.matches = Some(matches);
    }

    /// Goes to the next (1) or previous (-1) place, or to the first one from here on (0).
    pub fn step(&mut self, by: isize, view: Viewport) {
        let Some(preview) = self.preview().cloned() else { return };
        let Some(matches) = self.matches.as_mut() else { return };
        let at = matches.current().and_then(|current| matches.get(current)).map(|at| at.start);
        let to = match (by, at) {
            (0, _) | (_, None) => {
                let here = preview.offset(self.scroll, view);
                // `next` looks behind an offset, but a match may begin exactly here.
                here.checked_sub(1).map_or_else(|| Some(0), |before| matches.next(before))
            }
            (1, Some(at)) => matches.next(at),
            (_, Some(at)) => matches.previous(at),
        };
        matches.set_current(to);
        if let Some(at) = to.and_then(|to| matches.get(to)) {
            self.scroll = preview.reveal(self.scroll, at.start, view);
        }
    }
}
