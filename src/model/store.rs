//! Stores: their names, metadata and states.

use super::{Ignored, Repair, Result, StoreName, Timestamp};

/// Whether a store is complete.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StoreState {
    /// Metadata and index entries agree. This also holds for a directory without metadata, as Crawlee for
    /// JavaScript and people make them: it has no id.
    #[default]
    Whole,
    /// An index has it, but there is no metadata: its maker died on the way. Crawlee waits 30 s for such a
    /// store and fails.
    HalfMade,
    /// Records without metadata and without an index entry: a crawler went on writing after the store was
    /// dropped.
    Ghost,
    /// Metadata is there, but no index entry leads to it (Crawlee before 1.7.2 lost them).
    NotIndexed,
    /// `id_to_name` names this store under an id that is not its own.
    StaleId,
    /// The metadata cannot be read, for this reason.
    Damaged(String),
    /// This user may not read the metadata; the text names what is forbidden.
    Forbidden(String),
    /// The system cannot read the store, for this reason. That is no damage.
    Unreadable(String),
}

/// A store and the facts about it that are known without reading its records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct StoreInfo {
    /// The internal name, which users know.
    pub store: StoreName,
    /// Id of 17 letters and digits; `None` where neither metadata nor an index has it.
    pub id: Option<String>,
    /// The name; `None` for an alias or the default store.
    pub name: Option<String>,
    /// Number of records in the metadata; `None` where the server refused to tell.
    pub records: Option<u64>,
    /// Number of values, where it differs from `records`: there are orphans.
    pub values: Option<u64>,
    /// Memory of the values on the server, or bytes on disk, where this is cheap to find out.
    pub bytes: Option<u64>,
    /// Time of its creation.
    pub created_at: Option<Timestamp>,
    /// Time at which a record was last written or deleted.
    pub modified_at: Option<Timestamp>,
    /// Time at which the newest file of a record was written; only for a directory, and only where one store
    /// was asked for that has not too many.
    pub written_at: Option<Timestamp>,
    /// Time of its last use by Crawlee.
    pub accessed_at: Option<Timestamp>,
    /// Time at which the server removes one of its Redis keys, where an expiry is set, which Crawlee never
    /// does. Only where one store was asked for.
    pub expires_at: Option<Timestamp>,
    /// Whether it is complete.
    pub state: StoreState,
    /// Files and folders in the store's directory that are not records.
    pub ignored: Ignored,
    /// Files and folders next to the stores' directories that are not stores; `None` where they were not
    /// searched for, as in a watcher's report.
    pub beside: Option<Box<Ignored>>,
    /// The Redis key or the file that has the metadata; only where one store was asked for.
    pub metadata_key: Option<String>,
    /// The repair of damaged metadata, or why there is none; only where one store was asked for, and where
    /// stores can be repaired.
    pub repair: Option<Box<Result<Repair>>>,
}

impl StoreInfo {
    /// Takes over newer facts; `beside` stays where it was not searched for again.
    pub fn renew(&mut self, newer: Self) {
        let beside = self.beside.take();
        *self = newer;
        self.beside = self.beside.take().or(beside);
    }
}

/// How `open` finds or makes a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenBy {
    /// The default store.
    Default,
    /// A named store, kept between runs. Letters, digits, and `-` inside.
    Name(String),
    /// An alias, for one run. Anything except `/`, `\` and NUL.
    Alias(String),
    /// The id of an existing store.
    Id(String),
}

/// Result of `open`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// The store.
    pub info: StoreInfo,
    /// Whether this call created it.
    pub created: bool,
}
