//! Stores and records that are set aside instead of destroyed.
//!
//! ```text
//! key_value_stores:{S}:items:aside:{id}            the hashes, renamed in one step
//! key_value_stores:{S}:metadata_items:aside:{id}
//! key_value_stores:{S}:aside:{id}                  the marker: a hash of what else is needed
//! key_value_stores:{S}:asides                      the store's list: a hash from id to what, when, by whom
//! key_value_stores:asides                          the list of all: a hash from id to store
//! ```
//!
//! The marker expires, the hashes do not: their expiry would free millions of fields in the server's main
//! thread. An aside without its marker, and as old as a marker gets, is freed by the next larder that reads
//! the lists; a server that evicts keys with an expiry may remove the marker early. A user with rights on
//! some stores only has no list of all, and needs none for records that are set aside. Each step is one
//! script, so that at every moment a record is in the store or in an aside. Where scripts are forbidden,
//! [`unscripted`] has its transactions.

mod find;
mod restore;
mod unscripted;
mod unscripted_steps;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use fred::types::Value;

use super::connection::Waiting;
use super::keys::{self, ASIDES, ID_TO_NAME, NAME_TO_ID, Part, part_keys, store_arg};
use super::scripts::script;
use super::{Command, RedisStorage, command, error, reply};
use crate::model::{
    Aside, AsideId, AsideInfo, Error, ErrorKind, Replicas, Result, StoreName, Timestamp,
};
use crate::storage::aside::{KEPT, expiry, maker};
use crate::storage::naming::new_id;

const SET_ASIDE: &str = script!("refused", "changes", "set_aside");
const DISCARD: &str = script!("refused", "discard");

/// Number of tries of a transaction whose watched keys change.
const TRIES: usize = 5;

/// The Redis keys of an aside.
struct AsideKeys {
    store: StoreName,
    id: AsideId,
    items: Value,
    metadata_items: Value,
    marker: Value,
    /// The list of the store.
    list: Value,
    /// Whether the lists of all stores are used as well.
    lists_all: bool,
}

impl AsideKeys {
    fn new(store: &StoreName, id: &AsideId) -> Self {
        let [items, metadata_items] =
            [Part::Items, Part::MetadataItems].map(|part| keys::aside(store, part, id));
        let (marker, list) = (keys::aside_marker(store, id), keys::aside_list(store));
        let (store, id) = (store.clone(), id.clone());
        Self { store, id, items, metadata_items, marker, list, lists_all: true }
    }

    /// Restricts the keys to the store, for a user who may not use the lists of all stores; returns whether
    /// that was the reason of the refusal.
    fn within_store(&mut self, error: &Error) -> bool {
        error::forbids_key(error) && std::mem::replace(&mut self.lists_all, false)
    }

    fn id(&self) -> Value {
        Value::from(self.id.as_str())
    }

    /// The keys of the aside's own data.
    fn own(&self) -> [Value; 3] {
        [self.items.clone(), self.metadata_items.clone(), self.marker.clone()]
    }

    /// The keys of the store and of the aside, in the order of the scripts.
    fn with_store(&self) -> Vec<Value> {
        let parts = [Part::Metadata, Part::CreatedSignal, Part::Items, Part::MetadataItems];
        let mut keys = part_keys(&self.store, &parts);
        keys.extend(self.own());
        keys.extend(self.lists());
        keys
    }

    /// The keys of the lists that contain it.
    fn lists(&self) -> Vec<Value> {
        let all = self.lists_all.then(|| Value::from(ASIDES));
        [self.list.clone()].into_iter().chain(all).collect()
    }

    /// The commands that take it from the lists; the store's own comes last.
    fn unlist(&self) -> Vec<Command> {
        let from = |list: Value| command("HDEL", [list, self.id()]);
        self.lists().into_iter().rev().map(from).collect()
    }

    /// The keys of the indexes, where the lists of all stores are used.
    fn indexes(&self) -> Vec<Value> {
        let indexes = [ID_TO_NAME, NAME_TO_ID].map(Value::from);
        if self.lists_all { indexes.into() } else { Vec::new() }
    }
}

