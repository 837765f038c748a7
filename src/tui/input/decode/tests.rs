use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use proptest::prelude::*;

use super::*;

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;

/// The events of bytes that come in these parts.
fn decoded(parts: &[&[u8]]) -> Vec<Event> {
    let (mut decoder, mut events) = (Decoder::default(), VecDeque::new());
    for part in parts {
        decoder.feed(part, false, &mut events);
    }
    events.into()
}

fn key(code: KeyCode, with: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, with))
}

fn letter(letter: char, with: KeyModifiers) -> Event {
    key(KeyCode::Char(letter), with)
}

/// Sequences of several bytes, each with its key.
fn sequences() -> Vec<(&'static [u8], Event)> {
    vec![
        (b"\x1b[A", key(KeyCode::Up, NONE)),
        (b"\x1bOB", key(KeyCode::Down, NONE)),
        (b"\x1b[1;5C", key(KeyCode::Right, CONTROL)),
        (b"\x1b[1;2D", key(KeyCode::Left, SHIFT)),
        (b"\x1bOH", key(KeyCode::Home, NONE)),
        (b"\x1b[F", key(KeyCode::End, NONE)),
        (b"\x1b[1~", key(KeyCode::Home, NONE)),
        (b"\x1b[2~", key(KeyCode::Insert, NONE)),
        (b"\x1b[3;5~", key(KeyCode::Delete, CONTROL)),
        (b"\x1b[4~", key(KeyCode::End, NONE)),
        (b"\x1b[5~", key(KeyCode::PageUp, NONE)),
        (b"\x1b[6;3~", key(KeyCode::PageDown, ALT)),
        (b"\x1b[Z", key(KeyCode::BackTab, SHIFT)),
        (b"\x1bOP", key(KeyCode::F(1), NONE)),
        (b"\x1b[[E", key(KeyCode::F(5), NONE)),
        (b"\x1b[15~", key(KeyCode::F(5), NONE)),
        (b"\x1b[17;2~", key(KeyCode::F(6), SHIFT)),
        (b"\x1b[24~", key(KeyCode::F(12), NONE)),
        (b"\x1b[1;2R", key(KeyCode::F(3), SHIFT)),
        (b"\x1bx", letter('x', ALT)),
        (b"\x1bX", letter('X', ALT | SHIFT)),
        (b"\x1b\x7f", key(KeyCode::Backspace, ALT)),
        (b"\x1b\r", key(KeyCode::Enter, ALT)),
        (b"\x1b]", letter(']', ALT)),
        (b"\x1b\\", letter('\\', ALT)),
        ("\x1bé".as_bytes(), letter('é', ALT)),
        ("é".as_bytes(), letter('é', NONE)),
        ("É".as_bytes(), letter('É', SHIFT)),
        ("中".as_bytes(), letter('中', NONE)),
        ("🦀".as_bytes(), letter('🦀', NONE)),
        (b"\x1b[97;5u", letter('a', CONTROL)),
        (b"\x1b[49:33;2u", letter('!', SHIFT)),
        (b"\x1b[9;2u", key(KeyCode::BackTab, SHIFT)),
        (b"\x1b[27u", key(KeyCode::Esc, NONE)),
        (b"\x1b[57414u", key(KeyCode::Enter, NONE)),
        (b"\x1b[57401u", letter('2', NONE)),
        (b"\x1b[27;5;105~", letter('i', CONTROL)),
        (b"\x1b[200~a\rb\x1b[A\x1b[201~", Event::Paste("a\rb\x1b[A".to_owned())),
        (b"\x1b[200~\x1b[201~", Event::Paste(String::new())),
        (b"\x1b[<0;12;300M", click(Mouse::Down(MouseButton::Left), 11, 299, NONE)),
        (b"\x1b[<2;1;1m", click(Mouse::Up(MouseButton::Right), 0, 0, NONE)),
        (b"\x1b[<65;5;6M", click(Mouse::ScrollDown, 4, 5, NONE)),
        (b"\x1b[<80;5;6M", click(Mouse::ScrollUp, 4, 5, CONTROL)),
        (b"\x1b[<32;2;2M", click(Mouse::Drag(MouseButton::Left), 1, 1, NONE)),
        (b"\x1b[M !\"", click(Mouse::Down(MouseButton::Left), 0, 1, NONE)),
        (b"\x1b[M#!!", click(Mouse::Up(MouseButton::Left), 0, 0, NONE)),
    ]
}

fn click(kind: Mouse, column: u16, row: u16, modifiers: KeyModifiers) -> Event {
    Event::Mouse(MouseEvent { kind, column, row, modifiers })
}

