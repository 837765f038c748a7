//! The records that a page's links lead to: keys that are made of an address in the usual ways.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use crate::index::Index;
use crate::model::Key;

/// The key in this store that an address leads to, if there is one.
pub(in crate::app) fn linked_key(index: &Index, address: &[u8]) -> Option<Key> {
    keys_of(address).into_iter().find(|key| index.find(key.as_bytes()).is_ok())
}

/// Keys under which the page of an address may be stored, the likeliest first: the address itself, with
/// `_`, `-` or nothing where Crawlee's storage takes no such character, the same without the scheme, then
/// the last part of the path, with and without its ending.
fn keys_of(address: &[u8]) -> Vec<Key> {
    let end = address.iter().position(|byte| *byte == b'#').unwrap_or(address.len());
    let address: Cow<'_, [u8]> = percent_decode(&address[..end]).into();
    let scheme = address.windows(3).position(|at| at == b"://").map_or(0, |at| at + 3);
    let bare = &address[scheme..];
    let trimmed = |part: &[u8]| {
        let slash = |byte: &u8| matches!(byte, b'/' | b'.');
        let from = part.iter().position(|byte| !slash(byte)).unwrap_or(part.len());
        let to = part.iter().rposition(|byte| *byte != b'/').map_or(from, |at| at + 1);
        part[from..to.max(from)].to_vec()
    };
    let path = &bare[..bare.iter().position(|byte| *byte == b'?').unwrap_or(bare.len())];
    let path = trimmed(path);
    // Of a host alone, no part is the name of a page.
    let host_alone = scheme > 0 && !path.contains(&b'/');
    let last = path.rsplit(|byte| *byte == b'/').next().filter(|_| !host_alone);
    let stem =
        last.map(|last| &last[..last.iter().rposition(|b| *b == b'.').unwrap_or(last.len())]);
    let mut keys = vec![address.to_vec(), trimmed(bare)];
    for of in [address.to_vec(), trimmed(&address), bare.to_vec(), trimmed(bare)] {
        keys.extend([Some(b'_'), Some(b'-'), None].map(|by| spelled(&of, by)));
    }
    keys.extend(last.map(<[u8]>::to_vec));
    keys.extend(stem.map(<[u8]>::to_vec));
    keys.into_iter().filter(|key| !key.is_empty()).map(Key::from).collect()
}

/// The address with this in place of each character that is not a letter, a digit, `.`, `_` or `-`.
fn spelled(address: &[u8], by: Option<u8>) -> Vec<u8> {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    address.iter().filter_map(|byte| if kept(*byte) { Some(*byte) } else { by }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(address: &str, key: &str) -> bool {
        keys_of(address.as_bytes()).contains(&Key::from(key))
    }

    #[test]
    fn keys_are_made_of_an_address_in_the_usual_ways() {
        let address = "https://shop.example/page/42?sort=a#top";
        for key in [
            "https://shop.example/page/42?sort=a",
            "shop.example/page/42?sort=a",
            "https___shop.example_page_42_sort_a",
            "https---shop.example-page-42-sort-a",
            "shop.example-page-42-sort-a",
            "shop.examplepage42sorta",
            "42",
        ] {
            assert!(leads(address, key), "{key}");
        }
        assert!(leads("/a/page%201.html", "page 1"));
        assert!(leads("../page-1.html", "page-1.html"));
        assert!(leads("/page/2/", "page_2"));
        assert!(!leads("https://shop.example/", "shop"));
        assert!(!leads("https://shop.example/page/42", "page"));
        for odd in ["", "/", "//", "#", "?", "..", "%", "https://"] {
            keys_of(odd.as_bytes());
        }
    }
}
