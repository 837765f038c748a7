//! What the footer says: what can be done here and now, the most needed first.
//!
//! A hint depends on what kind of row the cursor is on, never on a read that is under way: it does not
//! change from row to row of a kind.

mod dialogs;

use std::borrow::Cow;

use crossterm::event::KeyEvent;

use crate::edit::may_hold;
use crate::keymap::{Action, Chord, Context};
use crate::model::{ConnectionState, Family};
use crate::preview::PreviewKind;
use crate::text;

use super::App;
use super::allowed::writes;
use super::comparing;
use super::editor::{Editor, Field};
use super::keys::KeysPane;
use super::layers::{COMMANDS, Layer};
use super::layout::Pane;
use super::load::RecordView;
use super::notice::Notice;
use super::record::{RecordPane, takes_value};
use super::session::SessionState;

/// A key, and what it does in the present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What the key is bound to.
    pub action: Action,
    /// The key.
    pub chord: Chord,
    /// A word or two that say what the key does now.
    pub words: Cow<'static, str>,
    /// Whether the hint keeps its place, before those that come first.
    pub held: bool,
}

/// What can be done here and now, from the most to the least needed.
pub fn hints(app: &App) -> Vec<Hint> {
    let context = app.context();
    let in_panes = app.layers.is_empty() && app.editor.is_none();
    let needed = if in_panes { needed(app) } else { Vec::new() };
    let usual = app.keymap.footer(context).iter().copied();
    let usual = usual.filter(|action| app.allowed(*action).is_ok());
    let usual = usual.filter(|action| !in_panes || is_useful(app, *action));
    // Without a connection nothing is saved: staged, what was typed is kept till then.
    let is_up = matches!(app.session.state, SessionState::Open(ConnectionState::Up));
    let edits = app.layers.is_empty() && app.editor.is_some();
    let usual = usual.filter(|action| *action != Action::Save || is_up || !edits);
    let usual = usual.filter_map(|action| Some((action, words(app, action)?)));
    let mut hints: Vec<Hint> = Vec::new();
    for (action, words) in needed.into_iter().chain(usual) {
        let chord = app.keymap.chord(context, action);
        if let Some(chord) = chord.filter(|_| hints.iter().all(|hint| hint.action != action)) {
            hints.push(Hint { action, chord, words, held: is_held(app, action) });
        }
    }
    hints
}

/// Whether the state makes one look for an action that stands behind others.
fn is_held(app: &App, action: Action) -> bool {
    let in_panes = app.layers.is_empty() && app.editor.is_none();
    in_panes
        && match action {
            Action::Details => app.is_read_only() && app.session.is_open(),
            Action::Follow => {
                let keys = &app.keys;
                let marking = keys.range().is_some() || !keys.marks.keys.is_empty();
                keys.has_newest() && !keys.follow.on && !marking
            }
            _ => false,
        }
}

