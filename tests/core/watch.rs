//! Scripts for the core while the storage changes.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use larder::app::{
    Compute, Effect, Event, Load, Loaded, Ordered, Pane, Read, Settings, Slot, Tone,
};
use larder::index::Sort;
use larder::index::sync::Highlight;
use larder::model::{Key, KeyPage, Record, StoreInfo, Timestamp, WatchEvent, WatchSource, Written};

use crate::stage::{NOW, Stage, index, record, shown, store};

const JSON: &str = "application/json; charset=utf-8";

fn shop() -> Vec<Record> {
    vec![record("b", JSON, "1"), record("d", JSON, "2"), record("f", JSON, "3")]
}

/// A stage with the store `shop` open and the cursor on `d`.
fn opened() -> Stage {
    let mut stage = Stage::new(120, 36);
    stage.app.now = Timestamp::from_micros(NOW);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop()).keys("j").show(&shop());
    stage.noticed(WatchEvent::Source(WatchSource::Files));
    stage
}

fn came(records: &[Record]) -> WatchEvent {
    let set = records.iter().map(|record| record.meta.clone()).collect();
    WatchEvent::Records { set, removed: Vec::new() }
}

fn gone(keys: &[&str]) -> WatchEvent {
    let removed = keys.iter().map(|key| Key::from(*key)).collect();
    WatchEvent::Records { set: Vec::new(), removed }
}

/// Answers the changes that the core wants applied to its index, until there are no more.
fn apply(stage: &mut Stage) -> usize {
    let mut applied = 0;
    while stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Keys, ..))) {
        let (ticket, read) = stage.take(Slot::Keys);
        let Read::Compute(Compute::Apply { index, changes, .. }) = read else { panic!("{read:?}") };
        applied += changes.len();
        let loaded = Loaded::Applied(index.apply(&changes).into(), None);
        stage.event(Event::Loaded(Slot::Keys, ticket, Ok(loaded)));
    }
    applied
}

fn keys(stage: &Stage) -> Vec<String> {
    let keys = &stage.app.keys;
    (0..keys.len()).map(|at| keys.row(at).unwrap().key.escaped()).collect()
}

#[test]
fn the_open_store_is_watched_before_it_is_walked() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Watch(_, None))));
    stage.keys("j<enter>");
    let at = |wanted: fn(&Effect) -> bool| stage.asked.iter().position(wanted).unwrap();
    let watched = at(|effect| matches!(effect, Effect::Watch(_, Some(_))));
    assert!(watched < at(|effect| matches!(effect, Effect::Read(Slot::Keys, ..))));
}

#[test]
fn records_come_and_go_around_the_cursor() {
    let mut stage = opened();
    stage.noticed(came(&[record("a", JSON, "0"), record("e", JSON, "0")]));
    stage.noticed(gone(&["b"]));
    apply(&mut stage);
    assert_eq!(keys(&stage), ["a", "d", "e", "f"]);
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("d"));
    let fresh = |key: &str| stage.app.keys.highlight(&Key::from(key));
    assert_eq!((fresh("a"), fresh("d")), (Some(Highlight::New), None));
}

#[test]
fn changes_that_come_while_others_are_made_are_made_after_them() {
    let mut stage = opened();
    stage.noticed(came(&[record("a", JSON, "0")]));
    let (ticket, read) = stage.take(Slot::Keys);
    for key in ["x", "y", "z"] {
        stage.noticed(came(&[record(key, JSON, "0")]));
    }
    assert_eq!(apply(&mut stage), 0, "a flood of changes never gives up the one under way");
    let Read::Compute(Compute::Apply { index, changes, .. }) = read else { panic!("{read:?}") };
    let loaded = Loaded::Applied(index.apply(&changes).into(), None);
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(loaded)));
    assert_eq!(apply(&mut stage), 3);
    assert_eq!(keys(&stage), ["a", "b", "d", "f", "x", "y", "z"]);
}

