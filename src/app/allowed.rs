//! Whether an action can be done here and now: dispatch, footer and help ask the same function.

use crate::edit::may_hold;
use crate::keymap::{Action, Context, KeyMap};
use crate::ops::journal::Journal;
use crate::ops::{Turn, words};
use crate::preview::PreviewKind;
use crate::text;

use super::App;
use super::comparing;
use super::keys::KeysPane;
use super::layout::{Layout, Pane, Split, TWO_PANES};
use super::notice::Notice;
use super::record::{RecordPane, takes_value};
use super::stores::StoresPane;

/// Why something cannot be done now, and what to do about it.
pub type Why = Notice;

/// Whether an action can be done here and now; if not, why. In dialogs and in the editor, all actions that
/// their keys are bound to are allowed.
pub(super) fn allowed(app: &App, action: Action) -> Result<(), Why> {
    match app.layers.last() {
        Some(layer) if layer.dialog().allows(action) => Ok(()),
        Some(_) => Err(Notice::info("there is nothing to do that to")),
        None => match &app.editor {
            Some(editor) if editor.allows(action) => Ok(()),
            Some(_) => Err(Notice::info("a value inside another has no other fields")),
            None => in_panes(app, action),
        },
    }
}

/// Like [`allowed`], but for the panes behind a dialog.
pub(super) fn in_panes(app: &App, action: Action) -> Result<(), Why> {
    in_pane(app, app.focus, action)
}

/// Like [`in_panes`], but as if this pane were in focus.
pub(super) fn in_pane(app: &App, pane: Pane, action: Action) -> Result<(), Why> {
    match (action, app.session.refused(&app.settings)) {
        (Action::Targets, _) if app.settings.targets.is_empty() => {
            let why = "no other targets · add [profiles.NAME] to config";
            return Err(Notice::info(why));
        }
        (Action::Widen | Action::Narrow | Action::Zoom, _) => {
            return shares_width(action, &app.layout(), &app.split, &app.keymap);
        }
        (Action::NewStore | Action::FindLost | Action::Crawl, _) if !app.session.is_open() => {
            return Err(Notice::info("not connected yet"));
        }
        (Action::TypePassword, _) if !app.session.wants_password() => {
            return Err(Notice::info("the server asks for no password"));
        }
        (_, Some(why)) if writes(action, pane) => {
            return Err(Notice::warning(why));
        }
        (Action::Staged, _) if app.staged.edits().is_empty() => {
            return app.drafting.found.allows_staged(&app.keymap);
        }
        (Action::Compare, _) => return comparing::allowed(app),
        (Action::OtherHalf, _) if app.keys.other_half().is_none() => {
            return Err(Notice::info(app.keys.no_other_half()));
        }
        (Action::GoBack, _) if !app.visited.has(true) => {
            return Err(Notice::info("nowhere to go back to"));
        }
        (Action::GoForward, _) if !app.visited.has(false) => {
            return Err(Notice::info("nowhere to go forward to"));
        }
        (Action::Undo, _) => return turns(&app.journal, Turn::Undo),
        (Action::Redo, _) => return turns(&app.journal, Turn::Redo),
        _ => {}
    }
    match pane {
        Pane::Stores => app.stores.allowed(action),
        Pane::Keys => {
            app.keys.allowed(action)?;
            app.record.allowed(action, &app.keymap)
        }
        Pane::Record => app.record.allowed(action, &app.keymap),
    }
}

/// Whether there is a step to undo, or to do again.
fn turns(journal: &Journal, turn: Turn) -> Result<(), Why> {
    match journal.next(turn) {
        Some(_) => Ok(()),
        None => Err(Notice::info(match journal.waits(turn) {
            Some(store) => words::waits_for(store, turn),
            None => words::nothing_to(turn).to_owned(),
        })),
    }
}

/// Whether there is another pane to share the width with.
fn shares_width(
    action: Action,
    layout: &Layout,
    split: &Split,
    keymap: &KeyMap,
) -> Result<(), Why> {
    if layout.body.width < TWO_PANES {
        return Err(Notice::info("only one pane fits here"));
    }
    if action == Action::Zoom || !split.sizes.zoomed {
        return Ok(());
    }
    let remedy = keymap.says(Context::Global, Action::Zoom, "shows the other panes");
    Err(Notice::info(text::then("zoomed", " · ", remedy)))
}

/// Whether an action writes, so that it is refused where nothing may be written.
pub(super) fn writes(action: Action, pane: Pane) -> bool {
    match action {
        Action::Undo | Action::Redo => true,
        Action::NewStore | Action::Purge | Action::Drop => pane != Pane::Record,
        Action::NewRecord
        | Action::Edit
        | Action::EditExternal
        | Action::OpenInner
        | Action::Rename
        | Action::Duplicate
        | Action::Retype
        | Action::Delete => pane != Pane::Stores,
        _ => false,
    }
}

