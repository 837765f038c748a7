//! Short forms of what tests ask of a storage again and again.
#![allow(unreachable_pub, dead_code, reason = "each test program uses some of them")]

use async_trait::async_trait;
use futures::stream::BoxStream;
use larder::model::{
    Key, KeyPage, Order, Reading, Record, RecordMeta, RecordState, Repair, Result, Scan, SetValue,
    StoreInfo, StoreList, StoreName, Want, Write, Written,
};
use larder::storage::{Storage, all_stores};

#[async_trait]
pub trait Short {
    fn it(&self) -> &dyn Storage;

    async fn all_stores(&self) -> Result<Vec<StoreInfo>> {
        all_stores(self.it()).await
    }

    fn find_lost_stores(&self) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        self.it().stores(StoreList::Orphaned)
    }

    async fn read_up_to(
        &self,
        store: &StoreName,
        key: &Key,
        limit: u64,
    ) -> Result<Option<Reading>> {
        self.it().read(store, key, Want::UpTo(limit)).await
    }

    async fn get_record_metadata(
        &self,
        store: &StoreName,
        key: &Key,
    ) -> Result<Option<RecordMeta>> {
        let reading = self.it().read(store, key, Want::Meta).await?;
        assert!(matches!(reading, None | Some(Reading::Meta(_))), "no value was asked for");
        Ok(reading.map(Reading::into_meta))
    }

    async fn get_value(&self, store: &StoreName, key: &Key) -> Result<Option<Record>> {
        let reading = self.it().read(store, key, Want::Whole).await?;
        assert!(matches!(reading, None | Some(Reading::Whole(_))), "the whole was asked for");
        Ok(reading.map(Reading::into_record))
    }

    /// Whether there is a value, as Crawlee asks.
    async fn record_exists(&self, store: &StoreName, key: &Key) -> Result<bool> {
        let meta = self.get_record_metadata(store, key).await?;
        Ok(meta.is_some_and(|meta| meta.state != RecordState::NoValue))
    }

    fn scan_keys(&self, store: &StoreName) -> BoxStream<'_, Result<KeyPage>> {
        self.it().scan(store, Scan::default())
    }

    fn iterate_keys(
        &self,
        store: &StoreName,
        prefix: &[u8],
        after: Option<&Key>,
        limit: Option<usize>,
    ) -> BoxStream<'_, Result<KeyPage>> {
        let order = Order::Keys { after: after.cloned(), limit };
        self.it().scan(store, Scan { order, prefix: prefix.to_vec() })
    }

    async fn set_value(&self, set: &SetValue) -> Result<Written> {
        self.it().write(&Write::Set(set.clone())).await
    }

    async fn delete_value(&self, store: &StoreName, keys: &[Key]) -> Result<Written> {
        self.it().write(&Write::Delete { store: store.clone(), keys: keys.to_vec() }).await
    }

    async fn purge(&self, store: &StoreName) -> Result<Written> {
        self.it().write(&Write::Purge(store.clone())).await
    }

    async fn drop_store(&self, store: &StoreName) -> Result<Written> {
        self.it().write(&Write::Drop(store.clone())).await
    }

    async fn plan_repair(&self, store: &StoreName) -> Result<Option<Repair>> {
        self.it().get_metadata(store).await?.repair.map(|repair| *repair).transpose()
    }

    async fn repair(&self, repair: &Repair) -> Result<Written> {
        self.it().write(&Write::Repair(repair.clone())).await
    }
}

impl Short for dyn Storage {
    fn it(&self) -> &dyn Storage {
        self
    }
}

impl Short for std::sync::Arc<dyn Storage> {
    fn it(&self) -> &dyn Storage {
        &**self
    }
}
