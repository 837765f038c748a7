//! Pictures for terminals that draw at the cursor: cut into parts of one row, each of which is sent in a
//! slice of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::tui::backend::{SLICE, Tile};

/// Size from which a part is cut in two, in bytes.
const LARGE: usize = SLICE;

/// Draws some columns of a row of cells: row, first column, number of columns.
pub(super) type Draw<'a> = dyn Fn(u16, u16, u16) -> String + 'a;

/// The parts of a picture of this number of columns and rows; none if they have more than `most` bytes
/// together, and as soon as they are no longer wanted.
pub(super) fn tiles(
    (columns, rows): (u16, u16),
    most: usize,
    wanted: &dyn Fn() -> bool,
    draw: &Draw<'_>,
) -> Option<Vec<Tile>> {
    let (mut tiles, mut bytes) = (Vec::new(), 0);
    for row in 0..rows {
        // Parts that are still to be drawn, the leftmost last.
        let mut left = vec![(0, columns)];
        while let Some((column, columns)) = left.pop() {
            if !wanted() {
                return None;
            }
            let text = draw(row, column, columns);
            if text.len() > LARGE && columns > 1 {
                let half = columns / 2;
                left.extend([(column + half, columns - half), (column, half)]);
                continue;
            }
            bytes += text.len();
            if bytes > most {
                return None;
            }
            tiles.push(Tile { row, column, columns, text });
        }
    }
    Some(tiles)
}

/// A part by iTerm2's protocol.
pub(super) fn iterm(png: &[u8], columns: u16) -> String {
    let (data, size) = (STANDARD.encode(png), png.len());
    format!(
        "\x1b]1337;File=inline=1;size={size};width={columns};height=1;preserveAspectRatio=0:{data}\x07"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_is_cut_until_it_fits_a_slice() {
        // The second row has much detail.
        let draw = |row: u16, column: u16, columns: u16| {
            let each = if row == 1 { 900 } else { 10 };
            format!("{row},{column}:") + &"x".repeat(usize::from(columns) * each)
        };
        let tiles = tiles((10, 3), 100_000, &|| true, &draw).unwrap();
        let place = |tile: &Tile| (tile.row, tile.column, tile.columns);
        let places: Vec<_> = tiles.iter().map(place).collect();
        let busy = [(1, 0, 2), (1, 2, 3), (1, 5, 2), (1, 7, 3)];
        assert_eq!(places, [&[(0, 0, 10)][..], &busy, &[(2, 0, 10)]].concat());
        assert!(tiles.iter().all(|tile| tile.text.len() <= LARGE));
        assert!(super::tiles((10, 3), 9_000, &|| true, &draw).is_none(), "too much in all");
        assert!(super::tiles((10, 3), 100_000, &|| false, &draw).is_none(), "not wanted");
    }

    #[test]
    fn a_part_says_how_many_cells_it_takes() {
        let text = iterm(b"PNG", 12);
        let wanted =
            "\x1b]1337;File=inline=1;size=3;width=12;height=1;preserveAspectRatio=0:UE5H\x07";
        assert_eq!(text, wanted);
    }
}
