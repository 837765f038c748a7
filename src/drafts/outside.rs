//! The files of the user's own editors, next to the drafts that they were handed out of.
//!
//! An editor may outlive its larder, or go on in a window of its own, and write after its draft has been
//! continued, stored or given up. So the text that it left is taken into the draft, and noted next to the
//! file: later text in the file is newer, and becomes a draft of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::Drafts;
use super::left::{is_open, let_go, read_left};
use super::rescued::{is_locked, is_swapped, rescued_for, swapped_for, take_rescued};
use crate::edit::draft::{Digests, Draft, DraftId, MOST};
use crate::model::{Timestamp, sort};

/// The part of the name of an editor's file between the draft's name and the ending.
const OUTSIDE: &str = ".edit";
/// The ending of a note's name; a note is the draft into which the file was taken.
const TAKEN: &str = ".taken";
/// Age under which a file may be half written.
const SETTLED: Duration = Duration::from_secs(2);
/// Time for which an editor's file is watched after its text was taken in.
const LOOKED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Limit on the notes that are kept of files that are gone.
const MOST_NOTES: usize = 20;
/// Limit on the size of these notes together, in bytes.
const MOST_NOTED: u64 = 64 << 20;

impl Drafts {
    /// A path for the user's own editor, to which no editor that outlived its larder may write. Where vim has
    /// kept what it had not written of the same record, it is that file's path, for vim to offer it.
    pub(super) fn outside_path(&self, id: &DraftId, suffix: &str) -> PathBuf {
        if let Some(path) = self.swapped(id, suffix)
            && fs::copy(self.path(id), note_of(&path)).is_ok()
        {
            return path;
        }
        let named = |n: &str| self.folder.join(format!("{}{OUTSIDE}{n}{suffix}", id.as_str()));
        let more = (1..100).map(|n| named(&n.to_string()));
        let free = |path: &PathBuf| !note_of(path).exists();
        std::iter::once(named("")).chain(more).find(free).unwrap_or_else(|| named(""))
    }

