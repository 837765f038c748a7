//! Every write, refused by every right that it needs and by every Redis key that is of a wrong
//! type: what is refused has changed nothing, and what is not is made whole.

use std::collections::BTreeSet;

use larder::model::{ErrorKind, StoreInfo, Write, Written};
use larder::ops::{self, Operation};

use super::stage::{Outcome, SCRIPTS, STORES, Stage, keys_of, writes};
use crate::fill;
use crate::server::Monitor;

/// Whether a write came to the same. Who may not see the indexes cannot know that a store without
/// records and metadata is half made: to such a user it is not there.
fn alike(outcome: &Outcome, expected: &Outcome) -> bool {
    let empty = match expected {
        Outcome::Made(written, _) => written.records == 0,
        Outcome::Refused(kind) => *kind == ErrorKind::Damaged,
    };
    let same = match (outcome, expected) {
        (Outcome::Made(written, state), Outcome::Made(expected, to_be)) => {
            let Written { store, .. } = written.clone();
            let but_for_the_store = Written { store: expected.store.clone(), ..written.clone() };
            but_for_the_store == *expected && state == to_be && is_true(store, expected)
        }
        _ => outcome == expected,
    };
    same || (empty && *outcome == Outcome::Refused(ErrorKind::NotFound))
}

/// Whether what is told of a store that was opened is so. Who may not count it is told no number.
fn is_true(told: Option<Box<StoreInfo>>, written: &Written) -> bool {
    match (told, &written.store) {
        (Some(told), Some(all)) => {
            let known = |number: Option<u64>| number.is_none() || number == all.records;
            let numbers = known(told.records) && known(told.values);
            numbers && StoreInfo { records: all.records, values: all.values, ..*told } == **all
        }
        (told, all) => told.is_none() && all.is_none(),
    }
}

/// The commands that were run since the last call, within scripts too, but for those of the stage.
pub(super) fn commands(monitor: &mut Monitor) -> BTreeSet<String> {
    let name = |line: &String| {
        let (_, rest) = line.split_once("] \"")?;
        Some(rest.split('"').next()?.to_ascii_lowercase())
    };
    let mut names: BTreeSet<_> = monitor.lines().iter().filter_map(name).collect();
    // What a connection begins with, and what all servers let everybody do.
    for always in ["auth", "hello", "client", "reset", "quit"] {
        names.remove(always);
    }
    names
}

/// Without each of these a write of the whole store must be refused, or the check checks nothing.
fn must_have(write: &Write) -> &'static [&'static str] {
    match write {
        Write::Set(_) => &["hset", "json.set", "json.get"],
        Write::Rewrite(it) if it.removes => &["hget", "hset", "hdel", "json.set", "json.get"],
        Write::Rewrite(_) => &["hget", "hset", "json.set", "json.get"],
        Write::Delete { .. } => &["hdel", "json.set"],
        Write::Purge(_) => &["unlink", "json.set"],
        Write::Drop(_) => &["hdel", "unlink"],
        Write::Create(_) => &["hsetnx", "json.set", "lpush"],
        Write::Repair(_) => unreachable!("a server repairs nothing"),
    }
}

/// Takes from the user, one after the other, each command that a write runs.
async fn refuse_commands(stage: &mut Stage) -> usize {
    let mut refused = 0;
    for store in STORES {
        for write in writes(store) {
            let storage = stage.user("~*", "").await;
            let mut monitor = stage.server.monitor();
            let expected = storage.write(&write).await;
            let used = commands(&mut monitor);
            drop(monitor);
            let after = stage.look();
            let expected = stage.judge(expected, &after, &write, "all rights");
            if after != stage.state {
                stage.fill();
            }
            let must = must_have(&write)
                .iter()
                .filter(|_| matches!(&expected, Outcome::Made(written, _) if written.records > 0));
            let mut must: BTreeSet<_> = must.copied().collect();
            for command in &used {
                let case = format!("without {command}");
                let storage = stage.user("~*", &format!("-{command}")).await;
                let outcome = stage.outcome(&*storage, &write, &case).await;
                if outcome == Outcome::Refused(ErrorKind::Permission) {
                    must.remove(command.as_str());
                    refused += 1;
                } else {
                    assert!(alike(&outcome, &expected), "{case}, {write:?}: {outcome:?}");
                }
            }
            assert!(must.is_empty(), "{write:?} ran without {must:?}; it uses {used:?}");
        }
    }
    refused
}

/// Takes each Redis key from the user: to write it, then to see it at all.
async fn refuse_keys(stage: &mut Stage) -> usize {
    let mut refused = 0;
    for store in STORES {
        for write in writes(store) {
            let storage = stage.user("~*", "").await;
            let expected = stage.outcome(&*storage, &write, "all keys").await;
            let keys = keys_of(&write);
            for taken in &keys {
                for sight in ["%R~", ""] {
                    let mut rules: Vec<_> = keys
                        .iter()
                        .filter(|key| *key != taken)
                        .map(|key| format!("~{key}"))
                        .collect();
                    if !sight.is_empty() {
                        rules.push(format!("{sight}{taken}"));
                    }
                    let case = format!("{sight} {taken}");
                    let storage = stage.user(&rules.join(" "), "").await;
                    let outcome = stage.outcome(&*storage, &write, &case).await;
                    if outcome == Outcome::Refused(ErrorKind::Permission) {
                        refused += 1;
                    } else {
                        assert!(alike(&outcome, &expected), "{case}, {write:?}: {outcome:?}");
                    }
                }
            }
        }
    }
    refused
}

