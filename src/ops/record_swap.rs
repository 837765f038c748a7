//! A change of a record, together with its former state: turned around, it undoes itself.

use bytes::Bytes;

use crate::model::{
    Change, Commit, Content, ContentType, Expect, Key, Reading, RecordMeta, Result, StoreName,
    WriteId,
};

use super::kept::{Held, Kept};

/// A record before and after a change; `None`: not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// The store.
    pub store: StoreName,
    /// The record's key.
    pub key: Key,
    /// The state that must be there.
    pub from: Option<Kept>,
    /// The state afterwards.
    pub to: Option<Kept>,
    /// Whether it is a part of the same change as the one before it: it is made only if that was.
    pub is_linked: bool,
}

/// The reason why a record is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// It has another value or another content type.
    #[default]
    Changed,
    /// Someone else has deleted it.
    Gone,
    /// It was to be absent, and someone else has made it.
    Come,
    /// It is not what it was; which of these applies is not known.
    Unknown,
}

impl Swap {
    pub(super) fn turned(&self) -> Self {
        let (from, to) = (self.to.clone(), self.from.clone());
        Self { from, to, ..self.clone() }
    }

    /// Size of both values.
    pub(super) fn held(&self) -> Held {
        [&self.from, &self.to].into_iter().flatten().map(Kept::held).sum()
    }

    /// The record's metadata afterwards.
    pub fn meta(&self) -> Option<RecordMeta> {
        let Kept { content_type, size, .. } = self.to.as_ref()?;
        let (key, content_type) = (self.key.clone(), content_type.clone());
        Some(RecordMeta { key, content_type, size: *size, ..RecordMeta::default() })
    }

    /// Content types and values before and after.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::model::ErrorKind::Io) if a kept value cannot be read.
    pub fn values(&self) -> Result<[Option<(ContentType, Bytes)>; 2]> {
        let value = |kept: &Option<Kept>| {
            let kept = kept.as_ref();
            kept.map(|kept| Ok((kept.content_type.clone(), kept.value()?))).transpose()
        };
        Ok([value(&self.from)?, value(&self.to)?])
    }

    /// Whether the present state is the one that is to be there afterwards.
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
    /// The kept state, as the storage says that it has it now.
    pub(super) fn stored(mut self, meta: &RecordMeta) -> Self {
        self.version.content_type = meta.content_type.clone();
        if meta.size != self.size {
            self.version.content = Content::Size(meta.size);
        }
        self
    }
}
