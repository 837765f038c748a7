//! Changes of records under a condition.
//!
//! A batch is one script. Where scripts are forbidden, it is a transaction that watches the store's Redis
//! keys while the records are compared. During a crawl these change all the time: after some tries the
//! transaction watches nothing, which is reported.

use bytes::Bytes;
use fred::types::Value;
use futures::FutureExt as _;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::connection::Command;
use super::doubt::{Before, Doubt, batch_time};
use super::keys::{CHANGE_SECONDS, DELETE_BATCH, Part, UNSCRIPTED_BATCH, json, part_keys};
use super::read::{bytes_of, hash_command};
use super::scripts::script;
use super::unscripted::{touches, with_value};
use super::{RedisStorage, reply};
use crate::model::{
    Change, Commit, Committed, Comparison, Content, ContentType, Done, Error, ErrorKind, Expect,
    Key, RecordMeta, RecordState, Result, SetValue, StoreName, Timestamp, Version, Write, WriteId,
    Written,
};
use crate::storage::metadata::write_record;

const COMMIT: &str = script!("refused", "expected", "clock", "commit");

/// Number of tries of a transaction whose watched keys change.
pub(super) const TRIES: usize = 5;

/// Number of records that are compared without waiting for the answers.
const AT_ONCE: usize = 64;

/// Approximate number of bytes that one script digests: a server takes some milliseconds for them.
const DIGESTED: u64 = 1 << 20;

/// A commit that is ready to be sent.
struct Prepared<'a> {
    commit: &'a Commit,
    /// The metadata of a record that is set, and its stored form.
    put: Option<(RecordMeta, String)>,
}

/// The answer to one commit, and the way of its comparison.
type Answer = (Result<Done>, Comparison);

impl RedisStorage {
    /// Makes the changes in order. After a failure that concerns more than one record, no more is sent.
    pub(super) async fn commit(
        &self,
        store: &StoreName,
        commits: &[Commit],
    ) -> Result<Vec<Committed>> {
        self.may_write(&Commit::doing(commits)).await?;
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
        while let Some(batch) = next_batch(rest) {
            number += 1;
            // Of a batch that takes long, a part is made; the others come with the next one.
            let answers = match &failed {
                None => self.commit_batch(store, batch, batch_time(start, number)).await,
                Some(error) => Err(not_sent(error)),
            };
            let answers = match answers {
                Ok(answers) => answers,
                Err(error) => {
                    let answers =
                        batch.iter().map(|_| (Err(error.clone()), Comparison::OneStep)).collect();
                    failed.get_or_insert(error);
                    answers
                }
            };
            let done = answers.len().clamp(1, batch.len());
            committed.extend(batch.iter().zip(answers).map(|(commit, (result, comparison))| {
                Committed { id: commit.id, result, comparison, replicas: None }
            }));
            rest = &rest[done..];
        }
        committed
    }

    /// Sends one batch, all of one kind; returns the answers for as many as were changed.
    async fn commit_batch(
        &self,
        store: &StoreName,
        batch: &[Commit],
        at: Timestamp,
    ) -> Result<Vec<Answer>> {
        let mut ready = Vec::with_capacity(batch.len());
        for commit in batch {
            let prepared = match &commit.change {
                Change::Put(value, _) => {
                    let fits = self.check_size(value.len() as u64).await;
                    fits.and_then(|()| Prepared::of(commit))
                }
                Change::Remove => Prepared::of(commit),
            };
            match prepared {
                Ok(prepared) => ready.push(prepared),
                // A set record is a batch of its own.
                Err(error) if matches!(error.kind, ErrorKind::Usage | ErrorKind::NotSupported) => {
                    return Ok(vec![(Err(error), Comparison::OneStep)]);
                }
                Err(error) => return Err(error),
            }
        }
        let [first, ..] = batch else { return Ok(Vec::new()) };
        let mut write = first.as_write(store);
        if let Write::Delete { keys, .. } = &mut write {
            *keys = batch.iter().map(|commit| commit.key.clone()).collect();
        }
        let is_seen = |commit: &Commit| matches!(commit.expect, Expect::Is(_));
        let before = match first.change {
            Change::Put(..) => self.look_before(&write).await,
            // Each was there when its version was read.
            Change::Remove if batch.iter().all(is_seen) => Before::Records(vec![true; batch.len()]),
            Change::Remove => Before::Unknown,
        };
        let point = self.connections.losses();
        let answers = self.send(store, &ready, at).await;
        if let Err(error) = &answers {
            let is_conditional = batch.iter().any(is_seen);
            let doubt = Doubt { at: Some(at), is_conditional, ..Doubt::of(write, before) };
            self.remember_if_lost(error, point, doubt);
        }
        answers
    }

