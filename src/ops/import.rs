//! Compares records from elsewhere with those of a store.

use futures::stream::TryStreamExt as _;

use crate::model::{
    Budget, ErrorKind, Expect, Key, Reading, Record, RecordMeta, RecordState, Result, SetValue,
    StoreName, Want,
};
use crate::storage::Storage;

use super::plan::Plan;

/// The result of comparing records that are to be imported.
#[derive(Debug, Default)]
pub struct Import {
    /// Plans that set the records, one for each.
    pub plans: Vec<Plan>,
    /// Size of their values, in bytes.
    pub bytes: u64,
    /// Number of records that are there already and are the same.
    pub same: u64,
    /// Keys of records that are there and differ, which stay.
    pub in_the_way: Vec<Key>,
}

/// Compares records, each of another key, with those of the store. With `overwrite`, records that are not the
/// same are written over.
///
/// # Errors
/// The storage's error.
pub async fn plan_import(
    storage: &dyn Storage,
    store: &StoreName,
    records: Vec<Record>,
    overwrite: bool,
) -> Result<Import> {
    let keys = records.iter().map(|record| record.meta.key.clone()).collect();
    let budget = Budget { bytes: 0, ..Budget::default() };
    let found: Vec<_> = storage.scan_values(store, keys, budget).try_collect().await?;
    let mut import = Import::default();
    for (record, there) in records.into_iter().zip(found) {
        let expected = match there {
            None => Expect::Absent,
            Some(there) => {
                if is_same(storage, store, there, &record).await? {
                    import.same += 1;
                    continue;
                }
                if !overwrite {
                    import.in_the_way.push(record.meta.key);
                    continue;
                }
                Expect::Anything
            }
        };
        let Record { meta, value } = record;
        import.bytes += meta.size;
        let set = SetValue::new(store.clone(), meta.key, value, meta.content_type);
        import.plans.push(Plan::set(set.expecting(expected)));
    }
    Ok(import)
}

/// Whether a record of the store has this type and these bytes.
async fn is_same(
    storage: &dyn Storage,
    store: &StoreName,
    there: Reading,
    record: &Record,
) -> Result<bool> {
    let alike = |there: &RecordMeta| {
        there.state == RecordState::Whole
            && there.content_type == record.meta.content_type
            && there.size == record.meta.size
    };
    if !alike(there.meta()) {
        return Ok(false);
    }
    let read = match there {
        Reading::Whole(record) => Some(Reading::Whole(record)),
        Reading::Meta(_) | Reading::Part { .. } => {
            match storage.read(store, &record.meta.key, Want::Whole).await {
                // What cannot be read cannot be compared: it is in the way like any other.
                Err(why) if matches!(why.kind, ErrorKind::Permission | ErrorKind::Io) => None,
                read => read?,
            }
        }
    };
    Ok(
        matches!(read, Some(Reading::Whole(there)) if alike(&there.meta) && there.value == record.value),
    )
}
