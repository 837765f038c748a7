//! The imperative shell: owns the terminal, the tasks and the time.
//!
//! One loop waits for whatever comes first: a frame that is due, a signal, a key, a result. It
//! hands events to the core, carries out the effects, and draws at most every 16 ms and only
//! after something happened. Nothing in it waits for the storage.

pub mod clipboard;
pub mod terminal;

mod background;
mod effects;
mod files;
pub mod lean;
mod reads;
mod setup;
mod signals;
mod welcome;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event as TerminalEvent, EventStream, KeyEvent};
use futures::StreamExt as _;
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;
use tokio::sync::{OnceCell, mpsc};

use crate::app::{App, Effect, Event};
use crate::config::Targets;
use crate::storage::target::Target;
use crate::storage::{Options, Storage, Timestamp};
use crate::view::{Look, draw};

use background::{Background, Heard, QUESTION};
use effects::Tasks;
pub use setup::Setup;
use signals::{INTERRUPTED, Signals, Wish};
use terminal::Terminal;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// The least time between a frame and the one that answers a key: a result that was drawn just
/// before must not keep the key waiting.
const ANSWER: Duration = Duration::from_millis(4);
/// How many results may wait for the loop before their tasks have to.
const ROOM: usize = 64;

/// Runs the browser until the user or a signal ends it; gives the exit code.
///
/// # Errors
/// If there is no terminal, or it fails.
pub fn run(setup: Setup) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("larder")
        .enable_all()
        .build()?;
    let code = runtime.block_on(async {
        let terminal = Terminal::enter(setup.settings.mouse)?;
        Shell::new(setup, terminal)?.run().await
    });
    // A walk or a preview on its own thread must not hold up the end.
    runtime.shutdown_background();
    Ok(code?)
}

/// Where a target is found.
enum Place {
    Known(Box<Target>),
    Listed(usize),
}

struct Shell {
    app: App,
    look: Look,
    /// The question for the terminal's background, where it was asked.
    background: Option<Background>,
    terminal: Terminal,
    input: EventStream,
    signals: Signals,
    tasks: Tasks,
    events: mpsc::Receiver<Event>,
    connected: mpsc::Sender<Arc<dyn Storage>>,
    storages: mpsc::Receiver<Arc<dyn Storage>>,
    /// Where the present target is found: it, or its place in the list.
    target: Place,
    targets: Option<Arc<Targets>>,
    /// What was found there, for the next tries: a password's command runs once.
    resolved: Arc<OnceCell<Target>>,
    options: Options,
    clipboard_limit: usize,
    drawn: Option<Instant>,
    dirty: bool,
    /// Whether a key waits for its frame.
    pressed: bool,
    ending: Option<u8>,
    /// Whether the terminal has stopped giving events.
    deaf: bool,
}

impl Shell {
    fn new(setup: Setup, mut terminal: Terminal) -> io::Result<Self> {
        let (sender, events) = mpsc::channel(ROOM);
        let (connected, storages) = mpsc::channel(1);
        let size = crossterm::terminal::size()?;
        if setup.pair.is_some() {
            terminal.send(QUESTION)?;
        }
        Ok(Self {
            app: App::new(setup.settings, Arc::new(setup.keymap), size),
            look: setup.look,
            background: setup.pair.map(Background::asked),
            terminal,
            input: EventStream::new(),
            signals: Signals::take()?,
            tasks: Tasks::new(sender),
            events,
            connected,
            storages,
            target: Place::Known(Box::new(setup.target)),
            targets: setup.targets.map(Arc::new),
            resolved: Arc::default(),
            options: setup.options,
            clipboard_limit: setup.clipboard_limit,
            drawn: None,
            dirty: true,
            pressed: false,
            ending: None,
            deaf: false,
        })
    }

    async fn run(mut self) -> io::Result<u8> {
        let effects = self.app.start();
        self.carry_out(effects).await?;
        loop {
            if let Some(code) = self.ending
                && !self.tasks.is_writing()
            {
                // The last answers may ask for more, such as a look at what became of a write.
                match self.events.try_recv() {
                    Ok(event) => self.take(event).await?,
                    Err(_) => return Ok(self.leave(code).await),
                }
                continue;
            }
            let (frame, wake) = (self.frame_due(), self.wake_due());
            let release = self.background.as_ref().and_then(Background::release_in);
            tokio::select! {
                biased;
                () = frame, if self.dirty => self.draw()?,
                wish = self.signals.next() => self.wish(wish)?,
                event = self.input.next(), if !self.deaf => self.typed(event).await?,
                () = pause(release.unwrap_or_default()), if release.is_some() => {
                    let kept = self.background.as_mut().map(Background::release);
                    self.press(kept.unwrap_or_default()).await?;
                }
                Some(storage) = self.storages.recv() => self.tasks.use_storage(storage),
                Some(event) = self.events.recv() => self.take(event).await?,
                () = wake => self.take(Event::Time).await?,
            }
        }
    }

