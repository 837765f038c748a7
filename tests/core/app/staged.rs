//! Edits are staged instead of saved, and saved together.

use larder::app::{Effect, Event, Layer, Loaded, Read, Settings, Slot, StagedNow};
use larder::edit::draft::{Draft, DraftId};
use larder::model::{
    Error, ErrorKind, Expect, Key, Reading, Record, ServerInfo, SetValue, StoreName, Timestamp,
    WatchEvent,
};
use larder::ops::{Outcome, Plan, PlannedChange, Resolution, WriteId};

use super::JSON;
use crate::stage::{Stage, computed, record, store};

fn shop() -> Vec<Record> {
    ["a", "b", "c"].map(|key| record(key, JSON, format!(r#"{{"key": "{key}"}}"#))).to_vec()
}

fn opened() -> Stage {
    let mut stage = Stage::with(120, 36, Settings { process: 7, ..Settings::default() });
    stage.app.now = Timestamp::from_micros(10_000_000);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    stage
}

/// Types into the record under the cursor, and stages that.
fn type_and_stage(stage: &mut Stage) {
    stage.keys("e<down><end><left>!<ctrl-p>");
    assert!(stage.app.editor.is_none(), "{:?}", stage.app.editor);
}

/// A stage with three staged edits.
fn staged() -> Stage {
    let mut stage = opened();
    for _ in 0..3 {
        type_and_stage(&mut stage);
        stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 1);
        stage.keys("j").show(&shop());
    }
    stage
}

fn keys(stage: &Stage) -> Vec<String> {
    stage.app.staged.edits().iter().map(|edit| edit.set.key.escaped()).collect()
}

fn kept(stage: &Stage) -> Vec<Draft> {
    let kept = stage.asked.iter().filter_map(|effect| match effect {
        Effect::KeepDraft(draft) => Some(Draft::clone(draft)),
        _ => None,
    });
    kept.collect()
}

fn dropped(stage: &Stage) -> Vec<DraftId> {
    let dropped = stage.asked.iter().filter_map(|effect| match effect {
        Effect::DropDraft(id) => Some(id.clone()),
        _ => None,
    });
    dropped.collect()
}

/// The save of all edits that was asked for.
fn sent(stage: &mut Stage) -> (WriteId, Plan, Vec<SetValue>) {
    let at = stage.asked.iter().position(|effect| matches!(effect, Effect::Write(..)));
    let Effect::Write(id, plan) = stage.asked.remove(at.unwrap()) else { panic!() };
    let PlannedChange::SetMany(sets) = &plan.change else { panic!("{plan:?}") };
    let sets = sets.to_vec();
    (id, *plan, sets)
}

fn finds(stage: &mut Stage, now: [(&str, StagedNow); 3]) {
    let found = now.map(|(key, now)| (StoreName::from("shop"), Key::from(key), now));
    // Only the newest question is answered.
    while stage.asked.iter().filter(|ask| matches!(ask, Effect::Read(Slot::Staged, ..))).count() > 1
    {
        stage.take(Slot::Staged);
    }
    stage.answer(Slot::Staged, Ok(Loaded::Staged(found.to_vec())));
}

#[test]
fn an_edit_is_staged_with_what_it_was_made_from_and_nothing_is_written() {
    let mut stage = opened();
    type_and_stage(&mut stage);
    assert!(stage.writes().is_empty());
    let edit = &stage.app.staged.edits()[0];
    assert_eq!(edit.set.value, r#"{"key": "a!"}"#);
    assert_eq!(edit.set.content_type.as_str(), JSON);
    let read = Expect::unchanged(r#"{"key": "a"}"#.into(), JSON.into());
    assert_eq!(edit.set.expected, read);
    let drafts = kept(&stage);
    assert!(drafts.len() == 1 && drafts[0].head.staged && dropped(&stage).is_empty());
    assert_eq!(drafts[0].head.id(), edit.id);
    let notice = stage.notice().to_owned();
    assert!(notice.starts_with("staged a, not saved · ctrl-p lists 1 edit"), "{notice}");
    let frame = stage.frame();
    assert!(frame.contains("1 staged") && frame.contains("≡ a"), "{frame}");
    // Nothing was typed, so nothing is staged.
    stage.keys("j").show(&shop()).keys("e<ctrl-p>");
    assert!(stage.app.editor.is_some() && stage.app.staged.total() == 1);
    assert!(stage.notice().contains("nothing was changed"), "{}", stage.notice());
}

#[test]
fn what_cannot_be_stored_is_not_staged() {
    let mut stage = opened();
    stage.keys("e{<ctrl-p>");
    assert_eq!(stage.app.staged.total(), 0);
    let fault = stage.app.editor.as_ref().unwrap().fault.clone().unwrap_or_default();
    assert!(fault.starts_with("not staged: not JSON"), "{fault}");
}

#[test]
fn a_fault_that_is_in_no_line_does_not_stand_at_that_of_an_older_one() {
    let mut stage = staged();
    stage.keys("na<enter><enter>{<ctrl-p>");
    assert_eq!(stage.app.editor.as_ref().unwrap().fault_line, Some(1));
    stage.keys("}<ctrl-p>");
    let editor = stage.app.editor.as_ref().unwrap();
    let fault = editor.fault.clone().unwrap_or_default();
    assert!(fault.contains("another staged edit"), "{fault}");
    assert_eq!(editor.fault_line, None);
}

#[test]
fn all_are_shown_as_one_change_and_saved_by_one_plan() {
    let mut stage = staged();
    assert_eq!(keys(&stage), ["a", "b", "c"]);
    finds(&mut stage, [("a", StagedNow::Same), ("b", StagedNow::Changed), ("c", StagedNow::Same)]);
    stage.keys("<ctrl-p>");
    let frame = stage.frame();
    for part in ["a in shop", "changed since · value · 12 B → 13 B", "ctrl-s save"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("j<enter><enter>");
    assert!(!stage.asked.iter().any(|ask| matches!(ask, Effect::Write(..))), "it is not shown yet");
    stage.compared();
    let frame = stage.frame();
    for part in ["$.key  \"a\" → \"a!\"", "$.key  \"c\" → \"c!\"", "by someone else: stays staged"]
    {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    let at = |text: &str| frame.find(text).unwrap();
    assert!(at("b in shop") < at("a in shop"), "the one under the cursor comes first");
    stage.keys("<enter>");
    let (id, plan, sets) = sent(&mut stage);
    assert!(plan.reversible);
    assert_eq!(sets.len(), 3, "each is sent with what it expects");
    // While the edits are saved, none is opened or taken out.
    stage.keys("e");
    assert!(stage.app.editor.is_none() && stage.app.staged.total() == 3);
    let ids: Vec<_> = stage.app.staged.edits().iter().map(|edit| edit.id.clone()).collect();
    let inverse = Some(Box::new(Plan::create(larder::model::OpenBy::Default)));
    let skipped = vec![Key::from("b")];
    stage.event(Event::Written(
        id,
        Ok(Outcome { records: 2, skipped, inverse, ..Outcome::default() }),
    ));
    assert_eq!(keys(&stage), ["b"]);
    assert_eq!(dropped(&stage), [ids[0].clone(), ids[2].clone()]);
    let told = "saved 2 records; b stays staged: changed meanwhile";
    assert_eq!(stage.notice(), told);
    assert_eq!(stage.app.journal.steps().len(), 1, "it is one step");
    assert_eq!(stage.app.journal.steps()[0].title, "saved 2 records");
}

#[test]
fn what_someone_else_wrote_beside_a_staged_edit_is_merged_when_it_is_saved() {
    let mut stage = staged();
    let theirs = record("b", JSON, r#"{"key": "b", "count": 7}"#);
    let set = stage.app.staged.edits()[1].set.clone();
    let now = StagedNow::of(&set, Some(&Reading::Whole(theirs.clone())));
    assert!(matches!(now, StagedNow::Merged(_)), "{now:?}");
    finds(&mut stage, [("a", StagedNow::Same), ("b", now), ("c", StagedNow::Same)]);
    stage.keys("<ctrl-p>");
    assert!(stage.frame().contains("merged with a change · value"), "{}", stage.frame());
    stage.keys("j<enter>").compared();
    let frame = stage.frame();
    for part in ["$.key  \"b\" → \"b!\"", "merged with a change by someone else"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    assert!(!frame.contains("$.count"), "what is there stays: {frame}");
    stage.keys("<enter>");
    let (id, _, sets) = sent(&mut stage);
    assert_eq!(sets[1].value, r#"{"key": "b!", "count": 7}"#);
    assert_eq!(sets[1].expected, Expect::unchanged(theirs.value.clone(), JSON.into()));
    stage.event(Event::Written(id, Ok(Outcome { records: 3, ..Outcome::default() })));
    assert_eq!(stage.notice(), "saved 3 records; one merged with theirs");
    assert_eq!(stage.app.staged.total(), 0);
    // A value that it wrote over the same leaf is not merged, and one that it has stored already is no edit
    // any more.
    let now = |text: &str| StagedNow::of(&set, Some(&Reading::Whole(record("b", JSON, text))));
    assert_eq!(now(r#"{"key": "theirs"}"#), StagedNow::Changed);
    assert_eq!(now(r#"{"key": "b!", "count": 8}"#), StagedNow::Stored);
    assert_eq!(now(r#"{"key": "b"}"#), StagedNow::Same);
}

#[test]
fn a_staged_edit_is_opened_again_and_closing_it_stages_it_again() {
    let mut stage = staged();
    stage.keys("kk").show(&shop());
    let id = stage.app.staged.edits()[0].id.clone();
    stage.keys("e");
    assert_eq!(stage.edited(), "{\n  \"key\": \"a!\"\n}");
    assert_eq!(keys(&stage), ["b", "c"]);
    stage.keys("<esc>");
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
    assert_eq!(keys(&stage), ["b", "c", "a"]);
    assert_eq!(stage.app.staged.edits()[2].id, id, "its draft is the same");
    assert!(dropped(&stage).is_empty());
    // An edit that is saved from the editor leaves the list, and so does its draft.
    stage.keys("<ctrl-p><end>e<down><end><left>?<ctrl-s>");
    let write = stage.write();
    stage.written(write, Ok(super::done()));
    assert_eq!((keys(&stage), dropped(&stage)), (vec!["b".to_owned(), "c".to_owned()], vec![id]));
}

#[test]
fn one_is_taken_out_only_after_a_question() {
    let mut stage = staged();
    stage.keys("<ctrl-p>d");
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
    stage.keys("<esc>d");
    assert_eq!(stage.app.staged.total(), 3);
    stage.keys("y");
    assert_eq!(keys(&stage), ["b", "c"]);
    assert_eq!(dropped(&stage).len(), 1);
    stage.keys("dydy");
    assert!(stage.app.layers.is_empty(), "an empty list closes");
}

#[test]
fn a_lost_answer_leaves_in_the_list_what_is_not_stored() {
    let mut stage = staged();
    stage.keys("<ctrl-p><ctrl-s>");
    let (id, ..) = sent(&mut stage);
    stage.event(Event::Written(id, Err(Error::new(ErrorKind::InDoubt, "the connection broke"))));
    assert_eq!(stage.app.staged.total(), 3, "nothing is known yet");
    stage.keys("<ctrl-s>");
    assert!(stage.notice().contains("being saved"), "{}", stage.notice());
    let why = Error::new(ErrorKind::Connection, "1 of 3 records are changed");
    stage.event(Event::Resolved(id, Ok(Resolution::Open(why))));
    finds(&mut stage, [("a", StagedNow::Stored), ("b", StagedNow::Same), ("c", StagedNow::Same)]);
    assert_eq!(keys(&stage), ["b", "c"]);
    assert_eq!(dropped(&stage).len(), 1);
    assert!(stage.notice().contains("1 of 3 records are changed"), "{}", stage.notice());
    // It is saved again.
    stage.keys("<ctrl-s>");
    assert_eq!(sent(&mut stage).2.len(), 2);
}

#[test]
fn nothing_is_saved_where_nothing_may_be_written() {
    let mut stage = staged();
    let server = ServerInfo { replica: true, read_only: true, ..ServerInfo::default() };
    stage.event(Event::Server(Ok(server)));
    stage.keys("<ctrl-p><ctrl-s>");
    assert!(stage.notice().contains("takes no writes"), "{}", stage.notice());
    assert_eq!(stage.app.staged.total(), 3);
}

#[test]
fn what_someone_else_writes_is_looked_at_at_once() {
    let mut stage = staged();
    finds(&mut stage, [("a", StagedNow::Same), ("b", StagedNow::Same), ("c", StagedNow::Same)]);
    let other = record("z", JSON, "{}").meta;
    stage.noticed(WatchEvent::Records { set: vec![other], removed: vec![] });
    let asks = |stage: &Stage| {
        stage.asked.iter().any(|ask| matches!(ask, Effect::Read(Slot::Staged, _, Read::Load(_))))
    };
    assert!(!asks(&stage), "it has no staged edit");
    stage.noticed(WatchEvent::Records { set: vec![], removed: vec![Key::from("b")] });
    assert!(asks(&stage));
    finds(&mut stage, [("a", StagedNow::Same), ("b", StagedNow::Gone), ("c", StagedNow::Same)]);
    assert!(stage.keys("<ctrl-p>").frame().contains("deleted since"));
}

#[test]
fn quitting_with_staged_edits_asks_and_says_that_their_drafts_are_kept() {
    let mut stage = staged();
    stage.keys("q");
    let frame = stage.frame();
    assert!(frame.contains("3 staged edits not saved. Their drafts are kept"), "{frame}");
    stage.keys("n");
    let id = stage.app.staged.edits()[1].id.clone();
    stage.event(Event::DraftKept(id, Err("no space left".to_owned())));
    assert!(stage.notice().contains("but no draft kept: no space left"), "{}", stage.notice());
    stage.keys("q");
    assert!(stage.frame().contains("1 of them has no draft"), "{}", stage.frame());
    stage.keys("y");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Quit)));
    assert!(dropped(&stage).is_empty(), "the drafts outlive it");
    let told = stage.app.unseen_failure().unwrap();
    assert!(told.contains("3 staged edits not saved"), "{told}");
}

#[test]
fn what_was_staged_before_larder_was_ended_is_staged_again_by_its_list() {
    let drafts = kept(&staged());
    assert_eq!(drafts.len(), 3);
    let mut stage = Stage::with(120, 36, Settings { process: 8, ..Settings::default() });
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    let found = drafts.iter().map(|draft| (draft.head.id(), draft.head.clone())).collect();
    stage.event(Event::Drafts(found));
    assert!(stage.notice().starts_with("3 staged edits left unsaved"), "{}", stage.notice());
    stage.keys("<ctrl-p>");
    for draft in &drafts {
        let id = draft.head.id();
        assert!(stage.asked.iter().any(|ask| matches!(ask, Effect::ReadDraft(it) if *it == id)));
        stage.event(Event::DraftRead(id, Ok(Box::new(draft.clone()))));
    }
    assert_eq!(keys(&stage), ["a", "b", "c"]);
    // The edits are this program's now, under names of its own, each written before the old one is removed.
    let own: Vec<_> = kept(&stage).iter().map(|draft| draft.head.process).collect();
    assert_eq!(own, [8, 8, 8]);
    let old: Vec<_> = drafts.iter().map(|draft| draft.head.id()).collect();
    assert_eq!(dropped(&stage), old);
    stage.keys("<ctrl-s>");
    let (_, _, sets) = sent(&mut stage);
    let read = Expect::unchanged(r#"{"key": "a"}"#.into(), JSON.into());
    assert_eq!(sets[0].expected, read, "over what they were made from, and nothing later");
}

#[test]
fn where_saves_are_shown_first_the_list_shows_all_that_it_saves() {
    let mut stage = staged();
    stage.app.settings.review_saves = true;
    let is_sent = |stage: &Stage| stage.asked.iter().any(|it| matches!(it, Effect::Write(..)));
    stage.keys("<ctrl-p><ctrl-s>");
    assert!(stage.frame().contains("Save 3 staged edits"), "{}", stage.frame());
    stage.keys("<ctrl-s>");
    assert!(!is_sent(&stage), "what is not shown yet is not agreed to");
    let (ticket, read) = stage.take(Slot::Saving);
    stage.event(Event::Loaded(Slot::Saving, ticket, Ok(computed(read))));
    stage.keys("<ctrl-s>");
    assert_eq!(sent(&mut stage).2.len(), 3);
}

#[test]
fn a_save_that_cannot_be_undone_says_so_before() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    // A record without a type cannot be given none again.
    let bare = [record("a", "", "text")];
    stage.keys("j").open(&bare).keys("e<shift-tab><down><down><ctrl-p>");
    assert_eq!(stage.app.staged.total(), 1, "{:?}", stage.app.editor.map(|it| it.fault));
    stage.keys("<ctrl-p><ctrl-s>");
    assert!(stage.frame().contains("Cannot be undone"), "{}", stage.frame());
    assert!(!stage.asked.iter().any(|ask| matches!(ask, Effect::Write(..))));
    stage.keys("y");
    assert!(!sent(&mut stage).1.reversible);
}
