//! Holds the arrows between the layers: reads the sources and checks which modules and crates
//! each of them names. Comments, texts and test modules do not count.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may name besides itself.
const ARROWS: [(&str, &[&str]); 16] = [
    ("lib", &[]),
    ("main", &["cli", "demo", "tui", "config"]),
    (
        "tui",
        &[
            "app", "config", "index", "keymap", "model", "outfile", "preview", "storage", "text",
            "theme", "view",
        ],
    ),
    ("cli", &["config", "demo", "index", "model", "outfile", "preview", "storage", "text"]),
    // A user of the storage like any crawler: nothing of the browser is known to it.
    ("demo", &["model", "storage"]),
    ("view", &["app", "index", "keymap", "model", "preview", "text", "theme"]),
    ("app", &["index", "keymap", "model", "preview", "text"]),
    ("config", &["keymap", "model", "storage", "theme"]),
    // Keys in their order come out of the index, which knows nothing of storage but its data.
    ("storage", &["index", "model"]),
    ("index", &["model"]),
    ("preview", &["model", "text"]),
    // The ground: knows nobody.
    ("keymap", &[]),
    ("model", &[]),
    ("outfile", &[]),
    ("text", &[]),
    ("theme", &[]),
];

/// Which modules may name a crate, or call what starts a task.
///
/// The editor's and the prompts' text lives in the state as the widget that edits it. A thread of
/// `config::password` reads the pipe of a password command, before there is a terminal to hold up.
/// `demo` writes from a thread with a runtime of its own, so that it never shares the browser's.
/// The directory backend reads and writes files on threads of their own: files have no other way.
const CRATES: [(&str, &[&str]); 13] = [
    ("fred::", &["storage::redis"]),
    ("notify::", &["storage::directory::watch"]),
    ("rustix::", &["storage::directory", "demo::private_folder", "tui", "cli::logging"]),
    ("ratatui::", &["view", "tui", "theme"]),
    ("ratatui_textarea::", &["view", "app::editor", "app::input"]),
    ("crossterm::", &["keymap", "app", "tui", "cli"]),
    ("tokio::spawn", &["tui", "storage::redis", "storage::directory"]),
    ("task::spawn", &["tui", "storage::redis", "storage::directory"]),
    ("spawn_blocking", &["tui", "storage::redis", "storage::directory"]),
    ("thread::spawn", &["tui", "storage::redis", "storage::directory", "config::password"]),
    ("thread::Builder", &["demo", "storage::directory", "tui::input", "tui::terminal::writer"]),
    ("png::", &["demo::picture"]),
    ("jpeg_encoder::", &["demo::picture"]),
];

