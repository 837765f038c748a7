//! The line at the bottom: a prompt, a notice, or the keys of the pane in focus.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{App, Area, Layer, Prompt, PromptKind, Tone};
use crate::keymap::{Action, Context};
use crate::text;
use crate::text::{cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::dialog::drawn;
use super::paint::{put, put_right};

/// Columns between two hints.
const GAP: usize = 3;

/// Draws the footer; gives the cursor's cell if a line is being typed in it.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Area,
    app: &App,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    if area.height == 0 {
        return None;
    }
    put(
        buf,
        area.x,
        area.y,
        area.width,
        &" ".repeat(area.width.into()),
        appearance.style(Role::Text),
    );
    if let Some(Layer::Prompt(line)) = app.layer() {
        // A prompt that is shown again says why in the row above, and so does one that is watched.
        if let (Some(fault), true) = (&line.fault, area.y > 2) {
            let above = Area { y: area.y - 1, ..area };
            message(buf, above, &format!("! {fault}"), appearance.style(Role::Warning));
        } else if let (Some(notice), true) = (&app.notice, area.y > 2) {
            let above = Area { y: area.y - 1, ..area };
            message(buf, above, &notice.text, appearance.style(Role::Danger));
        }
        return Some(prompt(buf, area, line, app, appearance));
    }
    if let Some(notice) = &app.notice {
        let (mark, role) = match notice.tone {
            Tone::Info => ("", Role::Text),
            Tone::Done => ("", Role::Ok),
            Tone::Warning => ("! ", Role::Warning),
            Tone::Failure => ("! ", Role::Danger),
        };
        let text = format!("{mark}{}", notice.text);
        message(buf, area, &text, appearance.style(role));
        return None;
    }
    None
}

/// Writes a sentence; a long one takes rows from what lies above.
fn message(buf: &mut Buffer, area: Area, text: &str, style: Style) {
    let mut rows = text::wrap(text, area.width.saturating_sub(2).into());
    rows.truncate(usize::from(area.y / 2).clamp(1, 4));
    let first = area.y + 1 - rows.len() as u16;
    for (row, y) in rows.iter().zip(first..) {
        put(buf, area.x, y, area.width, &" ".repeat(area.width.into()), Style::reset());
        put(buf, area.x + 1, y, area.width.saturating_sub(2), row, style);
    }
}

fn prompt(
    buf: &mut Buffer,
    area: Area,
    prompt: &Prompt,
    app: &App,
    appearance: &Appearance,
) -> (u16, u16) {
    let label = format!(" {}", prompt.kind.label());
    let used = put(buf, area.x, area.y, area.width, &label, appearance.style(Role::Title));
    let room = area.width.saturating_sub(used + 1);
    let text = prompt.input.text();
    let before: String = text.chars().take(prompt.input.cursor()).collect();
    // What does not fit scrolls out on the left.
    let mut start = 0;
    let wide = |from: usize| cells(&visible(&before[from..]));
    while wide(start) > usize::from(room) {
        start += before[start..].chars().next().map_or(1, char::len_utf8);
    }
    let x = area.x + used;
    put(buf, x, area.y, room, &text[start..], appearance.style(Role::Input));
    if matches!(prompt.kind, PromptKind::StoreName | PromptKind::StoreAlias) && room > 40 {
        let other = if prompt.kind == PromptKind::StoreName { "an alias" } else { "a name" };
        let switch = app.keymap.chord(Context::Prompt, Action::Next);
        let switch = switch.map(|chord| format!("{chord}: {other} instead · "));
        let text = format!("{}empty: the default store", switch.unwrap_or_default());
        put_right(buf, area.x + area.width - 1, area.y, 50, &text, appearance.style(Role::Dim));
    }
    if prompt.kind == PromptKind::RecordType && room > 60 {
        let chord = app.keymap.chord(Context::Prompt, Action::Next);
        let text = chord.map(|chord| format!("{chord}: the usual types")).unwrap_or_default();
        put_right(buf, area.x + area.width - 1, area.y, 24, &text, appearance.style(Role::Dim));
    }
    (x + u16::try_from(wide(start)).unwrap_or(room).min(room), area.y)
}

/// Draws the hints, once the dialogs are drawn: what the topmost one says itself is not said again.
pub(super) fn hints(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    // Where a name is typed, letters are letters; the dialog itself says what the keys do.
    let typing = match app.layer() {
        Some(Layer::Prompt(_)) => true,
        Some(Layer::Confirm(confirm)) => confirm.typed.is_some(),
        _ => false,
    };
    // Nor are they offered where they are not taken yet.
    let taken = app.unseen_until().is_none() && app.notice.is_none();
    if area.height == 0 || typing || !taken {
        return;
    }
    let above = app.layer().map(drawn);
    let named = above.map_or_else(Vec::new, |shown| shown.named(app, appearance));
    let still = above.is_some_and(|shown| !shown.scrolls());
    let is_left_out = |action| {
        let scroll = [Action::Up, Action::Down, Action::PageUp, Action::PageDown];
        still && scroll.contains(&action) || named.iter().any(|(said, _)| *said == action)
    };
    let all: Vec<_> = app
        .keymap
        .hints(app.context())
        .filter(|(action, _)| app.allowed(*action).is_ok() && !is_left_out(*action))
        .map(|(action, chord)| (action, chord.label(appearance.symbols.unicode)))
        .collect();
    let wide = |(action, chord): &(Action, String)| cells(chord) + 1 + cells(action.hint()) + GAP;
    let mut room = usize::from(area.width).saturating_sub(1);
    // The help names all the others, so it has its place first. A hint is shown whole or not.
    let help = all.iter().find(|(action, _)| *action == Action::Help).map_or(0, &wide);
    room = room.saturating_sub(help);
    let mut shown = Vec::new();
    let mut full = false;
    for hint in &all {
        if hint.0 == Action::Help {
            shown.push(hint);
        } else if !full && wide(hint) <= room {
            room -= wide(hint);
            shown.push(hint);
        } else {
            full = true;
        }
    }
    let mut x = area.x + 1;
    for (action, chord) in shown {
        let right = area.x + area.width;
        x += put(buf, x, area.y, right.saturating_sub(x), chord, appearance.style(Role::KeyHint))
            + 1;
        x += put(
            buf,
            x,
            area.y,
            right.saturating_sub(x),
            action.hint(),
            appearance.style(Role::Hint),
        );
        x += GAP as u16;
    }
}
