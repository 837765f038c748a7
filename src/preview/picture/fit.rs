//! A picture as pixels of a pane: two in a cell, one above the other.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::Kind;
use super::kept::{Kept, Rgba, Room};
use crate::preview::row::{Halves, Hit, Rgb, Role, Row, Span};
use crate::preview::viewport::{Scroll, Viewport};

/// Ratio of height to width above which a picture takes the width of the pane, and is scrolled; fitted whole,
/// a tall page would be a thin line.
const TALL: usize = 3;

/// Limit on the columns and rows of an icon, which may be enlarged, in pixels.
const ICON: usize = 32;

/// Largest factor by which an icon is enlarged.
const ENLARGED: usize = 4;

/// Squares behind transparent pixels: the length of their sides in pixels, and their greys.
const SQUARE: usize = 4;
const GROUND: [u8; 2] = [102, 153];

/// Sum of the shares of a pixel, which are rounded down. No picture has more rows.
const UNIT: usize = 4096;

/// A small picture, and its last fitted form.
#[derive(Debug)]
pub(in crate::preview) struct Picture {
    kept: Kept,
    /// The same picture with the pixels that a terminal is sent.
    pub(super) large: Arc<Kept>,
    /// Columns and rows of the whole picture.
    pub(super) whole: (u32, u32),
    /// The bytes that it was decoded from, and their kind.
    pub(super) source: Option<(Kind, Bytes)>,
    /// The same picture as it was decoded again with more pixels, for its other parts.
    pub(super) again: Mutex<Option<Arc<Kept>>>,
    fitted: Mutex<Option<Arc<Fitted>>>,
}

/// Place of a picture in a pane, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PicturePlace {
    /// Columns and rows of the whole picture.
    pub size: (u16, u16),
    /// First visible row.
    pub first: u16,
    /// Rows left free above it.
    pub above: u16,
    /// Columns left free on its left.
    pub indent: u16,
}

/// A picture scaled to a pane.
#[derive(Debug)]
struct Fitted {
    columns: usize,
    rows: usize,
    pixels: Vec<Rgb>,
}

impl Picture {
    pub(super) fn new(large: Kept, whole: (u32, u32)) -> Self {
        let kept = large.smaller(Room::PANE);
        let (again, fitted) = (Mutex::default(), Mutex::default());
        Self { kept, large: Arc::new(large), whole, source: None, again, fitted }
    }

    /// The same picture with its source, so that it can be decoded again with more pixels.
    pub(in crate::preview) fn from(self, kind: Kind, bytes: Bytes) -> Self {
        Self { source: Some((kind, bytes)), ..self }
    }

    /// Place of the picture in a pane.
    pub(in crate::preview) fn place(&self, scroll: Scroll, view: Viewport) -> PicturePlace {
        let (columns, rows) = self.size(view);
        let cells = rows.div_ceil(2);
        let (width, height) = (usize::from(view.width), usize::from(view.height));
        PicturePlace {
            size: (columns as u16, cells as u16),
            first: scroll.line.min(cells.saturating_sub(height)) as u16,
            above: (height.saturating_sub(cells) / 2) as u16,
            indent: ((width - columns.min(width)) / 2) as u16,
        }
    }

    /// The visible rows.
    pub(in crate::preview) fn rows(&self, scroll: Scroll, view: Viewport) -> Vec<Row> {
        let (width, height) = (usize::from(view.width), usize::from(view.height));
        if width == 0 || height == 0 {
            return Vec::new();
        }
        let fitted = self.fitted(view);
        let place = self.place(scroll, view);
        let (first, above) = (usize::from(place.first), usize::from(place.above));
        let (indent, cells) = (usize::from(place.indent), usize::from(place.size.1));
        let mut rows = vec![Row::default(); above];
        let at = |y: usize| {
            fitted.pixels.get(y * fitted.columns..(y + 1) * fitted.columns).unwrap_or_default()
        };
        rows.extend((first..cells).take(height - above).map(|cell| {
            let (upper, lower) = (at(2 * cell), at(2 * cell + 1));
            let halves = upper
                .iter()
                .enumerate()
                .map(|(x, upper)| Halves { upper: *upper, lower: lower.get(x).copied() });
            let blank = Span { text: " ".repeat(indent), role: Role::Plain, hit: Hit::No };
            let spans = if indent == 0 { Vec::new() } else { vec![blank] };
            Row { spans, pixels: halves.collect(), ..Row::default() }
        }));
        rows
    }

