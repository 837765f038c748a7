//! What a record was while it was open: compared with what it is.

use std::ops::Range;

use crate::edit::Diff;

use super::super::App;
use super::super::event::Slot;
use super::super::layers::{Dialog, Layer, VersionsView};
use super::super::load::Compute;
use super::super::record::Version;

fn view(app: &mut App) -> Option<&mut VersionsView> {
    Layer::find(&mut app.layers)
}

/// Compares the two versions that the dialog is about, if that has not been done.
pub(in crate::app) fn compare(app: &mut App) {
    look(app, None);
}

/// Takes how two versions differ, and compares those that the dialog is about if they are others.
fn look(app: &mut App, compared: Option<([u64; 2], Diff)>) {
    let mut shown = view(app).map(std::mem::take);
    if let Some(shown) = &mut shown {
        shown.look(app);
        if let Some((of, diff)) = compared {
            shown.compared(of, diff);
        }
        if shown.diff().is_none()
            && let Some(pair) = shown.pair()
        {
            app.out.read(Slot::Step, versions(pair));
        }
    }
    if let (Some(place), Some(shown)) = (view(app), shown) {
        *place = shown;
    }
}

/// What it takes to compare two versions.
pub(in crate::app) fn versions(pair: [&Version; 2]) -> Compute {
    let numbers = pair.map(|version| version.number);
    Compute::Versions(numbers, Box::new(pair.map(|version| version.typed.clone())))
}

/// Takes how two versions differ, and which bytes came with the second one.
pub(in crate::app) fn compared(app: &mut App, of: [u64; 2], diff: Diff, come: Vec<Range<usize>>) {
    if of[0] + 1 == of[1] {
        app.record.versions.came(of[1], &diff, come);
    }
    look(app, Some((of, diff)));
}
