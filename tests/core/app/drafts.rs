//! What is typed is kept as a draft, and offered again.

use larder::app::{Effect, Event, Layer, Settings, Slot};
use larder::edit::draft::{Digests, Draft, DraftId};
use larder::model::{Error, ErrorKind, Expect, Record, Timestamp, WatchEvent, Write};

use super::{JSON, done};
use crate::stage::{Stage, record, store};

fn page(value: &str) -> Record {
    record("page", JSON, value)
}

const TEXT: &str = "text/plain; charset=utf-8";

pub(super) fn opened(value: &str) -> Stage {
    with(page(value))
}

pub(super) fn opened_text(value: &str) -> Stage {
    with(record("page", TEXT, value))
}

fn with(record: Record) -> Stage {
    let mut stage = Stage::with(120, 36, Settings { process: 7, ..Settings::default() });
    stage.app.now = Timestamp::from_micros(10_000_000);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[record]);
    stage
}

pub(super) fn kept(stage: &Stage) -> Vec<Draft> {
    let kept = stage.asked.iter().filter_map(|effect| match effect {
        Effect::KeepDraft(draft) => Some(Draft::clone(draft)),
        _ => None,
    });
    kept.collect()
}

/// A draft as it is read from its file.
pub(super) fn read_back(draft: &Draft) -> Draft {
    let filed = draft.filed(&mut Digests::default()).unwrap();
    let beside = |digest: &str| filed.beside.iter().find(|(name, _)| name == digest);
    let file = filed.file.clone().into();
    Draft::from_file(&file, |digest| beside(digest).map(|(_, value)| value.clone())).unwrap()
}

pub(super) fn dropped(stage: &Stage) -> Vec<DraftId> {
    let dropped = stage.asked.iter().filter_map(|effect| match effect {
        Effect::DropDraft(id) => Some(id.clone()),
        _ => None,
    });
    dropped.collect()
}

/// Lets time pass.
pub(super) fn wait(stage: &mut Stage, millis: i64) {
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + millis * 1000);
    stage.event(Event::Time);
}

/// The draft of what these keys type over this value.
fn draft_of(value: &str, keys: &str) -> Draft {
    let mut stage = opened(value);
    stage.keys("e").keys(keys);
    wait(&mut stage, 500);
    kept(&stage).pop().unwrap()
}

/// Another larder finds the draft, and the user edits its record.
pub(super) fn found(stage: &mut Stage, draft: &Draft) {
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("e");
    assert!(stage.app.editor.is_none(), "first the draft is looked at");
    let read = stage.asked.iter().any(|effect| matches!(effect, Effect::ReadDraft(_)));
    assert!(read, "{:?}", stage.asked);
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
}

#[test]
fn what_is_typed_is_kept_half_a_second_later_and_not_twice() {
    let mut stage = opened("[1]");
    stage.keys("e");
    wait(&mut stage, 600);
    assert!(kept(&stage).is_empty(), "nothing is typed");
    stage.keys("x");
    let due = stage.app.wake().unwrap();
    assert!(due.micros() - stage.app.now.micros() <= 500_000);
    wait(&mut stage, 400);
    // Further typing does not delay it.
    stage.keys("y");
    wait(&mut stage, 100);
    let drafts = kept(&stage);
    let [draft] = &drafts[..] else { panic!("{drafts:?}") };
    assert!(draft.text.bytes().starts_with(b"xy[") && draft.base.as_ref().unwrap().value == "[1]");
    assert_eq!((draft.head.key.escaped().as_str(), draft.head.process), ("page", 7));
    stage.keys("<right>");
    wait(&mut stage, 600);
    assert_eq!(kept(&stage).len(), 1, "nothing else was typed");
    stage.keys("z");
    wait(&mut stage, 600);
    let drafts = kept(&stage);
    assert_eq!(drafts.len(), 2);
    assert_eq!(drafts[0].head.id(), drafts[1].head.id());
}

