//! Everything a server holds, as lines of text that two servers can be compared by.

use std::collections::BTreeSet;

use crate::server::{Reply, Server};

/// Every key with its type and contents. Ids are replaced by the store they stand for, and the
/// times of each store by their order (`t0` is the oldest), after a look at their form.
pub(crate) fn dump(server: &Server) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for key in server.command(&[b"KEYS", b"*"]).items() {
        let key = key.bytes().unwrap();
        let name = String::from_utf8(key.clone()).unwrap();
        let call = |command: &str, args: &[&str]| {
            let mut all = vec![command.as_bytes(), key.as_slice()];
            all.extend(args.iter().map(|arg| arg.as_bytes()));
            server.command(&all)
        };
        match call("TYPE", &[]).raw().as_slice() {
            b"hash" => {
                for pair in call("HGETALL", &[]).items().chunks(2) {
                    lines.insert(format!("{name:?}: {} = {}", show(&pair[0]), show(&pair[1])));
                }
            }
            b"list" => {
                lines.insert(format!("{name:?}: {:?}", call("LRANGE", &["0", "-1"]).items()));
            }
            b"ReJSON-RL" => {
                let text = String::from_utf8(call("JSON.GET", &[]).raw()).unwrap();
                lines.insert(format!("{name:?}: {}", order_times(&text)));
            }
            other => panic!("{name} is a {}", other.escape_ascii()),
        }
    }
    let ids: Vec<(String, String)> = server
        .command(&[b"HGETALL", b"key_value_stores:name_to_id"])
        .items()
        .chunks(2)
        .map(|pair| (text(&pair[0]), text(&pair[1])))
        .collect();
    let replaced: BTreeSet<String> = lines
        .into_iter()
        .map(|line| {
            ids.iter().fold(line, |line, (store, id)| {
                assert_eq!(id.len(), 17, "the id of {store}");
                assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
                line.replace(id.as_str(), &format!("<id of {store:?}>"))
            })
        })
        .collect();
    replaced.into_iter().collect()
}

/// Fails with the lines that only one of the two has.
#[track_caller]
pub(crate) fn assert_same(what: &str, crawlee: &[String], larder: &[String]) {
    let missing: Vec<_> = crawlee.iter().filter(|line| !larder.contains(line)).collect();
    let extra: Vec<_> = larder.iter().filter(|line| !crawlee.contains(line)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{what}\nonly Crawlee wrote: {missing:#?}\nonly larder wrote: {extra:#?}"
    );
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.clone().raw()).unwrap()
}

fn show(reply: &Reply) -> String {
    let bytes = reply.clone().raw();
    match std::str::from_utf8(&bytes) {
        Ok(text) => format!("{text:?}"),
        Err(_) => format!("b\"{}\"", bytes.escape_ascii()),
    }
}

/// The metadata with its fields in the order they are stored in, times by their order.
fn order_times(json: &str) -> String {
    let mut metadata: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json).unwrap();
    let times: BTreeSet<String> = ["accessed_at", "created_at", "modified_at"]
        .iter()
        .map(|field| {
            let time = metadata[*field].as_str().unwrap().to_owned();
            let fraction = time.strip_suffix("+00:00").and_then(|rest| rest.get(19..));
            let exact = fraction.is_some_and(|it| it.is_empty() || it.len() == 7);
            assert!(exact, "{field} is not as Python writes it: {time}");
            time
        })
        .collect();
    for value in metadata.values_mut() {
        if let Some(at) = times.iter().position(|time| value == time) {
            *value = format!("t{at}").into();
        }
    }
    serde_json::Value::Object(metadata).to_string()
}
