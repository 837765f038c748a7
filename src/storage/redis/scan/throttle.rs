//! Throttles a scan: full speed on an idle server, 10 % of its time beside other clients.

use std::time::{Duration, Instant};

use bytes::Bytes;
use fred::types::Value;

use super::super::keys::{self, MODIFIED_AT, Part};
use super::super::{RedisStorage, command, reply};
use crate::model::{Result, StoreName};

/// Time between two looks for other clients.
const LOOK: Duration = Duration::from_millis(100);
/// Time before the first look.
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// Time for which other clients are assumed to continue after they were last seen.
const LINGER: Duration = Duration::from_secs(2);
/// Number of commands a second by others from which other clients are at work.
const FEW: f64 = 300.0;
/// Number of larder's own commands that may be missing in its count.
const STRAY: u64 = 10;
/// Fraction of the server's time that a scan takes beside other clients, whose commands then rarely wait for
/// it.
const SHARE: f64 = 0.1;
/// Time for which a burst beside other clients occupies the server.
const BURST: Duration = Duration::from_micros(250);

/// Whether other clients work on the server, and the resulting pauses.
pub(super) struct Throttle {
    /// Redis key of the store's metadata.
    metadata: Value,
    /// The store's time of change, as last seen.
    modified: Option<Bytes>,
    /// Numbers of commands that the server had answered and that larder had sent, and the time of that count.
    commands: Option<(u64, u64, Instant)>,
    /// Time at which others were last seen to work.
    others: Option<Instant>,
    looked: Option<Instant>,
    /// Whether two looks have been compared.
    knows: bool,
    round_trip: Duration,
    /// Time for which the burst under way has occupied the server.
    burst: Duration,
    /// Time from which the next burst may begin.
    next: Option<Instant>,
}

impl Throttle {
    pub(super) fn new(store: &StoreName) -> Self {
        Self {
            metadata: keys::key(store, Part::Metadata),
            modified: None,
            commands: None,
            others: None,
            looked: None,
            knows: false,
            round_trip: Duration::ZERO,
            burst: Duration::ZERO,
            next: None,
        }
    }

    /// Whether it is known that no other client is at work.
    pub(super) fn may_hurry(&self) -> bool {
        self.knows && !self.are_others()
    }

    fn are_others(&self) -> bool {
        self.others.is_some_and(|at| at.elapsed() <= LINGER)
    }

    /// Round-trip time.
    pub(super) fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// Whether it is time to look for other clients.
    pub(super) fn is_due(&self) -> bool {
        let pause = if self.knows { LOOK } else { FIRST_LOOK };
        self.looked.is_none_or(|at| at.elapsed() >= pause.max(self.round_trip * 20))
    }

    /// Looks for other clients. A refusal of the server counts as none.
    pub(super) async fn look(&mut self, storage: &RedisStorage) {
        let first = self.looked.is_none();
        let sent = storage.connections.commands_sent();
        let start = Instant::now();
        let mut asked = vec![command("JSON.GET", [self.metadata.clone(), MODIFIED_AT.into()])];
        if !storage.connections.cluster() {
            asked.push(command("INFO", [Value::from("stats")]));
        }
        let Ok(replies) = storage.connections.pipeline(asked).await else { return };
        let now = Instant::now();
        self.round_trip = if first { now - start } else { self.round_trip.min(now - start) };
        self.looked = Some(now);
        let mut replies = replies.into_iter();
        let mut next = || bytes_of(replies.next());
        let (modified, info) = (next(), next());
        let moved = modified.is_some() && modified != self.modified;
        self.modified = modified;
        let commands = info.as_deref().and_then(processed);
        let rate = match (commands, self.commands) {
            (Some(all), Some((before, ours, at))) => {
                let others = (all.saturating_sub(before)).saturating_sub(sent - ours);
                // Some of larder's own commands are not counted.
                others.saturating_sub(STRAY) as f64 / (now - at).as_secs_f64().max(1e-3)
            }
            _ => 0.0,
        };
        self.commands = commands.map(|all| (all, sent, now));
        if !first {
            self.knows = true;
            self.others = if moved || rate > FEW { Some(now) } else { self.others };
        }
    }

    /// Accounts for the time that a page occupied the server.
    pub(super) fn served(&mut self, took: Duration, now: Instant) {
        self.burst += took;
        if self.burst >= BURST {
            self.next = Some(now + self.burst.mul_f64(1.0 / SHARE - 1.0));
            self.burst = Duration::ZERO;
        }
    }

    /// Whether the next page has to wait. None does until it is known whether there are others, by which time
    /// most stores are walked.
    pub(super) fn is_pausing(&self) -> bool {
        self.are_others() && self.next.is_some_and(|next| next > Instant::now())
    }

    /// Waits until the next page may be requested.
    pub(super) async fn pause(&mut self) {
        if let Some(next) = self.next.take()
            && self.are_others()
        {
            tokio::time::sleep_until(next.into()).await;
        }
    }
}

fn bytes_of(reply: Option<Result<Value>>) -> Option<Bytes> {
    reply::bytes(reply?.ok()?).ok()?
}

/// Number of commands that the server has answered since it started.
fn processed(info: &[u8]) -> Option<u64> {
    let info = std::str::from_utf8(info).ok()?;
    let number = info.lines().find_map(|line| line.strip_prefix("total_commands_processed:"))?;
    number.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_others_a_walk_takes_a_small_share_and_else_all() {
        let mut throttle = Throttle::new(&"a".into());
        assert!(!throttle.may_hurry(), "that nobody else works is not known yet");
        let now = Instant::now();
        throttle.served(BURST, now);
        assert!(!throttle.is_pausing(), "nor that anybody does");
        throttle.knows = true;
        assert!(throttle.may_hurry());
        throttle.others = Some(now);
        assert!(!throttle.may_hurry());
        assert_eq!(throttle.next.map(|next| next - now), Some(BURST.mul_f64(1.0 / SHARE - 1.0)));
    }

    #[test]
    fn the_number_of_commands_is_found() {
        let info = b"# Stats\r\ntotal_connections_received:3\r\ntotal_commands_processed:123\r\n";
        assert_eq!(processed(info), Some(123));
        assert_eq!(processed(b"# Stats\r\n"), None);
    }
}
