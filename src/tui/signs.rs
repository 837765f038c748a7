//! Output apart from the screen: the terminal's title, the bell and notifications; and the end of a link.

use crate::config::Notify;
use crate::text::visible;

use super::clipboard::through;

/// Limit on a title or a notification, in columns.
const LONGEST: usize = 160;

/// The sequence that saves the terminal's title on its own stack.
pub(super) const KEEP_TITLE: &str = "\x1b[22;2t";
/// The sequence that restores it. A terminal without such a stack gets an empty title, which most shells then
/// set.
pub(super) const GIVE_TITLE_BACK: &str = "\x1b]2;\x07\x1b[23;2t";

/// The sequence that ends a link which a frame has begun.
pub(super) const END_LINK: &str = "\x1b]8;;\x1b\\";

/// The sequence that sets the title.
pub(super) fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x07", safe(text)).into_bytes()
}

/// The sequence that tells the user outside the screen.
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

/// The text without anything that would end a sequence.
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
