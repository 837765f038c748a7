//! A change of one value in a JSON text, with the text that it was made from.

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
    /// The typed text; empty where a value is removed.
    pub fn text(&self) -> &str {
        match self {
            Self::Value(text) | Self::Key(text) | Self::Add(text) => text,
            Self::Remove => "",
        }
    }

    /// The kind of change, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Key(_) => "name",
            Self::Add(_) => "more",
            Self::Remove => "removed",
        }
    }

    /// The change of this name, without a text; `None` for an unknown name.
    pub fn named(name: &str) -> Option<Self> {
        let nothing = String::new();
        let all = [Self::Value(nothing.clone()), Self::Key(nothing.clone()), Self::Add(nothing)];
        all.into_iter().chain([Self::Remove]).find(|edit| edit.name() == name)
    }

    /// The same kind of change with this text.
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

/// A changed value of a JSON text, and that text as it was read, whatever becomes of the record meanwhile.
#[derive(Debug, Clone)]
pub struct EditedLeaf {
    base: Bytes,
    index: LeafIndex,
    /// Number of the value's node.
    at: usize,
    /// The change.
    pub edit: LeafEdit,
}

impl PartialEq for EditedLeaf {
    fn eq(&self, other: &Self) -> bool {
        (&self.base, self.at, &self.edit) == (&other.base, other.at, &other.edit)
    }
}

impl Eq for EditedLeaf {}

impl EditedLeaf {
    /// A change of the value of this number.
    pub fn new(base: Bytes, index: LeafIndex, at: usize, edit: LeafEdit) -> Self {
        Self { base, index, at, edit }
    }

    /// A change of the value that begins at this offset, with its key if it has one. Takes time in proportion
    /// to the text; `None` if nothing begins there, or the text is not JSON.
    pub fn open(base: Bytes, offset: usize, edit: LeafEdit) -> Option<Self> {
        let leaves = Leaves::of(&base, &Digests::default())?;
        let at = leaves.from(offset);
        let begins = leaves.whole(at).start == offset;
        let index = leaves.index();
        begins.then_some(Self { base, index, at, edit })
    }

    /// The same change in another text; `None` if it has no such value, or is not JSON. Takes time in
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

    /// Start of the value, with its key if it has one.
    pub fn offset(&self) -> usize {
        self.leaves().whole(self.at).start
    }

    /// Path of the value, as `$.a[3].b`.
    pub fn path(&self) -> String {
        self.leaves().path(self.at)
    }

    /// The way to the value from the root.
    pub fn trail(&self) -> Trail {
        self.leaves().trail(self.at)
    }

    /// Whether an added value has a key.
    pub fn adds_member(&self) -> bool {
        self.leaves().adds_member(self.at)
    }

    /// The old text of what is changed, as it is spelled: the value, or its key; empty where something is
    /// added.
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
    /// The typed text is not a value, or not a key.
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

    /// The added or renamed node, in another text in which the change is made.
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

    /// The text with the typed text in the value's place, whether that is a value or not.
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{ \"price\": 1.10,\n  \"tags\" :[\"a\"], \"none\": {} }";

    fn leaf(path: &str, edit: LeafEdit) -> EditedLeaf {
        let base = Bytes::from_static(TEXT.as_bytes());
        let leaves = Leaves::of(TEXT.as_bytes(), &Digests::default()).unwrap();
        let at = (0..leaves.len()).find(|node| leaves.path(*node) == path).unwrap();
        EditedLeaf::new(base, leaves.index(), at, edit)
    }

    fn typed(text: &str) -> [LeafEdit; 3] {
        [LeafEdit::Value(text.into()), LeafEdit::Key(text.into()), LeafEdit::Add(text.into())]
    }

    #[test]
    fn a_change_is_opened_again_where_it_was_made_and_in_other_spacing() {
        for path in ["$", "$.price", "$.tags", "$.tags[0]", "$.none"] {
            for edit in typed("7").into_iter().chain([LeafEdit::Remove]) {
                let leaf = leaf(path, edit);
                let name = LeafEdit::named(leaf.edit.name()).unwrap();
                assert_eq!(name.with(leaf.edit.text()), leaf.edit);
                let again = EditedLeaf::open(leaf.base.clone(), leaf.offset(), leaf.edit.clone());
                assert_eq!(again, Some(leaf.clone()), "{path}");
                let close = TEXT.replace([' ', '\n'], "");
                let other = leaf.within(close.into()).unwrap();
                assert_eq!(other.path(), path);
            }
        }
        let price = leaf("$.price", LeafEdit::Remove);
        assert_eq!(EditedLeaf::open(price.base.clone(), 1, LeafEdit::Remove), None);
        assert_eq!(EditedLeaf::open(Bytes::from_static(b"{"), 0, LeafEdit::Remove), None);
        assert_eq!(price.within(Bytes::from_static(b"[1]")), None);
    }

    #[test]
    fn what_is_no_value_stands_where_the_value_would() {
        let anyhow =
            |path, edit| String::from_utf8(leaf(path, edit).made_anyhow().to_vec()).unwrap();
        let [value, key, add] = typed("\"half");
        assert_eq!(anyhow("$.price", value), TEXT.replace("1.10", "\"half"));
        assert_eq!(anyhow("$.price", key), TEXT.replace("\"price\"", "\"half"));
        assert_eq!(anyhow("$.price", add.clone()), TEXT.replace("1.10", "1.10, \"half"));
        assert_eq!(anyhow("$.none", add), TEXT.replace("{}", "{\"half}"));
        let [value, ..] = typed("1.20");
        assert_eq!(anyhow("$.price", value), TEXT.replace("1.10", "1.20"));
    }

    #[test]
    fn what_was_added_or_named_is_found_in_a_text_that_has_more() {
        let now = r#"{"x": 0, "cost": 1.10, "new": 2, "tags": ["b", "a", "c"], "none": {"n": 1}}"#;
        let now = Leaves::of(now.as_bytes(), &Digests::default()).unwrap();
        let found = |path, edit| leaf(path, edit).found_in(&now).map(|node| now.path(node));
        assert_eq!(found("$.price", LeafEdit::Key("cost".into())).as_deref(), Some("$.cost"));
        assert_eq!(found("$.tags[0]", LeafEdit::Add("1".into())).as_deref(), Some("$.tags[1]"));
        assert_eq!(found("$.none", LeafEdit::Add("n: 1".into())).as_deref(), Some("$.none.n"));
        assert_eq!(found("$.price", LeafEdit::Add("n: 1".into())), None);
        assert_eq!(found("$.tags", LeafEdit::Value("1".into())), None);
    }
}
