//! `watch`: prints a line for each record that comes, changes or goes.

use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::stdio::stdout;
use serde_json::json;

use super::arguments::WatchArgs;
use super::exit::{DONE, ExitResult, Failure};
use super::listing::Columns;
use super::output::Output;
use super::{json, messages, store};
use crate::model::{ConnectionState, ErrorKind, RecordEvent, RecordMeta, Result, Timestamp};
use crate::storage::{Changes, Storage};
use crate::text::{self, visible};
use crate::theme::Role;

/// The output, and the number of lines that may still be printed.
struct Printer<'a> {
    output: &'a mut Output,
    left: Option<usize>,
    /// Whether it was said that changes come late.
    is_told_late: bool,
}

/// Time between two looks for a store that is not there yet, and between two checks whether the output is
/// still read.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// `watch`: runs until it is interrupted, its output is closed, or the store is gone.
pub(super) async fn watch(
    storage: &dyn Storage,
    arguments: &WatchArgs,
    output: &mut Output,
) -> ExitResult {
    let mut waited = false;
    let mut changes = loop {
        match begun(storage, arguments, waited).await {
            Err(why) if arguments.wait && why.kind == ErrorKind::NotFound => {
                if !std::mem::replace(&mut waited, true) {
                    messages::tell(&format!("{}: it is waited for", why.problem));
                }
            }
            begun => break begun?,
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        if is_output_closed() {
            return Err(Failure::Closed);
        }
    };
    if arguments.wait && !waited {
        messages::tell("the store is there: only changes are printed");
    }
    let mut printer = Printer { output, left: arguments.count, is_told_late: false };
    printer.heads()?;
    printer.output.flush()?;
    let (mut connection, mut is_up) = (storage.session().state, true);
    let mut look = tokio::time::interval(LOOK_AGAIN);
    while printer.left != Some(0) {
        let events = {
            let mut next = std::pin::pin!(changes.next());
            loop {
                tokio::select! {
                    events = &mut next => break events?,
                    Ok(()) = connection.changed() => {
                        say_whether_up(&connection.borrow_and_update(), &mut is_up);
                    }
                    _ = look.tick() => {
                        // In a quiet store, the rest of a pipeline would wait for the next change.
                        if is_output_closed() {
                            return Err(Failure::Closed);
                        }
                    }
                }
            }
        };
        let Some(events) = events else { break };
        for event in events {
            printer.event(event)?;
        }
        printer.output.flush()?;
    }
    Ok(DONE)
}

/// Whether nobody reads standard output any more, as far as a pipe tells.
fn is_output_closed() -> bool {
    let stdout = stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
    let answered = poll(&mut asked, Some(&Timespec::default()));
    answered.is_ok() && asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Says once that the connection is lost, and once that it is back: changes are reported late, but not lost.
fn say_whether_up(state: &ConnectionState, was_up: &mut bool) {
    let (is_up, says) = match state {
        ConnectionState::Up => (true, "the connection is back".to_owned()),
        ConnectionState::Down { reason, .. } => {
            (false, format!("the connection is lost, and made again: {reason}"))
        }
    };
    if std::mem::replace(was_up, is_up) != is_up {
        messages::note(&says);
    }
}

/// The changes of the store, once it is there; records that were there when it was first seen came during the
/// wait.
async fn begun<'a>(
    storage: &'a dyn Storage,
    arguments: &WatchArgs,
    waited: bool,
) -> Result<Changes<'a>> {
    let store = storage.store(store(storage, &arguments.store).await?);
    if waited { store.records_and_changes().await } else { store.changes().await }
}

impl Printer<'_> {
    /// Prints the heads that a person sees.
    fn heads(&mut self) -> std::io::Result<()> {
        match Columns::of(self.output).heads().filter(|_| !self.output.json) {
            Some(heads) => {
                let heads = format!("{:<8}  {:<8}{heads}", "UTC", "event");
                self.output.styled(Role::Header, &visible(&heads))?;
                self.output.raw(b"\n")
            }
            None => Ok(()),
        }
    }

    fn event(&mut self, event: RecordEvent) -> std::io::Result<()> {
        match event {
            RecordEvent::New(meta) => self.print("new", &meta),
            RecordEvent::Changed(meta) => self.print("changed", &meta),
            RecordEvent::Deleted(key) => {
                self.print("deleted", &RecordMeta { key, ..RecordMeta::default() })
            }
            RecordEvent::Source(source) => {
                if let (Some(late), false) = (source.late(), self.is_told_late) {
                    messages::note(&format!("changes may come up to {late} late"));
                    self.is_told_late = true;
                }
                Ok(())
            }
        }
    }

    fn print(&mut self, event: &str, meta: &RecordMeta) -> std::io::Result<()> {
        if self.left == Some(0) {
            return Ok(());
        }
        self.left = self.left.map(|left| left - 1);
        if self.output.json {
            let mut map = if event == "deleted" {
                let mut map = serde_json::Map::new();
                json::put_text(&mut map, "key", meta.key.as_bytes());
                map
            } else {
                json::record(meta)
            };
            map.insert("event".into(), json!(event));
            map.insert("time".into(), json!(Timestamp::now().to_string()));
            return self.output.json_line(&map.into());
        }
        let columns = Columns::of(self.output);
        if self.output.terminal {
            self.output.part(&visible(&format!("{}  ", text::clock(Timestamp::now().micros()))))?;
        }
        let role = match event {
            "new" => Role::New,
            "changed" => Role::Changed,
            _ => Role::Danger,
        };
        self.output.styled(role, &visible(event))?;
        self.output.part(&visible(&" ".repeat(8_usize.saturating_sub(event.len()))))?;
        if event == "deleted" {
            self.output.part(&columns.note(""))?;
        } else {
            columns.print(meta, self.output)?;
        }
        self.output.last(meta.key.as_bytes())
    }
}
