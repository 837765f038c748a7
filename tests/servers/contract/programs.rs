//! What a program needs from a store: values by their Rust types, keys by prefix, and changes record by
//! record.

use std::time::Duration;

use futures::TryStreamExt as _;
use larder::model::{ContentType, ErrorKind, Key, OpenBy, RecordEvent, Write};
use larder::model::{JsonLayout, StoreName};
use larder::storage::{Changes, Storage, Store};
use serde::{Deserialize, Serialize};

use super::value;

/// Limit on the time that a change is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Page {
    title: String,
    price: f64,
    tags: Vec<String>,
    none: Option<bool>,
}

async fn shop(storage: &dyn Storage) -> Store<'_> {
    storage.open_store(&OpenBy::Name("shop".into())).await.unwrap()
}

pub async fn values_come_back_by_their_types(storage: &dyn Storage) {
    let shop = shop(storage).await;
    assert_eq!(shop.name(), &StoreName::from("shop"));
    let tags = vec!["a".into(), "b".into()];
    let page = Page { title: "Tin \"ü\"".into(), price: 2.5, tags, none: None };
    let meta = shop.set_json("page", &page).await.unwrap();
    assert_eq!((&meta.key, &meta.content_type), (&Key::from("page"), &ContentType::JSON));
    assert_eq!(shop.get_json("page").await.unwrap(), Some(page));
    let expected = match storage.session().json_layout {
        JsonLayout::OneLine => {
            r#"{"title": "Tin \"ü\"", "price": 2.5, "tags": ["a", "b"], "none": null}"#
        }
        JsonLayout::Indented => {
            "{\n  \"title\": \"Tin \\\"ü\\\"\",\n  \"price\": 2.5,\n  \"tags\": [\n    \"a\",\n    \"b\"\n  \
             ],\n  \"none\": null\n}"
        }
    };
    assert_eq!(
        value(storage, shop.name(), &"page".into()).await,
        expected,
        "as Crawlee lays it out"
    );
    assert_eq!(meta.size, expected.len() as u64);

    assert_eq!(shop.set_json("none", &()).await.unwrap().content_type, ContentType::NONE);
    assert_eq!(shop.get_json::<Option<Page>>("none").await.unwrap(), Some(None));
    assert_eq!(shop.set_text("note", "sold\n").await.unwrap().content_type, ContentType::TEXT);
    assert_eq!(shop.get_text("note").await.unwrap().as_deref(), Some("sold\n"));
    let meta = shop.set_bytes("shelf", &b"\x89PNG"[..], "image/png").await.unwrap();
    assert_eq!((meta.content_type.as_str(), meta.size), ("image/png", 4));
    assert_eq!(shop.get("shelf").await.unwrap().unwrap().value, &b"\x89PNG"[..]);
    assert_eq!(shop.info().await.unwrap().records, Some(4));

    assert!(shop.delete("shelf").await.unwrap());
    assert!(!shop.delete("shelf").await.unwrap());
    assert_eq!(shop.get("shelf").await.unwrap(), None);
    assert_eq!(shop.get_json::<Page>("shelf").await.unwrap(), None);
    assert_eq!(shop.get_text("shelf").await.unwrap(), None);
}

