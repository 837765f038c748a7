//! Where in a record a value stands that holds another, and the record with that one changed.

use std::ops::Range;

use bytes::Bytes;

use super::{Inner, NotOpened};

/// Where a value stands that holds another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerPlace {
    /// As `$.a[3].b`; empty for a whole value.
    pub path: String,
    /// The bytes of the string, with its quotes; none for a whole value.
    pub at: Option<Range<usize>>,
}

/// A value in a value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerValue {
    /// Where it stands.
    pub place: InnerPlace,
    pub(super) outer: Bytes,
    pub(super) inner: Inner,
}

impl InnerValue {
    /// Opens what stands there in a record's value.
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

    /// What is inside, and how.
    pub fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Where it stands and how it is packed, as `$.body · base64 → gzip → JSON`.
    pub fn title(&self) -> String {
        let chain = self.inner.chain();
        if self.place.path.is_empty() { chain } else { format!("{} · {chain}", self.place.path) }
    }

    /// The record's value with another innermost value: every byte outside the string is what it was, and
    /// with the same one every byte is.
    ///
    /// # Errors
    /// It cannot stand in its layers.
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
