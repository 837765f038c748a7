//! Lists of what can be done, to look through and to run from: the help and the palette.

pub(in crate::app) mod command;
mod dialogs;
mod numbered;
mod places;
mod rows;

use std::cmp::Reverse;

use crossterm::event::KeyEvent;

use crate::index::{Filter, Letters};
use crate::keymap::{Action, Context};
use crate::model::sort;

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::event::Effect;
use super::super::input::LineInput;
use super::super::notice::Notice;
use super::super::pins::Pin;
use super::super::recent::Item;
use super::overlay::Then;

pub use dialogs::{Help, Palette};
use numbered::Numbered;
use places::Places;

/// Limit on the text that is looked for, in characters: nothing in a menu that one would look for is longer.
const LONGEST: usize = 1000;

/// Title of the palette of all commands.
pub(in crate::app) const COMMANDS: &str = "Commands";

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuRow {
    /// The item that the row runs.
    pub item: Item,
    /// What it does; may hold hostile text.
    pub text: String,
    /// A second word for the row, by which it is found too.
    pub alias: &'static str,
    /// The keys that do the same, with a space between two.
    pub keys: String,
    /// The section that the row belongs to.
    pub section: &'static str,
    /// Why the row cannot be run now.
    pub why: Option<String>,
}

/// A list to look through and to run from.
#[derive(Debug, Clone)]
pub struct Menu {
    /// The title, for a menu that is typed into from the beginning.
    pub title: &'static str,
    /// The text that the rows are narrowed to.
    pub input: LineInput,
    /// Whether that text is being typed.
    pub typing: bool,
    /// Where the rows are on the screen.
    pub places: Places,
    /// How the text is matched with the rows.
    matching: Filter,
    /// The table of the keymap for what lies under the menu.
    under: Context,
    /// Whether a dialog lies under the menu.
    over_dialog: bool,
    rows: Vec<MenuRow>,
    /// What a number leads to.
    list: Option<Numbered>,
    /// The numbers of the rows that are shown, and the cursor among them.
    shown: Vec<usize>,
    at: usize,
    /// The shell command that does the same as the row under the cursor.
    command: Option<String>,
}

impl Menu {
    fn new(app: &App, rows: Vec<MenuRow>, matching: Filter) -> Self {
        let mut menu = Self {
            title: COMMANDS,
            input: LineInput::default(),
            typing: false,
            places: Places::default(),
            matching,
            under: app.context(),
            over_dialog: !app.layers.is_empty(),
            shown: (0..rows.len()).collect(),
            rows,
            list: None,
            at: 0,
            command: None,
        };
        menu.look(app);
        menu
    }

