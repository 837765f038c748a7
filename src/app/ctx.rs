//! What a pane or a dialog may use besides its own state, and what it asks of the rest.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::edit::draft::{Draft, DraftId};
use crate::edit::{InnerPlace, InnerValue, TypedValue};
use crate::keymap::{Action, Context, KeyMap};
use crate::model::{
    AsideInfo, Expect, JsonLayout, Key, OtherStorage, Record, SetValue, StoreInfo, StoreName,
    Timestamp,
};
use crate::ops::journal::StepId;
use crate::ops::{Plan, Turn, WriteId};
use crate::preview::{ColumnFilter, EntryAt, Matches, Preview};

use super::event::{Effect, Password, Slot, Ticket};
use super::facts::Facts;
use super::jobs::JobId;
use super::layout::{Layout, Pane, Split};
use super::load::Read;
use super::notice::{self, Notice};
use super::opening::Opened;
use super::pins::Pin;
use super::question::{Confirm, Prompt, PromptKind};
use super::recent::Item;
use super::settings::Settings;
use super::working::PlaceStep;

/// A request that concerns more than the pane or the dialog that makes it.
#[derive(Debug)]
pub enum Request {
    /// End, after a question if something would be lost.
    Quit,
    /// End, and lose what is in the editor.
    Leave,
    /// Give the keys to this pane, if there is something in it.
    Focus(Pane),
    /// Open this store, or go to its keys if it is open.
    OpenStore(StoreName),
    /// Go into this store, and show all its keys as they stand, or some of them.
    Enter(StoreName, Option<KeysShown>),
    /// Show the requests of a queue or the items of a dataset.
    OpenContents(OtherStorage),
    /// Show what is known of something.
    Details(&'static str, Facts),
    /// Show the record under the cursor.
    ShowRecord,
    /// Read the record that is shown again.
    ReloadRecord,
    /// Show what can be done, and with which keys.
    Help,
    /// Find what can be done by its name.
    Palette,
    /// Run the item that was chosen by its name.
    Run(Item),
    /// Carry out a plan, under this number.
    Send(WriteId, Box<Plan>),
    /// Give up what is in the editor.
    DiscardEdit,
    /// Keep the typed text as a draft and leave it; then end larder, if `quits`.
    KeepDraft {
        /// Whether to end larder then.
        quits: bool,
    },
    /// Make a new record of the text whose save met what someone else wrote.
    MergeAsNew,
    /// Go on with a draft, whose value was made ready; `true`: as a new record.
    TakeDraft(DraftId, Box<Draft>, Box<Opened>, bool),
    /// Edit the value at this place inside this record.
    OpenInner(Box<Record>, InnerPlace),
    /// Edit the record that is shown; `true`: in the user's own editor.
    EditRecord(bool),
    /// Make a new record.
    NewRecord,
    /// Throw a draft away.
    DropDraft(DraftId),
    /// Unpin a record.
    Unpin(Pin),
    /// Do not offer a draft again while larder runs.
    PassDraft(DraftId),
    /// Have a dialog that has just opened take no keys until there was a pause in them.
    AwaitPause,
    /// Show what a save of the editor's record changes, before it is made.
    Review(Box<SetValue>),
    /// Keep the edited record in this form, to be saved with others.
    Stage(Box<SetValue>),
    /// Look at what is stored of the records that have staged edits.
    LookAtStaged,
    /// Show what all staged edits change, this one first.
    ShowStaged(DraftId),
    /// Open a staged edit in the editor again.
    EditStaged(DraftId),
    /// Throw a staged edit away.
    DropStaged(DraftId),
    /// Save all staged edits.
    SaveStaged,
    /// Save the editor's record in this form.
    Save(Box<SetValue>),
    /// Save it in this form over this version, with which it was joined; a value in a value is put back
    /// first.
    SaveMerged(Box<SetValue>, Box<TypedValue>, Option<Arc<InnerValue>>),
    /// Save what is in the editor over what is in the way.
    SaveOver(Option<Expect>),
    /// Leave only the stores or keys that contain this text.
    Filter(PromptKind, String),
    /// Check whether the key that is typed in the topmost line is free and allowed.
    CheckKey,
    /// Choose the store that gets the copy which the topmost line is about.
    ChooseStore,
    /// Give the record another key or content type, or make a second one, as was typed in this line.
    Rewrite(Box<Prompt>),
    /// Find this text in the value.
    Search(String),
    /// Show what this path through JSON leads to.
    FindPath(String),
    /// Go to what a path led to in this preview; further steps go on from there as in a search.
    GoToFound(Box<(Arc<Preview>, String, Matches)>),
    /// Open this entry of the archive that is listed.
    OpenEntry(Box<(Arc<Preview>, EntryAt)>),
    /// Scroll what is shown of a record to this offset.
    Reveal(Arc<Preview>, usize),
    /// Something that the cursor in a table asks for.
    OfTable(OfTable),
    /// Compare this record with a file.
    CompareFile(StoreName, Key, PathBuf),
    /// Compare the two versions of the record that the dialog is about.
    CompareVersions,
    /// Show the second preview in place of the first one: the same value, folded otherwise.
    ShowFolded(Arc<Preview>, Arc<Preview>),
    /// Begin to change the value under the cursor, unless a draft of the record is offered first.
    ChangeLeaf(Action),
    /// Go on with a draft of a change of one value.
    ResumeLeaf(DraftId, Box<Draft>),
    /// Save the record with the value that is being changed, as it was typed.
    SaveLeaf(String),
    /// Keep the record with the value that is being changed, as it was typed, to be saved with others.
    StageLeaf(String),
    /// Leave the line of a value, which holds this text: what was typed is given up, after a question.
    LeaveLeaf(String),
    /// Give up what was typed for a value.
    DropLeaf,
    /// Drop a save that was shown: what was typed is edited further.
    EditFurther,
    /// Drop a save that met what someone else wrote.
    StopMerging,
    /// Open the dialog that asks for one place after the other, or close it.
    AskForPlaces(bool),
    /// Replace the place that is asked for, or leave it; with `None`, ask for no more.
    AnswerPlace(Option<PlaceStep>),
    /// Answer a question of the editor's with this line.
    InEditor(PromptKind, String),
    /// Connect with this password.
    LogIn(Password),
    /// Open another target, by its number in [`Settings::targets`].
    Switch(usize),
    /// Ask before something is done.
    Ask(Box<Confirm>),
    /// Ask before the open store is purged.
    AskToPurge,
    /// Ask before a store is dropped (`true`) or purged.
    AskAboutStore(Box<StoreInfo>, bool),
    /// Ask for a line.
    Prompt(Box<Prompt>),
    /// Put back what a larder that ended has left set aside.
    Restore(Box<AsideInfo>),
    /// Ask before that is removed for good.
    AskToDiscard(Box<AsideInfo>),
    /// Leave everything that was set aside as it is.
    LeaveAsides,
    /// Undo the newest step, or do the last undone step again.
    Turn(Turn),
    /// Undo this step, or do it again, if it is still the next.
    TurnStep(Turn, StepId),
    /// Show what this step has changed.
    ShowStep(StepId),
    /// Give this job up.
    CancelJob(JobId),
    /// Count the records and bytes of each content type.
    Totals,
}

/// A request of the cursor in a table.
#[derive(Debug)]
pub enum OfTable {
    /// Scroll this preview until a cell is seen, by its line and column.
    Reveal(Arc<Preview>, (usize, usize)),
    /// Show the second preview in place of the first one, of the same table.
    Show(Arc<Preview>, Arc<Preview>),
    /// Keep the rows that hold this in the column under the cursor.
    Filter(ColumnFilter),
    /// Count the values of a column.
    Count(Arc<Preview>, usize),
}

/// Choice of the keys that are shown of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysShown {
    /// Those that match this filter.
    Filtered(String),
    /// All, with the cursor on this one.
    At(Key),
}