#[test]
fn every_layer_names_only_those_below_it() {
    let mut faults = Vec::new();
    for (module, code) in sources() {
        let layer = module.split("::").next().unwrap();
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| *name == layer)
            .unwrap_or_else(|| panic!("{layer} is a new layer: say in ARROWS what it may name"));
        for path in paths(&code, &module) {
            let target = path.split("::").next().unwrap();
            let is_layer = ARROWS.iter().any(|(name, _)| *name == target);
            if is_layer && target != layer && !allowed.contains(&target) {
                faults.push(format!("{module} names {path}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_their_own_rooms_name_the_great_crates_and_start_tasks() {
    let mut faults = Vec::new();
    for (module, code) in sources() {
        for (name, rooms) in CRATES {
            let inside =
                |room: &&&str| module == **room || module.starts_with(&format!("{room}::"));
            if mentions(&code, name) && rooms.iter().find(inside).is_none() {
                faults.push(format!("{module} names {name}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let code = r##"
        use crate::{app::{App, event::Event}, storage}; // use crate::tui
        use super::super::view::draw;
        let text = "crate::cli"; let raw = r#"fred::"#; let c = '"'; crate::keymap::lookup(c);
        #[cfg(test)] mod more_tests;
        #[cfg(test)] mod tests { use crate::theme; fn brace() -> char { '{' } }
        fn after<'a>(a: &'a str, b: char) -> &'a str { crate::preview::cut(a, '\u{7d}', '\'') }
    "##;
    let code = strip(code);
    let found = paths(&code, "app::keys");
    assert_eq!(
        found,
        [
            "app::App",
            "app::event::Event",
            "storage",
            "keymap::lookup",
            "preview::cut",
            "view::draw"
        ]
    );
    assert!(!mentions(&code, "fred::"));
    assert!(mentions("use ratatui::Frame", "ratatui::"));
    assert!(!mentions("use my_ratatui::Frame", "ratatui::"));
}

/// `a::b` for `src/a/b.rs`, with what [`strip`] leaves of it.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 10, "the sources are where this test looks");
    files
        .iter()
        .map(|file| {
            let module = file.strip_prefix(&root).unwrap().with_extension("");
            let module = module.to_str().unwrap().replace('/', "::");
            (module, strip(&fs::read_to_string(file).unwrap()))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs")
            && !path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"))
        {
            files.push(path);
        }
    }
}

/// Every path into the crate that the code names, by `crate::`, `larder::` or enough `super::`.
fn paths(code: &str, module: &str) -> Vec<String> {
    let mut found = Vec::new();
    let up = "super::".repeat(module.split("::").count());
    for start in ["crate::", "larder::", up.as_str()] {
        for (at, _) in code.match_indices(start) {
            if !code[..at].ends_with(|c: char| c == ':' || c == '_' || c.is_alphanumeric()) {
                tree(&code[at + start.len()..], "", &mut found);
            }
        }
    }
    found
}

/// Reads a path, or a tree of them in braces, and returns what comes after it.
fn tree<'a>(code: &'a str, prefix: &str, found: &mut Vec<String>) -> &'a str {
    let mut rest = code.trim_start();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside.trim_start();
        while !rest.starts_with('}') && !rest.is_empty() {
            rest = tree(rest, prefix, found).trim_start();
            // Past a comma or an `as` to the next branch.
            rest = rest.find([',', '}']).map_or("", |at| rest[at..].trim_start_matches(','));
            rest = rest.trim_start();
        }
        return rest.strip_prefix('}').unwrap_or(rest);
    }
    let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
    let name = &rest[..end];
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    match rest[end..].strip_prefix("::") {
        Some(deeper) if !name.is_empty() => tree(deeper, &path, found),
        _ => {
            found.push(path);
            &rest[end..]
        }
    }
}

fn mentions(code: &str, name: &str) -> bool {
    code.match_indices(name)
        .any(|(at, _)| !code[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric()))
}

/// Takes comments, texts, characters and what is only compiled for tests out of the code.
fn strip(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if rest.starts_with("r\"") || rest.starts_with("r#") {
            let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
            let end = format!("\"{}", "#".repeat(hashes));
            rest[hashes + 2..].find(&end).map_or(rest.len(), |at| hashes + 2 + at + end.len())
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |at| at + 2)
        } else if let Some(length) = character(rest) {
            length
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        rest = &rest[skip..];
    }
    while let Some(start) = code.find("#[cfg(test)]") {
        let end = start + item(&code[start..]);
        code.replace_range(start..end, "");
    }
    code
}

/// The length of a character literal, if the code starts with one and not with a lifetime.
fn character(code: &str) -> Option<usize> {
    let mut inside = code.strip_prefix('\'')?.char_indices();
    let escaped = inside.next()?.1 == '\\';
    let end = if escaped { inside.skip(1).find(|(_, c)| *c == '\'') } else { inside.next() };
    end.filter(|(_, c)| *c == '\'').map(|(at, _)| at + 2)
}

/// The length of the item the code starts with: to its semicolon or its closing brace.
fn item(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && (c == ';' || c == '}') {
            return at + 1;
        }
    }
    code.len()
}
