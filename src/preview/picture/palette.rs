//! A palette for sending a picture: a histogram of 15 bits, cut at its medians.

use crate::preview::row::Rgb;

/// Number of bits of each colour part that count.
const BITS: usize = 5;

/// Number of colours that are distinguished.
const BINS: usize = 1 << (3 * BITS);

/// A picture in few colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Indexed {
    pub(super) colours: Vec<Rgb>,
    /// Index of each pixel's colour.
    pub(super) pixels: Vec<u8>,
}

/// The pixels of one bin.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: u64,
    sums: [u64; 3],
}

/// Reduces pixels to at most this number of colours, up to 256.
pub(super) fn indexed(pixels: &[Rgb], most: usize) -> Indexed {
    let mut bins = vec![Bin::default(); BINS];
    for pixel in pixels {
        let bin = &mut bins[bin_of(*pixel)];
        bin.count += 1;
        for (sum, part) in bin.sums.iter_mut().zip(pixel) {
            *sum += u64::from(*part);
        }
    }
    let mut used: Vec<usize> = (0..BINS).filter(|bin| bins[*bin].count > 0).collect();
    let boxes = cut(&mut used, &bins, most.clamp(1, 256));
    let (mut colours, mut colour_of) = (Vec::with_capacity(boxes.len()), vec![0; BINS]);
    for (at, range) in boxes.into_iter().enumerate() {
        let mut all = Bin::default();
        for &bin in &used[range] {
            colour_of[bin] = at as u8;
            all.count += bins[bin].count;
            for (sum, more) in all.sums.iter_mut().zip(bins[bin].sums) {
                *sum += more;
            }
        }
        let mean = |sum: u64| (sum + all.count / 2).checked_div(all.count).unwrap_or(0) as u8;
        colours.push(all.sums.map(mean));
    }
    let pixels = pixels.iter().map(|pixel| colour_of[bin_of(*pixel)]).collect();
    Indexed { colours, pixels }
}

fn bin_of(pixel: Rgb) -> usize {
    pixel.iter().fold(0, |bin, part| bin << BITS | usize::from(*part) >> (8 - BITS))
}

/// One of the three parts of the colour of a bin.
fn part(bin: usize, which: usize) -> usize {
    bin >> (BITS * (2 - which)) & ((1 << BITS) - 1)
}

/// Sorts the bins and cuts them into at most this number of boxes: each cut goes through the box in which the
/// most pixels are spread the most, at its median.
fn cut(used: &mut [usize], bins: &[Bin], most: usize) -> Vec<std::ops::Range<usize>> {
    let mut boxes: Vec<_> = std::iter::once(0..used.len()).collect();
    let mut weights = vec![weight(used, bins)];
    while boxes.len() < most {
        let widest =
            (0..boxes.len()).max_by_key(|at| weights[*at].0).filter(|at| weights[*at].0 > 0);
        let Some(at) = widest else { break };
        let (range, which) = (boxes[at].clone(), weights[at].1);
        let inside = &mut used[range.clone()];
        inside.sort_unstable_by_key(|bin| part(*bin, which));
        let half = inside.iter().map(|bin| bins[*bin].count).sum::<u64>().div_ceil(2);
        let mut count = 0;
        let before = inside.iter().take_while(|bin| {
            count += bins[**bin].count;
            count <= half
        });
        let middle = range.start + before.count().clamp(1, inside.len() - 1);
        (boxes[at], weights[at]) = (range.start..middle, weight(&used[range.start..middle], bins));
        boxes.push(middle..range.end);
        weights.push(weight(&used[middle..range.end], bins));
    }
    boxes
}

/// Weight of cutting a box, and the colour part that is spread most in it.
fn weight(inside: &[usize], bins: &[Bin]) -> (u64, usize) {
    let spread = |which: usize| {
        let parts = || inside.iter().map(|bin| part(*bin, which));
        parts().max().zip(parts().min()).map_or(0, |(most, least)| most - least)
    };
    let (widest, which) = (0..3).map(|which| (spread(which), which)).max().unwrap_or_default();
    let count: u64 = inside.iter().map(|bin| bins[*bin].count).sum();
    (count * (widest * widest) as u64, which)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_stay_as_they_are() {
        let pixels = [[255, 0, 0], [0, 0, 255], [255, 0, 0], [10, 20, 30], [0, 0, 255]];
        let few = indexed(&pixels, 64);
        assert_eq!(few.colours.len(), 3);
        let seen: Vec<Rgb> = few.pixels.iter().map(|at| few.colours[usize::from(*at)]).collect();
        assert_eq!(seen, pixels);
        assert!(indexed(&[], 64).pixels.is_empty());
    }

    #[test]
    fn many_colours_become_few_that_are_near() {
        let pixels: Vec<Rgb> =
            (0..64 * 64_u32).map(|at| [(at % 64 * 4) as u8, (at / 64 * 4) as u8, 128]).collect();
        let few = indexed(&pixels, 64);
        assert_eq!(few.colours.len(), 64);
        let worst = pixels.iter().zip(&few.pixels).map(|(pixel, at)| {
            let near = few.colours[usize::from(*at)];
            pixel.iter().zip(near).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
        });
        let worst = worst.max().unwrap();
        assert!(worst <= 40, "off by {worst}");
        assert_eq!(indexed(&pixels, 1).colours.len(), 1);
    }

    #[test]
    fn what_is_seen_most_is_kept_best() {
        // A page: nearly all white, some text, one logo.
        let mut pixels = vec![[255; 3]; 10_000];
        pixels.extend([[20; 3]; 500]);
        pixels.extend((0..200_u8).map(|at| [at, 255 - at, 90]));
        let few = indexed(&pixels, 16);
        for wanted in [[255; 3], [20; 3]] {
            assert!(few.colours.contains(&wanted), "{wanted:?} in {:?}", few.colours);
        }
    }
}
