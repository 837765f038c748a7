//! The clipboard through the terminal (OSC 52), so that it works over SSH and inside tmux.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::size;

/// Limit on a sequence that all common terminals take, in bytes before any wrapping. It holds 74,994 bytes of
/// data.
pub const LIMIT: usize = 100_000;

const START: &[u8] = b"\x1b]52;c;";
const END: &[u8] = b"\x07";

/// Bytes of the sequence that GNU screen passes on at once: its own buffer holds 768.
const SCREEN_CHUNK: usize = 512;

/// The error that the data is too large for the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// Size of the data, in bytes.
    pub bytes: usize,
    /// Limit on the data, in bytes.
    pub most: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, most } = self;
        let (bytes, most) = (size(*bytes as u64), size(*most as u64));
        write!(f, "{bytes}: the clipboard takes {most}; save to a file")
    }
}

impl std::error::Error for TooLarge {}

/// The sequence that has the terminal put `bytes` on the clipboard.
///
/// `limit` is the limit on the sequence in bytes, before it is wrapped for tmux or screen, which `TMUX` and
/// `STY` tell; see [`LIMIT`]. Whether the terminal obeys cannot be known.
///
/// # Errors
/// [`TooLarge`], because a part would not be the value.
pub fn copy_sequence(
    bytes: &[u8],
    env: &dyn Fn(&str) -> Option<String>,
    limit: usize,
) -> Result<Vec<u8>, TooLarge> {
    let most = limit.saturating_sub(START.len() + END.len()) / 4 * 3;
    if bytes.len() > most {
        return Err(TooLarge { bytes: bytes.len(), most });
    }
    Ok(through(&[START, STANDARD.encode(bytes).as_bytes(), END].concat(), env))
}

/// A sequence for the outer terminal, also where tmux or screen is in between.
pub(super) fn through(sequence: &[u8], env: &dyn Fn(&str) -> Option<String>) -> Vec<u8> {
    let inside = |name| env(name).is_some_and(|value| !value.is_empty());
    if inside("TMUX") {
        for_tmux(sequence)
    } else if inside("STY") {
        for_screen(sequence)
    } else {
        sequence.to_vec()
    }
}

/// The sequence twice: wrapped, for `allow-passthrough on`, and plain, for `set-clipboard on`. tmux drops the
/// one that it is not set to pass on.
fn for_tmux(sequence: &[u8]) -> Vec<u8> {
    let mut wrapped = b"\x1bPtmux;".to_vec();
    for byte in sequence {
        if *byte == b'\x1b' {
            wrapped.push(b'\x1b');
        }
        wrapped.push(*byte);
    }
    wrapped.extend_from_slice(b"\x1b\\");
    wrapped.extend_from_slice(sequence);
    wrapped
}

fn for_screen(sequence: &[u8]) -> Vec<u8> {
    let chunks = sequence.chunks(SCREEN_CHUNK);
    chunks.flat_map(|chunk| [b"\x1bP", chunk, b"\x1b\\"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(bytes: &[u8], variable: &'static str) -> Vec<u8> {
        let env = |name: &str| (name == variable).then(|| "1234".to_owned());
        copy_sequence(bytes, &env, LIMIT).unwrap()
    }

    #[test]
    fn bytes_go_out_as_base64() {
        assert_eq!(copied(b"h\xffllo", "HOME"), b"\x1b]52;c;aP9sbG8=\x07");
        assert_eq!(copied(b"", "HOME"), b"\x1b]52;c;\x07");
    }

    #[test]
    fn tmux_gets_it_wrapped_and_plain() {
        let expected = b"\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\\x1b]52;c;aGk=\x07";
        assert_eq!(copied(b"hi", "TMUX"), expected);
    }

    #[test]
    fn screen_gets_it_in_chunks() {
        assert_eq!(copied(b"hi", "STY"), b"\x1bP\x1b]52;c;aGk=\x07\x1b\\");
        let long = copied(&[0; 600], "STY");
        let text = String::from_utf8(long).unwrap();
        let chunks: Vec<_> = text.split_terminator("\x1b\\").collect();
        assert_eq!(chunks.len(), 2);
        assert_eq!(chunks[0].len(), 2 + SCREEN_CHUNK);
        let joined: String = chunks.iter().map(|chunk| &chunk[2..]).collect();
        assert_eq!(joined, format!("\x1b]52;c;{}\x07", "A".repeat(800)));
    }

    #[test]
    fn what_is_too_large_says_so() {
        let none = |_: &str| None;
        assert_eq!(copy_sequence(&vec![0; 74_994], &none, LIMIT).unwrap().len(), LIMIT);
        let why = copy_sequence(&vec![0; 74_995], &none, LIMIT).unwrap_err();
        assert_eq!(why, TooLarge { bytes: 74_995, most: 74_994 });
        assert!(why.to_string().contains("save to a file"));
        assert!(copy_sequence(b"a", &none, 0).is_err());
    }
}