type Needed = Vec<(Action, Cow<'static, str>)>;

/// The actions that the state of the panes asks for.
fn needed(app: &App) -> Needed {
    let mut needed: Needed = Vec::new();
    let mut add = |action, words: &'static str| needed.push((action, words.into()));
    if app.session.wants_password() {
        add(Action::TypePassword, "type the password");
    }
    match &app.session.state {
        SessionState::Failed(_) if app.session.is_trying() => add(Action::Refresh, "retry now"),
        SessionState::Failed(_) | SessionState::Open(ConnectionState::Down { .. }) => {
            add(Action::Refresh, "retry");
        }
        _ => {}
    }
    if !matches!(app.session.state, SessionState::Open(ConnectionState::Up))
        && app.allowed_in_panes(Action::Targets).is_ok()
        && is_useful(app, Action::Targets)
    {
        add(Action::Targets, "other target");
    }
    // Where there is nothing yet, the first step is to make something.
    let first = match app.focus {
        Pane::Stores => (app.stores.ready && app.stores.total() == 0).then_some(Action::NewStore),
        Pane::Keys => app.keys.has_no_records().then_some(Action::NewRecord),
        Pane::Record => None,
    };
    let first = first.filter(|new| app.allowed(*new).is_ok() && is_useful(app, *new));
    needed.extend(first.map(|new| (new, new.hint().into())));
    match app.focus {
        Pane::Stores => needed.extend(app.stores.undoes().map(|does| (Action::Back, does.into()))),
        Pane::Keys => {
            needed.extend(needed_of_keys(&app.keys, app.session.refused(&app.settings)));
            if comparing::has_two(app) {
                needed.push((Action::Compare, Action::Compare.hint().into()));
            }
        }
        Pane::Record => {}
    }
    if app.focus != Pane::Stores {
        needed.extend(needed_of_record(&app.record, app.focus));
        if is_useful(app, Action::Pictures) {
            needed.push((Action::Pictures, Action::Pictures.hint().into()));
        }
    }
    if !app.watch.on {
        needed.push((Action::ToggleWatch, "resume".into()));
    }
    needed
}

fn needed_of_keys(keys: &KeysPane, refused: Option<&'static str>) -> Needed {
    let mut needed: Needed = Vec::new();
    let marked = keys.marks.keys.len();
    let range = keys.range().map(|range| range.len() as u64);
    if range.is_some() {
        needed.push((Action::MarkRange, "mark range".into()));
    } else if marked > 0 {
        if refused.is_none() {
            needed.push((Action::Delete, format!("delete {}", text::count(marked as u64)).into()));
        }
        needed.push((Action::UnmarkAll, "unmark".into()));
        if !keys.are_grouped() && !keys.is_empty() {
            needed.push((Action::MarkRange, Action::MarkRange.hint().into()));
        }
    }
    if !keys.filter.is_empty() && !keys.is_empty() && range.is_none() {
        needed.push((Action::MarkAll, "mark all".into()));
    }
    needed.extend(keys.undoes().map(|does| (Action::Back, does.into())));
    // A deletion takes the records of the range and those that were marked before.
    if let Some(range) = range.filter(|_| refused.is_none() && marked == 0 && !keys.are_grouped()) {
        needed.push((Action::Delete, format!("delete {}", text::count(range)).into()));
    }
    if keys.sync.walk().is_some_and(|walk| walk.paused) {
        needed.push((Action::Refresh, "read on".into()));
    } else if keys.sync.failure().is_some() {
        needed.push((Action::Refresh, "read again".into()));
    }
    needed
}

fn needed_of_record(record: &RecordPane, focus: Pane) -> Needed {
    let mut needed: Needed = Vec::new();
    if record.fetching {
        needed.push((Action::Back, "stop fetch".into()));
    } else if record.is_in_part() {
        needed.push((Action::Fetch, "fetch".into()));
    }
    if focus == Pane::Record {
        if record.matches.as_ref().is_some_and(|matches| matches.len() > 1) {
            needed.push((Action::SearchNext, "next".into()));
            needed.push((Action::SearchPrevious, "previous".into()));
        }
        if !record.search.is_empty() {
            needed.push((Action::Back, "end search".into()));
        } else if record.entry().is_some() {
            needed.push((Action::Back, "archive".into()));
        }
    }
    if record.outdated || record.failure.is_some() {
        needed.push((Action::Refresh, "read again".into()));
    } else if record.is_missing() {
        needed.push((Action::Refresh, Action::Refresh.hint().into()));
    }
    needed
}

/// Whether an action that is possible would also do something.
fn is_useful(app: &App, action: Action) -> bool {
    let up = matches!(app.session.state, SessionState::Open(ConnectionState::Up));
    let keys = &app.keys;
    match action {
        action if !up && writes(action, app.focus) => false,
        Action::FindLost | Action::Crawl => up,
        Action::Refresh | Action::ToggleWatch => app.session.is_open(),
        Action::Filter if app.focus == Pane::Stores => app.stores.total() > 0,
        // A list that holds only the open target tells nothing new.
        Action::Targets => app.settings.targets.len() > 1,
        // While a password is wanted, the key for pins types it.
        Action::Pin if app.session.wants_password() => false,
        Action::Left => app.focus != Pane::Stores,
        Action::Jobs => !app.writes.pending.is_empty() || app.stores.lost.is_some(),
        Action::Journal => !app.journal.steps().is_empty(),
        Action::Versions => app.record.versions.kept().len() > 1,
        Action::Compare => !app.keys.index.is_empty(),
        Action::OtherHalf => app.keys.other_half().is_some(),
        Action::Messages => app.notices.kept().next().is_some(),
        Action::Filter
        | Action::Sort
        | Action::ReverseSort
        | Action::Groups
        | Action::Totals
        | Action::Mark
        | Action::MarkAll
            if app.focus == Pane::Keys =>
        {
            !keys.index.is_empty()
        }
        // In groups, following is not named either.
        Action::Follow => !(keys.follow.on && keys.are_grouped()),
        Action::Purge if app.focus == Pane::Keys => !keys.index.is_empty(),
        Action::Pictures => {
            let picture = app.record.preview().is_some_and(|preview| preview.is_picture());
            app.settings.pictures_wait && picture
        }
        _ if app.focus == Pane::Stores => true,
        action => app.record.would(action),
    }
}

impl RecordPane {
    /// Whether an action would do something with what is shown, even though that is another record while the
    /// wanted one is being read.
    fn would(&self, action: Action) -> bool {
        match action {
            Action::Edit | Action::EditExternal | Action::OpenInner if self.entry().is_some() => {
                false
            }
            action if takes_value(action) => !self.is_in_part(),
            Action::Open | Action::Right | Action::Edit | Action::Delete | Action::Rename
                if self.is_missing() =>
            {
                false
            }
            Action::NextEntry | Action::PreviousEntry => self.entry().is_some(),
            Action::Fetch => self.is_in_part(),
            Action::SelectValue if self.shows_table() || self.shows_links() => true,
            Action::SelectValue if self.archive().is_some() => true,
            Action::SelectValue | Action::OpenInner => {
                let Some(RecordView::Whole(record, preview)) = &self.shown else { return false };
                let json = preview.kind() == PreviewKind::Json && !preview.is_converted();
                if action == Action::OpenInner { !json && may_hold(&record.value) } else { json }
            }
            Action::FindPath => {
                self.preview().is_some_and(|preview| preview.kind() == PreviewKind::Json)
            }
            Action::Search => self.preview().is_some_and(|preview| !preview.is_picture()),
            Action::Wrap => self.preview().is_some_and(|preview| {
                use PreviewKind::{Json, Listing, Notation, Page, Text};
                matches!(preview.kind(), Json | Listing | Notation | Page | Text)
            }),
            Action::SearchNext | Action::SearchPrevious => {
                self.matches.as_ref().is_some_and(|matches| matches.len() > 1)
            }
            _ => true,
        }
    }
}

impl Editor {
    /// Whether an action would do something with what is edited.
    fn would(&self, action: Action) -> bool {
        let text = self.value.text().is_some();
        let in_value = self.field == Field::Value;
        match action {
            Action::NextField => !in_value,
            // The value's own keys are named where it is typed in.
            Action::Undo
            | Action::Redo
            | Action::Format
            | Action::Bracket
            | Action::Wrap
            | Action::Search
            | Action::Replace
            | Action::GoTo
            | Action::SelectAll
                if !in_value =>
            {
                false
            }
            Action::Undo => self.value.document().is_some_and(|it| it.can_undo(false)),
            Action::Redo => self.value.document().is_some_and(|it| it.can_undo(true)),
            Action::Format | Action::SaveAsText | Action::Bracket => {
                text && self.typed_content_type().family() == Family::Json
            }
            Action::Wrap | Action::Replace => text,
            Action::Search | Action::GoTo | Action::SelectAll => text || self.value.hex().is_some(),
            _ => true,
        }
    }
}

/// What an action does in the present state, in words; nothing where it is not to be named.
fn words(app: &App, action: Action) -> Option<Cow<'static, str>> {
    if let Some(Layer::Prompt(line)) = app.layer() {
        return line.words(action).map(Cow::Borrowed);
    }
    if let Some(Layer::Palette(menu)) = app.layer()
        && action == Action::Accept
        && menu.0.title != COMMANDS
    {
        return Some("choose".into());
    }
    if let Some(Layer::Help(_) | Layer::Palette(_)) = app.layer() {
        return Some(dialogs::menu_words(action).into());
    }
    if let Some(Layer::Places(_)) = app.layer() {
        return Some(dialogs::place_words(action).into());
    }
    if let (Some(Layer::Merge(_)), Action::Edit) = (app.layer(), action) {
        return Some("own value".into());
    }
    if let Some(layer) = app.layer() {
        let listing = layer.dialog().listing();
        let own = listing.and_then(|list| list.keys.into_iter().find(|(key, _)| *key == action));
        return Some(own.map_or(action.hint(), |(_, does)| does).into());
    }
    if let Some(editor) = &app.editor {
        return editor.would(action).then(|| action.hint().into());
    }
    let words = match (action, app.focus) {
        // The hint of Esc says so already.
        (Action::Left, Pane::Keys) if app.keys.grouping.is_some() => return None,
        (Action::SelectValue, _) if app.record.shows_table() => "cells",
        (Action::SelectValue, _) if app.record.shows_links() => "links",
        (Action::SelectValue, _) if app.record.archive().is_some() => "entries",
        (Action::Left, Pane::Keys) => "stores",
        (Action::CopyKey, Pane::Stores) => "copy name",
        (Action::Left, _) => "keys",
        (Action::Follow, _) if app.keys.follow.on => "stop following",
        (Action::Groups, _) if app.keys.undoes() == Some("ungroup") => return None,
        (Action::Groups, _) if app.keys.grouping.is_some() => "ungroup",
        (Action::ToggleWatch, _) if app.watch.on => "pause",
        (Action::OtherHalf, _) => app.keys.other_half()?.0.name(),
        (Action::Pin, _) if is_pinned(app) => "unpin",
        (Action::Details, _) if app.is_read_only() => "why read-only",
        _ => action.hint(),
    };
    Some(words.into())
}

/// Whether the record under the cursor is pinned.
fn is_pinned(app: &App) -> bool {
    let current = app.keys.current().zip(app.keys.store.as_ref());
    current.is_some_and(|(meta, store)| app.pins.has(store, &meta.key))
}

/// What to say of a key that does nothing in the pane in focus: in which pane it does something.
pub(super) fn elsewhere(app: &App, key: &KeyEvent) -> Option<Notice> {
    let chord = app.keymap.named(Chord::from_event(key)?);
    let others = [Pane::Keys, Pane::Record, Pane::Stores].into_iter();
    let found = others.filter(|pane| *pane != app.focus).find_map(|pane| {
        let action = app.keymap.lookup(pane.context(), key)?;
        Some(format!("in the {} pane: {chord} {}", pane.named(), action.hint()))
    });
    Some(Notice::info(found.unwrap_or_else(|| {
        let lists = app.keymap.says(Context::Global, Action::Help, "lists the keys");
        text::then(&format!("{chord} does nothing here"), " · ", lists)
    })))
}