#[test]
fn changes_during_the_walk_are_made_after_it() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j<enter>");
    stage.noticed(came(&[record("new", JSON, "0")]));
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    assert_eq!(apply(&mut stage), 1);
    assert_eq!(keys(&stage), ["b", "d", "f", "new"]);
    assert_eq!(stage.app.keys.cursor.at, 0);
}

#[test]
fn the_record_under_the_cursor_is_read_again_when_it_changes() {
    let mut stage = opened();
    stage.app.focus = Pane::Record;
    stage.noticed(came(&[record("b", JSON, "other")]));
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Read(Slot::Record, ..))));
    let newer = record("d", JSON, "22");
    stage.noticed(came(std::slice::from_ref(&newer)));
    stage.answer(Slot::Record, Ok(Loaded::Record(shown(newer))));
    assert_eq!(stage.app.record.record().unwrap().value, "22");
    assert_eq!(stage.app.keys.highlight(&Key::from("d")), Some(Highlight::Changed));
    assert_eq!(stage.app.focus, Pane::Record);
}

#[test]
fn a_large_value_that_was_fetched_is_only_marked() {
    let settings = Settings { preview_limit: 4, ..Settings::default() };
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    let large = vec![record("a", "text/plain", "longer than four")];
    stage.keys("j").open(&large);
    stage.noticed(came(&large));
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Read(Slot::Record, ..))));
    assert!(stage.app.record.note(&stage.app.keymap).unwrap().contains("changed since"));
}

#[test]
fn what_is_being_edited_is_left_alone() {
    let mut stage = opened();
    stage.keys("e").keys("9");
    stage.noticed(came(&[record("d", JSON, "22")]));
    stage.show(&[record("d", JSON, "22")]);
    let editor = stage.app.editor.as_ref().unwrap();
    assert_eq!(editor.original.as_ref().unwrap().value, "2", "so that saving finds the conflict");
    assert!(editor.is_changed());
}

#[test]
fn a_record_deleted_under_the_reader_is_told() {
    let mut stage = opened();
    stage.keys("<tab>").noticed(gone(&["d"]));
    apply(&mut stage);
    assert_eq!(stage.app.notice.as_ref().unwrap().text, "d was deleted by someone else");
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("f"));
}

#[test]
fn stores_appear_change_and_vanish_in_the_list() {
    let mut stage = opened();
    stage.noticed(WatchEvent::Store(store("alpha", 1)));
    stage.noticed(WatchEvent::Store(StoreInfo { records: Some(9), ..store("default", 2) }));
    assert_eq!(stage.app.stores.total(), 3);
    assert_eq!(stage.app.stores.current().unwrap().store.as_str(), Some("shop"));
    assert_eq!(stage.app.stores.get(&"default".into()).unwrap().records, Some(9));
    stage.noticed(WatchEvent::StoreGone("shop".into()));
    let notice = stage.app.notice.clone().unwrap();
    assert!(notice.text.contains("store shop was removed"), "{}", notice.text);
    assert_eq!(notice.tone, Tone::Warning);
    assert_eq!(keys(&stage), ["b", "d", "f"], "what was read stays");
    stage.asked.retain(|effect| matches!(effect, Effect::Watch(..)));
    stage.noticed(WatchEvent::Store(store("shop", 0)));
    assert!(
        matches!(stage.take(Slot::Keys).1, Read::Load(Load::Keys { early: false, .. })),
        "it came back"
    );
}

#[test]
fn a_store_that_is_made_anew_during_its_first_walk_is_read_anew() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j<enter>");
    stage.noticed(WatchEvent::StoreGone("shop".into()));
    assert!(stage.notice().contains("store shop was removed"), "{}", stage.notice());
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    stage.noticed(WatchEvent::Store(store("shop", 0)));
    assert!(matches!(stage.take(Slot::Keys).1, Read::Load(Load::Keys { .. })));
}

#[test]
fn what_the_user_deletes_is_not_deleted_by_someone_else() {
    let mut stage = opened();
    stage.keys("<tab>dy");
    let write = stage.write();
    let written = Written { records: 1, ..Written::default() };
    // The watcher may be faster than the answer, or slower.
    stage.noticed(gone(&["d"])).written(write, Ok(written)).noticed(gone(&["d"]));
    assert_eq!(stage.notice(), "deleted d");
}

