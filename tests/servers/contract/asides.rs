//! Stores and records that are set aside, restored and discarded.

use larder::model::{
    Aside, AsideList, ErrorKind, Key, OpenBy, Progress, Restored, StoreState, Write,
};
use larder::ops::{self, OldValues, Plan};
use larder::storage::Storage;

use super::{put, store};
use crate::short::Short as _;

pub async fn what_is_set_aside_is_as_purged_or_dropped_and_comes_back(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for key in ["a", "b/c", "ü"] {
        put(storage, &shop, key, key).await;
    }
    let id = storage.get_metadata(&shop).await.unwrap().id;
    for aside in [Aside::Records(shop.clone()), Aside::Store(shop.clone())] {
        let info = storage.set_aside(&aside).await.unwrap();
        assert_eq!((&info.aside, info.records), (&aside, 3));
        assert_eq!(storage.asides(AsideList::All).await.unwrap(), std::slice::from_ref(&info));
        let now = storage.get_metadata(&shop).await;
        match &aside {
            Aside::Records(_) => {
                let now = now.unwrap();
                assert_eq!((now.records, now.id), (Some(0), id.clone()));
            }
            Aside::Store(_) => assert_eq!(now.unwrap_err().kind, ErrorKind::NotFound),
        }
        let restored = storage.restore(&info.id, &Progress::default()).await.unwrap();
        assert_eq!(restored, Restored { records: 3, left: 0, replicas: None });
        for key in ["a", "b/c", "ü"] {
            let record = storage.get_value(&shop, &Key::from(key)).await.unwrap().unwrap();
            assert_eq!(record.value, key);
        }
        assert_eq!(storage.get_metadata(&shop).await.unwrap().id, id);
        assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
        let again = storage.restore(&info.id, &Progress::default()).await.unwrap_err();
        assert_eq!(again.kind, ErrorKind::NotFound);
    }
}

pub async fn a_restore_replaces_no_record_that_came_since(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for key in ["a", "b"] {
        put(storage, &shop, key, "old").await;
    }
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    put(storage, &shop, "b", "new").await;
    put(storage, &shop, "c", "new").await;
    let restored = storage.restore(&info.id, &Progress::default()).await.unwrap();
    assert_eq!(restored, Restored { records: 1, left: 1, replicas: None });
    for (key, value) in [("a", "old"), ("b", "new"), ("c", "new")] {
        let record = storage.get_value(&shop, &Key::from(key)).await.unwrap().unwrap();
        assert_eq!(record.value, value, "{key}");
    }
    let left = storage.asides(AsideList::All).await.unwrap();
    assert_eq!(left.iter().map(|info| info.records).collect::<Vec<_>>(), [1]);
    storage.discard(&info.id).await.unwrap();
    assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
    assert_eq!(storage.discard(&info.id).await.unwrap_err().kind, ErrorKind::NotFound);
}

pub async fn a_restore_in_steps_tells_how_far_it_is_and_can_be_stopped(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    // More of both than are put back in one step.
    let (old, new) = (500, 250);
    for at in 0..old {
        put(storage, &shop, &format!("old-{at}"), "old").await;
    }
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    for at in 0..new {
        put(storage, &shop, &format!("new-{at}"), "new").await;
    }
    let count = async || storage.get_metadata(&shop).await.unwrap().records.unwrap();
    let progress = Progress::default();
    let plan = Plan::restore(info.clone());
    assert!(plan.is_in_steps());
    let old_values = OldValues::in_memory();
    let restored = ops::perform_in_steps(storage, &plan, &old_values, &progress);
    let cancel = async {
        while progress.share().is_none_or(|share| share == 0.0) {
            tokio::task::yield_now().await;
        }
        progress.cancel();
    };
    let restored = tokio::join!(restored, cancel).0.unwrap();
    let rest = restored.rest.clone().expect("it was stopped");
    assert!(restored.records > 0 && restored.records < old, "{restored:?}");
    assert_eq!((count().await, restored.all()), (new + restored.records, old));
    assert_eq!(rest.records, Some(old - restored.records));
    let left = storage.asides(AsideList::All).await.unwrap();
    assert_eq!(left.iter().map(|info| info.records).collect::<Vec<_>>(), [old - restored.records]);
    // It goes on with the others.
    let goes_on = ops::perform(storage, &rest).await.unwrap();
    assert_eq!((goes_on.records, goes_on.left, goes_on.rest), (old - restored.records, 0, None));
    assert_eq!(count().await, old + new);
    assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
}

pub async fn a_store_that_was_made_anew_gets_the_records_that_it_lacks(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    for key in ["a", "b", "c"] {
        put(storage, &shop, key, "old").await;
    }
    let info = storage.set_aside(&Aside::Store(shop.clone())).await.unwrap();
    let anew = storage.open(&OpenBy::Name("shop".into())).await.unwrap();
    assert!(anew.created);
    put(storage, &shop, "b", "new").await;
    let restored = storage.restore(&info.id, &Progress::default()).await.unwrap();
    assert_eq!(restored, Restored { records: 2, left: 1, replicas: None });
    for (key, value) in [("a", "old"), ("b", "new"), ("c", "old")] {
        let record = storage.get_value(&shop, &Key::from(key)).await.unwrap().unwrap();
        assert_eq!(record.value, value, "{key}");
    }
    let now = storage.get_metadata(&shop).await.unwrap();
    assert_eq!((now.id, now.state), (anew.info.id, StoreState::Whole));
    // Once it is deleted, the older one can come back.
    storage.delete_value(&shop, &["b".into()]).await.unwrap();
    let restored = storage.restore(&info.id, &Progress::default()).await.unwrap();
    assert_eq!(restored, Restored { records: 1, left: 0, replicas: None });
    assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
}

pub async fn a_store_that_was_dropped_since_comes_back_with_its_records(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    put(storage, &shop, "a", "old").await;
    let id = storage.get_metadata(&shop).await.unwrap().id;
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    storage.write(&Write::Drop(shop.clone())).await.unwrap();
    let restored = storage.restore(&info.id, &Progress::default()).await.unwrap();
    assert_eq!(restored, Restored { records: 1, left: 0, replicas: None });
    let now = storage.get_metadata(&shop).await.unwrap();
    assert_eq!((now.id, now.records, now.state), (id, Some(1), StoreState::Whole));
    let opened = storage.open(&OpenBy::Name("shop".into())).await.unwrap();
    assert!(!opened.created);
}

pub async fn of_an_empty_store_no_records_are_set_aside(storage: &dyn Storage) {
    let shop = store(storage, "shop").await;
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    assert_eq!(info.records, 0);
    assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
    assert_eq!(
        storage.restore(&info.id, &Progress::default()).await.unwrap_err().kind,
        ErrorKind::NotFound
    );
    // The store itself is something.
    let info = storage.set_aside(&Aside::Store(shop.clone())).await.unwrap();
    assert_eq!(storage.asides(AsideList::All).await.unwrap(), std::slice::from_ref(&info));
    storage.restore(&info.id, &Progress::default()).await.unwrap();
    assert_eq!(storage.get_metadata(&shop).await.unwrap().records, Some(0));
    assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
}

pub async fn a_store_that_is_not_there_cannot_be_set_aside(storage: &dyn Storage) {
    for aside in [Aside::Records("none".into()), Aside::Store("none".into())] {
        let error = storage.set_aside(&aside).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    }
    assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
}
