//! Changes of one value are staged: those of one record are one edit.

use larder::app::{Effect, Event, Layer, Settings, Slot};
use larder::edit::draft::Draft;
use larder::model::{Expect, Timestamp, WatchEvent};

use super::JSON;
use super::drafts::{dropped, kept, read_back};
use super::leaf::select;
use crate::stage::{Stage, computed, record, store};

const TEXT: &str = r#"{"price": 1.10,"tags" :["a",  "b"], "n": -0.0}"#;

fn on(text: &str, review_saves: bool) -> Stage {
    let settings = Settings { process: 7, review_saves, ..Settings::default() };
    let mut stage = Stage::with(120, 36, settings);
    stage.app.now = Timestamp::from_micros(10_000_000);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    stage.keys("j").open(&[record("page", JSON, text)]);
    stage.keys("<tab>");
    select(&mut stage);
    stage
}

/// The value of the only staged edit.
fn value(stage: &Stage) -> String {
    let [edit] = stage.app.staged.edits() else { panic!("{:?}", stage.app.staged) };
    let read = Expect::unchanged(TEXT.into(), JSON.into());
    assert_eq!(edit.set.expected, read, "over what it was made from, and nothing later");
    String::from_utf8(edit.set.value.to_vec()).unwrap()
}

/// A larder that is started again with the remaining drafts.
fn restarted(drafts: &[Draft]) -> Stage {
    let mut stage = Stage::with(120, 36, Settings { process: 8, ..Settings::default() });
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    let found = drafts.iter().map(|draft| (draft.head.id(), draft.head.clone())).collect();
    stage.event(Event::Drafts(found));
    stage.keys("<ctrl-p>");
    for draft in drafts {
        let read = read_back(draft);
        assert_eq!(read, *draft);
        stage.event(Event::DraftRead(draft.head.id(), Ok(Box::new(read))));
    }
    stage
}

