//! A page and its picture: Crawlee keeps them as two records whose keys differ only in their ending.
//!
//! Crawlee for Python, and Crawlee for JavaScript with a browser, write `ERROR_SNAPSHOT_….html` and `….jpg`.
//! Crawlee for JavaScript without a browser writes the page under the bare name.

use super::content::ContentType;
use super::endings::essence;
use super::key::Key;

/// Endings of pages; a page may have none.
const PAGES: [&str; 4] = [".html", ".htm", ".xhtml", ""];
/// Endings of pictures, the usual first.
const PICTURES: [&str; 6] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"];

/// One of the two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The text of the page.
    Page,
    /// The look of the page.
    Picture,
}

impl Half {
    /// The half that a record of this type can be.
    pub fn of(content_type: &ContentType) -> Option<Self> {
        let name = essence(content_type);
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("text/html") || is("application/xhtml+xml") {
            return Some(Self::Page);
        }
        let image = name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("image/"));
        (image && !is("image/svg+xml")).then_some(Self::Picture)
    }

    /// The other half.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Page => Self::Picture,
            Self::Picture => Self::Page,
        }
    }

    /// Name of the half, in a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Picture => "picture",
        }
    }

    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Page => &PAGES,
            Self::Picture => &PICTURES,
        }
    }

    /// Possible keys of the other half, the likeliest first.
    pub fn keys_of_other(self, key: &Key) -> impl Iterator<Item = Key> {
        let name = key.as_bytes();
        let stem = self.endings().iter().find_map(|ending| {
            let at = name.len().checked_sub(ending.len()).filter(|_| !ending.is_empty())?;
            name[at..].eq_ignore_ascii_case(ending.as_bytes()).then_some(&name[..at])
        });
        // A key without an ending is the stem of the other half.
        let whole = stem.is_none().then_some(name);
        let stems = stem.into_iter().chain(whole).filter(|stem| !stem.is_empty());
        stems.flat_map(move |stem| {
            let keys = self.other().endings().iter();
            keys.map(move |ending| Key::from([stem, ending.as_bytes()].concat()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(half: Half, key: &str) -> Vec<String> {
        half.keys_of_other(&key.into()).map(|key| key.escaped()).collect()
    }

    #[test]
    fn a_page_and_its_picture_name_each_other() {
        for (page, picture) in [
            ("ERROR_SNAPSHOT_ab_Timed out.html", "ERROR_SNAPSHOT_ab_Timed out.jpg"),
            ("ERROR_SNAPSHOT_ab_at example.com", "ERROR_SNAPSHOT_ab_at example.com.jpg"),
            ("my-snapshot.HTM", "my-snapshot.png"),
            ("a.b.html", "a.b.jpeg"),
        ] {
            assert!(keys(Half::Page, page).contains(&picture.to_owned()), "{page}");
            let back = keys(Half::Picture, picture);
            assert!(back.iter().any(|key| key.eq_ignore_ascii_case(page)), "{back:?}");
        }
        assert_eq!(keys(Half::Page, "x.html")[0], "x.jpg");
        assert_eq!(keys(Half::Picture, "x.jpg")[0], "x.html");
        // No key is empty, and none is its own other half.
        assert_eq!(keys(Half::Picture, ".jpg"), Vec::<String>::new());
        assert!(!keys(Half::Page, "x").contains(&"x".to_owned()));
        assert!(keys(Half::Page, "").is_empty());
    }

    #[test]
    fn what_is_a_page_or_a_picture_is_told_by_the_type() {
        for (content_type, half) in [
            ("text/html; charset=utf-8", Some(Half::Page)),
            ("TEXT/HTML", Some(Half::Page)),
            ("image/jpeg", Some(Half::Picture)),
            ("image/svg+xml", None),
            ("image", None),
            ("äöü/html", None),
            ("application/json", None),
            ("", None),
        ] {
            assert_eq!(Half::of(&content_type.into()), half, "{content_type}");
        }
    }
}
