//! The left pane: all stores.

mod act;
mod columns;
mod order;
mod rates;

use std::collections::HashSet;

use crate::model::{Error, ErrorKind, StoreInfo, StoreName, sort};

use super::list::{Cursor, Move};
use super::rate::Rate;
use super::store_sort::StoreSort;

pub use columns::{CHANGED, Columns, GAP, MARKS};

/// All stores, the ones that the filter leaves, and the one under the cursor.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
pub struct StoresPane {
    all: Vec<StoreInfo>,
    visible: Vec<usize>,
    filter: String,
    /// The cursor among the visible stores.
    pub cursor: Cursor,
    /// The column that orders the stores.
    pub sort: StoreSort,
    /// Whether the order is backwards.
    pub descending: bool,
    /// Widths of the columns of the list.
    pub columns: Columns,
    /// Growth of the stores that grew lately.
    rates: Vec<(StoreName, Rate)>,
    /// Whether the list has been read at least once.
    pub ready: bool,
    /// Whether the list is being read.
    pub loading: bool,
    /// Whether the list is to be read once more after the read under way.
    pub dirty: bool,
    /// Why the list could not be read.
    pub failure: Option<Error>,
    /// Why this user may not see the list; the list then holds the stores that were opened by name.
    pub hidden: Option<Error>,
    /// The share of the key space that was looked through for lost stores, while the search goes on.
    pub lost: Option<f32>,
    found: Vec<StoreInfo>,
    wanted: Option<StoreName>,
    /// The store that the cursor was on before a filter was typed, until the user moves or takes the filter.
    before_filter: Option<StoreName>,
    /// Changes that were told while the list was being read, which may be older: the newer stores, or `None`
    /// for removed ones.
    meanwhile: Vec<(StoreName, Option<StoreInfo>)>,
}

impl StoresPane {
    /// Number of stores, filtered or not.
    pub fn total(&self) -> usize {
        self.all.len()
    }

    /// Number of stores that the filter leaves.
    pub fn len(&self) -> usize {
        self.visible.len()
    }

    /// Whether the filter leaves no stores.
    pub fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// The store in a row of the list as it is shown.
    pub fn row(&self, at: usize) -> Option<&StoreInfo> {
        self.visible.get(at).and_then(|index| self.all.get(*index))
    }

    /// The store under the cursor.
    pub fn current(&self) -> Option<&StoreInfo> {
        self.row(self.cursor.at)
    }

    /// All stores, filtered or not.
    pub fn all(&self) -> impl Iterator<Item = &StoreInfo> {
        self.all.iter()
    }

    /// A store by name.
    pub fn get(&self, store: &StoreName) -> Option<&StoreInfo> {
        self.all.iter().find(|info| info.store == *store)
    }

    /// The filter's text.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Moves the cursor in a window of `height` rows.
    pub fn go(&mut self, to: Move, height: usize) {
        self.cursor.go(to, self.visible.len(), height);
        self.before_filter = None;
    }

    /// Makes the cursor go to this store when the next list comes.
    pub fn want(&mut self, store: StoreName) {
        self.wanted = Some(store);
    }

    /// Takes a new list; lost stores found before stay until they are looked for again.
    pub fn set(&mut self, stores: Vec<StoreInfo>, height: usize) {
        self.take(stores, height);
        self.meanwhile.clear();
        self.loading = false;
    }

    /// Takes the names of a list whose other columns are still being read.
    pub fn begin(&mut self, stores: Vec<StoreInfo>, height: usize) {
        self.take(stores, height);
        self.loading = true;
    }

    /// Takes note that the list could not be read; tells whether that is news.
    pub fn fail(&mut self, error: Error) -> bool {
        let hidden = error.kind == ErrorKind::Permission;
        // The failure is told outside the list if there is a list, and only once if the list stays hidden.
        let news = self.ready && !(hidden && self.hidden.is_some());
        self.hidden = hidden.then(|| error.clone());
        self.ready |= hidden;
        self.loading = false;
        self.failure = Some(error);
        news
    }

    fn take(&mut self, stores: Vec<StoreInfo>, height: usize) {
        self.hidden = None;
        let wanted = self.wanted.take();
        let held = wanted.or_else(|| self.current().map(|info| info.store.clone()));
        self.all = stores;
        for (store, info) in &self.meanwhile {
            let known = self.all.iter().position(|old| old.store == *store);
            match (known, info) {
                (Some(at), Some(info)) => self.all[at].renew(info.clone()),
                (Some(at), None) => drop(self.all.remove(at)),
                (None, Some(info)) => self.all.push(info.clone()),
                (None, None) => {}
            }
        }
        self.ready = true;
        self.failure = None;
        self.merge_found(held, height);
    }

    /// Keeps a change that the list under way may not hold yet.
    fn note(&mut self, store: StoreName, info: Option<StoreInfo>) {
        self.meanwhile.retain(|(known, _)| *known != store);
        self.meanwhile.push((store, info));
    }

    /// Starts looking for lost stores anew.
    pub fn look_for_lost(&mut self) {
        self.lost = Some(0.0);
        self.found.clear();
    }

    /// Takes lost stores as they are found; gives their number when the search has ended.
    pub fn add_lost(&mut self, share: f32, found: Vec<StoreInfo>, height: usize) -> Option<usize> {
        if !found.is_empty() {
            let held = self.current().map(|info| info.store.clone());
            self.found.extend(found);
            self.merge_found(held, height);
        }
        let ended = share >= 1.0;
        self.lost = (!ended).then_some(share);
        ended.then_some(self.found.len())
    }

