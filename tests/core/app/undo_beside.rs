//! Steps are undone and done again while somebody else writes the same records between them.

use std::fs;
use std::time::{Duration, SystemTime};

use larder::app::Layer;
use larder::model::{Expect, Key, SetValue, StoreInfo, WatchEvent};
use larder::ops::{self, Operation, Plan};

use super::JSON;
use super::undo::Shop;
use crate::stage::store;

const CRAWLED: &str = "\"crawled\"";

/// Lets somebody else write a record.
fn crawls(shop: &Shop, key: &str) {
    let plan = Plan::set(SetValue {
        store: shop.name.clone(),
        key: key.into(),
        value: CRAWLED.into(),
        content_type: JSON.into(),
        expected: Expect::Anything,
    });
    shop.runtime.block_on(ops::perform(&*shop.storage, &plan)).unwrap();
}

#[test]
fn nothing_is_undone_or_done_again_over_what_somebody_else_has_written_between() {
    for (keys, key) in [
        ("dy", "a"),
        ("e<ctrl-end>0<ctrl-s>", "a"),
        ("e<ctrl-end>0<ctrl-p><ctrl-p><ctrl-s>", "a"),
        ("K<ctrl-u>text/plain<enter>", "a"),
        ("A<ctrl-u>y<enter>", "y"),
        ("R<ctrl-u>y<enter>", "y"),
        ("R<ctrl-u>y<enter>", "a"),
        ("R<ctrl-u>b<enter>y", "b"),
        ("R<ctrl-u>b<enter>y", "a"),
    ] {
        for turn in ["u", "<ctrl-r>"] {
            let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
            shop.makes(keys);
            if turn != "u" {
                shop.makes("u");
            }
            let all = |shop: &Shop| ["a", "b", "y"].map(|key| shop.value(key));
            let before = all(&shop).into_iter().flatten().count();
            crawls(&shop, key);
            shop.makes(turn);
            assert_eq!(shop.value(key).as_deref(), Some(CRAWLED), "{keys} {turn}");
            let told = shop.stage.notice();
            let names = |told: &str| told.contains(&format!("{key} has changed"));
            let made = [format!("{key} was made by someone"), format!("already a record {key}")];
            let is_told = names(told) || made.iter().any(|made| told.contains(made));
            assert!(is_told, "{keys} {turn}: {told}");
            let after = all(&shop).into_iter().flatten().count();
            assert!(after >= before, "{keys} {turn}: {:?}", all(&shop));
        }
    }
}

/// Lets somebody else delete a record.
fn deletes(shop: &Shop, key: &str) {
    let operation = Operation::Delete { store: shop.name.clone(), keys: vec![Key::from(key)] };
    shop.runtime.block_on(async {
        let plan = ops::plan(&*shop.storage, &operation).await.unwrap();
        ops::perform(&*shop.storage, &plan).await.unwrap();
    });
}

/// The text of the question that is open.
fn asked(shop: &Shop) -> Option<String> {
    let Some(Layer::Confirm(asked)) = shop.stage.app.layer() else { return None };
    Some(asked.lines.join(" "))
}

/// Turns a step after somebody else has deleted one of its records.
fn turned_without(keys: &str, key: &str, turn: &str) -> Shop {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    shop.makes(keys);
    if turn != "u" {
        shop.makes("u");
    }
    deletes(&shop, key);
    shop.makes(turn);
    shop
}

#[test]
fn what_somebody_else_has_deleted_is_said_to_be_deleted_and_comes_back_only_when_asked_for() {
    for (keys, key, turn, to) in [
        ("e<ctrl-end>0<ctrl-s>", "a", "u", Some("1")),
        ("e<ctrl-end>0<ctrl-s>", "a", "<ctrl-r>", Some("10")),
        ("e<ctrl-end>0<ctrl-p><ctrl-p><ctrl-s>", "a", "u", Some("1")),
        ("K<ctrl-u>text/plain<enter>", "a", "u", None),
        ("K<ctrl-u>text/plain<enter>", "a", "<ctrl-r>", None),
        ("R<ctrl-u>y<enter>", "y", "u", None),
        ("R<ctrl-u>y<enter>", "a", "<ctrl-r>", None),
    ] {
        let mut shop = turned_without(keys, key, turn);
        assert_eq!(shop.value(key), None, "{keys} {turn}");
        let (told, way) = (shop.stage.notice(), if turn == "u" { "undo" } else { "redo" });
        let end = match to {
            Some(_) => format!("{way} it once more to set it anew"),
            None => "nothing was changed".to_owned(),
        };
        assert_eq!(told, format!("{key} was deleted by someone else; {end}"), "{keys} {turn}");
        let Some(to) = to else { continue };
        shop.stage.keys(turn);
        let question = format!("Someone else deleted {key}: it is set anew.");
        assert_eq!(asked(&shop), Some(question), "{keys} {turn}");
        shop.stage.keys("n").keys(turn);
        assert!(asked(&shop).is_some(), "it can still be done");
        shop.makes("y");
        assert_eq!(shop.value(key).as_deref(), Some(to), "{keys} {turn}");
        assert!(shop.stage.notice().contains("done"), "{}", shop.stage.notice());
        // This can be turned around too: the record is gone again.
        shop.makes(if turn == "u" { "<ctrl-r>" } else { "u" });
        assert_eq!(shop.value(key), None, "{keys} {turn}: {}", shop.stage.notice());
    }
}

