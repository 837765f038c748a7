//! The panel in the middle while there is no server: the target, what is wrong or awaited, the tries, the
//! keys.

use std::time::Duration;

use ratatui::buffer::Buffer;

use crate::app::{App, Area, SessionState};
use crate::keymap::{Action, Context};
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::modal::centred;
use super::paint::{dim, put};

/// Width of the panel, where there is room, in columns.
const WIDTH: u16 = 68;
/// Limit on the rows of a target.
const TARGET: usize = 3;
/// The sign between two keys.
const BETWEEN: &str = " · ";

/// Draws the panel if connecting failed or takes long.
pub(super) fn draw(buf: &mut Buffer, body: Area, app: &App, appearance: &Appearance) {
    let (top, border, said) = match &app.session.state {
        SessionState::Failed(error) => {
            ("Not connected", Role::Danger, (Role::Danger, format!("{error}.")))
        }
        SessionState::Connecting => match app.session.late(app.now) {
            Some(waited) => ("Connecting", Role::BorderFocus, (Role::Text, awaited(waited))),
            None => return,
        },
        SessionState::Open(_) => return,
    };
    let width = body.width.min(WIDTH);
    let room = usize::from(width.saturating_sub(4));
    // A line neither begins nor ends with the sign between two keys.
    let wrapped = |role, text: &str| {
        let lines = text::wrap(text, room).into_iter();
        lines.map(move |line| (role, line.trim_matches(['·', ' ']).to_owned())).collect::<Vec<_>>()
    };
    // While something is typed, letters are not the keys of actions.
    let remedies = if app.layers.is_empty() { remedies(app) } else { Vec::new() };
    let tried = Some(tried(app)).filter(|tried| !tried.is_empty());
    let mut below = tried.map_or_else(Vec::new, |tried| wrapped(Role::Dim, &tried));
    below.extend(in_lines(remedies, room).into_iter().map(|line| (Role::Text, line)));
    // The keys are named in any case, and as much of the target and the failure as has room.
    let rows = usize::from(body.height.saturating_sub(2)).saturating_sub(below.len());
    let failure = wrapped(said.0, &said.1);
    let target = visible(&app.settings.label);
    let most = rows.saturating_sub(failure.len()).clamp(1, TARGET);
    let mut lines = wrapped(Role::Title, &text::fit_middle(&target, room * most));
    lines.truncate(most);
    lines.extend(failure);
    lines.truncate(rows.max(1));
    lines.extend(below);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    dim(buf, body, appearance);
    let area = centred(body, width, height);
    let title = if border == Role::Danger { border } else { Role::Title };
    let (border, title) = (appearance.style(border), appearance.style(title));
    bordered(buf, area, &Titles { top, bottom: "" }, appearance, border, title);
    let inner = area.inner();
    for ((role, line), y) in lines.iter().zip(inner.y..inner.y + inner.height) {
        let room = inner.width.saturating_sub(2);
        put(buf, inner.x + 1, y, room, line, appearance.style(*role));
    }
}

/// The time without an answer, in words.
fn awaited(waited: Duration) -> String {
    match waited.as_secs() {
        0 => "waiting for an answer".to_owned(),
        _ => format!("no answer for {}", lasted(waited)),
    }
}

/// A span in whole seconds, or from a minute on in the largest unit that fits.
fn lasted(span: Duration) -> String {
    match span.as_secs() {
        short @ 0..2 => format!("{short} s"),
        long => text::ago(0, i64::try_from(long).unwrap_or(i64::MAX).saturating_mul(1_000_000)),
    }
}

/// The number of tries and their time, and that they go on.
fn tried(app: &App) -> String {
    let began = app.session.begun.unwrap_or(app.now).micros();
    let micros = app.now.micros().saturating_sub(began);
    let all = Duration::from_micros(u64::try_from(micros).unwrap_or(0));
    let tries = match (app.session.tries, &app.session.state) {
        // The first failure has just been told.
        (0, _) | (1, SessionState::Failed(_)) => String::new(),
        (1, _) => "tried once".to_owned(),
        (more, _) if all.as_secs() == 0 => format!("tried {more} times"),
        (more, _) => format!("tried {} times in {}", text::count(more.into()), lasted(all)),
    };
    match (tries.is_empty(), app.session.is_trying()) {
        (_, false) => tries,
        (true, true) => "retrying".to_owned(),
        (false, true) => format!("{tries} · retrying"),
    }
}

/// Keys side by side, in lines; each key is in one line with its words.
fn in_lines(parts: Vec<String>, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if cells(line) + cells(BETWEEN) + cells(&part) <= room => {
                line.push_str(BETWEEN);
                line.push_str(&part);
            }
            _ => lines.push(part),
        }
    }
    lines
}

/// The actions whose keys the panel names, while it is shown.
pub(super) fn named(app: &App) -> Vec<Action> {
    let is_shown = match &app.session.state {
        SessionState::Failed(_) => true,
        SessionState::Connecting => app.session.late(app.now).is_some(),
        SessionState::Open(_) => false,
    };
    let all = [Action::TypePassword, Action::Refresh, Action::Targets, Action::Quit];
    if is_shown && app.layers.is_empty() { all.to_vec() } else { Vec::new() }
}

/// The keys that can help.
fn remedies(app: &App) -> Vec<String> {
    let says = |action, does| app.keymap.says(Context::Stores, action, does);
    let failed = matches!(app.session.state, SessionState::Failed(_));
    let again = if app.session.is_trying() { "retry now" } else { "retry" };
    let more = app.settings.targets.len() > 1;
    let told = [
        says(Action::TypePassword, "type the password").filter(|_| app.session.wants_password()),
        says(Action::Refresh, again).filter(|_| failed),
        says(Action::Targets, "other target").filter(|_| more),
        says(Action::Quit, "quit"),
    ];
    told.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_parted_from_its_words() {
        let parts = ["p type the password", "r retry", "q quit"].map(str::to_owned).to_vec();
        assert_eq!(in_lines(parts.clone(), 38), ["p type the password · r retry · q quit"]);
        assert_eq!(in_lines(parts, 37), ["p type the password · r retry", "q quit"]);
    }
}
