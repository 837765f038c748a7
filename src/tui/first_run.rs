//! First run of larder, recorded by an empty file.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use crate::config::state_folder;

/// The file whose being there says that the hint has been shown.
fn file() -> Option<PathBuf> {
    Some(state_folder()?.join("welcomed"))
}

/// Whether the hint of the first run has not been shown yet.
pub(super) fn is_first() -> bool {
    file().is_some_and(|file| !file.exists())
}

/// Remembers that it has been. Where that cannot be written, it comes again next time.
pub(super) fn remember() {
    let Some(file) = file() else { return };
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    let made = made.and_then(|()| OpenOptions::new().create(true).append(true).open(&file));
    if let Err(why) = made {
        log::info!("{} cannot be written: {why}", file.display());
    }
}
