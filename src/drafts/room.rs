//! Room for drafts: the oldest give way to new ones, and values that no draft is typed in go.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rustix::fs::{FlockOperation, flock};

use super::outside::is_idle_note;
use super::{BESIDE, Drafts, ENDING, HALF, head_bytes};
use crate::edit::draft::{DraftId, Filed, names_beside};

/// Limit on the drafts that are kept.
const MOST_FILES: usize = 200;
/// Limit on their size together, in bytes.
const MOST_BYTES: u64 = 256 << 20;
/// Age from which such a file is what a killed larder has left.
const HALF_WRITTEN: Duration = Duration::from_secs(60);

impl Drafts {
    /// Keeps other larders from writing and removing files until it is dropped: one of them may take a value
    /// for nobody's whose draft is about to be written.
    pub(super) fn lock(&self) -> Option<File> {
        let folder = File::open(&self.folder).ok()?;
        flock(&folder, FlockOperation::LockExclusive).ok()?;
        Some(folder)
    }

    /// Removes the oldest drafts until there is room for one in this file; before them notes of files that are
    /// gone.
    pub(super) fn make_room(&self, own: &Path, filed: &Filed) {
        let beside: Vec<_> = filed.beside.iter().map(|(digest, _)| self.beside(digest)).collect();
        let size: usize = filed.beside.iter().map(|(_, value)| value.len()).sum();
        let size = (size + filed.file.len()) as u64;
        loop {
            let Ok(all) = fs::read_dir(&self.folder) else { return };
            let (mut bytes, mut count, mut others) = (size, 1, Vec::new());
            for path in all.flatten().map(|file| file.path()) {
                let Ok(known) = path.metadata() else { continue };
                if path == own || beside.contains(&path) {
                    continue;
                }
                bytes += known.len();
                let is_draft = path.extension().is_some_and(|it| it == &ENDING[1..]);
                count += usize::from(is_draft);
                if is_draft || is_idle_note(&path) {
                    let at = known.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    others.push((is_draft, at, path));
                }
            }
            let (crowded, full) = (count > MOST_FILES, bytes > MOST_BYTES);
            others.retain(|(is_draft, ..)| *is_draft || full);
            let Some((is_draft, _, oldest)) = others.into_iter().min() else { return };
            if !crowded && !full {
                return;
            }
            let id = oldest.file_stem().and_then(|name| DraftId::parse(name.to_str()?));
            let taken_back = id.map_or(Ok(()), |id| self.take_back(&id));
            if taken_back.and_then(|()| fs::remove_file(&oldest)).is_err() {
                return;
            }
            if is_draft {
                crate::logs::warn!(
                    "the oldest draft, {}, made room for a new one",
                    oldest.display()
                );
            }
            self.sweep(&filed.beside);
        }
    }

