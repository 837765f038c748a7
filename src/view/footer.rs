//! The line at the bottom: hints of what can be done here and now, or a line to type; notices stand beside
//! it.

mod edge;

use std::borrow::Cow;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;

use crate::app::{self, App, Area, Hint, Layer, Notice, Pane, Prompt, PromptKind, Tone};
use crate::index::{Filter, Sort};
use crate::keymap::{Action, Chord};
use crate::text::{beginning, cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::dialog::drawn;
use super::paint::{put, put_over, put_right};
use super::typed::put_typed;

/// Columns between two hints.
const GAP: usize = 2;
/// Columns by which a typed line can grow before it meets its hints.
const TO_TYPE: usize = 6;
/// Width from which the keys that end larder and that find all actions have fixed places, in columns.
const NARROW: u16 = 60;
/// Width from which there is room for most hints, in columns.
const WIDE: u16 = 100;
/// Width from which all hints that are often needed have room, so that the border stays free, in columns.
const ROOMY: u16 = 160;
/// Columns of a border that a sentence in it leaves free: a corner, a line and a gap, on each side.
const FRAME: u16 = 6;

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
    if let Some(Layer::Prompt(line)) = app.layer() {
        let fault = line.fault.as_ref();
        let fault = fault.map(|fault| (format!("! {fault}"), appearance.style(Role::Warning)));
        let text = shown(line, appearance);
        // Text behind the last column needs no room.
        let seen = beginning(&text, area.width.into());
        let typed = cells(&line.label(area.width.into())) + cells(&visible(seen));
        // What is to be said stands behind the line, where there is room.
        let mut said = fault.or(notice);
        let mut right = usize::from(area.width);
        let fits = |text: &str| typed + TO_TYPE + cells(&visible(text)) < right;
        if let Some((text, style)) = said.take_if(|(text, _)| fits(text)) {
            right =
                put_right(buf, area.x + area.width, area.y, area.width, &format!("{text} "), style)
                    .into();
        }
        let room = right.saturating_sub(typed + TO_TYPE);
        let shown = fit(&hints, room, area.width, appearance);
        // What Enter does, and the other form of the line, are named above it, where they have no room in it.
        let is_shown = |hint: &Hint| shown.iter().any(|shown| shown.action == hint.action);
        let missing = |action| hints.iter().find(|hint| hint.action == action && !is_shown(hint));
        let other = missing(Action::Accept).or_else(|| missing(Action::Next));
        let other = other.map(|hint| {
            let text = format!("{} {}", label(hint, appearance), hint.words);
            (text, appearance.style(Role::Hint))
        });
        if let (Some((text, style)), true) = (said.or(other), area.y > 2) {
            in_border(buf, area, app, (&text, style), appearance);
        }
        let wide: usize = shown.iter().map(|hint| wide(hint, appearance)).sum();
        let from = right.saturating_sub(wide);
        say_signs(buf, area, line, from, appearance);
        return put_hints(buf, area, u16::try_from(from).unwrap_or(0), &shown, appearance);
    }
    let mut right = area.x + area.width.saturating_sub(1);
    if let Some((text, style)) = notice {
        // A sentence takes the room of all hints but the one that leads to the others.
        let of = |hints: &[Hint], action| {
            let hint = hints.iter().find(|hint| hint.action == action);
            hint.map_or(0, |hint| wide(hint, appearance))
        };
        let mut room = usize::from(area.width).saturating_sub(of(&hints, Action::Help) + 2);
        if cells(&visible(&text)) > room && read_whole(&mut hints, app) {
            room = room.saturating_sub(of(&hints, Action::Messages));
        }
        let room = u16::try_from(room).unwrap_or(area.width);
        let from = put_right(buf, right, area.y, room, &text, style);
        right = from.saturating_sub(GAP as u16);
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

/// Shows in an empty filter the signs that begin a filter of another kind, up to a column.
fn say_signs(buf: &mut Buffer, area: Area, line: &Prompt, end: usize, appearance: &Appearance) {
    if !line.filters() || !line.input.text().is_empty() {
        return;
    }
    let signs = format!("{} fuzzy · {} regex", Filter::FUZZY_SIGN, Filter::EXPRESSION_SIGN);
    let signs = match line.kind {
        PromptKind::FilterKeys => format!("{signs} · {} type", Filter::TYPE_SIGN),
        _ => signs,
    };
    let from = cells(line.kind.label()) + 2;
    if from + cells(&signs) + GAP <= end {
        let (x, room) = (area.x + from as u16, area.width);
        put(buf, x, area.y, room, &signs, appearance.style(Role::Dim));
    }
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

/// Writes a sentence into the border above the footer, in one row: into that of the last pane, if it has room
/// there. The frame stays closed.
fn in_border(
    buf: &mut Buffer,
    area: Area,
    app: &App,
    (text, style): (&str, Style),
    appearance: &Appearance,
) {
    let y = area.y - 1;
    let last = app.layout().panes().last().map(|(_, pane)| pane);
    let fits = |pane: &Area| cells(&visible(text)) <= usize::from(pane.width.saturating_sub(FRAME));
    let area = last.filter(fits).map_or(area, |pane| Area { x: pane.x, width: pane.width, ..area });
    // The sentence replaces what stands there; on both sides, the border's line goes on.
    let mut line = Cell::new(appearance.symbols.border.horizontal_bottom);
    line.set_style(appearance.style(Role::Border));
    for x in area.x..area.x + area.width {
        match buf.cell_mut((x, y)) {
            Some(cell) if matches!(cell.symbol(), "─" | "━" | "-") => line = cell.clone(),
            Some(cell) if !is_frame(cell.symbol()) => *cell = line.clone(),
            _ => {}
        }
    }
    let room = area.width.saturating_sub(FRAME);
    let text = visible(text);
    let text = text.fit(room.into());
    let used = u16::try_from(cells(&text)).unwrap_or(room) + 2;
    let x = (area.x + area.width).saturating_sub(used + 2);
    put_over(buf, x, y, used, &format!(" {text} "), style);
}

fn is_frame(symbol: &str) -> bool {
    symbol.chars().all(|c| matches!(c, '\u{2500}'..='\u{257f}' | '+' | '-' | '|'))
}

/// Puts the hint first that tells how to read a notice that is cut; tells whether there is a key for that.
fn read_whole(hints: &mut Vec<Hint>, app: &App) -> bool {
    let chord = app.keymap.chord(app.context(), Action::Messages);
    let Some(chord) = chord.filter(|_| app.editor.is_none()) else { return false };
    let words = "read it all".into();
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
    hints.iter().filter(|hint| is_held(hint) || fits(hint)).collect()
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