#[test]
fn missed_changes_are_read() {
    let mut stage = opened();
    stage.noticed(WatchEvent::Lagged);
    assert!(matches!(stage.take(Slot::Stores).1, Read::Load(Load::Stores)));
    assert!(matches!(stage.take(Slot::Keys).1, Read::Load(Load::Keys { early: false, .. })));
    assert!(matches!(stage.take(Slot::Record).1, Read::Load(Load::Record { .. })));
}

#[test]
fn watching_is_turned_off_and_on_with_one_key() {
    let mut stage = opened();
    stage.keys("W");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Cancel(Slot::Watch))));
    assert_eq!(stage.app.watch.source, None);
    stage.noticed(came(&[record("late", JSON, "0")]));
    assert_eq!(apply(&mut stage), 0, "what was on its way is dropped");
    stage.asked.clear();
    stage.keys("W");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Watch(_, Some(_)))));
    assert!(
        matches!(stage.take(Slot::Keys).1, Read::Load(Load::Keys { .. })),
        "what happened meanwhile"
    );
}

#[test]
fn marks_fade_and_then_nothing_wakes_the_program() {
    let mut stage = opened();
    assert_eq!(stage.app.wake(), None);
    stage.noticed(came(&[record("a", JSON, "0")]));
    apply(&mut stage);
    let wake = stage.app.wake().unwrap();
    assert!(wake.micros() <= NOW + 1_000_000);
    stage.app.now = Timestamp::from_micros(NOW + 120_000_000);
    stage.event(Event::Time);
    assert_eq!(stage.app.keys.highlight(&Key::from("a")), None);
    assert_eq!(stage.app.wake(), None);
}

#[test]
fn an_order_is_made_again_after_changes_and_never_starves() {
    let mut stage = opened();
    stage.keys("s");
    assert_ne!(stage.app.keys.sort, Sort::Key);
    let (ticket, read) = stage.take(Slot::Select);
    stage.noticed(came(&[record("a", JSON, "0")]));
    apply(&mut stage);
    let asked = |stage: &Stage| {
        stage.asked.iter().filter(|e| matches!(e, Effect::Read(Slot::Select, ..))).count()
    };
    assert_eq!(asked(&stage), 0, "the one under way is not given up");
    let Read::Compute(Compute::Select(index, query)) = read else { panic!("{read:?}") };
    let selection = larder::index::RowOrder::new(&index, &query, &|| true);
    let loaded = Loaded::Selected(index, selection.unwrap());
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(loaded)));
    assert_eq!(asked(&stage), 1, "but another follows it");
}

/// Answers the newest read of a slot by computing it.
fn compute(stage: &mut Stage, slot: Slot) {
    let (ticket, read) = stage.take(slot);
    let Read::Compute(compute) = read else { panic!("{read:?}") };
    let loaded = compute.run(&|| true, &mut |_| {}).unwrap();
    stage.event(Event::Loaded(slot, ticket, Ok(loaded)));
}

#[test]
fn changes_and_their_order_take_one_round_trip() {
    let mut stage = opened();
    stage.keys("s");
    compute(&mut stage, Slot::Select);
    stage.noticed(came(&[record("a", "text/plain", "0")]));
    compute(&mut stage, Slot::Keys);
    assert_eq!(keys(&stage), ["b", "d", "f", "a"], "by content type");
    assert_eq!((asked(&stage, Slot::Select), asked(&stage, Slot::Keys)), (0, 0));
}

