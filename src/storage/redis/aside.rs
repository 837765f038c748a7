//! Stores and records that are set aside instead of destroyed.
//!
//! ```text
//! key_value_stores:{S}:items:aside:{id}            the hashes, renamed in one step
//! key_value_stores:{S}:metadata_items:aside:{id}
//! key_value_stores:{S}:aside:{id}                  the marker: a hash of what else is needed
//! key_value_stores:asides                          the list: a hash from id to store
//! ```
//!
//! The marker expires, the hashes do not: their end would free millions of fields in the server's
//! main thread. What has lost its marker is freed by the next larder that looks at the list. Each
//! step is one script, so that at every moment a record is in the store or in an aside. Where scripts
//! are forbidden, [`unscripted`] has its transactions.

mod restore;
mod unscripted;
mod unscripted_steps;

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use fred::types::Value;

use super::keys::{self, ASIDES, ID_TO_NAME, NAME_TO_ID, Part, part_keys, store_arg};
use super::{RedisStorage, command, reply};
use crate::model::{
    Aside, AsideId, AsideInfo, Error, ErrorKind, Restored, Result, StoreName, Timestamp,
};
use crate::storage::naming::new_id;

const SET_ASIDE: &str = concat!(
    include_str!("scripts/refused.lua"),
    include_str!("scripts/changes.lua"),
    include_str!("scripts/set_aside.lua")
);
const RESTORE: &str = concat!(
    include_str!("scripts/refused.lua"),
    include_str!("scripts/changes.lua"),
    include_str!("scripts/restore.lua")
);
const RESTORE_STEP: &str =
    concat!(include_str!("scripts/refused.lua"), include_str!("scripts/restore_step.lua"));
const DISCARD: &str =
    concat!(include_str!("scripts/refused.lua"), include_str!("scripts/discard.lua"));

/// How long something stays set aside.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How often a transaction whose watched keys have changed is tried again.
const TRIES: usize = 5;

/// The Redis keys of an aside.
struct AsideKeys {
    store: StoreName,
    id: AsideId,
    items: Value,
    metadata_items: Value,
    marker: Value,
}

impl AsideKeys {
    fn new(store: &StoreName, id: &AsideId) -> Self {
        let [items, metadata_items] =
            [Part::Items, Part::MetadataItems].map(|part| keys::aside(store, part, id));
        let marker = keys::aside_marker(store, id);
        Self { store: store.clone(), id: id.clone(), items, metadata_items, marker }
    }

    fn id(&self) -> Value {
        Value::from(self.id.as_str())
    }

    /// The keys of all that is set aside.
    fn own(&self) -> [Value; 3] {
        [self.items.clone(), self.metadata_items.clone(), self.marker.clone()]
    }

    /// The keys of the store and of the aside, in the order of the scripts.
    fn with_store(&self) -> Vec<Value> {
        let parts = [Part::Metadata, Part::CreatedSignal, Part::Items, Part::MetadataItems];
        let mut keys = part_keys(&self.store, &parts);
        keys.extend(self.own());
        keys.extend([ASIDES, ID_TO_NAME, NAME_TO_ID].map(Value::from));
        keys
    }
}

/// What a marker tells.
#[derive(Debug, Default)]
struct Marker {
    aside: Option<Aside>,
    at: Option<Timestamp>,
    /// The store's metadata, as text.
    document: Option<Bytes>,
    /// The store's entry in `name_to_id`.
    name_to_id: Option<Bytes>,
    /// The ids that lead to the store.
    ids: Vec<Bytes>,
}

