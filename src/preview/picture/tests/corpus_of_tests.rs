//! Pictures of four colours: red and green above, blue and white below.

use std::io::Cursor;

use jpeg_encoder::{ColorType as JpegColour, Encoder};

/// A picture, and the words that describe it.
pub(in crate::preview::picture) struct Sample {
    pub(in crate::preview::picture) name: &'static str,
    pub(in crate::preview::picture) bytes: Vec<u8>,
    pub(in crate::preview::picture) content_type: &'static str,
    pub(in crate::preview::picture) facts: &'static str,
}

const WIDTH: usize = 80;
const HEIGHT: usize = 48;

fn colour(x: usize, y: usize) -> [u8; 3] {
    match (x < WIDTH / 2, y < HEIGHT / 2) {
        (true, true) => [255, 0, 0],
        (false, true) => [0, 255, 0],
        (true, false) => [0, 0, 255],
        (false, false) => [255; 3],
    }
}

/// Index of the colour at a place.
fn index(x: usize, y: usize) -> u8 {
    u8::from(x >= WIDTH / 2) + 2 * u8::from(y >= HEIGHT / 2)
}

fn all(pixel: impl Fn(usize, usize) -> Vec<u8>) -> Vec<u8> {
    (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(|x| pixel(x, y)).collect::<Vec<_>>()).collect()
}

/// A PNG of this colour type.
pub(in crate::preview::picture) fn png(
    width: u32,
    height: u32,
    pixel: impl Fn(usize, usize) -> [u8; 3],
) -> Vec<u8> {
    encoded(width, height, png::ColorType::Rgb, |x, y| pixel(x, y).to_vec())
}

/// A PNG of 8 bits.
pub(super) fn encoded(
    width: u32,
    height: u32,
    colour: png::ColorType,
    pixel: impl Fn(usize, usize) -> Vec<u8>,
) -> Vec<u8> {
    let row = |y| (0..width as usize).flat_map(|x| pixel(x, y)).collect::<Vec<_>>();
    let pixels: Vec<u8> = (0..height as usize).flat_map(row).collect();
    stored(width, height, (colour, png::BitDepth::Eight), &pixels)
}

fn stored(
    width: u32,
    height: u32,
    (colour, depth): (png::ColorType, png::BitDepth),
    pixels: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        let shades =
            (0..4).flat_map(|shade| PALETTE.map(|it| it.map(|it| it.saturating_sub(shade))));
        encoder.set_palette(shades.flatten().collect::<Vec<_>>());
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

const PALETTE: [[u8; 3]; 4] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3]];

/// A signature and a header, and nothing after it.
pub(super) fn png_header(header: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut bytes, b"IHDR", header);
    chunk(&mut bytes, b"IDAT", &compressed(&[]));
    bytes
}

