//! Two larders and a crawler change one record: none of the larders replaces what it has not seen, or it says
//! so.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use larder::model::{
    Change, Commit, Comparison, ContentType, ErrorKind, Expect, Key, Reading, SetValue, StoreName,
    Version, Want, WriteId,
};
use larder::ops::{self, OldValues, Operation, Plan, words};
use larder::storage::{Options, Storage};

use super::races::set_as_crawlee;
use super::{Redis, connect};
use crate::contract::{put, store};
use crate::server::Server;

/// Number of changes by each of them.
const TIMES: usize = 300;

/// A change that larder reported as made: what it had seen, what it wrote, and whether in one step.
struct Told {
    saw: String,
    wrote: String,
    atomic: bool,
}

/// Writes as Crawlee does, whatever is there.
fn crawl(server: &Server) -> std::thread::JoinHandle<()> {
    let mut client = server.client();
    std::thread::spawn(move || {
        for turn in 0..TIMES {
            let text = format!("crawl {turn:04}");
            set_as_crawlee(&mut client, "text/plain; charset=utf-8", &text);
            std::thread::yield_now();
        }
    })
}

/// Changes the value that it has seen, until this number of changes were made.
async fn edit(storage: Arc<dyn Storage>, shop: StoreName, name: &str) -> (Vec<Told>, usize) {
    let (mut told, mut refused, key) = (Vec::new(), 0, Key::from("key"));
    while told.len() < TIMES {
        let Some(Reading::Whole(seen)) = storage.read(&shop, &key, Want::Whole).await.unwrap()
        else {
            panic!("the record is always there");
        };
        let wrote = format!("{name} {:04}", told.len());
        let change = Change::Put(wrote.clone().into(), ContentType::TEXT);
        let expect = Expect::Is(Version::of(&seen));
        let commit = Commit { id: WriteId(0), key: key.clone(), expect, change };
        let committed = storage.commit(&shop, &[commit]).await.unwrap().remove(0);
        match committed.result {
            Ok(_) => {
                let saw = String::from_utf8(seen.value.to_vec()).unwrap();
                told.push(Told { saw, wrote, atomic: committed.comparison == Comparison::OneStep });
            }
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
                refused += 1;
            }
        }
    }
    (told, refused)
}

/// All values of the record, in their order.
fn history(lines: &[String]) -> Vec<String> {
    let value = |line: &String| {
        let (_, rest) = line.split_once("\"HSET\" \"key_value_stores:shop:items\" \"key\" \"")?;
        Some(rest.trim_end_matches('"').to_owned())
    };
    lines.iter().filter_map(value).collect()
}

/// Changes that replaced a value which they had not seen.
fn lost<'a>(history: &[String], told: &'a [Told]) -> Vec<&'a Told> {
    let before: HashMap<_, _> = history.windows(2).map(|pair| (&pair[1], &pair[0])).collect();
    told.iter().filter(|told| before.get(&told.wrote) != Some(&&told.saw)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_another_is_replaced_unseen_and_untold() {
    for scripts in [true, false] {
        let redis = if scripts { Redis::new().await } else { Redis::without_scripts().await };
        let shop = store(redis.storage(), "shop").await;
        let mut monitor = redis.server.monitor();
        put(redis.storage(), &shop, "key", "first").await;
        let url = if scripts {
            redis.server.url()
        } else {
            format!("redis://user:secret@127.0.0.1:{}", redis.server.port())
        };
        let other = connect(&url, &Options::default()).await;
        let crawl = crawl(&redis.server);
        let editors = [(Arc::clone(&redis.storage), "one"), (other, "other")]
            .map(|(storage, name)| tokio::spawn(edit(storage, shop.clone(), name)));
        let (mut told, mut refused) = (Vec::new(), 0);
        for editor in editors {
            let (changes, conflicts) = editor.await.unwrap();
            told.extend(changes);
            refused += conflicts;
        }
        crawl.join().unwrap();
        let history = history(&monitor.lines());
        assert_eq!(history.len(), 1 + 3 * TIMES, "each change is made once");
        let lost = lost(&history, &told);
        let untold = lost.iter().filter(|told| told.atomic).count();
        assert_eq!(untold, 0, "of {} changes, scripts: {scripts}", told.len());
        assert!(refused > 0, "there was no race, scripts: {scripts}");
        if scripts {
            assert!(told.iter().all(|told| told.atomic));
        }
        // The check finds a change that replaced another's.
        let mut planted = history.clone();
        let at = planted.iter().position(|value| *value == told[9].wrote).unwrap();
        planted.insert(at, "another's".to_owned());
        assert_eq!(self::lost(&planted, &told).len(), lost.len() + 1);
    }
}

#[tokio::test]
async fn what_was_not_compared_in_one_step_is_told() {
    let scripts = ["-eval", "-evalsha", "-eval_ro", "-evalsha_ro"];
    let no_watch = [&["~*", "+@all", "-watch"], &scripts[..]].concat();
    for (redis, before, after) in [
        (Redis::new().await, Comparison::OneStep, Comparison::OneStep),
        (Redis::without_scripts().await, Comparison::Watched, Comparison::OneStep),
        (Redis::as_user(&no_watch).await, Comparison::Watched, Comparison::Unwatched),
    ] {
        let storage = redis.storage();
        assert_eq!(storage.server().await.unwrap().comparison, before);
        let shop = store(storage, "shop").await;
        put(storage, &shop, "key", "old").await;
        let (key, value) = (Key::from("key"), Bytes::from("new"));
        let old = Expect::unchanged("old".into(), ContentType::TEXT);
        let set = SetValue {
            store: shop.clone(),
            key: key.clone(),
            value,
            content_type: ContentType::TEXT,
            expected: old,
        };
        let plan = Plan::set(set).undoable(true);
        let outcome = ops::perform_kept(storage, &plan, &OldValues::in_memory()).await.unwrap();
        assert_eq!(outcome.comparison, after);
        let told = words::done(&plan, &outcome).contains("written in between");
        assert_eq!(told, after == Comparison::Unwatched);
        // Undoing it compares, too; so does a deletion of what was shown.
        let undo = outcome.inverse.unwrap();
        let undone = ops::perform(storage, &undo).await.unwrap();
        assert_eq!(undone.comparison, after);
        let delete = Operation::Delete { store: shop.clone(), keys: vec![key] };
        let delete = ops::plan(storage, &delete).await.unwrap();
        assert_eq!(ops::perform(storage, &delete).await.unwrap().comparison, after);
    }
}
