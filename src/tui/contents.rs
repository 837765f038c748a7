//! Requests and items for the dialog that lists them. Of a queue as many pages of the storage's are read
//! as have room in one of the dialog's, so that those that failed come first among all of these.

use std::time::{Duration, Instant};

use crate::model::{Contents, OtherStorage, Result};
use crate::storage::Storage;

/// So many requests are enough …
const REQUESTS: usize = 5000;
/// … or so many bytes of them …
const BYTES: usize = 16 << 20;
/// … or as many as come in this time, where the storage is far away.
const TIME: Duration = Duration::from_secs(3);

/// What a page of the dialog shows.
pub(super) async fn page(storage: &dyn Storage, of: &OtherStorage, from: u64) -> Result<Contents> {
    match of {
        OtherStorage::Dataset(_) => storage.contents(of, from).await,
        OtherStorage::Queue(_) => {
            let start = Instant::now();
            gather(from, |from| storage.contents(of, from), || start.elapsed() < TIME).await
        }
    }
}

/// Joins pages while there is room and time for more.
async fn gather<F: Future<Output = Result<Contents>>>(
    from: u64,
    read: impl Fn(u64) -> F,
    in_time: impl Fn() -> bool,
) -> Result<Contents> {
    let mut all = read(from).await?;
    let mut bytes = size(&all);
    while let Some(next) = all.next
        && all.values.len() < REQUESTS
        && bytes < BYTES
        && in_time()
    {
        let page = read(next).await?;
        bytes += size(&page);
        all.values.extend(page.values);
        all.left_out += page.left_out;
        (all.total, all.next) = (page.total, page.next);
    }
    Ok(all)
}

fn size(page: &Contents) -> usize {
    page.values.iter().map(bytes::Bytes::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of 200 of so many requests of so many bytes, of which it leaves out one.
    fn held(total: u64, bytes: usize, from: u64) -> Contents {
        let end = (from + 200).min(total);
        let values = (from + 1..end).map(|_| vec![b' '; bytes].into()).collect();
        Contents { values, total, next: (end < total).then_some(end), left_out: 1 }
    }

    async fn gathered(total: u64, bytes: usize, from: u64, in_time: bool) -> [u64; 3] {
        let read = |from| std::future::ready(Ok(held(total, bytes, from)));
        let all = gather(from, read, || in_time).await.unwrap();
        [all.values.len() as u64, all.left_out, all.next.unwrap_or_default()]
    }

    #[tokio::test]
    async fn pages_are_joined_while_there_is_room_and_time() {
        assert_eq!(gathered(1300, 9, 0, true).await, [1293, 7, 0]);
        assert_eq!(gathered(43_000, 9, 0, true).await, [5174, 26, 5200]);
        assert_eq!(gathered(43_000, 9, 5200, true).await, [5174, 26, 10_400]);
        assert_eq!(gathered(43_000, 9, 42_900, true).await, [99, 1, 0]);
        assert_eq!(gathered(43_000, 1 << 20, 0, true).await, [199, 1, 200]);
        assert_eq!(gathered(43_000, 9, 0, false).await, [199, 1, 200]);
    }
}