fn chunk(bytes: &mut Vec<u8>, name: &[u8], body: &[u8]) {
    let body = [name, body].concat();
    bytes.extend((body.len() as u32 - 4).to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(&body);
    bytes.extend(&body);
    bytes.extend(sum.sum().to_be_bytes());
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An interlaced PNG, which the encoder does not make.
fn interlaced() -> Vec<u8> {
    let header =
        [&(WIDTH as u32).to_be_bytes()[..], &(HEIGHT as u32).to_be_bytes(), &[8, 2, 0, 0, 1]];
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut bytes, b"IHDR", &header.concat());
    let passes = [
        (0, 8, 0, 8),
        (4, 8, 0, 8),
        (0, 4, 4, 8),
        (2, 4, 0, 4),
        (0, 2, 2, 4),
        (1, 2, 0, 2),
        (0, 1, 1, 2),
    ];
    let mut rows = Vec::new();
    for (left, across, top, down) in passes {
        for y in (top..HEIGHT).step_by(down) {
            rows.push(0);
            rows.extend((left..WIDTH).step_by(across).flat_map(|x| noisy(x, y)));
        }
    }
    chunk(&mut bytes, b"IDAT", &compressed(&rows));
    chunk(&mut bytes, b"IEND", &[]);
    bytes
}

/// The colour with a little noise, so that the last quarter of the bytes is some of the rows.
fn noisy(x: usize, y: usize) -> [u8; 3] {
    let noise = (x * 7919 + y * 104_729 + x * y * 31) % 8;
    colour(x, y).map(|part| if part == 0 { noise as u8 } else { part - noise as u8 })
}

/// A JPEG, grey or in colours.
pub(super) fn jpeg(grey: bool, progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_progressive(progressive);
    let size = (WIDTH as u16, HEIGHT as u16);
    let (pixels, colours) = if grey {
        (all(|x, y| vec![index(x, y) * 80 + noisy(x, y)[1] % 8]), JpegColour::Luma)
    } else {
        (all(|x, y| noisy(x, y).to_vec()), JpegColour::Rgb)
    };
    encoder.encode(&pixels, size.0, size.1, colours).unwrap();
    bytes
}

/// A JPEG with an orientation in its EXIF data.
pub(super) fn exif(turn: u16) -> Vec<u8> {
    let mut tag = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    tag.extend(turn.to_be_bytes());
    tag.extend([0; 6]);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.add_app_segment(1, tag).unwrap();
    let pixels = all(|x, y| colour(x, y).to_vec());
    encoder.encode(&pixels, WIDTH as u16, HEIGHT as u16, JpegColour::Rgb).unwrap();
    bytes
}

fn cmyk() -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = all(|x, y| noisy(x, y).into_iter().map(|part| 255 - part).chain([0]).collect());
    let encoder = Encoder::new(&mut bytes, 90);
    encoder.encode(&pixels, WIDTH as u16, HEIGHT as u16, JpegColour::Cmyk).unwrap();
    bytes
}