pub async fn a_value_that_is_no_such_value_is_named(storage: &dyn Storage) {
    let shop = shop(storage).await;
    shop.set_text("text", "{}").await.unwrap();
    shop.set_json("list", &[1, 2]).await.unwrap();
    shop.set_bytes("broken", r#"{"title": NaN}"#, "application/json").await.unwrap();
    shop.set_bytes("bytes", &b"\xff"[..], "text/plain").await.unwrap();
    for (key, kind, told) in [
        ("text", ErrorKind::Usage, "text is text/plain; charset=utf-8, not JSON"),
        ("list", ErrorKind::Usage, "list is not such a value"),
        ("broken", ErrorKind::Damaged, "broken is not JSON"),
    ] {
        let why = shop.get_json::<Page>(key).await.unwrap_err();
        assert!(why.kind == kind && why.problem.starts_with(told), "{why:?}");
    }
    let deep = "[".repeat(1000) + &"]".repeat(1000);
    shop.set_bytes("deep", deep, "application/json").await.unwrap();
    let why = shop.get_json::<serde_json::Value>("deep").await.unwrap_err();
    assert!(why.kind == ErrorKind::NotSupported && why.problem.contains("too deep"), "{why:?}");
    let why = shop.get_text("bytes").await.unwrap_err();
    assert_eq!((why.kind, why.problem.as_str()), (ErrorKind::Usage, "bytes is not UTF-8"));
    let nowhere = storage.store("nowhere");
    assert_eq!(nowhere.set_text("a", "b").await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(nowhere.changes().await.err().unwrap().kind, ErrorKind::NotFound);
}

pub async fn a_prefix_gives_its_records_in_order(storage: &dyn Storage) {
    let shop = shop(storage).await;
    for key in ["page-2", "shelf", "page-10", "page-1", "pag"] {
        shop.set_text(key, key).await.unwrap();
    }
    let pages: Vec<_> = shop.keys("page-").try_collect().await.unwrap();
    let pages: Vec<_> = pages.iter().map(|meta| (meta.key.escaped(), meta.size)).collect();
    assert_eq!(pages, [("page-1".into(), 6), ("page-10".into(), 7), ("page-2".into(), 6)]);
    let all: Vec<_> = shop.keys("").try_collect().await.unwrap();
    assert_eq!((all.len(), &all[0].key), (5, &Key::from("pag")));
}

/// The events of records up to the wanted one, in their order.
async fn until(
    changes: &mut Changes<'_>,
    wanted: impl Fn(&RecordEvent) -> bool,
) -> Vec<RecordEvent> {
    let mut seen = Vec::new();
    let found = async {
        while !seen.iter().any(&wanted) {
            let events = changes.next().await.unwrap().expect("the watching goes on");
            assert!(!events.is_empty());
            seen.extend(events.into_iter().filter(|it| !matches!(it, RecordEvent::Source(_))));
        }
    };
    assert!(tokio::time::timeout(PATIENCE, found).await.is_ok(), "only these came: {seen:?}");
    seen
}

fn is_new(key: &str) -> impl Fn(&RecordEvent) -> bool {
    move |event| matches!(event, RecordEvent::New(meta) if meta.key == Key::from(key))
}

pub async fn changes_come_record_by_record(storage: &dyn Storage) {
    let shop = shop(storage).await;
    shop.set_text("before", "1").await.unwrap();
    let mut changes = shop.changes().await.unwrap();
    shop.set_text("a", "1").await.unwrap();
    let seen = until(&mut changes, is_new("a")).await;
    assert!(is_new("a")(&seen[0]), "what was there before is not told: {seen:?}");

    shop.set_text("a", "longer").await.unwrap();
    let is_longer = |event: &RecordEvent| matches!(event, RecordEvent::Changed(meta) if meta.size == 6 && meta.key == Key::from("a"));
    let seen = until(&mut changes, is_longer).await;
    assert!(!seen.iter().any(is_new("a")), "it is known: {seen:?}");

    shop.delete("before").await.unwrap();
    until(&mut changes, |event| *event == RecordEvent::Deleted("before".into())).await;
    shop.set_text("before", "again").await.unwrap();
    let seen = until(&mut changes, is_new("before")).await;
    assert!(!seen.contains(&RecordEvent::Deleted("before".into())), "{seen:?}");
}

pub async fn records_come_before_their_changes_where_they_are_wanted(storage: &dyn Storage) {
    let shop = shop(storage).await;
    for key in ["a", "b"] {
        shop.set_text(key, "1").await.unwrap();
    }
    let mut changes = shop.records_and_changes().await.unwrap();
    let there = changes.next().await.unwrap().unwrap();
    assert!(there.len() == 2 && is_new("a")(&there[0]) && is_new("b")(&there[1]), "{there:?}");
    shop.set_text("c", "1").await.unwrap();
    until(&mut changes, is_new("c")).await;
    drop(changes);

    let stream = shop.records_and_changes().await.unwrap().into_stream();
    let first: Vec<_> = futures::StreamExt::take(stream, 3).try_collect().await.unwrap();
    assert!(["a", "b", "c"].iter().zip(&first).all(|(key, it)| is_new(key)(it)), "{first:?}");
}

pub async fn changes_end_with_their_store(storage: &dyn Storage) {
    let shop = shop(storage).await;
    shop.set_text("a", "1").await.unwrap();
    let mut changes = shop.changes().await.unwrap();
    storage.write(&Write::Drop(shop.name().clone())).await.unwrap();
    let end = async {
        loop {
            match changes.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("it says why it ends"),
                Err(why) => return why,
            }
        }
    };
    let why = tokio::time::timeout(PATIENCE, end).await.expect("an end");
    assert_eq!((why.kind, why.problem.as_str()), (ErrorKind::NotFound, "the store shop is gone"));
}
