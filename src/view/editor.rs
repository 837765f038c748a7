//! The editor, over all panes.

use ratatui::buffer::Buffer;
use ratatui_textarea::TextArea;

use crate::app::Area;
use crate::app::editor::{Content, Editor, Field};
use crate::text;
use crate::text::{cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::paint::put;

/// Columns of a field's label.
const LABEL: u16 = 14;

/// Draws the editor; gives the cursor's cell.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Area,
    editor: &Editor,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let what = if editor.original.is_some() { "Edit" } else { "New record in" };
    let changed = if editor.is_changed() { " · changed" } else { "" };
    let title = format!("{what} {}{changed}", editor.store.escaped());
    let bottom = match (editor.saving.is_some(), editor.outside) {
        (true, _) => "saving…".to_owned(),
        (_, true) => "in the other editor…".to_owned(),
        _ => position(editor),
    };
    let (border, style) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &Titles { top: &title, bottom: &bottom }, appearance, border, style);
    let inner = area.inner();
    if inner.height < 3 {
        return None;
    }
    let x = inner.x + 1;
    let width = inner.width.saturating_sub(2);
    let mut cursor = None;
    let fields = [
        (Field::Key, "key", &editor.key, editor.original.is_none()),
        (Field::ContentType, "content type", &editor.content_type, true),
    ];
    for (row, (field, label, input, editable)) in fields.into_iter().enumerate() {
        let y = inner.y + u16::try_from(row).unwrap_or(0);
        let focused = editor.field == field;
        let style = appearance.style(if focused { Role::Title } else { Role::Dim });
        put(buf, x, y, LABEL, label, style);
        let style = appearance.style(if editable { Role::Text } else { Role::Dim });
        let before: String = input.text().chars().take(input.cursor()).collect();
        let room = width.saturating_sub(LABEL + 1);
        let left = cells(&visible(&before)).saturating_sub(usize::from(room));
        let shown = if focused {
            part(input.text(), left, room.into())
        } else {
            visible(input.text()).into_owned()
        };
        put(buf, x + LABEL, y, room, &shown, style);
        if focused {
            let column = cells(&visible(&before)) - left;
            cursor = Some((x + LABEL + u16::try_from(column).unwrap_or(room), y));
        }
    }
    let rule = appearance.symbols.border.horizontal_top.repeat(usize::from(inner.width));
    put(buf, inner.x, inner.y + 2, inner.width, &rule, appearance.style(Role::Border));
    let mut value = Area { x, y: inner.y + 3, width, height: inner.height - 3 };
    if let Some(fault) = &editor.fault {
        let lines = text::wrap(fault, usize::from(width));
        let rows =
            u16::try_from(lines.len()).unwrap_or(1).min(value.height.saturating_sub(1)).min(3);
        let y = value.y + value.height - rows;
        for (line, y) in lines.iter().zip(y..y + rows) {
            put(buf, x, y, width, line, appearance.style(Role::Danger));
        }
        value.height -= rows;
    }
    let in_value = match &editor.value {
        Content::Text(text, _) => self::text(buf, value, text, editor, appearance),
        Content::Bytes(bytes) => {
            let size = text::size(bytes.len() as u64);
            let words = format!("{size} that are not text: only $EDITOR can change them");
            put(buf, value.x, value.y, value.width, &words, appearance.style(Role::Dim));
            None
        }
    };
    if editor.field == Field::Value { in_value } else { cursor }
}

fn position(editor: &Editor) -> String {
    let Some(text) = editor.value.text() else { return String::new() };
    let ratatui_textarea::DataCursor(row, column) = text.cursor();
    let charset = editor.charset;
    let stored =
        if charset.is_plain() { String::new() } else { format!("{} · ", charset.words()) };
    format!(
        "{stored}{}:{} of {}",
        text::count(row as u64 + 1),
        text::count(column as u64 + 1),
        text::plural(text.lines().len() as u64, "line")
    )
}

/// Draws the lines on the screen; gives the cursor's cell.
fn text(
    buf: &mut Buffer,
    area: Area,
    text: &TextArea<'static>,
    editor: &Editor,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let (top, left) = editor.scroll;
    // A fault takes rows from the value, so the cursor may need another one.
    let row = text.cursor().0;
    let top = top.max((row + 1).saturating_sub(usize::from(area.height))).min(row.max(top));
    let selected = text.selection_range();
    for (at, y) in (top..text.lines().len()).zip(area.y..area.y + area.height) {
        let line = &text.lines()[at];
        let shown = part(line, left, area.width.into());
        put(buf, area.x, y, area.width, &shown, appearance.style(Role::Text));
        if let Some((from, to)) = selected {
            let chars = line.chars().count();
            // Columns at which the selection enters and leaves this line.
            let from = if at == from.0 { from.1 } else { chars * usize::from(at < from.0) };
            let to = if at == to.0 { to.1 } else { chars * usize::from(at < to.0) };
            if from < to {
                highlight(buf, area, y, line, (from, to), left, appearance);
            }
        }
    }
    let (row, column) = editor.cursor_cell()?;
    let y = area.y + u16::try_from(row.checked_sub(top)?).ok()?;
    let x = area.x + u16::try_from(column.checked_sub(left)?).ok()?;
    (y < area.y + area.height).then_some((x, y))
}

fn highlight(
    buf: &mut Buffer,
    area: Area,
    y: u16,
    line: &str,
    (from, to): (usize, usize),
    left: usize,
    appearance: &Appearance,
) {
    let width = |count: usize| {
        cells(&visible(&line.chars().take(count).collect::<String>())).saturating_sub(left)
    };
    let (from, to) = (width(from), width(to).min(usize::from(area.width)));
    for x in from..to {
        if let Some(cell) = u16::try_from(x).ok().and_then(|x| buf.cell_mut((area.x + x, y))) {
            cell.set_style(appearance.style(Role::Selection));
        }
    }
}

/// Of a line's visible text, `width` cells after the first `left`.
fn part(line: &str, left: usize, width: usize) -> String {
    if line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return line.get(left..).unwrap_or("").chars().take(width).collect();
    }
    let mut used = 0;
    let mut out = String::new();
    for c in line.chars() {
        if used >= left + width {
            break;
        }
        let shown = visible(c.encode_utf8(&mut [0; 4])).into_owned();
        if used >= left {
            out.push_str(&shown);
        }
        used += cells(&shown);
    }
    out
}
