//! Writes frames in few bytes, and so that no terminal shows pieces of the last one.
//!
//! A row further down costs three bytes instead of ten where the same columns change in row after
//! row, because the cursor goes there by line feed and backspace; and styles are told by what
//! differs from the last one. A row with text whose width terminals dispute is erased and drawn
//! anew from there on (`screen`).

mod pen;
mod screen;
mod width;

use std::cell::Cell as StdCell;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use screen::Screen;

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
}

impl<W: Write> CompactBackend<W> {
    /// Writes to `writer`, a terminal in raw mode.
    pub fn new(writer: W) -> Self {
        let inner = CrosstermBackend::new(writer);
        let (size, screen) = (StdCell::default(), Screen::default());
        Self { inner, size, screen, shown: None, at: None }
    }

    /// Forgets what is known of the terminal: another program has had it.
    pub fn forget(&mut self) {
        (self.shown, self.at) = (None, None);
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
        Write::write_all(&mut self.inner, text.as_bytes())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown != Some(false) {
            self.inner.hide_cursor()?;
            self.shown = Some(false);
        }
        Ok(())
    }

    // A frame that changes nothing writes nothing: neither is the cursor shown nor placed again.
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
        // Ratatui clears all of a full screen, or nothing.
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

/// Columns and rows of the terminal that larder writes to. One that does not know its size counts as
/// 80 × 24.
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
