//! Pictures that the terminal itself draws, by kitty's placeholders: characters that say which picture is
//! there, and which row and column of it, so that they are covered and moved as text. Other protocols have
//! none; for them, the same characters tell the backend what belongs there.

use std::ops::Range;
use std::sync::Arc;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Style};

use crate::app::{App, Area};
use crate::preview::{PicturePlace, Preview, PreviewKind};

use super::PIXEL;
use super::numbers::{MOST, character, number};
use super::seen::{SeenValue, seen_value};

/// Rows up to which a picture is made whole; of a longer one, such as the picture of a whole page, the rows
/// near the visible ones are made, which are sharper for that.
const WHOLE: u16 = 120;

/// The placeholder.
const PLACEHOLDER: char = '\u{10EEEE}';

/// How pictures are drawn.
#[derive(Debug, Clone, Default)]
pub enum Pictures {
    /// In characters.
    #[default]
    Cells,
    /// Not at all.
    Off,
    /// By the terminal itself; none while the picture that is shown is being made.
    Own(Option<Placed>),
}

impl Pictures {
    /// Whether a frame with these pictures is the same as with the other ones.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cells, Self::Cells) | (Self::Off, Self::Off) => true,
            (Self::Own(one), Self::Own(other)) => {
                let id = |placed: &Option<Placed>| placed.as_ref().map(|placed| placed.id);
                id(one) == id(other)
            }
            (Self::Cells | Self::Off | Self::Own(_), _) => false,
        }
    }
}

/// A picture that the terminal has.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The picture that it was made from.
    pub shown: ShownPicture,
    /// The number of the picture.
    pub id: u8,
}

/// A picture that is on the screen.
#[derive(Debug, Clone)]
pub struct ShownPicture {
    /// The preview of the picture.
    pub preview: Arc<Preview>,
    /// Columns and rows that the whole picture takes.
    pub size: (u16, u16),
    /// The rows that are on the screen.
    pub seen: Range<u16>,
    /// The rows that are made, with these in them.
    pub rows: Range<u16>,
}

/// The part of a picture that a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureCell {
    /// The picture's number.
    pub id: u8,
    /// The column in the picture.
    pub column: u16,
    /// The row in the picture.
    pub row: u16,
}

impl ShownPicture {
    fn new(preview: &Arc<Preview>, place: PicturePlace, height: u16) -> Self {
        let (all, page) = (place.size.1, height.max(1));
        let seen = place.first..place.first.saturating_add(page).min(all);
        let begin = (place.first / page).saturating_sub(1) * page;
        let near = begin..begin.saturating_add(page.saturating_mul(3)).min(all);
        let rows = if all <= WHOLE { 0..all } else { near };
        Self { preview: Arc::clone(preview), size: place.size, seen, rows }
    }

    /// Whether it is the same picture in the same size, with all that is to be seen of the other.
    pub fn is_same(&self, other: &Self) -> bool {
        self.size == other.size
            && self.rows.start <= other.seen.start
            && other.seen.end <= self.rows.end
            && (Arc::ptr_eq(&self.preview, &other.preview)
                || self.preview.is_of_same_bytes(&other.preview))
    }

    /// Whether its columns and rows are few enough to be numbered.
    pub fn is_placeable(&self) -> bool {
        self.size.0 <= MOST && self.rows.len() <= usize::from(MOST)
    }
}

/// The picture that is on the screen, if one is.
pub fn shown_picture(app: &App) -> Option<ShownPicture> {
    let SeenValue { preview, view, .. } = seen_value(app)?;
    let preview = Some(preview).filter(|it| it.kind() == PreviewKind::Picture)?;
    let place = preview.picture_place(app.record.scroll, view)?;
    Some(ShownPicture::new(preview, place, view.height))
}

impl Placed {
    /// Whether it shows this preview in this size, in a place of this height.
    pub(super) fn is_of(&self, preview: &Arc<Preview>, place: PicturePlace, height: u16) -> bool {
        self.shown.is_same(&ShownPicture::new(preview, place, height))
    }

