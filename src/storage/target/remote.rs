//! A directory on another host: `ssh://[USER@]HOST[:PORT]/PATH`.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::SshHop;
use crate::model::{Error, ErrorKind, Result};

const SCHEME: &str = "ssh://";
/// Characters that are percent-encoded in a path, so that it is read back unchanged.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// A storage directory on a host that `ssh` logs in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteDirectory {
    /// The host.
    pub host: SshHop,
    /// Path on that host: absolute, or with `./` before it if it begins in the home folder.
    pub path: String,
}

impl RemoteDirectory {
    /// Reads such a URL; `None` for any other text. A path with `/~/` at its start begins in the home folder.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a host or a path that makes no sense.
    pub(super) fn parse(text: &str) -> Option<Result<Self>> {
        let scheme = text.get(..SCHEME.len())?;
        let rest = scheme.eq_ignore_ascii_case(SCHEME).then(|| &text[SCHEME.len()..])?;
        Some(Self::read(rest))
    }

    fn read(rest: &str) -> Result<Self> {
        let wrong = |problem: &str| {
            Error::new(ErrorKind::Usage, problem)
                .hint("write ssh://USER@HOST/PATH, or ssh://USER@HOST/~/PATH in the home folder")
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = SshHop::parse(host)?;
        let path = percent_decode_str(path).decode_utf8();
        let path = path.map_err(|_| wrong("the path in the target is not UTF-8"))?;
        if path.is_empty() {
            return Err(wrong("the target names no directory on that host"));
        }
        if path.contains(char::is_control) {
            return Err(wrong("the path in the target has control characters"));
        }
        let path = match path.strip_prefix('~') {
            Some("") => ".".to_owned(),
            Some(at_home) if at_home.starts_with('/') => format!(".{at_home}"),
            _ => format!("/{path}"),
        };
        Ok(Self { host, path })
    }
}

/// The URL, which can be read again.
impl fmt::Display for RemoteDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self.path.strip_prefix('.') {
            Some(at_home) => format!("/~{at_home}"),
            None => self.path.clone(),
        };
        write!(f, "{SCHEME}{}{}", self.host, utf8_percent_encode(&path, ENCODED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<RemoteDirectory> {
        RemoteDirectory::parse(text).expect("a URL of ssh")
    }

    #[test]
    fn host_and_path_are_told_apart() {
        for (text, host, port, path) in [
            ("ssh://crawler/srv/storage", "crawler", None, "/srv/storage"),
            ("ssh://ann@crawler:2222/srv/a b", "ann@crawler", Some(2222), "/srv/a b"),
            ("SSH://[::1]/srv/100%25", "::1", None, "/srv/100%"),
            ("ssh://ann@[fe80::1%25eth0]:22/x", "ann@fe80::1%eth0", Some(22), "/x"),
            ("ssh://crawler/~/storage", "crawler", None, "./storage"),
            ("ssh://crawler/~", "crawler", None, "."),
            ("ssh://crawler/~ann/x", "crawler", None, "/~ann/x"),
        ] {
            let read = read(text).unwrap();
            assert_eq!((&*read.host.destination, read.host.port), (host, port), "{text}");
            assert_eq!(read.path, path, "{text}");
            let again = RemoteDirectory::parse(&read.to_string()).unwrap().unwrap();
            assert_eq!(again, read, "{text}");
        }
        assert!(RemoteDirectory::parse("redis://host/1").is_none());
        assert!(RemoteDirectory::parse("/ssh://x/y").is_none());
    }

    #[test]
    fn what_ssh_could_take_for_an_option_or_a_shell_for_a_command_is_refused() {
        for text in [
            "ssh://-oProxyCommand=touch x/srv",
            "ssh://-oProxyCommand=x/srv",
            "ssh://ann@-x/srv",
            "ssh://-l@host/srv",
            "ssh://a;b/srv",
            "ssh://$(x)/srv",
            "ssh:///srv",
            "ssh://ann:secret@host/srv",
            "ssh://host",
            "ssh://host/",
            "ssh://host:0/srv",
            "ssh://host/a%0ab",
            "ssh://host/%ff",
        ] {
            let why = read(text).unwrap_err();
            assert_eq!(why.kind, ErrorKind::Usage, "{text}");
            assert!(!why.to_string().contains("secret"), "{why}");
        }
    }
}
