//! Real Crawlee, which changes the record step by step, or at intervals.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::python;

/// Limit on its time, however often it writes, in seconds.
const LIMIT: u32 = 7200;

/// Something that Crawlee does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It reads the record.
    Read,
    /// It writes the value that it has read, with a number that is one higher.
    Write,
    /// The same, and its number into the shared value.
    Share,
}

/// Crawlee, with its last report.
#[derive(Debug)]
pub(super) struct Crawler {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    /// Number of its writes.
    pub(super) wrote: u64,
    /// Number of its writes that were missing in what it has read.
    pub(super) lost: u64,
}

impl Crawler {
    /// Starts Crawlee; the record is there afterwards.
    pub(super) fn start(target: &str, modes: &[&str]) -> Self {
        let arguments: Vec<_> = [target].iter().chain(modes).copied().collect();
        let mut program = python::lasting("interop/leaf_race.py", &arguments, LIMIT);
        let mut child = program.stderr(Stdio::inherit()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let input = child.stdin.take();
        let mut crawler = Self { child, input, output, wrote: 0, lost: 0 };
        crawler.told();
        crawler
    }

    fn told(&mut self) {
        let line = self.output.next().expect("Crawlee failed; its errors are above").unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        self.wrote = told["wrote"].as_u64().unwrap();
        self.lost = told["lost"].as_i64().unwrap().unsigned_abs();
    }

    /// Does a step, and waits until it is done.
    pub(super) fn step(&mut self, step: Step) {
        let step = match step {
            Step::Read => "read",
            Step::Write => "write",
            Step::Share => "share",
        };
        writeln!(self.input.as_mut().unwrap(), "{step}").unwrap();
        self.told();
    }

    /// Stops a crawler that writes by itself, once it has written often enough and read what is there.
    pub(super) fn stop(&mut self) {
        writeln!(self.input.as_mut().unwrap(), "stop").unwrap();
        self.told();
    }
}

impl Drop for Crawler {
    fn drop(&mut self) {
        // It ends when there is nothing more to read.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
