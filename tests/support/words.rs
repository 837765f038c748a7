//! The words of a sentence, counted as a person counts them.

#![allow(dead_code, reason = "each test program uses its own part of it")]
#![allow(unreachable_pub, reason = "shared as a private module of several test programs")]

use larder::app::Tone;

/// The most words of a sentence on a status line.
pub const MOST: usize = 8;

/// Signs between words.
const SIGNS: [&str; 10] = ["·", "…", "!", "→", "≤", "≈", "–", "+", "|", "✓"];
/// Units, which belong to the number before them.
const UNITS: [&str; 16] =
    ["B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "s", "ms", "min", "h", "d", "%", "µs", "y"];

/// The part of a notice that has too many words. One that tells what is known has to be short as a whole; what
/// was done, refused or failed may be several facts, parted by semicolons, and an error brings its remedy.
pub fn too_long(tone: Tone, text: &str) -> Option<&str> {
    let parts: Vec<_> = match tone {
        Tone::Info => vec![text],
        Tone::Done | Tone::Warning | Tone::Failure => text.split("; ").collect(),
    };
    // Keys, each with what it does, are no sentence.
    let is_menu = text.split(" · ").all(|part| count(part) <= 3);
    parts.into_iter().find(|part| count(part) > MOST && !is_menu)
}

/// The number of words. What is quoted, names at the end, a file's name and a number with its unit are one
/// each.
pub fn count(text: &str) -> usize {
    let (first, text) = match (text.split_once(" not saved: "), text.rsplit_once(": ")) {
        (Some((_, why)), _) => (3, why),
        (None, Some((state, names)))
            if names.split(' ').rev().skip(1).all(|it| it.ends_with(',')) =>
        {
            (1, state)
        }
        _ => (0, text),
    };
    let mut words = first;
    let mut after_number = false;
    // What stands for a key without characters is a name as well.
    let text = unquoted(text).replace("the empty key", "name");
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%');
        if SIGNS.contains(&word) || after_number && UNITS.contains(&bare) {
            after_number = false;
            continue;
        }
        after_number = bare.ends_with(|c: char| c.is_ascii_digit());
        words += 1;
    }
    words
}

/// The text with one word in place of all that is quoted.
fn unquoted(text: &str) -> String {
    let parts: Vec<_> = text.split(['`', '"']).collect();
    let last = parts.len() - 1;
    let part = |(at, part): (usize, &&str)| match at % 2 {
        1 if at < last => "quoted".to_owned(),
        _ => (*part).to_owned(),
    };
    parts.iter().enumerate().map(part).collect()
}
