//! The log: a file in the state folder, never the screen.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use log::LevelFilter;
use simplelog::{ConfigBuilder, WriteLogger};

use crate::config::{Config, log_file};

/// A log that has grown over this many bytes is begun anew, keeping the old one as `.old`.
const LARGEST: u64 = 5 << 20;

/// Starts the log where the settings ask for one. Failing to is no reason not to start: it is said
/// on standard error.
pub(super) fn start(config: &Config) {
    if config.log == LevelFilter::Off {
        return;
    }
    let Some(path) = log_file() else { return };
    match open(&path) {
        // Other libraries' records may hold what a user would not put in a log: only larder's.
        Ok(file) => {
            let settings = ConfigBuilder::new().add_filter_allow_str("larder").build();
            // An error here means that there is a log already.
            let _ = WriteLogger::init(config.log, settings, file);
        }
        Err(why) => super::say(&format!("no log in {}: {why}", path.display())),
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|known| known.len() > LARGEST) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
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
}
