//! Keys and names of stores: bytes, compared in the order of Crawlee.

use std::fmt;

use bytes::Bytes;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(Bytes);

        impl $name {
            /// The bytes as they are stored.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The text, if the bytes are UTF-8.
            pub fn as_str(&self) -> Option<&str> {
                std::str::from_utf8(&self.0).ok()
            }

            /// The text, with bytes that are not UTF-8 as `\xNN`; reversible only for UTF-8.
            pub fn escaped(&self) -> String {
                escape_bytes(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Bytes::copy_from_slice(text.as_bytes()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Bytes::from(text))
            }
        }

        impl From<&[u8]> for $name {
            fn from(bytes: &[u8]) -> Self {
                Self(Bytes::copy_from_slice(bytes))
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self(Bytes::from(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.escaped())
            }
        }
    };
}

opaque! {
    /// A record's key: any bytes, though Crawlee writes only UTF-8. Ordered by bytes, as Crawlee
    /// orders keys.
    Key
}

opaque! {
    /// A store's internal name: its name, else its alias, else `default`. Opaque: it can hold
    /// `:` and glob characters.
    StoreName
}

impl Key {
    /// The key in a sentence: [`escaped`](Self::escaped), or a word for an empty one.
    pub fn named(&self) -> String {
        let key = self.escaped();
        if key.is_empty() { "the empty key".to_owned() } else { key }
    }
}

fn escape_bytes(bytes: &[u8]) -> String {
    use fmt::Write as _;
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Longest key that Crawlee for JavaScript accepts, in characters.
pub const LONGEST_KEY: usize = 256;

impl Key {
    /// The first character that Crawlee for JavaScript, and the platform that it was made for, do not accept
    /// in a key. Crawlee for Python accepts any.
    pub fn odd_character(&self) -> Option<char> {
        let usual = |c: char| c.is_ascii_alphanumeric() || "!-_.'()".contains(c);
        self.as_str()?.chars().find(|c| !usual(*c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_not_utf8_are_escaped() {
        assert_eq!(Key::from(&b"a\xff\xfeb"[..]).escaped(), "a\\xff\\xfeb");
        assert_eq!(Key::from("ä").escaped(), "ä");
    }
}
