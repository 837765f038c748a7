//! Growth of stores, by their counts of records.

use crate::model::{StoreInfo, StoreName, Timestamp};

use super::super::rate::Rate;
use super::StoresPane;

impl StoresPane {
    /// The recent growth of this store; `None` if it did not grow.
    pub fn growth(&self, store: &StoreName) -> Option<&Rate> {
        self.rates.iter().find(|(known, _)| known == store).map(|(_, rate)| rate)
    }

    /// Counts the records that have come into a store, by its new number of records.
    pub(in crate::app) fn grows(&mut self, info: &StoreInfo, now: Timestamp) {
        let before = self.get(&info.store).and_then(|known| known.records);
        let (Some(before), Some(after)) = (before, info.records) else { return };
        let came = usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX);
        if came == 0 {
            return;
        }
        let known = self.rates.iter().position(|(known, _)| *known == info.store);
        let at = known.unwrap_or_else(|| {
            self.rates.push((info.store.clone(), Rate::default()));
            self.rates.len() - 1
        });
        self.rates[at].1.count(came, now);
    }

    /// Forgets growth older than a minute.
    pub(in crate::app) fn expire(&mut self, now: Timestamp) {
        for (_, rate) in &mut self.rates {
            rate.expire(now);
        }
        self.rates.retain(|(_, rate)| !rate.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_grows_by_what_its_count_gains() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let store = |records| StoreInfo {
            store: "shop".into(),
            records: Some(records),
            ..StoreInfo::default()
        };
        let mut pane = StoresPane::default();
        pane.set(vec![store(10)], 10);
        for (seconds, records) in [(100, 10), (101, 30), (102, 25), (103, 45)] {
            pane.grows(&store(records), at(seconds));
            pane.put(store(records), 10);
        }
        let rate = pane.growth(&"shop".into()).map(|rate| rate.rate(at(103)));
        assert!(rate.is_some_and(|rate| (rate - 8.0).abs() < 1e-9), "{rate:?}");
        pane.expire(at(200));
        assert!(pane.growth(&"shop".into()).is_none());
    }
}
