//! The order of the list of stores, and its filter.

use std::cmp::Ordering;

use crate::index::{Filter, Letters};
use crate::model::{StoreInfo, StoreName, sort};

use super::super::list::Move;
use super::super::store_sort::StoreSort;
use super::StoresPane;

impl StoresPane {
    /// Sorts by the next column; the cursor stays on its store.
    pub(super) fn sort_next(&mut self, height: usize) {
        self.sort_by(self.sort.next(), height);
    }

    /// Sorts by a column, or reverses the order if it is sorted by it already; the cursor stays on its store.
    pub(in crate::app) fn sort_by(&mut self, sort: StoreSort, height: usize) {
        if self.sort == sort {
            return self.reverse(height);
        }
        self.sort = sort;
        self.descending = sort.is_backwards();
        self.cursor.come_back();
        self.refilter(height);
    }

    /// Reverses the order; the cursor stays on its store.
    pub(super) fn reverse(&mut self, height: usize) {
        self.descending = !self.descending;
        self.cursor.come_back();
        self.refilter(height);
    }

    /// Takes newer metadata of a listed store, which may move to another place.
    pub(super) fn renew(&mut self, at: usize, info: StoreInfo, height: usize) {
        let Some(old) = self.all.get_mut(at) else { return };
        let before = old.clone();
        old.renew(info);
        if self.sort != StoreSort::Name && self.sort.compare(&before, old) != Ordering::Equal {
            self.refilter(height);
        }
    }

    /// A matcher for the filter's letters in a name, if there is a filter. In plain text the case never
    /// counts.
    pub fn letters(&self) -> Option<Letters> {
        let (matching, filter) = Filter::of_names(&self.filter);
        let letters = || match matching {
            Filter::Substring => Letters::new(&filter.to_lowercase(), matching),
            _ => Letters::new(filter, matching),
        };
        (!filter.is_empty()).then(letters)
    }

    /// Leaves only the stores whose names match a filter. The cursor stays on its store, or goes to the first
    /// that is left. Without a filter it is back where it was, if it has not been moved.
    pub fn set_filter(&mut self, filter: &str, height: usize) {
        if self.filter == filter {
            // The user has taken the filter as it stands.
            self.before_filter = None;
            return;
        }
        let current = self.current().map(|info| info.store.clone());
        if self.filter.is_empty() {
            self.before_filter.clone_from(&current);
        }
        filter.clone_into(&mut self.filter);
        self.cursor.come_back();
        let held = self.before_filter.take().or(current);
        self.refilter_holding(held.clone(), height);
        if !filter.is_empty() {
            if self.current().map(|info| &info.store) != held.as_ref() {
                self.cursor.go(Move::Home, self.visible.len(), height);
            }
            self.before_filter = held;
        }
    }

    pub(super) fn refilter(&mut self, height: usize) {
        let held = self.current().map(|info| info.store.clone());
        self.refilter_holding(held, height);
    }

    pub(super) fn refilter_holding(&mut self, held: Option<StoreName>, height: usize) {
        let mut letters = self.letters();
        let mut matches = |info: &StoreInfo| {
            let letters = letters.as_mut();
            letters.is_none_or(|letters| letters.score(&info.store.escaped()).is_some())
        };
        self.visible = (0..self.all.len()).filter(|at| matches(&self.all[*at])).collect();
        let compare = |a: &StoreInfo, b: &StoreInfo| {
            let order = self.sort.compare(a, b);
            let order = if self.descending { order.reverse() } else { order };
            order.then_with(|| a.store.cmp(&b.store))
        };
        if self.sort != StoreSort::Name || self.descending {
            sort::sort_by(&mut self.visible, |a, b| compare(&self.all[*a], &self.all[*b]));
        }
        let at = held.map_or(0, |held| self.place(&held));
        self.cursor.hold(at, self.visible.len(), height);
    }

