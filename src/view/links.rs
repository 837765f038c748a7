//! Links in a frame: addresses on the web, and files of this machine.

use crate::app::{App, Layer};
use crate::text::{file_url, is_linkable};

use super::seen::SeenRows;
use super::{details, value_links};

/// Limit on a linked URL, in bytes: terminals take some two thousand.
const LONGEST: usize = 2000;

/// Linked cells of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its first column.
    pub x: u16,
    /// Its row.
    pub y: u16,
    /// Its cells.
    pub width: u16,
    /// The URL that it leads to.
    pub url: String,
}

/// The links of a frame. Text in a value may lead to the web, and never to a file: only places that larder
/// itself names do.
pub fn links(app: &App, rows: &SeenRows) -> Vec<Link> {
    match app.layers.last() {
        Some(Layer::Details(shown)) => details::links(app.layout().body, shown),
        Some(_) => Vec::new(),
        None => value_links::links(app, rows),
    }
}

/// The URL of a fact.
pub(super) fn of_fact(value: &str, is_place: bool) -> Option<String> {
    let url = match value {
        path if is_place && path.starts_with('/') => file_url(path.as_ref()),
        url => url.to_owned(),
    };
    let schemes: &[&str] = if is_place { &["file://"] } else { &["http://", "https://"] };
    let leads = schemes.iter().any(|scheme| url.starts_with(scheme)) && url.len() <= LONGEST;
    (leads && is_linkable(&url)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_leads_to_the_web_and_a_place_to_a_file() {
        let url = |value: &str, is_place| of_fact(value, is_place);
        assert_eq!(url("https://example.org/?a=1", false).unwrap(), "https://example.org/?a=1");
        assert_eq!(url("/srv/a b/INPUT.json", true).unwrap(), "file:///srv/a%20b/INPUT.json");
        assert_eq!(url("file:///srv/INPUT.json", true).unwrap(), "file:///srv/INPUT.json");
        for value in [
            "file:///etc/passwd",
            "/etc/passwd",
            "javascript:alert(1)",
            "https://example.org/\x1b\\",
            "https://example.org/\u{202e}",
            "https://example.org/a b",
            "see https://example.org",
            &format!("https://example.org/{}", "a".repeat(LONGEST)),
        ] {
            assert_eq!(url(value, false), None, "{value:?}");
        }
    }
}
