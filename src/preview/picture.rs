//! Pictures: decoded once, scaled down at the same time, and drawn as pixels.
//!
//! A kept picture has at most the pixels of [`Room::TERMINAL`], whatever its size: a pane has some thousands,
//! and a terminal that draws pictures itself is sent no more than that. Pictures that are decoded row by row
//! are never held whole; the header of the others tells beforehand what they need, which is bounded.

mod apart;
mod exif;
mod fit;
mod gif;
mod jpeg;
mod kept;
mod palette;
mod png;
mod sharp;
mod sixel;
mod taken;
mod told;
mod turn;
mod webp;

use bytes::Bytes;

use self::kept::{Kept, Room};
use self::taken::take;
use self::turn::Turn;
use super::contained::contained;
use super::format;

pub use apart::decode_apart_by;
pub(super) use fit::Picture;
pub use fit::PicturePlace;
pub use sharp::Sharp;
pub(super) use told::ahead;

/// Limit on the pixels of a picture that has to be decoded whole, with what the decoder itself needs: 256
/// MiB.
const WHOLE: u64 = 256 << 20;

/// Limit on the pixels that are decoded of a picture row by row, in bytes: some half a second's.
const ROWS: u64 = 512 << 20;

/// The kinds that are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Png,
    Jpeg,
    WebP,
    Gif,
}

/// Stored columns and rows; then depth and colours in words.
type Header = ((u32, u32), String);

/// A decoded picture.
struct Decoded {
    kept: Kept,
    /// Stored columns and rows.
    size: (u32, u32),
    /// Depth and colours, as the header tells them.
    facts: String,
    turn: Turn,
    end: End,
}

/// How far a picture was decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// To its end.
    Whole,
    /// To where the bytes end, which is too early.
    Cut,
    /// To a fault.
    Damaged,
    /// This number of rows, up to the limit.
    Rows(u64),
    /// To where it was no longer wanted.
    Unwanted,
}

/// Why a picture is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    /// It needs more memory than the limit.
    TooLarge,
    /// The bytes end too early, and are too few to show a part.
    Cut,
    /// It breaks the rules of its kind, or uses an unknown one; the text says which.
    Damaged(String),
    /// The decoder failed.
    Bug,
    /// It is no longer wanted.
    Unwanted,
}

impl Kind {
    /// The kind of picture that the first bytes show.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        Some(match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            _ => return None,
        })
    }

    /// Name of the kind.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
        }
    }
}

/// Decodes a picture and describes it, or says why it is not shown. With `head`, the bytes are only its
/// beginning. Ends early where `wanted` says no.
pub(super) fn read(
    kind: Kind,
    bytes: &[u8],
    head: bool,
    wanted: &dyn Fn() -> bool,
) -> Result<(Picture, String), String> {
    let decoded = contained(|| decode(kind, bytes, Room::TERMINAL, wanted)).unwrap_or_else(|| {
        // A picture that is no longer wanted may end like a panic.
        Err(if wanted() { Fault::Bug } else { Fault::Unwanted })
    });
    match decoded {
        Ok(decoded) => {
            let (width, height) = decoded.size;
            let mut note = told::words(kind, decoded.size, &decoded.facts, decoded.turn);
            if let Some(end) = decoded.end.words(head) {
                note = format!("{note}; {end}");
            }
            let size = if decoded.turn.is_sideways() { (height, width) } else { (width, height) };
            Ok((Picture::new(decoded.kept.turned(decoded.turn), size), note))
        }
        Err(fault) => {
            let format = format::describe(bytes).unwrap_or_else(|| kind.name().to_owned());
            let why = if head && fault == Fault::Cut {
                "too little of it for a picture".to_owned()
            } else {
                fault.words(kind)
            };
            Err(format!("{format}; {why}"))
        }
    }
}

/// Decodes a picture that was shown before, with this number of pixels; `None` where that fails now, or is no
/// longer wanted.
fn read_again(
    (kind, bytes): (Kind, &Bytes),
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Option<Kept> {
    let decoded = contained(|| decode(kind, bytes, room, wanted))?.ok()?;
    (decoded.end != End::Unwanted).then(|| decoded.kept.turned(decoded.turn))
}

/// The output of a child that decodes a picture ([`decode_apart_by`]), for its input.
pub fn decoded_apart(given: &[u8]) -> Vec<u8> {
    apart::answer(given, |bytes, room| {
        contained(|| webp::decode_here(bytes, room, &|| true)).unwrap_or(Err(Fault::Bug))
    })
}

fn decode(
    kind: Kind,
    bytes: &[u8],
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Result<Decoded, Fault> {
    match kind {
        Kind::Png => png::decode(bytes, room, ROWS, wanted),
        Kind::Jpeg => jpeg::decode(bytes, room, wanted),
        Kind::WebP => webp::decode(bytes, room, wanted),
        Kind::Gif => gif::decode(bytes, room, ROWS, wanted),
    }
}

impl End {
    fn words(self, head: bool) -> Option<String> {
        match self {
            Self::Whole | Self::Unwanted => None,
            Self::Cut if head => None,
            Self::Cut => Some("cut off: shown in part".to_owned()),
            Self::Damaged => Some("damaged: shown in part".to_owned()),
            Self::Rows(rows) => Some(format!("large: only its first {rows} rows")),
        }
    }
}

impl Fault {
    fn words(&self, kind: Kind) -> String {
        let name = kind.name();
        match self {
            Self::TooLarge => {
                let most = WHOLE >> 20;
                format!("no picture: it would take over {most} MiB")
            }
            Self::Cut => "no picture: its end is missing".to_owned(),
            Self::Damaged(why) => format!("no picture: {why}"),
            Self::Bug => format!("no picture: reading this {name} failed, a bug"),
            Self::Unwanted => "no picture: given up".to_owned(),
        }
    }

    /// The fault that a decoder describes.
    fn of(why: &dyn std::fmt::Display) -> Self {
        // In one row, and of limited length.
        let why: String = why.to_string().chars().take(100).collect();
        Self::Damaged(format!("damaged ({why})"))
    }
}

#[cfg(test)]
mod tests;
