//! What keys and answers do with the record that is shown.

use crate::keymap::{Action, Context, KeyMap};
use crate::model::{ContentType, Error, Key, Record, RecordMeta, StoreName, endings};
use crate::preview::{Matches, Mode, PreviewKind, Viewport};
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::event::{Effect, Slot};
use super::super::layout::Pane;
use super::super::load::{Compute, Load, RecordView};
use super::super::notice::Notice;
use super::super::question::{Prompt, PromptKind};
use super::RecordPane;
use super::outside::{file_name, open_external};

/// Columns by which a step sideways scrolls.
const SIDEWAYS: isize = 8;
/// Ways to show a value, in the order in which one key goes through them.
const FACES: [Mode; 5] = [Mode::Auto, Mode::Table, Mode::Text, Mode::Raw, Mode::Hex];

/// Whether an action needs the whole value, as it is stored.
pub(in crate::app) fn takes_value(action: Action) -> bool {
    matches!(
        action,
        Action::Edit
            | Action::EditExternal
            | Action::CopyValue
            | Action::SaveValue
            | Action::OpenExternal
    )
}

impl RecordPane {
    /// The part of the screen that shows the value.
    pub(in crate::app) fn view(&self, ctx: &Ctx<'_>) -> Viewport {
        let layout = ctx.layout();
        self.viewport(layout.record.unwrap_or(layout.body), ctx.keymap)
    }

    /// Does the action that a key is bound to; tells whether it was one of this pane alone.
    pub(in crate::app) fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> bool {
        let view = self.view(ctx);
        let page = isize::try_from(view.height.saturating_sub(1).max(1)).unwrap_or(1);
        match action {
            Action::Up => self.scroll_by(-1, view),
            Action::Down => self.scroll_by(1, view),
            Action::PageUp => self.scroll_by(-page, view),
            Action::PageDown => self.scroll_by(page, view),
            Action::Home => self.to_end(false, view),
            Action::End => self.to_end(true, view),
            Action::Left => {
                if !self.sideways(-SIDEWAYS, view) {
                    ctx.request(Request::Focus(Pane::Keys));
                }
            }
            Action::Right => {
                self.sideways(SIDEWAYS, view);
            }
            // The beginning of a large value can be searched too.
            Action::Search if self.preview().is_some() || self.value_at_hand(ctx).is_some() => {
                ctx.ask_needle(PromptKind::Search, "", &self.search);
            }
            Action::FindPath => ctx.prompt(PromptKind::FindPath, "$"),
            Action::NextEntry => self.open_beside(true, ctx),
            Action::PreviousEntry => self.open_beside(false, ctx),
            Action::SearchNext => self.step(1, view),
            Action::SearchPrevious => self.step(-1, view),
            _ => return false,
        }
        true
    }

    /// Does the actions that keys in the list of keys do too; other actions on one record are the editor's.
    pub(in crate::app) fn act_on_value(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        match action {
            Action::CopyValue => {
                if let Some(record) = self.taken(ctx) {
                    // Text that is packed or in another charset is copied as plain text.
                    let text = self.preview().and_then(|preview| preview.converted_text());
                    if self.begun && text.is_some() && self.entry().is_none() {
                        return ctx.say(Notice::info("the text is still being read"));
                    }
                    let bytes = text.cloned().unwrap_or(record.value);
                    ctx.effect(Effect::Copy { what: "value", bytes });
                }
            }
            Action::SaveValue => {
                if let Some(record) = self.taken(ctx) {
                    let name = file_name(&record.meta);
                    ctx.request(Request::Prompt(Box::new(Prompt::save(&name, record.value))));
                }
            }
            Action::OpenExternal => {
                if let Some(record) = self.taken(ctx) {
                    open_external(record, ctx);
                }
            }
            Action::Wrap => {
                self.wrap = !self.wrap;
                let view = self.view(ctx);
                self.scroll_by(0, view);
                self.sideways(0, view);
            }
            Action::ViewMode => self.turn_face(1, ctx),
            Action::PreviousView => self.turn_face(FACES.len() - 1, ctx),
            // A record that is still being read is fetched as soon as it is known to be large.
            Action::Fetch if self.loading => self.fetch_if_large = true,
            Action::Fetch if self.is_in_part() => self.fetch(ctx),
            _ => {}
        }
    }

    /// Whether only a part of the value has been fetched, because it is large.
    pub(in crate::app) fn is_in_part(&self) -> bool {
        matches!(self.shown, Some(RecordView::TooLarge(_) | RecordView::Head(..)))
    }

