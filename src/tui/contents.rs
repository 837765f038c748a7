//! Requests and items for the dialog that lists them. A page of the dialog takes several pages of a queue, so
//! that all failed requests of these come first. Behind the first page, only failed requests are looked for,
//! for a while.

use std::time::{Duration, Instant};

use crate::app::{FailedBeyond, is_failed};
use crate::model::{Contents, OtherStorage, Result};
use crate::storage::Storage;

/// Number of requests that are enough for a page of the dialog.
const REQUESTS: usize = 5000;
/// Size of requests that is enough for a page of the dialog, in bytes.
const BYTES: usize = 16 << 20;
/// Time after which a page of the dialog ends with what has come, where the storage is far away.
const TIME: Duration = Duration::from_secs(3);
/// Limit on the requests that are searched for failed ones, in bytes.
const SEARCHED: usize = 64 << 20;
/// Limit on the time of that search; `FOUND` is the number of failed requests that ends it.
const SEARCH_TIME: Duration = Duration::from_secs(1);
const FOUND: usize = 1000;

/// Reads a page of the dialog, and the failed requests behind the first one.
pub(super) async fn page(
    storage: &dyn Storage,
    of: &OtherStorage,
    from: u64,
) -> Result<(Contents, FailedBeyond)> {
    match of {
        OtherStorage::Dataset(_) => {
            Ok((storage.contents(of, from).await?, FailedBeyond::default()))
        }
        OtherStorage::Queue(_) => {
            let read = |from| storage.contents(of, from);
            let start = Instant::now();
            let page = gather(from, read, || start.elapsed() < TIME).await?;
            let start = Instant::now();
            let next = page.next.filter(|_| from == 0);
            let beyond = search(next, read, || start.elapsed() < SEARCH_TIME).await;
            Ok((page, beyond))
        }
    }
}

/// Looks for failed requests while there is time; a page that cannot be read ends the search.
async fn search<F: Future<Output = Result<Contents>>>(
    from: Option<u64>,
    read: impl Fn(u64) -> F,
    in_time: impl Fn() -> bool,
) -> FailedBeyond {
    let (mut beyond, mut next, mut bytes) = (FailedBeyond::default(), from, 0);
    while let Some(from) = next
        && bytes < SEARCHED
        && beyond.failed.len() < FOUND
        && in_time()
    {
        let Ok(page) = read(from).await else { break };
        bytes += size(&page);
        beyond.looked_at += page.values.len() as u64;
        beyond.failed.extend(page.values.into_iter().filter(|request| is_failed(request)));
        next = page.next;
    }
    beyond
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
    use crate::model::{Error, ErrorKind};

    /// A page of 200 out of `total` requests of this size, of which one is left out.
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
    async fn failed_requests_are_looked_for_behind_the_first_page() {
        const FAILED: &str = r#"{"handled_at": "x", "user_data": {"__crawlee": {"state": 6}}}"#;
        let read = |from: u64| {
            let mut page = held(43_000, 9, from);
            page.values[7] = FAILED.into();
            std::future::ready(if from < 20_000 {
                Ok(page)
            } else {
                Err(Error::new(ErrorKind::NotFound, "gone"))
            })
        };
        let found = |beyond: FailedBeyond| {
            let all = beyond.failed.iter().all(|request| request == FAILED);
            (all, beyond.failed.len(), beyond.looked_at)
        };
        let all = |from: u64| std::future::ready(Ok(held(6000, 9, from)));
        assert_eq!(found(search(Some(5200), read, || true).await), (true, 74, 14_726));
        assert_eq!(found(search(Some(5200), all, || true).await), (true, 0, 796));
        assert_eq!(found(search(Some(5200), all, || false).await), (true, 0, 0));
        assert_eq!(found(search(None, all, || true).await), (true, 0, 0));
        let large = |from: u64| std::future::ready(Ok(held(43_000, 1 << 20, from)));
        assert_eq!(search(Some(200), large, || true).await.looked_at, 199);
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
