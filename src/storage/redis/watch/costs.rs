//! What watching costs the server, by its own counts.
//!
//! How long an answer takes tells of the way there and back and of the client's own work as well.
//! The server keeps count of its commands and of their time; between two looks at these numbers
//! lies what ours have cost.

use std::time::Instant;

use fred::types::Value;

use super::super::{command, reply};
use super::Watcher;

/// In addition to the command itself, the server has to read it and to write the answer: in bursts of small
/// pages, about a tenth of its time more.
const WRITING: f64 = 1.1;

/// The commands whose cost matters.
#[derive(Debug, Clone, Default)]
pub(super) struct Costs {
    read: Option<Instant>,
    pub(super) walk: Work,
    pub(super) keys: Work,
    /// Whether something has been learned from it.
    told: bool,
    /// Whether the server refuses INFO.
    refused: bool,
}

/// One kind of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    /// How often it was sent since the numbers were read, and how many entries came.
    calls: u64,
    items: u64,
    /// All calls so far and their microseconds, as the server counts them.
    counted: Option<(u64, u64)>,
}

impl Work {
    /// Counts calls that were sent and entries that came.
    pub(super) fn did(&mut self, calls: u64, items: usize) {
        self.calls += calls;
        self.items += items as u64;
    }

    /// The seconds that an entry costs, if that can be told from the server's count.
    fn learn(&mut self, counted: Option<(u64, u64)>) -> Option<f64> {
        let before = std::mem::replace(&mut self.counted, counted);
        let (ours, items) = (std::mem::take(&mut self.calls), std::mem::take(&mut self.items));
        let ((calls, micros), (calls_before, micros_before)) = (counted?, before?);
        let all = calls.checked_sub(calls_before).filter(|all| *all >= ours && ours > 0)?;
        let each = micros.checked_sub(micros_before)? as f64 * 1e-6 / all as f64;
        (items > 0).then(|| each * WRITING * ours as f64 / items as f64)
    }
}

impl Watcher {
    /// Asks the server what its work has cost, if it is time to.
    pub(super) async fn learn_costs(&mut self) {
        let costs = &self.costs;
        let timing = &self.timing;
        let pause = if costs.told { timing.between_costs } else { timing.between_first_costs };
        let due = costs.read.is_none_or(|at| at.elapsed() >= pause);
        let first = costs.walk.counted.is_none();
        // A node of a cluster tells only of itself.
        let tells = !costs.refused && !self.storage.connections.cluster();
        if !tells || !due || (!first && costs.walk.calls + costs.keys.calls == 0) {
            return;
        }
        let asked = command("INFO", [Value::from("commandstats")]);
        let told = self.storage.connections.run_bulk(asked).await.and_then(reply::bytes);
        let costs = &mut self.costs;
        let Ok(Some(told)) = told else {
            costs.refused = true;
            return;
        };
        costs.read = Some(Instant::now());
        if let Some(seconds) = costs.walk.learn(counted(&told, "hscan")) {
            self.budget.entry_costs(seconds);
            costs.told = true;
        }
        if let Some(seconds) = costs.keys.learn(counted(&told, "hkeys")) {
            self.budget.key_costs(seconds);
            costs.told = true;
        }
    }
}

/// How often a command was run, and for how many microseconds altogether; 0 if never.
fn counted(info: &[u8], name: &str) -> Option<(u64, u64)> {
    let info = std::str::from_utf8(info).ok()?;
    let prefix = format!("cmdstat_{name}:");
    let Some(line) = info.lines().find_map(|line| line.strip_prefix(&prefix)) else {
        return Some((0, 0));
    };
    let field = |name: &str| {
        let value = line.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.trim().parse().ok())
    };
    Some((field("calls")?, field("usec")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &[u8] = b"# Commandstats\r\n\
        cmdstat_hscan:calls=30,usec=6000,usec_per_call=200.00,rejected_calls=0,failed_calls=0\r\n\
        cmdstat_get:calls=1,usec=2,usec_per_call=2.00,rejected_calls=0,failed_calls=0\r\n";

    #[test]
    fn the_servers_count_is_read() {
        assert_eq!(counted(INFO, "hscan"), Some((30, 6000)));
        assert_eq!(counted(INFO, "hkeys"), Some((0, 0)));
        assert_eq!(counted(b"cmdstat_hscan:calls=x", "hscan"), None);
    }

    #[test]
    fn what_an_entry_costs_follows_from_two_counts() {
        let mut work = Work::default();
        work.did(20, 5000);
        assert_eq!(work.learn(Some((10, 2000))), None, "nothing to compare with");
        work.did(20, 5000);
        // Somebody else has called it too, as often.
        let entry = work.learn(Some((50, 10_000))).unwrap();
        assert!((entry - 0.8e-6 * WRITING).abs() < 1e-12, "{entry}");
        assert_eq!(work.learn(Some((60, 11_000))), None, "nothing of ours");
        work.did(5, 500);
        assert_eq!(work.learn(Some((1, 10))), None, "the server has begun anew");
    }
}
