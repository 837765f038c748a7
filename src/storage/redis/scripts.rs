//! The scripts for the server, without the parts that are only for readers.
//!
//! One is sent with each write, and comments and indentation are a third of it.

/// A script made of the files with these names in `scripts/`, one after another.
macro_rules! script {
    ($($name:literal),+) => {{
        const TEXT: &str = concat!($(
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/src/storage/redis/scripts/", $name, ".lua"
            )),
        )+);
        const BYTES: [u8; $crate::storage::redis::scripts::length(TEXT)] =
            $crate::storage::redis::scripts::stripped(TEXT);
        match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("whole lines are left out"),
        }
    }};
}

pub(super) use script;

/// Length of a stripped script, in bytes.
pub(super) const fn length(text: &str) -> usize {
    let (text, mut at, mut length) = (text.as_bytes(), 0, 0);
    while at < text.len() {
        let (start, end) = line(text, at);
        length += end - start;
        at = next(text, at);
    }
    length
}

/// A stripped script; `N` is its [`length`].
pub(super) const fn stripped<const N: usize>(text: &str) -> [u8; N] {
    let (text, mut at, mut length) = (text.as_bytes(), 0, 0);
    let mut left = [0; N];
    while at < text.len() {
        let (mut start, end) = line(text, at);
        while start < end {
            left[length] = text[start];
            start += 1;
            length += 1;
        }
        at = next(text, at);
    }
    left
}

/// Start of the next line.
const fn next(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'\n' {
        at += 1;
    }
    if at < text.len() { at + 1 } else { at }
}

/// The part that is kept of the line that begins here: its indentation is left out, and all of a comment or
/// an empty line.
const fn line(text: &[u8], at: usize) -> (usize, usize) {
    let (mut start, end) = (at, next(text, at));
    while start < end && text[start] == b' ' {
        start += 1;
    }
    let comment = start + 1 < end && text[start] == b'-' && text[start + 1] == b'-';
    if comment || start == end || text[start] == b'\n' { (end, end) } else { (start, end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_left_out_and_all_else_stays() {
        const TEXT: &str = "-- What it does.\n\nlocal a = 1 -- one\n    if a - -1 then\n        a = '--x'\n  end\n   -- é\nreturn a";
        const LEFT: [u8; length(TEXT)] = stripped(TEXT);
        let left = std::str::from_utf8(&LEFT).unwrap();
        assert_eq!(left, "local a = 1 -- one\nif a - -1 then\na = '--x'\nend\nreturn a");
    }

    #[test]
    fn no_script_has_a_text_over_lines() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/storage/redis/scripts");
        let mut scripts = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            // The start of a line inside a long string would be taken for code.
            assert!(
                !text.contains("[[") && !text.contains("[=") && !text.contains("\\\n"),
                "{text}"
            );
            assert!(text.ends_with('\n'), "what follows would be on its last line");
            scripts += 1;
        }
        assert!(scripts > 10);
    }
}
