//! The terminal: taken at the start, and given back however larder ends.

mod writer;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use crossterm::Command;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use super::backend::{CompactBackend, END_UPDATE, TerminalPicture};
use super::signs;
use crate::view::Link;
use writer::WRITER;
pub(super) use writer::takes_bytes;

/// Limit on the time in which a terminal takes the bytes that are left for it, before another program gets it
/// or larder ends without.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sequence that reports clicks and the wheel, with coordinates of any size. It leaves out plain moves of the
/// mouse, which would wake an idle program.
const MOUSE_ON: &str = "\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l";

/// Whether any thread panicked: if so, the screen is given back for good.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Whether larder sets the title.
static TITLED: AtomicBool = AtomicBool::new(false);

/// Whether frames have links.
static LINKED: AtomicBool = AtomicBool::new(false);

/// The sequence that has the terminal forget the picture that it draws itself.
static PICTURED: Mutex<String> = Mutex::new(String::new());

/// The backend that writes frames.
pub type Backend = CompactBackend<Tty>;

/// Collects a frame, and hands it over when it is flushed, so that it leaves in one write.
#[derive(Debug, Default)]
pub struct Tty(Vec<u8>);

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let sent = WRITER.send(&self.0);
        self.0.clear();
        sent
    }
}

/// The terminal while larder has it: raw mode, the alternate screen, bracketed paste, no cursor.
/// Given back on drop and on a panic of any thread. There is one at a time.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<Backend>,
    mouse: bool,
    /// The title that is set; none if larder leaves it alone.
    title: Option<String>,
}

impl Terminal {
    /// Takes the terminal, with or without the mouse, its title, and links in its frames.
    ///
    /// # Errors
    /// If there is no terminal or it goes away; it is given back then.
    pub fn enter(mouse: bool, title: bool, links: bool) -> io::Result<Self> {
        install_panic_hook();
        TITLED.store(title, Ordering::SeqCst);
        LINKED.store(links, Ordering::SeqCst);
        WRITER.start()?;
        let inner = ratatui::Terminal::new(CompactBackend::new(Tty::default()))?;
        let title = title.then(String::new);
        let mut terminal = Self { inner, mouse, title };
        terminal.reenter()?;
        Ok(terminal)
    }

