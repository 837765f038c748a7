//! Digests of values, by which scripts change only versions that they have read.

use crate::model::{Error, ErrorKind, Expect, Key, Reading, Result, StoreName, Want, hex};
use crate::storage::Storage;

/// The hint on a record that has changed.
pub(super) const LOOK: &str = "read it again with: larder get --digest STORE KEY";

/// The SHA-256 digest in hexadecimal digits, as `sha256sum` prints it.
pub(super) fn of(value: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, value).as_ref())
}

/// The expectation for a write that replaces a value of this digest: the record as it is now, if it has that
/// digest.
///
/// # Errors
/// [`ErrorKind::Conflict`] if it has another one, or is not there; [`ErrorKind::Usage`] if that is no digest.
pub(super) async fn unchanged(
    storage: &dyn Storage,
    store: &StoreName,
    key: &Key,
    digest: &str,
) -> Result<Expect> {
    let wanted = digest.trim().to_ascii_lowercase();
    if wanted.len() != 64 || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let problem = format!("`{digest}` is no digest: it has 64 hexadecimal digits");
        return Err(Error::new(ErrorKind::Usage, problem).hint(LOOK));
    }
    let now = storage.read(store, key, Want::Whole).await?.map(Reading::into_record);
    let Some(record) = now else {
        let problem = format!("the record {key} is not there any more");
        return Err(Error::new(ErrorKind::Conflict, problem).hint(LOOK));
    };
    if of(&record.value) != wanted {
        let problem = format!("the record {key} has been changed meanwhile");
        return Err(Error::new(ErrorKind::Conflict, problem).hint(LOOK));
    }
    Ok(Expect::unchanged(record.value, record.meta.content_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_one_that_sha256sum_prints() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of(b""), empty);
        assert!(of(b"abc").starts_with("ba7816bf8f01cfea"));
    }
}
