//! The functional core: holds the state and decides. No I/O, no tasks, no clock.
//!
//! [`App::handle`] takes an [`Event`] and gives the [`Effect`]s that the shell is to carry out;
//! their results come back as events. The view draws the state.

/// What panes and dialogs may use of `$app` besides themselves.
macro_rules! ctx {
    ($app:ident) => {
        $crate::app::ctx::Ctx {
            now: $app.now,
            size: $app.size,
            focus: $app.focus,
            split: $app.split,
            keymap: &$app.keymap,
            settings: &$app.settings,
            watching: $app.watch.on,
            json_layout: $app.session.server.json_layout,
            notice: &mut $app.notice,
            out: &mut $app.out,
        }
    };
}

pub mod ctx;
pub mod editor;
pub mod event;
pub mod input;
pub mod jobs;
pub mod keys;
pub mod layers;
pub mod layout;
pub mod list;
mod load;
pub mod mouse;
pub mod notice;
pub mod question;
pub mod record;
pub mod saving;
pub mod session;
pub mod settings;
pub mod store_sort;
pub mod stores;
pub mod summaries;
pub mod visited;
mod watch;
pub mod writes;

mod allowed;
mod comparing;
mod compute;
pub mod crawling;
pub mod drafting;
mod edit;
mod facts;
mod hints;
mod interest;
mod opening;
pub mod outdated;
pub mod pins;
pub mod rate;
pub mod recent;
pub mod reopening;
mod route;
pub mod staged;
mod storing;
mod typing;
mod working;

use std::sync::Arc;

use crate::edit::draft::Draft;
use crate::keymap::{Action, Context, KeyMap};
use crate::model::{AsideInfo, Key, StoreName, Timestamp};
use crate::ops::journal::Journal;
use crate::preview::Viewport;

pub use allowed::Why;
pub use editor::Editor;
pub use event::{Effect, Event, NotEdited, OpenedExternal, Password, SaveError, Slot, Ticket};
pub use facts::Facts;
pub(crate) use facts::store_state;
pub use hints::{Hint, hints};
pub use jobs::{Job, JobId};
pub use layers::{
    Details, Dialog, DraftView, Help, Layer, LeafCursor, ListDialog, Menu, MenuRow, MergeView,
    Overlay, Palette, PlacesDialog, Review, RowRecord, StagedDiff, TableCursor, Targets,
    UnsavedLeaf,
};
pub use layout::{Area, Layout, Pane, PaneSizes, Split, TWO_PANES};
pub use load::{
    Compute, ContentsPage, FailedBeyond, FoldedLeaves, LeavesShown, Load, Loaded, Ordered, Read,
    RecordDiff, RecordView, Reviewed, Reviewing, Scope, Side, StepDiff, Subject, Summary,
    is_failed,
};
pub use mouse::{Mouse, Spot};
pub use notice::{Notice, Notices, Tone};
pub use pins::{Pin, Pins};
pub use question::{Confirm, Confirmed, Prompt, PromptKind};
pub use recent::{Item, Recent};
pub use session::{Session, SessionState};
pub use settings::{Settings, TargetChoice};
pub use staged::{StagedEdit, StagedEdits, StagedNow};
pub use typing::is_text;
pub use writes::{Pending, Writes};

use ctx::Outbox;
use drafting::Drafting;
use keys::KeysPane;
use record::RecordPane;
use stores::StoresPane;
use summaries::Summaries;
use visited::Visited;
use watch::Watch;
use writes::Turning;

