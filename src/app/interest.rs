//! What the reader has before his eyes, for a watcher that has to look again and again.

use crate::model::{Interest, WatchSource};

use super::event::Effect;
use super::{App, Pane};

impl App {
    /// Tells the watcher if something else is on the screen than before.
    pub(super) fn set_interest(&mut self) {
        use WatchSource::{Polling, SubKeys, Woken};
        let looks = matches!(self.watch.source, Some(Polling { .. } | Woken { .. } | SubKeys));
        if !looks {
            return;
        }
        let stores =
            self.stores.cursor.top..self.stores.cursor.top + self.list_height(Pane::Stores);
        let stores = stores.map_while(|at| self.stores.row(at)).map(|info| info.store.clone());
        let keys = self.keys.cursor.top..self.keys.cursor.top + self.list_height(Pane::Keys);
        let interest = Interest {
            stores: stores.collect(),
            keys: keys.filter_map(|at| self.keys.row(at)).map(|meta| meta.key).collect(),
            doubt: self.keys.sync.rescan_requests(),
            open: self.record.wanted.as_ref().map(|(_, key)| key.clone()),
        };
        if interest != self.interest {
            self.interest = interest.clone();
            self.out.effects.push(Effect::SetInterest(interest));
        }
    }
}
