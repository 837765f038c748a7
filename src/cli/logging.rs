//! The log: a file in the state folder; with `--verbose`, standard error.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use log::LevelFilter;
use rustix::fs::OFlags;
use rustix::io::Errno;
use simplelog::{ConfigBuilder, WriteLogger};

use crate::config::{Config, log_file};
use crate::model::in_words;

/// Size above which a log is begun anew, in bytes; the old one is kept as `.old`.
const LARGEST: u64 = 5 << 20;

/// Starts the log if the settings ask for one, or on standard error. A failure does not keep larder from
/// starting: it is printed on standard error.
pub(super) fn start(config: &Config, verbose: bool) {
    // Only larder's own records are logged: those of other libraries may hold what a user would not put in a
    // log.
    let settings = ConfigBuilder::new().add_filter_allow_str("larder").build();
    if verbose {
        // An error here means that there is a log already.
        let _ = WriteLogger::init(LevelFilter::Debug, settings, io::stderr());
        return;
    }
    if config.log == LevelFilter::Off {
        return;
    }
    let Some(path) = log_file() else { return };
    match open(&path) {
        Ok(file) => {
            // An error here means that there is a log already.
            let _ = WriteLogger::init(config.log, settings, file);
        }
        Err(why) => super::say(&format!("no log in {}: {}", path.display(), in_words(&why))),
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::symlink_metadata(path).is_ok_and(|known| known.is_file() && known.len() > LARGEST) {
        // The file is made private before it is renamed.
        open_private(path)?;
        fs::rename(path, path.with_extension("log.old"))?;
    }
    open_private(path)
}

/// Opens a file that no other user may read: an older file is made so. Anything other than a file, or a link,
/// which may lead anywhere, is left alone.
fn open_private(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file =
        OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(flags).open(path);
    let file = file.map_err(|why| match Errno::from_io_error(&why) {
        Some(Errno::LOOP | Errno::MLINK) => io::Error::other("it is a link, which is not followed"),
        _ => why,
    })?;
    let known = file.metadata()?;
    if !known.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if known.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_log_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/larder.log");
        open(&path).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(open(&path).unwrap().metadata().unwrap().len(), 0);
        assert!(folder.path().join("deeper/larder.log.old").exists());
    }

    #[test]
    fn a_log_that_others_may_read_is_made_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("larder.log");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::write(&path, "known\n").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        open(&path).unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o600, b"known\n".to_vec()));
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        open(&path).unwrap().set_len(LARGEST + 1).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        open(&path).unwrap();
        assert_eq!((mode(&path), mode(&folder.path().join("larder.log.old"))), (0o600, 0o600));
    }

    #[test]
    fn a_link_in_place_of_the_log_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("larder.log"), folder.path().join("other"));
        fs::write(&other, "kept").unwrap();
        for leads_to in [&other, &folder.path().join("nowhere")] {
            std::os::unix::fs::symlink(leads_to, &path).unwrap();
            assert!(open(&path).unwrap_err().to_string().contains("link"));
            fs::remove_file(&path).unwrap();
        }
        assert_eq!(fs::read(&other).unwrap(), b"kept");
        assert!(!folder.path().join("nowhere").exists());
    }
}
