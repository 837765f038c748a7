//! What stands above a value: what the user should know of it before reading it.

use crate::keymap::{Action, Context, KeyMap};
use crate::model::Family;
use crate::preview::PreviewKind;
use crate::text::{self, fit};

use super::super::load::RecordView;
use super::RecordPane;

/// Limit on the rows that a note takes from the value.
const NOTE_ROWS: usize = 3;

impl RecordPane {
    /// The [note](Self::note), in rows of this width.
    pub fn note_rows(&self, width: u16, keymap: &KeyMap) -> Vec<String> {
        let Some(note) = self.note(keymap) else { return Vec::new() };
        let mut rows = text::wrap(&note, width.into());
        if rows.len() > NOTE_ROWS {
            rows.truncate(NOTE_ROWS);
            if let Some(last) = rows.last_mut() {
                *last = fit(&format!("{last}…"), width.into()).into_owned();
            }
        }
        rows
    }

    /// Whether something is wrong with the value, or with its preview.
    pub fn warns(&self) -> bool {
        use crate::model::RecordState as State;
        let meta = self.shown_meta();
        let whole = meta.is_none_or(|meta| matches!(meta.state, State::Whole | State::NotRead));
        let family = meta.map(|meta| meta.content_type.family());
        let told = meta.map(|meta| meta.content_type.told_family());
        let meant = match (family, self.preview().map(|preview| preview.kind())) {
            (Some(Family::Json), Some(kind)) => {
                !matches!(kind, PreviewKind::Text | PreviewKind::Hex | PreviewKind::Empty)
            }
            (Some(Family::Text | Family::Image), Some(kind)) => kind != PreviewKind::Hex,
            (Some(Family::Binary), Some(PreviewKind::Hex)) => {
                !matches!(told, Some(Family::Json | Family::Text))
            }
            (Some(Family::None), _) => false,
            _ => true,
        };
        self.outdated || self.is_in_part() || !whole || !meant
    }

    /// What the user should know of this value before reading it.
    pub fn note(&self, keymap: &KeyMap) -> Option<String> {
        use crate::model::RecordState as State;
        let damage = match self.shown_meta().map(|meta| &meta.state) {
            Some(State::NoMetadata) => Some("no metadata: Crawlee reads None".to_owned()),
            Some(State::NoValue) => Some("metadata without a value: Crawlee reads None".to_owned()),
            Some(State::BadMetadata(raw)) => {
                // The row has room for the beginning only, and this text is made in every frame.
                let raw: String = raw.chars().take(200).collect();
                Some(format!("malformed metadata, which breaks Crawlee's listing: {raw}"))
            }
            Some(State::WrongSize(said)) => Some(format!("the metadata says {said} bytes")),
            Some(State::BareFile) => {
                Some("file without metadata: Crawlee for Python reads None".to_owned())
            }
            Some(State::Unreadable(why)) => Some(format!("the metadata cannot be read: {why}")),
            Some(State::SeveralFiles(files)) => Some(format!("{files} are one record")),
            Some(State::Whole | State::NotRead) | None => None,
        };
        let part = match &self.shown {
            Some(RecordView::Head(_, _, head)) => {
                let remedy = keymap.says(Context::Record, Action::Fetch, "fetches all");
                Some(text::then(&format!("first {}", text::size(*head as u64)), " · ", remedy))
            }
            _ => None,
        };
        let outdated = self.outdated.then(|| {
            let remedy = keymap.says(Context::Record, Action::Refresh, "reads it again");
            text::then("changed since it was read", ": ", remedy)
        });
        let note = self.preview().and_then(|preview| preview.note());
        let notes = [part, outdated, note.map(str::to_owned), damage];
        let notes: Vec<_> = notes.into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join(" · "))
    }
}
