//! Opens and creates stores, side by side with Crawlee's own openers.
//!
//! Of all openers that race to create a store, the one whose `HSETNX name_to_id` succeeds makes it, in
//! Crawlee as here. Where Crawlee's losers take turns at `created_signal`, larder's poll for the metadata:
//! that needs no blocking command and leaves the signal to Crawlee.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fred::types::Value;

use super::keys::store_arg;
use super::keys::{self, ID_TO_NAME, NAME_TO_ID, Part};
use super::one_store::store_commands;
use super::scripts::script;
use super::{RedisStorage, command, reply};
use crate::model::{
    Error, ErrorKind, OpenBy, Opened, Result, StoreInfo, StoreName, StoreState, Timestamp,
};
use crate::storage::metadata::StoreMetadata;
use crate::storage::naming::{check_alias, check_name, new_id};
use crate::storage::read_only;

const CREATE: &str = script!("refused", "create");

/// Longest wait for another opener to finish; Crawlee waits as long. A shorter command timeout shortens it,
/// since the caller sees it as one command.
const CREATION_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause between two looks at a store that another opener is making: the first, and the longest.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(200));

/// Result of a try to create a store.
pub(super) enum Attempt {
    /// The store was made.
    Created,
    /// Somebody else has made it.
    Exists,
    /// Somebody else is making it, or came in between.
    Wait,
}

/// Ids of stores whose creation was not answered.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<HashSet<String>>);

impl Claims {
    fn add(&self, id: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Whether the store with this id was made here.
    pub(super) fn has(&self, id: Option<&str>) -> bool {
        let claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        id.is_some_and(|id| claims.contains(id))
    }

    /// As [`has`](Self::has), but only once for each id.
    fn take(&self, id: Option<&str>) -> bool {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        id.is_some_and(|id| claims.remove(id))
    }
}

impl RedisStorage {
    pub(super) async fn open(&self, by: &OpenBy) -> Result<Opened> {
        let (store, name) = match by {
            OpenBy::Id(id) => return self.open_by_id(id).await,
            OpenBy::Default => (StoreName::from("default"), None),
            OpenBy::Name(name) => (StoreName::from(check_name(name)?), Some(name.clone())),
            OpenBy::Alias(alias) => (StoreName::from(check_alias(alias)?), None),
        };
        if let Some(opened) = self.open_existing(&store).await? {
            return Ok(opened);
        }
        let doing = format!("creating the store {}", store.escaped());
        if self.options.read_only {
            return Err(read_only::refused(&doing));
        }
        self.may_write(&doing).await?;
        let timeout = CREATION_TIMEOUT.min(self.options.command_timeout);
        let started = Instant::now();
        let mut pause = LOOK_AGAIN.0;
        loop {
            // A new id for each try, by which it recognizes its own work.
            let new = StoreMetadata::new(new_id()?, name.clone(), Timestamp::now());
            let attempt = self.try_to_create(&store, &new).await;
            if attempt.as_ref().is_err_and(|error| error.kind == ErrorKind::InDoubt) {
                self.server.claims.add(new.id.clone());
            }
            match attempt.map_err(|error| not_made(&store, error))? {
                Attempt::Created => {
                    // Records that a ghost of this name left now belong to it.
                    let info = self.info_of_made(&store, &new.id).await;
                    let info = info.unwrap_or_else(|_| info_of_new(store, new));
                    return Ok(Opened { info, created: true });
                }
                Attempt::Exists => {}
                Attempt::Wait => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LOOK_AGAIN.1);
                }
            }
            if let Some(opened) = self.open_existing(&store).await? {
                return Ok(opened);
            }
            if started.elapsed() > timeout {
                return Err(half_made(&store));
            }
        }
    }

    async fn open_by_id(&self, id: &str) -> Result<Opened> {
        let unknown =
            || Error::new(ErrorKind::NotFound, format!("there is no store with the id {id}"));
        let name = self
            .connections
            .run(command("HGET", [Value::from(ID_TO_NAME), Value::from(id)]))
            .await?;
        let Some(name) = reply::bytes(name)? else { return Err(unknown()) };
        let store = StoreName::from(name.to_vec());
        let Some(mut opened) = self.open_existing(&store).await? else { return Err(unknown()) };
        if opened.info.id.as_deref() != Some(id) && opened.info.state == StoreState::Whole {
            opened.info.state = StoreState::StaleId;
        }
        Ok(opened)
    }

    /// Opens a store that has metadata, readable or not.
    async fn open_existing(&self, store: &StoreName) -> Result<Option<Opened>> {
        // Where it may not be made, only its existence is checked.
        if self.options.read_only && self.store_document(store).await?.is_none() {
            return Ok(None);
        }
        let replies = self.asked_alone(store).await?;
        let document = replies.first().cloned().unwrap_or(Ok(Value::Null));
        if reply::bytes(document?)?.is_none() {
            return Ok(None);
        }
        let info = if self.options.touch {
            self.touch(store).await;
            self.info(store).await?
        } else {
            self.info_of(store, replies, None).await?
        };
        // It was made by a try whose answer was lost.
        let created = self.server.claims.take(info.id.as_deref());
        Ok(Some(Opened { info, created }))
    }

    async fn info_of_made(&self, store: &StoreName, id: &str) -> Result<StoreInfo> {
        let replies = self.connections.pipeline(store_commands(store, Some(id))).await?;
        self.info_of(store, replies, Some(id)).await
    }

    async fn try_to_create(&self, store: &StoreName, new: &StoreMetadata) -> Result<Attempt> {
        let keys = vec![
            keys::key(store, Part::Metadata),
            keys::key(store, Part::CreatedSignal),
            Value::from(ID_TO_NAME),
            Value::from(NAME_TO_ID),
        ];
        let args = vec![store_arg(store), Value::from(&new.id), Value::from(new.to_json())];
        match self.script(CREATE, keys, args).await? {
            Some(reply) => Ok(match reply::bytes(reply)?.as_deref() {
                Some(b"created") => Attempt::Created,
                Some(b"exists") => Attempt::Exists,
                _ => Attempt::Wait,
            }),
            None => self.create_without_script(store, new).await,
        }
    }
}

fn info_of_new(store: StoreName, new: StoreMetadata) -> StoreInfo {
    StoreInfo {
        store,
        id: Some(new.id),
        name: new.name,
        created_at: new.created_at,
        modified_at: new.modified_at,
        accessed_at: new.accessed_at,
        ..StoreInfo::default()
    }
}

/// For a user who opens a store by name, its absence is the first thing to report.
fn not_made(store: &StoreName, error: Error) -> Error {
    if error.kind != ErrorKind::Permission {
        return error;
    }
    let store = store.escaped();
    let problem = format!("the store {store} cannot be made: {}", error.problem);
    Error::new(error.kind, problem)
}

fn half_made(store: &StoreName) -> Error {
    Error::new(
        ErrorKind::Damaged,
        format!("the store {} is half made, without metadata", store.escaped()),
    )
    .hint("unless a crawl is creating it, drop it")
}