/// The state of the browser.
#[derive(Debug)]
pub struct App {
    /// From the configuration.
    pub settings: Settings,
    /// Which key does what.
    pub keymap: Arc<KeyMap>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether there is a server, and what is known of it.
    pub session: Session,
    /// The pane that takes the keys.
    pub focus: Pane,
    /// How the panes share the width.
    pub split: Split,
    /// The left pane.
    pub stores: StoresPane,
    /// The middle pane.
    pub keys: KeysPane,
    /// The right pane.
    pub record: RecordPane,
    /// Summary of the store or the group under the cursor, shown where the cursor is on no record.
    pub summaries: Summaries,
    /// What changes under the reader.
    pub watch: Watch,
    /// A record being edited, over the panes.
    pub editor: Option<Editor>,
    /// Dialogs over everything; the last one takes the keys.
    pub layers: Vec<Layer>,
    /// The cursor in the outer values, kept while a value that was opened from one of them is shown.
    beneath: Option<Box<LeafCursor>>,
    /// When a dialog that opened by itself begins to take keys.
    unseen_until: Option<Timestamp>,
    /// Drafts of what was typed and not stored, by this run and by earlier ones.
    pub drafting: Drafting,
    /// What a larder that ended has left set aside, while it is offered.
    pub asides: Vec<AsideInfo>,
    /// Edits that are kept to be saved together.
    pub staged: StagedEdits,
    /// A sentence in the footer.
    pub notice: Option<Notice>,
    /// What the footer has shown.
    pub notices: Notices,
    /// Whether the mouse is captured, and what it is doing.
    pub mouse: Mouse,
    /// What was run or looked at lately.
    pub recent: Recent,
    /// Places to go back to.
    visited: Visited,
    /// Records that are pinned.
    pub pins: Pins,
    /// Writes that have not been answered.
    pub writes: Writes,
    /// What was done, and what undoes it.
    pub journal: Journal,
    /// The step that is being undone or done again.
    turning: Option<Turning>,
    quitting: bool,
    /// Reads, effects and requests that are asked for while an event is handled.
    out: Outbox,
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
            session: Session::new(false),
            focus: Pane::Stores,
            split: Split { sizes: settings.panes, ..Split::default() },
            stores: StoresPane::default(),
            keys: KeysPane::default(),
            record,
            summaries: Summaries::default(),
            watch: Watch::default(),
            editor: None,
            layers: Vec::new(),
            beneath: None,
            unseen_until: None,
            drafting: Drafting::default(),
            asides: Vec::new(),
            staged: StagedEdits::default(),
            notice: None,
            notices: Notices::default(),
            mouse: Mouse::new(settings.mouse),
            recent: Recent::default(),
            visited: Visited::default(),
            pins: Pins::default(),
            writes: Writes::default(),
            journal: Journal::default(),
            turning: None,
            quitting: false,
            out: Outbox::default(),
            now: Timestamp::from_micros(0),
            settings,
        }
    }

    /// Gives the first effects, at the start of the program.
    pub fn start(&mut self) -> Vec<Effect> {
        if self.settings.welcome {
            self.notice = Some(session::welcome(&self.keymap));
        }
        if let Some(warning) = self.settings.warning.take() {
            self.notice = Some(Notice::warning(warning));
        }
        self.session.asks(self.now);
        vec![Effect::Connect]
    }

    /// Takes an event; gives what the shell is to do about it.
    #[must_use = "what the core asks for is to be carried out"]
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        let typed = drafting::is_input(&event);
        self.route(event);
        self.serve(typed);
        route::come_back(self);
        route::share_width(self);
        summaries::summarise(self);
        recent::look(self);
        drafting::look(self, typed);
        self.watch.look(&self.stores, &self.keys, &self.record, &mut ctx!(self));
        self.notices.show(self.notice.as_ref(), self.now);
        std::mem::take(&mut self.out.effects)
    }

    /// Where everything is on the screen.
    pub fn layout(&self) -> Layout {
        Layout::new(self.size.0, self.size.1, self.focus, &self.split)
    }

    /// Number of list rows that a pane shows; for a hidden pane, the number that it would show.
    pub fn list_height(&self, pane: Pane) -> usize {
        self.layout().list_height(pane)
    }

    /// The part of the right pane that shows the value.
    pub fn viewport(&self) -> Viewport {
        let layout = self.layout();
        self.record.viewport(layout.record.unwrap_or(layout.body), &self.keymap)
    }

    /// Gives what was typed since the last draft was kept; from now on it counts as kept.
    pub fn unkept_draft(&mut self) -> Option<Draft> {
        drafting::unkept(self)
    }

    /// Whether what the user's own editor left is being taken in.
    pub fn is_taking_back(&self) -> bool {
        self.editor.as_ref().is_some_and(Editor::is_taking_back)
    }

    /// The topmost dialog.
    pub fn layer(&self) -> Option<&Layer> {
        self.layers.last()
    }

    /// The cursor in the values of the JSON that is shown, if there is one.
    pub fn leaf(&self) -> Option<&LeafCursor> {
        self.layers.iter().find_map(Layer::get)
    }

    /// The cursor in the table that is shown, if there is one.
    pub fn table(&self) -> Option<&TableCursor> {
        self.layers.iter().find_map(Layer::get)
    }

    /// The change of one value that is not stored, if there is one.
    pub fn unsaved_leaf(&self) -> Option<&UnsavedLeaf> {
        self.leaf()?.unsaved.as_deref()
    }

    /// The table of the keymap in which the next key is looked up.
    pub fn context(&self) -> Context {
        match (self.layers.last(), &self.editor) {
            (Some(layer), _) => layer.dialog().context(),
            (None, Some(_)) => Context::Editor,
            (None, None) => self.focus.context(),
        }
    }

    /// Whether the next keys are text for a value.
    pub fn takes_text(&self) -> bool {
        self.layers.is_empty() && self.editor.as_ref().is_some_and(Editor::takes_text)
    }

    /// Whether a crawl that runs would write this record back over a change.
    pub fn writes_back(&self, store: &StoreName, key: &Key) -> bool {
        let open = self.keys.store.as_ref() == Some(store);
        open && self.watch.crawling.writes_back(key, self.stores.get(store), self.now)
    }

    /// Whether writes are refused here.
    pub fn is_read_only(&self) -> bool {
        self.session.refused(&self.settings).is_some()
    }

    /// Long work under way: the writes, and what is read or looked for.
    pub fn jobs(&self) -> Vec<Job> {
        jobs::of(self)
    }

    /// Whether there is something in a pane.
    fn has(&self, pane: Pane) -> bool {
        match pane {
            Pane::Stores => true,
            Pane::Keys => self.keys.store.is_some(),
            Pane::Record => self.record.wanted.is_some(),
        }
    }

    /// Whether an action can be done here and now; if not, why. In dialogs and in the editor, all actions
    /// that their keys are bound to are allowed.
    pub fn allowed(&self, action: Action) -> Result<(), Why> {
        allowed::allowed(self, action)
    }

    /// Like [`App::allowed`], but for the panes behind a dialog.
    pub fn allowed_in_panes(&self, action: Action) -> Result<(), Why> {
        allowed::in_panes(self, action)
    }

    /// A failure that the user could not see any more, if there is one: a write failed, or larder was ended
    /// while text in the editor was not saved.
    pub fn unseen_failure(&self) -> Option<String> {
        route::unseen_failure(self)
    }

    /// Marks the program as ending: it ends as soon as no write is under way.
    pub fn ending(&mut self) {
        if !self.quitting {
            notice::untell(&mut self.notice);
        }
        self.quitting = true;
    }

    /// When the shell is to send [`Event::Time`] if nothing else happens.
    pub fn wake(&self) -> Option<Timestamp> {
        let next_second = Timestamp::from_micros((rate::second(self.now) + 1) * 1_000_000);
        let highlights = self.keys.sync.highlights.wake();
        let watch = self.watch.wake().into_iter().chain(highlights).min();
        let watch = watch.map(|wake| wake.min(next_second));
        // Behind a dialog, the editor's text is not checked.
        let editor = self.editor.as_ref().filter(|_| self.layers.is_empty()).and_then(Editor::wake);
        let rest = [
            self.unseen_until(),
            summaries::wake(self, next_second),
            self.drafting.wake(),
            self.record.versions.wake(self.now),
            self.session.wake(self.now),
        ];
        watch.into_iter().chain(editor).chain(rest.into_iter().flatten()).min()
    }

    /// When the topmost dialog begins to take keys, if it opened by itself and does not take them yet.
    pub fn unseen_until(&self) -> Option<Timestamp> {
        self.unseen_until.filter(|until| self.now < *until && !self.layers.is_empty())
    }
}
