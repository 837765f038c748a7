//! The links of a page, and which of them lead to records of the open store.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::{Key, StoreName};
use crate::text;

use super::super::ctx::{Ctx, KeysShown, Request};
use super::super::event::{Effect, Slot};
use super::super::list::Cursor;
use super::super::load::PageLink;
use super::super::notice::Notice;
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Look, Place, Row};
use super::overlay::{Then, closes};

/// The links of a page.
#[derive(Debug, Clone)]
pub struct LinksDialog {
    /// The store of the page.
    store: StoreName,
    /// The links, in the order of the page; none until they are found.
    links: Option<Vec<PageLink>>,
    /// The cursor among the links.
    cursor: Cursor,
}

impl LinksDialog {
    /// The dialog of a page of this store, whose links are being looked for.
    pub(in crate::app) fn new(store: StoreName) -> Self {
        Self { store, links: None, cursor: Cursor::default() }
    }

    /// Takes the links that were found.
    pub(in crate::app) fn take(&mut self, links: Vec<PageLink>) {
        self.links = Some(links);
    }

    fn links(&self) -> &[PageLink] {
        self.links.as_deref().unwrap_or_default()
    }

    fn current(&self) -> Option<&PageLink> {
        self.links().get(self.cursor.at)
    }

    fn record(&self) -> Option<&Key> {
        self.current()?.key.as_ref()
    }

    fn title(&self) -> String {
        let Some(links) = &self.links else { return "Links".to_owned() };
        let here = links.iter().filter(|link| link.key.is_some()).count();
        format!("{}, {here} to records here", text::plural(links.len() as u64, "link"))
    }
}

impl Dialog for LinksDialog {
    fn context(&self) -> Context {
        Context::Found
    }

    fn listing(&self) -> Option<Listing<'_>> {
        let row = |(at, link): (usize, &PageLink)| Row {
            at: None,
            text: format!("[{}] {}", at + 1, String::from_utf8_lossy(&link.address)).into(),
            state: link.key.as_ref().map_or("".into(), |key| key.named().into()),
            look: if link.key.is_some() { Look::Plain } else { Look::Dim },
        };
        let keys = [
            (Action::CopyPath, "copy the address"),
            (Action::Open, "go to the record"),
            (Action::Close, "close"),
        ];
        Some(Listing {
            title: self.title().into(),
            width: 100,
            heads: None,
            none: if self.links.is_some() {
                "No link leads to another page."
            } else {
                "looking…"
            },
            rows: self.links().iter().enumerate().map(row).collect(),
            place: Place::Cursor(self.cursor),
            keys: keys.into_iter().filter(|(action, _)| self.allows(*action)).collect(),
            why: None,
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.links().len(), ctx.layout().dialog_rows());
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        // The key that opens the dialog also goes on from it, to the values.
        if action != Some(Action::Open)
            && closes(&key, action, (Context::Record, Action::SelectValue), ctx)
        {
            return Then::Close;
        }
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match action {
            Some(Action::Open) => {
                if let Some(key) = self.record().cloned() {
                    ctx.request(Request::Enter(self.store.clone(), Some(KeysShown::At(key))));
                    return Then::Close;
                }
                let copies = ctx.keymap.says(Context::Found, Action::CopyPath, "copies it");
                let none = "page not in this store";
                ctx.say(Notice::info(text::then(none, " · ", copies)));
            }
            Some(Action::CopyPath) => {
                if let Some(link) = self.current() {
                    let bytes = link.address.clone();
                    ctx.effect(Effect::Copy { what: "address", bytes });
                }
            }
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::Open => self.record().is_some(),
            Action::CopyPath => self.current().is_some(),
            Action::CopyValue => false,
            _ => true,
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Links);
    }
}
