//! A change of one value in a JSON text, with what it was made from.

use bytes::Bytes;

use super::{Digests, LeafIndex, Leaves, NotAValue, Trail};

/// A change of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeafEdit {
    /// Another value in its place.
    Value(String),
    /// Another name for the member.
    Key(String),
    /// One more member or item.
    Add(String),
    /// The member or item is removed.
    Remove,
}

impl LeafEdit {
    /// What was typed; nothing where a value is removed.
    pub fn text(&self) -> &str {
        match self {
            Self::Value(text) | Self::Key(text) | Self::Add(text) => text,
            Self::Remove => "",
        }
    }

    /// What is changed, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Key(_) => "name",
            Self::Add(_) => "more",
            Self::Remove => "removed",
        }
    }

    /// The change of this name, with nothing typed; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        let nothing = String::new();
        let all = [Self::Value(nothing.clone()), Self::Key(nothing.clone()), Self::Add(nothing)];
        all.into_iter().chain([Self::Remove]).find(|edit| edit.name() == name)
    }

    /// The same change of something else that was typed.
    #[must_use]
    pub fn with(&self, text: &str) -> Self {
        let text = text.to_owned();
        match self {
            Self::Value(_) => Self::Value(text),
            Self::Key(_) => Self::Key(text),
            Self::Add(_) => Self::Add(text),
            Self::Remove => Self::Remove,
        }
    }
}

/// A value of a JSON text that is changed, and that text as it was read, whatever it becomes meanwhile.
#[derive(Debug, Clone)]
pub struct EditedLeaf {
    base: Bytes,
    index: LeafIndex,
    /// The number of the value in it.
    at: usize,
    /// What is changed.
    pub edit: LeafEdit,
}

impl PartialEq for EditedLeaf {
    fn eq(&self, other: &Self) -> bool {
        (&self.base, self.at, &self.edit) == (&other.base, other.at, &other.edit)
    }
}

impl Eq for EditedLeaf {}

impl EditedLeaf {
    /// Of the value of this number.
    pub fn new(base: Bytes, index: LeafIndex, at: usize, edit: LeafEdit) -> Self {
        Self { base, index, at, edit }
    }

    /// Of the value that begins at this offset, with its key if it has one. Takes time in proportion to
    /// the text; `None` if nothing begins there, or the text is no JSON.
    pub fn open(base: Bytes, offset: usize, edit: LeafEdit) -> Option<Self> {
        let leaves = Leaves::of(&base, &Digests::default())?;
        let at = leaves.from(offset);
        let begins = leaves.whole(at).start == offset;
        let index = leaves.index();
        begins.then_some(Self { base, index, at, edit })
    }

    /// The same change in another text; `None` if it has no such value, or is no JSON. Takes time in
    /// proportion to the text.
    pub fn within(&self, base: Bytes) -> Option<Self> {
        let leaves = Leaves::of(&base, &Digests::default())?;
        let at = leaves.follow(&self.trail())?;
        let index = leaves.index();
        Some(Self { base, index, at, edit: self.edit.clone() })
    }

    /// The values of the text.
    pub fn leaves(&self) -> Leaves<'_> {
        self.index.over(&self.base)
    }

    /// Where the value begins, with its key if it has one.
    pub fn offset(&self) -> usize {
        self.leaves().whole(self.at).start
    }

    /// Where it is, as `$.a[3].b`.
    pub fn path(&self) -> String {
        self.leaves().path(self.at)
    }

    /// The way to it from the root.
    pub fn trail(&self) -> Trail {
        self.leaves().trail(self.at)
    }

    /// Whether what is added has a name.
    pub fn adds_member(&self) -> bool {
        self.leaves().adds_member(self.at)
    }

    /// What is changed, as it is spelled: the value, or its name; nothing where something is added.
    pub fn spelled(&self) -> Bytes {
        let leaves = self.leaves();
        match self.edit {
            LeafEdit::Value(_) | LeafEdit::Remove => self.base.slice(leaves.range(self.at)),
            LeafEdit::Key(_) => self.base.slice_ref(leaves.key(self.at)),
            LeafEdit::Add(_) => Bytes::new(),
        }
    }

    /// The text with the change made.
    ///
    /// # Errors
    /// What was typed is no value, or no key.
    pub fn made(&self) -> Result<Bytes, NotAValue> {
        let (leaves, at) = (self.leaves(), self.at);
        let made = match &self.edit {
            LeafEdit::Value(typed) => leaves.with_value(at, typed)?,
            LeafEdit::Key(typed) => leaves.with_key(at, typed)?,
            LeafEdit::Add(typed) => leaves.with_more(at, typed)?,
            LeafEdit::Remove => {
                leaves.without(at).ok_or_else(|| NotAValue("nothing to remove".to_owned()))?
            }
        };
        Ok(made.into())
    }

    /// What was added or named, in another text in which the change is made.
    pub fn found_in(&self, now: &Leaves<'_>) -> Option<usize> {
        let leaves = self.leaves();
        let follow = |node| now.follow(&leaves.trail(node));
        match &self.edit {
            LeafEdit::Key(typed) => now.member(follow(leaves.parent(self.at))?, typed),
            LeafEdit::Add(_) if leaves.takes_inside(self.at) => {
                now.children(follow(self.at)?).last()
            }
            LeafEdit::Add(_) => {
                let before = follow(self.at)?;
                now.children(now.parent(before)).find(|child| *child > before)
            }
            LeafEdit::Value(_) | LeafEdit::Remove => None,
        }
    }

    /// The text with what was typed in the value's place, be it a value or not.
    pub fn made_anyhow(&self) -> Bytes {
        if let Ok(made) = self.made() {
            return made;
        }
        let leaves = self.leaves();
        let (range, typed) = match &self.edit {
            LeafEdit::Value(typed) => (leaves.range(self.at), typed.clone()),
            LeafEdit::Key(typed) => {
                let start = leaves.whole(self.at).start;
                (start..start + leaves.key(self.at).len(), typed.clone())
            }
            LeafEdit::Add(typed) if leaves.takes_inside(self.at) => {
                let end = leaves.range(self.at).end - 1;
                let comma = if leaves.children(self.at).next().is_some() { ", " } else { "" };
                (end..end, format!("{comma}{typed}"))
            }
            LeafEdit::Add(typed) => {
                let end = leaves.range(self.at).end;
                (end..end, format!(", {typed}"))
            }
            LeafEdit::Remove => (0..0, String::new()),
        };
        [&self.base[..range.start], typed.as_bytes(), &self.base[range.end..]].concat().into()
    }
}
