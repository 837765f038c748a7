//! The comparison of two records, or of a record and a file.

use std::path::PathBuf;

use crate::edit::Diff;
use crate::model::{Error, Key, StoreName};

use super::super::App;
use super::super::comparing::{Compared, compared};
use super::super::event::Slot;
use super::super::layers::{CompareView, Layer};
use super::super::load::{Load, Side};
use super::super::question::{Prompt, PromptKind};
use super::super::record::file_name;

/// Compares the marked records, or asks for a file.
pub(in crate::app) fn ask(app: &mut App) {
    let Some(store) = app.keys.store.clone() else { return };
    match compared(app) {
        Ok(Compared::Records(keys)) => {
            show(app, keys.map(|key| Side::Record(store.clone(), key)));
        }
        Ok(Compared::WithFile) => {
            let Some(meta) = app.keys.current() else { return };
            let name = file_name(&meta);
            let about = Some((store, meta));
            let prompt = Prompt { about, ..Prompt::new(PromptKind::CompareFile, &name) };
            app.layers.push(Layer::Prompt(Box::new(prompt)));
        }
        Err(why) => app.notice = Some(why),
    }
}

/// Compares a record with the file that was named.
pub(in crate::app) fn with_file(app: &mut App, store: StoreName, key: Key, path: PathBuf) {
    show(app, [Side::Record(store, key), Side::File(path)]);
}

fn show(app: &mut App, sides: [Side; 2]) {
    app.out.read(Slot::Step, Load::Pair(Box::new(sides.clone())));
    app.layers.push(CompareView::new(sides).into());
}

/// Takes the comparison, or why a side could not be read. Tells whether a dialog was waiting for it.
pub(in crate::app) fn found(app: &mut App, result: Result<Diff, Error>) -> bool {
    let view = Layer::find::<CompareView>(&mut app.layers);
    view.map(|view| view.found = Some(result)).is_some()
}
