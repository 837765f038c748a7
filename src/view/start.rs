//! What stands in the middle while there is no server: what is wrong, where, the tries, the keys.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, SessionState};
use crate::keymap::{Action, Context};
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::modal::centred;
use super::paint::{dim, put};

/// Columns of the panel, where there is room.
const WIDTH: u16 = 68;

/// Draws the panel where connecting failed.
pub(super) fn draw(buf: &mut Buffer, body: Area, app: &App, appearance: &Appearance) {
    let SessionState::Failed(error) = &app.session.state else { return };
    let width = body.width.min(WIDTH);
    let room = usize::from(width.saturating_sub(4));
    let mut lines = Vec::new();
    let mut say = |role, text: &str| {
        // A line neither begins nor ends with what stands between two keys.
        let wrapped = text::wrap(text, room).into_iter();
        lines.extend(wrapped.map(|line| (role, line.trim_matches(['·', ' ']).to_owned())));
    };
    say(Role::Title, &app.settings.label);
    say(Role::Danger, &format!("{error}."));
    let state = tried(app);
    if !state.is_empty() {
        say(Role::Dim, &state);
    }
    // While something is typed, keys are letters.
    if app.layers.is_empty() {
        say(Role::Text, &remedies(app));
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    dim(buf, body, appearance);
    let area = centred(body, width, height);
    let (border, title) = (appearance.style(Role::Danger), appearance.style(Role::Danger));
    bordered(buf, area, &Titles { top: "Not connected", bottom: "" }, appearance, border, title);
    let inner = area.inner();
    for ((role, line), y) in lines.iter().zip(inner.y..inner.y + inner.height) {
        let room = inner.width.saturating_sub(2);
        put(buf, inner.x + 1, y, room, line, appearance.style(*role));
    }
}

/// How often it was tried, and that it goes on.
fn tried(app: &App) -> String {
    let tries = match app.session.tries {
        0 | 1 => String::new(),
        more => format!("tried {} times", text::count(more.into())),
    };
    match (tries.is_empty(), app.session.is_trying()) {
        (_, false) => tries,
        (true, true) => "retrying".to_owned(),
        (false, true) => format!("{tries} · retrying"),
    }
}

/// What can be done about it.
fn remedies(app: &App) -> String {
    let says = |action, does| app.keymap.says(Context::Stores, action, does);
    let again = if app.session.is_trying() { "retry now" } else { "retry" };
    let more = app.settings.targets.len() > 1;
    let told = [
        says(Action::TypePassword, "type the password").filter(|_| app.session.wants_password()),
        says(Action::Refresh, again),
        says(Action::Targets, "other target").filter(|_| more),
        says(Action::Quit, "quit"),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    told.join(" · ")
}