    /// The rows that are shown, in their order.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &MenuRow> {
        self.shown.iter().map(|row| &self.rows[*row])
    }

    /// All rows, shown or not.
    pub fn all(&self) -> impl Iterator<Item = &MenuRow> {
        self.rows.iter()
    }

    /// The number of the row under the cursor, among those that are shown.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&MenuRow> {
        self.shown.get(self.at).map(|row| &self.rows[*row])
    }

    /// The shell command that does the same as the row under the cursor, if there is one.
    pub fn command(&self) -> Option<&str> {
        self.command.as_deref()
    }

    /// The sentence to show where nothing is found.
    pub fn none_found(&self, app: &App) -> String {
        let stores = app.stores.all().count();
        let more = stores > rows::MOST_STORES;
        let told = format!("no matches in {} of {stores} stores", rows::MOST_STORES);
        if more { told } else { "no matches".to_owned() }
    }

    /// Matchers for the letters that were typed: one for all of them together, or one for each word.
    pub fn letters(&self) -> Vec<Letters> {
        let text = self.input.text();
        if self.is_too_long() {
            return Vec::new();
        }
        match self.matching {
            Filter::Fuzzy => vec![Letters::new(text, Filter::Fuzzy)],
            other => text.split_whitespace().map(|word| Letters::new(word, other)).collect(),
        }
    }

    /// Whether the text is longer than what is looked for; it was pasted, most likely.
    fn is_too_long(&self) -> bool {
        self.input.text().chars().nth(LONGEST).is_some()
    }

    fn narrow(&mut self) {
        self.at = 0;
        self.places.forget();
        if self.is_too_long() {
            return self.shown.clear();
        }
        let wanted = self.input.text().trim();
        self.rows.retain(|row| !matches!(row.item, Item::Row(_)));
        self.rows.extend(rows::of_number(wanted, self.list));
        let mut letters = self.letters();
        let mut found: Vec<Found> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let by_key = !wanted.is_empty() && row.keys.split(' ').any(|key| key == wanted);
            let score = letters.iter_mut().map(|word| row.score(word)).sum::<Option<u32>>();
            let by_number = matches!(row.item, Item::Row(_));
            let (by_key, score) = if by_number {
                (true, Some(u32::MAX))
            } else {
                (by_key, score.or(by_key.then_some(0)))
            };
            found.extend(score.map(|score| Found { by_key, score, at }));
        }
        if self.matching == Filter::Fuzzy && !wanted.is_empty() {
            sort::sort_by_key(&mut found, |found| (!found.by_key, Reverse(found.score), found.at));
        } else {
            // The rows stay under their heads; the cursor goes to the row whose key was typed.
            self.at = found.iter().position(|found| found.by_key).unwrap_or(0);
        }
        self.shown = found.into_iter().map(|found| found.at).collect();
    }

    /// Takes the state as it is now. Over a dialog, the reasons why rows cannot be run stay as they were when
    /// the menu opened.
    fn look(&mut self, app: &App) {
        if !self.over_dialog {
            for row in &mut self.rows {
                row.why = rows::why(app, self.under, &row.item);
            }
        }
        self.command = self.current().and_then(|row| command::of(app, &row.item));
    }

    /// Puts the cursor on a row that is shown.
    fn choose(&mut self, row: usize) {
        self.at = row.min(self.shown.len().saturating_sub(1));
        self.places.come_back();
    }

    fn go(&mut self, by: isize) {
        let last = self.shown.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    fn act(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        let was_unseen = self.places.come_back();
        match action {
            // What is run is what is lit: the window comes back to it first.
            Some(Action::Accept | Action::Complete | Action::CopyCommand | Action::Pin)
                if was_unseen => {}
            Some(Action::Up) => self.go(-1),
            Some(Action::Down) => self.go(1),
            Some(Action::Home) => self.go(isize::MIN),
            Some(Action::End) => self.go(isize::MAX),
            Some(Action::Left) => self.at = self.places.beside(self.at, -1),
            Some(Action::Right) => self.at = self.places.beside(self.at, 1),
            Some(Action::PageUp) => self.at = self.places.page(self.at, -1),
            Some(Action::PageDown) => self.at = self.places.page(self.at, 1),
            Some(Action::Filter) => self.typing = true,
            Some(Action::Complete) => {
                if let Some(text) = self.current().map(|row| row.text.clone()) {
                    self.input = LineInput::new(&text);
                    self.narrow();
                }
            }
            Some(Action::CopyCommand) => self.copy_command(ctx),
            Some(Action::Pin) => self.unpin(ctx),
            Some(Action::Accept) => return self.run(ctx),
            Some(Action::Close | Action::Cancel | Action::Back) => return Then::Close,
            other => {
                if !ctx.common(other) && self.typing && self.input.key(key) {
                    self.narrow();
                }
            }
        }
        Then::Stay
    }

    /// Runs the row under the cursor; says why not if it cannot be run.
    fn run(&self, ctx: &mut Ctx<'_>) -> Then {
        let Some(row) = self.current() else { return Then::Stay };
        if let Some(why) = &row.why {
            ctx.say(Notice::info(why.clone()));
            return Then::Stay;
        }
        ctx.request(Request::Run(row.item.clone()));
        Then::Close
    }

    /// Unpins the record under the cursor, whose row leaves the list.
    fn unpin(&mut self, ctx: &mut Ctx<'_>) {
        let Some(at) = self.shown.get(self.at).copied().filter(|_| self.allows(Action::Pin)) else {
            return ctx.say(Notice::info("this is not pinned"));
        };
        if let Item::Record(store, key) = self.rows.remove(at).item {
            ctx.request(Request::Unpin(Pin { store, key }));
        }
        let held = self.at;
        self.narrow();
        self.choose(held);
    }

    fn copy_command(&self, ctx: &mut Ctx<'_>) {
        match &self.command {
            Some(command) => {
                let bytes = command.clone().into();
                ctx.effect(Effect::Copy { what: "command", bytes });
            }
            None => ctx.say(Notice::info("no shell command does this")),
        }
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::Accept => self.current().is_some_and(|row| row.why.is_none()),
            Action::Complete => self.current().is_some(),
            Action::CopyCommand => {
                self.command.is_some() && self.current().is_some_and(|row| row.why.is_none())
            }
            Action::Pin => self.current().is_some_and(|row| row.section == rows::PINNED),
            Action::Left | Action::Right => self.places.has_columns(),
            _ => true,
        }
    }

    fn paste(&mut self, text: &str) {
        if self.typing {
            self.input.paste(text);
            self.narrow();
        }
    }

    /// Shows all rows again; tells whether they were narrowed.
    fn widen(&mut self) -> bool {
        let narrowed = self.typing || !self.input.text().is_empty();
        if narrowed {
            let held = self.shown.get(self.at).copied();
            self.typing = false;
            self.input = LineInput::default();
            self.narrow();
            self.at = held.unwrap_or(0);
        }
        narrowed
    }
}

/// A row that matches what was typed.
struct Found {
    /// Whether its key was typed.
    by_key: bool,
    score: u32,
    at: usize,
}

impl MenuRow {
    /// How well the letters match this row.
    fn score(&self, letters: &mut Letters) -> Option<u32> {
        // A match in the alias counts double: the row is called so, and does not only mention it.
        let alias = letters.score(self.alias).map(|score| score.saturating_mul(2));
        letters.score(&self.text).max(alias).max(letters.score(&self.keys))
    }
}
