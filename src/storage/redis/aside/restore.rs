//! Restores an aside: in one step, or, where a store has records again, in small steps, none of which blocks
//! the server for long.

use std::time::{Duration, Instant};

use fred::types::Value;

use super::super::keys::{Part, json, part_keys, store_arg};
use super::super::scripts::script;
use super::super::step::{held, leave_half, next_count};
use super::super::{RedisStorage, command, reply};
use super::{AsideKeys, expires, life, nothing_aside};
use crate::model::{AsideId, Error, ErrorKind, Progress, Restored, Result, Timestamp};
use crate::storage::aside::oldest;

const RESTORE: &str = script!("refused", "changes", "clock", "restore");
const RESTORE_STEP: &str = script!("refused", "clock", "restore_step");

/// Number of records in the first step.
const FIRST_COUNT: u32 = 50;
/// Smallest and largest number of records in a step.
const COUNTS: (u32, u32) = (40, 200);
/// Divisor of a step's time budget: a step that takes at most this part of it is followed by a larger one.
const SPARE: u32 = 2;
/// Approximate number of bytes that one step moves.
const STEP_BYTES: u64 = 128 << 10;
/// Processor time after which one step lists no more records, in seconds. While it waits for the processor,
/// as it does on a busy machine, the server is blocked longer.
const STEP_SECONDS: &str = "0.001";

/// Limit on the new records up to which everything is put back in one step, which then puts the new ones over
/// the old: the script takes about 1 ms.
const FEW: u64 = 40;
/// Limit on the bytes of those records, with the older ones of their keys.
const FEW_BYTES: u64 = 256 << 10;
/// Processor time after which the server stops a look at them before that step, in seconds. Among 5 million
/// records that are no longer in the processor's caches, each costs it some 0.1 ms. The ones that it has
/// looked at are in the caches then, so that it comes further the next time.
const LOOK_SECONDS: f64 = 0.001;
/// Number of looks. The last one takes all the time it needs, since otherwise all records would be put back
/// one by one.
const LOOKS: u32 = 8;

/// Result of trying to put everything back in one step.
enum Outcome {
    Back(Restored),
    /// Not possible at once, with the script's number of the reason.
    Not(i64),
}

impl From<i64> for Outcome {
    fn from(answer: i64) -> Self {
        u64::try_from(answer).map_or(Self::Not(answer), |records| {
            Self::Back(Restored { records, ..Restored::default() })
        })
    }
}

/// Start of the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The start of this step, which had to stop within its page.
    Again,
    /// A cursor; 0 at the end.
    At(u64),
    /// Nowhere: no record is left.
    Gone,
}

/// Result of a step.
pub(super) struct Step {
    pub(super) next: Next,
    /// Number of records that were put back.
    pub(super) moved: u64,
    /// Time that it took by the server's clock, where that is known.
    pub(super) took: Option<Duration>,
}

impl RedisStorage {
    /// Restores an aside.
    pub(in super::super) async fn restore(
        &self,
        id: &AsideId,
        progress: &Progress,
    ) -> Result<Restored> {
        self.may_write("restoring").await?;
        let keys = self.find_aside(id).await?;
        let (waits, waiting) = self.waiting_for_replicas();
        let restored = waits.restore_now(id, keys, progress).await?;
        Ok(Restored { replicas: waiting.and_then(|waiting| waiting.told()), ..restored })
    }

    async fn restore_now(
        &self,
        id: &AsideId,
        mut keys: AsideKeys,
        progress: &Progress,
    ) -> Result<Restored> {
        let mut outcome = self.restore_at_once(&keys).await;
        if let Err(error) = &outcome
            && keys.within_store(error)
        {
            outcome = self.restore_at_once(&keys).await;
        }
        match outcome? {
            Outcome::Back(restored) => Ok(restored),
            Outcome::Not(-4) => Err(Error::new(
                ErrorKind::Damaged,
                format!("the server evicted the store {}", keys.store.escaped()),
            )
            .hint("create the store, then restore its records")),
            Outcome::Not(-3) => self.restore_in_steps(&keys, progress).await,
            Outcome::Not(-2) => Err(Error::new(
                ErrorKind::Conflict,
                format!("the store {} is just being made anew", keys.store.escaped()),
            )
            .hint("restore once it is made, or drop it")),
            Outcome::Not(_) => Err(nothing_aside(id)),
        }
    }

    /// Puts everything back in one step, or returns a number for why not. Before that, the server looks at
    /// the present records in short steps.
    async fn restore_at_once(&self, keys: &AsideKeys) -> Result<Outcome> {
        for _ in 1..LOOKS {
            let started = Instant::now();
            match self.restore_as(keys, LOOK_SECONDS).await? {
                Outcome::Not(-5) => leave_half(started.elapsed()).await,
                outcome => return Ok(outcome),
            }
        }
        self.restore_as(keys, f64::from(u32::MAX)).await
    }

    /// Tries the one step; the server looks at the present records for at most this number of seconds.
    async fn restore_as(&self, keys: &AsideKeys, seconds: f64) -> Result<Outcome> {
        let at = Timestamp::now();
        let mut all = keys.with_store();
        all.extend(keys.indexes());
        let mut args = vec![keys.id(), store_arg(&keys.store), Value::from(at.to_string())];
        args.extend([life(), expires(at), Value::from(oldest(at).to_string())]);
        args.extend([FEW, FEW_BYTES].map(|number| Value::from(number.to_string())));
        args.push(Value::from(seconds.to_string()));
        match self.script(RESTORE, all, args).await? {
            Some(Value::Array(numbers)) => {
                let mut numbers = numbers.into_iter().map(Ok);
                let records = reply::integer(&reply::next(&mut numbers)?)?;
                let left = reply::integer(&reply::next(&mut numbers)?)?;
                Ok(Outcome::Back(Restored { records, left, replicas: None }))
            }
            Some(Value::Integer(outcome)) => Ok(outcome.into()),
            Some(reply) => Err(unexpected(&reply)),
            None => Ok(self.restore_without_script(keys, at).await?.into()),
        }
    }

