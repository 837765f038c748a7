//! A picture made ready for the terminal, beside the loop.

use crate::preview::{Preview, Sharp};
use crate::tui::backend::TerminalPicture;

use super::ability::{CellSize, Protocol};
use super::{kitty, tiles};

/// Limit on the pixels of a picture: in 64 to 256 colours they take some 100 kB.
const AREA: u32 = 700_000;

/// Limit on the size of a sent picture, in bytes: 1.2 s on a line of 1 Mbit/s. A picture that exceeds it in
/// every way is drawn in characters.
const MOST: usize = 150_000;

/// Ways to send a picture, the best first: how many screen pixels make one of the picture, in width and in
/// height, and the number of colours. With fewer colours, areas show steps; with fewer pixels, the picture is
/// less sharp.
const WAYS: [(u32, usize); 8] =
    [(1, 256), (1, 64), (1, 24), (2, 64), (2, 16), (3, 32), (4, 32), (5, 16)];

/// An order to make a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub(super) protocol: Protocol,
    /// The number that the picture gets.
    pub(super) id: u8,
    /// Size of the part that is made, in columns and rows.
    pub(super) size: (u16, u16),
    /// First row of that part, and the number of rows of the whole picture.
    pub(super) first: u16,
    pub(super) all: u16,
    pub(super) cell: CellSize,
}

/// Makes a picture ready; none if it is too large for this terminal, or no longer wanted.
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
    let whole = within(columns * cell.0, u32::from(order.all) * cell.1);
    let sharp = preview.sharp(whole, wanted)?.part(order.first, order.size.1, order.all);
    let mut last = None;
    for (coarse, colours) in WAYS {
        if !wanted() {
            return None;
        }
        let sent = Sent::new(&sharp, Order { cell, ..order }, coarse);
        let stretched = match last.take() {
            Some((of, stretched)) if of == coarse => stretched,
            _ => sharp.stretched(sent.pixels),
        };
        let few = stretched.in_few_colours(colours);
        last = Some((coarse, stretched));
        let made = match order.protocol {
            // The terminal stretches the picture to its place.
            Protocol::Kitty { tmux } => {
                Some(kitty::picture(&few.png(few.whole()), order.id, order.size, tmux))
            }
            Protocol::Iterm | Protocol::Sixel => {
                let few = few.enlarged(sent.times, sent.whole);
                let (across, down) = sent.cell;
                let draw = |row: u16, column: u16, columns: u16| {
                    let (x, y) = (usize::from(column) * across, usize::from(row) * down);
                    let part = [x, y, usize::from(columns) * across, down];
                    if exact { few.sixel(part) } else { tiles::iterm(&few.png(part), columns) }
                };
                let tiles = tiles::tiles(order.size, MOST, wanted, &draw);
                let of =
                    |tiles| TerminalPicture { id: order.id, tiles, ..TerminalPicture::default() };
                tiles.map(of)
            }
        };
        if made.as_ref().is_some_and(|made| bytes_of(made) <= MOST) {
            return made;
        }
    }
    None
}

/// The pixels in which a picture is sent.
struct Sent {
    /// Size of the picture that is made, in pixels.
    pixels: (usize, usize),
    /// How often each pixel is repeated in width and height.
    times: usize,
    /// Size of a cell in sent pixels, and, as `whole`, of the picture.
    cell: (usize, usize),
    whole: (usize, usize),
}

impl Sent {
    /// The pixels to send, where a pixel that is made covers `coarse` screen pixels in width and height.
    fn new(sharp: &Sharp, order: Order, coarse: u32) -> Self {
        let size = (usize::from(order.size.0), usize::from(order.size.1));
        let as_sizes = |(width, height): CellSize| (width as usize, height as usize);
        let of_all = |cell: (usize, usize)| (size.0 * cell.0, size.1 * cell.1);
        let parts = |(width, height): (usize, usize)| {
            (width.div_ceil(coarse as usize), height.div_ceil(coarse as usize))
        };
        match order.protocol {
            Protocol::Kitty { .. } => {
                let pixels = parts(sharp.size());
                Self { pixels, times: 1, cell: (0, 0), whole: pixels }
            }
            Protocol::Iterm => {
                let cell = as_sizes(not_larger(order.cell, sharp.size(), order.size));
                let cell = parts(cell);
                Self { pixels: of_all(cell), times: 1, cell, whole: of_all(cell) }
            }
            // Sixels must have the pixels of the screen.
            Protocol::Sixel => {
                let (cell, times) = (as_sizes(order.cell), coarse as usize);
                let whole = of_all(cell);
                Self { pixels: parts(whole), times, cell, whole }
            }
        }
    }
}

