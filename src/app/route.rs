//! Routes: which pane, dialog or editor gets an event, and how their requests of each other are served.

mod actions;
mod answers;
mod asides;
mod compare;
mod drafts;
mod external;
mod inner;
mod key_line;
mod later;
mod leaves;
mod leaving;
mod mouse;
mod opened;
mod panes;
mod pins;
mod questions;
mod replies;
mod reviewing;
mod rewrites;
mod run;
mod saving;
mod staged;
mod tables;
mod targets;
mod unasked;
mod undo;
mod values;
mod versions;
mod watched;

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::keymap::Action;
use crate::text;

use super::ctx::Request;
use super::drafting;
use super::event::{Event, Slot};
use super::hints;
use super::layers::{Details, Layer, Then};
use super::layout::Pane;
use super::list::Move;
use super::load::{Load, Loaded};
use super::notice::Notice;
use super::typing::typed;
use super::{App, notice};

pub(super) use inner::come_back;
pub(super) use leaving::unseen_failure;
pub(super) use panes::share_width;

impl App {
    /// Gives an event to the pane, dialog or editor that it concerns.
    pub(super) fn route(&mut self, event: Event) {
        match event {
            Event::Key(key) => self.key(key),
            Event::Keys(keys) => self.keys_at_once(&keys),
            Event::Mouse(mouse) => mouse::on_mouse(self, mouse),
            Event::Click(spot, mouse) => mouse::on_spot(self, spot, mouse),
            Event::Paste(text) => self.paste(&text),
            Event::Resize(width, height) => self.resize(width, height),
            Event::Connected(result) => {
                if self.session.connected(result, &mut ctx!(self)) {
                    drafts::find(self);
                    pins::find(self);
                    asides::find(self);
                    if self.settings.notify {
                        self.out.read(Slot::CrawlEnd, Load::CrawlEnd);
                    }
                    opened::watch(self);
                    opened::read_stores(self);
                    if std::mem::take(&mut self.settings.crawl_first) {
                        actions::open_dialog(self, Action::Crawl);
                    }
                }
            }
            Event::Connection(connection) => {
                if self.session.connection(connection, &mut ctx!(self)) {
                    opened::refresh(self);
                    questions::read_theirs_again(self);
                    staged::check(self);
                }
            }
            Event::LoggedIn(result) => {
                if self.session.logged_in(result, &mut ctx!(self)) {
                    opened::refresh(self);
                }
            }
            Event::Server(result) => self.session.told(result, &mut ctx!(self)),
            Event::Loaded(slot, ticket, result) => {
                if self.out.is_live(slot, ticket) {
                    match result {
                        Ok(Loaded::Crawl(crawl)) if slot == Slot::CrawlEnd => {
                            external::crawl_read(self, &crawl);
                        }
                        Ok(loaded) => replies::loaded(self, loaded),
                        Err(error) => replies::failed(self, slot, error),
                    }
                }
            }
            Event::Watched(ticket, event) => {
                if self.out.is_live(Slot::Watch, ticket) {
                    staged::noticed(self, &event);
                }
                watched::noticed(self, ticket, event);
            }
            Event::Time => watched::time_passed(self),
            Event::Slow(slot, ticket) => replies::slow(self, slot, ticket),
            Event::Written(id, result) => {
                self.watch.crawling.ends_write(self.now);
                if let Err(error) = &result {
                    self.session.heard(error);
                }
                let answer = self.writes.written(id, result, &mut ctx!(self));
                answers::answered(self, id, answer);
            }
            Event::Resolved(id, result) => {
                self.watch.crawling.ends_write(self.now);
                let answer = self.writes.resolved(id, result, &mut ctx!(self));
                answers::answered(self, id, answer);
            }
            Event::WriteProgress(id, share) => self.writes.progress(id, share, &mut self.notice),
            Event::MadeInPart(id, inverse, rest) => undo::made_in_part(self, id, inverse, rest),
            Event::Gone(id, anew) => undo::gone(self, id, anew),
            Event::Freed(id) => self.journal.freed(&id),
            Event::Edited(result) => external::edited(self, result),
            Event::DraftKept(id, result) if staged::kept(self, &id, &result) => {}
            Event::DraftKept(id, result) if later::kept(self, &id, &result) => {}
            Event::DraftKept(id, result) => drafting::kept(self, &id, result),
            Event::Drafts(found) => drafts::found(self, found),
            Event::Pins(target, found) => pins::found(self, &target, found),
            Event::DraftReady(ready) if staged::ready(self, &ready) => {}
            Event::DraftReady(ready) => drafts::ready(self, *ready),
            Event::DraftRead(id, result) if staged::read(self, &id, &result) => {}
            Event::DraftRead(id, result) => drafts::read(self, id, result),
            Event::Copied(what, result) => self.tell(match result {
                Ok(bytes) => Notice::done(format!("{what} copied, {}", text::size(bytes as u64))),
                Err(why) => Notice::failure(why),
            }),
            Event::Told(text) => self.tell(Notice::info(text)),
            Event::Saved(path, bytes, result) => answers::saved(self, path, bytes, result),
            Event::OpenedExternal(name, result) => external::opened(self, &name, result),
            Event::Switched(result) => targets::switched(self, result),
        }
    }

