//! The imperative shell: owns the terminal, the tasks and the time.
//!
//! One loop waits for whatever comes first: a frame that is due, a signal, a key, a result. It
//! hands events to the core, carries out the effects, and draws at most every 16 ms and only
//! after something happened. Nothing in it waits for the storage.

pub mod clipboard;
pub mod terminal;

mod answers;
mod asides;
pub mod backend;
mod background;
mod connecting;
mod contents;
mod drafts;
mod effects;
mod files;
mod graphics;
mod handover;
pub(crate) mod input;
mod links;
mod opener;
mod outside;
mod pair;
mod panes;
mod pins;
mod reads;
mod setup;
mod signals;
mod signs;
mod supervise;
mod switching;
mod typed;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::Event as TerminalEvent;
use ratatui::Frame;
use tokio::sync::{OnceCell, mpsc};
use tokio::task::JoinHandle;

use crate::app::{App, Effect, Event};
use crate::config::{Notify, Targets};
use crate::model::Timestamp;
use crate::storage::target::{Secret, Target};
use crate::storage::{self, Options, Storage, blocking};
use crate::view::{Appearance, draw_with, seen_rows, title};

use background::{Background, QUESTION};
use drafts::DraftKeeper;
use effects::Tasks;
use files::HandedBack;
use graphics::Graphics;
use input::Input;
use links::Links;
use opener::Opener;
use panes::PanesKeeper;
pub use setup::Setup;
use signals::{SignalAction, Signals};
pub use supervise::supervise;
use switching::CurrentTarget;

/// Gives the terminal back after a browser on another host that will not give it back itself.
pub fn leave() {
    terminal::leave_unseen();
}
use terminal::Terminal;

/// Least time between two frames.
const FRAME_INTERVAL: Duration = Duration::from_millis(16);
/// Least time between a frame and the one that answers a key: a result that was drawn just before must not
/// keep the key waiting.
const ANSWER_INTERVAL: Duration = Duration::from_millis(4);
/// Least time between two frames while much text is pasted.
const PASTE_INTERVAL: Duration = Duration::from_millis(100);
/// Limit on results that wait for the loop; further ones make their tasks wait.
const EVENT_QUEUE: usize = 64;

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
        let links = setup.links != Links::Off;
        let terminal = Terminal::enter(setup.settings.mouse, setup.title, links)?;
        Box::pin(Shell::new(setup, terminal)?.run()).await
    });
    // A walk or a preview on its own thread must not hold up the end.
    runtime.shutdown_background();
    Ok(code?)
}

struct Shell {
    app: App,
    appearance: Appearance,
    /// Answers of the terminal, among the keys; first its background.
    background: Background,
    terminal: Terminal,
    input: Input,
    signals: Signals,
    tasks: Tasks,
    drafts: DraftKeeper,
    /// The file of the user's own editor, whose text is being taken in.
    handed_back: Option<HandedBack>,
    panes: PanesKeeper,
    /// The task that remembers what the user has left set aside; the end waits for it.
    remembering: Option<JoinHandle<()>>,
    events: mpsc::Receiver<Event>,
    connected: mpsc::Sender<Arc<dyn Storage>>,
    storages: mpsc::Receiver<Arc<dyn Storage>>,
    /// The present target: the target itself, or its place in the list.
    target: CurrentTarget,
    targets: Option<Arc<Targets>>,
    /// The resolved target, for later tries: the command for a password runs once.
    resolved: Arc<OnceCell<Target>>,
    /// The password that was typed for the present target.
    password: Option<Secret>,
    options: Options,
    clipboard_limit: usize,
    opener: Opener,
    notify: Notify,
    links: Links,
    graphics: Graphics,
    drawn: Option<Instant>,
    dirty: bool,
    /// Least time from the last frame to the next.
    frame_interval: Duration,
    ending: Option<u8>,
    /// Whether the terminal's input has ended.
    input_closed: bool,
}

