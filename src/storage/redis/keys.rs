//! Names of the Redis keys of Crawlee's storages. This is the only place that spells them.
//!
//! A store's internal name is opaque: it may contain `:` and glob characters. So Redis keys are made by
//! joining and parsed by stripping the known prefix and suffix, never by splitting, and no pattern is ever
//! made from a name.

use bytes::Bytes;
use fred::types::Value;

use crate::model::{AsideId, StoreName, Timestamp};

/// Limit on the records that one script deletes.
pub(super) const DELETE_BATCH: usize = 50;
/// Limit on those that one transaction deletes, which cannot stop in the middle.
pub(super) const UNSCRIPTED_BATCH: usize = 20;
/// Processor time after which a script deletes no more of them, in seconds. A record that has left the
/// processor's caches costs some 0.1 ms, and a value of 4 MB 0.3 ms to free.
pub(super) const CHANGE_SECONDS: &str = "0.003";
/// The hash from store id to internal name.
pub(super) const ID_TO_NAME: &str = "key_value_stores:id_to_name";
/// The hash from internal name to store id.
pub(super) const NAME_TO_ID: &str = "key_value_stores:name_to_id";
/// The hash from the id of an aside to the internal name of its store.
pub(super) const ASIDES: &str = "key_value_stores:asides";
/// The one pattern that is ever sent: every Redis key of every key-value store.
pub(super) const EVERY_STORE: &str = "key_value_stores:*";
/// Path of the time of last use, in a store's metadata.
pub(super) const ACCESSED_AT: &str = "$.accessed_at";
/// Path of the time of last change, in a store's metadata.
pub(super) const MODIFIED_AT: &str = "$.modified_at";

const PREFIX: &[u8] = b"key_value_stores:";
/// Separator before an aside's id, behind the part that was set aside.
const ASIDE: &[u8] = b":aside:";
/// Suffix of the Redis key of a store's list of asides.
const ASIDE_LIST: &[u8] = b":asides";

/// The other kinds of storages of a crawl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SiblingKind {
    /// The request queues.
    Queues,
    /// The datasets.
    Datasets,
}

impl SiblingKind {
    /// The hash from internal name to id.
    pub(super) fn name_to_id(self) -> &'static str {
        match self {
            Self::Queues => "request_queues:name_to_id",
            Self::Datasets => "datasets:name_to_id",
        }
    }

    /// The Redis key of the requests or items of the storage of this name: a hash, or a RedisJSON list.
    pub(super) fn held(self, name: &StoreName) -> Value {
        let (prefix, suffix): (&[u8], &[u8]) = match self {
            Self::Queues => (b"request_queues:", b":data"),
            Self::Datasets => (b"datasets:", b":items"),
        };
        Value::Bytes([prefix, name.as_bytes(), suffix].concat().into())
    }

    /// The Redis key of the RedisJSON document that describes the storage of this name.
    pub(super) fn metadata(self, name: &StoreName) -> Value {
        let prefix: &[u8] = match self {
            Self::Queues => b"request_queues:",
            Self::Datasets => b"datasets:",
        };
        Value::Bytes([prefix, name.as_bytes(), Part::Metadata.suffix()].concat().into())
    }
}

/// The Redis keys that each store has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The hash of values.
    Items,
    /// The hash of the records' metadata.
    MetadataItems,
    /// The RedisJSON document that describes the store.
    Metadata,
    /// The list on which openers that lost the race of creation wait.
    CreatedSignal,
}

impl Part {
    const ALL: [Self; 4] = [Self::MetadataItems, Self::Items, Self::Metadata, Self::CreatedSignal];

    fn suffix(self) -> &'static [u8] {
        match self {
            Self::Items => b":items",
            Self::MetadataItems => b":metadata_items",
            Self::Metadata => b":metadata",
            Self::CreatedSignal => b":created_signal",
        }
    }
}

/// The Redis key of a part of a store, as bytes.
pub(super) fn key_bytes(store: &StoreName, part: Part) -> Bytes {
    Bytes::from([PREFIX, store.as_bytes(), part.suffix()].concat())
}

/// The Redis key of a part of a store, as an argument.
pub(super) fn key(store: &StoreName, part: Part) -> Value {
    Value::Bytes(key_bytes(store, part))
}

/// The Redis key under which a part of a store is set aside. Crawlee's rights cover it, and it is no part of
/// any store, since it ends with an id.
pub(super) fn aside(store: &StoreName, part: Part, id: &AsideId) -> Value {
    let key = [PREFIX, store.as_bytes(), part.suffix(), ASIDE, id.as_str().as_bytes()].concat();
    Value::Bytes(key.into())
}

/// The Redis key of an aside's marker: a hash that expires, with the description of the aside.
pub(super) fn aside_marker(store: &StoreName, id: &AsideId) -> Value {
    Value::Bytes([PREFIX, store.as_bytes(), ASIDE, id.as_str().as_bytes()].concat().into())
}

