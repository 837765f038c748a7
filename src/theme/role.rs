//! Roles of styles.

use std::fmt;
use std::str::FromStr;

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident $name:literal)*) => {
        /// The meaning of a piece of the screen, to which a theme gives a style.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Role {
            $($(#[$doc])* $variant,)*
        }

        impl Role {
            /// All roles.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in theme files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl FromStr for Role {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($name => Ok(Self::$variant),)*
                    _ => {
                        let all: Vec<_> = Self::ALL.iter().map(|role| role.name()).collect();
                        Err(format!("there is no colour `{text}`; there are {}", all.join(", ")))
                    }
                }
            }
        }
    };
}

roles! {
    /// What has no meaning of its own.
    Text "text"
    /// What matters less.
    Dim "dim"
    /// A pane's title.
    Title "title"
    /// The frame of a pane.
    Border "border"
    /// The frame of the pane that keys go to.
    BorderFocus "border_focus"
    /// The heads of columns.
    Header "header"
    /// The symbol before the row under the cursor.
    Marker "marker"
    /// The row under the cursor.
    Cursor "cursor"
    /// The row under the cursor in a pane that keys do not go to.
    CursorUnfocused "cursor_unfocused"
    /// A record that the user marked.
    Marked "marked"
    /// A record that has just come.
    New "new"
    /// A record that has just changed.
    Changed "changed"
    /// A value that is no longer the one under the cursor.
    Stale "stale"
    /// What destroys, and failures.
    Danger "danger"
    /// What is not as it should be.
    Warning "warning"
    /// What went well.
    Ok "ok"
    /// A word about the session, such as `read-only`.
    Badge "badge"
    /// A key in the footer and the help.
    KeyHint "key_hint"
    /// What the key does.
    Hint "hint"
    /// Text that is being typed.
    Input "input"
    /// Selected text, and the chosen one of several buttons.
    Selection "selection"
    /// The small chart of writes.
    Spark "spark"
    /// A match of the search.
    Match "match"
    /// The match that the search stands at.
    MatchCurrent "match_current"
    /// The letters of a key that the filter has found.
    KeyMatch "key_match"
    /// A key in a JSON object.
    JsonKey "json_key"
    /// A JSON string.
    JsonString "json_string"
    /// A JSON number.
    JsonNumber "json_number"
    /// true, false, null.
    JsonLiteral "json_literal"
    /// Braces, commas, colons.
    Punctuation "punctuation"
    /// The offset before a line of hex.
    Offset "offset"
    /// Bytes as hex.
    Hex "hex"
    /// Bytes as characters.
    Ascii "ascii"
    /// A character made visible that could not be shown as it is.
    Symbol "symbol"
    /// The content type of JSON.
    TypeJson "type_json"
    /// The content type of text.
    TypeText "type_text"
    /// The content type of images.
    TypeImage "type_image"
    /// The content type of anything else.
    TypeBinary "type_binary"
    /// The content type of None.
    TypeNone "type_none"
    /// A content type that nothing tells.
    TypeUnknown "type_unknown"
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
