//! Opening, listing, purging and dropping stores.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, future};
use larder::model::{
    ConnectionState, ErrorKind, Key, OpenBy, StoreInfo, StoreName, StoreState, Timestamp, Write,
};
use larder::storage::Storage;

use super::{put, store};
use crate::short::Short as _;

pub async fn open_creates_a_store_once_and_finds_it_again(storage: &dyn Storage) {
    let before = Timestamp::now();
    for (by, store, name) in [
        (OpenBy::Default, "default", None),
        (OpenBy::Name("My-Shop1".into()), "My-Shop1", Some("My-Shop1")),
        (OpenBy::Alias("a b:*[é]".into()), "a b:*[é]", None),
    ] {
        let made = storage.open(&by).await.unwrap();
        assert!(made.created);
        assert_eq!(made.info.store, StoreName::from(store));
        assert_eq!(made.info.name.as_deref(), name);
        assert_eq!(made.info.state, StoreState::Whole);
        assert_eq!(made.info.records, Some(0));
        assert_eq!(made.info.created_at, made.info.modified_at);
        assert!(made.info.created_at.unwrap() >= before);
        let id = made.info.id.clone().unwrap();
        assert!(id.len() == 17 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");

        let again = storage.open(&by).await.unwrap();
        assert!(!again.created);
        assert_eq!(again.info, made.info);
        let by_id = storage.open(&OpenBy::Id(id)).await.unwrap();
        assert_eq!(by_id, again);
        let metadata = storage.get_metadata(&made.info.store).await.unwrap();
        let key = metadata.metadata_key.expect("one store was asked for");
        assert!(key.contains(store) || store.contains('é'));
    }
}

pub async fn names_and_aliases_are_checked(storage: &dyn Storage) {
    for name in ["", "-a", "a_b", "a b", "é", "a\n"] {
        let error = storage.open(&OpenBy::Name(name.into())).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Usage, "{name:?}");
    }
    for alias in ["", "a/b", "a\\b", "a\0b", ".", ".."] {
        let error = storage.open(&OpenBy::Alias(alias.into())).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Usage, "{alias:?}");
    }
    assert_eq!(storage.all_stores().await.unwrap(), []);
}

pub async fn an_unknown_id_creates_nothing(storage: &dyn Storage) {
    let error = storage.open(&OpenBy::Id("abcdefghijklmnopq".into())).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(storage.all_stores().await.unwrap(), []);
}

pub async fn stores_are_listed_by_the_bytes_of_their_names(storage: &dyn Storage) {
    for name in ["b", "a-1", "B", "a"] {
        store(storage, name).await;
    }
    storage.open(&OpenBy::Alias("é".into())).await.unwrap();
    storage.open(&OpenBy::Default).await.unwrap();
    put(storage, &StoreName::from("a"), "one", "1").await;
    put(storage, &StoreName::from("a"), "two", "2").await;
    let stores = storage.all_stores().await.unwrap();
    let names: Vec<_> = stores.iter().map(|info| info.store.escaped()).collect();
    assert_eq!(names, ["B", "a", "a-1", "b", "default", "é"]);
    assert_eq!(stores[1].records, Some(2));
    assert_eq!(stores[1].values, None);
    for info in &stores {
        assert_eq!(info.state, StoreState::Whole, "{}", info.store);
        // Asked for alone, a store also tells what it weighs.
        let alone = storage.get_metadata(&info.store).await.unwrap();
        assert_eq!(alone.bytes.unwrap() > 0, info.records != Some(0), "{}", info.store);
        let (bytes, written_at) = (info.bytes, info.written_at);
        assert_eq!(StoreInfo { bytes, written_at, metadata_key: None, ..alone }, *info);
    }
}

