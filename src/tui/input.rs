//! The input from the terminal: keys, the mouse, pastes, and its end.
//!
//! larder has a reader of its own. The reader of a library loops without end if reading gives 0 bytes (a
//! terminal that is gone and is not the controlling one, so that no signal tells of it), and cannot be told
//! to leave the terminal to another program for a while.

pub(crate) mod decode;

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use decode::Decoder;

/// Limit on the bytes that are read at once.
const ROOM: usize = 4096;

/// Standard input, a terminal in raw mode, read by a thread of its own. There is only one at a time; the
/// thread ends when it is dropped, or when the terminal is gone.
pub(super) struct Input {
    events: UnboundedReceiver<Event>,
    reports: UnboundedReceiver<String>,
    gone: watch::Receiver<bool>,
    /// Whether the terminal is read. The thread holds the lock while it reads.
    reading: Arc<Mutex<bool>>,
    /// Wakes the thread.
    bell: PipeWriter,
}

/// Something that came from the terminal.
#[derive(Debug)]
pub(super) enum Heard {
    /// An action of the user.
    Event(Event),
    /// A report of the terminal: a control sequence without the bytes that begin all of them.
    Report(String),
}

/// The thread's side.
struct Reader {
    events: UnboundedSender<Event>,
    reports: UnboundedSender<String>,
    gone: watch::Sender<bool>,
    reading: Arc<Mutex<bool>>,
    bell: PipeReader,
    decoder: Decoder,
}

impl Input {
    /// Begins to read.
    ///
    /// # Errors
    /// If the system has no thread or no pipe left.
    pub(super) fn open() -> io::Result<Self> {
        let (bell_reader, bell) = io::pipe()?;
        let (sender, events) = unbounded_channel();
        let (reporter, reports) = unbounded_channel();
        let (told, gone) = watch::channel(false);
        let reading = Arc::new(Mutex::new(true));
        let mut reader = Reader {
            events: sender,
            reports: reporter,
            gone: told,
            reading: Arc::clone(&reading),
            bell: bell_reader,
            decoder: Decoder::default(),
        };
        let thread = std::thread::Builder::new().name("larder-keys".to_owned());
        thread.stack_size(128 * 1024).spawn(move || reader.run())?;
        Ok(Self { events, reports, gone, reading, bell })
    }

    /// The next thing that comes; none once the terminal is gone. Nothing is lost if the future is dropped.
    pub(super) async fn next(&mut self) -> Option<Heard> {
        tokio::select! {
            biased;
            event = self.events.recv() => event.map(Heard::Event),
            Some(report) = self.reports.recv() => Some(Heard::Report(report)),
        }
    }

    /// The next event, if there is one already.
    pub(super) fn waiting(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Leaves the terminal to another program: from now on, not a byte is read until [`Input::resume`].
    pub(super) fn pause(&mut self) {
        self.read(false);
    }

    /// Reads again.
    pub(super) fn resume(&mut self) {
        self.read(true);
    }

    fn read(&mut self, reading: bool) {
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = reading;
        // If the thread has ended, the terminal is gone.
        let _ = self.bell.write(b"!");
    }

    /// Ends when the terminal is gone, also while it is not read.
    pub(super) async fn gone(&self) {
        // An error means that the thread has ended, so the terminal is gone as well.
        let _ = self.gone.clone().wait_for(|gone| *gone).await;
    }
}

impl Reader {
    fn run(&mut self) {
        while self.turn() {}
        self.gone.send_replace(true);
    }

    /// Waits for something to read and takes it. False at the end.
    fn turn(&mut self) -> bool {
        let (input, flags) = (stdin(), self.wanted());
        // Without flags, the system still tells of the end.
        let mut asked = [PollFd::new(&input, flags), PollFd::new(&self.bell, PollFlags::IN)];
        match poll(&mut asked, None) {
            Ok(_) => {}
            Err(Errno::INTR | Errno::AGAIN) => return true,
            Err(_) => return false,
        }
        let (terminal, bell) = (asked[0].revents(), asked[1].revents());
        if bell.contains(PollFlags::IN) {
            let mut rung = [0; 16];
            return rustix::io::read(&self.bell, &mut rung).is_ok();
        }
        if !bell.is_empty() {
            return false;
        }
        // Bytes that came before the end are read first.
        if terminal.contains(PollFlags::IN) { self.take() } else { terminal.is_empty() }
    }

    fn wanted(&self) -> PollFlags {
        let reading = *self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if reading { PollFlags::IN } else { PollFlags::empty() }
    }

    /// Reads, unless reading was paused meanwhile. False at the terminal's end.
    fn take(&mut self) -> bool {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if !*reading || !has_bytes() {
            return true;
        }
        let mut bytes = [0; ROOM];
        let read = rustix::io::read(stdin(), &mut bytes);
        drop(reading);
        match read {
            Ok(0) => false,
            Ok(count) => {
                let mut events = VecDeque::new();
                self.decoder.feed(&bytes[..count], has_bytes(), &mut events);
                // The reports follow the keys that came before them.
                events.into_iter().all(|event| self.events.send(event).is_ok())
                    && self.decoder.reports().all(|report| self.reports.send(report).is_ok())
            }
            Err(Errno::INTR | Errno::AGAIN) => true,
            // EIO: the terminal was hung up, or larder was left without a session.
            Err(_) => false,
        }
    }
}

/// Whether reading gives something at once, be it the end.
fn has_bytes() -> bool {
    let input = stdin();
    let mut asked = [PollFd::new(&input, PollFlags::IN)];
    poll(&mut asked, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}
