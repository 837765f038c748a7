//! File names of a store's directory, and their keys.
//!
//! Crawlee percent-encodes a key as Python's `urllib.parse.quote(key, safe='')` does. A name that this cannot
//! have produced (placed by hand, or by Crawlee for JavaScript) is itself the key, byte for byte.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::junk::is_junk;
use crate::model::endings;
use crate::model::{Error, ErrorKind, Key, Result};

/// The store's own metadata.
pub(super) const METADATA: &[u8] = b"__metadata__.json";

/// Suffix of a value's file name that makes the name of its metadata file.
pub(super) const METADATA_SUFFIX: &[u8] = b".__metadata__.json";

/// Beginning of larder's temporary files; they end with `.tmp`.
pub(super) const LARDER_PREFIX: &[u8] = b".larder-";

/// Longest name that file systems commonly accept, in bytes.
const LONGEST: usize = 255;

const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Kind of a file in a store's directory, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind<'a> {
    /// The store's metadata.
    StoreMetadata,
    /// The metadata of the record whose value has this file name.
    RecordMetadata(&'a [u8]),
    /// A value.
    Value,
    /// A temporary file of Crawlee's, unless it has a metadata file.
    CrawleeTemporary,
    /// A temporary file of larder's.
    LarderTemporary,
    /// A leftover of a system or an editor, unless it has a metadata file.
    Junk,
}

/// Purpose of a temporary file. Each has a name of its own, so that the file of a killed writer is
/// found without listing the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemporaryKind {
    /// A value.
    Value,
    /// A record's metadata.
    Metadata,
    /// The store's metadata.
    Store,
}

impl TemporaryKind {
    /// Name of the temporary file.
    pub(super) fn name(self) -> Vec<u8> {
        let which: &[u8] = match self {
            Self::Value => b"value.tmp",
            Self::Metadata => b"metadata.tmp",
            Self::Store => b"store.tmp",
        };
        [LARDER_PREFIX, which].concat()
    }
}

/// Kind of a file, by its name.
pub(super) fn classify(name: &[u8]) -> FileKind<'_> {
    if name == METADATA {
        return FileKind::StoreMetadata;
    }
    if name.starts_with(LARDER_PREFIX) && name.ends_with(b".tmp") {
        return FileKind::LarderTemporary;
    }
    if let Some(value) = name.strip_suffix(METADATA_SUFFIX) {
        return FileKind::RecordMetadata(value);
    }
    if !is_junk(name) {
        return FileKind::Value;
    }
    if is_temporary(name) { FileKind::CrawleeTemporary } else { FileKind::Junk }
}

/// Whether Python's `mkstemp` could have made this name for Crawlee: `NAME.XXXXXXXX.tmp`, or
/// `NAME.EXT.XXXXXXXX.EXT.tmp`, with eight characters of `a-z0-9_`.
fn is_temporary(name: &[u8]) -> bool {
    let Some(rest) = name.strip_suffix(b".tmp") else { return false };
    let random = |part: &[u8]| {
        part.len() == 8 && part.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    let mut parts = rest.rsplitn(4, |byte| *byte == b'.');
    let (last, before, extension) = (parts.next(), parts.next(), parts.next());
    match (last, before, extension) {
        (Some(last), Some(_), _) if random(last) => true,
        (Some(last), Some(before), Some(extension)) => random(before) && last == extension,
        _ => false,
    }
}

/// The name that Crawlee gives to the value's file; not always a valid file name.
pub(super) fn quoted(key: &[u8]) -> Cow<'_, [u8]> {
    match percent_encode(key, QUOTED).into() {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Name of the metadata file for a value's.
pub(super) fn metadata_name(name: &[u8]) -> Vec<u8> {
    [name, METADATA_SUFFIX].concat()
}

/// The key of a value's file name.
pub(super) fn key(name: &[u8]) -> Cow<'_, [u8]> {
    key_and_form(name).0
}

/// The key of a value's file name, and whether it is quoted as in Crawlee for Python.
pub(super) fn key_and_form(name: &[u8]) -> (Cow<'_, [u8]>, bool) {
    // Most names are plain; a store has many.
    if is_plain(name) {
        return (Cow::Borrowed(name), true);
    }
    let key: Cow<'_, [u8]> = percent_decode(name).into();
    if *quoted(&key) == *name { (key, true) } else { (Cow::Borrowed(name), false) }
}

/// The bytes that are unescaped in any key.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        plain[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        byte += 1;
    }
    plain
};

