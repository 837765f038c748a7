//! Which program a store belongs to: new records are written as it would read them. All of this
//! blocks.

use super::folder::read_text;
use super::folder::{FileStat, Folder};
use super::names::{self, FileKind, METADATA};
use super::record_files::{self, MetadataContent, MetadataFile};
use super::sidecar::Form;
use crate::model::Result;
use crate::model::endings;

/// So many entries of a folder are looked at.
const ENTRIES: usize = 1000;
/// So many metadata files are read.
const READ: usize = 8;
/// So many other stores are looked at.
const STORES: usize = 32;
/// The one record that people put there by hand, whichever program is to read it.
const INPUT: &[u8] = b"INPUT";

/// How a program writes records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Crawlee for Python: a value, and metadata beside it.
    Python,
    /// Metadata that names the value's file.
    Named,
    /// Crawlee for JavaScript 3 that writes metadata.
    Nested,
    /// Crawlee for JavaScript 3: values alone.
    Bare,
}

/// Whether the store's metadata is as Crawlee for Python writes it.
pub(super) fn is_python_s(folder: &Folder) -> bool {
    told(folder) == Some(true)
}

/// Whether the store's metadata is of Crawlee for Python (or else for JavaScript); `None` where
/// there is none that tells.
fn told(folder: &Folder) -> Option<bool> {
    let Ok(Some((text, _))) = read_text(folder, METADATA) else {
        // What cannot be read is told where it matters.
        return None;
    };
    let has = |field: &str| memchr::memmem::find(&text, field.as_bytes()).is_some();
    match (has("\"accessed_at\""), has("\"accessedAt\"")) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// How the store's program writes, as its metadata and its records tell.
pub(super) fn of(folder: &Folder) -> Result<Style> {
    let told = told(folder);
    if told == Some(true) {
        return Ok(Style::Python);
    }
    let signs = signs(folder)?;
    Ok(match signs.style {
        Some(style) => style,
        // What has no metadata beside it is read by its ending, also by the program that writes some.
        None if told.is_some() || signs.input || signs.bare => Style::Bare,
        None => Style::Python,
    })
}

/// Whether the stores of a storage are of Crawlee for JavaScript, or an Apify program's: something in them
/// says so, and nothing that Crawlee for Python has been there.
pub(super) fn are_javascript_s(stores: &Folder) -> Result<bool> {
    let mut names = Vec::new();
    stores.names_while(|name, kind| {
        if kind.is_dir() && !name.starts_with(b".") {
            names.push(name.to_vec());
        }
        names.len() < STORES
    })?;
    let mut found = false;
    for name in names {
        // One that cannot be opened says nothing.
        let Ok(Some(folder)) = stores.folder(&name) else { continue };
        let told = told(&folder);
        let signs = if told.is_none() { signs(&folder)? } else { Signs::default() };
        if told == Some(true) || signs.style == Some(Style::Python) {
            return Ok(false);
        }
        found |= told.is_some() || signs.style.is_some() || signs.bare;
    }
    Ok(found)
}

/// What a store's records tell of the program that wrote them.
#[derive(Debug, Default)]
struct Signs {
    /// As the first metadata says that can be read.
    style: Option<Style>,
    /// Whether there is `INPUT` with an ending.
    input: bool,
    /// Whether another file has an ending.
    bare: bool,
}

fn signs(folder: &Folder) -> Result<Signs> {
    let (mut sidecars, mut signs, mut left) = (Vec::new(), Signs::default(), ENTRIES);
    folder.names_while(|name, kind| {
        if kind.is_file() {
            match names::classify(name) {
                FileKind::RecordMetadata(of) if sidecars.len() < READ => sidecars.push(of.to_vec()),
                FileKind::Value => match endings::stem(name) {
                    Some(INPUT) => signs.input = true,
                    Some(_) => signs.bare = true,
                    None => {}
                },
                _ => {}
            }
        }
        left -= 1;
        left > 0
    })?;
    sidecars.sort_unstable();
    for name in sidecars {
        let found = record_files::by_metadata(folder, &name)?;
        if let Some(MetadataFile { content: MetadataContent::Parsed(sidecar, _), .. }) =
            found.and_then(|found| found.metadata)
        {
            signs.style = Some(match sidecar.form {
                Form::Python => Style::Python,
                Form::Named(_) => Style::Named,
                Form::Nested(_) => Style::Nested,
            });
            break;
        }
    }
    Ok(signs)
}

/// A file in the folder that new ones are to be like: the store's metadata, else any value.
pub(super) fn sibling(folder: &Folder) -> Result<Option<FileStat>> {
    if let Some(stat) = folder.stat(METADATA)?.filter(|stat| stat.is_file) {
        return Ok(Some(stat));
    }
    let mut first = None;
    folder.names_while(|name, kind| {
        let fits = kind.is_file()
            && matches!(names::classify(name), FileKind::Value | FileKind::RecordMetadata(_));
        if fits {
            first = Some(name.to_vec());
        }
        first.is_none()
    })?;
    Ok(match first {
        Some(name) => folder.stat(&name)?,
        None => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether stores with these files, each `STORE/FILE`, are Crawlee for JavaScript's.
    fn javascript_s(files: &[(&str, &str)]) -> bool {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        are_javascript_s(&Folder::through_links(root.path()).unwrap()).unwrap()
    }

    #[test]
    fn a_storage_is_javascript_s_where_something_says_so_and_nothing_is_python_s() {
        const PYTHON: (&str, &str) = ("shop/__metadata__.json", r#"{"accessed_at": ""}"#);
        let sidecar = r#"{"key": "a", "content_type": "text/plain", "size": 1}"#;
        let sidecar = ("b/a.__metadata__.json", sidecar);
        let camel = ("c/__metadata__.json", r#"{"accessedAt": ""}"#);
        let bare = ("default/SDK_SESSION_POOL_STATE.json", "{}");
        assert!(javascript_s(&[bare]) && javascript_s(&[camel]));
        assert!(!javascript_s(&[bare, PYTHON]) && !javascript_s(&[camel, sidecar]));
        // What anybody may have put there, or a tool.
        assert!(!javascript_s(&[("default/INPUT.json", "{}"), ("default/a", "")]));
        assert!(!javascript_s(&[(".git/x.json", "{}")]) && !javascript_s(&[]));
    }
}
