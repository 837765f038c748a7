//! What every backend must do. Each function gets an empty storage that may be written to.
//!
//! A backend's test file names a maker of such storages and calls [`contract!`](crate::contract),
//! which makes a test of every function here.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]
#![allow(unreachable_pub, reason = "a private module of a test program")]

pub mod asides;
pub mod commits;
pub mod crawl;
pub mod keys;
pub mod ops;
pub mod programs;
pub mod records;
pub mod rewrites;
pub mod stores;
pub mod undo;
pub mod values;

use crate::short::Short as _;
use bytes::Bytes;
use futures::TryStreamExt;
use larder::model::{ContentType, Expect, Key, OpenBy, RecordMeta, SetValue, StoreName, Value};
use larder::storage::Storage;

/// Makes a test of every function of the suite. `$make` is an async function that gives a value
/// with a method `storage() -> &dyn Storage`; what it holds lives as long as the test.
#[macro_export]
macro_rules! contract {
    ($make:path) => {
        $crate::contract! { @tests $make;
            stores: open_creates_a_store_once_and_finds_it_again,
            stores: names_and_aliases_are_checked,
            stores: an_unknown_id_creates_nothing,
            stores: stores_are_listed_by_the_bytes_of_their_names,
            stores: purge_leaves_the_store_and_drop_does_not,
            stores: what_is_not_there_is_not_found,
            stores: writes_move_the_times_and_reads_do_not,
            stores: many_openers_of_one_name_get_one_store,
            stores: a_store_without_faults_is_not_lost,
            stores: the_connection_is_up_and_the_server_answers,
            records: every_value_comes_back_as_it_was_set,
            records: every_key_comes_back_as_it_was_set,
            records: hostile_keys_are_deleted_one_by_one,
            records: a_key_that_cannot_be_kept_is_refused_and_leaves_nothing,
            records: a_key_that_is_not_utf8_cannot_be_set,
            records: expected_absent_makes_and_never_overwrites,
            records: expected_unchanged_never_overwrites_another_write,
            records: a_value_over_the_limit_is_not_fetched,
            records: a_part_of_a_value_is_read,
            records: a_large_value_comes_back_whole,
            records: settling_tells_what_became_of_a_write,
            commits: records_are_put_and_removed_in_one_call,
            commits: a_record_that_is_there_is_not_made_again,
            commits: a_record_that_changed_since_is_skipped_and_the_others_are_removed,
            commits: a_large_value_is_compared_by_its_digest,
            commits: of_many_who_expect_one_version_one_changes_it,
            commits: many_removals_are_answered_in_their_order,
            commits: where_there_is_no_store_nothing_is_put,
            keys: scanning_gives_every_key_once_sorted,
            keys: keys_come_in_the_order_of_their_bytes,
            keys: prefix_start_and_limit_cut_the_list,
            keys: a_prefix_narrows_a_scan_in_any_order,
            keys: an_empty_store_has_no_keys,
            ops: a_plan_holds_what_is_there_and_changes_nothing,
            ops: a_plan_is_made_as_it_was_shown,
            ops: a_deletion_that_is_stopped_tells_what_is_gone_and_goes_on,
            ops: a_record_that_changed_since_its_plan_stays_and_is_named,
            ops: what_a_list_shows_is_deleted_whatever_its_key,
            ops: a_store_that_was_made_anew_since_its_plan_stays,
            programs: values_come_back_by_their_types,
            programs: a_value_that_is_no_such_value_is_named,
            programs: a_prefix_gives_its_records_in_order,
            programs: changes_come_record_by_record,
            programs: records_come_before_their_changes_where_they_are_wanted,
            programs: changes_end_with_their_store,
            rewrites: a_renamed_record_has_its_bytes_and_its_type_and_goes_back,
            rewrites: a_copy_is_the_same_and_the_first_record_stays,
            rewrites: what_is_in_the_way_of_a_rename_stays_unless_it_was_shown,
            rewrites: a_record_that_changed_since_is_not_renamed,
            rewrites: an_undone_rename_loses_nothing_that_came_since,
            rewrites: a_rename_over_another_record_gives_both_back_in_one_step,
            rewrites: a_content_type_changes_alone_and_goes_back,
            rewrites: a_copy_in_another_store_leaves_the_first_store_alone,
            rewrites: a_copy_that_changed_since_is_not_taken_back,
            rewrites: a_large_record_gets_another_key_and_goes_back,
            asides: what_is_set_aside_is_as_purged_or_dropped_and_comes_back,
            asides: a_restore_replaces_no_record_that_came_since,
            asides: a_restore_in_steps_tells_how_far_it_is_and_can_be_stopped,
            asides: a_store_that_was_made_anew_gets_the_records_that_it_lacks,
            asides: a_store_that_was_dropped_since_comes_back_with_its_records,
            asides: of_an_empty_store_no_records_are_set_aside,
            asides: a_store_that_is_not_there_cannot_be_set_aside,
            undo: a_record_that_was_set_is_what_it_was_again,
            undo: records_that_were_deleted_come_back,
            undo: several_records_are_set_and_undone_as_one,
            undo: what_a_crawl_has_written_since_is_skipped_and_named,
            undo: an_undo_that_is_stopped_tells_how_far_it_came_and_goes_on,
            undo: a_record_of_the_same_size_that_changed_is_not_deleted_unseen,
            undo: a_store_that_was_made_goes_only_while_it_is_empty,
            undo: a_store_that_was_purged_or_dropped_comes_back,
            values: values_come_in_the_order_of_their_keys,
            values: of_a_value_over_the_budget_only_the_metadata_comes,
            values: a_record_comes_as_it_is_when_it_is_wanted,
            values: a_record_that_is_being_written_comes_whole,
            values: a_reader_may_leave_before_the_end,
            crawl: beside_nothing_there_is_no_crawl,
            crawl: crawlers_tell_of_themselves_in_the_default_store,
        }
    };
    (@tests $make:path; $($module:ident: $name:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let made = $make().await;
                $crate::contract::$module::$name(made.storage()).await;
            }
        )*
    };
}

