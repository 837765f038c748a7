//! Routes: which pane, dialog or editor an event concerns, and what one asks of the others.

use std::collections::HashSet;
use std::path::PathBuf;

use bytes::Bytes;
use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};

use crate::index::Change;
use crate::index::sync::SyncEvent;
use crate::keymap::Action;
use crate::model::{Error, ErrorKind, Key, OpenBy, StoreInfo, StoreName};
use crate::ops::{
    Outcome, Plan, PlannedChange, PlannedRecord, PlannedStore, Weight, WriteId, words,
};
use crate::text;

use super::ctx::Request;
use super::event::{Effect, Event, SaveError, Slot};
use super::facts::{record_facts, store_facts};
use super::jobs::JobId;
use super::layers::{Details, Help, Jobs, Layer, Overview, Targets, Then, Totals};
use super::list::Move;
use super::load::{Load, RecordView};
use super::notice::{self, Notice};
use super::question::{Confirm, Confirmed, Prompt, PromptKind, WAIT};
use super::typing::typed;
use super::writes::Answer;
use super::{App, Editor, Pane, Session};

/// Rows a step of the wheel scrolls.
const WHEEL: isize = 3;

impl App {
    /// Gives an event to what it concerns.
    pub(super) fn route(&mut self, event: Event) {
        match event {
            Event::Key(key) => self.key(key),
            Event::Keys(keys) => self.keys_at_once(&keys),
            Event::Mouse(mouse) => self.on_mouse(mouse),
            Event::Paste(text) => self.paste(&text),
            Event::Resize(width, height) => self.resize(width, height),
            Event::Connected(result) => {
                if self.session.connected(result, &mut ctx!(self)) {
                    self.watch();
                    self.read_stores();
                }
            }
            Event::Connection(connection) => {
                if self.session.connection(connection, &mut ctx!(self)) {
                    self.refresh();
                    self.read_theirs_again();
                }
            }
            Event::Server(result) => self.session.told(result, &mut ctx!(self)),
            Event::Loaded(slot, ticket, result) => {
                if self.out.is_live(slot, ticket) {
                    match result {
                        Ok(loaded) => self.loaded(loaded),
                        Err(error) => self.failed(slot, error),
                    }
                }
            }
            Event::Watched(ticket, event) => self.noticed(ticket, event),
            Event::Time => self.time_passed(),
            Event::Slow(slot, ticket) => {
                if slot == Slot::Record && self.out.is_live(slot, ticket) && self.record.loading {
                    self.record.show_loading = true;
                }
            }
            Event::Written(id, result) => {
                let answer = self.writes.written(id, result, &mut ctx!(self));
                self.answered(id, answer);
            }
            Event::Resolved(id, result) => {
                let answer = self.writes.resolved(id, result, &mut ctx!(self));
                self.answered(id, answer);
            }
            Event::Edited(result) => {
                if let Some(editor) = &mut self.editor {
                    let then = editor.returned(result, self.record.record(), &mut ctx!(self));
                    self.after_edit(then);
                }
            }
            Event::Copied(what, result) => self.tell(match result {
                Ok(bytes) => Notice::done(format!("{what} copied, {}", text::size(bytes as u64))),
                Err(why) => Notice::failure(why),
            }),
            Event::Saved(path, bytes, result) => self.saved(path, bytes, result),
            Event::Switched(result) => self.switched(result),
        }
    }