    /// Shows the value in the way that comes this many places later; as a table only where it can be one.
    fn turn_face(&mut self, by: usize, ctx: &mut Ctx<'_>) {
        let at = FACES.iter().position(|face| *face == self.mode).unwrap_or(0);
        let to = |times| FACES[(at + times * by) % FACES.len()];
        self.mode = if to(1) == Mode::Table && !self.may_be_table() { to(2) } else { to(1) };
        if self.fetching {
            self.fetch(ctx);
        } else if self.loading || matches!(self.shown, Some(RecordView::Head(..))) {
            self.reload(ctx);
        } else {
            self.show_again(ctx);
        }
    }

    /// Whether the value is a list of objects, as far as the preview tells.
    fn may_be_table(&self) -> bool {
        let whole = matches!(self.shown, Some(RecordView::Whole(..)));
        self.preview().is_some_and(|preview| {
            let no_json = self.mode == Mode::Auto && preview.kind() != PreviewKind::Json;
            preview.begins_list() && !(whole && no_json)
        })
    }

    /// Gives up a fetch, the search, or the entry of an archive; tells whether there was one.
    pub(in crate::app) fn back(&mut self, ctx: &mut Ctx<'_>) -> bool {
        if self.stop_fetching(ctx) {
            return true;
        }
        if self.search.is_empty() {
            return self.leave_entry(ctx);
        }
        ctx.cancel(Slot::Search);
        self.search.clear();
        self.matches = None;
        true
    }

    /// Gives up a fetch; tells whether there was one.
    pub(in crate::app) fn stop_fetching(&mut self, ctx: &mut Ctx<'_>) -> bool {
        if !self.fetching {
            return false;
        }
        ctx.cancel(Slot::Record);
        self.reload(ctx);
        ctx.say(Notice::info("the fetch was cancelled"));
        true
    }

    /// Whether the wanted record is here with its value; if not, why.
    pub(in crate::app) fn has_value(&self, keymap: &KeyMap) -> Result<(), Notice> {
        if self.record().is_some() {
            return Ok(());
        }
        Err(match (&self.shown, self.loading) {
            (_, true) => Notice::info("the record is on its way"),
            (Some(RecordView::TooLarge(_) | RecordView::Head(..)), _) => {
                let chord = keymap.chord(Context::Record, Action::Fetch);
                let remedy = chord.map(|key| format!("{} fetches it", keymap.named(key)));
                Notice::warning(text::then("not fetched yet", " · ", remedy))
            }
            (Some(RecordView::Missing(_)), _) => {
                Notice::warning("there is no such record any more")
            }
            _ => Notice::info("there is no record under the cursor"),
        })
    }

    /// Keeps an action that needs the value until that is here, if it is being read; tells whether it is
    /// kept.
    pub(in crate::app) fn awaits(&mut self, action: Action, ctx: &mut Ctx<'_>) -> bool {
        let needs = takes_value(action) || action == Action::OpenInner;
        if !(needs && self.loading && self.record().is_none()) {
            return false;
        }
        self.awaiting = Some(action);
        ctx.say(Notice::info("waiting: done as soon as it is here"));
        true
    }

    /// The wanted record with its value; if there is none, says why.
    pub(in crate::app) fn value_at_hand(&self, ctx: &mut Ctx<'_>) -> Option<Record> {
        if let Err(why) = self.has_value(ctx.keymap) {
            ctx.say(why);
        }
        self.record().cloned()
    }

    /// Reads this record, unless it is shown or being read.
    pub(in crate::app) fn follow(
        &mut self,
        store: &StoreName,
        meta: RecordMeta,
        ctx: &mut Ctx<'_>,
    ) {
        let same = self.wanted.as_ref().is_some_and(|(s, k)| s == store && *k == meta.key);
        if !same {
            self.drop_entry();
            self.of_type(&meta.content_type);
            self.read(store.clone(), meta.key, ctx);
        }
    }

    /// Shows values of this content type as they were last shown.
    fn of_type(&mut self, content_type: &ContentType) {
        let kind = endings::essence(content_type).to_ascii_lowercase();
        if self.kind.as_ref() == Some(&kind) {
            return;
        }
        if let Some(old) = self.kind.replace(kind.clone()) {
            let mode =
                std::mem::replace(&mut self.mode, self.modes.remove(&kind).unwrap_or_default());
            if mode != Mode::default() {
                self.modes.insert(old, mode);
            }
        }
    }

    /// Gives up the wanted record, and clears the pane.
    pub(in crate::app) fn leave(&mut self, ctx: &mut Ctx<'_>) {
        if self.wanted.is_some() {
            ctx.cancel(Slot::Record);
            self.clear();
        }
    }