    /// Start of the last full page.
    pub(in crate::preview) fn bottom(&self, view: Viewport) -> Scroll {
        let (_, rows) = self.size(view);
        let line = rows.div_ceil(2).saturating_sub(usize::from(view.height.max(1)));
        Scroll { line, ..Scroll::default() }
    }

    /// Columns and rows of the picture in a pane, in pixels.
    fn size(&self, view: Viewport) -> (usize, usize) {
        let (width, height) = (usize::from(view.width.max(1)), 2 * usize::from(view.height.max(1)));
        let (columns, rows) = (self.kept.columns, self.kept.rows);
        if columns <= width && rows <= height {
            let icon = columns.max(rows) <= ICON;
            let most = if icon { (width / columns).min(height / rows).min(ENLARGED) } else { 1 };
            return (columns * most, rows * most);
        }
        // Rounded, and at least one.
        let share = |part: usize, of: usize, whole: usize| ((part * of + whole / 2) / whole).max(1);
        let by_width = (width.min(columns), share(rows, width.min(columns), columns));
        if by_width.1 <= height || rows > TALL * columns {
            by_width
        } else {
            (share(columns, height, rows).min(width), height)
        }
    }

    /// The picture scaled to a pane. Made once for each size, since every frame needs it.
    fn fitted(&self, view: Viewport) -> Arc<Fitted> {
        let (columns, rows) = self.size(view);
        let mut last = self.fitted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fitted) = last.as_ref()
            && (fitted.columns, fitted.rows) == (columns, rows)
        {
            return Arc::clone(fitted);
        }
        let pixels = scaled(&self.kept, columns, rows);
        let fitted = Arc::new(Fitted { columns, rows, pixels });
        *last = Some(Arc::clone(&fitted));
        fitted
    }
}

/// A pixel that one of another size covers: its index, and its share of [`UNIT`].
type Part = (usize, u32);

/// For each pixel of `to`, the pixels of `from` that it covers.
fn parts(from: usize, to: usize) -> Vec<Vec<Part>> {
    let one = |at: usize| {
        // In units of 1/to of a pixel of `from`.
        let (begin, end) = (at * from, (at + 1) * from);
        (begin / to..end.div_ceil(to))
            .map(|pixel| {
                let covered = end.min((pixel + 1) * to) - begin.max(pixel * to);
                (pixel, (covered * UNIT / from) as u32)
            })
            .collect()
    };
    (0..to).map(one).collect()
}

/// Scales a picture: each pixel is the average of those that it covers, over a ground of squares.
pub(super) fn scaled(kept: &Kept, columns: usize, rows: usize) -> Vec<Rgb> {
    let across = parts(kept.columns, columns);
    let mut pixels = Vec::with_capacity(columns * rows);
    let mut line = vec![[0_u32; 5]; kept.columns];
    for (y, down) in parts(kept.rows, rows).into_iter().enumerate() {
        line.fill([0; 5]);
        for (row, share) in down {
            let stored = &kept.pixels[row * kept.columns..(row + 1) * kept.columns];
            for (sum, pixel) in line.iter_mut().zip(stored) {
                add(sum, *pixel, share);
            }
        }
        for (x, covered) in across.iter().enumerate() {
            let mut sum = [0_u64; 5];
            for &(column, share) in covered {
                for (sum, part) in sum.iter_mut().zip(line[column]) {
                    *sum += u64::from(part) * u64::from(share);
                }
            }
            pixels.push(over(ground(x, y), sum));
        }
    }
    pixels
}

/// Adds a pixel's share to red, green, blue (each multiplied by opacity), opacity and share.
fn add(sum: &mut [u32; 5], [red, green, blue, alpha]: Rgba, share: u32) {
    let opaque = u32::from(alpha) * share;
    for (sum, part) in sum.iter_mut().zip([red, green, blue]) {
        // Most pixels are opaque, and a division is slow.
        let part = u32::from(part);
        *sum += if alpha == u8::MAX { part * share } else { part * opaque / 255 };
    }
    sum[3] += opaque;
    sum[4] += share;
}

/// The grey behind a pixel.
fn ground(x: usize, y: usize) -> u8 {
    GROUND[(x / SQUARE + y / SQUARE) % 2]
}

/// The colour of these sums, over a ground.
fn over(ground: u8, [red, green, blue, alpha, share]: [u64; 5]) -> Rgb {
    let share = share.max(1);
    let seen_through = (255 * share).saturating_sub(alpha) * u64::from(ground) / 255;
    [red, green, blue].map(|part| ((part + seen_through + share / 2) / share).min(255) as u8)
}
