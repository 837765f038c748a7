//! Names, aliases and ids of stores, checked and made as in Crawlee; the same for every backend.

use crate::model::{Error, ErrorKind, Result};
#[cfg(feature = "tui")]
use crate::model::{OpenBy, StoreName};

/// Number of letters and digits of an id.
const ID_LENGTH: usize = 17;
const ID_LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Checks that Crawlee accepts a name: letters and digits, and `-` inside.
pub(super) fn check_name(name: &str) -> Result<&str> {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if letters && !name.is_empty() && !name.starts_with('-') && !name.ends_with('-') {
        return Ok(name);
    }
    let problem = match name {
        "" => "a store's name cannot be empty".to_owned(),
        _ => format!("{name:?} cannot be a store's name"),
    };
    Err(Error::new(ErrorKind::Usage, problem)
        .hint("use letters, digits and inner hyphens, or --alias"))
}

/// Checks that Crawlee accepts an alias: anything that could be one directory's name.
pub(super) fn check_alias(alias: &str) -> Result<&str> {
    if !alias.is_empty() && !alias.contains(['/', '\\', '\0']) && alias != "." && alias != ".." {
        return Ok(alias);
    }
    let problem = match alias {
        "" => "a store's alias cannot be empty".to_owned(),
        _ => format!("{alias:?} cannot be a store's alias"),
    };
    Err(Error::new(ErrorKind::Usage, problem).hint(
        "leave out slashes, backslashes and null characters; . and .. are not allowed either",
    ))
}

/// The way in which a store of this internal name is made; `None` if Crawlee makes none of that name.
#[cfg(feature = "tui")]
pub(crate) fn made_by(store: &StoreName) -> Option<OpenBy> {
    let name = std::str::from_utf8(store.as_bytes()).ok()?;
    if name == "default" {
        Some(OpenBy::Default)
    } else if check_name(name).is_ok() {
        Some(OpenBy::Name(name.to_owned()))
    } else {
        check_alias(name).is_ok().then(|| OpenBy::Alias(name.to_owned()))
    }
}

/// A new id from the system's secure source of randomness, in the form of Crawlee.
pub(super) fn new_id() -> Result<String> {
    let mut id = String::with_capacity(ID_LENGTH);
    let mut random = [0; 32];
    while id.len() < ID_LENGTH {
        getrandom::fill(&mut random)
            .map_err(|error| Error::new(ErrorKind::Io, format!("no random numbers: {error}")))?;
        // Only 4 × 62 of the 256 values are used, so that all letters are equally likely.
        let letters = random.iter().filter(|byte| **byte < 248);
        let letters = letters.map(|byte| char::from(ID_LETTERS[usize::from(byte % 62)]));
        id.extend(letters.take(ID_LENGTH - id.len()));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_crawlee_takes_them() {
        for name in ["a", "A1", "my-value-1", "a--b", "0"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "-", "-a", "a-", "a b", "a_b", "ä", "a\n", "a/b", "__default__"] {
            assert_eq!(check_name(name).unwrap_err().kind, ErrorKind::Usage, "{name}");
        }
    }

    #[test]
    fn aliases_are_taken_as_crawlee_takes_them() {
        for alias in ["a", "__default__", "a b", "a:*?[x]", "ä😀", "...", "a\n"] {
            assert!(check_alias(alias).is_ok(), "{alias}");
        }
        for alias in ["", "a/b", "a\\b", "a\0b", ".", ".."] {
            assert_eq!(check_alias(alias).unwrap_err().kind, ErrorKind::Usage, "{alias}");
        }
    }

    #[test]
    fn what_makes_a_store_depends_on_its_name() {
        let made = |name: &[u8]| made_by(&StoreName::from(name));
        assert_eq!(made(b"default"), Some(OpenBy::Default));
        assert_eq!(made(b"a-1"), Some(OpenBy::Name("a-1".to_owned())));
        assert_eq!(made(b"a_1"), Some(OpenBy::Alias("a_1".to_owned())));
        for name in [&b""[..], b"a/b", b"..", b"a\xff"] {
            assert_eq!(made(name), None, "{name:?}");
        }
    }

    #[test]
    fn ids_are_17_letters_and_digits() {
        let id = new_id().unwrap();
        assert_eq!(id.len(), ID_LENGTH);
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        assert_ne!(id, new_id().unwrap());
    }
}
