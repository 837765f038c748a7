//! The values of the record, and Crawlee's steps while a save of larder's is under way.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::account::Value;
use super::crawler::{Crawler, Step};
use crate::server::Monitor;

/// All values that the record was given.
pub(super) enum Log {
    /// Values from the server's own log.
    Server(Monitor, Vec<String>),
    /// Values that are read after each step: there only one program writes at a time.
    File(PathBuf, Vec<String>),
}

impl Log {
    /// Takes the values that came since the last call.
    pub(super) fn note(&mut self) {
        match self {
            Self::Server(monitor, values) => values.extend(given(&monitor.lines())),
            Self::File(path, values) => {
                let now = std::fs::read_to_string(path).unwrap();
                if values.last() != Some(&now) {
                    values.push(now);
                }
            }
        }
    }

    /// All values, in their order.
    pub(super) fn values(mut self) -> Vec<Value> {
        self.note();
        let (Self::Server(_, values) | Self::File(_, values)) = self;
        values.iter().map(|text| Value::of(text)).collect()
    }
}

/// The values that the record was given, as MONITOR shows them.
fn given(lines: &[String]) -> Vec<String> {
    let set = "\"key_value_stores:race:items\" \"k\" \"";
    let lines = lines.iter().filter(|line| line.to_ascii_uppercase().contains("] \"HSET\""));
    let values = lines.filter_map(|line| line.split_once(set)).map(|(_, rest)| {
        let mut value = String::new();
        let mut all = rest.chars();
        while let Some(c) = all.next().filter(|c| *c != '"') {
            value.push(match c {
                '\\' => match all.next().unwrap() {
                    'n' => '\n',
                    other => other,
                },
                c => c,
            });
        }
        value
    });
    values.collect()
}

/// Crawlee's steps while a save is under way.
pub(super) struct Meanwhile<'a> {
    crawler: Option<(&'a mut Crawler, &'a mut Log)>,
    before_writes: VecDeque<Step>,
    while_deciding: VecDeque<Step>,
}

impl<'a> Meanwhile<'a> {
    /// No steps.
    pub(super) fn nothing() -> Self {
        Self { crawler: None, before_writes: VecDeque::new(), while_deciding: VecDeque::new() }
    }

    /// Crawlee takes one of the first steps before each write that larder sends, and one of the others while
    /// the user decides.
    pub(super) fn new(
        crawler: &'a mut Crawler,
        log: &'a mut Log,
        before_writes: &[Step],
        while_deciding: &[Step],
    ) -> Self {
        Self {
            crawler: Some((crawler, log)),
            before_writes: before_writes.iter().copied().collect(),
            while_deciding: while_deciding.iter().copied().collect(),
        }
    }

    /// Takes the step before a write of larder's; tells whether there was one.
    pub(super) fn before_write(&mut self) -> bool {
        let step = self.before_writes.pop_front();
        self.make(step)
    }

    /// Takes the step after the user has seen Crawlee's value.
    pub(super) fn while_deciding(&mut self) {
        let step = self.while_deciding.pop_front();
        self.make(step);
    }

    fn make(&mut self, step: Option<Step>) -> bool {
        let Some((step, (crawler, log))) = step.zip(self.crawler.as_mut()) else { return false };
        crawler.step(step);
        log.note();
        true
    }
}