#[test]
fn a_draft_goes_when_it_is_stored_or_given_up_and_stays_when_a_save_fails() {
    let mut stage = opened("[1]");
    stage.keys("e<down><end>2");
    wait(&mut stage, 500);
    let id = kept(&stage)[0].head.id();
    stage.keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Io, "the disk is full")));
    assert!(dropped(&stage).is_empty(), "it was not stored");
    stage.keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Ok(done()));
    assert_eq!(dropped(&stage), [id]);
    // The edit is given up.
    let mut stage = opened("[1]");
    stage.keys("e<down><end>2");
    wait(&mut stage, 500);
    let id = kept(&stage)[0].head.id();
    stage.keys("<esc>");
    assert!(dropped(&stage).is_empty());
    stage.keys("y");
    assert_eq!(dropped(&stage), [id]);
}

#[test]
fn what_ends_larder_hands_out_what_was_typed_last() {
    let mut stage = opened("[1]");
    stage.keys("e<down><end>2");
    let draft = stage.app.unkept_draft().expect("it was typed and not kept");
    assert!(std::str::from_utf8(&draft.text.bytes()).unwrap().contains("12"));
    stage.app.ending();
    let told = stage.app.unseen_failure().unwrap();
    assert!(told.contains("page in shop was not saved; a draft of it is kept"), "{told}");
    assert!(stage.app.unkept_draft().is_none());
}

#[test]
fn that_drafts_cannot_be_kept_is_said_once() {
    let mut stage = opened("[1]");
    stage.keys("ex");
    wait(&mut stage, 500);
    stage.event(Event::DraftKept(kept(&stage)[0].head.id(), Err("no space left".to_owned())));
    assert!(stage.notice().contains("not kept as a draft: no space left"), "{}", stage.notice());
    stage.keys("y");
    wait(&mut stage, 500);
    stage.event(Event::DraftKept(kept(&stage)[0].head.id(), Err("no space left".to_owned())));
    assert!(stage.app.notice.is_none());
    // The editor goes on saying so, and the draft is tried again, even if nothing more is typed.
    assert!(stage.frame().contains("no draft is kept"), "{}", stage.frame());
    wait(&mut stage, 5000);
    let draft = kept(&stage).pop().expect("it is tried again");
    assert!(draft.text.bytes().starts_with(b"xy"));
    stage.event(Event::DraftKept(draft.head.id(), Ok(())));
    assert!(!stage.frame().contains("no draft is kept"));
    let handed = kept(&stage).len();
    wait(&mut stage, 10_000);
    assert_eq!(kept(&stage).len(), handed);
}

#[test]
fn a_draft_under_an_older_name_stays_until_that_under_the_new_one_is_kept() {
    let draft = draft_of("[1]", "<down><end>2");
    let mut stage = opened("[1]");
    found(&mut stage, &draft);
    stage.compared().keys("nb");
    wait(&mut stage, 500);
    let new = kept(&stage).pop().unwrap().head.id();
    assert_ne!(draft.head.id(), new, "it is a draft of a new record");
    stage.event(Event::DraftKept(new.clone(), Err("no space left".to_owned())));
    assert!(dropped(&stage).is_empty(), "it is all there is");
    wait(&mut stage, 5000);
    stage.event(Event::DraftKept(new, Ok(())));
    assert_eq!(dropped(&stage), [draft.head.id()]);
}

#[test]
fn what_is_typed_where_a_record_meets_another_change_of_it_is_kept_too() {
    let mut stage = opened_text("one\ntwo\n");
    stage.keys("emine <ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(record("page", TEXT, "yours one\ntwo\nthree\n"))).compared();
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))));
    stage.keys("eboth ");
    wait(&mut stage, 500);
    let draft = kept(&stage).pop().unwrap();
    assert_eq!(draft.text, "both mine one\ntwo\nthree\n", "with what nobody meets");
    let mut other = opened_text("yours one\ntwo\nthree\n");
    found(&mut other, &draft);
    other.compared().keys("<enter>");
    assert_eq!(other.edited(), "both mine one\ntwo\nthree\n");
    // If that is given up, the editor's text is kept again.
    stage.keys("<esc><esc>y");
    wait(&mut stage, 500);
    assert_eq!(kept(&stage).pop().unwrap().text, "mine one\ntwo\n");
}

