//! The bytes of a value being edited: offset, hexadecimal digits, characters, and possible meanings.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use crate::app::Area;
use crate::app::editor::{Editor, hex_place};
use crate::edit::{Column, HexEdit, readings};
use crate::preview;
use crate::text::cells;
use crate::theme::Role;

use super::super::Appearance;
use super::super::paint::put;
use super::super::record::part_style;

/// Width of an offset, with the gap behind it, in columns.
const OFFSET: u16 = 10;

/// Draws the rows on the screen; gives the cell of the cursor.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Area,
    editor: &Editor,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let edit = editor.value.hex()?;
    let place = hex_place((usize::from(area.height), usize::from(area.width)));
    let own = edit.cursor() / place.row;
    // A fault takes rows from the value, so that the window may have to move for the cursor.
    let top = (editor.scroll.offset / place.row).max((own + 1).saturating_sub(place.height));
    let last = edit.document().len() / place.row;
    let mut cursor = None;
    let rows = u16::try_from(place.height).unwrap_or(area.height);
    for (row, y) in (top..=last).zip(area.y..area.y + rows) {
        let at = self::row(buf, area, y, row * place.row, place.row, edit, appearance);
        cursor = cursor.or(at);
    }
    let (inspector, y) = (u16::try_from(place.inspector).unwrap_or(0), area.y + rows);
    let rest = Area { y, height: inspector, ..area };
    inspect(buf, rest, edit, appearance);
    cursor
}

/// Draws the row from an offset on; gives the cell of the cursor, if it is in this row.
fn row(
    buf: &mut Buffer,
    area: Area,
    y: u16,
    offset: usize,
    count: usize,
    edit: &HexEdit,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let part = |role| part_style(role, appearance);
    let right = area.x + area.width;
    put(buf, area.x, y, area.width, &format!("{offset:08x}"), part(preview::Role::Offset));
    let bytes = edit.document().read(offset..offset + count);
    let selected = edit.selection().unwrap_or(0..0);
    let style = |at: usize, usual: Style| {
        if selected.contains(&at) { appearance.style(Role::Selection) } else { usual }
    };
    let wide = |at: usize| u16::try_from(3 * at + usize::from(at > 7 && count > 8)).unwrap_or(0);
    let text = area.x + OFFSET + wide(count - 1) + 4;
    let mut cursor = None;
    put(buf, text, y, 1, "|", part(preview::Role::Dim));
    for at in 0..count {
        let x = area.x + OFFSET + wide(at);
        let column = text + 1 + u16::try_from(at).unwrap_or(0);
        let here = offset + at == edit.cursor();
        let half = edit.half().filter(|_| here);
        if let Some(&byte) = bytes.get(at) {
            let usual = part(preview::Role::Hex);
            put(
                buf,
                x,
                y,
                right.saturating_sub(x),
                &format!("{byte:02x}"),
                style(offset + at, usual),
            );
            let shown = matches!(byte, b' '..=b'~');
            let (c, role) = if shown {
                (char::from(byte), preview::Role::Ascii)
            } else {
                ('.', preview::Role::Dim)
            };
            let own = style(offset + at, part(role));
            put(buf, column, y, right.saturating_sub(column), c.encode_utf8(&mut [0; 4]), own);
        }
        if let Some(half) = half {
            let typed = appearance.style(Role::Warning).add_modifier(Modifier::UNDERLINED);
            put(buf, x, y, right.saturating_sub(x), &format!("{half:x}_"), typed);
        }
        if here {
            let shift = u16::from(half.is_some());
            let x = if edit.column == Column::Hex { x + shift } else { column };
            cursor = (x < right).then_some((x, y));
        }
    }
    let end = text + 1 + u16::try_from(bytes.len()).unwrap_or(0);
    put(buf, end, y, right.saturating_sub(end).min(1), "|", part(preview::Role::Dim));
    cursor
}

/// Shows what the bytes at the cursor could mean, in as many readings as have room.
fn inspect(buf: &mut Buffer, area: Area, edit: &HexEdit, appearance: &Appearance) {
    let (mut x, mut y) = (area.x, area.y);
    // The last kind that was shown; `be` is the other byte order of it.
    let mut kind = "";
    for reading in readings(edit.document(), edit.cursor()) {
        let mut name = format!("{} ", reading.name);
        let value = cells(&reading.value);
        let width = |name: &str| u16::try_from(cells(name) + value).unwrap_or(u16::MAX);
        kind = reading.name.split_once(' ').map_or(kind, |(kind, _)| kind);
        if x > area.x && x.saturating_add(width(&name)) > area.x + area.width {
            (x, y) = (area.x, y + 1);
            if reading.name == "be" {
                name.insert_str(0, &format!("{kind} "));
            }
        }
        if y >= area.y + area.height {
            return;
        }
        let right = area.x + area.width;
        x += put(buf, x, y, right - x, &name, appearance.style(Role::Dim));
        let room = right.saturating_sub(x);
        x += super::super::paint::draw(
            buf,
            x,
            y,
            room,
            &reading.value,
            appearance.style(Role::Text),
        );
        x += 2;
    }
}