    /// The row of a store, or the row of the store that takes its place.
    fn place(&self, store: &StoreName) -> usize {
        let names = || self.visible.iter().map(|at| &self.all[*at].store);
        if let Some(at) = names().position(|name| name == store) {
            return at;
        }
        match (self.sort, self.descending) {
            (StoreSort::Name, false) => names().take_while(|name| *name < store).count(),
            (StoreSort::Name, true) => names().take_while(|name| *name > store).count(),
            _ => self.cursor.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn store(name: &str, records: u64, changed: i64) -> StoreInfo {
        StoreInfo {
            store: name.into(),
            records: Some(records),
            modified_at: Some(Timestamp::from_micros(changed)),
            ..StoreInfo::default()
        }
    }

    fn names(pane: &StoresPane) -> String {
        (0..pane.len()).map(|at| pane.row(at).unwrap().store.escaped()).collect()
    }

    fn pane() -> StoresPane {
        let mut pane = StoresPane::default();
        pane.set(vec![store("a", 5, 30), store("b", 9, 10), store("c", 5, 20)], 10);
        pane
    }

    #[test]
    fn stores_are_sorted_by_name_records_and_last_change() {
        let mut pane = pane();
        pane.go(Move::To(1), 10);
        for (order, reversed) in [("bac", "acb"), ("acb", "bca"), ("abc", "cba")] {
            pane.sort_next(10);
            assert_eq!(names(&pane), order);
            pane.reverse(10);
            assert_eq!(names(&pane), reversed);
            assert_eq!(pane.current().unwrap().store.escaped(), "b");
        }
    }

    #[test]
    fn a_store_that_changes_moves_in_the_list_and_the_cursor_stays_on_its_own() {
        let mut pane = pane();
        pane.sort_next(10);
        pane.sort_next(10);
        assert_eq!((names(&pane), pane.cursor.at), ("acb".to_owned(), 0));
        pane.put(store("b", 10, 40), 10);
        assert_eq!((names(&pane), pane.cursor.at), ("bac".to_owned(), 1));
        pane.update(store("c", 10, 50), 10);
        assert_eq!((names(&pane), pane.cursor.at), ("cba".to_owned(), 2));
        pane.put(store("d", 1, 60), 10);
        assert_eq!((names(&pane), pane.cursor.at), ("dcba".to_owned(), 3));
        pane.remove(&"a".into(), 10);
        assert_eq!(pane.current().unwrap().store.escaped(), "b");
        pane.set_filter("c", 10);
        assert_eq!(names(&pane), "c");
    }

    #[test]
    fn a_store_that_goes_gives_its_place_to_the_next_by_name() {
        let mut pane = pane();
        pane.reverse(10);
        pane.go(Move::To(1), 10);
        pane.remove(&"b".into(), 10);
        assert_eq!(pane.current().unwrap().store.escaped(), "a");
    }

    fn named(name: &str) -> StoreInfo {
        StoreInfo { store: name.into(), ..StoreInfo::default() }
    }

    #[test]
    fn the_filter_ignores_case_and_keeps_the_cursor() {
        let mut pane = StoresPane::default();
        pane.set(vec![named("Shop-1"), named("other"), named("shop-2")], 10);
        pane.go(Move::End, 10);
        pane.set_filter("SHOP", 10);
        assert_eq!(pane.len(), 2);
        assert_eq!(pane.current().unwrap().store.as_str(), Some("shop-2"));
    }

    #[test]
    fn the_filter_takes_letters_in_their_order_and_regular_expressions() {
        let mut pane = StoresPane::default();
        pane.set(vec![named("shop-1"), named("shop-22"), named("@me")], 10);
        for (filter, found) in [
            ("~sp2", vec!["shop-22"]),
            (r"/p-\d$", vec!["shop-1"]),
            ("@", vec!["@me"]),
            (r"\@m", vec!["@me"]),
            ("/", vec!["@me", "shop-1", "shop-22"]),
        ] {
            pane.set_filter(filter, 10);
            let names = (0..pane.len()).map(|at| pane.row(at).unwrap().store.escaped());
            assert_eq!(names.collect::<Vec<_>>(), found, "{filter}");
        }
    }

    #[test]
    fn while_a_filter_is_typed_the_cursor_goes_to_the_first_and_comes_back_without_it() {
        let current = |pane: &StoresPane| pane.current().unwrap().store.escaped();
        let mut pane = StoresPane::default();
        pane.set(["shop-1", "shop-22", "zoo"].map(named).to_vec(), 10);
        pane.go(Move::End, 10);
        pane.set_filter("s", 10);
        assert_eq!(current(&pane), "shop-1");
        pane.set_filter("s2", 10);
        assert!(pane.is_empty());
        pane.set_filter("", 10);
        assert_eq!(current(&pane), "zoo", "nobody moved it");
        // A filter that is taken as it stands leaves the cursor where it is.
        pane.set_filter("22", 10);
        pane.set_filter("22", 10);
        pane.set_filter("", 10);
        assert_eq!(current(&pane), "shop-22");
        pane.go(Move::End, 10);
        pane.set_filter("shop", 10);
        pane.go(Move::By(1), 10);
        pane.set_filter("", 10);
        assert_eq!(current(&pane), "shop-22", "it was moved");
    }
}
