//! Reads the sources: their code without comments, texts and tests, and the paths in it.

use std::fs;
use std::path::{Path, PathBuf};

/// All sources: `a::b` for `src/a/b.rs`, with the rest that [`strip`] leaves.
pub(super) fn sources() -> Vec<(String, String)> {
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

pub(super) fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
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

/// Every path into the crate in the code, by `crate::`, `larder::` or enough `super::`.
pub(super) fn paths(code: &str, module: &str) -> Vec<String> {
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

/// Reads a path, or a tree of paths in braces, and returns the code behind it.
fn tree<'a>(code: &'a str, prefix: &str, found: &mut Vec<String>) -> &'a str {
    let mut rest = code.trim_start();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside.trim_start();
        while !rest.starts_with('}') && !rest.is_empty() {
            rest = tree(rest, prefix, found).trim_start();
            // This goes past a comma or an `as` to the next branch.
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

pub(super) fn mentions(code: &str, name: &str) -> bool {
    code.match_indices(name)
        .any(|(at, _)| !code[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric()))
}

/// Removes comments, texts, characters and test-only code.
pub(super) fn strip(source: &str) -> String {
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

/// The length of a character literal, if the code begins with one and not with a lifetime.
fn character(code: &str) -> Option<usize> {
    let mut inside = code.strip_prefix('\'')?.char_indices();
    let escaped = inside.next()?.1 == '\\';
    let end = if escaped { inside.skip(1).find(|(_, c)| *c == '\'') } else { inside.next() };
    end.filter(|(_, c)| *c == '\'').map(|(at, _)| at + 2)
}

/// The length of the item at the beginning of the code: to its semicolon or its closing brace.
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
