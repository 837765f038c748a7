//! Saves of several staged edits, cut: the part that was made is undone completely.

use std::time::Duration;

use larder::model::{ConnectionState, Error, ErrorKind};
use larder::ops::{self, Failed, OldValues, Outcome, Plan, Resolution};
use larder::storage::Storage;
use tokio::time::Instant;

use super::sent::{Sent, staged};
use super::told::Told;
use super::wire::Fault;
use super::{Bench, RIGHTS, run};

/// Number of faults of each kind, for one plan and one user.
const EACH: usize = 6;

/// The plan that undoes the part that was made of a cut plan; and whether all results are known.
async fn made(storage: &dyn Storage, plan: &Plan) -> (Option<Box<Plan>>, bool) {
    match ops::perform_kept(storage, plan, &OldValues::in_memory()).await {
        Ok(outcome) => (outcome.inverse, true),
        Err(Failed { doubt: Some(mut doubt), .. }) => {
            let deadline = Instant::now() + Duration::from_secs(10);
            match ops::resolve(storage, &mut doubt, deadline).await {
                Ok(Resolution::Done(Outcome { inverse, .. }, _)) => (inverse, true),
                Ok(Resolution::Open(error)) => {
                    (doubt.inverse(), error.kind == ErrorKind::Connection)
                }
                Ok(Resolution::Refused(_)) => (doubt.inverse(), true),
                Err(_) => (doubt.inverse(), false),
            }
        }
        Err(Failed { inverse, .. }) => (inverse, true),
    }
}

#[test]
fn what_was_made_of_a_save_of_several_edits_that_was_cut_is_undone_and_nothing_else() {
    run(async {
        let mut bench = Bench::start().await;
        let (mut undone, mut none) = (0, 0);
        for rights in RIGHTS.into_iter().filter(|rights| rights.close) {
            for plan in staged() {
                let plan = plan.undoable(false);
                assert!(plan.reversible);
                let (case, (up, down)) = bench.learn(rights, Sent::Plan(plan.clone())).await;
                let spread = |most: usize, at: usize| most * at / EACH;
                let cuts = (0..EACH).map(|at| Fault::Cut(spread(up, at)));
                let answers = (0..EACH).map(|at| Fault::CutAnswer(spread(down, at)));
                for fault in cuts.chain(answers) {
                    let storage = bench.storage(rights, false).await;
                    bench.fill();
                    bench.wire.arm(fault);
                    let (inverse, known) = made(&*storage, &plan).await;
                    let mut state = storage.session().state;
                    state.wait_for(|state| *state == ConnectionState::Up).await.unwrap();
                    match inverse {
                        Some(inverse) => {
                            let outcome = ops::perform(&*storage, &inverse).await;
                            let skipped = outcome.as_ref().map(|outcome| outcome.skipped.len());
                            let whole = matches!(skipped, Ok(0));
                            assert!(whole || !known, "{fault:?}, {rights:?}: {outcome:?}");
                            undone += 1;
                        }
                        None => none += 1,
                    }
                    let now = bench.look(0);
                    assert_eq!(now.keys, case.before.keys, "{fault:?}, {rights:?}");
                }
            }
        }
        assert!(undone > 20 && none > 5, "{undone} were undone, of {none} nothing was made");
    });
}

#[test]
fn the_check_finds_wrong_numbers_in_what_is_told() {
    let open = |words: &str| {
        let problem = format!("answer lost; {words}");
        Told::of(&Resolution::Open(Error::new(ErrorKind::Connection, problem)))
    };
    let done = |words: &str| {
        let outcome = Outcome { records: 3, ..Outcome::default() };
        Told::of(&Resolution::Done(outcome, format!("answer lost, but {words}")))
    };
    let told = open("2 of 3 records are saved; 1 is not").unwrap();
    assert_eq!(told.is_so(3, 2, 2), Ok(()));
    for (now, later) in [(1, 1), (3, 3), (2, 3)] {
        assert!(told.is_so(3, now, later).is_err(), "{now}, then {later}");
    }
    let told = open("1 of 3 records is saved; 1 is not; of k it is not known").unwrap();
    assert!(told.is_so(3, 1, 2).is_ok() && told.is_so(3, 0, 0).is_err());
    assert!(open("2 of 4 records are saved; 1 is not").unwrap().is_so(4, 2, 2).is_err());
    let told = done("all 3 records are saved").unwrap();
    assert!(told.is_so(3, 3, 3).is_ok() && told.is_so(3, 2, 2).is_err());
    assert!(open("the write was made").is_err() && done("the write was made").is_err());
}
