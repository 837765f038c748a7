//! Conversion from a charset to UTF-8 and back.

use std::fmt;

use encoding_rs::{EncoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{Charset, Narrow};

/// Bytes that are converted at a time.
const BLOCK: usize = 64 << 10;

/// A character that a charset does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable {
    /// The character.
    pub character: char,
    /// Name of the charset.
    pub charset: &'static str,
    /// Line of the character, from 1.
    pub line: usize,
    /// Column of the character, in characters from 1.
    pub column: usize,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { character, charset, line, column } = self;
        write!(f, "`{character}` at line {line}, column {column} cannot be written in {charset}")
    }
}

impl Unwritable {
    fn at(text: &str, offset: usize, charset: Charset) -> Self {
        let before = &text[..offset];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            character: text[offset..].chars().next().unwrap_or_default(),
            charset: charset.name(),
            line: memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1,
            column: before[line..].chars().count() + 1,
        }
    }
}

impl Charset {
    /// The byte order mark of this charset.
    pub(super) fn mark_bytes(self) -> &'static [u8] {
        match self.encoding {
            it if it == UTF_16LE => b"\xff\xfe",
            it if it == UTF_16BE => b"\xfe\xff",
            it if it == UTF_8 => b"\xef\xbb\xbf",
            _ => b"",
        }
    }

    /// The text as it is stored, with the byte order mark if there was one.
    ///
    /// # Errors
    /// The first character that the charset does not have.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, Unwritable> {
        let mut out = Vec::with_capacity(text.len() + 3);
        if self.mark {
            out.extend_from_slice(self.mark_bytes());
        }
        let beyond = |last: char| text.char_indices().find(|&(_, c)| c > last);
        let foreign = match self.narrow {
            Narrow::No => None,
            Narrow::Latin1 => beyond('\u{ff}'),
            Narrow::Ascii => beyond('\u{7f}'),
        };
        if let Some((at, _)) = foreign {
            return Err(Unwritable::at(text, at, self));
        }
        match self.encoding {
            it if it == UTF_8 => out.extend_from_slice(text.as_bytes()),
            it if it == UTF_16LE => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            it if it == UTF_16BE => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            _ => self.encode_legacy(text, &mut out)?,
        }
        Ok(out)
    }

    fn encode_legacy(self, text: &str, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        let mut encoder = self.encoding.new_encoder();
        let (mut at, mut block) = (0, [0; 4096]);
        loop {
            let rest = &text[at..];
            let (result, read, written) =
                encoder.encode_from_utf8_without_replacement(rest, &mut block, true);
            at += read;
            out.extend_from_slice(&block[..written]);
            match result {
                EncoderResult::InputEmpty => return Ok(()),
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(character) => {
                    let at = at.saturating_sub(character.len_utf8());
                    return Err(Unwritable::at(text, at, self));
                }
            }
        }
    }
}

/// The text, and whether some bytes do not fit the charset: these become replacement characters. A character
/// that is cut off at the end is left out, unless these bytes are the `last`.
pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8], last: bool) -> (String, bool) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut text, mut faulty) = (String::with_capacity(bytes.len()), false);
    let mut rest = bytes;
    loop {
        let block = &rest[..rest.len().min(BLOCK)];
        let ends = block.len() == rest.len();
        text.reserve(decoder.max_utf8_buffer_length(block.len()).unwrap_or(block.len() * 3));
        let (_, read, had_errors) = decoder.decode_to_string(block, &mut text, last && ends);
        faulty |= had_errors;
        rest = &rest[read..];
        if ends && rest.is_empty() {
            text.shrink_to_fit();
            return (text, faulty);
        }
    }
}
