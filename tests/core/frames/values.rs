//! Values of many kinds, and what is opened from them.

use larder::app::{ContentsPage, Event, Load, Loaded, Read, Slot};
use larder::edit::{Diff, TypedValue};
use larder::model::{Contents, Crawl, Record, StorageInfo};

use super::{JSON, compute, each, overview};
use crate::corpus::coded::{png, tar};
use crate::stage::{Stage, computed, record, store};

/// A stage with the first of these records open, and its value in focus.
fn on(width: u16, height: u16, records: &[Record]) -> Stage {
    let mut stage = Stage::new(width, height);
    stage.connect(vec![store("shop", records.len() as u64), store("zoo", 1)]);
    stage.open(records).keys("<enter>");
    stage
}

/// Answers a computation that is asked for in a slot.
fn answer(mut stage: Stage, slot: Slot) -> Stage {
    let (ticket, read) = stage.take(slot);
    stage.event(Event::Loaded(slot, ticket, Ok(computed(read))));
    stage
}

#[test]
fn a_picture_and_a_table() {
    let picture = record("screenshot", "image/png", png());
    each("picture", |width, height| on(width, height, std::slice::from_ref(&picture)));
    let rows = (1..60).fold("url,title,price\n".to_owned(), |rows, at| {
        rows + &format!("https://shop.example/item/{at},\"Item, no. {at}\",{}.5\n", at * 7 % 40)
    });
    let table = record("items.csv", "text/csv; charset=utf-8", rows);
    each("table", |width, height| on(width, height, std::slice::from_ref(&table)));
}

#[test]
fn two_records_that_are_compared() {
    let records = [("cup", "1.10"), ("pot", "1.20")].map(|(key, price)| {
        record(key, JSON, format!(r#"{{"name": "{key}", "price": {price}, "stock": true}}"#))
    });
    each("compare", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("shop", 2), store("zoo", 1)]);
        stage.open(&records).keys("<space>j<space>=");
        let (ticket, _) = stage.take(Slot::Step);
        let typed = |at: usize| {
            let value = records[at].value.clone();
            TypedValue { content_type: JSON.into(), value }
        };
        let diff = Diff::of(Some(&typed(0)), Some(&typed(1)));
        stage.event(Event::Loaded(Slot::Step, ticket, Ok(Loaded::Pair(Box::new(diff)))));
        stage
    });
}

#[test]
fn links_of_a_page() {
    let page = "<!doctype html><title>Shop</title><p>Words enough for a page that is to be read.</p>\
        <a href='https://shop.example/pot'>next</a> <a href='/elsewhere'>out</a>";
    let records = [record("page", "text/html", page), record("pot", JSON, "2")];
    each("links", |width, height| {
        let mut stage = on(width, height, &records);
        stage.keys("<enter>");
        answer(stage, Slot::Links)
    });
}

#[test]
fn folded_json() {
    let text = r#"{"product": {"name": "cup", "price": 1.10}, "seen": [1, 2, 3], "stock": true}"#;
    let records = [record("cup", JSON, text)];
    each("folded", |width, height| {
        let mut stage = on(width, height, &records);
        stage.keys("<enter>");
        let mut stage = answer(stage, Slot::Leaves);
        stage.keys("j<space>");
        compute(&mut stage);
        stage
    });
}

#[test]
fn entries_of_an_archive() {
    let files: [(&str, &[u8]); 3] = [
        ("a/cup.json", b"{\"name\": \"cup\"}"),
        ("a/page.html", b"<!doctype html><title>T</title><p>Some words."),
        ("last.txt", b"the last one"),
    ];
    let records = [record("a.tar", "application/x-tar", tar(&files))];
    let listed = |width, height| {
        let mut stage = on(width, height, &records);
        stage.keys("<enter>");
        answer(stage, Slot::Entries)
    };
    each("entries", listed);
    each("entry", |width, height| {
        let mut stage = listed(width, height);
        stage.keys("<enter>");
        answer(stage, Slot::Record)
    });
}

#[test]
fn items_of_a_dataset() {
    each("items", |width, height| {
        let mut crawl = Crawl::default();
        let dataset = StorageInfo { name: "products".into(), ..StorageInfo::default() };
        (crawl.datasets.rows, crawl.datasets.total) = (vec![dataset], 1);
        let mut stage = overview(width, height, [crawl]);
        stage.keys("g<enter>");
        let (ticket, read) = stage.take(Slot::Contents);
        let Read::Load(Load::Contents(of, from)) = read else { panic!("{read:?}") };
        let item = |at: u64| format!(r#"{{"name": "cup {at}", "price": {at}.50, "stock": true}}"#);
        let values = (1..=60).map(|at| item(at).into()).collect();
        let held = Contents { values, total: 1_005, next: Some(7), left_out: 0 };
        let page = Loaded::Contents(Box::new(ContentsPage::new(of, from, held)));
        stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page)));
        stage
    });
}
