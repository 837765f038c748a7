//! File endings and content types, as Crawlee for JavaScript maps them.
//!
//! `endings.txt` has a line for each type: the type, with a `*` before it if it has a charset without being
//! text, and its endings. The first ending is the one that files of this type get; one with a `-` before it
//! is read as another type.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::content::ContentType;

/// The ending of values whose type has no ending.
const ANY: &str = "bin";

/// The type of a bare file whose name tells none.
const PLAIN: &str = "text/plain";

/// Longest ending, in bytes.
const LONGEST: usize = 24;

struct Table {
    /// The type that each ending is read as.
    types: HashMap<&'static str, Type>,
    /// The ending that files of a type get.
    endings: HashMap<&'static str, &'static str>,
}

#[derive(Clone, Copy)]
struct Type {
    name: &'static str,
    charset: bool,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let (mut types, mut endings) = (HashMap::new(), HashMap::new());
    for line in include_str!("endings.txt").lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let (name, charset) = match name.strip_prefix('*') {
            Some(name) => (name, true),
            None => (name, name.starts_with("text/")),
        };
        for ending in words {
            let (ending, read) = match ending.strip_prefix('-') {
                Some(ending) => (ending, false),
                None => (ending, true),
            };
            endings.entry(name).or_insert(ending);
            if read {
                types.insert(ending, Type { name, charset });
            }
        }
    }
    Table { types, endings }
});

/// All types with an ending, in the order of the table.
pub fn types() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("endings.txt").lines();
    lines.filter_map(|line| Some(line.split(' ').next()?.trim_start_matches('*')))
}

fn known(ending: &[u8]) -> Option<Type> {
    if ending.is_empty() || ending.len() > LONGEST {
        return None;
    }
    let mut lower = [0; LONGEST];
    let lower = &mut lower[..ending.len()];
    lower.copy_from_slice(ending);
    lower.make_ascii_lowercase();
    TABLE.types.get(std::str::from_utf8(lower).ok()?).copied()
}

/// The name without its ending, if that tells a type.
pub fn stem(name: &[u8]) -> Option<&[u8]> {
    let dot = memchr::memrchr(b'.', name)?;
    // A name whose only dot is its first character has no ending.
    (dot > 0 && known(&name[dot + 1..]).is_some()).then(|| &name[..dot])
}

/// The names of files with this stem and any ending that tells a type, in the usual cases of letters:
/// `a.jpg`, `a.JPG`, `a.Jpg`.
pub fn names(stem: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    TABLE.types.keys().flat_map(move |ending| {
        let (upper, mut first) = (ending.to_ascii_uppercase(), (*ending).to_owned());
        first[..1].make_ascii_uppercase();
        [(*ending).to_owned(), upper, first].map(|ending| [stem, b".", ending.as_bytes()].concat())
    })
}

/// The content type that the name of a bare file tells; a name without a dot is looked up whole.
pub fn content_type(name: &[u8]) -> ContentType {
    let ending = memchr::memrchr(b'.', name).map_or(name, |dot| &name[dot + 1..]);
    match known(ending) {
        Some(Type { name, charset: true }) => ContentType::from(&*format!("{name}; charset=utf-8")),
        Some(Type { name, charset: false }) => ContentType::from(name),
        None => ContentType::from(PLAIN),
    }
}

/// The ending that a value of this type gets.
pub fn ending(content_type: &ContentType) -> &'static str {
    known_ending(content_type).unwrap_or(ANY)
}

/// The ending of the type, if it has one.
fn known_ending(content_type: &ContentType) -> Option<&'static str> {
    let name = essence(content_type).to_ascii_lowercase();
    TABLE.endings.get(&*name).copied()
}

/// The name with the ending of this type, unless it has one that means the same.
pub fn with_ending(name: &str, content_type: &ContentType) -> String {
    let told = stem(name.as_bytes()).is_some() && is_read_as(name.as_bytes(), content_type);
    match known_ending(content_type).filter(|_| !told) {
        Some(ending) => format!("{name}.{ending}"),
        None => name.to_owned(),
    }
}

/// A content type without its parameters.
pub fn essence(content_type: &ContentType) -> &str {
    let text = content_type.as_str();
    text.split(';').next().unwrap_or(text).trim()
}

/// Whether a file of this name is read as of this type, parameters aside.
pub fn is_read_as(name: &[u8], content_type: &ContentType) -> bool {
    essence(&self::content_type(name)).eq_ignore_ascii_case(essence(content_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_map_to_types_case_insensitively() {
        for (name, expected) in [
            (&b"INPUT.json"[..], "application/json; charset=utf-8"),
            (b"Page.HTM", "text/html; charset=utf-8"),
            (b"a.tar.gz", "application/gzip"),
            (b"a.md", "text/markdown; charset=utf-8"),
            (b"a.jsonld", "application/ld+json"),
            (b"a.xml", "application/xml"),
            (b"a.js", "application/javascript; charset=utf-8"),
            (b"a.webp", "image/webp"),
            (b"json", "application/json; charset=utf-8"),
            (b"INPUT", "text/plain"),
            (b"a.\xff", "text/plain"),
            (b"a.", "text/plain"),
            (b"", "text/plain"),
        ] {
            assert_eq!(content_type(name).as_str(), expected);
        }
    }

    #[test]
    fn a_name_ends_as_its_content_type_asks() {
        for (name, content_type, expected) in [
            ("INPUT", "application/json; charset=utf-8", "INPUT.json"),
            ("ERROR_SNAPSHOT_1.2", "text/html; charset=utf-8", "ERROR_SNAPSHOT_1.2.html"),
            ("page.html", "text/html", "page.html"),
            ("page.HTM", "text/html", "page.HTM"),
            ("photo.JPG", "image/jpeg", "photo.JPG"),
            ("photo.json", "image/jpeg", "photo.json.jpeg"),
            ("notes", "text/plain; charset=utf-8", "notes.txt"),
            ("blob.dat", "application/x-own", "blob.dat"),
            ("none", "", "none"),
        ] {
            assert_eq!(with_ending(name, &ContentType::from(content_type)), expected);
        }
    }

    #[test]
    fn types_round_trip_through_their_extension() {
        for (name, expected) in [
            ("application/json; charset=utf-8", "json"),
            ("TEXT/HTML", "html"),
            ("text/plain", "txt"),
            ("image/jpeg", "jpeg"),
            ("text/markdown", "markdown"),
            ("application/octet-stream", "bin"),
            ("application/x-made-up", "bin"),
            ("text/xml", "xml"),
            ("", "bin"),
        ] {
            assert_eq!(ending(&ContentType::from(name)), expected, "{name}");
        }
        assert!(is_read_as(b"a.html", &ContentType::from("text/html; charset=windows-1251")));
        assert!(!is_read_as(b"a.xml", &ContentType::from("text/xml")));
    }

    #[test]
    fn only_known_extensions_are_stripped_from_names() {
        for (name, expected) in [
            (&b"INPUT.json"[..], Some(&b"INPUT"[..])),
            (b"a.b.HTML", Some(b"a.b")),
            (b"page-1.5", None),
            (b".json", None),
            (b"json", None),
            (b"a.", None),
        ] {
            assert_eq!(stem(name), expected);
        }
    }

    #[test]
    fn the_extension_table_is_complete() {
        assert_eq!((TABLE.types.len(), TABLE.endings.len()), (1180, 965));
        assert!(TABLE.types.keys().all(|ending| ending.len() <= LONGEST));
    }
}
