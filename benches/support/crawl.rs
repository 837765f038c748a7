//! A crawl for benchmarks: a store filled at once, and a writer that continues at its own pace.
#![allow(dead_code, reason = "every benchmark uses its own part of this file")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::fill::{self, TIME};
use crate::server::{Client, Reply, Server};

/// Number of records that are sent before their replies are read.
const BATCH: u64 = 20_000;

/// Key of a record: 26 bytes, in an order that a hash would not keep.
pub(crate) fn key(number: u64) -> String {
    format!("page-{number:010}-{:010}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 10_000_000_000)
}

/// Makes a store with this number of records of [`key`].
pub(crate) fn fill(server: &Server, store: &str, records: u64) {
    let mut client = server.client();
    fill::stores(&mut client, [store]);
    let json = String::from("application/json; charset=utf-8");
    for start in (0..records).step_by(usize::try_from(BATCH).expect("small")) {
        let numbers = start..(start + BATCH).min(records);
        let records = numbers.map(|number| (key(number), json.clone(), value(number)));
        fill::records(&mut client, store, records);
    }
}

fn value(number: u64) -> Vec<u8> {
    format!(r#"{{"n":{number}}}"#).into_bytes()
}

/// The operations of a writer: it sets new records, sets old ones again, or deletes some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Only new records, as in a crawl.
    Adds,
    /// Only old records again.
    Changes,
    /// Of ten writes, four set new records, two change some and four delete the oldest: the store keeps its
    /// size.
    TurnsOver,
}

/// A crawl that writes until it is stopped.
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    written: Arc<AtomicU64>,
    thread: JoinHandle<Vec<Duration>>,
}

impl Writer {
    /// Writes this number of records a second into a store of `records`, each as Crawlee does: one
    /// transaction of value, metadata and time, which is waited for.
    pub(crate) fn start(
        server: &Server,
        store: &str,
        records: u64,
        rate: u32,
        habit: Habit,
    ) -> Self {
        let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut client = server.client();
        let store = store.to_owned();
        let (stopped, count) = (Arc::clone(&stop), Arc::clone(&written));
        let thread = thread::spawn(move || {
            let (mut took, begun) = (Vec::new(), Instant::now());
            let (mut oldest, mut next) = (0, records);
            let pause = Duration::from_secs(1) / rate;
            for turn in 0.. {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let due = begun + pause * turn;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let mixed = u64::from(turn).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8;
                let any = oldest + mixed % (next - oldest);
                let start = Instant::now();
                match (habit, turn % 10) {
                    (Habit::TurnsOver, 0 | 3 | 5 | 8) => {
                        delete(&mut client, &store, oldest);
                        oldest += 1;
                    }
                    (Habit::TurnsOver, 1 | 6) | (Habit::Changes, _) => {
                        set(&mut client, &store, any, turn);
                    }
                    _ => {
                        set(&mut client, &store, next, 0);
                        next += 1;
                    }
                }
                // A long run is used to measure the memory, so no times are kept.
                if habit != Habit::TurnsOver {
                    took.push(start.elapsed());
                }
                count.fetch_add(1, Ordering::Relaxed);
            }
            took
        });
        Self { stop, written, thread }
    }

    /// Number of writes so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Stops it; returns the time of each write, except for [`Habit::TurnsOver`].
    pub(crate) fn stop(self) -> Vec<Duration> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the writer ends")
    }
}

/// Writes one record as in a crawl; returns the size of its value.
pub(crate) fn write(server: &Server, store: &str, number: u64, turn: u32) -> usize {
    set(&mut server.client(), store, number, turn)
}

/// Writes one record with a key of another form than [`key`].
pub(crate) fn write_key(server: &Server, store: &str, key: &str) {
    set_key(&mut server.client(), store, key, b"{}");
}

fn set(client: &mut Client, store: &str, number: u64, turn: u32) -> usize {
    // A changed record has another size.
    let value = [value(number), vec![b' '; turn as usize % 100]].concat();
    set_key(client, store, &key(number), &value);
    value.len()
}

fn set_key(client: &mut Client, store: &str, key: &str, value: &[u8]) {
    let metadata = format!(
        r#"{{"key":"{key}","content_type":"application/json; charset=utf-8","size":{}}}"#,
        value.len()
    );
    let name = |part: &str| format!("key_value_stores:{store}:{part}").into_bytes();
    transact(
        client,
        store,
        &[
            &[b"HSET", &name("items"), key.as_bytes(), value],
            &[b"HSET", &name("metadata_items"), key.as_bytes(), metadata.as_bytes()],
        ],
    );
}

fn delete(client: &mut Client, store: &str, number: u64) {
    let key = key(number);
    let name = |part: &str| format!("key_value_stores:{store}:{part}").into_bytes();
    transact(
        client,
        store,
        &[
            &[b"HDEL", &name("items"), key.as_bytes()],
            &[b"HDEL", &name("metadata_items"), key.as_bytes()],
        ],
    );
}

/// Runs the commands, and sets the store's new time, in one step.
fn transact(client: &mut Client, store: &str, commands: &[&[&[u8]]]) {
    let metadata = format!("key_value_stores:{store}:metadata").into_bytes();
    let micros = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let micros = micros.expect("after 1970").as_micros() % 1_000_000;
    let time = format!("\"{}.{micros:06}+00:00\"", TIME.split('.').next().expect("a time"));
    client.send(&[b"MULTI"]);
    for command in commands {
        client.send(command);
    }
    client.send(&[b"JSON.SET", &metadata, b"$.modified_at", time.as_bytes()]);
    client.send(&[b"JSON.SET", &metadata, b"$.accessed_at", time.as_bytes()]);
    client.send(&[b"EXEC"]);
    for _ in 0..commands.len() + 4 {
        let reply = client.read();
        assert!(!matches!(reply, Reply::Error(_)), "{reply:?}");
    }
}

/// Whether the browser shows all of a store with at least this number of records, by the border below its
/// keys: `1 / 1,000,000`. An incomplete frame does not count.
pub(crate) fn is_listed(text: &str, records: u64) -> bool {
    let mut lines = text.lines().filter(|line| line.contains("╰"));
    lines.any(|line| {
        let after = line.split(" / ").nth(1).unwrap_or_default();
        let digits = after.chars().take_while(|c| c.is_ascii_digit() || *c == ',');
        let number: String = digits.filter(|c| *c != ',').collect();
        number.parse::<u64>().is_ok_and(|number| number >= records)
    })
}

/// The value below which this `share` of the sorted times is, in milliseconds.
pub(crate) fn percentile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    #[allow(clippy::cast_sign_loss, reason = "a share of a length")]
    let at = (times.len() as f64 * share) as usize;
    times[at.min(times.len() - 1)].as_secs_f64() * 1000.0
}
