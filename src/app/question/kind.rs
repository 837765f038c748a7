//! The purposes of a typed line, and their labels.

/// The purpose of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// Leave only the stores that contain it.
    FilterStores,
    /// Leave only the keys that contain it.
    FilterKeys,
    /// Find it in the value.
    Search,
    /// Find values of JSON by this path.
    FindPath,
    /// Keep the rows of a table that hold it in a column.
    FilterColumn,
    /// Find it in the text being edited.
    SearchText,
    /// Replace it in the text being edited.
    ReplaceText,
    /// Put this in its place everywhere.
    ReplaceWith,
    /// Put this in its place where the user says so.
    ReplaceEach,
    /// Go to this line or offset of the text being edited.
    GoTo,
    /// Go to this offset of the bytes being edited.
    GoToOffset,
    /// Save the value to this file.
    SaveValue,
    /// Compare the record with this file.
    CompareFile,
    /// Put another value into JSON.
    LeafValue,
    /// Give a member another name.
    LeafKey,
    /// Add a member to an object.
    LeafMember,
    /// Add an item to a list.
    LeafItem,
    /// Connect with this password.
    Password,
    /// Create a store of this name.
    StoreName,
    /// Create a store of this alias.
    StoreAlias,
    /// Give a record this key.
    RecordKey,
    /// Make a second record of this key.
    CopyKey,
    /// Give a record this content type.
    RecordType,
}

impl PromptKind {
    /// Whether the line changes a value of JSON.
    pub fn changes_leaf(self) -> bool {
        matches!(self, Self::LeafValue | Self::LeafKey | Self::LeafMember | Self::LeafItem)
    }

    /// The effect of the line, in a word or two.
    pub fn verb(self) -> &'static str {
        match self {
            Self::FilterStores | Self::FilterKeys | Self::FilterColumn => "keep",
            Self::Search | Self::SearchText | Self::FindPath => "find",
            Self::ReplaceText => "go on",
            Self::ReplaceWith => "replace all",
            Self::ReplaceEach => "one by one",
            Self::GoTo | Self::GoToOffset => "go",
            Self::SaveValue => "save",
            Self::CompareFile => "compare",
            Self::Password => "log in",
            Self::LeafValue | Self::LeafKey | Self::RecordType => "set",
            Self::LeafMember | Self::LeafItem => "add",
            Self::StoreName | Self::StoreAlias => "create store",
            Self::RecordKey => "rename",
            Self::CopyKey => "duplicate",
        }
    }

    /// The label before the line, where there is little room.
    pub(super) fn short_label(self) -> &'static str {
        match self {
            Self::FindPath => "path: ",
            Self::FilterColumn => "keep rows: ",
            Self::RecordType => "type: ",
            other => other.label(),
        }
    }

    /// The label before the line.
    pub fn label(self) -> &'static str {
        match self {
            Self::FilterStores | Self::FilterKeys => "filter: ",
            Self::FindPath => "path, as $.offers[*].price: ",
            Self::FilterColumn => "keep rows (text, =text, !text, <5, >5): ",
            Self::Search | Self::SearchText => "search: ",
            Self::ReplaceText => "replace: ",
            Self::ReplaceWith => "by: ",
            Self::ReplaceEach => "one by one, by: ",
            Self::GoTo => "go to line: ",
            Self::GoToOffset => "go to offset: ",
            Self::SaveValue => "save value as: ",
            Self::CompareFile => "compare with file: ",
            Self::Password => "password: ",
            Self::LeafValue => "value: ",
            Self::LeafKey => "name: ",
            Self::LeafMember => "new \"name\": value: ",
            Self::LeafItem => "new value: ",
            Self::StoreName => "new store, name: ",
            Self::StoreAlias => "new store, alias: ",
            Self::RecordKey => "rename to: ",
            Self::CopyKey => "duplicate as: ",
            Self::RecordType => "content type: ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Prompt;
    use super::*;

    #[test]
    fn a_line_has_room_to_be_typed_in_however_narrow_the_screen_is() {
        use PromptKind as Kind;
        for kind in [
            Kind::FilterStores,
            Kind::FilterKeys,
            Kind::Search,
            Kind::FindPath,
            Kind::FilterColumn,
            Kind::SearchText,
            Kind::ReplaceText,
            Kind::ReplaceWith,
            Kind::ReplaceEach,
            Kind::GoTo,
            Kind::GoToOffset,
            Kind::SaveValue,
            Kind::CompareFile,
            Kind::LeafValue,
            Kind::LeafKey,
            Kind::LeafMember,
            Kind::LeafItem,
            Kind::Password,
            Kind::StoreName,
            Kind::StoreAlias,
            Kind::RecordKey,
            Kind::CopyKey,
            Kind::RecordType,
        ] {
            let prompt = Prompt::new(kind, "");
            assert!(prompt.label(40).len() <= 20, "{}", prompt.label(40));
            assert_eq!(prompt.label(80), kind.label());
        }
    }
}