    /// Reads the wanted record again.
    pub(in crate::app) fn reload(&mut self, ctx: &mut Ctx<'_>) {
        if let Some((store, key)) = self.wanted.clone() {
            self.read(store, key, ctx);
        }
    }

    /// Reads the wanted record again without moving the view, but never gives up a read for it. A record that
    /// was fetched although it is large is only marked as outdated.
    pub(in crate::app) fn reload_changed(&mut self, ctx: &mut Ctx<'_>) {
        let large =
            self.record().map(|record| record.value.len() as u64 > ctx.settings.preview_limit);
        if self.fetching || large == Some(true) {
            self.outdated = true;
        } else if self.loading {
            self.dirty = true;
        } else {
            self.reload(ctx);
        }
    }

    fn read(&mut self, store: StoreName, key: Key, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Search);
        self.want(store.clone(), key.clone());
        let (limit, mode) = (ctx.settings.preview_limit, self.mode);
        ctx.read(Slot::Record, Load::Record { store, key, limit, mode });
    }

    /// Fetches the wanted record, although it is large.
    fn fetch(&mut self, ctx: &mut Ctx<'_>) {
        let Some((store, key)) = self.wanted.clone() else { return };
        self.want(store.clone(), key.clone());
        self.fetching = true;
        ctx.read(Slot::Record, Load::Whole { store, key, mode: self.mode });
    }

    /// Takes what is shown of the wanted record until all of it is ready. If the record is shown already, the
    /// shown preview stays.
    pub(in crate::app) fn ahead(&mut self, shown: RecordView, ctx: &mut Ctx<'_>) {
        let another = self.shown.as_ref().is_none_or(|old| old.key() != shown.key());
        let wanted = self.wanted.as_ref().is_some_and(|(_, key)| key == shown.key());
        if another && wanted {
            let (view, fetching) = (self.view(ctx), self.fetching);
            self.show(shown, view);
            (self.loading, self.fetching, self.begun) = (true, fetching, true);
        }
    }

    /// Takes the record that was read.
    pub(in crate::app) fn loaded(&mut self, shown: RecordView, ctx: &mut Ctx<'_>) {
        let view = self.view(ctx);
        let large = matches!(shown, RecordView::TooLarge(_) | RecordView::Head(..));
        let fetch = self.fetch_if_large && large;
        if let (RecordView::Whole(record, _), Some(of)) = (&shown, &self.wanted)
            && record.meta.key == of.1
            && let Some([before, after]) = self.versions.take(of, record.into(), ctx.now)
        {
            let numbers = [before.number, after.number];
            let typed = Box::new([before.typed, after.typed]);
            ctx.read(Slot::Changed, Compute::Versions(numbers, typed));
        }
        match &shown {
            RecordView::Whole(record, _) if self.reloaded(record, ctx) => return,
            RecordView::Whole(..) => {}
            RecordView::Missing(_) | RecordView::TooLarge(_) | RecordView::Head(..) => {
                self.drop_entry();
            }
        }
        self.show(shown, view);
        if fetch {
            return self.fetch(ctx);
        }
        self.settle(ctx);
    }

    /// Goes on when a record has come: reads it again if it has changed meanwhile, and searches it.
    pub(super) fn settle(&mut self, ctx: &mut Ctx<'_>) {
        if self.dirty {
            self.reload(ctx);
        }
        // A note may have been added to the heading, so the view is measured again.
        let view = self.view(ctx);
        self.scroll_by(0, view);
        if !self.search.is_empty() && self.matches.is_none() {
            self.find(ctx);
        }
    }

    /// Takes note that the record could not be read.
    pub(in crate::app) fn failed(&mut self, error: Error, ctx: &mut Ctx<'_>) {
        self.fail(error);
        if self.dirty {
            self.reload(ctx);
        }
    }

    /// Searches for another text; an empty one ends the search.
    pub(in crate::app) fn look_for(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        text.clone_into(&mut self.search);
        (self.path, self.matches) = (None, None);
        ctx.cancel(Slot::Search);
        if !text.is_empty() {
            self.find(ctx);
        }
    }

    fn find(&self, ctx: &mut Ctx<'_>) {
        if let Some(preview) = self.preview().cloned() {
            let search = match &self.path {
                Some(path) => Compute::SearchPath(preview, path.clone()),
                None => Compute::Search(preview, self.search.clone()),
            };
            ctx.read(Slot::Search, search);
        }
    }

    /// Takes the places of the searched text.
    pub(in crate::app) fn searched(&mut self, matches: Matches, ctx: &mut Ctx<'_>) {
        let view = self.view(ctx);
        self.found(matches, view);
    }
}
