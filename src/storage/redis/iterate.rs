//! Keys in Crawlee's order, from a walk without any order.

use std::collections::BTreeMap;

use futures::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use tokio::sync::mpsc;

use super::RedisStorage;
use crate::index::Builder;
use crate::model::{Error, ErrorKind, Key, KeyPage, RecordMeta, Result, StoreName};
use crate::storage::blocking;

/// Limit up to which keys are kept one by one while a store is walked; above it, an index of all takes less
/// memory and time.
const FEW: usize = 100_000;
/// Number of an index's rows that are copied at a time.
const BATCH: usize = 1000;
/// Number of copies that wait to be used.
const WAITING: usize = 4;

/// The wanted keys.
struct Wanted {
    prefix: Vec<u8>,
    after: Option<Key>,
}

impl Wanted {
    /// The wanted rows of a page.
    fn of(&self, page: KeyPage) -> KeyPage {
        if self.prefix.is_empty() && self.after.is_none() {
            return page;
        }
        let mut kept = KeyPage::default();
        for row in page.iter().filter(|row| self.takes(row.key)) {
            kept.push_row(&row);
        }
        kept
    }

    fn takes(&self, key: &[u8]) -> bool {
        key.starts_with(&self.prefix)
            && self.after.as_ref().is_none_or(|after| key > after.as_bytes())
    }
}

impl RedisStorage {
    /// The keys with metadata in the order of their bytes.
    pub(super) fn scan_sorted(
        &self,
        store: &StoreName,
        prefix: Vec<u8>,
        after: Option<Key>,
        limit: Option<usize>,
    ) -> BoxStream<'_, Result<KeyPage>> {
        let wanted = Wanted { prefix, after };
        let pages = self.scan_metadata(store);
        match limit {
            Some(0) => stream::empty().boxed(),
            Some(limit) if limit <= FEW => smallest(pages, wanted, limit),
            limit => sorted(pages, wanted, limit),
        }
    }
}

/// The `limit` smallest keys; never holds more than these and one page.
fn smallest(
    pages: BoxStream<'_, Result<KeyPage>>,
    wanted: Wanted,
    limit: usize,
) -> BoxStream<'_, Result<KeyPage>> {
    let collected = pages.try_fold(
        (wanted, BTreeMap::<Key, RecordMeta>::new()),
        move |(wanted, mut kept), page| async move {
            for row in page.iter().filter(|row| wanted.takes(row.key)) {
                let full = kept.len() >= limit;
                let last = kept.last_key_value().filter(|_| full);
                if last.is_some_and(|(last, _)| row.key > last.as_bytes()) {
                    continue;
                }
                let meta = row.to_meta();
                kept.insert(meta.key.clone(), meta);
                if kept.len() > limit {
                    kept.pop_last();
                }
            }
            Ok((wanted, kept))
        },
    );
    let page = stream::once(collected).map_ok(|(_, kept)| {
        let mut page = KeyPage::default();
        for meta in kept.values() {
            page.push_meta(meta);
        }
        page
    });
    page.boxed()
}

/// All keys or the first ones, from an index that collects the pages as they come.
fn sorted(
    pages: BoxStream<'_, Result<KeyPage>>,
    wanted: Wanted,
    limit: Option<usize>,
) -> BoxStream<'_, Result<KeyPage>> {
    let collected = async move {
        let mut builder = Builder::new();
        let mut pages = pages;
        while let Some(page) = pages.next().await {
            builder.add(&wanted.of(page?));
        }
        Ok(rows(builder, limit))
    };
    stream::once(collected).try_flatten().boxed()
}

/// Sorts the collected rows and gives the first ones, some at a time, while earlier ones are used.
fn rows(builder: Builder, limit: Option<usize>) -> impl Stream<Item = Result<KeyPage>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let work = blocking::run(move || {
        let index = builder.finish();
        if index.left_out() > 0 {
            let problem = "keys over 4 GiB cannot be sorted at once";
            return Err(Error::new(ErrorKind::NotSupported, problem)
                .hint("list them in parts, by prefix or limit"));
        }
        let end = index.len().min(limit.unwrap_or(usize::MAX));
        for at in (0..end).step_by(BATCH) {
            let mut page = KeyPage::default();
            index.for_each_row(at..end.min(at + BATCH), |row| page.push_row(&row));
            if sender.blocking_send(page).is_err() {
                break;
            }
        }
        Ok(())
    });
    stream::try_unfold((receiver, Some(work)), |(mut receiver, mut work)| async move {
        if let Some(page) = receiver.recv().await {
            return Ok(Some((page, (receiver, work))));
        }
        // The end of the rows may be a failure.
        if let Some(work) = work.take() {
            let broken = || Error::new(ErrorKind::Io, "the sorting was stopped before its end");
            work.await.map_err(|_| broken())??;
        }
        Ok(None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> BoxStream<'static, Result<KeyPage>> {
        let page = |keys: &[&str]| {
            let mut page = KeyPage::default();
            for key in keys {
                page.push(key.as_bytes(), "text/plain", 1, None);
            }
            Ok(page)
        };
        stream::iter([page(&["b", "é", "a2"]), page(&["Z", "a1"]), page(&["b", ""])]).boxed()
    }

    async fn keys(pages: BoxStream<'_, Result<KeyPage>>) -> Vec<String> {
        let pages: Vec<_> = pages.try_collect().await.unwrap();
        let metas = pages.iter().flat_map(KeyPage::to_metas);
        metas.map(|meta| meta.key.escaped()).collect()
    }

    fn wanted(prefix: &str, after: Option<&str>) -> Wanted {
        Wanted { prefix: prefix.into(), after: after.map(Key::from) }
    }

    #[tokio::test]
    async fn keys_come_in_the_order_of_their_bytes_and_once() {
        assert_eq!(
            keys(sorted(pages(), wanted("", None), None)).await,
            ["", "Z", "a1", "a2", "b", "é"]
        );
        assert_eq!(keys(sorted(pages(), wanted("a", None), None)).await, ["a1", "a2"]);
        assert_eq!(keys(sorted(pages(), wanted("", Some("a2")), None)).await, ["b", "é"]);
    }

    #[tokio::test]
    async fn a_limit_keeps_the_smallest() {
        for limit in 1..8 {
            let all = ["", "Z", "a1", "a2", "b", "é"];
            let some = keys(smallest(pages(), wanted("", None), limit)).await;
            assert_eq!(some, all[..limit.min(all.len())], "{limit}");
            let some = keys(sorted(pages(), wanted("", None), Some(limit))).await;
            assert_eq!(some, all[..limit.min(all.len())], "{limit}");
        }
        assert_eq!(keys(smallest(pages(), wanted("", Some("Z")), 2)).await, ["a1", "a2"]);
    }
}
