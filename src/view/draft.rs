//! A draft that was found, and its difference from what is there.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, DraftView, Overlay};
use crate::edit::LeafEdit;
use crate::edit::draft::Draft;
use crate::keymap::{Action, Context};
use crate::text::{self, cells};
use crate::theme::Role;

use super::Appearance;
use super::border::TITLE_FRAME;
use super::dialog::{Cell, Drawn, Scene};
use super::named::{self, Named};
use super::review::{changes, weights};
use super::scrolled::{self, Line, WIDTH, columns};

/// Height below which there is little room, in rows.
const LOW: u16 = 14;

impl Drawn for DraftView {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
    }

    fn named(&self, app: &App, appearance: &Appearance) -> Vec<Named> {
        named(app, appearance)
    }
}

/// The keys in the border, the chief ones first.
fn named(app: &App, appearance: &Appearance) -> Vec<Named> {
    let actions = [Action::Accept, Action::Delete, Action::NewRecord, Action::SaveValue];
    let named = |words: [&'static str; 4]| actions.into_iter().zip(words).collect::<Vec<_>>();
    let long = named(["go on", "discard", "as new", "to a file"]);
    let width = usize::from(app.layout().body.width.min(WIDTH));
    let line = named::line(&long, Context::Draft, app, appearance);
    let room = width.saturating_sub(TITLE_FRAME);
    if cells(&line) > room {
        // What has no room in the border stands in the footer.
        let mut short = named(["edit", "discard", "new", "file"]);
        while cells(&named::line(&short, Context::Draft, app, appearance)) > room {
            if short.pop().is_none() {
                break;
            }
        }
        short
    } else {
        long
    }
}

/// Draws the draft; the border names the keys that answer it.
fn draw(buf: &mut Buffer, body: Area, shown: &DraftView, app: &App, appearance: &Appearance) {
    let lines = lines(shown, columns(body), app, appearance);
    let titles = || {
        let head = &shown.draft.head;
        let title = if head.is_new {
            "A draft of a new record".to_owned()
        } else {
            format!("A draft of {}", head.key.named())
        };
        (title, named::line(&named(app, appearance), Context::Draft, app, appearance))
    };
    scrolled::draw(buf, body, &shown.overlay, &lines, titles, Role::Warning, appearance);
}

fn lines(shown: &DraftView, width: usize, app: &App, appearance: &Appearance) -> Vec<Line> {
    let said = |text: &str, role| scrolled::said(text, role, width, appearance);
    let head = &shown.draft.head;
    let age = match &*text::ago(head.at.micros(), app.now.micros()) {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    };
    let place = if head.place.is_empty() { String::new() } else { format!(", on {}", head.place) };
    // On a small screen, less is said of the change, so that the change itself is seen.
    let low = app.layout().body.height < LOW;
    let merges = if low { "" } else { " Going on merges the two." };
    let stored = if low {
        ""
    } else if shown.is_not_stored() {
        ", and not stored"
    } else {
        "; whether it was stored is not known"
    };
    let mut lines = said(&format!("Typed {age}{place}{stored}."), Role::Text);
    if shown.is_gone() {
        lines.extend(said("The record is not there any more.", Role::Warning));
    } else if shown.is_outrun {
        let words = format!("The record was changed since it was read.{merges}");
        lines.extend(said(&words, Role::Warning));
    } else if shown.is_taken == Some(true) {
        lines.extend(said("There is a record of this key now.", Role::Warning));
    }
    let Some(diff) = &shown.diff else {
        lines.extend(said("comparing it with what is there now…", Role::Dim));
        return lines;
    };
    let part = part(&shown.draft);
    let compared = match &part {
        Some((part, true)) => format!("{part}, compared with what is there now:"),
        Some((part, false)) => format!("{part}, compared with what was read:"),
        None => {
            let so_far = if shown.is_laid_out { "It is no JSON so far. " } else { "" };
            let other = if shown.is_gone() { "what was read" } else { "what is there now" };
            let laid_out = if shown.is_laid_out { ", laid out" } else { "" };
            format!("{so_far}Compared with {other}{laid_out}:")
        }
    };
    let weights = (!shown.is_laid_out).then(|| weights(diff, appearance));
    if low {
        lines.extend(part.iter().flat_map(|(part, _)| said(part, Role::Dim)));
        lines.extend(changes(diff, width, appearance));
        lines.extend(weights);
        return lines;
    }
    lines.extend(said(&compared, Role::Dim));
    lines.extend(weights);
    lines.extend(changes(diff, width, appearance));
    lines
}

/// The part of the record that a draft is of, if it is not of the whole, and whether it is compared with what
/// is there now.
fn part(draft: &Draft) -> Option<(String, bool)> {
    if let Some(inner) = &draft.opened {
        return Some((format!("In {}", inner.title()), false));
    }
    let leaf = draft.leaf.as_ref()?;
    let path = leaf.path();
    let part = match &leaf.edit {
        LeafEdit::Value(_) => format!("The value of {path}"),
        LeafEdit::Key(_) => format!("The name of {path}"),
        LeafEdit::Add(_) => format!("Added at {path}"),
        LeafEdit::Remove => format!("Without {path}"),
    };
    let sound = leaf.made().is_ok();
    Some((if sound { part } else { format!("{part}, as far as it was typed") }, sound))
}
