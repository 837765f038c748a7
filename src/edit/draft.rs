//! A draft: text that was typed and not yet stored, as it is kept in a file.

mod edits;
mod file;
mod text;

use std::sync::Arc;

use bytes::Bytes;

use crate::model::{ContentType, Key, StoreName, Timestamp, hex};

use super::inner::{InnerPlace, InnerValue};
use super::leaves::{EditedLeaf, LeafEdit};
use super::text_of::TypedValue;

pub use edits::Digests;
pub use file::{Filed, HEAD_LINES, MOST, names_beside, read_head, typed_alone};
pub use text::DraftText;

/// Name of a draft's file, without its ending.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DraftId(String);

impl DraftId {
    /// Reads a printed id; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = |c: u8| c.is_ascii_hexdigit() || c == b'-';
        (!text.is_empty() && text.len() <= 80 && text.bytes().all(sound))
            .then(|| Self(text.to_owned()))
    }

    /// The id as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The facts about a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftHead {
    /// The target, without its secret.
    pub target: String,
    /// The store.
    pub store: StoreName,
    /// The key; that of a new record as far as it was typed.
    pub key: Key,
    /// Whether the record is new.
    pub is_new: bool,
    /// Place in the record, for a value inside a value.
    pub inner: Option<InnerPlace>,
    /// The changed value of the record, if it is a single one.
    pub leaf: Option<LeafPlace>,
    /// The content type as it was typed.
    pub content_type: ContentType,
    /// Whether it is a staged edit, to be saved with others.
    pub staged: bool,
    /// The machine and the terminal on which it was typed.
    pub place: String,
    /// The process in which it was typed.
    pub process: u32,
    /// Time at which its record was read.
    pub began: Timestamp,
    /// Time of the last input.
    pub at: Timestamp,
}

/// Place of a value that is changed by itself, and the kind of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafPlace {
    /// Path of the value, as `$.a[3].b`.
    pub path: String,
    /// Start of the value in the record, with its key if it has one.
    pub at: usize,
    /// The kind of change, without its text.
    pub edit: LeafEdit,
}

impl From<&EditedLeaf> for LeafPlace {
    fn from(leaf: &EditedLeaf) -> Self {
        Self { path: leaf.path(), at: leaf.offset(), edit: leaf.edit.with("") }
    }
}

/// Text that was typed and not yet stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Facts about the draft.
    pub head: DraftHead,
    /// The value that was read; `None` for a new record.
    pub base: Option<TypedValue>,
    /// The text in the editor, or in the line.
    pub text: DraftText,
    /// For a value inside a value: the opened value that was read.
    pub opened: Option<Arc<InnerValue>>,
    /// For a change of a single value: that change of the value that was read.
    pub leaf: Option<Arc<EditedLeaf>>,
}

impl DraftHead {
    /// The name of its file: the same throughout one edit of a record, another for every other edit.
    pub fn id(&self) -> DraftId {
        let mut about = ring::digest::Context::new(&ring::digest::SHA256);
        let new = if self.is_new { &b""[..] } else { self.key.as_bytes() };
        for part in [self.target.as_bytes(), self.store.as_bytes(), new] {
            about.update(&(part.len() as u64).to_le_bytes());
            about.update(part);
        }
        let began = self.began.micros().unsigned_abs();
        DraftId(format!("{}-{began:x}-{:x}", &hex(about.finish().as_ref())[..16], self.process))
    }

    /// Whether it belongs to this record of this target.
    pub fn is_about(&self, target: &str, store: &StoreName, key: Option<&Key>) -> bool {
        let record = match key {
            Some(key) => !self.is_new && self.key == *key,
            None => self.is_new,
        };
        record && self.target == target && self.store == *store
    }
}

