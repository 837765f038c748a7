//! A save is shown before it is made, and joined with the version that it meets.

use larder::app::{Effect, Event, Layer, Settings};
use larder::edit::draft::DraftText;
use larder::model::{
    Comparison, Error, ErrorKind, Expect, Record, ServerInfo, SetValue, Timestamp, Write,
};

use super::{JSON, done};
use crate::stage::{Stage, record, store};

const TEXT: &str = r#"{"price": 1.10, "n": 1E5, "tags": ["a", "b"]}"#;

fn page(value: &str) -> Record {
    record("page", JSON, value)
}

fn editing(settings: Settings) -> Stage {
    let mut stage = Stage::with(120, 36, settings);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[page(TEXT)]);
    stage.keys("e");
    stage
}

fn plain() -> Stage {
    editing(Settings::default())
}

fn reviewed() -> Stage {
    editing(Settings { review_saves: true, ..Settings::default() })
}

fn set(stage: &mut Stage) -> SetValue {
    let Write::Set(set) = stage.write() else { panic!() };
    set
}

/// Lets the save that was asked for meet this value.
fn meets(stage: &mut Stage, theirs: &str) {
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(theirs))).compared();
}

fn only_over(value: &str) -> Expect {
    Expect::unchanged(value.to_owned().into(), JSON.into())
}

#[test]
fn what_a_save_changes_is_shown_before_it_is_made() {
    let mut stage = reviewed();
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    assert!(matches!(stage.app.layer(), Some(Layer::Review(_))));
    stage.keys("<enter>");
    assert!(stage.writes().is_empty(), "what is not shown yet is not agreed to");
    stage.compared();
    let frame = stage.frame();
    for part in ["Save page", "$.price  1.10 → 1.12", "45 B, application/json"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    // Back to the editor and again to the save: one key more than without.
    stage.keys("<esc>");
    assert!(stage.app.layers.is_empty() && stage.app.editor.is_some());
    stage.keys("<ctrl-s>").compared().keys("<ctrl-s>");
    let set = set(&mut stage);
    assert_eq!(set.value, TEXT.replace("1.10", "1.12"));
    assert_eq!(set.expected, only_over(TEXT));
    stage.written(Write::Set(set), Ok(done()));
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
}

#[test]
fn a_new_record_and_one_without_a_change_are_not_reviewed() {
    let mut stage = reviewed();
    stage.keys("<ctrl-s>");
    assert!(stage.app.layers.is_empty() && stage.app.editor.is_none());
    stage.keys("nb<enter><enter>{}<ctrl-s>");
    assert_eq!(set(&mut stage).key.escaped(), "b");
}

#[test]
fn changes_of_other_leaves_are_merged_and_said() {
    let mut stage = plain();
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    let theirs = r#"{"price": 1.10, "n": 2E5, "tags": ["a", "b"], "new": null}"#;
    meets(&mut stage, theirs);
    assert!(stage.app.layers.is_empty(), "nothing is to be chosen");
    let set = set(&mut stage);
    assert_eq!(set.value, theirs.replace("1.10", "1.12"));
    assert_eq!(set.expected, only_over(theirs));
    stage.written(Write::Set(set), Ok(done()));
    assert_eq!(stage.notice(), "saved page, merged with theirs: $.new, $.n");
    assert!(stage.app.editor.is_none());
}

#[test]
fn spaces_that_a_merge_does_not_take_are_told() {
    let mut stage = plain();
    stage.keys("<down><end> <left><left><backspace>2<ctrl-s>");
    let mut sent = set(&mut stage);
    assert_eq!(sent.value, TEXT.replace("1.10, ", "1.12,  "), "stored as it was typed");
    let theirs = TEXT.replace("1E5", "2E5");
    stage.written(Write::Set(sent), Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(&theirs))).compared();
    sent = set(&mut stage);
    assert_eq!(sent.value, theirs.replace("1.10", "1.12"));
    stage.written(Write::Set(sent), Ok(done()));
    let told = "saved page, merged with theirs: $.n; without the spaces typed between values";
    assert_eq!(stage.notice(), told);
}

#[test]
fn a_merge_that_meets_another_change_is_merged_again() {
    let mut stage = plain();
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    for count in 2..6 {
        meets(&mut stage, &TEXT.replace("1E5", &count.to_string()));
    }
    let set = set(&mut stage);
    assert_eq!(set.value, TEXT.replace("1E5", "5").replace("1.10", "1.12"));
    assert_eq!(set.expected, only_over(&TEXT.replace("1E5", "5")));
}

#[test]
fn a_record_that_is_written_again_and_again_is_asked_about_in_the_end() {
    let mut stage = plain();
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    let mut met = 0;
    while stage.app.layers.is_empty() {
        met += 1;
        meets(&mut stage, &TEXT.replace("1E5", &met.to_string()));
        assert!(met < 20, "it is merged for ever");
    }
    assert!(stage.frame().contains("the record keeps changing"), "{}", stage.frame());
    stage.keys("<enter>");
    assert_eq!(
        set(&mut stage).value,
        TEXT.replace("1E5", &met.to_string()).replace("1.10", "1.12")
    );
}

