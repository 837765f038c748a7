//! What watching costs the server, by its own counts.
//!
//! The time of an answer includes the round trip and the client's own work. The server counts its commands
//! and their time; the difference between two looks at these numbers is the cost of larder's commands.

use std::time::Instant;

use fred::types::Value;

use super::super::{command, reply};
use super::Watcher;

/// Factor for the cost beside the command itself, since the server also has to read it and write the answer:
/// in bursts of small pages, about a tenth more.
const WRITING: f64 = 1.1;

/// The commands whose cost matters.
#[derive(Debug, Clone, Default)]
pub(super) struct Costs {
    read: Option<Instant>,
    pub(super) walk: Work,
    pub(super) keys: Work,
    /// Whether a read of the counts has given a result.
    told: bool,
    /// Whether the server refuses INFO.
    refused: bool,
}

/// One kind of these commands.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    /// Numbers of calls and of entries since the counts were read.
    calls: u64,
    items: u64,
    /// Total numbers of calls and of their microseconds, as counted by the server.
    counted: Option<(u64, u64)>,
}

impl Work {
    /// Adds calls that were sent and entries that came.
    pub(super) fn did(&mut self, calls: u64, items: usize) {
        self.calls += calls;
        self.items += items as u64;
    }

    /// Cost of an entry in seconds, if the server's count tells it.
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
    /// Asks the server for the cost of its work, if it is time to.
    pub(super) async fn learn_costs(&mut self) {
        let costs = &self.costs;
        let timing = &self.timing;
        let pause = if costs.told { timing.between_costs } else { timing.between_first_costs };
        let due = costs.read.is_none_or(|at| at.elapsed() >= pause);
        let first = costs.walk.counted.is_none();
        // A node of a cluster counts only its own work.
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

/// Number of runs of a command, and their total time in microseconds; 0 if it never ran.
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
        // Somebody else has called it too, just as often.
        let entry = work.learn(Some((50, 10_000))).unwrap();
        assert!((entry - 0.8e-6 * WRITING).abs() < 1e-12, "{entry}");
        assert_eq!(work.learn(Some((60, 11_000))), None, "nothing of ours");
        work.did(5, 500);
        assert_eq!(work.learn(Some((1, 10))), None, "the server has begun anew");
    }
}
