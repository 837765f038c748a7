//! Parses the replies of a Redis server.

use bytes::Bytes;
use fred::types::Value;

use crate::model::{Error, ErrorKind, Result};

/// The bytes of a bulk reply, without a copy; `None` for nil.
pub(super) fn bytes(value: Value) -> Result<Option<Bytes>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.into_inner())),
        Value::Bytes(bytes) => Ok(Some(bytes)),
        Value::Integer(number) => Ok(Some(Bytes::from(number.to_string()))),
        other => Err(unexpected("bytes", &other)),
    }
}

/// An integer reply.
pub(super) fn integer(value: &Value) -> Result<u64> {
    match value {
        Value::Integer(number) => Ok(u64::try_from(*number).unwrap_or_default()),
        Value::Null => Ok(0),
        other => other.as_u64().ok_or_else(|| unexpected("a number", other)),
    }
}

/// An array reply.
pub(super) fn array(value: Value) -> Result<Vec<Value>> {
    match value {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        other => Err(unexpected("a list", &other)),
    }
}

/// One page of HSCAN or SCAN: the next cursor (0 at the end) and the elements.
pub(super) fn page(value: Value) -> Result<(u64, Vec<Value>)> {
    let mut parts = array(value)?.into_iter();
    let (Some(cursor), Some(items)) = (parts.next(), parts.next()) else {
        return Err(Error::new(ErrorKind::Server, "the server sent half a page of keys"));
    };
    let cursor = bytes(cursor)?.unwrap_or_default();
    let cursor = std::str::from_utf8(&cursor).ok().and_then(|cursor| cursor.parse().ok());
    let Some(cursor) = cursor else {
        return Err(Error::new(ErrorKind::Server, "the server answered a scan without a cursor"));
    };
    Ok((cursor, array(items)?))
}

/// The share of a hash table before a cursor, from 0 to 1.
///
/// Redis walks its tables with the bits of the cursor in reverse order, so the reversed cursor is the exact
/// fraction.
pub(super) fn walked(cursor: u64) -> f32 {
    if cursor == 0 { 1.0 } else { (cursor.reverse_bits() as f64 / 2f64.powi(64)) as f32 }
}

/// Takes the next reply of a pipeline.
pub(super) fn next(replies: &mut impl Iterator<Item = Result<Value>>) -> Result<Value> {
    replies.next().unwrap_or_else(|| {
        Err(Error::new(ErrorKind::Server, "the server left commands without an answer"))
    })
}

fn unexpected(wanted: &str, got: &Value) -> Error {
    Error::new(
        ErrorKind::Server,
        format!("the server answered with {:?} instead of {wanted}", got.kind()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_tell_how_far_a_walk_is() {
        assert!((walked(0) - 1.0).abs() < f32::EPSILON);
        assert!((walked(1) - 0.5).abs() < f32::EPSILON);
        assert!((walked(0b01) - 0.5).abs() < f32::EPSILON);
        assert!((walked(0b11) - 0.75).abs() < f32::EPSILON);
    }

    #[test]
    fn bytes_are_not_copied_and_nil_is_nothing() {
        let bytes_in = Bytes::from_static(b"\xff\x00");
        assert_eq!(bytes(Value::Bytes(bytes_in.clone())).unwrap(), Some(bytes_in));
        assert_eq!(bytes(Value::Null).unwrap(), None);
        assert!(bytes(Value::Array(Vec::new())).is_err());
    }
}
