//! The pages of one hash, as fast as the server gives them, or more slowly beside a crawl.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use fred::types::Value;
use tokio::task::JoinHandle;

use super::super::keys::{self, Part};
use super::super::{Command, RedisStorage, reply};
use super::bounds::Bounds;
use super::throttle::Throttle;
use super::{hscan, only_keys, parse_page};
use crate::model::{Error, ErrorKind, KeyPage, Result, StoreName};

/// Number of entries that the first page asks for, and every page beside a crawl.
const FIRST_COUNT: u32 = 100;
/// Number of entries of a page beyond which nothing is gained.
const LARGEST_COUNT: u32 = 1000;
/// Time for which one page shall occupy the server.
const PAGE_TIME: Duration = Duration::from_micros(500);
/// Least cost of an entry for the server: the time of an answer tells it only roughly.
const LEAST: Duration = Duration::from_micros(1);
/// Part of the estimate of an entry's cost that stays with each page.
const KEPT: f64 = 0.9;
/// Share of the hash below which another lane is not worth it.
const LARGE_SHARE: f32 = 0.05;
/// Number of lanes that keep a near server busy, and of those for a far one.
const LANES: (usize, usize) = (2, 4);
/// Round-trip time from which a server is far.
const FAR: Duration = Duration::from_millis(2);

/// The pages of one hash.
///
/// The server works in the order of the requests. To keep it busy while a page travels and is parsed, the
/// rest of the hash is soon walked in lanes, each with a page under way; where one ends, the rest of another
/// one is split again. A cursor names a place and nothing else, so a lane may begin anywhere; entries that
/// stay are met by one of the lanes. During a crawl there is one lane, with small pages and pauses: see
/// [`Throttle`].
pub(super) struct Pages<'a> {
    storage: &'a RedisStorage,
    store: StoreName,
    hash: Value,
    no_values: bool,
    size: PageSize,
    throttle: Throttle,
    lanes: Vec<Lane>,
    asked: VecDeque<Asked>,
    /// Time of the last answer.
    answered: Instant,
    bounds: Bounds,
}

/// A part of the hash.
#[derive(Debug, Clone, Copy)]
struct Lane {
    /// Cursor of the next page; `None` at the end.
    cursor: Option<u64>,
    /// Start of the next lane, as a cursor with its bits reversed; `None` for the last lane.
    before: Option<u64>,
    begins: f32,
    ends: f32,
    /// Progress: between those two.
    at: f32,
}

/// Cursor of the next page, and the fields of this one.
type RawPage = (u64, Vec<Value>);

/// A page under way.
struct Asked {
    lane: usize,
    count: u32,
    since: Instant,
    /// Whether it was sent while connecting, so that its time tells nothing.
    is_early: bool,
    /// Time of its arrival, the cursor of the next page, and its contents.
    reply: JoinHandle<(Instant, Result<RawPage>)>,
}

impl Lane {
    /// A lane from this cursor to the end.
    fn new(cursor: u64) -> Self {
        let begins = if cursor == 0 { 0.0 } else { reply::walked(cursor) };
        Self { cursor: Some(cursor), before: None, begins, ends: 1.0, at: begins }
    }

    /// Share of the hash that is still ahead of it.
    fn left(&self) -> f32 {
        if self.cursor.is_some() { self.ends - self.at } else { 0.0 }
    }

    /// Ends the lane in the middle of its rest; returns a lane for the other half.
    fn part(&mut self) -> Self {
        let cursor = between(self.at, self.ends);
        let rest = Self { before: self.before, ends: self.ends, ..Self::new(cursor) };
        (self.before, self.ends) = (Some(cursor.reverse_bits()), rest.begins);
        rest
    }

    /// Records the cursor of the next page, which the page under way told.
    fn came_to(&mut self, cursor: u64) {
        let at = reply::walked(cursor);
        self.at = at.clamp(self.at, self.ends);
        // The share would not do: it is rounded, and the last keys of an immense hash would be left out.
        let within = self.before.is_none_or(|before| cursor.reverse_bits() < before);
        self.cursor = (cursor != 0 && within).then_some(cursor);
    }
}