/// All that was asked for while an event is handled.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Effects for the shell.
    pub(super) effects: Vec<Effect>,
    /// Requests to the rest of the core.
    pub(super) requests: VecDeque<Request>,
    /// The live read of each slot.
    pub(super) tickets: [Ticket; Slot::COUNT],
    /// The number of the last write.
    pub(super) last_write: WriteId,
}

impl Outbox {
    /// Whether this is the slot's live read.
    pub(super) fn is_live(&self, slot: Slot, ticket: Ticket) -> bool {
        self.tickets[slot as usize] == ticket
    }

    /// Reads; an older read of the same slot is given up.
    pub(super) fn read(&mut self, slot: Slot, read: impl Into<Read>) {
        let ticket = self.next(slot);
        self.effects.push(Effect::Read(slot, ticket, read.into()));
    }

    /// Reads under a given number, which is greater than all earlier ones in this slot.
    pub(super) fn read_as(&mut self, slot: Slot, number: u64, read: impl Into<Read>) {
        self.tickets[slot as usize] = Ticket(number);
        self.effects.push(Effect::Read(slot, Ticket(number), read.into()));
    }

    /// Gives up the slot's read.
    pub(super) fn cancel(&mut self, slot: Slot) {
        self.next(slot);
        self.effects.push(Effect::Cancel(slot));
    }

