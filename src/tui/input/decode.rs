//! Decodes the bytes that a terminal sends into keys, clicks and pastes.
//!
//! The encoding is xterm's, which other terminals use too, with the additions of the Linux console, rxvt and
//! kitty's keyboard protocol for keys. Other sequences are left out.

mod keys;

use std::collections::VecDeque;

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind as Mouse};

use keys::{escaped, letter, numbered, unicode};

const ESC: u8 = 0x1b;
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Limit on the length of a sequence that has a meaning here, with room to spare.
const LONGEST: usize = 128;

/// Bytes that came and do not make a whole event yet.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    kept: Vec<u8>,
    /// Within a paste: number of kept bytes that are known to hold no end of it.
    pasting: Option<usize>,
    /// Whether a sequence is under way that is too long to mean anything.
    overlong: bool,
    /// Reports of the terminal: control sequences without the bytes that begin all of them.
    reports: Vec<String>,
}

/// What the bytes at the front are.
#[derive(Debug, PartialEq)]
enum Front {
    /// This number of bytes is a whole, with its event if it means something.
    Whole(usize, Option<Event>),
    /// The first part of a whole.
    Part,
}

impl Decoder {
    /// Takes bytes, and adds their events to `events`. `more` tells that further bytes are there already:
    /// then an escape at the end is not the key.
    pub(super) fn feed(&mut self, bytes: &[u8], more: bool, events: &mut VecDeque<Event>) {
        self.kept.extend_from_slice(bytes);
        let mut at = 0;
        while at < self.kept.len() {
            let rest = &self.kept[at..];
            if self.overlong {
                let end = rest.iter().position(|byte| !is_parameter(*byte));
                at += end.map_or(rest.len(), |end| end + usize::from(is_last(rest[end])));
                self.overlong = end.is_none();
            } else if let Some(searched) = self.pasting {
                let found = memchr::memmem::find(&rest[searched..], PASTE_ENDS);
                let Some(found) = found.map(|found| searched + found) else {
                    self.pasting = Some(rest.len().saturating_sub(PASTE_ENDS.len() - 1));
                    break;
                };
                let text = String::from_utf8_lossy(&rest[..found]).into_owned();
                events.push_back(Event::Paste(text));
                self.pasting = None;
                at += found + PASTE_ENDS.len();
            } else if rest.starts_with(PASTE_BEGINS) {
                self.pasting = Some(0);
                at += PASTE_BEGINS.len();
            } else {
                match front(rest, more) {
                    Front::Whole(count, event) => {
                        // The report is the same as below, however it is cut on its way.
                        if count <= LONGEST + 1 {
                            self.reports.extend(reported(&rest[..count]));
                            events.extend(event);
                        }
                        at += count;
                    }
                    Front::Part if rest.len() > LONGEST => {
                        at += rest.len();
                        self.overlong = true;
                    }
                    Front::Part => break,
                }
            }
        }
        self.kept.drain(..at);
    }
}

impl Decoder {
    /// Takes the reports.
    pub(super) fn reports(&mut self) -> std::vec::Drain<'_, String> {
        self.reports.drain(..)
    }
}

/// The report in a whole sequence: that the terminal is well, its kind, or its size.
fn reported(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.strip_prefix("\x1b[")?;
    let is_one = match text.as_bytes().last()? {
        b'n' => text == "0n",
        b'c' => text.starts_with('?'),
        b't' => text.contains(';'),
        _ => false,
    };
    is_one.then(|| text.to_owned())
}

/// Looks at the front of some bytes, of which there is at least one.
fn front(bytes: &[u8], more: bool) -> Front {
    match bytes {
        [ESC] if more => Front::Part,
        [ESC] | [ESC, ESC, ..] => Front::Whole(1, Some(escaped())),
        [ESC, b'[' | b'O'] | [ESC, b'[', b'['] => Front::Part,
        [ESC, b'O', last, ..] => Front::Whole(3, letter(*last, 1, None)),
        // The first function keys of the Linux console.
        [ESC, b'[', b'[', last @ b'A'..=b'E', ..] => {
            Front::Whole(4, numbered(u32::from(last - b'A') + 11, 1, None))
        }
        [ESC, b'[', b'M', rest @ ..] => match rest {
            [button, column, row, ..] => {
                let place = |byte: u8| u16::from(byte.saturating_sub(32));
                Front::Whole(6, mouse(place(*button), place(*column), place(*row), true))
            }
            _ => Front::Part,
        },
        [ESC, b'[', rest @ ..] => sequence(rest),
        [ESC, rest @ ..] => match keys::plain(rest) {
            Some((count, key)) => Front::Whole(count + 1, key.map(keys::with_alt)),
            None => Front::Part,
        },
        _ => match keys::plain(bytes) {
            Some((count, key)) => Front::Whole(count, key.map(Event::Key)),
            None => Front::Part,
        },
    }
}

/// Whether a byte may stand before the last one of a control sequence.
fn is_parameter(byte: u8) -> bool {
    (0x20..=0x3f).contains(&byte)
}

