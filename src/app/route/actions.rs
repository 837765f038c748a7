//! The actions of keys in the pane in focus.

use bytes::Bytes;

use crate::index::sync::SyncEvent;
use crate::keymap::Action;
use crate::model::OtherStorage;
use crate::ops::Turn;
use crate::text;

use super::super::App;
use super::super::ctx::Request;
use super::super::editor::Editor;
use super::super::event::{Effect, Slot};
use super::super::facts::{exact_facts, record_facts, store_facts};
use super::super::jobs::JobId;
use super::super::layers::{ContentsView, Details, Help, Layer, Palette, Totals};
use super::super::layout::Pane;
use super::super::load::{Load, RecordView};
use super::super::notice::Notice;
use super::super::question::PromptKind;
use super::{
    compare, inner, key_line, leaves, leaving, opened, panes, pins, questions, staged, undo,
    watched,
};

/// Does an action in the pane in focus.
pub(in crate::app) fn act(app: &mut App, action: Action) {
    if open_dialog(app, action) {
        return;
    }
    match action {
        Action::Quit => leaving::quit(app),
        Action::Refresh => opened::refresh(app),
        Action::NextPane => panes::cycle_focus(app, 1),
        Action::PreviousPane => panes::cycle_focus(app, 2),
        Action::StoresPane => panes::go_to(app, Pane::Stores),
        Action::KeysPane => panes::go_to(app, Pane::Keys),
        Action::RecordPane => panes::go_to(app, Pane::Record),
        Action::GoBack => opened::step_to_visited(app, true),
        Action::GoForward => opened::step_to_visited(app, false),
        Action::ValueDown => panes::scroll_value(app, true),
        Action::ValueUp => panes::scroll_value(app, false),
        Action::Suspend => app.out.effects.push(Effect::Suspend),
        Action::Redraw => app.out.effects.push(Effect::Redraw),
        Action::ToggleMouse => {
            app.mouse.on = !app.mouse.on;
            app.notice = Some(Notice::info(if app.mouse.on {
                "the mouse works in larder"
            } else {
                "mouse off · select as usual"
            }));
            app.out.effects.push(Effect::Mouse(app.mouse.on));
        }
        Action::TypePassword => ctx!(app).prompt(PromptKind::Password, ""),
        Action::Widen => panes::resize(app, true),
        Action::Narrow => panes::resize(app, false),
        Action::Zoom => panes::zoom(app),
        Action::ToggleWatch => watched::toggle_watch(app),
        Action::Back => back(app),
        Action::Undo => undo::turn(app, Turn::Undo),
        Action::Redo => undo::turn(app, Turn::Redo),
        Action::Details => show_details(app),
        Action::CopyKey => copy_key(app),
        Action::Pin => pins::toggle(app),
        Action::Compare => compare::ask(app),
        Action::OtherHalf => app.keys.go_to_other_half(&mut ctx!(app)),
        _ => {
            let own = match app.focus {
                Pane::Stores => {
                    app.stores.act(action, &mut ctx!(app));
                    true
                }
                Pane::Keys => app.keys.act(action, &mut ctx!(app)),
                Pane::Record => app.record.act(action, &mut ctx!(app)),
            };
            if !own {
                act_on_one_record(app, action);
            }
        }
    }
}

/// Opens the dialog of an action; tells whether the action has one.
pub(super) fn open_dialog(app: &mut App, action: Action) -> bool {
    // These dialogs show what can be done where they are opened.
    let opened = match action {
        Action::Help => Some(Layer::Help(Box::new(Help::new(app)))),
        Action::Palette => Some(Layer::Palette(Box::new(Palette::new(app)))),
        _ => Layer::of(action),
    };
    let Some(mut layer) = opened else { return false };
    layer.dialog_mut().opened(&mut ctx!(app));
    app.layers.push(layer);
    true
}

/// Shows the requests of a queue or the items of a dataset.
pub(super) fn open_contents(app: &mut App, of: OtherStorage) {
    let mut layer = Layer::Contents(Box::new(ContentsView::new(of)));
    layer.dialog_mut().opened(&mut ctx!(app));
    app.layers.push(layer);
}

/// Undoes the filter, the marks or the groups of the pane in focus, or stops a read; the focus stays where it
/// is.
pub(in crate::app) fn back(app: &mut App) {
    match app.focus {
        Pane::Stores => app.stores.back(&mut ctx!(app)),
        Pane::Keys if app.keys.back(&mut ctx!(app)) => {}
        Pane::Keys if app.record.stop_fetching(&mut ctx!(app)) => {}
        Pane::Keys if app.keys.sync.walk().is_some_and(|walk| !walk.paused) => {
            pause_walk(app);
        }
        Pane::Record if app.record.back(&mut ctx!(app)) => {}
        Pane::Keys | Pane::Record => {
            let walks = app.keymap.says(app.context(), Action::Left, "leaves the pane");
            let text = text::then("nothing to clear here", " · ", walks);
            app.notice = Some(Notice::info(text));
        }
    }
}

/// Makes the walk of the keys wait until it is refreshed.
pub(in crate::app) fn pause_walk(app: &mut App) {
    opened::sync_keys(app, SyncEvent::Paused(true), None);
    app.out.effects.push(Effect::Pause(true));
}

