//! A draft: text that was typed and not yet stored, as it is kept in a file.

mod file;

use std::sync::Arc;

use bytes::Bytes;

use crate::model::{ContentType, Key, StoreName, Timestamp, hex};

use super::inner::{InnerPlace, InnerValue};
use super::leaves::{EditedLeaf, LeafEdit};
use super::text_of::TypedValue;

pub use file::{HEAD_LINES, MOST, read_head};

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
    pub text: Bytes,
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
            _ => self.text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            text: Bytes::copy_from_slice(text),
            opened: None,
            leaf: None,
        }
    }

    #[test]
    fn a_file_that_is_damaged_is_told_and_not_read() {
        let sound = draft(b"k", Some(b"base"), b"typed").to_bytes().unwrap();
        let read = |bytes: &[u8]| Draft::from_bytes(&Bytes::copy_from_slice(bytes));
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
        let file = Bytes::from(draft.to_bytes().unwrap());
        assert_eq!(Draft::from_bytes(&file).as_ref(), Ok(&draft));
        assert_eq!(read_head(&file).as_ref(), Ok(&draft.head));
        assert_eq!(draft.typed(), "2.75");
        // A place that is not in the base is reported, and never replaced by another one.
        draft.head.leaf.as_mut().unwrap().at = 11;
        let file = Bytes::from(draft.to_bytes().unwrap());
        assert_eq!(Draft::from_bytes(&file).unwrap_err(), "damaged draft: its text is not whole");
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let most = vec![b'x'; MOST / 2];
        assert!(draft(b"k", Some(&most), &most).to_bytes().is_some());
        assert!(draft(b"k", Some(&most), &[&most[..], b"x"].concat()).to_bytes().is_none());
    }

    proptest! {
        #[test]
        fn a_draft_is_read_as_it_was_written(
            key in any::<Vec<u8>>(), base in proptest::option::of(any::<Vec<u8>>()), text in any::<Vec<u8>>(),
            damage in any::<(usize, u8)>(),
        ) {
            let draft = draft(&key, base.as_deref(), &text);
            let mut bytes = draft.to_bytes().unwrap();
            prop_assert_eq!(&Draft::from_bytes(&bytes.clone().into()).unwrap(), &draft);
            let at = damage.0 % bytes.len();
            bytes[at] ^= damage.1;
            // Whatever the bytes are, the typed text is read whole or not at all.
            if let Ok(read) = Draft::from_bytes(&bytes.into()) {
                prop_assert_eq!(read.text.len(), draft.text.len());
            }
        }
    }
}