#[test]
fn a_filter_typed_while_changes_are_applied_does_not_wait_for_the_order_before_it() {
    let mut stage = opened();
    stage.keys("s");
    compute(&mut stage, Slot::Select);
    stage.noticed(came(&[record("dd", JSON, "0")]));
    let (late, read) = stage.take(Slot::Keys);
    stage.keys("/d");
    // The changes are applied again, without the order, which is no longer wanted.
    let (ticket, again) = stage.take(Slot::Keys);
    let Read::Compute(Compute::Apply { index, changes, query: None }) = again else {
        panic!("{again:?}")
    };
    compute(&mut stage, Slot::Select);
    assert_eq!(keys(&stage), ["d"]);
    let Read::Compute(given_up) = read else { panic!("{read:?}") };
    let loaded = given_up.run(&|| true, &mut |_| {}).unwrap();
    stage.event(Event::Loaded(Slot::Keys, late, Ok(loaded)));
    assert_eq!(keys(&stage), ["d"], "a late reply is no news");
    let applied = Loaded::Applied(index.apply(&changes).into(), None);
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(applied)));
    compute(&mut stage, Slot::Select);
    assert_eq!(keys(&stage), ["d", "dd"]);
}

#[test]
fn a_walk_gives_its_keys_in_the_order_that_is_set() {
    let mut stage = opened();
    stage.keys("s");
    compute(&mut stage, Slot::Select);
    stage.keys("r");
    let (ticket, read) = stage.take(Slot::Keys);
    let Read::Load(Load::Keys { query: Some(query), .. }) = read else { panic!("{read:?}") };
    let all = index(&[record("a", "text/plain", "0"), record("b", JSON, "1")]);
    let ordered = Ordered::make(&all, Some(query), &|| true, &mut |_| {});
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::Keys(all.clone(), 0.5, ordered))));
    assert_eq!((keys(&stage), asked(&stage, Slot::Select)), (vec!["b".into(), "a".into()], 0));
    // From now on, the order that is set now is used.
    stage.keys("s");
    let query = stage.asked.iter().rev().find_map(|effect| match effect {
        Effect::OrderWalk(query) => Some(query.clone().unwrap()),
        _ => None,
    });
    let ordered = Ordered::make(&all, query, &|| true, &mut |_| {});
    assert_eq!(asked(&stage, Slot::Select), 1, "what is there is ordered at once");
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::Keys(all, 1.0, ordered))));
    let cancelled = |effect: &Effect| matches!(effect, Effect::Cancel(Slot::Select));
    assert!(stage.asked.iter().any(cancelled), "the order came with the keys");
    assert_eq!(keys(&stage).len(), 2);
}

#[test]
fn the_store_one_came_for_is_opened_as_soon_as_it_is_there() {
    let settings = Settings { open: Some("shop".into()), ..Settings::default() };
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 2)]);
    assert_eq!(stage.app.keys.store, None);
    stage.noticed(WatchEvent::Store(store("shop", 0)));
    assert_eq!(stage.app.keys.store, Some("shop".into()));
    assert_eq!(stage.app.stores.current().unwrap().store, "shop".into());
}

fn asked(stage: &Stage, slot: Slot) -> usize {
    let reads = stage.asked.iter();
    reads.filter(|effect| matches!(effect, Effect::Read(of, ..) if *of == slot)).count()
}

#[test]
fn a_walk_is_not_given_up_for_what_was_missed_meanwhile_but_followed_by_another() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j<enter>");
    let (ticket, read) = stage.take(Slot::Keys);
    assert!(matches!(read, Read::Load(Load::Keys { early: true, .. })));
    for _ in 0..5 {
        stage.noticed(WatchEvent::Lagged);
    }
    assert_eq!((asked(&stage, Slot::Keys), asked(&stage, Slot::Stores)), (0, 1));
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::keys(index(&shop()), 0.5))));
    assert_eq!(keys(&stage), ["b", "d", "f"], "what comes shows");
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::keys(index(&shop()), 1.0))));
    assert_eq!(asked(&stage, Slot::Keys), 1);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    let stores = vec![store("default", 2), store("shop", 3)];
    stage.answer(Slot::Stores, Ok(Loaded::Stores(stores.clone(), None)));
    assert_eq!((asked(&stage, Slot::Keys), asked(&stage, Slot::Stores)), (0, 1));
    stage.answer(Slot::Stores, Ok(Loaded::Stores(stores, None)));
    assert_eq!(asked(&stage, Slot::Stores), 0, "all has been read since");
}

