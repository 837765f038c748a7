//! Keys that a dialog names itself, in its own words; the footer does not name them again.

use std::ops::Range;

use crate::app::App;
use crate::keymap::{Action, Chord, Context};
use crate::text::cells;

use super::Appearance;

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
