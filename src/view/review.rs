//! The changes of a save, before it is made.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{App, Area, Overlay, Review};
use crate::edit::{Diff, DiffBody, LeafChange, LeafEdit, Row};
use crate::keymap::{Action, Context};
use crate::model::ContentType;
use crate::ops::words;
use crate::text;
use crate::text::cells;
use crate::theme::Role;

use super::Appearance;
use super::border::TITLE_FRAME;
use super::dialog::{Cell, Drawn, Scene};
use super::named::{self, Named};
use super::scrolled::{self, Line, WIDTH, columns};

/// Limit on the places changed by someone else that are named.
const NAMED: usize = 3;

impl Drawn for Review {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
    }

    fn named(&self, app: &App, appearance: &Appearance) -> Vec<Named> {
        named(self, app, appearance)
    }
}

/// The keys in the border.
fn named(shown: &Review, app: &App, appearance: &Appearance) -> Vec<Named> {
    let scroll = [(Action::Up, ""), (Action::Down, "scroll")];
    let scroll = scroll.into_iter().filter(|_| shown.overlay.is_long());
    let typed = app.unsaved_leaf().is_none_or(|unsaved| unsaved.leaf.edit != LeafEdit::Remove);
    let close = if typed { "keep editing" } else { "leave it" };
    // Changes that are not shown yet cannot be agreed to.
    let accept = shown.diff.is_some().then_some((Action::Accept, "save"));
    let named = scroll.chain(accept).chain([(Action::Close, close)]);
    let room = usize::from(app.layout().body.width.min(WIDTH)).saturating_sub(TITLE_FRAME);
    named::fit(named.collect(), Context::Review, room, app, appearance)
}

/// Draws the changes; the border names the keys that make the save or leave it.
fn draw(buf: &mut Buffer, body: Area, shown: &Review, app: &App, appearance: &Appearance) {
    let back = app.writes_back(&shown.set.store, &shown.set.key);
    let lines = lines(shown, back, columns(body), appearance);
    let titles = || {
        let inside = shown.inside.as_ref().map_or(String::new(), |inside| format!(" · {inside}"));
        let named = named(shown, app, appearance);
        let title = format!("Save {}{inside}", shown.set.key.named());
        (title, named::line(&named, Context::Review, app, appearance))
    };
    scrolled::draw(buf, body, &shown.overlay, &lines, titles, Role::BorderFocus, appearance);
}

fn lines(shown: &Review, back: bool, width: usize, appearance: &Appearance) -> Vec<Line> {
    let said = |text: &str, role| scrolled::said(text, role, width, appearance);
    let Some(diff) = &shown.diff else { return said("looking for what is changed…", Role::Dim) };
    let mut lines = vec![weights(diff, appearance)];
    if let Some(since) = since(shown) {
        lines.extend(said(&since, Role::Warning));
    }
    lines.push(Vec::new());
    lines.extend(changes(diff, width, appearance));
    if let Some(note) = &shown.note {
        lines.push(Vec::new());
        lines.extend(said(note, Role::Warning));
    }
    if back {
        lines.push(Vec::new());
        lines.extend(said(&format!("But {}.", words::WRITTEN_BACK), Role::Warning));
    }
    if let Some(words) = words::can_come_between(shown.comparison) {
        lines.push(Vec::new());
        lines.extend(said(words, Role::Dim));
    }
    lines
}

/// What is said of the version that the changes are shown against, where it is not the one that was read.
fn since(shown: &Review) -> Option<String> {
    if let Some(joined) = &shown.joined {
        let places: Vec<_> = joined.theirs_at.iter().take(NAMED).map(String::as_str).collect();
        let what = if places.is_empty() { "this".to_owned() } else { places.join(", ") };
        return Some(format!("Someone else changed {what} meanwhile: kept. Compared with that:"));
    }
    let why = shown.unread.as_ref()?;
    Some(format!("Compared with what was read; what is there now is not known: {why}"))
}

/// Size and content type before and after.
pub(super) fn weights(diff: &Diff, appearance: &Appearance) -> Line {
    let dim = appearance.style(Role::Dim);
    let kind = |kind: &ContentType| {
        let kind = kind.as_str();
        if kind.is_empty() { "no content type".to_owned() } else { kind.to_owned() }
    };
    let (Some(before), Some(after)) = (&diff.before, &diff.after) else {
        let only = diff.before.as_ref().or(diff.after.as_ref());
        let words = only.map(|(size, of)| format!("{}, {}", text::size(*size), kind(of)));
        return vec![(words.unwrap_or_default(), dim)];
    };
    let sizes = match (before.0, after.0) {
        (old, new) if text::size(old) != text::size(new) => {
            format!("{} → {}", text::size(old), text::size(new))
        }
        (old, new) if old != new => format!("{old} → {new} B"),
        (_, new) => text::size(new),
    };
    let inside = diff.inside.as_ref().map(|how| format!(", compared inside {how}"));
    let inside = inside.unwrap_or_default();
    if diff.is_retyped() {
        let types = format!("{} → {}", kind(&before.1), kind(&after.1));
        let types = (types, appearance.style(Role::Warning));
        return vec![(format!("{sizes}, "), dim), types, (inside, dim)];
    }
    vec![(format!("{sizes}, {}{inside}", kind(&after.1)), dim)]
}

