//! The functional core: holds the state and decides. No I/O, no tasks, no clock.
//!
//! [`App::handle`] takes an [`Event`] and gives the [`Effect`]s that the shell is to carry out;
//! their results come back as events. The view draws the state.

pub mod crawl;
pub mod editor;
pub mod event;
pub mod groups;
pub mod input;
pub mod keys;
pub mod layout;
pub mod list;
pub mod modal;
pub mod notice;
pub mod record;
pub mod stores;
pub mod totals;
pub mod watch;

mod act;
mod compute;
mod conflict;
mod dialogs;
mod edit;
mod interest;
mod loaded;
mod mouse;
mod prompt;
mod reads;
mod rounds;
mod targets;
mod typing;
mod writes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context, KeyMap};
use crate::model::{Connection, Error, Interest, ServerInfo, StoreName, Timestamp};
use crate::text;

pub(crate) use dialogs::{store_facts, store_state};
pub use editor::Editor;
pub use event::{
    Effect, Event, Loaded, NotEdited, Read, RecordView, SaveError, Slot, Ticket, WriteId,
};
pub use layout::{Area, Layout};
pub use modal::{Confirm, Confirmed, Details, Modal, Overlay, Prompt, PromptKind};
pub use notice::{Notice, Tone};
pub use targets::TargetChoice;
pub use typing::is_text;
pub use writes::Pending;

use keys::KeysPane;
use record::RecordPane;
use stores::StoresPane;
use watch::Watch;

/// One of the three panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The list of stores.
    Stores,
    /// The keys of the open store.
    Keys,
    /// The record under the cursor.
    Record,
}

/// What the core needs to know of the configuration.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the user's")]
pub struct Settings {
    /// The target without its secret, for the status line.
    pub label: String,
    /// Refuse writes, and say so.
    pub read_only: bool,
    /// Values above this many bytes are fetched only when asked for.
    pub preview_limit: u64,
    /// Texts above this many bytes are edited only in the user's own editor.
    pub editor_limit: u64,
    /// Wrap long lines at first.
    pub wrap: bool,
    /// Take the mouse at first.
    pub mouse: bool,
    /// The targets that have a name.
    pub targets: Vec<TargetChoice>,
    /// Which of them is the present one.
    pub target: usize,
    /// Whether the user has never seen larder before.
    pub welcome: bool,
    /// What is to be said at the start.
    pub warning: Option<String>,
    /// The store to open as soon as it is there.
    pub open: Option<StoreName>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            label: String::new(),
            read_only: false,
            preview_limit: 2 << 20,
            editor_limit: 1 << 20,
            wrap: true,
            mouse: true,
            targets: Vec::new(),
            target: 0,
            welcome: false,
            warning: None,
            open: None,
        }
    }
}

/// Whether there is a server to talk to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    /// The first answer is awaited.
    Connecting,
    /// Connecting failed; the user may try again.
    Failed(Error),
    /// There is one, or there was one and it is being sought.
    Open(Connection),
}

impl SessionState {
    /// Whether connecting failed for a reason that may pass, so that larder goes on trying.
    pub fn is_trying(&self) -> bool {
        use crate::model::ErrorKind::{Connection, Loading, Timeout};
        matches!(self, Self::Failed(error) if matches!(error.kind, Connection | Timeout | Loading))
    }
}

/// The pause before the second try to connect; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The state of the browser.
#[derive(Debug)]
pub struct App {
    /// From the configuration.
    pub settings: Settings,
    /// Which key does what.
    pub keymap: Arc<KeyMap>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether there is a server.
    pub session: SessionState,
    /// What is known of it.
    pub server: ServerInfo,
    /// How long a round trip takes.
    pub latency: Option<Duration>,
    /// The pane that takes the keys.
    pub focus: Pane,
    /// The left pane.
    pub stores: StoresPane,
    /// The middle pane.
    pub keys: KeysPane,
    /// The right pane.
    pub record: RecordPane,
    /// What changes under the reader.
    pub watch: Watch,
    /// What the watcher was last told that the reader looks at.
    interest: Interest,
    /// A record being edited, over the panes.
    pub editor: Option<Editor>,
    /// A dialog, over everything.
    pub modal: Option<Modal>,
    /// A sentence in the footer.
    pub notice: Option<Notice>,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// Writes that have not been answered.
    pub writing: BTreeMap<WriteId, Pending>,
    last_write: WriteId,
    quitting: bool,
    /// How long to wait before the next try to connect, if one fails.
    pause: Duration,
    /// Whether another target was chosen and its first answer is awaited.
    switching: bool,
    tickets: [Ticket; Slot::COUNT],
    /// What the shell is to do about the event that is being handled.
    effects: Vec<Effect>,
    /// The present time; set by the shell before each event and frame.
    pub now: Timestamp,
}

