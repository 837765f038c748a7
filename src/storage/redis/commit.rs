//! Changing records that are what they are expected to be.
//!
//! A batch is one script. Where scripts are forbidden, each change is a transaction that watches the
//! store's Redis keys while the record is compared. During a crawl these change all the time: after
//! some tries the transaction watches nothing, and that is told.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use fred::types::Value;

use super::connection::Command;
use super::doubt::{Before, Doubt, Progress, batch_time};
use super::keys::{DELETE_BATCH, Part, json, part_keys};
use super::read::{bytes_of, hash_command};
use super::unscripted::{touches, with_value};
use super::{RedisStorage, reply};
use crate::model::{
    Change, Commit, Committed, Content, ContentType, Done, Error, ErrorKind, Expect, RecordMeta,
    RecordState, Result, StoreName, Timestamp,
};
use crate::storage::metadata::write_record;

const COMMIT: &str =
    concat!(include_str!("scripts/refused.lua"), include_str!("scripts/commit.lua"));

/// How often a transaction whose watched keys have changed is tried again.
const TRIES: usize = 5;

/// A commit that is ready to be sent.
struct Prepared<'a> {
    commit: &'a Commit,
    /// What a record that is set will have, and the same as it is stored.
    put: Option<(RecordMeta, String)>,
}

/// What came back for one commit, and whether it was one step.
type Answer = (Result<Done>, bool);

impl RedisStorage {
    /// Makes the changes in their order. After a failure that concerns more than one record nothing
    /// more is sent.
    pub(super) async fn commit(
        &self,
        store: &StoreName,
        commits: &[Commit],
    ) -> Result<Vec<Committed>> {
        self.may_write("changing records").await?;
        let wanted = self.options.wait_replicas;
        if wanted == 0 {
            return Ok(self.commit_batches(store, commits).await);
        }
        let (connections, waiting) = self.connections.waiting(wanted);
        let waits = Self { connections, ..self.clone() };
        let mut committed = waits.commit_batches(store, commits).await;
        for commit in committed.iter_mut().filter(|commit| commit.result.is_ok()) {
            commit.replicas = waiting.told();
        }
        Ok(committed)
    }

    async fn commit_batches(&self, store: &StoreName, commits: &[Commit]) -> Vec<Committed> {
        let start = Timestamp::now();
        let mut committed = Vec::with_capacity(commits.len());
        let (mut rest, mut number, mut failed) = (commits, 0, None);
        while let Some(batch) = next_batch(rest, self.server.no_scripts.load(Ordering::Relaxed)) {
            number += 1;
            let answers = match &failed {
                None => self.commit_batch(store, batch, batch_time(start, number)).await,
                Some(error) => Err(not_sent(error)),
            };
            let answers = match answers {
                Ok(Some(answers)) => answers,
                // Without scripts it goes on one by one.
                Ok(None) => continue,
                Err(error) => {
                    let answers = batch.iter().map(|_| (Err(error.clone()), true)).collect();
                    failed.get_or_insert(error);
                    answers
                }
            };
            committed.extend(batch.iter().zip(answers).map(|(commit, (result, atomic))| {
                Committed { id: commit.id, result, atomic, replicas: None }
            }));
            rest = &rest[batch.len()..];
        }
        committed
    }

    /// One batch: all of one kind. Gives nothing where it must go one by one.
    async fn commit_batch(
        &self,
        store: &StoreName,
        batch: &[Commit],
        at: Timestamp,
    ) -> Result<Option<Vec<Answer>>> {
        let mut ready = Vec::with_capacity(batch.len());
        for commit in batch {
            match self.prepare(commit).await {
                Ok(prepared) => ready.push(prepared),
                // A record is set alone.
                Err(error) if matches!(error.kind, ErrorKind::Usage | ErrorKind::NotSupported) => {
                    return Ok(Some(vec![(Err(error), true)]));
                }
                Err(error) => return Err(error),
            }
        }
        let point = self.connections.losses();
        let answers = self.send(store, &ready, at).await;
        if let Err(error) = &answers
            && error.kind == ErrorKind::InDoubt
        {
            let lost = self.connections.lost_since(point);
            for commit in batch {
                let before = match (&commit.change, &commit.expect) {
                    (Change::Remove, Expect::Is(_)) => Before::Records(vec![true]),
                    _ => Before::Unknown,
                };
                let (write, progress) = (commit.as_write(store), Progress::default());
                let lost = lost.clone();
                self.server.doubts.add(Doubt { write, before, at: Some(at), progress, lost });
            }
        }
        answers
    }