    /// The file of an editor that has ended, of the record that this draft is of, which is gone, and of which
    /// vim has kept what it had not written.
    fn swapped(&self, id: &DraftId, suffix: &str) -> Option<PathBuf> {
        let (record, _) = id.as_str().split_once('-')?;
        let is_own = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let own = name.strip_prefix(record).and_then(|rest| rest.strip_prefix('-'));
            own.is_some_and(|own| own.contains(OUTSIDE)) && name.ends_with(suffix)
        };
        let files = fs::read_dir(&self.folder).ok()?.flatten();
        let files = files.filter_map(|file| swapped_for(&file.path()));
        files.filter(is_own).find(|path| !path.exists())
    }

    /// Puts what editors that have ended had not written in the places of their files.
    fn take_all_rescued(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for rescued in files.flatten().map(|file| file.path()) {
            if let Some(path) = rescued_for(&rescued)
                && path.file_name().is_some_and(|name| name.to_string_lossy().contains(OUTSIDE))
                && is_settled(&rescued)
                && !is_open(&rescued)
                && !is_locked(&path)
            {
                let _ = take_rescued(&path);
            }
        }
    }

    /// The file that the user's own editor has or had, if it was not taken in.
    pub(super) fn outside(&self, id: &DraftId) -> Option<PathBuf> {
        self.take_all_rescued();
        let start = format!("{}{OUTSIDE}", id.as_str());
        let is_own = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&start)
                && !name.ends_with(TAKEN)
                && rescued_for(path).is_none()
                && !note_of(path).exists()
        };
        let files = fs::read_dir(&self.folder).ok()?.flatten();
        files.map(|file| file.path()).find(is_own)
    }

    /// Reads a draft in which nobody is typing, and takes in the text that an editor without its larder has
    /// left.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn take_up(&self, id: &DraftId) -> Result<Draft, String> {
        let draft = self.read(id)?;
        if let Some(path) = self.outside(id)
            && self.keep(&draft).is_ok()
            && fs::copy(self.path(id), note_of(&path)).is_ok()
            && is_settled(&path)
            && !is_open(&path)
        {
            let _ = fs::remove_file(path);
        }
        Ok(draft)
    }

    /// Removes the file of an editor that has returned, with `left` in it, which is kept or stored by now.
    /// One that has `gone_on`, or may have, in a window of its own, may write later: that text is a draft of
    /// its own.
    ///
    /// # Errors
    /// The system's error.
    pub fn returned(
        &self,
        path: &Path,
        draft: &Draft,
        left: &Bytes,
        gone_on: bool,
    ) -> io::Result<()> {
        let newer = || read_left(path, MOST as u64).is_ok_and(|now| now != *left);
        if !gone_on && !is_open(path) && !newer() && !is_swapped(path) {
            let_go(path)?;
            self.forget_notes();
            return Ok(());
        }
        let text = without_added_end(&draft.text.bytes(), left.clone()).into();
        let noted = Draft { text, ..draft.clone() }.filed(&mut Digests::default());
        let noted = noted.filter(|noted| noted.file.len() as u64 <= MOST_NOTED);
        let lock = self.lock();
        let is_noted = noted.is_some_and(|noted| self.put(&note_of(path), &noted).is_ok());
        drop(lock);
        if !is_noted || !(is_open(path) || newer()) {
            let_go(path)?;
        }
        self.forget_notes();
        Ok(())
    }

    /// Removes the oldest notes of files that are gone, until the rest has room.
    fn forget_notes(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        let note = |note: PathBuf| {
            let name = note.file_name()?.to_str()?.strip_suffix(TAKEN)?;
            let known = note.metadata().ok()?;
            let is_gone = !note.with_file_name(name).exists();
            is_gone.then_some((known.modified().ok()?, known.len(), note))
        };
        let mut notes: Vec<_> = files.flatten().filter_map(|file| note(file.path())).collect();
        sort::sort_by(&mut notes, |a, b| b.cmp(a));
        let mut bytes = 0;
        for (at, (_, size, note)) in notes.into_iter().enumerate() {
            bytes += size;
            if at >= MOST_NOTES || bytes > MOST_NOTED {
                let _ = fs::remove_file(note);
            }
        }
    }

    /// Whether an editor has written since its earlier text was taken in, or the draft of it removed.
    pub fn has_come_late(&self) -> bool {
        let Ok(files) = fs::read_dir(&self.folder) else { return false };
        files.flatten().map(|file| file.path()).any(|note| {
            let name = note.file_name().unwrap_or_default().to_string_lossy();
            let path = name.strip_suffix(TAKEN).map(|name| note.with_file_name(name));
            path.is_some_and(|path| is_settled(&path) && !is_open(&path))
        })
    }

    /// Makes drafts of the texts that editors have written since their earlier texts were taken in.
    pub(super) fn look_outside(&self) {
        self.take_all_rescued();
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for note in files.flatten().map(|file| file.path()) {
            let name = note.file_name().unwrap_or_default().to_string_lossy();
            let Some(path) = name.strip_suffix(TAKEN).map(|name| note.with_file_name(name)) else {
                continue;
            };
            if is_settled(&path) && !is_open(&path) {
                self.come_late(&path, &note);
            } else if !path.exists() && age(&note).is_some_and(|age| age > LOOKED_FOR) {
                let _ = fs::remove_file(note);
            }
        }
    }

    /// Makes a draft of the text that an editor has written after its file was taken in.
    fn come_late(&self, path: &Path, note: &Path) {
        let Ok(taken) = self.at(note) else { return };
        let Ok(left) = read_left(path, MOST as u64) else { return };
        let text = without_added_end(&taken.text.bytes(), left.into()).into();
        if text != taken.text {
            let mut draft = Draft { text, ..taken };
            (draft.head.began, draft.head.at) = (Timestamp::now(), Timestamp::now());
            // Nobody types in it.
            draft.head.process = 0;
            draft.head.staged = false;
            if self.keep(&draft).is_err() || fs::copy(self.path(&draft.head.id()), note).is_err() {
                return;
            }
        }
        let _ = fs::remove_file(path);
    }
}

/// The text without the line break that an editor added at its end: editors end the last line with one in any
/// case.
pub(super) fn without_added_end(begun: &Bytes, left: Bytes) -> Bytes {
    match left.strip_suffix(b"\n") {
        Some(cut) if !begun.ends_with(b"\n") => {
            left.slice(..cut.strip_suffix(b"\r").unwrap_or(cut).len())
        }
        _ => left,
    }
}

/// Whether a file is the note of one that is gone.
pub(super) fn is_idle_note(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(TAKEN));
    name.is_some_and(|name| !path.with_file_name(name).exists())
}

fn note_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TAKEN);
    name.into()
}

/// Time since a file was written.
fn age(path: &Path) -> Option<Duration> {
    let written = path.metadata().ok()?.modified().ok()?;
    // The age of a file from the future is not known: it counts as old.
    Some(SystemTime::now().duration_since(written).unwrap_or(LOOKED_FOR))
}

fn is_settled(path: &Path) -> bool {
    age(path).is_some_and(|age| age > SETTLED)
}

#[cfg(test)]
mod tests;
