//! Tests that the check of cut writes finds planted faults: a write that runs twice, a false report, half of
//! a write.

use larder::model::{Error, ErrorKind, WriteOutcome, Written};

use super::check::Said;
use super::sent::{Sent, all_sent};
use super::wire::Fault;
use super::{Bench, RIGHTS, STORE, run};

#[test]
fn the_check_finds_a_write_that_runs_twice() {
    run(async {
        let mut bench = Bench::start().await;
        // Of a transaction, the second MULTI is refused.
        for rights in RIGHTS.into_iter().filter(|rights| rights.scripts) {
            for sent in planted() {
                let (case, _) = bench.learn(rights, sent).await;
                let tried = bench.try_with(rights, &case, Fault::Twice).await;
                let wrong = case.wrong(&tried.said, &tried.now, &tried.later);
                assert_eq!(wrong.as_deref(), Some("run 2 times"), "{rights:?}");
            }
        }
    });
}

#[test]
fn the_check_finds_wrong_words_and_half_made_writes() {
    run(async {
        let mut bench = Bench::start().await;
        for sent in planted() {
            find_wrong_words(&mut bench, sent).await;
        }
    });
}

/// A write, and plans of one record, on which the checks are tested.
fn planted() -> Vec<Sent> {
    let removes = |sent: &Sent| matches!(sent, Sent::Plan(plan) if plan.removes(&STORE.into(), &"k001".into()));
    let all = all_sent();
    let set = all.iter().find(|sent| matches!(sent, Sent::Plan(_)));
    let removal = all.iter().find(|sent| removes(sent));
    [all.first(), set, removal].into_iter().flatten().cloned().collect()
}

async fn find_wrong_words(bench: &mut Bench, sent: Sent) {
    let rights = RIGHTS[0];
    let (case, _) = bench.learn(rights, sent).await;
    let made = bench.try_with(rights, &case, Fault::CutAnswer(0)).await;
    let not = bench.try_with(rights, &case, Fault::Late(100)).await;
    for tried in [&made, &not] {
        assert_eq!(case.wrong(&tried.said, &tried.now, &tried.later), None);
    }
    let written = Written { records: 1, ..Written::default() };
    let done = [
        Said::Answered(Ok(written.clone())),
        Said::Resolved(Ok(WriteOutcome::Applied(written.clone()))),
        Said::Resolved(Ok(WriteOutcome::There(written))),
    ];
    let undone = [
        Said::Resolved(Ok(WriteOutcome::NotApplied)),
        Said::Resolved(Ok(WriteOutcome::NotSoFar)),
        Said::Resolved(Ok(WriteOutcome::Refused(Error::new(ErrorKind::Conflict, "there")))),
    ];
    for said in &done {
        assert!(case.wrong(said, &not.now, &not.later).is_some(), "{said:?}");
        assert_eq!(case.wrong(said, &made.now, &made.later), None, "{said:?}");
    }
    for said in &undone {
        assert!(case.wrong(said, &made.now, &made.later).is_some(), "{said:?}");
    }
    // What came after larder had spoken.
    let late = case.wrong(&undone[0], &not.now, &made.later);
    assert_eq!(late.as_deref(), Some("wrong word: not made"));
    let mut half = made.now.clone();
    let items = half.keys.iter_mut().find(|(name, _)| name.ends_with(":items"));
    items.unwrap().1.pop();
    let half = case.wrong(&made.said, &half, &half);
    assert_eq!(half.as_deref(), Some("half made"));
}