#[test]
fn of_many_records_those_that_are_gone_are_a_step_of_their_own() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2"), ("c", "3")]);
    for down in ["", "j", "j"] {
        shop.stage.keys(down);
        shop.settle();
        shop.stage.keys("e<ctrl-end>0<ctrl-p>");
    }
    shop.makes("<ctrl-p><ctrl-s>");
    deletes(&shop, "a");
    crawls(&shop, "b");
    shop.makes("u");
    let told = "undone: saved 3 records; b has changed since, and stays; \
                a was deleted by someone else; undo it once more to set it anew";
    assert_eq!(shop.stage.notice(), told);
    let values = |shop: &Shop| ["a", "b", "c"].map(|key| shop.value(key));
    let now = |a: Option<&str>, c: &str| [a.map(Into::into), Some(CRAWLED.into()), Some(c.into())];
    assert_eq!(values(&shop), now(None, "3"));
    let rows = ["saved 3 records (1 of them) · undone", "saved 3 records (1 of them) · undoable"];
    assert_eq!(shop.log(), rows);
    shop.stage.keys("u");
    assert_eq!(asked(&shop).as_deref(), Some("Someone else deleted a: it is set anew."));
    shop.makes("y");
    assert_eq!(values(&shop), now(Some("1"), "3"));
}

#[test]
fn what_was_gone_already_is_said_to_have_been() {
    for (keys, key, turn) in
        [("A<ctrl-u>y<enter>", "y", "u"), ("dy", "a", "<ctrl-r>"), ("<ctrl-a>dy", "b", "<ctrl-r>")]
    {
        let shop = turned_without(keys, key, turn);
        let told = shop.stage.notice();
        let some = if keys.starts_with('<') { "1 of them was" } else { "it was" };
        assert!(told.ends_with(&format!("; {some} gone already")), "{keys} {turn}: {told}");
    }
}

#[test]
fn a_step_is_not_turned_in_another_store_of_the_same_name_unasked() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    shop.makes("dy");
    let another = StoreInfo { id: Some("ZyXwVuTsRqPoNmLkJ".to_owned()), ..store("shop", 1) };
    shop.stage.noticed(WatchEvent::Store(another));
    shop.stage.keys("u");
    let told = "The store shop was dropped and made anew since.";
    assert_eq!(asked(&shop).as_deref(), Some(told));
    shop.stage.keys("n");
    assert_eq!(shop.value("a"), None);
    shop.stage.keys("u");
    shop.makes("y");
    assert_eq!(shop.value("a").as_deref(), Some("1"));
    // The step was done in that store; the next one asks if the store is another one again.
    shop.makes("<ctrl-r>");
    assert_eq!(shop.value("a"), None);
    shop.stage.noticed(WatchEvent::Store(store("shop", 1)));
    shop.stage.keys("u");
    assert_eq!(asked(&shop).as_deref(), Some(told));
}

#[test]
fn a_file_that_is_put_there_by_hand_is_not_set_aside_unseen() {
    for by_hand in ["c", "a"] {
        let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
        let info = shop.runtime.block_on(shop.storage.get_metadata(&shop.name)).unwrap();
        shop.stage.noticed(WatchEvent::Store(info));
        shop.makes("Pshop<enter>").makes("u");
        let folder = shop.folder.path().join("key_value_stores/shop");
        // The store's metadata does not tell of the file; nor need its name and its size.
        let file = fs::File::create(folder.join(by_hand)).unwrap();
        fs::write(folder.join(by_hand), "9").unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(1)).unwrap();
        shop.makes("<ctrl-r>");
        let told = "the store shop has been written to since";
        assert!(shop.stage.notice().contains(told), "{by_hand}: {}", shop.stage.notice());
        assert_eq!(shop.value(by_hand).as_deref(), Some("9"));
        let asked = asked(&shop).expect("it is asked about with what is there now");
        assert!(asked.contains("What came since is set aside too."), "{asked}");
        shop.makes("shop<enter>").makes("u");
        assert_eq!(shop.value(by_hand).as_deref(), Some("9"));
    }
}
