//! gzip and zlib: compressed anew, with the header that was there where that is possible.

use std::io::{Read as _, Write as _};

use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, ZlibEncoder};
use flate2::{Compression, Crc};

use crate::preview::coding::{GZIP, is_zlib};

use super::{NotOpened, too_much};

/// Bytes of gzip's header before the parts that its flags announce, and of its trailer.
const HEADER: usize = 10;
const TRAILER: usize = 8;

/// The compression of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packed {
    /// gzip, with its header as it is: time, name, comment.
    Gzip(Box<[u8]>),
    /// zlib, with the compression level of its header, from 0 to 3.
    Zlib(u8),
}

/// Whether the bytes begin like compressed ones.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || is_zlib(bytes)
}

impl Packed {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Gzip(_) => "gzip",
            Self::Zlib(_) => "zlib",
        }
    }

    /// Unpacks compressed bytes that are complete and undamaged; `None` for others.
    ///
    /// # Errors
    /// More than `most` bytes come out; unpacking stops there.
    pub(super) fn open(bytes: &[u8], most: usize) -> Result<Option<(Self, Vec<u8>)>, NotOpened> {
        if bytes.starts_with(GZIP) {
            return gzip(bytes, most);
        }
        if !is_zlib(bytes) {
            return Ok(None);
        }
        let mut decoder = ZlibDecoder::new(bytes);
        let mut out = Vec::new();
        if decoder.by_ref().take(most as u64 + 1).read_to_end(&mut out).is_err() {
            return Ok(None);
        }
        if out.len() > most {
            return Err(too_much());
        }
        let whole = decoder.total_in() == bytes.len() as u64;
        Ok(whole.then_some((Self::Zlib(bytes[1] >> 6), out)))
    }

    pub(super) fn put_back(&self, bytes: &[u8]) -> Vec<u8> {
        // Writing to memory cannot fail.
        match self {
            Self::Gzip(header) => {
                let level = match header.get(8) {
                    Some(2) => Compression::best(),
                    Some(4) => Compression::fast(),
                    _ => Compression::default(),
                };
                let mut encoder = DeflateEncoder::new(header.to_vec(), level);
                let _ = encoder.write_all(bytes);
                let mut out = encoder.finish().unwrap_or_default();
                let mut crc = Crc::new();
                crc.update(bytes);
                out.extend_from_slice(&crc.sum().to_le_bytes());
                out.extend_from_slice(&crc.amount().to_le_bytes());
                out
            }
            Self::Zlib(care) => {
                let level = Compression::new([1, 5, 6, 9][usize::from(*care & 3)]);
                let mut encoder = ZlibEncoder::new(Vec::new(), level);
                let _ = encoder.write_all(bytes);
                encoder.finish().unwrap_or_default()
            }
        }
    }
}

fn gzip(bytes: &[u8], most: usize) -> Result<Option<(Packed, Vec<u8>)>, NotOpened> {
    let Some(start) = header(bytes) else { return Ok(None) };
    let mut decoder = DeflateDecoder::new(&bytes[start..]);
    let mut out = Vec::new();
    if decoder.by_ref().take(most as u64 + 1).read_to_end(&mut out).is_err() {
        return Ok(None);
    }
    if out.len() > most {
        return Err(too_much());
    }
    let used = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
    let trailer = bytes.get(start.saturating_add(used)..).unwrap_or_default();
    let mut crc = Crc::new();
    crc.update(&out);
    let expected = [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat();
    if trailer.len() > TRAILER && trailer[TRAILER..].starts_with(GZIP) {
        let why = "a gzip of several parts: it stays closed";
        return Err(NotOpened(why.into()));
    }
    Ok((trailer == expected).then(|| (Packed::Gzip(bytes[..start].into()), out)))
}

/// Start of the compressed bytes, behind a gzip header.
fn header(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = HEADER;
    if flags & 4 != 0 {
        let length = bytes.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            at += memchr::memchr(0, bytes.get(at..)?)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (at <= bytes.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use flate2::GzBuilder;

    use super::*;

    fn gzipped(bytes: &[u8], level: Compression) -> Vec<u8> {
        let builder =
            GzBuilder::new().mtime(1_700_000_000).filename("page.json").comment("c").extra("xy");
        let mut encoder = builder.write(Vec::new(), level);
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn open(bytes: &[u8]) -> (Packed, Vec<u8>) {
        Packed::open(bytes, 1 << 20).unwrap().unwrap()
    }

    #[test]
    fn the_header_of_gzip_is_kept() {
        for level in [Compression::fast(), Compression::default(), Compression::best()] {
            let packed = gzipped(b"hello hello", level);
            let (gzip, read) = open(&packed);
            assert_eq!(read, b"hello hello");
            assert_eq!(gzip.put_back(&read), packed, "the same again, by the same library");
            let changed = gzip.put_back(b"other");
            let Packed::Gzip(header) = &gzip else { panic!("{gzip:?}") };
            assert!(changed.starts_with(header) && header.len() > 24, "{header:?}");
            let mut read = flate2::read::GzDecoder::new(&changed[..]);
            let mut text = String::new();
            read.read_to_string(&mut text).unwrap();
            assert_eq!(text, "other");
            assert_eq!(read.header().unwrap().filename(), Some(&b"page.json"[..]));
            assert_eq!(read.header().unwrap().mtime(), 1_700_000_000);
        }
    }

    #[test]
    fn zlib_is_read_and_written_again() {
        for level in [1, 6, 9] {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
            encoder.write_all(b"hello hello").unwrap();
            let packed = encoder.finish().unwrap();
            let (zlib, read) = open(&packed);
            assert_eq!(zlib.put_back(&read), packed);
            assert_eq!(open(&zlib.put_back(b"other")).1, b"other");
        }
    }

    #[test]
    fn what_is_not_whole_or_sound_stays_closed() {
        let packed = gzipped(b"hello", Compression::default());
        for cut in 0..packed.len() {
            assert!(Packed::open(&packed[..cut], 99).unwrap().is_none(), "cut at {cut}");
        }
        let mut wrong = packed.clone();
        let last = wrong.len() - 1;
        wrong[last] ^= 1;
        assert!(Packed::open(&wrong, 99).unwrap().is_none());
        assert!(Packed::open(&[&packed[..], b"x"].concat(), 99).unwrap().is_none());
        let why = Packed::open(&[&packed[..], &packed].concat(), 99).unwrap_err();
        assert!(why.0.contains("several parts"), "{why:?}");
        assert!(Packed::open(b"x\x9c and so on", 99).unwrap().is_none());
    }

    #[test]
    fn a_bomb_costs_no_more_than_its_bound() {
        let packed = gzipped(&vec![0; 8 << 20], Compression::best());
        assert!(packed.len() < 16 << 10);
        assert!(Packed::open(&packed, 1 << 20).is_err());
        assert_eq!(Packed::open(&packed, 8 << 20).unwrap().unwrap().1.len(), 8 << 20);
    }
}
