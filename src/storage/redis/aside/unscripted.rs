//! Sets aside and restores where the server forbids scripts, with MULTI/EXEC in their place.
//!
//! The keys that are read before are watched. During a crawl they change all the time: after some tries a
//! store is set aside unwatched, since RENAME takes whatever is there by then, and records are put back one
//! by one, which replaces none.

use bytes::Bytes;
use fred::types::Value;

use super::super::connection::Command;
use super::super::keys::{self, ASIDES, ID_TO_NAME, NAME_TO_ID, Part, part_keys, store_arg};
use super::super::unscripted::{touches, whole};
use super::super::{RedisStorage, command, reply};
use super::find::parse_entry;
use super::{AsideKeys, Marker, TRIES, expires, life};
use crate::model::{Aside, Result, StoreName, Timestamp};
use crate::storage::aside::{maker, oldest};
use crate::storage::metadata::StoreMetadata;

/// A store before it is changed.
struct Found {
    values: u64,
    records: u64,
    document: Option<Bytes>,
}

impl Found {
    /// The id in the metadata.
    fn id(&self) -> Option<Bytes> {
        let metadata = StoreMetadata::parse(self.document.as_deref()?).ok()?;
        Some(Bytes::from(metadata.id)).filter(|id| !id.is_empty())
    }
}

impl RedisStorage {
    /// Returns the number of its records, or `None` if nothing of the store was there.
    pub(super) async fn set_aside_without_script(
        &self,
        aside: &Aside,
        keys: &AsideKeys,
        ids: &[Bytes],
        at: Timestamp,
    ) -> Result<Option<u64>> {
        let store = &keys.store;
        for attempt in 0.. {
            let parts = [Part::Metadata, Part::Items, Part::MetadataItems];
            let watched = if attempt < TRIES { part_keys(store, &parts) } else { Vec::new() };
            let transaction = self.connections.watch_keys(watched).await?;
            let found = self.look_at(store).await?;
            let mut commands = Vec::new();
            let mut marker = vec![keys.marker.clone(), Value::from("what")];
            let records = found.values.max(found.records);
            let mut there = records > 0 || found.document.is_some();
            let (entry, own) = match aside {
                Aside::Records(_) => {
                    commands.extend(touches(store, at));
                    marker.push(Value::from("records"));
                    let id = found.id();
                    (id.clone(), id.into_iter().collect())
                }
                Aside::Store(_) => {
                    let signals = self.check_signal_and_indexes(store).await?;
                    let entry = command("HGET", [Value::from(NAME_TO_ID), store_arg(store)]);
                    let entry = reply::bytes(self.connections.run(entry).await?)?;
                    there |= signals > 0 || entry.is_some() || !ids.is_empty();
                    let gone = part_keys(store, &[Part::Metadata, Part::CreatedSignal]);
                    commands.push(command("UNLINK", gone));
                    commands.push(command("HDEL", [Value::from(NAME_TO_ID), store_arg(store)]));
                    if !ids.is_empty() {
                        let ids = ids.iter().cloned().map(Value::Bytes);
                        let index = [Value::from(ID_TO_NAME)].into_iter();
                        commands.push(command("HDEL", index.chain(ids)));
                    }
                    marker.push(Value::from("store"));
                    (entry, ids.to_vec())
                }
            };
            if !there {
                transaction.commit(Vec::new()).await?;
                return Ok(None);
            }
            let halves = [(found.values, Part::Items), (found.records, Part::MetadataItems)];
            for ((count, part), to) in halves.into_iter().zip(keys.own()) {
                if count > 0 {
                    commands.push(command("RENAME", [keys::key(store, part), to]));
                }
            }
            if records > 0 || matches!(aside, Aside::Store(_)) {
                marker.extend([Value::from("at"), Value::from(at.to_string())]);
                let document = found.document.map(|document| ("document", document));
                let entry = entry.map(|id| ("name_to_id", id));
                for (field, value) in document.into_iter().chain(entry) {
                    marker.extend([Value::from(field), Value::Bytes(value)]);
                }
                for id in own {
                    let field = [b"id:", &id[..]].concat();
                    marker.extend([Value::Bytes(field.into()), Value::from("")]);
                }
                commands.push(command("HSET", marker));
                commands.push(command("EXPIRE", [keys.marker.clone(), life()]));
                let what = if matches!(aside, Aside::Store(_)) { "store" } else { "records" };
                let entry = Value::from(format!("{what} {at} {}", maker()));
                commands.push(command("HSET", [keys.list.clone(), keys.id(), entry]));
                if keys.lists_all {
                    let all = [Value::from(ASIDES), keys.id(), store_arg(store)];
                    commands.push(command("HSET", all));
                }
            }
            if let Some(replies) = transaction.commit(commands).await? {
                whole(replies)?;
                return Ok(Some(records));
            }
        }
        Ok(None)
    }

