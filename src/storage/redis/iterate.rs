//! Keys in Crawlee's order, out of a walk that has none.

use std::collections::BTreeMap;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::RedisStorage;
use crate::storage::{Key, KeyPage, RecordMeta, Result, StoreName};

/// Which keys are wanted.
struct Wanted {
    prefix: Vec<u8>,
    after: Option<Key>,
}

impl Wanted {
    fn takes(&self, key: &[u8]) -> bool {
        key.starts_with(&self.prefix)
            && self.after.as_ref().is_none_or(|after| key > after.as_bytes())
    }
}

impl RedisStorage {
    pub(super) fn iterate(
        &self,
        store: &StoreName,
        prefix: &[u8],
        after: Option<&Key>,
        limit: Option<usize>,
    ) -> BoxStream<'_, Result<RecordMeta>> {
        let wanted = Wanted { prefix: prefix.to_vec(), after: after.cloned() };
        let pages = self.scan_metadata(store);
        match limit {
            Some(0) => stream::empty().boxed(),
            Some(limit) => smallest(pages, wanted, limit),
            None => sorted(pages, wanted),
        }
    }
}

/// The `limit` smallest keys; never holds more than that and one page.
fn smallest(
    pages: BoxStream<'_, Result<KeyPage>>,
    wanted: Wanted,
    limit: usize,
) -> BoxStream<'_, Result<RecordMeta>> {
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
    stream::once(collected)
        .map_ok(|(_, kept)| stream::iter(kept.into_values().map(Ok)))
        .try_flatten()
        .boxed()
}

/// All keys: kept as the pages they came in, sorted once by their places.
fn sorted(
    pages: BoxStream<'_, Result<KeyPage>>,
    wanted: Wanted,
) -> BoxStream<'_, Result<RecordMeta>> {
    let collected = pages.try_fold(Vec::<KeyPage>::new(), move |mut kept, page| {
        let mut filtered = KeyPage::default();
        for row in page.iter().filter(|row| wanted.takes(row.key)) {
            filtered.push(row.key, row.content_type.as_str(), row.size, row.state.cloned());
        }
        kept.push(filtered);
        futures::future::ready(Ok(kept))
    });
    stream::once(collected)
        .map_ok(|pages| stream::iter(in_order(pages).map(Ok)))
        .try_flatten()
        .boxed()
}

fn in_order(pages: Vec<KeyPage>) -> impl Iterator<Item = RecordMeta> {
    let mut places: Vec<(u32, u32)> = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        places.extend((0..page.len()).map(|row| (at as u32, row as u32)));
    }
    let place = |pages: &[KeyPage], (page, row): (u32, u32)| {
        pages[page as usize].get(row as usize).map(|row| row.to_meta())
    };
    {
        let key =
            |&(page, row): &(u32, u32)| pages[page as usize].get(row as usize).map(|row| row.key);
        places.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        places.dedup_by(|a, b| key(a) == key(b));
    }
    places.into_iter().filter_map(move |at| place(&pages, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

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

    fn keys(stream: BoxStream<'_, Result<RecordMeta>>) -> Vec<String> {
        block_on(stream.map_ok(|meta| meta.key.escaped()).try_collect()).unwrap()
    }

    fn wanted(prefix: &str, after: Option<&str>) -> Wanted {
        Wanted { prefix: prefix.into(), after: after.map(Key::from) }
    }

    #[test]
    fn keys_come_in_the_order_of_their_bytes_and_once() {
        assert_eq!(keys(sorted(pages(), wanted("", None))), ["", "Z", "a1", "a2", "b", "é"]);
        assert_eq!(keys(sorted(pages(), wanted("a", None))), ["a1", "a2"]);
        assert_eq!(keys(sorted(pages(), wanted("", Some("a2")))), ["b", "é"]);
    }

    #[test]
    fn a_limit_keeps_the_smallest() {
        for limit in 1..8 {
            let all = ["", "Z", "a1", "a2", "b", "é"];
            let some = keys(smallest(pages(), wanted("", None), limit));
            assert_eq!(some, all[..limit.min(all.len())], "{limit}");
        }
        assert_eq!(keys(smallest(pages(), wanted("", Some("Z")), 2)), ["a1", "a2"]);
    }
}