#[test]
fn single_bytes_are_the_keys_that_type_them() {
    for (byte, expected) in [
        (b'a', letter('a', NONE)),
        (b'A', letter('A', SHIFT)),
        (b' ', letter(' ', NONE)),
        (b'\r', key(KeyCode::Enter, NONE)),
        (b'\n', letter('j', CONTROL)),
        (b'\t', key(KeyCode::Tab, NONE)),
        (0x7f, key(KeyCode::Backspace, NONE)),
        (0x08, letter('h', CONTROL)),
        (0x00, letter(' ', CONTROL)),
        (0x03, letter('c', CONTROL)),
        (0x1c, letter('4', CONTROL)),
        (0x1b, key(KeyCode::Esc, NONE)),
    ] {
        assert_eq!(decoded(&[&[byte]]), [expected], "{byte:#x}");
    }
}

#[test]
fn a_sequence_is_one_event_whole_or_in_any_parts() {
    for (bytes, event) in sequences() {
        let shown = bytes.escape_ascii().to_string();
        assert_eq!(decoded(&[bytes]), std::slice::from_ref(&event), "{shown}");
        // The first byte is not cut off: an escape that comes alone is the key.
        for at in 2..bytes.len() {
            let (one, two) = bytes.split_at(at);
            assert_eq!(decoded(&[one, two]), std::slice::from_ref(&event), "{shown} cut at {at}");
        }
        let both = [bytes, b"j"].concat();
        assert_eq!(decoded(&[&both]), [event, letter('j', NONE)], "{shown} and a key");
    }
}

#[test]
fn an_escape_with_more_to_come_waits_for_it() {
    let (mut decoder, mut events) = (Decoder::default(), VecDeque::new());
    decoder.feed(b"\x1b", true, &mut events);
    assert!(events.is_empty());
    decoder.feed(b"[B", false, &mut events);
    assert_eq!(events, [key(KeyCode::Down, NONE)]);
    assert_eq!(
        decoded(&[b"\x1b\x1b[A"]),
        [key(KeyCode::Esc, NONE), key(KeyCode::Up, NONE)],
        "two escapes are two keys"
    );
}

#[test]
fn what_is_no_key_is_left_out_and_swallows_nothing_that_follows() {
    for bytes in [
        &b"\x1b[?62;22c"[..],
        b"\x1b[24;80R",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[?1u",
        b"\x1b[>1;10;0c",
        b"\x1b[99~",
        b"\x1b[57441;2u",
        b"\x1b[<0;0;0M",
        b"\x1b[<99999;1;1M",
        b"\x1b[12;34;56M",
        b"\x1bOz",
        b"\xff",
        b"\xc3(",
        b"\x1b[12\x01",
        &[b"\x1b[", [b'1'; 200].as_slice(), b"A"].concat(),
    ] {
        let all = [bytes, b"\rq"].concat();
        let events = decoded(&[&all]);
        assert!(events.ends_with(&[key(KeyCode::Enter, NONE), letter('q', NONE)]), "{events:?}");
    }
    assert_eq!(decoded(&[b"\x1b[?62;22c"]), []);
}

#[test]
fn a_release_says_so() {
    let release = KeyEvent::new_with_kind(KeyCode::Char('a'), NONE, KeyEventKind::Release);
    assert_eq!(decoded(&[b"\x1b[97;1:3u"]), [Event::Key(release)]);
}

#[test]
fn a_sequence_that_is_too_long_types_nothing_however_it_is_cut() {
    let sequence = [&b"\x1b[1;"[..], &[b'0'; 300], b"5C", b"x"].concat();
    for step in [2, 64, 128, 129, 130, 1000] {
        let parts: Vec<_> = sequence.chunks(step).collect();
        assert_eq!(decoded(&parts[..]), [letter('x', NONE)], "{step} bytes at a time");
    }
    // A sequence that is broken off ends where the next begins.
    let broken = [&b"\x1b["[..], &[b'0'; 200], b"\x1b[A"].concat();
    let parts: Vec<_> = broken.chunks(50).collect();
    assert_eq!(decoded(&parts), [key(KeyCode::Up, NONE)]);
}

#[test]
fn a_long_paste_in_many_parts_is_whole() {
    let text = "x\u{e9}\x1b[20\r".repeat(20_000);
    let all = [PASTE_BEGINS, text.as_bytes(), PASTE_ENDS].concat();
    let parts: Vec<&[u8]> = all.chunks(1000).collect();
    assert_eq!(decoded(&parts), [Event::Paste(text)]);
}

proptest! {
    /// No bytes make the decoder fail, or keep more than the length of a sequence.
    #[test]
    fn any_bytes_are_taken(parts in prop::collection::vec(
        prop::collection::vec(prop_oneof![
            any::<u8>(),
            prop::sample::select(b"\x1b[O<0123;:MmR~u".to_vec()),
        ], 0..40), 0..8))
    {
        let (mut decoder, mut events) = (Decoder::default(), VecDeque::new());
        for part in &parts {
            decoder.feed(part, false, &mut events);
            prop_assert!(decoder.pasting.is_some() || decoder.kept.len() <= LONGEST);
        }
    }
}
