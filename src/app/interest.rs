//! What is on the screen, for a watcher that has to look at it repeatedly.

use crate::model::{Interest, WatchSource};

use super::ctx::Ctx;
use super::event::Effect;
use super::keys::KeysPane;
use super::layout::Pane;
use super::record::RecordPane;
use super::stores::StoresPane;
use super::watch::Watch;

impl Watch {
    /// Tells the watcher what is on the screen, if that has changed.
    pub(super) fn look(
        &mut self,
        stores: &StoresPane,
        keys: &KeysPane,
        record: &RecordPane,
        ctx: &mut Ctx<'_>,
    ) {
        use WatchSource::{Polling, SubKeys, Woken};
        if !matches!(self.source, Some(Polling { .. } | Woken { .. } | SubKeys)) {
            return;
        }
        let listed = stores.cursor.top..stores.cursor.top + ctx.list_height(Pane::Stores);
        let listed = listed.map_while(|at| stores.row(at)).map(|info| info.store.clone());
        let rows = keys.cursor.top..keys.cursor.top + ctx.list_height(Pane::Keys);
        let interest = Interest {
            stores: listed.collect(),
            keys: rows.filter_map(|at| keys.row(at)).map(|meta| meta.key).collect(),
            rescan_request: keys.sync.rescan_requests(),
            open: record.wanted.as_ref().map(|(_, key)| key.clone()),
        };
        if interest != self.interest {
            self.interest = interest.clone();
            ctx.effect(Effect::SetInterest(interest));
        }
    }
}
