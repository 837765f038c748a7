//! Setting, reading, deleting and settling records.

use bytes::Bytes;
use larder::model::{
    ContentType, ErrorKind, Expect, Key, Reading, RecordMeta, RecordState, SetValue, Value, Want,
    Write, WriteOutcome,
};
use larder::storage::Storage;

use super::{kept_keys, put, refused_keys, set, store, value};
use crate::short::Short as _;

pub async fn every_value_comes_back_as_it_was_set(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let every_byte: Vec<u8> = (0..=255).collect();
    for (at, (content, given)) in [
        (Value::None, None),
        (Value::Text("42".into()), None),
        (Value::Text(String::new()), None),
        (Value::Text("ünï😀\0\n".into()), Some("text/html")),
        (Value::Text("plain".into()), Some("application/json")),
        (Value::Json(r#"{"a": [1, NaN, 12345678901234567890123]}"#.into()), None),
        (Value::Bytes(every_byte.clone().into()), None),
        (Value::Bytes(every_byte.into()), Some("image/png")),
        (Value::Bytes(Bytes::from_static(b"\xff\xfe")), Some("text/plain; charset=utf-16")),
        (Value::Bytes(Bytes::from_static(b"$-1\r\n")), Some("application/\"x\"\u{1}é")),
    ]
    .into_iter()
    .enumerate()
    {
        let key = Key::from(format!("record {at}"));
        let write = set(&shop, &key, content, given.map(ContentType::from));
        let written = storage.set_value(&write).await.unwrap();
        let meta = RecordMeta {
            key: key.clone(),
            content_type: write.content_type.clone(),
            size: write.value.len() as u64,
            state: RecordState::Whole,
        };
        assert_eq!((written.records, written.meta.as_ref()), (1, Some(&meta)));
        let record = storage.get_value(&shop, &key).await.unwrap().unwrap();
        assert_eq!((&record.meta, &record.value), (&meta, &write.value), "{key}");
        let reading = storage.read_up_to(&shop, &key, meta.size).await.unwrap();
        assert_eq!(reading, Some(Reading::Whole(record)), "{key}");
        assert_eq!(storage.get_record_metadata(&shop, &key).await.unwrap(), Some(meta.clone()));
        assert!(storage.record_exists(&shop, &key).await.unwrap());
        assert_eq!(super::scan(storage, &shop).await[at], meta);
    }
}

pub async fn every_key_comes_back_as_it_was_set(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let keys = kept_keys(storage).await;
    for key in &keys {
        let text = format!("value of {}", key.escaped());
        storage.set_value(&set(&shop, key, Value::Text(text), None)).await.unwrap();
    }
    for key in &keys {
        assert_eq!(value(storage, &shop, key).await, format!("value of {}", key.escaped()));
        assert!(storage.record_exists(&shop, key).await.unwrap());
    }
    let mut sorted = keys.clone();
    sorted.sort();
    let listed: Vec<_> = super::scan(storage, &shop).await.into_iter().map(|m| m.key).collect();
    assert_eq!(listed, sorted);
}

pub async fn hostile_keys_are_deleted_one_by_one(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let keys = kept_keys(storage).await;
    for key in &keys {
        storage.set_value(&set(&shop, key, Value::Text("x".into()), None)).await.unwrap();
    }
    for (at, key) in keys.iter().enumerate() {
        let deleted = storage.delete_value(&shop, std::slice::from_ref(key)).await.unwrap();
        assert_eq!(deleted.records, 1, "{key}");
        assert_eq!(storage.get_value(&shop, key).await.unwrap(), None, "{key}");
        assert_eq!(super::scan(storage, &shop).await.len(), keys.len() - at - 1);
    }
    for at in 0..250 {
        put(storage, &shop, &format!("many {at}"), "x").await;
    }
    let many: Vec<_> = (0..300).map(|at| Key::from(format!("many {at}"))).collect();
    assert_eq!(storage.delete_value(&shop, &many).await.unwrap().records, 250);
}

pub async fn a_key_that_cannot_be_kept_is_refused_and_leaves_nothing(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let before = storage.get_metadata(&shop).await.unwrap();
    for key in refused_keys(storage).await {
        for expected in [Expect::Anything, Expect::Absent] {
            let write = set(&shop, &key, Value::Text("x".into()), None);
            let error = storage.set_value(&SetValue { expected, ..write }).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Usage, "{key}: {error}");
        }
        assert_eq!(storage.get_value(&shop, &key).await.unwrap(), None, "{key}");
        assert_eq!(storage.get_record_metadata(&shop, &key).await.unwrap(), None, "{key}");
        assert!(!storage.record_exists(&shop, &key).await.unwrap(), "{key}");
        assert_eq!(storage.delete_value(&shop, &[key]).await.unwrap().records, 0);
    }
    assert_eq!(super::scan(storage, &shop).await, []);
    assert_eq!(storage.get_metadata(&shop).await.unwrap(), before);
}

pub async fn a_key_that_is_not_utf8_cannot_be_set(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let write = set(&shop, &Key::from(&b"\xff"[..]), Value::Text("x".into()), None);
    let error = storage.set_value(&write).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage, "{error}");
    assert_eq!(super::scan(storage, &shop).await, []);
}

pub async fn expected_absent_makes_and_never_overwrites(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let key = Key::from("key");
    for text in ["first", "second"] {
        let write = SetValue {
            expected: Expect::Absent,
            ..set(&shop, &key, Value::Text(text.into()), None)
        };
        let outcome = storage.set_value(&write).await;
        assert_eq!(outcome.is_ok(), text == "first");
        if let Err(error) = outcome {
            assert_eq!(error.kind, ErrorKind::Conflict);
        }
    }
    assert_eq!(value(storage, &shop, &key).await, "first");
}

