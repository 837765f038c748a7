//! The help: in columns where there is room, with the rows under the heads of their sections.

use crate::app::{App, Area, Item, Menu, MenuRow};
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::super::Appearance;
use super::super::dialog::{Cell, Scene};
use super::super::paint::{light, marker, put};
use super::{bottom, frame, impossible, labels, place, put_words};

/// Least width of the screen for each column of the help, in columns.
const COLUMN: u16 = 54;
/// Width of the keys, with a gap behind them, and their width where there is little room, in columns.
const KEYS: (u16, u16) = (16, 10);

/// A line of a column.
enum Line<'a> {
    Head(&'static str),
    Row(Part<'a>),
    Gap,
}

/// One of the lines of a row.
struct Part<'a> {
    at: usize,
    row: &'a MenuRow,
    keys: String,
    words: String,
    /// The byte of the row's words at which these begin.
    start: usize,
}

/// The columns, and how they share the width.
struct Columns {
    count: usize,
    width: u16,
    height: usize,
    keys: u16,
}

/// Draws the help over everything; gives the cell of the cursor while something is typed.
pub(super) fn draw(scene: Scene<'_>, menu: &Menu) -> Option<Cell> {
    let Scene { buf, body, app, appearance } = scene;
    let lines_of_all = usize::from(body.height.saturating_sub(2)) * usize::from(columns_of(body));
    let title = format!("What can be done{}", place(menu, lines_of_all));
    let (inner, cursor) = frame(buf, body, (&title, bottom(menu, body)), menu, appearance);
    let count = columns_of(body);
    let width = inner.width / count;
    let columns = Columns {
        count: count.into(),
        width,
        height: usize::from(inner.height.max(1)),
        keys: if width < COLUMN { KEYS.1 } else { KEYS.0 },
    };
    let (lines, places) = lines(menu, &columns, app, appearance);
    let is_current = |line: &Line<'_>| matches!(line, Line::Row(part) if part.at == menu.at());
    let first = lines.iter().position(is_current).unwrap_or(0);
    let end = lines.iter().rposition(is_current).map_or(0, |last| last + 1);
    menu.places.measure(places, columns.height, columns.count);
    let top = menu.places.window(first, end, lines.len());
    if lines.is_empty() {
        let style = appearance.style(Role::Dim);
        put(buf, inner.x + 1, inner.y, inner.width.saturating_sub(2), "no matches", style);
    }
    let mut letters = menu.letters();
    let page = columns.height * columns.count;
    for (at, line) in lines.iter().skip(top).take(page).enumerate() {
        let offset = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
        let x = inner.x + offset(at / columns.height) * width;
        let y = inner.y + offset(at % columns.height);
        let area = Area { x, y, width, height: 1 };
        let room = width.saturating_sub(2);
        let part = match line {
            Line::Gap => continue,
            Line::Head(title) => {
                put(buf, x + 1, y, room, title, appearance.style(Role::Header));
                continue;
            }
            Line::Row(part) => part,
        };
        menu.places.draw((x, y), width, part.at);
        let role = |role| if part.row.why.is_some() { Role::Dim } else { role };
        put(buf, x + 1, y, columns.keys, &part.keys, appearance.style(role(Role::KeyHint)));
        if part.row.why.is_some() && !part.keys.is_empty() {
            impossible(buf, area, appearance);
        }
        if part.at == menu.at() {
            marker(buf, area, true, appearance);
            light(buf, area, appearance.style(Role::Cursor));
        }
        let shown = visible(&part.row.text);
        let lit: Vec<_> = letters.iter_mut().flat_map(|word| word.find(&shown)).collect();
        let area =
            Area { x: x + 1 + columns.keys, width: room.saturating_sub(columns.keys), ..area };
        // Dim text on the background of the cursor is hard to read; the border says that the row cannot be
        // run.
        let words = if part.at == menu.at() { Role::Text } else { role(Role::Text) };
        put_words(buf, area, &part.words, part.start, &lit, words, appearance);
    }
    cursor
}

/// Number of columns of the help on a screen of this width.
fn columns_of(body: Area) -> u16 {
    (body.inner().width / COLUMN).clamp(1, 3)
}

/// The lines of the rows under the heads of their sections, and the first line of each row.
fn lines<'a>(
    menu: &'a Menu,
    columns: &Columns,
    app: &App,
    appearance: &Appearance,
) -> (Vec<Line<'a>>, Vec<usize>) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut places = Vec::new();
    let mut section = "";
    for (at, row) in menu.shown().enumerate() {
        let parts = parts(at, row, columns, app, appearance);
        let head = row.section != section;
        let gap = head && !lines.is_empty();
        let needed = parts.len() + usize::from(head) + usize::from(gap);
        let used = lines.len() % columns.height;
        // A head stands in one column with its first row, and no row continues in the next column.
        let breaks = columns.count > 1 && used > 0 && used + needed > columns.height;
        let gaps = if breaks { columns.height - used } else { usize::from(gap) };
        // A column does not begin with a gap.
        let gaps = if columns.count > 1 && used == 0 { 0 } else { gaps };
        lines.extend((0..gaps).map(|_| Line::Gap));
        if head {
            section = row.section;
            lines.push(Line::Head(section));
        }
        places.push(lines.len());
        lines.extend(parts.into_iter().map(Line::Row));
    }
    (lines, places)
}

/// The lines of a row, as many as its keys and its words need.
fn parts<'a>(
    at: usize,
    row: &'a MenuRow,
    columns: &Columns,
    app: &App,
    appearance: &Appearance,
) -> Vec<Part<'a>> {
    let room = columns.width.saturating_sub(columns.keys + 2);
    let shown = visible(&row.text);
    let mut keys = beside(&labels(row, app, appearance), usize::from(columns.keys - 1)).into_iter();
    // With little room, only the first clause of the words is shown.
    let said = match row.item {
        Item::Act(context, action) if columns.width < COLUMN => action.clause_in(context),
        _ => &row.text,
    };
    let mut words = text::wrap(said, room.into()).into_iter();
    let (mut parts, mut end) = (Vec::new(), 0);
    loop {
        let (keys, words) = (keys.next(), words.next());
        if keys.is_none() && words.is_none() {
            return parts;
        }
        let words = words.unwrap_or_default();
        let start = shown.get(end..).and_then(|rest| rest.find(&words)).map_or(end, |at| end + at);
        end = start + words.len();
        parts.push(Part { at, row, keys: keys.unwrap_or_default(), words, start });
    }
}

/// Lines of keys side by side.
fn beside(labels: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for label in labels {
        match lines.last_mut() {
            Some(line) if cells(line) + 2 + cells(label) <= width => {
                line.push_str("  ");
                line.push_str(label);
            }
            _ => lines.push(label.clone()),
        }
    }
    lines
}