    /// Takes newer metadata of one store.
    pub fn update(&mut self, info: StoreInfo, height: usize) {
        self.columns.hold(&info);
        if let Some(at) = self.all.iter().position(|old| old.store == info.store) {
            self.renew(at, info, height);
        }
    }

    /// Takes a store's newest metadata, whether it was listed or not.
    pub fn put(&mut self, info: StoreInfo, height: usize) {
        if self.loading || !self.ready {
            self.note(info.store.clone(), Some(info.clone()));
        }
        if !self.ready {
            // The cursor begins at the top of the list.
            return;
        }
        self.failure = None;
        self.columns.hold(&info);
        match self.all.binary_search_by(|old| old.store.cmp(&info.store)) {
            Ok(at) => self.renew(at, info, height),
            Err(at) => {
                let held = self.wanted.take();
                let held = held.or_else(|| self.current().map(|info| info.store.clone()));
                self.all.insert(at, info);
                self.refilter_holding(held, height);
            }
        }
    }

    /// Takes a store out of the list; the cursor goes to its neighbour if it was on it.
    pub fn remove(&mut self, store: &StoreName, height: usize) {
        let held = self.current().map(|info| info.store.clone());
        self.all.retain(|info| info.store != *store);
        if self.loading || !self.ready {
            self.note(store.clone(), None);
        }
        self.found.retain(|info| info.store != *store);
        self.refilter_holding(held, height);
    }

    /// Moves the cursor to this store, if it is listed.
    pub fn go_to(&mut self, store: &StoreName, height: usize) {
        let at = self.visible.iter().position(|index| self.all[*index].store == *store);
        if let Some(at) = at {
            self.go(Move::To(at), height);
        }
    }

    fn merge_found(&mut self, held: Option<StoreName>, height: usize) {
        let known: HashSet<_> = self.all.iter().map(|info| &info.store).collect();
        let lost = self.found.iter().filter(|info| !known.contains(&info.store));
        let lost: Vec<_> = lost.cloned().collect();
        self.all.extend(lost);
        sort::sort_by(&mut self.all, |a, b| a.store.cmp(&b.store));
        self.columns = Columns::default();
        for info in &self.all {
            self.columns.hold(info);
        }
        self.refilter_holding(held, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ignored;

    fn store(name: &str) -> StoreInfo {
        StoreInfo { store: name.into(), ..StoreInfo::default() }
    }

    #[test]
    fn the_cursor_stays_on_its_store_when_others_come_and_go() {
        let mut pane = StoresPane::default();
        pane.set(vec![store("b"), store("d")], 10);
        pane.go(Move::End, 10);
        pane.set(vec![store("a"), store("b"), store("c"), store("d"), store("e")], 10);
        assert_eq!(pane.current().unwrap().store.as_str(), Some("d"));
        pane.set(vec![store("a"), store("e")], 10);
        assert_eq!(pane.current().unwrap().store.as_str(), Some("e"));
    }

    #[test]
    fn the_cursor_begins_at_the_top_whatever_is_noticed_before() {
        let mut pane = StoresPane::default();
        pane.put(StoreInfo { records: Some(7), ..store("c") }, 10);
        pane.put(store("d"), 10);
        assert_eq!(pane.total(), 0);
        pane.set(vec![store("a"), store("b"), store("c")], 10);
        assert_eq!((pane.total(), pane.cursor.at), (4, 0));
        assert_eq!(pane.get(&"c".into()).unwrap().records, Some(7));
    }

    #[test]
    fn where_the_list_is_hidden_it_has_what_was_opened() {
        let mut pane = StoresPane::default();
        let refused = || Error::new(ErrorKind::Permission, "no");
        assert!(!pane.fail(refused()), "the list itself says so");
        assert!(pane.hidden.is_some() && pane.failure.is_some());
        pane.put(store("shop"), 10);
        assert_eq!(pane.current().unwrap().store.as_str(), Some("shop"));
        assert!(!pane.fail(refused()), "it is known already");
        assert!(pane.fail(Error::new(ErrorKind::Timeout, "late")));
        pane.set(vec![store("a")], 10);
        assert_eq!((pane.total(), pane.hidden), (1, None));
    }

    #[test]
    fn stores_come_and_go_one_by_one_around_the_cursor() {
        let mut pane = StoresPane::default();
        pane.set(vec![store("b"), store("d")], 10);
        pane.go_to(&"d".into(), 10);
        pane.put(store("c"), 10);
        let beside = Some(Box::new(Ignored { count: 1, names: vec![".git/".into()] }));
        pane.put(StoreInfo { beside: beside.clone(), ..store("d") }, 10);
        pane.put(StoreInfo { records: Some(7), ..store("d") }, 10);
        let now = pane.current().unwrap();
        assert_eq!((now.records, &now.beside), (Some(7), &beside), "a watcher looks not beside it");
        pane.remove(&"b".into(), 10);
        assert_eq!((pane.total(), pane.cursor.at), (2, 1));
        pane.remove(&"d".into(), 10);
        assert_eq!(pane.current().unwrap().store.as_str(), Some("c"));
    }

    #[test]
    fn lost_stores_are_merged_once() {
        let mut pane = StoresPane::default();
        pane.set(vec![store("a")], 10);
        pane.look_for_lost();
        assert_eq!(pane.add_lost(0.5, vec![store("ghost"), store("a")], 10), None);
        assert_eq!(pane.add_lost(1.0, vec![], 10), Some(2));
        assert_eq!(pane.total(), 2);
        pane.set(vec![store("a")], 10);
        assert_eq!(pane.total(), 2, "a refresh keeps what was found");
    }
}
