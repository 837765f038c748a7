//! The time for which a server is blocked while a store's records are set aside, restored and discarded:
//! alone, and then, as the browser does it, beside a crawl that writes into the store and loses nothing.
//! Another client pings the server meanwhile, and the server itself tells its slowest command. Where the
//! machine is busy, both wait for the processor, too: as root, the server and the pings go first.
//! `cargo bench --bench aside`;
//! `LARDER_BENCH_RECORDS=5000000` for five million, which take 6 GB.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/beside_crawl.rs"]
mod beside_crawl;
#[path = "support/crawl.rs"]
mod crawl;
#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::ffi::OsStr;
use std::ops::Range;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use larder::model::{Aside, Progress, Restored};
use larder::storage::{self, Options, Storage, Target};
use report::{Report, median, ms};
use server::{Client, Server};

pub(crate) const STORE: &str = "huge";
/// Number of new records that are few enough to be put over the others, and a number that is not.
const FEW: u64 = 36;
const MANY: u64 = 3_000;
/// Number of measurements of each operation of one step.
const TIMES: u64 = 7;
/// Longest time for which the server may be blocked, in milliseconds.
pub(crate) const HELD: f64 = 5.0;
/// Time for which the server is pinged where nothing ends by itself.
const SPAN: Duration = Duration::from_secs(5);
/// Pause between two pings.
const PAUSE: Duration = Duration::from_micros(100);

/// The longest ping since the last question, in microseconds.
#[derive(Clone, Default)]
struct Longest(Arc<AtomicU64>);

