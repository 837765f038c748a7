//! The two menus: the help, to be looked through, and the palette, to be typed into.

use crossterm::event::KeyEvent;

use crate::index::Filter;
use crate::keymap::{Action, Context};
use crate::model::StoreName;

use super::super::super::App;
use super::super::super::ctx::{Ctx, Request};
use super::super::dialog::Dialog;
use super::super::overlay::Then;
use super::numbered::Numbered;
use super::{Menu, rows};

/// The help: what can be done, and with which keys; what is on the screen first.
#[derive(Debug, Clone)]
pub struct Help(pub Menu);

/// The palette: all that can be run, narrowed as one types; what was run lately first.
#[derive(Debug, Clone)]
pub struct Palette(pub Menu);

impl Help {
    /// The help for what is on the screen.
    pub fn new(app: &App) -> Self {
        Self(Menu::new(app, rows::help(app), Filter::Substring))
    }
}

impl Palette {
    /// The palette for what is on the screen.
    pub fn new(app: &App) -> Self {
        let mut menu = Menu::new(app, rows::palette(app), Filter::Fuzzy);
        (menu.typing, menu.list) = (true, Numbered::here(app));
        Self(menu)
    }

    /// The palette of the stores that may get a copy of a record of `own`.
    pub fn of_stores(app: &App, own: &StoreName) -> Self {
        let mut menu = Menu::new(app, rows::stores(app, own), Filter::Fuzzy);
        (menu.typing, menu.title) = (true, "Copy to a store");
        Self(menu)
    }
}

impl Dialog for Help {
    fn context(&self) -> Context {
        if self.0.typing { Context::Palette } else { Context::Help }
    }

    fn look(&mut self, app: &App) {
        self.0.look(app);
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        match action {
            Some(Action::Help) => Then::Close,
            // The text that was typed is cleared before the menu closes.
            Some(Action::Close | Action::Cancel | Action::Back) if self.0.widen() => Then::Stay,
            _ => self.0.act(key, action, ctx),
        }
    }

    fn allows(&self, action: Action) -> bool {
        self.0.allows(action)
    }

    fn paste(&mut self, text: &str, _: &mut Ctx<'_>) {
        self.0.paste(text);
    }

    fn choose(&mut self, row: usize, _: &mut Ctx<'_>) {
        self.0.choose(row);
    }

    fn wheel(&mut self, rows: isize, _: &mut Ctx<'_>) {
        self.0.places.scroll(rows);
    }
}

impl Dialog for Palette {
    fn context(&self) -> Context {
        Context::Palette
    }

    fn look(&mut self, app: &App) {
        self.0.look(app);
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if action == Some(Action::Help) {
            ctx.request(Request::Help);
            return Then::Stay;
        }
        self.0.act(key, action, ctx)
    }

    fn allows(&self, action: Action) -> bool {
        self.0.allows(action)
    }

    fn paste(&mut self, text: &str, _: &mut Ctx<'_>) {
        self.0.paste(text);
    }

    fn choose(&mut self, row: usize, _: &mut Ctx<'_>) {
        self.0.choose(row);
    }

    fn wheel(&mut self, rows: isize, _: &mut Ctx<'_>) {
        self.0.places.scroll(rows);
    }
}
