//! Settings that are one of several words.

use serde::de::{Deserialize, Deserializer, Error as _};

/// Reads a word that stands for one of these; the error of any other names them all.
pub(super) fn one_of<'de, T: Copy, D: Deserializer<'de>>(
    choices: &[(&str, T)],
    deserializer: D,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let found = choices.iter().find(|(name, _)| *name == text);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        D::Error::custom(format!("`{text}` is not one of {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn read(text: &str) -> Result<u8, Error> {
        let deserializer: StrDeserializer<'_, Error> = text.into_deserializer();
        one_of(&[("one", 1), ("two", 2)], deserializer)
    }

    #[test]
    fn another_word_is_told_with_those_that_there_are() {
        assert_eq!(read("two"), Ok(2));
        assert_eq!(read("three").unwrap_err().to_string(), "`three` is not one of one, two");
    }
}
