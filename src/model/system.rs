//! Errors of the operating system in plain words.

use std::io;

/// Start of the number that the library puts behind the system's words.
const NUMBER: &str = " (os error ";

/// The reason of a failure, without the system's number, as the end of a sentence: `permission denied`.
pub fn in_words(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => return "there is no such file or folder".to_owned(),
        io::ErrorKind::AlreadyExists => return "it is there already".to_owned(),
        io::ErrorKind::InvalidData => return "it is not text in UTF-8".to_owned(),
        _ => {}
    }
    let mut words = why.to_string();
    if let Some(start) = words.find(NUMBER)
        && let Some(length) = words[start..].find(')')
    {
        words.replace_range(start..=start + length, "");
    }
    let mut chars = words.chars();
    match (chars.next(), chars.next()) {
        // Not an abbreviation, and not a name.
        (Some(first), Some(second)) if first.is_ascii_uppercase() && second.is_lowercase() => {
            format!("{}{}", first.to_ascii_lowercase(), &words[1..])
        }
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_without_its_number() {
        for (number, words) in [
            (2, "there is no such file or folder"),
            (13, "permission denied"),
            (17, "it is there already"),
            (20, "not a directory"),
            (28, "no space left on device"),
        ] {
            assert_eq!(in_words(&io::Error::from_raw_os_error(number)), words, "{number}");
        }
        assert_eq!(in_words(&io::Error::other("TLS failed (again)")), "TLS failed (again)");
        let named = io::Error::other("Too many files (os error 24) at path \"/tmp/x\"");
        assert_eq!(in_words(&named), "too many files at path \"/tmp/x\"");
        assert_eq!(in_words(&io::ErrorKind::PermissionDenied.into()), "permission denied");
    }
}