pub async fn expected_unchanged_never_overwrites_another_write(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let key = Key::from("key");
    let edit = |old: &'static str, old_type: ContentType| SetValue {
        expected: Expect::unchanged(old.into(), old_type),
        ..set(&shop, &key, Value::Text("new".into()), None)
    };
    let conflict = |outcome: larder::model::Result<_>| {
        assert_eq!(outcome.map(|_| ()).unwrap_err().kind, ErrorKind::Conflict);
    };
    conflict(storage.set_value(&edit("old", ContentType::TEXT)).await);
    put(storage, &shop, "key", "old").await;
    conflict(storage.set_value(&edit("other", ContentType::TEXT)).await);
    conflict(storage.set_value(&edit("odd", ContentType::TEXT)).await);
    conflict(storage.set_value(&edit("old", ContentType::JSON)).await);
    assert_eq!(value(storage, &shop, &key).await, "old");
    storage.set_value(&edit("old", ContentType::TEXT)).await.unwrap();
    assert_eq!(value(storage, &shop, &key).await, "new");
    conflict(storage.set_value(&edit("old", ContentType::TEXT)).await);
}

pub async fn a_value_over_the_limit_is_not_fetched(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let key = Key::from("key");
    put(storage, &shop, "key", "0123456789").await;
    let meta = match storage.read_up_to(&shop, &key, 9).await.unwrap() {
        Some(Reading::Meta(meta)) => meta,
        Some(Reading::Part { meta, bytes: head, .. }) if head == "012345678" => meta,
        other => panic!("it was fetched: {other:?}"),
    };
    assert_eq!((meta.size, meta.state), (10, RecordState::Whole));
    let whole = storage.read_up_to(&shop, &key, 10).await.unwrap();
    assert!(matches!(whole, Some(Reading::Whole(record)) if record.value == "0123456789"));
}

pub async fn a_part_of_a_value_is_read(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let key = Key::from("key");
    let parts = [(2..5, 2, "234"), (0..4, 0, "0123"), (0..99, 0, "0123456789"), (8..99, 8, "89")];
    let behind = [(10..12, 10, ""), (40..50, 10, ""), (3..3, 3, "")];
    assert_eq!(storage.read(&shop, &key, Want::Range(2..5)).await.unwrap(), None);
    put(storage, &shop, "key", "0123456789").await;
    for (range, from, part) in parts.into_iter().chain(behind) {
        let read = storage.read(&shop, &key, Want::Range(range.clone())).await.unwrap();
        let Some(Reading::Part { meta, start, bytes }) = read else {
            panic!("{range:?}: {read:?}")
        };
        assert_eq!((start, &bytes[..]), (from, part.as_bytes()), "{range:?}");
        assert_eq!((meta.size, meta.state), (10, RecordState::Whole), "{range:?}");
    }
}

pub async fn a_large_value_comes_back_whole(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let key = Key::from("large");
    let large: Bytes = (0..9 << 20).map(|at: u32| (at % 251) as u8).collect::<Vec<_>>().into();
    let write = set(&shop, &key, Value::Bytes(large.clone()), None);
    storage.set_value(&write).await.unwrap();
    let record = storage.get_value(&shop, &key).await.unwrap().unwrap();
    assert!(record.value == large && record.meta.size == 9 << 20);
    let edit = SetValue {
        expected: Expect::unchanged(large, ContentType::BINARY),
        ..set(&shop, &key, Value::None, None)
    };
    storage.set_value(&edit).await.unwrap();
    assert_eq!(value(storage, &shop, &key).await, "");
}

pub async fn settling_tells_what_became_of_a_write(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let key = Key::from("key");
    let make = Write::Set(SetValue {
        expected: Expect::Absent,
        ..set(&shop, &key, Value::Text("made".into()), None)
    });
    let edit = Write::Set(SetValue {
        expected: Expect::unchanged("made".into(), ContentType::TEXT),
        ..set(&shop, &key, Value::Text("a longer text".into()), None)
    });
    let delete = Write::Delete { store: shop.clone(), keys: vec![key.clone()] };
    let purge = Write::Purge(shop.clone());
    let drop = Write::Drop(shop.clone());
    let create = Write::Create(larder::model::OpenBy::Name("new".into()));
    assert_eq!(storage.resolve(&edit).await, Ok(WriteOutcome::Other), "no record");
    for write in [make, edit, delete, purge, drop, create] {
        if matches!(write, Write::Purge(_)) {
            put(storage, &shop, "key", "text").await;
        }
        // Without its memory of the write, the storage cannot tell that nobody has filled or made
        // the store anew.
        let emptied = matches!(write, Write::Purge(_) | Write::Drop(_));
        let not_made = if emptied { WriteOutcome::Unclear } else { WriteOutcome::NotApplied };
        assert_eq!(storage.resolve(&write).await, Ok(not_made), "{write:?}");
        storage.write(&write).await.unwrap();
        let outcome = storage.resolve(&write).await;
        assert!(matches!(outcome, Ok(WriteOutcome::There(_))), "{write:?}: {outcome:?}");
    }
    let shop = store(storage, "shop").await;
    put(storage, &shop, "key", "of someone else").await;
    let edit = Write::Set(SetValue {
        expected: Expect::Absent,
        ..set(&shop, &key, Value::Text("made".into()), None)
    });
    assert_eq!(storage.resolve(&edit).await, Ok(WriteOutcome::Other));
}
