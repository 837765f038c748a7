//! Questions, the record in the way of a save, and lines that narrow a list.

use crate::index::Filter;
use crate::model::{Comparison, StoreInfo};
use crate::ops::{Plan, PlannedRecord, Weight, words};

use super::super::App;
use super::super::event::Slot;
use super::super::layers::{Layer, PlacesDialog};
use super::super::layout::Pane;
use super::super::load::Load;
use super::super::question::{Confirm, PromptKind};
use super::super::working::PlaceStep;
use super::saving;

/// The size of a store's values: their sum if its keys have been read, else what the storage tells.
pub(in crate::app) fn weight(app: &App, info: &StoreInfo) -> Weight {
    if app.keys.store.as_ref() == Some(&info.store) && app.keys.sync.is_complete() {
        Weight::Values(app.keys.index.total_bytes())
    } else {
        Weight::of(info)
    }
}

pub(in crate::app) fn ask(app: &mut App, plan: Plan) {
    let told = words::for_good(&plan).or_else(|| words::undoable(&plan).map(str::to_owned));
    let plan = plan.warned(told);
    let names = plan.deletes().and_then(words::first_of);
    let place = words::place(app.session.server.is_directory());
    let asked = Confirm { names, ..Confirm::plan(plan, place) };
    app.layers.push(Layer::Confirm(Box::new(asked)));
}

/// Asks before a store is emptied or removed. If its size is not known, the server is asked for it meanwhile.
pub(in crate::app) fn ask_about_store(app: &mut App, info: &StoreInfo, drop: bool) {
    let weight = weight(app, info);
    if weight == Weight::Unknown {
        app.out.read(Slot::Store, Load::Store(info.store.clone()));
    }
    let plan = if drop { Plan::drop(info, weight) } else { Plan::purge(info, weight) };
    let sets_aside = app.session.server.sets_aside();
    ask(app, plan.undoable(sets_aside));
}

/// Brings a question about a store up to date with what is now known of it.
pub(in crate::app) fn update_question(app: &mut App, info: &StoreInfo) {
    let (weight, place) = (weight(app, info), words::place(app.session.server.is_directory()));
    for layer in &mut app.layers {
        if let Layer::Confirm(asked) = layer {
            asked.update(info, weight, place);
        }
    }
}

pub(in crate::app) fn ask_to_delete(app: &mut App) {
    let Some(store) = app.keys.store.clone() else { return };
    app.keys.end_range(&mut ctx!(app));
    let index = &app.keys.index;
    let shown = app.keys.chosen().into_iter().map(|key| match index.find(key.as_bytes()) {
        Ok(row) => PlannedRecord::There(index.row(row)),
        Err(_) => PlannedRecord::Unknown(key),
    });
    let shown: Vec<_> = shown.collect();
    if !shown.is_empty() {
        let back = shown.iter().filter(|record| app.writes_back(&store, record.key())).count();
        let warning = words::come_back(back, shown.len());
        let hidden = words::not_shown(app.keys.marks.hidden);
        let plan = Plan::delete(store, shown).undoable(false);
        let plan = plan.warned(hidden).warned(warning);
        let between = match app.session.server.comparison {
            Comparison::Watched => words::can_come_between(Comparison::Watched),
            // A warning that is shown for a directory before each save is not repeated.
            _ => None,
        };
        ask(app, plan.warned(between.map(str::to_owned)));
    }
}

/// The questions about a record in the way of a save.
pub(in crate::app) fn conflicts(app: &mut App) -> impl Iterator<Item = &mut Confirm> {
    let asked = app.layers.iter_mut().filter_map(Layer::get_mut::<Confirm>);
    asked.filter(|asked| asked.is_undecided())
}

/// Reads the record in the way once more, if that failed or was cut off.
pub(in crate::app) fn read_theirs_again(app: &mut App) {
    saving::read_again(app);
    if conflicts(app).next().is_none() {
        return;
    }
    if let Some(editor) = &app.editor {
        let read = Load::Value { store: editor.store.clone(), key: editor.typed_key() };
        app.out.read(Slot::Theirs, read);
    }
}

/// Narrows a list. A filter that cannot be used leaves it as it is, and its fault is shown next to the line.
pub(in crate::app) fn filter(app: &mut App, kind: PromptKind, text: &str) {
    let fault = Filter::fault(text);
    let is_wrong = fault.is_some();
    if let Some(Layer::Prompt(prompt)) = app.layers.last_mut() {
        prompt.fault = fault.map(Into::into);
    }
    if is_wrong {
        return;
    }
    if kind == PromptKind::FilterStores {
        let height = app.list_height(Pane::Stores);
        app.stores.set_filter(text, height);
    } else {
        app.keys.set_filter(text, &mut ctx!(app));
    }
}

/// Opens the dialog that asks for one place of a text after the other, or closes it.
pub(super) fn ask_for_places(app: &mut App, asks: bool) {
    app.layers.retain(|layer| !matches!(layer, Layer::Places(_)));
    if asks {
        app.layers.push(PlacesDialog.into());
    }
}

/// Has the place that is asked for replaced or left.
pub(super) fn answer_place(app: &mut App, step: Option<PlaceStep>) {
    if let Some(editor) = &mut app.editor {
        editor.answer_place(step, &mut ctx!(app));
    }
}