/// The keys that a backend documents that it cannot keep: in a directory those that would make no
/// file name, or one that is too long. The one difference between the backends that this suite
/// knows, beside that a directory gives the beginning of a value over the limit.
pub async fn refused_keys(storage: &dyn Storage) -> Vec<Key> {
    match &*storage.server().await.unwrap().product {
        "directory" => {
            let mut keys =
                ["", ".", "..", "__metadata__.json", "a.__metadata__.json"].map(Key::from).to_vec();
            keys.extend([Key::from("k".repeat(300)), Key::from("é".repeat(40))]);
            keys
        }
        _ => Vec::new(),
    }
}

/// The hostile keys that the backend can keep.
pub async fn kept_keys(storage: &dyn Storage) -> Vec<Key> {
    let refused = refused_keys(storage).await;
    hostile_keys().into_iter().filter(|key| !refused.contains(key)).collect()
}

/// Keys that something on the way could take for something else.
pub fn hostile_keys() -> Vec<Key> {
    let mut keys: Vec<Key> = [
        "",
        " ",
        "  two  spaces ",
        "a/b/../c",
        "..",
        ".",
        "a:b:items",
        ":metadata",
        "*",
        "a*[b]?c",
        "\"quoted\"",
        "'single'",
        "back\\slash",
        "new\nline",
        "cr\r\nlf",
        "tab\t",
        "nul\0inside",
        "\u{1b}[31mred\u{7}",
        "\u{7f}",
        "\u{80}\u{9f}",
        "ünïcödé",
        "日本語",
        "😀👨‍👩‍👧",
        "\u{202e}rtl",
        "\u{200b}",
        "\u{feff}bom",
        "\u{2028}\u{2029}",
        "%2F%00",
        "-dash",
        "--",
        "NaN",
        "null",
        "{}",
        "{tag}key",
        "$1",
        "`tick`",
        "INPUT",
        "__metadata__",
        "pmessage",
        "message",
        "OK",
        "$-1",
        "*3",
        "0",
        "-1",
    ]
    .map(Key::from)
    .into();
    keys.push(Key::from("k".repeat(300)));
    keys
}

/// Opens a store by name.
pub async fn store(storage: &dyn Storage, name: &str) -> StoreName {
    storage.open(&OpenBy::Name(name.into())).await.unwrap().info.store
}

/// A write that takes whatever is there.
pub fn set(store: &StoreName, key: &Key, value: Value, given: Option<ContentType>) -> SetValue {
    let (value, content_type) = value.encode(given);
    let (store, key) = (store.clone(), key.clone());
    SetValue { store, key, value, content_type, expected: Expect::Anything }
}

/// Sets a text.
pub async fn put(storage: &dyn Storage, store: &StoreName, key: &str, text: &str) {
    let write = set(store, &Key::from(key), Value::Text(text.into()), None);
    storage.set_value(&write).await.unwrap();
}

/// The value's bytes; panics if there is no record.
pub async fn value(storage: &dyn Storage, store: &StoreName, key: &Key) -> Bytes {
    let record = storage.get_value(store, key).await.unwrap();
    record.unwrap_or_else(|| panic!("no record {key}")).value
}

/// Every record that a scan gives, sorted by key, each as it was told last: a walk may give the
/// keys first and then what the metadata says.
pub async fn scan(storage: &dyn Storage, store: &StoreName) -> Vec<RecordMeta> {
    let pages: Vec<_> = storage.scan_keys(store).try_collect().await.unwrap();
    let mut metas: Vec<RecordMeta> =
        pages.iter().flat_map(larder::model::KeyPage::to_metas).collect();
    metas.reverse();
    metas.sort_by(|a, b| a.key.cmp(&b.key));
    metas.dedup_by(|a, b| a.key == b.key);
    metas
}
