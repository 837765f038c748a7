//! Unknown keys, and those that were probably meant.

use futures::StreamExt as _;

use crate::model::{Cause, Error, Key, Order, Scan};
use crate::storage::Storage;

/// About the number of keys among which one is looked for that was probably meant: a page of a large store.
const LOOKED_AT: u32 = 2000;

/// The error on an unknown record, with the key that was probably meant, if it is among those that the storage
/// reaches first.
pub(super) async fn record(storage: &dyn Storage, why: Error) -> Error {
    let Some(Cause::NoRecord(named)) = &why.cause else { return why };
    let (store, key) = named.as_ref();
    if why.hint.is_some() {
        return why;
    }
    let mut pages = storage.scan(store, Scan { order: Order::First(LOOKED_AT), ..Scan::default() });
    let Some(Ok(page)) = pages.next().await else { return why };
    match nearest(key, page.iter().map(|row| row.key)) {
        Some(meant) => {
            let hint = format!("did you mean `{meant}`?");
            why.hint(hint)
        }
        None => why,
    }
}

/// The key that differs the least, if that is by no more than a slip of the hand, by upper and lower case, or
/// by what stands behind a dot.
fn nearest<'a>(key: &Key, keys: impl Iterator<Item = &'a [u8]>) -> Option<Key> {
    let wanted = key.as_str()?;
    let stem = |name: &str| name.split_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    let slips = match wanted.chars().count() {
        0..3 => 0,
        3..6 => 1,
        _ => 2,
    };
    let likeness = |other: &str| {
        let differ = strsim::osa_distance(wanted, other);
        let same = stem(wanted) == stem(other);
        (same || differ <= slips).then_some((!same, differ))
    };
    let others = keys.filter_map(|other| std::str::from_utf8(other).ok());
    let found = others.filter_map(|other| Some((likeness(other)?, other)));
    found.min().map(|(_, other)| Key::from(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_like_another_is_taken_for_it_only_if_they_nearly_agree() {
        let keys = ["INPUT", "page-000001.html", "page-000012", "wörter", "a"];
        let meant = |key: &str| {
            let found = nearest(&Key::from(key), keys.iter().map(|key| key.as_bytes()));
            found.map(|key| key.to_string())
        };
        for (typed, key) in [
            ("input", "INPUT"),
            ("INPUT.json", "INPUT"),
            ("INPTU", "INPUT"),
            ("page-000001", "page-000001.html"),
            ("page-0000012", "page-000012"),
            ("worter", "wörter"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(key), "{typed}");
        }
        for typed in ["OUTPUT", "page-004711", "xyz", "b", ""] {
            assert_eq!(meant(typed), None, "{typed}");
        }
    }
}