#[test]
fn a_record_that_changes_faster_than_it_can_be_read_is_shown_all_the_same() {
    let mut stage = opened();
    let newer = record("d", JSON, "22");
    for _ in 0..5 {
        stage.noticed(came(std::slice::from_ref(&newer)));
    }
    assert_eq!(asked(&stage, Slot::Record), 1, "the read under way is not given up");
    stage.answer(Slot::Record, Ok(Loaded::Record(shown(newer.clone()))));
    assert_eq!(stage.app.record.record().unwrap().value, "22");
    assert_eq!(asked(&stage, Slot::Record), 1, "but followed by another");
    stage.answer(Slot::Record, Ok(Loaded::Record(shown(newer))));
    assert_eq!(asked(&stage, Slot::Record), 0);
}

#[test]
fn a_wish_to_fetch_a_large_value_outlives_its_changes() {
    let mut stage = opened();
    let newer = record("d", JSON, "22");
    stage.noticed(came(std::slice::from_ref(&newer)));
    stage.keys("<tab>f");
    assert!(stage.app.record.fetch_if_large);
    stage.noticed(came(&[newer]));
    assert!(stage.app.record.fetch_if_large);
}

#[test]
fn changes_that_wait_for_a_walk_take_bounded_room() {
    let mut stage = opened();
    stage.keys("r");
    let (ticket, _) = stage.take(Slot::Keys);
    for batch in 0..300 {
        let records: Vec<_> =
            (0..1000).map(|number| record(&format!("{batch}-{number}"), JSON, "1")).collect();
        stage.noticed(came(&records));
    }
    assert!(
        stage.app.keys.sync.pending().len() <= 100_000,
        "{}",
        stage.app.keys.sync.pending().len()
    );
    assert_eq!(asked(&stage, Slot::Keys), 0, "the walk goes on");
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::keys(index(&shop()), 1.0))));
    assert!(
        matches!(stage.take(Slot::Keys).1, Read::Load(Load::Keys { early: false, .. })),
        "for the rest"
    );
}

#[test]
fn the_list_of_a_store_that_is_gone_stays() {
    let mut stage = opened();
    stage.noticed(WatchEvent::StoreGone("shop".into()));
    stage.keys("j");
    let (ticket, _) = stage.take(Slot::Record);
    let missing = Loaded::Record(larder::app::RecordView::Missing(Key::from("f")));
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(missing)));
    assert_eq!(apply(&mut stage), 0);
    assert_eq!(keys(&stage), ["b", "d", "f"]);
    // It comes back with records that count as neither new nor changed.
    stage.noticed(WatchEvent::Store(store("shop", 3)));
    stage.noticed(came(&shop()));
    assert_eq!(stage.app.keys.highlight(&Key::from("b")), None);
}

#[test]
fn a_record_that_the_user_made_is_new() {
    let mut stage = opened();
    stage.keys("na<tab><tab>");
    stage.event(Event::Paste("1".to_owned()));
    stage.keys("<ctrl-s>");
    let write = stage.write();
    let meta = record("a", JSON, "1").meta;
    stage.written(
        write,
        Ok(larder::model::Written { records: 1, meta: Some(meta), ..Default::default() }),
    );
    apply(&mut stage);
    stage.noticed(came(&[record("a", JSON, "1")]));
    assert_eq!(stage.app.keys.highlight(&Key::from("a")), Some(Highlight::New));
}

/// A stage that polls, so that the core must find out by itself what is new.
fn polled() -> Stage {
    let mut stage = opened();
    let within = std::time::Duration::from_secs(5);
    stage.noticed(WatchEvent::Source(WatchSource::Polling { within, why: String::new() }));
    stage
}

fn page(records: &[&str]) -> WatchEvent {
    let mut page = KeyPage::default();
    for key in records {
        page.push(key.as_bytes(), JSON, 1, None);
    }
    WatchEvent::Page(page)
}

