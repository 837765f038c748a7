//! Pictures whose decoding cannot be stopped. A child of larder decodes them, which is ended where its picture
//! is no longer wanted; how it is started and ended is told to this module ([`decode_apart_by`]).

use std::fmt::Write as _;
use std::sync::OnceLock;

use super::kept::{Kept, Room};
use super::turn::Turn;
use super::{Decoded, End, Fault};

/// Gives a child this input, in parts, and returns its output, which is empty where it failed. `None` where no
/// child can be started, or where it was ended because the last argument said that its output is not wanted.
pub(super) type Apart = fn(&[&[u8]], &dyn Fn() -> bool) -> Option<Vec<u8>>;

static APART: OnceLock<Apart> = OnceLock::new();

/// Has pictures decoded by children, which call [`decoded_apart`](crate::preview::decoded_apart).
pub fn decode_apart_by(apart: Apart) {
    // Only the first one counts.
    let _ = APART.set(apart);
}

/// Bytes of the room before those of the picture.
const ROOM: usize = 24;

/// Decodes a picture in a child; `None` where there is none.
pub(super) fn decode(
    bytes: &[u8],
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Option<Result<Decoded, Fault>> {
    decode_by(*APART.get()?, bytes, room, wanted)
}

fn decode_by(
    apart: Apart,
    bytes: &[u8],
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Option<Result<Decoded, Fault>> {
    let head = [room.columns, room.rows, room.area].map(f64::to_le_bytes).concat();
    match apart(&[&head, bytes], wanted) {
        _ if !wanted() => Some(Err(Fault::Unwanted)),
        answer => answer.map(|answer| read(&answer).unwrap_or(Err(Fault::Bug))),
    }
}

/// What a child does: takes what it was given, decodes it, and returns its output.
pub(super) fn answer(
    given: &[u8],
    decode: impl FnOnce(&[u8], Room) -> Result<Decoded, Fault>,
) -> Vec<u8> {
    let Some((room, bytes)) = given.split_at_checked(ROOM) else { return Vec::new() };
    let number = |at: usize| {
        let bytes = room[8 * at..].first_chunk().copied().unwrap_or_default();
        f64::from_le_bytes(bytes)
    };
    let room = Room { columns: number(0), rows: number(1), area: number(2) };
    match decode(bytes, room) {
        Ok(decoded) => {
            let Decoded { kept, size, facts, turn, end } = decoded;
            let is_cut = u8::from(end != End::Whole);
            let mut head = String::new();
            let _ = writeln!(
                head,
                "{} {} {} {} {is_cut} {} {facts}",
                kept.columns,
                kept.rows,
                size.0,
                size.1,
                turn.number()
            );
            [head.as_bytes(), kept.pixels.as_flattened()].concat()
        }
        Err(Fault::TooLarge) => b"too large\n".to_vec(),
        Err(Fault::Cut) => b"cut\n".to_vec(),
        Err(Fault::Damaged(why)) => format!("damaged {}\n", why.replace('\n', " ")).into_bytes(),
        Err(Fault::Bug | Fault::Unwanted) => Vec::new(),
    }
}

/// Reads a child's output; `None` for any other bytes.
fn read(answer: &[u8]) -> Option<Result<Decoded, Fault>> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    if let Some(why) = head.strip_prefix("damaged ") {
        return Some(Err(Fault::Damaged(why.to_owned())));
    }
    match head {
        "too large" => return Some(Err(Fault::TooLarge)),
        "cut" => return Some(Err(Fault::Cut)),
        _ => {}
    }
    let mut words = head.splitn(7, ' ');
    let mut number = || words.next()?.parse::<u32>().ok();
    let (columns, rows) = (number()? as usize, number()? as usize);
    let size = (number()?, number()?);
    let end_of = if number()? == 0 { End::Whole } else { End::Cut };
    let turn = Turn::of(u16::try_from(number()?).ok()?);
    let facts = words.next()?.to_owned();
    let (pixels, []) = answer[end + 1..].as_chunks::<4>() else { return None };
    if columns.checked_mul(rows) != Some(pixels.len()) {
        return None;
    }
    let kept = Kept { columns, rows, pixels: pixels.to_vec() };
    Some(Ok(Decoded { kept, size, facts, turn, end: end_of }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::corpus_of_tests::samples;
    use super::super::{Kind, decode as decode_here};
    use super::*;

    /// A child that answers in this process.
    #[expect(clippy::unnecessary_wraps, reason = "the type of what starts a child")]
    fn child(given: &[&[u8]], _: &dyn Fn() -> bool) -> Option<Vec<u8>> {
        let decode = |bytes: &[u8], room| match Kind::of(bytes) {
            Some(kind) => decode_here(kind, bytes, room, &|| true),
            None => Err(Fault::Damaged("no\npicture".to_owned())),
        };
        Some(answer(&given.concat(), decode))
    }

    #[test]
    fn a_child_gives_what_decoding_here_gives() {
        for sample in samples() {
            let kind = Kind::of(&sample.bytes).unwrap();
            for bytes in [&sample.bytes[..], &sample.bytes[..sample.bytes.len() / 2], b"none"] {
                let there = decode_by(child, bytes, Room::PANE, &|| true).unwrap();
                let here = match bytes {
                    b"none" => Err(Fault::Damaged("no picture".to_owned())),
                    _ => decode_here(kind, bytes, Room::PANE, &|| true),
                };
                match (there, here) {
                    (Ok(there), Ok(here)) => {
                        assert_eq!(there.kept, here.kept, "{}", sample.name);
                        assert_eq!((there.size, there.turn), (here.size, here.turn));
                        assert_eq!(there.facts, here.facts);
                        assert_eq!(there.end == End::Whole, here.end == End::Whole);
                    }
                    (there, here) => assert_eq!(there.err(), here.err(), "{}", sample.name),
                }
            }
        }
    }

    #[test]
    fn a_child_that_fails_or_is_left_is_told_so() {
        let room = Room::PANE;
        let failed: Apart = |_, _| Some(Vec::new());
        let strange: Apart = |_, _| Some(b"9 9 9 9 0 1 lossy\nabc".to_vec());
        let none: Apart = |_, _| None;
        for apart in [failed, strange] {
            assert_eq!(decode_by(apart, b"", room, &|| true).unwrap().err(), Some(Fault::Bug));
        }
        assert!(decode_by(none, b"", room, &|| true).is_none());
        for apart in [failed, none] {
            let left = decode_by(apart, b"", room, &|| false).unwrap().err();
            assert_eq!(left, Some(Fault::Unwanted));
        }
        assert!(answer(b"short", |_, _| Err(Fault::Bug)).is_empty());
    }
}
