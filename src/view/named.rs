//! Keys that a dialog names itself, in its own words; the footer does not name them again.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};

use crate::app::{App, Area};
use crate::keymap::{Action, Chord, Context};
use crate::text::{self, cells};
use crate::theme::Role;

use super::Appearance;
use super::paint::light;

/// An action, and what it does there in words. An action without words shares those of the next one.
pub(super) type Named = (Action, &'static str);

/// The keys in the border of an overlay: those that scroll, if it scrolls, and the one that closes it.
pub(super) fn overlay(scrolls: bool) -> Vec<Named> {
    let scroll = if scrolls { scroll() } else { Vec::new() };
    scroll.into_iter().chain([(Action::Close, "close")]).collect()
}

/// The keys in a border that scroll.
pub(super) fn scroll() -> Vec<Named> {
    vec![(Action::Up, ""), (Action::Down, "scroll")]
}

/// The place of the cursor in a list of which only `height` rows are seen, to stand before the keys; empty
/// where all rows are seen.
pub(super) fn place(at: usize, len: usize, height: usize) -> String {
    if len <= height {
        return String::new();
    }
    format!("{} / {} · ", text::count(at as u64 + 1), text::count(len as u64))
}

/// The line of the keys that are bound; empty while they are not taken yet.
pub(super) fn line(
    named: &[Named],
    context: Context,
    app: &App,
    appearance: &Appearance,
) -> String {
    places(named, context, app, appearance).0
}

/// The same line, and the places of each key and its words in it, in bytes.
pub(super) fn places(
    named: &[Named],
    context: Context,
    app: &App,
    appearance: &Appearance,
) -> (String, Vec<(Range<usize>, Chord)>) {
    let (mut line, mut places) = (String::new(), Vec::new());
    if app.unseen_until().is_some() {
        return (line, places);
    }
    for (action, does) in named {
        let Some(chord) = app.keymap.chord(context, *action) else { continue };
        if !line.is_empty() {
            line.push_str(if line.ends_with(' ') { "" } else { " · " });
        }
        let start = line.len();
        line.push_str(&chord.label(appearance.symbols.unicode));
        line.push(' ');
        line.push_str(does);
        places.push((start..line.len(), chord));
    }
    (line, places)
}

/// Lights the keys that the topmost dialog names, as those of the footer are.
pub(super) fn light_keys(
    buf: &mut Buffer,
    body: Area,
    (named, context): (&[Named], Context),
    app: &App,
    appearance: &Appearance,
) {
    // The two buttons of a question light their own keys.
    let on_button = |action| matches!(action, Action::ConfirmYes | Action::ConfirmNo);
    let named: Vec<Named> =
        named.iter().filter(|(action, _)| !on_button(*action)).copied().collect();
    if named.is_empty() {
        return;
    }
    let rows = (body.y..body.y + body.height).rev();
    let rows: Vec<_> = rows.map(|y| (y, row_of(buf, y))).collect();
    // The first ones may be named elsewhere in the dialog.
    for tail in (0..named.len()).filter_map(|skipped| named.get(skipped..)) {
        let (line, places) = places(tail, context, app, appearance);
        if !line.is_empty() && light_line(buf, &rows, (&line, &places), appearance) {
            return;
        }
    }
}

/// Lights the keys of a line in these rows, each with its place; tells whether it stands there.
fn light_line(
    buf: &mut Buffer,
    rows: &[(u16, (String, Vec<usize>))],
    (line, places): (&str, &[(Range<usize>, Chord)]),
    appearance: &Appearance,
) -> bool {
    for (y, (row, starts)) in rows {
        let Some(start) = row.find(line) else { continue };
        for (place, chord) in places {
            let label = chord.label(appearance.symbols.unicode).len();
            let of_key = start + place.start..start + place.start + label;
            let x = |at| starts.partition_point(|start| *start < at) as u16;
            let area = Area {
                x: x(of_key.start),
                y: *y,
                width: x(of_key.end) - x(of_key.start),
                height: 1,
            };
            light(buf, area, appearance.style(Role::KeyHint));
        }
        return true;
    }
    false
}

/// A row as it is drawn, and the byte at which each cell begins.
pub(super) fn row_of(buf: &Buffer, y: u16) -> (String, Vec<usize>) {
    let (mut row, mut starts) = (String::new(), Vec::new());
    for x in 0..buf.area.width {
        starts.push(row.len());
        row.push_str(buf.cell((x, y)).map_or("", Cell::symbol));
    }
    (row, starts)
}

/// The last of these actions, as many as have room in this many cells.
pub(super) fn fit(
    mut named: Vec<Named>,
    context: Context,
    room: usize,
    app: &App,
    appearance: &Appearance,
) -> Vec<Named> {
    let wide = |named: &[Named]| cells(&line(named, context, app, appearance));
    while !named.is_empty() && wide(&named) > room {
        let words = named.iter().position(|(_, does)| !does.is_empty()).unwrap_or(0);
        named.drain(..=words);
    }
    named
}
