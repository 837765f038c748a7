//! The directory backend: the contract of every backend, and what only directories have.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

mod aside;
mod crawl;
mod damaged;
mod left;
mod others;
mod refused;
mod rewrites;
mod strangers;
mod watching;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use larder::model::StoreName;
use larder::storage::{self, Options, Storage, Target};
use tempfile::TempDir;

/// Options that do not wait for the disk: thousands of writes are made, and no test sees a power cut.
fn unsynced() -> Options {
    Options { durable: false, ..Options::default() }
}

/// A storage in a directory of its own.
struct Directory {
    storage: Arc<dyn Storage>,
    folder: TempDir,
}

impl Directory {
    async fn new() -> Self {
        Self::with(&unsynced()).await
    }

    /// On the disk that larder is built on, as temporary folders may be in memory.
    async fn on_disk() -> Self {
        let built = env!("CARGO_TARGET_TMPDIR");
        std::fs::create_dir_all(built).unwrap();
        Self::at(tempfile::tempdir_in(built).unwrap(), &unsynced()).await
    }

    async fn with(options: &Options) -> Self {
        Self::at(tempfile::tempdir().unwrap(), options).await
    }

    async fn at(folder: TempDir, options: &Options) -> Self {
        let storage = connect(folder.path(), options).await;
        Self { storage, folder }
    }

    /// A directory with these files in the default store; with its name and path.
    async fn with_files(files: &[(&str, &str)]) -> (Self, StoreName, PathBuf) {
        let made = Self::new().await;
        let path = made.store("default");
        std::fs::create_dir_all(&path).unwrap();
        for (name, content) in files {
            std::fs::write(path.join(name), content).unwrap();
        }
        (made, StoreName::from("default"), path)
    }

    fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// The path of a store's files.
    fn store(&self, name: &str) -> PathBuf {
        self.folder.path().join("key_value_stores").join(name)
    }
}

async fn connect(path: &Path, options: &Options) -> Arc<dyn Storage> {
    storage::connect(&Target::Directory(path.to_owned()), options).await.unwrap()
}

mod contract_on_a_directory {
    crate::contract!(super::Directory::on_disk);
}
