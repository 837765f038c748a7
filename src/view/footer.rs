//! The line at the bottom: hints of what can be done here and now, or a line to type; notices stand beside
//! it.

mod edge;
mod line;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{self, App, Area, Hint, Layer, Notice, Pane, Prompt, PromptKind, Tone};
use crate::index::Sort;
use crate::keymap::{Action, Chord};
use crate::text::{cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::dialog::drawn;
use super::paint::{put, put_right};
use super::typed::put_typed;

/// Columns between two hints.
const GAP: usize = 2;
/// Columns between the last hint and a notice, which is no hint.
const BEFORE_NOTICE: u16 = 4;
/// Width from which the keys that end larder and that find all actions have fixed places, in columns.
const NARROW: u16 = 60;
/// Width from which there is room for most hints, in columns.
const WIDE: u16 = 100;
/// Width from which all hints that are often needed have room, so that the border stays free, in columns.
const ROOMY: u16 = 160;

/// Clears the footer; gives the cell of the cursor if a line is being typed in it.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Area,
    app: &App,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    if area.height == 0 {
        return None;
    }
    let blank = " ".repeat(area.width.into());
    put(buf, area.x, area.y, area.width, &blank, appearance.style(Role::Text));
    let line = app.layer().and_then(Layer::get)?;
    Some(prompt(buf, area, line, appearance))
}

fn prompt(buf: &mut Buffer, area: Area, prompt: &Prompt, appearance: &Appearance) -> (u16, u16) {
    let label = format!(" {}", prompt.label(area.width.into()));
    let used = put(buf, area.x, area.y, area.width, &label, appearance.style(Role::Title));
    let room = area.width.saturating_sub(used + 1);
    let text = shown(prompt, appearance);
    let at = (area.x + used, area.y);
    put_typed(buf, at, room, (&text, prompt.input.cursor()), appearance.style(Role::Input))
}

/// The typed text as it is shown: for a password, only its length.
fn shown<'a>(prompt: &'a Prompt, appearance: &Appearance) -> Cow<'a, str> {
    let text = prompt.input.text();
    if prompt.kind != PromptKind::Password {
        return text.into();
    }
    appearance.symbols.mark.repeat(text.chars().count()).into()
}

/// Draws hints and notice, after all else: keys that the topmost dialog names are not named again, and hints
/// without room go into the border of the pane in focus. Gives the places of the hints' keys, with their
/// words.
pub(super) fn finish(
    buf: &mut Buffer,
    area: Area,
    app: &App,
    appearance: &Appearance,
) -> Vec<(Area, Chord)> {
    if area.height == 0 {
        return Vec::new();
    }
    let mut hints = hints(app, area.width, appearance);
    let notice = app.notice.as_ref().map(|notice| sentence(notice, appearance));
    if let Some(Layer::Prompt(prompt)) = app.layer() {
        return line::finish(buf, area, (app, prompt), (&hints, notice), appearance);
    }
    let mut right = area.x + area.width.saturating_sub(1);
    if let Some((text, style)) = notice {
        // A sentence takes the room of all hints but the one that leads to the others.
        let of = |hints: &[Hint], action| {
            let hint = hints.iter().find(|hint| hint.action == action);
            hint.map_or(0, |hint| wide(hint, appearance))
        };
        let beside = of(&hints, Action::Help) + usize::from(BEFORE_NOTICE);
        let mut room = usize::from(area.width).saturating_sub(beside);
        if cells(&visible(&text)) > room && read_whole(&mut hints, app) {
            room = room.saturating_sub(of(&hints, Action::Messages));
        }
        let room = u16::try_from(room).unwrap_or(area.width);
        let from = put_right(buf, right, area.y, room, &text, style);
        right = from.saturating_sub(BEFORE_NOTICE);
    }
    let room = usize::from(right.saturating_sub(area.x + 1)) + GAP;
    let shown = fit(&hints, room, area.width, appearance);
    let mut places = put_hints(buf, area, area.x + 1, &shown, appearance);
    let in_panes = app.layers.is_empty() && app.editor.is_none() && app.session.is_open();
    if in_panes && area.width < ROOMY {
        let is_shown = |hint: &Hint| shown.iter().any(|shown| shown.action == hint.action);
        // The border of the newest keys itself says how they are followed.
        let is_said = |hint: &Hint| hint.action == Action::Follow && app.keys.sort == Sort::Newest;
        let others = hints.iter().filter(|hint| !is_shown(hint) && !is_said(hint));
        let others: Vec<_> = others.collect();
        places.extend(edge::put(buf, app, &others, appearance));
    }
    places
}

/// A notice as it is written, and its style.
fn sentence(notice: &Notice, appearance: &Appearance) -> (String, Style) {
    let (mark, role) = match notice.tone {
        Tone::Info => ("", Role::Text),
        Tone::Done => ("", Role::Ok),
        Tone::Warning => ("! ", Role::Warning),
        Tone::Failure => ("! ", Role::Danger),
    };
    (format!("{mark}{}", notice.text), appearance.style(role))
}

