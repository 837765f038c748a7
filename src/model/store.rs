//! Stores: their names, metadata and states.

use super::{Ignored, Repair, Result, StoreName, Timestamp};

/// Whether a store is all there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StoreState {
    /// Metadata and index entries agree. So is a directory without metadata, as Crawlee for
    /// JavaScript and people make them: it has no id.
    #[default]
    Whole,
    /// An index names it, but it has no metadata: its maker died on the way. Crawlee waits 30 s
    /// on such a store and fails.
    HalfMade,
    /// Records without metadata and without an index entry: a crawler went on writing after the
    /// store was dropped.
    Ghost,
    /// Metadata is there, but no index entry leads to it (Crawlee before 1.7.2 lost them).
    NotIndexed,
    /// `id_to_name` names this store under an id that is not its own.
    StaleId,
    /// The metadata cannot be read; says why.
    Damaged(String),
    /// This user may not read the metadata; says what is forbidden.
    Forbidden(String),
    /// The system cannot read the store; says why. That is no damage.
    Unreadable(String),
}

/// A store and what is known of it without reading its records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct StoreInfo {
    /// The internal name, by which users know it.
    pub store: StoreName,
    /// 17 letters and digits; `None` where neither metadata nor an index tells it.
    pub id: Option<String>,
    /// The name; `None` for an alias or the default store.
    pub name: Option<String>,
    /// How many records the metadata lists; `None` where the server refused to tell.
    pub records: Option<u64>,
    /// How many values there are, where it differs from `records`: orphans.
    pub values: Option<u64>,
    /// Memory the values take on the server, or bytes on disk, where it is cheap to know.
    pub bytes: Option<u64>,
    /// When the store was made.
    pub created_at: Option<Timestamp>,
    /// When a record was last written or deleted.
    pub modified_at: Option<Timestamp>,
    /// When the newest file of a record was written; only of a directory, and only where one store was
    /// asked for that has not too many.
    pub written_at: Option<Timestamp>,
    /// When Crawlee last used it.
    pub accessed_at: Option<Timestamp>,
    /// When the server removes one of its Redis keys by itself, where it does: Crawlee asks for no
    /// such end. Only where one store was asked for.
    pub expires_at: Option<Timestamp>,
    /// Whether it is all there.
    pub state: StoreState,
    /// What lies in the store's directory and is no record.
    pub ignored: Ignored,
    /// What lies beside the stores' directories and is none of them; `None` where it was not looked
    /// for, as in what a watcher tells.
    pub beside: Option<Box<Ignored>>,
    /// The Redis key or the file that holds the metadata; only where one store was asked for.
    pub metadata_key: Option<String>,
    /// What would mend the metadata where it is damaged, or why nothing does; only where one store was
    /// asked for, and where stores can be repaired.
    pub repair: Option<Box<Result<Repair>>>,
}

impl StoreInfo {
    /// Takes what is newer; what lies beside stays where it was not looked for again.
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
    /// An alias, for one run. Anything but `/`, `\` and NUL.
    Alias(String),
    /// The id of a store that exists.
    Id(String),
}

/// What `open` gave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// The store.
    pub info: StoreInfo,
    /// Whether this call made it.
    pub created: bool,
}
