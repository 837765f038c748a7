//! The facts about a store or a record, in two columns; some of them are links.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Details, Overlay};
use crate::text::{self, cells};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered, overlay_keys};
use super::dialog::{Cell, Drawn, Scene};
use super::links::{self, Link};
use super::modal::centred;
use super::paint::put;

impl Drawn for Details {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        details(buf, body, self, app, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
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
    let mut add = |name, role, value, url| lines.push(FactLine { name, role, value, url });
    for (part, (head, facts)) in parts.into_iter().enumerate() {
        if part > 0 {
            add("", Role::Dim, String::new(), None);
        }
        if !head.is_empty() {
            add(head, Role::Title, String::new(), None);
        }
        let facts = facts.iter().map(|fact| (fact, false));
        let place = place.clone().filter(|_| part == 0).map(|place| (place, true));
        for ((name, value), is_place) in facts.chain(place) {
            let url = links::of_fact(value, is_place);
            for (at, line) in text::wrap(value, room).into_iter().enumerate() {
                add(if at == 0 { name } else { "" }, Role::Dim, line, url.clone());
            }
        }
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, width, height);
    let first = details.overlay.first(lines.len(), area.inner().height.into());
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
    let bottom = overlay_keys(details.overlay.is_long(), app, appearance);
    let titles = Titles { top: &details.title, bottom: &bottom };
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, laid.area, &titles, appearance, border, title);
    for (line, (x, y)) in laid.seen() {
        put(buf, x - laid.names, y, laid.names, line.name, appearance.style(line.role));
        put(buf, x, y, laid.room(), &line.value, appearance.style(Role::Text));
    }
}
