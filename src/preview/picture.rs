//! Pictures: decoded once, made small at the same time, and drawn as pixels.
//!
//! What is kept has at most [`Room::TERMINAL`]'s pixels, whatever the picture has: a pane has some
//! thousands, and a terminal that draws pictures itself is sent no more. Pictures that are decoded row by row are never held whole; of others the header tells
//! beforehand what they need, which is bounded.

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

pub(super) use fit::Picture;
pub use fit::PicturePlace;
pub use sharp::Sharp;
pub(super) use told::ahead;

/// What the pixels of a picture that has to be decoded whole may take, with what the decoder needs
/// for itself: 256 MiB.
const WHOLE: u64 = 256 << 20;

/// How many bytes of pixels are decoded of a picture that is decoded row by row: some half a second's.
const ROWS: u64 = 512 << 20;

/// The kinds that are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Png,
    Jpeg,
    WebP,
    Gif,
}

/// Stored columns and rows; depth and colours.
type Header = ((u32, u32), String);

/// A decoded picture.
struct Decoded {
    kept: Kept,
    /// Stored columns and rows.
    size: (u32, u32),
    /// Depth, colours: what the header tells.
    facts: String,
    turn: Turn,
    end: End,
}

/// How much of a picture was decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All of it.
    Whole,
    /// What there is: its end is missing.
    Cut,
    /// What comes before a fault.
    Damaged,
    /// So many rows: there are more than are decoded.
    Rows(u64),
    /// Nobody wants it any more.
    Unwanted,
}

/// Why nothing of a picture is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    /// It would take more memory than it may.
    TooLarge,
    /// Its end is missing, and what there is does not do.
    Cut,
    /// It breaks the rules of its kind, or uses one that is not known: which.
    Damaged(String),
    /// The decoder failed.
    Bug,
    /// Nobody wants it any more.
    Unwanted,
}

impl Kind {
    /// The kind, by the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        Some(match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            _ => return None,
        })
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
        }
    }
}

/// Decodes a picture, and tells what it is; or why it is not shown. `head` says that the bytes are the
/// beginning of it. Ends early where `wanted` says no.
pub(super) fn read(
    kind: Kind,
    bytes: &[u8],
    head: bool,
    wanted: &dyn Fn() -> bool,
) -> Result<(Picture, String), String> {
    let decoded =
        contained(|| decode(kind, bytes, Room::TERMINAL, wanted)).unwrap_or(Err(Fault::Bug));
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
                "this is too little of it to be shown as a picture".to_owned()
            } else {
                fault.words(kind)
            };
            Err(format!("{format}; {why}"))
        }
    }
}

/// Decodes a picture that was shown once more, for so many pixels; nothing where that fails now, or
/// where nobody wants it any more.
fn read_again(
    (kind, bytes): (Kind, &Bytes),
    room: Room,
    wanted: &dyn Fn() -> bool,
) -> Option<Kept> {
    let decoded = contained(|| decode(kind, bytes, room, wanted))?.ok()?;
    (decoded.end != End::Unwanted).then(|| decoded.kept.turned(decoded.turn))
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
            Self::Cut => Some("its end is missing: what there is of it is shown".to_owned()),
            Self::Damaged => Some("damaged: what could be read of it is shown".to_owned()),
            Self::Rows(rows) => Some(format!("so large that only its first {rows} rows are shown")),
        }
    }
}

impl Fault {
    fn words(&self, kind: Kind) -> String {
        let name = kind.name();
        match self {
            Self::TooLarge => {
                let most = WHOLE >> 20;
                format!("not shown as a picture: it would take more than {most} MiB of memory")
            }
            Self::Cut => "not shown as a picture: its end is missing".to_owned(),
            Self::Damaged(why) => format!("not shown as a picture: {why}"),
            Self::Bug => format!("not shown as a picture: reading this {name} failed, a bug"),
            Self::Unwanted => "not shown as a picture: given up".to_owned(),
        }
    }

    /// A fault in the words of a decoder.
    fn of(why: &dyn std::fmt::Display) -> Self {
        // In one row, and not at any length.
        let why: String = why.to_string().chars().take(100).collect();
        Self::Damaged(format!("damaged ({why})"))
    }
}

#[cfg(test)]
mod tests;