/// Compares the watcher's events with the index, as the shell does.
fn compare(stage: &mut Stage) {
    apply(stage);
    while stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Compare, ..))) {
        let (ticket, read) = stage.take(Slot::Compare);
        let Read::Compute(Compute::Compare(index, scanned, round)) = read else {
            panic!("{read:?}")
        };
        let loaded = Loaded::Compared(round.pass(&index, &scanned));
        stage.event(Event::Loaded(Slot::Compare, ticket, Ok(loaded)));
        apply(stage);
    }
}

#[test]
fn what_a_round_sees_comes_and_what_it_does_not_see_goes() {
    let mut stage = polled();
    stage.noticed(WatchEvent::ScanStarted).noticed(page(&["a", "d"]));
    compare(&mut stage);
    assert_eq!(keys(&stage), ["a", "b", "d", "f"]);
    assert_eq!(stage.app.keys.highlight(&Key::from("a")), Some(Highlight::New));
    stage.noticed(came(&[record("g", JSON, "0")])).noticed(page(&["f"]));
    stage.noticed(WatchEvent::ScanFinished);
    compare(&mut stage);
    assert_eq!(keys(&stage), ["a", "d", "f", "g"]);
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("d"));
}

#[test]
fn the_watcher_knows_what_is_on_the_screen() {
    let stage = polled();
    let interest = stage.asked.iter().rev().find_map(|effect| match effect {
        Effect::SetInterest(interest) => Some(interest.clone()),
        _ => None,
    });
    let interest = interest.unwrap();
    assert_eq!(interest.keys, ["b", "d", "f"].map(Key::from));
    assert_eq!(interest.open, Some(Key::from("d")));
    assert_eq!(interest.stores.len(), 2);
}

#[test]
fn a_number_of_records_that_grows_makes_the_rate_where_not_each_is_told() {
    let mut stage = polled();
    stage.noticed(WatchEvent::Store(StoreInfo { records: Some(53), ..store("shop", 3) }));
    assert!((stage.app.watch.rate(stage.app.now) - 10.0).abs() < 1e-9);
}

/// A stage with a server that names each record.
fn named() -> Stage {
    let mut stage = opened();
    stage.noticed(WatchEvent::Source(WatchSource::SubKeys));
    stage
}

#[test]
fn where_the_server_names_records_they_are_counted_and_not_the_number() {
    let mut stage = named();
    let five = ["b", "g", "h", "i", "j"].map(|key| record(key, JSON, "0"));
    stage.noticed(came(&five)).noticed(WatchEvent::Store(store("shop", 53)));
    assert!((stage.app.watch.rate(stage.app.now) - 1.0).abs() < 1e-9);
    apply(&mut stage);
    assert_eq!(keys(&stage), ["b", "d", "f", "g", "h", "i", "j"]);
    assert_eq!(stage.app.keys.highlight(&Key::from("b")), Some(Highlight::Changed));
    assert_eq!(stage.app.keys.highlight(&Key::from("j")), Some(Highlight::New));
    let compares = |effect: &Effect| matches!(effect, Effect::Read(Slot::Compare, ..));
    assert!(!stage.asked.iter().any(compares), "there is no round that they could count for");
}

#[test]
fn a_record_that_is_named_while_a_round_goes_on_is_there_after_it() {
    let mut stage = named();
    stage.noticed(WatchEvent::ScanStarted).noticed(page(&["b", "d"]));
    stage.noticed(came(&[record("g", JSON, "0")])).noticed(gone(&["b"]));
    apply(&mut stage);
    stage.noticed(WatchEvent::ScanFinished);
    compare(&mut stage);
    assert_eq!(keys(&stage), ["d", "g"]);
}

/// Number of times that another round was asked for.
fn doubts(stage: &Stage) -> u32 {
    let interest = stage.asked.iter().rev().find_map(|effect| match effect {
        Effect::SetInterest(interest) => Some(interest.rescan_request),
        _ => None,
    });
    interest.unwrap()
}