    /// Answers like the script: the number of restored records, or why not all were restored.
    pub(super) async fn restore_without_script(
        &self,
        keys: &AsideKeys,
        at: Timestamp,
    ) -> Result<i64> {
        let store = &keys.store;
        for _ in 0..TRIES {
            let mut watched = part_keys(store, &[Part::Metadata, Part::Items, Part::MetadataItems]);
            watched.extend([keys.items.clone(), keys.metadata_items.clone()]);
            let transaction = self.connections.watch_keys(watched).await?;
            if !transaction.is_watching() {
                break;
            }
            let (marker, [values, records]) = self.look_at_aside(keys).await?;
            let found = self.look_at(store).await?;
            let mut commands = Vec::new();
            let rest = self.commands_for_rest(keys, &marker, &found).await?;
            let answer = match (&marker.aside, rest) {
                (None, _) => Err(-1),
                (Some(_), _) if marker.at.is_none() && found.document.is_none() => Err(-4),
                (Some(Aside::Records(_)), _) if values + records == 0 => Err(-1),
                (_, None) => Err(-2),
                (_, Some(rest)) => {
                    commands.extend(rest);
                    Ok(found.values + found.records == 0 || values + records == 0)
                }
            };
            let at_once = match answer {
                Err(why) => {
                    transaction.commit(Vec::new()).await?;
                    return Ok(why);
                }
                Ok(at_once) => at_once,
            };
            if at_once {
                let halves = [(values, Part::Items), (records, Part::MetadataItems)];
                for ((count, part), from) in halves.into_iter().zip(keys.own()) {
                    if count > 0 {
                        commands.push(command("RENAMENX", [from, keys::key(store, part)]));
                    }
                }
                commands.extend(keys.unlist());
                commands.push(command("UNLINK", [keys.marker.clone()]));
            } else {
                commands.extend(prolong(keys, &marker, at));
            }
            commands.extend(touches(store, at));
            if let Some(replies) = transaction.commit(commands).await? {
                whole(replies)?;
                let records = i64::try_from(values.max(records)).unwrap_or(i64::MAX);
                return Ok(if at_once { records } else { -3 });
            }
        }
        self.restore_store_unwatched(keys, at).await
    }

    /// Restores the store itself, where it does not exist, and leaves its records aside.
    async fn restore_store_unwatched(&self, keys: &AsideKeys, at: Timestamp) -> Result<i64> {
        let (marker, [values, records]) = self.look_at_aside(keys).await?;
        let found = self.look_at(&keys.store).await?;
        let Some(mut commands) = self.commands_for_rest(keys, &marker, &found).await? else {
            return Ok(-2);
        };
        let empty = values + records == 0;
        if marker.aside.is_some() && marker.at.is_none() && found.document.is_none() {
            return Ok(-4);
        }
        if marker.aside.is_none() || (empty && matches!(marker.aside, Some(Aside::Records(_)))) {
            return Ok(-1);
        }
        commands.extend(touches(&keys.store, at));
        if empty {
            commands.extend(keys.unlist());
            commands.push(command("UNLINK", [keys.marker.clone()]));
        } else {
            commands.extend(prolong(keys, &marker, at));
        }
        whole(self.connections.transaction(commands).await?)?;
        Ok(if empty { 0 } else { -3 })
    }