impl Draft {
    /// The typed text; where a value is removed, the record without it.
    pub fn typed(&self) -> Bytes {
        match &self.leaf {
            Some(leaf) if leaf.edit == LeafEdit::Remove => leaf.made_anyhow(),
            _ => self.text.bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::{Document, Grouping};

    fn draft(key: &[u8], base: Option<&[u8]>, text: &[u8]) -> Draft {
        Draft {
            head: DraftHead {
                target: "redis://127.0.0.1:6379/0".to_owned(),
                store: StoreName::from("shop"),
                key: Key::from(key.to_vec()),
                is_new: base.is_none(),
                inner: None,
                leaf: None,
                content_type: "text/plain".into(),
                staged: base.is_none(),
                place: "box, pts/3".to_owned(),
                process: 42,
                began: Timestamp::from_micros(1_000),
                at: Timestamp::from_micros(2_000),
            },
            base: base.map(|base| TypedValue {
                content_type: "text/html".into(),
                value: Bytes::copy_from_slice(base),
            }),
            text: Bytes::copy_from_slice(text).into(),
            opened: None,
            leaf: None,
        }
    }

    fn bytes(draft: &Draft) -> Option<Vec<u8>> {
        draft.filed(&mut Digests::default()).map(|filed| filed.file)
    }

    fn read(bytes: &[u8]) -> Result<Draft, String> {
        Draft::from_file(&Bytes::copy_from_slice(bytes), |_| None)
    }

    /// A draft of a long value, in which something was typed in three places.
    fn long(len: usize) -> Draft {
        let mut document = Document::new(Bytes::from(vec![b'x'; len]));
        for (at, typed) in [(0, &b"start"[..]), (len / 2, b"middle"), (len, b"end")] {
            document.replace(at..at + 2, typed, Grouping::Alone, Timestamp::from_micros(0));
        }
        let text = DraftText::of(&document);
        Draft { text, ..draft(b"k", Some(document.original()), b"") }
    }

    #[test]
    fn of_a_long_value_the_file_holds_what_was_typed() {
        let long = long(50 << 20);
        let Filed { file, beside } = long.filed(&mut Digests::default()).unwrap();
        assert!(file.len() < 1024, "{}", file.len());
        let [(digest, value)] = &beside[..] else { panic!("base and start are one") };
        assert_eq!(Some(value), long.base.as_ref().map(|base| &base.value));
        let file = Bytes::from(file);
        let beside = |name: &str| (name == digest).then(|| value.clone());
        assert_eq!(Draft::from_file(&file, beside).as_ref(), Ok(&long));
        assert_eq!(names_beside(&file), [digest.clone(), digest.clone()]);
        assert_eq!(read_head(&file).as_ref(), Ok(&long.head));
        // Without the value, or with another one in its place, what was typed is all that there is.
        let other = Draft::from_file(&file, |_| Some(value.slice(1..)));
        assert_eq!(other, read(&file));
        assert!(other.unwrap_err().contains("is lost"));
        assert_eq!(typed_alone(&file).unwrap(), "start\nmiddle\nend");
        for cut in 0..file.len() {
            assert!(Draft::from_file(&file.slice(..cut), beside).is_err(), "cut at {cut}");
        }
        let mut other = file.to_vec();
        *other.last_mut().unwrap() ^= 1;
        let other = Draft::from_file(&other.into(), beside).unwrap_err();
        assert_eq!(other, "damaged draft: its text is not whole");
    }

    #[test]
    fn a_file_that_is_damaged_is_told_and_not_read() {
        let sound = bytes(&draft(b"k", Some(b"base"), b"typed")).unwrap();
        assert_eq!(read(&sound), Ok(draft(b"k", Some(b"base"), b"typed")));
        for cut in 0..sound.len() {
            assert!(read(&sound[..cut]).is_err(), "cut at {cut}");
        }
        let mut other = sound.clone();
        *other.last_mut().unwrap() ^= 1;
        assert_eq!(read(&other).unwrap_err(), "damaged draft: its text is not whole");
        assert_eq!(
            read(b"larder draft 9\n").unwrap_err(),
            "this draft is of another version of larder"
        );
        assert_eq!(read(b"#!/bin/sh").unwrap_err(), "this file is no draft");
        assert_eq!(read_head(&sound).unwrap(), draft(b"k", Some(b""), b"").head);
    }

    #[test]
    fn a_name_is_of_one_edit_of_one_record() {
        let one = draft(b"k", Some(b"x"), b"y").head;
        let id = one.id();
        assert_eq!(DraftId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(DraftHead { at: Timestamp::from_micros(9), ..one.clone() }.id(), id);
        for other in [
            DraftHead { key: Key::from("l"), ..one.clone() },
            DraftHead { store: StoreName::from("other"), ..one.clone() },
            DraftHead { began: Timestamp::from_micros(9), ..one.clone() },
            DraftHead { process: 9, ..one.clone() },
            DraftHead { target: "other".to_owned(), ..one },
        ] {
            assert_ne!(other.id(), id);
        }
        assert_eq!(DraftId::parse("../x"), None);
        // The key of a new record is still being typed.
        let new = draft(b"", None, b"y").head;
        assert_eq!(DraftHead { key: Key::from("later"), ..new.clone() }.id(), new.id());
    }

    #[test]
    fn a_draft_of_one_value_is_read_with_the_value_that_it_changes() {
        let base = br#"{"a": [1, 2.50], "b": "x"}"#;
        let change = LeafEdit::Value("2.75".to_owned());
        let leaf = EditedLeaf::open(Bytes::from_static(base), 10, change).unwrap();
        let mut draft = draft(b"k", Some(base), b"2.75");
        draft.head.leaf = Some((&leaf).into());
        draft.leaf = Some(Arc::new(leaf));
        let file = Bytes::from(bytes(&draft).unwrap());
        assert_eq!(read(&file).as_ref(), Ok(&draft));
        assert_eq!(read_head(&file).as_ref(), Ok(&draft.head));
        assert_eq!(draft.typed(), "2.75");
        // A place that is not in the base is reported, and never replaced by another one.
        draft.head.leaf.as_mut().unwrap().at = 11;
        let file = Bytes::from(bytes(&draft).unwrap());
        assert_eq!(read(&file).unwrap_err(), "damaged draft: its text is not whole");
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let more = vec![b'x'; MOST + 1];
        let most = &more[1..];
        assert!(bytes(&draft(b"k", Some(most), most)).is_some());
        assert!(bytes(&draft(b"k", Some(b"x"), &more)).is_none());
        assert!(bytes(&draft(b"k", Some(&more), b"x")).is_none());
    }

    proptest! {
        #[test]
        fn a_draft_is_read_as_it_was_written(
            key in any::<Vec<u8>>(), base in proptest::option::of(any::<Vec<u8>>()), text in any::<Vec<u8>>(),
            damage in any::<(usize, u8)>(),
        ) {
            let draft = draft(&key, base.as_deref(), &text);
            let mut bytes = bytes(&draft).unwrap();
            prop_assert_eq!(&read(&bytes).unwrap(), &draft);
            let at = damage.0 % bytes.len();
            bytes[at] ^= damage.1;
            // Whatever the bytes are, the typed text is read whole or not at all.
            if let Ok(read) = read(&bytes) {
                prop_assert_eq!(read.text.len(), draft.text.len());
            }
        }
    }
}
