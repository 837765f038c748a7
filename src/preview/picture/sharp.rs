//! Pictures in the pixels of the screen, for terminals that can show them.

use std::sync::{Arc, PoisonError};

use super::fit::{Picture, scaled};
use super::kept::{Kept, Room, small};
use super::palette::{Indexed, indexed};
use super::{read_again, sixel};
use crate::preview::row::Rgb;
use crate::preview::{Body, Preview};

/// A picture within a limit of pixels, not larger than its source.
#[derive(Debug)]
pub struct Sharp {
    kept: Arc<Kept>,
    size: (usize, usize),
}

/// A picture stretched to a number of columns and rows.
#[derive(Debug)]
pub struct Stretched {
    columns: usize,
    rows: usize,
    pixels: Vec<Rgb>,
}

/// A picture in few colours, as it is sent.
#[derive(Debug)]
pub struct FewColours {
    columns: usize,
    rows: usize,
    picture: Indexed,
}

/// Part of a picture, in pixels: its first column and row, its columns and rows.
pub(super) type Part = [usize; 4];

impl Preview {
    /// The picture of the preview for this number of columns and rows of pixels; `None` where there is no
    /// picture, and as soon as `wanted` says no. Where these are more than are kept, it is decoded again, once,
    /// which takes as long as before.
    pub fn sharp(&self, (columns, rows): (u32, u32), wanted: &dyn Fn() -> bool) -> Option<Sharp> {
        let Body::Picture(picture) = &self.body else { return None };
        let Picture { source: Some((kind, bytes)), large, whole, again, .. } = &**picture else {
            return None;
        };
        let (columns, rows) = (f64::from(columns), f64::from(rows));
        let room = Room { columns, rows, area: columns * rows };
        let size = small(*whole, room);
        let enough = |kept: &Kept| size.0 <= kept.columns && size.1 <= kept.rows;
        if enough(large) || *whole == (large.columns as u32, large.rows as u32) {
            return wanted().then(|| Sharp { kept: Arc::clone(large), size });
        }
        let before = again.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = before.filter(|kept| enough(kept)) {
            return wanted().then_some(Sharp { kept, size });
        }
        let kept = Arc::new(read_again((*kind, bytes), room, wanted)?);
        *again.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&kept));
        Some(Sharp { size: (kept.columns, kept.rows), kept })
    }
}

impl Sharp {
    /// Number of columns and rows of pixels.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// These rows of cells of the picture, which has `all` of them.
    #[must_use]
    pub fn part(self, first: u16, rows: u16, all: u16) -> Self {
        if rows >= all {
            return self;
        }
        let Kept { columns, rows: high, pixels } = &*self.kept;
        let at = |row: u16, high: usize| usize::from(row.min(all)) * high / usize::from(all);
        let end = first.saturating_add(rows);
        let (from, to) = (at(first, *high), at(end, *high).max(at(first, *high) + 1).min(*high));
        let part = pixels.get(from * columns..to * columns).unwrap_or_default().to_vec();
        let size = (self.size.0, (at(end, self.size.1) - at(first, self.size.1)).max(1));
        let kept = Kept { columns: *columns, rows: to.saturating_sub(from), pixels: part };
        Self { kept: Arc::new(kept), size }
    }

    /// The same picture stretched to this number of columns and rows of pixels.
    pub fn stretched(&self, (columns, rows): (usize, usize)) -> Stretched {
        Stretched { columns, rows, pixels: scaled(&self.kept, columns, rows) }
    }
}

impl Stretched {
    /// The same picture in at most this number of colours (up to 256).
    pub fn in_few_colours(&self, colours: usize) -> FewColours {
        let picture = indexed(&self.pixels, colours);
        FewColours { columns: self.columns, rows: self.rows, picture }
    }
}

impl FewColours {
    /// The same picture with each pixel enlarged by a factor, cut to this number of columns and rows.
    pub fn enlarged(mut self, times: usize, (columns, rows): (usize, usize)) -> Self {
        if times > 1 {
            let (width, old) = (self.columns, std::mem::take(&mut self.picture.pixels));
            let row = |y: usize| (0..columns).map(move |x| (y / times) * width + x / times);
            let pixels = (0..rows).flat_map(row).map(|at| old.get(at).copied().unwrap_or_default());
            self.picture.pixels = pixels.collect();
            (self.columns, self.rows) = (columns, rows);
        }
        self
    }

    /// The part that is the whole picture.
    pub fn whole(&self) -> Part {
        [0, 0, self.columns, self.rows]
    }

