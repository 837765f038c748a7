//! Keys that a dialog names itself, in its own words: the footer does not name them again.

use std::ops::Range;

use crate::app::App;
use crate::keymap::{Action, Chord, Context};
use crate::text::cells;

use super::Appearance;

/// What an action is bound to, and what it does there. Without words it shares those of the next one.
pub(super) type Named = (Action, &'static str);

/// What the border of an overlay says: how it scrolls, if it does, and closes.
pub(super) fn overlay(scrolls: bool) -> Vec<Named> {
    let scroll = if scrolls { scroll() } else { Vec::new() };
    scroll.into_iter().chain([(Action::Close, "close")]).collect()
}

/// What a border says of scrolling.
pub(super) fn scroll() -> Vec<Named> {
    vec![(Action::Up, ""), (Action::Down, "scroll")]
}

/// The line that says it, of the keys that there are; nothing while they are not taken yet.
pub(super) fn line(
    named: &[Named],
    context: Context,
    app: &App,
    appearance: &Appearance,
) -> String {
    places(named, context, app, appearance).0
}

/// The same line, and where in it each key is with its words, in bytes.
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

/// The last of them, as many as have room in so many cells.
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
