//! The editor, over all panes.

mod hex_rows;
mod text_rows;

use ratatui::buffer::Buffer;

use crate::app::Area;
use crate::app::editor::{Content, Editor, Field};
use crate::text;
use crate::text::{cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::paint::{put, put_over};

/// Width of a field's label, in columns.
const LABEL: u16 = 14;

/// The title: what is edited, and in which store. With little room, the store is left out first, then the
/// middle of what is edited; the mark of a change stays.
fn title(editor: &Editor, changed: &str, room: usize) -> String {
    let store = editor.store.escaped();
    let (what, name) = match &editor.original {
        Some(original) => {
            let key = original.meta.key.escaped();
            let inner = editor.inner.as_ref().map(|inner| &inner.value);
            let inside = inner.map(|inner| visible(&inner.title()).into_owned());
            let at = inside.as_ref().map_or_else(String::new, |inside| format!(" · {inside}"));
            let long = format!("Edit {store} · {key}{at}{changed}");
            if cells(&visible(&long)) <= room {
                return long;
            }
            // With little room, the place of a value in the record is told, and not how it is packed.
            let all = inside.filter(|inside| cells(inside) + cells(changed) + 5 <= room);
            ("Edit", all.or_else(|| Some(inner?.short_title())).unwrap_or(key))
        }
        None => ("New record in", store),
    };
    let rest = room.saturating_sub(cells(what) + 1 + cells(changed));
    format!("{what} {}{changed}", text::fit_middle(&visible(&name), rest))
}

/// Draws the editor; gives the cell of the cursor. `warning`: about what others do to the record, in a long
/// and a short form.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Area,
    editor: &Editor,
    warning: Option<[&str; 2]>,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let changed = if editor.is_changed() { " · not saved" } else { "" };
    let room = usize::from(area.width).saturating_sub(TITLE_FRAME);
    let title = title(editor, changed, room);
    let bottom = match (editor.is_busy(), editor.outside) {
        (true, _) if editor.working().is_some() => editor.working().unwrap_or_default().to_owned(),
        (true, _) if editor.is_preparing() => "preparing the save…".to_owned(),
        (true, _) => "saving…".to_owned(),
        (_, true) => "in the other editor…".to_owned(),
        _ => match editor.replaced() {
            Some(0) => "replace this one?".to_owned(),
            Some(count) => format!("{count} replaced · replace this one too?"),
            None => position(editor),
        },
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
    let kind = if editor.inner.is_some() { "inside" } else { "content type" };
    let fields = [
        (Field::Key, "key", &editor.key, editor.original.is_none()),
        (Field::ContentType, kind, &editor.content_type, editor.inner.is_none()),
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
    if let Some(warning) = warning {
        let [long, short] = warning.map(|words| format!(" {words} "));
        let warning = if cells(&long) <= usize::from(inner.width) { long } else { short };
        let width = inner.width.min(u16::try_from(cells(&warning)).unwrap_or(inner.width));
        put_over(buf, inner.x, inner.y + 2, width, &warning, appearance.style(Role::Warning));
    }
    let height = inner.height - 3;
    let mut value = Area { x, y: inner.y + 3, width, height };
    if let Some(fault) = &editor.fault {
        let mut lines = text::wrap(fault, usize::from(width));
        let rows =
            u16::try_from(lines.len()).unwrap_or(1).min(value.height.saturating_sub(1)).min(3);
        if usize::from(rows) < lines.len() {
            lines.truncate(rows.into());
            if let Some(last) = lines.last_mut() {
                *last = text::fit(&format!("{last}…"), width.into()).into_owned();
            }
        }
        value.height -= rows;
        // Below a short text, the sentence follows at once.
        let y = value.y + text_rows::used(value, editor);
        for (line, y) in lines.iter().zip(y..y + rows) {
            put(buf, x, y, width, line, appearance.style(Role::Danger));
        }
    }
    let in_value = match &editor.value {
        Content::Text(_) => text_rows::draw(buf, value, height, editor, appearance),
        Content::Hex(_) => hex_rows::draw(buf, value, editor, appearance),
        Content::Bytes(bytes) => {
            let size = text::size(bytes.len() as u64);
            let words = format!("{size}: too large here, only $EDITOR edits it");
            put(buf, value.x, value.y, value.width, &words, appearance.style(Role::Dim));
            None
        }
    };
    if editor.field == Field::Value { in_value } else { cursor }
}

fn position(editor: &Editor) -> String {
    if editor.field != Field::Value {
        return String::new();
    }
    if let Some(edit) = editor.value.hex() {
        let insert = if edit.inserts { "insert · " } else { "" };
        let (at, len) = (edit.cursor() as u64, edit.document().len() as u64);
        return format!("{insert}{} of {} · {at:#x}", text::count(at), text::plural(len, "byte"));
    }
    let Some(text) = editor.value.text() else { return String::new() };
    let (row, column) = text.position();
    let charset = editor.charset;
    let stored =
        if charset.is_plain() { String::new() } else { format!("{} · ", charset.words()) };
    format!(
        "{stored}line {} of {}, column {}",
        text::count(row as u64 + 1),
        text::count(text.document().lines() as u64),
        text::count(column as u64 + 1)
    )
}

/// The part of a line's visible text that is `width` cells wide, after the first `left` cells.
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