    /// Commands that put a store without metadata back into the indexes; none if another opener makes it.
    async fn commands_for_rest(
        &self,
        keys: &AsideKeys,
        marker: &Marker,
        found: &Found,
    ) -> Result<Option<Vec<Command>>> {
        let store = &keys.store;
        let mut commands = Vec::new();
        if found.document.is_some() {
            return Ok(Some(commands));
        }
        let signals = self.check_signal_and_indexes(store).await?;
        let entry = command("HGET", [Value::from(NAME_TO_ID), store_arg(store)]);
        let entry = reply::bytes(self.connections.run(entry).await?)?;
        if entry.is_some() && entry != marker.name_to_id {
            return Ok(None);
        }
        if let Some(id) = &marker.name_to_id {
            let entry = [Value::from(NAME_TO_ID), store_arg(store), Value::Bytes(id.clone())];
            commands.push(command("HSETNX", entry));
        }
        for id in &marker.ids {
            let entry = [Value::from(ID_TO_NAME), Value::Bytes(id.clone()), store_arg(store)];
            commands.push(command("HSETNX", entry));
        }
        if let Some(document) = &marker.document {
            let key = keys::key(store, Part::Metadata);
            let document = Value::Bytes(document.clone());
            let args = [key, Value::from("$"), document, Value::from("NX")];
            commands.push(command("JSON.SET", args));
            if signals == 0 {
                let signal = keys::key(store, Part::CreatedSignal);
                commands.push(command("LPUSH", [signal, Value::from("1")]));
            }
        }
        Ok(Some(commands))
    }

    pub(super) async fn unlink_aside_without_script(
        &self,
        keys: &AsideKeys,
        expired: bool,
    ) -> Result<bool> {
        let transaction = self.connections.watch_keys(vec![keys.marker.clone()]).await?;
        let marker = command("HLEN", [keys.marker.clone()]);
        if expired && reply::integer(&self.connections.run(marker).await?)? > 0 {
            transaction.commit(Vec::new()).await?;
            return Ok(false);
        }
        let mut commands = vec![command("UNLINK", keys.own())];
        commands.extend(keys.unlist());
        let Some(replies) = transaction.commit(commands).await? else { return Ok(false) };
        let replies = whole(replies)?;
        Ok(replies.last().is_some_and(|listed| listed.as_u64() == Some(1)))
    }

    /// Reads the parts of a store; fails if one has a wrong type.
    async fn look_at(&self, store: &StoreName) -> Result<Found> {
        let mut replies = self.lengths_and_document(store).await?.into_iter().map(Ok);
        let values = reply::integer(&reply::next(&mut replies)?)?;
        let records = reply::integer(&reply::next(&mut replies)?)?;
        let document = reply::bytes(reply::next(&mut replies)?)?;
        Ok(Found { values, records, document })
    }

    /// The marker, and the numbers of values and of metadata entries that are set aside.
    async fn look_at_aside(&self, keys: &AsideKeys) -> Result<(Marker, [u64; 2])> {
        let commands = vec![
            command("HGETALL", [keys.marker.clone()]),
            command("HLEN", [keys.items.clone()]),
            command("HLEN", [keys.metadata_items.clone()]),
            command("HGET", [keys.list.clone(), keys.id()]),
        ];
        let mut replies = self.connections.pipeline(commands).await?.into_iter();
        let marker = reply::array(reply::next(&mut replies)?)?;
        let mut marker = Marker::read(&keys.store, marker)?;
        let values = reply::integer(&reply::next(&mut replies)?)?;
        let records = reply::integer(&reply::next(&mut replies)?)?;
        let entry = reply::bytes(reply::next(&mut replies)?)?;
        let entry = entry.map(|entry| parse_entry(&keys.store, &entry));
        match entry {
            None => marker.aside = None,
            // The marker was removed early: its facts are still in the list.
            Some(Some((aside, at, _))) if marker.aside.is_none() && values + records > 0 => {
                marker.aside = (at > oldest(Timestamp::now())).then_some(aside);
            }
            Some(_) => {}
        }
        Ok((marker, [values, records]))
    }
}

/// Commands that prolong a marker and its stated time; a marker that is gone already is not made again.
fn prolong(keys: &AsideKeys, marker: &Marker, at: Timestamp) -> Vec<Command> {
    let until = [keys.marker.clone(), Value::from("until"), expires(at)];
    let until = marker.at.is_some().then(|| command("HSET", until));
    let life = command("EXPIRE", [keys.marker.clone(), life()]);
    until.into_iter().chain([life]).collect()
}
