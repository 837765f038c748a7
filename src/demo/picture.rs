//! Screenshots: a mock-up of a page, drawn and encoded here.

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, rgb_to_ycbcr};

use super::random::Random;

const WIDTH: u16 = 320;
const HEIGHT: u16 = 200;

/// Quality of the JPEGs, out of 100.
const QUALITY: u8 = 70;

type Colour = [u8; 3];

/// A picture: three bytes a pixel, row by row.
pub(super) struct Picture {
    pixels: Vec<u8>,
}

impl Picture {
    /// A page with a header, a picture of the product, lines of text and a row of cards.
    pub(super) fn of_page(random: &mut Random) -> Self {
        let mut colour = |low, high| [0; 3].map(|_: u8| random.between(low, high) as u8);
        let (top, bottom, brand) = (colour(225, 255), colour(190, 235), colour(30, 150));
        let cards = [colour(90, 220), colour(90, 220), colour(90, 220), colour(90, 220)];
        let product = colour(80, 210);
        let mut picture = Self::gradient(top, bottom);
        picture.block(0, 0, WIDTH, 24, brand);
        picture.block(10, 8, 46, 8, [255; 3]);
        for at in 0..4 {
            picture.block(180 + at * 34, 10, 24, 4, brand.map(|part| part.saturating_add(90)));
        }
        picture.block(12, 36, 112, 88, product);
        picture.block(18, 42, 100, 76, product.map(|part| part.saturating_add(25)));
        picture.block(138, 38, 120, 9, [40; 3]);
        for line in 0..7_u16 {
            let length = random.between(60, 168) as u16;
            picture.block(138, 56 + line * 9, length, 4, [130; 3]);
        }
        picture.block(12, 134, 296, 1, [170; 3]);
        for (at, card) in (0_u16..).zip(cards) {
            picture.block(12 + at * 76, 144, 68, 36, card);
            picture.block(12 + at * 76, 184, random.between(24, 60) as u16, 4, [90; 3]);
        }
        picture
    }

    /// The page that a blocked crawler sees: one message in the middle.
    pub(super) fn of_failure(random: &mut Random) -> Self {
        let mut picture = Self::gradient([250, 244, 244], [236, 214, 214]);
        picture.block(70, 60, 180, 80, [255; 3]);
        picture.block(70, 60, 180, 10, [178, 34, 34]);
        for line in 0..4_u16 {
            picture.block(84, 84 + line * 12, random.between(50, 150) as u16, 5, [120; 3]);
        }
        picture
    }

    fn gradient(top: Colour, bottom: Colour) -> Self {
        let mut pixels = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
        for row in 0..u32::from(HEIGHT) {
            let mix = |at: usize| {
                let (top, bottom) = (u32::from(top[at]), u32::from(bottom[at]));
                let height = u32::from(HEIGHT);
                ((top * (height - row) + bottom * row) / height) as u8
            };
            let colour = [mix(0), mix(1), mix(2)];
            for _ in 0..WIDTH {
                pixels.extend_from_slice(&colour);
            }
        }
        Self { pixels }
    }

    fn block(&mut self, left: u16, top: u16, width: u16, height: u16, colour: Colour) {
        let right = usize::from((left + width).min(WIDTH));
        for row in usize::from(top)..usize::from((top + height).min(HEIGHT)) {
            let start = row * usize::from(WIDTH);
            let line = &mut self.pixels[(start + usize::from(left)) * 3..(start + right) * 3];
            for pixel in line.as_chunks_mut::<3>().0 {
                *pixel = colour;
            }
        }
    }

    /// The picture as PNG.
    pub(super) fn png(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, WIDTH.into(), HEIGHT.into());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        // Writing to memory does not fail.
        let _ = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&self.pixels).map(|()| writer))
            .and_then(png::Writer::finish);
        out
    }

    /// The picture as JPEG.
    pub(super) fn jpeg(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing to memory does not fail.
        let _ = Encoder::new(&mut out, QUALITY).encode_image(Pixels(&self.pixels));
        out
    }
}

/// Pixels of three bytes. The type keeps the encoders of other formats out of the program.
struct Pixels<'a>(&'a [u8]);

impl ImageBuffer for Pixels<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        WIDTH
    }

    fn height(&self) -> u16 {
        HEIGHT
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let width = usize::from(WIDTH) * 3;
        let lines = self.0.chunks_exact(width).skip(usize::from(y)).take(1);
        for &[red, green, blue] in lines.flat_map(|line| line.as_chunks::<3>().0) {
            let (luma, cb, cr) = rgb_to_ycbcr(red, green, blue);
            buffers[0].push(luma);
            buffers[1].push(cb);
            buffers[2].push(cr);
        }
    }
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::ColorType;

    use super::*;

    #[test]
    fn pixels_are_encoded_as_the_encoder_itself_encodes_colours() {
        let mut picture = Picture { pixels: vec![0; usize::from(WIDTH) * usize::from(HEIGHT) * 3] };
        for (at, byte) in picture.pixels.iter_mut().enumerate() {
            *byte = (at * at / 7) as u8;
        }
        let mut wanted = Vec::new();
        let encoder = Encoder::new(&mut wanted, QUALITY);
        encoder.encode(&picture.pixels, WIDTH, HEIGHT, ColorType::Rgb).unwrap();
        assert_eq!(picture.jpeg(), wanted);
    }
}
