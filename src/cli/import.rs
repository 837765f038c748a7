//! `import`: sets the records of lines of JSON.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{BufRead, Read as _};

use futures::future;
use serde_json::{Map, json};

use super::arguments::ImportArgs;
use super::exit::{self, ExitResult, REFUSED};
use super::input::{cannot_read, opened};
use super::messages::{self, say};
use super::output::Output;
use super::progress::Progress;
use super::{json, json_lines, store};
use crate::model::{Error, ErrorKind, Key, Record, Replicas, Result, StoreName};
use crate::ops::{self, Outcome, PlannedChange, plan_import};
use crate::storage::{Storage, no_store};
use crate::text;

/// Records that are looked at together, and the bytes of their values, about.
const BATCH: (usize, usize) = (500, 8 << 20);
/// Records that are on their way together.
const AT_ONCE: usize = 16;
/// The longest line, in bytes: a value of 512 MB in base64 has room.
const LONGEST: u64 = 1 << 30;
/// Keys in the way that are named.
const NAMED: usize = 10;

/// The lines of a file.
struct Lines {
    from: Box<dyn BufRead>,
    name: String,
    number: u64,
    /// One that was read for the next batch.
    ahead: Option<Record>,
}

impl Lines {
    /// The next record; none at the end.
    fn record(&mut self) -> Result<Option<Record>> {
        if let Some(record) = self.ahead.take() {
            return Ok(Some(record));
        }
        loop {
            let mut line = Vec::new();
            let read = self.from.by_ref().take(LONGEST).read_until(b'\n', &mut line);
            if read.map_err(|why| cannot_read(&self.name, &why))? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !line.trim_ascii().is_empty() {
                return json_lines::read(&line).map(Some).map_err(|why| self.wrong(&why));
            }
        }
    }

    /// Records of keys that differ.
    fn batch(&mut self) -> Result<Vec<Record>> {
        let (mut batch, mut bytes, mut keys) = (Vec::new(), 0, HashSet::new());
        while batch.len() < BATCH.0 && bytes < BATCH.1 {
            let Some(record) = self.record()? else { break };
            // The later one is compared with what the earlier one has made.
            if !keys.insert(record.meta.key.clone()) {
                self.ahead = Some(record);
                break;
            }
            bytes += record.value.len();
            batch.push(record);
        }
        Ok(batch)
    }

    fn wrong(&self, why: &str) -> Error {
        let problem = format!("line {} of {} is no record: {why}", self.number, self.name);
        Error::new(ErrorKind::Usage, problem)
            .hint("mend the line, and import again: what is set already counts as done")
    }
}

/// What became of the records so far.
#[derive(Default)]
struct Imported {
    records: u64,
    bytes: u64,
    same: u64,
    in_the_way: u64,
    /// The first of those.
    named: Vec<Key>,
    replicas: Option<Replicas>,
}

/// `import`.
pub(super) async fn import(
    storage: &dyn Storage,
    import: &ImportArgs,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &import.store).await?;
    let (from, file) = opened(&import.file)?;
    if let Some(why) = no_store(storage, &name).await {
        return Err(why.into());
    }
    let mut lines = Lines { from, name: file, number: 0, ahead: None };
    let mut imported = Imported::default();
    loop {
        let batch = match lines.batch() {
            Ok(batch) if batch.is_empty() => break,
            batch => batch,
        };
        let made = match batch {
            Ok(batch) => imported.batch(storage, &name, batch, import, progress).await,
            Err(why) => Err(why),
        };
        if let Err(why) = made {
            if imported.records > 0 && !import.dry_run {
                let records = text::plural(imported.records, "record");
                say(&format!("{records} were set before it failed; import again to go on"));
            }
            return Err(why.into());
        }
    }
    imported.told(&name, import, output)
}

impl Imported {
    async fn batch(
        &mut self,
        storage: &dyn Storage,
        store: &StoreName,
        batch: Vec<Record>,
        import: &ImportArgs,
        progress: &Progress,
    ) -> Result<()> {
        let all = batch.len() as u64;
        let found = plan_import(storage, store, batch, import.overwrite).await?;
        self.same += found.same;
        for key in found.in_the_way {
            self.is_in_the_way(key);
        }
        progress.add(all - found.plans.len() as u64);
        if import.dry_run {
            self.records += found.plans.len() as u64;
            self.bytes += found.bytes;
            progress.add(found.plans.len() as u64);
            return Ok(());
        }
        for plans in found.plans.chunks(AT_ONCE) {
            let mut failed = None;
            let made = future::join_all(plans.iter().map(|plan| ops::perform(storage, plan))).await;
            for (plan, made) in plans.iter().zip(made) {
                match (made, &plan.change) {
                    (Ok(outcome), _) => self.set(outcome),
                    // The crawl was quicker.
                    (Err(failure), PlannedChange::Set(set))
                        if failure.error.kind == ErrorKind::Conflict =>
                    {
                        self.is_in_the_way(set.key.clone());
                    }
                    (Err(failure), _) => {
                        failed.get_or_insert(failure.error);
                    }
                }
            }
            if let Some(failed) = failed {
                return Err(failed);
            }
            progress.add(plans.len() as u64);
        }
        Ok(())
    }

    fn set(&mut self, outcome: Outcome) {
        self.records += outcome.records;
        self.bytes += outcome.meta.map_or(0, |meta| meta.size);
        self.replicas = match (self.replicas, outcome.replicas) {
            (Some(known), Some(new)) if known.have < new.have => Some(known),
            (known, new) => new.or(known),
        };
    }

    fn is_in_the_way(&mut self, key: Key) {
        self.in_the_way += 1;
        if self.named.len() < NAMED {
            self.named.push(key);
        }
    }

    fn told(&self, store: &StoreName, import: &ImportArgs, output: &mut Output) -> ExitResult {
        let doing = if import.dry_run { "would import" } else { "imported" };
        let count = text::plural(self.records, "record");
        let mut said = format!("{doing} {count}, {}", text::size(self.bytes));
        if self.same > 0 {
            let _ = write!(said, "; {} there already, the same", text::count(self.same));
        }
        if output.json {
            let mut map = Map::new();
            if import.dry_run {
                map.insert("operation".into(), json!("import"));
            }
            json::put_text(&mut map, "store", store.as_bytes());
            let records = if import.dry_run { "records" } else { "imported" };
            map.insert(records.into(), json!(self.records));
            map.insert("bytes".into(), json!(self.bytes));
            map.insert("same".into(), json!(self.same));
            let names: Vec<_> = self.named.iter().map(Key::escaped).collect();
            map.insert("in_the_way".into(), json!({"count": self.in_the_way, "names": names}));
            json::put_replicas(&mut map, self.replicas);
            output.json_line(&map.into())?;
        } else if import.dry_run {
            output.line(&[text::visible(&said)])?;
        } else {
            messages::tell(&said);
        }
        let code = exit::written(self.replicas);
        if self.in_the_way == 0 {
            return Ok(code);
        }
        let names = self.named.iter().map(Key::named).collect::<Vec<_>>().join(", ");
        let more = if self.in_the_way > self.named.len() as u64 { " …" } else { "" };
        let records = text::plural(self.in_the_way, "record");
        say(&format!(
            "{records} there already, not the same: {names}{more}; --overwrite writes over them"
        ));
        Ok(REFUSED)
    }
}
