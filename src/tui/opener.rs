//! Opens values in the user's own programs, in private files that are removed when larder ends.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::process::Command;

use crate::app::OpenedExternal;
use crate::config::environment::{SECRETS, variable};
use crate::model::in_words;
use crate::scratch::Scratch;
use crate::storage::blocking;

/// Time within which a program may say that it fails. Some end at once, others when they are closed.
const FAILS_WITHIN: Duration = Duration::from_secs(2);

/// Opens values; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Opener {
    /// The user's command; if empty, the system's is used.
    command: String,
    /// The folder, once it is needed, and the number of files that were put there.
    folder: Arc<Mutex<Option<(Scratch, u32)>>>,
}

impl Opener {
    pub(super) fn new(command: &str) -> Self {
        Self { command: command.trim().to_owned(), folder: Arc::default() }
    }

    /// Whether the screen is at another machine, where no program can be started.
    pub(super) fn is_remote(&self) -> bool {
        self.command.is_empty() && variable("SSH_CONNECTION").is_some()
    }

    /// Writes the value to a file of this name, and has it opened.
    pub(super) async fn open(self, name: String, bytes: Bytes) -> Result<OpenedExternal, String> {
        let this = self.clone();
        let written = blocking::run(move || this.put(&name, &bytes)).await;
        let path = written
            .and_then(|path| path)
            .map_err(|why| format!("no private file can be written: {}", in_words(&why)))?;
        if self.is_remote() {
            return Ok(OpenedExternal::File { path, login: login(&variable) });
        }
        let (name, command) = self.program(&path)?;
        run(&name, command).await.map(|()| OpenedExternal::With(name))
    }

    /// The program's name, and the command that starts it.
    fn program(&self, path: &Path) -> Result<(String, Command), String> {
        if !self.command.is_empty() {
            let mut command = Command::new("sh");
            command.arg("-c").arg(format!("{} \"$1\"", self.command)).arg("sh").arg(path);
            let name = self.command.split_whitespace().next().unwrap_or_default();
            return Ok((name.to_owned(), command));
        }
        let has_display = || variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY")).is_some();
        let name = if cfg!(target_os = "macos") {
            "open"
        } else if variable("WSL_DISTRO_NAME").is_some() {
            "wslview"
        } else if has_display() {
            "xdg-open"
        } else {
            // A browser for text would need the terminal.
            return Err("no display here".to_owned());
        };
        let mut command = Command::new(name);
        command.arg(path);
        Ok((name.to_owned(), command))
    }

    /// Writes a file in a folder of its own, so that it can have its name. It is read-only: changes in it
    /// would be lost.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() {
            *folder = Some((Scratch::make()?, 0));
        }
        let Some((scratch, count)) = folder.as_mut() else { return Err(io::Error::other("none")) };
        *count += 1;
        let own = scratch.path().join(count.to_string());
        fs::create_dir(&own)?;
        let path = own.join(name);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&path)?;
        file.write_all(bytes)?;
        Ok(path)
    }
}

/// Starts the program, and waits a moment to see whether it fails.
async fn run(name: &str, mut command: Command) -> Result<(), String> {
    for secret in SECRETS {
        command.env_remove(secret);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A key that ends larder does not end the program.
    command.process_group(0);
    let mut child = command.spawn().map_err(|why| match why.kind() {
        io::ErrorKind::NotFound => format!("no {name} here to open it with"),
        _ => format!("{name} cannot be started: {}", in_words(&why)),
    })?;
    match tokio::time::timeout(FAILS_WITHIN, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(failed(name, status)),
        // The runtime waits for the program.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn failed(name: &str, status: ExitStatus) -> String {
    match status.code() {
        Some(127) => format!("no {name} here to open it with"),
        Some(3) if name == "xdg-open" => "xdg-open knows no program for it".to_owned(),
        _ => format!("{name} could not open it ({status})"),
    }
}

/// The name that the user's machine has for this one, as `sshd` tells it.
fn login(env: &dyn Fn(&str) -> Option<String>) -> Option<(String, u16)> {
    let connection = env("SSH_CONNECTION")?;
    let mut words = connection.split(' ').skip(2);
    let (host, port) = (words.next()?, words.next()?.parse().ok()?);
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let user = env("USER").or_else(|| env("LOGNAME"));
    Some((user.map_or(host.clone(), |user| format!("{user}@{host}")), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login_of(connection: &str) -> Option<(String, u16)> {
        login(&|name| match name {
            "SSH_CONNECTION" => Some(connection.to_owned()),
            "USER" => Some("me".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn the_way_back_is_told_by_sshd() {
        assert_eq!(login_of("10.0.0.9 50000 10.0.0.5 22"), Some(("me@10.0.0.5".to_owned(), 22)));
        assert_eq!(login_of("::1 50000 ::1 2222"), Some(("me@[::1]".to_owned(), 2222)));
        assert_eq!(login_of("nonsense"), None);
    }

    #[test]
    fn a_file_has_its_name_and_goes_with_the_opener() {
        use std::os::unix::fs::PermissionsExt as _;
        let opener = Opener::new("");
        let paths = [0, 1].map(|_| opener.put("page.html", b"<p>").unwrap());
        assert_ne!(paths[0], paths[1]);
        for path in &paths {
            assert_eq!(path.file_name().unwrap(), "page.html");
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o400);
        }
        drop(opener);
        assert!(!paths[0].parent().unwrap().parent().unwrap().exists());
    }

    #[tokio::test]
    async fn what_a_command_cannot_open_is_told() {
        let open = |command: &str| Opener::new(command).open("a.txt".to_owned(), Bytes::new());
        assert_eq!(open("true").await, Ok(OpenedExternal::With("true".to_owned())));
        let why = open("larder-none").await.unwrap_err();
        assert_eq!(why, "no larder-none here to open it with");
        assert!(open("false").await.unwrap_err().starts_with("false could not open it"));
    }
}