#[test]
fn whatever_is_changed_of_a_value_is_staged_and_nothing_is_written() {
    let added = TEXT.replace("-0.0}", "-0.0,\"stock\": 4}");
    for (keys, now) in [
        ("j<enter><backspace>5<ctrl-p>", TEXT.replace("1.10", "1.15")),
        ("jR<ctrl-u>cost<ctrl-p>", TEXT.replace("price", "cost")),
        ("astock: 4<ctrl-p>", added),
        ("jd<ctrl-p>", TEXT.replace(r#""price": 1.10,"#, "")),
    ] {
        for review_saves in [false, true] {
            let mut stage = on(TEXT, review_saves);
            stage.keys(keys);
            assert!(stage.writes().is_empty());
            assert_eq!(value(&stage), now, "{keys}");
            assert!(matches!(stage.app.layer(), Some(Layer::Leaf(_))), "the cursor stays: {keys}");
            let told = stage.notice();
            assert!(told.starts_with("staged page, not saved · ctrl-p lists 1 edit"), "{told}");
            let drafts = kept(&stage);
            let [draft] = &drafts[..] else { panic!("{drafts:?}") };
            assert!(draft.head.staged && draft.leaf.is_some() && dropped(&stage).is_empty());
            assert_eq!(draft.head.id(), stage.app.staged.edits()[0].id);
            // larder ends, and is started again.
            let stage = restarted(&drafts);
            assert_eq!(value(&stage), now, "{keys}");
        }
    }
}

#[test]
fn changes_of_several_values_of_a_record_are_one_edit_and_one_step() {
    let mut stage = on(TEXT, true);
    stage.keys("j<enter><backspace>5<ctrl-p>");
    let first = stage.app.staged.edits()[0].id.clone();
    stage.app.now = Timestamp::from_micros(11_000_000);
    // Another value of the same record, which is shown as it is stored.
    stage.keys("jjj<enter><ctrl-u>\"z\"");
    stage.app.now = Timestamp::from_micros(12_000_000);
    stage.event(Event::Time);
    let own = kept(&stage).pop().unwrap().head.id();
    assert_ne!(own, first);
    stage.keys("<ctrl-p>");
    let two = TEXT.replace("1.10", "1.15").replace("\"b\"", "\"z\"");
    assert_eq!(value(&stage), two);
    assert_eq!(dropped(&stage), [own], "its draft is a part of the other one");
    stage.keys("jd");
    stage.compared().keys("<ctrl-p>");
    let three = two.replace(", \"n\": -0.0", "");
    assert_eq!(value(&stage), three);
    let drafts = kept(&stage);
    let last = drafts.last().unwrap();
    assert_eq!((last.head.id(), &last.leaf), (first, &None));
    // There is one diff and one save.
    stage.keys("<esc><ctrl-p><enter>").compared();
    let frame = stage.frame();
    for part in ["$.price  1.10 → 1.15", "$.tags[1]  \"b\" → \"z\"", "$.n  removed", "-0.0"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    stage.keys("<enter>");
    let writes = stage.asked.iter().filter(|effect| matches!(effect, Effect::Write(..))).count();
    assert_eq!(writes, 1);
    // The same holds after a restart.
    assert_eq!(value(&restarted(&drafts[drafts.len() - 1..])), three);
}

#[test]
fn a_value_that_is_staged_already_is_not_staged_over() {
    let mut stage = on(TEXT, false);
    stage.keys("j<enter><backspace>5<ctrl-p><enter>");
    let Some(Layer::Prompt(line)) = stage.app.layer() else { panic!() };
    assert_eq!(line.input.text(), "1.10", "as it is stored");
    stage.keys("7<ctrl-p>");
    let told = "not staged: $.price is staged already; edit or save that";
    assert_eq!(stage.notice(), told);
    let Some(Layer::Prompt(line)) = stage.app.layer() else { panic!() };
    assert_eq!(line.input.text(), "1.107", "what was typed is still there");
    assert_eq!(value(&stage), TEXT.replace("1.10", "1.15"));
}

/// Lets a crawl write the record, which is then shown.
fn crawled(stage: &mut Stage, text: &str) {
    let now = record("page", JSON, text);
    let set = vec![now.meta.clone()];
    stage.noticed(WatchEvent::Records { set, removed: vec![] });
    stage.show(std::slice::from_ref(&now));
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
}

#[test]
fn what_a_crawl_wrote_beside_a_staged_value_is_taken_in_by_the_next_one() {
    let now = TEXT.replace("-0.0", "7");
    let mut stage = on(TEXT, false);
    stage.keys("j<enter><backspace>5<ctrl-p>");
    crawled(&mut stage, &now);
    stage.keys("jjj<enter><ctrl-u>8<ctrl-p>");
    let [edit] = stage.app.staged.edits() else { panic!("{}", stage.notice()) };
    let both = now.replace("1.10", "1.15").replace("\"b\"", "8");
    assert_eq!(edit.set.value, both);
    assert_eq!(edit.set.expected, Expect::unchanged(now.into(), JSON.into()), "as it is shown");
    // A value that it wrote over the staged value itself is not merged.
    crawled(&mut stage, &TEXT.replace("1.10", "3.00"));
    stage.keys("j<enter><ctrl-u>9<ctrl-p>");
    let told = "not staged: $.price is staged, and changed since";
    assert!(stage.notice().starts_with(told), "{}", stage.notice());
    assert_eq!(stage.app.staged.edits()[0].set.value, both);
}

#[test]
fn what_is_no_value_or_no_change_is_not_staged() {
    let mut stage = on(TEXT, false);
    stage.keys("j<enter><ctrl-u>cheap<ctrl-p>");
    assert!(stage.notice().starts_with("not JSON"), "{}", stage.notice());
    let Some(Layer::Prompt(line)) = stage.app.layer() else { panic!() };
    assert_eq!(line.input.text(), "cheap");
    stage.keys("<ctrl-u>1.10<ctrl-p>");
    assert_eq!(stage.notice(), "nothing was changed: nothing is staged");
    assert_eq!(stage.app.staged.total(), 0);
}

#[test]
fn a_staged_change_of_a_value_is_opened_in_its_record_and_staged_again() {
    let mut stage = on(TEXT, false);
    stage.keys("j<enter><backspace>5<ctrl-p><esc><ctrl-p>e");
    assert!(stage.edited().contains("\"price\": 1.15"), "{}", stage.edited());
    assert_eq!(stage.app.staged.total(), 0);
    stage.keys("<esc>");
    assert_eq!(value(&stage), TEXT.replace("1.10", "1.15"));
    let last = kept(&stage).pop().unwrap();
    assert_eq!((last.leaf, last.head.leaf), (None, None));
}

#[test]
fn where_a_value_is_removed_the_footer_names_staging_and_elsewhere_it_does_not() {
    for review_saves in [true, false] {
        let mut stage = on(TEXT, review_saves);
        stage.keys("jd");
        if review_saves {
            stage.compared();
        }
        assert!(stage.frame().contains("ctrl-p stage"), "{}", stage.frame());
        // Another question has nothing to stage.
        stage.keys("<esc><esc><tab><tab>d");
        assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))));
        assert!(!stage.frame().contains("ctrl-p stage"), "{}", stage.frame());
    }
}