    /// Puts back the records whose keys the store does not have; the others stay set aside.
    async fn restore_in_steps(&self, keys: &AsideKeys, progress: &Progress) -> Result<Restored> {
        progress.begin(self.kept_records(keys).await?);
        let round_trip = self.connections.ping().await.unwrap_or_default();
        let (mut moved, mut count) = (0, FIRST_COUNT);
        // First records by their metadata, then values without metadata.
        for part in [Part::MetadataItems, Part::Items] {
            let mut cursor = 0;
            loop {
                if progress.stops() {
                    let left = self.kept_records(keys).await?;
                    return Ok(Restored { records: moved, left, replicas: None });
                }
                let started = Instant::now();
                let step = self.restore_step(keys, part, cursor, count).await;
                let step = step.map_err(|error| in_part(moved, error))?;
                // By the clock here, a busy machine or network would be taken for a busy server.
                let took = step.took.unwrap_or_else(|| held(started, round_trip));
                moved += step.moved;
                progress.step(step.moved);
                match step.next {
                    Next::Gone => {
                        return Ok(Restored { records: moved, ..Restored::default() });
                    }
                    Next::At(0) => break,
                    Next::At(next) => cursor = next,
                    Next::Again => {}
                }
                count = match step.took {
                    // It has ended in time by itself.
                    Some(_) => COUNTS.1,
                    None => next_count(count, took, SPARE, COUNTS),
                };
                let idle = started.elapsed().saturating_sub(took);
                leave_half(took.saturating_sub(idle)).await;
            }
        }
        let left = self.kept_records(keys).await?;
        Ok(Restored { records: moved, left, replicas: None })
    }

    /// Number of records that are set aside.
    pub(super) async fn kept_records(&self, keys: &AsideKeys) -> Result<u64> {
        let lengths = [&keys.items, &keys.metadata_items];
        let lengths = lengths.map(|key| command("HLEN", [key.clone()]));
        let mut replies = self.connections.pipeline(lengths.into()).await?.into_iter();
        let values = reply::integer(&reply::next(&mut replies)?)?;
        Ok(values.max(reply::integer(&reply::next(&mut replies)?)?))
    }

    async fn restore_step(
        &self,
        keys: &AsideKeys,
        part: Part,
        cursor: u64,
        count: u32,
    ) -> Result<Step> {
        let at = Timestamp::now();
        let parts = [Part::Items, Part::MetadataItems, Part::Metadata];
        let mut all = part_keys(&keys.store, &parts);
        all.extend(keys.own());
        all.extend(keys.lists());
        let by = if part == Part::Items { "values" } else { "metadata" };
        let mut args = vec![keys.id(), store_arg(&keys.store), json(at), Value::from(by)];
        let numbers = [cursor, u64::from(count), STEP_BYTES];
        args.extend(numbers.map(|number| Value::from(number.to_string())));
        args.push(Value::from(STEP_SECONDS));
        let Some(answer) = self.script(RESTORE_STEP, all, args).await? else {
            return self.restore_step_without_script(keys, part, cursor, count, at).await;
        };
        let mut answer = reply::array(answer)?.into_iter().map(Ok);
        let cursor = reply::bytes(reply::next(&mut answer)?)?.unwrap_or_default();
        let moved = reply::integer(&reply::next(&mut answer)?)?;
        let next = match &cursor[..] {
            b"gone" => Next::Gone,
            b"again" => Next::Again,
            cursor => {
                let cursor = std::str::from_utf8(cursor).ok().and_then(|text| text.parse().ok());
                Next::At(cursor.ok_or_else(|| {
                    Error::new(ErrorKind::Server, "the server answered a scan without a cursor")
                })?)
            }
        };
        let micros = reply::integer(&reply::next(&mut answer)?)?;
        let took = (micros > 0).then(|| Duration::from_micros(micros));
        Ok(Step { next, moved, took })
    }
}

/// Adds to the error of an incomplete restore how far it came.
fn in_part(moved: u64, error: Error) -> Error {
    if moved == 0 {
        return error;
    }
    let problem = format!("{moved} records restored, the rest stays aside: {}", error.problem);
    Error { problem, ..error }
}

fn unexpected(reply: &Value) -> Error {
    let problem = format!("the server answered {:?}, not a number", reply.kind());
    Error::new(ErrorKind::Server, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_that_breaks_off_says_how_far_it_came() {
        let broken = || Error::new(ErrorKind::Connection, "the connection broke");
        assert_eq!(in_part(0, broken()), broken());
        let told = in_part(7, broken()).problem;
        let said = "7 records restored, the rest stays aside: the connection broke";
        assert_eq!(told, said);
    }

    #[test]
    fn steps_are_kept_under_their_time() {
        assert_eq!(next_count(100, Duration::from_millis(3), SPARE, COUNTS), 50);
        assert_eq!(next_count(50, Duration::from_micros(700), SPARE, COUNTS), 50);
        assert_eq!(next_count(50, Duration::from_micros(100), SPARE, COUNTS), 100);
        assert_eq!(next_count(250, Duration::ZERO, SPARE, COUNTS), COUNTS.1);
        assert_eq!(next_count(50, Duration::from_secs(1), SPARE, COUNTS), COUNTS.0);
    }
}