impl App {
    /// A browser that is about to connect.
    pub fn new(settings: Settings, keymap: Arc<KeyMap>, size: (u16, u16)) -> Self {
        let record = RecordPane { wrap: settings.wrap, loading: false, ..RecordPane::default() };
        Self {
            keymap,
            size,
            session: SessionState::Connecting,
            server: ServerInfo::default(),
            latency: None,
            focus: Pane::Stores,
            stores: StoresPane::default(),
            keys: KeysPane::default(),
            record,
            watch: Watch::default(),
            interest: Interest::default(),
            editor: None,
            modal: None,
            notice: None,
            mouse: settings.mouse,
            writing: BTreeMap::new(),
            last_write: WriteId::default(),
            quitting: false,
            pause: FIRST_PAUSE,
            switching: false,
            tickets: [Ticket::default(); Slot::COUNT],
            effects: Vec::new(),
            now: Timestamp::from_micros(0),
            settings,
        }
    }

    /// What to do at the start.
    pub fn start(&mut self) -> Vec<Effect> {
        if self.settings.welcome {
            let key = |action| self.keymap.chords(Context::Global, action).first();
            if let (Some(help), Some(quit)) = (key(Action::Help), key(Action::Quit)) {
                let hint = format!("{help} shows all keys · {quit} quits");
                self.notice = Some(Notice::info(hint));
            }
        }
        if let Some(warning) = self.settings.warning.take() {
            self.notice = Some(Notice::warning(warning));
        }
        vec![Effect::Connect]
    }

