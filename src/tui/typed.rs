//! What the terminal sends on its way to the core: its answers are taken out, and keys that came
//! at once go on together.

use std::io;

use crossterm::event::{Event as TerminalEvent, KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use crate::app::{Event, is_text};
use crate::view::spot_at;

use super::background::Filtered;
use super::input::Heard;
use super::{ANSWER_INTERVAL, PASTE_INTERVAL, Shell};

/// How many keys are taken at once: signals and results wait meanwhile.
const BATCH: usize = 4096;
/// So many keys at once are pasted.
const MANY: usize = 32;

impl Shell {
    /// Takes what came from the terminal; nothing at its end.
    pub(super) async fn hear(&mut self, heard: Option<Heard>) -> io::Result<()> {
        match heard {
            Some(Heard::Event(event)) => self.typed(Some(event)).await,
            Some(Heard::Report(report)) => self.reported(&report),
            None => self.typed(None).await,
        }
    }

    /// Takes an event of the terminal's. What is pasted without brackets comes as so many keys:
    /// those that wait behind the first are taken with it where text is typed.
    async fn typed(&mut self, event: Option<TerminalEvent>) -> io::Result<()> {
        let mut keys = Vec::new();
        let mut event = event;
        loop {
            let Some(TerminalEvent::Key(key)) = event else {
                self.press(keys).await?;
                return self.told(event).await;
            };
            match self.background.feed(key) {
                Filtered::Keys(heard) => keys.extend(heard),
                Filtered::Answer(theme) => {
                    if let Some(theme) = theme {
                        self.appearance.theme = *theme;
                        self.dirty = true;
                    }
                }
                Filtered::Report(report) => self.reported(&report)?,
            }
            if keys.len() >= BATCH || !self.app.takes_text() || !is_text(&key) {
                break;
            }
            match self.input.waiting() {
                Some(next) => event = Some(next),
                None => break,
            }
        }
        self.press(keys).await
    }

    async fn told(&mut self, event: Option<TerminalEvent>) -> io::Result<()> {
        let event = match event {
            Some(TerminalEvent::Mouse(mouse)) => self.pointed(mouse),
            Some(TerminalEvent::Paste(text)) => Event::Paste(text),
            Some(_) => return Ok(()),
            None => {
                self.gone();
                return Ok(());
            }
        };
        self.take(event).await
    }

    /// What the mouse did, and on what.
    fn pointed(&mut self, mouse: MouseEvent) -> Event {
        self.frame_interval = ANSWER_INTERVAL;
        let clicks = mouse.kind == MouseEventKind::Down(MouseButton::Left);
        let spot =
            clicks.then(|| spot_at(&self.app, &self.appearance, mouse.column, mouse.row)).flatten();
        spot.map_or(Event::Mouse(mouse), |spot| Event::Click(spot, mouse))
    }

    pub(super) async fn press(&mut self, keys: Vec<KeyEvent>) -> io::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.frame_interval = if keys.len() < MANY { ANSWER_INTERVAL } else { PASTE_INTERVAL };
        self.take(Event::Keys(keys)).await
    }
}