impl Shell {
    fn new(setup: Setup, mut terminal: Terminal) -> io::Result<Self> {
        let (sender, events) = mpsc::channel(EVENT_QUEUE);
        let (connected, storages) = mpsc::channel(1);
        let size = backend::size()?;
        let size = (size.width, size.height);
        if setup.pair.is_some() {
            terminal.send(QUESTION)?;
        }
        Ok(Self {
            app: App::new(setup.settings, Arc::new(setup.keymap), size),
            appearance: setup.appearance,
            background: Background::asked(setup.pair),
            terminal,
            input: Input::open()?,
            signals: Signals::take()?,
            tasks: Tasks::new(sender),
            drafts: DraftKeeper::default(),
            handed_back: None,
            panes: PanesKeeper::default(),
            remembering: None,
            events,
            connected,
            storages,
            target: CurrentTarget::Given(Box::new(setup.target)),
            targets: setup.targets.map(Arc::new),
            resolved: Arc::default(),
            password: None,
            options: setup.options,
            clipboard_limit: setup.clipboard_limit,
            opener: setup.opener,
            notify: setup.notify,
            links: setup.links,
            graphics: setup.graphics,
            drawn: None,
            dirty: true,
            frame_interval: FRAME_INTERVAL,
            ending: None,
            input_closed: false,
        })
    }

    async fn run(mut self) -> io::Result<u8> {
        self.app.now = Timestamp::now();
        let effects = self.app.start();
        self.carry_out(effects).await?;
        loop {
            if let Some(code) = self.ending
                && !self.tasks.is_writing()
            {
                // The last answers may ask for more, such as a check what became of a write.
                let Ok(event) = self.events.try_recv() else {
                    let stays = self.tasks.free_asides().await;
                    return Ok(self.leave(code, &stays).await);
                };
                self.take(event).await?;
                continue;
            }
            let (frame, wake) = (self.frame_due(), self.wake_due());
            // A frame that cannot be shown yet is made later, of the then newest state.
            let quiet = self.terminal.is_quiet();
            let slice = self.terminal.slice_due();
            let release = self.background.release_in();
            tokio::select! {
                biased;
                () = frame, if self.dirty && quiet => self.draw()?,
                action = self.signals.next() => self.on_signal(action).await?,
                heard = self.input.next(), if !self.input_closed => self.hear(heard).await?,
                () = self.terminal.quiet(), if (self.dirty || slice.is_some()) && !quiet => {}
                () = pause(release.unwrap_or_default()), if release.is_some() => {
                    let kept = self.background.release();
                    self.press(kept).await?;
                }
                Some(storage) = self.storages.recv() => self.tasks.use_storage(storage),
                Some(event) = self.events.recv() => {
                    // The storage may have come since it was looked for above; events about it come after it.
                    if let Ok(storage) = self.storages.try_recv() {
                        self.tasks.use_storage(storage);
                    }
                    self.take(event).await?;
                }
                // A frame that is due goes first, and takes slices with it.
                () = pause(slice.unwrap_or_default()), if slice.is_some() && quiet && !self.dirty => {
                    let painted = self.terminal.paint();
                    self.unless_gone(painted)?;
                }
                news = self.graphics.news() => self.picture_news(news)?,
                () = wake => self.take(Event::Time).await?,
            }
        }
    }

    /// Ends when the next frame may be drawn.
    fn frame_due(&self) -> impl Future<Output = ()> + use<> {
        pause(match self.drawn {
            Some(drawn) => self.frame_interval.saturating_sub(drawn.elapsed()),
            None => self.background.first_frame_wait(),
        })
    }

