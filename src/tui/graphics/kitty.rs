//! Kitty's protocol: the picture is sent as data under a number, and is shown where its placeholders are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::tui::backend::{SLICE, TerminalPicture};

/// Size of the data in one command, in base64: the protocol allows 4096 bytes, in whole groups of four.
const CHUNK: usize = SLICE;
const _: () = assert!(CHUNK <= 4096 && CHUNK.is_multiple_of(4));

/// The question whether the terminal knows the protocol: a picture of one pixel, which is not kept.
pub(super) const QUESTION: &str = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\";

/// The answer of a terminal that knows it.
pub(super) const ANSWER: &str = "Gi=31;OK";

/// A picture to be shown in this number of columns and rows; wrapped for tmux if that is in between. The
/// terminal sends no answer to it.
pub(super) fn picture(png: &[u8], id: u8, size: (u16, u16), tmux: bool) -> TerminalPicture {
    let data = STANDARD.encode(png);
    let mut chunks = data.as_bytes().chunks(CHUNK).map(String::from_utf8_lossy).peekable();
    let mut commands = Vec::new();
    while let Some(chunk) = chunks.next() {
        let more = u8::from(chunks.peek().is_some());
        let (columns, rows) = size;
        let keys = if commands.is_empty() {
            format!("a=T,U=1,f=100,i={id},c={columns},r={rows},q=2,m={more}")
        } else {
            format!("m={more},q=2")
        };
        commands.push(command(&keys, &chunk, tmux));
    }
    TerminalPicture {
        id,
        commands,
        breaks_off: command("m=0,q=2", "", tmux),
        frees: command(&format!("a=d,d=I,i={id},q=2"), "", tmux),
        ..TerminalPicture::default()
    }
}

/// One command.
fn command(keys: &str, data: &str, tmux: bool) -> String {
    let plain = format!("\x1b_G{keys};{data}\x1b\\");
    if !tmux {
        return plain;
    }
    // tmux passes on the content of this sequence, if it is set so.
    format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data of commands, put together again.
    fn data(commands: &[String]) -> Vec<u8> {
        let part = |command: &String| {
            let text = command.strip_prefix("\x1b_G").unwrap().strip_suffix("\x1b\\").unwrap();
            text.split_once(';').unwrap().1.to_owned()
        };
        STANDARD.decode(commands.iter().map(part).collect::<String>()).unwrap()
    }

    #[test]
    fn a_picture_goes_out_in_commands_that_can_be_put_together() {
        let png: Vec<u8> = (0..10_000_u32).map(|at| at as u8).collect();
        let sent = picture(&png, 7, (50, 20), false);
        let commands = sent.commands;
        assert_eq!(commands.len(), 5);
        assert!(commands[0].starts_with("\x1b_Ga=T,U=1,f=100,i=7,c=50,r=20,q=2,m=1;"));
        assert!(commands[1].starts_with("\x1b_Gm=1,q=2;"));
        assert!(commands[4].starts_with("\x1b_Gm=0,q=2;"));
        assert!(commands.iter().all(|command| command.len() < CHUNK + 100));
        assert_eq!(data(&commands), png);
        assert_eq!(sent.frees, "\x1b_Ga=d,d=I,i=7,q=2;\x1b\\");
        let one = picture(b"x", 7, (1, 1), false).commands;
        let begins = "\x1b_Ga=T,U=1,f=100,i=7,c=1,r=1,q=2,m=0;";
        assert!(one.len() == 1 && one[0].starts_with(begins));
    }

    #[test]
    fn each_command_goes_through_tmux_by_itself() {
        let sent = picture(&[0; 10_000], 7, (50, 20), true);
        for command in sent.commands.iter().chain([&sent.breaks_off, &sent.frees]) {
            let inner = command.strip_prefix("\x1bPtmux;\x1b\x1b_G").unwrap();
            let inner = inner.strip_suffix("\x1b\x1b\\\x1b\\").unwrap();
            assert!(!inner.contains('\x1b'));
        }
    }
}