/// Whether a name has only bytes that are unescaped in any key.
fn is_plain(name: &[u8]) -> bool {
    name.iter().all(|byte| PLAIN[usize::from(*byte)])
}

/// The key of a bare file: its name without an ending that tells a type, as Crawlee for JavaScript reads it;
/// without such an ending, the usual key of the name.
pub(super) fn bare_key(name: &[u8]) -> Cow<'_, [u8]> {
    match endings::stem(name) {
        Some(stem) => Cow::Borrowed(stem),
        None => key(name),
    }
}

/// The name with every byte escaped except letters and digits.
fn quoted_strictly(key: &[u8]) -> Vec<u8> {
    percent_encode(key, NON_ALPHANUMERIC).to_string().into_bytes()
}

/// A quoted name with its escapes in lower case, if it differs.
fn in_small_letters(quoted: &[u8]) -> Option<Vec<u8>> {
    let mut name = quoted.to_vec();
    for at in memchr::memchr_iter(b'%', quoted) {
        name[at + 1..at + 3].make_ascii_lowercase();
    }
    (name != quoted).then_some(name)
}

/// The characters that `encodeURIComponent` escapes.
const COMPONENT: &AsciiSet =
    &QUOTED.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

/// Whether a key can itself be the name of an entry, or the beginning of one.
pub(super) fn is_itself_a_name(key: &[u8]) -> bool {
    !key.is_empty() && !key.contains(&b'/') && !key.contains(&0)
}

/// Possible beginnings of the metadata file's name for a key, likeliest first: the spelling of Crawlee for
/// Python, that of Crawlee for JavaScript, with more or fewer bytes escaped, and with escapes in lower case.
pub(super) fn spellings(key: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let quoted = quoted(key);
    let plain = is_plain(key);
    let itself = (!plain && is_itself_a_name(key)).then_some(Cow::Borrowed(key));
    let strict = quoted_strictly(key);
    let strict =
        (*quoted != *strict && itself.as_deref() != Some(&*strict)).then_some(Cow::Owned(strict));
    let component: Cow<'_, [u8]> = percent_encode(key, COMPONENT).to_string().into_bytes().into();
    let component = Some(component).filter(|name| *name != quoted && Some(name) != itself.as_ref());
    let itself = itself.filter(|itself| **itself != *quoted);
    let small = in_small_letters(&quoted).filter(|name| Some(&**name) != itself.as_deref());
    [Some(quoted), itself, strict, component, small.map(Cow::Owned)]
        .into_iter()
        .flatten()
        .filter(|name| readable(name))
}

/// Names without an ending of bare files that would be a record of this key.
pub(super) fn bare_names(key: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    spellings(key).take(2).filter(|name| *bare_key(name) == *key)
}

/// Whether a value's file can have this name. A name that is too long for its metadata file may have been
/// placed by hand.
pub(super) fn readable(name: &[u8]) -> bool {
    possible(name, LONGEST).is_ok()
}

/// Whether a name is no longer than file systems commonly accept.
pub(super) fn is_short(name: &[u8]) -> bool {
    name.len() <= LONGEST
}

/// Whether a value's file without metadata can have this name.
pub(super) fn is_bare(name: &[u8]) -> bool {
    classify(name) == FileKind::Value && readable(name)
}

/// The file name for a record of this key that is to be written.
///
/// # Errors
/// [`ErrorKind::Usage`] for a key that has no file name.
pub(super) fn writable(key: &Key) -> Result<Cow<'_, [u8]>> {
    if key.as_str().is_none() {
        return Err(Error::new(ErrorKind::Usage, format!("the key {key} is not UTF-8"))
            .hint("Crawlee could not read it"));
    }
    let name = quoted(key.as_bytes());
    possible(&name, LONGEST - METADATA_SUFFIX.len()).map_err(|why| {
        Error::new(ErrorKind::Usage, format!("no file name for this key: {why}"))
            .hint("choose another key")
    })?;
    Ok(name)
}