    /// Serves what panes and dialogs have asked of each other, in that order.
    pub(super) fn serve(&mut self) {
        while let Some(request) = self.out.requests.pop_front() {
            match request {
                Request::Quit => self.quit(),
                Request::Leave => {
                    self.editor = None;
                    self.leave();
                }
                Request::Focus(pane) => self.focus_on(pane),
                Request::OpenStore(store) => {
                    if self.keys.store.as_ref() == Some(&store)
                        && self.keys.sync.failure().is_none()
                    {
                        self.focus_on(Pane::Keys);
                    } else {
                        self.open_store(store);
                    }
                }
                Request::ShowRecord => self.follow_cursor(),
                Request::ReloadRecord => self.reload_record(),
                Request::Help => self.layers.push(Help::default().into()),
                Request::Send(id, plan) => self.writes.send(id, *plan, &mut ctx!(self)),
                Request::DiscardEdit => {
                    self.editor = None;
                    // Perhaps it was given up because someone else had changed the record.
                    self.reload_record();
                }
                Request::SaveOver(expected) => {
                    if let Some(editor) = &mut self.editor {
                        let shown = self.record.record();
                        let then = editor.save(false, expected, shown, &mut ctx!(self));
                        self.after_edit(then);
                    }
                }
                Request::Filter(kind, text) => self.filter(kind, &text),
                Request::Search(text) => self.record.look_for(&text, &mut ctx!(self)),
                Request::Switch(at) => self.switch(at),
                Request::Ask(question) => self.layers.push(Layer::Confirm(question)),
                Request::AskToPurge => {
                    let known = self.keys.store.as_ref().and_then(|store| self.stores.get(store));
                    if let Some(info) = known.cloned() {
                        self.ask_about_store(&info, false);
                    }
                }
                Request::AskAboutStore(info, drop) => self.ask_about_store(&info, drop),
                Request::Prompt(prompt) => self.layers.push(Layer::Prompt(prompt)),
                Request::CancelJob(id) => self.cancel_job(id),
                Request::Totals => {
                    let mut totals = Totals::default();
                    totals.count(self.keys.sync.index(), &mut ctx!(self));
                    self.layers.push(totals.into());
                }
            }
        }
    }

    fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        if self.drops_input() {
            return;
        }
        self.notice = None;
        let action = self.keymap.lookup(self.context(), &key);
        if let Some(layer) = self.layers.last_mut() {
            if layer.dialog_mut().key(key, action, &mut ctx!(self)) == Then::Close {
                self.close_layer();
            }
        } else if let Some(editor) = &mut self.editor {
            let then = editor.act(key, action, self.record.record(), &mut ctx!(self));
            self.after_edit(then);
        } else if let Some(action) = action {
            match self.allowed(action) {
                Ok(()) => self.act(action),
                Err(why) => self.notice = Some(why),
            }
        }
    }

    /// Keys that came at once: perhaps text that was pasted.
    fn keys_at_once(&mut self, keys: &[KeyEvent]) {
        let mut rest = keys;
        while let Some((first, others)) = rest.split_first() {
            let text = if self.takes_text() { typed(&self.keymap, rest) } else { String::new() };
            let run = text.chars().count();
            if run < 2 {
                self.key(*first);
                self.serve();
                rest = others;
                continue;
            }
            self.notice = None;
            self.paste(&text);
            rest = &rest[run..];
        }
    }

    fn paste(&mut self, text: &str) {
        if self.drops_input() {
            return;
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.dialog_mut().paste(text, &mut ctx!(self));
        } else if let Some(editor) = &mut self.editor {
            editor.take_text(text, &ctx!(self));
        }
    }

    fn close_layer(&mut self) {
        if let Some(mut layer) = self.layers.pop() {
            layer.dialog_mut().closed(&mut ctx!(self));
        }
    }

    fn after_edit(&mut self, then: Then) {
        if then == Then::Close {
            self.editor = None;
        }
    }

    pub(super) fn tell(&mut self, notice: Notice) {
        notice::tell(&mut self.notice, notice);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.measure();
        if let Some(layer) = self.layers.last_mut() {
            layer.dialog_mut().resize(&mut ctx!(self));
        }
    }

    /// The panes have other sizes: their cursors and scrolls are fitted in.
    fn measure(&mut self) {
        let heights = (self.list_height(Pane::Stores), self.list_height(Pane::Keys));
        self.stores.go(Move::By(0), heights.0);
        let keys = self.keys.len();
        self.keys.cursor.go(Move::By(0), keys, heights.1);
        let view = self.viewport();
        self.record.scroll_by(0, view);
    }

    /// Gives the keys to another pane, if there is something in it.
    pub(super) fn focus_on(&mut self, pane: Pane) {
        let there = match pane {
            Pane::Stores => true,
            Pane::Keys => self.keys.store.is_some(),
            Pane::Record => self.record.wanted.is_some(),
        };
        if there {
            self.focus = pane;
            self.measure();
        }
    }

    pub(super) fn cycle_focus(&mut self, steps: usize) {
        const PANES: [Pane; 3] = [Pane::Stores, Pane::Keys, Pane::Record];
        let before = self.focus;
        let at = PANES.iter().position(|pane| *pane == before).unwrap_or(0);
        for turn in 1..=2 {
            self.focus_on(PANES[(at + steps * turn) % 3]);
            if self.focus != before {
                return;
            }
        }
    }

    pub(super) fn quit(&mut self) {
        if self.editor.as_ref().is_some_and(Editor::is_changed) {
            let saving = self.editor.as_ref().is_some_and(|editor| editor.saving.is_some());
            let line = if saving {
                "The record in the editor is being saved. If that fails, the text is lost."
            } else {
                "The record in the editor has not been saved."
            };
            let asked = Confirm::new("Quit", "quit and discard", Confirmed::Quit).line(line);
            self.layers.push(Layer::Confirm(Box::new(asked)));
            return;
        }
        if let Some((_, pending)) = self.writes.pending.first_key_value() {
            let more = self.writes.pending.len() - 1;
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let asked = Confirm::new("Quit", WAIT, Confirmed::Quit)
                .line(format!("Under way: {}{more}.", words::doing(&pending.plan)))
                .line("larder ends as soon as it has been answered.");
            self.layers.push(Layer::Confirm(Box::new(asked)));
            return;
        }
        self.leave();
    }

    fn leave(&mut self) {
        self.ending();
        if !self.writes.pending.is_empty() {
            self.tell(Notice::info("waiting for the write under way, then quitting"));
        }
        self.out.effects.push(Effect::Quit);
    }

    pub(super) fn show_jobs(&mut self) {
        self.layers.push(Jobs::default().into());
    }

    /// Whoever looks at the jobs sees them as they are.
    pub(super) fn refresh_jobs(&mut self) {
        if self.layers.iter().any(|layer| matches!(layer, Layer::Jobs(_))) {
            let (jobs, height) = (self.jobs(), self.layout().jobs_height());
            for layer in &mut self.layers {
                if let Layer::Jobs(shown) = layer {
                    shown.update(jobs.clone(), height);
                }
            }
        }
    }

    fn cancel_job(&mut self, id: JobId) {
        match id {
            JobId::Read(Slot::Keys) => self.pause_walk(),
            JobId::Read(Slot::Lost) if self.stores.lost.is_some() => {
                self.stores.back(&mut ctx!(self));
            }
            JobId::Read(Slot::Record) => drop(self.record.stop_fetching(&mut ctx!(self))),
            JobId::Read(_) | JobId::Write(_) => {}
        }
    }

    fn filter(&mut self, kind: PromptKind, text: &str) {
        if kind == PromptKind::FilterStores {
            let height = self.list_height(Pane::Stores);
            self.stores.set_filter(text, height);
        } else {
            self.keys.set_filter(text, &mut ctx!(self));
        }
    }

    /// What a store weighs: its values, if its keys have been read, else what the storage says.
    fn weight(&self, info: &StoreInfo) -> Weight {
        if self.keys.store.as_ref() == Some(&info.store) && self.keys.sync.is_complete() {
            Weight::Values(self.keys.index.total_bytes())
        } else {
            Weight::of(info)
        }
    }

    /// Asks before a store is emptied or removed. Its weight, where it is not known, is asked of
    /// the server meanwhile.
    pub(super) fn ask_about_store(&mut self, info: &StoreInfo, drop: bool) {
        let weight = self.weight(info);
        if weight == Weight::Unknown {
            self.out.read(Slot::Store, Load::Store(info.store.clone()));
        }
        let plan = if drop { Plan::drop(info, weight) } else { Plan::purge(info, weight) };
        self.ask(plan);
    }

    fn ask(&mut self, plan: Plan) {
        let asked = Confirm::plan(plan, words::place(self.session.server.is_directory()));
        self.layers.push(Layer::Confirm(Box::new(asked)));
    }

    /// Brings a question about a store up to date with what is known of it by now.
    pub(super) fn update_question(&mut self, info: &StoreInfo) {
        let (weight, place) = (self.weight(info), words::place(self.session.server.is_directory()));
        for layer in &mut self.layers {
            if let Layer::Confirm(asked) = layer {
                asked.update(info, weight, place);
            }
        }
    }

    pub(super) fn ask_to_delete(&mut self) {
        let Some(store) = self.keys.store.clone() else { return };
        let index = &self.keys.index;
        let shown = self.keys.chosen().into_iter().map(|key| match index.find(key.as_bytes()) {
            Ok(row) => PlannedRecord::There(index.row(row)),
            Err(_) => PlannedRecord::Unknown(key),
        });
        let shown: Vec<_> = shown.collect();
        if !shown.is_empty() {
            self.ask(Plan::delete(store, shown));
        }
    }

    /// Opens the record under the cursor in the editor, or at once in the user's own.
    pub(super) fn edit(&mut self, outside: bool) {
        let mut ctx = ctx!(self);
        if let (Some(store), Some(record)) =
            (self.keys.store.clone(), self.record.value_at_hand(&mut ctx))
        {
            self.editor = Editor::open(store, record, outside, &mut ctx);
        }
    }

    pub(super) fn show_details(&mut self) {
        let mut facts = Vec::new();
        let (title, info) = if self.focus == Pane::Stores {
            let Some(info) = self.stores.current() else { return };
            ("Store", Some(info))
        } else {
            let read = self.record.shown.as_ref().and_then(RecordView::meta).cloned();
            let current = self.keys.current();
            let read = read.filter(|read| current.as_ref().is_none_or(|at| at.key == read.key));
            let Some(meta) = read.or(current) else { return };
            record_facts(&meta, &mut facts);
            ("Record", self.keys.store.as_ref().and_then(|store| self.stores.get(store)))
        };
        if let Some(info) = info {
            store_facts(info, self.now, &mut facts);
            if self.keys.store.as_ref() == Some(&info.store) {
                facts.extend(self.watch.fact());
            }
        }
        self.layers.push(Details::new(title, facts).into());
    }

    pub(super) fn show_crawl(&mut self) {
        self.layers.push(Layer::Crawl(Box::<Overview>::default()));
        self.out.read(Slot::Crawl, Load::Crawl);
    }

    pub(super) fn show_targets(&mut self) {
        let targets = Targets::new(&ctx!(self));
        self.layers.push(targets.into());
    }

    fn switch(&mut self, at: usize) {
        let Some(choice) = self.settings.targets.get(at) else { return };
        let failed = matches!(self.session.state, super::SessionState::Failed(_));
        if let Err(problem) = &choice.label {
            self.notice = Some(Notice::failure(problem.clone()));
        } else if at == self.settings.target && !failed {
            self.notice = Some(Notice::info(format!("{} is open already", choice.name)));
        } else if !self.writes.pending.is_empty() {
            // Its answer would come to another target's screen.
            let why = "a write is under way; switch when it has been answered";
            self.notice = Some(Notice::warning(why));
        } else {
            self.out.effects.push(Effect::Switch(at));
        }
    }

    /// The shell has let go of the old storage, or cannot yet. Nothing of the old one stays but
    /// what is the user's own: the mouse, and whether changes are watched.
    fn switched(&mut self, result: Result<usize, String>) {
        let at = match result {
            Ok(at) => at,
            Err(why) => {
                self.notice = Some(Notice::warning(why));
                return;
            }
        };
        let mut settings = self.settings.clone();
        let Some(choice) = settings.targets.get(at).cloned() else { return };
        settings.target = at;
        settings.label = choice.label.unwrap_or_default();
        settings.read_only = choice.read_only;
        settings.welcome = false;
        settings.open = None;
        settings.wrap = self.record.wrap;
        let mut new = Self::new(settings, self.keymap.clone(), self.size);
        new.mouse = self.mouse;
        new.watch.on = self.watch.on;
        new.now = self.now;
        new.quitting = self.quitting;
        new.out = std::mem::take(&mut self.out);
        // No reply to a question of before is taken for an answer.
        for ticket in &mut new.out.tickets {
            ticket.0 += 1;
        }
        new.notice = Some(Notice::info(format!("opening {}…", choice.name)));
        new.session = Session::new(true);
        *self = new;
        self.out.effects.push(Effect::Connect);
    }

    /// A file was written, or not.
    fn saved(&mut self, path: PathBuf, bytes: Bytes, result: Result<usize, SaveError>) {
        let shown = path.display().to_string();
        // Whoever types in the editor or answers something else is not interrupted.
        let asks = self.layers.is_empty() && self.editor.is_none() && !self.quitting;
        match result {
            Ok(bytes) => {
                let size = text::size(bytes as u64);
                self.tell(Notice::done(format!("{size} saved to {shown}")));
            }
            Err(SaveError::Exists) if asks => {
                let confirmed = Confirmed::OverwriteFile(path, bytes);
                let asked = Confirm::new("Replace the file", "replace", confirmed)
                    .line(shown)
                    .line("There is one already.");
                self.open_unasked(Layer::Confirm(Box::new(asked)));
            }
            Err(SaveError::Exists) => {
                let why = format!("{shown} was not saved: there is one already");
                self.tell(Notice::failure(why).lasting());
            }
            Err(SaveError::Failed(why)) => {
                if asks {
                    self.open_unasked(Layer::Prompt(Box::new(Prompt::save(&shown, bytes))));
                }
                let why = format!("{shown} was not saved: {why}");
                self.tell(Notice::failure(why).lasting());
            }
        }
    }

    /// It is known what became of a write.
    fn answered(&mut self, id: WriteId, answer: Option<Answer>) {
        let Some(answer) = answer else { return };
        // The editor is given back to the user if this was its write.
        let own = self.editor.as_mut().filter(|editor| editor.saving == Some(id));
        let edited = own.map(|editor| editor.saving = None).is_some();
        // What was left is to be seen.
        let made = |outcome: &Outcome| outcome.skipped.is_empty();
        self.close_quit(matches!(&answer, Answer::Done(_, outcome) if made(outcome)));
        match answer {
            Answer::Done(plan, outcome) => self.done(&plan, outcome, edited),
            Answer::Refused(plan, error) => self.refused(&plan, &error, edited),
            Answer::NotMade(plan) => {
                self.read_again_after(&plan);
                self.reload_record();
            }
            Answer::Unknown => {}
        }
    }

    /// A question whether to wait for writes has no more meaning once they are answered: larder
    /// ends if they were made, and stays if there is something to say. Where another dialog would
    /// come to light, and take the key that was meant for this one, it stays.
    fn close_quit(&mut self, made: bool) {
        let waits =
            |layer: &Layer| matches!(layer, Layer::Confirm(asked) if asked.waits_for_writes());
        let alone = self.layers.len() == 1 && self.layers.iter().all(waits);
        if alone && self.writes.pending.is_empty() {
            self.layers.pop();
            if made {
                self.leave();
            }
        }
    }

    fn done(&mut self, plan: &Plan, outcome: Outcome, edited: bool) {
        match &plan.change {
            PlannedChange::Create(by) => {
                let store = match by {
                    OpenBy::Default => "default",
                    OpenBy::Name(name) | OpenBy::Alias(name) => name,
                    OpenBy::Id(_) => return self.read_stores(),
                };
                self.stores.want(StoreName::from(store));
                // Not under a dialog or the editor, which are about what the user sees now.
                if self.layers.is_empty() && self.editor.is_none() {
                    self.open_store(StoreName::from(store));
                }
                self.read_stores();
            }
            PlannedChange::Set(set) => {
                if edited {
                    if let Some(told) = self.editor.take().and_then(|editor| editor.told) {
                        let words = words::done(plan, &outcome);
                        self.tell(Notice::warning(format!("{words}, but {told}")));
                    }
                    // A question about what is no longer unsaved has no more meaning.
                    self.layers.retain(
                        |layer| !matches!(layer, Layer::Confirm(asked) if asked.is_about_editor()),
                    );
                }
                if self.keys.store.as_ref() == Some(&set.store) {
                    let meta = outcome.meta.unwrap_or_else(|| crate::model::RecordMeta {
                        key: set.key.clone(),
                        content_type: set.content_type.clone(),
                        size: set.value.len() as u64,
                        ..Default::default()
                    });
                    if edited {
                        self.keys.hold(set.key.clone());
                    }
                    self.change_list(vec![Change::Set(meta)]);
                    let wanted = Some((set.store.clone(), set.key.clone()));
                    if self.record.wanted == wanted {
                        self.reload_record();
                    }
                    self.after_change(&set.store);
                }
            }
            PlannedChange::Delete { store, records } => {
                if self.keys.store.as_ref() == Some(store) {
                    let left: HashSet<&Key> = outcome.skipped.iter().collect();
                    let keys = records.iter().map(PlannedRecord::key);
                    let gone: Vec<_> = keys.filter(|key| !left.contains(key)).cloned().collect();
                    for key in &gone {
                        self.keys.marks.remove(key);
                    }
                    self.change_list(gone.into_iter().map(Change::Remove).collect());
                    self.after_change(store);
                }
            }
            PlannedChange::Purge(PlannedStore { name: store, .. }) => {
                if self.keys.store.as_ref() == Some(store) {
                    let focus = self.focus;
                    self.open_store(store.clone());
                    self.focus = if focus == Pane::Record { Pane::Keys } else { focus };
                }
                self.read_stores();
            }
            PlannedChange::Drop(PlannedStore { name: store, .. }) => {
                if self.keys.store.as_ref() == Some(store) {
                    self.close_store();
                }
                self.read_stores();
            }
            PlannedChange::Repair(..) => self.read_stores(),
        }
    }

    /// Changes that were made here are brought into the list.
    fn change_list(&mut self, changes: Vec<Change>) {
        let highlight = self.watch.on;
        self.sync_keys(SyncEvent::Answered { changes, highlight }, None);
    }

    fn after_change(&mut self, store: &StoreName) {
        self.out.read(Slot::Store, Load::Store(store.clone()));
    }

    /// A delete that was refused or lost on its way may have been made in part.
    fn read_again_after(&mut self, plan: &Plan) {
        if let PlannedChange::Delete { store, .. } = &plan.change
            && self.keys.store.as_ref() == Some(store)
        {
            self.sync_keys(SyncEvent::Restart, None);
        }
    }

    fn refused(&mut self, plan: &Plan, error: &Error, edited: bool) {
        self.read_again_after(plan);
        // A question that is being answered is never changed under the user's fingers, and nobody
        // answers one who has left.
        let asks = self.layers.is_empty() && !self.quitting;
        if let (PlannedChange::Set(set), true, ErrorKind::Conflict, true) =
            (&plan.change, edited, error.kind, asks)
        {
            notice::untell(&mut self.notice);
            let old = self.editor.as_ref().and_then(|editor| editor.original.as_ref());
            let asked = Confirm::overwrite(old);
            self.open_unasked(Layer::Confirm(Box::new(asked)));
            let read = Load::Value { store: set.store.clone(), key: set.key.clone() };
            self.out.read(Slot::Theirs, read);
            // The pane behind is to show what is there now.
            return self.reload_record();
        }
        let typed = match &plan.change {
            PlannedChange::Create(OpenBy::Name(name)) => Some((PromptKind::StoreName, name)),
            PlannedChange::Create(OpenBy::Alias(alias)) => Some((PromptKind::StoreAlias, alias)),
            _ => None,
        };
        if let (Some((kind, text)), true, None) = (typed, asks, &self.editor) {
            self.open_unasked(Layer::Prompt(Box::new(Prompt::new(kind, text))));
        }
        self.tell(Notice::from(error).lasting());
    }

    /// The questions about what is in the way of a save.
    pub(super) fn conflicts(&mut self) -> impl Iterator<Item = &mut Confirm> {
        self.layers.iter_mut().filter_map(|layer| match layer {
            Layer::Confirm(asked) if asked.is_undecided() => Some(&mut **asked),
            _ => None,
        })
    }

    /// Reads what was in the way once more, if that failed or was cut off.
    fn read_theirs_again(&mut self) {
        if self.conflicts().next().is_none() {
            return;
        }
        if let Some(editor) = &self.editor {
            let read = Load::Value { store: editor.store.clone(), key: editor.typed_key() };
            self.out.read(Slot::Theirs, read);
        }
    }

    fn on_mouse(&mut self, mouse: MouseEvent) {
        let wheel = match mouse.kind {
            MouseEventKind::ScrollDown => Some(WHEEL),
            MouseEventKind::ScrollUp => Some(-WHEEL),
            MouseEventKind::Down(MouseButton::Left) => None,
            _ => return,
        };
        if let Some(layer) = self.layers.last_mut() {
            layer.dialog_mut().wheel(wheel.unwrap_or(0), &mut ctx!(self));
        } else if let Some(editor) = &mut self.editor {
            editor.wheel(wheel.unwrap_or(0));
        } else if let Some(pane) = self.layout().pane_at(mouse.column, mouse.row) {
            match wheel {
                Some(rows) => self.wheel(pane, rows),
                None => self.click(pane, mouse.column, mouse.row),
            }
        }
    }

    fn wheel(&mut self, pane: Pane, rows: isize) {
        let height = self.list_height(pane);
        match pane {
            Pane::Stores => {
                let len = self.stores.len();
                self.stores.cursor.scroll(rows, len, height);
            }
            Pane::Keys => {
                self.keys.scroll(rows, height);
                self.follow_cursor();
            }
            Pane::Record => {
                let view = self.viewport();
                self.record.scroll_by(rows, view);
            }
        }
    }

    /// A click puts the cursor there, a second one opens.
    fn click(&mut self, pane: Pane, x: u16, y: u16) {
        self.notice = None;
        let (had_focus, area) = (self.focus == pane, self.layout().area(pane));
        self.focus_on(pane);
        let Some(inner) = area.map(super::Area::inner).filter(|_| self.focus == pane) else {
            return;
        };
        let header = u16::from(pane == Pane::Keys);
        if pane == Pane::Record || !inner.contains(x, y) || y < inner.y + header {
            return;
        }
        let (cursor, len) = match pane {
            Pane::Stores => (self.stores.cursor, self.stores.len()),
            _ => (self.keys.cursor, self.keys.len()),
        };
        let row = cursor.top + usize::from(y - inner.y - header);
        if row >= len {
            return;
        }
        let again = had_focus && cursor.at == row;
        // In a layout of fewer panes the focus may have moved things: measure again.
        let height = self.list_height(pane);
        match pane {
            Pane::Stores => self.stores.go(Move::To(row), height),
            _ => self.keys.go(Move::To(row), height),
        }
        if again {
            self.act(Action::Open);
        } else if pane == Pane::Keys {
            self.follow_cursor();
        }
    }
}
