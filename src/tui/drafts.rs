//! Keeps drafts and pins, in the order in which they were made, on a thread of its own.

use std::path::Path;
use std::sync::mpsc as queue;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};
use tokio::sync::mpsc::Sender;

use super::files::HandedBack;
use super::pins;
use crate::app::{Event, Pin};
use crate::drafts::{Drafts, Entry};
use crate::edit::draft::{Digests, Draft, DraftId};
use crate::model::in_words;

/// Limit on the time that the end of larder waits for a draft to be on the disk.
const LAST: Duration = Duration::from_secs(3);

/// Time between two looks for what an editor saves that returned at once and goes on in a window of its own.
const LATER: Duration = Duration::from_secs(2);

/// A job of the thread.
enum Job {
    Keep(Box<Draft>, Sender<Event>),
    /// Keep what the user's own editor left, if it is not stored or kept already; then remove its file.
    GiveBack(Option<Box<Draft>>, HandedBack, Sender<Event>),
    Remove(DraftId),
    Find(String, Sender<Event>),
    Read(DraftId, Sender<Event>),
    Pin(String, Pin, bool),
    FindPins(String, Sender<Event>),
    /// Tell when all earlier jobs are done.
    Done(queue::Sender<()>),
}

/// The thread that keeps drafts, started with the first job.
#[derive(Default)]
pub(super) struct DraftKeeper {
    jobs: Option<queue::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// The folder of drafts; none where there is no state folder.
pub(super) fn folder() -> Option<Drafts> {
    crate::config::state_folder().map(|state| Drafts::of(&state))
}

impl DraftKeeper {
    /// Keeps a draft; tells `events` whether it is kept.
    pub(super) fn keep(&mut self, draft: Box<Draft>, events: Sender<Event>) {
        self.send(Job::Keep(draft, events));
    }

    /// Keeps what the user's own editor left, where there is something to keep, and then removes its file; a
    /// file whose text cannot be kept stays.
    pub(super) fn give_back(
        &mut self,
        draft: Option<Box<Draft>>,
        back: HandedBack,
        events: Sender<Event>,
    ) {
        self.send(Job::GiveBack(draft, back, events));
    }

    /// Removes a draft.
    pub(super) fn remove(&mut self, id: DraftId) {
        self.send(Job::Remove(id));
    }

    /// Looks for the drafts of a target in which nobody is typing.
    pub(super) fn find(&mut self, target: String, events: Sender<Event>) {
        self.send(Job::Find(target, events));
    }

    /// Reads a draft.
    pub(super) fn read(&mut self, id: DraftId, events: Sender<Event>) {
        self.send(Job::Read(id, events));
    }

    /// Remembers that a record of a target is pinned, or that it is no longer.
    pub(super) fn pin(&mut self, target: String, pin: Pin, is_pinned: bool) {
        self.send(Job::Pin(target, pin, is_pinned));
    }

    /// Looks for the pins of a target.
    pub(super) fn find_pins(&mut self, target: String, events: Sender<Event>) {
        self.send(Job::FindPins(target, events));
    }

    /// Waits until all jobs are done, for a limited time.
    pub(super) fn finish(&mut self) {
        if self.thread.is_none() {
            return;
        }
        let (done, wait) = queue::channel();
        self.send(Job::Done(done));
        if wait.recv_timeout(LAST).is_err() {
            crate::logs::warn!("a draft is not known to be on the disk");
        }
    }

