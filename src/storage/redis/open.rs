//! Opening and creating stores, side by side with Crawlee's own openers.
//!
//! Of all that race to create a store, the one that gets `HSETNX name_to_id` through makes it, in
//! Crawlee as here. Where Crawlee's losers take turns at `created_signal`, larder's look for the
//! metadata until it is there: that needs no blocking command and leaves the signal to Crawlee.

use std::time::{Duration, Instant};

use fred::types::Value;

use super::layout::{self, ID_TO_NAME, NAME_TO_ID, Part};
use super::metadata::StoreMetadata;
use super::write::store_arg;
use super::{RedisStorage, command, reply};
use crate::storage::{
    Error, ErrorKind, OpenBy, Opened, Result, StoreInfo, StoreName, StoreState, Timestamp,
};

const CREATE: &str = include_str!("scripts/create.lua");

/// How long another opener may take to finish what it began, at most; Crawlee waits as long. A
/// shorter command time-out shortens it: to who waits, it is one command.
const CREATION_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause between two looks at a store that another opener is making: the first, the longest.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(200));

/// How many letters and digits an id has.
const ID_LENGTH: usize = 17;
const ID_LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What an attempt to create a store came to.
enum Attempt {
    Created,
    Exists,
    Wait,
}

impl RedisStorage {
    pub(super) async fn open_by(&self, by: &OpenBy) -> Result<Opened> {
        let (store, name) = match by {
            OpenBy::Id(id) => return self.open_by_id(id).await,
            OpenBy::Default => (StoreName::from("default"), None),
            OpenBy::Name(name) => (StoreName::from(check_name(name)?), Some(name.clone())),
            OpenBy::Alias(alias) => (StoreName::from(check_alias(alias)?), None),
        };
        if let Some(opened) = self.open_existing(&store).await? {
            return Ok(opened);
        }
        self.may_write(&format!("creating the store {}", store.escaped())).await?;
        let patience = CREATION_TIMEOUT.min(self.options.command_timeout);
        let started = Instant::now();
        let mut pause = LOOK_AGAIN.0;
        loop {
            // A new id for each attempt: it is the mark by which an attempt knows its own work.
            let new = StoreMetadata::new(new_id()?, name.clone(), Timestamp::now());
            match self.try_to_create(&store, &new).await? {
                Attempt::Created => {
                    // Records that a ghost of this name left are its own now.
                    let info = self.info(&store).await;
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
            if started.elapsed() > patience {
                return Err(half_made(&store));
            }
        }
    }

    async fn open_by_id(&self, id: &str) -> Result<Opened> {
        let unknown =
            || Error::new(ErrorKind::NotFound, format!("there is no store with the id {id}"));
        let name =
            self.link.run(command("HGET", [Value::from(ID_TO_NAME), Value::from(id)])).await?;
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
        if self.store_document(store).await?.is_none() {
            return Ok(None);
        }
        self.touch(store).await;
        Ok(Some(Opened { info: self.info(store).await?, created: false }))
    }

    async fn try_to_create(&self, store: &StoreName, new: &StoreMetadata) -> Result<Attempt> {
        let keys = vec![
            layout::key(store, Part::Metadata),
            layout::key(store, Part::CreatedSignal),
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

    /// Crawlee's own two steps: claim the name, then make the store in one transaction.
    async fn create_without_script(
        &self,
        store: &StoreName,
        new: &StoreMetadata,
    ) -> Result<Attempt> {
        let claim =
            command("HSETNX", [Value::from(NAME_TO_ID), store_arg(store), Value::from(&new.id)]);
        let replies = self.transaction(vec![claim]).await?;
        if replies.first().is_none_or(|reply| reply.as_u64() != Some(1)) {
            return Ok(Attempt::Wait);
        }
        self.transaction(vec![
            command("HSETNX", [Value::from(ID_TO_NAME), Value::from(&new.id), store_arg(store)]),
            command(
                "JSON.SET",
                [layout::key(store, Part::Metadata), Value::from("$"), Value::from(new.to_json())],
            ),
            command("LPUSH", [layout::key(store, Part::CreatedSignal), Value::from("1")]),
        ])
        .await?;
        Ok(Attempt::Created)
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

fn half_made(store: &StoreName) -> Error {
    Error::new(
        ErrorKind::Damaged,
        format!(
            "the store {} is half made: an index names it, but it has no metadata",
            store.escaped()
        ),
    )
    .hint("if no crawl is just creating it, drop it and create it again")
}

/// A name that Crawlee takes: letters and digits, and `-` inside.
fn check_name(name: &str) -> Result<&str> {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if letters && !name.is_empty() && !name.starts_with('-') && !name.ends_with('-') {
        return Ok(name);
    }
    let problem = match name {
        "" => "a store's name cannot be empty".to_owned(),
        _ => format!("{name:?} cannot be a store's name"),
    };
    Err(Error::new(ErrorKind::Usage, problem)
        .hint("use the letters a to z, digits, and hyphens inside, or open it as an alias"))
}

/// An alias that Crawlee takes: anything that could be one directory's name.
fn check_alias(alias: &str) -> Result<&str> {
    if !alias.is_empty() && !alias.contains(['/', '\\', '\0']) && alias != "." && alias != ".." {
        return Ok(alias);
    }
    let problem = match alias {
        "" => "a store's alias cannot be empty".to_owned(),
        _ => format!("{alias:?} cannot be a store's alias"),
    };
    Err(Error::new(ErrorKind::Usage, problem).hint(
        "leave out slashes, backslashes and null characters; . and .. are not allowed either",
    ))
}

/// A new id from the system's secure source, as Crawlee makes them.
fn new_id() -> Result<String> {
    let mut id = String::with_capacity(ID_LENGTH);
    let mut random = [0; 32];
    while id.len() < ID_LENGTH {
        getrandom::fill(&mut random)
            .map_err(|error| Error::new(ErrorKind::Io, format!("no random numbers: {error}")))?;
        // Only 4 × 62 of the 256 values, so that each letter is as likely as any other.
        let letters = random.iter().filter(|byte| **byte < 248);
        let letters = letters.map(|byte| char::from(ID_LETTERS[usize::from(byte % 62)]));
        id.extend(letters.take(ID_LENGTH - id.len()));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_crawlee_takes_them() {
        for name in ["a", "A1", "my-value-1", "a--b", "0"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "-", "-a", "a-", "a b", "a_b", "ä", "a\n", "a/b", "__default__"] {
            assert_eq!(check_name(name).unwrap_err().kind, ErrorKind::Usage, "{name}");
        }
    }

    #[test]
    fn aliases_are_taken_as_crawlee_takes_them() {
        for alias in ["a", "__default__", "a b", "a:*?[x]", "ä😀", "...", "a\n"] {
            assert!(check_alias(alias).is_ok(), "{alias}");
        }
        for alias in ["", "a/b", "a\\b", "a\0b", ".", ".."] {
            assert_eq!(check_alias(alias).unwrap_err().kind, ErrorKind::Usage, "{alias}");
        }
    }

    #[test]
    fn ids_are_17_letters_and_digits() {
        let id = new_id().unwrap();
        assert_eq!(id.len(), ID_LENGTH);
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        assert_ne!(id, new_id().unwrap());
    }
}
