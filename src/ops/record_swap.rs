//! A change of a record with what was there before: turned around, it undoes itself.

use bytes::Bytes;

use crate::model::{
    Change, Commit, Content, ContentType, Expect, Key, Reading, RecordMeta, Result, StoreName,
    WriteId,
};

use super::kept::{Held, Kept};

/// A record as it was and as it is to be; `None`: not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// The store.
    pub store: StoreName,
    /// The record's key.
    pub key: Key,
    /// What must be there.
    pub from: Option<Kept>,
    /// What is there afterwards.
    pub to: Option<Kept>,
    /// One of several that are one change: made only if the one before it was.
    pub is_linked: bool,
}

/// Why a record is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// It has another value or another content type.
    #[default]
    Changed,
    /// Someone else has deleted it.
    Gone,
    /// It was not to be there, and someone else has made it.
    Come,
    /// It is not what it was: which of these is not known.
    Unknown,
}

impl Swap {
    pub(super) fn turned(&self) -> Self {
        let (from, to) = (self.to.clone(), self.from.clone());
        Self { from, to, ..self.clone() }
    }

    /// The bytes that both values take.
    pub(super) fn held(&self) -> Held {
        [&self.from, &self.to].into_iter().flatten().map(Kept::held).sum()
    }

    /// The record's metadata afterwards.
    pub fn meta(&self) -> Option<RecordMeta> {
        let Kept { content_type, size, .. } = self.to.as_ref()?;
        let (key, content_type) = (self.key.clone(), content_type.clone());
        Some(RecordMeta { key, content_type, size: *size, ..RecordMeta::default() })
    }

    /// Content type and value of both, before and after.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::model::ErrorKind::Io) where a kept value cannot be read.
    pub fn values(&self) -> Result<[Option<(ContentType, Bytes)>; 2]> {
        let value = |kept: &Option<Kept>| {
            let kept = kept.as_ref();
            kept.map(|kept| Ok((kept.content_type.clone(), kept.value()?))).transpose()
        };
        Ok([value(&self.from)?, value(&self.to)?])
    }

    /// Whether this is what is to be there afterwards.
    pub(super) fn is_made(&self, now: Option<&Reading>) -> bool {
        match &self.to {
            Some(kept) => Expect::Is(kept.version.clone()).is_met(now),
            None => now.is_none(),
        }
    }

    pub(super) fn commit(&self, id: u64) -> Result<Commit> {
        let expect = match &self.from {
            Some(kept) => Expect::Is(kept.version.clone()),
            None => Expect::Absent,
        };
        let change = match &self.to {
            Some(kept) => Change::Put(kept.value()?, kept.content_type.clone()),
            None => Change::Remove,
        };
        Ok(Commit { id: WriteId(id), key: self.key.clone(), expect, change })
    }
}

impl Kept {
    /// As the storage says that it has it now.
    pub(super) fn stored(mut self, meta: &RecordMeta) -> Self {
        self.version.content_type = meta.content_type.clone();
        if meta.size != self.size {
            self.version.content = Content::Size(meta.size);
        }
        self
    }
}
