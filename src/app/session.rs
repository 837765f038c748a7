//! The session with the storage: connecting, trying again, and what is known of the server.

use std::time::Duration;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context, KeyMap};
use crate::model::{ConnectionState, Error, ErrorKind, ServerInfo, Timestamp};
use crate::text;

use super::ctx::Ctx;
use super::event::{Effect, Password};
use super::notice::{self, Notice, Tone};
use super::question::PromptKind;
use super::settings::Settings;

/// Pause before the second try to connect; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The sentence when the connection is back; it is taken away if that is lost again.
const BACK: &str = "connected again";
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Time without an answer after which the wait is told, in microseconds.
const LATE: i64 = 1_000_000;
/// Time between two questions to a replica whether it still is one.
const ASK_REPLICA: Duration = Duration::from_secs(1);
/// Limit on the refusals after a log-in that are taken for answers to what was asked before it.
const LATE_REFUSALS: u8 = 3;

/// Whether there is a server to talk to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    /// The first answer is awaited.
    Connecting,
    /// Connecting failed; the user may try again.
    Failed(Error),
    /// There is a server, or there was one and it is being sought.
    Open(ConnectionState),
}

/// The session with the storage.
#[derive(Debug)]
pub struct Session {
    /// Whether there is a server.
    pub state: SessionState,
    /// What is known of the server.
    pub server: ServerInfo,
    /// Time of a round trip.
    pub latency: Option<Duration>,
    /// How often connecting has failed since there was a server, or since another one was chosen.
    pub tries: u32,
    /// Since when there is no server although one is asked for.
    pub begun: Option<Timestamp>,
    /// Since when the next answer is awaited.
    pub asked: Option<Timestamp>,
    /// Pause before the next try to connect, if one fails.
    pause: Duration,
    /// Whether another target was chosen and its first answer is awaited.
    switching: bool,
    /// Whether a password was typed and its answer is awaited.
    logging_in: bool,
    /// Whether the server refused a further connection for want of a password, while one is left.
    locked: bool,
    /// Refusals that may still come for what was asked before the last log-in.
    late_refusals: u8,
}

impl Session {
    /// A session whose first answer is awaited. `switching`: after another target was chosen.
    pub(super) fn new(switching: bool) -> Self {
        Self {
            state: SessionState::Connecting,
            server: ServerInfo::default(),
            latency: None,
            tries: 0,
            begun: None,
            asked: None,
            pause: FIRST_PAUSE,
            switching,
            logging_in: false,
            locked: false,
            late_refusals: 0,
        }
    }

    /// Takes note that larder begins to connect.
    pub(super) fn asks(&mut self, now: Timestamp) {
        self.state = SessionState::Connecting;
        self.begun.get_or_insert(now);
        self.asked = Some(now);
    }