    fn send(&mut self, job: Job) {
        if self.jobs.is_none() {
            let (jobs, next) = queue::channel();
            self.thread = Some(std::thread::spawn(move || work(&next)));
            self.jobs = Some(jobs);
        }
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }
}

fn work(next: &queue::Receiver<Job>) {
    let (drafts, mut digests) = (folder(), Digests::default());
    // The last search for drafts; whether an editor may still save.
    let mut searched: Option<(String, Sender<Event>)> = None;
    let mut may_come = false;
    let mut known = Vec::new();
    loop {
        let job = if may_come {
            match next.recv_timeout(LATER) {
                Ok(job) => job,
                Err(queue::RecvTimeoutError::Disconnected) => return,
                Err(queue::RecvTimeoutError::Timeout) => {
                    if let (Some(drafts), Some((target, events))) = (&drafts, &searched)
                        && (drafts.has_come_late() || drafts.ids() != known)
                    {
                        find(drafts, target, events);
                        known = drafts.ids();
                    }
                    continue;
                }
            }
        } else {
            let Ok(job) = next.recv() else { return };
            job
        };
        if let Job::GiveBack(_, back, _) = &job {
            may_come |= back.goes_on();
        }
        match (job, &drafts) {
            (Job::Keep(draft, events), drafts) => {
                let kept = keep(drafts.as_ref(), &draft, &mut digests);
                let _ = events.blocking_send(Event::DraftKept(draft.head.id(), kept));
            }
            (Job::GiveBack(None, back, _), drafts) => back.remove(drafts.as_ref()),
            (Job::GiveBack(Some(draft), back, events), drafts) => {
                let kept = keep(drafts.as_ref(), &draft, &mut digests);
                let kept = match kept {
                    Ok(()) => {
                        back.remove(drafts.as_ref());
                        Ok(())
                    }
                    Err(why) => {
                        let path = back.stay().display().to_string();
                        Err(format!("{why}; the editor's text is in {path}"))
                    }
                };
                let _ = events.blocking_send(Event::DraftKept(draft.head.id(), kept));
            }
            (Job::Remove(id), Some(drafts)) => {
                digests = Digests::default();
                if let Err(why) = drafts.remove(&id) {
                    crate::logs::warn!("the draft {} cannot be removed: {why}", id.as_str());
                }
            }
            (Job::Find(target, events), Some(drafts)) => {
                find(drafts, &target, &events);
                known = drafts.ids();
                searched = Some((target, events));
            }
            (Job::Read(id, events), Some(drafts)) => {
                let read = drafts.take_up(&id).map(Box::new);
                let _ = events.blocking_send(Event::DraftRead(id, read));
            }
            (Job::Pin(target, pin, is_pinned), _) => {
                let written = pins::file().map(|file| pins::set(&file, &target, &pin, is_pinned));
                if let Some(Err(why)) = written {
                    crate::logs::warn!("the pinned records cannot be written: {why}");
                }
            }
            (Job::FindPins(target, events), _) => {
                let found = pins::file().map(|file| pins::of_target(&file, &target));
                if let Some(found) = found.filter(|found| !found.is_empty()) {
                    let _ = events.blocking_send(Event::Pins(target, found));
                }
            }
            (Job::Done(done), _) => drop(done.send(())),
            (Job::Remove(_) | Job::Find(..) | Job::Read(..), None) => {}
        }
    }
}

/// Tells of the drafts of a target in which nobody is typing.
fn find(drafts: &Drafts, target: &str, events: &Sender<Event>) {
    let found = drafts.list().into_iter().filter_map(|Entry { id, head, .. }| {
        let head = head.ok().filter(|head| head.target == target)?;
        (!is_larder(head.process)).then_some((id, head))
    });
    let _ = events.blocking_send(Event::Drafts(found.collect()));
}

/// Keeps a draft at once.
///
/// # Errors
/// Why it cannot be kept, in words.
fn keep(drafts: Option<&Drafts>, draft: &Draft, digests: &mut Digests) -> Result<(), String> {
    let Some(drafts) = drafts else { return Err("there is no state folder".to_owned()) };
    drafts.keep_again(draft, digests).map_err(|why| match why.kind() {
        std::io::ErrorKind::FileTooLarge => "it is too large".to_owned(),
        _ => in_words(&why),
    })
}

/// Whether a process is a running larder: if so, somebody types in its drafts, and it frees what it sets
/// aside.
pub(super) fn is_larder(process: u32) -> bool {
    let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return false };
    if test_kill_process(pid).is_err() {
        return false;
    }
    // A process that has ended keeps its number and name until its parent takes note.
    let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
    if state.is_ok_and(|state| has_ended(&state)) {
        return false;
    }
    // Numbers of processes are used again. On a system without `/proc`, any process is taken for larder.
    let name = std::fs::read_to_string(format!("/proc/{process}/comm"));
    name.map_or(!Path::new("/proc/self").exists(), |name| name.starts_with("larder"))
}

/// Whether a process has ended, by its state in `/proc`, which stands behind its name; the name may be
/// anything.
fn has_ended(stat: &str) -> bool {
    let state = stat.rsplit_once(')').map_or("", |(_, rest)| rest.trim_start());
    state.starts_with(['Z', 'X'])
}

/// The machine and the terminal in which the user types.
pub(super) fn place() -> String {
    let host = crate::storage::aside::host();
    let terminal = rustix::termios::ttyname(std::io::stdin(), Vec::new()).ok();
    let terminal =
        terminal.map(|name| name.to_string_lossy().trim_start_matches("/dev/").to_owned());
    host.into_iter().chain(terminal).collect::<Vec<_>>().join(", ")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_has_ended_types_no_more() {
        // The process of the tests has a name that begins with `larder`.
        assert!(is_larder(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        // An ended process stays in the list until its parent waits for it.
        while !std::fs::read_to_string(format!("/proc/{}/stat", child.id()))
            .is_ok_and(|stat| has_ended(&stat))
        {
            std::thread::yield_now();
        }
        assert!(!is_larder(child.id()));
        child.wait().unwrap();
        assert!(!is_larder(child.id()));
        assert!(has_ended("7 (a) Z (b)) Z 1 2"));
        assert!(!has_ended("7 (a) Z (b)) S 1 2"));
    }
}