impl Marker {
    fn read(store: &StoreName, fields: Vec<Value>) -> Result<Self> {
        let mut marker = Self::default();
        let mut fields = fields.into_iter();
        while let (Some(field), Some(value)) = (fields.next(), fields.next()) {
            let field = reply::bytes(field)?.unwrap_or_default();
            let value = reply::bytes(value)?.unwrap_or_default();
            match (&field[..], &value[..]) {
                (b"what", b"records") => marker.aside = Some(Aside::Records(store.clone())),
                (b"what", b"store") => marker.aside = Some(Aside::Store(store.clone())),
                (b"at", at) => marker.at = std::str::from_utf8(at).ok().and_then(Timestamp::parse),
                (b"document", _) => marker.document = Some(value),
                (b"name_to_id", _) => marker.name_to_id = Some(value),
                _ if field.starts_with(b"id:") => marker.ids.push(field.slice(3..)),
                _ => {}
            }
        }
        Ok(marker)
    }
}

impl RedisStorage {
    /// Sets a store or its records aside, in one step.
    pub(super) async fn set_aside(&self, aside: &Aside) -> Result<AsideInfo> {
        let store = aside.store();
        self.may_write(&format!("setting {} aside", store.escaped())).await?;
        self.free_expired().await;
        let id = AsideId::new(new_id()?);
        let id = id.ok_or_else(|| Error::new(ErrorKind::Io, "no id could be made"))?;
        let (keys, at) = (AsideKeys::new(store, &id), Timestamp::now());
        let (what, ids) = match aside {
            Aside::Records(_) => ("records", Vec::new()),
            Aside::Store(store) => ("store", self.ids_that_lead_to(store).await?),
        };
        let mut args = vec![Value::from(what), keys.id(), store_arg(store)];
        args.extend([Value::from(at.to_string()), life()]);
        args.extend(ids.iter().cloned().map(Value::Bytes));
        let records = match self.script(SET_ASIDE, keys.with_store(), args).await? {
            Some(Value::Integer(-1)) => return Err(self.nothing_of(store).await),
            Some(reply) => reply::integer(&reply)?,
            None => match self.set_aside_without_script(aside, &keys, &ids, at).await? {
                Some(records) => records,
                None => return Err(self.nothing_of(store).await),
            },
        };
        Ok(AsideInfo { id, aside: aside.clone(), records, at, in_steps: false })
    }

    /// Why nothing of a store was found: it is not there, or an index alone names it.
    async fn nothing_of(&self, store: &StoreName) -> Error {
        match self.info(store).await {
            Ok(_) => Error::new(
                ErrorKind::Damaged,
                format!("the store {} has no metadata and no records", store.escaped()),
            )
            .hint("drop it and create it again"),
            Err(error) => error,
        }
    }

    /// All that is set aside, the oldest first. What has expired is freed.
    pub(super) async fn asides(&self) -> Result<Vec<AsideInfo>> {
        let mut found = Vec::new();
        for (keys, marker, records) in self.read_asides().await? {
            match (marker.aside, marker.at) {
                (Some(aside), Some(at)) if records > 0 || matches!(aside, Aside::Store(_)) => {
                    let id = keys.id;
                    found.push(AsideInfo { id, aside, records, at, in_steps: false });
                }
                _ => self.free(&keys).await,
            }
        }
        found.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(found)
    }

    /// All asides that the list names, with their markers and how many records there are.
    async fn read_asides(&self) -> Result<Vec<(AsideKeys, Marker, u64)>> {
        let listed: HashMap<Bytes, Bytes> = self.walk_index(ASIDES).await?;
        let mut found = Vec::with_capacity(listed.len());
        let ids = listed.iter().filter_map(|(id, store)| {
            let id = AsideId::new(std::str::from_utf8(id).ok()?)?;
            Some(AsideKeys::new(&StoreName::from(store.to_vec()), &id))
        });
        let asked: Vec<AsideKeys> = ids.collect();
        let commands = asked.iter().flat_map(|keys| {
            [
                // Without the store's metadata, which can be large.
                command("HMGET", [keys.marker.clone(), Value::from("what"), Value::from("at")]),
                command("HLEN", [keys.items.clone()]),
                command("HLEN", [keys.metadata_items.clone()]),
            ]
        });
        let mut replies = self.connections.pipeline_bulk(commands.collect()).await?.into_iter();
        for keys in asked {
            let fields = reply::array(reply::next(&mut replies)?)?;
            let fields = ["what", "at"].map(Value::from).into_iter().zip(fields);
            let fields = fields.flat_map(|(field, value)| [field, value]).collect();
            let marker = Marker::read(&keys.store, fields)?;
            let values = reply::integer(&reply::next(&mut replies)?)?;
            let records = reply::integer(&reply::next(&mut replies)?)?;
            found.push((keys, marker, values.max(records)));
        }
        Ok(found)
    }

