//! Finds asides by the lists, and frees the expired ones.

use std::collections::BTreeMap;

use bytes::Bytes;
use fred::types::Value;
use futures::future;

use super::super::keys::{self, ASIDES, EVERY_STORE, NAME_TO_ID};
use super::super::list::index_page;
use super::super::scan::bounds::Bounds;
use super::super::{RedisStorage, command, error, reply};
use super::{AsideKeys, Marker, nothing_aside};
use crate::model::{
    Aside, AsideId, AsideInfo, AsideList, ErrorKind, Maker, Result, StoreName, Timestamp, sort,
};
use crate::storage::aside::{expiry, oldest};

/// Number of stores that are asked at once whether they have a list.
const AT_ONCE: usize = 500;
/// Number of Redis keys in one step of a search.
const COUNT: u32 = 500;

/// Fields of a marker that are read to list an aside.
const FIELDS: [&str; 3] = ["what", "at", "until"];

/// Where asides are searched for, apart from the list of all.
#[derive(Debug, Clone, Copy)]
enum Among<'a> {
    /// In the lists of all stores.
    All,
    /// Nowhere, if the user may read the list of all.
    Listed,
    /// In the list of one store.
    Store(&'a StoreName),
}

/// An aside that was found.
struct Found {
    keys: AsideKeys,
    /// The facts in the marker, or in the list where the marker was removed early.
    what: Option<(Aside, Timestamp)>,
    /// Time of the marker's expiry, where that was prolonged.
    until: Option<Timestamp>,
    /// The maker, where it is known.
    maker: Option<Maker>,
    records: u64,
}

impl RedisStorage {
    /// The asides, the oldest first. Expired ones are freed.
    pub(in super::super) async fn asides(&self, list: AsideList) -> Result<Vec<AsideInfo>> {
        let among = match list {
            AsideList::All => Among::All,
            AsideList::Listed => Among::Listed,
            AsideList::One(id) => {
                return match self.find_aside(&id).await {
                    Ok(keys) => self.told(vec![keys]).await,
                    Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
                    Err(error) => Err(error),
                };
            }
        };
        self.asides_among(among).await
    }