    /// Draws the changes since the last frame, with these links. The bytes reach the terminal later: see
    /// [`Terminal::is_quiet`].
    ///
    /// # Errors
    /// If the terminal is gone, or a thread panicked and the screen was given back.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame), links: Vec<Link>) -> io::Result<()> {
        usable()?;
        if self.inner.backend_mut().forgets_links() {
            self.redraw()?;
        }
        let marks = self.inner.backend_mut().marks(links);
        let draw = |frame: &mut Frame<'_>| {
            render(frame);
            for mark in &marks {
                mark.put(frame.buffer_mut());
            }
        };
        self.inner.draw(draw).map(drop)
    }

    /// Time until the next slice of a picture may be drawn; none where nothing is left to draw.
    pub fn slice_due(&mut self) -> Option<Duration> {
        self.inner.backend_mut().slice_due()
    }

    /// Sets whether pictures wait, because what is drawn of them is about to be covered or removed.
    pub fn hold_pictures(&mut self, held: bool) {
        self.inner.backend_mut().hold(held);
    }

    /// Has the terminal itself draw this picture from now on, and forget the one before.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn place(&mut self, picture: Option<Arc<TerminalPicture>>) -> io::Result<()> {
        *PICTURED.lock().unwrap_or_else(PoisonError::into_inner) =
            picture.as_ref().map(|picture| picture.gives_up()).unwrap_or_default();
        self.inner.backend_mut().place(picture)
    }

    /// Draws the next slices of a picture.
    ///
    /// # Errors
    /// As [`Terminal::draw`].
    pub fn paint(&mut self) -> io::Result<()> {
        usable()?;
        self.inner.backend_mut().paint()
    }

    /// Takes a report of the terminal.
    pub fn heard(&mut self, report: &str) {
        self.inner.backend_mut().heard(report);
    }

    /// Whether the terminal still has to answer what was drawn.
    pub fn is_answer_awaited(&self) -> bool {
        self.inner.backend().is_answer_awaited()
    }

    /// Limit on the time that its answers to what was drawn may take; zero if none is awaited.
    pub fn answer_timeout(&self) -> Duration {
        self.inner.backend().answer_timeout()
    }

    /// Whether all that was drawn and sent is written. If not, the terminal is slow or takes nothing at
    /// present, and a frame would be outdated when it is seen.
    pub fn is_quiet(&self) -> bool {
        WRITER.is_quiet()
    }

    /// Waits until [`Terminal::is_quiet`].
    pub async fn quiet(&self) {
        WRITER.quiet().await;
    }

    /// Whether a thread panicked: if so, the screen was given back for good.
    pub fn has_panicked(&self) -> bool {
        PANICKED.load(Ordering::SeqCst)
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    /// Clears the screen, so that the next frame is drawn whole.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn redraw(&mut self) -> io::Result<()> {
        // Not `clear`: that asks the terminal for the cursor and waits for the answer, which the event stream
        // would take.
        let size = self.size()?;
        self.inner.resize(Rect::from(size))
    }

    /// Writes a sequence that draws nothing, such as a copy to the clipboard.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn send(&mut self, sequence: &[u8]) -> io::Result<()> {
        let backend = self.inner.backend_mut();
        Write::write_all(backend, sequence)?;
        Write::flush(backend)
    }

    /// Whether larder gets clicks and the wheel.
    pub fn mouse(&self) -> bool {
        self.mouse
    }

    /// Captures the mouse, or leaves it to the terminal, so that it can select text.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        self.send(if mouse { MOUSE_ON } else { MOUSE_OFF }.as_bytes())
    }

    /// Sets the title, if it differs from the present one.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn set_title(&mut self, title: &str) -> io::Result<()> {
        match &mut self.title {
            Some(shown) if shown != title => {
                title.clone_into(shown);
                self.send(&signs::title(title))
            }
            _ => Ok(()),
        }
    }

    /// Gives the terminal back, for another program or for good. Tells whether it took all bytes for that; if
    /// not, it takes no bytes, and no other program can use it either.
    pub fn leave(&mut self) -> bool {
        give_back()
    }

    /// Takes the terminal again after [`Terminal::leave`]; the next frame is drawn whole.
    ///
    /// # Errors
    /// If the terminal is gone, or a thread panicked; it is given back then.
    pub fn reenter(&mut self) -> io::Result<()> {
        usable()?;
        let taken = self.take();
        if taken.is_err() {
            give_back();
        }
        taken
    }

    /// Takes the terminal again after another process has given it back.
    ///
    /// # Errors
    /// As [`Terminal::reenter`].
    pub fn retake(&mut self) -> io::Result<()> {
        // Otherwise the modes would count as raw already.
        disable_raw_mode()?;
        self.reenter()
    }

    /// Stops the process as `SIGTSTP` would: gives the terminal back, stops, and takes it again
    /// when the shell's `fg` continues it.
    ///
    /// # Errors
    /// If the terminal is gone, or the process cannot be stopped.
    pub fn suspend(&mut self) -> io::Result<()> {
        // A terminal that takes no bytes is left to the shell as it is; the rest is written when it takes
        // them.
        self.leave();
        let stopped = emulate_default_handler(SIGTSTP);
        self.reenter()?;
        stopped
    }

    fn take(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        WRITER.open();
        let mut text = entering(self.mouse);
        if let Some(title) = &mut self.title {
            // The title may be another program's by now.
            title.clear();
            text.push_str(signs::KEEP_TITLE);
        }
        self.send(text.as_bytes())?;
        self.inner.backend_mut().forget();
        self.redraw()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Whether the terminal is still set as larder set it.
pub(super) fn is_raw() -> bool {
    use rustix::termios::{LocalModes, tcgetattr};
    tcgetattr(rustix::stdio::stdin())
        .is_ok_and(|modes| !modes.local_modes.contains(LocalModes::ICANON))
}

fn usable() -> io::Result<()> {
    if PANICKED.load(Ordering::SeqCst) {
        return Err(io::Error::other("larder panicked; the screen is given back"));
    }
    Ok(())
}

/// Gives the screen back if larder has it, from any thread; tells whether all is written. An error has no
/// receiver: the terminal is gone then.
fn give_back() -> bool {
    let mut last = PICTURED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    last += &leaving(TITLED.load(Ordering::SeqCst), LINKED.load(Ordering::SeqCst));
    if WRITER.close(last.as_bytes()) {
        let written = WRITER.wait(PATIENCE);
        let _ = disable_raw_mode();
        return written;
    }
    WRITER.is_quiet()
}

/// Makes a panic give the screen back before it prints its message.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // The panic is that of a decoder on the content of a value: the preview tells of it.
            if crate::preview::is_contained() {
                return;
            }
            PANICKED.store(true, Ordering::SeqCst);
            // If the terminal takes nothing, it would hold up the message, and larder with it.
            if give_back() {
                before(info);
            }
        }));
    });
}

fn entering(mouse: bool) -> String {
    let mut text = String::new();
    put(&mut text, EnterAlternateScreen);
    put(&mut text, Clear(ClearType::All));
    put(&mut text, EnableBracketedPaste);
    put(&mut text, Hide);
    if mouse {
        text.push_str(MOUSE_ON);
    }
    text
}

/// Gives back a screen on which a browser on another host has drawn, or not even begun to.
pub(super) fn leave_unseen() {
    let mut text = format!("{END_UPDATE}{MOUSE_OFF}");
    text.push_str("\x1b[?7h");
    put(&mut text, DisableBracketedPaste);
    put(&mut text, ResetColor);
    // Nothing is cleared, because the other screen may never have been shown; in that case, leaving it moves
    // the cursor, and further output belongs below all earlier output.
    put(&mut text, LeaveAlternateScreen);
    text.push_str("\x1b[999;1H\r\n");
    put(&mut text, Show);
    let _ = rustix::io::write(rustix::stdio::stdout(), text.as_bytes());
}

/// The reverse of [`entering`]; the mouse is turned off in any case, which does no harm.
pub(super) fn leaving(titled: bool, linked: bool) -> String {
    let mut text = format!("{END_UPDATE}{MOUSE_OFF}");
    if titled {
        text.push_str(signs::GIVE_TITLE_BACK);
    }
    if linked {
        text.push_str(signs::END_LINK);
    }
    // A frame that was broken off may have turned line wrapping off.
    text.push_str("\x1b[?7h");
    put(&mut text, DisableBracketedPaste);
    put(&mut text, ResetColor);
    // When a screen is resized, tmux keeps some of its rows among those above the prompt.
    put(&mut text, Clear(ClearType::All));
    put(&mut text, LeaveAlternateScreen);
    put(&mut text, Show);
    text
}

fn put(text: &mut String, command: impl Command) {
    // Writing to a string does not fail.
    let _ = command.write_ansi(text);
}

#[cfg(test)]
mod tests;
