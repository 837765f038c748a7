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
use crate::edit::draft::{Digests, Draft, DraftId, MOST};
use crate::model::Timestamp;

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
    /// A path for the user's own editor, to which no editor that outlived its larder may write.
    pub(super) fn outside_path(&self, id: &DraftId, suffix: &str) -> PathBuf {
        let named = |n: &str| self.folder.join(format!("{}{OUTSIDE}{n}{suffix}", id.as_str()));
        let more = (1..100).map(|n| named(&n.to_string()));
        let free = |path: &PathBuf| !note_of(path).exists();
        std::iter::once(named("")).chain(more).find(free).unwrap_or_else(|| named(""))
    }

    /// The file that the user's own editor has or had, if it was not taken in.
    pub(super) fn outside(&self, id: &DraftId) -> Option<PathBuf> {
        let start = format!("{}{OUTSIDE}", id.as_str());
        let is_own = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&start) && !name.ends_with(TAKEN) && !note_of(path).exists()
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
        if !gone_on && !is_open(path) && !newer() {
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
        notes.sort_unstable_by(|a, b| b.cmp(a));
        let mut bytes = 0;
        for (at, (_, size, note)) in notes.into_iter().enumerate() {
            bytes += size;
            if at >= MOST_NOTES || bytes > MOST_NOTED {
                let _ = fs::remove_file(note);
            }
        }
    }

    /// Makes drafts of the texts that editors have written since their earlier texts were taken in.
    pub(super) fn look_outside(&self) {
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
mod tests {
    use std::fs::File;

    use super::super::tests::draft;
    use super::*;

    /// Writes a file like an editor that ended a while ago.
    fn written(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        let then = SystemTime::now() - Duration::from_secs(60);
        File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
    }

    /// A folder of drafts with one draft in it.
    fn begun() -> (tempfile::TempDir, Drafts, DraftId) {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        let begun = draft("k", b"begun");
        drafts.keep(&begun).unwrap();
        (state, drafts, begun.head.id())
    }

    #[test]
    fn what_an_editor_writes_after_its_draft_was_gone_on_with_is_a_draft_of_its_own() {
        let (_state, drafts, id) = begun();
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        written(&file, "left\n");
        assert_eq!(drafts.take_up(&id).unwrap().text, "left");
        // The text is in the draft, which goes on.
        assert_eq!((drafts.read(&id).unwrap().text, file.exists()), ("left".into(), false));
        drafts.keep(&draft("k", b"typed on")).unwrap();
        // The file is written again: first with nothing new, then with new text.
        written(&file, "left\n");
        assert_eq!((drafts.list().len(), file.exists()), (1, false));
        written(&file, "late\n");
        let late = |drafts: &Drafts| {
            let found = drafts.list().into_iter().map(|entry| entry.id).filter(|it| *it != id);
            found.collect::<Vec<_>>()
        };
        let [new] = &late(&drafts)[..] else { panic!() };
        let (new, old) = (drafts.read(new).unwrap(), drafts.read(&id).unwrap());
        assert_eq!((new.text, old.text), ("late".into(), "typed on".into()));
        assert_eq!((new.head.key, new.base, file.exists()), (old.head.key, old.base, false));
        // The same after its draft is stored.
        drafts.remove(&id).unwrap();
        written(&file, "later\n");
        assert_eq!(late(&drafts).len(), 2);
    }

    #[test]
    fn what_an_editor_in_a_window_of_its_own_saves_later_is_a_draft_of_its_own() {
        let (_state, drafts, id) = begun();
        let given = drafts.read(&id).unwrap();
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        // The editor returned at once, nothing was changed, and the draft is gone.
        drafts.returned(&file, &given, &given.text.bytes(), true).unwrap();
        drafts.remove(&id).unwrap();
        assert_eq!((drafts.list().len(), file.exists()), (0, false));
        written(&file, "late\n");
        let [late] = &drafts.list()[..] else { panic!() };
        let late = drafts.read(&late.id).unwrap();
        assert_eq!((late.text, late.base), ("late".into(), given.base));
        assert!(!file.exists());
    }

    #[test]
    fn what_an_editor_writes_late_never_stands_for_what_was_typed_since() {
        let (_state, drafts, id) = begun();
        let given = drafts.read(&id).unwrap();
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        drafts.keep(&draft("k", b"typed on")).unwrap();
        // The file is written again before it is removed.
        written(&file, "late");
        drafts.returned(&file, &given, &"left".into(), false).unwrap();
        assert!(file.exists());
        assert_eq!(drafts.read(&id).unwrap().text, "typed on");
        assert_eq!((drafts.list().len(), file.exists()), (2, false));
        assert_eq!(drafts.read(&id).unwrap().text, "typed on");
    }

    #[test]
    fn of_files_that_are_gone_few_notes_are_kept() {
        let (state, drafts, id) = begun();
        let given = drafts.read(&id).unwrap();
        for _ in 0..MOST_NOTES + 3 {
            let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
            drafts.returned(&file, &given, &given.text.bytes(), true).unwrap();
        }
        let files = fs::read_dir(state.path().join("drafts")).unwrap().flatten();
        let notes = files.filter(|file| file.file_name().to_string_lossy().ends_with(TAKEN));
        assert_eq!(notes.count(), MOST_NOTES);
    }

    #[test]
    fn an_editor_that_was_waited_for_leaves_nothing_behind() {
        let (state, drafts, id) = begun();
        let given = drafts.read(&id).unwrap();
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        written(&file, "left");
        drafts.returned(&file, &given, &"left".into(), false).unwrap();
        let files = fs::read_dir(state.path().join("drafts")).unwrap();
        assert_eq!(files.count(), 1, "the draft alone");
    }

    #[test]
    fn another_editor_never_gets_the_file_of_one_that_may_still_write() {
        let (_state, drafts, id) = begun();
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        written(&file, "left");
        drafts.take_up(&id).unwrap();
        let other = drafts.hand_out(&id, ".json", b"left").unwrap();
        assert_ne!(file, other);
        written(&other, "typed");
        assert_eq!(drafts.read(&id).unwrap().text, "typed");
        drafts.take_back(&id).unwrap();
        assert!(!other.exists());
    }

    #[test]
    fn what_was_written_just_now_stays_until_it_is_seen_to_be_whole() {
        let (_state, drafts, id) = begun();
        let file = drafts.hand_out(&id, ".json", b"half").unwrap();
        assert_eq!(drafts.take_up(&id).unwrap().text, "half");
        drafts.remove(&id).unwrap();
        assert_eq!((drafts.list().len(), file.exists()), (0, true));
        written(&file, "whole");
        let [late] = &drafts.list()[..] else { panic!() };
        assert_eq!(drafts.read(&late.id).unwrap().text, "whole");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_a_program_still_writes_is_waited_for() {
        let (_state, drafts, id) = begun();
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        let mut writer = File::options().append(true).open(&file).unwrap();
        written(&file, "half");
        assert_eq!(drafts.take_up(&id).unwrap().text, "half");
        assert!(file.exists());
        // A program that only reads it holds up nothing.
        let reader = File::open(&file).unwrap();
        drafts.remove(&id).unwrap();
        std::io::Write::write_all(&mut writer, b" and whole").unwrap();
        writer.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
        assert!(drafts.list().is_empty());
        drop(writer);
        // A child that another test is about to start has the file open for a moment.
        let late = (0..10_000).find_map(|_| drafts.list().into_iter().next()).unwrap();
        assert_eq!(drafts.read(&late.id).unwrap().text, "half and whole");
        drop(reader);
    }
}
