//! Records that a running Crawlee writes back, before a command changes them.

use crate::model::{Key, StoreName, Timestamp};
use crate::storage::Storage;

use super::words;

/// A store that has not changed for so many seconds is not being written.
const LATELY: i64 = 120;

/// What is to be said before records are changed: the first of them that a crawl would write back, if
/// the store was written to lately. Only for such keys is anything asked.
pub async fn written_back<'a>(
    storage: &dyn Storage,
    store: &StoreName,
    keys: impl IntoIterator<Item = &'a Key>,
) -> Option<String> {
    let key = keys.into_iter().find(|key| key.is_written_back())?;
    let info = storage.get_metadata(store).await.ok()?;
    // One that was only created is not being written.
    let modified_at = info.modified_at.filter(|at| info.created_at != Some(*at))?;
    let ago = (Timestamp::now().micros() - modified_at.micros()) / 1_000_000;
    // Another machine's clock may be ahead.
    (ago.abs() < LATELY).then(|| words::may_come_back(key, ago.max(0)))
}
