//! Words for the shell of another host, whichever shell that is.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

/// The word in a form that `sh`, bash, zsh and fish take for the word itself: in single quotes, except for
/// single quotes and backslashes, which not all of them read alike there.
pub(super) fn word(word: &OsStr) -> OsString {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:@%+,".contains(byte);
    if !word.is_empty() && word.as_bytes().iter().all(plain) {
        return word.to_owned();
    }
    let mut out = vec![b'\''];
    for byte in word.as_bytes() {
        match byte {
            b'\'' => out.extend(b"'\"'\"'"),
            b'\\' => out.extend(b"'\"\\\\\"'"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\'');
    OsString::from_vec(out)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_gives_every_word_back() {
        let words = [
            "plain",
            "",
            "a b",
            "it's",
            "\"",
            "$HOME $(id) `id`",
            "a\\b",
            "\\",
            "\\'",
            "'\\''",
            "*",
            "~",
            "a\nb",
            "-n",
            "größe",
            "!x",
            "#",
            "a;b|c&d<e>f",
            "{a,b}",
            "%1",
            "=ls",
            "[a]",
        ];
        for shell in ["sh", "bash", "zsh", "fish"] {
            let line = words.map(|text| word(OsStr::new(text)).into_string().unwrap()).join(" ");
            let line = format!("printf '<%s>' {line}");
            let Ok(output) = Command::new(shell).args(["-c", &line]).output() else {
                // Shells that only some machines have are tested where they are installed.
                assert!(matches!(shell, "zsh" | "fish"), "{shell}");
                continue;
            };
            let wanted = format!("<{}>", words.join("><"));
            assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{shell}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        let bytes = OsString::from_vec(vec![b'a', 0xff]);
        assert_eq!(word(&bytes).as_bytes(), b"'a\xff'");
    }
}