fn main() -> ExitCode {
    let records = std::env::var("LARDER_BENCH_RECORDS").map_or(1_000_000, |n| n.parse().unwrap());
    let server = Server::start();
    let goes_first = go_first(OsStr::new(&server.pid().to_string()));
    println!("the server goes before all others: {}", if goes_first { "yes" } else { "no" });
    let (longest, stop) = (Longest::default(), Arc::new(AtomicBool::new(false)));
    let pings = {
        let (mut client, longest, stop) = (server.client(), longest.clone(), Arc::clone(&stop));
        thread::spawn(move || {
            go_first(std::fs::read_link("/proc/thread-self").unwrap().file_name().unwrap());
            while !stop.load(Ordering::Relaxed) {
                let begun = Instant::now();
                client.call(&[b"PING"]);
                let took = u64::try_from(begun.elapsed().as_micros()).unwrap();
                longest.0.fetch_max(took, Ordering::Relaxed);
                thread::sleep(PAUSE);
            }
        })
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut report = Report::default();
    runtime.block_on(measure(&server, records, &longest, &mut report));
    stop.store(true, Ordering::Relaxed);
    pings.join().unwrap();
    report.end()
}

/// Gives a thread the processor before all others, which only root may. Returns whether it did.
fn go_first(id: &OsStr) -> bool {
    let set = Command::new("chrt").args(["--fifo", "--pid", "1"]).arg(id).output();
    set.is_ok_and(|set| set.status.success())
}

async fn measure(server: &Server, records: u64, longest: &Longest, report: &mut Report) {
    let target = Target::parse(&server.url()).unwrap();
    let storage = storage::connect(&target, &Options::default()).await.unwrap();
    let storage: &dyn Storage = &*storage;
    let records_aside = Aside::Records(STORE.into());

    let (client, pid) = (server.client(), server.pid());
    let (last, own, all) = (Duration::ZERO, Duration::ZERO, Vec::new());
    let phases = &mut Phases { client, pid, longest, report, last, own, all };
    phases.client.call(&[b"CONFIG", b"SET", b"slowlog-log-slower-than", b"1000"]);
    phases.client.call(&[b"CONFIG", b"SET", b"slowlog-max-len", b"1000000"]);
    phases.client.call(&[b"CONFIG", b"SET", b"latency-monitor-threshold", b"1"]);
    // The cost for a server of the growth and shrinking of its hashes alone, whoever writes.
    let plainly = |work: fn(&Server, u64)| async move {
        tokio::task::block_in_place(|| work(server, records));
    };
    let fill = plainly(|server, records| crawl::fill(server, STORE, records));
    phases.run("filled by plain writes", None, fill).await;
    let grown = phases.last;
    phases.run("emptied by plain deletes", None, plainly(delete)).await;
    phases.own = grown.max(phases.last);
    crawl::fill(server, STORE, records);
    phases.run("alone", None, tokio::time::sleep(SPAN)).await;
    let progress = Progress::default();
    // An operation of one step is too short to be judged by a single time.
    for time in 1..=TIMES {
        let aside = storage.set_aside(&records_aside);
        let info = phases.run(&format!("{time}: set aside"), None, aside).await.unwrap();
        assert!(info.records >= records);
        let back = storage.restore(&info.id, &progress);
        let back = phases.run(&format!("{time}: restored at once"), None, back).await.unwrap();
        assert_eq!((back.records, back.left), (info.records, 0));

        let info = storage.set_aside(&records_aside).await.unwrap();
        come(server, (time - 1) * FEW..time * FEW);
        let what = format!("{time}: restored under a few new records");
        let back = phases.run(&what, None, storage.restore(&info.id, &progress)).await.unwrap();
        assert_eq!((back.records, back.left), (info.records, 0));
    }
    phases.middle("set aside");
    phases.middle("restored at once");
    phases.middle("restored under a few new records");

    let info = storage.set_aside(&records_aside).await.unwrap();
    come(server, 0..MANY);
    let back = storage.restore(&info.id, &progress);
    let bound = Some(phases.of_steps());
    let steps = phases.run("restored in steps", bound, back).await;
    let left = TIMES * FEW;
    assert_eq!(steps, Ok(Restored { records: info.records - left, left, replicas: None }));
    let left = storage.discard(&info.id).await;
    assert!(left.is_ok());

    let info = storage.set_aside(&records_aside).await.unwrap();
    let freed = async {
        storage.discard(&info.id).await.unwrap();
        // It is freed in the background.
        while pending(server) > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    phases.run("discarded", Some(HELD), freed).await;
    crawl::fill(server, STORE, records);
    beside_crawl::measure(server, storage, records, phases).await;
}

/// Deletes all records, one by one.
fn delete(server: &Server, records: u64) {
    let mut client = server.client();
    let numbers: Vec<_> = (0..records).collect();
    for numbers in numbers.chunks(10_000) {
        let delete = |part: &'static str| {
            let hash = format!("key_value_stores:{STORE}:{part}").into_bytes();
            move |number: &u64| vec![b"HDEL".to_vec(), hash.clone(), crawl::key(*number).into()]
        };
        let halves = ["items", "metadata_items"].map(delete);
        let commands: Vec<_> = halves.iter().flat_map(|half| numbers.iter().map(half)).collect();
        client.pipeline(&commands);
    }
}

/// Sets new records with these numbers.
fn come(server: &Server, numbers: Range<u64>) {
    let new = |at| (format!("new-{at}"), "text/plain".to_owned(), b"x".to_vec());
    fill::records(&mut server.client(), STORE, numbers.map(new));
}

/// The measurements during the phases.
pub(crate) struct Phases<'a> {
    client: Client,
    pid: u32,
    longest: &'a Longest,
    pub(crate) report: &'a mut Report,
    /// Time of the longest command of the last phase.
    last: Duration,
    /// Time of the longest plain write or delete.
    own: Duration,
    /// Name of each phase, its longest ping and the time of its longest command.
    all: Vec<(String, Duration, Duration)>,
}

