//! A picture scaled down while its rows arrive, in any order.

use std::ops::Range;

use super::turn::Turn;

/// Limits on the size of a kept picture, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) columns: f64,
    pub(super) rows: f64,
    pub(super) area: f64,
}

impl Room {
    /// For a pane of characters, which never has more columns.
    pub(super) const PANE: Self = Self { columns: 320.0, rows: 4096.0, area: 160_000.0 };

    /// For a terminal that draws pictures itself, which is never sent more pixels.
    pub(super) const TERMINAL: Self = Self { columns: 4096.0, rows: 4096.0, area: 700_000.0 };
}

/// Red, green, blue and opacity.
pub(super) type Rgba = [u8; 4];

/// A small picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Pixels, row by row.
    pub(super) pixels: Vec<Rgba>,
}

/// Contents of the bytes of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
}

/// Sums of the pixels that are averaged to one kept pixel.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Red, green and blue, each multiplied by opacity.
    parts: [u64; 3],
    alpha: u64,
    count: u64,
}

/// Takes pixels and keeps their averages.
pub(super) struct Shrink {
    size: (usize, usize),
    columns: usize,
    rows: usize,
    /// Starts of the pixels of each kept column, and the end of the last ones.
    bounds: Vec<usize>,
    sums: Vec<Sum>,
}

impl Shrink {
    /// For a picture of this size, which is to be turned afterwards.
    pub(super) fn new(size: (u32, u32), turn: Turn, room: Room) -> Self {
        let (width, height) = size;
        let (columns, rows) = if turn.is_sideways() {
            let (rows, columns) = small((height, width), room);
            (columns, rows)
        } else {
            small((width, height), room)
        };
        let size = (width as usize, height as usize);
        // Rounded up, to the first pixel that belongs to the column.
        let bounds = (0..=columns).map(|at| (at * size.0).div_ceil(columns)).collect();
        Self { size, columns, rows, bounds, sums: vec![Sum::default(); columns * rows] }
    }

    /// Takes a row.
    pub(super) fn row(&mut self, y: usize, pixels: &[u8], layout: Layout) {
        let Some(range) = self.sums_of(y) else { return };
        let each = layout.bytes();
        let len = pixels.len() / each;
        for (sum, bound) in self.sums[range].iter_mut().zip(self.bounds.windows(2)) {
            let (from, to) = (bound[0].min(len), bound[1].min(len));
            sum.add(&pixels[from * each..to * each], layout);
        }
    }

    /// Takes pixels of a row that are `step` columns apart.
    pub(super) fn some(
        &mut self,
        (x, y): (usize, usize),
        step: usize,
        pixels: &[u8],
        layout: Layout,
    ) {
        let (width, columns) = (self.size.0, self.columns);
        let Some(range) = self.sums_of(y) else { return };
        let sums = &mut self.sums[range];
        for (at, pixel) in pixels.chunks_exact(layout.bytes()).enumerate() {
            let x = x + at * step;
            if x < width {
                sums[x * columns / width].add(pixel, layout);
            }
        }
    }

    /// Gives missing pixels the colour of one to the left or above, up to `reach` rows of the whole picture
    /// below the last row of which pixels arrived.
    pub(super) fn fill(&mut self, reach: usize) {
        let columns = self.columns;
        let came = self.sums.chunks(columns.max(1)).rposition(|row| row.iter().any(Sum::came));
        let Some(last) = came else { return };
        let reach = (reach * self.rows).div_ceil(self.size.1.max(1));
        for at in 0..self.sums.len().min((last + reach) * columns) {
            if !self.sums[at].came() {
                let left = at.checked_sub(1).filter(|_| at % columns > 0);
                let mut near = [left, at.checked_sub(columns)].into_iter().flatten();
                if let Some(near) = near.find(|near| self.sums[*near].came()) {
                    self.sums[at] = self.sums[near];
                }
            }
        }
    }

    /// The row of sums that a row of pixels is added to.
    fn sums_of(&self, y: usize) -> Option<Range<usize>> {
        let at = (y < self.size.1).then(|| y * self.rows / self.size.1)?;
        Some(at * self.columns..(at + 1) * self.columns)
    }

    /// The small picture. Missing pixels are transparent.
    pub(super) fn finish(self) -> Kept {
        let pixels = self.sums.into_iter().map(Sum::average).collect();
        Kept { columns: self.columns, rows: self.rows, pixels }
    }
}

