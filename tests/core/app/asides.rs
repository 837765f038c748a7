//! Asides of a larder that has ended are offered, and the offer is answered.

use larder::app::{Effect, Event, Layer, ListDialog, Load, Loaded, Read, Slot};
use larder::model::{
    Aside, AsideId, AsideInfo, Error, ErrorKind, Maker, ServerInfo, StoreName, Timestamp,
};
use larder::ops::{Outcome, Plan, PlannedChange, WriteId};

use super::opened;
use crate::stage::{NOW, Stage, store};

pub(crate) fn aside(id: &str, name: &str, whole: bool) -> AsideInfo {
    let store = StoreName::from(name);
    AsideInfo {
        id: AsideId::new(id).unwrap(),
        aside: if whole { Aside::Store(store) } else { Aside::Records(store) },
        records: 5000,
        at: Timestamp::from_micros(NOW - 7_200_000_000),
        maker: Some(Maker { host: "here".into(), process: 7, session: "s".into() }),
        expires_at: Some(Timestamp::from_micros(NOW + 79_500_000_000)),
        in_steps: false,
        replicas: None,
    }
}

fn two() -> Vec<AsideInfo> {
    vec![aside("one", "shop", false), aside("two", "scratch", true)]
}

/// Lets time pass, so that a dialog that opened by itself takes keys.
fn pause(stage: &mut Stage) {
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 500_000);
    stage.event(Event::Time);
}

/// A larder that has found these asides.
fn offered(found: Vec<AsideInfo>) -> Stage {
    let mut stage = opened();
    stage.answer(Slot::Asides, Ok(Loaded::Asides(found)));
    pause(&mut stage);
    stage
}

fn is_offered(stage: &Stage) -> bool {
    matches!(stage.app.layers.first(), Some(Layer::List(ListDialog::Asides(_))))
}

/// The last write that was sent and is under way.
fn last_write(stage: &Stage) -> (WriteId, Plan) {
    let (id, pending) = stage.app.writes.pending.last_key_value().unwrap();
    (*id, pending.plan.clone())
}

fn left(stage: &Stage) -> Vec<String> {
    let left = stage.asked.iter().filter_map(|effect| match effect {
        Effect::LeaveAsides(ids) => Some(ids.iter().map(ToString::to_string)),
        _ => None,
    });
    left.flatten().collect()
}

#[test]
fn what_is_left_set_aside_is_offered_once_a_target_is_opened() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2)]);
    let asks = |effect: &&Effect| matches!(effect, Effect::Read(_, _, Read::Load(Load::Asides)));
    assert_eq!(stage.asked.iter().filter(asks).count(), 1);
    stage.app.now = Timestamp::from_micros(NOW);
    stage.answer(Slot::Asides, Ok(Loaded::Asides(two())));
    assert!(is_offered(&stage));
    let frame = stage.frame();
    for text in ["purged shop · 5,000 records", "dropped scratch · 5,000 records", "22 h left"] {
        assert!(frame.contains(text), "{text}:\n{frame}");
    }
    // If there are none, there is nothing to say; nor if they could not be looked for.
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2)]);
    stage.answer(Slot::Asides, Ok(Loaded::Asides(Vec::new())));
    assert!(stage.app.layers.is_empty());
    let mut stage = opened();
    let error = Error::new(ErrorKind::Timeout, "no answer");
    stage.answer(Slot::Asides, Err(error));
    assert!(stage.app.layers.is_empty() && stage.app.notice.is_none());
}

#[test]
fn where_nothing_may_be_written_nothing_is_offered() {
    let mut stage = Stage::new(120, 36);
    stage.event(Event::Connected(Ok(ServerInfo { read_only: true, ..ServerInfo::default() })));
    let asks = |effect: &Effect| matches!(effect, Effect::Read(_, _, Read::Load(Load::Asides)));
    assert!(!stage.asked.iter().any(asks));
}

#[test]
fn one_that_is_restored_goes_from_the_list_and_the_list_with_the_last() {
    let mut stage = offered(two());
    stage.keys("<enter>");
    let (id, plan) = last_write(&stage);
    assert!(matches!(&plan.change, PlannedChange::Restore(info) if info.id.as_str() == "one"));
    assert!(stage.frame().contains("under way"));
    // The second Enter sends no second write.
    stage.keys("<enter>");
    assert_eq!(stage.app.writes.pending.len(), 1);
    let outcome = Outcome { records: 4990, left: 10, ..Outcome::default() };
    stage.event(Event::Written(id, Ok(outcome)));
    assert_eq!((stage.app.asides.len(), stage.app.asides[0].records), (2, 10));
    stage.keys("<enter>");
    let (id, _) = last_write(&stage);
    stage.event(Event::Written(id, Ok(Outcome { records: 10, ..Outcome::default() })));
    assert_eq!(stage.app.asides.len(), 1);
    assert!(is_offered(&stage));
    stage.keys("<enter>");
    let (id, _) = last_write(&stage);
    stage.event(Event::Written(id, Ok(Outcome { records: 1, ..Outcome::default() })));
    assert!(stage.app.layers.is_empty());
    assert_eq!(left(&stage), Vec::<String>::new());
}

#[test]
fn one_is_discarded_only_once_its_stores_name_is_typed() {
    let mut stage = offered(two());
    stage.keys("<down>d");
    assert_eq!(stage.app.layers.len(), 2);
    stage.keys("<enter>");
    assert!(stage.app.writes.pending.is_empty());
    stage.keys("scratch<enter>");
    let (id, plan) = last_write(&stage);
    assert!(matches!(&plan.change, PlannedChange::Discard(info) if info.id.as_str() == "two"));
    stage.event(Event::Written(id, Ok(Outcome { records: 5000, ..Outcome::default() })));
    assert_eq!(stage.app.asides.len(), 1);
}

#[test]
fn what_is_left_as_it_is_is_remembered() {
    let mut stage = offered(two());
    stage.keys("<esc>");
    assert!(stage.app.layers.is_empty() && stage.app.asides.is_empty());
    assert_eq!(left(&stage), ["one", "two"]);
}

#[test]
fn whoever_types_is_told_and_not_interrupted() {
    let mut stage = opened();
    stage.keys("e");
    stage.answer(Slot::Asides, Ok(Loaded::Asides(two())));
    assert!(stage.app.layers.is_empty());
    let told = stage.notice();
    assert!(told.contains("2 stores left set aside; `larder aside`"), "{told}");
    assert_eq!(left(&stage), Vec::<String>::new());
}
