//! Output for other programs, and for the terminal apart from its screen.

use std::io;

use bytes::Bytes;

use super::{Shell, clipboard, signs};
use crate::app::Event;

impl Shell {
    /// Hands bytes to the terminal's clipboard.
    pub(super) fn copy(&mut self, what: &'static str, bytes: &[u8]) -> Event {
        let result = match clipboard::copy_sequence(bytes, &variable, self.clipboard_limit) {
            Ok(sequence) => match self.terminal.send(&sequence) {
                Ok(()) => Ok(bytes.len()),
                Err(_) => Err("the terminal takes nothing at present".to_owned()),
            },
            Err(too_large) => Err(too_large.to_string()),
        };
        Event::Copied(what, result)
    }

    /// Opens a value in the user's program, beside the loop. The end does not wait for it.
    pub(super) fn open_external(&self, name: String, bytes: Bytes) {
        let (opener, events) = (self.opener.clone(), self.tasks.events());
        tokio::spawn(async move {
            let result = opener.open(name.clone(), bytes).await;
            let _ = events.send(Event::OpenedExternal(name, result)).await;
        });
    }

    /// Rings the bell or sends a notification, as the user has set.
    pub(super) fn notify(&mut self, text: &str) -> io::Result<()> {
        let sequence = signs::notification(self.notify, text, &variable);
        if sequence.is_empty() {
            return Ok(());
        }
        let sent = self.terminal.send(&sequence);
        self.unless_gone(sent)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
