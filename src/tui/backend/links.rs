//! Links of cells (OSC 8). The number of a cell's link is kept where ratatui has the colour of an underline,
//! for which larder has no other use: so a cell whose link changes is drawn anew.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::text::is_linkable;
use crate::view::Link;

/// The links that a terminal may have been given, by their numbers. A number that the last frame did not have
/// is on no cell any more, and may be given to another link.
#[derive(Debug, Default)]
pub(super) struct Links {
    urls: Vec<String>,
    /// The numbers in the last frame.
    last: Vec<u8>,
    /// The numbers in this frame.
    now: Vec<u8>,
}

/// Cells of a row, and the number of their link.
#[derive(Debug)]
pub struct Mark(Rect, Color);

impl Mark {
    /// Marks the cells in a frame.
    pub fn put(&self, frame: &mut Buffer) {
        frame.set_style(self.0.intersection(frame.area), Style::new().underline_color(self.1));
    }
}

impl Links {
    /// Gives each of these links a number and the cells that it is on. A link is left out if no sequence may
    /// hold it, or if no number is left.
    pub(super) fn marks(&mut self, links: Vec<Link>) -> Vec<Mark> {
        self.last = std::mem::take(&mut self.now);
        let mark = |Link { x, y, width, url }| {
            Some(Mark(Rect { x, y, width, height: 1 }, Color::Indexed(self.number(url)?)))
        };
        links.into_iter().filter_map(mark).collect()
    }

    /// Whether the numbers may not suffice for another frame.
    pub(super) fn are_many(&self) -> bool {
        self.urls.len() > usize::from(u8::MAX) / 2
    }

    /// The sequence before cells with the link of this number.
    pub(super) fn sequence(&self, number: Color) -> String {
        let (id, url) = match number {
            Color::Indexed(number) => match self.urls.get(usize::from(number)) {
                Some(url) => (format!("id={number}"), &**url),
                None => (String::new(), ""),
            },
            _ => (String::new(), ""),
        };
        format!("\x1b]8;{id};{url}\x1b\\")
    }

    fn number(&mut self, url: String) -> Option<u8> {
        if !is_linkable(&url) {
            return None;
        }
        let known = self.urls.iter().position(|known| *known == url);
        let is_free = |at: &usize| {
            u8::try_from(*at).is_ok_and(|at| !self.last.contains(&at) && !self.now.contains(&at))
        };
        let at = known.or_else(|| (0..self.urls.len()).find(is_free)).unwrap_or(self.urls.len());
        let number = u8::try_from(at).ok()?;
        match self.urls.get_mut(at) {
            Some(slot) => *slot = url,
            None => self.urls.push(url),
        }
        self.now.push(number);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::super::screen::Screen;
    use super::*;
    use ratatui::layout::Size;

    fn link(y: u16, url: &str) -> Link {
        Link { x: 2, y, width: 3, url: url.to_owned() }
    }

    /// The bytes of a frame of three rows that begin alike, with these links.
    fn drawn(screen: &mut Screen, before: &Buffer, links: Vec<Link>) -> (Buffer, String) {
        let mut frame = Buffer::with_lines(["a-bcd-e"; 3]);
        for mark in screen.links.marks(links) {
            mark.put(&mut frame);
        }
        let text = screen.draw(before.diff(&frame).into_iter());
        (frame, text)
    }

    #[test]
    fn a_link_is_around_its_cells_and_ends_with_them() {
        let mut screen = Screen::default();
        screen.fit(Size::new(7, 3));
        let links = vec![link(0, "https://a/"), link(1, "https://a/")];
        let clean = Buffer::empty(Rect::new(0, 0, 7, 3));
        let (frame, text) = drawn(&mut screen, &clean, links);
        let linked = "a-\x1b]8;id=0;https://a/\x1b\\bcd\x1b]8;;\x1b\\-e";
        assert_eq!(text.matches(linked).count(), 2, "{text:?}");
        assert_eq!(text.matches("\x1b]8;").count(), 4, "{text:?}");
        // Text with another link is drawn anew, and so is text that no longer has one.
        let (frame, text) = drawn(&mut screen, &frame, vec![link(0, "https://b/")]);
        assert!(text.contains("\x1b]8;id=1;https://b/\x1b\\bcd\x1b]8;;\x1b\\"), "{text:?}");
        assert_eq!(text.matches("bcd").count(), 2, "{text:?}");
        let (_, text) = drawn(&mut screen, &frame, vec![link(0, "https://b/")]);
        assert_eq!(text, "");
    }

    #[test]
    fn no_hostile_text_is_in_a_sequence_and_numbers_end() {
        let mut links = Links::default();
        for url in ["https://a/\x1b\\", "https://a/\x07", "https://a/ b", "https://a/\u{9c}"] {
            assert!(links.marks(vec![link(0, url)]).is_empty(), "{url:?}");
        }
        let many = (0..300).map(|at| link(0, &format!("https://a/{at}"))).collect();
        assert_eq!(links.marks(many).len(), 256);
        assert!(links.are_many());
    }

    #[test]
    fn a_number_is_another_s_when_no_cell_has_it() {
        let mut screen = Screen::default();
        screen.fit(Size::new(7, 3));
        let mut before = Buffer::empty(Rect::new(0, 0, 7, 3));
        for at in 0..500 {
            let url = format!("https://{at}/");
            let (frame, text) = drawn(&mut screen, &before, vec![link(0, &url)]);
            assert!(text.contains(&format!(";{url}\x1b\\bcd")), "{at}: {text:?}");
            before = frame;
        }
        assert!(!screen.links.are_many());
    }

    #[test]
    fn a_link_beyond_the_screen_is_cut() {
        let mut screen = Screen::default();
        screen.fit(Size::new(7, 3));
        let wide = Link { width: 90, ..link(2, "https://a/") };
        let clean = Buffer::empty(Rect::new(0, 0, 7, 3));
        let (_, text) = drawn(&mut screen, &clean, vec![wide, link(9, "https://a/")]);
        assert!(text.ends_with("bcd-e\x1b]8;;\x1b\\"), "{text:?}");
    }
}
