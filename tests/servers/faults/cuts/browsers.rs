//! Browsers whose saves are cut, several at a time, each at a server of its own.

use std::sync::Mutex;

use tokio::runtime::{Builder, Runtime};

use super::wire::Fault;
use super::{Bench, RIGHTS, Rights};

/// Number of saves that are cut, and of browsers at a time.
#[derive(Clone, Copy)]
pub(super) struct Saves {
    /// Part of `LARDER_CUTS` that is tried here: one in this number.
    pub(super) share: usize,
    /// Least number of saves.
    pub(super) few: usize,
    pub(super) at_once: usize,
}

/// Starts the browsers, lets each try its saves with the faults, and gives the results; panics if anything
/// was wrong.
///
/// `fault` gets the turn, the number of turns, and the rights.
pub(super) fn in_browsers<B, T: Send>(
    Saves { share, few, at_once }: Saves,
    start: impl Fn(&mut Bench, Rights) -> B + Sync,
    fault: impl Fn(usize, usize, Rights) -> Fault + Sync,
    try_with: impl Fn(&mut B, &mut Bench, Fault, &Runtime) -> Result<T, String> + Sync,
) -> Vec<T> {
    let wanted = std::env::var("LARDER_CUTS").ok().and_then(|wanted| wanted.parse().ok());
    let wanted: usize = wanted.map_or(few, |wanted: usize| (wanted / share).max(few));
    let each = wanted.div_ceil(at_once);
    let tally = Mutex::new((Vec::new(), Vec::new()));
    std::thread::scope(|scope| {
        for worker in 0..at_once {
            let (tally, start, fault, try_with) = (&tally, &start, &fault, &try_with);
            scope.spawn(move || {
                let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
                let mut bench = runtime.block_on(Bench::start());
                bench.fill();
                let rights = RIGHTS[worker % RIGHTS.len()];
                let mut browser = start(&mut bench, rights);
                for turn in 0..each {
                    let fault = fault(turn, each, rights);
                    let came = try_with(&mut browser, &mut bench, fault, &runtime);
                    let mut tally = tally.lock().unwrap();
                    match came {
                        Ok(came) => tally.0.push(came),
                        Err(why) => {
                            tally.1.push(format!("{fault:?} of worker {worker}: {why}"));
                            return;
                        }
                    }
                }
            });
        }
    });
    let (came, wrong) = tally.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(came.len() >= wanted, "only {} saves", came.len());
    came
}
