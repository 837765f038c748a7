//! Records that larder renames, copies and gives another content type, as Crawlee for Python reads them
//! afterwards.

use larder::model::{ContentType, Key, OpenBy, StoreName};
use larder::ops::{self, OldValues, Operation};
use larder::storage::Storage;
use serde_json::{Value, json};

use crate::cases::{Case, all};
use crate::peer::{Crawlee, Op, connect};
use crate::server::Server;

/// Carries out a plan, then its inverse, then the first again.
pub(crate) async fn make(storage: &dyn Storage, operation: &Operation) {
    let mut plan = ops::plan(storage, operation).await.unwrap().undoable(false);
    for _ in 0..3 {
        let made = ops::perform_kept(storage, &plan, &OldValues::in_memory()).await;
        plan = *made.unwrap_or_else(|failed| panic!("{operation:?}: {failed:?}")).inverse.unwrap();
    }
}

pub(crate) fn rename(store: &StoreName, key: &str, to: &str) -> Operation {
    let (store, overwrite) = (store.clone(), false);
    Operation::Rename { store, key: Key::from(key), to: Key::from(to), overwrite }
}

pub(crate) fn copy(store: &StoreName, key: &str, to: &str) -> Operation {
    let (store, to_store, overwrite) = (store.clone(), store.clone(), false);
    Operation::Copy { store, key: Key::from(key), to_store, to: Key::from(to), overwrite }
}

pub(crate) fn retype(store: &StoreName, key: &str, content_type: &str) -> Operation {
    let content_type = ContentType::from(content_type);
    Operation::Retype { store: store.clone(), key: Key::from(key), content_type }
}

/// The value that Crawlee reads, without what depends on the key.
fn apart_from_key(mut read: Value) -> Value {
    if let Some(fields) = read.as_object_mut() {
        fields.remove("key");
    }
    read
}

pub(crate) async fn crawlee_reads_them(
    storage: &dyn Storage,
    crawlee: &mut Crawlee,
    cases: &[Case],
) {
    let store = StoreName::from("default");
    let sets = cases.iter().cloned().map(Op::Set);
    crawlee.run(&[Op::Open(OpenBy::Default)].into_iter().chain(sets).collect::<Vec<_>>());
    for case in cases {
        let (key, new) = (&case.key, format!("{}_new", case.key.len()));
        let before = crawlee.run(&[Op::Get(key.clone())]).remove(0);
        make(storage, &copy(&store, key, &new)).await;
        let both = crawlee.run(&[Op::Get(key.clone()), Op::Get(new.clone())]);
        assert_eq!(both[0], before, "{key:?}");
        assert_eq!(apart_from_key(both[1].clone()), apart_from_key(before.clone()), "{key:?}");
        crawlee.run(&[Op::Delete(new.clone())]);
        make(storage, &rename(&store, key, &new)).await;
        let asked = [Op::Exists(key.clone()), Op::Get(key.clone()), Op::Get(new.clone())];
        let said = crawlee.run(&asked);
        assert_eq!((&said[0], &said[1]), (&json!(false), &Value::Null), "{key:?}");
        assert_eq!(apart_from_key(said[2].clone()), apart_from_key(before), "{key:?}");
        make(storage, &rename(&store, &new, key)).await;
    }
    crawlee.run(&[Op::Set(Case { key: "typed".into(), ..cases[4].clone() })]);
    make(storage, &retype(&store, "typed", "application/octet-stream")).await;
    let read = crawlee.run(&[Op::Get("typed".into())]).remove(0);
    assert_eq!(read["content_type"], json!("application/octet-stream"), "{read}");
}

#[tokio::test]
async fn crawlee_reads_on_a_server_what_larder_renamed_copied_and_retyped() {
    let server = Server::start();
    let storage = connect(&server, false).await;
    crawlee_reads_them(&*storage, &mut Crawlee::start(&server), &all()).await;
}