    /// Removes values beside drafts that no draft is typed in any more, except these; and what a killed larder
    /// has half written.
    pub(super) fn sweep(&self, except: &[(String, Bytes)]) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        let files: Vec<_> = files.flatten().map(|file| file.path()).collect();
        let ends = |path: &Path, ending: &str| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|it| it.ends_with(ending))
        };
        let half = |path: &&PathBuf| {
            let written = path.metadata().and_then(|known| known.modified()).ok();
            let age = written.and_then(|at| SystemTime::now().duration_since(at).ok());
            ends(path, HALF) && age.is_some_and(|age| age > HALF_WRITTEN)
        };
        let mut gone: Vec<_> = files.iter().filter(half).collect();
        if files.iter().any(|path| ends(path, BESIDE)) {
            let drafts = files.iter().filter(|path| !ends(path, BESIDE) && !ends(path, HALF));
            let heads = drafts.filter_map(|path| head_bytes(path).ok());
            let mut used: HashSet<PathBuf> =
                heads.flat_map(|head| names_beside(&head)).map(|name| self.beside(&name)).collect();
            used.extend(except.iter().map(|(digest, _)| self.beside(digest)));
            gone.extend(files.iter().filter(|path| ends(path, BESIDE) && !used.contains(*path)));
        }
        for path in gone {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{draft, mode};
    use super::*;
    use crate::edit::draft::{Digests, Draft, DraftText};
    use crate::edit::{Document, Grouping, TypedValue};
    use crate::model::Timestamp;

    /// A draft of a value of this size, in bytes, in which `text` was typed.
    fn long(key: &str, size: usize, text: &[u8]) -> Draft {
        let mut draft = draft(key, b"");
        let mut value = key.as_bytes().to_vec();
        value.resize(size, 0xff);
        let mut document = Document::new(value.into());
        document.replace(size / 2..size / 2, text, Grouping::Alone, Timestamp::from_micros(0));
        draft.text = DraftText::of(&document);
        draft.base =
            draft.base.map(|base| TypedValue { value: document.original().clone(), ..base });
        draft
    }

    #[test]
    fn a_long_value_is_kept_once_for_all_that_was_typed_in_it() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        let names = || {
            let files = fs::read_dir(&drafts.folder).unwrap().flatten();
            files.filter(|file| file.path().extension().unwrap() == "base").count()
        };
        let mut digests = Digests::default();
        for text in [&b"one"[..], b"one, two"] {
            let draft = long("k", 50 << 20, text);
            drafts.keep_again(&draft, &mut digests).unwrap();
            assert_eq!(drafts.read(&draft.head.id()).as_ref(), Ok(&draft));
            assert!(drafts.list()[0].size < 1024);
        }
        let one = long("k", 50 << 20, b"");
        let mut other = long("k", 50 << 20, b"elsewhere");
        other.head.process = 2;
        drafts.keep(&other).unwrap();
        assert_eq!((names(), drafts.list().len()), (1, 2));
        let [file] = one.filed(&mut digests).unwrap().beside.try_into().unwrap();
        assert_eq!(mode(&drafts.beside(&file.0)), 0o600);
        // The value stays as long as one draft needs it.
        drafts.remove(&one.head.id()).unwrap();
        assert_eq!((names(), drafts.read(&other.head.id()).as_ref()), (1, Ok(&other)));
        // Where it is lost, what was typed is still there; it is written again with the next draft.
        fs::remove_file(drafts.beside(&file.0)).unwrap();
        assert!(drafts.read(&other.head.id()).unwrap_err().contains("is lost"));
        assert_eq!(drafts.typed_alone(&other.head.id()).unwrap(), "elsewhere");
        drafts.keep_again(&other, &mut digests).unwrap();
        assert_eq!(drafts.read(&other.head.id()).as_ref(), Ok(&other));
        drafts.remove(&other.head.id()).unwrap();
        assert_eq!(names(), 0);
    }

    #[test]
    fn long_values_make_room_for_newer_ones() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        for key in ["a", "b", "c", "d", "e", "f"] {
            drafts.keep(&long(key, 50 << 20, b"typed")).unwrap();
        }
        let heads = drafts.list().into_iter().map(|entry| entry.head.unwrap().key);
        let mut keys: Vec<_> = heads.map(|key| key.named()).collect();
        keys.sort();
        assert_eq!(keys, ["b", "c", "d", "e", "f"]);
        let sizes = fs::read_dir(&drafts.folder).unwrap().flatten();
        let sizes: u64 = sizes.map(|file| file.metadata().unwrap().len()).sum();
        assert!(sizes <= MOST_BYTES, "{sizes}");
        for key in ["b", "f"] {
            let kept = long(key, 50 << 20, b"typed");
            assert_eq!(drafts.read(&kept.head.id()).as_ref(), Ok(&kept));
        }
    }

    #[test]
    fn a_value_that_is_there_needs_no_room_again() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        for key in ["a", "b", "c", "d", "a"] {
            drafts.keep(&long(key, 60_000_000, b"typed")).unwrap();
        }
        assert_eq!(drafts.list().len(), 4);
    }

    #[test]
    fn there_are_never_more_than_have_room() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        for at in 0..MOST_FILES + 3 {
            drafts.keep(&draft(&format!("k{at}"), b"x")).unwrap();
        }
        assert_eq!(drafts.list().len(), MOST_FILES);
        assert!(drafts.read(&draft(&format!("k{}", MOST_FILES + 2), b"").head.id()).is_ok());
    }
}
