//! The list of targets, over the panes.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, TargetChoice, Targets};
use crate::keymap::{Action, Context};
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{light, put, put_right};

/// The sentence for a list with nothing to choose from.
const ALONE: &str = "add [profiles.NAME] to the config file";
/// Least width of the dialog, where there is room, in columns.
const WIDTH: u16 = 72;
/// Columns before a name, and before the address below it.
const INDENT: [u16; 2] = [2, 4];

impl Drawn for Targets {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance);
        None
    }

    fn named(&self, _app: &App, _appearance: &Appearance) -> Vec<Named> {
        named(self)
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
fn named(shown: &Targets) -> Vec<Named> {
    use crate::app::Dialog as _;
    let all = [(Action::Accept, "open"), (Action::Close, "close")];
    all.into_iter().filter(|(action, _)| shown.allows(*action)).collect()
}

/// Draws the list; each target has a row for its name and one for its address.
fn draw(buf: &mut Buffer, body: Area, shown: &Targets, app: &App, appearance: &Appearance) {
    let (targets, cursor) = (&app.settings.targets, shown.cursor);
    let alone = u16::from(targets.len() < 2);
    let rows = u16::try_from(targets.len() * 2).unwrap_or(u16::MAX);
    let area = centred(body, body.width.min(width(targets)), rows.saturating_add(2 + alone));
    let at = (targets.len() > app.layout().targets_height())
        .then(|| format!("{} / {}", cursor.at + 1, targets.len()));
    let keys = named::line(&named(shown), Context::Targets, app, appearance);
    let bottom = at.map_or(keys.clone(), |at| format!("{at} · {keys}"));
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(
        buf,
        area,
        &Titles { top: title_of(targets), bottom: &bottom },
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

fn title_of(targets: &[TargetChoice]) -> &'static str {
    if targets.len() < 2 { "No other targets" } else { "Open another target" }
}

/// Width of the dialog in which every address has room, in columns.
fn width(targets: &[TargetChoice]) -> u16 {
    let longest = targets.iter().map(|target| cells(&visible(&address(target).0))).max();
    let longest = u16::try_from(longest.unwrap_or(0)).unwrap_or(u16::MAX);
    longest.saturating_add(INDENT[1] + 3).max(WIDTH)
}

/// The address of a target, or what is wrong with it, and its role.
fn address(target: &TargetChoice) -> (String, Role) {
    match &target.label {
        Ok(label) => (label.clone(), Role::Dim),
        Err(problem) => (format!("! {problem}"), Role::Danger),
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
    let badges = [(present, "current"), (target.read_only, "read-only")];
    for (_, badge) in badges.iter().filter(|(there, _)| *there) {
        let style = appearance.style(Role::Dim);
        right = put_right(buf, right, area.y, 12, badge, style).saturating_sub(2);
    }
    let room = right.saturating_sub(area.x + INDENT[0]);
    put(buf, area.x + INDENT[0], area.y, room, &target.name, appearance.style(Role::Text));
    let (address, role) = address(target);
    let room = area.width.saturating_sub(INDENT[1] + 1);
    // The end of an address tells the database.
    let shown = match target.label {
        Ok(_) => text::fit_middle(&visible(&address), room.into()).into_owned(),
        Err(_) => address,
    };
    // Dim text on the background of the cursor is hard to read.
    let role = if current && role == Role::Dim { Role::Text } else { role };
    put(buf, area.x + INDENT[1], area.y + 1, room, &shown, appearance.style(role));
    if current {
        for y in area.y..area.y + area.height {
            light(buf, Area { y, ..area }, appearance.style(Role::Cursor));
        }
    }
}
