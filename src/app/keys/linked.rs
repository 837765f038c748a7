//! The records that a page's links lead to: keys that are made of an address in the usual ways.

use std::borrow::Cow;

use percent_encoding::percent_decode;
use url::Url;

use crate::index::Index;
use crate::model::Key;
use crate::preview::PageLinks;

/// The key in this store that an address leads to, if there is one; `base` is the address that relative ones
/// begin at.
pub(in crate::app) fn key(index: &Index, address: &[u8], base: Option<&Url>) -> Option<Key> {
    keys_of(address, base).into_iter().find(|key| index.find(key.as_bytes()).is_ok())
}

/// The base of a page's addresses, as browsers see it: what the page declares, resolved from its own address.
/// That is its canonical one, or its key where that is an address.
pub(in crate::app) fn base(key: &Key, links: &PageLinks) -> Option<Url> {
    let url = |bytes: &[u8]| Url::parse(std::str::from_utf8(bytes).ok()?).ok();
    let own = links.own.as_deref().and_then(url).or_else(|| url(key.as_bytes()));
    let own = own.filter(Url::has_host);
    let said = links.base.as_deref().and_then(|base| std::str::from_utf8(base).ok());
    match (said, own) {
        (None, own) => own,
        (Some(said), Some(own)) => own.join(said).ok().or(Some(own)),
        (Some(said), None) => Url::parse(said).ok().filter(Url::has_host),
    }
}

/// Keys under which the page of an address may be stored, the likeliest first: the whole address, the address
/// as it stands in the page, the last part of its path with and without the ending.
fn keys_of(address: &[u8], base: Option<&Url>) -> Vec<Key> {
    let text = std::str::from_utf8(address).ok();
    let whole = base.zip(text).and_then(|(base, address)| base.join(address.trim()).ok());
    let (mut keys, mut parts) = (Vec::new(), Vec::new());
    for address in whole.iter().map(|whole| whole.as_str().as_bytes()).chain([address]) {
        let (more, last) = spellings(address);
        keys.extend(more);
        parts = last;
    }
    keys.extend(parts);
    keys.into_iter().filter(|key| !key.is_empty()).map(Key::from).collect()
}

/// Spellings of an address: first the whole address as it is, with `_`, `-` or nothing where Crawlee's
/// storage does not allow a character, and the same without the scheme; second the last part of its path,
/// with and without its ending.
fn spellings(address: &[u8]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
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
    // Where the address is a host alone, no part is the name of a page.
    let host_alone = scheme > 0 && !path.contains(&b'/');
    let last = path.rsplit(|byte| *byte == b'/').next().filter(|_| !host_alone);
    let stem =
        last.map(|last| &last[..last.iter().rposition(|b| *b == b'.').unwrap_or(last.len())]);
    let mut keys = vec![address.to_vec(), trimmed(bare)];
    for of in [address.to_vec(), trimmed(&address), bare.to_vec(), trimmed(bare)] {
        keys.extend([Some(b'_'), Some(b'-'), None].map(|by| spelled(&of, by)));
    }
    (keys, last.into_iter().chain(stem).map(<[u8]>::to_vec).collect())
}

/// The address with each character replaced by `by` that is not a letter, a digit, `.`, `_` or `-`.
fn spelled(address: &[u8], by: Option<u8>) -> Vec<u8> {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    address.iter().filter_map(|byte| if kept(*byte) { Some(*byte) } else { by }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(address: &str, key: &str) -> bool {
        keys_of(address.as_bytes(), None).contains(&Key::from(key))
    }

    #[test]
    fn addresses_begin_where_the_page_says() {
        let links = |base: &str, own: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
            PageLinks { base: some(base), own: some(own), ..PageLinks::default() }
        };
        let based = |key: &str, said: &str, own: &str| {
            base(&Key::from(key), &links(said, own)).map(|base| base.to_string())
        };
        let (page, shop) = ("https://shop.example/a/b", "https://shop.example/");
        assert_eq!(based(page, "", "").as_deref(), Some(page));
        assert_eq!(based("page-1", "", page).as_deref(), Some(page));
        assert_eq!(based(page, "/", "").as_deref(), Some(shop));
        assert_eq!(based("page-1", shop, "").as_deref(), Some(shop));
        for (key, said, own) in [("page-1", "", ""), ("page-1", "/x/", ""), ("a:b", "", "c:d")] {
            assert_eq!(based(key, said, own), None);
        }
        let base = Url::parse(page).unwrap();
        let leads = |address: &str, key: &str| {
            keys_of(address.as_bytes(), Some(&base)).contains(&Key::from(key))
        };
        assert!(leads("c", "https://shop.example/a/c"));
        assert!(leads("../c?q=1#top", "https---shop.example-c-q-1"));
        assert!(leads("/c/%C3%A9", "https://shop.example/c/é"));
        assert!(leads("//cdn.example/c", "cdn.example_c"));
        assert!(leads("c/d.html", "d") && leads("c/d.html", "c_d.html"), "as it stands, too");
        let first = keys_of(b"c", Some(&base)).into_iter().next().unwrap();
        assert_eq!(first, Key::from("https://shop.example/a/c"));
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
            keys_of(odd.as_bytes(), Url::parse("https://a.example").ok().as_ref());
        }
    }
}
