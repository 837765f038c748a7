//! Stores put on a server by plain commands, as Crawlee would leave them, many at once. Needs
//! `server` beside it.
#![allow(dead_code, reason = "every test binary uses its own part of this file")]
#![allow(unreachable_pub, reason = "shared as a private module of several test binaries")]

use crate::server::{Client, Reply};

/// When the stores say they were made, used and changed.
pub const TIME: &str = "2026-11-22T13:57:47.827633+00:00";

/// Makes stores with these names, without records, each with an [`id`] that its name gives.
pub fn stores<'a>(client: &mut Client, names: impl IntoIterator<Item = &'a str>) {
    let mut commands = Vec::new();
    for name in names {
        let id = id(name);
        let metadata = format!(
            r#"{{"id":"{id}","name":"{name}","accessed_at":"{TIME}","created_at":"{TIME}","modified_at":"{TIME}"}}"#
        );
        let key = |part: &str| format!("key_value_stores:{name}:{part}");
        commands.push(command(&["HSET", "key_value_stores:name_to_id", name, &id]));
        commands.push(command(&["HSET", "key_value_stores:id_to_name", &id, name]));
        commands.push(command(&["JSON.SET", &key("metadata"), "$", &metadata]));
        commands.push(command(&["LPUSH", &key("created_signal"), "1"]));
    }
    send(client, &commands);
}

/// The id of the store that [`stores`] makes under a name.
pub fn id(name: &str) -> String {
    // FNV-1a: short, and different for different names.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:017}", hash % 10_u64.pow(17))
}

/// Sets records (key, content type, value) in a store.
pub fn records(
    client: &mut Client,
    store: &str,
    records: impl IntoIterator<Item = (String, String, Vec<u8>)>,
) {
    let items = format!("key_value_stores:{store}:items").into_bytes();
    let metadata_items = format!("key_value_stores:{store}:metadata_items").into_bytes();
    let mut commands = Vec::new();
    for (key, content_type, value) in records {
        let metadata = format!(
            r#"{{"key":{},"content_type":{},"size":{}}}"#,
            serde_json::Value::from(key.as_str()),
            serde_json::Value::from(content_type),
            value.len()
        );
        let key = key.into_bytes();
        let hset = || b"HSET".to_vec();
        commands.push(vec![hset(), metadata_items.clone(), key.clone(), metadata.into_bytes()]);
        commands.push(vec![hset(), items.clone(), key, value]);
    }
    send(client, &commands);
}

fn command(args: &[&str]) -> Vec<Vec<u8>> {
    args.iter().map(|arg| arg.as_bytes().to_vec()).collect()
}

fn send(client: &mut Client, commands: &[Vec<Vec<u8>>]) {
    for reply in client.pipeline(commands) {
        assert!(!matches!(reply, Reply::Error(_)), "{reply:?}");
    }
}

/// Gives records that there are large values, which are made on the server.
pub fn enlarge(
    client: &mut Client,
    store: &str,
    keys: impl IntoIterator<Item = String>,
    bytes: usize,
) {
    let items = format!("key_value_stores:{store}:items");
    let script = "return redis.call('HSET', KEYS[1], ARGV[1], string.rep('x', tonumber(ARGV[2])))";
    let bytes = bytes.to_string();
    for key in keys {
        let parts = ["EVAL", script, "1", &items, &key, &bytes].map(str::as_bytes);
        assert_eq!(client.call(&parts), Reply::Int(0), "it is there");
    }
}
