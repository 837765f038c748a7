//! Writes frames in few bytes, and so that no terminal shows pieces of the last one.
//!
//! A row further down costs three bytes instead of ten where the same columns change in row after row,
//! because the cursor goes there by line feed and backspace. A style is written as its difference from the
//! last one, or cells of one style are written together where that takes fewer bytes (`runs`). A row with
//! text whose width differs between terminals is erased and drawn anew from there on (`screen`). Pictures
//! come after everything else, in slices (`owed`, `flow`).

mod flow;
mod links;
mod owed;
mod pen;
mod picture;
mod runs;
mod screen;
mod width;

use std::cell::Cell as StdCell;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use crate::view::Link;
use flow::Flow;
pub(super) use flow::SLICE;
use links::{Links, Mark};
pub use picture::{TerminalPicture, Tile};
use screen::Screen;

/// The sequence that has the terminal show what follows only when all of it has come (a synchronized update).
/// A terminal that does not know it shows the bytes as they come.
const BEGIN_UPDATE: &str = "\x1b[?2026h";
/// The sequence that ends a synchronized update.
pub(super) const END_UPDATE: &str = "\x1b[?2026l";
/// Size from which a frame may come in parts, in bytes. A smaller one comes in one packet.
const LARGE: usize = 512;

/// [`CrosstermBackend`] with a frame writer of its own.
#[derive(Debug)]
pub struct CompactBackend<W: Write> {
    inner: CrosstermBackend<W>,
    /// The terminal's size when last asked for.
    size: StdCell<Size>,
    screen: Screen,
    /// Whether the cursor is shown; unknown before the first frame.
    shown: Option<bool>,
    /// Where the cursor is; unknown after cells were written.
    at: Option<Position>,
    /// Where the cursor was last placed.
    placed: Option<Position>,
    flow: Flow,
    /// Whether pictures wait.
    held: bool,
    /// Number of the picture's commands that are sent.
    sent: usize,
}

impl<W: Write> CompactBackend<W> {
    /// Writes to `writer`, a terminal in raw mode.
    pub fn new(writer: W) -> Self {
        let inner = CrosstermBackend::new(writer);
        let (size, screen) = (StdCell::default(), Screen::default());
        let (at, placed, flow) = (None, None, Flow::default());
        Self { inner, size, screen, shown: None, at, placed, flow, held: false, sent: 0 }
    }

    /// Forgets what is known of the terminal: another program has had it.
    pub fn forget(&mut self) {
        (self.shown, self.at, self.placed) = (None, None, None);
        self.flow.forget();
        self.sent = 0;
    }

    /// Has the terminal draw this picture from now on, and forget the one before.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn place(&mut self, picture: Option<Arc<TerminalPicture>>) -> io::Result<()> {
        let sent = std::mem::take(&mut self.sent);
        let Some(old) = std::mem::replace(&mut self.screen.picture, picture) else { return Ok(()) };
        if (1..old.commands.len()).contains(&sent) {
            Write::write_all(&mut self.inner, old.breaks_off.as_bytes())?;
        }
        if sent > 0 {
            Write::write_all(&mut self.inner, old.frees.as_bytes())?;
        }
        Backend::flush(self)
    }

    /// The next command of the picture.
    fn command(&self) -> Option<&String> {
        self.screen.picture.as_ref()?.commands.get(self.sent)
    }

    /// Sets whether pictures wait, because what is drawn of them is about to be covered or removed.
    pub fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Takes a report of the terminal, if it is the answer to a slice of a picture.
    pub fn heard(&mut self, report: &str) {
        let paced = self.screen.picture.as_ref().is_some_and(|picture| picture.paced);
        if report == flow::ANSWER && !paced {
            self.flow.answered();
        }
    }

    /// Whether the answer to a slice may still come.
    pub fn is_answer_awaited(&self) -> bool {
        self.flow.is_awaited()
    }

    /// Limit on the time that such answers may take; zero where none may come.
    pub fn answer_timeout(&self) -> Duration {
        self.flow.answer_timeout()
    }

    /// Time until the next slice of a picture may be sent; none where nothing is left to send.
    pub fn slice_due(&mut self) -> Option<Duration> {
        let waits = self.screen.owes() || self.command().is_some();
        (waits && !self.held).then(|| self.flow.wait(Instant::now()))
    }

    /// Draws the part of pictures that may be drawn now, and puts the cursor back.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn paint(&mut self) -> io::Result<()> {
        self.slices()?;
        if let Some(position) = self.placed.filter(|_| self.shown == Some(true)) {
            self.set_cursor_position(position)?;
        }
        Backend::flush(self)
    }

    fn slices(&mut self) -> io::Result<()> {
        while self.slice_due().is_some_and(|wait| wait.is_zero()) {
            let command = self.command().cloned();
            self.sent += usize::from(command.is_some());
            let text = command.unwrap_or_else(|| self.screen.paint(SLICE));
            self.at = None;
            if text.is_empty() {
                // Other cells cover all that waited.
                continue;
            }
            Write::write_all(&mut self.inner, text.as_bytes())?;
            // The last command too: it may follow a picture whose rest was no longer wanted.
            Write::write_all(&mut self.inner, flow::QUESTION.as_bytes())?;
            self.flow.send(Instant::now());
        }
        Ok(())
    }

    /// The cells to mark in the next frame, so that they lead to these links.
    pub fn marks(&mut self, links: Vec<Link>) -> Vec<Mark> {
        self.screen.links.marks(links)
    }

    /// Forgets the links if there have been many; if so, the next frame must be drawn whole.
    pub fn forgets_links(&mut self) -> bool {
        let are_many = self.screen.links.are_many();
        if are_many {
            self.screen.links = Links::default();
        }
        are_many
    }
}

impl<W: Write> Write for CompactBackend<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Write::write(&mut self.inner, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for CompactBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.screen.fit(self.size.get());
        let text = self.screen.draw(content);
        if !text.is_empty() {
            self.at = None;
        }
        let is_large = text.len() >= LARGE;
        let [begin, end] = if is_large { [BEGIN_UPDATE, END_UPDATE] } else { [""; 2] };
        for part in [begin, &text, end] {
            Write::write_all(&mut self.inner, part.as_bytes())?;
        }
        self.slices()
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown != Some(false) {
            self.inner.hide_cursor()?;
            self.shown = Some(false);
        }
        Ok(())
    }

    // A frame that changes nothing writes nothing: the cursor is neither shown nor placed again.
    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown != Some(true) {
            self.inner.show_cursor()?;
            self.shown = Some(true);
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        self.placed = Some(position);
        if self.at != Some(position) {
            self.inner.set_cursor_position(position)?;
            self.at = Some(position);
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.at = None;
        self.screen.clear();
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Ratatui clears either a full screen or nothing.
        self.at = None;
        self.screen.clear();
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        let size = size()?;
        self.size.set(size);
        Ok(size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

/// Columns and rows of the terminal that larder writes to; 80 × 24 if it does not know its size.
///
/// # Errors
/// If the terminal is gone.
pub(super) fn size() -> io::Result<Size> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout())?;
    let or = |number, usual| if number == 0 { usual } else { number };
    Ok(Size::new(or(size.ws_col, 80), or(size.ws_row, 24)))
}

#[cfg(test)]
mod tests;
