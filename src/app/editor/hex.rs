//! Binary values under keys: where the bytes are on the screen, and what keys and actions do in them.

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::edit::{Column, Motion};
use crate::keymap::Action;
use crate::model::Timestamp;

use super::super::Area;
use super::super::ctx::Ctx;
use super::super::event::Effect;
use super::super::notice::Notice;
use super::super::question::PromptKind;
use super::super::working::Work;
use super::{Editor, Field};

/// Rows that tell what the bytes at the cursor would mean, where there is room.
const INSPECTOR: usize = 3;

/// Limit on the copied bytes that are spelled for the terminal's clipboard, in bytes.
const MOST_SPELLED: usize = 1 << 20;

/// Where bytes stand in their part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HexPlace {
    /// Bytes in a row.
    pub row: usize,
    /// Rows of bytes.
    pub height: usize,
    /// Rows that tell what the bytes at the cursor would mean.
    pub inspector: usize,
}

/// The layout of bytes in a part of the screen with this many rows and columns.
pub fn hex_place((height, columns): (usize, usize)) -> HexPlace {
    // Offset, two spaces, three cells a byte, a gap after eight, and the characters in bars.
    let takes = |row: usize| 8 + 2 + 3 * row + row / 16 + 1 + 2 + row;
    let row = [16, 8].into_iter().find(|&row| takes(row) <= columns).unwrap_or(4);
    let inspector = match height {
        0..4 => 0,
        4..10 => 1,
        _ => INSPECTOR,
    };
    HexPlace { row, height: height - inspector, inspector }
}

impl Editor {
    /// Takes a key for the bytes of the value; tells whether it was one for them.
    pub(super) fn hex_key(&mut self, key: KeyEvent, body: Area, now: Timestamp) -> bool {
        let place = hex_place(Self::value_size(body));
        let Some(edit) = self.value.hex_mut() else { return false };
        let ctrl = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let page = place.height.saturating_sub(1).max(1);
        let motion = match key.code {
            KeyCode::Left if ctrl => Motion::WordLeft,
            KeyCode::Right if ctrl => Motion::WordRight,
            KeyCode::Left => Motion::Left,
            KeyCode::Right => Motion::Right,
            KeyCode::Up => Motion::Up(1),
            KeyCode::Down => Motion::Down(1),
            KeyCode::PageUp => Motion::Up(page),
            KeyCode::PageDown => Motion::Down(page),
            KeyCode::Home if ctrl => Motion::Start,
            KeyCode::End if ctrl => Motion::Finish,
            KeyCode::Home => Motion::Home,
            KeyCode::End => Motion::End,
            KeyCode::Backspace => {
                edit.delete(true, now);
                return true;
            }
            KeyCode::Delete => {
                edit.delete(false, now);
                return true;
            }
            KeyCode::Char(c) if !ctrl => return edit.type_char(c, now),
            _ => return false,
        };
        edit.go(motion, key.modifiers.contains(KeyModifiers::SHIFT), place.row);
        true
    }

    /// Scrolls so that the byte under the cursor is on the screen.
    pub(super) fn show_byte(&mut self, body: Area) {
        let place = hex_place(Self::value_size(body));
        let Some(edit) = self.value.hex() else { return };
        let (own, top) = (edit.cursor() / place.row, self.scroll.offset / place.row);
        let top = top.min(own).max((own + 1).saturating_sub(place.height));
        self.scroll.offset = top * place.row;
    }

    /// Scrolls the bytes without moving the cursor.
    pub(super) fn wheel_bytes(&mut self, rows: isize, body: Area) {
        let place = hex_place(Self::value_size(body));
        let Some(edit) = self.value.hex() else { return };
        let last = edit.document().len() / place.row;
        let top = (self.scroll.offset / place.row).saturating_add_signed(rows).min(last);
        self.scroll.offset = top * place.row;
    }