#[test]
fn the_same_leaf_is_decided_place_by_place_and_the_rest_is_merged() {
    let mut stage = plain();
    stage.keys("<down><end><left><backspace>2<down><end><left>7<ctrl-s>");
    let theirs = r#"{"price": 1.30,  "n": 2E5, "tags": ["a", "c"]}"#;
    meets(&mut stage, theirs);
    let frame = stage.frame();
    for part in ["0 of 2 decided", "1 of 2  $.price", "was     1.10", "m yours", "t theirs"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    assert!(frame.contains("other changes are kept: $.tags[1]."), "{frame}");
    stage.keys("m");
    assert!(stage.frame().contains("2 of 2  $.n"), "{}", stage.frame());
    // The typed text must be JSON.
    stage.keys("e<ctrl-end>x<ctrl-s>");
    assert!(stage.frame().contains("not JSON: line 1"), "{}", stage.frame());
    stage.keys("<backspace>9<ctrl-s><enter>");
    let set = set(&mut stage);
    assert_eq!(set.value, r#"{"price": 1.12,  "n": 1E579, "tags": ["a", "c"]}"#);
    assert_eq!(set.expected, only_over(theirs));
    stage.written(Write::Set(set), Ok(done()));
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
}

#[test]
fn a_long_value_is_decided_and_put_together_beside_the_screen() {
    let long = format!(r#"{{"price": 1.10, "n": 1E5, "text": "{}"}}"#, "long ".repeat(60_000));
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[page(&long)]);
    stage.keys("e").finish_work();
    stage.keys("<down><end><left><backspace>2<ctrl-s>").finish_work();
    let theirs = long.replace("1.10", "1.30").replace("1E5", "2E5");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(&theirs))).compared();
    // What is typed for a conflict becomes the draft, whose text is made where it is written.
    stage.keys("e<ctrl-end>5");
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 1_000_000);
    stage.event(Event::Time);
    let draft = stage.asked.iter().rev().find_map(|effect| match effect {
        Effect::KeepDraft(draft) => Some(draft.text.clone()),
        _ => None,
    });
    let draft = draft.unwrap();
    assert!(matches!(draft, DraftText::Merged(_)), "it is not made in the loop");
    assert!(draft.bytes().starts_with(b"{\n  \"price\": 1.125,\n  \"n\": 2E5"));
    stage.keys("<ctrl-s>");
    for _ in 0..2 {
        stage.keys("<enter>");
        assert!(stage.writes().is_empty());
        // Other keys wait, and one gives it up.
        stage.keys("t");
        assert!(stage.notice().starts_with("the save is being prepared"), "{}", stage.notice());
        stage.keys("<esc>").asked.clear();
        assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))));
    }
    stage.keys("<enter>").compared();
    let set = set(&mut stage);
    assert_eq!(set.value, theirs.replace("1.30", "1.125"));
    assert_eq!(set.expected, only_over(&theirs));
    stage.written(Write::Set(set), Ok(done()));
    assert!(stage.app.editor.is_none() && stage.app.layers.is_empty());
}

#[test]
fn leaving_a_merge_keeps_what_was_typed() {
    let mut stage = plain();
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    meets(&mut stage, &TEXT.replace("1.10", "1.30"));
    stage.keys("t<esc>");
    let editor = stage.app.editor.as_ref().unwrap();
    assert!(!editor.is_busy() && editor.value.bytes().starts_with(b"{\n  \"price\": 1.12"));
    assert!(stage.writes().is_empty());
    assert_eq!(stage.notice(), "not saved; your text is in the editor");
}

#[test]
fn the_very_same_change_of_someone_else_is_no_conflict() {
    let mut stage = plain();
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    meets(&mut stage, &TEXT.replace("1.10", "1.12"));
    assert!(stage.writes().is_empty() && stage.app.layers.is_empty() && stage.app.editor.is_none());
    assert_eq!(stage.notice(), "someone else has stored the very same");
}

#[test]
fn a_record_is_not_merged_under_another_dialog() {
    let mut stage = plain();
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    let write = stage.write();
    stage.keys("<ctrl-c>");
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(&TEXT.replace("1.10", "1.30")))).compared();
    assert!(!matches!(stage.app.layer(), Some(Layer::Merge(_))));
    assert!(stage.notice().contains("not saved"), "{}", stage.notice());
    assert!(stage.app.editor.as_ref().is_some_and(|editor| !editor.is_busy()));
}

#[test]
fn where_another_can_write_in_between_it_is_said_before() {
    for (comparison, said) in [
        (Comparison::OneStep, None),
        (Comparison::Watched, Some("Without scripts a busy crawl")),
        (Comparison::TwoSteps, Some("In a directory a crawl")),
    ] {
        let mut stage = reviewed();
        let server = ServerInfo { comparison, ..ServerInfo::default() };
        stage.event(Event::Server(Ok(server)));
        stage.keys("<down><end><left><backspace>2<ctrl-s>").compared();
        let frame = stage.frame();
        let words = ["Without scripts a busy crawl", "In a directory a crawl"];
        let found: Vec<_> = words.into_iter().filter(|words| frame.contains(words)).collect();
        assert_eq!(found, said.into_iter().collect::<Vec<_>>(), "{frame}");
        stage.keys("<esc><esc>");
    }
}

#[test]
fn a_deletion_says_where_a_server_runs_no_scripts() {
    for comparison in [Comparison::OneStep, Comparison::Watched] {
        let mut stage = Stage::new(120, 36);
        stage.connect(vec![store("shop", 1)]);
        stage.open(&[page(TEXT)]);
        stage.event(Event::Server(Ok(ServerInfo { comparison, ..ServerInfo::default() })));
        stage.keys("d");
        let said = stage.frame().contains("Without scripts a busy crawl");
        assert_eq!(said, comparison == Comparison::Watched);
    }
}
