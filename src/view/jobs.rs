//! The list of jobs, over the panes.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Job, Jobs};
use crate::keymap::{Action, Context};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{light, put, put_right};

/// What the border says of its keys.
pub(super) fn named(shown: &Jobs) -> Vec<Named> {
    let cancels = shown.jobs.get(shown.cursor.at).is_some_and(|job| job.cancellable);
    let cancel = cancels.then_some((Action::CancelJob, "cancels"));
    cancel.into_iter().chain([(Action::Close, "closes")]).collect()
}

/// Draws the list; a job has a row.
pub(super) fn draw(buf: &mut Buffer, body: Area, shown: &Jobs, app: &App, appearance: &Appearance) {
    let rows = u16::try_from(shown.jobs.len().max(1)).unwrap_or(u16::MAX);
    let area = centred(body, body.width.min(72), rows.saturating_add(2));
    let bottom = named::line(&named(shown), Context::Jobs, app, appearance);
    let titles = Titles { top: "Jobs", bottom: &bottom };
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &titles, appearance, border, title);
    let inner = area.inner();
    if shown.jobs.is_empty() {
        let none = "Nothing is under way.";
        put(
            buf,
            inner.x + 1,
            inner.y,
            inner.width.saturating_sub(2),
            none,
            appearance.style(Role::Dim),
        );
    }
    let jobs = shown.jobs.iter().enumerate().skip(shown.cursor.top);
    for ((at, job), y) in jobs.zip(inner.y..inner.y + inner.height) {
        row(buf, Area { y, height: 1, ..inner }, job, at == shown.cursor.at, appearance);
    }
}

fn row(buf: &mut Buffer, area: Area, job: &Job, under: bool, appearance: &Appearance) {
    let role = |role| appearance.style(role);
    put(buf, area.x, area.y, area.width, &" ".repeat(area.width.into()), role(Role::Text));
    let share = job.progress.map(|share| format!("{:.0} %", share * 100.0));
    let right = share.unwrap_or_else(|| job.state.to_owned());
    let end = area.x + area.width.saturating_sub(1);
    let room = put_right(buf, end, area.y, area.width / 2, &right, role(Role::Dim));
    let width = room.saturating_sub(area.x + 2);
    put(buf, area.x + 1, area.y, width, &job.title, role(Role::Text));
    if under {
        light(buf, area, role(Role::Cursor));
    }
}
