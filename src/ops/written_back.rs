//! Records that a running Crawlee would write back, checked before a command changes them.

use crate::model::{Key, StoreName, Timestamp};
use crate::storage::Storage;

use super::words;

/// Age of a store's last change from which the store counts as not being written, in seconds.
const LATELY: i64 = 120;

/// A warning before records are changed: about the first of them that a crawl would write back, if the store
/// was written to recently. The storage is asked only if there is such a key.
pub async fn written_back<'a>(
    storage: &dyn Storage,
    store: &StoreName,
    keys: impl IntoIterator<Item = &'a Key>,
) -> Option<String> {
    let key = keys.into_iter().find(|key| key.is_written_back())?;
    let info = storage.get_metadata(store).await.ok()?;
    // A store that was only created is not being written.
    let modified_at = info.modified_at.filter(|at| info.created_at != Some(*at))?;
    let ago = (Timestamp::now().micros() - modified_at.micros()) / 1_000_000;
    // Another machine's clock may be ahead.
    (ago.abs() < LATELY).then(|| words::may_come_back(key, ago.max(0)))
}
