//! 100,000 records in a directory: listing their keys, compared with a bare walk over the names, and listing
//! them with metadata, compared with a walk that reads every metadata file. `cargo bench --bench directory`;
//! writes 200,000 small files in the directory for temporary ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/report.rs"]
mod report;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt as _;
use larder::model::{KeyPage, RecordState, Scan, StoreName};
use larder::storage::{self, Options, Storage, Target, all_stores};
use report::{Report, median, ms};

const RECORDS: u64 = 100_000;
const RUNS: usize = 9;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let path = fill(folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let mut report = Report::default();
    runtime.block_on(measure(folder.path(), &path, &mut report));
    report.end()
}

/// Writes the records of a crawl, each a page with its metadata.
fn fill(root: &Path) -> PathBuf {
    let path = root.join("key_value_stores/large");
    fs::create_dir_all(&path).unwrap();
    for number in 0..RECORDS {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let key = format!("page-{mixed:016x}");
        fs::write(path.join(&key), "<html></html>").unwrap();
        let metadata = format!(
            "{{\n  \"key\": \"{key}\",\n  \"content_type\": \"text/html\",\n  \"size\": 13\n}}"
        );
        fs::write(path.join(format!("{key}.__metadata__.json")), metadata).unwrap();
    }
    path
}

async fn measure(root: &Path, path: &Path, report: &mut Report) {
    let target = Target::Directory(root.to_owned());
    let storage = storage::connect(&target, &Options::default()).await.unwrap();
    let (mut names, mut keys, mut first) = (Vec::new(), Vec::new(), Vec::new());
    let (mut metadata, mut records, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    // In turns, so that other work of the machine affects all of them.
    for run in 0..=RUNS {
        let bare = time(|| walk(path));
        let reading = time(|| read_all(path));
        let listed = list(&storage).await;
        let started = Instant::now();
        all_stores(&*storage).await.unwrap();
        let counted = ms(started.elapsed());
        // The first run only fills the system's cache of the directory.
        if run > 0 {
            names.push(bare);
            metadata.push(reading);
            keys.push(listed.keys);
            first.push(listed.first);
            records.push(listed.all);
            counts.push(counted);
        }
    }
    let (names, metadata) = (median(&names), median(&metadata));
    report.line("names by a bare walk: median", names, None, "ms");
    report.line("all keys listed: median", median(&keys), None, "ms");
    report.line("the same, times the bare walk", median(&keys) / names, Some(1.5), "×");
    report.line("the first records with metadata: median", median(&first), None, "ms");
    report.line("records counted: median", median(&counts), None, "ms");
    report.line("every metadata file read, bare: median", metadata, None, "ms");
    report.line("all records listed with metadata: median", median(&records), None, "ms");
    report.line("the same, times the bare reading", median(&records) / metadata, None, "×");
}

fn time(mut work: impl FnMut() -> u64) -> f64 {
    let started = Instant::now();
    assert_eq!(black_box(work()), RECORDS);
    ms(started.elapsed())
}

/// The least work of any program for the names: to read them.
fn walk(path: &Path) -> u64 {
    let names = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<_> = names.collect();
    black_box(&names).len() as u64 / 2
}

/// The least work of any program for the metadata: to read every file of it.
fn read_all(path: &Path) -> u64 {
    let mut count = 0;
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().as_encoded_bytes().ends_with(b".__metadata__.json") {
            black_box(fs::read(entry.path()).unwrap());
            count += 1;
        }
    }
    count
}

/// Times of all keys, of the first records with metadata, and of all records.
struct Listed {
    keys: f64,
    first: f64,
    all: f64,
}

async fn list(storage: &Arc<dyn Storage>) -> Listed {
    let started = Instant::now();
    let (mut keys, mut first) = (None, None);
    let (mut named, mut told) = (0, 0);
    let mut pages = storage.scan(&StoreName::from("large"), Scan::default());
    let bare =
        |page: &KeyPage| page.get(0).and_then(|row| row.state) == Some(&RecordState::NotRead);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        if bare(&page) {
            named += page.len() as u64;
            if named == RECORDS {
                keys = Some(ms(started.elapsed()));
            }
        } else {
            first.get_or_insert(ms(started.elapsed()));
            told += page.len() as u64;
        }
    }
    assert_eq!((named, told), (RECORDS, RECORDS));
    Listed { keys: keys.unwrap(), first: first.unwrap(), all: ms(started.elapsed()) }
}