    /// Puts the cursor on the byte that is shown at a place of the value.
    pub(super) fn click_byte(&mut self, (x, y): (u16, u16), select: bool, body: Area) {
        let HexPlace { row, height, .. } = hex_place(Self::value_size(body));
        let (x, y) = (usize::from(x), usize::from(y));
        let start = self.scroll.offset + y.min(height.saturating_sub(1)) * row;
        let Some(edit) = self.value.hex_mut() else { return };
        let text = 10 + 3 * (row - 1) + row / 16 + 5;
        let digits = x.saturating_sub(10);
        let (at, column) = if x >= text {
            (x - text, Column::Text)
        } else {
            ((digits - usize::from(row > 8 && digits > 24)) / 3, Column::Hex)
        };
        edit.go(Motion::To(start + at.min(row - 1)), select, row);
        edit.column = column;
        self.field = Field::Value;
    }

    /// Does what an action does in the bytes; tells whether it is one of those.
    pub(super) fn hex_action(&mut self, action: Action, ctx: &mut Ctx<'_>) -> bool {
        let Some(edit) = self.value.hex_mut() else { return false };
        match action {
            Action::InsertMode => edit.inserts = !edit.inserts,
            Action::SwitchColumn => {
                edit.column = if edit.column == Column::Hex { Column::Text } else { Column::Hex };
            }
            Action::SelectAll => edit.select_all(),
            Action::CopySelection | Action::Cut => {
                let Some(selected) = edit.selection() else {
                    ctx.say(Notice::info("nothing is selected"));
                    return true;
                };
                let bytes = edit.document().part(selected);
                match shown(&bytes, edit.column) {
                    Some(bytes) => ctx.effect(Effect::Copy { what: "Selection", bytes }),
                    None => {
                        ctx.say(Notice::info("copied here; too much for the clipboard"));
                    }
                }
                if action == Action::Cut {
                    edit.delete(false, ctx.now);
                }
                self.clipboard = bytes;
            }
            Action::PasteSelection => edit.paste_bytes(&self.clipboard, ctx.now),
            Action::Search => ctx.ask_needle(PromptKind::SearchText, "", &self.needle),
            Action::GoTo => ctx.prompt(PromptKind::GoToOffset, ""),
            Action::SearchNext | Action::SearchPrevious if self.needle.is_empty() => {
                ctx.prompt(PromptKind::SearchText, "");
            }
            Action::SearchNext | Action::SearchPrevious => {
                let (needle, forward) = (self.needle.clone(), action == Action::SearchNext);
                self.work(Work::Find { needle, forward }, ctx);
            }
            _ => return false,
        }
        self.field = Field::Value;
        true
    }

    /// Takes the line that was asked for; tells whether bytes are edited.
    pub(super) fn answered_for_bytes(
        &mut self,
        kind: PromptKind,
        answer: &str,
        ctx: &mut Ctx<'_>,
    ) -> bool {
        let Some(edit) = self.value.hex_mut() else { return false };
        match kind {
            PromptKind::SearchText if !answer.is_empty() => {
                answer.clone_into(&mut self.needle);
                self.work(Work::Find { needle: answer.to_owned(), forward: true }, ctx);
            }
            PromptKind::GoToOffset => match offset(answer) {
                Some(at) => edit.go(Motion::To(at), false, 16),
                None => ctx.say(Notice::info("type an offset in bytes: 1000, or 0x3e8")),
            },
            _ => {}
        }
        true
    }
}

/// The copied bytes for the terminal's clipboard: as hexadecimal digits, or as they are; `None` where they are
/// too many to be spelled for it.
fn shown(bytes: &Bytes, column: Column) -> Option<Bytes> {
    if column == Column::Text {
        return Some(bytes.clone());
    }
    if bytes.len() > MOST_SPELLED {
        return None;
    }
    let mut spelled = Vec::with_capacity(3 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            spelled.push(b"0123456789abcdef"[usize::from(digit)]);
        }
        spelled.push(b' ');
    }
    spelled.pop();
    Some(spelled.into())
}

/// Reads an offset like `1000`, `@1000` or `0x3e8`.
fn offset(answer: &str) -> Option<usize> {
    let answer = answer.trim().trim_start_matches('@');
    match answer.strip_prefix("0x") {
        Some(digits) => usize::from_str_radix(digits, 16).ok(),
        None => answer.parse().ok(),
    }
}