    /// Gives the terminal back. A failure that the user can no longer see in it is told after it.
    async fn leave(&mut self, code: u8) -> u8 {
        self.hear_out().await;
        self.terminal.leave();
        match self.app.unseen_failure() {
            Some(text) => {
                eprintln!("larder: {}", crate::preview::visible(text));
                if code == 0 { 4 } else { code }
            }
            None => code,
        }
    }

    /// Waits for an answer that is still under way: in the shell it would be garbage.
    async fn hear_out(&mut self) {
        let Some(background) = self.background.as_mut().filter(|_| !self.deaf) else { return };
        while let Ok(Some(Ok(event))) =
            tokio::time::timeout(background.patience(), self.input.next()).await
        {
            if let TerminalEvent::Key(key) = event {
                background.hear(key);
            }
        }
    }

    /// Ends when the next frame may be drawn.
    fn frame_due(&self) -> impl Future<Output = ()> + use<> {
        let least = if self.pressed { ANSWER } else { FRAME };
        pause(match (self.drawn, &self.background) {
            (Some(drawn), _) => least.saturating_sub(drawn.elapsed()),
            (None, Some(background)) => background.hold(),
            (None, None) => Duration::ZERO,
        })
    }

    /// Ends when what is shown is different although nothing has happened; perhaps never.
    fn wake_due(&self) -> impl Future<Output = ()> + use<> {
        let wait = self.app.wake().map(|wake| {
            let micros = wake.micros().saturating_sub(Timestamp::now().micros());
            Duration::from_micros(u64::try_from(micros).unwrap_or(0))
        });
        async move {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        self.app.now = Timestamp::now();
        let drawn = self.terminal.draw(|frame| draw(frame, &self.app, &self.look));
        // A terminal that is gone is no reason to leave a write half done.
        if self.ending.is_none() {
            drawn?;
        }
        // Only once the hint has been seen, and beside the loop.
        if self.drawn.is_none() && self.app.settings.welcome {
            tokio::task::spawn_blocking(welcome::remember);
        }
        self.drawn = Some(Instant::now());
        self.dirty = false;
        self.pressed = false;
        Ok(())
    }

    async fn typed(&mut self, event: Option<io::Result<TerminalEvent>>) -> io::Result<()> {
        let event = match event {
            Some(Ok(TerminalEvent::Key(key))) => {
                let heard = match &mut self.background {
                    Some(background) => background.hear(key),
                    None => Heard::Keys(vec![key]),
                };
                return match heard {
                    Heard::Keys(keys) => self.press(keys).await,
                    Heard::Answer(theme) => {
                        if let Some(theme) = theme {
                            self.look.theme = *theme;
                            self.dirty = true;
                        }
                        Ok(())
                    }
                };
            }
            Some(Ok(TerminalEvent::Mouse(mouse))) => Event::Mouse(mouse),
            Some(Ok(TerminalEvent::Paste(text))) => Event::Paste(text),
            Some(Ok(TerminalEvent::Resize(width, height))) => Event::Resize(width, height),
            Some(Ok(TerminalEvent::FocusGained | TerminalEvent::FocusLost)) => return Ok(()),
            // The terminal is gone: no one is left to read or to write for.
            Some(Err(_)) | None => {
                self.deaf = true;
                self.end(129);
                return Ok(());
            }
        };
        self.take(event).await
    }

    async fn press(&mut self, keys: Vec<KeyEvent>) -> io::Result<()> {
        for key in keys {
            self.pressed = true;
            self.take(Event::Key(key)).await?;
        }
        Ok(())
    }

    async fn take(&mut self, event: Event) -> io::Result<()> {
        self.dirty = true;
        self.app.now = Timestamp::now();
        let effects = self.app.handle(event);
        self.carry_out(effects).await
    }

    fn wish(&mut self, wish: Wish) -> io::Result<()> {
        match wish {
            Wish::End(code) => {
                self.end(code);
                Ok(())
            }
            Wish::Stop => self.suspend(),
        }
    }

    /// Ends after the writes under way, which all end within the time that a command may take.
    fn end(&mut self, code: u8) {
        self.app.ending();
        self.ending = Some(code);
        self.dirty = true;
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.terminal.suspend()?;
        self.resized()
    }

    /// Takes the size anew and draws everything.
    fn resized(&mut self) -> io::Result<()> {
        let (width, height) = crossterm::terminal::size()?;
        self.app.handle(Event::Resize(width, height));
        self.terminal.redraw()?;
        self.dirty = true;
        Ok(())
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        let mut effects = std::collections::VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Connect => {
                    self.resolved = Arc::default();
                    self.connect(Duration::ZERO);
                }
                Effect::ConnectAgain(after) => self.connect(after),
                Effect::Switch(at) => {
                    let result = self.switch(at);
                    effects.extend(self.app.handle(Event::Switched(result)));
                }
                Effect::Read(slot, ticket, read) => self.tasks.read(slot, ticket, read),
                Effect::Watch(ticket, store) => self.tasks.watch(ticket, store.as_ref()),
                Effect::Pause(paused) => self.tasks.pause(paused),
                Effect::Attend(attention) => self.tasks.attend(attention),
                Effect::Cancel(slot) => self.tasks.cancel(slot),
                Effect::Write(write) => self.tasks.write(write),
                Effect::Settle(write) => self.tasks.settle(write),
                Effect::OpenEditor { text, suffix } => {
                    let event = self.outside(&text, &suffix).await?;
                    effects.extend(self.app.handle(event));
                }
                Effect::Copy { what, bytes } => {
                    let event = self.copy(what, &bytes)?;
                    effects.extend(self.app.handle(event));
                }
                Effect::SaveFile { path, bytes, overwrite } => self.tasks.work(move || {
                    let result = files::save(&path, &bytes, overwrite);
                    Event::Saved(path, result)
                }),
                Effect::Mouse(taken) => self.terminal.set_mouse(taken)?,
                Effect::Suspend => self.suspend()?,
                Effect::Redraw => self.resized()?,
                Effect::Quit => self.end(0),
            }
        }
        Ok(())
    }

    fn connect(&mut self, after: Duration) {
        let (options, connected) = (self.options.clone(), self.connected.clone());
        match (&self.target, &self.targets) {
            (Place::Listed(at), Some(targets)) => {
                let (at, targets) = (*at, Arc::clone(targets));
                let known = Arc::clone(&self.resolved);
                // A password's command may take as long as it takes to unlock a key ring.
                let resolve = move || async move {
                    let task = tokio::task::spawn_blocking(move || targets.resolve(at));
                    task.await.unwrap_or_else(|_| Err(effects::bug()))
                };
                let resolved = async move { known.get_or_try_init(resolve).await.cloned() };
                self.tasks.connect(resolved, options, connected, after);
            }
            (Place::Known(target), _) => {
                let target = Target::clone(target);
                self.tasks.connect(std::future::ready(Ok(target)), options, connected, after);
            }
            (Place::Listed(_), None) => {}
        }
    }

    /// Lets go of the storage, for another target of the list: all reads end, and what they had
    /// sent already goes nowhere. Not while a value is being saved to a file.
    fn switch(&mut self, at: usize) -> Result<usize, String> {
        if self.tasks.is_writing() {
            return Err("something is being written; switch when that is done".to_owned());
        }
        let chosen = self.targets.as_ref().and_then(|targets| targets.choices().get(at));
        let Some(read_only) = chosen.map(|choice| choice.read_only) else {
            return Err("there is no such target".to_owned());
        };
        let (sender, events) = mpsc::channel(ROOM);
        let mut old = std::mem::replace(&mut self.events, events);
        (self.connected, self.storages) = mpsc::channel(1);
        self.tasks.start_over(sender);
        // A value that was saved is no business of the storage's.
        while let Ok(event) = old.try_recv() {
            if matches!(event, Event::Saved(..)) {
                self.app.handle(event);
            }
        }
        self.options.read_only = read_only;
        self.target = Place::Listed(at);
        Ok(at)
    }

    /// Gives the terminal to the user's own editor, and takes it back.
    async fn outside(&mut self, text: &[u8], suffix: &str) -> io::Result<Event> {
        self.terminal.leave();
        // Two readers of one terminal would share its keys between them.
        self.input = EventStream::new();
        let mut edit = std::pin::pin!(files::edit(text, suffix));
        let result = loop {
            tokio::select! {
                result = &mut edit => break result,
                // Ctrl-Z and Ctrl-C go to everyone in the foreground. Stopped with the editor, the
                // shell has its prompt, and `fg` continues both; an interrupt is the editor's.
                wish = self.signals.next() => match wish {
                    Wish::Stop => emulate_default_handler(SIGTSTP)?,
                    Wish::End(INTERRUPTED) => {}
                    Wish::End(code) => self.end(code),
                },
            }
        };
        self.terminal.reenter()?;
        self.signals.forget_interrupts();
        self.resized()?;
        Ok(Event::Edited(result))
    }

    fn copy(&mut self, what: &'static str, bytes: &[u8]) -> io::Result<Event> {
        let env = |name: &str| std::env::var(name).ok();
        let result = match clipboard::copy_sequence(bytes, &env, self.clipboard_limit) {
            Ok(sequence) => {
                self.terminal.send(&sequence)?;
                Ok(bytes.len())
            }
            Err(too_large) => Err(too_large.to_string()),
        };
        Ok(Event::Copied(what, result))
    }
}

/// Waits, or not at all.
async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}