    /// Frees what has expired, where that can be.
    async fn free_expired(&self) {
        if let Err(error) = self.asides().await {
            log::warn!("what was set aside could not be looked at: {error}");
        }
    }

    /// Frees what has no marker any more, where this user and the server let it be done.
    async fn free(&self, keys: &AsideKeys) {
        if self.options.read_only || self.may_write("freeing an aside").await.is_err() {
            return;
        }
        match self.unlink_aside(keys, true).await {
            Ok(_) => log::info!("{} of {} is freed", keys.id, keys.store.escaped()),
            Err(error) => log::warn!("{} was not freed: {error}", keys.id),
        }
    }

    /// Removes for good what was set aside.
    pub(super) async fn discard(&self, id: &AsideId) -> Result<()> {
        self.may_write("discarding").await?;
        let keys = self.find_aside(id).await?;
        if self.unlink_aside(&keys, false).await? { Ok(()) } else { Err(nothing_aside(id)) }
    }

    /// Frees an aside; where only an expired one is meant, one without a marker. Says whether.
    async fn unlink_aside(&self, keys: &AsideKeys, expired: bool) -> Result<bool> {
        let mut all = keys.own().to_vec();
        all.push(Value::from(ASIDES));
        let which = if expired { "expired" } else { "any" };
        let args = vec![keys.id(), store_arg(&keys.store), Value::from(which)];
        match self.script(DISCARD, all, args).await? {
            Some(reply) => Ok(reply::integer(&reply)? == 1),
            None => self.unlink_aside_without_script(keys, expired).await,
        }
    }

    /// The keys of an aside, by the list.
    async fn find_aside(&self, id: &AsideId) -> Result<AsideKeys> {
        let listed = command("HGET", [Value::from(ASIDES), Value::from(id.as_str())]);
        let store = reply::bytes(self.connections.run(listed).await?)?;
        let store = store.ok_or_else(|| nothing_aside(id))?;
        Ok(AsideKeys::new(&StoreName::from(store.to_vec()), id))
    }

    /// Puts back what was set aside.
    pub(super) async fn restore(&self, id: &AsideId) -> Result<Restored> {
        self.may_write("restoring").await?;
        let keys = self.find_aside(id).await?;
        let at = Timestamp::now();
        let args = vec![keys.id(), store_arg(&keys.store), Value::from(at.to_string()), life()];
        let outcome = match self.script(RESTORE, keys.with_store(), args).await? {
            Some(Value::Integer(outcome)) => outcome,
            Some(reply) => return Err(unexpected(&reply)),
            None => self.restore_without_script(&keys, at).await?,
        };
        match outcome {
            -1 => Err(nothing_aside(id)),
            -2 => Err(Error::new(
                ErrorKind::Conflict,
                format!("the store {} is just being made anew", keys.store.escaped()),
            )
            .hint("restore again when it is made, or drop it first")),
            -3 => self.restore_in_steps(&keys).await,
            records => {
                Ok(Restored { records: u64::try_from(records).unwrap_or_default(), left: 0 })
            }
        }
    }
}

/// After how many seconds a marker expires.
fn life() -> Value {
    Value::from(KEPT.as_secs().to_string())
}

fn nothing_aside(id: &AsideId) -> Error {
    Error::new(ErrorKind::NotFound, format!("nothing is set aside as {id}"))
        .hint("it has been restored or discarded, or has expired")
}

fn unexpected(reply: &Value) -> Error {
    let problem = format!("the server answered with {:?} instead of a number", reply.kind());
    Error::new(ErrorKind::Server, problem)
}