/// Whether a value's file can have this name, of at most this number of bytes.
fn possible(name: &[u8], longest: usize) -> std::result::Result<(), String> {
    match name {
        b"" => Err("it is empty".into()),
        b"." | b".." => Err("its file name means a directory".into()),
        _ if matches!(
            classify(name),
            FileKind::StoreMetadata | FileKind::RecordMetadata(_) | FileKind::LarderTemporary
        ) =>
        {
            Err("its file name is kept for metadata".into())
        }
        _ if name.len() > longest => {
            Err(format!("its file name has {} bytes, over {longest}", name.len()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_quoted_as_python_quotes_them() {
        for (key, name) in [
            ("plain-1_2.3~4", "plain-1_2.3~4"),
            ("a b/c", "a%20b%2Fc"),
            ("é!*'()", "%C3%A9%21%2A%27%28%29"),
            ("nul\0%", "nul%00%25"),
        ] {
            assert_eq!(*quoted(key.as_bytes()), *name.as_bytes());
            assert_eq!(*super::key(name.as_bytes()), *key.as_bytes());
        }
        assert_eq!(*super::key(b"%FF"), *b"\xff");
    }

    #[test]
    fn file_names_that_quote_cannot_produce_are_keys_verbatim() {
        for name in [&b"a b.html"[..], b"it's", b"%2f", b"100%", b"\xff"] {
            assert_eq!(*super::key(name), *name);
            assert!(spellings(name).any(|spelling| *spelling == *name));
        }
    }

    #[test]
    fn files_are_classified_by_name() {
        for (name, expected) in [
            ("__metadata__.json", FileKind::StoreMetadata),
            ("INPUT.json", FileKind::Value),
            ("page.__metadata__.json", FileKind::RecordMetadata(b"page")),
            ("page.abcd_123.tmp", FileKind::CrawleeTemporary),
            ("page.html.abcd_123.html.tmp", FileKind::CrawleeTemporary),
            ("__metadata__.json.abcd_123.json.tmp", FileKind::CrawleeTemporary),
            ("page.ABCD1234.tmp", FileKind::Junk),
            ("notes.tmp", FileKind::Junk),
            ("abcdefgh.tmp", FileKind::Junk),
            (".DS_Store", FileKind::Junk),
            (".larder-x1.tmp", FileKind::LarderTemporary),
        ] {
            assert_eq!(classify(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn keys_that_are_no_file_name_are_refused() {
        let long = "k".repeat(238);
        for key in ["", ".", "..", "__metadata__.json", "a.__metadata__.json", &long] {
            let error = writable(&Key::from(key)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Usage, "{key}");
            let name = spellings(key.as_bytes()).find(|name| *name == quoted(key.as_bytes()));
            assert_eq!(name.is_some(), key == long, "{key}");
        }
        assert_eq!(spellings("k".repeat(256).as_bytes()).count(), 0);
        assert!(writable(&Key::from("k".repeat(237))).is_ok());
        assert!(writable(&Key::from("__metadata__")).is_ok());
    }

    proptest! {
        #[test]
        fn every_key_round_trips_through_its_file_name(bytes: Vec<u8>) {
            let name = quoted(&bytes);
            prop_assert_eq!(&*key(&name), &bytes[..]);
        }

        #[test]
        fn every_bare_file_name_is_among_the_spellings_of_its_key(name in "[ -.0-~é]{1,20}") {
            let name = name.into_bytes();
            prop_assume!(is_bare(&name));
            let key = super::key(&name);
            prop_assert!(spellings(&key).any(|candidate| *candidate == *name));
            if endings::stem(&name).is_none() {
                prop_assert!(bare_names(&key).any(|candidate| *candidate == *name));
            }
        }
    }
}
