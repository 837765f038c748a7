//! Servers before Redis 7 cannot be asked for rights: there the order of the changes is what does no
//! harm.

use super::stage::{INDEXES, Stage};
use crate::fill;
use crate::server::Reply;

/// A script of larder's as it runs on a server that cannot be asked for rights.
fn for_old_servers(script: &str) -> String {
    let refused = include_str!("../../../src/storage/redis/scripts/refused.lua");
    let old = refused.replace("redis.acl_check_cmd", "redis.not_there");
    assert_ne!(old, refused, "it asks by another name");
    old + script
}

/// A script, its keys, its arguments, and the commands by which it changes something.
type Case<'a> = (&'a str, &'a [String], &'a [&'a str], &'a [&'a str]);

#[test]
fn scripts_on_old_servers_change_nothing_when_they_are_refused() {
    let key = |part: &str, store: &str| format!("key_value_stores:{store}:{part}");
    let keys = |parts: &[&str], store: &str| -> Vec<String> {
        parts.iter().map(|part| key(part, store)).collect()
    };
    let [names, ids] = INDEXES.map(str::to_owned);
    let records = keys(&["items", "metadata_items", "metadata"], "whole");
    let mut all = keys(&["metadata", "created_signal", "items", "metadata_items"], "whole");
    all.extend([ids.clone(), names.clone()]);
    let mut new = keys(&["metadata", "created_signal"], "absent");
    new.extend([ids, names]);
    let id = fill::id("whole");
    let mut aside = keys(&["metadata", "created_signal", "items", "metadata_items"], "whole");
    aside.extend(keys(&["items:aside:x", "metadata_items:aside:x", "aside:x"], "whole"));
    aside.extend(["whole:asides", "asides"].map(|list| format!("key_value_stores:{list}")));
    aside.extend(INDEXES.iter().rev().map(|&index| index.to_owned()));
    let commit = concat!(
        include_str!("../../../src/storage/redis/scripts/expected.lua"),
        include_str!("../../../src/storage/redis/scripts/clock.lua"),
        include_str!("../../../src/storage/redis/scripts/commit.lua")
    );
    let delete = concat!(
        include_str!("../../../src/storage/redis/scripts/clock.lua"),
        include_str!("../../../src/storage/redis/scripts/delete.lua")
    );
    let set_aside = concat!(
        include_str!("../../../src/storage/redis/scripts/changes.lua"),
        include_str!("../../../src/storage/redis/scripts/set_aside.lua")
    );
    let cases: [Case<'_>; 9] = [
        (
            set_aside,
            &aside,
            &["records", "x", "whole", "now", "100", "by"],
            &["rename", "hset", "expire", "json.set"],
        ),
        (
            set_aside,
            &aside,
            &["store", "x", "whole", "now", "100", "by", &id],
            &["rename", "unlink", "hdel", "hset", "expire"],
        ),
        (
            commit,
            &records,
            &["\"now\"", "put", "1", "one", "bytes", "old", "3", "text/plain", "new", "{}"],
            &["hset", "json.set", "hget"],
        ),
        (delete, &records, &["\"now\"", "1", "one"], &["hdel", "json.set"]),
        (
            commit,
            &records,
            &["\"now\"", "remove", "1", "one", "anything", "", "0", "", "", ""],
            &["hdel", "json.set"],
        ),
        (
            commit,
            &records,
            &["\"now\"", "put", "1", "one", "anything", "", "0", "", "new", "{}"],
            &["hset", "json.set"],
        ),
        (
            include_str!("../../../src/storage/redis/scripts/purge.lua"),
            &records,
            &["\"now\""],
            &["unlink", "json.set"],
        ),
        (
            include_str!("../../../src/storage/redis/scripts/drop.lua"),
            &all,
            &["whole", &id],
            &["unlink", "hdel"],
        ),
        (
            include_str!("../../../src/storage/redis/scripts/create.lua"),
            &new,
            &["absent", "xyz", "{\"id\":\"xyz\"}"],
            &["hsetnx", "json.set", "lpush"],
        ),
    ];
    let mut stage = Stage::new("");
    for (script, keys, args, commands) in cases {
        let script = for_old_servers(script);
        let count = keys.len().to_string();
        let mut call = vec!["EVAL", script.as_str(), count.as_str()];
        call.extend(keys.iter().map(String::as_str));
        call.extend(args);
        let call: Vec<_> = call.into_iter().map(str::as_bytes).collect();
        let title = script.rsplit("--").next().unwrap_or_default().to_owned();
        for without in commands.iter().chain(&["select"]) {
            stage.call(&format!("ACL SETUSER user reset on nopass ~* +@all -{without}"));
            let mut user = stage.server.client();
            user.call(&[b"AUTH", b"user", b"x"]);
            let reply = user.call(&call);
            let after = stage.look();
            let refused = matches!(reply, Reply::Error(_));
            assert_eq!(refused, *without != "select", "without {without}: {reply:?} {title}");
            assert_eq!(after == stage.state, refused, "without {without}: {reply:?} {title}");
            stage.fill();
        }
    }
}
