//! Values of JSON that are found by a path, from the typed line to the place in the record; and links of a
//! page, which lead to records; and entries of an archive.

use std::sync::Arc;

use crate::preview::json::{JsonPath, PathFinds};
use crate::preview::{EntryRow, Matches, Preview, PreviewKind};

use super::super::App;
use super::super::event::Slot;
use super::super::layers::{EntriesDialog, Layer, LinksDialog, ListDialog, PathDialog};
use super::super::load::{Compute, PageLink};
use super::super::notice::Notice;

/// Looks for the values to which a path leads; says what is wrong with the text if it is no path.
pub(super) fn find(app: &mut App, text: String) {
    let path = match JsonPath::parse(&text) {
        Ok(path) => path,
        Err(why) => return app.notice = Some(Notice::failure(why)),
    };
    let json = |preview: &&Arc<Preview>| preview.kind() == PreviewKind::Json;
    let Some(shown) = app.record.preview().filter(json).cloned() else {
        // The record has changed while the path was typed.
        return app.notice = Some(Notice::info("the value is no JSON any more"));
    };
    app.out.read(Slot::Path, Compute::FindPath(Arc::clone(&shown), path));
    app.layers.push(Layer::List(ListDialog::Paths(PathDialog::new(text, shown))));
}

/// Takes the values to which the path leads.
pub(super) fn found(app: &mut App, finds: PathFinds) {
    if let Some(dialog) = Layer::find::<PathDialog>(&mut app.layers) {
        dialog.take(finds);
    }
}

/// Lists the links of the page that is shown; tells whether a page is shown.
pub(super) fn list_links(app: &mut App) -> bool {
    let shown = app.record.wanted.clone().zip(app.record.page().cloned());
    let Some(((store, key), page)) = shown else { return false };
    app.out.read(Slot::Links, Compute::PageLinks(page, key, Arc::clone(app.keys.sync.index())));
    app.layers.push(Layer::List(ListDialog::Links(LinksDialog::new(store))));
    true
}

/// Takes the links of a page.
pub(super) fn links_found(app: &mut App, links: Vec<PageLink>) {
    if let Some(dialog) = Layer::find::<LinksDialog>(&mut app.layers) {
        dialog.take(links);
    }
}

/// Lists the entries of the archive that is shown, with the cursor on the one that was open last, or on the
/// one in whose line this byte is; tells whether there is an archive.
pub(super) fn list_entries(app: &mut App, line: Option<usize>) -> bool {
    let Some(shown) = app.record.archive().cloned() else { return false };
    let clicked = line.and_then(|line| shown.entry_at(line));
    let at = clicked.unwrap_or_else(|| app.record.last_entry());
    let dialog = EntriesDialog::new(Arc::clone(&shown), at);
    app.out.read(Slot::Entries, Compute::Entries(shown));
    app.layers.push(Layer::List(ListDialog::Entries(dialog)));
    true
}

/// Takes the entries of the archive.
pub(super) fn entries_read(app: &mut App, rows: Vec<EntryRow>) {
    let (layers, ctx) = (&mut app.layers, ctx!(app));
    if let Some(dialog) = Layer::find::<EntriesDialog>(layers) {
        dialog.take(rows, &ctx);
    }
}

/// Goes to one of the places, if the JSON has not changed.
pub(super) fn go_to(app: &mut App, (shown, path, matches): (Arc<Preview>, String, Matches)) {
    let view = app.viewport();
    let same = app.record.preview().is_some_and(|now| now.is_of_same_bytes(&shown));
    if same {
        app.record.take_path(path, matches, view);
    } else {
        app.tell(Notice::info("the record has changed meanwhile: look again"));
    }
}
