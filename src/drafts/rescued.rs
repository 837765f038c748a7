//! Files in which an editor that was ended has put what it had not written: `FILE.save` of nano, `#FILE#` of
//! Emacs. vim's, `.FILE.swp`, is for vim alone, which offers it for a file of the same name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The ending of nano's file; a number may follow.
const SAVED: &str = ".save";

/// Puts the text that an ended editor had not written in the place of its file, if it is not older.
///
/// # Errors
/// The system's error.
pub fn take_rescued(path: &Path) -> io::Result<()> {
    let written = |path: &Path| path.symlink_metadata().and_then(|known| known.modified()).ok();
    let newest = rescued_of(path).into_iter().max_by_key(|rescued| written(rescued));
    match newest {
        Some(rescued) if written(&rescued) >= written(path) => fs::rename(rescued, path),
        Some(_) | None => Ok(()),
    }
}

/// Removes such files of an editor that has ended as its user wanted.
pub fn forget_rescued(path: &Path) {
    for rescued in rescued_of(path) {
        let _ = fs::remove_file(rescued);
    }
}

/// Removes what vim has kept of a file that it has changed since, after it has offered that.
pub fn forget_swapped(path: &Path) {
    for other in beside(path).iter().filter(|other| swapped_for(other).as_deref() == Some(path)) {
        let _ = fs::remove_file(other);
    }
}

/// The file of which this one holds what was not written.
pub(super) fn rescued_for(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let emacs = name.strip_prefix('#').and_then(|name| name.strip_suffix('#'));
    let own = emacs.or_else(|| {
        let (own, number) = name.rsplit_once(SAVED)?;
        let counts =
            |number: &str| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
        (number.is_empty() || number.strip_prefix('.').is_some_and(counts)).then_some(own)
    });
    own.filter(|own| !own.is_empty()).map(|own| path.with_file_name(own))
}

/// The file to which vim's, by this name, belongs.
pub(super) fn swapped_for(path: &Path) -> Option<PathBuf> {
    let (own, ending) = path.file_name()?.to_str()?.strip_prefix('.')?.rsplit_once(".sw")?;
    let is_one = matches!(ending.as_bytes(), [b'a'..=b'z']) && !own.is_empty();
    is_one.then(|| path.with_file_name(own))
}

/// Whether vim has kept what it had not written to this file.
pub(super) fn is_swapped(path: &Path) -> bool {
    beside(path).iter().any(|other| swapped_for(other).as_deref() == Some(path))
}

/// Whether Emacs is still changing this file: its lock, a link `.#FILE` to `user@host.PROCESS:…`, names it. On
/// a system without `/proc`, an Emacs that was killed is taken for one that goes on.
pub(super) fn is_locked(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Ok(owner) = fs::read_link(path.with_file_name(format!(".#{name}"))) else { return false };
    let owner = owner.to_string_lossy();
    let process = owner.rsplit_once('@').and_then(|(_, host)| host.rsplit_once('.'));
    let process = process.and_then(|(_, process)| process.split(':').next()?.parse::<u32>().ok());
    let processes = Path::new("/proc");
    process.is_some_and(|process| {
        !processes.join("self").exists() || processes.join(process.to_string()).exists()
    })
}

fn rescued_of(path: &Path) -> Vec<PathBuf> {
    let is_own = |other: &PathBuf| {
        rescued_for(other).as_deref() == Some(path)
            && other.symlink_metadata().is_ok_and(|known| known.is_file())
    };
    beside(path).into_iter().filter(is_own).collect()
}

/// All files of the folder of this one.
fn beside(path: &Path) -> Vec<PathBuf> {
    let files = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    files.into_iter().flatten().flatten().map(|file| file.path()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn written(path: &Path, text: &str, ago: u64) {
        fs::write(path, text).unwrap();
        let then = SystemTime::now() - Duration::from_secs(ago);
        File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn the_newest_text_that_was_not_written_takes_the_place_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| folder.path().join(name);
        let file = named("a.edit.json");
        written(&file, "begun", 60);
        take_rescued(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"begun");
        for other in ["b.edit.json.save", "a.edit.json.saved", "a.edit.json.save.x", ".save"] {
            written(&named(other), "of another", 1);
        }
        written(&named("a.edit.json.save"), "typed", 40);
        written(&named("a.edit.json.save.1"), "typed last", 30);
        written(&named("#a.edit.json#"), "typed first", 50);
        take_rescued(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"typed last");
        assert!(!named("a.edit.json.save.1").exists());
        // What is older than the file was written since.
        take_rescued(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"typed last");
        forget_rescued(&file);
        assert!(!named("a.edit.json.save").exists() && !named("#a.edit.json#").exists());
        assert!(file.exists() && named("b.edit.json.save").exists());
    }

    #[test]
    fn a_link_is_not_what_an_editor_has_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a"), folder.path().join("other"));
        written(&file, "begun", 60);
        written(&other, "secret", 1);
        std::os::unix::fs::symlink(&other, folder.path().join("a.save")).unwrap();
        take_rescued(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"begun");
    }

    #[test]
    fn vims_file_and_the_lock_of_emacs_name_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.edit.json");
        assert!(!is_swapped(&file) && !is_locked(&file));
        written(&folder.path().join(".a.edit.json.swo"), "", 1);
        assert!(is_swapped(&file));
        forget_swapped(&file);
        assert!(!is_swapped(&file) && !folder.path().join(".a.edit.json.swo").exists());
        let lock = folder.path().join(".#a.edit.json");
        let link = |owner: String| std::os::unix::fs::symlink(owner, &lock).unwrap();
        link(format!("me@host.local.{}:1700000000", std::process::id()));
        assert!(is_locked(&file));
        fs::remove_file(&lock).unwrap();
        link(format!("me@host.local.{}:1700000000", i32::MAX));
        assert!(!is_locked(&file));
    }
}