impl<'a> Pages<'a> {
    /// The pages of the metadata with the keys, or of only the keys of values.
    pub(super) fn new(storage: &'a RedisStorage, store: &StoreName, part: Part) -> Self {
        Self {
            storage,
            store: store.clone(),
            hash: keys::key(store, part),
            no_values: part == Part::Items,
            size: PageSize::new(),
            throttle: Throttle::new(store),
            lanes: vec![Lane::new(0)],
            asked: VecDeque::new(),
            answered: Instant::now(),
            bounds: Bounds::new(),
        }
    }

    /// Share of the hash that has been walked so far.
    pub(super) fn walked(&self) -> f32 {
        self.lanes.iter().map(|lane| lane.at - lane.begins).sum()
    }

    /// The next page; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<KeyPage>> {
        if self.asked.is_empty() {
            self.throttle.pause().await;
            self.ask();
        }
        let Some(Asked { lane, count, since, is_early, reply }) = self.asked.pop_front() else {
            return Ok(None);
        };
        // The pages that came early may be all.
        if !is_early && self.throttle.is_due() {
            self.throttle.look(self.storage).await;
        }
        let (came, reply) = reply.await.map_err(|_| stopped())?;
        let (cursor, fields) = reply?;
        let entries = if self.no_values { fields.len() } else { fields.len() / 2 };
        if !is_early {
            self.learn(since, came, entries);
        }
        let counted = ("HLEN", Some(&self.hash));
        self.bounds.page(self.storage, count, entries, counted).await?;
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.came_to(cursor);
        }
        self.split();
        if !self.throttle.is_pausing() {
            self.ask();
            // Lets the server work on the next page while this one is parsed.
            tokio::task::yield_now().await;
        }
        if self.no_values {
            return only_keys(fields).map(Some);
        }
        let mut page = parse_page(fields)?;
        self.storage.measure(&self.store, &mut page).await?;
        Ok(Some(page))
    }

    /// Splits the rest into more lanes once nobody else needs the server.
    fn split(&mut self) {
        if !self.throttle.may_hurry() {
            return;
        }
        let wanted = if self.throttle.round_trip() < FAR { LANES.0 } else { LANES.1 };
        while self.lanes.iter().filter(|lane| lane.cursor.is_some()).count() < wanted {
            let longest = self.lanes.iter_mut().max_by(|a, b| a.left().total_cmp(&b.left()));
            let Some(longest) = longest.filter(|lane| lane.left() > LARGE_SHARE) else { return };
            let rest = longest.part();
            self.lanes.push(rest);
        }
    }

    /// Asks for a page of each lane that has none under way; beside a crawl, only of the first lane.
    fn ask(&mut self) {
        for at in 0..self.lanes.len() {
            let busy = self.asked.iter().any(|asked| asked.lane == at);
            let alone = self.asked.is_empty() || self.throttle.may_hurry();
            if busy || !alone {
                continue;
            }
            if let Some(cursor) = self.lanes[at].cursor {
                self.ask_lane(at, cursor);
            }
        }
    }

    fn ask_lane(&mut self, lane: usize, cursor: u64) {
        let count = if self.throttle.may_hurry() { self.size.count } else { FIRST_COUNT };
        let mut scan = hscan(self.hash.clone(), cursor, count);
        if self.no_values {
            scan.args.push(Value::from("NOVALUES"));
        }
        let connections = self.storage.connections.clone();
        let since = Instant::now();
        let early = connections.early(std::slice::from_ref(&scan)).and_then(|mut it| it.pop());
        let is_early = early.is_some();
        // In a task of its own, so that it is sent at once, and its arrival is timed exactly.
        let reply = tokio::spawn(async move {
            let reply = match early {
                Some(reply) => reply,
                None => connections.run_bulk(scan).await,
            };
            (Instant::now(), reply.and_then(reply::page))
        });
        self.asked.push_back(Asked { lane, count, since, is_early, reply });
    }

    /// Adapts the size of pages, so that each occupies the server for about the right time.
    fn learn(&mut self, since: Instant, came: Instant, entries: usize) {
        // Earlier requests had to be answered first.
        let begun = self.answered.max(since + self.throttle.round_trip());
        let took = came.saturating_duration_since(begun);
        self.answered = came;
        self.throttle.served(took.max(LEAST * entries as u32), came);
        self.size.learn(entries, took);
    }
}

/// The first command of a walk of a store's keys.
pub(in super::super) fn first_page(store: &StoreName) -> Command {
    hscan(keys::key(store, Part::MetadataItems), 0, FIRST_COUNT)
}

