//! The facts about a store or a record, in two columns, with a cursor among them; some of them are links.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Details, Overlay};
use crate::keymap::{Action, Context};
use crate::text::{self, cells};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::links::{self, Link};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{light, marker, put};

/// The keys in the border.
const KEYS: [Named; 2] = [(Action::CopyValue, "copy"), (Action::Close, "close")];

impl Drawn for Details {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        details(buf, body, self, app, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
    }

    fn named(&self, _: &App, _: &Appearance) -> Vec<Named> {
        KEYS.to_vec()
    }

    fn row_at(&self, _: Area, app: &App, (x, y): Cell) -> Option<usize> {
        let laid = laid(app.layout().body, self);
        let inner = laid.area.inner();
        if !inner.contains(x, y) {
            return None;
        }
        laid.lines.get(laid.first + usize::from(y - inner.y))?.fact
    }
}

/// Facts as they are laid out, in two columns and in parts.
struct Laid<'a> {
    area: Area,
    /// Width of the names, in columns.
    names: u16,
    lines: Vec<FactLine<'a>>,
    /// Number of the first line that is seen.
    first: usize,
}

/// A line of the facts. The head of a part is a name in another style.
struct FactLine<'a> {
    /// The number of the fact that the line belongs to.
    fact: Option<usize>,
    name: &'a str,
    role: Role,
    value: String,
    /// The URL that the value links to.
    url: Option<String>,
}

impl Laid<'_> {
    /// The lines that are seen, each with the cell at which its value begins.
    fn seen(&self) -> impl Iterator<Item = (&FactLine<'_>, (u16, u16))> {
        let inner = self.area.inner();
        let rows = inner.y..inner.y + inner.height;
        let x = inner.x + 1 + self.names;
        self.lines.iter().skip(self.first).zip(rows).map(move |(line, y)| (line, (x, y)))
    }

    /// Width of the values, in columns.
    fn room(&self) -> u16 {
        self.area.inner().width.saturating_sub(self.names + 2)
    }
}

fn laid(body: Area, details: &Details) -> Laid<'_> {
    let width = body.width.min(78);
    let parts: Vec<_> = [("", &details.facts)]
        .into_iter()
        .chain(details.below.iter().map(|(head, facts)| (*head, facts)))
        .collect();
    let place = details.place.iter();
    let names = parts.iter().flat_map(|(_, facts)| facts.iter()).chain(place.clone());
    let names = names.map(|(name, _)| cells(name)).max().unwrap_or(0) + 2;
    let room = usize::from(width.saturating_sub(4)).saturating_sub(names).max(1);
    let mut lines = Vec::new();
    let mut add = |fact, name, role, value, url| {
        lines.push(FactLine { fact, name, role, value, url });
    };
    let mut number = 0;
    for (part, (head, facts)) in parts.into_iter().enumerate() {
        if part > 0 {
            add(None, "", Role::Dim, String::new(), None);
        }
        if !head.is_empty() {
            add(None, head, Role::Title, String::new(), None);
        }
        let facts = facts.iter().map(|fact| (fact, false));
        let place = place.clone().filter(|_| part == 0).map(|place| (place, true));
        for ((name, value), is_place) in facts.chain(place) {
            let url = links::of_fact(value, is_place);
            for (at, line) in text::wrap_parts(value, room).into_iter().enumerate() {
                let name = if at == 0 { name } else { "" };
                add(Some(number), name, Role::Dim, line, url.clone());
            }
            number += 1;
        }
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, width, height);
    let height = usize::from(area.inner().height);
    if details.is_to_be_shown() {
        let is_it = |line: &FactLine<'_>| line.fact == Some(details.at());
        let from = lines.iter().position(is_it).unwrap_or(0);
        let to = lines.iter().rposition(is_it).unwrap_or(from);
        // The head of the first part, and those above a part, are seen with it.
        let from =
            lines[..from].iter().rposition(|line| line.fact.is_some()).map_or(0, |at| at + 1);
        details.overlay.show(from..to + 1, height);
    }
    let first = details.overlay.first(lines.len(), height);
    Laid { area, names: u16::try_from(names).unwrap_or(20), lines, first }
}

/// The links of facts.
pub(super) fn links(body: Area, details: &Details) -> Vec<Link> {
    let laid = laid(body, details);
    let room = laid.room();
    let link = |(line, (x, y)): (&FactLine<'_>, (u16, u16))| {
        let width = u16::try_from(cells(&line.value)).unwrap_or(room).min(room);
        Some(Link { x, y, width, url: line.url.clone()? })
    };
    laid.seen().filter_map(link).collect()
}

/// Draws facts in two columns.
fn details(buf: &mut Buffer, body: Area, details: &Details, app: &App, appearance: &Appearance) {
    let laid = laid(body, details);
    let bottom = named::line(&KEYS, Context::Details, app, appearance);
    let titles = Titles { top: &details.title, bottom: &bottom };
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, laid.area, &titles, appearance, border, title);
    for (line, (x, y)) in laid.seen() {
        put(buf, x - laid.names, y, laid.names, line.name, appearance.style(line.role));
        put(buf, x, y, laid.room(), &line.value, appearance.style(Role::Text));
        if line.fact == Some(details.at()) {
            let row = Area { y, height: 1, ..laid.area.inner() };
            marker(buf, row, true, appearance);
            light(buf, row, appearance.style(Role::Cursor));
        }
    }
}
