//! The folder of drafts, in larder's state folder: used by the browser, which keeps them, and by commands.
//!
//! A file is there whole or not at all, and only its owner can read it. There are at most 200 files, of 256
//! MiB together; beyond that, the oldest are removed.

mod left;
mod outside;
mod rescued;
mod room;

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;

use crate::edit::draft::{
    Digests, Draft, DraftHead, DraftId, Filed, HEAD_LINES, MOST, read_head, typed_alone,
};
use crate::model::{in_words, sort};

pub use left::{is_open, let_go, read_left};
use outside::without_added_end;
pub use rescued::{forget_rescued, forget_swapped, take_rescued};

/// Limit on the beginning of a file in which a draft says what it is about, in bytes: a key may be long.
const HEAD: u64 = 8 << 20;
/// The ending of a draft's file.
const ENDING: &str = ".draft";
/// The ending of the file of a value that drafts were typed in; its name is the digest of the value.
const BESIDE: &str = ".base";
/// The ending of a file that is being written.
const HALF: &str = ".tmp";
/// Limit on a draft's file, in bytes: what was typed, the numbers of its edits, and what it is about.
const MOST_OF_FILE: u64 = 2 * MOST as u64 + HEAD;

/// The folder of drafts.
#[derive(Debug, Clone)]
pub struct Drafts {
    folder: PathBuf,
}

/// A draft's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id of the draft.
    pub id: DraftId,
    /// The head of the draft; or what is wrong with it.
    pub head: Result<DraftHead, String>,
    /// Size of the file, in bytes.
    pub size: u64,
}

impl Drafts {
    /// The drafts of this state folder. The folder of drafts is made with the first draft.
    pub fn of(state: &Path) -> Self {
        Self { folder: state.join("drafts") }
    }

    /// Keeps a draft, in place of an older one of its name.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::FileTooLarge`] for a draft that is too large.
    pub fn keep(&self, draft: &Draft) -> io::Result<()> {
        self.keep_again(draft, &mut Digests::default())
    }

    /// Like `keep`, for who keeps drafts of the same values again and again.
    ///
    /// # Errors
    /// As `keep` has.
    pub fn keep_again(&self, draft: &Draft, digests: &mut Digests) -> io::Result<()> {
        let filed = draft.filed(digests).ok_or(io::ErrorKind::FileTooLarge)?;
        self.make()?;
        let _lock = self.lock();
        let path = self.path(&draft.head.id());
        self.make_room(&path, &filed);
        self.put(&path, &filed)
    }

    /// Writes a draft's file, and the values beside it before, unless they are there.
    fn put(&self, path: &Path, filed: &Filed) -> io::Result<()> {
        let mut writes = false;
        for (digest, value) in &filed.beside {
            let path = self.beside(digest);
            let is_there = path.metadata().is_ok_and(|known| known.len() == value.len() as u64);
            if !is_there {
                self.write(&path, value)?;
                writes = true;
            }
        }
        self.write(path, &filed.file)?;
        if writes {
            self.sweep(&[]);
        }
        Ok(())
    }

    /// Writes a file of the folder whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".")
            .suffix(HALF)
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        file.persist(path)?;
        Ok(())
    }

    /// Makes the file for the user's own editor, next to the draft of this id.
    ///
    /// # Errors
    /// The system's error.
    pub fn hand_out(&self, id: &DraftId, suffix: &str, text: &[u8]) -> io::Result<PathBuf> {
        self.make()?;
        let path = self.outside_path(id, suffix);
        let mut options = File::options();
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.write(true).create(true).truncate(true).open(&path)?;
        file.write_all(text)?;
        file.sync_data()?;
        Ok(path)
    }

    /// All drafts, the newest first.
    pub fn list(&self) -> Vec<Entry> {
        self.look_outside();
        let mut entries: Vec<(SystemTime, Entry)> = Vec::new();
        for (id, path) in self.files() {
            let Ok(known) = path.metadata() else { continue };
            let entry = Entry { id, head: head_of(&path), size: known.len() };
            entries.push((known.modified().unwrap_or(SystemTime::UNIX_EPOCH), entry));
        }
        sort::sort_by(&mut entries, |(a, _), (b, _)| b.cmp(a));
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The names of all drafts, in their order.
    pub fn ids(&self) -> Vec<DraftId> {
        let mut ids: Vec<_> = self.files().into_iter().map(|(id, _)| id).collect();
        sort::sort_by(&mut ids, Ord::cmp);
        ids
    }

    /// Reads a draft, with the newer text that the user's own editor has left, if any.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn read(&self, id: &DraftId) -> Result<Draft, String> {
        let mut draft = self.at(&self.path(id))?;
        if let Some(path) = self.outside(id)
            && let Ok(left) = read_left(&path, MOST as u64)
        {
            draft.text = without_added_end(&draft.text.bytes(), left.into()).into();
        }
        Ok(draft)
    }

    /// What was typed in a draft, place by place, where the value in which it was typed is not kept any more.
    pub fn typed_alone(&self, id: &DraftId) -> Option<Bytes> {
        typed_alone(&read_up_to(&self.path(id), MOST_OF_FILE).ok()?.into())
    }

    /// Reads the draft in a file of the folder.
    fn at(&self, path: &Path) -> Result<Draft, String> {
        let bytes = read_up_to(path, MOST_OF_FILE).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => "there is no such draft".to_owned(),
            kind => format!("this draft cannot be read: {}", io::Error::from(kind)),
        })?;
        let beside = |digest: &str| read_up_to(&self.beside(digest), MOST as u64).ok();
        Draft::from_file(&bytes.into(), |digest| beside(digest).map(Bytes::from))
    }

    /// Removes a draft, and the file that the user's own editor has left of it.
    ///
    /// # Errors
    /// The system's error, unless there is no such file.
    pub fn remove(&self, id: &DraftId) -> io::Result<()> {
        self.take_back(id)?;
        let _lock = self.lock();
        gone(fs::remove_file(self.path(id)))?;
        self.sweep(&[]);
        Ok(())
    }

    /// Removes the file that the user's own editor has left: its text is in the draft, or stored.
    ///
    /// # Errors
    /// The system's error, unless there is no such file.
    pub fn take_back(&self, id: &DraftId) -> io::Result<()> {
        self.outside(id).map_or(Ok(()), |path| let_go(&path).map(drop))
    }

    fn make(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)
    }

    fn path(&self, id: &DraftId) -> PathBuf {
        self.folder.join(format!("{}{ENDING}", id.as_str()))
    }

    /// The file of a value that drafts were typed in.
    fn beside(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}{BESIDE}"))
    }

    fn files(&self) -> Vec<(DraftId, PathBuf)> {
        let Ok(files) = fs::read_dir(&self.folder) else { return Vec::new() };
        let draft = |file: fs::DirEntry| {
            let name = file.file_name();
            let id = DraftId::parse(name.to_str()?.strip_suffix(ENDING)?)?;
            Some((id, file.path()))
        };
        files.flatten().filter_map(draft).collect()
    }
}

