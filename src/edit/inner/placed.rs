//! The place in a record of a value with contents, and the record with changed contents.

use std::ops::Range;

use bytes::Bytes;

use super::{Inner, NotOpened};

/// Place of a value with contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerPlace {
    /// Path of the value, as `$.a[3].b`; empty for a whole value.
    pub path: String,
    /// Bytes of the string, with its quotes; `None` for a whole value.
    pub at: Option<Range<usize>>,
}

/// A value inside a value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerValue {
    /// Place of the value.
    pub place: InnerPlace,
    pub(super) outer: Bytes,
    pub(super) inner: Inner,
}

impl InnerValue {
    /// Opens the value at a place in a record.
    ///
    /// # Errors
    /// As of [`Inner`].
    pub fn open(outer: &Bytes, place: InnerPlace) -> Result<Self, NotOpened> {
        let inner = match &place.at {
            Some(at) => Inner::of_string(outer, at.clone())?,
            None => Inner::of_value(outer)?,
        };
        Ok(Self { place, outer: outer.clone(), inner })
    }

    /// The contents, and their layers.
    pub fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Place and layers, as `$.body · base64 → gzip → JSON`.
    pub fn title(&self) -> String {
        let chain = self.inner.chain();
        if self.place.path.is_empty() { chain } else { format!("{} · {chain}", self.place.path) }
    }

    /// The place alone; the layers where it is the whole value.
    pub fn short_title(&self) -> String {
        let path = &self.place.path;
        if path.is_empty() { self.inner.chain() } else { path.clone() }
    }

    /// The record's value with another innermost value: every byte outside the string stays the same, and
    /// with the same innermost value every byte does.
    ///
    /// # Errors
    /// The value cannot stand in its layers.
    pub fn put_back(&self, value: &[u8]) -> Result<Bytes, NotOpened> {
        if value == self.inner.value() {
            return Ok(self.outer.clone());
        }
        let spelled = self.inner.put_back(value)?;
        let Some(Range { start, end }) = self.place.at.clone() else { return Ok(spelled.into()) };
        let (before, after) = (&self.outer[..start], &self.outer[end..]);
        Ok([before, &spelled, after].concat().into())
    }
}
