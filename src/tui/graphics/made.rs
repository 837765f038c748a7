//! A picture made ready for the terminal, beside the loop.

use crate::preview::Preview;
use crate::tui::backend::TerminalPicture;

use super::ability::{CellSize, Protocol};
use super::{kitty, tiles};

/// The most pixels of a picture: in 64 to 256 colours some 100 kB.
const AREA: u32 = 700_000;

/// The most that is sent of a picture, in bytes: what is over is drawn in characters.
const MOST: usize = 300_000;

/// The most that is sent of a picture before it is tried with fewer colours.
const GOOD: usize = 150_000;

/// How many colours it is sent in: with more it is larger, with fewer areas show steps.
const COLOURS: [usize; 4] = [256, 64, 24, 8];

/// What is to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub(super) protocol: Protocol,
    /// The number that it gets.
    pub(super) id: u8,
    /// Columns and rows.
    pub(super) size: (u16, u16),
    pub(super) cell: CellSize,
}

/// Makes a picture ready; none where that is too much for this terminal or nobody wants it any more.
pub(super) fn make(
    preview: &Preview,
    order: Order,
    wanted: &dyn Fn() -> bool,
) -> Option<TerminalPicture> {
    let (columns, rows) = (u32::from(order.size.0), u32::from(order.size.1));
    let exact = matches!(order.protocol, Protocol::Sixel);
    let cell = if exact { order.cell } else { fitting(order.cell, columns * rows) };
    let pixels = (columns * cell.0, rows * cell.1);
    if pixels.0 * pixels.1 > 4 * AREA {
        return None;
    }
    let sharp = preview.sharp(pixels, wanted)?;
    let mut best = None;
    for colours in COLOURS {
        let made = match order.protocol {
            Protocol::Kitty { tmux } => {
                // The terminal stretches it to its place.
                let few = sharp.in_few_colours(sharp.size(), colours);
                kitty::picture(&few.png(few.whole()), order.id, order.size, tmux)
            }
            Protocol::Iterm | Protocol::Sixel => {
                let cell = if exact { cell } else { not_larger(cell, sharp.size(), order.size) };
                let (across, down) = (cell.0 as usize, cell.1 as usize);
                let whole = (columns as usize * across, rows as usize * down);
                let few = sharp.in_few_colours(whole, colours);
                let draw = |row: u16, column: u16, columns: u16| {
                    let (x, y) = (usize::from(column) * across, usize::from(row) * down);
                    let part = [x, y, usize::from(columns) * across, down];
                    if exact { few.sixel(part) } else { tiles::iterm(&few.png(part), columns) }
                };
                let Some(tiles) = tiles::tiles(order.size, MOST, wanted, &draw) else {
                    if wanted() {
                        continue;
                    }
                    return None;
                };
                TerminalPicture { id: order.id, tiles, ..TerminalPicture::default() }
            }
        };
        let bytes = bytes_of(&made);
        if bytes <= MOST {
            best = Some(made);
        }
        if bytes <= GOOD || !wanted() {
            break;
        }
    }
    best
}

fn bytes_of(made: &TerminalPicture) -> usize {
    let commands = made.commands.iter().map(String::len).sum::<usize>();
    commands + made.tiles.iter().map(|tile| tile.text.len()).sum::<usize>()
}

/// A cell's pixels, fewer where a picture of so many cells would have too many.
#[expect(clippy::cast_sign_loss, reason = "of what is positive")]
fn fitting((width, height): CellSize, cells: u32) -> CellSize {
    let all = f64::from(width) * f64::from(height) * f64::from(cells.max(1));
    let scale = (f64::from(AREA) / all).sqrt().min(1.0);
    let part = |whole: u32| ((f64::from(whole) * scale) as u32).max(1);
    (part(width), part(height))
}

/// A cell's pixels, but not more than a picture of these pixels has in so many cells.
fn not_larger(cell: CellSize, pixels: (usize, usize), size: (u16, u16)) -> CellSize {
    let each = |pixels: usize, cells: u16| pixels.div_ceil(usize::from(cells.max(1))) as u32;
    (cell.0.min(each(pixels.0, size.0)).max(1), cell.1.min(each(pixels.1, size.1)).max(1))
}

#[cfg(test)]
mod tests {
    use crate::model::{Record, RecordMeta};

    use super::*;

    fn preview(noise: bool) -> Preview {
        let mut value = Vec::new();
        let mut encoder = png::Encoder::new(&mut value, 400, 400);
        encoder.set_color(png::ColorType::Rgb);
        let pixel = |at: u32| if noise { (at * 7919) >> 5 } else { at / 12_000 * 40 };
        let pixels: Vec<u8> = (0..400 * 400 * 3).map(|at| pixel(at) as u8).collect();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        Preview::build(&Record { meta: RecordMeta::default(), value: value.into() })
    }

    fn made(protocol: Protocol, size: (u16, u16)) -> Option<TerminalPicture> {
        make(&preview(false), Order { protocol, id: 20, size, cell: (10, 20) }, &|| true)
    }

    #[test]
    fn each_protocol_has_its_form() {
        let kitty = made(Protocol::Kitty { tmux: false }, (4, 2)).unwrap();
        assert_eq!((kitty.commands.len(), kitty.tiles.len(), kitty.id), (1, 0, 20));
        let iterm = made(Protocol::Iterm, (4, 2)).unwrap();
        assert_eq!((iterm.commands.len(), iterm.tiles.len()), (0, 2));
        assert!(iterm.tiles[1].text.starts_with("\x1b]1337;File=") && iterm.tiles[1].row == 1);
        let sixel = made(Protocol::Sixel, (4, 2)).unwrap();
        assert!(sixel.tiles[0].text.starts_with("\x1bP0;1;0q\"1;1;40;20#0;2;"));
        let order = Order { protocol: Protocol::Sixel, id: 20, size: (4, 2), cell: (10, 20) };
        assert!(make(&preview(false), order, &|| false).is_none(), "nobody wants it");
        assert!(made(Protocol::Sixel, (290, 290)).is_none(), "too many pixels for a line");
    }

    #[test]
    fn what_is_hard_to_pack_is_sent_in_fewer_colours_or_not_at_all() {
        for protocol in [Protocol::Kitty { tmux: false }, Protocol::Iterm, Protocol::Sixel] {
            let order = Order { protocol, id: 20, size: (40, 20), cell: (10, 20) };
            if let Some(made) = make(&preview(true), order, &|| true) {
                let bytes = bytes_of(&made);
                assert!((1000..=MOST).contains(&bytes), "{protocol:?}: {bytes} bytes");
                let texts = made.tiles.iter().map(|tile| &tile.text).chain(&made.commands);
                assert!(texts.map(String::len).max() < Some(4200), "{protocol:?}");
            }
        }
    }

    #[test]
    fn no_more_pixels_are_made_than_are_good_for_a_pane() {
        assert_eq!(fitting((10, 20), 60 * 30), (10, 20));
        let (width, height) = fitting((20, 40), 200 * 60);
        assert!(width * height * 200 * 60 <= AREA && width >= 5, "{width} × {height}");
        assert_eq!(not_larger((10, 20), (30, 500), (10, 20)), (3, 20));
        assert_eq!(not_larger((10, 20), (0, 0), (0, 0)), (1, 1));
    }
}