    /// Time for which the first answer is awaited, where that is to be told.
    pub fn late(&self, now: Timestamp) -> Option<Duration> {
        let asked = self.asked.filter(|_| self.state == SessionState::Connecting)?;
        let micros = now.micros().saturating_sub(asked.micros());
        // After a failure, the wait is told at once, so that the panel that told of the failure stays.
        (self.tries > 0 || micros >= LATE)
            .then(|| Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
    }

    /// When the sentence about the wait changes, even if nothing happens.
    pub(super) fn wake(&self, now: Timestamp) -> Option<Timestamp> {
        let asked = self.asked.filter(|_| self.state == SessionState::Connecting)?.micros();
        let told = now.micros().saturating_sub(asked).max(0) / LATE;
        Some(Timestamp::from_micros(asked + (told + 1) * LATE))
    }

    /// Whether the server lets nobody in, so that a password can be typed.
    pub fn wants_password(&self) -> bool {
        match &self.state {
            SessionState::Connecting => false,
            SessionState::Failed(error) => error.kind == ErrorKind::Auth,
            SessionState::Open(ConnectionState::Down { wants_password, .. }) => *wants_password,
            SessionState::Open(_) => self.locked,
        }
    }

    /// Whether the server lets nobody in any more, though one connection still serves.
    pub fn is_locked(&self) -> bool {
        self.locked && self.state == SessionState::Open(ConnectionState::Up)
    }

    /// Takes an error of a read or a write: one for want of a password locks the session. The first few after
    /// a log-in count as late answers to earlier questions; tells whether it is one of these, to be read
    /// again.
    pub(super) fn heard(&mut self, error: &Error) -> bool {
        if error.kind != ErrorKind::Auth {
            return false;
        }
        let late = self.late_refusals > 0;
        self.late_refusals = self.late_refusals.saturating_sub(1);
        self.locked |= !late;
        late
    }

    /// The action of a key. While a password is wanted, its key types it whatever else the pane binds to that
    /// key, and so does the key that saves in the editor.
    pub(super) fn action_of(
        &self,
        keymap: &KeyMap,
        context: Context,
        key: &KeyEvent,
    ) -> Option<Action> {
        let own = keymap.lookup(context, key);
        if !self.wants_password() {
            return own;
        }
        if context == Context::Editor && own == Some(Action::Save) {
            return Some(Action::TypePassword);
        }
        let first = keymap.lookup(Context::Global, key);
        let first = first.filter(|it| *it == Action::TypePassword && !context.is_in_front());
        first.or(own)
    }

    /// Connects with a password that was typed. If it is refused, it is asked for again.
    pub(super) fn log_in(&mut self, password: Password, ctx: &mut Ctx<'_>) {
        if self.wants_password() {
            if !self.is_open() {
                self.asks(ctx.now);
            }
            self.logging_in = true;
            ctx.effect(Effect::LogIn(password));
        }
    }

    /// Takes whether the server of an open session accepted a password; tells whether to read again what
    /// failed without it.
    pub(super) fn logged_in(&mut self, result: Result<(), Error>, ctx: &mut Ctx<'_>) -> bool {
        self.logging_in = false;
        if let Err(error) = result {
            ctx.tell(Notice::failure(error.to_string()));
            if error.kind == ErrorKind::Auth {
                ctx.prompt(PromptKind::Password, "");
            }
            return false;
        }
        ctx.tell(Notice::done("logged in"));
        let again = self.is_locked();
        self.locked = false;
        self.late_refusals = LATE_REFUSALS;
        again
    }

    /// Whether there is a server, or there was one and it is being sought.
    pub fn is_open(&self) -> bool {
        matches!(self.state, SessionState::Open(_))
    }

    /// Whether connecting failed for a reason that may pass, so that larder goes on trying.
    pub fn is_trying(&self) -> bool {
        use ErrorKind::{Connection, Loading, Timeout};
        matches!(&self.state, SessionState::Failed(error)
            if matches!(error.kind, Connection | Timeout | Loading))
    }

    /// The server's product and version, for the details.
    pub(super) fn fact(&self) -> Option<(&'static str, String)> {
        let server = format!("{} {}", self.server.product, self.server.version);
        let latency = self.latency.map(text::latency);
        let parts = [server.trim().to_owned()].into_iter().chain(latency);
        let told = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        (!told.is_empty()).then_some(("server", told))
    }

    /// Why writes are refused, if they are.
    pub(super) fn refused(&self, settings: &Settings) -> Option<&'static str> {
        if !settings.read_only && !self.server.read_only {
            return None;
        }
        Some(if self.server.replica {
            "this replica takes no writes"
        } else if self.server.cluster {
            "a cluster: no write can be one step"
        } else {
            settings.read_only_why
        })
    }

