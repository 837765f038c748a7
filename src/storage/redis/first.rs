//! The first read, in the round trip that makes the connection.

use fred::types::Value;

use super::connection::Command;
use super::keys::{self, ASIDES, ID_TO_NAME, NAME_TO_ID, Part};
use super::list::index_page;
use super::one_store::alone;
use super::read::{Halves, at_once, stat_commands};
use super::scan::hscan;
use super::scan::pages::first_page;
use super::scan::values::{is_page, measuring, sizes};
use super::{RedisStorage, reply};
use crate::model::{Key, Result, StoreName};
use crate::storage::FirstRead;

/// Largest value that is read before its size is known, in bytes: the least that the reply to a script may
/// contain.
const SMALL: u32 = 128 << 10;
/// Limit on the number of values that are read before their sizes are known, with the same limit on their
/// total.
const FEW: usize = 16;

/// The commands of a first read: they go out together, each group for one question.
pub(super) fn commands(first: &FirstRead) -> Vec<Vec<Command>> {
    match first {
        FirstRead::Value(store, key) => {
            vec![vec![at_once(store, key, SMALL)], stat_commands(store, key)]
        }
        FirstRead::Record(store, key) => vec![stat_commands(store, key)],
        FirstRead::Pair(both) => {
            both.iter().map(|(store, key)| stat_commands(store, key)).collect()
        }
        FirstRead::Records(store, keys) if is_page(keys) => {
            let mut groups = vec![sizes(store, keys)];
            // A record whose halves may not fit is read at one moment.
            if let [key] = &**keys {
                groups.push(vec![at_once(store, key, 0)]);
            }
            groups
        }
        FirstRead::Values(store, keys) if is_page(keys) => {
            let groups = [read_few(store, keys), measuring(store, keys)];
            groups.into_iter().filter(|group| !group.is_empty()).collect()
        }
        FirstRead::Records(..) | FirstRead::Values(..) => Vec::new(),
        FirstRead::Keys(store) => vec![vec![first_page(store)]],
        FirstRead::Store(store) => vec![alone(store)],
        FirstRead::StoreAndKeys(store, count) => {
            let some = |count| hscan(keys::key(store, Part::MetadataItems), 0, count);
            let keys = count.map_or_else(|| first_page(store), some);
            vec![alone(store), vec![keys]]
        }
        FirstRead::Stores => indexes([NAME_TO_ID, ID_TO_NAME]),
        FirstRead::Asides => indexes([ASIDES, NAME_TO_ID]),
    }
}

fn indexes(both: [&'static str; 2]) -> Vec<Vec<Command>> {
    both.map(|index| vec![index_page(Value::from(index), 0)]).into()
}

/// Commands for a few keys; none where there are more.
fn read_few(store: &StoreName, keys: &[Key]) -> Vec<Command> {
    let few = u32::try_from(keys.len()).ok().filter(|_| keys.len() <= FEW);
    let most = few.and_then(|few| SMALL.checked_div(few)).unwrap_or_default();
    let keys = keys.iter().filter(|_| most > 0);
    keys.map(|key| at_once(store, key, most)).collect()
}

impl RedisStorage {
    /// A small record that was read while connecting. `None` if none was, or if the server runs no scripts
    /// that only read: then it is read like any other.
    pub(super) fn read_first(&self, store: &StoreName, key: &Key) -> Option<Halves> {
        let mut replies = self.connections.early(&[at_once(store, key, SMALL)])?;
        halves(replies.pop()?).ok()?
    }

    /// Several small records that were read while connecting: all of them, or `None`.
    pub(super) fn read_few_first(&self, store: &StoreName, keys: &[Key]) -> Option<Vec<Halves>> {
        let asked = read_few(store, keys);
        if asked.is_empty() {
            return None;
        }
        let replies = self.connections.early(&asked)?;
        replies.into_iter().map(|reply| halves(reply).ok()?).collect()
    }
}

/// The halves in a reply; `None` for a value that is too large for this.
fn halves(reply: Result<Value>) -> Result<Option<Halves>> {
    let mut parts = reply::array(reply?)?.into_iter().map(Ok);
    let size = reply::next(&mut parts)?;
    let metadata = reply::bytes(reply::next(&mut parts)?)?;
    let value = reply::bytes(reply::next(&mut parts)?)?;
    let whole = value.is_some() || size == Value::Null;
    Ok(whole.then_some((metadata, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_value_is_left_to_be_read_as_any_other() {
        let bytes = |text: &str| Value::Bytes(text.as_bytes().to_vec().into());
        let of = |size, value| halves(Ok(Value::Array(vec![size, bytes("m"), value]))).unwrap();
        let metadata = Some("m".into());
        assert_eq!(of(Value::Integer(1), bytes("v")), Some((metadata.clone(), Some("v".into()))));
        assert_eq!(of(Value::Null, Value::Null), Some((metadata, None)));
        assert_eq!(of(Value::Integer(1 << 30), Value::Null), None);
    }
}