#[test]
fn what_is_typed_where_json_meets_another_change_of_it_is_merged_later() {
    let conflict = || Err(Error::new(ErrorKind::Conflict, "changed"));
    let now = r#"{"a": 3, "b": 2, "c": 4}"#;
    let mut stage = opened(r#"{"a": 1, "b": 2}"#);
    stage.keys("e<down><end><left>0<ctrl-s>");
    let write = stage.write();
    stage.written(write, conflict());
    stage.theirs(Some(page(now))).compared().keys("e5");
    wait(&mut stage, 500);
    let draft = kept(&stage).pop().unwrap();
    let mut other = opened(now);
    found(&mut other, &draft);
    other.compared().keys("<enter><ctrl-s>");
    let write = other.write();
    other.written(write, conflict());
    other.theirs(Some(page(now))).compared().keys("m<enter>");
    let Write::Set(set) = other.write() else { panic!() };
    assert_eq!(set.value, now.replace('3', "510"));
    assert_eq!(set.expected, Expect::unchanged(now.into(), JSON.into()));
}

#[test]
fn what_is_gone_on_with_leaves_the_spacing_between_two_edits_as_it_was() {
    const ODD: &str = r#"{"a" :1,"b": [ 2,3 ] ,"c":{ },"d" : 4}"#;
    let typed = "<down><end><left>0<ctrl-end><up><end>0";
    let draft = draft_of(ODD, typed);
    let mut other = opened(ODD);
    found(&mut other, &draft);
    other.compared().keys("<enter><ctrl-s>");
    let Write::Set(set) = other.write() else { panic!() };
    assert_eq!(set.value, r#"{"a" :10,"b": [ 2,3 ] ,"c":{ },"d" : 40}"#);
    // The same holds if one of them was typed in a merge.
    let now = ODD.replace('1', "7");
    let mut stage = opened(ODD);
    stage.keys("e").keys(typed).keys("<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(&now))).compared().keys("e5");
    wait(&mut stage, 500);
    let draft = kept(&stage).pop().unwrap();
    assert!(draft.text.bytes().starts_with(b"{\n  \"a\": 510,\n"), "{:?}", draft.text);
    let mut other = opened(&now);
    found(&mut other, &draft);
    other.compared().keys("<enter><ctrl-s>");
    let Write::Set(set) = other.write() else { panic!() };
    assert_eq!(set.value, r#"{"a" :510,"b": [ 2,3 ] ,"c":{ },"d" : 40}"#);
}

#[test]
fn what_is_half_typed_in_a_merge_is_kept_as_typed_and_the_rest_keeps_its_spacing() {
    const ODD: &str = r#"{"a" :1,"b": [ 2,3 ] ,"c":{ },"d" : 4}"#;
    let now = ODD.replace('1', "7");
    let mut stage = opened(ODD);
    stage.keys("e<down><end><left>0<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(&now))).compared().keys("e[  ");
    wait(&mut stage, 500);
    let draft = kept(&stage).pop().unwrap();
    let lines = "{\n  \"a\": [  10,\n  \"b\": [\n    2,\n    3\n  ],\n  \"c\": {},\n  \"d\": 4\n}";
    assert_eq!(draft.text, lines);
    let mut other = opened(&now);
    found(&mut other, &draft);
    other.compared().keys("<enter>");
    assert_eq!(other.edited(), lines);
    other.keys("<down><end><left> ]<ctrl-s>");
    let Write::Set(set) = other.write() else { panic!() };
    assert_eq!(set.value, ODD.replace('1', "[  10 ]"), "as it was typed");
}

#[test]
fn a_draft_is_offered_with_what_is_different_now_and_gone_on_with() {
    let draft = draft_of(r#"{"a": 1, "b": 1}"#, "<down><end><left>2");
    let mut stage = opened(r#"{"a": 1, "b": 5}"#);
    found(&mut stage, &draft);
    stage.compared();
    let frame = stage.frame();
    // The draft may have been saved without an answer.
    let known = "whether it was stored is not known";
    for part in
        ["A draft of page", known, "The record was changed since", "$.a  1 → 12", "$.b  5 → 1"]
    {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<enter>");
    let editor = stage.app.editor.as_ref().unwrap();
    assert!(editor.is_changed() && editor.value.bytes() == draft.text.bytes());
    stage.keys("<ctrl-s>");
    // It does not overwrite the present record: the write expects the version that the draft was made from.
    let Write::Set(set) = stage.write() else { panic!() };
    let base = Expect::unchanged(draft.base.clone().unwrap().value, JSON.into());
    assert_eq!(set.expected, base);
    stage.written(Write::Set(set), Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(r#"{"a": 1, "b": 5}"#))).compared();
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"a": 12, "b": 5}"#);
    stage.written(Write::Set(set), Ok(done()));
    assert_eq!(dropped(&stage), [draft.head.id()]);
    // It is not asked for again either.
    stage.show(&[page(r#"{"a": 12, "b": 5}"#)]);
    stage.keys("e");
    assert!(stage.app.editor.is_some());
}

#[test]
fn a_draft_is_said_to_be_not_stored_where_what_it_was_made_from_is_still_there() {
    let draft = draft_of("[1]", "<down><end>2");
    let mut stage = opened("[1]");
    found(&mut stage, &draft);
    let frame = stage.compared().frame();
    assert!(frame.contains("and not stored"), "{frame}");
}

/// A draft of a new record, in a browser whose cursor is on such a record.
fn draft_of_new(value: &str) -> (Stage, Draft) {
    let mut stage = opened("[1]");
    stage.keys("n").keys("page<tab><tab>").keys("[1, 2]");
    wait(&mut stage, 500);
    let draft = kept(&stage).pop().unwrap();
    assert!(draft.head.is_new && draft.head.key == "page".into(), "{draft:?}");
    let mut other = opened(value);
    other.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    other.keys("n");
    other.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
    (other, draft)
}

#[test]
fn a_draft_of_a_new_record_that_is_there_goes_in_silence_or_is_told_to_be_taken() {
    let (stage, draft) = draft_of_new("[1, 2]");
    assert_eq!(dropped(&stage), [draft.head.id()]);
    assert!(stage.app.editor.is_some(), "a new record is begun");
    let (mut stage, draft) = draft_of_new("[7]");
    assert!(dropped(&stage).is_empty());
    let frame = stage.compared().frame();
    for part in ["There is a record of this key now", "whether it was stored is not known"] {
        assert!(frame.contains(part), "{frame}");
    }
    assert!(draft.head.is_new);
}

#[test]
fn what_an_editor_wrote_meanwhile_is_looked_for_once_a_draft_is_answered() {
    let looked_for = |stage: &Stage| {
        let finds = |effect: &&Effect| matches!(effect, Effect::FindDrafts(_));
        stage.asked.iter().rev().take(3).filter(finds).count()
    };
    let draft = draft_of("[1]", "<down><end>2");
    let mut stage = opened("[1]");
    found(&mut stage, &draft);
    stage.compared().keys("<enter><ctrl-s>");
    let set = stage.write();
    assert_eq!(looked_for(&stage), 0);
    stage.written(set, Ok(done()));
    assert_eq!((dropped(&stage).len(), looked_for(&stage)), (1, 1));
}

#[test]
fn a_draft_that_says_what_is_stored_goes_in_silence() {
    let draft = draft_of("[1]", "<down><end>2");
    let mut stage = opened("[12]");
    found(&mut stage, &draft);
    assert_eq!(dropped(&stage), [draft.head.id()]);
    assert!(stage.app.editor.is_some() && stage.app.layers.is_empty());
}

#[test]
fn a_draft_is_thrown_away_only_after_a_question() {
    let draft = draft_of("[1]", "<down><end>2");
    let mut stage = opened("[1]");
    found(&mut stage, &draft);
    stage.compared().keys("d");
    assert!(dropped(&stage).is_empty());
    stage.keys("y");
    assert_eq!(dropped(&stage), [draft.head.id()]);
    assert!(stage.app.layers.is_empty());
    stage.keys("e");
    assert!(stage.app.editor.is_some(), "it is not asked for again");
}

#[test]
fn a_draft_becomes_a_new_record_or_a_file() {
    let draft = draft_of("[1]", "<down><end>2");
    let mut stage = opened("[9]");
    found(&mut stage, &draft);
    stage.compared().keys("nother<enter><ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!((set.key.escaped().as_str(), set.expected), ("other", Expect::Absent));
    let mut stage = opened("[9]");
    found(&mut stage, &draft);
    stage.compared().keys("w<enter>");
    let saved = stage.asked.iter().find_map(|effect| match effect {
        Effect::SaveFile { bytes, .. } => Some(bytes.clone()),
        _ => None,
    });
    assert_eq!(saved.unwrap(), "[12]");
    assert!(dropped(&stage).is_empty());
}

#[test]
fn a_draft_of_a_new_record_is_offered_where_one_is_made() {
    let mut stage = opened("[1]");
    stage.keys("nfresh<enter><enter>[[7]");
    wait(&mut stage, 500);
    let draft = kept(&stage).pop().unwrap();
    assert!(draft.head.is_new && draft.base.is_none());
    let mut stage = opened("[1]");
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("n");
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
    assert!(matches!(stage.app.layer(), Some(Layer::Draft(_))));
    let _ = stage.take(Slot::Saving);
    stage.keys("<enter>");
    let editor = stage.app.editor.as_ref().unwrap();
    assert_eq!((editor.key.text(), editor.value.bytes()), ("fresh", draft.text.bytes()));
}

#[test]
fn a_draft_that_cannot_be_read_is_told_and_what_is_stored_is_edited() {
    let draft = draft_of("[1]", "x");
    let mut stage = opened("[1]");
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("e");
    stage.event(Event::DraftRead(draft.head.id(), Err("this draft is damaged".to_owned())));
    assert!(stage.notice().starts_with("this draft is damaged"), "{}", stage.notice());
    assert!(stage.app.editor.is_some() && dropped(&stage).is_empty());
}

#[test]
fn what_the_users_own_editor_has_is_kept_from_the_beginning() {
    let mut stage = opened("[1]");
    stage.keys("E");
    let handed = stage.asked.iter().find_map(|effect| match effect {
        Effect::OpenEditor { draft, .. } => draft.clone(),
        _ => None,
    });
    let id = handed.expect("its file stands beside a draft").head.id();
    stage.event(Event::Edited(Ok("[1, broken".into())));
    let left = stage.app.unkept_draft().expect("what was left is to be kept");
    assert_eq!((left.head.id(), &left.text.bytes()[..]), (id.clone(), &b"[1, broken"[..]));
    stage.keys("<esc>y");
    assert_eq!(dropped(&stage), [id]);
}

#[test]
fn records_and_stores_with_drafts_are_marked_until_the_draft_is_gone() {
    let draft = draft_of("[1]", "<down><end>2");
    let mut stage = opened("[1]");
    assert!(!stage.frame().contains('✎'));
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    for marked in ["✎ page", "✎ shop", "  default", "✎ draft"] {
        assert!(stage.frame().contains(marked), "{marked}: {}", stage.frame());
    }
    // A draft that is not offered again is still there.
    found(&mut stage, &draft);
    stage.compared().keys("w<enter>");
    assert!(stage.frame().contains("✎ page"), "{}", stage.frame());
    stage.keys("e");
    assert!(stage.app.editor.is_some(), "it is not asked for again");
    let mut stage = opened("[1]");
    found(&mut stage, &draft);
    stage.compared().keys("dy");
    assert!(!stage.frame().contains('✎'), "{}", stage.frame());
}

#[test]
fn a_refresh_finds_the_drafts_that_there_are_now() {
    let draft = draft_of("[1]", "<down><end>2");
    let listed = vec![(draft.head.id(), draft.head.clone())];
    let mut stage = opened("[1]");
    let asked = |stage: &Stage| {
        stage.asked.iter().filter(|effect| matches!(effect, Effect::FindDrafts(_))).count()
    };
    let before = asked(&stage);
    stage.event(Event::Drafts(Vec::new()));
    assert!(stage.app.notice.is_none());
    stage.keys("r");
    assert_eq!(asked(&stage), before + 1);
    stage.event(Event::Drafts(listed.clone()));
    assert!(stage.notice().contains("draft of page"), "{}", stage.notice());
    // A draft that is not to be offered again is neither offered nor told again.
    stage.keys("e");
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
    stage.compared().keys("w<enter>r");
    stage.event(Event::Drafts(listed));
    assert!(!stage.notice().contains("draft"), "{}", stage.notice());
    stage.keys("r");
    stage.event(Event::Drafts(Vec::new()));
    assert!(!stage.frame().contains('✎'), "{}", stage.frame());
}

#[test]
fn a_draft_of_a_record_that_is_gone_is_found_by_its_name() {
    let draft = draft_of(r#"{"a": 1}"#, "<down><end>2");
    let mut other = Stage::new(120, 36);
    other.connect(vec![store("shop", 1)]);
    other.keys("<enter>").open(&[record("other", JSON, "[1]")]);
    other.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    other.keys(":draft of page");
    let frame = other.frame();
    assert!(frame.contains("Go on with the draft of page in shop"), "{frame}");
    other.keys("<enter>");
    other.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
    let frame = other.compared().frame();
    for part in ["The record is not there any more", "with what was read", "$.a  1 → 12"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    other.keys("<enter>");
    assert_eq!(other.edited(), "{\n  \"a\": 12\n}");
    other.keys("<ctrl-s>");
    let Write::Set(set) = other.write() else { panic!("it is saved") };
    assert!(matches!(set.expected, Expect::Is(_)), "{:?}: only over what was read", set.expected);
}

#[test]
fn what_is_no_json_so_far_is_compared_as_it_is_laid_out() {
    let draft = draft_of(r#"{"a":1,"b":2}"#, "<down><end>x");
    let mut other = opened(r#"{"a":1,"b":2}"#);
    found(&mut other, &draft);
    let frame = other.compared().frame();
    assert!(frame.contains("It is no JSON so far"), "{frame}");
    assert!(frame.contains(r#"-   "a": 1,"#) && frame.contains(r#"+   "a": 1,x"#), "{frame}");
    assert!(!frame.contains(r#"- {"a":1"#), "{frame}");
}

/// A draft of a new record `page`, shown while the cursor is on another record.
fn shown_elsewhere() -> (Stage, Draft) {
    let (_, draft) = draft_of_new("[7]");
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 2)]);
    stage.keys("<enter>").open(&[record("other", JSON, "[3]"), record("page", JSON, "[7]")]);
    stage.event(Event::Drafts(vec![(draft.head.id(), draft.head.clone())]));
    stage.keys("n");
    stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(draft.clone()))));
    assert!(stage.frame().contains("There is a record of this key now"), "{}", stage.frame());
    (stage, draft)
}

#[test]
fn a_draft_of_a_new_record_is_compared_with_what_is_there_wherever_the_cursor_is() {
    let (mut stage, draft) = shown_elsewhere();
    stage.theirs(Some(record("page", JSON, "[1, 2]")));
    assert_eq!(dropped(&stage), [draft.head.id()]);
    assert!(stage.app.editor.is_some(), "a new record is begun");
    let (mut stage, _) = shown_elsewhere();
    stage.theirs(Some(record("page", JSON, "[7]")));
    // The earlier comparison is outdated.
    let frame = stage.compared().compared().frame();
    for part in ["whether it was stored is not known", "$[0]  removed  7"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    assert!(dropped(&stage).is_empty());
    // The record was removed since the list was read.
    let (mut stage, _) = shown_elsewhere();
    let frame = stage.theirs(None).frame();
    assert!(frame.contains("and not stored") && !frame.contains("of this key"), "{frame}");
}

/// JSON that is laid out, of more than half a megabyte.
fn long() -> String {
    let numbers: Vec<_> = (0..100_000).map(|n| format!("{n}.10")).collect();
    format!("[{}]", numbers.join(","))
}

#[test]
fn a_draft_of_a_long_value_is_made_ready_beside_the_screen() {
    let value = long();
    let mut typing = opened(&value);
    typing.keys("e<down><end><left>5");
    wait(&mut typing, 500);
    let draft = read_back(&kept(&typing).pop().unwrap());
    assert!(draft.text.len() > value.len() && draft.text.bytes().starts_with(b"[\n  0.105,\n"));
    let mut stage = opened(&value);
    found(&mut stage, &draft);
    assert!(stage.app.layers.is_empty(), "it is made ready");
    stage.finish_work();
    assert!(stage.frame().contains("A draft of page"));
    stage.compared().keys("<enter>");
    assert_eq!(stage.app.editor.as_ref().unwrap().value.bytes(), draft.text.bytes());
    stage.asked.clear();
    wait(&mut stage, 5000);
    assert!(kept(&stage).is_empty(), "nothing was typed since");
    stage.keys("<ctrl-s>").compared();
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, value.replacen(".10", ".105", 1), "nothing else is respelled");

    // As a new record it is made ready in the same way.
    let mut stage = opened(&value);
    found(&mut stage, &draft);
    stage.finish_work().compared().keys("n").finish_work();
    let editor = stage.app.editor.as_ref().unwrap();
    assert!(editor.original.is_none() && editor.value.bytes() == draft.text.bytes());

    // A record that is read anew while it is made ready is what it is compared with.
    let mut stage = opened(&value);
    found(&mut stage, &draft);
    let changed = value.replacen(".10", ".20", 1);
    let set = vec![page(&changed).meta];
    stage.noticed(WatchEvent::Records { set, removed: Vec::new() });
    stage.show(&[page(&changed)]).finish_work();
    assert!(stage.frame().contains("The record was changed since it was read."));

    // What is stored is offered no more.
    let mut stage = opened(&value.replacen(".10", ".105", 1));
    found(&mut stage, &draft);
    stage.finish_work();
    assert_eq!(dropped(&stage), [draft.head.id()]);
}

#[test]
fn what_comes_back_from_the_users_editor_is_taken_in_beside_the_screen_and_never_given_up() {
    let value = long();
    let mut stage = opened(&value);
    stage.keys("E");
    let handed = |effect: Effect| match effect {
        Effect::OpenEditor { text, .. } => Some(text.bytes()),
        _ => None,
    };
    let text = stage.asked.drain(..).find_map(handed).unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap().replacen("0.10", "7", 1) + "\n";
    stage.event(Event::Edited(Ok(text.into())));
    assert!(stage.app.is_taking_back());
    stage.event(Event::Key(crate::stage::key("<esc>")));
    assert!(stage.app.is_taking_back(), "the text is nowhere else");
    stage.finish_work();
    assert!(!stage.app.is_taking_back());
    // It is kept before it is saved, and long before the next key.
    wait(&mut stage, 500);
    assert!(kept(&stage).pop().unwrap().text.bytes().starts_with(b"[\n  7,\n"));
    stage.compared();
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, value.replacen("0.10", "7", 1));

    let mut stage = opened(&value);
    stage.keys("E");
    let text = stage.asked.drain(..).find_map(handed).unwrap();
    stage.event(Event::Edited(Ok(text))).finish_work();
    assert!(stage.app.editor.is_none());
    assert_eq!(stage.notice(), "nothing was changed");
}