pub async fn purge_leaves_the_store_and_drop_does_not(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let other = store(storage, "other").await;
    for key in ["a", "b", "c"] {
        put(storage, &shop, key, "text").await;
        put(storage, &other, key, "text").await;
    }
    let id = storage.get_metadata(&shop).await.unwrap().id;

    assert_eq!(storage.purge(&shop).await.unwrap().records, 3);
    let info = storage.get_metadata(&shop).await.unwrap();
    assert_eq!((info.records, info.values, &info.id), (Some(0), None, &id));
    assert_eq!(storage.purge(&shop).await.unwrap().records, 0);
    put(storage, &shop, "a", "again").await;

    assert_eq!(storage.drop_store(&shop).await.unwrap().records, 1);
    assert_eq!(storage.get_metadata(&shop).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(storage.drop_store(&shop).await.unwrap_err().kind, ErrorKind::NotFound);
    let by_id = storage.open(&OpenBy::Id(id.clone().unwrap())).await;
    assert_eq!(by_id.unwrap_err().kind, ErrorKind::NotFound);
    let left = storage.all_stores().await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((&left[0].store, left[0].records), (&other, Some(3)));

    let anew = storage.open(&OpenBy::Name("shop".into())).await.unwrap();
    assert!(anew.created);
    assert_ne!(anew.info.id, id);
    assert_eq!(anew.info.records, Some(0));
}

pub async fn what_is_not_there_is_not_found(storage: &dyn Storage) {
    let missing = StoreName::from("missing");
    let key = Key::from("key");
    let write = super::set(&missing, &key, "text".into_value(), None);
    let not_found = |kind: ErrorKind| assert_eq!(kind, ErrorKind::NotFound);
    not_found(storage.get_metadata(&missing).await.unwrap_err().kind);
    not_found(storage.set_value(&write).await.unwrap_err().kind);
    not_found(storage.purge(&missing).await.unwrap_err().kind);
    not_found(storage.drop_store(&missing).await.unwrap_err().kind);
    not_found(storage.scan_keys(&missing).try_collect::<Vec<_>>().await.unwrap_err().kind);
    let keys = storage.iterate_keys(&missing, b"", None, Some(3));
    not_found(keys.try_collect::<Vec<_>>().await.unwrap_err().kind);
    assert_eq!(storage.all_stores().await.unwrap(), [], "a refused write made a ghost");

    let shop = store(storage, "shop").await;
    assert_eq!(storage.get_value(&shop, &key).await.unwrap(), None);
    assert_eq!(storage.read_up_to(&shop, &key, 10).await.unwrap(), None);
    assert_eq!(storage.get_record_metadata(&shop, &key).await.unwrap(), None);
    assert!(!storage.record_exists(&shop, &key).await.unwrap());
    assert_eq!(storage.delete_value(&shop, &[key]).await.unwrap().records, 0);
}

pub async fn writes_move_the_times_and_reads_do_not(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let key = Key::from("key");
    let mut last = storage.get_metadata(&shop).await.unwrap();
    let writes = [
        Write::Set(super::set(&shop, &key, "text".into_value(), None)),
        Write::Delete { store: shop.clone(), keys: vec![key.clone()] },
        Write::Purge(shop.clone()),
    ];
    for write in writes {
        let before = Timestamp::now();
        storage.write(&write).await.unwrap();
        let now = storage.get_metadata(&shop).await.unwrap();
        assert!(now.modified_at.unwrap() >= before, "{write:?}");
        assert_eq!(now.accessed_at, now.modified_at, "{write:?}");
        assert_eq!(now.created_at, last.created_at);
        last = now;
    }
    put(storage, &shop, "key", "text").await;
    let written = storage.get_metadata(&shop).await.unwrap();
    storage.open(&OpenBy::Name("shop".into())).await.unwrap();
    storage.get_value(&shop, &key).await.unwrap();
    storage.read_up_to(&shop, &key, 0).await.unwrap();
    storage.get_record_metadata(&shop, &key).await.unwrap();
    storage.record_exists(&shop, &key).await.unwrap();
    super::scan(storage, &shop).await;
    storage.iterate_keys(&shop, b"", None, None).try_collect::<Vec<_>>().await.unwrap();
    storage.all_stores().await.unwrap();
    assert_eq!(storage.get_metadata(&shop).await.unwrap(), written);
}

pub async fn many_openers_of_one_name_get_one_store(storage: &dyn Storage) {
    for round in 0..5 {
        let by = OpenBy::Name(format!("race-{round}"));
        let opened = future::join_all((0..25).map(|_| storage.open(&by))).await;
        let opened: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
        assert_eq!(opened.iter().filter(|opened| opened.created).count(), 1);
        let id = &opened[0].info.id;
        assert!(id.is_some() && opened.iter().all(|opened| opened.info.id == *id));
    }
    assert_eq!(storage.all_stores().await.unwrap().len(), 5);
}

pub async fn a_store_without_faults_is_not_lost(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "key", "text").await;
    let steps: Vec<_> = storage.find_lost_stores().map(Result::unwrap).collect().await;
    assert!(steps.iter().all(|(_, found)| found.is_empty()));
    assert!((steps.last().unwrap().0 - 1.0).abs() < f32::EPSILON);
}

pub async fn the_connection_is_up_and_the_server_answers(storage: &dyn Storage) {
    assert_eq!(*storage.session().state.borrow(), ConnectionState::Up);
    assert!(storage.server().await.unwrap().latency.unwrap() < Duration::from_secs(10));
    assert!(!storage.session().label.is_empty());
    assert!(!storage.server().await.unwrap().read_only);
}

/// Short for a value that is a text.
trait IntoValue {
    fn into_value(self) -> larder::model::Value;
}

impl IntoValue for &str {
    fn into_value(self) -> larder::model::Value {
        larder::model::Value::Text(self.to_owned())
    }
}
