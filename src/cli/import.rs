//! `import`: sets the records of lines of JSON, or of a folder.

mod set;
mod source;

use std::collections::HashSet;
use std::fmt::Write as _;

use futures::future;
use serde_json::{Map, json};

use super::arguments::ImportArgs;
use super::exit::{self, ExitResult, REFUSED};
use super::group::Group;
use super::messages::{self, note, say};
use super::output::Output;
use super::progress::Progress;
use super::{json, store};
use crate::model::{ErrorKind, Key, Record, RecordState, Replicas, Result, StoreName};
use crate::ops::{Outcome, PlannedChange, plan_import};
use crate::preview::why_none;
use crate::storage::{Storage, no_store};
use crate::text;
use set::{Made, set};
use source::Source;

/// Limit on the records that are being written at the same time.
const AT_ONCE: usize = 16;
/// The remark on a record that is there already and stays.
const IN_THE_WAY: &str = "--overwrite writes over them";

/// The results so far.
#[derive(Default)]
struct Imported {
    records: u64,
    bytes: u64,
    same: u64,
    /// Records among these whose answers were lost, and which a second look found.
    looked_up: u64,
    /// Other records that were there and stay.
    in_the_way: Group,
    /// Records that the storage cannot hold.
    refused: Group,
    /// Records that Crawlee cannot read.
    unread: Group,
    /// Records that had no content type.
    typeless: Group,
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
    let mut source = Source::open(&import.file)?;
    if let Some(why) = no_store(storage, &name).await {
        return Err(why.into());
    }
    let mut imported = Imported::default();
    loop {
        let batch = match source.batch() {
            Ok(batch) if batch.is_empty() => break,
            batch => batch,
        };
        let made = match batch {
            Ok(batch) => imported.batch(storage, &name, batch, import, progress).await,
            Err(why) => Err(why),
        };
        if let Err(why) = made {
            imported.tell_looked_up();
            imported.tell_odd();
            if imported.records > 0 && !import.dry_run {
                let records = text::plural(imported.records, "record");
                say(&format!("{records} set so far; import again to go on"));
            }
            return Err(why.into());
        }
    }
    imported.tell_looked_up();
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
        let typeless = batch.iter().filter(|record| record.meta.state == RecordState::NoMetadata);
        let typeless: HashSet<Key> = typeless.map(|record| record.meta.key.clone()).collect();
        let found = plan_import(storage, store, batch, import.overwrite).await?;
        self.same += found.same;
        for key in &found.in_the_way {
            self.in_the_way.add(key, IN_THE_WAY);
        }
        progress.add(all - found.plans.len() as u64);
        for plan in &found.plans {
            let PlannedChange::Set(set) = &plan.change else { continue };
            if typeless.contains(&set.key) {
                self.typeless.add(&set.key, "`larder retype` gives one its own");
            } else if let Some(why) = why_none(&set.value, &set.content_type) {
                self.unread.add(&set.key, why.split(": ").next().unwrap_or(why));
            }
        }
        if import.dry_run {
            self.records += found.plans.len() as u64;
            self.bytes += found.bytes;
            progress.add(found.plans.len() as u64);
            return Ok(());
        }
        for plans in found.plans.chunks(AT_ONCE) {
            let mut failed = None;
            let made = future::join_all(plans.iter().map(|plan| set(storage, plan))).await;
            for (plan, made) in plans.iter().zip(made) {
                match (made, &plan.change) {
                    (Ok(Made::Set { outcome, looked_up }), _) => {
                        self.looked_up += u64::from(looked_up);
                        self.set(*outcome);
                    }
                    // A crawl has written the record first.
                    (Ok(Made::InTheWay), PlannedChange::Set(set)) => {
                        self.in_the_way.add(&set.key, IN_THE_WAY);
                    }
                    (Ok(Made::InTheWay), _) => {}
                    // This record will never be accepted: the others go on.
                    (Err(why), PlannedChange::Set(set)) if is_of_the_record(why.kind) => {
                        self.refused.add(&set.key, &why.problem);
                    }
                    (Err(why), _) => drop(failed.get_or_insert(why)),
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

    /// Says that the connection was lost, if that did no harm in the end.
    fn tell_looked_up(&self) {
        if self.looked_up > 0 {
            let records = text::plural(self.looked_up, "record");
            say(&format!("answer lost for {records}, but the writes were made"));
        }
    }

    /// Says which records were set although Crawlee cannot read them, or without their type, and which this
    /// storage cannot hold.
    fn tell_odd(&self) {
        let unread = self.unread.told("that Crawlee will not read, set as they are");
        let typeless = self.typeless.told("without a content type, set as bytes");
        unread.into_iter().chain(typeless).for_each(|said| note(&said));
        self.refused.told("left out").into_iter().for_each(|said| say(&said));
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
            map.insert("in_the_way".into(), self.in_the_way.json());
            if self.refused.count > 0 {
                map.insert("refused".into(), self.refused.json());
            }
            json::put_replicas(&mut map, self.replicas);
            output.json_line(&map.into())?;
        } else if import.dry_run {
            output.line(&[text::visible(&said)])?;
        } else {
            messages::tell(&said);
        }
        let code = exit::written(self.replicas);
        self.tell_odd();
        if let Some(said) = self.in_the_way.told("there already, not the same") {
            say(&said);
        }
        let is_left = self.in_the_way.count > 0 || self.refused.count > 0;
        Ok(if is_left { REFUSED } else { code })
    }
}

/// Whether the record itself is the reason why it cannot be set here: its key, or the size of its value.
fn is_of_the_record(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Usage | ErrorKind::NotSupported)
}