/// The differences, a row each.
pub(super) fn changes(diff: &Diff, width: usize, appearance: &Appearance) -> Vec<Line> {
    let dim = appearance.style(Role::Dim);
    let mut lines: Vec<Line> = match &diff.body {
        DiffBody::Same if diff.inside.is_some() => {
            vec![vec![("Same content, packed in another way.".to_owned(), dim)]]
        }
        DiffBody::Same if diff.is_retyped() => {
            vec![vec![("Only the content type is changed.".to_owned(), dim)]]
        }
        DiffBody::Same => vec![vec![("Nothing is changed.".to_owned(), dim)]],
        DiffBody::Layout => {
            let words = "Only spacing or member order changes.";
            vec![vec![(words.to_owned(), dim)]]
        }
        DiffBody::Leaves(found) => {
            found.iter().flat_map(|change| leaf(change, width, appearance)).collect()
        }
        DiffBody::Lines(rows) => rows.iter().map(|found| row(found, appearance)).collect(),
        DiffBody::Ranges(found) => found
            .iter()
            .map(|range| {
                let hex = |(len, bytes): &(u64, Vec<u8>)| {
                    let shown: Vec<String> =
                        bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    let more = if *len > bytes.len() as u64 { "…" } else { "" };
                    format!("{}{more} ({})", shown.join(" "), text::size(*len))
                };
                let at = (format!("{:08x}  ", range.at), appearance.style(Role::Offset));
                let before = (hex(&range.before), appearance.style(Role::Danger));
                let after = (hex(&range.after), appearance.style(Role::Ok));
                let word = |text: &str| (text.to_owned(), dim);
                match (range.before.0, range.after.0) {
                    (_, 0) => vec![at, word("removed  "), before],
                    (0, _) => vec![at, word("added  "), after],
                    _ => vec![at, before, word(" → "), after],
                }
            })
            .collect(),
    };
    if diff.more > 0 {
        let more = format!("+ {} more", text::plural(diff.more as u64, "change"));
        lines.push(vec![(more, dim)]);
    }
    lines
}

/// A changed leaf on one row; or on three, if it is too long.
fn leaf(change: &LeafChange, width: usize, appearance: &Appearance) -> Vec<Line> {
    let dim = appearance.style(Role::Dim);
    let path = |gap: &str| (format!("{}{gap}", change.path), appearance.style(Role::JsonKey));
    let old = |text: &String| (text.clone(), appearance.style(Role::Danger));
    let new = |text: &String| (text.clone(), appearance.style(Role::Ok));
    let sign = |text: &str| (text.to_owned(), dim);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            if cells(&change.path) + cells(before) + cells(after) + 5 <= width {
                return vec![vec![path("  "), old(before), sign(" → "), new(after)]];
            }
            vec![vec![path("")], vec![sign("  - "), old(before)], vec![sign("  + "), new(after)]]
        }
        (Some(before), None) => vec![vec![path("  "), sign("removed  "), old(before)]],
        (None, Some(after)) => vec![vec![path("  "), sign("added  "), new(after)]],
        (None, None) => Vec::new(),
    }
}

/// A line of text, with the changed words marked.
fn row(row: &Row, appearance: &Appearance) -> Line {
    let dim = appearance.style(Role::Dim);
    let plain = |text: &str| text.trim_end_matches(['\n', '\r']).to_owned();
    match row {
        Row::Same(at, text) => vec![(format!("{at:>5}   {}", plain(text)), dim)],
        Row::Skipped(count) => {
            vec![(format!("    … {}", text::plural(*count as u64, "line")), dim)]
        }
        Row::Removed(at, text, marks) => {
            marked(&format!("{at:>5} - "), text, marks, appearance.style(Role::Danger), appearance)
        }
        Row::Added(at, text, marks) => {
            marked(&format!("{at:>5} + "), text, marks, appearance.style(Role::Ok), appearance)
        }
    }
}

fn marked(
    head: &str,
    text: &str,
    marks: &[Range<usize>],
    style: Style,
    appearance: &Appearance,
) -> Line {
    let mut line = vec![(head.to_owned(), style)];
    let end = text.trim_end_matches(['\n', '\r']).len();
    let mut at = 0;
    for mark in marks {
        let (from, to) = (mark.start.min(end), mark.end.min(end));
        line.push((text[at..from.max(at)].to_owned(), style));
        line.push((
            text[from.max(at)..to.max(at)].to_owned(),
            style.patch(appearance.style(Role::Match)),
        ));
        at = to.max(at);
    }
    line.push((text[at..end.max(at)].to_owned(), style));
    line
}