fn head_of(path: &Path) -> Result<DraftHead, String> {
    let unreadable = |why: io::Error| format!("this draft cannot be read: {}", in_words(&why));
    read_head(&head_bytes(path).map_err(unreadable)?)
}

/// The lines at the beginning of a draft's file.
fn head_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut file = BufReader::new(File::open(path)?.take(HEAD));
    for _ in 0..HEAD_LINES {
        file.read_until(b'\n', &mut head)?;
    }
    Ok(head)
}

fn read_up_to(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::edit::TypedValue;
    use crate::model::{Key, StoreName, Timestamp};

    pub(crate) fn draft(key: &str, text: &[u8]) -> Draft {
        let head = DraftHead {
            target: "here".to_owned(),
            store: StoreName::from("shop"),
            key: Key::from(key),
            is_new: false,
            inner: None,
            leaf: None,
            content_type: "text/plain".into(),
            staged: false,
            place: String::new(),
            process: 1,
            began: Timestamp::from_micros(1),
            at: Timestamp::from_micros(2),
        };
        let base =
            TypedValue { content_type: "text/plain".into(), value: Bytes::from_static(b"read") };
        let text = Bytes::copy_from_slice(text).into();
        Draft { head, base: Some(base), text, opened: None, leaf: None }
    }

    pub(super) fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_draft_is_kept_for_its_owner_alone_and_removed() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        assert!(drafts.list().is_empty());
        for text in [&b"one"[..], b"two"] {
            drafts.keep(&draft("k", text)).unwrap();
        }
        let id = draft("k", b"").head.id();
        assert_eq!(drafts.read(&id).unwrap(), draft("k", b"two"));
        let listed: Vec<_> =
            drafts.list().into_iter().map(|it| (it.id, it.head.unwrap())).collect();
        assert_eq!(listed, [(id.clone(), draft("k", b"").head)]);
        assert_eq!(mode(&drafts.folder), 0o700);
        assert_eq!(mode(&drafts.path(&id)), 0o600);
        assert_eq!(fs::read_dir(&drafts.folder).unwrap().count(), 1);
        drafts.remove(&id).unwrap();
        drafts.remove(&id).unwrap();
        assert_eq!(drafts.read(&id).unwrap_err(), "there is no such draft");
    }

    #[test]
    fn a_draft_of_a_record_with_a_long_key_is_found() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        let long = draft(&"k".repeat(100_000), b"typed");
        drafts.keep(&long).unwrap();
        assert_eq!(drafts.list()[0].head.as_ref().unwrap(), &long.head);
        assert_eq!(drafts.read(&long.head.id()).unwrap(), long);
    }

    #[test]
    fn what_the_users_own_editor_left_is_what_was_typed() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        let id = draft("k", b"").head.id();
        drafts.keep(&draft("k", b"begun")).unwrap();
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        assert_eq!(mode(&file), 0o600);
        fs::write(&file, "typed elsewhere").unwrap();
        assert_eq!(drafts.read(&id).unwrap().text, "typed elsewhere");
        assert_eq!(drafts.list().len(), 1);
        drafts.take_back(&id).unwrap();
        assert_eq!(drafts.read(&id).unwrap().text, "begun");
        drafts.hand_out(&id, ".json", b"begun").unwrap();
        drafts.remove(&id).unwrap();
        assert_eq!(fs::read_dir(&drafts.folder).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_is_no_draft_is_listed_with_what_is_wrong() {
        let state = tempfile::tempdir().unwrap();
        let drafts = Drafts::of(state.path());
        drafts.keep(&draft("k", b"x")).unwrap();
        let id = draft("k", b"").head.id();
        fs::write(drafts.path(&id), "larder draft 1\n{").unwrap();
        let why = drafts.list()[0].head.clone().unwrap_err();
        assert_eq!(why, "damaged draft: its heading cannot be read");
        assert_eq!(drafts.read(&id).unwrap_err(), why);
    }
}
