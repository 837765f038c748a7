//! A purge of a store that is undone, repeated and freed, as in the browser, while a crawl writes into the
//! store.

use std::time::Duration;

use larder::model::{AsideInfo, ErrorKind};
use larder::ops::{self, OldValues, Operation, Outcome, Plan, PlannedChange};
use larder::storage::Storage;

use crate::crawl::{self, Habit, Writer};
use crate::report::ms;
use crate::server::{Reply, Server};
use crate::{HELD, Phases, STORE, pending};

/// Number of records that the crawl writes each second.
const RATE: u32 = 2_000;
/// Time for which the crawl continues between two operations: some thousands of records.
const BETWEEN: Duration = Duration::from_secs(3);
/// Number of records that are looked up at once.
const AT_ONCE: usize = 10_000;

/// Measures this in a store with this number of records of [`crawl::key`].
pub(crate) async fn measure(
    server: &Server,
    storage: &dyn Storage,
    records: u64,
    phases: &mut Phases<'_>,
) {
    let old_values = OldValues::in_memory();
    let writer = Writer::start(server, STORE, records, RATE, Habit::Adds);
    phases.run("a crawl of 2,000 records/s", None, tokio::time::sleep(BETWEEN)).await;

    let purge = async {
        let plan = ops::plan(storage, &Operation::Purge(STORE.into())).await.unwrap();
        ops::perform_kept(storage, &plan.undoable(true), &old_values).await.unwrap()
    };
    let outcome = phases.run("beside it: purged", Some(HELD), purge).await;
    let (aside, undo) = inverse(&outcome);
    assert!(aside.records >= records);
    tokio::time::sleep(BETWEEN).await;

    let undone = ops::perform_kept(storage, &undo, &old_values);
    let bound = Some(phases.of_steps());
    let outcome = phases.run("beside it: undone", bound, undone).await.unwrap();
    assert_eq!((outcome.records, outcome.left), (aside.records, 0));
    let written = writer.written();
    assert_eq!(missing(server, 0..records + written), 0, "the crawl has lost records");

    // A redo is possible only if nobody has written since, but the crawl has.
    let redo = outcome.inverse.unwrap();
    let refused = ops::perform_kept(storage, &redo, &old_values).await.unwrap_err();
    assert_eq!(refused.error.kind, ErrorKind::Conflict, "{}", refused.error);
    let again = async {
        let plan = ops::plan(storage, &Operation::Purge(STORE.into())).await.unwrap();
        ops::perform_kept(storage, &plan.undoable(true), &old_values).await.unwrap()
    };
    let outcome = phases.run("beside it: purged again", Some(HELD), again).await;
    let (aside, _) = inverse(&outcome);
    let freed = async {
        let plan = ops::plan(storage, &Operation::Discard(aside.id.clone())).await.unwrap();
        ops::perform(storage, &plan).await.unwrap();
        while pending(server) > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    phases.run("beside it: freed", Some(HELD), freed).await;
    tokio::time::sleep(BETWEEN).await;

    let written = writer.written();
    let longest = writer.stop().into_iter().max().unwrap_or_default();
    phases.report.line("  longest write of the crawl", ms(longest), None, "ms");
    assert_eq!(missing(server, aside.records..records + written), 0, "the crawl has lost records");
    phases.report.line("  records that the crawl has written", written as f64, None, "");
    phases.report.line("  of these lost", 0.0, Some(0.0), "");
}

/// The aside of an outcome, and the plan that restores it.
fn inverse(outcome: &Outcome) -> (AsideInfo, Plan) {
    let plan = outcome.inverse.as_deref().unwrap().clone();
    let PlannedChange::Restore(info) = &plan.change else { panic!("{plan:?}") };
    (info.clone(), plan)
}

/// Number of records among these of which the store lacks a half.
fn missing(server: &Server, numbers: std::ops::Range<u64>) -> u64 {
    let mut client = server.client();
    let numbers: Vec<_> = numbers.collect();
    let mut missing = 0;
    for numbers in numbers.chunks(AT_ONCE) {
        for part in ["items", "metadata_items"] {
            let hash = format!("key_value_stores:{STORE}:{part}").into_bytes();
            let exists = |number: &u64| {
                vec![b"HEXISTS".to_vec(), hash.clone(), crawl::key(*number).into_bytes()]
            };
            let commands: Vec<_> = numbers.iter().map(exists).collect();
            let replies = client.pipeline(&commands).into_iter();
            missing += replies.filter(|reply| *reply != Reply::Int(1)).count() as u64;
        }
    }
    missing
}
