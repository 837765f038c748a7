//! A page of a request queue or of a dataset in the same directory, which has one file for each item. All of
//! this blocks.

use super::folder::read_text;
use super::names::METADATA;
use super::root::Root;
use crate::model::{Contents, Error, ErrorKind, OtherStorage, Result};

/// Number of files that one page reads: large, since each page has to list the whole folder.
const FILES: usize = 1000;

/// `from`: the number of the first file, in the order of their names.
pub(super) fn page(root: &Root, of: &OtherStorage, from: u64) -> Result<Contents> {
    let kind = match of {
        OtherStorage::Queue(_) => "request_queues",
        OtherStorage::Dataset(_) => "datasets",
    };
    let folder = root.subfolder(kind)?;
    let folder = folder.map(|folder| folder.folder(of.name().as_bytes())).transpose()?.flatten();
    let Some(folder) = folder else {
        let what = format!("{} is not there any more", of.name().escaped());
        return Err(Error::new(ErrorKind::NotFound, what));
    };
    let mut names = Vec::new();
    folder.each_name(|name, kind| {
        let is_one = name.ends_with(b".json") && name != METADATA && !name.starts_with(b".");
        if is_one && !kind.is_dir() {
            names.push(name.to_vec());
        }
    })?;
    names.sort_unstable();
    let total = names.len() as u64;
    let start = usize::try_from(from).unwrap_or(usize::MAX);
    let mut page = Contents { total, ..Contents::default() };
    for name in names.iter().skip(start).take(FILES) {
        match read_text(&folder, name) {
            Ok(Some((text, true))) => page.values.push(text.into()),
            // The file was removed meanwhile.
            Ok(None) => {}
            Ok(Some((_, false))) | Err(_) => page.left_out += 1,
        }
    }
    let end = from + FILES as u64;
    page.next = (end < total).then_some(end);
    Ok(page)
}
