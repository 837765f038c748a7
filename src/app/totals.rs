//! How much there is of each content type, while the user looks at it.

use crate::model::ContentType;

use super::App;
use super::event::{Read, Slot};
use super::modal::{Modal, Overlay};

/// The totals of the open store.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// How far the list is scrolled.
    pub overlay: Overlay,
    /// Content types with their records and bytes, the most bytes first; `None` until counted.
    pub rows: Option<Vec<(ContentType, u64, u64)>>,
    /// Whether they are being counted.
    counting: bool,
    /// Whether the index has changed since.
    outdated: bool,
}

impl App {
    pub(super) fn show_totals(&mut self) {
        self.modal = Some(Modal::Totals(Totals::default()));
        self.count_totals();
    }

    /// Counts again, if the user looks at it; not more than once at a time.
    pub(super) fn count_totals(&mut self) {
        let Some(Modal::Totals(totals)) = &mut self.modal else { return };
        if totals.counting {
            totals.outdated = true;
            return;
        }
        totals.counting = true;
        totals.outdated = false;
        let index = self.keys.newest.clone();
        self.read(Slot::Totals, Read::Totals(index));
    }

    pub(super) fn totalled(&mut self, rows: Vec<(ContentType, u64, u64)>) {
        let Some(Modal::Totals(totals)) = &mut self.modal else { return };
        totals.rows = Some(rows);
        totals.counting = false;
        if totals.outdated {
            self.count_totals();
        }
    }
}
