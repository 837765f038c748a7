//! The way of the terminal's input to the core: answers are taken out, and keys that came at once go on
//! together.

use std::io;

use crossterm::event::{Event as TerminalEvent, KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use crate::app::{Event, is_text};
use crate::view::spot_at;

use super::background::Filtered;
use super::input::Heard;
use super::{ANSWER_INTERVAL, PASTE_INTERVAL, Shell};

/// Limit on the keys that are taken at once: signals and results wait meanwhile.
const BATCH: usize = 4096;
/// Number of keys at once from which they count as pasted.
const MANY: usize = 32;

impl Shell {
    /// Takes something that came from the terminal; `None` is its end.
    pub(super) async fn hear(&mut self, heard: Option<Heard>) -> io::Result<()> {
        match heard {
            Some(Heard::Event(event)) => self.typed(Some(event)).await,
            Some(Heard::Report(report)) => self.reported(&report),
            None => self.typed(None).await,
        }
    }

    /// Takes an event of the terminal. A paste without brackets comes as many keys: where text is typed, the
    /// keys that wait behind the first are taken together with it.
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

    /// The event of the mouse, with what it was on.
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
