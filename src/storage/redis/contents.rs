//! A page of a request queue or of a dataset. Neither is read whole: a queue's hash is walked by a page, and
//! of a dataset's list as many items are requested as fit.

use bytes::Bytes;
use fred::types::Value;
use serde_json::value::RawValue;

use super::connection::Command;
use super::keys::SiblingKind;
use super::scan::hscan;
use super::{RedisStorage, reply};
use crate::model::{Contents, OtherStorage, Result, StoreName};

/// Approximate number of requests in a page.
const REQUESTS: u32 = 200;
/// Limit on the items in a page.
const ITEMS: u64 = 100;
/// Limit on the memory of a page's items on the server, in bytes; one item always fits.
const BYTES: u64 = 2 << 20;
/// Longest request, in bytes; a longer one is left out.
const LONGEST: usize = 1 << 20;

impl RedisStorage {
    pub(super) async fn contents(&self, of: &OtherStorage, from: u64) -> Result<Contents> {
        match of {
            OtherStorage::Queue(name) => self.requests(name, from).await,
            OtherStorage::Dataset(name) => self.items(name, from).await,
        }
    }

    /// A page of requests; `from` is a cursor of the walk.
    async fn requests(&self, name: &StoreName, from: u64) -> Result<Contents> {
        let data = SiblingKind::Queues.held(name);
        let length = Command { name: "HLEN", args: vec![data.clone()] };
        let asked = vec![length, hscan(data, from, REQUESTS)];
        let mut replies = self.connections.pipeline_bulk(asked).await?.into_iter();
        let total = reply::integer(&reply::next(&mut replies)?)?;
        let (next, fields) = reply::page(reply::next(&mut replies)?)?;
        let mut page = Contents { total, next: (next != 0).then_some(next), ..Contents::default() };
        let mut fields = fields.into_iter();
        while let (Some(_key), Some(request)) = (fields.next(), fields.next()) {
            match reply::bytes(request)? {
                Some(request) if request.len() <= LONGEST => page.values.push(request),
                _ => page.left_out += 1,
            }
        }
        Ok(page)
    }

    /// A page of items; `from` is the number of the first item.
    async fn items(&self, name: &StoreName, from: u64) -> Result<Contents> {
        let items = SiblingKind::Datasets.held(name);
        let path = |end: u64| Value::from(format!("$[{from}:{end}]"));
        let of = |name, path: Value| Command { name, args: vec![items.clone(), path] };
        let mut sizes = of("JSON.DEBUG", path(from + ITEMS));
        sizes.args.insert(0, Value::from("MEMORY"));
        let asked = vec![of("JSON.ARRLEN", Value::from(".")), sizes];
        let mut replies = self.connections.pipeline_bulk(asked).await?.into_iter();
        let total = reply::integer(&reply::next(&mut replies)?)?;
        // Where sizes are unknown, few items are requested.
        let sizes = reply::next(&mut replies).and_then(reply::array).unwrap_or_default();
        let mut bytes = 0;
        let fits = sizes.iter().take_while(|size| {
            bytes += reply::integer(size).unwrap_or(BYTES);
            bytes <= BYTES
        });
        let end = from + (fits.count() as u64).clamp(1, ITEMS);
        let mut page = Contents { total, ..Contents::default() };
        if from < total {
            let asked = vec![of("JSON.GET", path(end))];
            let mut replies = self.connections.pipeline_bulk(asked).await?.into_iter();
            let list = reply::bytes(reply::next(&mut replies)?)?.unwrap_or_default();
            page.values = items_of(&list);
            page.next = (end < total).then_some(end);
        }
        Ok(page)
    }
}

/// The items of a list as RedisJSON spells it: numbers and the order of keys stay.
fn items_of(list: &[u8]) -> Vec<Bytes> {
    let items: Vec<&RawValue> = serde_json::from_slice(list).unwrap_or_default();
    items.into_iter().map(|item| Bytes::copy_from_slice(item.get().as_bytes())).collect()
}