fn bytes_of(made: &TerminalPicture) -> usize {
    let commands = made.commands.iter().map(String::len).sum::<usize>();
    commands + made.tiles.iter().map(|tile| tile.text.len()).sum::<usize>()
}

/// The size of a whole picture, reduced if it would take too much memory.
#[expect(clippy::cast_sign_loss, reason = "of what is positive")]
fn within(columns: u32, rows: u32) -> (u32, u32) {
    let all = f64::from(columns) * f64::from(rows.max(1));
    let scale = (f64::from(16 * AREA) / all.max(1.0)).sqrt().min(1.0);
    let part = |whole: u32| ((f64::from(whole) * scale) as u32).max(1);
    (part(columns), part(rows))
}

/// The size of a cell in pixels, reduced if a picture of this number of cells would have too many.
#[expect(clippy::cast_sign_loss, reason = "of what is positive")]
fn fitting((width, height): CellSize, cells: u32) -> CellSize {
    let all = f64::from(width) * f64::from(height) * f64::from(cells.max(1));
    let scale = (f64::from(AREA) / all).sqrt().min(1.0);
    let part = |whole: u32| ((f64::from(whole) * scale) as u32).max(1);
    (part(width), part(height))
}

/// The size of a cell in pixels, but at most that which a picture of these pixels has in this number of
/// cells.
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
        make(&preview(false), order(protocol, size), &|| true)
    }

    fn order(protocol: Protocol, size: (u16, u16)) -> Order {
        Order { protocol, id: 20, size, first: 0, all: size.1, cell: (10, 20) }
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
        let order = order(Protocol::Sixel, (4, 2));
        assert!(make(&preview(false), order, &|| false).is_none(), "nobody wants it");
        assert!(made(Protocol::Sixel, (290, 290)).is_none(), "too many pixels for a line");
    }

    #[test]
    fn what_is_hard_to_pack_is_sent_in_fewer_colours_or_pixels() {
        for protocol in [Protocol::Kitty { tmux: false }, Protocol::Iterm, Protocol::Sixel] {
            let made = make(&preview(true), order(protocol, (40, 20)), &|| true).unwrap();
            let bytes = bytes_of(&made);
            assert!((1000..=MOST).contains(&bytes), "{protocol:?}: {bytes} bytes");
            let texts = made.tiles.iter().map(|tile| &tile.text).chain(&made.commands);
            assert!(texts.map(String::len).max() < Some(3200), "{protocol:?}");
        }
    }

    #[test]
    fn of_a_long_picture_a_part_is_made_as_sharp_as_a_short_one() {
        // Red above, blue below, each of half the rows.
        let mut value = Vec::new();
        let mut encoder = png::Encoder::new(&mut value, 80, 8000);
        encoder.set_color(png::ColorType::Rgb);
        let pixels = [[255, 0, 0].repeat(80 * 4000), [0, 0, 255].repeat(80 * 4000)].concat();
        encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
        let long = Preview::build(&Record { meta: RecordMeta::default(), value: value.into() });
        let sixel = |first, rows| {
            let order = Order { first, all: 400, ..order(Protocol::Sixel, (8, rows)) };
            make(&long, order, &|| true).unwrap().tiles
        };
        let [above, below, both] = [sixel(0, 90), sixel(310, 90), sixel(155, 90)];
        assert_eq!((above.len(), below.len()), (90, 90));
        let colour = |text: &str| text.split('#').nth(1).map(str::to_owned).unwrap();
        assert_eq!(colour(&above[89].text), "0;2;100;0;0");
        assert_eq!(colour(&below[0].text), "0;2;0;0;100");
        let red = |at: usize| both[at].text.contains(";2;100;0;0");
        assert!(red(44) && both[44].text != both[45].text, "the border is in the middle");
        assert_eq!(within(100, 200), (100, 200));
        let (columns, rows) = within(1000, 100_000);
        assert!(columns * rows <= 16 * AREA && rows / columns == 100);
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