/// Whether a byte ends a control sequence.
fn is_last(byte: u8) -> bool {
    (0x40..=0x7e).contains(&byte)
}

/// A control sequence, after its two first bytes: parameters, then a last byte.
fn sequence(bytes: &[u8]) -> Front {
    let Some(end) = bytes.iter().position(|byte| !is_parameter(*byte)) else {
        return Front::Part;
    };
    let last = bytes[end];
    if !is_last(last) {
        // The sequence is broken off; the next byte begins something else.
        return Front::Whole(2 + end, None);
    }
    let text = std::str::from_utf8(&bytes[..end]).unwrap_or_default();
    let event = match text.strip_prefix('<') {
        Some(text) => clicked(text, last),
        None => pressed(text, last),
    };
    Front::Whole(3 + end, event)
}

fn pressed(text: &str, last: u8) -> Option<Event> {
    let mut fields = text.split(';');
    let code = fields.next().unwrap_or_default();
    let mut codes = code.split(':').map(|code| code.parse::<u32>().ok());
    let first = codes.next().flatten();
    let mut held = fields.next().unwrap_or_default().split(':');
    let with = held.next().and_then(|mask| mask.parse().ok()).unwrap_or(1);
    let kind = held.next().and_then(|kind| kind.parse().ok());
    match last {
        // xterm's other form for modifiers.
        b'~' if first == Some(27) => unicode(fields.next()?.parse().ok()?, None, with, None),
        b'~' => numbered(first?, with, kind),
        b'u' => unicode(first?, codes.next().flatten(), with, kind),
        // The terminal's answer about the cursor's place, unless that is in the first row.
        b'R' if first.is_some_and(|first| first != 1) => None,
        _ => letter(last, with, kind),
    }
}

fn clicked(text: &str, last: u8) -> Option<Event> {
    let mut numbers = text.split(';').map(|number| number.parse().ok());
    let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    match last {
        b'M' => mouse(button, column, row, true),
        b'm' => mouse(button, column, row, false),
        _ => None,
    }
}

/// A mouse event; `button` is the number of a button, with bits for modifiers and for its use.
fn mouse(button: u16, column: u16, row: u16, down: bool) -> Option<Event> {
    let of = |number| match number {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let number = button & 0b11;
    let moving = button & 0b10_0000 != 0;
    let kind = match (button & 0b1100_0000, moving) {
        (0, false) if number == 3 => Mouse::Up(MouseButton::Left),
        (0, false) if down => Mouse::Down(of(number)?),
        (0, false) => Mouse::Up(of(number)?),
        (0, true) => of(number).map_or(Mouse::Moved, Mouse::Drag),
        (0b100_0000, false) => match number {
            0 => Mouse::ScrollUp,
            1 => Mouse::ScrollDown,
            2 => Mouse::ScrollLeft,
            _ => Mouse::ScrollRight,
        },
        _ => return None,
    };
    let mut with = KeyModifiers::empty();
    for (bit, modifier) in [
        (0b100, KeyModifiers::SHIFT),
        (0b1000, KeyModifiers::ALT),
        (0b1_0000, KeyModifiers::CONTROL),
    ] {
        with.set(modifier, button & bit != 0);
    }
    let (column, row) = (column.checked_sub(1)?, row.checked_sub(1)?);
    Some(Event::Mouse(MouseEvent { kind, column, row, modifiers: with }))
}

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzz {
    //! Bytes of a terminal, as a target for a fuzzer.

    use super::{Decoder, Event, LONGEST, VecDeque};

    /// Decodes the bytes in parts; each but the last is followed by more.
    fn fed(data: &[u8], step: usize) -> VecDeque<Event> {
        let (mut decoder, mut events) = (Decoder::default(), VecDeque::new());
        let mut parts = data.chunks(step.max(1)).peekable();
        while let Some(part) = parts.next() {
            decoder.feed(part, parts.peek().is_some(), &mut events);
            let kept = decoder.kept.len();
            assert!(decoder.pasting.is_some() || kept <= LONGEST, "{kept} bytes are kept");
        }
        events
    }

    /// Checks that the bytes mean the same however they are cut on their way.
    pub(crate) fn feed(data: &[u8]) {
        let whole = fed(data, data.len());
        for step in [1, 3, 64] {
            assert!(fed(data, step) == whole, "{step} bytes at a time");
        }
    }

    pub(crate) const SAMPLES: &[&[u8]] = &[
        b"\x1b[A\x1bOB\x1b[1;5C\x1b[3;5~\x1b[27;5;13~\x1b[97;5u\x1b[[E\x1b[Z",
        b"\x1b[<0;12;5M\x1b[<0;12;5m\x1b[M !!\x1b[<64;1;1M",
        b"\x1b[200~pasted \x1b[31m\r\n text\x1b[201~q",
        b"a\xc3\xa9\xf0\x9f\x98\x80\xff\x1b\x1b x\x1b\xc3\xa9\x03",
        b"\x1b[12;40R\x1b[?62;c\x1b]11;rgb:0000/0000/0000\x1b\\\x1bP>|t\x1b\\",
    ];
}

#[cfg(test)]
mod tests;
