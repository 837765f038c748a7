//! What is told outside the screen: the terminal's title, the bell and notifications; and what ends a link.

use crate::config::Notify;
use crate::text::visible;

use super::clipboard::through;

/// The most columns of a title or a notification.
const LONGEST: usize = 160;

/// What keeps the title that the terminal has, on its own stack.
pub(super) const KEEP_TITLE: &str = "\x1b[22;2t";
/// What gives it back. Where there is no such stack, an empty title is left, which most shells set.
pub(super) const GIVE_TITLE_BACK: &str = "\x1b]2;\x07\x1b[23;2t";

/// What ends a link that a frame has begun.
pub(super) const END_LINK: &str = "\x1b]8;;\x1b\\";

/// What sets the title.
pub(super) fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x07", safe(text)).into_bytes()
}

/// What tells the user who looks elsewhere.
pub(super) fn notification(
    notify: Notify,
    text: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Vec<u8> {
    match notify {
        Notify::Off => Vec::new(),
        Notify::TerminalBell => b"\x07".to_vec(),
        Notify::Desktop => {
            let sequence = format!("\x1b]9;larder: {}\x07", safe(text));
            [through(sequence.as_bytes(), env), b"\x07".to_vec()].concat()
        }
    }
}

/// A text that ends no sequence.
fn safe(text: &str) -> String {
    visible(text).fit(LONGEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_ends_no_sequence() {
        let hostile = "a\x07b\x1b\\c\u{9c}d\u{202e}e\x1b]0;x";
        for bytes in [title(hostile), notification(Notify::Desktop, hostile, &|_| None)] {
            let text = String::from_utf8(bytes).unwrap();
            let inner = text.trim_start_matches("\x1b]").trim_end_matches('\x07');
            assert!(inner.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{text:?}");
        }
        assert!(title(&"long ".repeat(1000)).len() < 400);
    }

    #[test]
    fn who_wants_no_notification_gets_none() {
        let none = |_: &str| None;
        assert_eq!(notification(Notify::Off, "x", &none), b"");
        assert_eq!(notification(Notify::TerminalBell, "x", &none), b"\x07");
        let sent = notification(Notify::Desktop, "x", &none);
        assert_eq!(sent, b"\x1b]9;larder: x\x07\x07");
    }
}
