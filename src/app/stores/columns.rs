//! Widths of the columns in the list of stores.

use crate::model::{StoreInfo, StoreName};
use crate::text::{self, cells, visible};

use super::StoresPane;

/// Width of the marks before a name, in cells.
pub const MARKS: u16 = 3;
/// Gap between two columns, in cells.
pub const GAP: u16 = 2;
/// Width of the last column, an age, in cells.
pub const CHANGED: u16 = 7;
/// Width of the head of the names, with a gap and the arrow of the order, in cells.
const HEAD: u16 = 7;
/// Limit on the width that a name asks for, in cells.
const LONGEST: usize = 100;

/// Widths that the columns of the list need, their heads included, in cells. They grow with the list, and do
/// not shrink when a filter leaves less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns {
    /// Width of the longest name.
    pub name: u16,
    /// Width of the largest count of records.
    pub records: u16,
}

impl Default for Columns {
    fn default() -> Self {
        Self { name: HEAD, records: "Records".len() as u16 }
    }
}

impl Columns {
    /// Widens the columns for this store, if needed.
    pub(super) fn hold(&mut self, info: &StoreInfo) {
        let name = cells(&visible(&info.store.escaped())).min(LONGEST);
        let records = info.records.map_or(0, |records| text::count(records).len());
        self.name = self.name.max(name as u16);
        self.records = self.records.max(records as u16);
    }
}

impl StoresPane {
    /// Width that the list needs, its borders included, in columns.
    pub fn needed_width(&self) -> u16 {
        let Columns { name, records } = self.columns;
        2 + MARKS + name + GAP + records + GAP + CHANGED + 1
    }

    /// Whether this store is the only one.
    pub fn is_only(&self, store: Option<&StoreName>) -> bool {
        let mut all = self.all.iter().map(|info| &info.store);
        self.ready
            && self.lost.is_none()
            && all.next() == store
            && all.next().is_none()
            && store.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(name: &str, records: u64) -> StoreInfo {
        StoreInfo { store: name.into(), records: Some(records), ..StoreInfo::default() }
    }

    #[test]
    fn the_list_is_as_wide_as_what_is_in_it() {
        let mut pane = StoresPane::default();
        let empty = pane.needed_width();
        pane.set(vec![store("a", 7)], 10);
        assert_eq!(pane.needed_width(), empty, "the heads need more");
        pane.set(vec![store("a", 7), store("products-2026", 1_234_567)], 10);
        assert_eq!(pane.needed_width(), empty + 6 + 2);
        pane.set_filter("a", 10);
        assert_eq!(pane.needed_width(), empty + 6 + 2, "a filter moves no border");
        pane.put(store("a", 1_000_000_000), 10);
        assert_eq!(pane.needed_width(), empty + 6 + 6);
        pane.set(vec![store("日本", 1)], 10);
        assert_eq!(pane.needed_width(), empty);
        let long = "x".repeat(70_000);
        pane.set(vec![store(&long, 1)], 10);
        assert_eq!(pane.needed_width(), empty + 93);
    }

    #[test]
    fn a_store_is_the_only_one_where_no_other_is_listed_or_looked_for() {
        let mut pane = StoresPane::default();
        let a = "a".into();
        assert!(!pane.is_only(Some(&a)) && !pane.is_only(None));
        pane.set(vec![store("a", 1)], 10);
        assert!(pane.is_only(Some(&a)) && !pane.is_only(None) && !pane.is_only(Some(&"b".into())));
        pane.look_for_lost();
        assert!(!pane.is_only(Some(&a)));
        pane.add_lost(1.0, vec![store("b", 1)], 10);
        assert!(!pane.is_only(Some(&a)));
    }
}