    /// Serves the requests of panes and dialogs, in their order.
    pub(super) fn serve(&mut self, by_key: bool) {
        actions::act_on_awaited(self);
        while let Some(request) = self.out.requests.pop_front() {
            match request {
                Request::Quit => leaving::quit(self),
                Request::Leave => leaving::agreed(self),
                Request::Focus(pane) => panes::focus_on(self, pane),
                Request::OpenStore(store) => {
                    if opened::is_open(self, &store) {
                        panes::focus_on(self, Pane::Keys);
                    } else {
                        opened::open_store(self, store);
                    }
                }
                Request::Enter(store, shown) => opened::enter(self, store, shown),
                Request::Details(title, facts) => {
                    self.layers.push(Details::new(title, facts).into());
                }
                Request::OpenContents(of) => actions::open_contents(self, of),
                Request::ShowRecord => opened::follow_cursor(self),
                Request::ReloadRecord => opened::reload_record(self),
                Request::Help => drop(actions::open_dialog(self, Action::Help)),
                Request::Palette => drop(actions::open_dialog(self, Action::Palette)),
                Request::Run(item) => run::run(self, item),
                Request::Send(id, plan) => {
                    self.watch.crawling.begins_write(self.now);
                    staged::sent(self, id, &plan);
                    self.writes.send(id, *plan, &mut ctx!(self));
                }
                Request::DiscardEdit if self.editor.is_none() => leaves::discard(self),
                Request::DiscardEdit => {
                    self.editor = None;
                    // Perhaps the edit was given up because someone else had changed the record.
                    opened::reload_record(self);
                }
                Request::KeepDraft { quits } => later::keep(self, quits),
                Request::MergeAsNew => later::as_new(self),
                Request::TakeDraft(id, draft, value, as_new) => {
                    drafts::take(self, &id, *draft, *value, as_new);
                }
                Request::OpenInner(record, place) => inner::open(self, record, place),
                Request::EditRecord(outside) => inner::edit(self, outside),
                Request::NewRecord => actions::new_record(self),
                Request::Unpin(pin) => pins::set(self, pin, false),
                Request::PassDraft(id) => self.drafting.found.pass(&id),
                Request::DropDraft(id) => drafts::discard(self, &id),
                Request::AwaitPause if self.layers.is_empty() => {}
                Request::AwaitPause => unasked::await_pause(self),
                Request::Review(set) => reviewing::review(self, *set),
                Request::Stage(set) => staged::stage(self, *set),
                Request::LookAtStaged => staged::look(self),
                Request::ShowStaged(id) => staged::show(self, &id),
                Request::EditStaged(id) => staged::open(self, &id),
                Request::DropStaged(id) => staged::remove(self, &id),
                Request::SaveStaged => staged::save(self),
                Request::Save(set) => saving::save(self, *set),
                Request::SaveMerged(set, onto, None) => saving::save_merged(self, *set, onto),
                Request::SaveMerged(set, onto, Some(value)) => {
                    saving::put_back_merged(self, *set, *onto, value);
                }
                Request::SaveOver(expected) => {
                    if let Some(editor) = &mut self.editor {
                        let shown = self.record.record();
                        let then = editor.save(false, expected, shown, &mut ctx!(self));
                        self.after_edit(then);
                    } else {
                        leaves::save_over(self, expected);
                    }
                }
                Request::Filter(kind, text) => questions::filter(self, kind, &text),
                Request::Reveal(preview, offset) => {
                    self.record.reveal(&preview, offset, &ctx!(self));
                }
                Request::OfTable(asked) => tables::serve(self, asked),
                Request::FindPath(path) => values::find(self, path),
                Request::GoToFound(found) => values::go_to(self, *found),
                Request::OpenEntry(asked) => self.record.open_entry(*asked, &mut ctx!(self)),
                Request::CompareFile(of, key, path) => compare::with_file(self, of, key, path),
                Request::CompareVersions => versions::compare(self),
                Request::ShowFolded(from, to) => {
                    self.record.show_folded(&from, &to, &ctx!(self));
                }
                Request::ChangeLeaf(action) => leaves::change(self, action),
                Request::ResumeLeaf(id, draft) => leaves::resume(self, id, draft),
                Request::SaveLeaf(typed) => leaves::save(self, &typed),
                Request::StageLeaf(typed) => leaves::stage(self, &typed),
                Request::LeaveLeaf(typed) => leaves::leave(self, &typed),
                Request::DropLeaf => leaves::give_up(self),
                Request::EditFurther => leaves::edit_further(self),
                Request::StopMerging => {
                    self.layers.retain(|layer| !matches!(layer, Layer::Merge(_)));
                    saving::stop_merging(self);
                    leaves::edit_further(self);
                }
                Request::Search(text) => self.record.look_for(&text, &mut ctx!(self)),
                Request::AskForPlaces(asks) => questions::ask_for_places(self, asks),
                Request::AnswerPlace(step) => questions::answer_place(self, step),
                Request::InEditor(kind, text) => {
                    if let Some(editor) = &mut self.editor {
                        editor.answered(kind, &text, &mut ctx!(self));
                    }
                }
                Request::Switch(at) => targets::switch(self, at),
                Request::LogIn(password) => self.session.log_in(password, &mut ctx!(self)),
                Request::Ask(question) => self.layers.push(Layer::Confirm(question)),
                Request::AskToPurge => {
                    let known = self.keys.store.as_ref().and_then(|store| self.stores.get(store));
                    if let Some(info) = known.cloned() {
                        questions::ask_about_store(self, &info, false);
                    }
                }
                Request::AskAboutStore(info, drop) => questions::ask_about_store(self, &info, drop),
                Request::CheckKey => key_line::check(self),
                Request::ChooseStore => key_line::choose_store(self),
                Request::Rewrite(prompt) => rewrites::typed(self, *prompt),
                Request::Prompt(prompt) => self.layers.push(Layer::Prompt(prompt)),
                Request::Restore(info) => asides::restore(self, *info),
                Request::AskToDiscard(info) => asides::ask_to_discard(self, *info),
                Request::LeaveAsides => asides::leave(self),
                Request::Turn(turn) => undo::turn(self, turn),
                Request::TurnStep(turn, step) => undo::make(self, turn, step),
                Request::ShowStep(id) => undo::show(self, id),
                Request::CancelJob(id) => actions::cancel_job(self, id),
                Request::Totals => actions::show_totals(self),
            }
        }
        leaves::ask(self, by_key);
        undo::look(self);
        self.look();
    }

