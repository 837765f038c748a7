//! The keys that codes stand for.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The key at the front of some bytes without an escape, and its length in bytes; `None` if they are only a
/// part of it. Bytes that are no text are no key.
pub(super) fn plain(bytes: &[u8]) -> Option<(usize, Option<KeyEvent>)> {
    let control = |letter: u8| KeyEvent::new(KeyCode::Char(letter.into()), KeyModifiers::CONTROL);
    let key = match *bytes.first()? {
        b'\r' => KeyCode::Enter.into(),
        b'\t' => KeyCode::Tab.into(),
        0x7f => KeyCode::Backspace.into(),
        0x1b => KeyCode::Esc.into(),
        0 => control(b' '),
        byte @ 0x01..=0x1a => control(byte - 1 + b'a'),
        byte @ 0x1c..=0x1f => control(byte - 0x1c + b'4'),
        first => {
            let length = match first {
                0..=0x7f => 1,
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return Some((1, None)),
            };
            let there = &bytes[..length.min(bytes.len())];
            return match std::str::from_utf8(there) {
                Ok(text) => Some((length, text.chars().next().map(typed))),
                Err(why) if why.error_len().is_none() => None,
                Err(_) => Some((1, None)),
            };
        }
    };
    Some((1, Some(key)))
}

fn typed(letter: char) -> KeyEvent {
    let shift = if letter.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::empty() };
    KeyEvent::new(KeyCode::Char(letter), shift)
}

pub(super) fn escaped() -> Event {
    Event::Key(KeyCode::Esc.into())
}

pub(super) fn with_alt(mut key: KeyEvent) -> Event {
    key.modifiers |= KeyModifiers::ALT;
    Event::Key(key)
}

/// The key that the last byte of its sequence stands for.
pub(super) fn letter(last: u8, with: u32, kind: Option<u32>) -> Option<Event> {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(1 + last - b'P'),
        b'Z' => return Some(event(KeyCode::BackTab, with, kind, KeyModifiers::SHIFT)),
        _ => return None,
    };
    Some(event(code, with, kind, KeyModifiers::empty()))
}

/// The key that the number before `~` stands for.
pub(super) fn numbered(number: u32, with: u32, kind: Option<u32>) -> Option<Event> {
    let function = |less: u32| u8::try_from(number - less).ok().map(KeyCode::F);
    let code = match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => function(10)?,
        17..=21 => function(11)?,
        23..=26 => function(12)?,
        28..=29 => function(13)?,
        31..=34 => function(14)?,
        _ => return None,
    };
    Some(event(code, with, kind, KeyModifiers::empty()))
}

/// The key that types `point` without Shift, and `shifted` with it.
pub(super) fn unicode(
    point: u32,
    shifted: Option<u32>,
    with: u32,
    kind: Option<u32>,
) -> Option<Event> {
    let held = modifiers(with);
    let code = match point {
        9 if held.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 | 57414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        // Keys of the keypad.
        57399..=57408 => KeyCode::Char(char::from_digit(point - 57399, 10)?),
        57409..=57413 => KeyCode::Char(['.', '/', '*', '-', '+'][(point - 57409) as usize]),
        57415 => KeyCode::Char('='),
        57416 => KeyCode::Char(','),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        // Other keys of that protocol have codes that Unicode leaves free.
        0xe000..=0xf8ff => return None,
        _ => {
            let shifted = shifted.filter(|_| held.contains(KeyModifiers::SHIFT));
            KeyCode::Char(char::from_u32(shifted.unwrap_or(point))?)
        }
    };
    Some(event(code, with, kind, KeyModifiers::empty()))
}

fn event(code: KeyCode, with: u32, kind: Option<u32>, also: KeyModifiers) -> Event {
    let kind = match kind {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    Event::Key(KeyEvent::new_with_kind(code, modifiers(with) | also, kind))
}

/// The modifiers in a mask, which is one more than the sum of their bits. Locks do not count.
fn modifiers(mask: u32) -> KeyModifiers {
    let bits = mask.saturating_sub(1);
    let mut held = KeyModifiers::empty();
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ] {
        held.set(modifier, bits & bit != 0);
    }
    held
}
