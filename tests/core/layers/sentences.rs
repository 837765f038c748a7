//! The sentences of the backends, which stand in notices: each part of a few words.

use std::fs;
use std::path::Path;

use crate::stage::words::{MOST, count};

use super::sources::collect;

/// Beginnings of what an error says, and of its remedy.
const SAID: [&str; 6] = ["Error::new(", "error(", "new(", ".hint(", "let problem = ", "usage("];

#[test]
fn what_the_backends_say_is_short() {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/storage"), &mut files);
    let (mut long, mut seen) = (Vec::new(), 0);
    for file in
        files.iter().filter(|file| !file.components().any(|part| part.as_os_str() == "tests"))
    {
        let source = fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for text in said(source) {
            seen += 1;
            long.extend(text.split("; ").filter(|part| words(part) > MOST).map(str::to_owned));
        }
    }
    assert!(seen > 100, "{seen}");
    assert_eq!(long, Vec::<String>::new());
}

/// The texts that errors are made of.
fn said(source: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    for begins in SAID {
        for (at, _) in source.match_indices(begins) {
            let rest = &source[at + begins.len()..];
            let end = rest.find([';', '}']).map_or(rest.len(), |end| end.min(200));
            let Some(from) = rest.get(..end).and_then(|rest| rest.find('"')) else { continue };
            let text = rest[from + 1..].split('"').next().unwrap_or_default();
            if text.contains(' ') && !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

/// The number of words, with one for each place that is filled.
fn words(text: &str) -> usize {
    let mut plain = String::new();
    for (at, part) in text.split('{').enumerate() {
        let part = if at == 0 { part } else { part.split_once('}').map_or(part, |(_, rest)| rest) };
        plain.push_str(if at == 0 { "" } else { "x" });
        plain.push_str(part);
    }
    count(&plain)
}

#[test]
fn a_long_sentence_is_found_and_a_place_is_one_word() {
    let source = "return Err(Error::new(ErrorKind::Io, format!(\"one two {} four five six seven eight nine\", a)))";
    let [text] = said(source)[..] else { panic!() };
    assert_eq!(words(text), 9);
    assert_eq!(words("{a} is {b:?}, {}"), 4);
}

/// What says that something typed is not there, or not understood.
const NOT_THERE: [&str; 8] =
    ["no record", "no store", "nothing is", "neither", "not known", "unknown", "is not", " no "];

/// A name of what is there stands bare; one that was typed and leads nowhere is quoted, in one way.
#[test]
fn only_what_is_not_there_is_quoted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for folder in ["ops", "app", "view", "storage"] {
        collect(&root.join(folder), &mut files);
    }
    let mut quoted = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let lines = lines.filter(|line| line.contains("`{"));
        let about = |line: &&str| !NOT_THERE.iter().any(|words| line.contains(words));
        quoted.extend(lines.filter(about).map(|line| format!("{}: {line}", file.display())));
    }
    assert_eq!(quoted, Vec::<String>::new());
}
