//! `export`: all records of a store, as lines of JSON or as a folder of files.

mod folder;
mod lines;

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use futures::StreamExt as _;
use serde_json::{Map, json};

use super::arguments::ExportArgs;
use super::exit::{DAMAGED, DONE, ExitResult, REFUSED};
use super::group::Group;
use super::messages::{self, say};
use super::output::Output;
use super::progress::Progress;
use super::values::{is_of_one, whole};
use super::{json, json_lines, key, store};
use crate::model::{Budget, Error, ErrorKind, Key, Order, RecordMeta, RecordState, Result, Scan};
use crate::storage::Storage;
use crate::text;
use folder::Folder;
use lines::Lines;

/// The place that the records go to.
enum Place {
    Output,
    File(Lines),
    Folder(Folder),
}

impl Place {
    /// Opens the place that the command line names; also gives the key of the last record that is there
    /// already.
    fn open(export: &ExportArgs) -> Result<(Self, Option<Key>)> {
        let path = &*export.file;
        if path == Path::new("-") {
            if export.resume {
                let problem = "standard output holds no earlier export";
                return Err(Error::new(ErrorKind::Usage, problem).hint("name the file to resume"));
            }
            return Ok((Self::Output, None));
        }
        if path.as_os_str().as_bytes().ends_with(b"/") || path.is_dir() {
            let (folder, last) = Folder::open(export, path)?;
            return Ok((Self::Folder(folder), last));
        }
        let (file, last) = Lines::open(export, path)?;
        Ok((Self::File(file), last))
    }
}

/// `export`.
pub(super) async fn export(
    storage: &dyn Storage,
    export: &ExportArgs,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &export.store).await?;
    // A store that is not there, or may not be read, leaves no file.
    let info = storage.get_metadata(&name).await?;
    let prefix = export.prefix.as_deref().map(key).unwrap_or_default();
    if let Some(all) = info.records.filter(|_| prefix.as_bytes().is_empty() && !export.resume) {
        progress.of(all);
    }
    let (mut place, after) = Place::open(export)?;
    let scan =
        Scan { order: Order::Keys { after, limit: None }, prefix: prefix.as_bytes().to_vec() };
    let mut pages = storage.scan(&name, scan);
    let (mut records, mut bytes, mut code) = (0_u64, 0_u64, DONE);
    let mut faults = Faults::default();
    while let Some(page) = pages.next().await {
        let keys: Vec<Key> = page?.iter().map(|row| row.to_meta().key).collect();
        let mut found = storage.scan_values(&name, keys.clone(), Budget::default());
        for key in keys {
            let reading = found.next().await.transpose()?.flatten();
            progress.add(1);
            let record = match whole(storage, &name, &key, reading).await {
                Err(why) if is_of_one(&why) => {
                    faults.unreadable.add(&key, &why.to_string());
                    code = REFUSED;
                    continue;
                }
                read => read?,
            };
            // A record that is gone since it was listed is no longer the store's.
            let Some(record) = record else { continue };
            if let Some(problem) = json::record_problem(&record.meta.state) {
                faults.add(&record.meta, &problem);
                code = code.max(DAMAGED);
            }
            match record.meta.state {
                RecordState::NoValue => continue,
                RecordState::Unreadable(_) => {
                    code = REFUSED;
                    continue;
                }
                _ => {}
            }
            match &mut place {
                Place::Output => output.json_text(&json_lines::of(&record))?,
                Place::File(file) => file.line(&json_lines::of(&record))?,
                Place::Folder(folder) => folder.record(&record)?,
            }
            (records, bytes) = (records + 1, bytes + record.meta.size);
        }
    }
    faults.tell();
    match place {
        Place::Output => return Ok(code),
        Place::File(file) => file.finish()?,
        Place::Folder(folder) => folder.finish()?,
    }
    if output.json {
        let mut map = Map::new();
        json::put_text(&mut map, "store", name.as_bytes());
        map.insert("exported".into(), json!(records));
        map.insert("bytes".into(), json!(bytes));
        output.json_line(&map.into())?;
    }
    let (count, size) = (text::plural(records, "record"), text::size(bytes));
    messages::tell(&format!("exported {count}, {size}, to {}", export.file.display()));
    Ok(code)
}

/// The problems of records, by what is done about them.
#[derive(Default)]
struct Faults {
    damaged: Group,
    no_value: Group,
    unreadable: Group,
}

impl Faults {
    fn add(&mut self, meta: &RecordMeta, problem: &str) {
        let remedy = json::record_remedy(&meta.state).map(str::to_owned);
        match meta.state {
            RecordState::NoValue => self.no_value.add(&meta.key, &remedy.unwrap_or_default()),
            RecordState::Unreadable(_) => self.unreadable.add(&meta.key, problem),
            RecordState::Whole
            | RecordState::BareFile
            | RecordState::NotRead
            | RecordState::NoMetadata
            | RecordState::BadMetadata(_)
            | RecordState::WrongSize(_)
            | RecordState::SeveralFiles(_) => {
                self.damaged.add(&meta.key, &text::then(problem, "; ", remedy));
            }
        }
    }

    fn tell(&self) {
        let told = [
            self.damaged.told("damaged, with the bytes as stored"),
            self.no_value.told("left out, without a value"),
            self.unreadable.told("left out"),
        ];
        for told in told.into_iter().flatten() {
            say(&told);
        }
    }
}