    /// Ends when the core asks to be woken; may never end.
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
        self.terminal.hold_pictures(self.app.record.is_stale());
        let rows = seen_rows(&self.app);
        let links = self.links.of(&self.app, &rows);
        let render = |frame: &mut Frame<'_>| draw_with(frame, &self.app, &self.appearance, &rows);
        let drawn = self.terminal.draw(render, links);
        self.unless_gone(drawn)?;
        let titled = self.terminal.set_title(&title(&self.app));
        self.unless_gone(titled)?;
        // This is done only once the hint has been seen, and beside the loop.
        if self.drawn.is_none() && self.app.settings.welcome {
            blocking::start(setup::remember_first_run);
        }
        if self.drawn.is_none() {
            blocking::start(storage::sweep);
        }
        self.drawn = Some(Instant::now());
        self.dirty = false;
        self.frame_interval = FRAME_INTERVAL;
        self.follow_picture()
    }

    async fn take(&mut self, event: Event) -> io::Result<()> {
        self.dirty = true;
        self.app.now = Timestamp::now();
        let effects = self.app.handle(event);
        self.carry_out(effects).await
    }

    async fn on_signal(&mut self, action: SignalAction) -> io::Result<()> {
        let effects = match action {
            SignalAction::End(code) => {
                self.end(code);
                return Ok(());
            }
            SignalAction::Stop => self.suspend().await?,
            SignalAction::Continue => self.continued()?,
            SignalAction::Resize => {
                let Ok(size) = backend::size() else { return Ok(()) };
                return self.take(Event::Resize(size.width, size.height)).await;
            }
        };
        self.carry_out(effects).await
    }

    /// Ends after the writes under way, which all end within the time limit of a command.
    fn end(&mut self, code: u8) {
        self.app.now = Timestamp::now();
        if let Some(draft) = self.app.unkept_draft() {
            self.drafts.keep(Box::new(draft), self.tasks.events());
        }
        self.app.ending();
        self.ending = Some(code);
        self.dirty = true;
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        // Before a draft is dropped because its text is stored.
        self.give_back();
        let mut effects = std::collections::VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Connect => {
                    self.resolved = Arc::default();
                    self.connect(Duration::ZERO);
                }
                Effect::ConnectAgain(after) => self.connect(after),
                Effect::LogIn(password) => self.log_in(password),
                Effect::Switch(at) => {
                    let (result, told) = self.switch(at);
                    effects.extend(told);
                    effects.extend(self.app.handle(Event::Switched(result)));
                }
                Effect::AskServer(after) => self.tasks.ask_server(after),
                Effect::Read(slot, ticket, read) => self.tasks.read(slot, ticket, read),
                Effect::Watch(ticket, store) => self.tasks.watch(ticket, store.as_ref()),
                Effect::Pause(paused) => self.tasks.pause(paused),
                Effect::OrderWalk(query) => self.tasks.order_walk(query),
                Effect::SetInterest(interest) => self.tasks.set_interest(interest),
                Effect::Cancel(slot) => self.tasks.cancel(slot),
                Effect::Write(id, plan) => self.tasks.write(id, *plan),
                Effect::CancelWrite(id) => self.tasks.cancel_write(id),
                Effect::Resolve(id) => self.tasks.resolve(id),
                Effect::OpenEditor { text, suffix, draft } => {
                    effects.extend(self.outside(text, suffix, draft).await?);
                }
                Effect::KeepDraft(draft) => self.drafts.keep(draft, self.tasks.events()),
                Effect::ReopenDraft(id, what, how) => {
                    let events = self.tasks.events();
                    blocking::start(move || {
                        let (draft, there) = *what;
                        let ready = how.ready(id, draft, there);
                        let _ = events.blocking_send(Event::DraftReady(Box::new(ready)));
                    });
                }
                Effect::DropDraft(id) => self.drafts.remove(id),
                Effect::FindDrafts(target) => self.drafts.find(target, self.tasks.events()),
                Effect::LeaveAsides(ids) => {
                    let leaves = blocking::start(move || asides::leave(&ids));
                    self.remembering = Some(leaves);
                }
                Effect::Pin { target, pin, is_pinned } => self.drafts.pin(target, pin, is_pinned),
                Effect::FindPins(target) => self.drafts.find_pins(target, self.tasks.events()),
                Effect::ReadDraft(id) => self.drafts.read(id, self.tasks.events()),
                Effect::Copy { what, bytes } => {
                    let event = self.copy(what, &bytes);
                    effects.extend(self.app.handle(event));
                }
                Effect::SaveFile { path, bytes, overwrite } => self.tasks.work(move || {
                    let path = files::at_home(&path);
                    let result = files::save(&path, &bytes, overwrite);
                    Event::Saved(path, bytes, result)
                }),
                Effect::OpenExternal { name, bytes } => self.open_external(name, bytes),
                Effect::Notify(text) => self.notify(&text)?,
                Effect::KeepPanes(sizes) => self.panes.keep(sizes),
                Effect::Mouse(taken) => {
                    let sent = self.terminal.set_mouse(taken);
                    self.unless_gone(sent)?;
                }
                Effect::TurnPictures => {
                    let event = self.turn_pictures()?;
                    effects.extend(self.app.handle(event));
                }
                Effect::Suspend => effects.extend(self.suspend().await?),
                Effect::Redraw => effects.extend(self.resized()?),
                Effect::Quit => self.end(0),
            }
        }
        Ok(())
    }
}

/// Waits for this time, if it is not zero.
async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}