    /// Brings the open dialogs up to date with the state.
    fn look(&mut self) {
        self.notices.show(self.notice.as_ref(), self.now);
        let mut layers = std::mem::take(&mut self.layers);
        for layer in &mut layers {
            layer.dialog_mut().look(self);
        }
        self.layers = layers;
    }

    fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        if unasked::drops_input(self) {
            return;
        }
        self.notice = None;
        self.record.awaiting = None;
        let action = self.session.action_of(&self.keymap, self.context(), &key);
        self.press(key, action);
    }

    /// Does what a key is bound to in the topmost dialog, the editor or the pane.
    pub(super) fn press(&mut self, key: KeyEvent, action: Option<Action>) {
        if let Some(layer) = self.layers.last_mut() {
            if layer.dialog_mut().key(key, action, &mut ctx!(self)) == Then::Close {
                self.close_layer();
            }
        } else if self.editor.is_some() && action == Some(Action::TypePassword) {
            actions::act(self, Action::TypePassword);
        } else if let Some(editor) = &mut self.editor {
            let then = editor.act(key, action, self.record.record(), &mut ctx!(self));
            self.after_edit(then);
        } else if let Some(action) = action.map(|action| leaves::or_whole(self, action)) {
            match self.allowed(action) {
                Ok(()) => actions::act(self, action),
                Err(why) => self.notice = Some(why),
            }
        } else {
            self.notice = hints::elsewhere(self, &key);
        }
    }

    /// Takes keys that came at once: perhaps text that was pasted.
    fn keys_at_once(&mut self, keys: &[KeyEvent]) {
        let mut rest = keys;
        while let Some((first, others)) = rest.split_first() {
            let text = if self.takes_text() { typed(&self.keymap, rest) } else { String::new() };
            let run = text.chars().count();
            if run < 2 {
                self.key(*first);
                self.serve(true);
                rest = others;
                continue;
            }
            self.notice = None;
            self.paste(&text);
            rest = &rest[run..];
        }
    }

    fn paste(&mut self, text: &str) {
        if unasked::drops_input(self) {
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

    /// Puts the cursor in the values aside while the editor is open; it comes back when that is closed.
    fn lay_cursor_beneath(&mut self) {
        self.beneath = self
            .layers
            .drain(..)
            .find_map(|layer| if let Layer::Leaf(cursor) = layer { Some(cursor) } else { None });
    }

    pub(super) fn tell(&mut self, notice: Notice) {
        notice::tell(&mut self.notice, notice);
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.measure();
        let body = self.layout().body;
        if let Some(editor) = &mut self.editor {
            editor.show_cursor(body);
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.dialog_mut().resize(&mut ctx!(self));
        }
    }

    /// Fits cursors and scroll positions into the panes, whose sizes have changed.
    pub(super) fn measure(&mut self) {
        let heights = (self.list_height(Pane::Stores), self.list_height(Pane::Keys));
        self.stores.go(Move::By(0), heights.0);
        let keys = self.keys.len();
        self.keys.cursor.go(Move::By(0), keys, heights.1);
        let view = self.viewport();
        self.record.scroll_by(0, view);
    }
}
