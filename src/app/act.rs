//! What the actions do in the panes.

use crate::index::Sort;
use crate::keymap::{Action, Context};
use crate::preview::Mode;

use super::event::{Effect, RecordView, Slot};
use super::list::Move;
use super::modal::{Modal, Overlay, Prompt, PromptKind};
use super::{App, Editor, Notice, Pane};
use crate::text;

/// Columns that a step sideways scrolls.
const SIDEWAYS: isize = 8;

impl App {
    /// Does in the pane in focus what a key asks for.
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Quit => self.quit(),
            Action::Help => self.modal = Some(Modal::Help(Overlay::default())),
            Action::Refresh => self.refresh(),
            Action::NextPane => self.cycle_focus(1),
            Action::PreviousPane => self.cycle_focus(2),
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::Redraw => self.effects.push(Effect::Redraw),
            Action::ToggleMouse => {
                self.mouse = !self.mouse;
                self.notice = Some(Notice::info(if self.mouse {
                    "the mouse works in larder"
                } else {
                    "the mouse is the terminal's: select text as usual"
                }));
                self.effects.push(Effect::Mouse(self.mouse));
            }
            Action::ToggleWatch => self.toggle_watch(),
            Action::Back => self.back(),
            Action::Targets => self.show_targets(),
            Action::Crawl => self.show_crawl(),
            Action::Details => self.show_details(),
            Action::CopyKey => self.copy_key(),
            _ => match self.focus {
                Pane::Stores => self.act_on_stores(action),
                Pane::Keys => self.act_on_keys(action),
                Pane::Record => self.act_on_record(action),
            },
        }
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
            let (width, height) = self.size;
            self.resize(width, height);
        }
    }

    fn cycle_focus(&mut self, steps: usize) {
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

    fn back(&mut self) {
        let height = self.list_height(self.focus);
        match self.focus {
            Pane::Record if self.record.fetching => self.stop_fetching(),
            Pane::Record if !self.record.search.is_empty() => {
                self.cancel(Slot::Search);
                self.record.search.clear();
                self.record.matches = None;
            }
            Pane::Record => self.focus_on(Pane::Keys),
            Pane::Keys if !self.keys.filter.is_empty() => {
                self.keys.filter.clear();
                self.select_keys();
            }
            Pane::Keys if !self.keys.marks.is_empty() => self.keys.marks.clear(),
            Pane::Keys if self.keys.grouping.is_some() => {
                self.leave_group();
            }
            Pane::Keys if self.record.fetching => self.stop_fetching(),
            Pane::Keys if self.keys.loading.is_some() && !self.keys.paused => {
                self.keys.paused = true;
                self.effects.push(Effect::Pause(true));
                let resume = self.keymap.chords(Context::Global, Action::Refresh).first();
                let resume = resume.map_or(String::new(), |key| format!("; {key} reads on"));
                self.notice = Some(Notice::info(format!("stopped reading the keys{resume}")));
            }
            Pane::Keys => self.focus_on(Pane::Stores),
            Pane::Stores if self.stores.lost.is_some() => {
                self.cancel(Slot::Lost);
                self.stores.lost = None;
                self.notice = Some(Notice::info("stopped looking for lost stores"));
            }
            Pane::Stores => self.stores.set_filter("", height),
        }
    }

    fn stop_fetching(&mut self) {
        self.cancel(Slot::Record);
        self.reload_record();
        self.notice = Some(Notice::info("the fetch was cancelled"));
    }

    fn act_on_stores(&mut self, action: Action) {
        let height = self.list_height(Pane::Stores);
        if let Some(to) = movement(action) {
            return self.stores.go(to, height);
        }
        match action {
            Action::Open | Action::Right => {
                let Some(info) = self.stores.current() else { return };
                let store = info.store.clone();
                if self.keys.store.as_ref() == Some(&store) && self.keys.failure.is_none() {
                    self.focus_on(Pane::Keys);
                } else {
                    self.open_store(store);
                }
            }
            Action::Filter => {
                let filter = self.stores.filter().to_owned();
                self.prompt(PromptKind::FilterStores, &filter);
            }
            Action::NewStore if self.may_write() => {
                self.prompt(PromptKind::StoreName, "");
            }
            Action::Purge | Action::Drop if self.may_write() => {
                if let Some(info) = self.stores.current().cloned() {
                    self.ask_about_store(&info, action == Action::Drop);
                }
            }
            Action::FindLost => {
                self.stores.look_for_lost();
                self.read(Slot::Lost, super::Read::Lost);
            }
            _ => {}
        }
    }

    fn act_on_keys(&mut self, action: Action) {
        let height = self.list_height(Pane::Keys);
        if let Some(to) = movement(action) {
            self.keys.go(to, height);
            return self.follow_cursor();
        }
        match action {
            Action::Left => {
                if !self.leave_group() {
                    self.focus_on(Pane::Stores);
                }
            }
            Action::Open | Action::Right => {
                if !self.enter_group() {
                    self.focus_on(Pane::Record);
                }
            }
            Action::Follow => self.toggle_follow(),
            Action::Groups => self.toggle_groups(),
            Action::Totals => self.show_totals(),
            Action::Filter => self.prompt(PromptKind::FilterKeys, &self.keys.filter.clone()),
            Action::Sort => {
                self.keys.sort = match self.keys.sort {
                    Sort::Key => Sort::ContentType,
                    Sort::ContentType => Sort::Size,
                    Sort::Size => Sort::Newest,
                    Sort::Newest => Sort::Key,
                };
                self.keys.follow = false;
                self.flatten_groups();
                // The largest are what one looks for; names read forwards.
                self.keys.descending = self.keys.sort == Sort::Size;
                self.select_keys();
            }
            Action::ReverseSort => {
                self.keys.descending = !self.keys.descending;
                self.select_keys();
            }
            Action::Mark => {
                self.keys.toggle_mark();
                self.keys.go(Move::By(1), height);
                self.follow_cursor();
            }
            Action::UnmarkAll => self.keys.marks.clear(),
            Action::Purge if self.may_write() => {
                let store = self.keys.store.clone();
                let known = store.and_then(|store| self.stores.get(&store).cloned());
                if let Some(info) = known {
                    self.ask_about_store(&info, false);
                }
            }
            _ => self.act_on_one_record(action),
        }
    }

    /// Newest first, and the view stays on top, or not any more.
    fn toggle_follow(&mut self) {
        let height = self.list_height(Pane::Keys);
        self.keys.follow = !self.keys.follow;
        if !self.keys.follow {
            let remedy = self.says(Action::Sort, "sorts by key");
            let text = text::then("not following any more", "; ", remedy);
            self.notice = Some(Notice::info(text));
            return;
        }
        self.flatten_groups();
        self.keys.sort = Sort::Newest;
        self.keys.descending = false;
        self.keys.go(Move::Home, height);
        self.select_keys();
        self.notice = Some(Notice::info(if self.watch.on {
            "following: what comes or changes is shown at the top".to_owned()
        } else {
            let remedy = self.says(Action::ToggleWatch, "turns watching on");
            text::then("following, but nothing is watched", "; ", remedy)
        }));
    }

    fn act_on_record(&mut self, action: Action) {
        let view = self.viewport();
        let page = isize::try_from(view.height.saturating_sub(1).max(1)).unwrap_or(1);
        match action {
            Action::Up => self.record.scroll_by(-1, view),
            Action::Down => self.record.scroll_by(1, view),
            Action::PageUp => self.record.scroll_by(-page, view),
            Action::PageDown => self.record.scroll_by(page, view),
            Action::Home => self.record.to_end(false, view),
            Action::End => self.record.to_end(true, view),
            Action::Left => {
                if !self.record.sideways(-SIDEWAYS, view) {
                    self.focus_on(Pane::Keys);
                }
            }
            Action::Right => {
                self.record.sideways(SIDEWAYS, view);
            }
            // In the beginning of a large value too.
            Action::Search if self.record.preview().is_some() || self.value_at_hand().is_some() => {
                self.prompt(PromptKind::Search, "");
            }
            Action::SearchNext => self.record.step(1, view),
            Action::SearchPrevious => self.record.step(-1, view),
            _ => self.act_on_one_record(action),
        }
    }

    /// What keys and record panes have in common.
    fn act_on_one_record(&mut self, action: Action) {
        match action {
            Action::NewRecord if self.may_write() => {
                if let Some(store) = self.keys.store.clone() {
                    self.editor = Some(Editor::create(store));
                    self.lay_out_as_crawlee();
                }
            }
            Action::Edit if self.may_write() => self.edit(false),
            Action::EditExternal if self.may_write() => self.edit(true),
            Action::Delete if self.may_write() => self.ask_to_delete(),
            Action::CopyValue => {
                if let Some(record) = self.value_at_hand() {
                    // Text in another charset is copied as the text that it is.
                    let preview = self.record.preview().filter(|preview| preview.is_converted());
                    let bytes = preview.map_or(record.value, |preview| preview.shown().clone());
                    self.effects.push(Effect::Copy { what: "value", bytes });
                }
            }
            Action::SaveValue => {
                if let Some(record) = self.value_at_hand() {
                    let name = file_name(&record.meta.key.escaped());
                    self.prompt_for_file(&name, record.value);
                }
            }
            Action::Wrap => {
                self.record.wrap = !self.record.wrap;
                let view = self.viewport();
                self.record.scroll_by(0, view);
                self.record.sideways(0, view);
            }
            Action::ViewMode => {
                self.record.mode = match self.record.mode {
                    Mode::Auto => Mode::Text,
                    Mode::Text => Mode::Raw,
                    Mode::Raw => Mode::Hex,
                    Mode::Hex => Mode::Auto,
                };
                let mode = self.record.mode;
                if self.record.fetching {
                    self.fetch();
                } else if self.record.loading
                    || matches!(self.record.shown, Some(RecordView::Head(..)))
                {
                    self.reload_record();
                } else if let Some(record) = self.record.record().cloned() {
                    self.read(Slot::Record, super::Read::Preview(record, mode));
                }
            }
            // What is still on its way is fetched as soon as it is known to be large.
            Action::Fetch if self.record.loading => self.record.fetch_if_large = true,
            Action::Fetch
                if matches!(
                    self.record.shown,
                    Some(RecordView::TooLarge(_) | RecordView::Head(..))
                ) =>
            {
                self.fetch();
            }
            _ => {}
        }
    }

    /// The wanted record with its value; says why there is none.
    pub(super) fn value_at_hand(&mut self) -> Option<crate::model::Record> {
        let record = self.record.record().cloned();
        if record.is_none() {
            self.notice = Some(match (&self.record.shown, self.record.loading) {
                (_, true) => Notice::info("the record is still on its way"),
                (Some(RecordView::TooLarge(_) | RecordView::Head(..)), _) => {
                    let chord = self.keymap.chord(Context::Record, Action::Fetch);
                    let remedy = chord.map(|chord| format!("fetch it first with {chord}"));
                    Notice::warning(text::then("the value has not been fetched", ": ", remedy))
                }
                (Some(RecordView::Missing(_)), _) => {
                    Notice::warning("there is no such record any more")
                }
                _ => Notice::info("there is no record under the cursor"),
            });
        }
        record
    }

    fn copy_key(&mut self) {
        let name = match self.focus {
            Pane::Stores => self.stores.current().map(|info| info.store.as_bytes().to_vec()),
            _ => self.keys.current().map(|meta| meta.key.as_bytes().to_vec()),
        };
        let what = if self.focus == Pane::Stores { "store name" } else { "key" };
        if let Some(name) = name {
            self.effects.push(Effect::Copy { what, bytes: name.into() });
        }
    }

    /// For a sentence: which key does this in the pane in focus, and what.
    pub(super) fn says(&self, action: Action, does: &str) -> Option<String> {
        let context = match self.focus {
            Pane::Stores => Context::Stores,
            Pane::Keys => Context::Keys,
            Pane::Record => Context::Record,
        };
        self.keymap.says(context, action, does)
    }

    /// Whether writes are allowed; says so if not.
    pub(super) fn may_write(&mut self) -> bool {
        if self.is_read_only() {
            let why = if self.server.replica {
                "this server is a replica: it takes no writes"
            } else if self.server.cluster {
                "this server is a cluster: no write can be one step there"
            } else {
                "larder is read-only here: by --read-only, LARDER_READ_ONLY, the settings or the profile"
            };
            self.notice = Some(Notice::warning(why));
        }
        !self.is_read_only()
    }

    pub(super) fn prompt(&mut self, kind: PromptKind, text: &str) {
        let input = super::input::LineInput::new(text);
        self.modal =
            Some(Modal::Prompt(Box::new(Prompt { kind, input, value: bytes::Bytes::new() })));
    }
}

pub(super) fn movement(action: Action) -> Option<Move> {
    Some(match action {
        Action::Up => Move::By(-1),
        Action::Down => Move::By(1),
        Action::PageUp => Move::Pages(-1),
        Action::PageDown => Move::Pages(1),
        Action::Home => Move::Home,
        Action::End => Move::End,
        _ => return None,
    })
}

/// A name for a file that holds this key's value: what a shell or a file system would trip over
/// becomes `_`.
fn file_name(key: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '=' | '@');
    let name: String = key.chars().map(|c| if safe(c) { c } else { '_' }).take(100).collect();
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() { "value".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_hold_nothing_that_bites() {
        assert_eq!(file_name("page-1.html"), "page-1.html");
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name(""), "value");
        assert_eq!(file_name("a b\n\u{1b}c"), "a_b__c");
    }
}
