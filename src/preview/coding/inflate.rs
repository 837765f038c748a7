//! gzip and zlib.

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::{Fault, Limits, Source, drain};

/// First bytes of gzip: its mark, and its only method.
pub(crate) const GZIP: &[u8] = b"\x1f\x8b\x08";
/// Bytes of the checksum and the length behind the compressed bytes of gzip.
const TRAILER: usize = 8;
/// Bytes of the checksum behind the compressed bytes of zlib.
const CHECKSUM: usize = 4;

/// Whether the bytes begin with the two of zlib, for a window of the usual size.
pub(crate) fn is_zlib(bytes: &[u8]) -> bool {
    let [0x78, flags, _, ..] = bytes else { return false };
    (0x7800 + u32::from(*flags)) % 31 == 0 && flags & 0x20 == 0
}

/// Reads all parts of a gzip.
pub(super) fn gzip(bytes: &[u8], limits: Limits<'_>) -> (Vec<u8>, Option<Fault>) {
    let (mut out, mut rest) = (Vec::new(), bytes);
    loop {
        let before = out.len();
        let mut decoder = GzDecoder::new(rest);
        let read = drain(&mut decoder, &mut out, limits);
        let left = decoder.into_inner();
        match read {
            Ok(()) => rest = left,
            // Everything but the checksum is right.
            Err(Fault::Broken) if left.is_empty() && fits_but_sum(rest, &out[before..]) => {
                return (out, Some(Fault::Checksum));
            }
            Err(fault) => return (out, Some(fault)),
        }
        // Zeros that fill a block of a tape are not part of it.
        if rest.iter().all(|&byte| byte == 0) {
            return (out, None);
        }
        if !rest.starts_with(GZIP) {
            return (out, Some(Fault::Rest(rest.len())));
        }
    }
}

/// Whether a gzip ends with the length of its contents.
fn fits_but_sum(packed: &[u8], out: &[u8]) -> bool {
    let length = u32::try_from(out.len() as u64 & 0xffff_ffff).unwrap_or_default().to_le_bytes();
    packed.len() > TRAILER && packed.ends_with(&length)
}

/// Reads a zlib stream.
pub(super) fn zlib(bytes: &[u8], limits: Limits<'_>) -> (Vec<u8>, Option<Fault>) {
    let mut out = Vec::new();
    let mut decoder = ZlibDecoder::new(Source::new(bytes));
    let fault = drain(&mut decoder, &mut out, limits).err();
    let source = decoder.into_inner();
    let fault = ended(fault, &source);
    if fault == Some(Fault::Broken)
        && source.rest.is_empty()
        && let Some(inside) = whole_inside(bytes, limits)
    {
        // Everything but the checksum is right.
        return (inside, Some(Fault::Checksum));
    }
    (out, fault)
}

/// Reads a stream without the first two bytes and the checksum of zlib.
pub(in crate::preview) fn deflate(bytes: &[u8], limits: Limits<'_>) -> (Vec<u8>, Option<Fault>) {
    let mut out = Vec::new();
    let mut decoder = DeflateDecoder::new(Source::new(bytes));
    let fault = drain(&mut decoder, &mut out, limits).err();
    let fault = ended(fault, &decoder.into_inner());
    (out, fault)
}

/// What is in a zlib stream that is complete between its first two bytes and its checksum.
fn whole_inside(bytes: &[u8], limits: Limits<'_>) -> Option<Vec<u8>> {
    let inside = bytes.len().checked_sub(CHECKSUM).and_then(|end| bytes.get(2..end))?;
    let (out, fault) = deflate(inside, limits);
    fault.is_none().then_some(out)
}

/// The fault of a stream that was read from here.
fn ended(fault: Option<Fault>, source: &Source<'_>) -> Option<Fault> {
    match fault {
        None => (!source.rest.is_empty()).then_some(Fault::Rest(source.rest.len())),
        Some(fault) => Some(source.told(fault)),
    }
}