    /// Sets a record, whatever is there before.
    pub(super) async fn set(&self, set: &SetValue, at: Timestamp) -> Result<Written> {
        let commit = Commit {
            id: WriteId::default(),
            key: set.key.clone(),
            expect: set.expected.clone(),
            change: Change::Put(set.value.clone(), set.content_type.clone()),
        };
        let mut answers = self.send(&set.store, &[Prepared::of(&commit)?], at).await?;
        match answers.pop() {
            Some((Ok(Done::Put(meta)), _)) => {
                Ok(Written { records: 1, meta: Some(meta), ..Written::default() })
            }
            Some((Err(error), _)) => Err(error),
            _ => Err(for_others()),
        }
    }

    async fn send(
        &self,
        store: &StoreName,
        ready: &[Prepared<'_>],
        at: Timestamp,
    ) -> Result<Vec<Answer>> {
        let is_put = ready.iter().any(|prepared| prepared.put.is_some());
        let kind = Value::from(if is_put { "put" } else { "remove" });
        let mut args = vec![json(at), kind, Value::from(CHANGE_SECONDS)];
        args.extend(ready.iter().flat_map(arguments));
        let keys = part_keys(store, &[Part::Items, Part::MetadataItems, Part::Metadata]);
        let Some(answers) = self.script(COMMIT, keys, args).await? else {
            let some = &ready[..ready.len().min(UNSCRIPTED_BATCH)];
            return self.commit_without_script(store, some, at).await;
        };
        let answers = reply::array(answers)?;
        if answers.is_empty() || answers.len() > ready.len() {
            return Err(for_others());
        }
        let mut told = Vec::with_capacity(answers.len());
        for (prepared, answer) in ready.iter().zip(answers) {
            let answer = reply::bytes(answer)?.unwrap_or_default();
            told.push((self.done(store, prepared, &answer).await, Comparison::OneStep));
        }
        Ok(told)
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
        sent: &[Prepared<'_>],
        at: Timestamp,
    ) -> Result<Vec<Answer>> {
        let compares = sent.iter().any(|one| one.commit.expect != Expect::Anything);
        for attempt in 0..=TRIES {
            // There may be nothing to compare, or every try was disturbed.
            let keys = if compares && attempt < TRIES {
                part_keys(store, &[Part::Items, Part::MetadataItems])
            } else {
                Vec::new()
            };
            let transaction = self.connections.watch_keys(keys).await?;
            let is_one_step = !compares || transaction.is_watching();
            let comparison = if is_one_step { Comparison::OneStep } else { Comparison::Unwatched };
            let has_store = self.has_document(store).await?;
            // Boxed, since a task may hold them.
            let looks = sent.iter().map(|one| self.find(store, one).boxed());
            let looks: Vec<_> = looks.collect();
            let found: Vec<Found> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
            let is_made = |(one, found): &(&Prepared<'_>, &Found)| {
                *found == &Found::Fits && (has_store || one.put.is_none())
            };
            let made = sent.iter().zip(&found).filter(is_made);
            let mut commands: Vec<_> = made.flat_map(|(one, _)| halves(store, one)).collect();
            let count = commands.len();
            let replies = if count > 0 {
                commands.extend(touches(store, at));
                let Some(replies) = transaction.commit(commands).await? else { continue };
                replies.into_iter().take(count).collect::<Result<Vec<_>>>()?
            } else {
                transaction.release().await;
                Vec::new()
            };
            let mut replies = replies.chunks(2);
            let mut answers = Vec::with_capacity(sent.len());
            for (one, found) in sent.iter().zip(&found) {
                let answer: &[u8] = match (&one.put, found) {
                    (Some(_), _) if !has_store => b"missing",
                    (None, Found::Nothing) => b"nothing",
                    (_, Found::Other | Found::Nothing) => b"conflict",
                    (put, Found::Fits) => {
                        let halves = replies.next().unwrap_or_default();
                        let gone = halves.iter().any(|gone| !matches!(gone, Value::Integer(0)));
                        match put {
                            Some(_) => b"put",
                            None if gone => b"removed",
                            None => b"nothing",
                        }
                    }
                };
                answers.push((self.done(store, one, answer).await, comparison));
            }
            return Ok(answers);
        }
        // Nothing is watched in the last try.
        Ok(sent.iter().map(|one| (Err(one.commit.conflict()), Comparison::OneStep)).collect())
    }

    /// Checks the condition on a record; where anything may be there, it is not read.
    async fn find(&self, store: &StoreName, sent: &Prepared<'_>) -> Result<Found> {
        let Commit { key, expect, change, .. } = sent.commit;
        if *expect == Expect::Anything {
            return Ok(Found::Fits);
        }
        let now = self.read(store, key, expect.want()).await?;
        Ok(match now {
            None if *change == Change::Remove => Found::Nothing,
            now if expect.is_met(now.as_ref()) => Found::Fits,
            _ => Found::Other,
        })
    }
}

/// A record as it was found before a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// It meets the condition.
    Fits,
    /// It does not exist, and was to be removed.
    Nothing,
    /// It does not meet the condition.
    Other,
}

impl<'a> Prepared<'a> {
    fn of(commit: &'a Commit) -> Result<Self> {
        let Change::Put(value, content_type) = &commit.change else {
            return Ok(Self { commit, put: None });
        };
        // Crawlee infers a missing type from the value, which is bytes here.
        let content_type = match content_type.as_str() {
            "" => ContentType::BINARY,
            _ => content_type.clone(),
        };
        let text = write_record(&commit.key, &content_type, value.len())?;
        let (key, size) = (commit.key.clone(), value.len() as u64);
        let meta = RecordMeta { key, content_type, size, state: RecordState::Whole };
        Ok(Self { commit, put: Some((meta, text)) })
    }
}

/// The next batch: several removals, or a single set, since its value may be large.
fn next_batch(rest: &[Commit]) -> Option<&[Commit]> {
    let mut digested = 0;
    let removals = rest.iter().take(DELETE_BATCH).take_while(|next| {
        if let Expect::Is(Version { content: Content::Digest(size, _), .. }) = &next.expect {
            digested += size;
        }
        next.change == Change::Remove && digested <= DIGESTED
    });
    rest.get(..removals.count().max(1))
}

/// An error that says that a reply does not fit the request.
fn for_others() -> Error {
    Error::new(ErrorKind::Server, "the server answered for other records")
}

/// Arguments of the scripts for a record that is compared.
pub(super) fn expectation(key: &Key, expect: &Expect) -> [Value; 5] {
    let empty = || Value::Bytes(Bytes::new());
    let (mode, content, size, content_type) = match expect {
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
    let (size, content_type) = (Value::from(size.to_string()), Value::from(content_type));
    [bytes_of(key), Value::from(mode), content, size, content_type]
}

/// Arguments of the script for one record.
fn arguments(prepared: &Prepared<'_>) -> [Value; 7] {
    let commit = prepared.commit;
    let empty = || Value::Bytes(Bytes::new());
    let value = match &commit.change {
        Change::Put(value, _) => Value::Bytes(value.clone()),
        Change::Remove => empty(),
    };
    let metadata = prepared.put.as_ref().map_or_else(empty, |(_, text)| Value::from(text.as_str()));
    let [key, mode, content, size, content_type] = expectation(&commit.key, &commit.expect);
    [key, mode, content, size, content_type, value, metadata]
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

/// The error of changes that were not sent, since one before them failed.
fn not_sent(error: &Error) -> Error {
    match error.kind {
        ErrorKind::InDoubt => {
            Error::new(ErrorKind::Connection, "not done: an earlier change was not answered")
        }
        _ => error.clone(),
    }
}