impl StoresPane {
    /// Whether an action does something where the cursor is.
    pub(super) fn allowed(&self, action: Action) -> Result<(), Why> {
        match action {
            Action::Sort | Action::ReverseSort if self.len() < 2 => {
                Err(Notice::info("there is nothing to sort"))
            }
            Action::Open
            | Action::Right
            | Action::Details
            | Action::CopyKey
            | Action::Purge
            | Action::Drop
                if self.current().is_none() =>
            {
                Err(Notice::info("there is no store under the cursor"))
            }
            _ => Ok(()),
        }
    }
}

impl KeysPane {
    /// Whether an action does something where the cursor is. On a group, only actions on the list or on the
    /// marked records do.
    pub(super) fn allowed(&self, action: Action) -> Result<(), Why> {
        let on_group = self.group(self.cursor.at).is_some_and(|group| !group.leaf);
        let marked = !self.marks.keys.is_empty() || self.range().is_some();
        let ok = match action {
            Action::Delete if marked => true,
            Action::UnmarkAll => marked,
            Action::MarkRange if self.range().is_some() => true,
            Action::MarkAll | Action::InvertMarks => !self.is_empty(),
            Action::Open | Action::Right => on_group || self.current().is_some(),
            action if is_about_one_record(action) => !on_group && self.current().is_some(),
            _ => true,
        };
        if ok {
            return Ok(());
        }
        Err(Notice::info(match action {
            Action::UnmarkAll => "no record is marked",
            _ if on_group => "a group of keys: open it first",
            _ => "there is no record under the cursor",
        }))
    }
}

fn is_about_one_record(action: Action) -> bool {
    matches!(
        action,
        Action::Edit
            | Action::EditExternal
            | Action::OpenInner
            | Action::Rename
            | Action::Duplicate
            | Action::Retype
            | Action::Delete
            | Action::Mark
            | Action::MarkRange
            | Action::Details
            | Action::Pin
            | Action::CopyKey
            | Action::CopyValue
            | Action::SaveValue
            | Action::OpenExternal
            | Action::Fetch
            | Action::Versions
            | Action::ViewMode
            | Action::PreviousView
            | Action::Pictures
    )
}

impl RecordPane {
    /// Whether an action does something with the record that is shown. While the record is being read,
    /// actions that will be possible are allowed: the footer does not change with every move of the cursor.
    pub(super) fn allowed(&self, action: Action, keymap: &KeyMap) -> Result<(), Why> {
        if self.loading {
            return Ok(());
        }
        let edits = matches!(action, Action::Edit | Action::EditExternal | Action::OpenInner);
        if edits && self.entry().is_some() {
            let remedy = keymap.says(Context::Record, Action::Back, "goes back");
            return Err(Notice::info(text::then("entries are read-only", " · ", remedy)));
        }
        match action {
            action if takes_value(action) => self.has_value(keymap),
            Action::OpenInner => self.may_open(keymap),
            Action::SelectValue if !self.has_parts() => {
                Err(Notice::info("only JSON has values to choose one of"))
            }
            Action::NextEntry | Action::PreviousEntry if self.entry().is_none() => {
                Err(Notice::info("no entry of an archive is open"))
            }
            Action::FindPath if !self.is_json() => {
                Err(Notice::info("only JSON that is laid out has paths"))
            }
            Action::Search if self.preview().is_none() => self.has_value(keymap),
            Action::Search if self.preview().is_some_and(|preview| preview.is_picture()) => {
                Err(Notice::info("a picture has no text to search in"))
            }
            Action::Pictures if !self.preview().is_some_and(|preview| preview.is_picture()) => {
                Err(Notice::info("there is no picture here"))
            }
            Action::SearchNext | Action::SearchPrevious if self.matches.is_none() => {
                Err(Notice::info("nothing is searched for"))
            }
            Action::Versions if self.versions.kept().len() < 2 => {
                Err(Notice::info("not changed since it was opened"))
            }
            Action::Fetch if self.shown.is_some() && !self.is_in_part() => {
                Err(Notice::info("all of this value is here already"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the record is shown as JSON, also where the JSON is packed in the value.
    fn is_json(&self) -> bool {
        self.preview().is_some_and(|preview| preview.kind() == PreviewKind::Json)
    }

    /// Whether the value may hold another value.
    fn may_open(&self, keymap: &KeyMap) -> Result<(), Why> {
        self.has_value(keymap)?;
        if self.shows_json() {
            let remedy = keymap.says(Context::Record, Action::SelectValue, "chooses one");
            let text = text::then("choose a value first", " · ", remedy);
            return Err(Notice::info(text));
        }
        let holds = self.record().is_some_and(|record| may_hold(&record.value));
        let none = || Notice::info("nothing is packed here; edit the value itself");
        if holds { Ok(()) } else { Err(none()) }
    }
}