/// The facts in a marker.
#[derive(Debug, Default)]
struct Marker {
    aside: Option<Aside>,
    at: Option<Timestamp>,
    /// Time of its expiry, where that was prolonged.
    until: Option<Timestamp>,
    /// The store's metadata, as text.
    document: Option<Bytes>,
    /// The store's entry in `name_to_id`.
    name_to_id: Option<Bytes>,
    /// The ids under which indexes have the store.
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
                (b"at", at) => marker.at = parse_time(at),
                (b"until", at) => marker.until = parse_time(at),
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
        self.may_write(&format!("setting {} aside", aside.store().escaped())).await?;
        self.free_expired(aside.store()).await;
        let (waits, waiting) = self.waiting_for_replicas();
        let info = waits.set_aside_now(aside).await?;
        Ok(AsideInfo { replicas: waiting.and_then(|waiting| waiting.told()), ..info })
    }

    async fn set_aside_now(&self, aside: &Aside) -> Result<AsideInfo> {
        let store = aside.store();
        let id = AsideId::new(new_id()?);
        let id = id.ok_or_else(|| Error::new(ErrorKind::Io, "no id could be made"))?;
        let (mut keys, at) = (AsideKeys::new(store, &id), Timestamp::now());
        let ids = match aside {
            Aside::Records(_) => Vec::new(),
            Aside::Store(store) => self.ids_that_lead_to(store).await?,
        };
        let mut records = self.set_aside_as(aside, &keys, &ids, at).await;
        if let (Aside::Records(_), Err(error)) = (aside, &records)
            && keys.within_store(error)
        {
            records = self.set_aside_as(aside, &keys, &ids, at).await;
        }
        let Some(records) = records? else { return Err(self.nothing_of(store).await) };
        self.known_asides().insert(id.clone(), store.clone());
        let (aside, expires_at) = (aside.clone(), Some(expiry(at)));
        let (maker, in_steps, replicas) = (Some(maker().clone()), false, None);
        Ok(AsideInfo { id, aside, records, at, maker, expires_at, in_steps, replicas })
    }

    /// Sets something aside under these keys; returns the number of its records, or `None` if nothing of the
    /// store was there.
    async fn set_aside_as(
        &self,
        aside: &Aside,
        keys: &AsideKeys,
        ids: &[Bytes],
        at: Timestamp,
    ) -> Result<Option<u64>> {
        let what = if matches!(aside, Aside::Store(_)) { "store" } else { "records" };
        let mut all = keys.with_store();
        if matches!(aside, Aside::Store(_)) {
            all.extend(keys.indexes());
        }
        let mut args = vec![Value::from(what), keys.id(), store_arg(&keys.store)];
        args.extend([Value::from(at.to_string()), life(), by()]);
        args.extend(ids.iter().cloned().map(Value::Bytes));
        match self.script(SET_ASIDE, all, args).await? {
            Some(Value::Integer(-1)) => Ok(None),
            Some(reply) => reply::integer(&reply).map(Some),
            None => self.set_aside_without_script(aside, keys, ids, at).await,
        }
    }

    /// The stores of the asides that were made here.
    fn known_asides(&self) -> std::sync::MutexGuard<'_, BTreeMap<AsideId, StoreName>> {
        self.server.asides.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why no part of a store was found: it does not exist, or only an index has it.
    async fn nothing_of(&self, store: &StoreName) -> Error {
        match self.info(store).await {
            Ok(_) => Error::new(
                ErrorKind::Damaged,
                format!("the store {} has neither metadata nor records", store.escaped()),
            )
            .hint("drop it and create it again"),
            Err(error) => error,
        }
    }

    /// Removes an aside for good.
    pub(super) async fn discard(&self, id: &AsideId) -> Result<Option<Replicas>> {
        self.may_write("discarding").await?;
        let mut keys = self.find_aside(id).await?;
        let (waits, waiting) = self.waiting_for_replicas();
        if !waits.unlink_aside(&mut keys, false).await? {
            return Err(nothing_aside(id));
        }
        Ok(waiting.and_then(|waiting| waiting.told()))
    }

    /// The same storage with writes that wait for the wanted number of replicas, and the report on that.
    fn waiting_for_replicas(&self) -> (Self, Option<Arc<Waiting>>) {
        match self.options.wait_replicas {
            0 => (self.clone(), None),
            wanted => {
                let (connections, waiting) = self.connections.waiting(wanted);
                (Self { connections, ..self.clone() }, Some(waiting))
            }
        }
    }

    /// Frees an aside, with `expired` only one without a marker. Returns whether it did.
    async fn unlink_aside(&self, keys: &mut AsideKeys, expired: bool) -> Result<bool> {
        match self.unlink_listed(keys, expired).await {
            Err(error) if keys.within_store(&error) => self.unlink_listed(keys, expired).await,
            freed => freed,
        }
    }

    async fn unlink_listed(&self, keys: &AsideKeys, expired: bool) -> Result<bool> {
        let mut all = keys.own().to_vec();
        all.extend(keys.lists());
        let which = if expired { "expired" } else { "any" };
        let args = vec![keys.id(), store_arg(&keys.store), Value::from(which)];
        match self.script(DISCARD, all, args).await? {
            Some(reply) => Ok(reply::integer(&reply)? == 1),
            None => self.unlink_aside_without_script(keys, expired).await,
        }
    }
}

fn parse_time(text: &[u8]) -> Option<Timestamp> {
    Timestamp::parse(std::str::from_utf8(text).ok()?)
}

/// Seconds after which a marker expires.
fn life() -> Value {
    Value::from(KEPT.as_secs().to_string())
}

/// Time at which a marker then expires, stored in it, since the remaining time cannot always be read.
fn expires(at: Timestamp) -> Value {
    Value::from(expiry(at).to_string())
}

/// The maker of asides, as the list has it.
fn by() -> Value {
    Value::from(maker().to_string())
}

fn nothing_aside(id: &AsideId) -> Error {
    Error::new(ErrorKind::NotFound, format!("nothing is set aside as {id}"))
        .hint("it was restored or discarded, or expired")
}