/// Gives each Redis key another type.
async fn refuse_types(stage: &mut Stage) -> usize {
    let mut refused = 0;
    for store in STORES {
        for write in writes(store) {
            let storage = stage.user("~*", "").await;
            let expected = stage.outcome(&*storage, &write, "right types").await;
            for key in keys_of(&write) {
                let list = if key.ends_with(":created_signal") { "HSET" } else { "RPUSH" };
                for make in [format!("SET {key} x"), format!("{list} {key} x y")] {
                    stage.call(&format!("DEL {key}"));
                    stage.call(&make);
                    let whole = std::mem::take(&mut stage.state);
                    stage.state = stage.look();
                    let outcome = stage.outcome(&*storage, &write, &make).await;
                    match (outcome, &expected) {
                        (Outcome::Refused(kind), _) => {
                            let known = [ErrorKind::WrongType, ErrorKind::Damaged];
                            let same = Outcome::Refused(kind) == expected;
                            assert!(same || known.contains(&kind), "{make}, {write:?}: {kind:?}");
                            refused += 1;
                        }
                        (Outcome::Made(.., mut after), Outcome::Made(.., expected)) => {
                            // The key itself stays what it was, whatever would have become of it.
                            let mut expected = expected.clone();
                            assert!(after.remove(&key).is_some(), "{make}, {write:?}: it is gone");
                            expected.remove(&key);
                            assert_eq!(after, expected, "{make}, {write:?}");
                        }
                        (made, expected) => panic!("{make}, {write:?}: {made:?}, not {expected:?}"),
                    }
                    stage.fill();
                    assert_eq!(stage.state, whole, "the stage is the same each time");
                }
            }
        }
    }
    refused
}

#[tokio::test]
async fn a_write_that_lacks_a_command_changes_nothing() {
    let refused = refuse_commands(&mut Stage::new("")).await;
    assert!(refused > 100, "only {refused} refusals");
}

#[tokio::test]
async fn a_write_that_lacks_a_command_changes_nothing_without_scripts() {
    let refused = refuse_commands(&mut Stage::new(SCRIPTS)).await;
    assert!(refused > 100, "only {refused} refusals");
}

#[tokio::test]
async fn a_write_that_lacks_a_key_changes_nothing() {
    for without in ["", SCRIPTS] {
        let refused = refuse_keys(&mut Stage::new(without)).await;
        assert!(refused > 100, "only {refused} refusals");
    }
}

#[tokio::test]
async fn a_write_that_meets_a_wrong_type_changes_nothing() {
    for without in ["", SCRIPTS] {
        let refused = refuse_types(&mut Stage::new(without)).await;
        assert!(refused > 50, "only {refused} refusals");
    }
}

/// What a full server still does: nothing that needs memory, and all that gives it back. Without
/// scripts it may queue no transaction at all.
#[tokio::test]
async fn a_server_without_memory_takes_no_write_and_gives_memory_back() {
    for without in ["", SCRIPTS] {
        let mut stage = Stage::new(without);
        for write in STORES.into_iter().flat_map(writes) {
            let storage = stage.user("~*", "").await;
            let expected = stage.outcome(&*storage, &write, "enough memory").await;
            stage.call("CONFIG SET maxmemory 1");
            let result = storage.write(&write).await;
            stage.call("CONFIG SET maxmemory 0");
            let after = stage.look();
            let outcome = stage.judge(result, &after, &write, "no memory");
            stage.fill();
            let needs_memory =
                matches!(write, Write::Set(_) | Write::Rewrite(_) | Write::Create(_));
            let made = matches!(&expected, Outcome::Made(written, _) if written.records > 0);
            let full = outcome == Outcome::Refused(ErrorKind::OutOfMemory);
            if made && needs_memory {
                assert!(full, "{write:?}: {outcome:?}");
            } else if !full || (made && without.is_empty()) {
                // The times may have to stay as they were.
                assert_eq!(at_any_time(outcome), at_any_time(expected), "{write:?}");
            }
        }
    }
}

/// The outcome whether or not times have moved.
fn at_any_time(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Made(written, state) => {
            let state =
                state.into_iter().map(|(name, text)| (name, text.replace(fill::TIME, "NOW")));
            Outcome::Made(written, state.collect())
        }
        refused @ Outcome::Refused(_) => refused,
    }
}

#[tokio::test]
async fn a_server_that_lacks_its_replicas_changes_nothing() {
    for without in ["", SCRIPTS] {
        let mut stage = Stage::new(without);
        for write in STORES.into_iter().flat_map(writes) {
            let storage = stage.user("~*", "").await;
            let expected = stage.outcome(&*storage, &write, "enough replicas").await;
            stage.call("CONFIG SET min-replicas-to-write 1");
            let result = storage.write(&write).await;
            stage.call("CONFIG SET min-replicas-to-write 0");
            let after = stage.look();
            let outcome = stage.judge(result, &after, &write, "too few replicas");
            if outcome != Outcome::Refused(ErrorKind::CannotPersist) {
                let made = matches!(&expected, Outcome::Made(written, _) if written.records > 0);
                assert!(!made && outcome == expected, "{write:?}: {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_rename_that_may_not_remove_the_old_record_writes_no_new_one() {
    let mut stage = Stage::new("");
    let before = stage.look();
    let storage = stage.user("~*", "-hdel").await;
    let rename = Operation::Rename {
        store: "whole".into(),
        key: "one".into(),
        to: "renamed".into(),
        overwrite: false,
    };
    let plan = ops::plan(&*storage, &rename).await.unwrap();
    let refused = ops::perform(&*storage, &plan).await.unwrap_err().error;
    assert_eq!(refused.kind, ErrorKind::Permission, "{refused}");
    assert_eq!(stage.look(), before);
}
