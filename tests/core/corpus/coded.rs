//! Values in their formats, each made by its own encoder or written by hand.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside #[test]")]

use std::io::Write as _;

use ::base64::Engine as _;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// Width and height of pictures, in pixels.
const SIZE: (u16, u16) = (48, 32);

/// `<html>`, 40 times `hello brotli `, `</html>`.
const BROTLI: &[u8] =
    b"\x1b\x14\x02\xf8\x9d\x09\x36\x4e\xa8\x77\x37\xbc\x7e\xe1\x11\x43\x93\x20\x6c\
    \x74\x55\x26\x97\x6c\x69\x6f\x59\xc8\x24\x04\x66\x03\xc6\x98\xe4\x62\xbe\x76\x59\x5f\x24\x19";

pub(super) fn brotli() -> Vec<u8> {
    BROTLI.to_vec()
}

/// Red, green and blue of all pixels.
fn pixels() -> Vec<u8> {
    let pixel = |at: u16| [(at * 5) as u8, (at / SIZE.0 * 8) as u8, 128];
    (0..SIZE.0 * SIZE.1).flat_map(pixel).collect()
}

pub(crate) fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0.into(), SIZE.1.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels()).unwrap();
    bytes
}

pub(super) fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 80);
    encoder.encode(&pixels(), SIZE.0, SIZE.1, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

pub(super) fn webp() -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut bytes);
    encoder.encode(&pixels(), SIZE.0.into(), SIZE.1.into(), image_webp::ColorType::Rgb8).unwrap();
    bytes
}

pub(super) fn gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
    let mut encoder = gif::Encoder::new(&mut bytes, SIZE.0, SIZE.1, &palette).unwrap();
    let buffer: Vec<u8> = (0..SIZE.0 * SIZE.1).map(|at| (at / 100 % 4) as u8).collect();
    let (width, height) = SIZE;
    let frame = gif::Frame { width, height, buffer: buffer.into(), ..gif::Frame::default() };
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    bytes
}

pub(super) fn gzip(value: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(value).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zlib(value: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(value).unwrap();
    encoder.finish().unwrap()
}

/// A frame of Zstandard with one block that is not compressed, for less than 256 bytes.
pub(super) fn zstd(value: &[u8]) -> Vec<u8> {
    let len = u8::try_from(value.len()).unwrap();
    // One segment, with its size in one byte; then the last block, raw.
    let block = u32::from(len) << 3 | 1;
    [&b"\x28\xb5\x2f\xfd\x20"[..], &[len], &block.to_le_bytes()[..3], value].concat()
}

pub(super) fn base64(value: &[u8]) -> String {
    ::base64::engine::general_purpose::STANDARD.encode(value)
}

/// A zip archive with these files, not compressed.
pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let short = |number: usize| (number as u16).to_le_bytes();
    let long = |number: usize| (number as u32).to_le_bytes();
    for (name, content) in files {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let start = out.len();
        let sizes = [crc.sum().to_le_bytes(), long(content.len()), long(content.len())].concat();
        let head =
            [&[20, 0, 0, 0, 0, 0, 0, 0x60, 0x7f, 0x59][..], &sizes, &short(name.len())].concat();
        out.extend([b"PK\x03\x04", &head[..], &[0, 0], name.as_bytes(), content].concat());
        let rest = [&[0; 12][..], &long(start)].concat();
        directory.extend([b"PK\x01\x02\x14\0", &head[..], &rest, name.as_bytes()].concat());
    }
    let (start, count) = (out.len(), short(files.len()));
    let end = [&[0; 4][..], &count, &count, &long(directory.len()), &long(start), &[0; 2]].concat();
    out.extend([&directory[..], b"PK\x05\x06", &end].concat());
    out
}

pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files {
        let mut head = [0; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..108].copy_from_slice(b"0000644\0");
        head[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        head[136..148].copy_from_slice(b"14716401000\0");
        head[156] = b'0';
        head[257..265].copy_from_slice(b"ustar\x0000");
        head[148..156].fill(b' ');
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend(head);
        out.extend(*content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// A sound of one second of silence.
pub(super) fn wav() -> Vec<u8> {
    let format = b"fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0";
    let data = [&b"data"[..], &8000_u32.to_le_bytes(), &[128; 8000]].concat();
    [&b"RIFF"[..], &(36 + 8000_u32).to_le_bytes(), b"WAVE", format, &data].concat()
}