impl Phases<'_> {
    /// Reports the median of all runs of an operation, with the bound.
    fn middle(&mut self, what: &str) {
        let of = self.all.iter().filter(|(done, ..)| done.ends_with(&format!(": {what}")));
        let (pings, commands): (Vec<_>, Vec<_>) =
            of.map(|(_, ping, command)| (ms(*ping), ms(*command))).unzip();
        self.report.line(
            &format!("{what}: middle of the longest pings"),
            median(&pings),
            Some(HELD),
            "ms",
        );
        let line = format!("{what}: middle of the longest commands");
        self.report.line(&line, median(&commands), Some(HELD), "ms");
    }

    /// Bound on a step, in milliseconds: it moves few records, but a hash that grows or shrinks past a power
    /// of two blocks the server as it does for any writer.
    pub(crate) fn of_steps(&self) -> f64 {
        HELD.max(ms(self.own))
    }

    /// Runs the work, and reports its duration and the time for which the server was blocked.
    pub(crate) async fn run<T>(
        &mut self,
        what: &str,
        bound: Option<f64>,
        work: impl Future<Output = T>,
    ) -> T {
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.client.call(&[b"SLOWLOG", b"RESET"]);
        self.client.call(&[b"LATENCY", b"RESET"]);
        self.longest.0.store(0, Ordering::Relaxed);
        let (begun, waited, stolen) = (Instant::now(), self.waited(), stolen());
        let done = work.await;
        let (took, waited) = (begun.elapsed(), self.waited().saturating_sub(waited));
        let stolen = self::stolen().saturating_sub(stolen);
        // A waiting ping is answered by then.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let held = Duration::from_micros(self.longest.0.load(Ordering::Relaxed));
        let (command, slowest) = self.slowest();
        self.last = slowest;
        self.all.push((what.to_owned(), held, slowest));
        self.report.line(&format!("{what}: took"), ms(took), None, "ms");
        self.report.line("  longest ping", ms(held), bound, "ms");
        let command = format!("  longest command, by the server itself {command}");
        self.report.line(&command, ms(slowest), bound, "ms");
        self.report.line("  waits of the server for a processor", ms(waited), None, "ms");
        self.report.line("  the machine waited for its host, about", ms(stolen), None, "ms");
        for (event, longest) in self.events() {
            self.report.line(&format!("  longest of the server's {event}"), longest, bound, "ms");
        }
        done
    }

    /// Time for which the server has waited for a processor so far, which is contained in the times of its
    /// commands.
    fn waited(&self) -> Duration {
        let told = std::fs::read_to_string(format!("/proc/{}/schedstat", self.pid));
        let told = told.unwrap_or_default();
        let nanos = told.split_whitespace().nth(1).and_then(|nanos| nanos.parse().ok());
        Duration::from_nanos(nanos.unwrap_or_default())
    }

    /// The server's slowest command, if any took a millisecond.
    fn slowest(&mut self) -> (String, Duration) {
        let entries = self.client.call(&[b"SLOWLOG", b"GET", b"-1"]).items().into_iter();
        let entries = entries.map(|entry| {
            let fields = entry.items();
            let micros = u64::try_from(fields[2].int()).unwrap();
            let name = fields[3].clone().items()[0].clone().bytes().unwrap();
            (format!("({})", String::from_utf8_lossy(&name)), Duration::from_micros(micros))
        });
        let entries = entries.filter(|(name, _)| name != "(SLOWLOG)");
        entries.max_by_key(|(_, took)| *took).unwrap_or_default()
    }

    /// Other events that blocked the server for a millisecond or more, with the longest time of each, in
    /// milliseconds.
    fn events(&mut self) -> Vec<(String, f64)> {
        let events = self.client.call(&[b"LATENCY", b"LATEST"]).items().into_iter();
        let events = events.map(|event| {
            let fields = event.items();
            let name = String::from_utf8_lossy(&fields[0].clone().bytes().unwrap()).into_owned();
            (name, fields[3].int() as f64)
        });
        events.filter(|(name, _)| name != "command" && name != "fast-command").collect()
    }
}

/// Time for which the processors of a virtual machine have waited for those of its host so far, to 10 ms.
/// Measurements stood still then, too.
fn stolen() -> Duration {
    let told = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks = told.split_whitespace().nth(8).and_then(|ticks| ticks.parse().ok());
    Duration::from_millis(10 * ticks.unwrap_or(0_u64))
}

/// Number of objects that the server still has to free.
pub(crate) fn pending(server: &Server) -> u64 {
    let info = String::from_utf8(server.cli(&["INFO", "memory"])).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("lazyfree_pending_objects:"));
    line.unwrap().trim().parse().unwrap()
}
