//! The widths of the panes, kept in a file from one run to the next.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::app::PaneSizes;
use crate::outfile;
use crate::storage::blocking;

/// Time without another step after which the widths are written.
const REST: Duration = Duration::from_millis(300);

/// Writes the widths beside the loop, once the user has stopped changing them.
#[derive(Debug, Clone, Default)]
pub(super) struct PanesKeeper(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// The widths to write.
    latest: Mutex<Option<PaneSizes>>,
    /// Held while the file is written, so that newer widths are written later.
    writing: Mutex<()>,
}

impl PanesKeeper {
    /// Has these widths written soon.
    pub(super) fn keep(&self, sizes: PaneSizes) {
        let waits = lock(&self.0.latest).replace(sizes).is_some();
        if waits {
            return;
        }
        let keeper = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(REST).await;
            let _ = blocking::start(move || keeper.flush()).await;
        });
    }

    /// Writes widths that are still to be written.
    pub(super) fn flush(&self) {
        let writing = lock(&self.0.writing);
        let latest = lock(&self.0.latest).take();
        if let (Some(sizes), Some(file)) = (latest, file())
            && let Err(why) = outfile::keep(&file, written(sizes).as_bytes())
        {
            crate::logs::info!("{} cannot be written: {why}", file.display());
        }
        drop(writing);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The widths of the last run; the usual ones if there are none, or none that can be read.
pub(super) fn kept() -> PaneSizes {
    let text = file().and_then(|file| fs::read_to_string(file).ok());
    text.map_or_else(PaneSizes::default, |text| read(&text))
}

fn file() -> Option<PathBuf> {
    Some(crate::config::state_folder()?.join("panes.toml"))
}

fn written(sizes: PaneSizes) -> String {
    let line = |name, value: Option<u16>| {
        value.map_or_else(String::new, |value| format!("{name} = {value}\n"))
    };
    let zoomed = sizes.zoomed;
    format!(
        "{}{}zoomed = {zoomed}\n",
        line("stores_columns", sizes.stores),
        line("keys_thousandths", sizes.keys)
    )
}

fn read(text: &str) -> PaneSizes {
    let table: toml::Table = text.parse().unwrap_or_default();
    let number = |name| table.get(name)?.as_integer()?.try_into().ok();
    PaneSizes {
        stores: number("stores_columns"),
        keys: number("keys_thousandths"),
        zoomed: table.get("zoomed").and_then(toml::Value::as_bool).unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_back_as_they_were_written() {
        for stores in [None, Some(33)] {
            for keys in [None, Some(512)] {
                for zoomed in [false, true] {
                    let sizes = PaneSizes { stores, keys, zoomed };
                    assert_eq!(read(&written(sizes)), sizes);
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_none_of_larders_gives_the_usual_widths() {
        for text in ["", "zoomed", "stores_columns = -1", "keys_thousandths = \"x\"", "\0"] {
            assert_eq!(read(text), PaneSizes::default(), "{text:?}");
        }
    }
}
