//! The list of targets, over the panes.

use ratatui::buffer::Buffer;

use crate::app::list::Cursor;
use crate::app::{App, Area, TargetChoice, Targets};
use crate::keymap::{Action, Context};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{light, put, put_right};

/// The sentence for a list with nothing to choose from.
const ALONE: &str = "Profiles of the config file are listed here.";

impl Drawn for Targets {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self.cursor, app, appearance);
        None
    }

    fn named(&self, _app: &App, _appearance: &Appearance) -> Vec<Named> {
        named()
    }

    fn scrolls(&self, app: &App) -> bool {
        app.settings.targets.len() > 1
    }

    fn row_at(&self, area: Area, app: &App, (x, y): Cell) -> Option<usize> {
        let inner = area.inner();
        // Each target has two rows of the screen.
        let y = inner.y + y.checked_sub(inner.y)? / 2;
        inner.row_at((x, y), self.cursor.top, app.settings.targets.len())
    }
}

/// The keys in the border.
fn named() -> Vec<Named> {
    vec![(Action::Accept, "open"), (Action::Close, "close")]
}

/// Draws the list; each target has a row for its name and one for its address.
fn draw(buf: &mut Buffer, body: Area, cursor: Cursor, app: &App, appearance: &Appearance) {
    let targets = &app.settings.targets;
    let alone = u16::from(targets.len() < 2);
    let rows = u16::try_from(targets.len() * 2).unwrap_or(u16::MAX);
    let area = centred(body, body.width.min(72), rows.saturating_add(2 + alone));
    let at = (targets.len() > app.layout().targets_height())
        .then(|| format!("{} / {}", cursor.at + 1, targets.len()));
    let keys = named::line(&named(), Context::Targets, app, appearance);
    let bottom = at.map_or(keys.clone(), |at| format!("{at} · {keys}"));
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(
        buf,
        area,
        &Titles { top: "Open another target", bottom: &bottom },
        appearance,
        border,
        title,
    );
    let inner = area.inner();
    let mut y = inner.y;
    for (at, target) in targets.iter().enumerate().skip(cursor.top) {
        if y + 1 >= inner.y + inner.height {
            break;
        }
        let present = at == app.settings.target;
        entry(buf, Area { y, height: 2, ..inner }, target, at == cursor.at, present, appearance);
        y += 2;
    }
    if alone == 1 && y < inner.y + inner.height {
        put(buf, inner.x + 2, y, inner.width.saturating_sub(3), ALONE, appearance.style(Role::Dim));
    }
}

fn entry(
    buf: &mut Buffer,
    area: Area,
    target: &TargetChoice,
    current: bool,
    present: bool,
    appearance: &Appearance,
) {
    let marker = if current { appearance.symbols.marker[0] } else { " " };
    put(buf, area.x, area.y, 1, marker, appearance.style(Role::Marker));
    let mut right = area.x + area.width.saturating_sub(1);
    let badges = [(present, "open"), (target.read_only, "read-only")];
    for (_, badge) in badges.iter().filter(|(there, _)| *there) {
        let style = appearance.style(Role::Dim);
        right = put_right(buf, right, area.y, 12, badge, style).saturating_sub(2);
    }
    let room = right.saturating_sub(area.x + 2);
    put(buf, area.x + 2, area.y, room, &target.name, appearance.style(Role::Text));
    if current {
        light(buf, Area { height: 1, ..area }, appearance.style(Role::Cursor));
    }
    let (label, role) = match &target.label {
        Ok(label) => (label.clone(), Role::Dim),
        Err(problem) => (format!("! {problem}"), Role::Danger),
    };
    let room = area.width.saturating_sub(3);
    put(buf, area.x + 2, area.y + 1, room, &label, appearance.style(role));
}
