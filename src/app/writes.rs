//! Writes on their way, answered, and lost.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{Error, ErrorKind, Key, Replicas, StoreName, Write, WriteOutcome, Written};
use crate::text;

use super::ctx::Ctx;
use super::event::{Effect, WriteId};
use super::notice::Notice;

/// A write that has not been answered.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What is to be written.
    pub write: Write,
    /// Whether its answer was lost, and larder looks what became of it.
    pub in_doubt: bool,
}

/// Writes that have not been answered.
#[derive(Debug, Default)]
pub struct Writes {
    /// By the number that their answers bear.
    pub pending: BTreeMap<WriteId, Pending>,
}

/// What became of a write.
#[derive(Debug)]
pub(super) enum Answer {
    /// It was made.
    Done(Write, Written),
    /// It was not made, and why.
    Refused(Write, Error),
    /// Its answer was lost, and so far it was not made. All that there is to say has been said.
    NotMade(Write),
    /// Its answer was lost, and so was what was asked about it.
    Unknown,
}

impl Writes {
    /// Hands a write to the shell.
    pub(super) fn send(&mut self, id: WriteId, write: Write, ctx: &mut Ctx<'_>) {
        self.pending.insert(id, Pending { write: write.clone(), in_doubt: false });
        ctx.tell(Notice::info(format!("{}…", doing(&write))));
        ctx.effect(Effect::Write(id, write));
    }

    /// A write was answered, or its answer was lost and is looked for; what became of it, if that
    /// is known and news.
    pub(super) fn written(
        &mut self,
        id: WriteId,
        result: Result<Written, Error>,
        ctx: &mut Ctx<'_>,
    ) -> Option<Answer> {
        let pending = self.pending.get_mut(&id).filter(|pending| !pending.in_doubt)?;
        if let Err(error) = &result
            && error.kind == ErrorKind::InDoubt
        {
            pending.in_doubt = true;
            let write = pending.write.clone();
            ctx.tell(Notice::warning(format!("{}; looking what became of it…", error.problem)));
            ctx.effect(Effect::Resolve(id, write));
            return None;
        }
        let Pending { write, .. } = self.pending.remove(&id)?;
        Some(match result {
            Ok(written) => {
                ctx.tell(done_notice(&write, &written));
                Answer::Done(write, written)
            }
            Err(error) => {
                if error.kind == ErrorKind::ReadOnly {
                    // It may have become a replica.
                    ctx.effect(Effect::AskServer(Duration::ZERO));
                }
                Answer::Refused(write, error)
            }
        })
    }

    /// A write whose answer was lost has been looked into.
    pub(super) fn resolved(
        &mut self,
        id: WriteId,
        result: Result<WriteOutcome, Error>,
        ctx: &mut Ctx<'_>,
    ) -> Option<Answer> {
        self.pending.get(&id).filter(|pending| pending.in_doubt)?;
        let Pending { write, .. } = self.pending.remove(&id)?;
        Some(match result {
            Ok(WriteOutcome::Refused(error)) => Answer::Refused(write, error),
            Ok(outcome) => {
                if let Some(written) = outcome.done(&write) {
                    ctx.tell(Notice::done(outcome.told(&write).0));
                    Answer::Done(write, written.clone())
                } else {
                    ctx.tell(Notice::from(&outcome.error(&write)).lasting());
                    Answer::NotMade(write)
                }
            }
            Err(error) => {
                let words = format!("whether the write was made is not known: {error}");
                ctx.tell(Notice::failure(words).lasting());
                Answer::Unknown
            }
        })
    }

    /// Whether a write under way removes this record of the open store.
    pub(super) fn is_removing(&self, open: Option<&StoreName>, key: &Key) -> bool {
        self.pending.values().any(|pending| match &pending.write {
            Write::Delete { store, keys } => open == Some(store) && keys.contains(key),
            Write::Purge(store) | Write::Drop(store) => open == Some(store),
            Write::Create(_) | Write::Set(_) | Write::Repair(_) => false,
        })
    }
}

/// What is being done.
pub(super) fn doing(write: &Write) -> String {
    match write {
        Write::Create(_) => "creating the store".to_owned(),
        Write::Set(set) => format!("saving {}", set.key.named()),
        Write::Delete { keys, .. } if keys.len() == 1 => format!("deleting {}", keys[0].named()),
        Write::Delete { keys, .. } => {
            format!("deleting {}", text::plural(keys.len() as u64, "record"))
        }
        Write::Purge(store) => format!("purging {store}"),
        Write::Drop(store) => format!("dropping {store}"),
        Write::Repair(repair) => format!("repairing {}", repair.store),
    }
}

/// Says what was done, and on how many replicas it is not.
fn done_notice(write: &Write, written: &Written) -> Notice {
    let words = done_words(write, written);
    match written.replicas.and_then(Replicas::in_words) {
        None => Notice::done(words),
        Some(few) => Notice::warning(format!("{words}, but {few}")),
    }
}

/// What was done.
pub(super) fn done_words(write: &Write, written: &Written) -> String {
    match write {
        Write::Create(_) if written.records == 0 => "the store was there already".to_owned(),
        Write::Create(_) => "store created".to_owned(),
        Write::Set(set) => format!("saved {}", set.key.named()),
        Write::Delete { keys, .. } if keys.len() == 1 && written.records == 1 => {
            format!("deleted {}", keys[0].named())
        }
        Write::Delete { .. } if written.records == 0 => {
            "nothing to delete: someone was faster".to_owned()
        }
        Write::Delete { .. } => format!("deleted {}", text::plural(written.records, "record")),
        Write::Purge(store) => {
            format!("purged {store}: {} removed", text::plural(written.records, "record"))
        }
        Write::Drop(store) => format!("dropped {store}"),
        Write::Repair(repair) => format!("repaired {}", repair.store),
    }
}