/// The cursor approximately in the middle between two shares of a hash.
///
/// A cursor's bits count in reverse. Its eight lowest bits are enough for a place in every hash that is worth
/// several lanes.
fn between(from: f32, to: f32) -> u64 {
    #[expect(clippy::cast_sign_loss, reason = "a share")]
    let place = (f32::midpoint(from, to) * 256.0).min(255.0) as u8;
    u64::from(place.reverse_bits())
}

fn stopped() -> Error {
    Error::new(ErrorKind::Io, "the walk was stopped before its end")
}

/// Number of entries with which a page occupies the server for about [`PAGE_TIME`].
///
/// The time of one page tells little: the page may have waited, and so may the reader. The total of the last
/// pages tells the cost of an entry.
struct PageSize {
    count: u32,
    entries: f64,
    seconds: f64,
}

impl PageSize {
    fn new() -> Self {
        Self { count: FIRST_COUNT, entries: 0.0, seconds: 0.0 }
    }

    /// Adapts the number to the time of a page. It doubles at most.
    fn learn(&mut self, entries: usize, took: Duration) {
        self.entries = self.entries * KEPT + entries as f64;
        self.seconds = self.seconds * KEPT + took.as_secs_f64();
        let wanted = PAGE_TIME.as_secs_f64() * self.entries / self.seconds.max(1e-9);
        let most = f64::from(self.count * 2).min(f64::from(LARGEST_COUNT));
        #[expect(clippy::cast_sign_loss, reason = "not below the first")]
        let count = wanted.min(most).max(f64::from(FIRST_COUNT)) as u32;
        self.count = count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_as_large_as_half_a_millisecond_allows() {
        // The cost of an entry, in microseconds, and the resulting number.
        for (cost, count) in [(0.1, LARGEST_COUNT), (1.0, 500), (2.0, 250), (50.0, FIRST_COUNT)] {
            let mut size = PageSize::new();
            for page in 0..40 {
                let entries = size.count;
                // Every second page waits for the one before.
                let waits = if page % 2 == 0 { 1.9 } else { 0.1 };
                size.learn(
                    entries as usize,
                    Duration::from_micros(1).mul_f64(cost * waits * f64::from(entries)),
                );
                assert!(size.count <= entries * 2);
            }
            let close = f64::from(size.count) / f64::from(count);
            assert!((0.8..1.25).contains(&close), "{cost} µs: {}", size.count);
        }
    }

    #[test]
    fn a_lane_ends_where_the_next_one_begins() {
        let mut first = Lane::new(0);
        let mut second = first.part();
        assert_eq!(
            (second.cursor, second.begins, second.at, second.ends),
            (Some(1), 0.5, 0.5, 1.0)
        );
        // A quarter, three eighths, the half.
        for (cursor, at) in [(0b10, 0.25), (0b110, 0.375)] {
            first.came_to(cursor);
            assert_eq!((first.cursor, first.at), (Some(cursor), at));
        }
        first.came_to(0b1);
        assert_eq!((first.cursor, first.at, first.left()), (None, 0.5, 0.0));
        // The rest of the second lane is split again.
        let mut third = second.part();
        assert_eq!((second.before, second.ends), (third.cursor.map(u64::reverse_bits), 0.75));
        assert_eq!((third.before, third.begins, third.ends), (None, 0.75, 1.0));
        third.came_to(0);
        assert_eq!((third.cursor, third.at), (None, 1.0));
    }

    #[test]
    fn lanes_are_parted_within_what_they_have_left() {
        for (from, to) in [(0.1, 1.0), (0.3, 0.36), (0.7, 1.0), (0.94, 1.0)] {
            let at = reply::walked(between(from, to));
            assert!(at > from && at < to, "{from} to {to}: {at}");
        }
    }

    #[test]
    fn the_last_bucket_of_an_immense_hash_is_asked_for() {
        // With 2^26 buckets, the share before the last one is 1 to seven digits.
        let last = ((1_u64 << 26) - 1).reverse_bits() >> 38;
        let mut lane = Lane::new(0);
        lane.came_to(last);
        assert!((lane.at - 1.0).abs() < f32::EPSILON);
        assert_eq!(lane.cursor, Some(last));
        // The last bucket before the half, too.
        let before = ((1_u64 << 25) - 1).reverse_bits() >> 38;
        let mut lane = Lane::new(0);
        lane.part();
        lane.came_to(before);
        assert_eq!(lane.cursor, Some(before));
    }
}