#[test]
fn a_record_that_is_named_while_a_page_is_compared_is_as_it_was_named() {
    let mut stage = named();
    stage.noticed(WatchEvent::ScanStarted);
    let (ticket, _) = stage.take(Slot::Compare);
    stage.event(Event::Loaded(Slot::Compare, ticket, Ok(Loaded::Compared(Vec::new()))));
    stage.noticed(page(&["b", "d", "x"]));
    let (ticket, read) = stage.take(Slot::Compare);
    stage.noticed(came(&[record("b", JSON, "12345")])).noticed(gone(&["x"]));
    apply(&mut stage);
    let Read::Compute(Compute::Compare(index, scanned, round)) = read else { panic!("{read:?}") };
    let loaded = Loaded::Compared(round.pass(&index, &scanned));
    stage.event(Event::Loaded(Slot::Compare, ticket, Ok(loaded)));
    apply(&mut stage);
    assert_eq!(keys(&stage), ["b", "d", "f"]);
    assert_eq!(stage.app.keys.row(0).unwrap().size, 5);
}

#[test]
fn a_list_of_named_records_that_does_not_add_up_wants_a_round_once_it_is_quiet() {
    let mut stage = named();
    stage.noticed(came(&[record("g", JSON, "0")])).noticed(WatchEvent::Store(store("shop", 9)));
    apply(&mut stage);
    stage.event(Event::Time);
    assert_eq!(doubts(&stage), 0, "more may be on its way");
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 6_000_000);
    stage.event(Event::Time);
    assert_eq!(doubts(&stage), 1);
    stage.noticed(WatchEvent::ScanStarted).noticed(WatchEvent::ScanFinished);
    compare(&mut stage);
    stage.event(Event::Time);
    assert_eq!(doubts(&stage), 1, "what never adds up is not walked for ever");
}

#[test]
fn a_list_of_named_records_that_adds_up_wants_no_round() {
    let mut stage = named();
    stage.noticed(came(&[record("g", JSON, "0")])).noticed(WatchEvent::Store(store("shop", 4)));
    apply(&mut stage);
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 6_000_000);
    stage.event(Event::Time);
    assert_eq!(doubts(&stage), 0);
}

#[test]
fn esc_stops_the_walk_and_r_goes_on_with_it() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j<enter><esc>");
    let paused = |effect: &Effect| matches!(effect, Effect::Pause(true));
    assert!(stage.asked.iter().any(paused), "{:?}", stage.asked);
    assert_eq!(stage.app.focus, Pane::Keys);
    stage.asked.clear();
    stage.keys("r");
    assert!(matches!(&stage.asked[..], [Effect::Pause(false)]), "{:?}", stage.asked);
    stage.keys("<esc><esc>");
    assert_eq!(stage.app.focus, Pane::Keys, "the second has nothing to stop, and goes nowhere");
    assert_eq!(stage.notice(), "nothing to clear here · ← leaves the pane");
    stage.keys("<left>");
    assert_eq!(stage.app.focus, Pane::Stores);
}

#[test]
fn the_details_of_the_open_store_tell_how_it_is_watched_also_where_the_top_line_has_no_room() {
    let mut stage = Stage::new(40, 10);
    stage.connect(vec![store("default", 2), store("shop", 6)]);
    stage.keys("j").open(&[record("a", "text/plain", "1")]);
    let within = std::time::Duration::from_millis(240);
    stage.noticed(WatchEvent::Source(WatchSource::Woken { by: "tracking", within }));
    let told = |stage: &mut Stage| {
        stage.keys("i");
        // The end of scrolling is known once the page is drawn.
        let _ = stage.frame();
        stage.keys("G");
        let frame = stage.frame();
        stage.keys("<esc>");
        frame
    };
    let frame = told(&mut stage);
    assert!(frame.contains("by tracking, at most") && frame.contains("0.2 s late"), "{frame}");
    stage.keys("W");
    let frame = told(&mut stage);
    assert!(frame.contains("watched       no"), "{frame}");
}
