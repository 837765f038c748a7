//! Whether Crawlee reads a value that has a content type.

use super::json;
use crate::model::{ContentType, Family};

/// A sentence on why Crawlee reads such a value as None under a content type, or fails; `None` where it reads
/// the value.
pub fn why_none(value: &[u8], content_type: &ContentType) -> Option<&'static str> {
    match content_type.family() {
        Family::Json => match json::checked_depth(value) {
            Err(_) => Some("not JSON: Crawlee reads None"),
            Ok(depth) if depth > json::PYTHON_DEPTH => {
                Some("nested too deep: Crawlee cannot read it")
            }
            Ok(_) => None,
        },
        Family::Text => {
            std::str::from_utf8(value).is_err().then_some("not UTF-8: Crawlee reads None")
        }
        Family::None => (!value.is_empty()).then_some("this type has no value: Crawlee reads None"),
        Family::Image | Family::Binary | Family::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_crawlee_reads_as_none_is_told() {
        let why = |value: &[u8], content_type: &str| why_none(value, &content_type.into());
        for (value, content_type) in [
            (&b"{\"a\": NaN}"[..], "application/json; charset=utf-8"),
            (b"one", "text/plain"),
            (b"\xff", "image/png"),
            (b"{", "application/octet-stream"),
            (b"", "application/x-none"),
        ] {
            assert_eq!(why(value, content_type), None, "{content_type}");
        }
        for (value, content_type, what) in [
            (&b"one"[..], "application/json", "not JSON"),
            (b"", "application/json", "not JSON"),
            (b"\"\xff\"", "application/json", "not JSON"),
            (b"caf\xe9", "text/html", "not UTF-8"),
            (b"one", "application/x-none", "no value"),
        ] {
            assert!(why(value, content_type).is_some_and(|why| why.contains(what)), "{what}");
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let (fits, deep) = (nested(json::PYTHON_DEPTH), nested(json::PYTHON_DEPTH + 1));
        assert_eq!(why(fits.as_bytes(), "application/json"), None);
        assert!(why(deep.as_bytes(), "application/json").unwrap().contains("nested too deep"));
        assert_eq!(why(deep.as_bytes(), "text/plain"), None);
    }
}