/// Does the action that waited for the value of the record under the cursor, if the value is here now.
pub(super) fn act_on_awaited(app: &mut App) {
    if app.record.loading && app.record.record().is_none() {
        return;
    }
    let Some(action) = app.record.awaiting.take() else { return };
    // Behind a dialog, the record may not be the one that the user has chosen it for.
    if !app.layers.is_empty() || app.editor.is_some() || app.focus == Pane::Stores {
        return;
    }
    let lasting = app.notice.take().filter(|notice| notice.lasting);
    match app.allowed(action) {
        Ok(()) => act(app, action),
        Err(why) => app.notice = Some(why),
    }
    app.notice = lasting.or(app.notice.take());
}

/// Does the actions that the panes of keys and of the record have in common.
pub(in crate::app) fn act_on_one_record(app: &mut App, action: Action) {
    if app.record.awaits(action, &mut ctx!(app)) {
        return;
    }
    match action {
        Action::NewRecord => {
            if !staged::offers(app, Request::NewRecord) {
                new_record(app);
            }
        }
        Action::SelectValue => leaves::select(app),
        Action::OpenInner => inner::open_whole(app),
        Action::Edit | Action::EditExternal => {
            let outside = action == Action::EditExternal;
            if !staged::offers(app, Request::EditRecord(outside)) {
                inner::edit(app, outside);
            }
        }
        Action::Rename => key_line::ask(app, PromptKind::RecordKey),
        Action::Duplicate => key_line::ask(app, PromptKind::CopyKey),
        Action::Retype => key_line::ask(app, PromptKind::RecordType),
        Action::Delete => questions::ask_to_delete(app),
        Action::Pictures => {
            app.settings.pictures_wait = false;
            app.out.effects.push(Effect::TurnPictures);
        }
        _ => app.record.act_on_value(action, &mut ctx!(app)),
    }
}

pub(in crate::app) fn copy_key(app: &mut App) {
    let name = match app.focus {
        Pane::Stores => app.stores.current().map(|info| info.store.as_bytes().to_vec()),
        _ => app.keys.current().map(|meta| meta.key.as_bytes().to_vec()),
    };
    let what = if app.focus == Pane::Stores { "store name" } else { "key" };
    if let Some(name) = name {
        app.out.effects.push(Effect::Copy { what, bytes: name.into() });
    }
}

/// Opens the editor for a new record.
pub(super) fn new_record(app: &mut App) {
    if let Some(store) = app.keys.store.clone() {
        app.editor = Some(Editor::new_record(store, &ctx!(app)));
    }
}

pub(in crate::app) fn show_details(app: &mut App) {
    let (mut record, mut key, mut exact) = (Vec::new(), None, Vec::new());
    let info = if app.focus == Pane::Stores {
        let Some(info) = app.stores.current() else { return };
        Some(info)
    } else {
        let read = app.record.shown.as_ref().and_then(RecordView::meta).cloned();
        let current = app.keys.current();
        let read = read.filter(|read| current.as_ref().is_none_or(|at| at.key == read.key));
        let Some(meta) = read.or(current) else { return };
        record_facts(&meta, &mut record);
        exact.push(("key", Bytes::copy_from_slice(meta.key.as_bytes())));
        key = Some(meta.key);
        app.keys.store.as_ref().and_then(|store| app.stores.get(store))
    };
    let (mut store, mut server, mut named) = (Vec::new(), Vec::new(), None);
    if let Some(info) = info {
        named = Some(info.store.clone());
        store_facts(info, app.now, &mut store);
        exact.extend(exact_facts(info));
        store.extend(app.drafting.found.fact(&info.store));
        if app.keys.store.as_ref() == Some(&info.store) {
            store.extend(app.watch.fact());
        }
        server.extend(app.session.fact());
        if let Some(why) = app.session.refused(&app.settings) {
            server.push(("writes", format!("refused: {why}")));
        }
    }
    let (mut shown, place) = if record.is_empty() {
        (Details::new("Store", store), "metadata")
    } else {
        (Details::new("Record", record).part("Store", store), "url")
    };
    let is_directory = app.session.server.is_directory();
    if is_directory && named.is_some() {
        shown = shown.awaiting(place);
    }
    // A server has no path, but tells whether one of its stores is to be removed by itself.
    if let Some(store) = named.filter(|_| is_directory || key.is_none()) {
        app.out.read(Slot::Place, Load::Place { store, key });
    }
    shown.exact = exact;
    app.layers.push(shown.part("", server).into());
}

/// Counts each content type, and shows the counts.
pub(super) fn show_totals(app: &mut App) {
    let mut totals = Totals::default();
    totals.count(app.keys.sync.index(), &mut ctx!(app));
    app.layers.push(totals.into());
}

pub(in crate::app) fn cancel_job(app: &mut App, id: JobId) {
    match id {
        JobId::Read(Slot::Keys) => pause_walk(app),
        JobId::Read(Slot::Lost) if app.stores.lost.is_some() => {
            app.stores.back(&mut ctx!(app));
        }
        JobId::Read(Slot::Record) => drop(app.record.stop_fetching(&mut ctx!(app))),
        JobId::Write(id) => app.writes.cancel(id, &mut ctx!(app)),
        JobId::Read(_) => {}
    }
}
