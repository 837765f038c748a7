//! The blocks of code in the documents.

use std::fs;
use std::path::{Path, PathBuf};

/// A block of code in a document.
pub(super) struct Block {
    pub(super) line: usize,
    /// `sh`, `python`, `toml` or `text`.
    pub(super) language: String,
    pub(super) code: String,
    /// Its output, if a block of text follows.
    pub(super) expected: Option<String>,
    /// The reason why the tests do not run it.
    pub(super) not_run: Option<String>,
}

impl Block {
    /// The words of each call of larder, up to the end of its options.
    pub(super) fn calls(&self) -> Vec<Vec<String>> {
        let code = self.code.replace("\\\n", " ");
        let lines = code.lines().map(|line| line.split(" #").next().unwrap_or_default());
        let calls = lines.flat_map(|line| line.split(['|', ';', '&', '(', ')']));
        calls
            .filter_map(|call| {
                let words: Vec<_> = call.split_whitespace().map(str::to_owned).collect();
                let at = words.iter().position(|word| word == "larder")?;
                // Not `kubectl cp larder`: only where it is what is run.
                let is_run = words[..at].iter().all(|word| {
                    word.contains('=')
                        || ["xargs", "-0", "-I", "KEY", "if"].contains(&word.as_str())
                });
                is_run.then(|| words[at + 1..].to_vec())
            })
            .collect()
    }
}

/// README.md and all of `docs/`.
pub(super) fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = docs.chain([root.join("README.md")]).collect();
    pages.sort();
    pages
}

pub(super) fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = text.lines().enumerate();
    let (mut not_run, mut is_behind) = (None, false);
    while let Some((at, line)) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            let code: String = inside.flat_map(|line| [line, "\n"]).collect();
            match blocks.last_mut().filter(|_| is_behind && language == "text") {
                Some(before) => before.expected = Some(code),
                None => blocks.push(Block {
                    line: at + 1,
                    language: language.to_owned(),
                    code,
                    expected: None,
                    not_run: not_run.take(),
                }),
            }
            is_behind = true;
        } else if let Some(why) = line.strip_prefix("<!-- not run: ") {
            not_run = why.strip_suffix(" -->").map(str::to_owned);
        } else if !line.is_empty() {
            is_behind = false;
        }
    }
    blocks
}