    async fn prepare<'a>(&self, commit: &'a Commit) -> Result<Prepared<'a>> {
        let Change::Put(value, content_type) = &commit.change else {
            return Ok(Prepared { commit, put: None });
        };
        // Crawlee infers a type from the value where none is given; here the value is bytes.
        let content_type = match content_type.as_str() {
            "" => ContentType::BINARY,
            _ => content_type.clone(),
        };
        let text = write_record(&commit.key, &content_type, value.len())?;
        self.check_size(value.len() as u64).await?;
        let (key, size) = (commit.key.clone(), value.len() as u64);
        let meta = RecordMeta { key, content_type, size, state: RecordState::Whole };
        Ok(Prepared { commit, put: Some((meta, text)) })
    }

    async fn send(
        &self,
        store: &StoreName,
        ready: &[Prepared<'_>],
        at: Timestamp,
    ) -> Result<Option<Vec<Answer>>> {
        let is_put = ready.iter().any(|prepared| prepared.put.is_some());
        let mut args = vec![json(at), Value::from(if is_put { "put" } else { "remove" })];
        args.extend(ready.iter().flat_map(arguments));
        let keys = part_keys(store, &[Part::Items, Part::MetadataItems, Part::Metadata]);
        let Some(answers) = self.script(COMMIT, keys, args).await? else {
            return match ready {
                [one] => Ok(Some(vec![self.commit_without_script(store, one, at).await?])),
                _ => Ok(None),
            };
        };
        let answers = reply::array(answers)?;
        if answers.len() != ready.len() {
            return Err(Error::new(ErrorKind::Server, "the server answered for other records"));
        }
        let mut told = Vec::with_capacity(answers.len());
        for (prepared, answer) in ready.iter().zip(answers) {
            let answer = reply::bytes(answer)?.unwrap_or_default();
            told.push((self.done(store, prepared, &answer).await, true));
        }
        Ok(Some(told))
    }

    async fn done(&self, store: &StoreName, sent: &Prepared<'_>, answer: &[u8]) -> Result<Done> {
        match (answer, &sent.put) {
            (b"put", Some((meta, _))) => Ok(Done::Put(meta.clone())),
            (b"removed", _) => Ok(Done::Removed),
            (b"nothing", _) => Ok(Done::NothingThere),
            (b"missing", _) => Err(self.why_missing(store).await),
            _ => Err(sent.commit.conflict()),
        }
    }

    async fn commit_without_script(
        &self,
        store: &StoreName,
        sent: &Prepared<'_>,
        at: Timestamp,
    ) -> Result<Answer> {
        let commit = sent.commit;
        for attempt in 0..=TRIES {
            let keys = match (&commit.expect, attempt) {
                // There is nothing to compare, or nobody lets it be compared undisturbed.
                (Expect::Anything, _) | (_, TRIES) => Vec::new(),
                _ => part_keys(store, &[Part::Items, Part::MetadataItems]),
            };
            let transaction = self.connections.watch_keys(keys).await?;
            let atomic = commit.expect == Expect::Anything || transaction.is_watching();
            let has_store = self.has_document(store).await?;
            let found = self.read(store, &commit.key, commit.expect.want()).await?;
            let answer: &[u8] = match (&sent.put, &found) {
                (Some(_), _) if !has_store => b"missing",
                (None, None) => b"nothing",
                (_, found) if !commit.expect.is_met(found.as_ref()) => b"conflict",
                (Some(_), _) => b"put",
                (None, Some(_)) => b"removed",
            };
            if !matches!(answer, b"put" | b"removed") {
                // An empty transaction ends the watch.
                transaction.commit(Vec::new()).await?;
                return Ok((self.done(store, sent, answer).await, atomic));
            }
            let mut commands = halves(store, sent);
            commands.extend(touches(store, at));
            if let Some(replies) = transaction.commit(commands).await? {
                replies.into_iter().take(2).collect::<Result<Vec<_>>>()?;
                return Ok((self.done(store, sent, answer).await, atomic));
            }
        }
        // Nothing is watched in the last try.
        Err(commit.conflict())
    }
}

/// What is sent next: removals together, a set alone, for its value may be large.
fn next_batch(rest: &[Commit], one_by_one: bool) -> Option<&[Commit]> {
    let removals = rest.iter().take(DELETE_BATCH).take_while(|next| next.change == Change::Remove);
    let length = if one_by_one { 1 } else { removals.count().max(1) };
    rest.get(..length)
}

/// What the script takes for one record.
fn arguments(prepared: &Prepared<'_>) -> [Value; 7] {
    let commit = prepared.commit;
    let empty = || Value::Bytes(Bytes::new());
    let (mode, content, size, content_type) = match &commit.expect {
        Expect::Anything => ("anything", empty(), 0, ""),
        Expect::Absent => ("absent", empty(), 0, ""),
        Expect::Is(version) => {
            let (mode, content, size) = match &version.content {
                Content::Bytes(bytes) => ("bytes", Value::Bytes(bytes.clone()), bytes.len() as u64),
                Content::Digest(size, digest) => ("digest", Value::from(digest.as_str()), *size),
                Content::Size(size) => ("size", empty(), *size),
            };
            (mode, content, size, version.content_type.as_str())
        }
    };
    let value = match &commit.change {
        Change::Put(value, _) => Value::Bytes(value.clone()),
        Change::Remove => empty(),
    };
    let metadata = prepared.put.as_ref().map_or_else(empty, |(_, text)| Value::from(text.as_str()));
    [
        bytes_of(&commit.key),
        Value::from(mode),
        content,
        Value::from(size.to_string()),
        Value::from(content_type),
        value,
        metadata,
    ]
}

/// The commands that change the record's two halves.
fn halves(store: &StoreName, sent: &Prepared<'_>) -> Vec<Command> {
    let key = &sent.commit.key;
    let command = |name, part| hash_command(name, store, part, key);
    match (&sent.commit.change, &sent.put) {
        (Change::Put(value, _), Some((_, text))) => vec![
            with_value(command("HSET", Part::Items), value.clone()),
            with_value(command("HSET", Part::MetadataItems), Bytes::from(text.clone())),
        ],
        _ => vec![command("HDEL", Part::Items), command("HDEL", Part::MetadataItems)],
    }
}

/// What is said of changes that were not sent, for one before them failed.
fn not_sent(error: &Error) -> Error {
    match error.kind {
        ErrorKind::InDoubt => Error::new(
            ErrorKind::Connection,
            "not done: no answer came to a change before this one",
        ),
        _ => error.clone(),
    }
}
