//! What keys do in the text of a value.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::edit::{Motion, TextEdit};
use crate::model::Timestamp;

use super::super::Area;
use super::Editor;

/// Something a key does in a text.
enum Does {
    Go(Motion),
    Delete(Motion),
    Type(char),
    Break,
}

/// What a key that is bound to nothing does. A line feed comes as Ctrl-J.
fn does(key: KeyEvent, page: usize) -> Option<Does> {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let by_word = ctrl || alt;
    Some(match key.code {
        KeyCode::Left if by_word => Does::Go(Motion::WordLeft),
        KeyCode::Right if by_word => Does::Go(Motion::WordRight),
        KeyCode::Left => Does::Go(Motion::Left),
        KeyCode::Right => Does::Go(Motion::Right),
        KeyCode::Up => Does::Go(Motion::Up(1)),
        KeyCode::Down => Does::Go(Motion::Down(1)),
        KeyCode::PageUp => Does::Go(Motion::Up(page)),
        KeyCode::PageDown => Does::Go(Motion::Down(page)),
        KeyCode::Home if ctrl => Does::Go(Motion::Start),
        KeyCode::End if ctrl => Does::Go(Motion::Finish),
        KeyCode::Home => Does::Go(Motion::Home),
        KeyCode::End => Does::Go(Motion::End),
        KeyCode::Backspace if by_word => Does::Delete(Motion::WordLeft),
        KeyCode::Delete if by_word => Does::Delete(Motion::WordRight),
        KeyCode::Backspace => Does::Delete(Motion::Left),
        KeyCode::Delete => Does::Delete(Motion::Right),
        KeyCode::Enter => Does::Break,
        KeyCode::Tab if !by_word => Does::Type('\t'),
        KeyCode::Char(c) if ctrl && !alt => match c {
            'a' => Does::Go(Motion::Home),
            'e' => Does::Go(Motion::End),
            'd' => Does::Delete(Motion::Right),
            'h' => Does::Delete(Motion::Left),
            'j' | 'm' => Does::Break,
            'k' => Does::Delete(Motion::End),
            'u' => Does::Delete(Motion::Home),
            'w' => Does::Delete(Motion::WordLeft),
            _ => return None,
        },
        // On some terminals, Alt with Ctrl is AltGr.
        KeyCode::Char(c) if ctrl == alt => Does::Type(c),
        _ => return None,
    })
}

impl Editor {
    /// Takes a key for the text of the value; tells whether there is a text.
    pub(super) fn text_key(&mut self, key: KeyEvent, body: Area, now: Timestamp) -> bool {
        let place = self.text_place(Self::value_size(body));
        let (wrap, is_json) = (self.wrap, self.typed_content_type().is_json());
        let Some(text) = self.value.text_mut() else { return false };
        type_into(text, key, (place.width, place.height), wrap, is_json, now);
        true
    }
}

/// Takes a key for a text in an area of this many columns and rows; new lines of JSON are indented.
pub(in crate::app) fn type_into(
    text: &mut TextEdit,
    key: KeyEvent,
    (width, height): (usize, usize),
    wrap: bool,
    is_json: bool,
    now: Timestamp,
) {
    let width = width.saturating_sub(1);
    match does(key, height.saturating_sub(1).max(1)) {
        Some(Does::Go(motion)) => {
            text.go(motion, key.modifiers.contains(KeyModifiers::SHIFT), width, wrap);
        }
        Some(Does::Delete(motion)) => text.delete(motion, now),
        Some(Does::Type(c)) if is_json => text.insert_json(c, now),
        Some(Does::Break) if is_json => text.new_json_line(now),
        Some(Does::Type(c)) => text.insert(c.encode_utf8(&mut [0; 4]), now),
        Some(Does::Break) => text.new_line(now),
        None => {}
    }
}