    /// Makes the slot's read outdated; gives the ticket for the next one.
    pub(super) fn next(&mut self, slot: Slot) -> Ticket {
        let ticket = &mut self.tickets[slot as usize];
        ticket.0 += 1;
        *ticket
    }
}

/// What a pane or a dialog may use besides its own state.
pub struct Ctx<'a> {
    /// The present time.
    pub now: Timestamp,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The pane that takes the keys.
    pub focus: Pane,
    /// How the panes share the width.
    pub split: Split,
    /// Which key does what.
    pub keymap: &'a KeyMap,
    /// From the configuration.
    pub settings: &'a Settings,
    /// Whether changes are watched.
    pub watching: bool,
    /// How Crawlee lays JSON out in this storage.
    pub json_layout: JsonLayout,
    pub(super) notice: &'a mut Option<Notice>,
    pub(super) out: &'a mut Outbox,
}

impl Ctx<'_> {
    /// Where everything is on the screen.
    pub fn layout(&self) -> Layout {
        Layout::new(self.size.0, self.size.1, self.focus, &self.split)
    }

    /// How many list rows a pane shows.
    pub fn list_height(&self, pane: Pane) -> usize {
        self.layout().list_height(pane)
    }

    /// Has the shell do something.
    pub fn effect(&mut self, effect: Effect) {
        self.out.effects.push(effect);
    }

    /// Has the rest of the core do something, after the present event.
    pub fn request(&mut self, request: Request) {
        self.out.requests.push_back(request);
    }

    /// Reads; an older read of the same slot is given up.
    pub fn read(&mut self, slot: Slot, read: impl Into<Read>) {
        self.out.read(slot, read);
    }

    /// Reads under a number that the caller chooses.
    pub(super) fn read_as(&mut self, slot: Slot, number: u64, read: impl Into<Read>) {
        self.out.read_as(slot, number, read);
    }

    /// Gives up the slot's read.
    pub fn cancel(&mut self, slot: Slot) {
        self.out.cancel(slot);
    }

    /// Answers the key that was pressed.
    pub fn say(&mut self, notice: Notice) {
        *self.notice = Some(notice);
    }

    /// Tells of something that no key has just asked for; a failure that is shown and lasts stays.
    pub fn tell(&mut self, notice: Notice) {
        notice::tell(self.notice, notice);
    }

    /// For a sentence: the key that does this in the pane in focus, and what it does.
    pub fn says(&self, action: Action, does: &str) -> Option<String> {
        self.keymap.says(self.focus.context(), action, does)
    }

    /// Has a plan carried out; gives the number that its answer will bear.
    pub fn send(&mut self, plan: Plan) -> WriteId {
        self.out.last_write.0 += 1;
        let id = self.out.last_write;
        self.request(Request::Send(id, Box::new(plan)));
        id
    }

    /// Asks for a line; `text` stands in it at first.
    pub fn prompt(&mut self, kind: PromptKind, text: &str) {
        self.request(Request::Prompt(Box::new(Prompt::new(kind, text))));
    }

    /// Asks for a text to search for, and offers the last one.
    pub fn ask_needle(&mut self, kind: PromptKind, text: &str, last: &str) {
        let prompt = Prompt { last: last.to_owned(), ..Prompt::new(kind, text) };
        self.request(Request::Prompt(Box::new(prompt)));
    }

    /// Saves bytes to a file, unless one of that name is there.
    pub fn save_file(&mut self, path: PathBuf, bytes: Bytes, overwrite: bool) {
        self.effect(Effect::SaveFile { path, bytes, overwrite });
    }

    /// Does what every dialog does with some keys; tells whether this was one of them.
    pub fn common(&mut self, action: Option<Action>) -> bool {
        match action {
            Some(Action::Quit) => self.request(Request::Quit),
            Some(Action::Redraw) => self.effect(Effect::Redraw),
            Some(Action::Suspend) => self.effect(Effect::Suspend),
            Some(Action::Help) => self.request(Request::Help),
            _ => return false,
        }
        true
    }
}

impl Pane {
    /// The pane's name in a sentence.
    pub fn named(self) -> &'static str {
        match self {
            Self::Stores => "stores",
            Self::Keys => "keys",
            Self::Record => "value",
        }
    }

    /// The pane whose keys are in this table of the keymap.
    pub fn of(context: Context) -> Option<Self> {
        [Self::Stores, Self::Keys, Self::Record].into_iter().find(|pane| pane.context() == context)
    }

    /// The table of the keymap that holds this pane's keys.
    pub fn context(self) -> Context {
        match self {
            Self::Stores => Context::Stores,
            Self::Keys => Context::Keys,
            Self::Record => Context::Record,
        }
    }
}