    async fn asides_among(&self, among: Among<'_>) -> Result<Vec<AsideInfo>> {
        let (all, stores) = self.places(among).await?;
        let keys = |listed: &BTreeMap<AsideId, StoreName>| -> Vec<AsideKeys> {
            listed.iter().map(|(id, store)| AsideKeys::new(store, id)).collect()
        };
        // The asides in the list of all are read at the same time as the stores' own lists.
        let (mut infos, mut others) =
            future::try_join(self.told(keys(&all)), self.listed_by(&stores)).await?;
        others.retain(|id, _| !all.contains_key(id));
        if !others.is_empty() {
            infos.extend(self.told(keys(&others)).await?);
            sort::sort_by(&mut infos, |a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        }
        Ok(infos)
    }

    /// The facts about asides; expired ones are freed instead.
    async fn told(&self, asked: Vec<AsideKeys>) -> Result<Vec<AsideInfo>> {
        let mut infos = Vec::new();
        for Found { keys, what, until, maker, records } in self.read_asides(asked).await? {
            match what {
                Some((aside, at)) if records > 0 || matches!(aside, Aside::Store(_)) => {
                    let id = keys.id;
                    let expires_at = Some(until.unwrap_or_else(|| expiry(at)));
                    let (in_steps, replicas) = (false, None);
                    infos.push(AsideInfo {
                        id,
                        aside,
                        records,
                        at,
                        maker,
                        expires_at,
                        in_steps,
                        replicas,
                    });
                }
                _ => self.free(keys).await,
            }
        }
        sort::sort_by(&mut infos, |a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(infos)
    }

    /// Frees expired asides, where that is possible.
    pub(super) async fn free_expired(&self, store: &StoreName) {
        if let Err(error) = self.asides_among(Among::Store(store)).await {
            crate::logs::warn!("what was set aside could not be looked at: {error}");
        }
    }

    /// Frees an expired aside, where this user and the server allow it.
    async fn free(&self, mut keys: AsideKeys) {
        if self.options.read_only || self.may_write("freeing an aside").await.is_err() {
            return;
        }
        match self.unlink_aside(&mut keys, true).await {
            Ok(_) => crate::logs::info!("{} of {} is freed", keys.id, keys.store.escaped()),
            Err(error) => crate::logs::warn!("{} was not freed: {error}", keys.id),
        }
    }

    /// The keys of an aside, by the lists.
    pub(super) async fn find_aside(&self, id: &AsideId) -> Result<AsideKeys> {
        let listed = command("HGET", [Value::from(ASIDES), Value::from(id.as_str())]);
        let store = match self.connections.run(listed).await {
            Err(error) if error::forbids_key(&error) => None,
            store => reply::bytes(store?)?.map(|store| StoreName::from(store.to_vec())),
        };
        let known = || self.known_asides().get(id).cloned();
        let store = match store.or_else(known) {
            None => {
                let (mut all, stores) = self.places(Among::All).await?;
                match all.remove(id) {
                    None => self.listed_by(&stores).await?.remove(id),
                    store => store,
                }
            }
            store => store,
        };
        store.map(|store| AsideKeys::new(&store, id)).ok_or_else(|| nothing_aside(id))
    }

    /// The asides that were found, with their numbers of records.
    async fn read_asides(&self, asked: Vec<AsideKeys>) -> Result<Vec<Found>> {
        let commands = asked.iter().flat_map(|keys| {
            [
                // Without the store's metadata, which can be large.
                command("HMGET", [keys.marker.clone()].into_iter().chain(FIELDS.map(Value::from))),
                command("HGET", [keys.list.clone(), keys.id()]),
                command("HLEN", [keys.items.clone()]),
                command("HLEN", [keys.metadata_items.clone()]),
            ]
        });
        let mut replies = self.connections.pipeline_bulk(commands.collect()).await?.into_iter();
        let mut found = Vec::with_capacity(asked.len());
        for keys in asked {
            let replies: Vec<_> = replies.by_ref().take(4).collect();
            match parse(keys, replies) {
                Ok(one) => found.push(one),
                // The list of all has asides in other users' stores, too.
                Err(error) if error::forbids_key(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The asides in the list of all, with their stores, and the stores whose own lists have to be read.
    async fn places(
        &self,
        among: Among<'_>,
    ) -> Result<(BTreeMap<AsideId, StoreName>, Vec<StoreName>)> {
        let all = self.walk_index(ASIDES).await;
        let sees_all = all.is_ok();
        let all = match all {
            Err(error) if error::forbids_key(&error) => BTreeMap::new(),
            all => {
                let named = |(id, store): (Bytes, Bytes)| {
                    Some((parse_id(&id)?, StoreName::from(store.to_vec())))
                };
                all?.into_iter().filter_map(named).collect()
            }
        };
        let stores = match among {
            Among::Listed if sees_all => Vec::new(),
            Among::All | Among::Listed => self.stores_that_may_list().await?,
            Among::Store(store) => vec![store.clone()],
        };
        Ok((all, stores))
    }

    /// The ids in these stores' own lists.
    async fn listed_by(&self, stores: &[StoreName]) -> Result<BTreeMap<AsideId, StoreName>> {
        let mut listed = BTreeMap::new();
        for stores in stores.chunks(AT_ONCE) {
            let asked = stores.iter().map(|store| index_page(keys::aside_list(store), 0));
            let pages = self.connections.pipeline_bulk(asked.collect()).await?;
            for (store, page) in stores.iter().zip(pages) {
                // Another user's store, or no list.
                let Ok((next, entries)) = page.and_then(reply::page) else { continue };
                let ids: Vec<Bytes> = if next == 0 {
                    let ids = entries.into_iter().step_by(2).map(reply::bytes);
                    ids.filter_map(Result::transpose).collect::<Result<_>>()?
                } else {
                    self.walk_hash(keys::aside_list(store)).await?.into_keys().collect()
                };
                let ids = ids.iter().filter_map(parse_id);
                listed.extend(ids.map(|id| (id, store.clone())));
            }
        }
        Ok(listed)
    }

    /// The stores in the index; for a user who may not read it, those with a list.
    async fn stores_that_may_list(&self) -> Result<Vec<StoreName>> {
        match self.walk_index(NAME_TO_ID).await {
            Err(error) if error::forbids_key(&error) => self.stores_with_lists().await,
            names => Ok(names?.into_keys().map(|name| StoreName::from(name.to_vec())).collect()),
        }
    }

    /// Walks all Redis keys, in small steps.
    async fn stores_with_lists(&self) -> Result<Vec<StoreName>> {
        let (mut stores, mut cursor, mut bounds) = (Vec::new(), 0_u64, Bounds::new());
        loop {
            let args = [Value::from(cursor.to_string()), "MATCH".into(), EVERY_STORE.into()];
            let count = [Value::from("COUNT"), Value::from(COUNT)];
            let page = command("SCAN", args.into_iter().chain(count));
            let (next, found) = reply::page(self.connections.run_bulk(page).await?)?;
            bounds.page(self, COUNT, found.len(), ("DBSIZE", None)).await?;
            for key in found {
                let key = reply::bytes(key)?.unwrap_or_default();
                stores.extend(keys::parse_aside_list(&key));
            }
            if next == 0 {
                return Ok(stores);
            }
            cursor = next;
        }
    }
}

/// Parses the answers about an aside.
fn parse(keys: AsideKeys, replies: Vec<Result<Value>>) -> Result<Found> {
    let mut replies = replies.into_iter();
    let fields = reply::array(reply::next(&mut replies)?)?;
    let fields = FIELDS.map(Value::from).into_iter().zip(fields);
    let fields = fields.flat_map(|(field, value)| [field, value]).collect();
    let Marker { aside, at, until, .. } = Marker::read(&keys.store, fields)?;
    let entry = reply::bytes(reply::next(&mut replies)?)?;
    let values = reply::integer(&reply::next(&mut replies)?)?;
    let records = values.max(reply::integer(&reply::next(&mut replies)?)?);
    let (listed, maker) = match entry.and_then(|entry| parse_entry(&keys.store, &entry)) {
        Some((aside, at, maker)) => (Some((aside, at)), maker),
        None => (None, None),
    };
    // Without a marker it is kept as long as it would have been with one.
    let listed = listed.filter(|(_, at)| records > 0 && *at > oldest(Timestamp::now()));
    Ok(Found { keys, what: aside.zip(at).or(listed), until, maker, records })
}

fn parse_id(id: &Bytes) -> Option<AsideId> {
    AsideId::new(std::str::from_utf8(id).ok()?)
}

/// Parses a store's entry of an aside: its kind, time, and its maker where that is known.
pub(super) fn parse_entry(
    store: &StoreName,
    entry: &[u8],
) -> Option<(Aside, Timestamp, Option<Maker>)> {
    let mut words = std::str::from_utf8(entry).ok()?.splitn(3, ' ');
    let aside = match words.next()? {
        "records" => Aside::Records(store.clone()),
        "store" => Aside::Store(store.clone()),
        _ => return None,
    };
    let at = Timestamp::parse(words.next()?)?;
    Some((aside, at, words.next().and_then(|maker| Maker::parse(maker.as_bytes()))))
}
