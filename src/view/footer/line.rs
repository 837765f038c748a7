//! What stands beside a line to type: what its keys do, and what is wrong with it. What has no room there
//! stands in the border above it.

use crate::model::sort;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;

use crate::app::{App, Area, Hint, Prompt, PromptKind};
use crate::index::Filter;
use crate::keymap::{Action, Chord};
use crate::text::{beginning, cells, visible};
use crate::theme::Role;

use super::super::Appearance;
use super::super::paint::{put, put_over, put_right};
use super::{GAP, put_hints, shown, wide};

/// Columns by which a typed line can grow before it meets its hints.
const TO_TYPE: usize = 6;
/// Columns of the widest line: on a wide screen, what is said of it stands no farther from it.
const WIDEST: u16 = 120;
/// Columns of a border that a sentence in it leaves free: a corner, a line and a gap, on each side.
const FRAME: u16 = 6;

/// Draws hints, and a fault or notice, beside the line; gives the places of the hints' keys, with their words.
pub(super) fn finish(
    buf: &mut Buffer,
    area: Area,
    (app, line): (&App, &Prompt),
    (hints, notice): (&[Hint], Option<(String, Style)>),
    appearance: &Appearance,
) -> Vec<(Area, Chord)> {
    let row = Area { width: area.width.min(WIDEST), ..area };
    let fault = line.fault.as_ref();
    let fault = fault.map(|fault| (format!("! {fault}"), appearance.style(Role::Warning)));
    let text = shown(line, appearance);
    // Text behind the last column needs no room.
    let seen = beginning(&text, area.width.into());
    let typed = cells(&line.label(area.width.into())) + cells(&visible(seen)) + TO_TYPE;
    let order = in_order(hints);
    let enter = order.first().filter(|hint| hint.action == Action::Accept);
    let enter = enter.map_or(0, |hint| wide(hint, appearance));
    // What is to be said stands behind the line, where there is room for what Enter does, too.
    let mut said = fault.or(notice);
    let mut right = usize::from(row.width);
    let fits = |text: &str| typed + enter + cells(&visible(text)) < right;
    if let Some((text, style)) = said.take_if(|(text, _)| fits(text)) {
        let from = put_right(buf, row.x + row.width, row.y, row.width, &format!("{text} "), style);
        right = from.into();
    }
    let mut room = right.saturating_sub(typed);
    let (beside, above): (Vec<&Hint>, Vec<&Hint>) = order.into_iter().partition(|hint| {
        let left = room.checked_sub(wide(hint, appearance));
        room = left.unwrap_or(room);
        left.is_some()
    });
    let width: usize = beside.iter().map(|hint| wide(hint, appearance)).sum();
    let from = right.saturating_sub(width);
    say_signs(buf, area, line, from, appearance);
    let mut places = put_hints(buf, row, u16::try_from(from).unwrap_or(0), &beside, appearance);
    if area.y > 2 {
        match said {
            Some((text, style)) => in_border(buf, area, app, (&text, style), appearance),
            None => places.extend(above_line(buf, area, (app, line), &above, appearance)),
        }
    }
    places
}

/// The hints, from the most to the least needed: what Enter does, the way out, then the other forms of the line.
fn in_order(hints: &[Hint]) -> Vec<&Hint> {
    let rank = |hint: &&Hint| match hint.action {
        Action::Accept => 0,
        Action::Cancel => 1,
        _ => 2,
    };
    let mut order: Vec<_> = hints.iter().collect();
    sort::sort_by_key(&mut order, |hint| rank(hint));
    order
}

/// Writes the hints that have room, each whole, into the border above the line; gives their places.
fn above_line(
    buf: &mut Buffer,
    area: Area,
    (app, line): (&App, &Prompt),
    hints: &[&Hint],
    appearance: &Appearance,
) -> Vec<(Area, Chord)> {
    let mut room = usize::from(area.width.saturating_sub(FRAME));
    let is_needed = |hint: &&&Hint| match hint.action {
        // The border names the value that is being changed.
        Action::Cancel => !line.kind.changes_leaf(),
        Action::Stage => false,
        _ => true,
    };
    let fits = |hint: &&&Hint| {
        let left = room.checked_sub(wide(hint, appearance) - GAP);
        room = left.map_or(room, |left| left.saturating_sub(GAP));
        left.is_some()
    };
    let shown: Vec<&Hint> = hints.iter().filter(is_needed).filter(fits).copied().collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let width = shown.iter().map(|hint| wide(hint, appearance)).sum::<usize>() - GAP;
    in_border(buf, area, app, (&" ".repeat(width), Style::new()), appearance);
    let x = (area.x + area.width).saturating_sub(width as u16 + 3);
    put_hints(buf, Area { y: area.y - 1, ..area }, x, &shown, appearance)
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