    /// Draws the visible part of the picture.
    pub(super) fn draw(&self, buf: &mut Buffer, area: Area, place: PicturePlace) {
        let style = Style::new().fg(Color::Indexed(self.id)).bg(Color::Reset).add_modifier(PIXEL);
        let mut symbol = String::new();
        let above = place.above.min(area.height);
        let rows = (place.first..place.size.1).zip(area.y + above..area.y + area.height);
        for (row, y) in rows {
            let columns = (0..place.size.0).zip(area.x + place.indent..area.x + area.width);
            for (column, x) in columns {
                symbol.clear();
                symbol.push(PLACEHOLDER);
                let row = row.saturating_sub(self.shown.rows.start);
                symbol.extend([row, column].into_iter().filter_map(character));
                if let Some(cell) = buf.cell_mut((x, y)) {
                    cell.set_symbol(&symbol).set_style(style);
                }
            }
        }
    }
}

impl PictureCell {
    /// The part that a cell shows, if it is part of such a picture.
    pub fn of(cell: &Cell) -> Option<Self> {
        let Color::Indexed(id) = cell.fg else { return None };
        let mut parts = cell.symbol().chars();
        if !cell.modifier.contains(PIXEL) || parts.next() != Some(PLACEHOLDER) {
            return None;
        }
        let (row, column) = (number(parts.next()?)?, number(parts.next()?)?);
        Some(Self { id, column, row })
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn each_cell_tells_which_part_of_the_picture_it_shows() {
        let preview = Arc::new(Preview::of_lines(bytes::Bytes::new(), &[]));
        let place = PicturePlace { size: (3, 4), first: 1, above: 0, indent: 2 };
        let placed = Placed { shown: ShownPicture::new(&preview, place, 2), id: 77 };
        let mut buf = Buffer::empty(Rect::new(0, 0, 8, 4));
        placed.draw(&mut buf, Area { x: 1, y: 1, width: 6, height: 2 }, place);
        let seen = |x, y| PictureCell::of(&buf[(x, y)]).map(|at| (at.id, at.column, at.row));
        assert_eq!((seen(2, 1), seen(3, 0)), (None, None));
        assert_eq!((seen(3, 1), seen(5, 1)), (Some((77, 0, 1)), Some((77, 2, 1))));
        assert_eq!((seen(3, 2), seen(3, 3)), (Some((77, 0, 2)), None));
        assert_eq!(buf[(4, 2)].symbol(), "\u{10EEEE}\u{30e}\u{30d}");
        // The text of a value is no part of a picture, whatever it looks like.
        let mut text = buf[(4, 2)].clone();
        text.modifier = ratatui::style::Modifier::empty();
        assert_eq!(PictureCell::of(&text), None);
    }

    #[test]
    fn of_a_long_picture_the_rows_near_the_visible_ones_are_made() {
        let preview = Arc::new(Preview::of_lines(bytes::Bytes::new(), &[]));
        let at = |first| PicturePlace { size: (3, 700), first, above: 0, indent: 0 };
        let shown = |first| ShownPicture::new(&preview, at(first), 30);
        let rows = |first| shown(first).rows;
        assert_eq!([rows(0), rows(29), rows(30), rows(75)], [0..90, 0..90, 0..90, 30..120]);
        assert_eq!((rows(670), shown(670).seen), (630..700, 670..700));
        assert!(shown(0).is_placeable() && shown(670).is_placeable());
        // What is made stays for as long as all that is seen is in it.
        assert!(shown(0).is_same(&shown(60)) && !shown(0).is_same(&shown(61)));
        assert!(!shown(670).is_same(&shown(629)));
        let placed = Placed { shown: shown(75), id: 77 };
        assert!(placed.is_of(&preview, at(90), 30) && !placed.is_of(&preview, at(91), 30));
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 30));
        placed.draw(&mut buf, Area { x: 0, y: 0, width: 3, height: 30 }, at(75));
        let seen = |y| PictureCell::of(&buf[(0, y)]).map(|at| at.row);
        assert_eq!((seen(0), seen(29)), (Some(45), Some(74)), "counted from those that are made");
        let whole = PicturePlace { size: (3, 120), first: 60, above: 0, indent: 0 };
        assert_eq!(ShownPicture::new(&preview, whole, 30).rows, 0..120);
    }
}
