//! Two values, and the difference between them.

use crate::app::layers::CompareView;
use crate::app::{App, Area, Overlay, Side};
use crate::edit::DiffBody;
use crate::keymap::Context;
use crate::theme::Role;

use super::Appearance;
use super::dialog::{Cell, Drawn, Scene};
use super::named;
use super::review::{changes, weights};
use super::scrolled::{self, Line, columns};

/// Height below which there is little room, in rows.
const LOW: u16 = 14;

impl Drawn for CompareView {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        let lines = lines(self, body, columns(body), appearance);
        let titles = || ("Compare".to_owned(), named(self, app, appearance));
        scrolled::draw(buf, body, &self.overlay, &lines, titles, Role::BorderFocus, appearance);
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        Some(&self.overlay)
    }
}

fn named(shown: &CompareView, app: &App, appearance: &Appearance) -> String {
    let named = named::overlay(shown.overlay.is_long());
    named::line(&named, Context::Overlay, app, appearance)
}

fn lines(shown: &CompareView, body: Area, width: usize, appearance: &Appearance) -> Vec<Line> {
    let said = |text: &str, role| scrolled::said(text, role, width, appearance);
    let [from, to] = shown.sides.each_ref().map(Side::named);
    let mut lines = said(&format!("From {from} to {to}"), Role::Text);
    let diff = match &shown.found {
        Some(Ok(diff)) => diff,
        Some(Err(why)) => {
            lines.extend(said(&why.to_string(), Role::Danger));
            return lines;
        }
        None => {
            lines.extend(said("looking for what is different…", Role::Dim));
            return lines;
        }
    };
    lines.push(weights(diff, appearance));
    if body.height >= LOW {
        lines.push(Vec::new());
    }
    let words = match &diff.body {
        DiffBody::Same if diff.inside.is_some() => "Same content, packed in another way.",
        DiffBody::Same if diff.is_retyped() => "Same values, different content types.",
        DiffBody::Same => "The values are the same.",
        DiffBody::Layout => "Only spacing or member order differs.",
        DiffBody::Leaves(_) | DiffBody::Lines(_) | DiffBody::Ranges(_) => {
            lines.extend(changes(diff, width, appearance));
            return lines;
        }
    };
    lines.extend(said(words, Role::Dim));
    lines
}