    /// Takes an event; gives what the shell is to do about it.
    #[must_use = "what the core asks for is to be carried out"]
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) => self.key(key),
            Event::Keys(keys) => self.keys(&keys),
            Event::Mouse(mouse) => self.on_mouse(mouse),
            Event::Paste(text) => self.paste(&text),
            Event::Resize(width, height) => self.resize(width, height),
            Event::Connected(result) => self.connected(result),
            Event::Connection(connection) => self.connection(connection),
            Event::Server(result) => self.server_told(result),
            Event::Loaded(slot, ticket, result) => {
                if self.is_live(slot, ticket) {
                    self.loaded(slot, result);
                }
            }
            Event::Watched(ticket, noticed) => self.noticed(ticket, noticed),
            Event::Time => self.time_passed(),
            Event::Slow(slot, ticket) => {
                if slot == Slot::Record && self.is_live(slot, ticket) && self.record.loading {
                    self.record.show_loading = true;
                }
            }
            Event::Written(id, result) => self.written(id, result),
            Event::Resolved(id, result) => self.resolved(id, result),
            Event::Edited(result) => self.edited(result),
            Event::Copied(what, result) => {
                self.tell(match result {
                    Ok(bytes) => {
                        Notice::done(format!("{what} copied, {}", text::size(bytes as u64)))
                    }
                    Err(why) => Notice::failure(why),
                });
            }
            Event::Saved(path, bytes, result) => self.saved(path, bytes, result),
            Event::Switched(result) => self.switched(result),
        }
        self.set_interest();
        std::mem::take(&mut self.effects)
    }

    /// Where everything is on the screen.
    pub fn layout(&self) -> Layout {
        Layout::new(self.size.0, self.size.1, self.focus)
    }

    /// How many list rows a pane shows; of a pane that is not shown, how many it would.
    pub fn list_height(&self, pane: Pane) -> usize {
        let area = self.layout().area(pane).unwrap_or(self.layout().body);
        let header = u16::from(pane == Pane::Keys);
        usize::from(area.inner().height.saturating_sub(header))
    }

    /// The part of the right pane that shows the value.
    pub fn viewport(&self) -> crate::preview::Viewport {
        let layout = self.layout();
        self.record.viewport(layout.record.unwrap_or(layout.body), &self.keymap)
    }

    /// Which of the keymap's tables the next key is looked up in.
    pub fn context(&self) -> Context {
        match (&self.modal, &self.editor) {
            (Some(Modal::Confirm(_)), _) => Context::Confirm,
            (Some(Modal::Prompt(_)), _) => Context::Prompt,
            (Some(Modal::Help(_) | Modal::Details(_) | Modal::Totals(_) | Modal::Crawl(_)), _) => {
                Context::Help
            }
            (Some(Modal::Targets(_)), _) => Context::Targets,
            (None, Some(_)) => Context::Editor,
            (None, None) => match self.focus {
                Pane::Stores => Context::Stores,
                Pane::Keys => Context::Keys,
                Pane::Record => Context::Record,
            },
        }
    }

    /// Whether the user is looking at another store than the open one: what is known of that one
    /// is shown then, so that nothing on the screen is about a store that the cursor is not on.
    pub fn is_elsewhere(&self) -> bool {
        let at = self.stores.current().map(|info| &info.store);
        self.focus == Pane::Stores && at.is_some() && at != self.keys.store.as_ref()
    }

    /// Whether writes are refused here.
    pub fn is_read_only(&self) -> bool {
        self.settings.read_only || self.server.read_only
    }

    fn key(&mut self, key: KeyEvent) {
        if key.kind == crossterm::event::KeyEventKind::Release {
            return;
        }
        self.notice = None;
        let action = self.keymap.lookup(self.context(), &key);
        match self.context() {
            Context::Confirm => self.confirm_key(key, action),
            Context::Prompt => self.prompt_key(key, action),
            Context::Help if self.closes_crawl(&key) => {
                self.overlay_key(Some(Action::Close));
            }
            Context::Help => self.overlay_key(action),
            Context::Targets => self.targets_key(action),
            Context::Editor => self.editor_key(key, action),
            _ => {
                if let Some(action) = action {
                    self.act(action);
                }
            }
        }
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        let heights = (self.list_height(Pane::Stores), self.list_height(Pane::Keys));
        self.stores.go(list::Move::By(0), heights.0);
        let keys = self.keys.len();
        self.keys.cursor.go(list::Move::By(0), keys, heights.1);
        let view = self.viewport();
        self.record.scroll_by(0, view);
        let (targets, height) = (self.settings.targets.len(), self.targets_height());
        if let Some(Modal::Targets(cursor)) = &mut self.modal {
            cursor.go(list::Move::By(0), targets, height);
        }
    }

    /// The program ends as soon as no write is under way.
    pub fn ending(&mut self) {
        if !self.quitting {
            self.untell();
        }
        self.quitting = true;
    }

    /// What the user could not see any more, if there is something: that a write failed, or that
    /// larder was ended while text in the editor was not saved.
    pub fn unseen_failure(&self) -> Option<String> {
        if !self.quitting {
            return None;
        }
        let failed = self.notice.as_ref().filter(|notice| notice.lasting);
        let unsaved = self.editor.as_ref().filter(|editor| editor.is_changed());
        let unsaved = unsaved.map(|editor| {
            let key = editor.typed_key().named();
            format!("{key} in {} was not saved", editor.store.escaped())
        });
        let parts: Vec<_> =
            failed.map(|notice| notice.text.clone()).into_iter().chain(unsaved).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    fn quit(&mut self) {
        if self.editor.as_ref().is_some_and(Editor::is_changed) {
            let saving = self.editor.as_ref().is_some_and(|editor| editor.saving.is_some());
            let line = if saving {
                "The record in the editor is being saved. If that fails, the text is lost."
            } else {
                "The record in the editor has not been saved."
            };
            self.modal = Some(Modal::Confirm(Box::new(
                Confirm::new("Quit", "quit and discard", Confirmed::Quit).line(line),
            )));
            return;
        }
        self.leave();
    }

    fn leave(&mut self) {
        self.ending();
        if !self.writing.is_empty() {
            self.tell(Notice::info("waiting for the write under way, then quitting"));
        }
        self.effects.push(Effect::Quit);
    }
}