    /// A part as PNG.
    pub fn png(&self, part: Part) -> Vec<u8> {
        let [_, _, columns, rows] = part;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, columns as u32, rows as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(self.picture.colours.concat());
        encoder.set_compression(png::Compression::Balanced);
        encoder.set_filter(png::Filter::NoFilter);
        let pixels = self.rows_of(part).collect::<Vec<_>>().concat();
        // Writing to memory does not fail, and the sizes are right.
        let _ = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
        bytes
    }

    /// A part as sixels, as they are written to a terminal.
    pub fn sixel(&self, part: Part) -> String {
        sixel::encoded(&self.rows_of(part).collect::<Vec<_>>(), &self.picture.colours)
    }

    fn rows_of(&self, [x, y, columns, rows]: Part) -> impl Iterator<Item = &[u8]> {
        (y..y + rows).map(move |y| {
            let start = y * self.columns + x;
            self.picture.pixels.get(start..start + columns).unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::corpus_of_tests::png;
    use crate::model::{Record, RecordMeta};

    use super::*;

    fn preview(bytes: Vec<u8>) -> Preview {
        let meta = RecordMeta { content_type: "image/png".into(), ..RecordMeta::default() };
        Preview::build(&Record { meta, value: bytes.into() })
    }

    #[test]
    fn a_picture_is_made_for_the_pixels_there_are() {
        let shown = preview(png(1600, 800, |x, _| [if x < 800 { 255 } else { 0 }, 0, 0]));
        let sharp = shown.sharp((1000, 1000), &|| true).unwrap();
        assert_eq!(sharp.size(), (1000, 500));
        let few = sharp.stretched((900, 600)).in_few_colours(64);
        let bytes = few.png([440, 0, 20, 10]);
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let palette = reader.info().palette.clone().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (20, 10));
        let red = |at: usize| palette[usize::from(pixels[at]) * 3];
        assert_eq!((red(0), red(19)), (255, 0));
        assert!(shown.sharp((1000, 1000), &|| false).is_none());
        assert_eq!(
            preview(png(8, 8, |_, _| [1; 3])).sharp((99, 99), &|| true).unwrap().size(),
            (8, 8)
        );
        assert!(preview(b"text".to_vec()).sharp((9, 9), &|| true).is_none());
    }

    #[test]
    fn what_is_kept_is_enough_for_a_pane() {
        let asked = std::cell::Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) < 9;
        let shown = preview(png(2000, 1000, |x, y| [(x / 8) as u8, (y / 4) as u8, 9]));
        // The decoder asks before every row.
        assert_eq!(shown.sharp((580, 580), &wanted).unwrap().size(), (580, 290));
        assert_eq!(asked.get(), 1);
        assert!(shown.sharp((1900, 1900), &wanted).is_none(), "more than is kept");
        assert!(shown.sharp((1900, 1900), &|| true).unwrap().size().0 == 1900);
        asked.set(0);
        assert!(shown.sharp((1900, 1900), &wanted).is_some(), "it is decoded again only once");
        let small = preview(png(300, 900, |x, _| [x as u8; 3]));
        asked.set(0);
        assert_eq!(small.sharp((9000, 9000), &wanted).unwrap().size(), (300, 900));
        assert_eq!(asked.get(), 1);
    }

    #[test]
    fn pixels_are_repeated_to_be_larger() {
        let shown = preview(png(2, 2, |x, y| [if x == y { 255 } else { 0 }; 3]));
        let few = shown.sharp((2, 2), &|| true).unwrap().stretched((2, 2)).in_few_colours(8);
        let rows = |few: &FewColours| {
            let of = |at: &u8| few.picture.colours[usize::from(*at)][0] > 0;
            few.picture.pixels.iter().map(of).collect::<Vec<_>>()
        };
        let large = few.enlarged(2, (3, 3));
        let row = [true, true, false];
        assert_eq!(rows(&large), [row, row, [false, false, true]].concat());
        let same = rows(&large);
        assert_eq!(rows(&large.enlarged(1, (9, 9))), same);
    }

    #[test]
    fn a_page_takes_some_hundred_kilobytes_at_most() {
        // Lines of text on white, and a photograph's soft colours below.
        let page = |x: usize, y: usize| match y {
            0..500 if y % 20 < 9 && ((x * 7919) ^ (y * 104_729)) % 5 < 2 && x < 800 => [30; 3],
            0..500 => [255; 3],
            _ => [(x / 4) as u8, (y / 3) as u8, ((x + y) / 8) as u8],
        };
        let shown = preview(png(1000, 700, page));
        let few =
            shown.sharp((1000, 700), &|| true).unwrap().stretched((1000, 700)).in_few_colours(64);
        let len = few.png(few.whole()).len() * 4 / 3;
        assert!((10_000..200_000).contains(&len), "{len} bytes");
    }
}