fn gif(interlaced: bool, frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let size = (WIDTH as u16, HEIGHT as u16);
    let mut encoder = gif::Encoder::new(&mut bytes, size.0, size.1, &PALETTE.concat()).unwrap();
    for _ in 0..frames {
        let order: Vec<usize> = if interlaced {
            [(0, 8), (4, 8), (2, 4), (1, 2)]
                .into_iter()
                .flat_map(|(first, step)| (first..HEIGHT).step_by(step))
                .collect()
        } else {
            (0..HEIGHT).collect()
        };
        let rows = order.into_iter().flat_map(|y| (0..WIDTH).map(move |x| index(x, y)));
        let frame = gif::Frame {
            width: size.0,
            height: size.1,
            interlaced,
            buffer: rows.collect::<Vec<_>>().into(),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    bytes
}

fn webp(colour: image_webp::ColorType, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image_webp::WebPEncoder::new(&mut bytes);
    encoder.encode(pixels, WIDTH as u32, HEIGHT as u32, colour).unwrap();
    bytes.into_inner()
}

/// One of each kind.
pub(in crate::preview::picture) fn samples() -> Vec<Sample> {
    use png::{BitDepth, ColorType};
    let of =
        |colour, depth, pixels: &[u8]| stored(WIDTH as u32, HEIGHT as u32, (colour, depth), pixels);
    let deep = all(|x, y| noisy(x, y).into_iter().flat_map(|part| [part, 7]).collect());
    // Four shades of each colour, without order.
    let packed: Vec<u8> = all(|x, y| vec![index(x, y) + 4 * ((x * 7 + y * x * 31 + y) % 4) as u8])
        .chunks(2)
        .map(|two| two[0] << 4 | two[1])
        .collect();
    let eight = BitDepth::Eight;
    let sample = |name, bytes, content_type, facts| Sample { name, bytes, content_type, facts };
    let png = |name, bytes, facts| sample(name, bytes, "image/png", facts);
    let jpeg_of = |name, bytes, facts| sample(name, bytes, "image/jpeg", facts);
    vec![
        png(
            "PNG",
            of(ColorType::Rgb, eight, &all(|x, y| noisy(x, y).to_vec())),
            "PNG, 80 × 48 pixels, 8-bit RGB",
        ),
        png(
            "PNG with alpha",
            of(ColorType::Rgba, eight, &all(|x, y| [&noisy(x, y)[..], &[255]].concat())),
            "PNG, 80 × 48 pixels, 8-bit RGBA",
        ),
        png(
            "PNG of 16 bits",
            of(ColorType::Rgb, BitDepth::Sixteen, &deep),
            "PNG, 80 × 48 pixels, 16-bit RGB",
        ),
        png(
            "PNG in grey",
            of(
                ColorType::Grayscale,
                eight,
                &all(|x, y| vec![index(x, y) * 80 + noisy(x, y)[1] % 8]),
            ),
            "PNG, 80 × 48 pixels, 8-bit grey",
        ),
        png(
            "PNG of a palette",
            of(ColorType::Indexed, BitDepth::Four, &packed),
            "PNG, 80 × 48 pixels, 4-bit palette",
        ),
        png("PNG, interlaced", interlaced(), "PNG, 80 × 48 pixels, 8-bit RGB"),
        jpeg_of("JPEG", jpeg(false, false), "JPEG, 80 × 48 pixels, 8-bit colour"),
        jpeg_of("JPEG in grey", jpeg(true, false), "JPEG, 80 × 48 pixels, 8-bit grey"),
        jpeg_of(
            "JPEG, progressive",
            jpeg(false, true),
            "JPEG, 80 × 48 pixels, 8-bit colour, progressive",
        ),
        jpeg_of("JPEG of CMYK", cmyk(), "JPEG, 80 × 48 pixels, 8-bit CMYK"),
        sample("GIF", gif(false, 1), "image/gif", "GIF, 80 × 48 pixels, 4 colours"),
        sample(
            "GIF, interlaced and animated",
            gif(true, 2),
            "image/gif",
            "GIF, 80 × 48 pixels, 4 colours, its first frame",
        ),
        sample(
            "WebP",
            webp(image_webp::ColorType::Rgb8, &all(|x, y| noisy(x, y).to_vec())),
            "image/webp",
            "WebP, 80 × 48 pixels, lossless",
        ),
        sample("WebP, lossy", decoded(LOSSY), "image/webp", "WebP, 80 × 48 pixels, lossy"),
        sample(
            "WebP, animated",
            decoded(ANIMATED),
            "image/webp",
            "WebP, 80 × 48 pixels, lossy, its first frame",
        ),
        sample(
            "WebP with alpha",
            webp(image_webp::ColorType::Rgba8, &all(|x, y| [&noisy(x, y)[..], &[255]].concat())),
            "image/webp",
            "WebP, 80 × 48 pixels, lossless with alpha",
        ),
    ]
}

/// Lossy pictures, which the encoder does not make: one, and two as an animation.
const LOSSY: &str = "UklGRnwAAABXRUJQVlA4IHAAAADQBACdASpQADAAP22exVi0q6ejsQgCkC2JQBmf9Y+A/CWs/Abdf8wzmaE1yssvIA \
     D+4Ll+XEFf3/8GJ3SaEC609T+WAcZNf/6bjjRx7pC3zJtwEsknckgzDNw38+Wv/7se1dvjTflGeVvibCJztAAA";
const ANIMATED: &str = "UklGRj4BAABXRUJQVlA4WAoAAAACAAAATwAALwAAQU5JTQYAAAAAAAAAAABBTk1GiAAAAAAAAAAAAE8AAC8AAAAAAA \
     JWUDggcAAAANAEAJ0BKlAAMAA/bZ7FWLSrp6OxCAKQLYlAGZ/1j4D8Jaz8Bt1/zDOZoTXKyy8gAP7guX5cQV/f/wYn\
     dJoQLrT1P5YBxk1//puONHHukLfMm3ASySdySDMM3Dfz5a//ux7V2+NN+UZ5W+JsInO0AABBTk1GggAAAAAAAAAAAE\
     8AAC8AAAAAAABWUDggagAAAPQEAJ0BKlAAMAA/cabFWIMR34AAAuCUAZtnrfQPsArfwKO6dTdX2dMPabiLeVtx8AD+\
     tlf+2UzXF/+9+PIpgzxp5UZuPF//pTH8U1uX8lV5rv/FM9vwL+BhIs7G8v4KC2Fdflz6brpZaAA=";

fn decoded(base64: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.decode(base64.replace(' ', "")).unwrap()
}
