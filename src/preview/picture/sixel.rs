//! Sixels: bands of six rows of pixels, colour by colour.

use std::fmt::Write as _;

use crate::preview::row::Rgb;

/// Rows of a band.
const BAND: usize = 6;

/// Largest value of a colour part.
const MOST: u32 = 100;

/// The sequence that draws rows of pixels at the cursor; each pixel is the index of its colour. Only the
/// colours that occur are defined.
pub(super) fn encoded(rows: &[&[u8]], colours: &[Rgb]) -> String {
    let columns = rows.first().map_or(0, |row| row.len());
    // Pixels that are not drawn stay as they are; pixels are square.
    let mut text = format!("\x1bP0;1;0q\"1;1;{columns};{}", rows.len());
    let mut used = [false; 256];
    rows.iter().flat_map(|row| row.iter()).for_each(|at| used[usize::from(*at)] = true);
    for (at, colour) in colours.iter().enumerate().filter(|(at, _)| used[at % 256]) {
        let [red, green, blue] = colour.map(|part| (u32::from(part) * MOST + 127) / 255);
        let _ = write!(text, "#{at};2;{red};{green};{blue}");
    }
    for (number, band) in rows.chunks(BAND).enumerate() {
        if number > 0 {
            text.push('-');
        }
        band_of(band, columns, &mut text);
    }
    text.push_str("\x1b\\");
    text
}

/// Writes one band: for each colour in it, the pixels of each column that have it.
fn band_of(band: &[&[u8]], columns: usize, text: &mut String) {
    let mut colours = vec![Vec::new(); 256];
    for (y, row) in band.iter().enumerate() {
        for (x, colour) in row.iter().enumerate() {
            let bits: &mut Vec<u8> = &mut colours[usize::from(*colour)];
            bits.resize(columns, 0);
            bits[x] |= 1 << y;
        }
    }
    let here = colours.iter().enumerate().filter(|(_, bits)| !bits.is_empty());
    for (number, (colour, bits)) in here.enumerate() {
        if number > 0 {
            text.push('$');
        }
        let _ = write!(text, "#{colour}");
        // Empty columns at the end are left out.
        let end = bits.iter().rposition(|bits| *bits > 0).map_or(0, |last| last + 1);
        for alike in bits[..end].chunk_by(|one, other| one == other) {
            run(text, alike[0], alike.len());
        }
    }
}

/// Writes this number of equal columns.
fn run(text: &mut String, bits: u8, count: usize) {
    let sign = char::from(b'?' + bits);
    if count > 3 {
        let _ = write!(text, "!{count}{sign}");
    } else {
        text.extend(std::iter::repeat_n(sign, count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_drawn_in_their_colours() {
        let rows: Vec<&[u8]> = vec![&[0, 0, 0, 0, 0, 1], &[0, 0, 0, 0, 0, 1], &[2; 6]];
        let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [9; 3]];
        let text = encoded(&rows, &colours);
        let wanted = "\x1bP0;1;0q\"1;1;6;3#0;2;100;0;0#1;2;0;100;0#2;2;0;0;100\
                      #0!5B$#1!5?B$#2!6C\x1b\\";
        assert_eq!(text, wanted);
    }

    #[test]
    fn more_than_six_rows_are_more_than_one_band() {
        let rows: Vec<&[u8]> = vec![&[0]; 8];
        assert!(encoded(&rows, &[[0; 3]]).ends_with("#0~-#0B\x1b\\"));
        assert_eq!(encoded(&[], &[]), "\x1bP0;1;0q\"1;1;0;0\x1b\\");
    }
}
