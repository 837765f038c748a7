//! Links for terminals that support them (OSC 8): to URLs, and to files of this machine.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::Visible;

/// Characters that are percent-encoded in a path.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Terminals that show the sequence as text.
const NONE: [&str; 3] = ["dumb", "linux", "unknown"];

/// Whether the terminal supports links, as far as its name tells; most others ignore them.
pub fn takes_links(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let named =
        env("TERM").is_some_and(|name| !NONE.contains(&&*name) && !name.starts_with("screen"));
    named && env("STY").is_none()
}

/// Whether a URL can be part of a sequence: all of it is visible ASCII.
pub fn is_linkable(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A text that links to this URL; only the text where the URL is not safe to be written.
pub fn linked(url: &str, text: &Visible<'_>) -> String {
    if is_linkable(url) {
        format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\")
    } else {
        text.to_string()
    }
}

/// The URL of a file of this machine.
pub fn file_url(absolute: &Path) -> String {
    format!("file://{}", percent_encode(absolute.as_os_str().as_bytes(), PATH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::visible;

    #[test]
    fn hostile_text_is_in_no_link() {
        let text = visible("a\x1b\\b");
        let link = linked("file:///a%1Bb", &text);
        assert_eq!(link, format!("\x1b]8;;file:///a%1Bb\x1b\\{text}\x1b]8;;\x1b\\"));
        for url in ["file:///a\x1b\\b", "file:///a\u{9b}", "file:///a b"] {
            assert_eq!(linked(url, &text), text.to_string());
        }
        assert_eq!(file_url(Path::new("/a b/\u{9b}c")), "file:///a%20b/%C2%9Bc");
    }

    #[test]
    fn a_terminal_that_would_show_them_gets_none() {
        for (term, taken) in [("xterm-256color", true), ("linux", false), ("screen", false)] {
            let env = |name: &str| (name == "TERM").then(|| term.to_owned());
            assert_eq!(takes_links(&env), taken, "{term}");
        }
    }
}
