//! The same operations, made by Crawlee and by larder.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;

use futures::TryStreamExt;
use larder::model::{Key, OpenBy, SetValue, StoreName};
use larder::storage::{Options, Storage, target::Target};
use serde_json::{Value, json};

use crate::cases::Case;
use crate::python;
use crate::server::Server;
use crate::short::Short as _;

/// One operation on the store that was opened last.
#[derive(Clone)]
pub(crate) enum Op {
    Open(OpenBy),
    Set(Case),
    Get(String),
    Exists(String),
    Keys { after: Option<String>, limit: Option<usize> },
    Metadata,
    Delete(String),
    Purge,
    Drop,
    Url(String),
}

impl Op {
    /// The operation in the form that `client.py` reads.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Open(OpenBy::Default) => json!({"op": "open"}),
            Self::Open(OpenBy::Name(name)) => json!({"op": "open", "name": name}),
            Self::Open(OpenBy::Alias(alias)) => json!({"op": "open", "alias": alias}),
            Self::Open(OpenBy::Id(id)) => json!({"op": "open", "id": id}),
            Self::Set(case) => json!({
                "op": "set",
                "key": case.key,
                "value": case.python,
                "content_type": case.content_type,
            }),
            Self::Get(key) => json!({"op": "get", "key": key}),
            Self::Exists(key) => json!({"op": "exists", "key": key}),
            Self::Keys { after, limit } => json!({"op": "keys", "after": after, "limit": limit}),
            Self::Metadata => json!({"op": "metadata"}),
            Self::Delete(key) => json!({"op": "delete", "key": key}),
            Self::Purge => json!({"op": "purge"}),
            Self::Drop => json!({"op": "drop"}),
            Self::Url(key) => json!({"op": "url", "key": key}),
        }
    }
}

/// The name of the store in Redis keys.
pub(crate) fn internal_name(by: &OpenBy) -> StoreName {
    match by {
        OpenBy::Default => "default".into(),
        OpenBy::Name(name) | OpenBy::Alias(name) => name.as_str().into(),
        OpenBy::Id(_) => panic!("an id does not tell the name"),
    }
}

/// Crawlee's own client, in a process of its own.
pub(crate) struct Crawlee {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Crawlee {
    /// Connects to the server.
    pub(crate) fn start(server: &Server) -> Self {
        Self::start_on(&server.url())
    }

    /// Starts Crawlee on a server's URL, or on a directory.
    pub(crate) fn start_on(target: &str) -> Self {
        let mut program = python::program("interop/client.py", &[target]);
        let mut child = program.stderr(Stdio::inherit()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { input: child.stdin.take(), output, child }
    }

    /// Performs the operations; one result for each.
    #[track_caller]
    pub(crate) fn run(&mut self, ops: &[Op]) -> Vec<Value> {
        let line = Value::Array(ops.iter().map(Op::json).collect());
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        let said = self.output.next().expect("Crawlee failed; its errors are above").unwrap();
        let results: Vec<Value> = serde_json::from_str(&said).unwrap();
        assert_eq!(results.len(), ops.len());
        results
    }
}

impl Drop for Crawlee {
    fn drop(&mut self) {
        // It ends when there is nothing more to read.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// larder's storage on the server; with `touch`, reads change `accessed_at`.
pub(crate) async fn connect(server: &Server, touch: bool) -> Arc<dyn Storage> {
    let target = Target::parse(&server.url()).unwrap();
    let options = Options { touch, ..Options::default() };
    larder::storage::connect(&target, &options).await.unwrap()
}

/// Performs the operations through larder; results only for those that list keys or give URLs.
pub(crate) async fn larder(storage: &dyn Storage, ops: &[Op]) -> Vec<Value> {
    let mut store = StoreName::default();
    let mut results = Vec::new();
    for op in ops {
        let mut result = Value::Null;
        match op {
            Op::Open(by) => store = storage.open(by).await.unwrap().info.store,
            Op::Set(case) => {
                let (value, content_type) = case.larder.clone().encode(case.given());
                let set = SetValue {
                    store: store.clone(),
                    key: Key::from(case.key.as_str()),
                    value,
                    content_type,
                    expected: larder::model::Expect::Anything,
                };
                storage.set_value(&set).await.unwrap();
            }
            Op::Get(key) => {
                storage.get_value(&store, &Key::from(key.as_str())).await.unwrap();
            }
            Op::Exists(key) => {
                storage.record_exists(&store, &Key::from(key.as_str())).await.unwrap();
            }
            Op::Keys { after, limit } => {
                let after = after.as_deref().map(Key::from);
                let pages = storage.iterate_keys(&store, b"", after.as_ref(), *limit);
                let pages: Vec<_> = pages.try_collect().await.unwrap();
                result = pages
                    .iter()
                    .flat_map(larder::model::KeyPage::to_metas)
                    .map(|meta| {
                        json!([meta.key.as_str().unwrap(), meta.content_type.as_str(), meta.size])
                    })
                    .collect();
            }
            Op::Metadata => {
                storage.get_metadata(&store).await.unwrap();
            }
            Op::Delete(key) => {
                storage.delete_value(&store, &[Key::from(key.as_str())]).await.unwrap();
            }
            Op::Purge => {
                storage.purge(&store).await.unwrap();
            }
            Op::Drop => {
                storage.drop_store(&store).await.unwrap();
            }
            Op::Url(key) => {
                let key = Key::from(key.as_str());
                result = storage.get_public_url(&store, &key).await.unwrap().into();
            }
        }
        results.push(result);
    }
    results
}