/// Puts the hint first that tells how to read a notice that is cut; tells whether there is a key for that.
fn read_whole(hints: &mut Vec<Hint>, app: &App) -> bool {
    let chord = app.keymap.chord(app.context(), Action::Messages);
    let Some(chord) = chord.filter(|_| app.editor.is_none()) else { return false };
    let words = "whole message".into();
    hints.retain(|hint| hint.action != Action::Messages);
    hints.insert(0, Hint { action: Action::Messages, chord, words, held: true });
    true
}

/// The hints of what can be done here and now, without those of the topmost dialog's own keys.
fn hints(app: &App, width: u16, appearance: &Appearance) -> Vec<Hint> {
    // While a name is typed, letters are no actions; the dialog itself says what the keys do.
    let typing = matches!(app.layer(), Some(Layer::Confirm(confirm)) if confirm.typed.is_some());
    // Keys are not offered either while a dialog does not take them yet.
    if typing || app.unseen_until().is_some() {
        return Vec::new();
    }
    let above = app.layer().map(drawn);
    let named = above.map_or_else(Vec::new, |shown| shown.named(app, appearance));
    let panel = super::start::named(app);
    let still = above.is_some_and(|shown| !shown.scrolls(app));
    let mut hints = app::hints(app);
    if width < WIDE && above.is_none() {
        for hint in &mut hints {
            match hint.action {
                // If many hints are left out, the palette leads to them.
                Action::Palette => hint.words = "more".into(),
                // On a record, its value can be copied too.
                Action::CopyKey if app.focus != Pane::Record => hint.words = "copy".into(),
                _ => {}
            }
        }
    }
    hints.retain(|hint| {
        let scroll = [Action::Up, Action::Down, Action::PageUp, Action::PageDown];
        let scrolls = still && scroll.contains(&hint.action);
        !scrolls
            && !panel.contains(&hint.action)
            && named.iter().all(|(said, _)| *said != hint.action)
    });
    hints
}

fn label(hint: &Hint, appearance: &Appearance) -> String {
    hint.chord.label(appearance.symbols.unicode)
}

/// Width of a hint, with the gap behind it, in columns.
fn wide(hint: &Hint, appearance: &Appearance) -> usize {
    cells(&label(hint, appearance)) + 1 + cells(&hint.words) + GAP
}

/// The hints that have room in this many columns, each whole.
fn fit<'a>(
    hints: &'a [Hint],
    mut room: usize,
    width: u16,
    appearance: &Appearance,
) -> Vec<&'a Hint> {
    // The help names all other keys, and a way out is always wanted: these two have their places first.
    let rank = |hint: &Hint| match hint.action {
        Action::Help | Action::Cancel | Action::Close => Some(0),
        // A sentence that is cut is read whole first.
        Action::Messages if hint.held => Some(0),
        Action::Quit | Action::Palette => (width >= NARROW).then_some(1),
        // The border has room for this hint.
        Action::Follow if width < WIDE => None,
        _ => (hint.held && width >= NARROW).then_some(2),
    };
    let mut fits = |hint: &Hint| {
        let left = room.checked_sub(wide(hint, appearance));
        room = left.unwrap_or(room);
        left.is_some()
    };
    let mut held = Vec::new();
    for place in 0..3 {
        held.extend(hints.iter().filter(|hint| rank(hint) == Some(place) && fits(hint)));
    }
    let is_held = |hint: &Hint| held.iter().any(|held: &&Hint| held.action == hint.action);
    let mut shown: Vec<_> = hints.iter().filter(|hint| is_held(hint) || fits(hint)).collect();
    // A list begins at its top: from there, only down leads on.
    let is_down = |hint: &Hint| hint.action == Action::Down;
    if hints.iter().any(is_down) && !shown.iter().any(|hint| is_down(hint)) {
        shown.retain(|hint| hint.action != Action::Up);
    }
    shown
}

fn put_hints(
    buf: &mut Buffer,
    area: Area,
    mut x: u16,
    hints: &[&Hint],
    appearance: &Appearance,
) -> Vec<(Area, Chord)> {
    let right = area.x + area.width;
    let mut word = |x: u16, text: &str, role| {
        let style = appearance.style(role);
        put(buf, x, area.y, right.saturating_sub(x), text, style)
    };
    let mut places = Vec::with_capacity(hints.len());
    for hint in hints {
        let key = word(x, &label(hint, appearance), Role::KeyHint) + 1;
        let width = key + word(x + key, &hint.words, Role::Hint);
        places.push((Area { x, width, ..area }, hint.chord));
        x += width + GAP as u16;
    }
    places
}
