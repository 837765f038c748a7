//! The measurements of a benchmark, with their bounds.
#![allow(dead_code, reason = "every benchmark uses its own part of this file")]

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

/// A table that is printed as it grows.
#[derive(Default)]
pub(crate) struct Report {
    over: usize,
}

impl Report {
    /// Prints a line: the name of a measurement, its value and its bound, in `unit`.
    pub(crate) fn line(&mut self, what: &str, measured: f64, bound: Option<f64>, unit: &str) {
        let word = match bound {
            Some(bound) if measured > bound => {
                self.over += 1;
                "OVER"
            }
            Some(_) => "ok",
            None => "",
        };
        let bound = bound.map_or(String::new(), |bound| format!("≤ {}", number(bound)));
        println!("{what:<58} {:>10} {bound:>10} {unit:<5} {word}", number(measured));
    }

    /// A failure if any measurement was over its bound.
    pub(crate) fn end(self) -> ExitCode {
        if self.over > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// The median of the values.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The largest of the values.
pub(crate) fn max(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// A time in milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Processor time that all threads of a process have used.
pub(crate) fn cpu(pid: u32) -> Duration {
    let mut sum = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs").flatten() {
        // A thread may end between the two looks.
        let text = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        sum += text.split(' ').next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
    }
    Duration::from_nanos(sum)
}

/// Largest memory of a process so far, in MB of 1,000,000 bytes.
pub(crate) fn peak_memory(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib * 1024.0 / 1e6
}
