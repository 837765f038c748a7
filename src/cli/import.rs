//! `import`: sets the records of lines of JSON, or of a folder.

mod set;
mod source;

use std::fmt::Write as _;

use futures::future;
use serde_json::{Map, json};

use super::arguments::ImportArgs;
use super::exit::{self, ExitResult, REFUSED};
use super::messages::{self, note, say};
use super::output::Output;
use super::progress::Progress;
use super::{json, store};
use crate::model::{Error, ErrorKind, Key, Record, Replicas, Result, StoreName};
use crate::ops::{Outcome, PlannedChange, plan_import};
use crate::preview::why_none;
use crate::storage::{Storage, no_store};
use crate::text;
use set::{Made, set};
use source::Source;

/// Records that are on their way together.
const AT_ONCE: usize = 16;
/// Keys in the way that are named.
const NAMED: usize = 10;

/// What became of the records so far.
#[derive(Default)]
struct Imported {
    records: u64,
    bytes: u64,
    same: u64,
    /// Of those that were set: the answer was lost, and it was looked up that they are there.
    looked_up: u64,
    in_the_way: u64,
    /// The first of those.
    named: Vec<Key>,
    refused: u64,
    /// The first of those that the storage cannot take, and why it cannot take the very first.
    refused_named: Vec<Key>,
    why_refused: Option<Error>,
    unread: u64,
    /// The first of those that Crawlee cannot read, and why not the very first.
    unread_named: Vec<Key>,
    why_unread: Option<&'static str>,
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
            imported.tell_unread();
            imported.tell_refused();
            if imported.records > 0 && !import.dry_run {
                let records = text::plural(imported.records, "record");
                say(&format!("{records} were set before it failed; import again to go on"));
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
        let found = plan_import(storage, store, batch, import.overwrite).await?;
        self.same += found.same;
        for key in found.in_the_way {
            self.is_in_the_way(key);
        }
        progress.add(all - found.plans.len() as u64);
        for plan in &found.plans {
            if let PlannedChange::Set(set) = &plan.change
                && let Some(why) = why_none(&set.value, &set.content_type)
            {
                self.is_unread(&set.key, why);
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
                    // The crawl was quicker.
                    (Ok(Made::InTheWay), PlannedChange::Set(set)) => {
                        self.is_in_the_way(set.key.clone());
                    }
                    (Ok(Made::InTheWay), _) => {}
                    // Not for this record, whenever it is tried: the others go on.
                    (Err(why), PlannedChange::Set(set)) if is_of_the_record(why.kind) => {
                        self.is_refused(set.key.clone(), why);
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

    /// Says that the line was lost, where that was made good.
    fn tell_looked_up(&self) {
        if self.looked_up > 0 {
            let records = text::plural(self.looked_up, "record");
            say(&format!("the answer was lost for {records}, but the writes were made"));
        }
    }

    fn is_in_the_way(&mut self, key: Key) {
        self.in_the_way += 1;
        if self.named.len() < NAMED {
            self.named.push(key);
        }
    }

    fn is_refused(&mut self, key: Key, why: Error) {
        self.refused += 1;
        if self.refused_named.len() < NAMED {
            self.refused_named.push(key);
        }
        self.why_refused.get_or_insert(why);
    }

    fn is_unread(&mut self, key: &Key, why: &'static str) {
        self.unread += 1;
        if self.unread_named.len() < NAMED {
            self.unread_named.push(key.clone());
        }
        self.why_unread.get_or_insert(why);
    }

    /// Says which records are set as they are, though Crawlee cannot read them.
    fn tell_unread(&self) {
        let Some(why) = self.why_unread else { return };
        let names = named(&self.unread_named, self.unread);
        let records = text::plural(self.unread, "record");
        let why = why.split(": ").next().unwrap_or(why);
        note(&format!("{records} that Crawlee will not read, set as they are: {names}; {why}"));
    }

    /// Says which records this storage cannot take.
    fn tell_refused(&self) {
        let Some(why) = &self.why_refused else { return };
        let names = named(&self.refused_named, self.refused);
        let records = text::plural(self.refused, "record");
        say(&format!("{records} left out: {names}; {}", why.problem));
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
            if self.refused > 0 {
                let names: Vec<_> = self.refused_named.iter().map(Key::escaped).collect();
                map.insert("refused".into(), json!({"count": self.refused, "names": names}));
            }
            json::put_replicas(&mut map, self.replicas);
            output.json_line(&map.into())?;
        } else if import.dry_run {
            output.line(&[text::visible(&said)])?;
        } else {
            messages::tell(&said);
        }
        let code = exit::written(self.replicas);
        self.tell_unread();
        self.tell_refused();
        if self.in_the_way == 0 {
            return Ok(if self.refused > 0 { REFUSED } else { code });
        }
        let names = named(&self.named, self.in_the_way);
        let records = text::plural(self.in_the_way, "record");
        say(&format!(
            "{records} there already, not the same: {names}; --overwrite writes over them"
        ));
        Ok(REFUSED)
    }
}

/// The first keys of so many.
fn named(keys: &[Key], count: u64) -> String {
    let names = keys.iter().map(Key::named).collect::<Vec<_>>().join(", ");
    if count > keys.len() as u64 { format!("{names} …") } else { names }
}

/// Whether the record itself is why it cannot be set here: its key, or the size of its value.
fn is_of_the_record(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Usage | ErrorKind::NotSupported)
}
