//! Tables with a cursor in their cells: the cursor is put there, rows are arranged, and values are counted.

use std::sync::Arc;

use crate::preview::{Arrangement, ColumnValues, Preview};

use super::super::App;
use super::super::ctx::OfTable;
use super::super::event::Slot;
use super::super::layers::{ColumnDialog, ContentsView, Layer, ListDialog, TableCursor};
use super::super::load::Compute;

/// Puts a cursor in the table that is shown; tells whether there is one.
pub(super) fn select(app: &mut App) -> bool {
    if !app.record.shows_table() || !app.layers.is_empty() {
        return false;
    }
    let Some(preview) = app.record.preview().cloned() else { return false };
    let line = app.record.scroll.line().saturating_sub(1);
    let cursor = TableCursor::new(preview, line);
    app.layers.push(Layer::Table(Box::new(cursor)));
    true
}

/// Takes the record as it was read again: the cursor stays in its table, and is removed if there is none any
/// more.
pub(super) fn follow(app: &mut App) {
    let preview = app.record.preview().cloned();
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    let Some(cursor) = Layer::find::<TableCursor>(layers) else { return };
    let stays = preview.is_some_and(|preview| cursor.update(&preview, &mut ctx));
    if !stays {
        let of_table =
            |layer: &Layer| matches!(layer, Layer::Table(_) | Layer::List(ListDialog::Column(_)));
        app.layers.retain(|layer| !of_table(layer));
    }
}

/// Serves a request of the cursor.
pub(super) fn serve(app: &mut App, asked: OfTable) {
    match asked {
        OfTable::Reveal(preview, at) => {
            let view = app.viewport();
            if app.record.preview().is_some_and(|shown| Arc::ptr_eq(shown, &preview)) {
                app.record.scroll = preview.reveal_cell(app.record.scroll, view, at);
            }
            let inner = app.layout().body.inner();
            let view = ContentsView::viewport(inner.width, inner.height);
            for layer in &mut app.layers {
                if let Layer::Contents(shown) = layer {
                    shown.reveal(&preview, at, view);
                }
            }
        }
        OfTable::Show(from, to) => {
            app.record.exchange(&from, &to);
        }
        OfTable::Filter(filter) => {
            let (layers, mut ctx) = (&mut app.layers, ctx!(app));
            if let Some(cursor) = layers.iter_mut().rev().find_map(Layer::any_table) {
                cursor.filter(filter, &mut ctx);
            }
        }
        OfTable::Count(preview, column) => {
            let dialog = ColumnDialog::new(preview.column_name(column));
            app.layers.push(Layer::List(ListDialog::Column(dialog)));
            app.out.read(Slot::Column, Compute::ColumnValues(preview, column));
        }
    }
}

/// Takes the rows in their new arrangement.
pub(super) fn arranged(
    app: &mut App,
    base: &Arc<Preview>,
    how: &Arrangement,
    shown: &Arc<Preview>,
) {
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    for cursor in layers.iter_mut().filter_map(Layer::any_table) {
        cursor.arranged(base, how.clone(), Arc::clone(shown), &mut ctx);
    }
}

/// Takes the count of a column's values.
pub(super) fn counted(app: &mut App, values: ColumnValues) {
    if let Some(dialog) = Layer::find::<ColumnDialog>(&mut app.layers) {
        dialog.take(values);
    }
}
