//! Versions of a record that were seen while it was open, compared with each other.

use crate::edit::{Come, Diff};

use super::super::App;
use super::super::event::Slot;
use super::super::layers::{Dialog, Layer, VersionsView};
use super::super::load::Compute;
use super::super::record::Version;

fn view(app: &mut App) -> Option<&mut VersionsView> {
    Layer::find(&mut app.layers)
}

/// Compares the two versions in the dialog, unless that has been done.
pub(in crate::app) fn compare(app: &mut App) {
    look(app, None);
}

/// Takes the difference between two versions; compares those in the dialog if they are other ones.
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

/// The computation that compares two versions.
pub(in crate::app) fn versions(pair: [&Version; 2]) -> Compute {
    let numbers = pair.map(|version| version.number);
    Compute::Versions(numbers, Box::new(pair.map(|version| version.typed.clone())))
}

/// Takes the difference between two versions, and what came with the second one.
pub(in crate::app) fn compared(app: &mut App, of: [u64; 2], diff: Diff, come: Come) {
    if of[0] + 1 == of[1] {
        app.record.versions.came(of[1], &diff, come);
    }
    look(app, Some((of, diff)));
}