    /// Takes the result of connecting; tells whether there is a server now.
    pub(super) fn connected(
        &mut self,
        result: Result<ServerInfo, Error>,
        ctx: &mut Ctx<'_>,
    ) -> bool {
        if std::mem::take(&mut self.switching) {
            notice::untell(ctx.notice);
        }
        let logging_in = std::mem::take(&mut self.logging_in);
        match result {
            Ok(server) => {
                self.latency = server.latency;
                self.state = SessionState::Open(ConnectionState::Up);
                self.pause = FIRST_PAUSE;
                (self.begun, self.asked) = (None, None);
                // The welcome was taken back while nothing could be done.
                if std::mem::take(&mut self.tries) > 0 && ctx.settings.welcome {
                    ctx.tell(welcome(ctx.keymap));
                }
                if !server.notes.is_empty() {
                    ctx.tell(Notice::warning(server.notes.join(" · ")));
                }
                self.server = server;
                self.follow_role(ctx);
                true
            }
            // The failure of a try that was given up comes too late.
            Err(_) if self.is_open() => false,
            Err(error) => {
                self.state = SessionState::Failed(error);
                if ctx.settings.welcome {
                    notice::untell(ctx.notice);
                }
                self.tries = self.tries.saturating_add(1);
                if logging_in && self.wants_password() {
                    ctx.prompt(PromptKind::Password, "");
                }
                if self.is_trying() {
                    ctx.effect(Effect::ConnectAgain(self.pause));
                    self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                }
                false
            }
        }
    }

    /// Takes the state of the connection; tells whether it has just come back.
    pub(super) fn connection(&mut self, connection: ConnectionState, ctx: &mut Ctx<'_>) -> bool {
        if !self.is_open() {
            return false;
        }
        let was_down = matches!(self.state, SessionState::Open(ConnectionState::Down { .. }));
        let back = was_down && connection == ConnectionState::Up;
        self.locked &= !back;
        if !was_down && connection != ConnectionState::Up && ctx.settings.notify {
            let text = format!("no connection to {}", ctx.settings.label);
            ctx.effect(Effect::Notify(text));
        }
        if connection != ConnectionState::Up
            && ctx.notice.as_ref().is_some_and(|notice| notice.text == BACK)
        {
            *ctx.notice = None;
        }
        self.state = SessionState::Open(connection);
        if back {
            // The sentence does not hide the result of a write: the line above says that the connection is
            // live.
            let tells = |notice: &Notice| matches!(notice.tone, Tone::Done | Tone::Warning);
            if !ctx.notice.as_ref().is_some_and(tells) {
                ctx.tell(Notice::done(BACK));
            }
            // The server may be another one, or no longer a replica.
            ctx.effect(Effect::AskServer(Duration::ZERO));
        }
        back
    }

    /// Asks a replica repeatedly whether it still is one.
    fn follow_role(&self, ctx: &mut Ctx<'_>) {
        if self.server.replica {
            ctx.effect(Effect::AskServer(ASK_REPLICA));
        }
    }

    /// Takes what the server tells of itself.
    pub(super) fn told(&mut self, result: Result<ServerInfo, Error>, ctx: &mut Ctx<'_>) {
        if !self.is_open() {
            return;
        }
        if let Ok(server) = result {
            match (self.server.replica, server.replica) {
                (true, false) => {
                    ctx.tell(Notice::done("this server is a replica no longer"));
                }
                (false, true) => {
                    let words = "a replica now: it takes no writes";
                    ctx.tell(Notice::warning(words));
                }
                _ => {}
            }
            self.server = server;
        }
        self.follow_role(ctx);
    }

    /// Prepares to read everything again, as the user wishes; tells whether there is something to read from.
    /// If connecting failed, it is tried at once.
    pub(super) fn refresh(&mut self, ctx: &mut Ctx<'_>) -> bool {
        if matches!(self.state, SessionState::Failed(_)) {
            self.asks(ctx.now);
            self.pause = FIRST_PAUSE;
            ctx.effect(Effect::Connect);
        }
        self.is_open()
    }
}
/// The sentence at the first start, with the keys that one begins with.
pub(super) fn welcome(keymap: &KeyMap) -> Notice {
    let says = |action, does| keymap.says(Context::Keys, action, does);
    let told = [
        says(Action::Open, "open"),
        says(Action::Left, "back"),
        says(Action::Filter, "filter"),
        says(Action::Help, "all keys"),
        says(Action::Quit, "quit"),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    Notice::info(told.join(" · "))
}
