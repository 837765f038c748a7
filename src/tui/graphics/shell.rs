//! The part of the loop that is about pictures drawn by the terminal itself.

use std::io;

use crate::app::Event;
use crate::tui::Shell;
use crate::view::shown_picture;

use super::News;

impl Shell {
    /// Takes the picture on a frame, after it was drawn, and sets how it is drawn from now on.
    pub(in crate::tui) fn follow_picture(&mut self) -> io::Result<()> {
        let followed = self.graphics.follow(shown_picture(&self.app), &mut self.terminal);
        self.redraw_picture();
        self.unless_gone(followed)
    }

    /// Takes an event of a picture from beside the loop.
    pub(in crate::tui) fn picture_news(&mut self, news: News) -> io::Result<()> {
        let taken = self.graphics.take(news, &mut self.terminal);
        self.redraw_picture();
        self.unless_gone(taken)
    }

    /// Takes a report of the terminal.
    pub(in crate::tui) fn reported(&mut self, report: &str) -> io::Result<()> {
        self.terminal.heard(report);
        let heard = self.graphics.heard(report, &mut self.terminal);
        if self.graphics.has_answered() {
            self.background.expects(false);
        }
        match heard {
            Ok(true) => self.redraw_picture(),
            Ok(false) => {}
            Err(why) => return self.unless_gone(Err(why)),
        }
        Ok(())
    }

    /// Switches between drawing by the terminal and by larder.
    pub(in crate::tui) fn turn_pictures(&mut self) -> io::Result<Event> {
        let turned = self.graphics.turn(&mut self.terminal);
        self.redraw_picture();
        let said = turned.as_ref().map_or("the terminal takes nothing at present", |said| *said);
        self.unless_gone(turned.map(drop))?;
        Ok(Event::Told(said))
    }

    fn redraw_picture(&mut self) {
        if self.graphics.is_awaited() {
            self.background.expects(true);
        }
        let pictures = self.graphics.pictures();
        self.dirty |= !self.appearance.pictures.is_same(&pictures);
        self.appearance.pictures = pictures;
    }
}
