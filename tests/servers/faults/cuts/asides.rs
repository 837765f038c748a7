//! Setting aside, restoring and discarding, cut at their bytes: each record is in the store or among
//! the asides that are listed, both of its halves, and comes back from there.
//!
//! A quarter of `LARDER_CUTS` is how many faults are tried, few without it: each takes as long as four
//! writes.

use std::collections::BTreeMap;

use larder::model::{Aside, AsideList, Key, SetValue};

use super::super::aside_step::{STEPS, Step};
use super::{Arc, Bench, Expect, Fault, RIGHTS, Rights, STORE, Storage, TEXT, fill, run};
use crate::short::Short as _;

/// Number of faults of each kind for each step, if `LARDER_CUTS` is not set.
const FEW: usize = 5;
/// Part of `LARDER_CUTS` that is tried here: one in this number.
const OF: usize = 4;

fn new_record(value: String) -> SetValue {
    SetValue {
        store: STORE.into(),
        key: Key::from("k001"),
        value: value.into(),
        content_type: TEXT.into(),
        expected: Expect::Absent,
    }
}

/// A hash as text.
fn hash(bench: &mut Bench, key: &str) -> BTreeMap<String, String> {
    let all = bench.client.call(&[b"HGETALL", key.as_bytes()]).items();
    let all: Vec<_> =
        all.into_iter().map(|item| String::from_utf8(item.bytes().unwrap()).unwrap()).collect();
    all.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// What is wrong with the data on the server, if anything; `gone`: it may have been discarded.
async fn wrong(bench: &mut Bench, direct: &dyn Storage, gone: bool) -> Option<String> {
    let asides = direct.asides(AsideList::All).await.unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let places = asides.iter().map(|info| format!(":aside:{}", info.id));
    for place in places.chain([String::new()]) {
        let key = |part: &str| format!("key_value_stores:{STORE}:{part}{place}");
        let (values, metadata) = (hash(bench, &key("items")), hash(bench, &key("metadata_items")));
        if !values.keys().eq(metadata.keys()) {
            return Some(format!("half records in {place:?}"));
        }
        for (key, value) in values {
            found.entry(key).or_default().push(value);
        }
    }
    let whole = (0..150).all(|at| {
        found.get(&format!("k{at:03}")).is_some_and(|values| values.contains(&"old".to_owned()))
    });
    let discarded = gone && found.is_empty() && asides.is_empty();
    if !(whole || discarded) {
        return Some(format!("records are missing of {}, {asides:?}", found.len()));
    }
    let dropped = direct.get_metadata(&STORE.into()).await.is_err();
    let kept = asides.iter().any(|info| matches!(info.aside, Aside::Store(_)));
    if dropped && !kept {
        return Some("the store is nowhere".to_owned());
    }
    // What is listed comes back, whatever has happened to it.
    for info in asides {
        if let Err(error) = direct.restore(&info.id, &larder::model::Progress::default()).await {
            return Some(format!("{info:?} is listed and cannot be restored: {error}"));
        }
    }
    let metadata = direct.get_metadata(&STORE.into()).await.unwrap();
    let all = metadata.records == Some(150);
    if metadata.id.as_deref() != Some(&fill::id(STORE)) || !(all || gone) {
        return Some(format!("it did not come back: {metadata:?}"));
    }
    None
}

/// Tries faults of a step; gives their number, and what was wrong.
async fn try_step(rights: Rights, step: Step, count: usize) -> (usize, Vec<String>) {
    let mut bench = Bench::start().await;
    let direct = format!("redis://127.0.0.1:{}", bench.server.port());
    let direct = super::Target::parse(&direct).unwrap();
    let direct = super::connect(&direct, &super::Options::default()).await.unwrap();
    let (mut tried, mut faults) = (Vec::new(), vec![Fault::None]);
    while let Some(fault) = faults.pop() {
        let storage: Arc<dyn Storage> = bench.storage(rights, fault.stalls()).await;
        bench.fill();
        let id = if step.sets_aside() {
            None
        } else {
            let info = direct.set_aside(&step.aside(STORE)).await.unwrap();
            Some(info.id)
        };
        if let Some(value) = step.new_value() {
            direct.set_value(&new_record(value)).await.unwrap();
        }
        bench.wire.arm(fault);
        let said = step.make(&*storage, STORE, id.as_ref()).await;
        if fault == Fault::None {
            assert_eq!(said, Ok(()), "{step:?}, {rights:?}");
            let (up, down) = bench.wire.counted();
            let spread = |most: usize| (0..count).map(move |at| most * at / (count - 1));
            faults.extend(spread(up - 1).map(Fault::Cut));
            faults.extend(spread(up - 1).map(Fault::Late));
            faults.extend(spread(down - 1).map(Fault::CutAnswer));
            faults.push(Fault::Stall(up / 2));
        } else if fault.is_late() {
            bench.wire.deliver().await;
        }
        if step.new_value().is_some() {
            // What is left is the older one of the record that came: it is to come back too.
            direct.delete_value(&STORE.into(), &["k001".into()]).await.unwrap();
            if direct.asides(AsideList::All).await.unwrap().is_empty() && fault != Fault::None {
                tried.push((fault, said, Some("the older record is gone".to_owned())));
                continue;
            }
        }
        let found = wrong(&mut bench, &*direct, step == Step::Discard).await;
        tried.push((fault, said, found));
    }
    let wrong = tried.iter().filter_map(|(fault, said, wrong)| {
        let wrong = wrong.as_ref()?;
        Some(format!("{step:?}, {rights:?}, {fault:?}, {said:?}: {wrong}"))
    });
    (tried.len(), wrong.collect())
}

#[test]
fn no_cut_loses_or_halves_what_is_set_aside_restored_or_discarded() {
    let wanted = std::env::var("LARDER_CUTS").ok().and_then(|wanted| wanted.parse().ok());
    let parts = RIGHTS.len() * STEPS.len() * 3;
    let count = wanted.map_or(FEW, |wanted: usize| (wanted / OF / parts).max(FEW));
    let cases = RIGHTS.into_iter().flat_map(|rights| STEPS.map(|step| (rights, step)));
    let tried: Vec<_> = std::thread::scope(|scope| {
        let work = |(rights, step)| scope.spawn(move || run(try_step(rights, step, count)));
        let threads: Vec<_> = cases.map(work).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let wrong: Vec<_> = tried.iter().flat_map(|(_, wrong)| wrong.clone()).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let tried: usize = tried.iter().map(|(tried, _)| tried).sum();
    assert!(tried >= parts * FEW, "only {tried} faults");
}