impl Sum {
    fn add(&mut self, pixels: &[u8], layout: Layout) {
        let [mut red, mut green, mut blue, mut alpha] = [0_u64; 4];
        let each = layout.bytes();
        match layout {
            Layout::Grey => {
                red = pixels.iter().map(|&part| u64::from(part)).sum::<u64>() * 255;
                (green, blue) = (red, red);
            }
            Layout::GreyAlpha => {
                for pixel in pixels.chunks_exact(each) {
                    let opaque = u64::from(pixel[1]);
                    red += u64::from(pixel[0]) * opaque;
                    alpha += opaque;
                }
                (green, blue) = (red, red);
            }
            Layout::Rgb => {
                for pixel in pixels.chunks_exact(3) {
                    red += u64::from(pixel[0]);
                    green += u64::from(pixel[1]);
                    blue += u64::from(pixel[2]);
                }
                (red, green, blue) = (red * 255, green * 255, blue * 255);
            }
            Layout::Rgba => {
                for pixel in pixels.chunks_exact(4) {
                    let opaque = u64::from(pixel[3]);
                    red += u64::from(pixel[0]) * opaque;
                    green += u64::from(pixel[1]) * opaque;
                    blue += u64::from(pixel[2]) * opaque;
                    alpha += opaque;
                }
            }
        }
        let count = (pixels.len() / each) as u64;
        if matches!(layout, Layout::Grey | Layout::Rgb) {
            alpha = count * 255;
        }
        for (part, more) in self.parts.iter_mut().zip([red, green, blue]) {
            *part += more;
        }
        self.alpha += alpha;
        self.count += count;
    }

    fn came(&self) -> bool {
        self.count > 0
    }

    fn average(self) -> Rgba {
        let rounded =
            |sum: u64, count: u64| (sum + count / 2).checked_div(count).unwrap_or(0) as u8;
        let [red, green, blue] = self.parts.map(|part| rounded(part, self.alpha));
        [red, green, blue, rounded(self.alpha, self.count)]
    }
}

impl Layout {
    /// Number of bytes of a pixel.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// Kept size of a picture of this size.
#[expect(clippy::cast_sign_loss, reason = "of what is positive")]
pub(super) fn small((width, height): (u32, u32), room: Room) -> (usize, usize) {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let by_area = (room.area / width / height).sqrt();
    let scale = by_area.min(room.columns / width).min(room.rows / height).min(1.0);
    // Rounded down, so that the area stays within its limit, except for a picture of one line.
    let kept = |whole: f64| ((whole * scale) as usize).max(1);
    (kept(width), kept(height))
}

impl Kept {
    /// The same picture within smaller limits.
    pub(super) fn smaller(&self, room: Room) -> Self {
        let size = (self.columns as u32, self.rows as u32);
        if small(size, room) == (self.columns, self.rows) {
            return self.clone();
        }
        let mut shrink = Shrink::new(size, Turn::default(), room);
        for (y, row) in self.pixels.chunks_exact(self.columns).enumerate() {
            shrink.row(y, row.as_flattened(), Layout::Rgba);
        }
        shrink.finish()
    }

    /// The same picture, turned upright.
    pub(super) fn turned(self, turn: Turn) -> Self {
        if turn == Turn::default() {
            return self;
        }
        let (columns, rows) =
            if turn.is_sideways() { (self.rows, self.columns) } else { (self.columns, self.rows) };
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..rows {
            for x in 0..columns {
                let (x, y) = turn.source((x, y), (self.columns, self.rows));
                pixels.push(self.pixels[y * self.columns + x]);
            }
        }
        Self { columns, rows, pixels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_averaged_by_how_opaque_they_are() {
        let mut shrink = Shrink::new((640, 2), Turn::default(), Room::PANE);
        assert_eq!((shrink.columns, shrink.rows), (320, 1));
        let row: Vec<u8> = [[255, 0, 0, 255], [0, 255, 0, 0]].concat().repeat(320);
        shrink.row(0, &row, Layout::Rgba);
        let kept = shrink.finish();
        assert_eq!(kept.pixels[0], [255, 0, 0, 128], "what is not seen has no colour");
        assert_eq!(kept.pixels[319], kept.pixels[0]);
    }

    #[test]
    fn what_is_small_is_kept_as_it_is() {
        let mut shrink = Shrink::new((2, 2), Turn::default(), Room::PANE);
        shrink.row(1, &[9, 7], Layout::Grey);
        shrink.row(5, &[1, 1], Layout::Grey);
        let kept = shrink.finish();
        assert_eq!(kept.pixels, [[0; 4], [0; 4], [9, 9, 9, 255], [7, 7, 7, 255]]);
    }

    #[test]
    fn a_row_that_comes_in_parts_is_the_same() {
        let pixels: Vec<u8> = (0..1000_u32 * 3).map(|at| (at * 7) as u8).collect();
        let shrink = || Shrink::new((1000, 1), Turn::default(), Room::PANE);
        let (mut whole, mut parts) = (shrink(), shrink());
        whole.row(0, &pixels, Layout::Rgb);
        for at in 0..4 {
            let some: Vec<u8> = pixels.chunks(3).skip(at).step_by(4).flatten().copied().collect();
            parts.some((at, 0), 4, &some, Layout::Rgb);
        }
        assert_eq!(whole.finish(), parts.finish());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        for size in [(1, u32::MAX), (u32::MAX, 1), (u32::MAX, u32::MAX), (20_000, 20_000)] {
            let (columns, rows) = small(size, Room::PANE);
            assert!((columns * rows) as f64 <= Room::PANE.area, "{size:?}");
            assert!(columns <= 320 && rows <= 4096 && columns > 0 && rows > 0, "{size:?}");
        }
        assert_eq!(small((1280, 720), Room::PANE), (320, 180));
        assert_eq!(small((100, 100), Room::PANE), (100, 100));
    }
}
