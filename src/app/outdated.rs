//! Warnings while a record is edited: what someone else has done to it meanwhile, as far as the panes know,
//! and that there is no draft.

use crate::ops::words;

use super::App;
use super::editor::Editor;
use super::load::RecordView;

/// The warning that what is typed is not kept, and the same in few words.
const NOT_KEPT: [&str; 2] = ["no draft is kept: save before larder ends", "no draft is kept"];

/// The warning while a record is edited, and the same in few words. A crawl that would write the record back
/// comes first.
pub fn warning(app: &App, editor: &Editor) -> Option<[&'static str; 2]> {
    if app.writes_back(&editor.store, &editor.typed_key()) {
        return Some([words::WRITTEN_BACK, words::WRITTEN_BACK_SHORT]);
    }
    // A change while larder saves is larder's own.
    if editor.is_busy() {
        return None;
    }
    if is_removed(app, editor) {
        return Some([words::REMOVED_MEANWHILE, words::REMOVED_MEANWHILE_SHORT]);
    }
    if is_changed(app, editor) {
        return Some([words::CHANGED_MEANWHILE, words::CHANGED_MEANWHILE_SHORT]);
    }
    app.drafting.is_failing().then_some(NOT_KEPT)
}

/// Whether the record is no longer in the store.
fn is_removed(app: &App, editor: &Editor) -> bool {
    let Some(was) = editor.base() else { return false };
    app.keys.store.as_ref() == Some(&editor.store)
        && app.keys.sync.is_complete()
        && app.keys.index.find(was.meta.key.as_bytes()).is_err()
}

/// Whether the record, as read since, differs from what is edited.
fn is_changed(app: &App, editor: &Editor) -> bool {
    let (Some(was), Some((store, _))) = (editor.base(), &app.record.wanted) else { return false };
    let Some(shown) = &app.record.shown else { return false };
    if *store != editor.store || *shown.key() != was.meta.key {
        return false;
    }
    match shown {
        RecordView::Missing(_) => false,
        RecordView::Whole(now, _) => {
            let same = now.value.as_ptr() == was.value.as_ptr() || now.value == was.value;
            now.meta.content_type != was.meta.content_type || !same
        }
        RecordView::TooLarge(now) | RecordView::Head(now, ..) => now.size != was.meta.size,
    }
}