/// The Redis key of a store's list of asides: a hash from id to kind and time.
pub(super) fn aside_list(store: &StoreName) -> Value {
    Value::Bytes([PREFIX, store.as_bytes(), ASIDE_LIST].concat().into())
}

/// The store of a Redis key that is a list of asides.
pub(super) fn parse_aside_list(key: &[u8]) -> Option<StoreName> {
    key.strip_prefix(PREFIX)?.strip_suffix(ASIDE_LIST).map(StoreName::from)
}

/// The channel on which a server reports that a part of a store has changed, where its key events are on.
pub(super) fn key_events(store: &StoreName, part: Part, database: u32) -> Bytes {
    channel("__keyspace@", store, part, database)
}

/// The channel on which a server reports the changed fields of a part of a store, where its sub-key
/// notifications are on.
pub(super) fn sub_keys(store: &StoreName, part: Part, database: u32) -> Bytes {
    channel("__subkeyspace@", store, part, database)
}

fn channel(kind: &str, store: &StoreName, part: Part, database: u32) -> Bytes {
    let head = format!("{kind}{database}__:");
    Bytes::from([head.as_bytes(), &key_bytes(store, part)].concat())
}

/// The store and the part of a Redis key; `None` for keys that are not a store's.
pub(super) fn parse_key(key: &[u8]) -> Option<(StoreName, Part)> {
    let rest = key.strip_prefix(PREFIX)?;
    Part::ALL.into_iter().find_map(|part| {
        rest.strip_suffix(part.suffix()).map(|store| (StoreName::from(store), part))
    })
}

/// Whether a Redis key contains the values of a store, including those that are set aside.
pub(super) fn holds_values(key: &[u8]) -> bool {
    let mut pieces = key.rsplitn(3, |byte| *byte == b':');
    let own = match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(id), Some(b"aside"), Some(own)) if id.iter().all(u8::is_ascii_alphanumeric) => own,
        _ => key,
    };
    [own, key].into_iter().any(|key| matches!(parse_key(key), Some((_, Part::Items))))
}

/// The Redis keys of these parts of a store.
pub(super) fn part_keys(store: &StoreName, parts: &[Part]) -> Vec<Value> {
    parts.iter().map(|part| key(store, *part)).collect()
}

/// A time in the form of a store's metadata.
pub(super) fn json(at: Timestamp) -> Value {
    Value::from(format!("\"{at}\""))
}

/// A store's name as an argument.
pub(super) fn store_arg(store: &StoreName) -> Value {
    Value::Bytes(Bytes::copy_from_slice(store.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_name_are_taken_apart_again() {
        for name in
            ["default", "a:b", "a:items", ":metadata", "", "*[x]?", "metadata_items", "ä{b}"]
        {
            for part in Part::ALL {
                let store = StoreName::from(name);
                assert_eq!(parse_key(&key_bytes(&store, part)), Some((store, part)), "{name}");
            }
        }
    }

    #[test]
    fn channels_are_named_for_database_and_key() {
        let store = StoreName::from("a:*");
        let events = key_events(&store, Part::MetadataItems, 0);
        assert_eq!(&events[..], b"__keyspace@0__:key_value_stores:a:*:metadata_items");
        let sub_keys = sub_keys(&store, Part::Items, 12);
        assert_eq!(&sub_keys[..], b"__subkeyspace@12__:key_value_stores:a:*:items");
    }

    #[test]
    fn keys_of_asides_belong_to_no_store() {
        let id = AsideId::new("AbCdEfGhIjKlMnOpQ").unwrap();
        for name in ["default", "a:b", ":items", "metadata"] {
            let store = StoreName::from(name);
            let parts = Part::ALL.map(|part| aside(&store, part, &id));
            assert!(holds_values(parts[1].as_bytes().unwrap()), "{name}");
            assert!(!holds_values(parts[0].as_bytes().unwrap()), "{name}");
            let list = aside_list(&store);
            assert_eq!(parse_aside_list(list.as_bytes().unwrap()), Some(store.clone()));
            for key in parts.into_iter().chain([aside_marker(&store, &id), list]) {
                assert_eq!(parse_key(key.as_bytes().unwrap()), None, "{name}");
            }
        }
        assert_eq!(parse_key(ASIDES.as_bytes()), None);
        assert_eq!(parse_aside_list(ASIDES.as_bytes()), None);
    }

    #[test]
    fn keys_of_others_belong_to_no_store() {
        for key in [ID_TO_NAME, NAME_TO_ID, "datasets:a:metadata", "key_value_stores:a:other", ""] {
            assert_eq!(parse_key(key.as_bytes()), None, "{key}");
        }
    }
}
