//! Finds the program to which a store belongs, so that new records are written as it reads them. All of this
//! blocks.

use super::folder::read_text;
use super::folder::{FileStat, Folder};
use super::names::{self, FileKind, METADATA};
use super::record_files::{self, MetadataContent, MetadataFile};
use super::root::Root;
use super::sidecar::Form;
use crate::model::Result;
use crate::model::endings;

/// Limit on the entries of a folder that are examined.
const ENTRIES: usize = 1000;
/// Limit on the metadata files that are read.
const READ: usize = 8;
/// Limit on the other stores that are examined.
const STORES: usize = 32;
/// The other storages of a crawl.
const OTHERS: [&str; 2] = ["request_queues", "datasets"];
/// The one record that people put there by hand, whichever program reads it.
const INPUT: &[u8] = b"INPUT";

/// A program's way of writing records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Crawlee for Python: a value, and its metadata file.
    Python,
    /// Metadata that names the value's file.
    Named,
    /// Crawlee for JavaScript 3 with metadata.
    Nested,
    /// Crawlee for JavaScript 3 without metadata.
    Bare,
}

/// Whether the store's metadata is that of Crawlee for Python.
pub(super) fn is_python_s(folder: &Folder) -> bool {
    told(folder) == Some(true)
}

/// Whether the store's metadata is that of Crawlee for Python (else for JavaScript); `None` where no metadata
/// tells.
fn told(folder: &Folder) -> Option<bool> {
    let Ok(Some((text, _))) = read_text(folder, METADATA) else {
        // An unreadable file is reported where it matters.
        return None;
    };
    let has = |field: &str| memchr::memmem::find(&text, field.as_bytes()).is_some();
    match (has("\"accessed_at\""), has("\"accessedAt\"")) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// The style of the store's program, as its metadata and its records show it, or else the rest of the
/// storage.
pub(super) fn in_storage(root: &Root, folder: &Folder) -> Result<Style> {
    match known(folder)? {
        Some(style) => Ok(style),
        None if is_javascript_s(root)? => Ok(Style::Bare),
        None => Ok(Style::Python),
    }
}

/// The style that the store alone shows.
pub(super) fn of(folder: &Folder) -> Result<Style> {
    Ok(known(folder)?.unwrap_or(Style::Python))
}

/// The style of a store; `None` where neither metadata nor a record shows it.
fn known(folder: &Folder) -> Result<Option<Style>> {
    let told = told(folder);
    if told == Some(true) {
        return Ok(Some(Style::Python));
    }
    let signs = signs(folder)?;
    // A value without metadata is read by its ending, even by a program that writes metadata.
    let is_bare = told.is_some() || signs.input || signs.bare;
    Ok(signs.style.or(is_bare.then_some(Style::Bare)))
}

/// Whether a storage is of Crawlee for JavaScript, or an Apify program's: its stores show it; where they do
/// not, its queues and datasets show it, and nothing there is of Crawlee for Python.
pub(super) fn is_javascript_s(root: &Root) -> Result<bool> {
    if let Some(stores) = root.stores()?
        && let Some(javascript) = any(&stores, is_store_javascript_s)?
    {
        return Ok(javascript);
    }
    let mut found = false;
    for kind in OTHERS {
        // A folder that cannot be opened shows nothing.
        let Ok(Some(folder)) = root.subfolder(kind) else { continue };
        match any(&folder, is_other_javascript_s)? {
            Some(false) => return Ok(false),
            javascript => found |= javascript.is_some(),
        }
    }
    Ok(found)
}

/// Whether one of these folders is of Crawlee for JavaScript, and none of Crawlee for Python; `None` where
/// none of them shows it.
fn any(folders: &Folder, told: fn(&Folder) -> Result<Option<bool>>) -> Result<Option<bool>> {
    let mut names = Vec::new();
    folders.names_while(|name, kind| {
        if kind.is_dir() && !name.starts_with(b".") {
            names.push(name.to_vec());
        }
        names.len() < STORES
    })?;
    let mut found = None;
    for name in names {
        // A folder that cannot be opened shows nothing.
        let Ok(Some(folder)) = folders.folder(&name) else { continue };
        match told(&folder)? {
            Some(false) => return Ok(Some(false)),
            javascript => found = found.or(javascript),
        }
    }
    Ok(found)
}

fn is_store_javascript_s(folder: &Folder) -> Result<Option<bool>> {
    if let Some(python) = told(folder) {
        return Ok(Some(!python));
    }
    let Signs { style, bare, .. } = signs(folder)?;
    Ok(style.map(|style| style != Style::Python).or(bare.then_some(true)))
}

/// Whether a queue or a dataset is of Crawlee for JavaScript: in one of Crawlee for Python, items never come
/// without the metadata.
fn is_other_javascript_s(folder: &Folder) -> Result<Option<bool>> {
    if let Some(python) = told(folder) {
        return Ok(Some(!python));
    }
    let (mut has_items, mut left) = (false, ENTRIES);
    folder.names_while(|name, kind| {
        has_items |= kind.is_file() && name.ends_with(b".json") && name != METADATA;
        left -= 1;
        left > 0 && !has_items
    })?;
    Ok(has_items.then_some(true))
}

/// Signs in a store's records of the program that wrote them.
#[derive(Debug, Default)]
struct Signs {
    /// Style of the first readable metadata.
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

/// A file in the folder whose mode new ones copy: the store's metadata, else any value.
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

    /// Whether a storage with these files belongs to Crawlee for JavaScript.
    fn javascript_s(files: &[(&str, &str)]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        is_javascript_s(&Root::open(folder.path()).unwrap()).unwrap()
    }

    const PYTHON: &str = r#"{"accessed_at": ""}"#;
    const CAMEL: &str = r#"{"accessedAt": ""}"#;

    #[test]
    fn a_storage_is_javascript_s_where_something_says_so_and_nothing_is_python_s() {
        let python = ("key_value_stores/shop/__metadata__.json", PYTHON);
        let sidecar = r#"{"key": "a", "content_type": "text/plain", "size": 1}"#;
        let sidecar = ("key_value_stores/b/a.__metadata__.json", sidecar);
        let camel = ("key_value_stores/c/__metadata__.json", CAMEL);
        let bare = ("key_value_stores/default/SDK_SESSION_POOL_STATE.json", "{}");
        assert!(javascript_s(&[bare]) && javascript_s(&[camel]));
        assert!(!javascript_s(&[bare, python]) && !javascript_s(&[camel, sidecar]));
        // Files that anybody may have put there, or a tool.
        let input = ("key_value_stores/default/INPUT.json", "{}");
        assert!(!javascript_s(&[input, ("key_value_stores/default/a", "")]));
        assert!(!javascript_s(&[("key_value_stores/.git/x.json", "{}")]) && !javascript_s(&[]));
    }

    #[test]
    fn where_the_stores_say_nothing_queues_and_datasets_do() {
        let input = ("key_value_stores/default/INPUT.json", "{}");
        let queue = ("request_queues/default/a1b2.json", "{}");
        let dataset = ("datasets/default/000000001.json", "{}");
        assert!(javascript_s(&[input, queue]) && javascript_s(&[dataset]));
        assert!(javascript_s(&[("datasets/default/__metadata__.json", CAMEL)]));
        let python = ("request_queues/other/__metadata__.json", PYTHON);
        assert!(!javascript_s(&[dataset, python]) && !javascript_s(&[python, queue]));
        let own = ("key_value_stores/default/__metadata__.json", PYTHON);
        assert!(!javascript_s(&[own, queue]));
        assert!(!javascript_s(&[("datasets/default/notes.txt", "")]));
    }
}
