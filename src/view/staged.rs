//! The changes of all staged edits, as one text.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Overlay, StagedDiff};
use crate::keymap::{Action, Context};
use crate::ops::words;
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::border::TITLE_FRAME;
use super::dialog::{Cell, Drawn, Scene};
use super::named::{self, Named};
use super::review::{changes, weights};
use super::scrolled::{self, Line, WIDTH, columns};

impl Drawn for StagedDiff {
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
fn named(shown: &StagedDiff, app: &App, appearance: &Appearance) -> Vec<Named> {
    let scroll = if shown.overlay.is_long() { named::scroll() } else { Vec::new() };
    // Changes that are not shown yet cannot be agreed to.
    let accept = shown.is_compared().then_some((Action::Accept, "save"));
    let named = scroll.into_iter().chain(accept).chain([(Action::Close, "close")]);
    let room = usize::from(app.layout().body.width.min(WIDTH)).saturating_sub(TITLE_FRAME);
    named::fit(named.collect(), Context::Review, room, app, appearance)
}

/// Draws the changes, one record below the other.
fn draw(buf: &mut Buffer, body: Area, shown: &StagedDiff, app: &App, appearance: &Appearance) {
    let lines = lines(shown, columns(body), app, appearance);
    let titles = || {
        let named = named(shown, app, appearance);
        let all = shown.parts.len();
        let stay = shown.parts.iter().filter(|part| part.since.is_some()).count();
        let of = if stay > 0 { format!("{} of ", all - stay) } else { String::new() };
        let title = format!("Save {of}{}", text::plural(all as u64, "staged edit"));
        (title, named::line(&named, Context::Review, app, appearance))
    };
    scrolled::draw(buf, body, &shown.overlay, &lines, titles, Role::BorderFocus, appearance);
}

fn lines(shown: &StagedDiff, width: usize, app: &App, appearance: &Appearance) -> Vec<Line> {
    let said = |text: &str, role| scrolled::said(text, role, width, appearance);
    let dim = appearance.style(Role::Dim);
    let mut lines = Vec::new();
    for part in &shown.parts {
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        let place = format!(" in {}  ", part.store.escaped());
        let mut head = vec![(part.key.named(), appearance.style(Role::Title)), (place, dim)];
        let Some(diff) = &part.diff else {
            head.push(("looking for what is changed…".to_owned(), dim));
            lines.push(head);
            continue;
        };
        head.extend(weights(diff, appearance));
        lines.push(head);
        if let Some(since) = part.since {
            let words = format!("{since} by someone else: stays staged");
            lines.extend(said(&words, Role::Warning));
        }
        if part.is_merged {
            let words = "merged with a change by someone else";
            lines.extend(said(words, Role::Dim));
        }
        if app.writes_back(&part.store, &part.key) {
            lines.extend(said(words::WRITTEN_BACK, Role::Warning));
        }
        lines.extend(changes(diff, width, appearance));
    }
    if let Some(words) = words::can_come_between(shown.comparison) {
        lines.push(Vec::new());
        lines.extend(said(words, Role::Dim));
    }
    lines
}
